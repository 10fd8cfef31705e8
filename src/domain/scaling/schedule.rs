//! Scheduled actions, and which of them fell into the time in which scheduled scaling was suspended: AWS does not make up
//! for those.
//!
//! Schedules are those of Application Auto Scaling, `at(…)`, `rate(…)` and `cron(…)`, and those of EC2 Auto Scaling, a time or
//! the five fields of Unix cron; each in a time zone of its own. One that cannot be read may have fallen into it, and is said
//! so.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::cron::Cron;
use super::lease::UnixTime;

/// The longest time that is looked through, in seconds: a lease lasts no longer.
const LONGEST: u64 = 31 * 86_400;
const MINUTE: u64 = 60;
/// How far a clock is believed to be wrong at most, in seconds.
const WRONG_CLOCK: u64 = 600;

/// When a scheduled action runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// At its start, once: an action of a group that has no `Recurrence`.
    #[default]
    Once,
    /// `at(…)`, `rate(…)` or `cron(…)`: the `Schedule` of an action of a scalable target.
    Expression(String),
    /// The five fields of Unix cron: the `Recurrence` of an action of a group. It runs at its start, too.
    Recurrence(String),
}

/// A scheduled action: of a scalable target (Application Auto Scaling, API shape `ScheduledAction`), or of a group (EC2 Auto
/// Scaling, API shape `ScheduledUpdateGroupAction`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduledAction {
    /// `ScheduledActionName`.
    pub name: String,
    /// When it runs.
    pub schedule: Schedule,
    /// `Timezone`, of a group `TimeZone`; UTC without it.
    pub time_zone: Option<String>,
    /// `CreationTime`; groups do not tell it.
    pub created: Option<UnixTime>,
    /// `StartTime`: not before.
    pub start: Option<UnixTime>,
    /// `EndTime`: not after.
    pub end: Option<UnixTime>,
    /// `MinCapacity` of its action, of a group `MinSize`, if it sets that.
    pub min_capacity: Option<i64>,
    /// `MaxCapacity` of its action, of a group `MaxSize`, if it sets that.
    pub max_capacity: Option<i64>,
    /// `DesiredCapacity`, which only actions of groups set.
    pub desired_capacity: Option<i64>,
}

/// An action that did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedAction {
    /// Which.
    pub action: ScheduledAction,
    /// When it was due, at the latest; none if its schedule cannot be read, so that it may have been.
    pub due: Option<UnixTime>,
}

impl ScheduledAction {
    /// Whether it was due after `from` and not after `to`.
    #[must_use]
    pub fn missed(&self, from: UnixTime, to: UnixTime) -> Option<MissedAction> {
        let from = from.0.max(to.0.saturating_sub(LONGEST));
        let from = self
            .begins(to)
            .map_or(from, |start| from.max(start.0.saturating_sub(1)));
        let to = self.end.map_or(to.0, |end| to.0.min(end.0));
        let missed = |due| {
            Some(MissedAction {
                action: self.clone(),
                due,
            })
        };
        if from >= to {
            return None;
        }
        match self.last_due(from, to) {
            Some(Due::At(due)) => missed(Some(UnixTime(due))),
            Some(Due::Never) => None,
            None => missed(None),
        }
    }

    /// Not before when it ran. What EC2 Auto Scaling answers as the start of an action that recurs is when it runs next: one that
    /// is not due between now and its start may have been due before.
    fn begins(&self, now: UnixTime) -> Option<UnixTime> {
        let Schedule::Recurrence(fields) = &self.schedule else {
            return self.start;
        };
        let start = self.start?;
        let until = start.0.saturating_sub(1).min(now.0.saturating_add(LONGEST));
        // The clock here may be behind that of AWS.
        let now_there = now.0.saturating_add(WRONG_CLOCK);
        let is_next = now < start
            && Cron::read_unix(fields)
                .zip(self.zone())
                .and_then(|(cron, zone)| last_minute(&cron, &zone, now_there, until))
                .is_some_and(|due| matches!(due, Due::Never));
        (!is_next).then_some(start)
    }

    fn zone(&self) -> Option<TimeZone> {
        match self.time_zone.as_deref() {
            None => Some(TimeZone::UTC),
            Some(name) => TimeZone::get(name).ok(),
        }
    }

