//! A service as the stages read it: what `DescribeServices` says, in our words.
//! Facts only: what they mean for a deployment is decided in `plan` and `rollout`.

use std::time::{Duration, SystemTime};

use crate::domain::alarm::Alarm;
use crate::domain::placement::Placement;
use crate::domain::text_enum::text_enum;

mod deployment;
mod ids;
mod task;
mod task_set;

pub use deployment::{
    GuardStatus, Hook, HookAction, HookStatus, LifecycleStage, RevisionCounts, RevisionImage,
    RollbackFact, ServiceDeployment, ServiceDeploymentBrief, ServiceDeploymentStatus,
    ServiceRevision,
};
pub use ids::{CodeDeployId, DeploymentId, RevisionArn, ServiceDeploymentArn, tail};
pub use task::{ContainerState, HealthStatus, StopCode, TaskState};
pub use task_set::{TaskSet, TaskSetStatus};

text_enum! {
    /// Whether a service takes deployments (API shape `Service`, member `status`).
    pub enum ServiceStatus {
        /// Takes deployments.
        Active = "ACTIVE",
        /// Being deleted.
        Draining = "DRAINING",
        /// Deleted; still described for a while.
        Inactive = "INACTIVE",
    }
}

text_enum! {
    /// Who moves the tasks (API shape `DeploymentControllerType`).
    pub enum Controller {
        /// The ECS scheduler.
        Ecs = "ECS",
        /// AWS CodeDeploy.
        CodeDeploy = "CODE_DEPLOY",
        /// A program of the user's, with task sets.
        External = "EXTERNAL",
    }
}

text_enum! {
    /// How the ECS controller moves the tasks (API shape `DeploymentStrategy`).
    pub enum Strategy {
        /// A few at a time.
        Rolling = "ROLLING",
        /// All new ones first, then the traffic at once.
        BlueGreen = "BLUE_GREEN",
        /// The traffic in equal steps.
        Linear = "LINEAR",
        /// A little traffic first, then the rest.
        Canary = "CANARY",
    }
}

text_enum! {
    /// How many tasks there are to be (API shape `SchedulingStrategy`).
    pub enum Scheduling {
        /// The desired count.
        Replica = "REPLICA",
        /// One on each container instance.
        Daemon = "DAEMON",
    }
}

text_enum! {
    /// Who owns the settings of the service (API shape `ResourceManagementType`).
    pub enum Management {
        /// The customer.
        Customer = "CUSTOMER",
        /// ECS itself: a service of ECS Express Mode.
        Ecs = "ECS",
    }
}

text_enum! {
    /// The place of an entry in `deployments` (API shape `Deployment`, member `status`).
    pub enum DeploymentRole {
        /// The newest one.
        Primary = "PRIMARY",
        /// An older one that still has tasks.
        Active = "ACTIVE",
        /// An older one without tasks.
        Inactive = "INACTIVE",
    }
}

text_enum! {
    /// How far an entry in `deployments` is (API shape `DeploymentRolloutState`).
    pub enum RolloutState {
        /// Tasks are being moved.
        InProgress = "IN_PROGRESS",
        /// All tasks were moved and were healthy.
        Completed = "COMPLETED",
        /// A guard ended it.
        Failed = "FAILED",
    }
}

/// How many tasks are wanted, starting and running (API shapes `Service` and `Deployment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many there are to be.
    pub desired: u32,
    /// How many are being started.
    pub pending: u32,
    /// How many run.
    pub running: u32,
}

/// One entry of `deployments` (API shape `Deployment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id: `ecs-svc/<number>`.
    pub id: DeploymentId,
    /// Its place among the others.
    pub role: DeploymentRole,
    /// The ARN of the revision of the task definition it brings.
    pub task_definition: String,
    /// How far it is; absent where the controller does not say.
    pub rollout: Option<RolloutState>,
    /// Why it is there.
    pub reason: String,
    /// Its tasks.
    pub counts: Counts,
    /// How many of its tasks failed to start or were found unhealthy.
    pub failed_tasks: u32,
    /// When it was made, by the clock of ECS.
    pub created_at: Option<SystemTime>,
}

/// One line of `events` (API shape `ServiceEvent`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEvent {
    /// Its id.
    pub id: String,
    /// When it was written, by the clock of ECS.
    pub at: Option<SystemTime>,
    /// What it says.
    pub message: String,
}

/// What connects the service to a load balancer (API shape `LoadBalancer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// The container that takes the traffic.
    pub container: String,
    /// The port of that container.
    pub port: u16,
    /// The ARN of the target group, or the name of a classic load balancer.
    pub target: String,
}

