//! Reading deployments: one, several, a list.

use serde_json::{Value, json};

use super::deployment::Deployment;
use super::{answer, group, pages, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The most deployments a batch may name (API operation `BatchGetDeployments`).
const BATCH: usize = 25;

/// The deployment a request names.
///
/// # Errors
/// `DeploymentIdRequiredException`, `InvalidDeploymentIdException`, `DeploymentDoesNotExistException`.
pub(super) fn find<'a>(cloud: &'a Cloud, input: &Members) -> Result<&'a Deployment, Refusal> {
    let id = id(input)?;
    let mut all = cloud.codedeploy.deployments.iter();
    all.find(|deployment| deployment.id == id)
        .ok_or_else(|| refuse::no_deployment(id))
}

/// The same, to be changed.
pub(super) fn find_mut<'a>(
    cloud: &'a mut Cloud,
    input: &Members,
) -> Result<&'a mut Deployment, Refusal> {
    let id = id(input)?;
    let mut all = cloud.codedeploy.deployments.iter_mut();
    all.find(|deployment| deployment.id == id)
        .ok_or_else(|| refuse::no_deployment(id))
}

fn id(input: &Members) -> Result<&str, Refusal> {
    let id = members::text(input, "deploymentId").ok_or_else(|| {
        refuse::with(
            "DeploymentIdRequiredException",
            "The deployment ID is missing",
        )
    })?;
    let digits = id.strip_prefix("d-").unwrap_or_default();
    let legal = !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if legal {
        Ok(id)
    } else {
        Err(refuse::not_an_id(id))
    }
}

/// `GetDeployment`.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    Ok(json!({ "deploymentInfo": answer::info(find(cloud, input)?) }))
}

/// `BatchGetDeployments`: those that are not there are left out.
pub(super) fn batch_get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let ids = members::texts(input, "deploymentIds");
    pages::at_most(&ids, BATCH, "BatchLimitExceededException")?;
    let all = &cloud.codedeploy.deployments;
    let found = ids
        .iter()
        .filter_map(|id| all.iter().find(|deployment| deployment.id == *id))
        .map(answer::info);
    Ok(json!({ "deploymentsInfo": found.collect::<Value>() }))
}

/// `ListDeployments`: newest first.
///
/// # Errors
/// An application without a group or the other way round, one that is not there, a range that ends before it begins.
pub(super) fn list(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let of = match (
        members::given(input, "applicationName"),
        members::given(input, "deploymentGroupName"),
    ) {
        (false, false) => None,
        (false, true) => {
            return Err(refuse::with(
                "ApplicationNameRequiredException",
                "Application name is missing",
            ));
        }
        (true, _) => Some(group::find(cloud, input)?.0),
    };
    let bound = |name: &str| {
        members::object(input, "createTimeRange")
            .and_then(|range| range.get(name))
            .and_then(Moment::from_epoch_seconds)
    };
    let (start, end) = (bound("start"), bound("end"));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(refuse::with(
            "InvalidTimeRangeException",
            "the range ends before it begins",
        ));
    }
    let statuses = members::texts(input, "includeOnlyStatuses");
    let external = members::given(input, "externalId");
    let found = cloud
        .codedeploy
        .deployments
        .iter()
        .rev()
        .filter(|deployment| of.as_ref().is_none_or(|of| deployment.group == *of))
        .filter(|deployment| statuses.is_empty() || statuses.contains(&deployment.status.name()))
        .filter(|deployment| start.is_none_or(|start| deployment.created >= start))
        .filter(|deployment| end.is_none_or(|end| deployment.created <= end))
        .filter(|_| !external)
        .map(|deployment| json!(deployment.id))
        .collect();
    pages::page(input, "deployments", found)
}
