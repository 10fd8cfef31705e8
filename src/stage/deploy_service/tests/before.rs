//! A task that is run before the deployment: the order of calls, and what a failure leaves alone.

use serde_json::{Value, json};

use super::*;
use crate::domain::document::{Document, Node};
use crate::domain::one_off::samples::{arn, stopped, task};
use crate::domain::service::samples::service_deployment;
use crate::domain::service::{ServiceDeploymentStatus, StopCode};

const RUNS: &str = "--run-task=true";
const WAITS: &str = "--wait-for-task-stopped=true";

/// The service `web`, a file for it, and a task that ends with a code.
fn world(code: i32) -> World {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let end = stopped("a", StopCode::EssentialContainerExited, [Some(code), None]);
    *world.one_off.course.borrow_mut() = vec![(0, task("a", "RUNNING")), (20, end)];
    world
}

fn deploy(world: &World, more: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    let mut arguments = vec!["--cluster=demo", "--task-definition=taskdef.json", RUNS];
    arguments.extend(more);
    run(world, &arguments)
}

fn at(world: &World, operation: &str) -> Option<usize> {
    let made = world.made();
    made.iter()
        .position(|call| call.split(' ').next() == Some(operation))
}

fn sent(world: &World, member: &str) -> Option<Node> {
    let sent = world.one_off.sent.borrow();
    sent.first()
        .and_then(|request: &Document| request.get(member).cloned())
}

/// The file the output `report` names.
fn report_of(world: &World) -> Value {
    let files = world.files.0.borrow();
    let mut names = files.keys();
    let name = names.find(|name| name.ends_with("wharfie-deployment.json"));
    serde_json::from_str(&files[name.unwrap()]).unwrap()
}

#[test]
fn the_file_is_registered_then_its_task_is_run_then_the_service_is_updated() {
    let world = world(0);
    let outputs = deploy(&world, &["--service=web", WAITS]).0.unwrap();
    let order = [
        "RegisterTaskDefinition",
        "RunTask",
        "DescribeTasks",
        "UpdateService",
    ];
    let places: Vec<usize> = order.iter().filter_map(|name| at(&world, name)).collect();
    assert_eq!(places.len(), order.len(), "{:?}", world.made());
    assert!(places.is_sorted(), "{:?}", world.made());
    let expected = format!("[\"{}\"]", arn("a"));
    assert_eq!(outputs.get("run-task-arn"), Some(expected.as_str()));
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    let report = report_of(&world);
    assert_eq!(report["services"][0]["verdict"], "deployed");
    assert_eq!(report["task"]["verdict"], "succeeded");
    assert_eq!(report["task"]["tasks"][0]["containers"][0]["exitCode"], 0);
    let registered = outputs.get("task-definition-arn").unwrap();
    assert_eq!(
        sent(&world, "taskDefinition").unwrap().as_str(),
        Some(registered)
    );
}

