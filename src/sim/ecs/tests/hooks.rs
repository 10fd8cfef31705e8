//! Hooks of rolling deployments, and hooks that are asked again on the way back.

use super::*;

/// The default world, with hooks for a service by a story of its own, deployed for so long that its first stage has begun.
fn hooked(service: &str, hooks: &Value) -> World {
    let mut world = World::new();
    let story = json!({"name": "hooked", "tasks": {"fate": "run"}, "hooks": hooks});
    ecs::set_story(&mut world.cloud, Some(service), &story).unwrap();
    world.deploy(service);
    world.wait(30.0);
    world
}

fn statuses(rollout: &Value) -> Vec<&str> {
    let hooks = rollout["lifecycleHookDetails"].as_array().unwrap().iter();
    hooks.map(|hook| hook["status"].as_str().unwrap()).collect()
}

/// Answers the pause that waits.
fn answer(world: &mut World, service: &str, action: &str) {
    let rollout = world.rollout(service);
    let hooks = rollout["lifecycleHookDetails"].as_array().unwrap();
    let waiting = hooks
        .iter()
        .find(|hook| hook["status"] == "AWAITING_ACTION");
    let hook = &waiting.unwrap()["hookId"];
    let input = json!({"serviceDeploymentArn": rollout["serviceDeploymentArn"], "hookId": hook, "action": action});
    world.call("ContinueServiceDeployment", &input);
}

#[test]
fn a_rolling_deployment_pauses_before_its_first_task_and_before_its_end_without_showing_a_stage() {
    let mut world = hooked(
        "web",
        &json!({"pauseAt": ["PRE_SCALE_UP", "POST_SCALE_UP"]}),
    );
    world.wait(600.0);
    let rollout = world.rollout("web");
    assert_eq!(statuses(&rollout), ["AWAITING_ACTION"]);
    assert!(rollout.get("lifecycleStage").is_none(), "{rollout}");
    assert_eq!(rollout["targetServiceRevision"]["runningTaskCount"], 0);
    answer(&mut world, "web", "CONTINUE");
    world.wait(600.0);
    let rollout = world.rollout("web");
    assert_eq!(rollout["status"], "IN_PROGRESS");
    assert_eq!(statuses(&rollout), ["SUCCEEDED", "AWAITING_ACTION"]);
    assert_eq!(rollout["targetServiceRevision"]["runningTaskCount"], 2);
    answer(&mut world, "web", "CONTINUE");
    world.wait_until(60, |world| world.is_over("web"));
    assert_eq!(world.status("web"), "SUCCESSFUL");
}

#[test]
fn a_pause_of_a_rolling_deployment_that_is_refused_rolls_back() {
    for stage in ["PRE_SCALE_UP", "POST_SCALE_UP"] {
        let mut world = hooked("web", &json!({"pauseAt": [stage]}));
        world.wait(600.0);
        answer(&mut world, "web", "ROLLBACK");
        world.wait_until(600, |world| world.is_over("web"));
        assert_eq!(world.status("web"), "ROLLBACK_SUCCESSFUL", "{stage}");
        let service = world.service("web");
        assert!(
            service["taskDefinition"]
                .as_str()
                .unwrap()
                .ends_with("web:1"),
            "{stage}: {service}"
        );
        assert_eq!(service["runningCount"], 2, "{stage}");
    }
}

#[test]
fn a_story_gives_a_rolling_service_only_the_hooks_of_stages_it_goes_through() {
    let mut world = World::new();
    world.story("approval");
    let configuration = world.service("web")["deploymentConfiguration"].clone();
    assert!(
        configuration
            .get("lifecycleHooks")
            .is_none_or(|hooks| hooks == &json!([])),
        "{configuration}"
    );
}

#[test]
fn functions_at_the_shifts_that_were_made_are_asked_again_on_the_way_back() {
    let stages = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];
    let mut world = hooked("web-native", &json!({"functionAt": stages, "after": 10}));
    let stage = |world: &mut World| world.rollout("web-native")["lifecycleStage"].clone();
    world.wait_until(600, |world| stage(world) == "BAKE_TIME");
    let rollout = world.rollout("web-native");
    assert_eq!(statuses(&rollout), ["SUCCEEDED"; 2]);
    let stop =
        json!({"serviceDeploymentArn": rollout["serviceDeploymentArn"], "stopType": "ROLLBACK"});
    world.call("StopServiceDeployment", &stop);
    world.wait(5.0);
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["status"], "ROLLBACK_IN_PROGRESS");
    assert_eq!(
        statuses(&rollout),
        ["SUCCEEDED", "SUCCEEDED", "IN_PROGRESS", "IN_PROGRESS"]
    );
    world.wait_until(600, |world| world.is_over("web-native"));
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(statuses(&rollout), ["SUCCEEDED"; 4]);
}

#[test]
fn what_a_function_says_on_the_way_back_changes_nothing_and_nothing_is_asked_that_was_not_shifted()
{
    // The function at the production shift says no, before any production traffic moved.
    let hooks = json!({"functionAt": ["TEST_TRAFFIC_SHIFT"], "says": "FAILED", "after": 10});
    let mut world = hooked("web-native", &hooks);
    world.wait_until(900, |world| world.is_over("web-native"));
    let rollout = world.rollout("web-native");
    assert_eq!(rollout["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(statuses(&rollout), ["FAILED"; 2]);
    let hooks = json!({"functionAt": ["PRODUCTION_TRAFFIC_SHIFT"], "says": "FAILED", "after": 10});
    let mut world = hooked("web-native", &hooks);
    world.wait_until(900, |world| world.is_over("web-native"));
    assert_eq!(statuses(&world.rollout("web-native")), ["FAILED"]);
}
