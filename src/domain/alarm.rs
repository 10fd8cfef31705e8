//! CloudWatch alarms as a deployment meets them (API shapes `MetricAlarm` and `CompositeAlarm`): name, state, reason.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// How an alarm is (API shape `StateValue`).
    pub enum AlarmState {
        /// All is well.
        Ok = "OK",
        /// It fires.
        Alarm = "ALARM",
        /// There is nothing to judge by.
        InsufficientData = "INSUFFICIENT_DATA",
    }
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: AlarmState,
    /// Why, in the words of CloudWatch.
    pub reason: String,
}

impl Alarm {
    /// Whether it fires.
    #[must_use]
    pub fn fires(&self) -> bool {
        self.state == AlarmState::Alarm
    }
}
