//! Clearing the way: what the plans say, and no decision of its own.

use std::time::Duration;

use super::codedeploy;
use super::licence::Follows;
use super::start::Planned;
use crate::domain::following::Following;
use crate::domain::plan::{Beforehand, DeploymentPlan, InFlight};
use crate::domain::service::{RolloutState, ServiceDeployment, ServiceDeploymentArn, ServiceState};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// The pause between two looks at a deployment that has to end first.
const PAUSE: Duration = Duration::from_secs(3);

/// Waits for deployments that run, or stops them first: all at once, then all are waited for.
pub(super) async fn clear_way<W: Follows>(
    world: &W,
    planned: &[Planned],
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut awaited = Vec::new();
    for Planned { plan, .. } in planned {
        match &plan.before {
            Beforehand::Nothing => {}
            Beforehand::StopShifts(ids) => {
                for id in ids {
                    codedeploy::stop(world, id, true).await?;
                }
                awaited.push((plan, InFlight::Shifts(ids.clone())));
            }
            Beforehand::Wait(in_flight) => awaited.push((plan, in_flight.clone())),
            Beforehand::Stop(arns) => {
                for arn in arns {
                    stop(world, arn).await?;
                }
                awaited.push((plan, InFlight::Deployments(arns.clone())));
            }
        }
    }
    let began = world.elapsed();
    for (plan, in_flight) in awaited {
        if let InFlight::Shifts(_) = in_flight {
            codedeploy::clear_way(world, plan, patience, report).await?;
            continue;
        }
        until_over(world, plan, &in_flight, began, patience, report).await?;
    }
    Ok(())
}

/// Asks for a stop. A deployment that ends already refuses, because a guard was faster, or because it was asked before and the
/// answer got lost: that is as good.
pub(super) async fn stop<W: Follows>(world: &W, arn: &ServiceDeploymentArn) -> Result<(), Error> {
    match world.stop_deployment(arn).await {
        Ok(()) => Ok(()),
        Err(error @ PortError::Refused(_)) => {
            let now = world.deployments(std::slice::from_ref(arn)).await?;
            if now.iter().any(|deployment| deployment.status.is_ending()) {
                Ok(())
            } else {
                Err(Error::from(error).doing(format_args!("stop `{arn}`")))
            }
        }
        Err(error @ PortError::Unreachable { .. }) => {
            Err(Error::from(error).doing(format_args!("stop `{arn}`")))
        }
    }
}

/// Has a deployment that is followed stopped, to go back or to leave all as it is; none if there is nothing that could be. ECS
/// always goes back.
pub(super) async fn stop_followed<W: Follows>(
    world: &W,
    followed: &Following,
    goes_back: bool,
) -> Option<Result<(), Error>> {
    match followed {
        Following::Ecs(rollout) => Some(stop(world, rollout.service_deployment()?).await),
        Following::CodeDeploy(shift) => {
            let id = shift.start().deployment.as_ref()?;
            Some(codedeploy::stop(world, id, goes_back).await)
        }
    }
}

async fn until_over<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    in_flight: &InFlight,
    began: Duration,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    loop {
        if is_over(world, plan, in_flight).await? {
            return Ok(());
        }
        let waited = world.elapsed().saturating_sub(began);
        if waited >= patience {
            return Err(Error::new(
                Cause::InProgress,
                format!(
                    "service `{}` is still being deployed, nothing was started: `{in_flight}`",
                    plan.service
                ),
            )
            .hint("look at that deployment, or raise `--timeout`"));
        }
        report.tell(Event::Waiting {
            subject: plan.service.clone(),
            text: format!("waiting for the end of `{in_flight}`"),
            progress: None,
            elapsed: world.elapsed(),
        });
        world.sleep(PAUSE).await;
    }
}

async fn is_over<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    in_flight: &InFlight,
) -> Result<bool, PortError> {
    match in_flight {
        InFlight::Deployments(arns) => {
            let now: Vec<ServiceDeployment> = world.deployments(arns).await?;
            Ok(now.iter().all(|deployment| deployment.status.is_over()))
        }
        // Those are waited for by their deployment group.
        InFlight::Shifts(_) => Ok(true),
        InFlight::Entry(id) => {
            let now = world
                .services(&plan.cluster, std::slice::from_ref(&plan.service))
                .await?;
            let runs = |service: &ServiceState| {
                service.primary().is_some_and(|entry| {
                    entry.id == *id && entry.rollout == Some(RolloutState::InProgress)
                })
            };
            Ok(!now.iter().any(runs))
        }
    }
}
