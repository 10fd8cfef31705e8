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
    // Until then it is not listed, so the service deployment is not known; it is looked for again for a few seconds.
    for (listed_from, stops) in [(2, 1), (5, 1), (8, 0)] {
        let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
        world
            .clock
            .signal_at
            .set(Some((Duration::from_secs(2), Signal::Interrupt)));
        world.listed_from.set(listed_from);
        let error = run(&world, &with(&["--on-cancel=rollback"])).0.unwrap_err();
        let said = if stops > 0 {
            "is being rolled back"
        } else {
            "could not be stopped"
        };
        assert!(error.text.contains(said), "{listed_from}: {}", error.text);
        assert_eq!(world.count("StopServiceDeployment"), stops);
    }
}

#[test]
fn a_pause_ends_with_the_command_that_answers_it_and_the_one_that_goes_on() {
    let mut story = good();
    story.pauses = vec![(10, 500, "hook-1")];
    let world = World::with([story]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::Paused);
    let arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d-web";
    assert_eq!(
        error.hint.unwrap(),
        format!(
            "answer it with `wharfie-continue-deployment --deployment {arn} --hook hook-1 --action continue` (or \
             `rollback`); then follow it with `wharfie-deploy-service --attach {arn}`"
        )
    );
}

#[test]
fn a_pause_is_waited_for_when_told_to_and_each_is_told_once() {
    let mut story = good();
    story.pauses = vec![(5, 15, "hook-1"), (18, 28, "hook-2")];
    let world = World::with([story]);
    let (ended, events) = run(&world, &with(&["--on-pause=wait"]));
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    let told = kinds(&events);
    let pauses = told.iter().filter(|kind| **kind == "awaiting-approval");
    assert_eq!(pauses.count(), 2);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Waiting { text, .. } if text.contains("waiting for approval"))),
        "the sign of life says what it waits for"
    );
}

#[test]
fn the_time_limit_and_a_signal_say_how_to_go_on_following() {
    let follow = "wharfie-deploy-service --attach \
                  arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d-web";
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(error.hint.unwrap().contains(follow));

    // It was not listed so far when the signal came: it is looked for once more.
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(2), Signal::Terminate)));
    world.listed_from.set(2);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(error.text.contains("goes on"), "{}", error.text);
    assert!(error.hint.unwrap().contains(follow));

    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    world.refused.borrow_mut().insert("ListServiceDeployments");
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(20), Signal::Terminate)));
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(
        error.hint.unwrap(),
        "ask how it stands with `wharfie-diagnose-service --cluster demo --service web`"
    );
}

#[test]
fn the_error_of_a_failed_deployment_names_the_main_cause() {
    let world = World::with([rolled_back()]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(
        error
            .text
            .contains("; cause: container `web` exited with code 1"),
        "{}",
        error.text
    );
}
