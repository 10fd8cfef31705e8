//! Counting the tasks that fail, and asking for a stop when there are too many.

use super::{Link, Rollout, RolloutEvent, StopCause, Verdict};
use crate::domain::diagnosis::failed;

impl Rollout {
    /// Asks for a stop when too many tasks failed.
    pub(super) fn watch_failures(&mut self, out: &mut Vec<RolloutEvent>) {
        let Some(limit) = self.goal.fail_fast else {
            return;
        };
        if self.verdict.is_final() || self.asked_to_stop.is_some() {
            return;
        }
        let failed = self.failed_tasks();
        if failed < limit {
            return;
        }
        match &self.link {
            Link::Found(_) => self.stop_wanted = Some(StopCause::FailFast { failed, limit }),
            Link::Searching => {}
            Link::None => {
                let what = "the stop, because there is no service deployment to roll back";
                out.push(RolloutEvent::NotConfirmed {
                    what: what.to_owned(),
                });
                self.verdict = Verdict::Failed {
                    reason: format!(
                        "{failed} tasks failed, the limit is {limit}; the deployment goes on, because it can not be rolled back \
                         from here"
                    ),
                };
            }
        }
    }

    /// How many of our tasks failed: ECS counts twice, and so do we, because its counts start anew and lag.
    pub(super) fn failed_tasks(&self) -> u32 {
        let seen = self.tasks.values().filter(|task| failed(task)).count();
        let counted = self.entry().map_or(0, |entry| entry.failed_tasks);
        let breaker = self
            .deployment
            .as_ref()
            .map_or(0, |deployment| deployment.breaker_failures);
        counted
            .max(breaker)
            .max(u32::try_from(seen).unwrap_or(u32::MAX))
    }
}
