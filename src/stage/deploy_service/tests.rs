//! Which calls, in which order, and what is said and left at every end.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;
use crate::domain::scaling::SuspendedState;
use crate::domain::service::ServiceDeploymentStatus as Status;
use crate::domain::service::samples::{crashed, service_deployment};
use crate::error::{Cause, Error};
use crate::ports::Signal;
use crate::report::{Event, Recorder};
use crate::stage::suspension::tests::parse;
use crate::stage::{Outputs, Stage};

mod options;
mod world;

use world::{NEW, Story, TASK_DEFINITION, World};

/// Runs a future of fakes, which never wait for anything outside.
pub(super) fn settled<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    for _ in 0..100_000 {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
    panic!("it never ends");
}

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
fn everything_is_read_before_anything_is_changed() {
    let world = World::with([good()]);
    run(&world, &DEPLOY).0.unwrap();
    let made = world.made();
    assert_eq!(
        made[..6],
        [
            "DescribeTaskDefinition web:2",
            "DescribeServices web",
            "ListServiceDeployments web running",
            "DescribeServices web",
            "ListServiceDeployments web running",
            "UpdateService web web:2",
        ]
    );
}

const FILE: [&str; 3] = [
    "--cluster=demo",
    "--service=web",
    "--task-definition=taskdef.json",
];

#[test]
fn a_file_is_registered_after_the_plan_and_the_revision_is_deployed() {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let outputs = run(&world, &FILE).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    let made = world.made();
    let at = |call: &str| made.iter().position(|made| made.starts_with(call)).unwrap();
    assert!(at("DescribeServices") < at("RegisterTaskDefinition"));
    assert!(at("RegisterTaskDefinition") < at("UpdateService web web:2"));
    assert_eq!(world.registered.borrow().len(), 1);
}

#[test]
fn a_file_like_the_newest_revision_is_not_registered_and_not_deployed() {
    let world = World::with([good()]);
    world.file("taskdef.json", TASK_DEFINITION);
    let outputs = run(&world, &FILE).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("unchanged"));
    assert_eq!(world.registered.borrow().len(), 0);
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn a_file_that_does_not_fit_the_service_leaves_no_revision_behind() {
    let world = World::with([good()]);
    world.file(
        "taskdef.json",
        &TASK_DEFINITION.replace("\"containerPort\": 80", "\"containerPort\": 81"),
    );
    let error = run(&world, &FILE).0.unwrap_err();
    assert_eq!(error.cause, Cause::Input);
    assert_eq!(error.place.unwrap().file, "taskdef.json");
    assert_eq!(world.registered.borrow().len(), 0);
}

#[test]
fn a_dry_run_of_a_file_shows_the_difference_and_registers_nothing() {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let arguments: Vec<&str> = FILE.iter().chain(&["--dry-run=true"]).copied().collect();
    let (ended, events) = run(&world, &arguments);
    assert_eq!(ended.unwrap(), Outputs::new());
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Compared { .. }))
    );
    assert!(texts(&events).contains("the revision to be registered"));
    assert_eq!(world.registered.borrow().len(), 0);
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

