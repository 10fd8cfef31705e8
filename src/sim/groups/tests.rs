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
