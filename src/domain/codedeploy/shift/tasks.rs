//! The tasks of the new task set: which ones they are, how many there are, how many failed, and when they are worth reading.

use std::time::Duration;

use super::Shift;
use crate::domain::rollout::Progress;
use crate::domain::service::{CodeDeployId, TaskState};

/// How often tasks are read at least.
const OFTEN: Duration = Duration::from_secs(10);

impl Shift {
    /// Takes in tasks that were read, ours only.
    pub fn remember(&mut self, tasks: &[TaskState]) {
        let ours: Vec<&TaskState> = tasks.iter().filter(|task| self.is_ours(task)).collect();
        self.watch.tasks.keep(ours);
    }

    /// The numbers of tasks: of our task set, and of the others.
    pub(super) fn counted(&self) -> Progress {
        let Some(service) = &self.watch.service else {
            return self.watch.told_progress().unwrap_or_default();
        };
        let failed = self.watch.tasks.failed();
        if self.start.deployment.is_none() {
            return Progress {
                desired: service.counts.desired,
                pending: service.counts.pending,
                running: service.counts.running,
                failed,
                old: 0,
            };
        }
        let green = self.green();
        let counts = green.map(|set| set.counts).unwrap_or_default();
        let others = service
            .task_sets
            .iter()
            .filter(|set| green.is_none_or(|green| green.id != set.id));
        Progress {
            desired: counts.desired,
            pending: counts.pending,
            running: counts.running,
            failed,
            old: others.map(|set| set.counts.running).sum(),
        }
    }

    /// Asks for a stop when too many tasks failed.
    pub(super) fn watch_failures(&mut self) {
        let cause = self.watch.too_many(self.watch.tasks.failed());
        if cause.is_some() && self.is_running() {
            self.watch.stop_wanted = cause;
        }
    }

    /// Whether a task is one of our task set. What tells is who started it; as long as our set is not known, what it runs and
    /// when it was made.
    fn is_ours(&self, task: &TaskState) -> bool {
        let Some(started_by) = task.started_by.as_deref() else {
            return false;
        };
        if self.start.deployment.as_ref().map(CodeDeployId::as_str) == Some(started_by) {
            return true;
        }
        if self.start.previous_set.as_deref() == Some(started_by) {
            return self.start.deployment.is_none();
        }
        if let Some(green) = self.green() {
            return green.id == started_by;
        }
        let ours = task.task_definition == self.start.task_definition;
        let older = matches!(
            (task.created_at, self.created_at()),
            (Some(at), Some(ours)) if at < ours
        );
        ours && !older
    }

    /// Tasks are read when the numbers moved since they were read, and at least every ten seconds.
    pub(super) fn tasks_wanted(&self) -> bool {
        match &self.tasks_read {
            None => self.watch.service.is_some(),
            Some((at, read)) => {
                let now = self.counted();
                (now.desired, now.pending, now.running)
                    != (read.desired, read.pending, read.running)
                    || self.watch.now.saturating_sub(*at) >= OFTEN
            }
        }
    }
}
