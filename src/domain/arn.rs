//! Amazon Resource Names, and the ways to name a task definition.
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::malformed::Malformed;
use super::names::Family;

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

/// The ARN of one revision: `arn:…:ecs:…:task-definition/FAMILY:REVISION`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskDefinitionArn {
    arn: Arn,
    family: Family,
    revision: NonZeroU32,
}

impl TaskDefinitionArn {
    /// The parts of the ARN.
    #[must_use]
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// The revision, counted from 1.
    #[must_use]
    pub fn revision(&self) -> NonZeroU32 {
        self.revision
    }

    /// `family:revision`, short enough for a sentence.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }
}

impl FromStr for TaskDefinitionArn {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let arn: Arn = text.parse()?;
        let not_this = || {
            Malformed::new(
                "not the ARN of a task definition: `arn:…:ecs:…:task-definition/FAMILY:REVISION`",
            )
        };
        let name = arn
            .resource_of("ecs", "task-definition")
            .ok_or_else(not_this)?;
        let (family, revision) = name.split_once(':').ok_or_else(not_this)?;
        Ok(Self {
            family: family.parse()?,
            revision: parse_revision(revision)?,
            arn,
        })
    }
}

impl fmt::Display for TaskDefinitionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arn.fmt(f)
    }
}

/// A task definition as ECS takes it (API shape `UpdateServiceRequest`, member `taskDefinition`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskDefinitionRef {
    /// `family`: the newest ACTIVE revision at that moment.
    Newest(Family),
    /// `family:revision`.
    Revision(Family, NonZeroU32),
    /// The full ARN.
    Arn(TaskDefinitionArn),
}

impl TaskDefinitionRef {
    /// The family it belongs to.
    #[must_use]
    pub fn family(&self) -> &Family {
        match self {
            Self::Newest(family) | Self::Revision(family, _) => family,
            Self::Arn(arn) => arn.family(),
        }
    }

    /// The revision, if it names one.
    #[must_use]
    pub fn revision(&self) -> Option<NonZeroU32> {
        match self {
            Self::Newest(_) => None,
            Self::Revision(_, revision) => Some(*revision),
            Self::Arn(arn) => Some(arn.revision()),
        }
    }
}

impl FromStr for TaskDefinitionRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("arn:") {
            return text.parse().map(Self::Arn);
        }
        match text.split_once(':') {
            None => text.parse().map(Self::Newest),
            Some((family, revision)) => {
                Ok(Self::Revision(family.parse()?, parse_revision(revision)?))
            }
        }
    }
}

impl fmt::Display for TaskDefinitionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(family) => family.fmt(f),
            Self::Revision(family, revision) => write!(f, "{family}:{revision}"),
            Self::Arn(arn) => arn.fmt(f),
        }
    }
}

fn parse_revision(text: &str) -> Result<NonZeroU32, Malformed> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits && !text.starts_with('0'))
        .ok_or_else(|| Malformed::new("the revision of a task definition is a number from 1 on"))
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

    #[test]
    fn a_task_definition_arn_names_family_and_revision() {
        let text = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:42";
        let arn: TaskDefinitionArn = text.parse().unwrap();
        assert_eq!((arn.family().as_str(), arn.revision().get()), ("web", 42));
        assert_eq!(arn.short(), "web:42");
        assert_eq!(arn.to_string(), text);
        for end in [
            "web", "web:", "web:0", "web:01", "web:+1", "web:x", ":1", "web:1:2", "we b:1",
        ] {
            let text = format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{end}");
            assert!(text.parse::<TaskDefinitionArn>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_task_definition_is_named_by_family_revision_or_arn() {
        let newest: TaskDefinitionRef = "web".parse().unwrap();
        assert_eq!((newest.family().as_str(), newest.revision()), ("web", None));
        let revision: TaskDefinitionRef = "web:7".parse().unwrap();
        assert_eq!(revision.revision().map(NonZeroU32::get), Some(7));
        let text = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
        let arn: TaskDefinitionRef = text.parse().unwrap();
        assert_eq!(arn.family(), revision.family());
        for text in ["web", "web:7", text] {
            assert_eq!(text.parse::<TaskDefinitionRef>().unwrap().to_string(), text);
        }
        assert!("web:latest".parse::<TaskDefinitionRef>().is_err());
    }
}
