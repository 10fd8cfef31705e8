//! Deployments that fail, and the guards that end them.

use super::*;

#[test]
fn a_crash_loop_trips_the_breaker_and_the_service_goes_back_to_what_it_ran() {
    let mut world = World::new();
    let before = world.service("web")["deployments"][0]["id"].clone();
    world.story("crash-loop");
    let number = world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.status("web") == "ROLLBACK_IN_PROGRESS");
    let deployments = world.service("web")["deployments"].clone();
    assert_eq!(deployments[0]["id"], before);
    assert_eq!(
        deployments[0]["rolloutStateReason"],
        json!(format!(
            "ECS deployment circuit breaker: rolling back to deploymentId {}.",
            before.as_str().unwrap()
        ))
    );
    assert_eq!(deployments[1]["id"], json!(format!("ecs-svc/{number}")));
    assert_eq!(deployments[1]["rolloutState"], "FAILED");
    assert_eq!(
        deployments[1]["rolloutStateReason"],
        "ECS deployment circuit breaker: tasks failed to start."
    );
    world.wait_until(900, |world| world.is_over("web"));
    let rollout = world.rollout("web");
    assert_eq!(rollout["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(
        rollout["statusReason"],
        "Service deployment rolled back because the circuit breaker threshold was exceeded."
    );
    assert_eq!(
        rollout["deploymentCircuitBreaker"],
        json!({"status": "TRIGGERED", "failureCount": 3, "threshold": 3})
    );
    let back = rollout["rollback"]["serviceRevisionArn"].as_str().unwrap();
    assert!(
        back.ends_with(before.as_str().unwrap().trim_start_matches("ecs-svc")),
        "{back}"
    );
    assert!(
        world.is_stable("web"),
        "the old waiter is satisfied by a rollback"
    );
    assert!(
        world.service("web")["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("web:1")
    );
    let events = world.events("web");
    let at = |part: &str| {
        events
            .iter()
            .position(|event| event.contains(part))
            .unwrap()
    };
    assert!(
        at("deployment failed: tasks failed to start.") > at("rolling back to deployment ecs-svc/")
    );
    assert!(at("rolling back to deployment") > at("has reached a steady state"));
}

#[test]
fn the_task_of_a_crash_loop_says_why_it_stopped_and_its_log_can_be_read() {
    let mut world = World::new();
    world.story("crash-loop");
    let number = world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    let failed = format!("ecs-svc/{number}");
    let stopped = world.tasks("web", "STOPPED");
    let task = stopped
        .iter()
        .find(|task| {
            task["startedBy"] == json!(failed) && task["stopCode"] == "EssentialContainerExited"
        })
        .unwrap();
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!(task["containers"][0]["exitCode"], 1);
    let id = task["taskArn"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let input = json!({"logGroupName": "/ecs/web", "logStreamName": format!("ecs/web/{id}"), "startFromHead": true});
    let log = world
        .try_call(Service::Logs, "GetLogEvents", &input)
        .unwrap();
    let lines = log["events"].as_array().unwrap();
    assert!(lines.len() >= 4, "{log}");
    assert!(
        lines.last().unwrap()["message"]
            .as_str()
            .unwrap()
            .contains("DATABASE_URL")
    );
}

#[test]
fn with_rollback_off_the_deployment_fails_and_everything_stays() {
    let mut world = World::new();
    world.story("no-rollback");
    let breaker = &world.service("web")["deploymentConfiguration"]["deploymentCircuitBreaker"];
    assert_eq!(breaker, &json!({"enable": true, "rollback": false}));
    let number = world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "STOPPED");
    let starts = |world: &mut World| {
        world
            .events("web")
            .iter()
            .filter(|event| event.contains("has started"))
            .count()
    };
    let before = starts(&mut world);
    world.wait(1800.0);
    assert_eq!(
        starts(&mut world),
        before,
        "a failed deployment starts no task"
    );
    let service = world.service("web");
    assert_eq!(
        service["deployments"][0]["id"],
        json!(format!("ecs-svc/{number}"))
    );
    assert_eq!(service["deployments"][0]["rolloutState"], "FAILED");
    assert_eq!(
        service["deployments"].as_array().unwrap().len(),
        2,
        "the old deployment keeps its tasks"
    );
    assert_eq!(service["runningCount"], 2);
    assert!(
        service["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("web:2")
    );
}

#[test]
fn a_failed_deployment_can_be_followed_by_a_good_one() {
    let mut world = World::new();
    world.story("no-rollback");
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    world.story("steady");
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
    assert!(world.is_stable("web"));
}

#[test]
fn without_a_completed_deployment_the_rollback_fails() {
    let mut world = World::new();
    ecs::set_story(&mut world.cloud, None, &json!("crash-loop")).unwrap();
    let mut input = seed::default_world()["services"][0].clone();
    input["serviceName"] = json!("fresh");
    world.call("CreateService", &input);
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("fresh"));
    let rollout = world.rollout("fresh");
    assert_eq!(rollout["status"], "ROLLBACK_FAILED");
    assert_eq!(
        rollout["statusReason"],
        "No rollback candidate was found to run the rollback."
    );
}

#[test]
fn without_a_breaker_failing_starts_are_tried_for_ever_with_growing_pauses() {
    let mut world = World::with_web(|web| {
        web["deploymentConfiguration"]["deploymentCircuitBreaker"] =
            json!({"enable": false, "rollback": false});
    });
    world.story("bad-image");
    world.deploy("web");
    world.wait(7200.0);
    let rollout = world.rollout("web");
    assert_eq!(rollout["status"], "IN_PROGRESS");
    assert_eq!(rollout["deploymentCircuitBreaker"]["status"], "DISABLED");
    let events = world.events("web");
    assert!(
        events
            .iter()
            .any(|event| event.contains("is unable to consistently start tasks successfully"))
    );
    let starts = events
        .iter()
        .filter(|event| event.contains("has started"))
        .count();
    assert!((6..25).contains(&starts), "{starts} starts in two hours");
}

/// Tasks get healthy 40 seconds after their start and end by themselves a second later.
fn flapping(reset: bool) -> World {
    let mut world = World::with_web(|web| {
        web["deploymentConfiguration"]["deploymentCircuitBreaker"]["resetOnHealthyTask"] =
            json!(reset);
    });
    let story = json!({"name": "flapping", "tasks": {"fate": "exit", "after": 41, "code": 2}});
    ecs::set_story(&mut world.cloud, Some("web"), &story).unwrap();
    world.deploy("web");
    world.wait(1800.0);
    world
}

#[test]
fn a_healthy_task_sets_the_count_of_the_breaker_back_unless_that_is_off() {
    assert_ne!(flapping(true).status("web"), "ROLLBACK_SUCCESSFUL");
    assert_eq!(flapping(false).status("web"), "ROLLBACK_SUCCESSFUL");
}

#[test]
fn a_requested_stop_rolls_back_and_a_second_one_is_a_conflict() {
    let mut world = World::new();
    let before = world.service("web")["deployments"][0]["id"].clone();
    world.deploy("web");
    world.wait(30.0);
    let arn = world.rollout("web")["serviceDeploymentArn"].clone();
    let stop = json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"});
    assert_eq!(
        world.call("StopServiceDeployment", &stop)["serviceDeploymentArn"],
        arn
    );
    assert_eq!(world.status("web"), "ROLLBACK_REQUESTED");
    assert_eq!(
        world.refused("StopServiceDeployment", &stop).0,
        "ConflictException"
    );
    world.wait_until(600, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL");
    assert_eq!(world.service("web")["deployments"][0]["id"], before);
    assert!(world.is_stable("web"));
    assert_eq!(
        world.refused("StopServiceDeployment", &stop).0,
        "ConflictException"
    );
    let abort = json!({"serviceDeploymentArn": arn, "stopType": "ABORT"});
    assert_eq!(
        world.refused("StopServiceDeployment", &abort).0,
        "InvalidParameterException"
    );
}

#[test]
fn the_breaker_s_threshold_follows_the_latest_desired_count() {
    let mut world = World::new();
    world.story("bad-image");
    world.deploy("web");
    world.wait(5.0);
    ecs::set_desired_count(&mut world.cloud, "demo", "web", 10);
    assert_eq!(
        world.rollout("web")["deploymentCircuitBreaker"]["threshold"],
        5
    );
}
