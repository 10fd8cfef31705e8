//! What the stages need of CodeDeploy: deployment groups, deployments, and the service as their target.
//!
//! Not for deciding what an answer means: `domain::codedeploy` does.

use std::time::SystemTime;

use super::PortError;
use crate::domain::codedeploy::{
    CodeDeployment, ContinueWait, DeploymentConfig, DeploymentGroup, GroupRef, NewDeployment,
    ShiftTarget,
};
use crate::domain::service::CodeDeployId;

/// Reads what CodeDeploy has and does.
pub trait ReadCodeDeploy {
    /// A deployment group; refused with `ApplicationDoesNotExistException` or `DeploymentGroupDoesNotExistException` if there
    /// is none (`GetDeploymentGroup`).
    async fn deployment_group(&self, at: &GroupRef) -> Result<DeploymentGroup, PortError>;

    /// A configuration of deployments; `None` if there is none of this name (`GetDeploymentConfig`).
    async fn deployment_config(&self, name: &str) -> Result<Option<DeploymentConfig>, PortError>;

    /// The deployments of a group that are not over (`ListDeployments` with the states that run, all pages).
    async fn running_codedeployments(&self, at: &GroupRef) -> Result<Vec<CodeDeployId>, PortError>;

    /// The deployments of a group made since a moment of CodeDeploy's clock, or all that are kept (`ListDeployments`, all
    /// pages).
    async fn codedeployments_since(
        &self,
        at: &GroupRef,
        since: Option<SystemTime>,
    ) -> Result<Vec<CodeDeployId>, PortError>;

    /// These deployments, as far as CodeDeploy knows them (`GetDeployment` for one, `BatchGetDeployments` for several,
    /// twenty-five a call).
    async fn codedeployments(&self, ids: &[CodeDeployId])
    -> Result<Vec<CodeDeployment>, PortError>;

    /// A service (`<cluster>:<service>`) as the target of a deployment; `None` as long as it is none
    /// (`BatchGetDeploymentTargets`).
    async fn shift_target(
        &self,
        deployment: &CodeDeployId,
        target: &str,
    ) -> Result<Option<ShiftTarget>, PortError>;
}

/// Makes, stops and continues deployments.
pub trait WriteCodeDeploy {
    /// Makes a deployment, with one attempt: CodeDeploy has no token by which it would know a second one for the same
    /// (`CreateDeployment`).
    async fn create_codedeployment(&self, new: &NewDeployment) -> Result<CodeDeployId, PortError>;

    /// Stops a deployment, and goes back from it if that is wanted (`StopDeployment`).
    async fn stop_codedeployment(
        &self,
        deployment: &CodeDeployId,
        goes_back: bool,
    ) -> Result<(), PortError>;

    /// Ends a wait of a deployment (`ContinueDeployment`).
    async fn continue_codedeployment(
        &self,
        deployment: &CodeDeployId,
        wait: ContinueWait,
    ) -> Result<(), PortError>;
}
