//! A task that is taken away from outside: the service replaces it, and nothing fails.

use super::*;

#[test]
fn a_task_that_is_taken_away_is_replaced_and_the_deployment_succeeds_everywhere() {
    for (story, code) in [
        ("spot-interruption", "SpotInterruption"),
        ("host-retired", "InfrastructureHealth"),
        ("task-killed", "UserInitiated"),
    ] {
        for service in ["web", "web-native"] {
            let mut world = World::new();
            ecs::set_story(&mut world.cloud, Some(service), &json!(story)).unwrap();
            let number = world.deploy(service);
            world.wait(3.0);
            world.wait_until(1800, |world| world.is_over(service));
            assert_eq!(world.status(service), "SUCCESSFUL", "{story} {service}");
            let started_by = format!("ecs-svc/{number}");
            let stopped = world.tasks(service, "STOPPED");
            let lost: Vec<&Value> = stopped
                .iter()
                .filter(|task| task["startedBy"] == started_by.as_str())
                .collect();
            assert_eq!(lost.len(), 1, "{story} {service}: {lost:?}");
            assert_eq!(lost[0]["stopCode"], code, "{story} {service}");
            let rollout = world.rollout(service);
            let breaker = &rollout["deploymentCircuitBreaker"]["failureCount"];
            assert_eq!(breaker.as_i64().unwrap_or_default(), 0, "{rollout}");
        }
    }
}

#[test]
fn nobody_stops_a_task_with_a_code_of_the_scheduler() {
    let story = json!({"name": "odd", "tasks": {"fate": "run"},
        "loss": {"stopCode": "ServiceSchedulerInitiated", "reason": "r"}});
    let error = ecs::set_story(&mut World::new().cloud, Some("web"), &story).unwrap_err();
    assert!(error.contains("`SpotInterruption`"), "{error}");
}