#[test]
fn a_task_that_fails_leaves_the_service_as_it_is() {
    let world = world(3);
    let error = deploy(&world, &["--service=web", WAITS]).0.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert!(
        error.text.contains("container `web` exited with code 3"),
        "{error}"
    );
    assert!(error.text.ends_with("; no service was touched"), "{error}");
    assert_eq!(at(&world, "UpdateService"), None);
    assert!(
        error
            .outputs
            .get("run-task-arn")
            .unwrap()
            .contains("task/demo/a")
    );
    assert_eq!(error.outputs.get("verdict"), None);
    let report = report_of(&world);
    assert_eq!(
        (&report["verdict"], &report["services"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(report["task"]["verdict"], "failed");
    assert_eq!(report["task"]["causes"][0]["kind"], "exited");
}

#[test]
fn a_task_that_is_not_waited_for_runs_beside_the_deployment() {
    let world = world(3);
    let outputs = deploy(&world, &["--service=web"]).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert!(outputs.get("run-task-arn").is_some());
    assert_eq!(at(&world, "DescribeTasks"), None);
}

#[test]
fn a_plan_that_is_another_after_the_task_is_told_again() {
    let planned = |earlier| {
        let world = world(0);
        world.stories.borrow_mut().get_mut("web").unwrap().earlier = earlier;
        let (ended, events) = deploy(&world, &["--service=web", WAITS, "--if-running=wait"]);
        assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
        let plans = |event: &&Event| matches!(event, Event::Planned { subject, .. } if subject == "service `web`");
        events.iter().filter(plans).count()
    };
    assert_eq!(planned(None), 1);
    let theirs = service_deployment("d-old", 150, ServiceDeploymentStatus::InProgress);
    assert_eq!(planned(Some((theirs, 10))), 2);
}

#[test]
fn what_nobody_says_is_what_the_official_action_says_and_the_network_is_that_of_the_service() {
    let world = world(0);
    deploy(&world, &["--service=web", WAITS]).0.unwrap();
    let text = |member: &str| sent(&world, member).unwrap().as_str().map(str::to_owned);
    assert_eq!(text("startedBy").as_deref(), Some("GitHub-Actions"));
    assert_eq!(text("launchType").as_deref(), Some("FARGATE"));
    let network = sent(&world, "networkConfiguration")
        .unwrap()
        .to_json_compact();
    assert!(network.contains("subnet-0a1b2c3d4e5f60718"), "{network}");
    assert_eq!(sent(&world, "propagateTags"), None);
}

#[test]
fn what_is_said_goes_before_and_capacity_providers_before_a_launch_type() {
    let world = world(0);
    let more = [
        "--service=web",
        "--run-task-subnets=subnet-0a, subnet-0b",
        "--run-task-security-groups=sg-0c",
        "--run-task-assign-public-ip=ENABLED",
        "--run-task-launch-type=EC2",
        r#"--run-task-capacity-provider-strategy=[{"capacityProvider":"FARGATE_SPOT","weight":1}]"#,
        "--run-task-started-by=me",
        r#"--run-task-tags=[{"key":"team","value":"shop"}]"#,
        "--enable-ecs-managed-tags=false",
    ];
    deploy(&world, &more).0.unwrap();
    let body = world.one_off.sent.borrow()[0].to_json_compact();
    for part in [
        r#""subnets":["subnet-0a","subnet-0b"],"securityGroups":["sg-0c"],"assignPublicIp":"ENABLED""#,
        r#""capacityProvider":"FARGATE_SPOT""#,
        r#""startedBy":"me""#,
        r#""tags":[{"key":"team","value":"shop"}]"#,
        r#""enableECSManagedTags":false"#,
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(!body.contains("launchType"), "{body}");
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_registered() {
    let world = world(0);
    let wrong = r#"--run-task-container-overrides=[{"name": "job"}]"#;
    let error = deploy(&world, &["--service=web", wrong]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
    assert_eq!(
        (at(&world, "RegisterTaskDefinition"), at(&world, "RunTask")),
        (None, None)
    );
    let error = deploy(&world, &["--run-task-launch-type=FARGATE"])
        .0
        .unwrap_err();
    assert!(
        error.text.contains("no subnets are known"),
        "no service to take them from: {error}"
    );
    assert_eq!(world.registered.borrow().len(), 0);
}

#[test]
fn without_a_service_the_file_is_registered_and_its_task_is_run() {
    let world = world(0);
    let (outputs, events) = deploy(&world, &["--run-task-subnets=subnet-0a", WAITS]);
    let outputs = outputs.unwrap();
    assert!(
        outputs
            .get("task-definition-arn")
            .unwrap()
            .contains("task-definition/web:")
    );
    assert!(outputs.get("run-task-arn").is_some());
    assert_eq!(
        (at(&world, "UpdateService"), at(&world, "DescribeServices")),
        (None, None)
    );
    assert_eq!(report_of(&world)["task"]["verdict"], "succeeded");
    assert!(format!("{events:?}").contains("so the task is run, and nothing is deployed"));
}

#[test]
fn a_dry_run_tells_the_task_and_runs_none() {
    let world = world(0);
    let (result, events) = deploy(
        &world,
        &["--service=web", "--dry-run=true", "--exit-code=true"],
    );
    assert_eq!(result.unwrap_err().cause, Cause::ChangesFound);
    assert!(format!("{events:?}").contains("run a task of the revision of `web` to be registered"));
    assert_eq!(at(&world, "RunTask"), None);
}

#[test]
fn a_signal_during_the_task_says_what_goes_on_and_touches_no_service() {
    for (more, told) in [
        ("leave", "task `a` goes on"),
        ("rollback", "task `a` is being stopped"),
    ] {
        let world = world(0);
        let soon = Duration::from_secs(10);
        world.clock.signal_at.set(Some((soon, Signal::Terminate)));
        let on_cancel = format!("--on-cancel={more}");
        let error = deploy(&world, &["--service=web", WAITS, &on_cancel])
            .0
            .unwrap_err();
        assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
        assert!(error.text.contains(told), "{error}");
        assert_eq!(at(&world, "UpdateService"), None);
    }
}

#[test]
fn what_is_set_for_a_task_that_is_not_run_is_noted() {
    let world = world(0);
    let arguments = [
        "--cluster=demo",
        "--task-definition=taskdef.json",
        "--service=web",
        WAITS,
    ];
    let (_, events) = run(&world, &arguments);
    assert!(format!("{events:?}").contains("means nothing without `run-task`"));
    assert_eq!(at(&world, "RunTask"), None);
}
