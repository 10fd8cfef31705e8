//! The targets of a deployment: one, the service, whose id is `<cluster>:<service>`.

use serde_json::{Value, json};

use super::deployment::{Deployment, Status};
use super::{answer, operations, pages, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// The most targets a batch may name (API shape `BatchGetDeploymentTargetsInput`).
const BATCH: usize = 25;

/// The deployment a request names, which has to have begun.
fn started<'a>(cloud: &'a Cloud, input: &Members) -> Result<&'a Deployment, Refusal> {
    let deployment = operations::find(cloud, input)?;
    match deployment.status {
        Status::Created | Status::Queued => Err(refuse::with(
            "DeploymentNotStartedException",
            format!("The deployment {} has not started", deployment.id),
        )),
        Status::InProgress
        | Status::Ready
        | Status::Succeeded
        | Status::Failed
        | Status::Stopped => Ok(deployment),
    }
}

/// `ListDeploymentTargets`.
pub(super) fn list(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let deployment = started(cloud, input)?;
    let filters = members::object(input, "targetFilters");
    if filters.is_some_and(|filters| members::given(filters, "ServerInstanceLabel")) {
        return Err(refuse::with(
            "InvalidTargetFilterNameException",
            "ServerInstanceLabel is for deployments to instances",
        ));
    }
    let statuses = filters
        .map(|filters| members::texts(filters, "TargetStatus"))
        .unwrap_or_default();
    let fits = statuses.is_empty() || statuses.contains(&deployment.status.of_target());
    let found = fits.then(|| json!(deployment.target()));
    pages::page(input, "targetIds", found.into_iter().collect())
}

fn described(cloud: &Cloud, deployment: &Deployment, id: &str) -> Result<Value, Refusal> {
    if id == deployment.target() {
        return Ok(answer::target(cloud, deployment));
    }
    Err(refuse::with(
        "DeploymentTargetDoesNotExistException",
        format!("The deployment {} has no target {id}", deployment.id),
    ))
}

/// `GetDeploymentTarget`.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let deployment = started(cloud, input)?;
    let id = members::text(input, "targetId").unwrap_or_default();
    Ok(json!({ "deploymentTarget": described(cloud, deployment, id)? }))
}

/// `BatchGetDeploymentTargets`.
pub(super) fn batch_get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let deployment = started(cloud, input)?;
    let ids = members::texts(input, "targetIds");
    pages::at_most(&ids, BATCH, "DeploymentTargetListSizeExceededException")?;
    let found = ids
        .into_iter()
        .map(|id| described(cloud, deployment, id))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "deploymentTargets": found }))
}
