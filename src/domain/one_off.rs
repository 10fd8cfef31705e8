//! Tasks that belong to no service: what is asked of ECS, what is refused before it is asked, and how they went.
//!
//! A service keeps its tasks running; these do something and end, and their exit codes say how. That is folded in [`Course`] and
//! judged in [`TaskEnd`]. Where tasks are put is in `placement`.

mod course;
mod end;
mod overrides;
mod request;

#[cfg(test)]
pub(crate) mod samples;

use super::service::TaskState;

pub use course::{Course, TaskEvent, Verdict};
pub use end::TaskEnd;
pub use overrides::Overrides;
pub use request::{Misfit, StartedBy, TaskRequest};

/// What the answer of `RunTask` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// The tasks that were started.
    pub tasks: Vec<TaskState>,
    /// Why others were not.
    pub failures: Vec<NotStarted>,
}

/// Why a task was not started (API shape `Failure`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStarted {
    /// What it would have run on, if that is known.
    pub arn: Option<String>,
    /// Why: `RESOURCE:FARGATE`, `AGENT`, ….
    pub reason: String,
    /// More about it.
    pub detail: Option<String>,
}

impl std::fmt::Display for NotStarted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        match &self.arn {
            Some(arn) => write!(f, " (`{arn}`)"),
            None => Ok(()),
        }
    }
}
