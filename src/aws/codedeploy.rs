//! Deployment groups and deployments of CodeDeploy, through `aws-sdk-codedeploy`. Translates; decides nothing.

use std::time::SystemTime;

use aws_sdk_codedeploy::config::Builder;
use aws_sdk_codedeploy::config::retry::RetryConfig;
use aws_sdk_codedeploy::types as sdk;
use aws_smithy_types::DateTime;

use super::codedeploy_facts as facts;
use super::refusal::port_error;
use super::{Aws, pages};
use crate::domain::codedeploy::{
    CodeDeployStatus, CodeDeployment, ContinueWait, DeploymentConfig, DeploymentGroup, GroupRef,
    NewDeployment, ShiftTarget,
};
use crate::domain::service::CodeDeployId;
use crate::ports::PortError;
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};

/// How many deployments one `BatchGetDeployments` takes.
const IDS: usize = 25;

impl ReadCodeDeploy for Aws {
    async fn deployment_group(&self, at: &GroupRef) -> Result<DeploymentGroup, PortError> {
        let answer = self
            .codedeploy
            .get_deployment_group()
            .application_name(&at.application)
            .deployment_group_name(&at.group)
            .send()
            .await
            .map_err(|error| port_error("GetDeploymentGroup", &error))?;
        answer
            .deployment_group_info()
            .map(|info| facts::group(at, info))
            .ok_or_else(|| empty("GetDeploymentGroup", "deployment group"))
    }

    async fn deployment_config(&self, name: &str) -> Result<Option<DeploymentConfig>, PortError> {
        let answer = self
            .codedeploy
            .get_deployment_config()
            .deployment_config_name(name)
            .send()
            .await
            .map_err(|error| port_error("GetDeploymentConfig", &error));
        match answer {
            Ok(answer) => Ok(answer.deployment_config_info().map(facts::config)),
            Err(error) if error.code() == Some("DeploymentConfigDoesNotExistException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn running_codedeployments(&self, at: &GroupRef) -> Result<Vec<CodeDeployId>, PortError> {
        let running = CodeDeployStatus::RUNNING
            .iter()
            .map(|status| sdk::DeploymentStatus::from(status.as_str()))
            .collect();
        self.list_codedeployments(at, Some(running), None).await
    }

    async fn codedeployments_since(
        &self,
        at: &GroupRef,
        since: Option<SystemTime>,
    ) -> Result<Vec<CodeDeployId>, PortError> {
        let range = since.map(|since| {
            sdk::TimeRange::builder()
                .start(DateTime::from(since))
                .build()
        });
        self.list_codedeployments(at, None, range).await
    }

    async fn codedeployments(
        &self,
        ids: &[CodeDeployId],
    ) -> Result<Vec<CodeDeployment>, PortError> {
        if let [only] = ids {
            let answer = self
                .codedeploy
                .get_deployment()
                .deployment_id(only.as_str())
                .send()
                .await
                .map_err(|error| port_error("GetDeployment", &error));
            return match answer {
                Ok(answer) => Ok(answer
                    .deployment_info()
                    .map(facts::deployment)
                    .into_iter()
                    .collect()),
                Err(error) if error.code() == Some("DeploymentDoesNotExistException") => {
                    Ok(Vec::new())
                }
                Err(error) => Err(error),
            };
        }
        let mut found = Vec::new();
        for some in ids.chunks(IDS) {
            let answer = self
                .codedeploy
                .batch_get_deployments()
                .set_deployment_ids(Some(some.iter().map(ToString::to_string).collect()))
                .send()
                .await
                .map_err(|error| port_error("BatchGetDeployments", &error))?;
            found.extend(answer.deployments_info().iter().map(facts::deployment));
        }
        Ok(found)
    }

    async fn shift_target(
        &self,
        deployment: &CodeDeployId,
        target: &str,
    ) -> Result<Option<ShiftTarget>, PortError> {
        let answer = self
            .codedeploy
            .batch_get_deployment_targets()
            .deployment_id(deployment.as_str())
            .target_ids(target)
            .send()
            .await
            .map_err(|error| port_error("BatchGetDeploymentTargets", &error));
        match answer {
            Ok(answer) => Ok(answer
                .deployment_targets()
                .iter()
                .find_map(|target| target.ecs_target())
                .map(facts::target)),
            // It has none as long as it has not begun.
            Err(error)
                if matches!(
                    error.code(),
                    Some(
                        "DeploymentNotStartedException"
                            | "DeploymentTargetDoesNotExistException"
                            | "InstanceDoesNotExistException"
                    )
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Aws {
    async fn list_codedeployments(
        &self,
        at: &GroupRef,
        statuses: Option<Vec<sdk::DeploymentStatus>>,
        range: Option<sdk::TimeRange>,
    ) -> Result<Vec<CodeDeployId>, PortError> {
        let asked = self
            .codedeploy
            .list_deployments()
            .application_name(&at.application)
            .deployment_group_name(&at.group)
            .set_include_only_statuses(statuses)
            .set_create_time_range(range)
            .into_paginator()
            .items();
        let ids = pages::all("ListDeployments", asked.send()).await?;
        Ok(ids.into_iter().map(CodeDeployId::new).collect())
    }
}

impl WriteCodeDeploy for Aws {
    async fn create_codedeployment(&self, new: &NewDeployment) -> Result<CodeDeployId, PortError> {
        let appspec = sdk::AppSpecContent::builder()
            .content(&new.appspec)
            .sha256(new.sha256())
            .build();
        let revision = sdk::RevisionLocation::builder()
            .revision_type(sdk::RevisionLocationType::AppSpecContent)
            .app_spec_content(appspec)
            .build();
        let answer = self
            .codedeploy
            .create_deployment()
            .application_name(&new.at.application)
            .deployment_group_name(&new.at.group)
            .set_deployment_config_name(new.config.clone())
            .set_description(new.description.clone())
            .revision(revision)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .send()
            .await
            .map_err(|error| port_error("CreateDeployment", &error))?;
        answer
            .deployment_id()
            .map(CodeDeployId::new)
            .ok_or_else(|| empty("CreateDeployment", "deployment id"))
    }

    async fn stop_codedeployment(
        &self,
        deployment: &CodeDeployId,
        goes_back: bool,
    ) -> Result<(), PortError> {
        self.codedeploy
            .stop_deployment()
            .deployment_id(deployment.as_str())
            .auto_rollback_enabled(goes_back)
            .send()
            .await
            .map_err(|error| port_error("StopDeployment", &error))?;
        Ok(())
    }

    async fn continue_codedeployment(
        &self,
        deployment: &CodeDeployId,
        wait: ContinueWait,
    ) -> Result<(), PortError> {
        self.codedeploy
            .continue_deployment()
            .deployment_id(deployment.as_str())
            .deployment_wait_type(match wait {
                ContinueWait::Ready => sdk::DeploymentWaitType::ReadyWait,
                ContinueWait::Termination => sdk::DeploymentWaitType::TerminationWait,
            })
            .send()
            .await
            .map_err(|error| port_error("ContinueDeployment", &error))?;
        Ok(())
    }
}

fn empty(operation: &'static str, what: &str) -> PortError {
    PortError::Unreachable {
        operation,
        reason: format!("the answer holds no {what}"),
        throttled: false,
    }
}
