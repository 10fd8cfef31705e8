//! Real time turned into virtual time, in this one place. It says what time it is; letting the time pass in the world
//! is `cloud::Cloud::advance`'s.
#![expect(
    clippy::disallowed_methods,
    reason = "the simulator is not a stage: it has no world to ask, and this is the one place where it looks at a clock"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::sim::moment::Moment;

/// A clock that runs at its own speed and can be put forward.
#[derive(Debug)]
pub(crate) struct Clock {
    began: Moment,
    started: Instant,
    speed: f64,
    skipped: f64,
}

impl Clock {
    /// A clock that begins now and passes so many virtual seconds in a real one; 0 stands still.
    pub(crate) fn start(speed: f64) -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let began = i64::try_from(since_epoch.as_millis()).unwrap_or_default();
        Self {
            began: Moment::from_millis(began),
            started: Instant::now(),
            speed,
            skipped: 0.0,
        }
    }

    /// The same clock so many seconds ahead of the machine's, behind it if negative: one of the two is wrong.
    pub(crate) fn ahead(self, seconds: f64) -> Self {
        Self {
            began: self.began.plus(seconds),
            ..self
        }
    }

    /// When it began; virtual and real time are the same there.
    pub(crate) fn began(&self) -> Moment {
        self.began
    }

    /// How many virtual seconds pass in a real one.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Moment {
        self.at(self.started.elapsed().as_secs_f64())
    }

    /// How many real seconds have passed.
    pub(crate) fn real(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// What time it would be if no time were skipped and none ran faster.
    pub(crate) fn wall(&self) -> Moment {
        self.began.plus(self.real())
    }

    /// Puts the clock forward by so many virtual seconds.
    pub(crate) fn skip(&mut self, seconds: f64) {
        self.skipped += seconds.max(0.0);
    }

    fn at(&self, real: f64) -> Moment {
        self.began.plus(real * self.speed + self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_runs_at_its_speed_and_can_be_put_forward() {
        let mut clock = Clock::start(60.0);
        assert_eq!(clock.at(2.0), clock.began().plus(120.0));
        clock.skip(30.0);
        assert_eq!(clock.at(2.0), clock.began().plus(150.0));
    }

    #[test]
    fn a_clock_that_is_ahead_began_later_and_runs_alike() {
        let clock = Clock::start(60.0);
        let began = clock.began();
        let clock = clock.ahead(-300.0);
        assert_eq!(clock.at(2.0), began.plus(120.0 - 300.0));
        assert!(clock.wall() < began);
    }

    #[test]
    fn at_speed_zero_only_putting_it_forward_moves_the_clock() {
        let mut clock = Clock::start(0.0);
        assert_eq!(clock.at(1000.0), clock.began());
        clock.skip(1.0);
        clock.skip(-5.0);
        assert_eq!(clock.now(), clock.began().plus(1.0));
    }
}
