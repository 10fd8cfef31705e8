//! What is told of a deployment while it runs.

use std::fmt;

use super::approval::Approval;
use super::verdict::StopCause;
use crate::domain::codedeploy::ShiftEvent;
use crate::domain::diagnosis::TaskGroup;
use crate::domain::service::{
    GuardStatus, Hook, HookStatus, LifecycleStage, ServiceDeploymentArn, ServiceDeploymentStatus,
    ServiceEvent,
};
use crate::domain::target_health::TargetTrouble;

/// A guard of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The circuit breaker.
    CircuitBreaker,
    /// The deployment alarms.
    Alarms,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CircuitBreaker => "circuit breaker",
            Self::Alarms => "deployment alarms",
        })
    }
}

/// The tasks of a deployment, and how many of older ones still run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// How many there are to be.
    pub desired: u32,
    /// How many are being started.
    pub pending: u32,
    /// How many run.
    pub running: u32,
    /// How many failed.
    pub failed: u32,
    /// How many tasks of older deployments run.
    pub old: u32,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum RolloutEvent {
    /// The service deployment of ours was found.
    Linked {
        /// Which one it is.
        deployment: ServiceDeploymentArn,
    },
    /// There is no service deployment to follow, so the entries of the service are.
    NotLinked {
        /// Why.
        why: String,
    },
    /// Somebody deployed between the plan and the start.
    SourceMoved {
        /// The revisions that the deployment replaces.
        found: Vec<String>,
    },
    /// The state of the service deployment.
    Status {
        /// Which.
        status: ServiceDeploymentStatus,
        /// Why.
        reason: String,
    },
    /// A stage began.
    Stage(LifecycleStage),
    /// Traffic moved, in per cent for the new tasks.
    Traffic {
        /// Production traffic.
        production: Option<f64>,
        /// Test traffic.
        test: Option<f64>,
    },
    /// The numbers of tasks changed.
    Progress(Progress),
    /// Tasks of ours began to run.
    TasksStarted {
        /// Their ids.
        tasks: Vec<String>,
    },
    /// Tasks of ours failed alike.
    TasksFailed(TaskGroup),
    /// A load balancer finds targets of ours in the same trouble.
    TargetsFailing(TargetTrouble),
    /// The service reports something.
    Service(ServiceEvent),
    /// The circuit breaker counts.
    BreakerCount {
        /// Failures so far.
        failures: u32,
        /// At how many it ends the deployment.
        threshold: u32,
    },
    /// What a guard does.
    Guard {
        /// Which.
        guard: Guard,
        /// What it does.
        status: GuardStatus,
        /// The alarms that fired.
        alarms: Vec<String>,
    },
    /// ECS goes back to what ran before.
    RollingBack {
        /// Why.
        reason: String,
    },
    /// Somebody has to say yes.
    AwaitingApproval(Approval),
    /// A hook works, or was answered.
    Hook(Hook),
    /// This program had it stopped.
    StopAsked(StopCause),
    /// What was deployed could not be confirmed in full.
    NotConfirmed {
        /// What and why.
        what: String,
    },
    /// Something that only a deployment by CodeDeploy has.
    Shift(ShiftEvent),
}

