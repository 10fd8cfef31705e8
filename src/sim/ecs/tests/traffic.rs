//! Blue/green and its relatives.

use super::*;

#[test]
fn a_blue_green_deployment_goes_through_its_stages_in_order_and_shifts_the_traffic_once() {
    let mut world = World::new();
    world.deploy("web-native");
    world.wait(3.0);
    let (mut stages, mut weights, mut tested_at) = (Vec::<String>::new(), Vec::new(), None);
    world.wait_until(1800, |world| world.status("web-native") != "PENDING");
    for _ in 0..1800 {
        let rollout = world.rollout("web-native");
        if let Some(stage) = rollout["lifecycleStage"].as_str().map(str::to_owned)
            && stages.last() != Some(&stage)
        {
            stages.push(stage);
        }
        let weight = rollout["targetServiceRevision"]["requestedProductionTrafficWeight"]
            .as_f64()
            .unwrap();
        let target = &rollout["targetServiceRevision"];
        if tested_at.is_none() && target["requestedTestTrafficWeight"] == 100.0 {
            tested_at = stages.last().cloned();
        }
        if weights.last() != Some(&weight) {
            weights.push(weight);
        }
        if world.is_over("web-native") {
            break;
        }
        world.wait(1.0);
    }
    assert_eq!(world.status("web-native"), "SUCCESSFUL");
    assert_eq!(
        stages,
        [
            "PRE_SCALE_UP",
            "SCALE_UP",
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
            "BAKE_TIME",
            "CLEAN_UP",
        ]
    );
    assert_eq!(weights, [0.0, 100.0]);
    assert_eq!(
        tested_at.as_deref(),
        Some("TEST_TRAFFIC_SHIFT"),
        "test traffic goes over first"
    );
    assert!(world.is_stable("web-native"));
}

#[test]
fn both_revisions_run_in_full_while_the_deployment_bakes() {
    let mut world = World::new();
    world.deploy("web-native");
    world.wait(3.0);
    world.wait_until(1800, |world| {
        world.rollout("web-native")["lifecycleStage"] == "BAKE_TIME"
    });
    let old = world.service("web-native")["deployments"][1]["id"].clone();
    let tasks = world.tasks("web-native", "RUNNING");
    let lost = tasks.iter().find(|task| task["startedBy"] == old).unwrap()["taskArn"].clone();
    world.call("StopTask", &json!({"cluster": "demo", "task": lost}));
    assert_eq!(
        world.rollout("web-native")["sourceServiceRevisions"][0]["runningTaskCount"],
        1
    );
    world.wait(120.0);
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["lifecycleStage"], "BAKE_TIME");
    assert_eq!(rollout["targetServiceRevision"]["runningTaskCount"], 2);
    assert_eq!(rollout["sourceServiceRevisions"][0]["runningTaskCount"], 2);
    assert_eq!(
        rollout["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"],
        0.0
    );
}

#[test]
fn a_stopped_blue_green_deployment_gives_the_traffic_back_and_removes_the_new_tasks() {
    let mut world = World::new();
    let number = world.deploy("web-native");
    world.wait(3.0);
    world.wait_until(1800, |world| {
        world.rollout("web-native")["lifecycleStage"] == "BAKE_TIME"
    });
    let arn = world.rollout("web-native")["serviceDeploymentArn"].clone();
    world.call(
        "StopServiceDeployment",
        &json!({"serviceDeploymentArn": arn}),
    );
    world.wait(4.0);
    let rollout = world.rollout("web-native");
    assert_eq!(
        rollout["targetServiceRevision"]["requestedProductionTrafficWeight"],
        0.0
    );
    world.wait_until(600, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "ROLLBACK_SUCCESSFUL");
    let wanted = world.tasks("web-native", "RUNNING");
    assert_eq!(wanted.len(), 2);
    assert!(
        wanted
            .iter()
            .all(|task| task["startedBy"] != json!(format!("ecs-svc/{number}")))
    );
}

#[test]
fn a_failing_blue_green_deployment_never_gets_production_traffic() {
    let mut world = World::new();
    ecs::set_story(&mut world.cloud, Some("web-native"), &json!("crash-loop")).unwrap();
    let change = json!({"cluster": "demo", "service": "web-native", "deploymentConfiguration": {
        "deploymentCircuitBreaker": {"enable": true, "rollback": true},
    }});
    world.call("UpdateService", &change);
    world.deploy("web-native");
    world.wait(3.0);
    for _ in 0..900 {
        let weight = world.rollout("web-native")["targetServiceRevision"]["requestedProductionTrafficWeight"].clone();
        assert_eq!(weight, 0.0);
        if world.is_over("web-native") {
            break;
        }
        world.wait(1.0);
    }
    assert_eq!(world.status("web-native"), "ROLLBACK_SUCCESSFUL");
    assert!(world.is_stable("web-native"));
}

