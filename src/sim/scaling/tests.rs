//! What a scalable target remembers, refuses, and does to its service.

use serde_json::json;

use super::*;
use crate::sim::cloud::Rules;
use crate::sim::ecs;
use crate::sim::model::Models;
use crate::sim::moment::Moment;
use crate::sim::rehearsal;
use crate::sim::seed;
use crate::sim::service::Service;

mod scheduled;

const WEB: &str = "service/demo/web";

fn world(rules: Rules) -> Cloud {
    rehearsal::grown(rules, &seed::one_service("demo", "web"))
}

fn call(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, Refusal> {
    rehearsal::call(cloud, Service::Scaling, operation, input)
}

fn register(cloud: &mut Cloud, id: &str, more: &Value) -> Result<Value, Refusal> {
    let mut input =
        json!({"ServiceNamespace": "ecs", "ResourceId": id, "ScalableDimension": DIMENSION});
    input
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    call(cloud, "RegisterScalableTarget", &input)
}

fn describe(cloud: &mut Cloud) -> Value {
    let answer = call(
        cloud,
        "DescribeScalableTargets",
        &json!({"ServiceNamespace": "ecs"}),
    )
    .unwrap();
    answer["ScalableTargets"][0].clone()
}

fn arn(cloud: &mut Cloud) -> Value {
    describe(cloud)["ScalableTargetARN"].clone()
}

#[test]
fn a_target_is_never_created_without_both_bounds() {
    let mut cloud = world(Rules::default());
    call(
        &mut cloud,
        "DeregisterScalableTarget",
        &json!({
            "ServiceNamespace": "ecs", "ResourceId": WEB, "ScalableDimension": DIMENSION,
        }),
    )
    .unwrap();
    let refusal = register(
        &mut cloud,
        WEB,
        &json!({"SuspendedState": {"DynamicScalingInSuspended": true}}),
    )
    .unwrap_err();
    assert_eq!(refusal.code, "ValidationException");
    assert_eq!(
        register(&mut cloud, WEB, &json!({"MinCapacity": 1}))
            .unwrap_err()
            .code,
        "ValidationException"
    );
    assert_eq!(describe(&mut cloud), Value::Null);
    register(
        &mut cloud,
        WEB,
        &json!({"MinCapacity": 1, "MaxCapacity": 3}),
    )
    .unwrap();
    assert_eq!(describe(&mut cloud)["MaxCapacity"], 3);
}

#[test]
fn a_target_of_a_service_that_does_not_exist_is_refused() {
    let mut cloud = world(Rules::default());
    let refusal = register(
        &mut cloud,
        "service/demo/none",
        &json!({"MinCapacity": 1, "MaxCapacity": 3}),
    )
    .unwrap_err();
    assert_eq!(
        refusal.message,
        "ECS service doesn't exist: service/demo/none"
    );
}

#[test]
fn flags_that_are_not_sent_are_kept_or_cleared_by_rule() {
    let rules = [(OmittedFlags::Kept, true), (OmittedFlags::Cleared, false)];
    for (omitted_flags, expected) in rules {
        let mut cloud = world(Rules {
            omitted_flags,
            ..Rules::default()
        });
        register(
            &mut cloud,
            WEB,
            &json!({"SuspendedState": {"DynamicScalingOutSuspended": true}}),
        )
        .unwrap();
        register(
            &mut cloud,
            WEB,
            &json!({"SuspendedState": {"ScheduledScalingSuspended": true}}),
        )
        .unwrap();
        assert_eq!(
            describe(&mut cloud)["SuspendedState"],
            json!({
                "DynamicScalingInSuspended": false,
                "DynamicScalingOutSuspended": expected,
                "ScheduledScalingSuspended": true,
            })
        );
    }
}

#[test]
fn a_registration_without_flags_leaves_them_alone() {
    let mut cloud = world(Rules {
        omitted_flags: OmittedFlags::Cleared,
        ..Rules::default()
    });
    register(
        &mut cloud,
        WEB,
        &json!({"SuspendedState": {"DynamicScalingOutSuspended": true}}),
    )
    .unwrap();
    register(&mut cloud, WEB, &json!({"MaxCapacity": 7})).unwrap();
    assert_eq!(
        describe(&mut cloud)["SuspendedState"]["DynamicScalingOutSuspended"],
        true
    );
    assert_eq!(describe(&mut cloud)["MinCapacity"], 1);
}

#[test]
fn any_registration_moves_the_desired_count_between_the_bounds() {
    let mut cloud = world(Rules::default());
    ecs::set_desired_count(&mut cloud, "demo", "web", 20);
    register(
        &mut cloud,
        WEB,
        &json!({"SuspendedState": {"DynamicScalingInSuspended": true}}),
    )
    .unwrap();
    assert_eq!(ecs::desired_count(&cloud, "demo", "web"), Some(10));
    let answer = call(
        &mut cloud,
        "DescribeScalingActivities",
        &json!({"ServiceNamespace": "ecs"}),
    )
    .unwrap();
    assert_eq!(
        answer["ScalingActivities"][0]["Cause"],
        "maximum capacity was set to 10"
    );
}

#[test]
fn a_removed_target_is_not_found_again() {
    let mut cloud = world(Rules::default());
    let input =
        json!({"ServiceNamespace": "ecs", "ResourceId": WEB, "ScalableDimension": DIMENSION});
    call(&mut cloud, "DeregisterScalableTarget", &input).unwrap();
    assert_eq!(
        call(&mut cloud, "DeregisterScalableTarget", &input)
            .unwrap_err()
            .code,
        "ObjectNotFoundException"
    );
}

#[test]
fn tags_are_added_replaced_and_removed() {
    let mut cloud = world(Rules::default());
    let arn = arn(&mut cloud);
    call(
        &mut cloud,
        "TagResource",
        &json!({"ResourceARN": arn, "Tags": {"a": "1", "b": "2"}}),
    )
    .unwrap();
    call(
        &mut cloud,
        "TagResource",
        &json!({"ResourceARN": arn, "Tags": {"a": "3"}}),
    )
    .unwrap();
    call(
        &mut cloud,
        "UntagResource",
        &json!({"ResourceARN": arn, "TagKeys": ["b", "c"]}),
    )
    .unwrap();
    let answer = call(
        &mut cloud,
        "ListTagsForResource",
        &json!({"ResourceARN": arn}),
    )
    .unwrap();
    assert_eq!(answer, json!({"Tags": {"a": "3"}}));
}

#[test]
fn a_tag_beyond_the_limits_is_refused_and_nothing_is_written() {
    let mut cloud = world(Rules::default());
    let arn = arn(&mut cloud);
    let many: Members = (0..51).map(|n| (format!("k{n}"), json!(""))).collect();
    let wrong = [
        json!({"ok": "", "k".repeat(129): ""}),
        json!({"ok": "", "k": "v".repeat(257)}),
        json!({"ok": "", "k": "a;b"}),
        json!({"ok": "", "aws:k": ""}),
        Value::Object(many.clone()),
    ];
    for tags in wrong {
        let refusal = call(
            &mut cloud,
            "TagResource",
            &json!({"ResourceARN": arn, "Tags": tags}),
        )
        .unwrap_err();
        assert_eq!(refusal.code, "ValidationException", "{tags}");
    }
    let answer = call(
        &mut cloud,
        "ListTagsForResource",
        &json!({"ResourceARN": arn}),
    )
    .unwrap();
    assert_eq!(answer, json!({"Tags": {}}));
}

#[test]
fn the_fifty_first_tag_is_one_too_many() {
    let mut cloud = world(Rules::default());
    let arn = arn(&mut cloud);
    let fifty: Members = (0..50).map(|n| (format!("k{n}"), json!(""))).collect();
    call(
        &mut cloud,
        "TagResource",
        &json!({"ResourceARN": arn, "Tags": fifty}),
    )
    .unwrap();
    let refusal = call(
        &mut cloud,
        "TagResource",
        &json!({"ResourceARN": arn, "Tags": {"more": ""}}),
    )
    .unwrap_err();
    assert_eq!(
        (refusal.code.as_str(), &refusal.members["ResourceName"]),
        ("TooManyTagsException", &arn)
    );
}

#[test]
fn tags_of_an_unknown_target_are_not_found() {
    let mut cloud = world(Rules::default());
    let refusal = call(
        &mut cloud,
        "ListTagsForResource",
        &json!({"ResourceARN": "arn:aws:none"}),
    )
    .unwrap_err();
    assert_eq!(refusal.code, "ResourceNotFoundException");
}

#[test]
fn targets_come_in_pages() {
    let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(0));
    for name in ["a", "b", "c"] {
        seed::grow(
            Models::shared(),
            &mut cloud,
            &seed::one_service("demo", name),
        )
        .unwrap();
    }
    let first = call(
        &mut cloud,
        "DescribeScalableTargets",
        &json!({"ServiceNamespace": "ecs", "MaxResults": 2}),
    )
    .unwrap();
    let token = &first["NextToken"];
    let rest = call(
        &mut cloud,
        "DescribeScalableTargets",
        &json!({"ServiceNamespace": "ecs", "NextToken": token}),
    )
    .unwrap();
    assert_eq!(first["ScalableTargets"].as_array().unwrap().len(), 2);
    assert_eq!(rest["ScalableTargets"][0]["ResourceId"], "service/demo/c");
    assert_eq!(rest.get("NextToken"), None);
    let wrong = json!({"ServiceNamespace": "ecs", "NextToken": "zzz"});
    assert_eq!(
        call(&mut cloud, "DescribeScalableTargets", &wrong)
            .unwrap_err()
            .code,
        "InvalidNextTokenException"
    );
}

#[test]
fn other_namespaces_are_empty_and_lists_of_policies_too() {
    let mut cloud = world(Rules::default());
    let answer = call(
        &mut cloud,
        "DescribeScalableTargets",
        &json!({"ServiceNamespace": "dynamodb"}),
    )
    .unwrap();
    assert_eq!(answer, json!({"ScalableTargets": []}));
    let answer = call(
        &mut cloud,
        "DescribeScalingPolicies",
        &json!({"ServiceNamespace": "ecs"}),
    )
    .unwrap();
    assert_eq!(answer, json!({"ScalingPolicies": []}));
}
