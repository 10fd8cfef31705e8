//! Suspending and resuming the processes of a group.

use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::groups::{find, validation};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// The processes of a group (model text of `ScalingProcessQuery`).
pub(crate) const PROCESSES: [&str; 9] = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

/// Suspends the processes named, or all; one that is suspended already stays so since then.
pub(super) fn suspend(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (named, now) = (named(input)?, cloud.now);
    let group = find(cloud, name(input))?;
    for process in named {
        group.suspended.entry(process).or_insert(now);
    }
    Ok(Value::Null)
}

/// Resumes the processes named, or all; one that runs is no error.
pub(super) fn resume(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let named = named(input)?;
    let group = find(cloud, name(input))?;
    group
        .suspended
        .retain(|process, _| !named.contains(process));
    Ok(Value::Null)
}

fn name(input: &Members) -> &str {
    members::text(input, "AutoScalingGroupName").unwrap_or_default()
}

/// The processes of a request. An omitted list and an empty one mean all of them.
fn named(input: &Members) -> Result<Vec<String>, Refusal> {
    let named = members::texts(input, "ScalingProcesses");
    if let Some(unknown) = named.iter().find(|process| !PROCESSES.contains(process)) {
        return Err(validation(format!(
            "There is no such process: {unknown}. There are: {}",
            PROCESSES.join(", ")
        )));
    }
    let chosen = if named.is_empty() {
        PROCESSES.to_vec()
    } else {
        named
    };
    Ok(chosen.into_iter().map(str::to_owned).collect())
}
