//! Suspending one thing although others may want it too: another run's lease is taken over, waited for, or respected.
//!
//! Not for what is written and switched, nor for several things at once.
use std::time::Duration;

use super::Suspended;
use super::holdable::{Holdable, ServiceScaling};
use super::suspend::{Attempt, Hold, ROUNDS, attempt, contested};
use crate::domain::scaling::{Direction, ServiceResource, SuspendRefusal};
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, Interruption};
use crate::report::{Event, Report};
use crate::stage::race::{Raced, race};

/// The longest pause between two looks at a lease that has to end first.
const PAUSE: Duration = Duration::from_secs(5);

/// What to do if another run holds the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contest {
    /// Take it over, now.
    Steal,
    /// Wait until it is given back or over, at most so long.
    Wait {
        /// How long. Zero: not at all.
        patience: Duration,
        /// Wait also if the lease lasts longer than that: it may be given back before.
        hopeful: bool,
    },
}

impl Contest {
    /// The same without waiting.
    pub(super) fn at_once(self) -> Self {
        match self {
            Self::Steal => Self::Steal,
            Self::Wait { .. } => Self::Wait {
                patience: Duration::ZERO,
                hopeful: false,
            },
        }
    }

    /// Whether another run is waited for.
    pub(super) fn waits(self) -> bool {
        match self {
            Self::Steal => false,
            Self::Wait { patience, .. } => !patience.is_zero(),
        }
    }
}

/// Suspends the scaling of one service. `None`: it has no scalable target, so there is nothing to do; or it is a dry run,
/// and a run that holds it would be waited for.
///
/// # Errors
/// Whatever stopped it. What had been switched by then was given back, or the lease stands and the error's hint says so.
pub async fn suspend_service<W: ReadScaling + WriteScaling + Clock + Interruption>(
    world: &W,
    resource: &ServiceResource,
    hold: &Hold<Direction>,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Option<Suspended>, Error> {
    let scaling = ServiceScaling {
        world,
        resource: resource.clone(),
    };
    suspend(world, &scaling, hold, dry_run, report).await
}

/// Suspends one thing. `None`: it does not exist, or a dry run would have to wait.
pub(crate) async fn suspend<H: Holdable>(
    world: &(impl Clock + Interruption),
    thing: &H,
    hold: &Hold<H::Switch>,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Option<Suspended>, Error> {
    let began = world.elapsed();
    let doing =
        |error: Error| error.doing(format_args!("suspend the scaling of `{}`", thing.subject()));
    let mut waited = false;
    let mut lost = 0;
    loop {
        let other = match attempt(world, thing, hold, dry_run, report).await {
            // Who wrote last has it; the next look finds its lease.
            Ok(Attempt::Lost) if lost < ROUNDS => {
                lost += 1;
                continue;
            }
            Ok(Attempt::Lost) => {
                let text = "other runs take the lease at the same moment, again and again";
                return Err(doing(contested(text)));
            }
            Ok(Attempt::Done(mut done)) => {
                if let Some(done) = &mut done {
                    done.waited = waited;
                }
                return Ok(done);
            }
            Ok(Attempt::Held(other)) => other,
            Err(error) => return Err(doing(error)),
        };
        let spent = world.elapsed().saturating_sub(began);
        let wait = other.pause(hold.contest, spent).ok_or_else(|| {
            let text = other.refusal.to_string();
            doing(Error::new(Cause::Superseded, text).hint(format!(
                "let that run end; if it is dead, give back what it suspended with: `{} --force true`",
                thing.repair()
            )))
        })?;
        if dry_run {
            report.tell(Event::note(format!(
                "{}: {}; it would be waited for",
                thing.subject(),
                other.refusal
            )));
            return Ok(None);
        }
        if !waited {
            let text = format!(
                "{}: {}; waiting for that run",
                thing.subject(),
                other.refusal
            );
            report.tell(Event::note(text));
        }
        waited = true;
        report.tell(Event::Waiting {
            subject: thing.subject(),
            text: other.refusal.to_string(),
            progress: None,
            elapsed: spent,
        });
        if let Raced::First(signal) = race(world.interrupted(), world.sleep(wait)).await {
            let text = "ended by a signal while another run held it still; nothing was suspended";
            return Err(doing(Error::new(Cause::Interrupted(signal), text)));
        }
    }
}

/// The lease is another run's.
pub(super) struct Held {
    pub(super) refusal: SuspendRefusal,
    pub(super) remaining: Duration,
}

impl Held {
    /// How long to wait before the next look; none if it is not to be waited for any longer.
    fn pause(&self, contest: Contest, spent: Duration) -> Option<Duration> {
        let (patience, hopeful) = match contest {
            Contest::Steal => return None,
            Contest::Wait { patience, hopeful } => (patience, hopeful),
        };
        let left = patience.checked_sub(spent).filter(|left| !left.is_zero())?;
        if !hopeful && self.remaining > left {
            return None;
        }
        // By the second in which it is over, and not too often.
        let until_over = self.remaining.max(Duration::from_secs(1));
        Some(until_over.min(PAUSE).min(left))
    }
}
