//! What is told of the service and of its tasks: each thing once.

use std::collections::BTreeSet;
use std::time::SystemTime;

use super::Watch;
use crate::domain::diagnosis::{failed, group_failures};
use crate::domain::rollout::{Observation, Progress, RolloutEvent};
use crate::domain::service::tail;

/// What was told so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    events: BTreeSet<String>,
    started: BTreeSet<String>,
    failed: BTreeSet<String>,
    progress: Option<Progress>,
}

impl Told {
    /// Begins after events that were there before.
    pub(super) fn after(events: BTreeSet<String>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }
}

impl Watch {
    /// Tells the new events of the service. `since` is when our deployment was made: older events are not ours, even if they
    /// were not there when the service was read before.
    pub(in crate::domain) fn tell_service(
        &mut self,
        seen: &Observation,
        since: Option<SystemTime>,
        out: &mut Vec<RolloutEvent>,
    ) {
        let events = seen.service.got().map(|service| service.events.as_slice());
        for event in events.unwrap_or_default().iter().rev() {
            let old = matches!((event.at, since), (Some(at), Some(since)) if at < since);
            if self.told.events.insert(event.id.clone()) && !old {
                self.messages.push(event.message.clone());
                out.push(RolloutEvent::Service(event.clone()));
            }
        }
    }

    /// Tells the numbers of tasks.
    pub(in crate::domain) fn tell_progress(&mut self, now: Progress, out: &mut Vec<RolloutEvent>) {
        if self.told.progress != Some(now) {
            self.told.progress = Some(now);
            out.push(RolloutEvent::Progress(now));
        }
    }

    /// The numbers that were told last.
    pub(in crate::domain) fn told_progress(&self) -> Option<Progress> {
        self.told.progress
    }

    /// Tells which of our tasks began to run, and which failed.
    pub(in crate::domain) fn tell_tasks(&mut self, out: &mut Vec<RolloutEvent>) {
        let mut started = Vec::new();
        let mut ended = Vec::new();
        for task in self.tasks.all() {
            if task.started_at.is_some() && self.told.started.insert(task.arn.clone()) {
                started.push(tail(&task.arn).to_owned());
            }
            if failed(task) && self.told.failed.insert(task.arn.clone()) {
                ended.push(task);
            }
        }
        if !started.is_empty() {
            out.push(RolloutEvent::TasksStarted { tasks: started });
        }
        out.extend(
            group_failures(ended)
                .into_iter()
                .map(RolloutEvent::TasksFailed),
        );
    }
}
