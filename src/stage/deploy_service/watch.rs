//! The loop around the rollouts: it reads what they want, sleeps and reports. What an answer means is theirs to say.
//! All services are read in one call, all service deployments in another.

use std::time::Duration;

use super::begin::stop;
use super::licence::Follows;
use super::order::Waiting;
use super::run::Watched;
use super::{Abandon, neighbours, tell};
use crate::domain::rollout::{Observation, Read, Rollout, StopCause, Verdict, Wanted};
use crate::domain::service::{RevisionArn, ServiceDeploymentArn};
use crate::error::Error;
use crate::ports::PortError;
use crate::report::{Event, Report};

/// How long a rollback that was asked for is watched beyond the time limit.
const ROLLBACK: Duration = Duration::from_mins(15);
/// How long AWS may be out of reach before watching is given up.
const SILENCE: Duration = Duration::from_mins(5);

/// Watches until every deployment is at its end.
pub(super) async fn watch<W: Follows>(
    world: &W,
    watched: &mut [Watched],
    waiting: Waiting,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut silent_since = None;
    loop {
        match observe(world, watched, report).await {
            Ok(()) => silent_since = None,
            Err(error @ PortError::Refused(_)) => return Err(error.into()),
            Err(error @ PortError::Unreachable { .. }) => {
                let since = *silent_since.get_or_insert_with(|| {
                    report.tell(Event::note(format!("asking again: {error}")));
                    world.elapsed()
                });
                if world.elapsed().saturating_sub(since) >= SILENCE {
                    return Err(Error::from(error).doing("follow the deployment, which goes on"));
                }
            }
        }
        for one in watched.iter_mut() {
            stop_if_wanted(world, one, waiting, report).await;
        }
        let pauses = watched
            .iter()
            .filter(|one| !one.is_over())
            .map(|one| one.rollout.pause());
        let Some(pause) = pauses.min() else {
            return Ok(());
        };
        world.sleep(pause).await;
    }
}

/// One look at all that is not over.
async fn observe<W: Follows>(
    world: &W,
    watched: &mut [Watched],
    report: &mut dyn Report,
) -> Result<(), PortError> {
    let wanted: Vec<(usize, Wanted)> = watched
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.is_over())
        .map(|(index, one)| (index, one.rollout.wanted()))
        .collect();
    let Some(cluster) = watched.first().map(|one| one.plan.cluster.clone()) else {
        return Ok(());
    };
    let names: Vec<String> = wanted
        .iter()
        .map(|(index, _)| watched[*index].plan.service.clone())
        .collect();
    let arns: Vec<ServiceDeploymentArn> = wanted
        .iter()
        .filter_map(|(_, wanted)| wanted.deployment.clone())
        .collect();
    let revision_arns: Vec<RevisionArn> = wanted
        .iter()
        .filter_map(|(_, wanted)| wanted.revision.clone())
        .collect();
    // Deployments before services: a deployment that is done has then had time to show in the service.
    let deployments = if arns.is_empty() {
        Read::NotRead
    } else {
        optional(world.deployments(&arns).await)?
    };
    let services = world.services(&cluster, &names).await?;
    let revisions = if revision_arns.is_empty() {
        Read::NotRead
    } else {
        optional(world.revisions(&revision_arns).await)?
    };
    for (index, wanted) in wanted {
        let one = &mut watched[index];
        let name = one.plan.service.clone();
        let mut seen = Observation {
            service: one_of(Read::Got(&services), |service| service.name == name),
            ..Observation::default()
        };
        if let Some(arn) = &wanted.deployment {
            seen.deployment = one_of(as_slice(&deployments), |deployment| deployment.arn == *arn);
        }
        if let Some(arn) = &wanted.revision {
            seen.revision = one_of(as_slice(&revisions), |revision| revision.arn == *arn);
        }
        if let Some(since) = wanted.list {
            seen.listed = optional(world.list_deployments(&cluster, &name, since.0).await)?;
        }
        if wanted.tasks {
            seen.tasks = optional(world.tasks_of(&cluster, &name).await)?;
        }
        if let (Read::Unavailable(why), false) = (&seen.tasks, one.tasks_unreadable) {
            one.tasks_unreadable = true;
            report.tell(Event::warning(format!(
                "service `{name}`: tasks can not be read, so their failures are not explained: {why}"
            )));
        }
        let elapsed = world.elapsed().saturating_sub(one.began);
        let (events, verdict) = one.rollout.observe(&seen, elapsed);
        for event in &events {
            tell::event(&name, event, elapsed, report);
        }
        one.took = elapsed;
        neighbours::look_at_targets(world, one, report).await;
        if !verdict.is_final() {
            tell::standing(&name, &one.rollout, elapsed, report);
        }
    }
    Ok(())
}

