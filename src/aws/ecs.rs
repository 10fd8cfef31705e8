//! Services, deployments, revisions and tasks, through `aws-sdk-ecs`. Translates; decides nothing.

use std::time::SystemTime;

use aws_sdk_ecs::config::Builder;
use aws_sdk_ecs::operation::update_service::UpdateServiceError;
use aws_sdk_ecs::types::{
    CreatedAt, DeploymentLifecycleHookAction, DesiredStatus, PropagateTags as SdkTags,
    ServiceDeploymentStatus, StopServiceDeploymentStopType,
};
use aws_smithy_types::DateTime;

use super::ecs_facts as facts;
use super::once::OnceUnlessThrottled;
use super::refusal::port_error;
use super::task_definitions::add_member;
use super::{Aws, pages};
use crate::domain::answer::Answer;
use crate::domain::plan::{PropagateTags, ServiceUpdate};
use crate::domain::service::{
    RevisionArn, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentBrief, ServiceRevision,
    ServiceState, TaskState,
};
use crate::ports::PortError;
use crate::ports::services::{AnswerHooks, ReadServices, ReadTasks, WriteServices};

/// How many services one `DescribeServices` takes.
const SERVICES: usize = 10;
/// How many ARNs one `DescribeServiceDeployments` or `DescribeServiceRevisions` takes.
const ARNS: usize = 20;
/// How many tasks one `DescribeTasks` takes, and how much a page of a list holds at most.
const PAGE: usize = 100;

/// The states of a service deployment that is not over.
const RUNNING: [ServiceDeploymentStatus; 5] = [
    ServiceDeploymentStatus::Pending,
    ServiceDeploymentStatus::InProgress,
    ServiceDeploymentStatus::StopRequested,
    ServiceDeploymentStatus::RollbackRequested,
    ServiceDeploymentStatus::RollbackInProgress,
];

impl ReadServices for Aws {
    async fn services(
        &self,
        cluster: &str,
        services: &[String],
    ) -> Result<Vec<ServiceState>, PortError> {
        let mut found = Vec::new();
        for some in services.chunks(SERVICES) {
            let answer = self
                .ecs
                .describe_services()
                .cluster(cluster)
                .set_services(Some(some.to_vec()))
                .send()
                .await
                .map_err(|error| port_error("DescribeServices", &error))?;
            found.extend(answer.services().iter().map(facts::service));
        }
        Ok(found)
    }

    async fn list_deployments(
        &self,
        cluster: &str,
        service: &str,
        since: Option<SystemTime>,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        let created = since.map(|since| CreatedAt::builder().after(DateTime::from(since)).build());
        self.list(cluster, service, created, None).await
    }

    async fn running_deployments(
        &self,
        cluster: &str,
        service: &str,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        self.list(cluster, service, None, Some(RUNNING.to_vec()))
            .await
    }

    async fn deployments(
        &self,
        arns: &[ServiceDeploymentArn],
    ) -> Result<Vec<ServiceDeployment>, PortError> {
        let mut found = Vec::new();
        for some in arns.chunks(ARNS) {
            let arns = some.iter().map(ToString::to_string).collect();
            let answer = self
                .ecs
                .describe_service_deployments()
                .set_service_deployment_arns(Some(arns))
                .send()
                .await
                .map_err(|error| port_error("DescribeServiceDeployments", &error))?;
            found.extend(answer.service_deployments().iter().map(facts::deployment));
        }
        Ok(found)
    }

    async fn revisions(&self, arns: &[RevisionArn]) -> Result<Vec<ServiceRevision>, PortError> {
        let mut found = Vec::new();
        for some in arns.chunks(ARNS) {
            let arns = some.iter().map(ToString::to_string).collect();
            let answer = self
                .ecs
                .describe_service_revisions()
                .set_service_revision_arns(Some(arns))
                .send()
                .await
                .map_err(|error| port_error("DescribeServiceRevisions", &error))?;
            found.extend(answer.service_revisions().iter().map(facts::revision));
        }
        Ok(found)
    }
}

