//! Suspended processes and tags of groups.

use serde_json::json;

use super::*;
use crate::sim::cloud::Rules;
use crate::sim::rehearsal;
use crate::sim::service::Service;

fn world() -> Cloud {
    let seed = json!({"autoScalingGroups": [
        {"AutoScalingGroupName": "a", "MinSize": 1, "MaxSize": 4, "SuspendedProcesses": ["AZRebalance"],
            "Tags": [{"Key": "team", "Value": "x", "PropagateAtLaunch": true}]},
        {"AutoScalingGroupName": "b"},
    ]});
    rehearsal::grown(Rules::default(), &seed)
}

fn call(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, Refusal> {
    rehearsal::call(cloud, Service::Groups, operation, input)
}

fn suspended(cloud: &mut Cloud, name: &str) -> Vec<String> {
    let answer = call(
        cloud,
        "DescribeAutoScalingGroups",
        &json!({"AutoScalingGroupNames": [name]}),
    )
    .unwrap();
    let processes = answer["AutoScalingGroups"][0]["SuspendedProcesses"]
        .as_array()
        .unwrap()
        .clone();
    processes
        .iter()
        .map(|process| process["ProcessName"].as_str().unwrap().to_owned())
        .collect()
}

fn tag(group: &str, key: &str, value: &str) -> Value {
    json!({"ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key, "Value": value, "PropagateAtLaunch": false})
}

#[test]
fn only_the_named_processes_are_suspended_and_resumed() {
    let mut cloud = world();
    let two = json!({"AutoScalingGroupName": "a", "ScalingProcesses": ["AlarmNotification", "AZRebalance"]});
    call(&mut cloud, "SuspendProcesses", &two).unwrap();
    assert_eq!(
        suspended(&mut cloud, "a"),
        ["AZRebalance", "AlarmNotification"]
    );
    let one = json!({"AutoScalingGroupName": "a", "ScalingProcesses": ["AlarmNotification"]});
    call(&mut cloud, "ResumeProcesses", &one).unwrap();
    assert_eq!(suspended(&mut cloud, "a"), ["AZRebalance"]);
    assert_eq!(suspended(&mut cloud, "b"), Vec::<String>::new());
}

#[test]
fn an_omitted_list_means_all_processes() {
    let mut cloud = world();
    call(
        &mut cloud,
        "SuspendProcesses",
        &json!({"AutoScalingGroupName": "b"}),
    )
    .unwrap();
    assert_eq!(suspended(&mut cloud, "b").len(), 9);
    call(
        &mut cloud,
        "ResumeProcesses",
        &json!({"AutoScalingGroupName": "b", "ScalingProcesses": []}),
    )
    .unwrap();
    assert_eq!(suspended(&mut cloud, "b").len(), 0);
}

#[test]
fn an_unknown_group_or_process_is_refused() {
    let mut cloud = world();
    let refusal = call(
        &mut cloud,
        "SuspendProcesses",
        &json!({"AutoScalingGroupName": "c"}),
    )
    .unwrap_err();
    assert_eq!(refusal.code, "ValidationError");
    let wrong = json!({"AutoScalingGroupName": "a", "ScalingProcesses": ["Alarms"]});
    assert_eq!(
        call(&mut cloud, "SuspendProcesses", &wrong)
            .unwrap_err()
            .code,
        "ValidationError"
    );
    let none = call(
        &mut cloud,
        "DescribeAutoScalingGroups",
        &json!({"AutoScalingGroupNames": ["c"]}),
    )
    .unwrap();
    assert_eq!(none, json!({"AutoScalingGroups": []}));
}

#[test]
fn tags_are_added_replaced_filtered_and_removed() {
    let mut cloud = world();
    let tags =
        json!({"Tags": [tag("a", "lease", "1"), tag("b", "lease", "2"), tag("b", "team", "y")]});
    call(&mut cloud, "CreateOrUpdateTags", &tags).unwrap();
    let of = |cloud: &mut Cloud, filters: Value| {
        let answer = call(cloud, "DescribeTags", &json!({"Filters": filters})).unwrap();
        answer["Tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| tag["Value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&mut cloud, json!([{"Name": "key", "Values": ["lease"]}])),
        ["1", "2"]
    );
    let both = json!([{"Name": "key", "Values": ["team"]}, {"Name": "auto-scaling-group", "Values": ["b"]}]);
    assert_eq!(of(&mut cloud, both), ["y"]);
    assert_eq!(
        of(
            &mut cloud,
            json!([{"Name": "propagate-at-launch", "Values": ["true"]}])
        ),
        ["x"]
    );
    call(
        &mut cloud,
        "DeleteTags",
        &json!({"Tags": [{"ResourceId": "b", "Key": "lease"}, {"ResourceId": "b", "Key": "no"}]}),
    )
    .unwrap();
    assert_eq!(
        of(&mut cloud, json!([{"Name": "key", "Values": ["lease"]}])),
        ["1"]
    );
}

#[test]
fn a_tag_with_another_value_is_not_removed() {
    let mut cloud = world();
    call(
        &mut cloud,
        "DeleteTags",
        &json!({"Tags": [tag("a", "team", "other")]}),
    )
    .unwrap();
    let answer = call(&mut cloud, "DescribeTags", &json!({})).unwrap();
    assert_eq!(answer["Tags"].as_array().unwrap().len(), 1);
}

#[test]
fn tags_that_cannot_be_are_refused_and_none_is_written() {
    let mut cloud = world();
    let wrong = [
        json!([tag("a", "ok", ""), tag("a", "aws:x", "")]),
        json!([tag("a", "ok", ""), tag("none", "x", "")]),
        json!([tag("a", "ok", ""), {"Key": "x"}]),
        json!([tag("a", "ok", ""), {"Key": "x", "ResourceId": "a", "ResourceType": "instance"}]),
    ];
    for tags in wrong {
        let refusal = call(&mut cloud, "CreateOrUpdateTags", &json!({"Tags": tags})).unwrap_err();
        assert_eq!(refusal.code, "ValidationError", "{tags}");
    }
    let many: Vec<_> = (0..50).map(|n| tag("a", &format!("k{n}"), "")).collect();
    assert_eq!(
        call(&mut cloud, "CreateOrUpdateTags", &json!({"Tags": many}))
            .unwrap_err()
            .code,
        "LimitExceeded"
    );
    assert_eq!(
        call(&mut cloud, "DescribeTags", &json!({})).unwrap()["Tags"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn groups_are_found_by_tag_and_come_in_pages() {
    let mut cloud = world();
    let by_tag = json!({"Filters": [{"Name": "tag:team", "Values": ["x"]}]});
    let answer = call(&mut cloud, "DescribeAutoScalingGroups", &by_tag).unwrap();
    assert_eq!(answer["AutoScalingGroups"].as_array().unwrap().len(), 1);
    let first = call(
        &mut cloud,
        "DescribeAutoScalingGroups",
        &json!({"MaxRecords": 1}),
    )
    .unwrap();
    let second = call(
        &mut cloud,
        "DescribeAutoScalingGroups",
        &json!({"NextToken": first["NextToken"]}),
    )
    .unwrap();
    assert_eq!(second["AutoScalingGroups"][0]["AutoScalingGroupName"], "b");
    let wrong = json!({"NextToken": "zzz"});
    assert_eq!(
        call(&mut cloud, "DescribeAutoScalingGroups", &wrong)
            .unwrap_err()
            .code,
        "InvalidNextToken"
    );
    let wrong = json!({"Filters": [{"Name": "team", "Values": ["x"]}]});
    assert_eq!(
        call(&mut cloud, "DescribeAutoScalingGroups", &wrong)
            .unwrap_err()
            .code,
        "ValidationError"
    );
}

/// The world begins at 2023-11-14T22:13:20Z.
fn pass(cloud: &mut Cloud, seconds: f64) {
    let to = cloud.now.plus(seconds);
    cloud.advance(to);
}

fn sizes(cloud: &mut Cloud) -> [i64; 3] {
    let named = json!({"AutoScalingGroupNames": ["a"]});
    let answer = call(cloud, "DescribeAutoScalingGroups", &named).unwrap();
    let group = &answer["AutoScalingGroups"][0];
    ["MinSize", "MaxSize", "DesiredCapacity"].map(|name| group[name].as_i64().unwrap())
}

fn actions(cloud: &mut Cloud) -> Vec<Value> {
    let named = json!({"AutoScalingGroupName": "a"});
    let mut answer = call(cloud, "DescribeScheduledActions", &named).unwrap();
    answer["ScheduledUpdateGroupActions"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap()
}

fn put(cloud: &mut Cloud, more: &Value) -> Result<Value, Refusal> {
    let mut input = json!({"AutoScalingGroupName": "a", "ScheduledActionName": "night"});
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    call(cloud, "PutScheduledUpdateGroupAction", &input)
}

#[test]
fn a_scheduled_action_sets_the_sizes_each_time_and_answers_its_next_time_as_its_start() {
    let mut cloud = world();
    put(
        &mut cloud,
        &json!({"Recurrence": "15 22 * * *", "MinSize": 2, "DesiredCapacity": 3}),
    )
    .unwrap();
    let start = |cloud: &mut Cloud| actions(cloud)[0]["StartTime"].as_f64().unwrap();
    assert!((start(&mut cloud) - 1_700_000_100.0).abs() < f64::EPSILON);
    pass(&mut cloud, 99.0);
    assert_eq!(sizes(&mut cloud), [1, 4, 1]);
    pass(&mut cloud, 1.0);
    assert_eq!(sizes(&mut cloud), [2, 4, 3]);
    assert!((start(&mut cloud) - 1_700_086_500.0).abs() < f64::EPSILON);
}

#[test]
fn a_suspended_scheduled_action_is_lost_and_one_that_ran_once_is_gone() {
    let mut cloud = world();
    let suspended = json!({"AutoScalingGroupName": "a", "ScalingProcesses": ["ScheduledActions"]});
    call(&mut cloud, "SuspendProcesses", &suspended).unwrap();
    let once = json!({"StartTime": 1_700_000_100, "MaxSize": 9});
    put(&mut cloud, &once).unwrap();
    assert_eq!(actions(&mut cloud)[0].get("Recurrence"), None);
    pass(&mut cloud, 200.0);
    assert_eq!(sizes(&mut cloud), [1, 4, 1]);
    call(&mut cloud, "ResumeProcesses", &suspended).unwrap();
    pass(&mut cloud, 200.0);
    assert_eq!(sizes(&mut cloud), [1, 4, 1]);
    assert_eq!(actions(&mut cloud), Vec::<Value>::new());
}

#[test]
fn scheduled_actions_that_cannot_be_run_are_refused_and_a_deleted_one_does_not_run() {
    let mut cloud = world();
    for wrong in [
        json!({"StartTime": 1_600_000_000, "MinSize": 1}),
        json!({"Recurrence": "0 8 1 * 1", "MinSize": 1}),
        json!({"Recurrence": "0 8 * * *"}),
        json!({"MinSize": 1}),
        json!({"Recurrence": "0 8 * * *", "MinSize": 1, "TimeZone": "Europe/Berlin"}),
        json!({"Recurrence": "0 8 * * *", "MinSize": 1, "AutoScalingGroupName": "c"}),
    ] {
        let refusal = put(&mut cloud, &wrong).unwrap_err();
        assert_eq!(refusal.code, "ValidationError", "{wrong}");
    }
    put(
        &mut cloud,
        &json!({"Recurrence": "* * * * *", "MinSize": 2}),
    )
    .unwrap();
    let named = json!({"AutoScalingGroupName": "a", "ScheduledActionName": "night"});
    call(&mut cloud, "DeleteScheduledAction", &named).unwrap();
    pass(&mut cloud, 600.0);
    assert_eq!(sizes(&mut cloud), [1, 4, 1]);
    assert!(call(&mut cloud, "DeleteScheduledAction", &named).is_err());
}
