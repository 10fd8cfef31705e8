//! Starts the deployments that were planned, ten at a time: what the plans say, and no decision of their own. Updates follow each
//! other no faster than ECS takes them.

use std::time::Duration;

use super::codedeploy;
use super::licence::Follows;
use super::look::{self, Seen};
use super::order::Order;
use super::run::{Run, Watched, goal_of};
use super::send::send;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::following::Following;
use crate::domain::pace::Pace;
use crate::domain::plan::{Action, Beforehand, DeploymentPlan, Running};
use crate::domain::rollout::{Before, Goal, Rollout, Start};
use crate::domain::service::{Controller, DeploymentId, ServiceState, tail};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::report::Report;

/// How many services are read in one call, right before they are updated.
const TOGETHER: usize = 10;

/// A service with its plan.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) plan: DeploymentPlan,
    /// What matters of the task definition.
    pub(super) definition: Option<DefinitionFacts>,
    /// What the plan was made from.
    pub(super) seen: Seen,
}

/// Starts all. What was started is noted in `run`, also when a later one fails; then nothing more is started.
pub(super) async fn start_all<W: Follows>(
    world: &W,
    planned: Vec<Planned>,
    order: &Order,
    goal: Goal,
    run: &mut Run,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut pace = Pace::of_updates();
    let mut rest = planned.into_iter().peekable();
    while rest.peek().is_some() {
        let some: Vec<Planned> = rest.by_ref().take(TOGETHER).collect();
        // Read again: what ran before may have ended since, and its events are not ours.
        let services = read(world, &some).await?;
        for one in some {
            if one.plan.action != Action::Nothing {
                let wait = pace.take(world.elapsed());
                if !wait.is_zero() {
                    world.sleep(wait).await;
                }
            }
            let began = world.elapsed();
            run.updating = Some(one.plan.service.clone());
            let goal = goal_of(order, &one.plan, goal);
            let started = start(world, &one, &services, goal, report).await;
            run.updating = None;
            run.watched.push(Watched {
                rollout: started?,
                plan: one.plan,
                definition: one.definition,
                began,
                took: Duration::ZERO,
                stopped: false,
                doomed: false,
                tasks_unreadable: false,
            });
        }
    }
    Ok(())
}

pub(super) async fn read<W: Follows>(
    world: &W,
    planned: &[Planned],
) -> Result<Vec<ServiceState>, Error> {
    let Some(first) = planned.first() else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = planned.iter().map(|one| one.plan.service.clone()).collect();
    let services = world.services(&first.plan.cluster, &names).await;
    services.map_err(|error| {
        Error::from(error).doing(format_args!("update service `{}`", first.plan.service))
    })
}

/// Does what the plan says, and gives what follows it.
pub(super) async fn start<W: Follows>(
    world: &W,
    planned: &Planned,
    services: &[ServiceState],
    goal: Goal,
    report: &mut dyn Report,
) -> Result<Following, Error> {
    let plan = &planned.plan;
    let service = services
        .iter()
        .find(|service| service.name == plan.service)
        .ok_or_else(|| {
            Error::new(
                Cause::Refused,
                format!("the service was deleted meanwhile: `{}`", plan.service),
            )
        })?;
    if service.controller == Controller::CodeDeploy {
        let shift = codedeploy::start(world, plan, service, goal, report).await?;
        return Ok(Following::CodeDeploy(Box::new(shift)));
    }
    if let Action::Shift(_) = plan.action {
        let text = format!(
            "the controller of service `{}` changed meanwhile",
            plan.service
        );
        return Err(Error::new(Cause::Refused, text).hint("run it again"));
    }
    let start = update(world, planned, service, report).await?;
    Ok(Following::Ecs(Box::new(Rollout::new(start, goal))))
}

/// Updates a service whose tasks ECS moves.
async fn update<W: Follows>(
    world: &W,
    planned: &Planned,
    service: &ServiceState,
    report: &mut dyn Report,
) -> Result<Start, Error> {
    let plan = &planned.plan;
    let doing = |error: PortError| {
        Error::from(error).doing(format_args!("update service `{}`", plan.service))
    };
    let running = running_before(world, planned, service)
        .await
        .map_err(doing)?;
    let listed = match running {
        Running::Listed(list) => list,
        Running::Unknown => Vec::new(),
    };
    let before = Before::of(service, &listed);
    let sent = send(world, plan, &before, report).await.map_err(doing)?;
    let (after, listed, is_ours) = match sent {
        Some(sent) => (sent.service, sent.listed, sent.is_ours),
        None => (service.clone(), None, true),
    };
    let digests = planned
        .definition
        .as_ref()
        .map(DefinitionFacts::digests)
        .unwrap_or_default();
    let (force, asked) = match &plan.action {
        Action::Deploy(update) => (update.force, update.task_definition.as_deref()),
        Action::Nothing | Action::Change(_) | Action::Shift(_) => (false, None),
    };
    if let Some((ours, target)) = listed.and_then(|ours| Some((ours.created_at, ours.target?))) {
        return Ok(Start {
            id: DeploymentId::bringing(&target),
            created_at: ours,
            task_definition: before.asked(asked).to_owned(),
            moved: true,
            desired: after.counts.desired,
            digests,
            before,
        });
    }
    let primary = after.primary().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("the service has no primary deployment: `{}`", plan.service),
        )
    })?;
    let moved = before.primary.as_ref() != Some(&primary.id);
    let other = !is_ours || asked.is_some_and(|asked| asked != primary.task_definition);
    if (force && !moved) || other {
        return Err(Error::new(
            Cause::Refused,
            format!(
                "the update of service `{}` was sent, but no deployment of it shows; the newest is `{}` of `{}`",
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
        digests,
        before,
    })
}

/// The service deployments that ran before ours. They need not be listed again where nothing moved since the plan.
async fn running_before<W: Follows>(
    world: &W,
    planned: &Planned,
    service: &ServiceState,
) -> Result<Running, PortError> {
    let Seen {
        service: then,
        running,
        ..
    } = &planned.seen;
    let id = |service: &ServiceState| service.primary().map(|entry| entry.id.clone());
    if planned.plan.before == Beforehand::Nothing && id(then) == id(service) {
        return Ok(running.clone());
    }
    look::running(world, service).await
}
