//! A point in virtual time. Not the clock: who decides what time it is, is `cloud::Cloud` and, above it, the endpoint.

use serde_json::Value;

/// Milliseconds since the Unix epoch, on the simulator's virtual clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(i64);

impl Moment {
    /// The moment so many milliseconds after the Unix epoch.
    pub(crate) const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) const fn millis(self) -> i64 {
        self.0
    }

    /// So many seconds later, to the millisecond; earlier when negative.
    pub(crate) fn plus(self, seconds: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast from f64 saturates, and whole milliseconds are meant"
        )]
        let millis = (seconds * 1000.0).round() as i64;
        Self(self.0.saturating_add(millis))
    }

    /// Seconds from an earlier moment to this one; negative if that moment is later.
    pub(crate) fn seconds_since(self, earlier: Self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "durations in milliseconds are far below 2^53"
        )]
        let millis = self.0.saturating_sub(earlier.0) as f64;
        millis / 1000.0
    }

    /// The form the JSON protocols give a timestamp: epoch seconds, a number with up to three decimals.
    pub(crate) fn epoch_seconds(self) -> Value {
        Value::from(self.seconds_since(Self(0)))
    }

    /// The form people and the XML protocols have: `2026-11-20T17:06:44.123Z`.
    pub(crate) fn text(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => format!("{timestamp:.3}"),
            // Only thousands of years away from now.
            Err(_) => format!("{}ms", self.0),
        }
    }

    /// Reads a query protocol's timestamp: `2026-11-20T17:06:44Z`, also with decimals or an offset.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let timestamp: jiff::Timestamp = text.parse().ok()?;
        Some(Self(timestamp.as_millisecond()))
    }

    /// The form of HTTP headers: `Fri, 20 Nov 2026 17:06:44 GMT`. None thousands of years away from now.
    pub(crate) fn http_date(self) -> Option<String> {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).ok()?;
        jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&timestamp)
            .ok()
    }

    /// Reads a JSON protocol's timestamp: epoch seconds as a number.
    pub(crate) fn from_epoch_seconds(value: &Value) -> Option<Self> {
        value.as_f64().map(|seconds| Self(0).plus(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_epoch_seconds_with_milliseconds() {
        assert_eq!(
            Moment::from_millis(1_700_000_000_123)
                .epoch_seconds()
                .to_string(),
            "1700000000.123"
        );
    }

    #[test]
    fn a_moment_is_written_for_people_to_the_millisecond() {
        assert_eq!(
            Moment::from_millis(1_700_000_000_100).text(),
            "2023-11-14T22:13:20.100Z"
        );
        assert_eq!(
            Moment::from_millis(i64::MAX).text(),
            "9223372036854775807ms"
        );
    }

    #[test]
    fn a_moment_is_written_for_http_to_the_second() {
        assert_eq!(
            Moment::from_millis(1_700_000_000_100)
                .http_date()
                .as_deref(),
            Some("Tue, 14 Nov 2023 22:13:20 GMT")
        );
    }

    #[test]
    fn a_moment_survives_the_wire() {
        let moment = Moment::from_millis(1_763_650_000_007);
        assert_eq!(Moment::from_text(&moment.text()), Some(moment));
        assert_eq!(Moment::from_text("tomorrow"), None);
        assert_eq!(
            Moment::from_epoch_seconds(&moment.epoch_seconds()),
            Some(moment)
        );
    }

    #[test]
    fn seconds_are_added_to_the_millisecond() {
        let later = Moment::from_millis(1_000).plus(0.25);
        assert_eq!(later.millis(), 1_250);
        assert!((later.seconds_since(Moment::from_millis(1_000)) - 0.25).abs() < f64::EPSILON);
    }
}
