//! A deployment of CodeDeploy that something else made: what it is, and which service it deploys.

use crate::domain::codedeploy::{
    CodeDeployment, Creator, DeploymentGroup, GroupRef, default_application, default_group,
};
use crate::domain::service::{CodeDeployId, ServiceState, tail};
use crate::error::{Cause, Error};
use crate::ports::PortError;
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

/// The last deployment of a service that somebody made. One that goes back is part of the story of another; and one that was
/// rolled back left no task set, so the group is asked for those made since the one whose tasks run.
pub(super) async fn last_of<W: ReadCodeDeploy>(
    world: &W,
    service: &ServiceState,
) -> Result<Option<CodeDeployId>, Error> {
    let newest = service
        .task_sets
        .iter()
        .max_by_key(|set| set.created_at)
        .and_then(|set| set.made_by.clone());
    let known = match &newest {
        Some(newest) => world
            .codedeployments(std::slice::from_ref(newest))
            .await?
            .pop(),
        None => None,
    };
    // The task set that the service was made with is of no deployment.
    let at = known.as_ref().and_then(|known| known.at.clone());
    let at = at.unwrap_or_else(|| GroupRef {
        application: default_application(&service.cluster, &service.name),
        group: default_group(&service.cluster, &service.name),
    });
    let since = known.as_ref().and_then(|known| known.created_at);
    let since = match world.codedeployments_since(&at, since).await {
        Ok(since) => since,
        // Without the list the task sets have to do.
        Err(PortError::Refused(_)) => return Ok(newest),
        Err(error @ PortError::Unreachable { .. }) => return Err(error.into()),
    };
    let others: Vec<CodeDeployId> = since
        .into_iter()
        .filter(|id| Some(id) != newest.as_ref())
        .collect();
    let mut made = if others.is_empty() {
        Vec::new()
    } else {
        world.codedeployments(&others).await?
    };
    made.extend(known);
    made.retain(|one| one.creator.as_ref() != Some(&Creator::Rollback));
    let last = made.into_iter().max_by_key(|one| one.created_at);
    Ok(last.map(|one| one.id).or(newest))
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
