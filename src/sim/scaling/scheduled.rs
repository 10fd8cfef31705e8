//! Scheduled actions of scalable targets: they set the bounds of a target at their time, unless that is suspended; then
//! nothing happens, and it is not made up for.
//!
//! Schedules run in UTC only, and of `cron` only numbers, lists, ranges, steps, `*` and `?` are known. The rest is refused.
//! Facts are from the model text of `PutScheduledAction` and `ScheduledAction` (API 2016-02-06); the first time of a
//! `rate` is one period after its start, which is an assumption.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::target::{self, Activity};
use super::{DIMENSION, is_ours, paged, validation};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// How far ahead the next time of a `cron` is looked for, in minutes: a year and a day.
const AHEAD: u32 = 366 * 24 * 60;

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
    /// Which numbers each field names: minutes, hours, days, months, days of the week from Sunday, years.
    Cron(Box<[Vec<i64>; 6]>),
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
            Plan::Cron(fields) => next_minute(fields, from),
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
            "cron" => {
                let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)];
                let fields: Vec<&str> = inner.split_whitespace().collect();
                let read: Option<Vec<_>> = fields
                    .iter()
                    .zip(bounds)
                    .map(|(field, bounds)| numbers(field, bounds))
                    .collect();
                let six: [Vec<i64>; 6] = read?.try_into().ok()?;
                (fields.len() == 6).then(|| Self::Cron(Box::new(six)))
            }
            _ => None,
        }
    }
}

/// The numbers a field names.
fn numbers(field: &str, (least, most): (i64, i64)) -> Option<Vec<i64>> {
    let mut all = Vec::new();
    for item in field.split(',') {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let step: usize = step.parse().ok().filter(|step| *step > 0)?;
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            None if range == "*" || range == "?" => (least, most),
            None => {
                let from: i64 = range.parse().ok()?;
                (from, if item.contains('/') { most } else { from })
            }
        };
        if from < least || to > most || from > to {
            return None;
        }
        all.extend((from..=to).step_by(step));
    }
    Some(all)
}

fn next_minute(fields: &[Vec<i64>; 6], after: Moment) -> Option<Moment> {
    let first = after.millis().div_euclid(60_000) + 1;
    (0..AHEAD).find_map(|ahead| {
        let moment = Moment::from_millis((first + i64::from(ahead)) * 60_000);
        let time = Timestamp::from_millisecond(moment.millis()).ok()?;
        let time = TimeZone::UTC.to_datetime(time);
        let now: [i64; 6] = [
            time.minute().into(),
            time.hour().into(),
            time.day().into(),
            time.month().into(),
            time.weekday().to_sunday_one_offset().into(),
            time.year().into(),
        ];
        let fits = fields
            .iter()
            .zip(now)
            .all(|(field, number)| field.contains(&number));
        fits.then_some(moment)
    })
}

fn find(cloud: &Cloud, name: &str, resource: &str) -> Option<usize> {
    let mut all = cloud.scaling.scheduled.iter();
    all.position(|action| action.name == name && action.resource == resource)
}

fn missing(message: &str) -> Refusal {
    Refusal::new("ObjectNotFoundException", message)
}
