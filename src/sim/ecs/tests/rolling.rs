//! Deployments that roll, and what is seen of them on the way.

use super::*;

#[test]
fn the_seeded_service_is_steady_with_one_completed_deployment() {
    let mut world = World::new();
    let service = world.service("web");
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(
        (&service["runningCount"], &service["pendingCount"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(world.rollouts("web").len(), 1);
    assert_eq!(world.status("web"), "SUCCESSFUL");
    assert_eq!(
        world.events("web")[0],
        "(service web) has reached a steady state."
    );
}

#[test]
fn a_deployment_completes_in_two_to_four_minutes_and_the_waiter_of_botocore_is_satisfied() {
    let mut world = World::new();
    let number = world.deploy("web");
    assert!(
        !world.is_stable("web"),
        "the waiter must not be satisfied by the old state"
    );
    world.wait(3.0);
    let took = world.wait_until(600, |world| world.status("web") == "SUCCESSFUL");
    assert!((110..240).contains(&took), "{took} s");
    assert!(world.is_stable("web"));
    let service = world.service("web");
    assert_eq!(
        service["deployments"][0]["id"],
        json!(format!("ecs-svc/{number}"))
    );
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert!(
        service["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with("task-definition/web:2")
    );
    let events = world.events("web");
    assert_eq!(events[0], "(service web) has reached a steady state.");
    assert_eq!(
        events[1],
        format!("(service web) (deployment ecs-svc/{number}) deployment completed.")
    );
}

#[test]
fn the_update_answers_with_a_new_primary_whose_number_ends_the_target_revision_and_is_started_by() {
    let mut world = World::new();
    let before = world.service("web")["deployments"][0]["id"].clone();
    let number = world.deploy("web");
    let deployments = world.service("web")["deployments"].clone();
    assert_eq!(deployments[0]["status"], "PRIMARY");
    assert_eq!(deployments[0]["rolloutState"], "IN_PROGRESS");
    assert_eq!(
        (&deployments[1]["id"], &deployments[1]["status"]),
        (&before, &json!("ACTIVE"))
    );
    world.wait(10.0);
    let rollout = world.rollout("web");
    let target = rollout["targetServiceRevision"]["arn"].as_str().unwrap();
    assert!(
        target.ends_with(&format!(":service-revision/demo/web/{number}")),
        "{target}"
    );
    let source = rollout["sourceServiceRevisions"][0]["arn"]
        .as_str()
        .unwrap();
    assert!(
        source.ends_with(before.as_str().unwrap().trim_start_matches("ecs-svc")),
        "{source}"
    );
    let arns = world.call(
        "ListTasks",
        &json!({"cluster": "demo", "startedBy": format!("ecs-svc/{number}")}),
    );
    assert_eq!(arns["taskArns"].as_array().unwrap().len(), 2);
}

#[test]
fn an_update_that_changes_nothing_begins_no_deployment_unless_it_is_forced() {
    let mut world = World::new();
    let id = world.service("web")["deployments"][0]["id"].clone();
    let definition = world.service("web")["taskDefinition"].clone();
    let same = json!({"cluster": "demo", "service": "web", "taskDefinition": definition, "enableExecuteCommand": true});
    assert_eq!(
        world.call("UpdateService", &same)["service"]["deployments"][0]["id"],
        id
    );
    let forced = json!({"cluster": "demo", "service": "web", "forceNewDeployment": true});
    let answer = world.call("UpdateService", &forced);
    assert_ne!(answer["service"]["deployments"][0]["id"], id);
    assert_eq!(
        answer["service"]["deployments"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_change_of_the_network_begins_a_deployment_and_a_change_of_the_count_does_not() {
    let mut world = World::new();
    let id = world.service("web")["deployments"][0]["id"].clone();
    let count = json!({"cluster": "demo", "service": "web", "desiredCount": 4});
    assert_eq!(
        world.call("UpdateService", &count)["service"]["deployments"][0]["id"],
        id
    );
    world.wait_until(300, |world| world.service("web")["runningCount"] == 4);
    let network = json!({"cluster": "demo", "service": "web", "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]},
    }});
    assert_ne!(
        world.call("UpdateService", &network)["service"]["deployments"][0]["id"],
        id
    );
}

#[test]
fn the_lists_of_service_deployments_lag_behind_the_update() {
    let mut world = World::new();
    world.deploy("web");
    assert_eq!(world.rollouts("web").len(), 1);
    let current = world.service("web")["currentServiceDeployment"].clone();
    world.wait(2.0);
    assert_eq!(world.rollouts("web").len(), 2);
    assert_ne!(world.service("web")["currentServiceDeployment"], current);
}

#[test]
fn the_task_count_stays_between_the_minimum_and_the_maximum() {
    let mut world = World::with_web(|web| {
        web["desiredCount"] = json!(4);
        web["deploymentConfiguration"]["minimumHealthyPercent"] = json!(50);
        web["deploymentConfiguration"]["maximumPercent"] = json!(100);
    });
    world.deploy("web");
    world.wait(3.0);
    for _ in 0..600 {
        let wanted = world.tasks("web", "RUNNING");
        let running = wanted
            .iter()
            .filter(|task| task["lastStatus"] == "RUNNING")
            .count();
        assert!(
            wanted.len() <= 4 && running >= 2,
            "{} wanted, {running} running",
            wanted.len()
        );
        if world.is_over("web") {
            break;
        }
        world.wait(1.0);
    }
    assert_eq!(world.status("web"), "SUCCESSFUL");
}

#[test]
fn with_no_room_to_move_the_deployment_never_ends() {
    let mut world = World::with_web(|web| {
        web["deploymentConfiguration"]["minimumHealthyPercent"] = json!(100);
        web["deploymentConfiguration"]["maximumPercent"] = json!(100);
    });
    world.deploy("web");
    world.wait(3600.0);
    assert_eq!(world.status("web"), "IN_PROGRESS");
    assert_eq!(
        world.service("web")["deployments"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_newer_deployment_ends_the_older_one_as_stopped() {
    let mut world = World::new();
    world.deploy("web");
    world.wait(20.0);
    let second = world.deploy("web");
    world.wait(3.0);
    let rollouts = world.rollouts("web");
    assert_eq!(
        (&rollouts[0]["status"], &rollouts[1]["status"]),
        (&json!("IN_PROGRESS"), &json!("STOPPED"))
    );
    assert!(rollouts[1]["stoppedAt"].is_number());
    world.wait_until(600, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
    assert_eq!(
        world.service("web")["deployments"][0]["id"],
        json!(format!("ecs-svc/{second}"))
    );
}

#[test]
fn a_read_changes_nothing() {
    let mut world = World::new();
    world.deploy("web");
    world.wait(30.0);
    let before = ecs::state(&world.cloud);
    for _ in 0..50 {
        world.service("web");
        world.tasks("web", "RUNNING");
        world.rollout("web");
    }
    assert_eq!(ecs::state(&world.cloud), before);
}

#[test]
fn the_revision_holds_the_digests_its_images_had_at_the_start() {
    let mut world = World::new();
    world.deploy("web");
    world.wait(3.0);
    let target = world.rollout("web")["targetServiceRevision"]["arn"].clone();
    let revision = world.call(
        "DescribeServiceRevisions",
        &json!({"serviceRevisionArns": [target]}),
    )["serviceRevisions"][0]
        .clone();
    let image = &revision["containerImages"][0];
    assert_eq!(image["containerName"], "web");
    let digest = image["imageDigest"].as_str().unwrap().to_owned();
    assert!(
        digest.starts_with("sha256:") && digest.len() == 71,
        "{digest}"
    );
    world.wait_until(600, |world| world.is_over("web"));
    for task in world.tasks("web", "RUNNING") {
        assert_eq!(task["containers"][0]["imageDigest"], json!(digest));
    }
}

#[test]
fn a_task_goes_through_every_status_in_order() {
    let mut world = World::new();
    let number = world.deploy("web");
    let mut seen: Vec<String> = Vec::new();
    let mut arn = None;
    for _ in 0..2000 {
        if arn.is_none() {
            let input = json!({"cluster": "demo", "startedBy": format!("ecs-svc/{number}")});
            arn = world.call("ListTasks", &input)["taskArns"]
                .as_array()
                .unwrap()
                .first()
                .cloned();
        }
        if let Some(arn) = &arn {
            let answer = world.call("DescribeTasks", &json!({"cluster": "demo", "tasks": [arn]}));
            let status = answer["tasks"][0]["lastStatus"]
                .as_str()
                .unwrap()
                .to_owned();
            if seen.last() != Some(&status) {
                seen.push(status.clone());
            }
            if status == "RUNNING" {
                world.call(
                    "StopTask",
                    &json!({"cluster": "demo", "task": arn, "reason": "enough"}),
                );
            }
            if status == "STOPPED" {
                let task = &answer["tasks"][0];
                assert_eq!(
                    (&task["stopCode"], &task["stoppedReason"]),
                    (&json!("UserInitiated"), &json!("enough"))
                );
                break;
            }
        }
        world.wait(0.5);
    }
    assert_eq!(
        seen,
        [
            "PROVISIONING",
            "PENDING",
            "ACTIVATING",
            "RUNNING",
            "DEACTIVATING",
            "STOPPING",
            "DEPROVISIONING",
            "STOPPED",
        ]
    );
}

#[test]
fn a_stopped_task_is_forgotten_after_an_hour() {
    let mut world = World::new();
    let arn = world.tasks("web", "RUNNING")[0]["taskArn"].clone();
    world.call("StopTask", &json!({"cluster": "demo", "task": arn}));
    world.wait(3500.0);
    let describe = json!({"cluster": "demo", "tasks": [arn]});
    assert_eq!(
        world.call("DescribeTasks", &describe)["tasks"][0]["lastStatus"],
        "STOPPED"
    );
    world.wait(300.0);
    assert_eq!(
        world.call("DescribeTasks", &describe)["failures"][0]["reason"],
        "MISSING"
    );
    assert!(
        world.is_stable("web"),
        "the scheduler replaces a stopped task"
    );
}

/// `web` with success at half of its tasks, deployed and followed to its success.
fn early(cleanup: &str) -> World {
    let mut world = World::with_web(|web| {
        web["deploymentConfiguration"]["minimumHealthyPercent"] = json!(50);
        web["deploymentConfiguration"]["earlySuccessCriteria"] =
            json!({"enable": true, "healthyPercent": 50, "sourceServiceRevisionCleanup": cleanup});
    });
    world.deploy("web");
    world.wait(3.0);
    world.wait_until(600, |world| world.status("web") == "SUCCESSFUL");
    world
}

#[test]
fn early_success_ends_the_deployment_before_the_old_tasks_are_gone_unless_they_block() {
    let mut world = early("DEFERRED");
    assert_eq!(
        world.service("web")["deployments"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.wait_until(600, World::stable_web);
    let mut world = early("BLOCKING");
    assert_eq!(
        world.service("web")["deployments"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

impl World {
    fn stable_web(&mut self) -> bool {
        self.is_stable("web")
    }
}

#[test]
fn scaling_moves_the_desired_count_of_a_service_and_its_tasks() {
    let mut world = World::new();
    ecs::set_desired_count(&mut world.cloud, "demo", "web", 5);
    assert_eq!(ecs::desired_count(&world.cloud, "demo", "web"), Some(5));
    world.wait_until(300, |world| world.service("web")["runningCount"] == 5);
    ecs::set_desired_count(&mut world.cloud, "demo", "web", 1);
    world.wait_until(300, |world| world.service("web")["runningCount"] == 1);
    world.wait(120.0);
    assert_eq!(world.tasks("web", "RUNNING").len(), 1);
    assert_eq!(ecs::desired_count(&world.cloud, "demo", "nothing"), None);
}
