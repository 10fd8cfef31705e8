//! All or nothing: when one service of a run fails, the others do not keep what they got. A deployment that runs is stopped and
//! rolled back; one that is done is followed by a deployment of what was there before.

use std::time::Duration;

use super::begin;
use super::licence::Follows;
use super::look::Seen;
use super::order::{Order, Waiting};
use super::run::{Run, Watched};
use super::start::{Planned, read, start};
use super::{tell, watch};
use crate::domain::following::Following;
use crate::domain::plan::{Action, Beforehand, DeploymentPlan, Running, ServiceUpdate};
use crate::domain::rollout::{StopCause, Verdict};
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::report::{Event, Report};

/// How long a rollback that was asked for is watched.
const ROLLBACK: Duration = Duration::from_mins(15);

/// Refuses services that can not be taken back once they are deployed.
pub(super) fn refuse(order: &Order, planned: &[Planned]) -> Result<(), Error> {
    let together = order.waiting.is_some_and(|waiting| waiting.all_or_nothing);
    let other = planned
        .iter()
        .find(|one| matches!(one.plan.action, Action::Shift(_)));
    match other {
        Some(one) if together => Err(Error::new(
            Cause::Refused,
            format!(
                "`all-or-nothing` can not take back what CodeDeploy deployed: service `{}`",
                one.plan.service
            ),
        )
        .hint("deploy it on its own, or leave `all-or-nothing` out")),
        Some(_) | None => Ok(()),
    }
}

/// Marks all others when one failed.
pub(super) fn doom(watched: &mut [Watched]) {
    if watched.iter().any(|one| !one.doomed && is_bad(one)) {
        for one in watched.iter_mut().filter(|one| !is_bad(one)) {
            one.doomed = true;
        }
    }
}

/// Whether it is over and the service does not have what it was to get. One that waits for an approval may still get it.
fn is_bad(one: &Watched) -> bool {
    match one.rollout.verdict() {
        Verdict::InProgress
        | Verdict::Deployed(_)
        | Verdict::Unchanged
        | Verdict::Paused { .. }
        | Verdict::Unrouted { .. } => false,
        Verdict::Failed { .. }
        | Verdict::RolledBack { .. }
        | Verdict::RollbackFailed { .. }
        | Verdict::Stopped { .. }
        | Verdict::TimedOut { .. }
        | Verdict::Superseded { .. } => true,
    }
}

/// Takes back what is deployed although another service failed, and follows that to its end.
pub(super) async fn take_back<W: Follows>(
    world: &W,
    order: &Order,
    waiting: Waiting,
    run: &mut Run,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let deployed: Vec<usize> = (0..run.watched.len())
        .filter(|index| {
            let one = &run.watched[*index];
            one.doomed && matches!(one.rollout.verdict(), Verdict::Deployed(_))
        })
        .collect();
    let mut back = Vec::new();
    for index in deployed {
        let one = &mut run.watched[index];
        if one.rollout.previous_task_definition() == one.rollout.task_definition() {
            report.tell(Event::warning(format!(
                "service `{}` keeps what it deployed: it had the same task definition before",
                one.plan.service
            )));
            continue;
        }
        if still_runs(world, one).await? {
            // All its traffic moved, but it is not done: it can be rolled back.
            begin::stop_followed(world, &one.rollout, true)
                .await
                .unwrap_or(Ok(()))?;
            let event = one.rollout.stopping(StopCause::Together, ROLLBACK);
            tell::event(&one.plan.service, &event, world.elapsed(), report);
            one.stopped = true;
            continue;
        }
        back.push(index);
    }
    for index in &back {
        begin_back(world, order, waiting, run, *index, report).await;
    }
    watch::watch(world, &mut run.watched, waiting, report).await?;
    watch::watch(world, &mut run.back, waiting, report).await?;
    for one in std::mem::take(&mut run.back) {
        let service = &one.plan.service;
        let Some(original) = run
            .watched
            .iter_mut()
            .find(|original| original.plan.service == *service)
        else {
            continue;
        };
        original.took = world.elapsed().saturating_sub(original.began);
        let verdict = match one.rollout.verdict() {
            Verdict::Deployed(receipt) => Verdict::RolledBack {
                reason: StopCause::Together.to_string(),
                to: Some(receipt.task_definition.clone()),
            },
            other => Verdict::RollbackFailed {
                reason: format!("it was deployed; deploying what was there before: {other}"),
            },
        };
        original.rollout.taken_back(verdict);
    }
    Ok(())
}

/// Whether the service deployment of one that counts as deployed goes on, as it does when only traffic was waited for.
async fn still_runs<W: Follows>(world: &W, one: &Watched) -> Result<bool, Error> {
    let Some(arn) = one.rollout.service_deployment() else {
        return Ok(false);
    };
    let found = world.deployments(std::slice::from_ref(arn)).await?;
    Ok(found.iter().any(|deployment| !deployment.status.is_over()))
}

/// Starts the deployment of what was there before; one that can not be started is a rollback that failed.
async fn begin_back<W: Follows>(
    world: &W,
    order: &Order,
    waiting: Waiting,
    run: &mut Run,
    index: usize,
    report: &mut dyn Report,
) {
    let plan = plan_back(&run.watched[index]);
    let service = plan.service.clone();
    report.tell(Event::note(format!(
        "service `{service}`: deploying `{}` again, because another service of the run failed",
        tail(run.watched[index].rollout.previous_task_definition())
    )));
    run.updating = Some(service);
    let started = started_back(world, order, waiting, plan, report).await;
    run.updating = None;
    match started {
        Ok(one) => run.back.push(one),
        Err(error) => run.watched[index]
            .rollout
            .taken_back(Verdict::RollbackFailed {
                reason: format!(
                    "it was deployed; deploying what was there before: {}",
                    error.text
                ),
            }),
    }
}

async fn started_back<W: Follows>(
    world: &W,
    order: &Order,
    waiting: Waiting,
    plan: DeploymentPlan,
    report: &mut dyn Report,
) -> Result<Watched, Error> {
    let service = world
        .services(&plan.cluster, std::slice::from_ref(&plan.service))
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| {
            Error::new(
                Cause::Refused,
                format!("the service was deleted meanwhile: `{}`", plan.service),
            )
        })?;
    let planned = Planned {
        plan,
        definition: None,
        seen: Seen {
            service,
            running: Running::Listed(Vec::new()),
            shifting: None,
        },
    };
    let services = read(world, std::slice::from_ref(&planned)).await?;
    let began = world.elapsed();
    let mut goal = waiting.goal;
    goal.timeout = order.timeout.max(ROLLBACK);
    let rollout: Following = start(world, &planned, &services, goal, report).await?;
    Ok(Watched {
        rollout,
        plan: planned.plan,
        definition: None,
        began,
        took: Duration::ZERO,
        stopped: false,
        doomed: false,
        tasks_unreadable: false,
    })
}

/// The plan that deploys what was there before.
fn plan_back(one: &Watched) -> DeploymentPlan {
    let previous = one.rollout.previous_task_definition().to_owned();
    DeploymentPlan {
        current: one.rollout.task_definition().to_owned(),
        registers: false,
        before: Beforehand::Nothing,
        action: Action::Deploy(ServiceUpdate {
            cluster: one.plan.cluster.clone(),
            service: one.plan.service.clone(),
            task_definition: Some(previous),
            ..ServiceUpdate::default()
        }),
        notices: Vec::new(),
        ..one.plan.clone()
    }
}
