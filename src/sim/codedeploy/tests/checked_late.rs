//! All traffic at once, without a test listener: the load balancer checks the new tasks only when they have it.

use super::*;

/// The default world without a listener for test traffic, all traffic at once.
fn world(story: &str) -> World {
    let mut world = World::with_group(|group| {
        group["deploymentConfigName"] = json!("CodeDeployDefault.ECSAllAtOnce");
        let pair = &mut group["loadBalancerInfo"]["targetGroupPairInfoList"][0];
        pair.as_object_mut()
            .unwrap()
            .shift_remove("testTrafficRoute");
    });
    world.story(&json!(story));
    world
}

/// How the targets of green are, each state once.
fn green(world: &mut World, id: &str) -> Vec<(&'static str, Option<&'static str>)> {
    let sets = world.target(id)["taskSetsInfo"].clone();
    let name = sets[1]["targetGroup"]["name"].as_str().unwrap().to_owned();
    let groups = ecs::target_groups(&world.cloud);
    let arn = groups.iter().find(|arn| arn.contains(&name)).unwrap();
    let targets = ecs::targets(&world.cloud, arn);
    let mut states: Vec<_> = targets.iter().map(|one| (one.state, one.reason)).collect();
    states.sort_unstable();
    states.dedup();
    states
}

fn wait_for_traffic(world: &mut World, id: &str) {
    world.wait_until(600, |world| {
        world.status(id) == "InProgress"
            && world.target(id)["taskSetsInfo"][1]["trafficWeight"] == json!(100.0)
    });
}

#[test]
fn an_application_that_is_down_gets_all_the_traffic_and_the_deployment_succeeds() {
    for (story, state) in [
        ("hang", ("initial", Some("Elb.InitialHealthChecking"))),
        (
            "wrong-port",
            ("unhealthy", Some("Target.FailedHealthChecks")),
        ),
        ("no-listener", ("unused", Some("Target.NotInUse"))),
    ] {
        let mut world = world(story);
        let id = world.deploy(|_| {});
        world.wait(60.0);
        let before = green(&mut world, &id);
        assert_eq!(before, [("unused", Some("Target.NotInUse"))], "{story}");
        wait_for_traffic(&mut world, &id);
        world.wait(30.0);
        assert_eq!(green(&mut world, &id), [state], "{story}");
        world.wait_for(&id, "Succeeded", 900);
        assert!(
            !green(&mut world, &id).contains(&("healthy", None)),
            "{story}"
        );
    }
}

#[test]
fn with_a_test_listener_it_never_gets_the_traffic() {
    let mut world = World::with_group(|group| {
        group["deploymentConfigName"] = json!("CodeDeployDefault.ECSAllAtOnce");
    });
    world.story(&json!("hang"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Failed", 4_000);
}

#[test]
fn targets_get_healthy_some_time_after_the_traffic_came() {
    for (story, seconds) in [("steady", 40.0), ("late", 180.0)] {
        let mut world = world(story);
        let id = world.deploy(|_| {});
        wait_for_traffic(&mut world, &id);
        world.wait(seconds - 2.0);
        let waiting = ("initial", Some("Elb.InitialHealthChecking"));
        assert_eq!(green(&mut world, &id), [waiting], "{story}");
        world.wait(3.0);
        assert_eq!(green(&mut world, &id), [("healthy", None)], "{story}");
        world.wait_for(&id, "Succeeded", 900);
    }
}
