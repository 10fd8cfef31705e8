//! Amazon EC2 Auto Scaling: groups of instances and their suspended processes.

use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::refusal::Refusal;

/// What EC2 Auto Scaling has: groups and their tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {}

/// Answers one operation.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}
