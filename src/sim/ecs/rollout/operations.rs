//! The operations on service deployments: list, describe, stop.
//!
//! They see a deployment only some seconds after it began, as the real ones do (`Rules::deployment_lag`).

use serde_json::{Value, json};

use super::answer::{brief, described};
use super::{Rollout, RolloutStatus};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::service::Service;
use crate::sim::ecs::{Ecs, arn, pace, pages, refuse};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// `ListServiceDeployments`: newest first.
///
/// # Errors
/// `ClusterNotFoundException`, `ServiceNotFoundException`, `InvalidParameterException` for a bad page size or token.
pub(in crate::sim::ecs) fn list(
    ecs: &Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let name = arn::short(members::text(input, "service").unwrap_or_default());
    let service = ecs
        .service(&cluster, name)
        .ok_or_else(refuse::service_not_found)?;
    let statuses = members::texts(input, "status");
    let bound = |name: &str| {
        members::object(input, "createdAt")
            .and_then(|range| range.get(name))
            .and_then(Moment::from_epoch_seconds)
    };
    let (after, before) = (bound("after"), bound("before"));
    let deployments = service
        .rollouts
        .iter()
        .rev()
        .filter(|rollout| is_visible(rollout, around))
        .filter(|rollout| statuses.is_empty() || statuses.contains(&rollout.status.name()))
        .filter(|rollout| after.is_none_or(|after| rollout.created > after))
        .filter(|rollout| before.is_none_or(|before| rollout.created < before))
        .map(|rollout| brief(service, rollout))
        .collect();
    pages::list(input, 100, 20, "serviceDeployments", deployments)
}

/// Whether the reads know of it yet.
fn is_visible(rollout: &Rollout, around: &Cloud) -> bool {
    rollout.created.plus(around.rules.deployment_lag) <= around.now
}

/// `DescribeServiceDeployments`: up to 20 ARNs.
///
/// # Errors
/// `InvalidParameterException` for none, more than 20, or a text that is no such ARN.
pub(in crate::sim::ecs) fn describe(
    ecs: &Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let arns = members::texts(input, "serviceDeploymentArns");
    if !(1..=20).contains(&arns.len()) {
        return Err(refuse::invalid(
            "serviceDeploymentArns must have 1 to 20 entries.",
        ));
    }
    let (mut deployments, mut failures) = (Vec::new(), Vec::new());
    for text in arns {
        let (key, id) = parse(text)?;
        let service = ecs.services.get(&key);
        let found = service
            .and_then(|service| Some((service, find(service, &id)?)))
            .filter(|(_, rollout)| is_visible(rollout, around));
        match found {
            Some((service, rollout)) => deployments.push(described(service, rollout, &ecs.tasks)),
            None => failures.push(json!({"arn": text, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceDeployments": deployments, "failures": failures}))
}

fn find<'a>(service: &'a Service, id: &str) -> Option<&'a Rollout> {
    service.rollouts.iter().find(|rollout| rollout.id == id)
}

/// The service and the id a service deployment's ARN names.
pub(in crate::sim::ecs) fn parse(text: &str) -> Result<((String, String), String), Refusal> {
    match arn::resource(text) {
        Some(("service-deployment", path)) => match path.as_slice() {
            [cluster, service, id] => Ok((
                ((*cluster).to_owned(), (*service).to_owned()),
                (*id).to_owned(),
            )),
            _ => Err(refuse::invalid(format!(
                "Invalid service deployment ARN: {text}"
            ))),
        },
        _ => Err(refuse::invalid(format!(
            "Invalid service deployment ARN: {text}"
        ))),
    }
}

/// `StopServiceDeployment`: the rollback it asks for begins a moment later.
///
/// # Errors
/// `InvalidParameterException` for a stop type other than ROLLBACK (the model's text allows no other),
/// `ServiceDeploymentNotFoundException`, `ConflictException` for one that is over or already on its way back.
pub(in crate::sim::ecs) fn stop(
    ecs: &mut Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let text = members::text(input, "serviceDeploymentArn").unwrap_or_default();
    let (key, id) = parse(text)?;
    if members::text(input, "stopType").is_some_and(|kind| kind != "ROLLBACK") {
        return Err(refuse::invalid("The only valid stopType is ROLLBACK."));
    }
    let service = ecs
        .services
        .get_mut(&key)
        .ok_or_else(refuse::service_deployment_not_found)?;
    let rollout = service
        .rollouts
        .iter_mut()
        .find(|rollout| rollout.id == id)
        .ok_or_else(refuse::service_deployment_not_found)?;
    match rollout.status {
        RolloutStatus::Pending | RolloutStatus::InProgress => {
            let at = around.now.plus(pace::STOP_REQUEST);
            rollout.turn(RolloutStatus::RollbackRequested, None, around.now);
            rollout.rollback_at = Some(at);
            service.wake(at);
            Ok(json!({"serviceDeploymentArn": text}))
        }
        RolloutStatus::RollbackRequested
        | RolloutStatus::RollbackInProgress
        | RolloutStatus::Successful
        | RolloutStatus::Stopped
        | RolloutStatus::RollbackSuccessful
        | RolloutStatus::RollbackFailed => Err(Refusal::new(
            "ConflictException",
            format!(
                "The service deployment cannot be stopped in its status {}.",
                rollout.status.name()
            ),
        )
        .with_member("resourceIds", json!([text]))),
    }
}
