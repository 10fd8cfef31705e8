//! Doing what the plan says: first what is changed in the service itself, then the deployment.

use std::time::Duration;

use super::super::licence::Follows;
use super::super::send::send;
use super::create::create;
use crate::domain::codedeploy::{GroupRef, Shift, ShiftOrder, ShiftStart};
use crate::domain::plan::{Action, DeploymentPlan};
use crate::domain::rollout::{Before, Goal};
use crate::domain::service::{ServiceState, tail};
use crate::error::Error;
use crate::ports::PortError;
use crate::report::Report;

/// Does what the plan says, and gives what follows it. `service` was read a moment ago.
pub(in super::super) async fn start<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    service: &ServiceState,
    goal: Goal,
    report: &mut dyn Report,
) -> Result<Shift, Error> {
    let doing = |error: PortError| {
        Error::from(error).doing(format_args!("update service `{}`", plan.service))
    };
    let update = match &plan.action {
        Action::Nothing => None,
        Action::Change(update) | Action::Deploy(update) => Some(update),
        Action::Shift(order) => order.update.as_ref(),
    };
    let changed = match update {
        Some(update) => {
            let change = DeploymentPlan {
                action: Action::Change(update.clone()),
                ..plan.clone()
            };
            send(world, &change, &Before::default(), report)
                .await
                .map_err(doing)?
        }
        None => None,
    };
    let desired = changed.map_or(service.counts.desired, |sent| sent.service.counts.desired);
    let begun = match &plan.action {
        Action::Shift(order) => deploy(world, order, service, goal.timeout, report).await?,
        Action::Nothing | Action::Change(_) | Action::Deploy(_) => {
            let nowhere = GroupRef {
                application: String::new(),
                group: String::new(),
            };
            let target = format!("{}:{}", tail(&service.cluster), service.name);
            ShiftStart::before(service, nowhere, target)
        }
    };
    Ok(Shift::new(ShiftStart { desired, ..begun }, goal))
}

async fn deploy<W: Follows>(
    world: &W,
    order: &ShiftOrder,
    service: &ServiceState,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<ShiftStart, Error> {
    let at = &order.deployment.at;
    // What was there before is read by CodeDeploy's clock, not by ours.
    let group = world.deployment_group(at).await?;
    let last = group.last.as_ref();
    let id = create(world, &service.name, order, last, patience, report).await?;
    let before = ShiftStart::before(service, at.clone(), order.target.clone());
    Ok(ShiftStart {
        deployment: Some(id),
        task_definition: order
            .task_definition
            .clone()
            .unwrap_or_else(|| before.task_definition.clone()),
        termination_wait: order.termination_wait,
        ready_wait: order.ready.is_manual.then_some(order.ready.wait),
        auto_rollback: group.auto_rollback.clone(),
        alarms: group.alarms.clone(),
        last: last.map(|last| last.id.clone()),
        ..before
    })
}
