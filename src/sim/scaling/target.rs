//! A scalable target: registering, changing and removing it, and what it does to its service. Not its tags' rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::{ACCOUNT, Cloud};
use crate::sim::ecs;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
use crate::sim::scaling::{DIMENSION, OmittedFlags, scheduled, tagging, validation};

/// The bounds between which a service may be scaled.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) suspended: Suspended,
    pub(super) tags: BTreeMap<String, String>,
    role: String,
    since: Moment,
}

/// Which kinds of scaling are off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Suspended {
    scale_in: bool,
    scale_out: bool,
    scheduled: bool,
}

/// Something that was done to a service's desired count.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    pub(super) resource: String,
    id: String,
    what: String,
    cause: String,
    at: Moment,
}

impl Target {
    pub(super) fn describe(&self, id: &str) -> Value {
        json!({
            "ServiceNamespace": "ecs",
            "ResourceId": id,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.min,
            "MaxCapacity": self.max,
            "RoleARN": self.role,
            "CreationTime": self.since.epoch_seconds(),
            "SuspendedState": self.suspended.describe(),
            "ScalableTargetARN": self.arn,
        })
    }
}

impl Suspended {
    pub(super) fn describe(self) -> Value {
        json!({
            "DynamicScalingInSuspended": self.scale_in,
            "DynamicScalingOutSuspended": self.scale_out,
            "ScheduledScalingSuspended": self.scheduled,
        })
    }

    /// What is suspended after a registration that sent these flags.
    fn changed(self, sent: Option<&Members>, omitted: OmittedFlags) -> Self {
        let Some(sent) = sent else { return self };
        let rest = match omitted {
            OmittedFlags::Kept => self,
            OmittedFlags::Cleared => Self::default(),
        };
        Self {
            scale_in: members::flag(sent, "DynamicScalingInSuspended").unwrap_or(rest.scale_in),
            scale_out: members::flag(sent, "DynamicScalingOutSuspended").unwrap_or(rest.scale_out),
            scheduled: members::flag(sent, "ScheduledScalingSuspended").unwrap_or(rest.scheduled),
        }
    }
}

impl Suspended {
    /// Whether a policy's step in this direction is not taken.
    pub(super) fn stops(self, by: i64) -> bool {
        if by > 0 {
            self.scale_out
        } else {
            self.scale_in
        }
    }

    /// Whether scheduled actions do not run.
    pub(super) fn stops_schedules(self) -> bool {
        self.scheduled
    }
}

impl Activity {
    /// One that happens now and ends well.
    pub(super) fn new(cloud: &mut Cloud, resource: &str, count: i64, cause: String) -> Self {
        Self::saying(cloud, resource, format!("desired count to {count}"), cause)
    }

    /// One that sets the bounds.
    pub(super) fn of_range(
        cloud: &mut Cloud,
        resource: &str,
        (min, max): (i64, i64),
        cause: String,
    ) -> Self {
        let what = format!("min capacity to {min} and max capacity to {max}");
        Self::saying(cloud, resource, what, cause)
    }

    fn saying(cloud: &mut Cloud, resource: &str, what: String, cause: String) -> Self {
        Self {
            resource: resource.to_owned(),
            id: cloud.ids.uuid(),
            what,
            cause,
            at: cloud.now,
        }
    }

    pub(super) fn describe(&self) -> Value {
        json!({
            "ActivityId": self.id,
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "Description": format!("Setting {}.", self.what),
            "Cause": self.cause,
            "StartTime": self.at.epoch_seconds(),
            "EndTime": self.at.epoch_seconds(),
            "StatusCode": "Successful",
            "StatusMessage": self.status(),
        })
    }
}

impl Activity {
    fn status(&self) -> String {
        if self.what.starts_with("desired count") {
            format!(
                "Successfully set {}. Change successfully fulfilled by ecs.",
                self.what
            )
        } else {
            format!("Successfully set {}", self.what)
        }
    }
}

