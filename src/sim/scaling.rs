//! Application Auto Scaling: scalable targets of ECS services.

use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::refusal::Refusal;

/// What Application Auto Scaling has: scalable targets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scaling {}

/// What happens to the flags of `SuspendedState` that a registration does not send. The model's text leaves it open
/// and no account has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OmittedFlags {
    /// They stay as they are.
    Kept,
    /// They become false.
    Cleared,
}

/// Answers one operation.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}
