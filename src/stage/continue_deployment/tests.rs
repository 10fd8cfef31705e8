//! What is answered, in which order, and what is said when nothing is.

use super::*;
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
    world.calls.fail_at.set(Some(3));
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
