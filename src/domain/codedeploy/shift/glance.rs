//! Looking at a deployment without waiting for anything: what two looks show is believed, and what is gone is said.

use std::time::Duration;

use super::Shift;
use crate::domain::rollout::Verdict;

impl Shift {
    /// For somebody who only wants to know how it stands now.
    #[must_use]
    pub fn glancing(mut self) -> Self {
        self.glances = true;
        self
    }

    /// Whether another look may show something else than the last one.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        // One that is over has an end that is not known so far.
        let over = self
            .deployment
            .as_ref()
            .is_some_and(|one| one.status.is_over());
        self.doubt.is_some() || self.target.is_none() || over
    }

    /// How long something has to stay before it is believed.
    pub(super) fn patience(&self, long: Duration) -> Duration {
        if self.glances {
            long.min(Duration::from_secs(1))
        } else {
            long
        }
    }

    /// How many tasks are missing now; none if the service was not read.
    #[must_use]
    pub fn missing_tasks(&self) -> Option<u32> {
        let counts = self.service.as_ref()?.counts;
        Some(counts.desired.saturating_sub(counts.running))
    }

    /// What can not be known any more, in words.
    #[must_use]
    pub fn forgotten(&self) -> Vec<&'static str> {
        let failed = match &self.verdict {
            Verdict::Failed { .. }
            | Verdict::RolledBack { .. }
            | Verdict::RollbackFailed { .. } => true,
            Verdict::InProgress
            | Verdict::Deployed(_)
            | Verdict::Unchanged
            | Verdict::Stopped { .. }
            | Verdict::TimedOut { .. }
            | Verdict::Superseded { .. }
            | Verdict::Paused { .. }
            | Verdict::Unrouted { .. } => false,
        };
        if failed && self.tasks_known && self.tasks.is_empty() {
            vec![
                "what its tasks said: ECS forgets a task about an hour after it stopped, and none of this deployment is left",
            ]
        } else {
            Vec::new()
        }
    }
}
