//! The cron of AWS schedules. Application Auto Scaling has `cron(…)` with six fields, minutes to years, with `?`, `L`, `W` and
//! `#`, whose days of the week count from Sunday, which is 1. EC2 Auto Scaling has the five fields of Unix, whose Sunday is 0
//! and 7, and whose two fields of days are alternatives if both name some. It says whether a minute fits; finding minutes is
//! the caller's.

use jiff::civil::{Date, DateTime, Weekday};

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// What was read of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Vec<Span>,
    hours: Vec<Span>,
    days: Vec<Day>,
    months: Vec<Span>,
    weekdays: Vec<Weekdays>,
    years: Vec<Span>,
    /// Whether a day fits that only one of the two fields of days names.
    either_day: bool,
}

/// Numbers from one to another, every so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: i16,
    to: i16,
    step: i16,
}

/// Days of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    Number(Span),
    /// `L`
    Last,
    /// `LW`
    LastWeekday,
    /// `15W`: the weekday nearest to it, in the same month.
    Nearest(i16),
}

/// Days of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weekdays {
    Number(Span),
    /// `6L`: the last one of a month.
    Last(i16),
    /// `2#1`: the first, second, … of a month.
    Nth(i16, i16),
}

impl Cron {
    /// Reads the fields between the brackets; none if they are not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        let fields: Vec<String> = text
            .split_whitespace()
            .map(str::to_ascii_uppercase)
            .collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            minutes: list(minutes, |item| span(item, (0, 59), &[]))?,
            hours: list(hours, |item| span(item, (0, 23), &[]))?,
            days: list(days, day)?,
            months: list(months, |item| span(item, (1, 12), &MONTHS))?,
            weekdays: list(weekdays, weekday)?,
            years: list(years, |item| span(item, (1970, 2199), &[]))?,
            either_day: false,
        })
    }

    /// Reads the five fields of Unix; none if they are not understood.
    pub(super) fn read_unix(text: &str) -> Option<Self> {
        let fields: Vec<String> = text
            .split_whitespace()
            .map(str::to_ascii_uppercase)
            .collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return None;
        };
        Some(Self {
            minutes: list(minutes, |item| span(item, (0, 59), &[]))?,
            hours: list(hours, |item| span(item, (0, 23), &[]))?,
            days: list(days, |item| span(item, (1, 31), &[]).map(Day::Number))?,
            months: list(months, |item| span(item, (1, 12), &MONTHS))?,
            weekdays: list(weekdays, unix_weekdays)?.concat(),
            years: list("*", |item| span(item, (1970, 2199), &[]))?,
            either_day: !days.starts_with('*') && !weekdays.starts_with('*'),
        })
    }

    /// Whether it names this minute.
    pub(super) fn fits(&self, time: DateTime) -> bool {
        let has = |spans: &[Span], number: i16| spans.iter().any(|span| span.has(number));
        let date = time.date();
        let day = self.days.iter().any(|day| day.is(date));
        let weekday = self.weekdays.iter().any(|days| days.are(date));
        has(&self.minutes, time.minute().into())
            && has(&self.hours, time.hour().into())
            && has(&self.months, time.month().into())
            && has(&self.years, time.year())
            && (day && weekday || self.either_day && (day || weekday))
    }
}

impl Span {
    fn has(self, number: i16) -> bool {
        (self.from..=self.to).contains(&number) && (number - self.from) % self.step == 0
    }
}

impl Day {
    fn is(self, date: Date) -> bool {
        match self {
            Self::Number(span) => span.has(date.day().into()),
            Self::Last => date == date.last_of_month(),
            Self::LastWeekday => date == nearest_weekday(date.last_of_month()),
            Self::Nearest(number) => {
                let day = i8::try_from(number).unwrap_or(i8::MAX);
                Date::new(date.year(), date.month(), day)
                    .is_ok_and(|named| date == nearest_weekday(named))
            }
        }
    }
}