/// The circuit breaker as it is configured (API shape `DeploymentCircuitBreaker`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CircuitBreaker {
    /// Whether it may end a deployment.
    pub enabled: bool,
    /// Whether it then goes back to the last completed deployment.
    pub rollback: bool,
}

/// The deployment alarms as they are configured (API shape `DeploymentAlarms`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlarmGuard {
    /// The names of the alarms.
    pub names: Vec<String>,
    /// Whether they may end a deployment.
    pub enabled: bool,
    /// Whether ECS then goes back to the last completed deployment.
    pub rollback: bool,
    /// The alarms that exist, as they are; none if they were not read. ECS does not say.
    pub states: Option<Vec<Alarm>>,
}

impl AlarmGuard {
    /// The names of the alarms that fire already, as far as that is known.
    #[must_use]
    pub fn firing(&self) -> Vec<String> {
        let known = self.states.iter().flatten();
        known
            .filter(|alarm| alarm.fires())
            .map(|alarm| alarm.name.clone())
            .collect()
    }

    /// The names of the alarms that do not exist, as far as that is known.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let Some(known) = &self.states else {
            return Vec::new();
        };
        let exists = |name: &String| known.iter().any(|alarm| alarm.name == *name);
        let missing = self.names.iter().filter(|name| !exists(name));
        missing.cloned().collect()
    }
}

/// A service (API shape `Service`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceState {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The ARN of its cluster.
    pub cluster: String,
    /// Whether it takes deployments.
    pub status: ServiceStatus,
    /// Who moves the tasks.
    pub controller: Controller,
    /// How they are moved.
    pub strategy: Strategy,
    /// How many there are to be.
    pub scheduling: Scheduling,
    /// Who owns its settings.
    pub management: Management,
    /// The ARN of the task definition it was last given.
    pub task_definition: String,
    /// All its tasks.
    pub counts: Counts,
    /// The lower limit during a deployment, in per cent of the desired count.
    pub min_healthy_percent: Option<u32>,
    /// The upper limit during a deployment, in per cent of the desired count.
    pub max_percent: Option<u32>,
    /// The circuit breaker, if the service has one.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// The deployment alarms, if the service has any.
    pub alarms: Option<AlarmGuard>,
    /// How many lifecycle hooks its deployments have.
    pub hooks: usize,
    /// Its deployments, the newest first. A service under CodeDeploy has none.
    pub deployments: Vec<Deployment>,
    /// Its task sets; only a service whose tasks others than ECS move has any.
    pub task_sets: Vec<TaskSet>,
    /// What happened to it, the newest first; at most 100.
    pub events: Vec<ServiceEvent>,
    /// Its load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Where its tasks are put; under CodeDeploy those of the task set that serves production. It has a network if the network
    /// mode is `awsvpc`.
    pub placement: Placement,
    /// The service deployment it names as its current one (`currentServiceDeployment`); may be an older one for a while.
    pub current_deployment: Option<ServiceDeploymentArn>,
    /// How long old and new tasks run beside each other once all traffic moved (`bakeTimeInMinutes`).
    pub bake_time: Option<Duration>,
    /// The revisions it says it runs (`currentServiceRevisions`); may lag.
    pub current_revisions: Vec<RevisionArn>,
}

impl ServiceState {
    /// The newest entry of `deployments`.
    #[must_use]
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments
            .iter()
            .find(|deployment| deployment.role == DeploymentRole::Primary)
    }

    /// The task set that serves production.
    #[must_use]
    pub fn primary_task_set(&self) -> Option<&TaskSet> {
        self.task_sets
            .iter()
            .find(|set| set.status == TaskSetStatus::Primary)
    }

    /// The ARN of the task definition it has: what its newest entry or its primary task set brings.
    #[must_use]
    pub fn current_task_definition(&self) -> &str {
        let entry = self.primary().map(|entry| &entry.task_definition);
        let set = || self.primary_task_set().map(|set| &set.task_definition);
        entry.or_else(set).unwrap_or(&self.task_definition)
    }

    /// The entry of `deployments` with this id.
    #[must_use]
    pub fn deployment(&self, id: &DeploymentId) -> Option<&Deployment> {
        self.deployments
            .iter()
            .find(|deployment| deployment.id == *id)
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_ecs_adds_later_is_kept_as_it_came() {
        let strategy = Strategy::from("SHADOW");
        assert_eq!(strategy, Strategy::Other("SHADOW".to_owned()));
        assert_eq!(strategy.to_string(), "SHADOW");
        assert_eq!(Strategy::from("BLUE_GREEN"), Strategy::BlueGreen);
        assert_eq!(Strategy::BlueGreen.as_str(), "BLUE_GREEN");
    }
}
