//! All or nothing: what becomes of the others when one service fails.

use super::*;

const BOTH: [&str; 4] = [
    "--cluster=demo",
    "--service=web,worker",
    "--task-definition-arn=web:2",
    "--all-or-nothing=true",
];

fn verdicts(events: &[Event]) -> Vec<String> {
    let verdict = |event: &Event| match event {
        Event::Happened {
            subject,
            kind: "verdict",
            fields,
            ..
        } => Some(format!("{subject} {}", fields["verdict"].as_str().unwrap())),
        _ => None,
    };
    events.iter().filter_map(verdict).collect()
}

#[test]
fn one_that_runs_is_stopped_when_another_fails_and_the_one_that_failed_is_named() {
    let slow = Story::steady("worker").then(0, Status::InProgress);
    let world = World::with([slow, rolled_back()]);
    let (ended, events) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=worker,web",
            "--task-definition-arn=web:2",
            "--all-or-nothing=true",
        ],
    );
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert!(error.text.starts_with("service `web`"), "{}", error.text);
    assert_eq!(verdicts(&events), ["worker rolled-back", "web rolled-back"]);
    let said = texts(&events);
    assert!(said.contains("another service of the run failed"), "{said}");
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn one_that_is_deployed_already_gets_back_what_it_had() {
    let mut done = good().named("worker");
    done.goes_back = true;
    let world = World::with([rolled_back(), done]);
    let (ended, events) = run(&world, &BOTH);
    let error = ended.unwrap_err();
    assert!(error.text.starts_with("service `web`"), "{}", error.text);
    assert_eq!(verdicts(&events), ["web rolled-back", "worker rolled-back"]);
    let updates: Vec<String> = world
        .made()
        .into_iter()
        .filter(|call| call.starts_with("UpdateService"))
        .collect();
    assert_eq!(
        updates,
        [
            "UpdateService web web:2",
            "UpdateService worker web:2",
            "UpdateService worker web:1"
        ]
    );
    assert_eq!(world.count("StopServiceDeployment"), 0);
}

#[test]
fn one_that_can_not_be_taken_back_needs_a_person() {
    let world = World::with([rolled_back(), good().named("worker")]);
    *world.not_updated.borrow_mut() = Some("worker web:1".to_owned());
    let (ended, events) = run(&world, &BOTH);
    let error = ended.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rollback-failed"));
    assert!(error.text.starts_with("service `worker`"), "{}", error.text);
    assert_eq!(
        verdicts(&events),
        ["web rolled-back", "worker rollback-failed"]
    );
}

#[test]
fn the_others_are_stopped_when_one_can_not_even_be_started() {
    let slow = Story::steady("web").then(0, Status::InProgress);
    let world = World::with([slow, good().named("worker")]);
    *world.not_updated.borrow_mut() = Some("worker".to_owned());
    let (ended, events) = run(&world, &BOTH);
    let error = ended.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert_eq!(verdicts(&events), ["web rolled-back"]);
    assert!(texts(&events).contains("update service `worker`"));
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn nothing_is_taken_back_when_all_goes_well_and_without_the_option() {
    let world = World::with([good(), good().named("worker")]);
    run(&world, &BOTH).0.unwrap();
    assert_eq!(world.count("UpdateService"), 2);
    let world = World::with([rolled_back(), good().named("worker")]);
    let (_, events) = run(&world, &BOTH[..3]);
    assert_eq!(verdicts(&events), ["web rolled-back", "worker deployed"]);
    assert_eq!(world.count("UpdateService"), 2);
}

#[test]
fn one_that_is_late_is_rolled_back_with_all_others() {
    let slow = Story::steady("web").then(0, Status::InProgress);
    let mut done = good().named("worker");
    done.goes_back = true;
    let world = World::with([slow, done]);
    let (ended, events) = run(&world, &BOTH);
    let error = ended.unwrap_err();
    assert!(error.text.starts_with("service `web`"), "{}", error.text);
    assert_eq!(verdicts(&events), ["web rolled-back", "worker rolled-back"]);
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn a_forced_deployment_of_the_same_definition_has_nothing_to_go_back_to() {
    let mut same = good().named("worker");
    for moment in &mut same.moments {
        for entry in &mut moment.service.deployments {
            entry.task_definition = crate::domain::service::samples::definition(1);
        }
    }
    let world = World::with([rolled_back(), same]);
    let (ended, events) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,worker",
            "--force-new-deployment=true",
            "--all-or-nothing=true",
        ],
    );
    ended.unwrap_err();
    let said = texts(&events);
    assert!(said.contains("keeps what it deployed"), "{said}");
    assert_eq!(world.count("UpdateService"), 2);
}
