//! Tasks that belong to no service: what `RunTask` takes, and what they go through.

use serde_json::{Value, json};

use super::World;
use crate::sim::{ecs, seed};

fn network() -> Value {
    json!({"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}})
}

fn request() -> Value {
    json!({
        "cluster": "demo", "taskDefinition": "web", "launchType": "FARGATE", "startedBy": "run-7",
        "networkConfiguration": network(),
    })
}

/// Runs one task of `web` under a story, and gives it as it is after so many seconds.
fn run(story: &Value, seconds: f64) -> (World, Value) {
    let mut world = World::new();
    ecs::set_task_story(&mut world.cloud, "web", story).unwrap();
    let started = world.call("RunTask", &request());
    let arn = started["tasks"][0]["taskArn"].clone();
    world.wait(seconds);
    let task = world.call("DescribeTasks", &json!({"cluster": "demo", "tasks": [arn]}))["tasks"][0]
        .clone();
    (world, task)
}

#[test]
fn a_task_goes_through_its_states_and_ends_with_0() {
    let (mut world, task) = run(&json!("steady"), 0.0);
    assert_eq!(task["lastStatus"], "PROVISIONING");
    let asked = json!({"cluster": "demo", "tasks": [task["taskArn"]]});
    let mut seen = vec![task["lastStatus"].clone()];
    for _ in 0..120 {
        world.wait(1.0);
        let status = world.call("DescribeTasks", &asked)["tasks"][0]["lastStatus"].clone();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    let states = [
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEPROVISIONING",
        "STOPPED",
    ];
    assert_eq!(seen, states);
}

#[test]
fn the_story_of_a_family_is_that_of_its_tasks_and_not_of_the_service() {
    let (mut world, task) = run(&json!("crash-loop"), 120.0);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["containers"][0]["exitCode"], 1);
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
}

#[test]
fn a_task_may_be_killed_for_its_memory_lack_its_image_or_run_for_ever() {
    let (_, task) = run(&json!("oom"), 120.0);
    assert_eq!(task["containers"][0]["exitCode"], 137);
    let reason = task["containers"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("OutOfMemoryError"), "{reason}");
    let (_, task) = run(&json!("bad-image"), 120.0);
    assert_eq!(task["stopCode"], "TaskFailedToStart");
    assert!(task["containers"][0].get("exitCode").is_none(), "{task}");
    let (_, task) = run(&json!("hang"), 7200.0);
    assert_eq!(task["lastStatus"], "RUNNING");
}

#[test]
fn without_capacity_the_answer_holds_failures_and_no_task() {
    let mut world = World::new();
    ecs::set_task_story(&mut world.cloud, "web", &json!("no-capacity")).unwrap();
    let answer = world.call("RunTask", &request());
    assert_eq!(answer["tasks"], json!([]));
    assert_eq!(answer["failures"][0]["reason"], "RESOURCE:FARGATE");
}

#[test]
fn what_does_not_fit_the_place_or_the_limits_is_refused() {
    let mut world = World::new();
    for (change, told) in [
        (
            json!({"networkConfiguration": null}),
            "Network Configuration must be provided",
        ),
        (json!({"count": 11}), "count must be between 1 and 10"),
        (
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}),
            "both a launch type and capacity provider strategy",
        ),
        (json!({"startedBy": "a b"}), "Invalid startedBy"),
        (
            json!({"clientToken": "x".repeat(65)}),
            "Invalid clientToken",
        ),
        (
            json!({"propagateTags": "SERVICE"}),
            "SERVICE is not a valid value",
        ),
    ] {
        let mut asked = request();
        for (name, value) in change.as_object().unwrap() {
            asked[name] = value.clone();
        }
        let (code, message) = world.refused("RunTask", &asked);
        assert_eq!(code, "InvalidParameterException", "{message}");
        assert!(message.contains(told), "{message}");
    }
}

#[test]
fn a_task_shows_late_if_the_rules_say_so() {
    let mut late = seed::default_world();
    late["rules"] = json!({"taskLag": 5});
    let mut world = World::grown(&late);
    let arn = world.call("RunTask", &request())["tasks"][0]["taskArn"].clone();
    let asked = json!({"cluster": "demo", "tasks": [arn]});
    let answer = world.call("DescribeTasks", &asked);
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
    world.wait(5.0);
    assert_eq!(world.call("DescribeTasks", &asked)["failures"], json!([]));
}

#[test]
fn a_volume_is_configured_if_the_definition_leaves_it_open_and_only_then() {
    let mut world = World::new();
    let volume = json!([{"name": "data", "managedEBSVolume": {"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 20}}]);
    let mut asked = request();
    asked["volumeConfigurations"] = volume.clone();
    let (_, message) = world.refused("RunTask", &asked);
    assert!(
        message.contains("data is not configured at launch"),
        "{message}"
    );

    let mut document = seed::default_world()["taskDefinitions"][0].clone();
    document["volumes"] = json!([{"name": "data", "configuredAtLaunch": true}]);
    world.call("RegisterTaskDefinition", &document);
    let (_, message) = world.refused("RunTask", &request());
    assert!(
        message.contains("no configuration of it is given"),
        "{message}"
    );
    let task = world.call("RunTask", &asked)["tasks"][0].clone();
    assert_eq!(task["attachments"][1]["type"], "AmazonElasticBlockStorage");

    let update = json!({"cluster": "demo", "service": "web", "taskDefinition": "web"});
    let (_, message) = world.refused("UpdateService", &update);
    assert!(
        message.contains("no configuration of it is given"),
        "{message}"
    );
    let mut update = update;
    update["volumeConfigurations"] = volume.clone();
    let service = world.call("UpdateService", &update)["service"].clone();
    assert_eq!(service["deployments"][0]["volumeConfigurations"], volume);
}
