//! Following deployments that run or are over, instead of starting any: after a lost runner, or in a later job.
//!
//! From the first look on it is the same as following one that was started here: the same watch, verdicts, outputs, exit codes.

use std::collections::BTreeSet;

use super::SuspendScaling;
use super::chronicle::Chronicle;
use super::ending;
use super::known;
use super::leaving::{give_up, refuse_stop};
use super::licence::Deploys;
use super::order::{Mode, Order, Waiting, twice};
use super::run::{Run, Watched};
use super::scaling::{hold, keeping, release, would_hold};
use super::watch::watch;
use crate::domain::deployment_ref::DeploymentRef;
use crate::domain::following::Following;
use crate::domain::scaling::ServiceResource;
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::report::{Event, Report};
use crate::stage::Outputs;
use crate::stage::apart::apart;
use crate::stage::race::{Raced, race};

/// Follows what the order names.
pub(super) async fn attach<W: Deploys>(
    world: &W,
    order: &Order,
    waiting: Waiting,
    report: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    let finding = find(world, order, waiting);
    let watched = match race(world.interrupted(), finding).await {
        Raced::Second(found) => found?,
        Raced::First(signal) => {
            return Err(Error::new(
                Cause::Interrupted(signal),
                "ended by a signal before anything was followed; nothing was changed",
            ));
        }
    };
    for one in &watched {
        refuse_stop(order, &one.plan.service, is_by_codedeploy(one))?;
    }
    let is_held = |one: &&Watched| match order.suspend_scaling {
        SuspendScaling::Never => false,
        SuspendScaling::Always => true,
        SuspendScaling::Auto => is_by_codedeploy(one),
    };
    let services: Vec<ServiceResource> = watched
        .iter()
        .filter(is_held)
        .map(|one| ServiceResource::new(tail(&one.plan.cluster), one.plan.service.clone()))
        .collect();
    for one in &watched {
        report.tell(Event::Planned {
            subject: format!("service `{}`", one.plan.service),
            lines: vec![format!(
                "follow `{}`, which brings `{}`",
                one.rollout.name(),
                tail(one.rollout.task_definition())
            )],
        });
    }
    if let Mode::DryRun { .. } = order.mode {
        would_hold(world, order, &services, report).await?;
        report.tell(Event::note("dry run: nothing was followed"));
        return Ok(Outputs::new());
    }
    let mut run = Run::following(watched);
    let mut ended = hold(world, order, &services, &mut run.held, report).await;
    if ended.is_ok() {
        let held = run.held.clone();
        let work = watch(world, &mut run.watched, waiting, report);
        match keeping(world, order, &held, race(world.interrupted(), work)).await {
            Raced::Second(watched) => ended = watched,
            Raced::First(signal) => {
                let left = apart(|| give_up(world, order, &mut run, signal, report));
                return Err(left.await);
            }
        }
    }
    let released = release(world, &run.held, report).await;
    ending::finish(world, order, &mut run, released, ended, report).await
}

fn is_by_codedeploy(one: &Watched) -> bool {
    matches!(one.rollout, Following::CodeDeploy(_))
}

/// Reads what is to be followed. All of it is looked at in one cluster.
async fn find<W: Deploys>(
    world: &W,
    order: &Order,
    waiting: Waiting,
) -> Result<Vec<Watched>, Error> {
    let (mut arns, mut ids) = (Vec::new(), Vec::new());
    for one in &order.attach {
        match one {
            DeploymentRef::Service(one) => arns.push(one.clone()),
            DeploymentRef::CodeDeploy(id) => ids.push(id),
        }
    }
    let mut watched = known::by_arn(world, &arns, waiting.goal).await?;
    for id in ids {
        watched.push(known::by_id(world, id, waiting.goal).await?);
    }
    let clusters: BTreeSet<&str> = watched.iter().map(|one| tail(&one.plan.cluster)).collect();
    if clusters.len() > 1 {
        let clusters: Vec<&str> = clusters.into_iter().collect();
        return Err(Error::usage(format!(
            "the deployments are in several clusters: `{}`",
            clusters.join("`, `")
        ))
        .hint("follow the deployments of one cluster at a time"));
    }
    // Which service an id of CodeDeploy is of is known only now.
    let mut services = BTreeSet::new();
    if let Some(one) = watched
        .iter()
        .find(|one| !services.insert(&one.plan.service))
    {
        return Err(twice(&one.plan.service));
    }
    Ok(watched)
}
