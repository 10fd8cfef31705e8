//! The small values of an appspec: ids, versions, words.
use std::fmt;
use std::str::FromStr;

use super::super::malformed::Malformed;
use super::super::revision::TaskDefinitionArn;

/// What an appspec deploys: a revision, or the mark CodePipeline replaces by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskDefinitionTarget {
    /// A revision.
    Arn(TaskDefinitionArn),
    /// `<TASK_DEFINITION>`.
    Placeholder,
}

impl TaskDefinitionTarget {
    /// The mark CodePipeline replaces by the ARN of the revision it registers.
    pub const PLACEHOLDER: &'static str = "<TASK_DEFINITION>";
}

impl FromStr for TaskDefinitionTarget {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::PLACEHOLDER {
            Ok(Self::Placeholder)
        } else {
            text.parse().map(Self::Arn)
        }
    }
}

impl fmt::Display for TaskDefinitionTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(f),
            Self::Placeholder => f.write_str(Self::PLACEHOLDER),
        }
    }
}

/// Whether a task gets a public address (API shape `AssignPublicIp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignPublicIp {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
}

impl AssignPublicIp {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        }
    }
}

impl FromStr for AssignPublicIp {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Enabled, Self::Disabled]
            .into_iter()
            .find(|value| value.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| Malformed::new("must be `ENABLED` or `DISABLED`"))
    }
}

/// A Fargate platform version: `LATEST`, or numbers parted by points (`1.4.0`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformVersion(String);

impl FromStr for PlatformVersion {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text == "LATEST" || text.split('.').all(number) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new(
                "must be `LATEST` or a version such as `1.4.0`",
            ))
        }
    }
}

impl fmt::Display for PlatformVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a subnet: `subnet-` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetId(String);

impl FromStr for SubnetId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        id(text, "subnet-").map(Self)
    }
}

impl fmt::Display for SubnetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a security group: `sg-` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroupId(String);

impl FromStr for SecurityGroupId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        id(text, "sg-").map(Self)
    }
}

impl fmt::Display for SecurityGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn id(text: &str, prefix: &str) -> Result<String, Malformed> {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err(Malformed::new(format!(
            "must be an id: `{prefix}` and hexadecimal digits"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_full_arn_or_the_placeholder() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
        for text in [arn, "<TASK_DEFINITION>"] {
            assert_eq!(
                text.parse::<TaskDefinitionTarget>().unwrap().to_string(),
                text
            );
        }
        for text in ["", "web", "web:7", "<OTHER>"] {
            assert!(text.parse::<TaskDefinitionTarget>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_public_address_is_a_word_of_the_api_in_any_case() {
        assert_eq!("enabled".parse(), Ok(AssignPublicIp::Enabled));
        assert_eq!("DISABLED".parse(), Ok(AssignPublicIp::Disabled));
        assert!("true".parse::<AssignPublicIp>().is_err());
    }

    #[test]
    fn ids_are_not_mistaken_for_each_other() {
        assert!("subnet-0a1b2c3d".parse::<SubnetId>().is_ok());
        assert!("sg-0a1b2c3d".parse::<SecurityGroupId>().is_ok());
        for text in ["sg-0a1b2c3d", "subnet-", "subnet-xyz", "subnet-1 ", ""] {
            assert!(text.parse::<SubnetId>().is_err(), "{text:?}");
        }
        assert!("subnet-1".parse::<SecurityGroupId>().is_err());
    }

    #[test]
    fn a_platform_version_is_latest_or_numbers() {
        for text in ["LATEST", "1.4.0", "1"] {
            assert!(text.parse::<PlatformVersion>().is_ok(), "{text}");
        }
        for text in ["", "latest", "1.", "v1", "1.4 "] {
            assert!(text.parse::<PlatformVersion>().is_err(), "{text:?}");
        }
    }
}
