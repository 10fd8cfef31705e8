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
    let world = World::with([good(), good().named("worker")]);
    *world.not_updated.borrow_mut() = Some("worker".to_owned());
    let (ended, events) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,worker",
            "--task-definition-arn=web:2",
        ],
    );
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
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

/// What a call costs, in calls of the API: ten services or twenty deployments fit into one.
fn cost(call: &str) -> usize {
    match call.split_once(' ') {
        Some(("DescribeServices", names)) => names.split(',').count().div_ceil(10),
        Some(("DescribeServiceDeployments", number)) => {
            number.parse::<usize>().unwrap().div_ceil(20)
        }
        Some(("ListTasks", _)) => 3,
        _ => 1,
    }
}

#[test]
fn a_look_at_a_hundred_services_costs_fifteen_calls_and_what_changed() {
    let names: Vec<String> = (0..100).map(|number| format!("s{number}")).collect();
    let world = World::with(names.iter().map(|name| {
        let mut story = Story::steady("web")
            .then(0, Status::Pending)
            .then(3, Status::InProgress)
            .then(300, Status::Successful)
            .named(name);
        story.named = true;
        story
    }));
    let service = format!("--service={}", names.join(","));
    let (ended, _) = run(
        &world,
        &["--cluster=demo", &service, "--task-definition-arn=web:2"],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert_eq!(world.count("UpdateService"), 100);
    let made = world.made();
    let updated = made
        .iter()
        .rposition(|call| call.starts_with("UpdateService"))
        .unwrap();
    let before: usize = made[..=updated].iter().map(|call| cost(call)).sum();
    // The definition, ten calls for the services, a list each, ten calls once more, an update each.
    assert_eq!(before, 1 + 10 + 100 + 10 + 100);
    let after = &made[updated + 1..];
    let looks = world.count("DescribeServiceDeployments");
    let of = |operation: &str| -> usize {
        let calls = after.iter().filter(|call| call.starts_with(operation));
        calls.map(|call| cost(call)).sum()
    };
    let reads = of("DescribeServices ") + of("DescribeServiceDeployments");
    assert!(reads <= looks * 15 + 10, "{reads} in {looks} looks");
    // Tasks and revisions once for each that changed, lists not at all.
    assert!(of("ListTasks") <= 3 * 3 * 100, "{}", of("ListTasks"));
    assert!(of("DescribeServiceRevisions") <= 100);
    assert_eq!(of("ListServiceDeployments"), 0);
}

#[test]
fn one_deployment_costs_eight_calls_before_it_is_followed_and_then_two_a_look() {
    let mut story = good();
    story.named = true;
    let world = World::with([story]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let arguments = [
        "--cluster=demo",
        "--service=web",
        "--task-definition=taskdef.json",
    ];
    run(&world, &arguments).0.unwrap();
    let made = world.made();
    let updated = made
        .iter()
        .rposition(|call| call.starts_with("UpdateService"))
        .unwrap();
    assert!(updated < 8, "{made:?}");
    let after: usize = made[updated + 1..].iter().map(|call| cost(call)).sum();
    // The first look has no service deployment to read yet.
    let looks = world.count("DescribeServiceDeployments") + 1;
    assert!(after <= 2 * looks + 1, "{after} in {looks}: {made:?}");
}
