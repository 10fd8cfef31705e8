//! AWS STS: who calls. Not a check of credentials: every caller is welcome.

use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::refusal::Refusal;

/// Answers one operation.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}
