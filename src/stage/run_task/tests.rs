//! What is asked of ECS, in which order, and how each end is told.

use super::*;
use crate::domain::document::Node;
use crate::domain::one_off::NotStarted;
use crate::domain::one_off::samples::{arn, stopped, task};
use crate::domain::service::samples::{definition, steady};
use crate::domain::service::{StopCode, TaskState};
use crate::ports::Signal;
use crate::ports::fake::settled;
use crate::ports::fake_services::FakeServices;
use crate::report::Recorder;
use crate::stage::suspension::tests::parse;

const WEB: &str = r#"{"taskDefinition": {
  "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7", "family": "web", "networkMode": "awsvpc",
  "containerDefinitions": [
    {"name": "web", "image": "r/web:1", "logConfiguration": {"logDriver": "awslogs", "options": {
      "awslogs-group": "/ecs/web", "awslogs-stream-prefix": "ecs"}}},
    {"name": "proxy", "image": "r/proxy:1", "essential": false}]}}"#;

/// A world with the service `web`, the revision `web:7`, and a task that goes through its states and ends as it is told to.
fn world(end: TaskState) -> FakeServices {
    let world = FakeServices::default();
    world.services.borrow_mut().push(steady());
    let mut definitions = world.definitions.borrow_mut();
    definitions.insert(definition(7), WEB);
    drop(definitions);
    *world.one_off.course.borrow_mut() = vec![
        (0, task("a", "PROVISIONING")),
        (10, task("a", "PENDING")),
        (20, task("a", "RUNNING")),
        (40, end),
    ];
    world
}

fn good() -> TaskState {
    stopped(
        "a",
        StopCode::EssentialContainerExited,
        [Some(0), Some(143)],
    )
}

fn bad() -> TaskState {
    stopped("a", StopCode::EssentialContainerExited, [Some(3), Some(0)])
}

fn run(world: &FakeServices, more: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    let revision = format!("--task-definition-arn={}", definition(7));
    let mut arguments = vec!["--cluster=demo", revision.as_str()];
    arguments.extend(more);
    let stage: RunTask = parse(&arguments);
    let mut report = Recorder::default();
    let result = settled(stage.run(world, &mut report));
    (result, report.0)
}

fn sent(world: &FakeServices, member: &str) -> Option<Node> {
    world.one_off.sent.borrow().first()?.get(member).cloned()
}

