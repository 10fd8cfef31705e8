//! Amazon Resource Names.
use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;

/// An ARN and its parts: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
///
/// The partition is `aws` or begins with `aws-`, so that one nobody has heard of yet is accepted. Region and account
/// may be empty where the service has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    partition: String,
    service: String,
    region: String,
    account: String,
    resource: String,
}

impl Arn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The service: `ecs`, `iam`, …
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The Region, empty for a global service.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account: twelve digits, or empty, or `aws` for what AWS itself owns.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Everything behind the account: `cluster/demo`.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// What follows `KIND/` in the resource, if this is an ARN of that service and kind and something does follow.
    #[must_use]
    pub fn resource_of(&self, service: &str, kind: &str) -> Option<&str> {
        if self.service != service {
            return None;
        }
        let name = self.resource.strip_prefix(kind)?.strip_prefix('/')?;
        (!name.is_empty()).then_some(name)
    }

    /// Reads a text that may be an ARN or something shorter; `None` if it does not begin with `arn:`.
    ///
    /// # Errors
    /// If it begins like an ARN and is none.
    pub fn if_arn(text: &str) -> Result<Option<Self>, Malformed> {
        if text.starts_with("arn:") {
            text.parse().map(Some)
        } else {
            Ok(None)
        }
    }
}

impl FromStr for Arn {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().unwrap_or_default();
        let (scheme, partition, service) = (part(), part(), part());
        let (region, account, resource) = (part(), part(), part());
        if scheme != "arn" || service.is_empty() || resource.is_empty() {
            return Err(Malformed::new(
                "not an ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`",
            ));
        }
        let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let words = [partition, service, region];
        if !words.iter().all(|word| word.bytes().all(lower)) || has_space(resource) {
            return Err(Malformed::new(
                "an ARN with characters that have no place in one",
            ));
        }
        if partition != "aws" && !partition.starts_with("aws-") {
            return Err(Malformed::new(
                "the partition of an ARN is `aws` or begins with `aws-`",
            ));
        }
        let is_number = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !matches!(account, "" | "aws") {
            return Err(Malformed::new("the account of an ARN has twelve digits"));
        }
        Ok(Self {
            partition: partition.to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

fn has_space(text: &str) -> bool {
    text.chars()
        .any(|character| character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_comes_apart_and_together_again() {
        let text = "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task/demo/0:1";
        let arn: Arn = text.parse().unwrap();
        assert_eq!(arn.partition(), "aws-us-gov");
        assert_eq!(arn.service(), "ecs");
        assert_eq!(arn.region(), "us-gov-west-1");
        assert_eq!(arn.account(), "123456789012");
        assert_eq!(arn.resource(), "task/demo/0:1");
        assert_eq!(arn.to_string(), text);
        assert_eq!(
            "arn:aws:s3:::bucket/key".parse::<Arn>().unwrap().account(),
            ""
        );
        assert_eq!(
            "arn:aws:iam::aws:policy/x"
                .parse::<Arn>()
                .unwrap()
                .account(),
            "aws"
        );
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        for text in [
            "",
            "arn",
            "arn:aws:ecs",
            "arn:aws:ecs:us-east-1:123456789012:",
            "arn:aws::us-east-1:123456789012:x",
            "arn:gcp:ecs:us-east-1:123456789012:x",
            "arn:aws:ecs:us-east-1:1234:x",
            "arn:aws:ecs:us-east-1:12345678901x:x",
            "arn:aws:ecs:US-EAST-1:123456789012:x",
            "ARN:aws:ecs:us-east-1:123456789012:x",
            "arn:aws:ecs:us-east-1:123456789012:a b",
            "arn:aws:ecs:us-east-1:123456789012:a\n",
        ] {
            assert!(text.parse::<Arn>().is_err(), "{text:?}");
        }
    }
}