impl Weekdays {
    fn are(self, date: Date) -> bool {
        let number = i16::from(date.weekday().to_sunday_one_offset());
        match self {
            Self::Number(span) => span.has(number),
            Self::Last(wanted) => {
                let last = date.last_of_month().day();
                number == wanted && date.day() > last - 7
            }
            Self::Nth(wanted, nth) => {
                number == wanted && (i16::from(date.day()) - 1) / 7 + 1 == nth
            }
        }
    }
}

/// Monday to Friday, as near as can be without leaving the month.
fn nearest_weekday(date: Date) -> Date {
    let moved = match date.weekday() {
        Weekday::Saturday if date.day() > 1 => date.yesterday(),
        Weekday::Saturday => date.tomorrow().and_then(Date::tomorrow),
        Weekday::Sunday if date != date.last_of_month() => date.tomorrow(),
        Weekday::Sunday => date.yesterday().and_then(Date::yesterday),
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => Ok(date),
    };
    moved.unwrap_or(date)
}

fn list<T>(field: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    field.split(',').map(item).collect()
}

fn day(item: &str) -> Option<Day> {
    match item {
        "L" => Some(Day::Last),
        "LW" => Some(Day::LastWeekday),
        _ => match item.strip_suffix('W') {
            Some(number) => Some(Day::Nearest(number_of(number, (1, 31), &[])?)),
            None => span(item, (1, 31), &[]).map(Day::Number),
        },
    }
}

fn weekday(item: &str) -> Option<Weekdays> {
    let number = |text| number_of(text, (1, 7), &DAYS);
    if item == "L" {
        return Some(Weekdays::Number(Span {
            from: 7,
            to: 7,
            step: 1,
        }));
    }
    if let Some((day, nth)) = item.split_once('#') {
        return Some(Weekdays::Nth(number(day)?, number_of(nth, (1, 5), &[])?));
    }
    match item.strip_suffix('L') {
        Some(day) => Some(Weekdays::Last(number(day)?)),
        None => span(item, (1, 7), &DAYS).map(Weekdays::Number),
    }
}

/// Days of the week that count from Sunday, which is 0 and 7.
fn unix_weekdays(item: &str) -> Option<Vec<Weekdays>> {
    let span = span(item, (0, 7), &DAYS)?;
    let named = (span.from..=span.to).filter(|number| span.has(*number));
    let day = |number: i16| {
        let number = number % 7 + 1;
        Weekdays::Number(Span {
            from: number,
            to: number,
            step: 1,
        })
    };
    Some(named.map(day).collect())
}

/// `*`, `?`, `5`, `1-5`, each also with `/2`.
fn span(item: &str, (least, most): (i16, i16), names: &[&str]) -> Option<Span> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step.parse().ok().filter(|step| *step > 0)?)),
        None => (item, None),
    };
    let number = |text| number_of(text, (least, most), names);
    let (from, to) = match range.split_once('-') {
        Some((from, to)) => (number(from)?, number(to)?),
        None if range == "*" || range == "?" => (least, most),
        // `5/10` is from 5 on.
        None if step.is_some() => (number(range)?, most),
        None => (number(range)?, number(range)?),
    };
    let step = step.unwrap_or(1);
    (from <= to).then_some(Span { from, to, step })
}

