//! What is told of a deployment by CodeDeploy while it runs, besides what is told of every deployment.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::facts::{CodeDeployStatus, EventStatus, LifecycleState, Trouble};
use crate::domain::rollout::Brief;
use crate::domain::service::CodeDeployId;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum ShiftEvent {
    /// A deployment changed its state.
    Status {
        /// Which one.
        deployment: CodeDeployId,
        /// How it stands.
        status: CodeDeployStatus,
        /// Why, if it went wrong.
        trouble: Option<Trouble>,
    },
    /// A lifecycle event began or ended.
    Lifecycle {
        /// The deployment.
        deployment: CodeDeployId,
        /// The event as it stands.
        event: Box<LifecycleState>,
    },
    /// The new task set is there.
    SetMade {
        /// Its id.
        set: String,
        /// The name of its target group.
        target_group: Option<String>,
    },
    /// Production traffic moved, in per cent.
    Weights {
        /// To the new tasks.
        green: f64,
        /// To the old ones.
        blue: f64,
    },
    /// Somebody has to say that the traffic may move.
    AwaitingReroute {
        /// The deployment.
        deployment: CodeDeployId,
        /// For how long it waits from then on.
        wait: Duration,
    },
    /// All traffic moved, and the old tasks stay for a while.
    Terminating {
        /// For how long.
        wait: Duration,
    },
    /// CodeDeploy goes back, with another deployment.
    RollbackMade {
        /// That deployment.
        deployment: CodeDeployId,
        /// What is said about it.
        message: String,
    },
    /// CodeDeploy says something about its state.
    Message(String),
}

impl ShiftEvent {
    /// The word for it where events are told apart by a word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "codedeploy-status",
            Self::Lifecycle { .. } => "lifecycle-event",
            Self::SetMade { .. } => "task-set",
            Self::Weights { .. } => "traffic-weights",
            Self::AwaitingReroute { .. } => "awaiting-reroute",
            Self::Terminating { .. } => "termination-wait",
            Self::RollbackMade { .. } => "rollback-deployment",
            Self::Message(_) => "codedeploy-message",
        }
    }

    /// Whether a person should look at it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Status { status, .. } => {
                matches!(status, CodeDeployStatus::Failed | CodeDeployStatus::Stopped)
            }
            Self::Lifecycle { event, .. } => event.status == EventStatus::Failed,
            Self::AwaitingReroute { .. } | Self::RollbackMade { .. } => true,
            Self::SetMade { .. }
            | Self::Weights { .. }
            | Self::Terminating { .. }
            | Self::Message(_) => false,
        }
    }

    /// Its facts, by name, as the API names them. None of them holds a secret.
    #[must_use]
    pub fn facts(&self) -> Value {
        match self {
            Self::Status {
                deployment,
                status,
                trouble,
            } => json!({
                "codedeployDeploymentId": deployment.as_str(),
                "status": status.as_str(),
                "errorCode": trouble.as_ref().map(|trouble| &trouble.code),
                "message": trouble.as_ref().map(|trouble| &trouble.message),
            }),
            Self::Lifecycle { deployment, event } => {
                let trouble = event.diagnosis.as_ref();
                json!({
                    "codedeployDeploymentId": deployment.as_str(),
                    "lifecycleEventName": event.name,
                    "status": event.status.as_str(),
                    "startTime": event.started_at.and_then(written),
                    "endTime": event.ended_at.and_then(written),
                    "errorCode": trouble.map(|trouble| &trouble.code),
                    "scriptName": event.function,
                    "message": trouble.map(|trouble| &trouble.message),
                })
            }
            Self::SetMade { set, target_group } => {
                json!({ "taskSet": set, "targetGroup": target_group })
            }
            Self::Weights { green, blue } => json!({ "green": green, "blue": blue }),
            Self::AwaitingReroute { deployment, wait } => json!({
                "codedeployDeploymentId": deployment.as_str(),
                "waitTimeInMinutes": wait.as_secs() / 60,
            }),
            Self::Terminating { wait } => {
                json!({ "terminationWaitTimeInMinutes": wait.as_secs() / 60 })
            }
            Self::RollbackMade {
                deployment,
                message,
            } => json!({ "rollbackDeploymentId": deployment.as_str(), "message": message }),
            Self::Message(message) => json!({ "message": message }),
        }
    }
}

/// A time as the API's documentation writes it.
fn written(time: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(time)
        .ok()
        .map(|time| time.to_string())
}

impl fmt::Display for ShiftEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status {
                deployment,
                status,
                trouble,
            } => {
                write!(f, "deployment `{deployment}` is {status}")?;
                match trouble.as_ref().map(Trouble::line) {
                    Some(line) if !line.is_empty() => write!(f, ": {line}"),
                    _ => Ok(()),
                }
            }
            Self::Lifecycle { event, .. } => lifecycle(event, f),
            Self::SetMade { set, target_group } => {
                write!(f, "the new task set is there: `{set}`")?;
                match target_group {
                    Some(group) => write!(f, ", target group `{group}`"),
                    None => Ok(()),
                }
            }
            Self::Weights { green, blue } => write!(
                f,
                "traffic: {green} % to the new tasks (green), {blue} % to the old ones (blue)"
            ),
            Self::AwaitingReroute { wait, .. } => {
                f.write_str("waiting for somebody to let the traffic move")?;
                if wait.is_zero() {
                    return Ok(());
                }
                write!(f, ", for up to {}", Brief(*wait))
            }
            Self::Terminating { wait } => write!(
                f,
                "all traffic moved; the old tasks stay for {}",
                Brief(*wait)
            ),
            Self::RollbackMade {
                deployment,
                message,
            } => {
                write!(f, "CodeDeploy goes back, with deployment `{deployment}`")?;
                match message.trim_end_matches('.') {
                    "" => Ok(()),
                    message => write!(f, ": {message}"),
                }
            }
            Self::Message(message) => f.write_str(message),
        }
    }
}

fn lifecycle(event: &LifecycleState, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = &event.name;
    match &event.status {
        EventStatus::InProgress => write!(f, "{name} began")?,
        EventStatus::Pending => write!(f, "{name} waits")?,
        EventStatus::Succeeded => write!(f, "{name} done")?,
        EventStatus::Failed => write!(f, "{name} failed")?,
        EventStatus::Skipped => write!(f, "{name} skipped")?,
        EventStatus::Unknown | EventStatus::Other(_) => write!(f, "{name} is {}", event.status)?,
    }
    if let Some(took) = event.took().filter(|took| took.as_secs() > 0) {
        write!(f, " after {}", Brief(took))?;
    }
    if event.status == EventStatus::Failed
        && let Some(trouble) = &event.diagnosis
    {
        write!(f, ": {}", trouble.line())?;
    }
    Ok(())
}
