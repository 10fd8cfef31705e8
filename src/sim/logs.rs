//! Amazon CloudWatch Logs.
use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What CloudWatch Logs has: groups, streams, events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {}

/// Whether a log group is there.
pub(crate) fn has_group(_cloud: &Cloud, _group: &str) -> bool {
    false
}

/// Makes a log group; nothing happens if it is there already.
pub(crate) fn create_group(_cloud: &mut Cloud, _group: &str) {}

/// Writes one line at a moment, which may lie ahead: it can be read `Rules::log_lag` seconds after. The stream is made
/// with its first line. Answers whether the group exists; without it the line is lost, as it is for the log driver.
pub(crate) fn put(
    _cloud: &mut Cloud,
    _group: &str,
    _stream: &str,
    _at: Moment,
    _line: &str,
) -> bool {
    false
}

/// Answers one operation.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}
