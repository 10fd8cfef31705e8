//! Amazon CloudWatch: alarms and their states. They watch nothing: a seed, a story or `SetAlarmState` says how they are.
//! What a deployment makes of them is ECS's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;
use crate::sim::{codedeploy, ecs};

/// How long an alarm fires that a story lets fire.
const LASTS: f64 = 3600.0;
/// What CloudWatch says of an alarm that crossed its threshold (form seen; the numbers are made up).
const CROSSED: &str = "Threshold Crossed: 1 datapoint [12.0 (01/01/26 00:00:00)] was greater than the threshold (5.0).";
/// What it says of one that did not.
const CALM: &str = "Threshold Crossed: 1 datapoint [0.0 (01/01/26 00:00:00)] was not greater than the threshold (5.0).";

/// Every alarm, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarms {
    alarms: BTreeMap<String, Alarm>,
}

/// One alarm.
#[derive(Clone, Debug)]
struct Alarm {
    state: String,
    reason: String,
    updated: Moment,
    /// Until when it fires, if it stops by itself.
    until: Option<Moment>,
    /// The rule of a composite one.
    rule: Option<String>,
}

impl Alarm {
    fn new(state: &str, reason: &str, now: Moment) -> Self {
        Self {
            state: state.to_owned(),
            reason: reason.to_owned(),
            updated: now,
            until: None,
            rule: None,
        }
    }

    fn calmed(&self, now: Moment) -> Option<Moment> {
        self.until.filter(|until| *until <= now)
    }

    fn state(&self, now: Moment) -> &str {
        match self.calmed(now) {
            Some(_) => "OK",
            None => &self.state,
        }
    }

    fn describe(&self, cloud: &Cloud, name: &str) -> Value {
        let calmed = self.calmed(cloud.now);
        let updated = calmed.unwrap_or(self.updated).epoch_seconds();
        let mut alarm = json!({
            "AlarmName": name,
            "AlarmArn": cloud.arn("cloudwatch", &format!("alarm:{name}")),
            "AlarmConfigurationUpdatedTimestamp": cloud.began.epoch_seconds(),
            "ActionsEnabled": true,
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            "StateValue": self.state(cloud.now),
            "StateReason": if calmed.is_some() { CALM } else { &self.reason },
            "StateUpdatedTimestamp": updated,
        });
        let more = match &self.rule {
            Some(rule) => json!({ "AlarmRule": rule }),
            None => json!({
                "MetricName": "HTTPCode_Target_5XX_Count",
                "Namespace": "AWS/ApplicationELB",
                "Statistic": "Sum",
                "Dimensions": [],
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 5.0,
                "ComparisonOperator": "GreaterThanThreshold",
            }),
        };
        if let (Some(alarm), Value::Object(more)) = (alarm.as_object_mut(), more) {
            alarm.extend(more);
        }
        alarm
    }
}

/// Answers one operation.
///
/// # Errors
/// CloudWatch's refusal.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "DescribeAlarms" => describe(cloud, input),
        "SetAlarmState" => set_state(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// For `GET /_sim/state`: the state of each alarm.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let alarms = cloud.alarms.alarms.iter();
    Value::Object(
        alarms
            .map(|(name, alarm)| (name.clone(), alarm.state(cloud.now).into()))
            .collect(),
    )
}

/// Makes an alarm as a seed has it; one with a rule is a composite one.
pub(crate) fn add(
    cloud: &mut Cloud,
    name: &str,
    state: &str,
    reason: Option<&str>,
    rule: Option<&str>,
) {
    let usual = if state == "ALARM" { CROSSED } else { CALM };
    let mut alarm = Alarm::new(state, reason.unwrap_or(usual), cloud.now);
    alarm.rule = rule.map(str::to_owned);
    cloud.alarms.alarms.insert(name.to_owned(), alarm);
}

/// Lets an alarm be there, and calm, unless it is there already.
pub(crate) fn know(cloud: &mut Cloud, name: &str) {
    let alarm = Alarm::new("OK", CALM, cloud.now);
    cloud.alarms.alarms.entry(name.to_owned()).or_insert(alarm);
}

/// Lets an alarm fire for a while.
pub(crate) fn fire(cloud: &mut Cloud, name: &str) {
    know(cloud, name);
    let now = cloud.now;
    if let Some(alarm) = cloud.alarms.alarms.get_mut(name) {
        *alarm = Alarm {
            until: Some(now.plus(LASTS)),
            rule: alarm.rule.take(),
            ..Alarm::new("ALARM", CROSSED, now)
        };
    }
}

/// Those of the names whose alarms fire.
pub(crate) fn firing(cloud: &Cloud, names: &[String]) -> Vec<String> {
    let fires = |name: &&String| {
        let alarm = cloud.alarms.alarms.get(*name);
        alarm.is_some_and(|alarm| alarm.state(cloud.now) == "ALARM")
    };
    names.iter().filter(fires).cloned().collect()
}

/// Alarms that do not exist are left out, without an error; without types only those on metrics are answered.
fn describe(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let wrong = |text: &str| Refusal::new("InvalidParameterValue", text);
    for name in ["ChildrenOfAlarmName", "ParentsOfAlarmName", "ActionPrefix"] {
        if members::given(input, name) {
            return Err(wrong(&format!("the simulator does not know {name}")));
        }
    }
    let names = members::texts(input, "AlarmNames");
    let prefix = members::text(input, "AlarmNamePrefix");
    if prefix.is_some() && !names.is_empty() {
        return Err(wrong(
            "AlarmNames and AlarmNamePrefix can not be given together",
        ));
    }
    let types = members::texts(input, "AlarmTypes");
    let wanted = members::text(input, "StateValue");
    let asked = |name: &str, alarm: &Alarm| {
        let kind = if alarm.rule.is_some() {
            "CompositeAlarm"
        } else {
            "MetricAlarm"
        };
        (names.is_empty() || names.contains(&name))
            && prefix.is_none_or(|prefix| name.starts_with(prefix))
            && (types.contains(&kind) || (types.is_empty() && kind == "MetricAlarm"))
            && wanted.is_none_or(|state| state == alarm.state(cloud.now))
    };
    let found: Vec<(&String, &Alarm)> = cloud
        .alarms
        .alarms
        .iter()
        .filter(|(name, alarm)| asked(name, alarm))
        .collect();
    let size = members::number(input, "MaxRecords")
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(50);
    let page = paging::page(found, size, members::text(input, "NextToken"))
        .map_err(|InvalidToken| Refusal::new("InvalidNextToken", "The token is not valid"))?;
    let (composite, plain): (Vec<_>, Vec<_>) = page
        .items
        .into_iter()
        .partition(|(_, alarm)| alarm.rule.is_some());
    let described = |some: Vec<(&String, &Alarm)>| -> Value {
        let described = some.iter().map(|(name, alarm)| alarm.describe(cloud, name));
        described.collect()
    };
    let mut answer = json!({
        "CompositeAlarms": described(composite),
        "MetricAlarms": described(plain),
    });
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

/// Sets a state, as a rehearsal of an alarm does on AWS too.
fn set_state(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    let name = text("AlarmName");
    let now = cloud.now;
    let Some(alarm) = cloud.alarms.alarms.get_mut(name) else {
        return Err(Refusal::new("ResourceNotFound", "Unknown alarm").with_status(404));
    };
    *alarm = Alarm {
        rule: alarm.rule.take(),
        ..Alarm::new(text("StateValue"), text("StateReason"), now)
    };
    ecs::look_at_alarms(cloud);
    codedeploy::look_at_alarms(cloud);
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
