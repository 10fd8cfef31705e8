//! What a person can ask of a deployment under way: to go on, to stop.

use serde_json::{Value, json};

use super::deployment::Step;
use super::{operations, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Seconds until a stop is acted upon.
const STOP: f64 = 2.0;

/// `ContinueDeployment`: ends the wait for an approval, or the wait before blue is terminated.
///
/// # Errors
/// `DeploymentAlreadyCompletedException`; `DeploymentIsNotInReadyStateException` if it does not wait for that.
pub(super) fn go_on(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let now = cloud.now;
    let deployment = operations::find_mut(cloud, input)?;
    if deployment.status.is_over() {
        return Err(completed(&deployment.id));
    }
    let wait = members::text(input, "deploymentWaitType").unwrap_or("READY_WAIT");
    match (wait, deployment.step) {
        ("READY_WAIT", Step::Ready { .. }) => deployment.ahead.approval = Some(now),
        ("TERMINATION_WAIT", Step::TerminationWait { .. }) => {
            deployment.step = Step::Terminate;
        }
        _ => {
            return Err(refuse::with(
                "DeploymentIsNotInReadyStateException",
                format!(
                    "The deployment {} does not wait: it is {}",
                    deployment.id,
                    deployment.status.name()
                ),
            ));
        }
    }
    deployment.due = Some(now);
    Ok(Value::Null)
}

/// `StopDeployment`: it is stopped a moment later.
///
/// # Errors
/// `DeploymentAlreadyCompletedException`.
pub(super) fn stop(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let at = cloud.now.plus(STOP);
    let rollback = members::flag(input, "autoRollbackEnabled");
    let deployment = operations::find_mut(cloud, input)?;
    if deployment.status.is_over() {
        return Err(completed(&deployment.id));
    }
    deployment.ahead.stop = Some((at, rollback));
    deployment.due = deployment.due.min(Some(at)).or(Some(at));
    Ok(json!({
        "status": "Pending",
        "statusMessage": "The stop request is pending.",
    }))
}

fn completed(id: &str) -> Refusal {
    refuse::with(
        "DeploymentAlreadyCompletedException",
        format!("The deployment {id} is already completed"),
    )
}
