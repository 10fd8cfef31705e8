//! What is answered, in which order, and what is said when nothing is.

use super::*;
use crate::domain::codedeploy::{CodeDeployStatus, EventStatus, samples};
use crate::domain::service::samples::{pause, service_deployment};
use crate::domain::service::{Hook, ServiceDeploymentStatus as Status};
use crate::ports::Signal;
use crate::ports::fake_services::FakeServices;
use crate::report::Recorder;
use crate::stage::suspension::tests::{now, parse};

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d200";

fn paused(hooks: &[&str]) -> FakeServices {
    let world = FakeServices::default();
    let mut deployment = service_deployment("d200", 200, Status::InProgress);
    deployment.stage = LifecycleStage::new("POST_TEST_TRAFFIC_SHIFT");
    deployment.hooks = hooks.iter().map(|id| pause(id)).collect();
    world.deployments.borrow_mut().push(deployment);
    world
}

fn run(world: &FakeServices, arguments: &[&str]) -> (Result<Outputs, Error>, String) {
    let stage: ContinueDeployment = parse(arguments);
    let mut recorder = Recorder::default();
    let ended = now(stage.run(world, &mut recorder));
    (ended, format!("{:#?}", recorder.0))
}

const YES: [&str; 3] = ["--cluster=demo", "--service=web", "--action=continue"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    YES.iter().chain(more).copied().collect()
}

#[test]
fn everything_that_waits_gets_the_answer_and_the_way_on_is_said() {
    let world = paused(&["one", "two"]);
    let (ended, told) = run(&world, &YES);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("hooks"), Some("one\ntwo"));
    assert_eq!(outputs.get("service-deployment-arn"), Some(ARN));
    assert_eq!(
        world.calls.made.borrow().as_slice(),
        [
            "DescribeServices web",
            "ListServiceDeployments web running",
            "DescribeServiceDeployments 1",
            "ContinueServiceDeployment one continue",
            "ContinueServiceDeployment two continue",
        ]
    );
    assert!(
        told.contains("answered continue at POST_TEST_TRAFFIC_SHIFT: `one`"),
        "{told}"
    );
    assert!(
        told.contains(&format!("wharfie-deploy-service --attach {ARN}")),
        "{told}"
    );
}

#[test]
fn a_rollback_needs_one_answer() {
    let world = paused(&["one", "two"]);
    let arguments = [
        format!("--deployment={ARN}"),
        "--action=rollback".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&world, &arguments).0.unwrap();
    assert_eq!(world.count("ContinueServiceDeployment"), 1);
    assert_eq!(
        world.deployments.borrow()[0].status,
        Status::RollbackRequested
    );
}

#[test]
fn nothing_that_waits_is_a_refusal_that_says_how_the_deployment_stands() {
    let error = run(&paused(&[]), &YES).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert_eq!(
        error.text,
        format!(
            "service `web`: nothing waits for an answer: the deployment is IN_PROGRESS at POST_TEST_TRAFFIC_SHIFT: `{ARN}`"
        )
    );
    let idle = FakeServices::default();
    let error = run(&idle, &YES).0.unwrap_err();
    assert!(error.text.contains("no deployment runs"), "{}", error.text);
    let error = run(
        &idle,
        &[&format!("--deployment={ARN}"), "--action=continue"],
    )
    .0
    .unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("no such service deployment"),
        "{}",
        error.text
    );
}

