//! `PutLifecycleEventHookExecutionStatus`: what a function says of the lifecycle event it was called for.

use serde_json::{Value, json};

use super::deployment::{Deployment, EventStatus};
use super::{operations, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Takes the answer of a function.
///
/// # Errors
/// Refusals for a deployment that is not there, an id nobody was given, a status that is no answer, an event that is over.
pub(super) fn answer(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let now = cloud.now;
    let deployment: &mut Deployment = operations::find_mut(cloud, input)?;
    let execution = members::text(input, "lifecycleEventHookExecutionId").unwrap_or_default();
    let good = match members::text(input, "status") {
        Some("Succeeded") => true,
        Some("Failed") => false,
        _ => {
            return Err(refuse::with(
                "InvalidLifecycleEventHookExecutionStatusException",
                "a function answers Succeeded or Failed",
            ));
        }
    };
    let event = deployment.events.iter_mut().find(|event| {
        event
            .call
            .as_ref()
            .is_some_and(|call| call.execution == execution)
    });
    let Some(event) = event else {
        return Err(refuse::with(
            "InvalidLifecycleEventHookExecutionIdException",
            "no function was called with this lifecycleEventHookExecutionId",
        ));
    };
    if event.status != EventStatus::InProgress {
        return Err(refuse::with(
            "LifecycleEventAlreadyCompletedException",
            "the lifecycle event is over",
        ));
    }
    if let Some(call) = &mut event.call {
        call.answers = Some((now, good));
    }
    deployment.due = Some(now);
    Ok(json!({ "lifecycleEventHookExecutionId": execution }))
}
