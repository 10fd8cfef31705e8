//! The loop around the rollouts: it looks, stops what has to be stopped, and sleeps for as long as they say.

use std::time::Duration;

use super::licence::{Follows, Looks};
use super::linking::{PATIENCE, find_links};
use super::observe::Eyes;
use super::order::Waiting;
use super::run::Watched;
use super::{Abandon, begin, tell, together};
use crate::domain::rollout::{StopCause, Verdict};
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
    let mut eyes = Eyes::new();
    loop {
        match eyes.look(world, watched, report).await {
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
        if waiting.all_or_nothing {
            together::doom(watched);
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

/// Stops a deployment that has to be: too many tasks failed, or the time is over and that was asked for.
async fn stop_if_wanted<W: Follows>(
    world: &W,
    one: &mut Watched,
    waiting: Waiting,
    report: &mut dyn Report,
) {
    let late = match (one.rollout.verdict(), waiting.on_timeout) {
        (Verdict::TimedOut { after }, how @ (Abandon::Rollback | Abandon::Stop))
            if !one.stopped =>
        {
            Some(StopCause::TimedOut {
                after: *after,
                goes_back: how == Abandon::Rollback,
            })
        }
        _ => None,
    };
    let doomed = one.doomed && !one.stopped && !one.is_over();
    let doomed = doomed.then_some(StopCause::Together);
    let Some(cause) = one.rollout.stop_wanted().or(late).or(doomed) else {
        return;
    };
    if late.is_some() {
        // It may not have been listed yet when the time was over.
        find_links(world, [&mut *one], PATIENCE).await;
    }
    let Some(stopped) = begin::stop_followed(world, &one.rollout, cause.goes_back()).await else {
        if late.is_some() {
            one.stopped = true;
            report.tell(Event::warning(format!(
                "service `{}`: the deployment can not be rolled back, because no service deployment of it is known; it goes on",
                one.plan.service
            )));
        }
        return;
    };
    match stopped {
        Ok(()) => {
            one.stopped = true;
            let more = waiting.goal.timeout.saturating_sub(one.took).max(ROLLBACK);
            let event = one.rollout.stopping(cause, more);
            tell::event(&one.plan.service, &event, world.elapsed(), report);
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
pub(super) async fn last_look<W: Looks>(world: &W, one: &mut Watched) -> Result<(), PortError> {
    let tasks = world.tasks_of(&one.plan.cluster, &one.plan.service).await?;
    one.rollout.remember(&tasks);
    Ok(())
}
