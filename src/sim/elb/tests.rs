//! Target groups and their targets, through the front door.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::ecs;
use crate::sim::refusal::Refusal;
use crate::sim::rehearsal::{call, pass, settled as world};
use crate::sim::service::Service;

const GROUP: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/6d0ecf831eec9f09";

fn elb(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, Refusal> {
    call(cloud, Service::Balancers, operation, input)
}

/// The states and reasons of all targets of the group, sorted.
fn health(cloud: &mut Cloud) -> Vec<String> {
    let answer = elb(
        cloud,
        "DescribeTargetHealth",
        &json!({"TargetGroupArn": GROUP}),
    )
    .unwrap();
    let targets = answer["TargetHealthDescriptions"].as_array().unwrap();
    let mut health: Vec<String> = targets
        .iter()
        .map(|target| {
            let health = &target["TargetHealth"];
            let reason = health["Reason"].as_str().unwrap_or("-");
            format!("{} {reason}", health["State"].as_str().unwrap())
        })
        .collect();
    health.sort();
    health
}

fn deploy(cloud: &mut Cloud, story: &Value) {
    ecs::set_story(cloud, Some("web"), story).unwrap();
    let input = json!({"cluster": "demo", "service": "web", "forceNewDeployment": true});
    call(cloud, Service::Ecs, "UpdateService", &input).unwrap();
}

/// Every state that the targets go through in so many seconds, each once.
fn states(cloud: &mut Cloud, seconds: u32) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..seconds {
        pass(cloud, 1.0);
        for one in health(cloud) {
            if !seen.contains(&one) {
                seen.push(one);
            }
        }
    }
    seen
}

#[test]
fn steady_tasks_are_healthy_targets_of_their_group() {
    let mut cloud = world();
    assert_eq!(health(&mut cloud), ["healthy -", "healthy -"]);
    let answer = elb(
        &mut cloud,
        "DescribeTargetGroups",
        &json!({"Names": ["web"]}),
    )
    .unwrap();
    assert_eq!(answer["TargetGroups"][0]["TargetGroupArn"], GROUP);
}

#[test]
fn a_target_is_registered_checked_healthy_and_the_old_one_drained() {
    let mut cloud = world();
    deploy(&mut cloud, &json!("steady"));
    assert_eq!(
        states(&mut cloud, 240),
        [
            "healthy -",
            "initial Elb.RegistrationInProgress",
            "initial Elb.InitialHealthChecking",
            "draining Target.DeregistrationInProgress",
        ]
    );
    assert_eq!(health(&mut cloud), ["healthy -", "healthy -"]);
}

#[test]
fn a_target_that_fails_its_checks_says_why_until_its_task_is_stopped() {
    for (reason, code) in [
        (
            "Health checks failed with these codes: [404]",
            "unhealthy Target.ResponseCodeMismatch",
        ),
        ("Request timed out", "unhealthy Target.Timeout"),
        (
            "Health checks failed",
            "unhealthy Target.FailedHealthChecks",
        ),
        (
            "Target group is not configured to receive traffic from the load balancer",
            "unused Target.NotInUse",
        ),
    ] {
        let mut cloud = world();
        let story = json!({
            "name": "fails", "tasks": {"fate": "unhealthy", "after": 60, "reason": reason},
        });
        deploy(&mut cloud, &story);
        let seen = states(&mut cloud, 150);
        assert!(seen.contains(&code.to_owned()), "{code}: {seen:?}");
        pass(&mut cloud, 1200.0);
        assert_eq!(
            health(&mut cloud),
            ["healthy -", "healthy -"],
            "rolled back"
        );
    }
}

#[test]
fn groups_and_targets_that_do_not_exist_are_told_as_aws_tells_them() {
    let mut cloud = world();
    let wrong = json!({"TargetGroupArn": "arn:aws:x"});
    let refused = elb(&mut cloud, "DescribeTargetHealth", &wrong)
        .unwrap_err()
        .code;
    assert_eq!(refused, "TargetGroupNotFound");
    let refused = elb(&mut cloud, "DescribeTargetGroups", &json!({"Names": ["x"]}))
        .unwrap_err()
        .code;
    assert_eq!(refused, "TargetGroupNotFound");
    let stranger = json!({"TargetGroupArn": GROUP, "Targets": [{"Id": "10.9.9.9"}]});
    let answer = elb(&mut cloud, "DescribeTargetHealth", &stranger).unwrap();
    let health = &answer["TargetHealthDescriptions"][0]["TargetHealth"];
    assert_eq!(health["Reason"], "Target.NotRegistered");
    let refused = elb(&mut cloud, "DescribeListeners", &json!({}))
        .unwrap_err()
        .code;
    assert_eq!(refused, "InvalidAction");
}

#[test]
fn pages_of_groups_are_the_groups() {
    let mut cloud = world();
    let all = elb(&mut cloud, "DescribeTargetGroups", &json!({})).unwrap();
    let count = all["TargetGroups"].as_array().unwrap().len();
    let (mut seen, mut marker) = (0, Value::Null);
    loop {
        let mut input = json!({"PageSize": 1});
        if !marker.is_null() {
            input["Marker"] = marker.clone();
        }
        let page = elb(&mut cloud, "DescribeTargetGroups", &input).unwrap();
        seen += page["TargetGroups"].as_array().unwrap().len();
        marker = page["NextMarker"].clone();
        if marker.is_null() {
            break;
        }
    }
    assert_eq!(seen, count);
    assert!(count >= 3);
}

/// How many targets of a group are healthy.
fn healthy(cloud: &mut Cloud, group: &str) -> usize {
    let answer = elb(
        cloud,
        "DescribeTargetHealth",
        &json!({"TargetGroupArn": group}),
    )
    .unwrap();
    let targets = answer["TargetHealthDescriptions"].as_array().unwrap();
    let healthy = targets
        .iter()
        .filter(|target| target["TargetHealth"]["State"] == "healthy");
    healthy.count()
}

#[test]
fn the_tasks_of_a_service_that_moves_traffic_take_turns_in_its_two_target_groups() {
    let mut cloud = world();
    let groups = elb(
        &mut cloud,
        "DescribeTargetGroups",
        &json!({"Names": ["web-native", "web-native-green"]}),
    )
    .unwrap();
    let arn = |name: &str| {
        let groups = groups["TargetGroups"].as_array().unwrap().iter();
        let mut named = groups.filter(|group| group["TargetGroupName"] == name);
        named.next().unwrap()["TargetGroupArn"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (blue, green) = (arn("web-native"), arn("web-native-green"));
    let both = |cloud: &mut Cloud| (healthy(cloud, &blue), healthy(cloud, &green));
    let deploy = |cloud: &mut Cloud| {
        let input = json!({"cluster": "demo", "service": "web-native", "forceNewDeployment": true});
        call(cloud, Service::Ecs, "UpdateService", &input).unwrap();
    };
    assert_eq!(both(&mut cloud), (2, 0));
    deploy(&mut cloud);
    pass(&mut cloud, 150.0);
    assert_eq!(both(&mut cloud), (2, 2), "while the traffic is moved");
    pass(&mut cloud, 1800.0);
    assert_eq!(both(&mut cloud), (0, 2), "when it is done");
    deploy(&mut cloud);
    pass(&mut cloud, 1800.0);
    assert_eq!(both(&mut cloud), (2, 0), "and back with the next one");
    ecs::set_story(&mut cloud, Some("web-native"), &json!("hook-failure")).unwrap();
    deploy(&mut cloud);
    pass(&mut cloud, 1800.0);
    assert_eq!(both(&mut cloud), (2, 0), "after a way back");
}