/// A refusal to read something that the rollout can do without; not being able to ask is an error all the same.
fn optional<T>(read: Result<T, PortError>) -> Result<Read<T>, PortError> {
    match read {
        Ok(value) => Ok(Read::Got(value)),
        Err(PortError::Refused(refused)) => Ok(Read::Unavailable(format!(
            "{} was refused with {}",
            refused.operation, refused.code
        ))),
        Err(error @ PortError::Unreachable { .. }) => Err(error),
    }
}

fn as_slice<T>(read: &Read<Vec<T>>) -> Read<&Vec<T>> {
    match read {
        Read::NotRead => Read::NotRead,
        Read::Missing => Read::Missing,
        Read::Unavailable(why) => Read::Unavailable(why.clone()),
        Read::Got(values) => Read::Got(values),
    }
}

fn one_of<T: Clone>(read: Read<&Vec<T>>, is_it: impl Fn(&T) -> bool) -> Read<T> {
    match read {
        Read::NotRead => Read::NotRead,
        Read::Missing => Read::Missing,
        Read::Unavailable(why) => Read::Unavailable(why),
        Read::Got(values) => values
            .iter()
            .find(|value| is_it(value))
            .map_or(Read::Missing, |value| Read::Got(value.clone())),
    }
}

/// Stops a deployment that has to be: too many tasks failed, or the time is over and that was asked for.
async fn stop_if_wanted<W: Follows>(
    world: &W,
    one: &mut Watched,
    waiting: Waiting,
    report: &mut dyn Report,
) {
    let late = match (one.rollout.verdict(), waiting.on_timeout) {
        (Verdict::TimedOut { after }, Abandon::Rollback) if !one.stopped => {
            Some(StopCause::TimedOut { after: *after })
        }
        _ => None,
    };
    let Some(cause) = one.rollout.stop_wanted().or(late) else {
        return;
    };
    let Some(arn) = one.rollout.service_deployment().cloned() else {
        if late.is_some() {
            one.stopped = true;
            report.tell(Event::warning(format!(
                "service `{}`: the deployment can not be rolled back, because no service deployment of it is known; it goes on",
                one.plan.service
            )));
        }
        return;
    };
    match stop(world, &arn).await {
        Ok(()) => {
            one.stopped = true;
            let more = waiting.goal.timeout.saturating_sub(one.took).max(ROLLBACK);
            let event = one.rollout.stopping(cause, more);
            tell::event(&one.plan.service, &event, one.took, report);
        }
        Err(error) => {
            // A deployment that can not be stopped is left to its own guards; the time limit still holds.
            one.stopped = true;
            one.rollout.give_up_stopping();
            report.tell(Event::warning(error.to_string()));
        }
    }
}

/// Reads the tasks once more, for the diagnosis: what stopped at the very end counts too.
pub(super) async fn last_look<W: Follows>(world: &W, one: &mut Watched) -> Result<(), PortError> {
    let tasks = world.tasks_of(&one.plan.cluster, &one.plan.service).await?;
    let rollout: &mut Rollout = &mut one.rollout;
    rollout.remember(&tasks);
    Ok(())
}
