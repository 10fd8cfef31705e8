//! Application Auto Scaling: scalable targets of ECS services, with their suspended flags and tags.
//!
//! It does not scale by itself: there are no policies and no alarms behind it, so the lists of them are empty. A story's
//! load does what a policy would (`load`); scheduled actions run (`scheduled`). Facts are from the model text of
//! `RegisterScalableTarget`, `ScalableTarget`, `SuspendedState` and `TagResource` (API 2016-02-06).

mod load;
mod scheduled;
mod tagging;
mod target;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;
pub(crate) use load::begin_load;
use target::{Activity, Target};

/// The one dimension of an ECS service that can be scaled.
const DIMENSION: &str = "ecs:service:DesiredCount";

/// What Application Auto Scaling has: scalable targets by resource id, and what it did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scaling {
    targets: BTreeMap<String, Target>,
    activities: Vec<Activity>,
    /// Load that makes services scale.
    pressures: Vec<load::Pressure>,
    scheduled: Vec<scheduled::Scheduled>,
}

/// The earliest moment at which something is scaled.
pub(crate) fn next_due(cloud: &Cloud) -> Option<Moment> {
    let due = [load::next_due(cloud), scheduled::next_due(cloud)];
    due.into_iter().flatten().min()
}

/// Does everything that is due at `cloud.now`.
pub(crate) fn run_due(cloud: &mut Cloud) {
    scheduled::run_due(cloud);
    load::run_due(cloud);
}

/// What happens to the flags of `SuspendedState` that a registration does not send. The model's text leaves it open
/// and no account has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OmittedFlags {
    /// They stay as they are.
    Kept,
    /// They become false.
    Cleared,
}

/// Answers one operation.
///
/// # Errors
/// Application Auto Scaling's refusal.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "RegisterScalableTarget" => target::register(cloud, input),
        "DeregisterScalableTarget" => target::deregister(cloud, input),
        "DescribeScalableTargets" => describe_targets(cloud, input),
        "DescribeScalingActivities" => describe_activities(cloud, input),
        "DescribeScalingPolicies" => nothing(input, "ScalingPolicies", "PolicyNames"),
        "PutScheduledAction" => scheduled::put(cloud, input),
        "DeleteScheduledAction" => scheduled::delete(cloud, input),
        "DescribeScheduledActions" => scheduled::describe(cloud, input),
        "TagResource" => tagging::tag(cloud, input),
        "UntagResource" => tagging::untag(cloud, input),
        "ListTagsForResource" => tagging::list(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// For `GET /_sim/state`: the targets by resource id.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let entry = |(id, target): (&String, &Target)| {
        let tags: Members = target
            .tags
            .iter()
            .map(|(key, value)| (key.clone(), json!(value)))
            .collect();
        (
            id.clone(),
            json!({
                "min": target.min, "max": target.max, "suspended": target.suspended.describe(), "tags": tags,
            }),
        )
    };
    Value::Object(cloud.scaling.targets.iter().map(entry).collect())
}

fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

fn describe_targets(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let wanted = members::texts(input, "ResourceIds");
    if wanted.is_empty() && members::given(input, "ScalableDimension") {
        return Err(validation(
            "a scalable dimension needs a resource id beside it",
        ));
    }
    let ours = is_ours(input);
    let found = cloud
        .scaling
        .targets
        .iter()
        .filter(|(id, _)| ours && (wanted.is_empty() || wanted.contains(&id.as_str())));
    let found = found.map(|(id, target)| target.describe(id)).collect();
    paged(input, "ScalableTargets", found)
}

fn describe_activities(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let wanted = members::text(input, "ResourceId");
    if wanted.is_none() && members::given(input, "ScalableDimension") {
        return Err(validation(
            "a scalable dimension needs a resource id beside it",
        ));
    }
    let ours = is_ours(input);
    let found = cloud.scaling.activities.iter().rev();
    let found =
        found.filter(|activity| ours && wanted.is_none_or(|wanted| wanted == activity.resource));
    paged(
        input,
        "ScalingActivities",
        found.map(Activity::describe).collect(),
    )
}

/// The answer of a list of what this world never has.
fn nothing(input: &Members, name: &str, names: &str) -> Result<Value, Refusal> {
    if !members::given(input, "ResourceId") && members::given(input, "ScalableDimension") {
        return Err(validation(format!(
            "a scalable dimension needs a resource id beside it, with or without {names}"
        )));
    }
    paged(input, name, Vec::new())
}

/// Whether a request asks for ECS services: the other namespaces exist, and are empty here.
fn is_ours(input: &Members) -> bool {
    let is = |name: &str, ours: &str| members::text(input, name).is_none_or(|value| value == ours);
    is("ServiceNamespace", "ecs") && is("ScalableDimension", DIMENSION)
}

/// Pages of at most 50, which is also the size without `MaxResults`.
fn paged(input: &Members, name: &str, found: Vec<Value>) -> Result<Value, Refusal> {
    let size = members::number(input, "MaxResults")
        .map_or(Ok(50), usize::try_from)
        .unwrap_or(0);
    if !(1..=50).contains(&size) {
        return Err(validation("MaxResults must be between 1 and 50"));
    }
    let page =
        paging::page(found, size, members::text(input, "NextToken")).map_err(|InvalidToken| {
            Refusal::new("InvalidNextTokenException", "The next token is invalid")
        })?;
    let mut answer = json!({ name: page.items });
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
