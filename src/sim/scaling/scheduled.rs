//! Scheduled actions of scalable targets: they set the bounds of a target at their time, unless that is suspended; then
//! nothing happens, and it is not made up for.
//!
//! Schedules run in UTC only, and of `cron` as much as `sim::cron` knows. The rest is refused.
//! Facts are from the model text of `PutScheduledAction` and `ScheduledAction` (API 2016-02-06); the first time of a
//! `rate` is one period after its start, which is an assumption.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::target::{self, Activity};
use super::{DIMENSION, is_ours, paged, validation};
use crate::sim::cloud::Cloud;
use crate::sim::cron::Cron;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// A scheduled action.
#[derive(Clone, Debug)]
pub(super) struct Scheduled {
    name: String,
    resource: String,
    arn: String,
    schedule: String,
    plan: Plan,
    start: Option<Moment>,
    end: Option<Moment>,
    min: Option<i64>,
    max: Option<i64>,
    since: Moment,
    next: Option<Moment>,
}

#[derive(Clone, Debug)]
enum Plan {
    At(Moment),
    Rate(f64),
    Cron(Box<Cron>),
}

/// Creates an action, or changes what was sent of one that exists.
pub(super) fn put(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (resource, ..) = target::resource(input)?;
    if !cloud.scaling.targets.contains_key(&resource) {
        return Err(missing(&format!(
            "No scalable target registered for service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}"
        )));
    }
    if members::text(input, "Timezone").is_some_and(|zone| !["UTC", "Etc/UTC"].contains(&zone)) {
        return Err(validation("the simulator runs schedules in UTC only"));
    }
    let name = members::text(input, "ScheduledActionName").unwrap_or_default();
    let old = find(cloud, name, &resource).map(|place| cloud.scaling.scheduled.remove(place));
    let schedule = members::text(input, "Schedule")
        .map(str::to_owned)
        .or_else(|| old.as_ref().map(|old| old.schedule.clone()))
        .ok_or_else(|| validation("a new scheduled action needs a Schedule"))?;
    let time = |name: &str, old: Option<Moment>| {
        input.get(name).and_then(Moment::from_epoch_seconds).or(old)
    };
    let action = members::object(input, "ScalableTargetAction");
    let bound =
        |name: &str, old: Option<i64>| action.map_or(old, |action| members::number(action, name));
    let number = cloud.ids.uuid();
    let mut new = Scheduled {
        plan: Plan::read(&schedule).ok_or_else(|| {
            validation(format!(
                "the simulator cannot run this schedule: {schedule}"
            ))
        })?,
        start: time("StartTime", old.as_ref().and_then(|old| old.start)),
        end: time("EndTime", old.as_ref().and_then(|old| old.end)),
        min: bound("MinCapacity", old.as_ref().and_then(|old| old.min)),
        max: bound("MaxCapacity", old.as_ref().and_then(|old| old.max)),
        since: old.as_ref().map_or(cloud.now, |old| old.since),
        arn: match old {
            Some(old) => old.arn,
            None => cloud.arn(
                "autoscaling",
                &format!(
                    "scheduledAction:{number}:resource/ecs/{resource}:scheduledActionName/{name}"
                ),
            ),
        },
        name: name.to_owned(),
        resource,
        schedule,
        next: None,
    };
    if new.min.is_none() && new.max.is_none() {
        return Err(validation(
            "a scheduled action sets MinCapacity, MaxCapacity, or both",
        ));
    }
    new.next = new.after(cloud.now);
    cloud.scaling.scheduled.push(new);
    Ok(json!({}))
}

/// Removes an action.
pub(super) fn delete(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (resource, ..) = target::resource(input)?;
    let name = members::text(input, "ScheduledActionName").unwrap_or_default();
    let place = find(cloud, name, &resource)
        .ok_or_else(|| missing(&format!("No scheduled action found for name: {name}")))?;
    cloud.scaling.scheduled.remove(place);
    Ok(json!({}))
}

