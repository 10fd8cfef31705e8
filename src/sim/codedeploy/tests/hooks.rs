//! Functions that an appspec names.

use serde_json::json;

use super::*;

/// An order with a function for a lifecycle event.
fn hooked(event: &str) -> impl Fn(&mut Value) + '_ {
    move |order| {
        let content = &mut order["revision"]["appSpecContent"]["content"];
        let mut spec: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
        spec["Hooks"] = json!([{event: "check-release"}]);
        *content = json!(spec.to_string());
    }
}

#[test]
fn a_function_that_says_yes_takes_its_time_and_the_deployment_goes_on() {
    let mut world = World::new();
    let id = world.deploy(hooked("AfterAllowTestTraffic"));
    world.wait_for(&id, "Succeeded", 900);
    let target = world.target(&id);
    let event = &target["lifecycleEvents"][4];
    assert_eq!(event["lifecycleEventName"], "AfterAllowTestTraffic");
    let seconds = event["endTime"].as_f64().unwrap() - event["startTime"].as_f64().unwrap();
    assert!((seconds - 5.0).abs() < 0.1, "{seconds}");
}

#[test]
fn a_function_that_says_no_fails_the_deployment() {
    let mut world = World::new();
    world.story(&json!("hook-failure"));
    let id = world.deploy(hooked("BeforeAllowTraffic"));
    world.wait_for(&id, "Failed", 300);
    let info = world.info(&id);
    assert_eq!(info["errorInformation"]["code"], "HOOK_EXECUTION_FAILURE");
    let target = world.target(&id);
    let event = &target["lifecycleEvents"][5];
    assert_eq!(event["status"], "Failed");
    assert_eq!(event["diagnostics"]["scriptName"], "check-release");
    let log = event["diagnostics"]["logTail"].as_str().unwrap();
    assert!(log.lines().count() > 1, "{log}");
    assert_eq!(target["lifecycleEvents"][6]["status"], "Skipped");
    assert!(info["rollbackInfo"]["rollbackDeploymentId"].is_string());
}

#[test]
fn a_function_that_says_nothing_fails_the_deployment_after_an_hour() {
    let mut world = World::new();
    world.story(&json!("hook-silent"));
    let id = world.deploy(hooked("BeforeInstall"));
    world.wait(10.0);
    let seconds = world.wait_for(&id, "Failed", 3_700);
    assert!((3_585..=3_600).contains(&seconds), "{seconds}");
    let info = world.info(&id);
    assert_eq!(info["errorInformation"]["code"], "TIMEOUT");
}

#[test]
fn a_function_can_be_answered_for() {
    for (status, end) in [("Succeeded", "Succeeded"), ("Failed", "Failed")] {
        let mut world = World::new();
        world.story(&json!("hook-silent"));
        let id = world.deploy(hooked("AfterInstall"));
        world.wait(200.0);
        let state = codedeploy::state(&world.cloud);
        assert_eq!(state["deployments"][0]["event"], "AfterInstall", "{state}");
        let execution = &state["deployments"][0]["execution"];
        let mut answer = json!({
            "deploymentId": id, "lifecycleEventHookExecutionId": execution, "status": status,
        });
        world.call("PutLifecycleEventHookExecutionStatus", &answer);
        world.wait_for(&id, end, 900);
        let (code, _) = world.refused("PutLifecycleEventHookExecutionStatus", &answer);
        assert_eq!(code, "LifecycleEventAlreadyCompletedException");
        answer["lifecycleEventHookExecutionId"] = json!("unknown");
        let (code, _) = world.refused("PutLifecycleEventHookExecutionStatus", &answer);
        assert_eq!(code, "InvalidLifecycleEventHookExecutionIdException");
    }
}
