//! How fast calls may follow each other: a bucket of tokens, as AWS counts them, smaller than AWS's own so that others who share
//! the account find some left. It says how long to wait; waiting is the stage's.

use std::time::Duration;

/// A bucket that empties with each call and fills with time.
#[derive(Debug, Clone)]
pub struct Pace {
    most: f64,
    per_second: f64,
    left: f64,
    at: Duration,
}

impl Pace {
    /// `UpdateService`: AWS lets 50 through at once and 5 a second (service modify).
    #[must_use]
    pub fn of_updates() -> Self {
        Self::new(40, 4)
    }

    /// `ListServiceDeployments`: AWS lets 50 through at once and 20 a second (service deployment).
    #[must_use]
    pub fn of_lists() -> Self {
        Self::new(40, 15)
    }

    /// `DescribeTaskDefinition`: AWS lets 50 through at once and 20 a second (task definition read).
    #[must_use]
    pub fn of_definitions() -> Self {
        Self::new(40, 15)
    }

    /// `ListTasks` and `DescribeTasks`: AWS lets 100 through at once and 20 a second (cluster resource read).
    #[must_use]
    pub fn of_tasks() -> Self {
        Self::new(50, 10)
    }

    fn new(most: u32, per_second: u32) -> Self {
        Self {
            most: f64::from(most),
            per_second: f64::from(per_second),
            left: f64::from(most),
            at: Duration::ZERO,
        }
    }

    /// Takes one call, and says how long to wait before it is made.
    pub fn take(&mut self, now: Duration) -> Duration {
        self.fill(now);
        self.left -= 1.0;
        if self.left >= 0.0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(-self.left / self.per_second)
    }

    /// Takes so many calls if they can be made now; else none.
    pub fn take_if_there(&mut self, calls: u32, now: Duration) -> bool {
        self.fill(now);
        let calls = f64::from(calls);
        let there = self.left >= calls;
        if there {
            self.left -= calls;
        }
        there
    }

    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.most);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_updates_in_a_row_stay_within_the_bucket_of_aws() {
        let mut pace = Pace::of_updates();
        let (mut now, mut bucket, mut filled) = (Duration::ZERO, 50.0, Duration::ZERO);
        for number in 0..100 {
            now += pace.take(now);
            bucket = f64::min(
                bucket + now.saturating_sub(filled).as_secs_f64() * 5.0,
                50.0,
            ) - 1.0;
            filled = now;
            assert!(bucket >= 0.0, "update {number}");
        }
        assert!(now < Duration::from_secs(20), "{now:?}");
    }

    #[test]
    fn the_first_calls_do_not_wait_and_a_full_bucket_gets_no_fuller() {
        let mut pace = Pace::of_updates();
        let later = Duration::from_secs(1000);
        for _ in 0..40 {
            assert_eq!(pace.take(later), Duration::ZERO);
        }
        assert_eq!(pace.take(later), Duration::from_millis(250));
    }

    #[test]
    fn what_is_not_there_is_not_taken() {
        let mut pace = Pace::of_tasks();
        assert!(pace.take_if_there(48, Duration::ZERO));
        assert!(!pace.take_if_there(3, Duration::ZERO));
        assert!(pace.take_if_there(3, Duration::from_millis(100)));
    }
}