#[test]
fn a_canary_deployment_waits_with_a_small_weight_and_then_takes_the_rest() {
    let mut world = World::new();
    let change = json!({"cluster": "demo", "service": "web-native", "deploymentConfiguration": {
        "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2},
    }});
    world.call("UpdateService", &change);
    world.deploy("web-native");
    world.wait(3.0);
    let weight = |world: &mut World| {
        world.rollout("web-native")["targetServiceRevision"]["requestedProductionTrafficWeight"]
            .as_f64()
    };
    world.wait_until(600, |world| weight(world) == Some(10.0));
    let took = world.wait_until(600, |world| weight(world) == Some(100.0));
    assert!((120..150).contains(&took), "{took} s");
    world.wait_until(1800, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "SUCCESSFUL");
}

/// `web-native` with a pause at a stage, deployed; the answer is the service deployment's ARN once it pauses.
fn paused(world: &mut World, stage: &str, timeout: &Value) -> String {
    let change = json!({"cluster": "demo", "service": "web-native", "deploymentConfiguration": {
        "lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout}],
    }});
    world.call("UpdateService", &change);
    world.deploy("web-native");
    world.wait(3.0);
    world.wait_until(600, |world| waiting(world).is_some());
    let arn = world.rollout("web-native")["serviceDeploymentArn"].clone();
    arn.as_str().unwrap().to_owned()
}

/// The hook that waits for an answer.
fn waiting(world: &mut World) -> Option<Value> {
    let rollout = world.rollout("web-native");
    let hooks = rollout["lifecycleHookDetails"].as_array()?;
    hooks
        .iter()
        .find(|hook| hook["status"] == "AWAITING_ACTION")
        .cloned()
}

#[test]
fn a_pause_holds_the_deployment_until_it_is_continued() {
    let mut world = World::new();
    let arn = paused(
        &mut world,
        "POST_SCALE_UP",
        &json!({"timeoutInMinutes": 120}),
    );
    world.wait(3600.0);
    let rollout = world.rollout("web-native");
    assert_eq!(
        (&rollout["status"], &rollout["lifecycleStage"]),
        (&json!("IN_PROGRESS"), &json!("POST_SCALE_UP"))
    );
    let hook = waiting(&mut world).unwrap()["hookId"].clone();
    let go = json!({"serviceDeploymentArn": arn, "hookId": hook, "action": "CONTINUE"});
    world.call("ContinueServiceDeployment", &go);
    assert_eq!(
        world.refused("ContinueServiceDeployment", &go).0,
        "InvalidParameterException"
    );
    world.wait_until(1800, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "SUCCESSFUL");
}

#[test]
fn a_pause_answered_with_rollback_rolls_back() {
    let mut world = World::new();
    let arn = paused(
        &mut world,
        "POST_PRODUCTION_TRAFFIC_SHIFT",
        &json!({"timeoutInMinutes": 120}),
    );
    let hook = waiting(&mut world).unwrap()["hookId"].clone();
    let back = json!({"serviceDeploymentArn": arn, "hookId": hook, "action": "ROLLBACK"});
    world.call("ContinueServiceDeployment", &back);
    world.wait(1.0);
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["status"], "ROLLBACK_IN_PROGRESS");
    assert_eq!(
        rollout["targetServiceRevision"]["requestedProductionTrafficWeight"],
        0.0
    );
    assert!(
        rollout["statusReason"]
            .as_str()
            .unwrap()
            .contains("POST_PRODUCTION_TRAFFIC_SHIFT lifecycle hook(s) failed")
    );
    world.wait_until(600, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "ROLLBACK_SUCCESSFUL");
}

#[test]
fn a_pause_nobody_answers_rolls_back_or_goes_on_as_it_says() {
    for (action, status) in [
        ("ROLLBACK", "ROLLBACK_SUCCESSFUL"),
        ("CONTINUE", "SUCCESSFUL"),
    ] {
        let mut world = World::new();
        paused(
            &mut world,
            "PRE_SCALE_UP",
            &json!({"timeoutInMinutes": 10, "action": action}),
        );
        world.wait(595.0);
        assert!(waiting(&mut world).is_some());
        world.wait_until(1800, |world| world.is_over("web-native"));
        assert_eq!(world.status("web-native"), status);
        assert_eq!(
            world.rollout("web-native")["lifecycleHookDetails"][0]["status"],
            "TIMED_OUT"
        );
    }
}

