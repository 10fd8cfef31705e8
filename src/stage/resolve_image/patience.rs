//! How long is waited, and how often is looked, for everything one resolution waits for.
use std::time::Duration;

use crate::domain::image::ImageRef;
use crate::error::{Cause, Error};
use crate::ports::{Clock, Interruption, PortError};
use crate::report::{Event, Report};
use crate::stage::race::{Raced, race};

/// The shortest and the longest time between two looks.
const PACE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(10));

/// One time limit from the first look on.
#[derive(Debug)]
pub(super) struct Patience<'a> {
    image: &'a ImageRef,
    began: Duration,
    limit: Option<Duration>,
    silence_told: bool,
}

impl<'a> Patience<'a> {
    /// Begins now; without a limit nothing is waited for.
    pub(super) fn begin(world: &impl Clock, image: &'a ImageRef, limit: Option<Duration>) -> Self {
        Self {
            image,
            began: world.elapsed(),
            limit,
            silence_told: false,
        }
    }

    /// How long it has been waited, if it was at all.
    pub(super) fn waited(&self, world: &impl Clock) -> Option<Duration> {
        self.limit?;
        Some(self.spent(world))
    }

    fn spent(&self, world: &impl Clock) -> Duration {
        world.elapsed().saturating_sub(self.began)
    }

    /// Waits a while before the next look, saying what for. `false`: the time is over.
    ///
    /// # Errors
    /// A signal came.
    pub(super) async fn pause<W: Clock + Interruption>(
        &self,
        world: &W,
        what: &str,
        report: &mut dyn Report,
    ) -> Result<bool, Error> {
        let spent = self.spent(world);
        let Some(left) = self
            .limit
            .and_then(|limit| limit.checked_sub(spent))
            .filter(|left| !left.is_zero())
        else {
            return Ok(false);
        };
        report.tell(Event::Waiting {
            subject: self.image.to_string(),
            text: what.to_owned(),
            progress: None,
            elapsed: world.elapsed(),
        });
        let (shortest, longest) = PACE;
        let pause = (spent / 10).clamp(shortest, longest).min(left);
        match race(world.interrupted(), world.sleep(pause)).await {
            Raced::Second(()) => Ok(true),
            Raced::First(signal) => Err(Error::new(
                Cause::Interrupted(signal),
                "ended by a signal while an image was waited for; nothing was changed",
            )),
        }
    }

    /// Waits after a question that got no answer, which is told once. `false`: it is not waited for.
    ///
    /// # Errors
    /// A signal came.
    pub(super) async fn bear<W: Clock + Interruption>(
        &mut self,
        world: &W,
        error: &PortError,
        report: &mut dyn Report,
    ) -> Result<bool, Error> {
        match error {
            PortError::Refused(_) => Ok(false),
            PortError::Unreachable { .. } => {
                if self.limit.is_some() && !self.silence_told {
                    self.silence_told = true;
                    report.tell(Event::note(format!("asking again: {error}")));
                }
                self.pause(world, "the registry does not answer", report)
                    .await
            }
        }
    }
}
