//! Alarms, and what deployments make of them, through the front door.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::ecs;
use crate::sim::refusal::Refusal;
use crate::sim::rehearsal::{call, pass, settled as world};
use crate::sim::service::Service;

fn describe(cloud: &mut Cloud, input: &Value) -> Result<Value, Refusal> {
    call(cloud, Service::Alarms, "DescribeAlarms", input)
}

fn set(cloud: &mut Cloud, name: &str, state: &str) -> Result<Value, Refusal> {
    let input = json!({"AlarmName": name, "StateValue": state, "StateReason": "rehearsal"});
    call(cloud, Service::Alarms, "SetAlarmState", &input)
}

/// A world whose service `web` has the alarm `errors`, in this state.
fn guarded(state: &str) -> Cloud {
    let mut cloud = world();
    super::add(&mut cloud, "errors", state, None, None);
    let input = json!({"cluster": "demo", "service": "web", "deploymentConfiguration": {
        "alarms": {"alarmNames": ["errors"], "enable": true, "rollback": true}}});
    call(&mut cloud, Service::Ecs, "UpdateService", &input).unwrap();
    cloud
}

fn force(cloud: &mut Cloud) {
    let input = json!({"cluster": "demo", "service": "web", "forceNewDeployment": true});
    call(cloud, Service::Ecs, "UpdateService", &input).unwrap();
}

/// The newest service deployment of `web`.
fn deployment(cloud: &mut Cloud) -> Value {
    let input = json!({"cluster": "demo", "service": "web"});
    let list = call(cloud, Service::Ecs, "ListServiceDeployments", &input).unwrap();
    let arn = list["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    let input = json!({"serviceDeploymentArns": [arn]});
    let answer = call(cloud, Service::Ecs, "DescribeServiceDeployments", &input).unwrap();
    answer["serviceDeployments"][0].clone()
}

#[test]
fn alarms_are_found_by_name_prefix_state_and_type() {
    let mut cloud = world();
    super::add(&mut cloud, "web-errors", "OK", None, None);
    super::add(&mut cloud, "web-slow", "ALARM", Some("because"), None);
    super::add(
        &mut cloud,
        "both",
        "ALARM",
        None,
        Some("ALARM(a) AND ALARM(b)"),
    );
    let mut names = |input: Value| -> Vec<String> {
        let answer = describe(&mut cloud, &input).unwrap();
        let all = ["MetricAlarms", "CompositeAlarms"].map(|kind| answer[kind].clone());
        let all = all.iter().flat_map(|some| some.as_array().unwrap());
        all.map(|alarm| alarm["AlarmName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(json!({})), ["web-errors", "web-slow"]);
    assert_eq!(
        names(json!({"AlarmNames": ["web-slow", "none", "both"]})),
        ["web-slow"]
    );
    let types = json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "StateValue": "ALARM"});
    assert_eq!(names(types), ["web-slow", "both"]);
    assert_eq!(names(json!({"AlarmNamePrefix": "web-e"})), ["web-errors"]);
    let both = json!({"AlarmNamePrefix": "web", "AlarmNames": ["both"]});
    assert_eq!(
        describe(&mut cloud, &both).unwrap_err().code,
        "InvalidParameterValue"
    );
    let page = json!({"MaxRecords": 1});
    let first = describe(&mut cloud, &page).unwrap();
    let next = json!({"MaxRecords": 1, "NextToken": first["NextToken"]});
    let second = describe(&mut cloud, &next).unwrap();
    assert_eq!(second["MetricAlarms"][0]["StateReason"], "because");
    let wrong = json!({"NextToken": "made-up"});
    assert_eq!(
        describe(&mut cloud, &wrong).unwrap_err().code,
        "InvalidNextToken"
    );
}

#[test]
fn an_alarm_that_is_set_off_meanwhile_rolls_the_deployment_back() {
    let mut cloud = guarded("OK");
    force(&mut cloud);
    pass(&mut cloud, 30.0);
    assert_eq!(deployment(&mut cloud)["alarms"]["status"], "MONITORING");
    assert_eq!(set(&mut cloud, "errors", "ALARM"), Ok(Value::Null));
    pass(&mut cloud, 600.0);
    let deployment = deployment(&mut cloud);
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL", "{deployment}");
    assert_eq!(
        deployment["alarms"]["triggeredAlarmNames"],
        json!(["errors"])
    );
}

#[test]
fn an_alarm_that_fires_already_is_left_out_of_the_deployment() {
    let mut cloud = guarded("ALARM");
    force(&mut cloud);
    pass(&mut cloud, 30.0);
    assert_eq!(deployment(&mut cloud)["alarms"]["status"], "DISABLED");
    pass(&mut cloud, 600.0);
    assert_eq!(deployment(&mut cloud)["status"], "SUCCESSFUL");
}

#[test]
fn an_alarm_nobody_knows_can_not_be_set() {
    let mut cloud = world();
    assert_eq!(
        set(&mut cloud, "none", "OK").unwrap_err().code,
        "ResourceNotFound"
    );
}

#[test]
fn the_alarm_of_a_story_is_there_calm_then_fires_and_calms_down() {
    let mut cloud = world();
    ecs::set_story(&mut cloud, Some("web"), &json!("alarm")).unwrap();
    let state = |cloud: &mut Cloud| {
        let answer = describe(cloud, &json!({"AlarmNames": ["web-errors"]})).unwrap();
        answer["MetricAlarms"][0]["StateValue"].clone()
    };
    assert_eq!(state(&mut cloud), "OK");
    force(&mut cloud);
    pass(&mut cloud, 110.0);
    assert_eq!(state(&mut cloud), "ALARM");
    pass(&mut cloud, 4000.0);
    assert_eq!(state(&mut cloud), "OK");
    assert_eq!(deployment(&mut cloud)["status"], "ROLLBACK_SUCCESSFUL");
}
