//! What the stages need of ECS services: the services, their deployments and revisions, and their tasks.
//!
//! Not for deciding what an answer means: `domain::plan` and `domain::rollout` do.

use std::time::SystemTime;

use super::PortError;
use crate::domain::answer::Answer;
use crate::domain::plan::ServiceUpdate;
use crate::domain::service::{
    RevisionArn, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentBrief, ServiceRevision,
    ServiceState, TaskState,
};

/// Reads services and what ECS records about their deployments.
pub trait ReadServices {
    /// The services of these names or ARNs that exist, in any order (`DescribeServices`, ten a call).
    async fn services(
        &self,
        cluster: &str,
        services: &[String],
    ) -> Result<Vec<ServiceState>, PortError>;

    /// The service deployments of a service made after a moment, or all that are kept, newest first
    /// (`ListServiceDeployments`, all pages).
    async fn list_deployments(
        &self,
        cluster: &str,
        service: &str,
        since: Option<SystemTime>,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError>;

    /// The service deployments of a service that are not over (`ListServiceDeployments` with the states that run, all pages).
    async fn running_deployments(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError>;

    /// These service deployments, as far as ECS knows them (`DescribeServiceDeployments`, twenty a call).
    async fn deployments(
        &self,
        arns: &[ServiceDeploymentArn],
    ) -> Result<Vec<ServiceDeployment>, PortError>;

    /// These service revisions, as far as ECS knows them (`DescribeServiceRevisions`, twenty a call).
    async fn revisions(&self, arns: &[RevisionArn]) -> Result<Vec<ServiceRevision>, PortError>;
}

/// Changes services.
pub trait WriteServices {
    /// Changes what the update names and nothing else, and gives the service as it is then (`UpdateService`).
    async fn update_service(&self, update: &ServiceUpdate) -> Result<ServiceState, PortError>;

    /// Asks ECS to stop a deployment and to go back to what ran before (`StopServiceDeployment`, stop type `ROLLBACK`).
    async fn stop_deployment(&self, arn: &ServiceDeploymentArn) -> Result<(), PortError>;
}

/// Answers hooks that wait.
pub trait AnswerHooks {
    /// Answers a hook of a deployment (`ContinueServiceDeployment`). A hook that does not wait is refused.
    async fn answer_hook(
        &self,
        deployment: &ServiceDeploymentArn,
        hook: &str,
        answer: Answer,
    ) -> Result<(), PortError>;
}

/// Reads tasks.
pub trait ReadTasks {
    /// The tasks of a service: those that are to run, and those that were stopped and are still known, which ECS keeps for about
    /// an hour (`ListTasks` for both states, `DescribeTasks`, a hundred a call).
    async fn tasks_of(&self, cluster: &str, service: &str) -> Result<Vec<TaskState>, PortError>;

    /// These tasks, as far as ECS knows them (`DescribeTasks`, a hundred a call).
    async fn tasks(&self, cluster: &str, arns: &[String]) -> Result<Vec<TaskState>, PortError>;
}