#[test]
fn a_dry_run_answers_nothing_and_tells_by_its_code_that_something_waits() {
    let world = paused(&["one"]);
    let (ended, told) = run(&world, &with(&["--dry-run=true"]));
    ended.unwrap();
    assert!(
        told.contains("waiting for approval at POST_TEST_TRAFFIC_SHIFT: `one` <- continue"),
        "{told}"
    );
    let error = run(&world, &with(&["--dry-run=true", "--exit-code=true"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::ChangesFound);
    assert_eq!(world.count("ContinueServiceDeployment"), 0);
}

#[test]
fn an_answer_whose_answer_got_lost_is_recognised_and_not_given_twice() {
    let world = paused(&["one"]);
    world.answers_lost.set(true);
    let (ended, told) = run(&world, &YES);
    assert_eq!(ended.unwrap().get("hooks"), Some("one"));
    assert!(told.contains("got lost"), "{told}");
    assert_eq!(world.count("ContinueServiceDeployment"), 1);
}

#[test]
fn an_answer_that_never_arrived_is_an_error_that_says_so() {
    let world = paused(&["one"]);
    world.calls.fail_at.set(Some(4));
    let error = run(&world, &YES).0.unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(
        error.text.starts_with("could not answer the hook `one`"),
        "{}",
        error.text
    );
    let world = paused(&["one"]);
    world
        .refused
        .borrow_mut()
        .insert("ContinueServiceDeployment");
    let error = run(&world, &YES).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("AccessDeniedException"),
        "{}",
        error.text
    );
}

#[test]
fn a_hook_with_this_answer_is_left_alone_when_it_is_named_again() {
    let world = paused(&[]);
    world.deployments.borrow_mut()[0].hooks = vec![Hook {
        status: HookStatus::Succeeded,
        ..pause("one")
    }];
    let (ended, told) = run(&world, &with(&["--hook=one"]));
    assert_eq!(ended.unwrap().get("hooks"), Some("one"));
    assert!(
        told.contains("nothing: it was answered so before"),
        "{told}"
    );
    assert_eq!(world.count("ContinueServiceDeployment"), 0);
    let (ended, _) = run(
        &world,
        &["--service=web", "--action=rollback", "--hook=one"],
    );
    assert!(ended.unwrap_err().text.contains("does not wait"));
}

#[test]
fn a_signal_before_the_answer_says_what_is_known() {
    let world = paused(&["one", "two"]);
    world
        .clock
        .signal_at
        .set(Some((Duration::ZERO, Signal::Interrupt)));
    let error = run(&world, &YES).0.unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
    assert!(error.text.contains("`one`"), "{}", error.text);
    assert_eq!(error.outputs.get("service-deployment-arn"), Some(ARN));
}

/// A deployment of CodeDeploy whose new tasks are ready for traffic, or whose traffic moved.
fn shift(status: CodeDeployStatus, moved: bool) -> FakeServices {
    let world = FakeServices::default();
    // Eight events: before the traffic moves five are done, behind it all.
    let target = if moved {
        samples::target(8, &EventStatus::Pending, 100.0)
    } else {
        samples::target(5, &EventStatus::Pending, 0.0)
    };
    world
        .shifts
        .borrow_mut()
        .push((samples::deployment(status), Some(target)));
    *world.group.borrow_mut() = Some(samples::group());
    world.services.borrow_mut().push(samples::both(moved));
    world
}

const OURS: [&str; 2] = ["--deployment=d-OURS", "--action=continue"];

#[test]
fn traffic_of_codedeploy_is_let_through_and_the_end_of_the_old_tasks_is_not_waited_for() {
    for (moved, status, wait) in [
        (false, CodeDeployStatus::Ready, "READY_WAIT"),
        (true, CodeDeployStatus::InProgress, "TERMINATION_WAIT"),
    ] {
        let world = shift(status, moved);
        let (ended, told) = run(&world, &OURS);
        let outputs = ended.unwrap();
        assert_eq!(outputs.get("hooks"), Some(wait));
        assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-OURS"));
        assert_eq!(world.count("ContinueDeployment"), 1);
        assert!(
            told.contains("wharfie-deploy-service --attach d-OURS"),
            "{told}"
        );
    }
}

#[test]
fn the_deployment_of_a_service_under_codedeploy_is_found_by_its_newest_task_set() {
    let world = shift(CodeDeployStatus::Ready, false);
    run(&world, &YES).0.unwrap();
    assert_eq!(world.count("ContinueDeployment"), 1);
    assert_eq!(world.count("ListServiceDeployments"), 0);
}

#[test]
fn a_no_to_codedeploy_stops_and_goes_back_and_a_lost_answer_is_recognised() {
    let world = shift(CodeDeployStatus::Ready, false);
    world.answers_lost.set(true);
    let (ended, told) = run(&world, &["--deployment=d-OURS", "--action=rollback"]);
    ended.unwrap();
    assert!(
        world
            .calls
            .made
            .borrow()
            .contains(&"StopDeployment d-OURS true".to_owned())
    );
    assert!(told.contains("got lost"), "{told}");
}

#[test]
fn a_deployment_of_codedeploy_that_waits_for_nothing_or_something_else_is_refused() {
    let world = shift(CodeDeployStatus::InProgress, false);
    let error = run(&world, &OURS).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error
            .text
            .contains("the deployment is InProgress: `d-OURS`"),
        "{}",
        error.text
    );
    let world = shift(CodeDeployStatus::Ready, false);
    let named = [
        "--deployment=d-OURS",
        "--action=continue",
        "--hook=TERMINATION_WAIT",
    ];
    let error = run(&world, &named).0.unwrap_err();
    assert!(error.text.contains("but for READY_WAIT"), "{}", error.text);
    let error = run(&world, &["--deployment=d-NONE", "--action=continue"])
        .0
        .unwrap_err();
    assert!(
        error.text.contains("no such deployment of CodeDeploy"),
        "{}",
        error.text
    );
    assert_eq!(world.count("ContinueDeployment"), 0);
}
