//! Amazon EC2 Auto Scaling: groups of instances, their suspended processes, their tags and their scheduled actions.
//!
//! Groups have no instances here, and only scheduled actions change their sizes: the stages look at nothing else. Facts are from the
//! model text of API 2011-01-01 (`ScalingProcessQuery`, `SuspendedProcess`, `Tag`, `Filter`).

mod processes;
mod scheduled;
mod tagging;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::{Cloud, REGION};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;
pub(crate) use processes::PROCESSES;
use scheduled::Scheduled;
pub(crate) use scheduled::{next_due, run_due};

/// What EC2 Auto Scaling has: groups by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    groups: BTreeMap<String, Group>,
}

/// A group of instances.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The suspended processes, and since when.
    pub(crate) suspended: BTreeMap<String, Moment>,
    /// Its tags by key.
    pub(crate) tags: BTreeMap<String, Tag>,
    /// Its scheduled actions by name.
    scheduled: BTreeMap<String, Scheduled>,
    min: i64,
    max: i64,
    desired: i64,
    since: Moment,
}

/// The value of a tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    /// Its text.
    pub(crate) value: String,
    /// Whether new instances get it too.
    pub(crate) propagate: bool,
}

impl Group {
    /// A group with these sizes (least, most, desired), nothing suspended and no tags.
    pub(crate) fn new((min, max, desired): (i64, i64, i64), since: Moment) -> Self {
        Self {
            suspended: BTreeMap::new(),
            tags: BTreeMap::new(),
            scheduled: BTreeMap::new(),
            min,
            max,
            desired,
            since,
        }
    }
}

/// Makes a group, or replaces it.
pub(crate) fn add(cloud: &mut Cloud, name: &str, group: Group) {
    cloud.groups.groups.insert(name.to_owned(), group);
}

/// Answers one operation.
///
/// # Errors
/// The refusal of EC2 Auto Scaling.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "DescribeAutoScalingGroups" => describe_groups(cloud, input),
        "SuspendProcesses" => processes::suspend(cloud, input),
        "ResumeProcesses" => processes::resume(cloud, input),
        "CreateOrUpdateTags" => tagging::create_or_update(cloud, input),
        "DeleteTags" => tagging::delete(cloud, input),
        "DescribeTags" => tagging::describe(cloud, input),
        "DescribeScheduledActions" => scheduled::describe(cloud, input),
        "PutScheduledUpdateGroupAction" => scheduled::put(cloud, input),
        "DeleteScheduledAction" => scheduled::delete(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// For `GET /_sim/state`: suspended processes and tags of each group.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let entry = |(name, group): (&String, &Group)| {
        let tags: Members = group
            .tags
            .iter()
            .map(|(key, tag)| (key.clone(), json!(tag.value)))
            .collect();
        let suspended: Vec<_> = group.suspended.keys().collect();
        (
            name.clone(),
            json!({ "suspended": suspended, "tags": tags }),
        )
    };
    Value::Object(cloud.groups.groups.iter().map(entry).collect())
}

fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", message)
}

/// Names that do not exist are left out, without an error.
fn describe_groups(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let wanted = members::texts(input, "AutoScalingGroupNames");
    let filters = members::list(input, "Filters")
        .iter()
        .filter_map(Value::as_object)
        .collect::<Vec<_>>();
    for filter in &filters {
        let name = members::text(filter, "Name").unwrap_or_default();
        if !(name == "tag-key" || name == "tag-value" || name.starts_with("tag:")) {
            return Err(validation(format!(
                "Filter type {name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>"
            )));
        }
    }
    let found = cloud.groups.groups.iter();
    let found = found.filter(|(name, _)| wanted.is_empty() || wanted.contains(&name.as_str()));
    let found = found.filter(|(_, group)| filters.iter().all(|filter| group.fits(filter)));
    paged(
        input,
        "AutoScalingGroups",
        found
            .map(|(name, group)| group.describe(cloud, name))
            .collect(),
    )
}

impl Group {
    /// Whether one of its tags is what a filter asks for.
    fn fits(&self, filter: &Members) -> bool {
        let values = members::texts(filter, "Values");
        let name = members::text(filter, "Name").unwrap_or_default();
        self.tags.iter().any(|(key, tag)| match name {
            "tag-key" => values.contains(&key.as_str()),
            "tag-value" => values.contains(&tag.value.as_str()),
            _ => name.strip_prefix("tag:") == Some(key) && values.contains(&tag.value.as_str()),
        })
    }

    fn describe(&self, cloud: &Cloud, name: &str) -> Value {
        let resource = format!(
            "autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/{name}"
        );
        let suspended = self.suspended.iter().map(|(process, since)| {
            json!({
                "ProcessName": process,
                "SuspensionReason": format!("User suspended at {}", since.text()),
            })
        });
        let tags = self
            .tags
            .iter()
            .map(|(key, tag)| tagging::tag(name, key, tag));
        json!({
            "AutoScalingGroupName": name,
            "AutoScalingGroupARN": cloud.arn("autoscaling", &resource),
            "MinSize": self.min,
            "MaxSize": self.max,
            "DesiredCapacity": self.desired,
            "DefaultCooldown": 300,
            "AvailabilityZones": [format!("{REGION}a"), format!("{REGION}b")],
            "LoadBalancerNames": [],
            "TargetGroupARNs": [],
            "HealthCheckType": "EC2",
            "HealthCheckGracePeriod": 300,
            "Instances": [],
            "CreatedTime": self.since.epoch_seconds(),
            "SuspendedProcesses": suspended.collect::<Vec<_>>(),
            "Tags": tags.collect::<Vec<_>>(),
            "NewInstancesProtectedFromScaleIn": false,
        })
    }
}

fn find<'a>(cloud: &'a mut Cloud, name: &str) -> Result<&'a mut Group, Refusal> {
    let missing = || {
        validation(format!(
            "AutoScalingGroup name not found - no such group: {name}"
        ))
    };
    cloud.groups.groups.get_mut(name).ok_or_else(missing)
}

/// Pages of at most 100, and of 50 without `MaxRecords`.
fn paged(input: &Members, name: &str, found: Vec<Value>) -> Result<Value, Refusal> {
    let size = members::number(input, "MaxRecords")
        .map_or(Ok(50), usize::try_from)
        .unwrap_or(0);
    if !(1..=100).contains(&size) {
        return Err(validation("MaxRecords must be between 1 and 100"));
    }
    let page = paging::page(found, size, members::text(input, "NextToken"))
        .map_err(|InvalidToken| Refusal::new("InvalidNextToken", "The token is not valid"))?;
    let mut answer = json!({ name: page.items });
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
