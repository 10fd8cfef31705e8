//! Tasks of no service in memory, for workflow tests: they go through what they are told to, second by second.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::PortError;
use crate::domain::document::{Document, Node};
use crate::domain::one_off::{NotStarted, Started};
use crate::domain::service::TaskState;

/// What `RunTask` starts. Its calls are counted by the world that holds it.
#[derive(Debug, Default)]
pub(crate) struct FakeOneOff {
    /// The states each task goes through, with the seconds after the start from which on it is in one.
    pub(crate) course: RefCell<Vec<(u64, TaskState)>>,
    /// What is answered besides.
    pub(crate) failures: RefCell<Vec<NotStarted>>,
    /// How many answers get lost after the task was started.
    pub(crate) lost_answers: Cell<usize>,
    /// Every request, as it was sent.
    pub(crate) sent: RefCell<Vec<Document>>,
    /// The tasks whose end was asked for, and why.
    pub(crate) stopped: RefCell<Vec<(String, String)>>,
    /// By client token.
    started: RefCell<Vec<(String, Duration)>>,
}

impl FakeOneOff {
    /// How many tasks there are: one for each client token.
    pub(crate) fn count(&self) -> usize {
        self.started.borrow().len()
    }

    pub(crate) fn run(&self, request: &Document, now: Duration) -> Result<Started, PortError> {
        self.sent.borrow_mut().push(request.clone());
        let token = request.get("clientToken").and_then(Node::as_str).unwrap();
        let mut started = self.started.borrow_mut();
        if !self.course.borrow().is_empty() && !started.iter().any(|(known, _)| known == token) {
            started.push((token.to_owned(), now));
        }
        drop(started);
        if self.lost_answers.get() > 0 {
            self.lost_answers.set(self.lost_answers.get() - 1);
            return Err(PortError::Unreachable {
                operation: "RunTask",
                reason: "the answer got lost".to_owned(),
                throttled: false,
            });
        }
        Ok(Started {
            tasks: self.tasks(now),
            failures: self.failures.borrow().clone(),
        })
    }

    pub(crate) fn tasks(&self, now: Duration) -> Vec<TaskState> {
        let course = self.course.borrow();
        let started = self.started.borrow();
        let Some((_, began)) = started.first() else {
            return Vec::new();
        };
        let since = now.saturating_sub(*began).as_secs();
        let state = course.iter().rev().find(|(from, _)| *from <= since);
        state.map(|(_, state)| state.clone()).into_iter().collect()
    }

    pub(crate) fn stop(&self, task: &str, reason: &str) {
        let asked = (task.to_owned(), reason.to_owned());
        self.stopped.borrow_mut().push(asked);
    }
}
