//! A deployment of CodeDeploy that something else made: what it is, and which service it deploys.

use crate::domain::codedeploy::{CodeDeployment, DeploymentGroup};
use crate::domain::service::{CodeDeployId, tail};
use crate::error::{Cause, Error};
use crate::ports::codedeploy::ReadCodeDeploy;

/// Reads a deployment and the group it is in.
pub(super) async fn read<W: ReadCodeDeploy>(
    world: &W,
    id: &CodeDeployId,
) -> Result<(CodeDeployment, DeploymentGroup), Error> {
    let found = world.codedeployments(std::slice::from_ref(id)).await?;
    let deployment = found.into_iter().next().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("no such deployment of CodeDeploy: `{id}`"),
        )
        .hint("check account and Region")
    })?;
    let at = deployment.at.as_ref().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("CodeDeploy does not say which group the deployment is in: `{id}`"),
        )
    })?;
    let group = world.deployment_group(at).await?;
    Ok((deployment, group))
}

/// The cluster and the service that a group deploys.
pub(super) fn service_of(group: &DeploymentGroup) -> Result<(String, String), Error> {
    match group.services.as_slice() {
        [(cluster, service)] => Ok((tail(cluster).to_owned(), tail(service).to_owned())),
        _ => Err(Error::new(
            Cause::Refused,
            format!(
                "the deployment group deploys no service of ECS: `{}`",
                group.at.group
            ),
        )),
    }
}

/// The service as CodeDeploy names it as a target.
pub(super) fn target(cluster: &str, service: &str) -> String {
    format!("{cluster}:{service}")
}
