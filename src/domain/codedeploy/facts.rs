//! A deployment of CodeDeploy to ECS, its lifecycle events and its task sets, as CodeDeploy states them.

use std::time::{Duration, SystemTime};

use super::group::{AutoRollback, GroupRef, ReadyOption};
use crate::domain::service::{CodeDeployId, Counts};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How a deployment stands (API shape `DeploymentStatus`).
    pub enum CodeDeployStatus {
        /// Made, not started.
        Created = "Created",
        /// Waits for its turn.
        Queued = "Queued",
        /// Runs.
        InProgress = "InProgress",
        /// Watches what it did before it goes on.
        Baking = "Baking",
        /// Done.
        Succeeded = "Succeeded",
        /// It failed.
        Failed = "Failed",
        /// Somebody or an alarm stopped it, or nobody continued it in time.
        Stopped = "Stopped",
        /// Waits to be continued.
        Ready = "Ready",
    }
}

impl CodeDeployStatus {
    /// Those of a deployment that is not over.
    pub const RUNNING: [Self; 5] = [
        Self::Created,
        Self::Queued,
        Self::InProgress,
        Self::Baking,
        Self::Ready,
    ];

    /// Whether it is over. A status that is not known means that it runs.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Stopped => true,
            Self::Created
            | Self::Queued
            | Self::InProgress
            | Self::Baking
            | Self::Ready
            | Self::Other(_) => false,
        }
    }
}

text_enum! {
    /// How a lifecycle event stands (API shape `LifecycleEventStatus`).
    pub enum EventStatus {
        /// Not begun.
        Pending = "Pending",
        /// Runs.
        InProgress = "InProgress",
        /// Done.
        Succeeded = "Succeeded",
        /// It failed.
        Failed = "Failed",
        /// Left out.
        Skipped = "Skipped",
        /// CodeDeploy does not say.
        Unknown = "Unknown",
    }
}

text_enum! {
    /// Who made a deployment (API shape `DeploymentCreator`).
    pub enum Creator {
        /// A caller of the API.
        User = "user",
        /// CodeDeploy, to go back from another deployment.
        Rollback = "codeDeployRollback",
    }
}

text_enum! {
    /// Which of the two task sets it is (API shape `TargetLabel`).
    pub enum SetLabel {
        /// The one from before.
        Blue = "Blue",
        /// The one of this deployment.
        Green = "Green",
    }
}

/// What went wrong, as CodeDeploy puts it (API shapes `ErrorInformation` and `Diagnostics`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its code: `HOOK_EXECUTION_FAILURE`, `TIMEOUT`, `UnknownError`, ….
    pub code: String,
    /// In words; may be empty.
    pub message: String,
}

impl Trouble {
    /// Both in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let message = self.message.trim().trim_end_matches('.');
        match (self.code.as_str(), message) {
            ("", message) => message.to_owned(),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        }
    }
}

/// A deployment (API shape `DeploymentInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeDeployment {
    /// Its id.
    pub id: CodeDeployId,
    /// How it stands.
    pub status: CodeDeployStatus,
    /// Who made it.
    pub creator: Option<Creator>,
    /// When it was made, by the clock of CodeDeploy.
    pub created_at: Option<SystemTime>,
    /// When it was over, by the same clock.
    pub completed_at: Option<SystemTime>,
    /// Where it was made, if CodeDeploy says it.
    pub at: Option<GroupRef>,
    /// The name of its configuration.
    pub config: Option<String>,
    /// What its maker wrote about it.
    pub description: Option<String>,
    /// Why it failed or was stopped.
    pub trouble: Option<Trouble>,
    /// The deployment that goes back from this one (`rollbackInfo.rollbackDeploymentId`).
    pub rolled_back_by: Option<CodeDeployId>,
    /// What is said about going back.
    pub rollback_message: String,
    /// The SHA-256 of its appspec, in hexadecimal digits, if CodeDeploy says it or shows the appspec.
    pub appspec_sha256: Option<String>,
    /// The ARN of the task definition it brings, if CodeDeploy shows the appspec.
    pub task_definition: Option<String>,
    /// When it goes back by itself.
    pub auto_rollback: Option<AutoRollback>,
    /// What happens before the traffic moves, if it was said for this deployment.
    pub ready: Option<ReadyOption>,
    /// Messages about its state.
    pub messages: Vec<String>,
}

/// One lifecycle event of the service in a deployment (API shape `LifecycleEvent`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleState {
    /// Its name: `BeforeInstall`, `Install`, ….
    pub name: String,
    /// How it stands.
    pub status: EventStatus,
    /// When it began, by the clock of CodeDeploy.
    pub started_at: Option<SystemTime>,
    /// When it ended.
    pub ended_at: Option<SystemTime>,
    /// What went wrong; also set, with the code `Success`, for what went well.
    pub diagnosis: Option<Trouble>,
    /// The function that was called.
    pub function: Option<String>,
    /// The last part of its log, at most 4 KB.
    pub log_tail: Option<String>,
}

impl LifecycleState {
    /// Whether nothing more comes of it and nothing went wrong.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        matches!(self.status, EventStatus::Succeeded | EventStatus::Skipped)
    }

    /// How long it took, once it is over.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        self.ended_at?.duration_since(self.started_at?).ok()
    }
}

/// A task set in a deployment (API shape `ECSTaskSet`).
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedSet {
    /// Its id, as the service has it.
    pub id: String,
    /// Which of the two.
    pub label: Option<SetLabel>,
    /// Its share of the production traffic, in per cent.
    pub weight: f64,
    /// Its tasks.
    pub counts: Counts,
    /// The name of its target group.
    pub target_group: Option<String>,
}

/// The service as the target of a deployment (API shape `ECSTarget`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShiftTarget {
    /// Its lifecycle events, in their order.
    pub events: Vec<LifecycleState>,
    /// Its task sets.
    pub sets: Vec<WeightedSet>,
}

impl ShiftTarget {
    /// The task set of this label.
    #[must_use]
    pub fn set(&self, label: &SetLabel) -> Option<&WeightedSet> {
        self.sets
            .iter()
            .find(|set| set.label.as_ref() == Some(label))
    }

    /// The lifecycle event of this name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&LifecycleState> {
        self.events.iter().find(|event| event.name == name)
    }

    /// The lifecycle event that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&LifecycleState> {
        self.events
            .iter()
            .find(|event| event.status == EventStatus::Failed)
    }

    /// When all production traffic had moved, by the clock of CodeDeploy.
    #[must_use]
    pub fn shifted_at(&self) -> Option<SystemTime> {
        let allow = self.event(ALLOW_TRAFFIC)?;
        allow
            .ended_at
            .filter(|_| allow.status == EventStatus::Succeeded)
    }

    /// Whether production traffic began to move.
    #[must_use]
    pub fn is_shifting(&self) -> bool {
        self.event(ALLOW_TRAFFIC)
            .is_some_and(|event| event.started_at.is_some() || event.is_passed())
    }

    /// Whether all production traffic moved and the checks behind that passed: `AllowTraffic` and all that follows it.
    #[must_use]
    pub fn is_shifted(&self) -> bool {
        let rest = self
            .events
            .iter()
            .position(|event| event.name == ALLOW_TRAFFIC)
            .map(|at| &self.events[at..]);
        rest.is_some_and(|rest| {
            rest.first()
                .is_some_and(|allow| allow.status == EventStatus::Succeeded)
                && rest.iter().all(LifecycleState::is_passed)
        })
    }
}

/// The event in which production traffic moves.
const ALLOW_TRAFFIC: &str = "AllowTraffic";
