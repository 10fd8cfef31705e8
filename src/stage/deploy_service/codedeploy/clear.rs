//! Clearing the way: waiting for the deployments of a group that run; and stopping one.

use std::time::Duration;

use super::super::licence::Follows;
use crate::domain::codedeploy::GroupRef;
use crate::domain::plan::{Action, DeploymentPlan};
use crate::domain::service::CodeDeployId;
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// The pause between two looks at what has to end first.
const PAUSE: Duration = Duration::from_secs(3);

/// Waits for what runs in the group. Going back is another deployment of it, which has to end as well.
pub(in super::super) async fn clear_way<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let Action::Shift(order) = &plan.action else {
        return Ok(());
    };
    until_over(world, &plan.service, &order.deployment.at, patience, report).await
}

/// Waits until no deployment of a group runs.
pub(super) async fn until_over<W: Follows>(
    world: &W,
    service: &str,
    at: &GroupRef,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let began = world.elapsed();
    loop {
        let running = world.running_codedeployments(at).await?;
        if running.is_empty() {
            return Ok(());
        }
        let ids: Vec<&str> = running.iter().map(CodeDeployId::as_str).collect();
        let ids = ids.join("`, `");
        let waited = world.elapsed().saturating_sub(began);
        if waited >= patience {
            return Err(Error::new(
                Cause::InProgress,
                format!(
                    "service `{service}` is still being deployed, nothing was started: `{ids}`"
                ),
            )
            .hint("look at that deployment, or raise `--timeout`"));
        }
        report.tell(Event::Waiting {
            subject: service.to_owned(),
            text: format!("waiting for the end of `{ids}`"),
            progress: None,
            elapsed: waited,
        });
        world.sleep(PAUSE).await;
    }
}

/// Asks CodeDeploy to stop a deployment, and to go back or to leave all as it is. One that ended meanwhile refuses, and that is
/// as good.
pub(in super::super) async fn stop<W: Follows>(
    world: &W,
    id: &CodeDeployId,
    goes_back: bool,
) -> Result<(), Error> {
    let Err(error) = world.stop_codedeployment(id, goes_back).await else {
        return Ok(());
    };
    if let PortError::Refused(_) = &error {
        let now = world.codedeployments(std::slice::from_ref(id)).await?;
        if now.iter().any(|deployment| deployment.status.is_over()) {
            return Ok(());
        }
    }
    Err(Error::from(error).doing(format_args!("stop `{id}`")))
}
