//! Several services at once.

use super::*;

#[test]
fn two_services_are_read_in_one_call_and_the_worst_end_decides() {
    let world = World::with([good(), rolled_back().named("worker")]);
    let (ended, events) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web, worker",
            "--task-definition-arn=web:2",
        ],
    );
    let error = ended.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(error.text.starts_with("service `worker`"), "{}", error.text);
    assert_eq!(
        error.outputs.get("deployment-id"),
        Some("web=ecs-svc/200\nworker=ecs-svc/200")
    );
    assert!(
        error
            .outputs
            .get("task-definition-arn")
            .unwrap()
            .ends_with("web:2")
    );
    let made = world.made();
    assert!(made.contains(&"DescribeServices web,worker".to_owned()));
    assert!(made.contains(&"DescribeServiceDeployments 2".to_owned()));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Tabled { .. }))
    );
}

#[test]
fn what_was_started_is_followed_although_a_later_update_fails() {
    let two = || World::with([good(), good().named("worker")]);
    let arguments = [
        "--cluster=demo",
        "--service=web,worker",
        "--task-definition-arn=web:2",
    ];
    let world = two();
    run(&world, &arguments).0.unwrap();
    let second_update = world
        .made()
        .iter()
        .position(|call| call.starts_with("UpdateService worker"))
        .unwrap();
    let world = two();
    world.calls.fail_at.set(Some(second_update + 1));
    let (ended, events) = run(&world, &arguments);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(
        error.text.contains("update service `worker`"),
        "{}",
        error.text
    );
    assert_eq!(error.outputs.get("verdict"), Some("deployed"));
    assert!(texts(&events).contains("deployed: `web:2`"));
}

#[test]
fn of_two_that_end_alike_the_first_is_named() {
    let world = World::with([rolled_back(), rolled_back().named("worker")]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,worker",
            "--task-definition-arn=web:2",
        ],
    );
    let text = ended.unwrap_err().text;
    assert!(text.starts_with("service `web`"), "{text}");
}

#[test]
fn an_output_that_only_one_of_two_has_names_its_service() {
    let mut there = Story::steady("worker");
    there.service.deployments[0].task_definition = crate::domain::service::samples::definition(2);
    let world = World::with([good(), there]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,worker",
            "--task-definition-arn=web:2",
        ],
    );
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    let arn = outputs.get("service-deployment-arn").unwrap();
    assert!(arn.starts_with("web=arn:"), "{arn}");
    assert_eq!(world.count("UpdateService"), 1);
}
