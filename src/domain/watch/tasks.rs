//! The tasks of a deployment, as they were seen last.

use std::collections::BTreeMap;

use crate::domain::diagnosis::failed;
use crate::domain::service::TaskState;

/// Our tasks, by their ARNs.
#[derive(Debug, Clone, Default)]
pub(in crate::domain) struct Tasks {
    known: BTreeMap<String, TaskState>,
    /// Whether tasks were read at all.
    read: bool,
}

impl Tasks {
    /// Keeps tasks that were read, ours only.
    pub(in crate::domain) fn keep<'a>(&mut self, ours: impl IntoIterator<Item = &'a TaskState>) {
        self.read = true;
        for task in ours {
            let mut task = task.clone();
            // A task that was stopped may have lost its interface; its target is known by it all the same.
            if let (true, Some(known)) = (task.addresses.is_empty(), self.known.get(&task.arn)) {
                task.addresses.clone_from(&known.addresses);
            }
            self.known.insert(task.arn.clone(), task);
        }
    }

    /// All of them.
    pub(in crate::domain) fn all(&self) -> impl Iterator<Item = &TaskState> {
        self.known.values()
    }

    /// How many of them failed.
    pub(in crate::domain) fn failed(&self) -> u32 {
        let count = self.all().filter(|task| failed(task)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether they were read and there is none.
    pub(super) fn none_left(&self) -> bool {
        self.read && self.known.is_empty()
    }
}
