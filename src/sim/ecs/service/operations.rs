//! The operations on services that exist: describe, list, delete.

use serde_json::{Value, json};

use super::{Service, ServiceStatus, described};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::task::Placement;
use crate::sim::ecs::{Ecs, arn, pages, refuse};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `DescribeServices`: up to 10, names or ARNs.
///
/// # Errors
/// `ClusterNotFoundException`, `InvalidParameterException` for none or more than 10.
pub(in crate::sim::ecs) fn describe(
    ecs: &Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let names = members::texts(input, "services");
    if names.is_empty() {
        return Err(refuse::invalid("Services cannot be empty."));
    }
    if names.len() > 10 {
        return Err(refuse::invalid("Services can have at most 10 entries."));
    }
    let tags = members::texts(input, "include").contains(&"TAGS");
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        let name = arn::short(name);
        match ecs.service(&cluster, name) {
            Some(service) => services.push(described(service, &ecs.tasks, around, tags)),
            None => {
                failures.push(json!({"arn": arn::service(&cluster, name), "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

/// `ListServices`: pages of 10 unless asked otherwise.
///
/// # Errors
/// `ClusterNotFoundException`, `InvalidParameterException` for a bad page size or token.
pub(in crate::sim::ecs) fn list(ecs: &Ecs, input: &Members) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let launch_type = members::text(input, "launchType");
    let replica = members::text(input, "schedulingStrategy").is_none_or(|kind| kind == "REPLICA");
    let own = members::text(input, "resourceManagementType").is_none_or(|kind| kind == "CUSTOMER");
    let arns = ecs
        .services
        .values()
        .filter(|service| service.cluster == cluster && service.status != ServiceStatus::Inactive)
        .filter(|service| {
            launch_type.is_none_or(|kind| Placement::read(&service.settings).launch_type == kind)
        })
        .filter(|_| replica && own)
        .map(|service| service.arn().into())
        .collect();
    pages::list(input, 100, 10, "serviceArns", arns)
}

/// `DeleteService`: it is DRAINING until its tasks are gone, then INACTIVE.
///
/// # Errors
/// `ClusterNotFoundException`, `ServiceNotFoundException`, `InvalidParameterException` while it is scaled above 0 and
/// `force` is not given (text seen).
pub(in crate::sim::ecs) fn delete(
    ecs: &mut Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let name = arn::short(members::text(input, "service").unwrap_or_default()).to_owned();
    let service = ecs
        .services
        .get_mut(&(cluster, name))
        .filter(|service| service.status != ServiceStatus::Inactive)
        .ok_or_else(refuse::service_not_found)?;
    let force = members::flag(input, "force").unwrap_or(false);
    if service.status == ServiceStatus::Active && service.desired > 0 && !force {
        return Err(refuse::invalid(
            "The service cannot be stopped while it is scaled above 0.",
        ));
    }
    service.drain(around);
    Ok(json!({"service": described(service, &ecs.tasks, around, true)}))
}

impl Service {
    fn drain(&mut self, around: &Cloud) {
        if self.status == ServiceStatus::Active {
            self.status = ServiceStatus::Draining;
            self.desired = 0;
            self.intruder = None;
            self.loss = None;
            if let Some(rollout) = self.running_rollout() {
                let reason = "The service was deleted.";
                rollout.turn(
                    super::super::rollout::RolloutStatus::Stopped,
                    Some(reason),
                    around.now,
                );
            }
            self.wake(around.now);
        }
    }
}
