//! How a deployment ended, and what was asked of it.

use std::fmt;
use std::time::Duration;

use super::approval::Approval;
use crate::domain::service::{CodeDeployId, DeploymentId, RevisionImage, ServiceDeploymentArn};
use crate::domain::word_enum::word_enum;

word_enum! {
    /// When a deployment counts as done.
    #[derive(Default)]
    pub enum WaitUntil {
        /// All production traffic goes to the new tasks. A deployment that moves no traffic in stages has to be completed.
        Traffic = "traffic",
        /// ECS says that it succeeded.
        #[default]
        Completed = "completed",
        /// The old tasks are gone too.
        Clean = "clean",
    }
}

/// What this program had stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCause {
    /// Too many tasks failed.
    FailFast {
        /// How many failed.
        failed: u32,
        /// How many may not.
        limit: u32,
    },
    /// It took too long.
    TimedOut {
        /// How long it was given.
        after: Duration,
        /// Whether what was there before is put back.
        goes_back: bool,
    },
    /// Another service of the run failed, and it was all or nothing.
    Together,
}

impl StopCause {
    /// Whether what was there before is put back.
    #[must_use]
    pub fn goes_back(self) -> bool {
        match self {
            Self::TimedOut { goes_back, .. } => goes_back,
            Self::FailFast { .. } | Self::Together => true,
        }
    }
}

impl fmt::Display for StopCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailFast { failed, limit } => {
                write!(
                    f,
                    "stopped here: {failed} tasks failed, the limit is {limit}"
                )
            }
            Self::Together => f.write_str("taken back here: another service of the run failed"),
            Self::TimedOut { after, goes_back } => {
                write!(f, "stopped here: not done after {}", Brief(*after))?;
                if *goes_back {
                    return Ok(());
                }
                f.write_str(", and nothing is put back")
            }
        }
    }
}

/// A duration as people write it: `1h30m`, `90s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief(pub Duration);

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let parts = [
            (seconds / 3600, 'h'),
            (seconds / 60 % 60, 'm'),
            (seconds % 60, 's'),
        ];
        if seconds == 0 {
            return f.write_str("0s");
        }
        for (number, unit) in parts {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

/// What proves that a deployment is live.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The ARN of the task definition that the primary deployment of the service has.
    pub task_definition: String,
    /// What each container runs, if ECS resolved it.
    pub images: Vec<RevisionImage>,
}

/// Which deployment took the place of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Successor {
    /// A service deployment.
    Service(ServiceDeploymentArn),
    /// An entry of `deployments`, and the ARN of its task definition.
    Entry(DeploymentId, String),
    /// A deployment of CodeDeploy.
    CodeDeploy(CodeDeployId),
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(arn) => arn.fmt(f),
            Self::Entry(id, _) => id.fmt(f),
            Self::CodeDeploy(id) => id.fmt(f),
        }
    }
}

/// How a deployment stands. Only `InProgress` is not the end of watching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    InProgress,
    /// It is live.
    Deployed(Receipt),
    /// Nothing started, because the service has what was asked for.
    Unchanged,
    /// It failed, and nothing was put back.
    Failed {
        /// Why.
        reason: String,
    },
    /// It failed, and the service runs what it ran before.
    RolledBack {
        /// Why.
        reason: String,
        /// What it went back to, if ECS says so.
        to: Option<String>,
    },
    /// It failed, and so did going back: a person is needed.
    RollbackFailed {
        /// Why.
        reason: String,
    },
    /// Somebody stopped it.
    Stopped {
        /// Why, if ECS says so.
        reason: String,
    },
    /// It went on for longer than it was given.
    TimedOut {
        /// How long that was.
        after: Duration,
    },
    /// Another deployment took its place.
    Superseded {
        /// Which one.
        by: Successor,
    },
    /// It waits for somebody to say yes.
    Paused {
        /// What waits.
        approvals: Vec<Approval>,
    },
    /// CodeDeploy waits for somebody to let the traffic move.
    Unrouted {
        /// Its deployment.
        deployment: CodeDeployId,
        /// For how long it waits, from when it began to.
        wait: Duration,
    },
}

impl Verdict {
    /// The word for it in outputs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Deployed(_) => "deployed",
            Self::Unchanged => "unchanged",
            Self::Failed { .. } => "failed",
            Self::RolledBack { .. } => "rolled-back",
            Self::RollbackFailed { .. } => "rollback-failed",
            Self::Stopped { .. } => "stopped",
            Self::TimedOut { .. } => "timed-out",
            Self::Superseded { .. } => "superseded",
            Self::Paused { .. } | Self::Unrouted { .. } => "paused",
        }
    }

    /// Whether watching is over.
    #[must_use]
    pub fn is_final(&self) -> bool {
        *self != Self::InProgress
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let because = |f: &mut fmt::Formatter<'_>, reason: &str| match reason {
            "" => Ok(()),
            reason => write!(f, ": {reason}"),
        };
        match self {
            Self::InProgress => f.write_str("in progress"),
            Self::Deployed(receipt) => write!(
                f,
                "deployed: `{}`",
                crate::domain::service::tail(&receipt.task_definition)
            ),
            Self::Unchanged => f.write_str("unchanged: the service already has what was asked for"),
            Self::Failed { reason } => {
                f.write_str("failed")?;
                because(f, reason)
            }
            Self::RolledBack { reason, to } => {
                f.write_str("rolled back")?;
                if let Some(to) = to {
                    write!(f, " to `{}`", crate::domain::service::tail(to))?;
                }
                because(f, reason)
            }
            Self::RollbackFailed { reason } => {
                f.write_str("rollback failed, the service needs a person")?;
                because(f, reason)
            }
            Self::Stopped { reason } => {
                f.write_str("stopped before it was done")?;
                because(f, reason)
            }
            Self::TimedOut { after } => {
                write!(
                    f,
                    "still in progress when the wait ended: `{}`",
                    Brief(*after)
                )
            }
            Self::Superseded { by } => write!(f, "superseded by another deployment: `{by}`"),
            Self::Paused { approvals } => {
                f.write_str("paused, waiting for approval")?;
                for approval in approvals {
                    write!(f, ": hook `{}`", approval.hook)?;
                }
                Ok(())
            }
            Self::Unrouted { deployment, .. } => write!(
                f,
                "paused, the new tasks are ready and the traffic waits for approval: `{deployment}`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_they_are_typed() {
        let text = |seconds| Brief(Duration::from_secs(seconds)).to_string();
        assert_eq!(text(0), "0s");
        assert_eq!(text(90), "1m30s");
        assert_eq!(text(1800), "30m");
        assert_eq!(text(7201), "2h1s");
    }
}