    /// When it was due last, after `from` and not after `to`. None: the schedule cannot be read.
    fn last_due(&self, from: u64, to: u64) -> Option<Due> {
        let zone = self.zone()?;
        let within = |at: u64| from < at && at <= to;
        let started = || self.start.filter(|start| within(start.0));
        match &self.schedule {
            Schedule::Once => Some(started().map_or(Due::Never, |start| Due::At(start.0))),
            Schedule::Recurrence(fields) => {
                let cron = Cron::read_unix(fields)?;
                Some(match (last_minute(&cron, &zone, from, to)?, started()) {
                    (Due::Never, Some(start)) => Due::At(start.0),
                    (due, _) => due,
                })
            }
            Schedule::Expression(text) => {
                let (kind, rest) = text.trim().split_once('(')?;
                let fields = rest.strip_suffix(')')?.trim();
                match kind {
                    "at" => {
                        let at: DateTime = fields.parse().ok()?;
                        let at = zone.to_ambiguous_timestamp(at).compatible().ok()?;
                        let at = u64::try_from(at.as_second()).ok()?;
                        Some(if within(at) { Due::At(at) } else { Due::Never })
                    }
                    "rate" => {
                        let period = period(fields)?;
                        let first = self.start.or(self.created)?.0;
                        let last = to.checked_sub(first).map(|since| to - since % period);
                        Some(match last {
                            Some(last) if last > from => Due::At(last),
                            Some(_) | None => Due::Never,
                        })
                    }
                    "cron" => last_minute(&Cron::read(fields)?, &zone, from, to),
                    _ => None,
                }
            }
        }
    }
}

/// The last minute after `from` and not after `to` that fits. None: time cannot be counted that far.
fn last_minute(cron: &Cron, zone: &TimeZone, from: u64, to: u64) -> Option<Due> {
    let mut minute = to - to % MINUTE;
    while minute > from {
        let at = Timestamp::UNIX_EPOCH
            .checked_add(SignedDuration::from_secs(i64::try_from(minute).ok()?))
            .ok()?;
        if cron.fits(zone.to_datetime(at)) {
            return Some(Due::At(minute));
        }
        minute = minute.checked_sub(MINUTE)?;
    }
    Some(Due::Never)
}

/// What a schedule says of a stretch of time.
enum Due {
    /// The last moment that it names.
    At(u64),
    /// It names none.
    Never,
}

/// `5 minutes`, `1 hour`, `2 days`, in seconds.
fn period(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(char::is_whitespace)?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let seconds = match unit.trim() {
        "minute" | "minutes" => MINUTE,
        "hour" | "hours" => 3600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds)
}