#[test]
fn what_the_service_has_already_is_unchanged_and_nothing_is_sent() {
    let world = World::with([Story::steady("web")]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
        ],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn another_count_is_waited_for_without_a_deployment() {
    let world = World::with([Story::steady("web")]);
    let (ended, _) = run(
        &world,
        &["--cluster=demo", "--service=web", "--desired-count=4"],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 1);
    assert_eq!(world.stories.borrow()["web"].service.counts.desired, 4);
}

#[test]
fn an_update_that_starts_nothing_although_it_must_is_no_success() {
    let world = World::with([Story::steady("web")]);
    for arguments in [
        &DEPLOY[..],
        &[
            "--cluster=demo",
            "--service=web",
            "--force-new-deployment=true",
        ],
    ] {
        let error = run(&world, arguments).0.unwrap_err();
        assert!(
            error.text.contains("no deployment of it shows"),
            "{}",
            error.text
        );
    }
}

#[test]
fn a_dry_run_changes_nothing_and_tells_changes_by_its_code() {
    let world = World::with([good()]);
    world.scalable("web");
    let (ended, events) = run(
        &world,
        &with(&[
            "--dry-run=true",
            "--exit-code=true",
            "--suspend-scaling=always",
        ]),
    );
    assert_eq!(ended.unwrap_err().cause, Cause::ChangesFound);
    assert!(texts(&events).contains("deploy (ROLLING): `web:1` -> `web:2`"));
    for operation in [
        "UpdateService",
        "StopServiceDeployment",
        "RegisterTaskDefinition",
        "RegisterScalableTarget",
    ] {
        assert_eq!(world.count(operation), 0, "{operation}");
    }
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
            "--dry-run=true",
            "--exit-code=true",
        ],
    );
    assert_eq!(ended.unwrap(), Outputs::new());
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let world = World::with([good()]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,shop",
            "--task-definition-arn=web:2",
        ],
    );
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert_eq!(error.text, "no such service in cluster `demo`: `shop`");
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let world = World::with([good()]);
    let (ended, _) = run(&world, &["--service=web", "--task-definition-arn=web:99"]);
    assert_eq!(ended.unwrap_err().text, "no such task definition: `web:99`");
}

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
fn a_revision_that_was_deregistered_is_refused() {
    let world = World::with([good()]);
    world.inactive.set(true);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(error.text.starts_with("the task definition is not active"));
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn nothing_is_read_after_the_update_when_it_is_not_waited_for() {
    let world = World::with([good()]);
    let (ended, _) = run(&world, &with(&["--wait=false"]));
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), None);
    assert_eq!(outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert!(world.made().last().unwrap().starts_with("UpdateService"));
}

#[test]
fn a_moment_without_answers_is_survived() {
    let world = World::with([good()]);
    world.silent.set(Some((5, 25)));
    let (ended, events) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert_eq!(texts(&events).matches("asking again").count(), 1);
}

#[test]
fn aws_out_of_reach_for_minutes_ends_the_watching_and_says_that_it_goes_on() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    world.silent.set(Some((5, 5000)));
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(error.text.contains("which goes on"), "{}", error.text);
    assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/200"));
}

#[test]
fn without_leave_to_list_deployments_the_entry_is_followed() {
    let world = World::with([good()]);
    world.refused.borrow_mut().insert("ListServiceDeployments");
    let (ended, events) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert!(kinds(&events).contains(&"not-linked"));
    assert_eq!(world.count("DescribeServiceDeployments"), 0);
}

#[test]
fn without_leave_to_read_tasks_it_is_deployed_all_the_same() {
    let world = World::with([good()]);
    world.refused.borrow_mut().insert("ListTasks");
    let (ended, events) = run(&world, &DEPLOY);
    assert!(ended.is_ok());
    let said = texts(&events).matches("tasks can not be read").count();
    assert_eq!(said, 1);
}

#[test]
fn an_earlier_deployment_is_refused_waited_for_or_stopped() {
    let busy = || {
        let mut story = good();
        story.earlier = Some((service_deployment("d-old", 150, Status::InProgress), 20));
        story
    };
    let world = World::with([busy()]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.hint.unwrap().contains("--if-running wait"));
    assert_eq!(world.count("UpdateService"), 0);

    let world = World::with([busy()]);
    run(&world, &with(&["--if-running=wait"])).0.unwrap();
    assert!(world.stories.borrow()["web"].updated.unwrap() >= Duration::from_secs(20));
    assert_eq!(world.count("StopServiceDeployment"), 0);

    let world = World::with([busy()]);
    let arguments = with(&["--if-running=stop", "--wait=false"]);
    run(&world, &arguments).0.unwrap();
    let made = world.made();
    let stopped = made
        .iter()
        .position(|call| call == "StopServiceDeployment d-old");
    let updated = made
        .iter()
        .position(|call| call.starts_with("UpdateService"));
    assert!(stopped.unwrap() < updated.unwrap());
}