fn told(events: &[Event], wanted: &str) -> Vec<String> {
    let text = |event: &Event| match event {
        Event::Happened { kind, text, .. } if *kind == wanted => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

#[test]
fn a_task_in_the_place_of_a_service_is_followed_to_its_end() {
    let world = world(good());
    let (outputs, events) = run(&world, &["--like-service=web"]);
    let outputs = outputs.unwrap();
    assert_eq!(
        outputs.get("run-task-arn"),
        Some(format!("[\"{}\"]", arn("a")).as_str())
    );
    assert_eq!(outputs.get("verdict"), Some("succeeded"));
    assert_eq!(outputs.get("exit-code"), Some("0"));
    assert_eq!(
        outputs.get("exit-codes"),
        Some(r#"{"a":{"web":0,"proxy":143}}"#)
    );
    assert_eq!(
        outputs.get("task-definition-arn"),
        Some(definition(7).as_str())
    );
    let states = told(&events, "task-status");
    assert_eq!(
        states,
        [
            "task `a`: provisioning",
            "task `a`: pending",
            "task `a`: running"
        ]
    );
    assert_eq!(
        sent(&world, "launchType").unwrap().as_str(),
        Some("FARGATE")
    );
    let network = sent(&world, "networkConfiguration")
        .unwrap()
        .to_json_compact();
    assert!(network.contains("subnet-0a1b2c3d4e5f60718"), "{network}");
    let calls = world.calls.made.borrow();
    let operations: Vec<&str> = calls
        .iter()
        .filter_map(|call| call.split(' ').next())
        .collect();
    assert_eq!(
        operations[..3],
        ["DescribeTaskDefinition", "DescribeServices", "RunTask"]
    );
}

#[test]
fn a_task_that_fails_is_a_failure_with_its_cause_and_its_log() {
    let world = world(bad());
    let lines = vec!["ERROR no such table".to_owned()];
    world
        .logs
        .borrow_mut()
        .insert("ecs/web/a".to_owned(), lines);
    let (result, events) = run(&world, &["--like-service=web"]);
    let error = result.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert!(
        error
            .text
            .starts_with("task `a` failed: container `web` exited with code 3"),
        "{error}"
    );
    assert_eq!(error.outputs.get("verdict"), Some("failed"));
    assert_eq!(error.outputs.get("exit-code"), Some("3"));
    assert!(error.outputs.get("run-task-arn").is_some());
    let blamed = events.iter().find_map(|event| match event {
        Event::Blamed(blame) => blame.log.clone(),
        _ => None,
    });
    assert_eq!(blamed.unwrap().lines, ["ERROR no such table"]);
}

#[test]
fn a_task_that_succeeds_shows_the_last_lines_of_its_log_too() {
    let world = world(good());
    let lines = vec!["3 migrations applied".to_owned()];
    world
        .logs
        .borrow_mut()
        .insert("ecs/web/a".to_owned(), lines);
    let (_, events) = run(&world, &["--like-service=web"]);
    assert_eq!(told(&events, "task-log"), ["`web` | 3 migrations applied"]);
    let (_, events) = run(&world, &["--like-service=web", "--log-lines=0"]);
    assert!(told(&events, "task-log").is_empty());
}

#[test]
fn without_a_task_the_reasons_are_told_with_advice() {
    let world = world(good());
    world.one_off.course.borrow_mut().clear();
    world.one_off.failures.borrow_mut().push(NotStarted {
        arn: None,
        reason: "RESOURCE:FARGATE".to_owned(),
        detail: None,
    });
    let error = run(&world, &["--like-service=web"]).0.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert!(
        error
            .text
            .starts_with("no task was started: RESOURCE:FARGATE"),
        "{error}"
    );
    assert!(
        error.hint.unwrap().contains("subnets"),
        "the advice of the table"
    );
    assert_eq!(error.outputs.get("run-task-arn"), Some("[]"));
}

#[test]
fn a_lost_answer_starts_no_second_task() {
    let world = world(good());
    world.one_off.lost_answers.set(3);
    let outputs = run(&world, &["--like-service=web"]).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("succeeded"));
    assert_eq!((world.count("RunTask"), world.one_off.count()), (4, 1));
}

#[test]
fn when_no_answer_comes_it_is_said_that_a_task_may_run() {
    let world = world(good());
    world.one_off.lost_answers.set(9);
    let error = run(&world, &["--like-service=web", "--started-by=run/7"])
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(
        error
            .text
            .starts_with("whether a task was started is not known")
    );
    let hint = error.hint.unwrap();
    assert!(hint.contains("--started-by run/7"), "{hint}");
}

#[test]
fn when_the_time_is_over_the_task_goes_on_or_is_stopped_as_was_asked() {
    for (more, stopped) in [("--on-timeout=leave", 0), ("--on-timeout=stop", 1)] {
        let world = world(task("a", "RUNNING"));
        let error = run(&world, &["--like-service=web", "--timeout=2m", more])
            .0
            .unwrap_err();
        assert_eq!(error.cause, Cause::InProgress);
        assert_eq!(error.outputs.get("verdict"), Some("timed-out"));
        assert!(
            error
                .hint
                .unwrap()
                .contains("aws ecs describe-tasks --cluster demo")
        );
        assert_eq!(world.one_off.stopped.borrow().len(), stopped);
    }
}

#[test]
fn after_a_signal_the_task_goes_on_or_is_stopped_as_was_asked() {
    for (more, told, stopped) in [
        ("--on-cancel=leave", "task `a` goes on", 0),
        ("--on-cancel=stop", "task `a` is being stopped", 1),
    ] {
        let world = world(good());
        let at = Duration::from_secs(15);
        world.clock.signal_at.set(Some((at, Signal::Terminate)));
        let error = run(&world, &["--like-service=web", more]).0.unwrap_err();
        assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
        assert!(error.text.contains(told), "{error}");
        assert!(
            error
                .outputs
                .get("run-task-arn")
                .unwrap()
                .contains("task/demo/a")
        );
        assert_eq!(world.one_off.stopped.borrow().len(), stopped);
    }
}

#[test]
fn a_signal_before_the_start_starts_nothing() {
    let world = world(good());
    world
        .clock
        .signal_at
        .set(Some((Duration::ZERO, Signal::Interrupt)));
    let error = run(&world, &["--like-service=web"]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
    assert_eq!(world.count("RunTask"), 0);
}

#[test]
fn what_is_not_waited_for_is_started_and_named() {
    let world = world(bad());
    let outputs = run(&world, &["--like-service=web", "--wait=false"])
        .0
        .unwrap();
    assert!(outputs.get("run-task-arn").is_some());
    assert_eq!(outputs.get("verdict"), None);
    assert_eq!(world.count("DescribeTasks"), 0);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_registered_or_run() {
    for (more, told) in [
        (&[][..], "no subnets are known"),
        (
            &["--like-service=web", "--overrides=[{\"name\": \"job\"}]"],
            "there is: `web`, `proxy`",
        ),
        (
            &["--like-service=web", "--container=job"],
            "`container` names a container",
        ),
        (
            &["--like-service=web", "--managed-ebs-volume-name=data"],
            "nothing says what is made",
        ),
        (
            &[
                "--launch-type=EC2",
                "--capacity-provider-strategy=FARGATE=1",
            ],
            "ECS takes one of them",
        ),
        (&["--propagate-tags=SERVICE"], "no tags of one"),
        (&["--wait=false", "--on-timeout=stop"], "`wait` is off"),
        (&["--task-definition=a.json"], "name two things"),
    ] {
        let world = world(good());
        let error = run(&world, more).0.unwrap_err();
        assert_eq!(error.cause, Cause::Usage, "{error}");
        assert!(error.text.contains(told), "{told}: {error}");
        assert_eq!(
            world.count("RunTask") + world.count("RegisterTaskDefinition"),
            0
        );
    }
}

#[test]
fn a_service_that_is_not_there_is_refused_by_its_name() {
    let world = world(good());
    let error = run(&world, &["--like-service=shop"]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.text.ends_with("`shop`"), "{error}");
}

#[test]
fn a_dry_run_tells_the_plan_without_values_and_starts_nothing() {
    let world = world(good());
    let overrides =
        r#"--overrides=[{"name": "web", "environment": [{"name": "TOKEN", "value": "hunter2"}]}]"#;
    let (result, events) = run(&world, &["--like-service=web", overrides, "--dry-run=true"]);
    assert_eq!(result.unwrap(), Outputs::new());
    let shown = format!("{events:?}");
    assert!(
        shown.contains("run a task of `web:7`") && shown.contains("`TOKEN`"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"));
    assert_eq!(world.count("RunTask"), 0);
    let dry = ["--like-service=web", "--dry-run=true", "--exit-code=true"];
    let error = run(&world, &dry).0.unwrap_err();
    assert_eq!(error.cause, Cause::ChangesFound);
}

#[test]
fn the_report_holds_every_task_with_its_containers() {
    let world = world(bad());
    let error = run(&world, &["--like-service=web"]).0.unwrap_err();
    let path = error.outputs.get("report").unwrap();
    let text = world.read(path.as_ref()).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["verdict"], "failed");
    assert_eq!(report["tasks"][0]["containers"][0]["exitCode"], 3);
    assert_eq!(report["tasks"][0]["containers"][1]["decides"], false);
    assert_eq!(report["causes"][0]["kind"], "exited");
}
