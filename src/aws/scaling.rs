//! Scalable targets of services: the ports of scaling, translated to Application Auto Scaling (and one question to ECS).
use aws_sdk_applicationautoscaling::config::Builder;
use aws_sdk_applicationautoscaling::operation::register_scalable_target::RegisterScalableTargetError;
use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget as AwsTarget, ScalableTargetAction,
    ScheduledAction as AwsAction, ServiceNamespace, SuspendedState as AwsState,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::DateTime;

use super::refusal::port_error;
use super::{Aws, pages};
use crate::domain::scaling::{
    LEASE_TAG, ScalableTarget, ScaledService, Schedule, ScheduledAction, ServiceResource,
    SuspendedState, UnixTime,
};
use crate::ports::PortError;
use crate::ports::scaling::{ReadScaling, WriteScaling};

impl ReadScaling for Aws {
    async fn scalable_target(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScalableTarget>, PortError> {
        let answer = self
            .scaling
            .describe_scalable_targets()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_ids(resource.to_string())
            .send()
            .await
            .map_err(|error| port_error("DescribeScalableTargets", &error))?;
        let found = answer.scalable_targets().iter().filter_map(target);
        Ok(found
            .into_iter()
            .find(|target| target.resource == *resource))
    }

    async fn scalable_targets(&self) -> Result<Vec<ScalableTarget>, PortError> {
        let asked = self
            .scaling
            .describe_scalable_targets()
            // Without a dimension, which may only be given with resource ids.
            .service_namespace(ServiceNamespace::Ecs)
            .into_paginator()
            .items();
        let answers = pages::all("DescribeScalableTargets", asked.send()).await?;
        Ok(answers.iter().filter_map(target).collect())
    }

    async fn target_lease(&self, arn: &str) -> Result<Option<String>, PortError> {
        let answer = self
            .scaling
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await
            .map_err(|error| port_error("ListTagsForResource", &error))?;
        Ok(answer.tags.and_then(|mut tags| tags.remove(LEASE_TAG)))
    }

    async fn scheduled_actions(
        &self,
        resource: &ServiceResource,
    ) -> Result<Vec<ScheduledAction>, PortError> {
        let asked = self
            .scaling
            .describe_scheduled_actions()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource.to_string())
            .into_paginator()
            .items();
        let answers = pages::all("DescribeScheduledActions", asked.send()).await?;
        Ok(answers.iter().map(scheduled_action).collect())
    }

    async fn scaled_service(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScaledService>, PortError> {
        let answer = self
            .ecs
            .describe_services()
            .cluster(resource.cluster())
            .services(resource.service())
            .send()
            .await
            .map_err(|error| port_error("DescribeServices", &error))?;
        let active = answer
            .services()
            .iter()
            .find(|service| service.status() == Some("ACTIVE"));
        Ok(active.map(|service| ScaledService {
            desired_count: i64::from(service.desired_count()),
            is_deploying: is_deploying(service),
        }))
    }
}

impl WriteScaling for Aws {
    async fn set_suspended(
        &self,
        resource: &ServiceResource,
        state: SuspendedState,
    ) -> Result<(), PortError> {
        let flags = AwsState::builder()
            .dynamic_scaling_in_suspended(state.scale_in)
            .dynamic_scaling_out_suspended(state.scale_out)
            .scheduled_scaling_suspended(state.scheduled)
            .build();
        self.scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource.to_string())
            .suspended_state(flags)
            .customize()
            .config_override(Builder::new().retry_classifier(Contended))
            .send()
            .await
            .map_err(|error| port_error("RegisterScalableTarget", &error))?;
        Ok(())
    }

    async fn write_target_lease(&self, arn: &str, text: &str) -> Result<(), PortError> {
        self.scaling
            .tag_resource()
            .resource_arn(arn)
            .tags(LEASE_TAG, text)
            .send()
            .await
            .map_err(|error| port_error("TagResource", &error))?;
        Ok(())
    }

    async fn remove_target_lease(&self, arn: &str) -> Result<(), PortError> {
        self.scaling
            .untag_resource()
            .resource_arn(arn)
            .tag_keys(LEASE_TAG)
            .send()
            .await
            .map_err(|error| port_error("UntagResource", &error))?;
        Ok(())
    }
}

/// A target that somebody else changes at the same moment is asked for again. AWS answers so in the ordinary course of things,
/// and the SDK takes it for final.
#[derive(Debug)]
struct Contended;

impl ClassifyRetry for Contended {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error(),
            Some(Ok(_)) | None => None,
        };
        let error = error.and_then(|error| error.downcast_ref::<RegisterScalableTargetError>());
        if error.is_some_and(RegisterScalableTargetError::is_concurrent_update_exception) {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "contended"
    }
}

/// A target of another kind of resource or dimension is none of ours.
fn target(answer: &AwsTarget) -> Option<ScalableTarget> {
    if answer.scalable_dimension() != &ScalableDimension::EcsServiceDesiredCount {
        return None;
    }
    let suspended = answer
        .suspended_state()
        .map_or_else(SuspendedState::default, |flags| SuspendedState {
            scale_in: flags.dynamic_scaling_in_suspended() == Some(true),
            scale_out: flags.dynamic_scaling_out_suspended() == Some(true),
            scheduled: flags.scheduled_scaling_suspended() == Some(true),
        });
    Some(ScalableTarget {
        resource: ServiceResource::from_id(answer.resource_id())?,
        arn: answer.scalable_target_arn().map(str::to_owned),
        min_capacity: i64::from(answer.min_capacity()),
        max_capacity: i64::from(answer.max_capacity()),
        suspended,
    })
}

fn scheduled_action(answer: &AwsAction) -> ScheduledAction {
    let time = |time: Option<&DateTime>| {
        let seconds = u64::try_from(time?.secs()).ok()?;
        Some(UnixTime(seconds))
    };
    let action = answer.scalable_target_action();
    ScheduledAction {
        name: answer.scheduled_action_name().to_owned(),
        schedule: Schedule::Expression(answer.schedule().to_owned()),
        time_zone: answer.timezone().map(str::to_owned),
        created: time(Some(answer.creation_time())),
        start: time(answer.start_time()),
        end: time(answer.end_time()),
        min_capacity: action
            .and_then(ScalableTargetAction::min_capacity)
            .map(i64::from),
        max_capacity: action
            .and_then(ScalableTargetAction::max_capacity)
            .map(i64::from),
        desired_capacity: None,
    }
}

fn is_deploying(service: &aws_sdk_ecs::types::Service) -> bool {
    let deployments = service.deployments();
    let unfinished = deployments
        .iter()
        .filter_map(|deployment| deployment.rollout_state())
        .any(|state| state.as_str() == "IN_PROGRESS");
    deployments.len() > 1 || service.task_sets().len() > 1 || unfinished
}