/// The actions of a target, or of all.
pub(super) fn describe(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let resource = members::text(input, "ResourceId");
    if resource.is_none() && members::given(input, "ScalableDimension") {
        return Err(validation(
            "a scalable dimension needs a resource id beside it",
        ));
    }
    let names = members::texts(input, "ScheduledActionNames");
    let ours = is_ours(input);
    let found = cloud.scaling.scheduled.iter().filter(|action| {
        ours && resource.is_none_or(|wanted| wanted == action.resource)
            && (names.is_empty() || names.contains(&action.name.as_str()))
    });
    paged(
        input,
        "ScheduledActions",
        found.map(Scheduled::describe).collect(),
    )
}

/// The earliest moment at which one is due.
pub(super) fn next_due(cloud: &Cloud) -> Option<Moment> {
    let all = cloud.scaling.scheduled.iter();
    all.filter_map(|action| action.next).min()
}

/// Runs every action that is due at `cloud.now`.
pub(super) fn run_due(cloud: &mut Cloud) {
    let now = cloud.now;
    let mut all = std::mem::take(&mut cloud.scaling.scheduled);
    for action in &mut all {
        if action.next.is_some_and(|next| next <= now) {
            run(cloud, action);
            action.next = action.after(now);
        }
    }
    cloud.scaling.scheduled = all;
}

/// With its target a target's actions go.
pub(super) fn forget(cloud: &mut Cloud, resource: &str) {
    cloud
        .scaling
        .scheduled
        .retain(|action| action.resource != resource);
}

fn run(cloud: &mut Cloud, action: &Scheduled) {
    let Some(target) = cloud.scaling.targets.get_mut(&action.resource) else {
        return;
    };
    if target.suspended.stops_schedules() {
        return;
    }
    let (min, max) = (
        action.min.unwrap_or(target.min),
        action.max.unwrap_or(target.max),
    );
    if max < min {
        return;
    }
    (target.min, target.max) = (min, max);
    let cause = format!("scheduled action name {} was triggered", action.name);
    let activity = Activity::of_range(cloud, &action.resource, (min, max), cause);
    cloud.scaling.activities.push(activity);
    target::keep_within(cloud, &action.resource, (min, max));
}

impl Scheduled {
    fn describe(&self) -> Value {
        let mut action = serde_json::Map::new();
        for (name, bound) in [("MinCapacity", self.min), ("MaxCapacity", self.max)] {
            if let Some(bound) = bound {
                action.insert(name.to_owned(), json!(bound));
            }
        }
        let mut described = json!({
            "ScheduledActionName": self.name,
            "ScheduledActionARN": self.arn,
            "ServiceNamespace": "ecs",
            "Schedule": self.schedule,
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "ScalableTargetAction": action,
            "CreationTime": self.since.epoch_seconds(),
        });
        for (name, time) in [("StartTime", self.start), ("EndTime", self.end)] {
            if let Some(time) = time {
                described[name] = time.epoch_seconds();
            }
        }
        described
    }

    /// Its next time after a moment.
    fn after(&self, moment: Moment) -> Option<Moment> {
        let from = self
            .start
            .map_or(moment, |start| moment.max(start.plus(-0.001)));
        let next = match &self.plan {
            Plan::At(at) => (*at > from).then_some(*at),
            Plan::Rate(period) => {
                let first = self.start.unwrap_or(self.since);
                let periods = (from.seconds_since(first) / period).floor() + 1.0;
                Some(first.plus(periods * period))
            }
            Plan::Cron(cron) => cron.after(from),
        };
        next.filter(|next| self.end.is_none_or(|end| *next <= end))
    }
}

impl Plan {
    fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.trim().split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        match kind {
            "at" => {
                let at: DateTime = inner.parse().ok()?;
                let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
                Some(Self::At(Moment::from_millis(at.as_millisecond())))
            }
            "rate" => {
                let (number, unit) = inner.split_once(' ')?;
                let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
                let seconds = match unit {
                    "minute" | "minutes" => 60.0,
                    "hour" | "hours" => 3600.0,
                    "day" | "days" => 86_400.0,
                    _ => return None,
                };
                Some(Self::Rate(f64::from(number) * seconds))
            }
            "cron" => Some(Self::Cron(Box::new(Cron::read(inner)?))),
            _ => None,
        }
    }
}

fn find(cloud: &Cloud, name: &str, resource: &str) -> Option<usize> {
    let mut all = cloud.scaling.scheduled.iter();
    all.position(|action| action.name == name && action.resource == resource)
}

fn missing(message: &str) -> Refusal {
    Refusal::new("ObjectNotFoundException", message)
}