impl fmt::Display for MissedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScheduledAction {
            name,
            schedule,
            time_zone,
            created: _,
            start: _,
            end: _,
            min_capacity,
            max_capacity,
            desired_capacity,
        } = &self.action;
        let time = self
            .due
            .and_then(|due| i64::try_from(due.0).ok())
            .and_then(|due| Timestamp::from_second(due).ok());
        match time {
            Some(time) => write!(
                f,
                "a scheduled action was due at {time} while it was suspended and did not run: `{name}`"
            )?,
            None => write!(
                f,
                "a scheduled action may have been due while it was suspended: `{name}`"
            )?,
        }
        match schedule {
            Schedule::Once => f.write_str(", once")?,
            Schedule::Expression(text) | Schedule::Recurrence(text) => write!(f, ", `{text}`")?,
        }
        if let Some(zone) = time_zone {
            write!(f, " in {zone}")?;
        }
        match (min_capacity, max_capacity) {
            (Some(min), Some(max)) => write!(f, ", sets the range to {min} to {max}")?,
            (Some(min), None) => write!(f, ", sets the minimum to {min}")?,
            (None, Some(max)) => write!(f, ", sets the maximum to {max}")?,
            (None, None) => {}
        }
        match desired_capacity {
            Some(desired) => write!(f, ", sets the desired capacity to {desired}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20 (a Friday), at an hour and minute of UTC.
    fn at(hour: u64, minute: u64) -> UnixTime {
        UnixTime(1_795_132_800 + hour * 3600 + minute * 60)
    }

    fn action(schedule: &str, zone: Option<&str>) -> ScheduledAction {
        ScheduledAction {
            name: "morning".to_owned(),
            schedule: Schedule::Expression(schedule.to_owned()),
            time_zone: zone.map(str::to_owned),
            created: Some(UnixTime(1_795_132_800 - 86_400)),
            ..ScheduledAction::default()
        }
    }

    #[expect(
        clippy::option_option,
        reason = "missed or not, and with a time or without"
    )]
    fn due(schedule: &str, zone: Option<&str>) -> Option<Option<UnixTime>> {
        let missed = action(schedule, zone).missed(at(6, 30), at(8, 30));
        missed.map(|missed| missed.due)
    }

    #[test]
    fn an_action_is_missed_if_its_time_is_in_the_window() {
        assert_eq!(due("cron(0 8 * * ? *)", None), Some(Some(at(8, 0))));
        assert_eq!(due("cron(0 9 * * ? *)", None), None);
        assert_eq!(due("at(2026-11-20T07:15:00)", None), Some(Some(at(7, 15))));
        assert_eq!(due("at(2026-11-21T07:15:00)", None), None);
        assert_eq!(due("rate(1 hour)", None), Some(Some(at(8, 0))));
        assert_eq!(due("rate(1 day)", None), None);
    }

    #[test]
    fn the_last_time_of_several_is_the_one_that_counts() {
        assert_eq!(due("cron(0/20 * * * ? *)", None), Some(Some(at(8, 20))));
    }

    #[test]
    fn a_schedule_is_read_in_its_own_time_zone() {
        assert_eq!(
            due("cron(0 9 * * ? *)", Some("Europe/Berlin")),
            Some(Some(at(8, 0)))
        );
        assert_eq!(due("cron(0 8 * * ? *)", Some("America/New_York")), None);
        assert_eq!(
            due("at(2026-11-20T09:15:00)", Some("Europe/Berlin")),
            Some(Some(at(8, 15)))
        );
    }

    #[test]
    fn the_window_begins_after_its_first_second_and_ends_with_its_last() {
        let eight = action("cron(0 8 * * ? *)", None);
        assert!(eight.missed(at(8, 0), at(9, 0)).is_none());
        assert!(eight.missed(at(7, 0), at(8, 0)).is_some());
    }

    #[test]
    fn an_action_that_has_not_begun_or_is_over_is_not_missed() {
        let mut later = action("cron(0 8 * * ? *)", None);
        later.start = Some(at(8, 1));
        assert!(later.missed(at(6, 30), at(8, 30)).is_none());
        later.start = Some(at(8, 0));
        assert!(later.missed(at(6, 30), at(8, 30)).is_some());
        later.start = None;
        later.end = Some(at(7, 59));
        assert!(later.missed(at(6, 30), at(8, 30)).is_none());
    }

    #[test]
    fn a_schedule_nobody_can_read_may_have_been_missed() {
        assert_eq!(due("cron(0 8 * *)", None), Some(None));
        assert_eq!(due("solstice()", None), Some(None));
        assert_eq!(due("cron(0 8 * * ? *)", Some("Middle/Earth")), Some(None));
        assert_eq!(due("rate(0 hours)", None), Some(None));
    }

    #[test]
    fn an_action_of_a_group_is_missed_at_its_start_and_when_it_recurs() {
        let group = |recurrence: Option<&str>, start: Option<UnixTime>| {
            let schedule = recurrence.map_or(Schedule::Once, |fields| {
                Schedule::Recurrence(fields.to_owned())
            });
            let action = ScheduledAction {
                schedule,
                start,
                ..action("", None)
            };
            let missed = action.missed(at(6, 30), at(8, 30));
            missed.map(|missed| missed.due)
        };
        assert_eq!(group(None, Some(at(7, 15))), Some(Some(at(7, 15))));
        assert_eq!(group(None, Some(at(9, 15))), None);
        assert_eq!(group(Some("0 8 * * *"), None), Some(Some(at(8, 0))));
        assert_eq!(group(Some("0 9 * * *"), None), None);
        // It runs at its start, and then as it recurs.
        let start = Some(at(7, 15));
        assert_eq!(group(Some("0 9 * * *"), start), Some(start));
        assert_eq!(group(Some("0 8 * * *"), start), Some(Some(at(8, 0))));
        assert_eq!(
            group(Some("0 8 * * *"), Some(at(8, 10))),
            Some(Some(at(8, 10)))
        );
        assert_eq!(group(Some("0 8 * * ? *"), None), Some(None));
    }

    #[test]
    fn the_start_of_an_action_that_recurs_may_be_its_next_time() {
        let group = |start: UnixTime| {
            let action = ScheduledAction {
                schedule: Schedule::Recurrence("0 8 * * *".to_owned()),
                start: Some(start),
                ..action("", None)
            };
            let missed = action.missed(at(6, 30), at(8, 30));
            missed.and_then(|missed| missed.due)
        };
        // Tomorrow at eight it runs next; the day after, it has not begun.
        assert_eq!(group(at(24 + 8, 0)), Some(at(8, 0)));
        assert_eq!(group(at(48 + 8, 0)), None);
    }

    #[test]
    fn what_an_action_of_a_group_would_have_done_is_said_too() {
        let action = ScheduledAction {
            schedule: Schedule::Recurrence("0 9 * * 1-5".to_owned()),
            time_zone: Some("Europe/Berlin".to_owned()),
            min_capacity: Some(2),
            desired_capacity: Some(4),
            ..action("", None)
        };
        assert_eq!(
            action.missed(at(6, 30), at(8, 30)).unwrap().to_string(),
            "a scheduled action was due at 2026-11-20T08:00:00Z while it was suspended and did not run: `morning`, \
             `0 9 * * 1-5` in Europe/Berlin, sets the minimum to 2, sets the desired capacity to 4"
        );
    }

    #[test]
    fn what_was_missed_is_said_with_what_it_would_have_done() {
        let mut morning = action("cron(0 9 * * ? *)", Some("Europe/Berlin"));
        (morning.min_capacity, morning.max_capacity) = (Some(4), Some(20));
        let missed = morning.missed(at(6, 30), at(8, 30)).unwrap();
        assert_eq!(
            missed.to_string(),
            "a scheduled action was due at 2026-11-20T08:00:00Z while it was suspended and did not run: `morning`, \
             `cron(0 9 * * ? *)` in Europe/Berlin, sets the range to 4 to 20"
        );
    }
}
