//! Clearing the way and starting: what the plan says, in its order, and no decision of its own.

use std::time::Duration;

use super::licence::Follows;
use super::look;
use crate::domain::plan::{
    Action, Beforehand, DefinitionFacts, DeploymentPlan, InFlight, Running, ServiceUpdate,
};
use crate::domain::rollout::{Before, Start};
use crate::domain::service::{
    DeploymentId, RolloutState, ServiceDeployment, ServiceDeploymentArn, ServiceState, tail,
};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// The pause between two looks at a deployment that has to end first.
const PAUSE: Duration = Duration::from_secs(3);
/// How often the service is looked at again when an update that must start a deployment seems to have started none.
const LOOKS: usize = 5;

/// Waits for deployments that run, or stops them first.
pub(super) async fn clear_way<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    match &plan.before {
        Beforehand::Nothing => Ok(()),
        Beforehand::Wait(in_flight) => until_over(world, plan, in_flight, patience, report).await,
        Beforehand::Stop(arns) => {
            for arn in arns {
                stop(world, arn).await?;
            }
            let in_flight = InFlight::Deployments(arns.clone());
            until_over(world, plan, &in_flight, patience, report).await
        }
    }
}

/// Asks for a stop. A deployment that ended meanwhile refuses, and that is as good.
pub(super) async fn stop<W: Follows>(world: &W, arn: &ServiceDeploymentArn) -> Result<(), Error> {
    match world.stop_deployment(arn).await {
        Ok(()) => Ok(()),
        Err(error @ PortError::Refused(_)) => {
            let now = world.deployments(std::slice::from_ref(arn)).await?;
            if now.iter().any(|deployment| deployment.status.is_over()) {
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

async fn until_over<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    in_flight: &InFlight,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let began = world.elapsed();
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

/// Does what the plan says, and gives what is needed to follow it.
pub(super) async fn start<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    definition: Option<&DefinitionFacts>,
) -> Result<Start, Error> {
    let doing = |error: PortError| {
        Error::from(error).doing(format_args!("update service `{}`", plan.service))
    };
    // Read again: what ran before may have ended since, and its events are not ours.
    let service = read(world, plan).await.map_err(doing)?;
    let service = service.ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("the service was deleted meanwhile: `{}`", plan.service),
        )
    })?;
    let listed = match look::running(world, &service).await.map_err(doing)? {
        Running::Listed(list) => list,
        Running::Unknown => Vec::new(),
    };
    let before = Before::of(&service, &listed);
    let (after, wanted) = match &plan.action {
        Action::Nothing => (service, None),
        Action::Change(update) => (world.update_service(update).await.map_err(doing)?, None),
        Action::Deploy(update) => {
            let after = deploy(world, plan, update, before.primary.as_ref()).await;
            (after.map_err(doing)?, Some(update))
        }
    };
    let primary = after.primary().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("the service has no primary deployment: `{}`", plan.service),
        )
    })?;
    let moved = before.primary.as_ref() != Some(&primary.id);
    let asked = wanted.and_then(|update| update.task_definition.as_ref());
    let other = asked.is_some_and(|asked| *asked != primary.task_definition);
    if (wanted.is_some_and(|update| update.force) && !moved) || other {
        return Err(Error::new(
            Cause::Refused,
            format!(
                "ECS took the update of service `{}`, but no deployment of it shows; the newest is `{}` of `{}`",
                plan.service,
                primary.id,
                tail(&primary.task_definition)
            ),
        )
        .hint("look at the service: another deployment may have come in between"));
    }
    Ok(Start {
        id: primary.id.clone(),
        created_at: primary.created_at,
        task_definition: primary.task_definition.clone(),
        moved,
        desired: after.counts.desired,
        digests: definition.map(DefinitionFacts::digests).unwrap_or_default(),
        before,
    })
}

/// An answer may be from before the update it answers: then the service is looked at again.
async fn deploy<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    update: &ServiceUpdate,
    before: Option<&DeploymentId>,
) -> Result<ServiceState, PortError> {
    let mut after = world.update_service(update).await?;
    for _ in 0..LOOKS {
        if after.primary().map(|entry| &entry.id) != before {
            break;
        }
        world.sleep(Duration::from_secs(1)).await;
        if let Some(now) = read(world, plan).await? {
            after = now;
        }
    }
    Ok(after)
}

async fn read<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
) -> Result<Option<ServiceState>, PortError> {
    let found = world
        .services(&plan.cluster, std::slice::from_ref(&plan.service))
        .await?;
    Ok(found
        .into_iter()
        .find(|service| service.name == plan.service))
}
