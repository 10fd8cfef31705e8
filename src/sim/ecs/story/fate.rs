//! What becomes of each task of a story. As data; `task` lives it.

use super::{known, required, seconds};
use crate::sim::members::{self, Members};

/// What becomes of a task.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sim::ecs) enum Fate {
    /// It runs and gets healthy.
    Run,
    /// Its serving container ends by itself.
    Exit {
        /// Seconds after RUNNING.
        after: f64,
        /// The exit code.
        code: i64,
        /// The container's `reason`, if there is one.
        reason: Option<String>,
    },
    /// The image of its serving container cannot be pulled. `<image>` in the text stands for the image.
    PullError {
        /// `stoppedReason`.
        error: String,
    },
    /// It runs, fails its health checks and is stopped for it.
    Unhealthy {
        /// Seconds after RUNNING, or after the grace period if that is longer.
        after: f64,
        /// The load balancer's reason.
        reason: String,
    },
    /// It is never placed.
    NotPlaced {
        /// The scheduler's reason.
        reason: String,
    },
    /// It is not started, although its image is there.
    NotStarted {
        /// `stoppedReason`.
        error: String,
        /// The serving container's `reason`, if there is one.
        reason: Option<String>,
    },
    /// It runs and gets healthy late.
    Late {
        /// Seconds after its health checks began.
        after: f64,
    },
    /// It runs and neither gets healthy nor is stopped.
    NeverHealthy {
        /// The load balancer's reason; without one it has not finished its first checks.
        reason: Option<String>,
    },
}

impl Fate {
    pub(super) fn read(tasks: &Members) -> Result<Self, String> {
        known(
            tasks,
            "`tasks`",
            &["fate", "after", "code", "reason", "error"],
        )?;
        let fate = required(tasks, "fate")?;
        let reason = || members::text(tasks, "reason").map(str::to_owned);
        let after = || {
            seconds(tasks, "after")?.ok_or(format!("the fate `{fate}` needs `after`, in seconds"))
        };
        match fate.as_str() {
            "run" => Ok(Self::Run),
            "exit" => Ok(Self::Exit {
                after: after()?,
                code: members::number(tasks, "code").unwrap_or(1),
                reason: reason(),
            }),
            "pull-error" => Ok(Self::PullError {
                error: required(tasks, "error")?,
            }),
            "unhealthy" => Ok(Self::Unhealthy {
                after: after()?,
                reason: required(tasks, "reason")?,
            }),
            "late" => Ok(Self::Late { after: after()? }),
            "not-placed" => Ok(Self::NotPlaced {
                reason: required(tasks, "reason")?,
            }),
            "not-started" => Ok(Self::NotStarted {
                error: required(tasks, "error")?,
                reason: reason(),
            }),
            "never-healthy" => Ok(Self::NeverHealthy { reason: reason() }),
            _ => Err(format!(
                "there is no fate `{fate}`; fates: `run`, `exit`, `pull-error`, `not-started`, `unhealthy`, \
                 `late`, `not-placed`, `never-healthy`"
            )),
        }
    }
}