impl RolloutEvent {
    /// The word for it where events are told apart by a word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linked { .. } => "linked",
            Self::NotLinked { .. } => "not-linked",
            Self::SourceMoved { .. } => "source-moved",
            Self::Status { .. } => "status",
            Self::Stage(_) => "stage",
            Self::Traffic { .. } => "traffic",
            Self::Progress(_) => "progress",
            Self::TasksStarted { .. } => "tasks-started",
            Self::TasksFailed(_) => "tasks-failed",
            Self::TargetsFailing(_) => "targets-failing",
            Self::Service(_) => "service-event",
            Self::BreakerCount { .. } => "breaker-count",
            Self::Guard { .. } => "guard",
            Self::RollingBack { .. } => "rolling-back",
            Self::AwaitingApproval(_) => "awaiting-approval",
            Self::Hook(_) => "hook",
            Self::StopAsked(_) => "stop-asked",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::Shift(event) => event.kind(),
        }
    }

    /// Whether a person should look at it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::SourceMoved { .. }
            | Self::TasksFailed(_)
            | Self::TargetsFailing(_)
            | Self::RollingBack { .. }
            | Self::AwaitingApproval(_)
            | Self::StopAsked(_)
            | Self::NotConfirmed { .. } => true,
            Self::Guard { status, .. } => *status == GuardStatus::Triggered,
            Self::Hook(hook) => matches!(hook.status, HookStatus::Failed | HookStatus::TimedOut),
            Self::Shift(event) => event.is_trouble(),
            Self::Linked { .. }
            | Self::NotLinked { .. }
            | Self::Status { .. }
            | Self::Stage(_)
            | Self::Traffic { .. }
            | Self::Progress(_)
            | Self::TasksStarted { .. }
            | Self::Service(_)
            | Self::BreakerCount { .. } => false,
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} tasks running, {} starting",
            self.running, self.desired, self.pending
        )?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.old > 0 {
            write!(f, ", {} old", self.old)?;
        }
        Ok(())
    }
}

impl fmt::Display for RolloutEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linked { deployment } => write!(f, "following `{deployment}`"),
            Self::NotLinked { why } => {
                write!(f, "following the entries of the service, because {why}")
            }
            Self::SourceMoved { found } => write!(
                f,
                "somebody deployed between the plan and the start; replaced: `{}`",
                found.join("`, `")
            ),
            // That it goes back, and how it ended, is told with the reason right after.
            Self::Status { status, reason }
                if reason.is_empty() || status.is_over() || status.goes_back() =>
            {
                write!(f, "deployment is {status}")
            }
            Self::Status { status, reason } => write!(f, "deployment is {status}: {reason}"),
            Self::Stage(stage) => write!(f, "stage {}", stage.as_str()),
            Self::Traffic { production, test } => {
                f.write_str("traffic to the new tasks:")?;
                let mut separator = " ";
                for (weight, kind) in [(production, "production"), (test, "test")] {
                    if let Some(weight) = weight {
                        write!(f, "{separator}{weight} % {kind}")?;
                        separator = ", ";
                    }
                }
                Ok(())
            }
            Self::Progress(progress) => progress.fmt(f),
            Self::TasksStarted { tasks } => {
                let (count, noun) = counted(tasks.len());
                write!(f, "{count} {noun} began to run: `{}`", tasks.join("`, `"))
            }
            Self::TasksFailed(group) => group.fmt(f),
            Self::TargetsFailing(trouble) => trouble.fmt(f),
            Self::Service(event) => f.write_str(&event.message),
            Self::BreakerCount {
                failures,
                threshold,
            } => write!(
                f,
                "circuit breaker counts {failures} of {threshold} failures"
            ),
            Self::Guard {
                guard,
                status,
                alarms,
            } => {
                write!(f, "{guard}: {status}")?;
                if !alarms.is_empty() {
                    write!(f, ": `{}`", alarms.join("`, `"))?;
                }
                Ok(())
            }
            Self::RollingBack { reason } if reason.is_empty() => f.write_str("rolling back"),
            Self::RollingBack { reason } => write!(f, "rolling back: {reason}"),
            Self::AwaitingApproval(approval) => {
                approval.fmt(f)?;
                match super::commands::answer(std::slice::from_ref(approval)) {
                    Some(command) => write!(f, "; answer with `{command}`"),
                    None => Ok(()),
                }
            }
            Self::Hook(hook) => {
                write!(
                    f,
                    "hook `{}`: {}",
                    hook.target.as_ref().unwrap_or(&hook.id),
                    hook.status
                )
            }
            Self::StopAsked(cause) => cause.fmt(f),
            Self::NotConfirmed { what } => write!(f, "not confirmed: {what}"),
            Self::Shift(event) => event.fmt(f),
        }
    }
}

fn counted(count: usize) -> (usize, &'static str) {
    (count, if count == 1 { "task" } else { "tasks" })
}
