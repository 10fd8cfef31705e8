//! A revision of a task definition, by its ARN and by the shorter names ECS takes for it.
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::arn::Arn;
use super::malformed::Malformed;
use super::names::Family;

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
