//! Moving traffic: every configuration, the waits, and scaling in the middle of it.

use serde_json::json;

use super::*;

/// The weights green gets, each with the second after the first one.
fn shifts(world: &mut World, id: &str) -> Vec<(u32, f64)> {
    let (mut seen, mut first) = (Vec::new(), None);
    for second in 0..7_200_u32 {
        let status = world.status(id);
        if status == "InProgress" {
            let target = world.target(id);
            let weight = target["taskSetsInfo"][1]["trafficWeight"]
                .as_f64()
                .unwrap_or(0.0);
            if seen.last().map_or(0.0, |(_, last)| *last) < weight {
                let first = *first.get_or_insert(second);
                seen.push((second - first, weight));
            }
        }
        if status == "Succeeded" {
            return seen;
        }
        world.wait(1.0);
    }
    panic!("it did not succeed: {}", codedeploy::state(&world.cloud));
}

#[test]
fn each_configuration_moves_the_traffic_in_its_own_steps() {
    let own = json!({
        "deploymentConfigName": "halves",
        "computePlatform": "ECS",
        "trafficRoutingConfig": {
            "type": "TimeBasedCanary",
            "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 2},
        },
    });
    let linear = |minutes: u32| {
        (1..=10_u32)
            .map(|step| ((step - 1) * minutes * 60, f64::from(step * 10)))
            .collect::<Vec<_>>()
    };
    for (name, expected) in [
        ("CodeDeployDefault.ECSAllAtOnce", vec![(0, 100.0)]),
        (
            "CodeDeployDefault.ECSCanary10Percent5Minutes",
            vec![(0, 10.0), (300, 100.0)],
        ),
        (
            "CodeDeployDefault.ECSCanary10Percent15Minutes",
            vec![(0, 10.0), (900, 100.0)],
        ),
        (
            "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
            linear(1),
        ),
        (
            "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
            linear(3),
        ),
        ("halves", vec![(0, 50.0), (120, 100.0)]),
    ] {
        let mut world = World::new();
        world.call("CreateDeploymentConfig", &own);
        let id = world.deploy(|order| order["deploymentConfigName"] = json!(name));
        assert_eq!(shifts(&mut world, &id), expected, "{name}");
        assert_eq!(world.info(&id)["deploymentConfigName"], json!(name));
    }
}

#[test]
fn a_deployment_waits_for_an_approval_and_goes_on_with_it() {
    let mut world = World::new();
    world.story(&json!("approval"));
    let id = world.deploy(|_| {});
    let (code, _) = world.refused("ContinueDeployment", &json!({"deploymentId": id}));
    assert_eq!(code, "DeploymentIsNotInReadyStateException");
    world.wait_for(&id, "Ready", 300);
    let target = world.target(&id);
    assert_eq!(target["status"], "Ready");
    assert_eq!(target["taskSetsInfo"][1]["trafficWeight"], json!(0.0));
    let go_on = json!({"deploymentId": id, "deploymentWaitType": "READY_WAIT"});
    world.call("ContinueDeployment", &go_on);
    world.wait(1.0);
    assert_eq!(world.status(&id), "InProgress");
    world.wait_until(400, |world| {
        world.info(&id)["instanceTerminationWaitTimeStarted"] == true
    });
    let end = json!({"deploymentId": id, "deploymentWaitType": "TERMINATION_WAIT"});
    world.call("ContinueDeployment", &end);
    let seconds = world.wait_for(&id, "Succeeded", 100);
    assert!(seconds < 60, "blue was not kept: {seconds}");
    let (code, _) = world.refused("ContinueDeployment", &end);
    assert_eq!(code, "DeploymentAlreadyCompletedException");
}

#[test]
fn a_deployment_nobody_approves_is_stopped_and_traffic_stays_where_it_is() {
    let mut world = World::new();
    let before = world.service();
    world.story(&json!("approval"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Ready", 300);
    let seconds = world.wait_for(&id, "Stopped", 3_700);
    assert!((3_590..=3_610).contains(&seconds), "{seconds}");
    let info = world.info(&id);
    assert_eq!(info["errorInformation"]["code"], "TIMEOUT");
    assert_eq!(
        info["errorInformation"]["message"],
        "The deployment timed out while waiting for a notification to continue."
    );
    assert_eq!(world.service()["taskDefinition"], before["taskDefinition"]);
}

#[test]
fn an_approval_of_the_story_comes_by_itself() {
    let mut world = World::new();
    world.story(&json!("approved"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Ready", 300);
    let seconds = world.wait_for(&id, "InProgress", 200);
    assert!((118..=122).contains(&seconds), "{seconds}");
    world.wait_for(&id, "Succeeded", 900);
}

/// Suspends or resumes all scaling of the service.
fn suspend(world: &mut World, suspended: bool) {
    let input = json!({
        "ServiceNamespace": "ecs",
        "ResourceId": "service/demo/web-codedeploy",
        "ScalableDimension": "ecs:service:DesiredCount",
        "SuspendedState": {
            "DynamicScalingInSuspended": suspended,
            "DynamicScalingOutSuspended": suspended,
            "ScheduledScalingSuspended": suspended,
        },
    });
    world
        .try_call(Service::Scaling, "RegisterScalableTarget", &input)
        .unwrap();
}

fn activities(world: &mut World) -> Vec<Value> {
    let input = json!({"ServiceNamespace": "ecs", "ResourceId": "service/demo/web-codedeploy"});
    let answer = world.try_call(Service::Scaling, "DescribeScalingActivities", &input);
    answer.unwrap()["ScalingActivities"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn scaling_in_the_middle_of_a_shift_fails_the_deployment() {
    let mut world = World::new();
    world.story(&json!("load"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Failed", 600);
    let info = world.info(&id);
    assert_eq!(
        info["errorInformation"]["code"],
        "AUTOSCALING_VALIDATION_ERROR"
    );
    let target = world.target(&id);
    assert!(
        events(&target).contains(&("AllowTraffic".to_owned(), "Failed".to_owned())),
        "{target}"
    );
    assert_eq!(target["taskSetsInfo"][1]["trafficWeight"], json!(10.0));
    assert_eq!(world.service()["desiredCount"], 10);
    let activities = activities(&mut world);
    assert_eq!(activities.len(), 8);
    let cause = activities[0]["Cause"].as_str().unwrap();
    assert!(cause.starts_with("monitor alarm"), "{cause}");
    let rollback = info["rollbackInfo"]["rollbackDeploymentId"]
        .as_str()
        .unwrap()
        .to_owned();
    world.wait_for(&rollback, "Succeeded", 300);
}

#[test]
fn with_scaling_suspended_the_same_load_does_not_disturb_the_shift() {
    let mut world = World::new();
    world.story(&json!("load"));
    suspend(&mut world, true);
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Succeeded", 900);
    assert_eq!(world.service()["desiredCount"], 2);
    assert_eq!(activities(&mut world), Vec::<Value>::new());
}

#[test]
fn a_service_that_scales_before_the_shift_is_waited_for() {
    let mut world = World::new();
    world.story(&json!({
        "name": "early",
        "tasks": {"fate": "run"},
        "load": {"begins": "start", "every": 60, "by": 1, "times": 3},
    }));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Succeeded", 1_200);
    assert_eq!(world.service()["desiredCount"], 5);
    let target = world.target(&id);
    let install = &target["lifecycleEvents"][1];
    let seconds = install["endTime"].as_f64().unwrap() - install["startTime"].as_f64().unwrap();
    assert!(seconds > 180.0, "{seconds}");
}
