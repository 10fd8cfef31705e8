//! How deployments end when they do not end well, and the way back.

use serde_json::json;

use super::*;

/// The rollback deployment of a deployment, once it succeeded.
fn rolled_back(world: &mut World, id: &str) -> Value {
    let rollback = world.info(id)["rollbackInfo"]["rollbackDeploymentId"]
        .as_str()
        .unwrap()
        .to_owned();
    world.wait_for(&rollback, "Succeeded", 600);
    let info = world.info(&rollback);
    assert_eq!(info["creator"], "codeDeployRollback");
    assert_eq!(
        info["rollbackInfo"]["rollbackTriggeringDeploymentId"],
        json!(id)
    );
    info
}

fn code(info: &Value) -> &str {
    info["errorInformation"]["code"].as_str().unwrap()
}

#[test]
fn green_that_never_gets_healthy_fails_the_deployment_after_an_hour() {
    let mut world = World::new();
    let before = world.service();
    world.story(&json!("crash-loop"));
    let id = world.deploy(|_| {});
    let seconds = world.wait_for(&id, "Failed", 3_700);
    assert!(seconds > 3_590, "{seconds}");
    let info = world.info(&id);
    assert_eq!(code(&info), "TIMEOUT");
    let target = world.target(&id);
    assert!(
        events(&target).contains(&("Install".to_owned(), "Failed".to_owned())),
        "{target}"
    );
    rolled_back(&mut world, &id);
    let service = world.service();
    assert_eq!(service["taskDefinition"], before["taskDefinition"]);
    assert_eq!(service["taskSets"].as_array().unwrap().len(), 1);
    assert_eq!(service["runningCount"], 2);
}

#[test]
fn a_stop_is_followed_by_a_rollback_only_if_it_is_asked_for_or_configured() {
    for (asked, configured, rolls) in [
        (json!({}), false, false),
        (json!({}), true, true),
        (json!({"autoRollbackEnabled": true}), false, true),
        (json!({"autoRollbackEnabled": false}), true, false),
    ] {
        let mut world = World::with_group(|group| {
            if configured {
                group["autoRollbackConfiguration"]["events"] =
                    json!(["DEPLOYMENT_STOP_ON_REQUEST"]);
            }
        });
        let id = world.deploy(|_| {});
        world.wait(150.0);
        let mut stop = asked.clone();
        stop["deploymentId"] = json!(id);
        assert_eq!(world.call("StopDeployment", &stop)["status"], "Pending");
        world.wait_for(&id, "Stopped", 10);
        let info = world.info(&id);
        assert_eq!(code(&info), "MANUAL_STOP");
        assert_eq!(
            info["rollbackInfo"].is_object(),
            rolls,
            "{asked} {configured}"
        );
        if rolls {
            rolled_back(&mut world, &id);
        } else {
            let target = world.target(&id);
            assert_eq!(target["taskSetsInfo"][1]["trafficWeight"], json!(10.0));
        }
        let (refusal, _) = world.refused("StopDeployment", &stop);
        assert_eq!(refusal, "DeploymentAlreadyCompletedException");
    }
}

#[test]
fn an_alarm_of_the_group_stops_the_deployment_and_rolls_it_back() {
    let mut world = World::new();
    world.story(&json!("alarm"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Stopped", 300);
    let info = world.info(&id);
    assert_eq!(code(&info), "ALARM_ACTIVE");
    let text = info["errorInformation"]["message"].as_str().unwrap();
    assert!(text.contains("web-codedeploy-errors"), "{text}");
    rolled_back(&mut world, &id);
}

#[test]
fn an_alarm_that_fires_already_stops_a_deployment_unless_it_is_overridden() {
    let alarms = json!({"enabled": true, "alarms": [{"name": "errors"}, {"name": "latency"}]});
    let group = alarms.clone();
    let mut world = World::with_group(|seed| seed["alarmConfiguration"] = group.clone());
    crate::sim::alarms::fire(&mut world.cloud, "latency");
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Stopped", 20);
    let info = world.info(&id);
    let text = info["errorInformation"]["message"].as_str().unwrap();
    assert!(text.ends_with("Activated alarms: <latency>"), "{text}");
    rolled_back(&mut world, &id);
    let id = world.deploy(|order| {
        order["overrideAlarmConfiguration"] = json!({"enabled": false, "alarms": []});
    });
    world.wait_for(&id, "Succeeded", 900);
}

#[test]
fn an_alarm_that_is_set_in_a_long_wait_stops_the_deployment() {
    let alarms = json!({"enabled": true, "alarms": [{"name": "errors"}]});
    let mut world = World::with_group(|seed| seed["alarmConfiguration"] = alarms.clone());
    crate::sim::alarms::know(&mut world.cloud, "errors");
    let id = world.deploy(|_| {});
    world.wait_until(600, |world| {
        world.info(&id)["instanceTerminationWaitTimeStarted"] == true
    });
    let set = json!({"AlarmName": "errors", "StateValue": "ALARM", "StateReason": "a test"});
    world
        .try_call(Service::Alarms, "SetAlarmState", &set)
        .unwrap();
    world.wait_for(&id, "Stopped", 10);
    // Blue is still there: its traffic comes back.
    let before = world.service()["taskDefinition"].clone();
    rolled_back(&mut world, &id);
    assert_ne!(world.service()["taskDefinition"], before);
}

#[test]
fn a_second_deployment_of_a_group_is_refused_while_one_is_active() {
    let mut world = World::new();
    let id = world.deploy(|_| {});
    let definition = world.register();
    let (code, text) = world.refused("CreateDeployment", &World::order(&definition));
    assert_eq!(code, "DeploymentLimitExceededException");
    assert!(text.contains(&id), "{text}");
    world.wait_for(&id, "Succeeded", 900);
    let next = world.call("CreateDeployment", &World::order(&definition));
    let next = next["deploymentId"].as_str().unwrap().to_owned();
    world.wait_for(&next, "Succeeded", 900);
    let previous = &world.info(&next)["previousRevision"];
    assert_eq!(*previous, world.info(&id)["revision"]);
}
