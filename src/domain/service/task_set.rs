//! A task set: the tasks of one version of a service whose tasks others than ECS move.

use std::time::SystemTime;

use super::{CodeDeployId, Counts, LoadBalancer};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What a task set is for (API shape `TaskSet`, member `status`).
    pub enum TaskSetStatus {
        /// Serves production.
        Primary = "PRIMARY",
        /// Does not serve production, or not so far.
        Active = "ACTIVE",
        /// Its tasks are being stopped.
        Draining = "DRAINING",
    }
}

/// A task set (API shape `TaskSet`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSet {
    /// Its id, `ecs-svc/<number>`; its tasks carry it as `startedBy`.
    pub id: String,
    /// The deployment of CodeDeploy that made it (`externalId`).
    pub made_by: Option<CodeDeployId>,
    /// What it is for.
    pub status: TaskSetStatus,
    /// The ARN of its task definition.
    pub task_definition: String,
    /// Its tasks.
    pub counts: Counts,
    /// Whether it has as many running tasks as it should (`stabilityStatus` is `STEADY_STATE`).
    pub is_steady: bool,
    /// The platform version its tasks were given, on Fargate.
    pub platform_version: Option<String>,
    /// Where its traffic comes from.
    pub load_balancers: Vec<LoadBalancer>,
    /// When it was made, by the clock of ECS.
    pub created_at: Option<SystemTime>,
}
