//! Volumes that are made when a task starts (`volumeConfigurations`): whether they fit the task definition.
//!
//! Nothing is stored on them. The texts are the simulator's own.

use serde_json::Value;

use super::definition::Definition;
use super::refuse;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Refuses a configuration for a volume that the definition does not leave open, one without a size or a snapshot, and a volume
/// that is left open and not configured (API shapes `TaskVolumeConfiguration`, `Volume`).
///
/// # Errors
/// `InvalidParameterException`.
pub(super) fn check(configurations: &[Value], definition: &Definition) -> Result<(), Refusal> {
    let open = definition.volumes_configured_at_launch();
    let configured: Vec<&Members> = configurations.iter().filter_map(Value::as_object).collect();
    for configuration in &configured {
        let name = name(configuration);
        if !open.contains(&name) {
            return Err(refuse::invalid(format!(
                "The volume {name} is not configured at launch in the task definition."
            )));
        }
        let managed = members::object(configuration, "managedEBSVolume");
        let is_sized = |managed: &Members| {
            members::given(managed, "sizeInGiB") || members::given(managed, "snapshotId")
        };
        if managed.is_some_and(|managed| !is_sized(managed)) {
            return Err(refuse::invalid(format!(
                "The volume {name} needs a sizeInGiB or a snapshotId."
            )));
        }
    }
    let missing = open
        .iter()
        .find(|open| !configured.iter().any(|given| name(given) == **open));
    missing.map_or(Ok(()), |missing| {
        Err(refuse::invalid(format!(
            "The volume {missing} is configured at launch, and no configuration of it is given."
        )))
    })
}

fn name(configuration: &Members) -> &str {
    members::text(configuration, "name").unwrap_or_default()
}
