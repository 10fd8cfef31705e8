//! Deployments that this program stops, or leaves.

use super::*;

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

#[test]
fn a_stop_without_effect_is_not_asked_for_again_at_the_time_limit() {
    let mut story = Story::steady("web").then(0, Status::InProgress);
    story.tasks = vec![crashed("aa", NEW, 1)];
    story.unstoppable = true;
    let world = World::with([story]);
    let (ended, _) = run(&world, &with(&["--fail-fast=1", "--on-timeout=rollback"]));
    assert_eq!(ended.unwrap_err().cause, Cause::InProgress);
    assert_eq!(world.count("StopServiceDeployment"), 1);
}

#[test]
fn a_signal_right_after_the_start_finds_the_deployment_to_roll_back() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(2), Signal::Interrupt)));
    // Until then it is not listed, so the service deployment is not known.
    world.listed_from.set(2);
    let error = run(&world, &with(&["--on-cancel=rollback"])).0.unwrap_err();
    assert!(
        error.text.contains("is being rolled back"),
        "{}",
        error.text
    );
    assert_eq!(world.count("StopServiceDeployment"), 1);
}
