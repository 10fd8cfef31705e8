//! Scheduled actions of groups: they set the sizes of a group at their time, unless the process `ScheduledActions` is
//! suspended; then nothing happens, and it is not made up for.
//!
//! Times are in UTC only, and of a recurrence as much is known as `sim::cron` knows. Facts are from the model text of
//! `PutScheduledUpdateGroupAction` and `DescribeScheduledActions` (API 2011-01-01); that what is answered as the start of an
//! action that recurs is its next time, is what clients see. That an action which runs once is gone after its time, also if it
//! was suspended then, is an assumption.

use serde_json::{Value, json};

use super::{Group, find, paged, validation};
use crate::sim::cloud::Cloud;
use crate::sim::cron::Cron;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The process that runs them.
const PROCESS: &str = "ScheduledActions";

/// A scheduled action of a group, whose name is kept with the group.
#[derive(Clone, Debug)]
pub(super) struct Scheduled {
    recurrence: Option<(String, Cron)>,
    end: Option<Moment>,
    min: Option<i64>,
    max: Option<i64>,
    desired: Option<i64>,
    next: Moment,
}

/// Creates an action, or replaces one of the same name.
pub(super) fn put(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name);
    if text("TimeZone").is_some_and(|zone| !["UTC", "Etc/UTC"].contains(&zone)) {
        return Err(validation("the simulator runs schedules in UTC only"));
    }
    let recurrence = match text("Recurrence") {
        None => None,
        Some(fields) => {
            let unknown = || {
                validation(format!(
                    "the simulator cannot run this recurrence: {fields}"
                ))
            };
            let cron = Cron::read_unix(fields).ok_or_else(unknown)?;
            Some((fields.to_owned(), cron))
        }
    };
    let time = |name: &str| input.get(name).and_then(Moment::from_epoch_seconds);
    let now = cloud.now;
    let start = time("StartTime").or_else(|| time("Time"));
    if start.is_some_and(|start| start <= now) {
        return Err(validation("Given start time is in the past"));
    }
    let first = recurrence.as_ref().and_then(|(_, cron)| cron.after(now));
    let next = start
        .or(first)
        .ok_or_else(|| validation("an action needs a StartTime or a Recurrence"))?;
    let size = |name| members::number(input, name);
    let new = Scheduled {
        recurrence,
        end: time("EndTime"),
        min: size("MinSize"),
        max: size("MaxSize"),
        desired: size("DesiredCapacity"),
        next,
    };
    if [new.min, new.max, new.desired].iter().all(Option::is_none) {
        return Err(validation(
            "an action sets MinSize, MaxSize, DesiredCapacity, or some of them",
        ));
    }
    let name = text("ScheduledActionName").unwrap_or_default().to_owned();
    let group = find(cloud, text("AutoScalingGroupName").unwrap_or_default())?;
    group.scheduled.insert(name, new);
    Ok(Value::Null)
}

/// Removes an action.
pub(super) fn delete(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    let group = find(cloud, text("AutoScalingGroupName"))?;
    let name = text("ScheduledActionName");
    match group.scheduled.remove(name) {
        Some(_) => Ok(Value::Null),
        None => Err(validation(format!("Scheduled action not found: {name}"))),
    }
}

/// The actions of a group, or of all, that have not run for the last time. A name that does not exist is left out, without an
/// error; with names, times are not looked at.
pub(super) fn describe(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let group = members::text(input, "AutoScalingGroupName");
    let names = members::texts(input, "ScheduledActionNames");
    let time = |name: &str| input.get(name).and_then(Moment::from_epoch_seconds);
    let (from, to) = (time("StartTime"), time("EndTime"));
    let groups = cloud.groups.groups.iter();
    let groups = groups.filter(|(name, _)| group.is_none_or(|wanted| wanted == name.as_str()));
    let all = groups.flat_map(|(group, one)| {
        let entry = move |(name, action)| (group.as_str(), name, action);
        one.scheduled.iter().map(entry)
    });
    let found = all.filter(|(_, name, action): &(&str, &String, &Scheduled)| {
        if names.is_empty() {
            from.is_none_or(|from| action.next >= from) && to.is_none_or(|to| action.next <= to)
        } else {
            names.contains(&name.as_str())
        }
    });
    let described = found.map(|(group, name, action)| action.describe(cloud, group, name));
    paged(input, "ScheduledUpdateGroupActions", described.collect())
}

/// The earliest moment at which one is due.
pub(crate) fn next_due(cloud: &Cloud) -> Option<Moment> {
    let groups = cloud.groups.groups.values();
    let all = groups.flat_map(|group| group.scheduled.values());
    all.map(|action| action.next).min()
}

/// Runs every action that is due at `cloud.now`, and forgets those that are due no more.
pub(crate) fn run_due(cloud: &mut Cloud) {
    let now = cloud.now;
    for group in cloud.groups.groups.values_mut() {
        let mut scheduled = std::mem::take(&mut group.scheduled);
        scheduled.retain(|_, action| {
            if action.next > now {
                return true;
            }
            action.run(group);
            let next = action.recurrence.as_ref();
            let next = next.and_then(|(_, cron)| cron.after(now));
            let next = next.filter(|next| action.end.is_none_or(|end| *next <= end));
            action.next = next.unwrap_or(now);
            next.is_some()
        });
        group.scheduled = scheduled;
    }
}

impl Scheduled {
    fn run(&self, group: &mut Group) {
        if group.suspended.contains_key(PROCESS) {
            return;
        }
        let (min, max) = (self.min.unwrap_or(group.min), self.max.unwrap_or(group.max));
        if min <= max {
            (group.min, group.max) = (min, max);
            group.desired = self.desired.unwrap_or(group.desired).clamp(min, max);
        }
    }

    fn describe(&self, cloud: &Cloud, group: &str, name: &str) -> Value {
        let resource = format!(
            "scheduledUpdateGroupAction:00000000-0000-4000-8000-000000000000:autoScalingGroupName/{group}:scheduledActionName/{name}"
        );
        let mut described = json!({
            "AutoScalingGroupName": group,
            "ScheduledActionName": name,
            "ScheduledActionARN": cloud.arn("autoscaling", &resource),
            "Time": self.next.epoch_seconds(),
            "StartTime": self.next.epoch_seconds(),
        });
        if let Some((fields, _)) = &self.recurrence {
            described["Recurrence"] = json!(fields);
        }
        if let Some(end) = self.end {
            described["EndTime"] = end.epoch_seconds();
        }
        let sizes = [
            ("MinSize", self.min),
            ("MaxSize", self.max),
            ("DesiredCapacity", self.desired),
        ];
        for (name, size) in sizes {
            if let Some(size) = size {
                described[name] = json!(size);
            }
        }
        described
    }
}
