//! The minutes that cron names: six fields, as Application Auto Scaling has them, or the five of Unix, as EC2 Auto Scaling has
//! them. In UTC, and of the fields only numbers, lists, ranges, steps, `*` and `?` are known; the rest is not read.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::sim::moment::Moment;

/// How far ahead the next time is looked for, in minutes: a year and a day.
const AHEAD: u32 = 366 * 24 * 60;

const YEARS: (i64, i64) = (1970, 2199);

/// Which numbers each field names.
#[derive(Clone, Debug)]
pub(crate) struct Cron {
    minutes: Vec<i64>,
    hours: Vec<i64>,
    days: Vec<i64>,
    months: Vec<i64>,
    /// From Sunday, which is 1.
    weekdays: Vec<i64>,
    years: Vec<i64>,
}

impl Cron {
    /// Reads six fields; Sunday is 1.
    pub(crate) fn read(fields: &str) -> Option<Self> {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            minutes: numbers(minutes, (0, 59))?,
            hours: numbers(hours, (0, 23))?,
            days: numbers(days, (1, 31))?,
            months: numbers(months, (1, 12))?,
            weekdays: numbers(weekdays, (1, 7))?,
            years: numbers(years, YEARS)?,
        })
    }

    /// Reads the five fields of Unix; Sunday is 0 and 7. Days of the month and of the week at once, which mean either, are not
    /// read.
    pub(crate) fn read_unix(fields: &str) -> Option<Self> {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return None;
        };
        let either = !days.starts_with('*') && !weekdays.starts_with('*');
        let weekdays = numbers(weekdays, (0, 7))?;
        let cron = Self {
            minutes: numbers(minutes, (0, 59))?,
            hours: numbers(hours, (0, 23))?,
            days: numbers(days, (1, 31))?,
            months: numbers(months, (1, 12))?,
            weekdays: weekdays.into_iter().map(|day| day % 7 + 1).collect(),
            years: numbers("*", YEARS)?,
        };
        (!either).then_some(cron)
    }

    /// The first minute after a moment.
    pub(crate) fn after(&self, moment: Moment) -> Option<Moment> {
        let first = moment.millis().div_euclid(60_000) + 1;
        (0..AHEAD).find_map(|ahead| {
            let moment = Moment::from_millis((first + i64::from(ahead)) * 60_000);
            self.names(moment).then_some(moment)
        })
    }

    fn names(&self, moment: Moment) -> bool {
        let Ok(time) = Timestamp::from_millisecond(moment.millis()) else {
            return false;
        };
        let time = TimeZone::UTC.to_datetime(time);
        let has = |field: &[i64], number: i64| field.contains(&number);
        has(&self.minutes, time.minute().into())
            && has(&self.hours, time.hour().into())
            && has(&self.days, time.day().into())
            && has(&self.months, time.month().into())
            && has(&self.weekdays, time.weekday().to_sunday_one_offset().into())
            && has(&self.years, time.year().into())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20, a Friday, 06:00 UTC.
    const FRIDAY: &str = "2026-11-20T06:00:00Z";

    fn next(cron: Option<Cron>) -> Option<String> {
        let after = cron?.after(Moment::from_text(FRIDAY)?)?;
        Some(after.text())
    }

    #[test]
    fn the_first_minute_after_a_moment_is_found() {
        for (six, five, expected) in [
            ("0 8 * * ? *", "0 8 * * *", "2026-11-20T08:00:00.000Z"),
            ("0 6 * * ? *", "0 6 * * *", "2026-11-21T06:00:00.000Z"),
            ("0/20 * * * ? *", "*/20 * * * *", "2026-11-20T06:20:00.000Z"),
            ("0 8 ? * 1 *", "0 8 * * 0", "2026-11-22T08:00:00.000Z"),
            ("0 8 ? * 1 *", "0 8 * * 7", "2026-11-22T08:00:00.000Z"),
            ("0 8 1 12 ? *", "0 8 1 12 *", "2026-12-01T08:00:00.000Z"),
        ] {
            assert_eq!(next(Cron::read(six)).as_deref(), Some(expected), "{six}");
            assert_eq!(
                next(Cron::read_unix(five)).as_deref(),
                Some(expected),
                "{five}"
            );
        }
        assert_eq!(next(Cron::read("0 8 * * ? 2025")), None);
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        for six in ["0 8 L * ? *", "0 8 * *", "60 * * * ? *", "0 8 ? * 0 *"] {
            assert!(Cron::read(six).is_none(), "{six}");
        }
        for five in ["0 8 1 * 1", "0 8 * * MON", "0 8 * * ? *", "0 24 * * *"] {
            assert!(Cron::read_unix(five).is_none(), "{five}");
        }
    }
}