impl Aws {
    /// All pages of `ListServiceDeployments`; the SDK has no paginator for it.
    async fn list(
        &self,
        cluster: &str,
        service: &str,
        created: Option<CreatedAt>,
        states: Option<Vec<ServiceDeploymentStatus>>,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let answer = self
                .ecs
                .list_service_deployments()
                .cluster(cluster)
                .service(service)
                .set_created_at(created.clone())
                .set_status(states.clone())
                .max_results(100)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| port_error("ListServiceDeployments", &error))?;
            found.extend(answer.service_deployments().iter().map(facts::brief));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

impl WriteServices for Aws {
    async fn update_service(&self, update: &ServiceUpdate) -> Result<ServiceState, PortError> {
        let volume = update.volume.as_ref();
        let volumes = volume.map(|volume| volume.configurations().to_json_compact());
        let answer = self
            .ecs
            .update_service()
            .cluster(&update.cluster)
            .service(&update.service)
            .set_task_definition(update.task_definition.clone())
            .set_force_new_deployment(update.force.then_some(true))
            .set_desired_count(
                update
                    .desired_count
                    .map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
            )
            .set_enable_ecs_managed_tags(update.ecs_managed_tags)
            .set_propagate_tags(update.propagate_tags.map(|tags| match tags {
                PropagateTags::TaskDefinition => SdkTags::TaskDefinition,
                PropagateTags::Service => SdkTags::Service,
                PropagateTags::None => SdkTags::None,
            }))
            .customize()
            .mutate_request(move |request| {
                if let Some(volumes) = &volumes {
                    add_member(request, "volumeConfigurations", volumes);
                }
            })
            .config_override(
                Builder::new().retry_classifier(OnceUnlessThrottled::<UpdateServiceError>::new()),
            )
            .send()
            .await
            .map_err(|error| port_error("UpdateService", &error))?;
        answer
            .service()
            .map(facts::service)
            .ok_or_else(|| PortError::Unreachable {
                operation: "UpdateService",
                reason: "the answer holds no service".to_owned(),
                throttled: false,
            })
    }

    async fn stop_deployment(&self, arn: &ServiceDeploymentArn) -> Result<(), PortError> {
        self.ecs
            .stop_service_deployment()
            .service_deployment_arn(arn.as_str())
            .stop_type(StopServiceDeploymentStopType::Rollback)
            .send()
            .await
            .map_err(|error| port_error("StopServiceDeployment", &error))?;
        Ok(())
    }
}

impl AnswerHooks for Aws {
    async fn answer_hook(
        &self,
        deployment: &ServiceDeploymentArn,
        hook: &str,
        answer: Answer,
    ) -> Result<(), PortError> {
        self.ecs
            .continue_service_deployment()
            .service_deployment_arn(deployment.as_str())
            .hook_id(hook)
            .action(match answer {
                Answer::Continue => DeploymentLifecycleHookAction::Continue,
                Answer::Rollback => DeploymentLifecycleHookAction::Rollback,
            })
            .send()
            .await
            .map_err(|error| port_error("ContinueServiceDeployment", &error))?;
        Ok(())
    }
}

impl ReadTasks for Aws {
    async fn tasks_of(&self, cluster: &str, service: &str) -> Result<Vec<TaskState>, PortError> {
        let mut arns = Vec::new();
        for state in [DesiredStatus::Running, DesiredStatus::Stopped] {
            let asked = self
                .ecs
                .list_tasks()
                .cluster(cluster)
                .service_name(service)
                .desired_status(state)
                .into_paginator()
                .items();
            arns.extend(pages::all("ListTasks", asked.send()).await?);
        }
        self.tasks(cluster, &arns).await
    }

    async fn tasks(&self, cluster: &str, arns: &[String]) -> Result<Vec<TaskState>, PortError> {
        let mut found = Vec::new();
        for some in arns.chunks(PAGE) {
            let answer = self
                .ecs
                .describe_tasks()
                .cluster(cluster)
                .set_tasks(Some(some.to_vec()))
                .send()
                .await
                .map_err(|error| port_error("DescribeTasks", &error))?;
            found.extend(answer.tasks().iter().map(facts::task));
        }
        Ok(found)
    }
}
