//! A task as it was started, runs or was stopped.
//! Overrides, environment and attachments are not read: they may hold secrets, and nothing here needs them.

use std::time::SystemTime;

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Why a task was stopped (API shape `TaskStopCode`).
    pub enum StopCode {
        /// It never ran.
        FailedToStart = "TaskFailedToStart",
        /// A container it cannot do without ended.
        EssentialContainerExited = "EssentialContainerExited",
        /// Somebody stopped it.
        UserInitiated = "UserInitiated",
        /// The scheduler stopped it: old, unhealthy or too many.
        SchedulerInitiated = "ServiceSchedulerInitiated",
        /// The capacity was taken back.
        SpotInterruption = "SpotInterruption",
        /// The capacity is being taken away.
        TerminationNotice = "TerminationNotice",
        /// The machine below it was unhealthy.
        InfrastructureHealth = "InfrastructureHealth",
    }
}

text_enum! {
    /// What the container's own check says (API shape `HealthStatus`).
    pub enum HealthStatus {
        /// It passes.
        Healthy = "HEALTHY",
        /// It fails.
        Unhealthy = "UNHEALTHY",
        /// There is no check, or no answer so far.
        Unknown = "UNKNOWN",
    }
}

/// A container of a task (API shape `Container`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// Its name in the task definition.
    pub name: String,
    /// What its process ended with.
    pub exit_code: Option<i32>,
    /// Why it ended, if ECS says so; ECS cuts it at 1024 characters.
    pub reason: Option<String>,
    /// What its own check says.
    pub health: HealthStatus,
    /// The image as the task definition names it.
    pub image: Option<String>,
    /// The digest of the image that runs.
    pub image_digest: Option<String>,
    /// Whether it runs: `RUNNING`, `STOPPED`, ….
    pub last_status: String,
}

/// A task (API shape `Task`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskState {
    /// Its ARN.
    pub arn: String,
    /// Who started it; for a task of a service the id of the deployment.
    pub started_by: Option<String>,
    /// The ARN of its task definition.
    pub task_definition: String,
    /// Where it stands: `PROVISIONING`, `PENDING`, `RUNNING`, `STOPPED`, ….
    pub last_status: String,
    /// Why it was stopped, as a code.
    pub stop_code: Option<StopCode>,
    /// Why it was stopped, in words.
    pub stopped_reason: Option<String>,
    /// What its containers' checks say together.
    pub health: HealthStatus,
    /// Its containers.
    pub containers: Vec<ContainerState>,
    /// The addresses of its network interface, by which a load balancer knows it; none outside `awsvpc`.
    pub addresses: Vec<String>,
    /// When it was made.
    pub created_at: Option<SystemTime>,
    /// When its containers ran.
    pub started_at: Option<SystemTime>,
    /// When it was over.
    pub stopped_at: Option<SystemTime>,
}

impl TaskState {
    /// Whether it is over.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.last_status == "STOPPED"
    }

    /// Whether all its containers run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.last_status == "RUNNING"
    }
}
