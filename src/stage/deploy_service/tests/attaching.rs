//! Deployments that something else started, followed by their ARN.

use super::*;

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d-web";

/// A world in which the deployment was started just before.
fn started(mut story: Story) -> World {
    story.updated = Some(Duration::ZERO);
    World::with([story])
}

fn attach(more: &[&str]) -> Vec<String> {
    let mut arguments = vec![
        format!("--attach={ARN}"),
        "--timeout=10m".to_owned(),
        "--log-lines=5".to_owned(),
    ];
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    arguments
}

fn run_attached(world: &World, more: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    let arguments = attach(more);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(world, &arguments)
}

#[test]
fn it_is_followed_to_the_same_end_and_nothing_is_started() {
    let world = started(good());
    let (ended, events) = run_attached(&world, &[]);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert_eq!(outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert_eq!(outputs.get("service-deployment-arn"), Some(ARN));
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
    assert_eq!(kinds(&events).last(), Some(&"verdict"));
    for operation in [
        "UpdateService",
        "RegisterTaskDefinition",
        "StopServiceDeployment",
    ] {
        assert_eq!(world.count(operation), 0, "{operation}");
    }
}

#[test]
fn a_failure_has_its_causes_and_its_exit_code() {
    let world = started(rolled_back());
    let error = run_attached(&world, &[]).0.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(error.text.contains("exited with code 1"), "{}", error.text);
}

#[test]
fn time_limits_pauses_and_signals_are_as_ever() {
    let running = || started(Story::steady("web").then(0, Status::InProgress));
    let error = run_attached(&running(), &[]).0.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    let world = running();
    let error = run_attached(&world, &["--on-timeout=rollback"])
        .0
        .unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    let mut story = good();
    story.pauses = vec![(0, 20, "hook-1")];
    let error = run_attached(&started(story.clone()), &[]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Paused);
    run_attached(&started(story), &["--on-pause=wait"])
        .0
        .unwrap();
    let world = running();
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(20), Signal::Interrupt)));
    let error = run_attached(&world, &["--on-cancel=rollback"])
        .0
        .unwrap_err();
    assert!(
        error.text.contains("is being rolled back"),
        "{}",
        error.text
    );
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn scaling_is_held_still_and_given_back_if_asked_for() {
    let world = started(good());
    let resource = world.scalable("web");
    run_attached(&world, &["--suspend-scaling=always"])
        .0
        .unwrap();
    assert_eq!(world.count("RegisterScalableTarget"), 2);
    assert_eq!(
        world.scaling.targets.borrow()[&resource].suspended,
        SuspendedState::default()
    );
}

#[test]
fn the_scaling_of_what_ecs_deploys_is_left_alone_unless_asked_for() {
    for more in [&[][..], &["--suspend-scaling=never"][..]] {
        let world = started(good());
        world.scalable("web");
        run_attached(&world, more).0.unwrap();
        assert_eq!(world.count("RegisterScalableTarget"), 0, "{more:?}");
    }
}

#[test]
fn a_dry_run_looks_and_follows_nothing() {
    let world = started(good());
    let (ended, events) = run_attached(&world, &["--dry-run=true", "--exit-code=true"]);
    ended.unwrap();
    assert!(texts(&events).contains("which brings `web:2`"));
    assert!(kinds(&events).is_empty());
}

#[test]
fn a_deployment_that_is_not_known_is_asked_for_some_times_and_then_refused() {
    let world = World::with([Story::steady("web")]);
    let error = run_attached(&world, &[]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("no such service deployment"),
        "{}",
        error.text
    );
    assert_eq!(world.count("DescribeServiceDeployments"), 4);
}
