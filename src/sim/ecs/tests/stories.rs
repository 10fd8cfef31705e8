//! What each story does to a deployment and its tasks.

use super::*;

#[test]
fn a_bad_image_stops_the_task_before_it_starts() {
    let mut world = World::new();
    world.story("bad-image");
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL");
    let stopped = world.tasks("web", "STOPPED");
    let task = stopped
        .iter()
        .find(|task| task["stopCode"] == "TaskFailedToStart")
        .unwrap();
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(
        reason.starts_with(
            "CannotPullContainerError: pull image manifest has been retried 5 time(s)"
        )
    );
    assert!(
        reason.contains(&format!("{REPOSITORY}:{NEXT}: not found")),
        "{reason}"
    );
    assert!(task["containers"][0].get("exitCode").is_none());
    assert!(task.get("startedAt").is_none());
}

#[test]
fn an_image_the_registry_does_not_have_cannot_be_pulled_in_any_story() {
    let mut world = World::new();
    let mut document = seed::default_world()["taskDefinitions"][0].clone();
    document["containerDefinitions"][0]["image"] = json!(format!("{REPOSITORY}:nowhere"));
    world.call("RegisterTaskDefinition", &document);
    world.call(
        "UpdateService",
        &json!({"cluster": "demo", "service": "web", "taskDefinition": "web"}),
    );
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL");
    assert!(world.tasks("web", "STOPPED").iter().any(|task| {
        task["stoppedReason"]
            .as_str()
            .unwrap()
            .contains("nowhere: not found")
    }));
}

#[test]
fn a_missing_log_group_stops_the_task_before_it_starts() {
    let mut world = World::new();
    let mut document = seed::default_world()["taskDefinitions"][0].clone();
    document["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-group"] =
        json!("/nowhere");
    world.call("RegisterTaskDefinition", &document);
    world.call(
        "UpdateService",
        &json!({"cluster": "demo", "service": "web", "taskDefinition": "web"}),
    );
    world.wait(90.0);
    assert!(world.tasks("web", "STOPPED").iter().any(|task| {
        let reason = task["stoppedReason"].as_str().unwrap();
        reason.starts_with("ResourceInitializationError: failed to validate logger args")
    }));
}

#[test]
fn failing_health_checks_of_the_load_balancer_stop_the_task() {
    let mut world = World::new();
    world.story("health-check");
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(1800, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL");
    assert!(world.tasks("web", "STOPPED").iter().any(|task| {
        let reason = task["stoppedReason"].as_str().unwrap();
        reason.starts_with(
            "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:",
        )
    }));
    assert!(world.events("web").iter().any(|event| {
        event.contains("(port 80) is unhealthy in (target-group ")
            && event.contains("due to (reason Health checks failed with these codes: [503]).")
    }));
}

#[test]
fn a_container_that_uses_too_much_memory_is_killed_with_137() {
    let mut world = World::new();
    world.story("oom");
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    let stopped = world.tasks("web", "STOPPED");
    let container = &stopped
        .iter()
        .find(|task| task["stopCode"] == "EssentialContainerExited")
        .unwrap()["containers"][0];
    assert_eq!(container["exitCode"], 137);
    assert_eq!(
        container["reason"],
        "OutOfMemoryError: Container killed due to memory usage"
    );
}

#[test]
fn without_capacity_no_task_is_made_and_the_events_say_so() {
    let mut world = World::new();
    world.story("no-capacity");
    let number = world.deploy("web");
    world.wait(3.0);
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL");
    assert!(
        world
            .tasks("web", "STOPPED")
            .iter()
            .all(|task| task["startedBy"] != json!(format!("ecs-svc/{number}")))
    );
    assert!(world.events("web").iter().any(|event| {
        event.starts_with(
            "(service web) was unable to place a task. Reason: Capacity is unavailable",
        )
    }));
}

#[test]
fn a_hanging_deployment_trips_nothing() {
    let mut world = World::new();
    world.story("hang");
    world.deploy("web");
    world.wait(7200.0);
    let rollout = world.rollout("web");
    assert_eq!(rollout["status"], "IN_PROGRESS");
    assert_eq!(
        rollout["deploymentCircuitBreaker"],
        json!({"status": "MONITORING", "failureCount": 0, "threshold": 3})
    );
    assert_eq!(world.service("web")["runningCount"], 4);
}

#[test]
fn a_slow_deployment_takes_tens_of_minutes_and_succeeds() {
    let mut world = World::new();
    world.story("slow");
    world.deploy("web");
    world.wait(3.0);
    let took = world.wait_until(7200, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
    assert!((1200..4200).contains(&took), "{took} s");
}

#[test]
fn somebody_else_deploys_in_the_middle_of_the_story_superseded() {
    let mut world = World::new();
    world.story("superseded");
    let ours = world.deploy("web");
    world.wait(70.0);
    let rollouts = world.rollouts("web");
    assert_eq!(rollouts[1]["status"], "STOPPED");
    assert!(
        rollouts[1]["targetServiceRevision"]["arn"]
            .as_str()
            .unwrap()
            .ends_with(&ours)
    );
    world.wait_until(900, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
    let service = world.service("web");
    assert_ne!(
        service["deployments"][0]["id"],
        json!(format!("ecs-svc/{ours}"))
    );
    assert!(
        service["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("web:3"),
        "their own revision"
    );
}

#[test]
fn an_alarm_that_fires_rolls_a_deployment_back_though_its_tasks_are_healthy() {
    let mut world = World::new();
    world.story("alarm");
    let alarms = world.service("web")["deploymentConfiguration"]["alarms"].clone();
    assert_eq!(alarms["alarmNames"], json!(["web-errors"]));
    world.deploy("web");
    world.wait(95.0);
    assert_eq!(world.rollout("web")["alarms"]["status"], "MONITORING");
    world.wait_until(600, |world| world.is_over("web"));
    let rollout = world.rollout("web");
    assert_eq!(rollout["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(rollout["alarms"]["status"], "TRIGGERED");
    assert_eq!(
        rollout["alarms"]["triggeredAlarmNames"],
        json!(["web-errors"])
    );
    assert_eq!(
        rollout["deploymentCircuitBreaker"]["status"],
        "MONITORING_COMPLETE"
    );
    assert!(
        world.service("web")["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("web:1")
    );
}

#[test]
fn the_grace_period_puts_off_the_end_of_a_task_that_fails_its_health_checks() {
    let mut world = World::with_web(|web| web["healthCheckGracePeriodSeconds"] = json!(300));
    world.story("health-check");
    let number = world.deploy("web");
    world.wait(320.0);
    let ours = json!({"cluster": "demo", "startedBy": format!("ecs-svc/{number}")});
    assert_eq!(
        world.call("ListTasks", &ours)["taskArns"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.wait(60.0);
    let stopped = world.tasks("web", "STOPPED");
    assert!(
        stopped
            .iter()
            .any(|task| task["startedBy"] == json!(format!("ecs-svc/{number}")))
    );
}