#[test]
fn an_earlier_deployment_that_does_not_end_in_time_stops_ours_from_starting() {
    let mut story = good();
    story.earlier = Some((service_deployment("d-old", 150, Status::InProgress), 5000));
    let world = World::with([story]);
    let error = run(&world, &with(&["--if-running=wait"])).0.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn the_time_limit_leaves_the_deployment_running_unless_told_otherwise() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    assert_eq!(error.outputs.get("verdict"), Some("timed-out"));
    assert_eq!(world.count("StopServiceDeployment"), 0);

    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    let error = run(&world, &with(&["--on-timeout=rollback"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(error.text.contains("not done after 10m"), "{}", error.text);
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn too_many_failed_tasks_stop_the_deployment_once() {
    let mut story = Story::steady("web").then(0, Status::InProgress);
    story.tasks = vec![crashed("aa", NEW, 1), crashed("bb", NEW, 1)];
    let world = World::with([story]);
    let error = run(&world, &with(&["--fail-fast=2"])).0.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(
        error.text.contains("2 tasks failed, the limit is 2"),
        "{}",
        error.text
    );
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn a_stop_that_is_refused_is_said_once_and_the_time_limit_holds() {
    let mut story = Story::steady("web").then(0, Status::InProgress);
    story.tasks = vec![crashed("aa", NEW, 1)];
    let world = World::with([story]);
    world.refused.borrow_mut().insert("StopServiceDeployment");
    let (ended, events) = run(&world, &with(&["--fail-fast=1"]));
    assert_eq!(ended.unwrap_err().cause, Cause::InProgress);
    assert_eq!(world.count("StopServiceDeployment"), 1);
    assert!(texts(&events).contains("StopServiceDeployment was refused"));
}

#[test]
fn scaling_is_held_still_and_given_back_as_it_was() {
    let world = World::with([good()]);
    let resource = world.scalable("web");
    run(&world, &with(&["--suspend-scaling=always"])).0.unwrap();
    let made = world.made();
    let at = |call: &str| made.iter().position(|made| made.starts_with(call)).unwrap();
    assert!(at("RegisterScalableTarget on") < at("UpdateService"));
    assert!(at("UpdateService") < at("RegisterScalableTarget off"));
    assert_eq!(world.scaling.state(&resource), SuspendedState::default());
    assert_eq!(world.scaling.lease(&resource), None);
}

#[test]
fn scaling_that_can_not_be_given_back_is_no_full_success() {
    let world = World::with([good()]);
    world.scalable("web");
    let made = {
        run(&world, &with(&["--suspend-scaling=always"])).0.unwrap();
        world.made()
    };
    let back = made
        .iter()
        .position(|call| call == "RegisterScalableTarget off")
        .unwrap();
    let world = World::with([good()]);
    world.scalable("web");
    world.calls.fail_at.set(Some(back + 1));
    let error = run(&world, &with(&["--suspend-scaling=always"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::NotCleanedUp);
    assert_eq!(error.outputs.get("verdict"), Some("deployed"));
    assert!(error.hint.unwrap().contains("wharfie-resume-scaling"));
}

#[test]
fn scaling_is_left_alone_when_nothing_is_deployed() {
    let world = World::with([Story::steady("web")]);
    world.scalable("web");
    run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
            "--suspend-scaling=always",
        ],
    )
    .0
    .unwrap();
    assert_eq!(world.count("RegisterScalableTarget"), 0);
}

#[test]
fn a_signal_gives_scaling_back_and_says_what_goes_on() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    let resource = world.scalable("web");
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(20), Signal::Terminate)));
    let error = run(&world, &with(&["--suspend-scaling=always"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
    assert!(
        error
            .text
            .contains("the deployment of service `web` goes on"),
        "{}",
        error.text
    );
    assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert_eq!(world.scaling.state(&resource), SuspendedState::default());
    assert_eq!(world.scaling.lease(&resource), None);
    assert_eq!(world.count("StopServiceDeployment"), 0);
}

#[test]
fn a_signal_rolls_back_when_told_to() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(20), Signal::Interrupt)));
    let error = run(&world, &with(&["--on-cancel=rollback"])).0.unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
    assert!(
        error.text.contains("is being rolled back"),
        "{}",
        error.text
    );
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn a_signal_before_anything_was_started_says_so() {
    let mut story = good();
    story.earlier = Some((service_deployment("d-old", 150, Status::InProgress), 5000));
    let world = World::with([story]);
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(9), Signal::Interrupt)));
    let error = run(&world, &with(&["--if-running=wait"])).0.unwrap_err();
    assert!(
        error.text.contains("no deployment of this run goes on"),
        "{}",
        error.text
    );
    assert_eq!(world.count("UpdateService"), 0);
}
