//! Amazon ECS.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What ECS has: clusters, task definitions, services, tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ecs {}

/// Answers one operation. The last arm of its match is `_ => Err(Refusal::not_simulated(operation))`.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}

/// The earliest moment at which something is to happen by itself; never one that has passed unless it is due now.
pub(crate) fn next_due(_cloud: &Cloud) -> Option<Moment> {
    None
}

/// Does everything that is due at `cloud.now`; afterwards nothing is due at or before it (or `Cloud::advance` would not
/// end).
pub(crate) fn run_due(_cloud: &mut Cloud) {}

/// For `GET /_sim/state`: plain JSON, no secrets.
pub(crate) fn state(_cloud: &Cloud) -> Value {
    json!({})
}

/// Makes a cluster that is ACTIVE and empty.
pub(crate) fn seed_cluster(_cloud: &mut Cloud, _name: &str) {}

/// Makes a service as an input of `CreateService` describes it, already steady: its deployment COMPLETED, its tasks
/// RUNNING, one SUCCESSFUL service deployment and its revision, all begun at `since`. The task definition and the
/// cluster exist already.
pub(crate) fn seed_service(
    _cloud: &mut Cloud,
    _input: &Members,
    _since: Moment,
) -> Result<(), Refusal> {
    Ok(())
}

/// Chooses what happens to the next deployments of a service (of every one without a name). A story is a name or a
/// document; an unknown one is refused with the names that exist.
pub(crate) fn set_story(
    _cloud: &mut Cloud,
    _service: Option<&str>,
    _story: &Value,
) -> Result<(), String> {
    Ok(())
}

/// The desired count of an active service; nothing if there is no such service.
pub(crate) fn desired_count(_cloud: &Cloud, _cluster: &str, _service: &str) -> Option<i64> {
    None
}

/// Sets the desired count as Application Auto Scaling does.
pub(crate) fn set_desired_count(_cloud: &mut Cloud, _cluster: &str, _service: &str, _count: i64) {}