#[test]
fn a_pause_before_the_shift_comes_again_at_every_step() {
    let mut world = World::new();
    let change = json!({"cluster": "demo", "service": "web-native", "deploymentConfiguration": {
        "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1},
    }});
    world.call("UpdateService", &change);
    let arn = paused(&mut world, "PRE_PRODUCTION_TRAFFIC_SHIFT", &json!({}));
    let mut seen = Vec::new();
    for weight in [0.0, 10.0] {
        world.wait_until(600, |world| waiting(world).is_some());
        let now = world.rollout("web-native")["targetServiceRevision"]["requestedProductionTrafficWeight"].clone();
        assert_eq!(now, weight);
        let hook = waiting(&mut world).unwrap()["hookId"].clone();
        assert!(!seen.contains(&hook));
        world.call(
            "ContinueServiceDeployment",
            &json!({"serviceDeploymentArn": arn, "hookId": hook}),
        );
        seen.push(hook);
    }
    world.wait_until(1800, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "SUCCESSFUL");
}

#[test]
fn hooks_that_cannot_be_carried_out_are_refused_rather_than_ignored() {
    let mut world = World::new();
    let change = |service: &str, hook: Value| json!({"cluster": "demo", "service": service, "deploymentConfiguration": {"lifecycleHooks": [hook]}});
    let pause = json!({"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]});
    let role = "arn:aws:iam::123456789012:role/hooks";
    let lambda = "arn:aws:lambda:us-east-1:123456789012:function:check";
    let without_role = json!({"hookTargetArn": lambda, "lifecycleStages": ["POST_SCALE_UP"]});
    let too_late =
        json!({"hookTargetArn": lambda, "roleArn": role, "lifecycleStages": ["BAKE_TIME"]});
    let misplaced = json!({"targetType": "PAUSE", "lifecycleStages": ["TEST_TRAFFIC_SHIFT"]});
    assert_eq!(
        world.refused("UpdateService", &change("web", pause)).0,
        "UnsupportedFeatureException"
    );
    for hook in [without_role, too_late, misplaced] {
        assert_eq!(
            world
                .refused("UpdateService", &change("web-native", hook))
                .0,
            "InvalidParameterException"
        );
    }
}

#[test]
fn a_strategy_that_shifts_traffic_needs_the_advanced_configuration() {
    let mut world = World::new();
    let change = json!({"cluster": "demo", "service": "web", "deploymentConfiguration": {"strategy": "BLUE_GREEN"}});
    let (code, message) = world.refused("UpdateService", &change);
    assert_eq!(code, "InvalidParameterException");
    assert!(
        message.starts_with("advancedConfiguration field is required"),
        "{message}"
    );
}

/// `web-native` with a story of its own, deployed to its end.
fn told(story: &Value) -> (String, Value) {
    let mut world = World::new();
    ecs::set_story(&mut world.cloud, Some("web-native"), story).unwrap();
    world.deploy("web-native");
    world.wait(3.0);
    world.wait_until(2400, |world| world.is_over("web-native"));
    (world.status("web-native"), world.rollout("web-native"))
}

#[test]
fn the_function_of_a_hook_holds_its_stage_until_it_said_yes() {
    let hooks = json!({"functionAt": ["PRE_SCALE_UP"], "after": 300});
    let mut world = World::new();
    let story = json!({"name": "checked", "tasks": {"fate": "run"}, "hooks": hooks});
    ecs::set_story(&mut world.cloud, Some("web-native"), &story).unwrap();
    world.deploy("web-native");
    world.wait(250.0);
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["lifecycleStage"], "PRE_SCALE_UP");
    let hook = &rollout["lifecycleHookDetails"][0];
    assert_eq!(
        (&hook["status"], &hook["targetType"]),
        (&json!("IN_PROGRESS"), &json!("AWS_LAMBDA"))
    );
    let go =
        json!({"serviceDeploymentArn": rollout["serviceDeploymentArn"], "hookId": hook["hookId"]});
    assert_eq!(
        world.refused("ContinueServiceDeployment", &go).0,
        "InvalidParameterException",
        "nobody answers for a function"
    );
    world.wait_until(2400, |world| world.is_over("web-native"));
    assert_eq!(world.status("web-native"), "SUCCESSFUL");
}

#[test]
fn a_function_that_says_no_or_nothing_readable_rolls_back() {
    let (status, rollout) = told(&json!("hook-failure"));
    assert_eq!(status, "ROLLBACK_SUCCESSFUL");
    let reason = rollout["statusReason"].as_str().unwrap();
    assert!(
        reason.ends_with("function:check-release returned FAILED status."),
        "{reason}"
    );
    let hooks = json!({"functionAt": ["PRODUCTION_TRAFFIC_SHIFT"], "says": ""});
    let story = json!({"name": "odd", "tasks": {"fate": "run"}, "hooks": hooks});
    let (status, rollout) = told(&story);
    assert_eq!(status, "ROLLBACK_SUCCESSFUL");
    let reason = rollout["statusReason"].as_str().unwrap();
    assert!(reason.ends_with("HookStatus must not be null"), "{reason}");
    assert_eq!(rollout["lifecycleHookDetails"][0]["status"], "FAILED");
}
