//! Which calls, in which order, and what is said and left at every end.

use std::time::Duration;

use super::*;
use crate::domain::scaling::SuspendedState;
use crate::domain::service::ServiceDeploymentStatus as Status;
use crate::domain::service::samples::{crashed, deployment, service_deployment};
use crate::error::{Cause, Error};
use crate::ports::Signal;
use crate::ports::fake::settled;
use crate::report::{Event, Recorder};
use crate::stage::suspension::tests::parse;
use crate::stage::{Outputs, Stage};

mod attaching;
mod before;
mod codedeploy;
mod neighbours;
mod only_register;
mod options;
mod reading;
mod scaling;
mod sending;
mod several;
mod starting;
mod stopping;
mod story;
mod together;
mod world;
mod world_codedeploy;

use story::{NEW, Story};
use world::{TASK_DEFINITION, World};

fn run(world: &World, arguments: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    let stage: DeployService = parse(arguments);
    let mut recorder = Recorder::default();
    let ended = settled(stage.run(world, &mut recorder));
    (ended, recorder.0)
}

fn good() -> Story {
    Story::steady("web")
        .then(0, Status::Pending)
        .then(3, Status::InProgress)
        .then(30, Status::Successful)
}

fn rolled_back() -> Story {
    let mut story = Story::steady("web")
        .then(0, Status::InProgress)
        .then(40, Status::RollbackInProgress)
        .then(60, Status::RollbackSuccessful);
    story.tasks = vec![crashed("aa", NEW, 1), crashed("bb", NEW, 1)];
    story
}

const DEPLOY: [&str; 5] = [
    "--cluster=demo",
    "--service=web",
    "--task-definition-arn=web:2",
    "--timeout=10m",
    "--log-lines=5",
];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    DEPLOY.iter().chain(more).copied().collect()
}

fn texts(events: &[Event]) -> String {
    format!("{events:#?}")
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Happened { kind, .. } => Some(*kind),
            _ => None,
        })
        .collect()
}

#[test]
fn a_revision_is_deployed_and_its_end_is_told_with_all_outputs() {
    let world = World::with([good()]);
    let (ended, events) = run(&world, &DEPLOY);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert_eq!(outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert!(
        outputs
            .get("task-definition-arn")
            .unwrap()
            .ends_with("web:2")
    );
    assert!(
        outputs
            .get("previous-task-definition-arn")
            .unwrap()
            .ends_with("web:1")
    );
    assert!(
        outputs
            .get("service-deployment-arn")
            .unwrap()
            .ends_with("d-web")
    );
    let seconds: u64 = outputs.get("duration-seconds").unwrap().parse().unwrap();
    assert!((30..40).contains(&seconds), "{seconds}");
    let report = &world.files.0.borrow()[std::path::Path::new(outputs.get("report").unwrap())];
    assert!(report.contains("\"verdict\": \"deployed\"") && report.contains("sha256:aa"));
    assert!(kinds(&events).contains(&"linked"));
    assert_eq!(kinds(&events).last(), Some(&"verdict"));
    assert_eq!(world.count("UpdateService"), 1);
    assert_eq!(world.count("RegisterScalableTarget"), 0);
}

#[test]
fn a_rollback_is_a_failure_with_its_cause_and_the_last_lines() {
    let world = World::with([rolled_back()]);
    world.logs.borrow_mut().insert(
        "w/web/bb".to_owned(),
        vec!["no such table: users".to_owned()],
    );
    let (ended, events) = run(&world, &DEPLOY);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(error.text.contains("rolled back"), "{}", error.text);
    let blame = events
        .iter()
        .find_map(|event| match event {
            Event::Blamed(blame) => Some(blame),
            _ => None,
        })
        .unwrap();
    assert_eq!(blame.kind, "exited");
    assert_eq!(blame.count, 2);
    assert!(
        blame.cause.contains("`web` exited with code 1"),
        "{}",
        blame.cause
    );
    let log = blame.log.as_ref().unwrap();
    assert_eq!(log.lines, ["no such table: users"]);
    assert_eq!(world.count("GetLogEvents"), 1);
}

#[test]
fn a_log_that_is_empty_is_asked_again_because_lines_arrive_late() {
    let world = World::with([rolled_back()]);
    let (_, events) = run(&world, &DEPLOY);
    assert_eq!(world.count("GetLogEvents"), 3);
    assert!(texts(&events).contains("it wrote nothing to its log"));
}

#[test]
fn no_log_is_read_when_none_is_asked_for() {
    let world = World::with([rolled_back()]);
    let mut arguments = DEPLOY;
    arguments[4] = "--log-lines=0";
    run(&world, &arguments).0.unwrap_err();
    assert_eq!(world.count("GetLogEvents"), 0);
}
