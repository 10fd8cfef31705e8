//! Counting tasks: how many there are, how many failed; and asking for a stop when too many did.

use super::{Link, Observation, Progress, Rollout, RolloutEvent, Verdict};
use crate::domain::service::DeploymentRole;

impl Rollout {
    /// The numbers of tasks, from the service deployment if there is one, else from the entry of the service. None if neither
    /// was read.
    pub(super) fn counted(&self, seen: &Observation) -> Option<Progress> {
        let id = &self.start.id;
        let service = seen.service.got();
        let entry = service.and_then(|service| service.deployment(id));
        let mut now = self.watch.told_progress().unwrap_or_default();
        if let (Some(service), Some(entry)) = (service, entry) {
            now = Progress {
                desired: entry.counts.desired,
                pending: entry.counts.pending,
                running: entry.counts.running,
                failed: entry.failed_tasks.max(now.failed),
                old: service
                    .deployments
                    .iter()
                    .filter(|other| other.id != *id && other.role != DeploymentRole::Inactive)
                    .map(|other| other.counts.running)
                    .sum(),
            };
        }
        let deployment = seen.deployment.got();
        if let Some(target) = deployment.and_then(|deployment| deployment.target.as_ref()) {
            now.desired = target.requested;
            now.pending = target.pending;
            now.running = target.running;
        } else {
            entry?;
        }
        Some(now)
    }

    /// Asks for a stop when too many tasks failed.
    pub(super) fn watch_failures(&mut self, out: &mut Vec<RolloutEvent>) {
        let failed = self.failed_tasks();
        let Some(cause) = self.watch.too_many(failed) else {
            return;
        };
        match &self.link {
            Link::Found(_) => self.watch.stop_wanted = Some(cause),
            Link::Searching => {}
            Link::None => {
                let what = "the stop, because there is no service deployment to roll back";
                out.push(RolloutEvent::NotConfirmed {
                    what: what.to_owned(),
                });
                self.watch.verdict = Verdict::Failed {
                    reason: format!(
                        "{failed} tasks failed, the limit is {}; the deployment goes on, because it can not be rolled back \
                         from here",
                        self.watch.goal.fail_fast.unwrap_or_default()
                    ),
                };
            }
        }
    }

    /// How many of our tasks failed: ECS counts twice, and so do we, because its counts start anew and lag.
    pub(super) fn failed_tasks(&self) -> u32 {
        let counted = self.entry().map_or(0, |entry| entry.failed_tasks);
        let breaker = self
            .deployment
            .as_ref()
            .map_or(0, |deployment| deployment.breaker_failures);
        counted.max(breaker).max(self.watch.tasks.failed())
    }
}