/// Creates a target, or changes what was sent of one that exists. Either way the service's desired count is moved
/// between the bounds at once, even if no bound was sent (model text of `RegisterScalableTarget`).
pub(super) fn register(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (id, cluster, service) = resource(input)?;
    let Some(count) = ecs::desired_count(cloud, &cluster, &service) else {
        return Err(validation(format!("ECS service doesn't exist: {id}")));
    };
    let old = cloud.scaling.targets.get(&id);
    let bound = |name: &str, old: Option<i64>| {
        let missing = || {
            validation(format!(
                "a scalable target that does not exist yet needs MinCapacity and MaxCapacity: {id}"
            ))
        };
        members::number(input, name).or(old).ok_or_else(missing)
    };
    let (min, max) = (
        bound("MinCapacity", old.map(|old| old.min))?,
        bound("MaxCapacity", old.map(|old| old.max))?,
    );
    if min < 0 || max < min {
        return Err(validation(
            "MaxCapacity must not be less than MinCapacity, and neither less than 0",
        ));
    }
    let new_tags = tagging::read(input)?;
    if old.is_some() && !new_tags.is_empty() {
        return Err(validation(
            "tags can be given when a target is created, afterwards by TagResource",
        ));
    }
    let suspended = old.map(|old| old.suspended).unwrap_or_default();
    let target = Target {
        arn: old.map(|old| old.arn.clone()).unwrap_or_default(),
        min,
        max,
        suspended: suspended.changed(
            members::object(input, "SuspendedState"),
            cloud.rules.omitted_flags,
        ),
        tags: old.map_or(new_tags, |old| old.tags.clone()),
        role: old.map_or_else(role, |old| old.role.clone()),
        since: old.map_or(cloud.now, |old| old.since),
    };
    let target = if target.arn.is_empty() {
        let number = cloud.ids.hex(34);
        Target {
            arn: cloud.arn(
                "application-autoscaling",
                &format!("scalable-target/{number}"),
            ),
            ..target
        }
    } else {
        target
    };
    let answer = json!({ "ScalableTargetARN": target.arn });
    cloud.scaling.targets.insert(id.clone(), target);
    clamp(cloud, &id, &cluster, &service, count, (min, max));
    Ok(answer)
}

/// Removes a target and its tags.
pub(super) fn deregister(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (id, ..) = resource(input)?;
    match cloud.scaling.targets.remove(&id) {
        Some(_) => {
            scheduled::forget(cloud, &id);
            Ok(json!({}))
        }
        None => Err(Refusal::new(
            "ObjectNotFoundException",
            format!(
                "No scalable target found for service namespace: ecs, resource ID: {id}, scalable dimension: {DIMENSION}"
            ),
        )),
    }
}

/// Moves a service's desired count between the bounds of its target.
pub(super) fn keep_within(cloud: &mut Cloud, id: &str, bounds: (i64, i64)) {
    let ["service", cluster, service] = id.split('/').collect::<Vec<_>>()[..] else {
        return;
    };
    if let Some(count) = ecs::desired_count(cloud, cluster, service) {
        clamp(cloud, id, cluster, service, count, bounds);
    }
}

fn clamp(
    cloud: &mut Cloud,
    id: &str,
    cluster: &str,
    service: &str,
    count: i64,
    (min, max): (i64, i64),
) {
    let cause = if count < min {
        format!("minimum capacity was set to {min}")
    } else if count > max {
        format!("maximum capacity was set to {max}")
    } else {
        return;
    };
    let count = count.clamp(min, max);
    ecs::set_desired_count(cloud, cluster, service, count);
    let activity = Activity::new(cloud, id, count, cause);
    cloud.scaling.activities.push(activity);
}

/// The resource id `service/<cluster>/<service>`, and its parts.
pub(super) fn resource(input: &Members) -> Result<(String, String, String), Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    if text("ServiceNamespace") != "ecs" {
        return Err(validation(
            "the simulator scales ECS services only: ServiceNamespace must be ecs",
        ));
    }
    if text("ScalableDimension") != DIMENSION {
        return Err(validation(
            "Unsupported service namespace, resource type or scalable dimension",
        ));
    }
    let id = text("ResourceId");
    match id.split('/').collect::<Vec<_>>().as_slice() {
        ["service", cluster, service] if !cluster.is_empty() && !service.is_empty() => {
            Ok((id.to_owned(), (*cluster).to_owned(), (*service).to_owned()))
        }
        _ => Err(validation(format!(
            "the resource id of a service is service/<cluster>/<service>: {id}"
        ))),
    }
}

/// The service-linked role that Application Auto Scaling uses for ECS, whatever `RoleARN` says.
fn role() -> String {
    format!(
        "arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/\
         AWSServiceRoleForApplicationAutoScaling_ECSService"
    )
}
