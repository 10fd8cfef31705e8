//! Leaving after a signal: what runs on is said, or stopped if that was asked for. There is little time.

use std::time::Duration;

use super::licence::Follows;
use super::order::Order;
use super::run::{Run, Watched};
use super::{Abandon, begin, codedeploy};
use crate::domain::following::Following;
use crate::domain::rollout::commands;
use crate::domain::service::{CodeDeployId, ServiceDeploymentArn};
use crate::error::{Cause, Error};
use crate::ports::Signal;
use crate::report::{Event, Report};
use crate::stage::race::{Raced, race};

/// How long a deployment is looked for when a signal has come.
const BRIEFLY: Duration = Duration::from_secs(2);

/// Refuses to stop without going back where that can not be had: ECS only rolls back.
pub(super) fn refuse_stop(order: &Order, service: &str, by_codedeploy: bool) -> Result<(), Error> {
    let late = order
        .waiting
        .is_some_and(|waiting| waiting.on_timeout == Abandon::Stop);
    let option = match (order.on_cancel, late) {
        (Abandon::Stop, _) => "on-cancel",
        (Abandon::Leave | Abandon::Rollback, true) => "on-timeout",
        (Abandon::Leave | Abandon::Rollback, false) => return Ok(()),
    };
    if by_codedeploy {
        return Ok(());
    }
    Err(Error::new(
        Cause::Refused,
        format!(
            "`{option} stop` is for services that CodeDeploy deploys, and ECS deploys service `{service}`"
        ),
    )
    .hint("ECS stops a deployment only to roll it back: take `rollback`, or `leave`"))
}

/// After a signal: says what runs on and how to follow it, or stops it if that was asked for.
pub(super) async fn leave<W: Follows>(
    world: &W,
    order: &Order,
    run: &Run,
    signal: Signal,
    report: &mut dyn Report,
) -> Error {
    let mut left = Vec::new();
    let (mut going, mut unknown) = (Vec::new(), Vec::new());
    let all = run.watched.iter().chain(&run.back);
    for one in all.filter(|one| !one.is_over()) {
        let service = &one.plan.service;
        let known = find(world, one).await;
        let name = match &known {
            Some(Named::Ecs(arn)) => arn.to_string(),
            Some(Named::CodeDeploy(id)) => id.to_string(),
            None => one.rollout.name(),
        };
        match order.on_cancel {
            Abandon::Leave => {
                if run.held.holds(service) {
                    codedeploy::warn_of_scaling(one, report);
                }
                left.push(format!(
                    "the deployment of service `{service}` goes on: `{name}`"
                ));
            }
            how @ (Abandon::Rollback | Abandon::Stop) => {
                let goes_back = how == Abandon::Rollback;
                let stopped = match &known {
                    Some(Named::Ecs(arn)) => begin::stop(world, arn).await,
                    Some(Named::CodeDeploy(id)) => codedeploy::stop(world, id, goes_back).await,
                    None => Err(Error::new(
                        Cause::InProgress,
                        format!("no service deployment of it is known: `{name}`"),
                    )),
                };
                left.push(match stopped {
                    Ok(()) if goes_back => format!(
                        "the deployment of service `{service}` is being rolled back: `{name}`"
                    ),
                    Ok(()) => format!(
                        "the deployment of service `{service}` is being stopped, and nothing is put back: `{name}`"
                    ),
                    Err(error) => {
                        report.tell(Event::warning(error.to_string()));
                        format!(
                            "the deployment of service `{service}` goes on, it could not be stopped: `{name}`"
                        )
                    }
                });
            }
        }
        match known {
            Some(_) => going.push(name),
            None => unknown.push(commands::diagnose(&one.plan.cluster, service)),
        }
    }
    if let Some(service) = &run.updating {
        left.push(format!(
            "whether a deployment of service `{service}` was started is not known"
        ));
        unknown.push(commands::diagnose(&order.cluster, service));
    }
    let text = if left.is_empty() {
        "ended by a signal; no deployment of this run goes on".to_owned()
    } else {
        format!("ended by a signal; {}", left.join("; "))
    };
    let mut error = Error::new(Cause::Interrupted(signal), text);
    let follow = commands::attach(going.iter().map(String::as_str));
    let hints: Vec<String> = follow
        .map(|command| format!("follow it with `{command}`"))
        .into_iter()
        .chain(
            unknown
                .iter()
                .map(|command| format!("ask how it stands with `{command}`")),
        )
        .collect();
    if !hints.is_empty() {
        error = error.hint(hints.join("; "));
    }
    error
}

/// A deployment by the name it is stopped and followed by.
enum Named {
    Ecs(ServiceDeploymentArn),
    CodeDeploy(CodeDeployId),
}

/// The name of a deployment. ECS may have to be asked once for that of one that was started a moment ago; there is little time.
async fn find<W: Follows>(world: &W, one: &Watched) -> Option<Named> {
    let rollout = match &one.rollout {
        Following::Ecs(rollout) => rollout,
        Following::CodeDeploy(shift) => {
            return shift.start().deployment.clone().map(Named::CodeDeploy);
        }
    };
    if let Some(known) = rollout.service_deployment() {
        return Some(Named::Ecs(known.clone()));
    }
    let listing = world.running_deployments(&one.plan.cluster, &one.plan.service);
    let listed = match race(listing, world.sleep(BRIEFLY)).await {
        Raced::First(listed) => listed.ok()?,
        Raced::Second(()) => return None,
    };
    listed.into_iter().find_map(|brief| {
        let ours = brief
            .target
            .as_ref()
            .is_some_and(|target| rollout.id().brings(target));
        ours.then_some(Named::Ecs(brief.arn))
    })
}
