//! A volume of Amazon EBS that ECS makes for a task when it starts: its configuration as the user wrote it.
//!
//! The document is passed on as it is; what is known of it is checked first (API shapes `TaskManagedEBSVolumeConfiguration`,
//! `ServiceManagedEBSVolumeConfiguration`).

use std::fmt;
use std::str::FromStr;

use super::definition_facts::DefinitionFacts;
use super::document::{Document, Member, Node};
use super::malformed::Malformed;

/// What a configuration may say, for noticing a misspelt member.
const MEMBERS: [&str; 12] = [
    "encrypted",
    "kmsKeyId",
    "volumeType",
    "sizeInGiB",
    "snapshotId",
    "volumeInitializationRate",
    "iops",
    "throughput",
    "tagSpecifications",
    "roleArn",
    "terminationPolicy",
    "filesystemType",
];

/// The configuration of a managed volume: a JSON object with `roleArn`, and `sizeInGiB` or `snapshotId`.
#[derive(Clone, PartialEq, Eq)]
pub struct VolumeSettings(Node);

impl FromStr for VolumeSettings {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let settings = Document::parse(text, "the volume")
            .map_err(|error| Malformed::new(error.message().to_owned()))?
            .into_root();
        if settings.as_object().is_none() {
            return Err(Malformed::new(format!(
                "must be an object, not {}",
                settings.kind().noun()
            )));
        }
        let role = settings.get("roleArn").and_then(Node::as_str);
        if role.is_none_or(str::is_empty) {
            return Err(Malformed::new(
                "`roleArn` is missing: the role by which ECS makes and attaches the volume",
            ));
        }
        let given = |key: &str| settings.get(key).is_some_and(|value| !value.is_null());
        if !given("sizeInGiB") && !given("snapshotId") {
            return Err(Malformed::new(
                "one of `sizeInGiB` and `snapshotId` is needed",
            ));
        }
        Ok(Self(settings))
    }
}

/// Tags and keys are nobody's business.
impl fmt::Debug for VolumeSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VolumeSettings(…)")
    }
}

/// A volume by its name in the task definition, and what is made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedVolume {
    /// Its name in the task definition.
    pub name: String,
    /// What is made.
    pub settings: VolumeSettings,
}

impl ManagedVolume {
    /// `volumeConfigurations`, with this one volume.
    #[must_use]
    pub fn configurations(&self) -> Node {
        Node::array([Node::object([
            ("name", Node::string(&self.name)),
            ("managedEBSVolume", self.settings.0.clone()),
        ])])
    }

    /// The members that ECS is not known to have; they are sent all the same.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<&str> {
        let members = self.settings.0.members().iter();
        members
            .map(Member::key)
            .filter(|key| !MEMBERS.contains(key))
            .collect()
    }
}

/// Why a volume and a task definition do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeMisfit {
    /// The definition has no volume of that name that is left open.
    NotOpen {
        /// The name that was given.
        name: String,
        /// Those that are left open.
        exist: Vec<String>,
    },
    /// A volume is left open, and nothing says what is made for it.
    NotConfigured {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for VolumeMisfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen { name, exist } if exist.is_empty() => write!(
                f,
                "the task definition has no volume with `configuredAtLaunch`, so none can be configured: `{name}`"
            ),
            Self::NotOpen { name, exist } => write!(
                f,
                "the task definition has no such volume with `configuredAtLaunch`: `{name}`; there is: `{}`",
                exist.join("`, `")
            ),
            Self::NotConfigured { name } => write!(
                f,
                "the task definition has a volume with `configuredAtLaunch` that nothing configures: `{name}`"
            ),
        }
    }
}

/// Whether the task definition leaves the volume open: ECS configures no other.
///
/// # Errors
/// It does not.
pub fn is_open(volume: &ManagedVolume, definition: &DefinitionFacts) -> Result<(), VolumeMisfit> {
    if definition.open_volumes.contains(&volume.name) {
        return Ok(());
    }
    Err(VolumeMisfit::NotOpen {
        name: volume.name.clone(),
        exist: definition.open_volumes.clone(),
    })
}

/// Holds the volume of a task against its definition: it has to be left open, and one that is left open has to be configured.
///
/// # Errors
/// What does not fit.
pub fn fits(
    volume: Option<&ManagedVolume>,
    definition: &DefinitionFacts,
) -> Result<(), VolumeMisfit> {
    if let Some(volume) = volume {
        is_open(volume, definition)?;
    }
    let open = &definition.open_volumes;
    let configured = |name: &String| volume.is_some_and(|volume| volume.name == *name);
    match open.iter().find(|name| !configured(name)) {
        Some(name) => Err(VolumeMisfit::NotConfigured { name: name.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str =
        r#"{"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 20, "sizeInGib": 1}"#;

    fn volume(name: &str) -> ManagedVolume {
        ManagedVolume {
            name: name.to_owned(),
            settings: SETTINGS.parse().unwrap(),
        }
    }

    fn definition(volumes: &str) -> DefinitionFacts {
        let text =
            format!(r#"{{"family": "web", "containerDefinitions": [], "volumes": {volumes}}}"#);
        DefinitionFacts::of(Document::parse(&text, "test").unwrap().root())
    }

    #[test]
    fn a_volume_needs_a_role_and_a_size_or_a_snapshot() {
        for (text, told) in [
            ("[]", "an object"),
            ("{", "never closed"),
            (r#"{"sizeInGiB": 1}"#, "`roleArn`"),
            (r#"{"roleArn": "arn:aws:iam::1:role/x"}"#, "`sizeInGiB`"),
        ] {
            let error = text.parse::<VolumeSettings>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        let snapshot = r#"{"roleArn": "arn:aws:iam::1:role/x", "snapshotId": "snap-1"}"#;
        assert!(snapshot.parse::<VolumeSettings>().is_ok());
    }

    #[test]
    fn it_is_sent_as_it_was_written_and_a_member_nobody_knows_is_named() {
        let volume = volume("data");
        assert_eq!(volume.unknown_members(), ["sizeInGib"]);
        let sent = volume.configurations().to_json_compact();
        assert!(
            sent.contains(r#""name":"data""#) && sent.contains("sizeInGib"),
            "{sent}"
        );
        assert!(!format!("{volume:?}").contains("arn:aws"));
    }

    #[test]
    fn only_volumes_that_are_left_open_are_configured_and_all_of_them() {
        let open = definition(r#"[{"name": "data", "configuredAtLaunch": true}, {"name": "tmp"}]"#);
        assert_eq!(fits(Some(&volume("data")), &open), Ok(()));
        let error = fits(Some(&volume("tmp")), &open).unwrap_err().to_string();
        assert!(error.contains("`tmp`; there is: `data`"), "{error}");
        let error = fits(None, &open).unwrap_err().to_string();
        assert!(error.ends_with("nothing configures: `data`"), "{error}");
        let closed = definition(r#"[{"name": "tmp"}]"#);
        assert_eq!(fits(None, &closed), Ok(()));
        assert!(fits(Some(&volume("tmp")), &closed).is_err());
    }
}
