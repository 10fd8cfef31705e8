//! Alarms, through `aws-sdk-cloudwatch`. Translates; decides nothing.

use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::Aws;
use super::refusal::port_error;
use crate::domain::alarm::{Alarm, AlarmState};
use crate::ports::PortError;
use crate::ports::alarms::ReadAlarms;

/// How many names one `DescribeAlarms` takes.
const NAMES: usize = 100;

impl ReadAlarms for Aws {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, PortError> {
        let mut found = Vec::new();
        for some in names.chunks(NAMES) {
            // Without the types only alarms on metrics are answered.
            let answer = self
                .cloudwatch
                .describe_alarms()
                .set_alarm_names(Some(some.to_vec()))
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .max_records(100)
                .send()
                .await
                .map_err(|error| port_error("DescribeAlarms", &error))?;
            let of_metrics = answer.metric_alarms().iter();
            found.extend(
                of_metrics
                    .map(|one| alarm(one.alarm_name(), one.state_value(), one.state_reason())),
            );
            let composed = answer.composite_alarms().iter();
            found.extend(
                composed.map(|one| alarm(one.alarm_name(), one.state_value(), one.state_reason())),
            );
        }
        Ok(found)
    }
}

fn alarm(name: Option<&str>, state: Option<&StateValue>, reason: Option<&str>) -> Alarm {
    Alarm {
        name: name.unwrap_or_default().to_owned(),
        state: AlarmState::from(state.map_or("", |state| state.as_str())),
        reason: reason.unwrap_or_default().to_owned(),
    }
}