fn number_of(text: &str, (least, most): (i16, i16), names: &[&str]) -> Option<i16> {
    if let Some(place) = names.iter().position(|name| *name == text) {
        return i16::try_from(place).ok().map(|place| place + least);
    }
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(cron: &str, time: &str) -> bool {
        let time: DateTime = time.parse().unwrap();
        Cron::read(cron)
            .unwrap_or_else(|| panic!("not read: {cron}"))
            .fits(time)
    }

    #[test]
    fn every_field_has_to_fit() {
        // A Friday.
        let time = "2026-11-20T08:30:00";
        for cron in [
            "30 8 * * ? *",
            "0,30 8 20 11 ? 2026",
            "0/15 * * * ? *",
            "30 6-9 ? * MON-FRI *",
            "30 8 ? NOV 6 *",
            "30 8 ? 1-12/2 FRI 2026-2030",
            "30 */4 * * ? *",
        ] {
            assert!(fits(cron, time), "{cron}");
        }
        for cron in [
            "31 8 * * ? *",
            "30 9 * * ? *",
            "30 8 21 * ? *",
            "30 8 * 10 ? *",
            "30 8 ? * SUN *",
            "30 8 * * ? 2027",
            "5/15 * * * ? *",
        ] {
            assert!(!fits(cron, time), "{cron}");
        }
    }

    #[test]
    fn the_days_of_the_week_count_from_sunday() {
        assert!(fits("0 0 ? * 1 *", "2026-11-22T00:00:00"));
        assert!(fits("0 0 ? * L *", "2026-11-21T00:00:00"));
    }

    #[test]
    fn last_nearest_and_nth_days_are_found() {
        assert!(fits("0 0 L * ? *", "2026-11-30T00:00:00"));
        assert!(!fits("0 0 L * ? *", "2026-11-29T00:00:00"));
        // The 15th is a Sunday, the 1st too.
        assert!(fits("0 0 15W 11 ? *", "2026-11-16T00:00:00"));
        assert!(fits("0 0 1W 11 ? *", "2026-11-02T00:00:00"));
        // The 1st of August is a Saturday, the 31st of May a Sunday.
        assert!(fits("0 0 1W 8 ? *", "2026-08-03T00:00:00"));
        assert!(fits("0 0 LW 5 ? *", "2026-05-29T00:00:00"));
        assert!(fits("0 0 ? * 6L *", "2026-11-27T00:00:00"));
        assert!(!fits("0 0 ? * 6L *", "2026-11-20T00:00:00"));
        assert!(fits("0 0 ? * FRI#3 *", "2026-11-20T00:00:00"));
        assert!(!fits("0 0 ? * FRI#2 *", "2026-11-20T00:00:00"));
    }

    #[test]
    fn the_five_fields_of_unix_count_days_from_sunday_and_take_either_day() {
        let fits = |cron: &str, time: &str| {
            let read = Cron::read_unix(cron).unwrap_or_else(|| panic!("not read: {cron}"));
            read.fits(time.parse().unwrap())
        };
        // A Friday, and the Sunday after it.
        let (friday, sunday) = ("2026-11-20T08:30:00", "2026-11-22T08:30:00");
        for (cron, on_friday, on_sunday) in [
            ("30 8 * * *", true, true),
            ("*/15 6-9 * 11 *", true, true),
            ("31 8 * * *", false, false),
            ("30 8 * * 5", true, false),
            ("30 8 * * mon-fri", true, false),
            ("30 8 * * 0", false, true),
            ("30 8 * * 7", false, true),
            ("30 8 * * 5-7", true, true),
            ("30 8 20 * *", true, false),
            // Either of the two days.
            ("30 8 22 * 5", true, true),
            ("30 8 1 * 5", true, false),
        ] {
            assert_eq!(fits(cron, friday), on_friday, "{cron}");
            assert_eq!(fits(cron, sunday), on_sunday, "{cron}");
        }
        for cron in ["30 8 * *", "30 8 * * ? *", "30 8 L * *", "30 8 * * 8", ""] {
            assert_eq!(Cron::read_unix(cron), None, "{cron}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_not_read() {
        for cron in [
            "",
            "* * * * *",
            "60 * * * ? *",
            "* * 0 * ? *",
            "* * * * 8 *",
            "*/0 * * * ? *",
            "9-5 * * * ? *",
            "+1 * * * ? *",
            "* * ? * FRI#6 *",
        ] {
            assert_eq!(Cron::read(cron), None, "{cron}");
        }
    }
}
