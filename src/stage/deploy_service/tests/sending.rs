//! Updates whose answers get lost: no deployment is made twice, and none is missed.

use super::*;

const FORCE: [&str; 3] = [
    "--cluster=demo",
    "--service=web",
    "--force-new-deployment=true",
];

/// A service that a forced deployment of revision 1 goes through.
fn forced() -> Story {
    let mut story = good();
    for moment in &mut story.moments {
        for entry in &mut moment.service.deployments {
            entry.task_definition = crate::domain::service::samples::definition(1);
        }
    }
    story
}

#[test]
fn a_deployment_whose_answer_was_lost_is_recognised_and_not_made_again() {
    for (arguments, story) in [(&DEPLOY[..], good()), (&FORCE[..], forced())] {
        let world = World::with([story]);
        world.lost_answers.set(1);
        let (ended, events) = run(&world, arguments);
        assert_eq!(
            ended.unwrap().get("verdict"),
            Some("deployed"),
            "{arguments:?}"
        );
        assert_eq!(world.count("UpdateService"), 1, "{arguments:?}");
        assert_eq!(world.stories.borrow()["web"].deployed, 1, "{arguments:?}");
        assert!(
            texts(&events).contains("it is not sent again"),
            "{}",
            texts(&events)
        );
    }
}

#[test]
fn it_is_recognised_although_the_first_answers_are_older_than_the_update() {
    let mut story = forced();
    story.stale = 5;
    let world = World::with([story]);
    world.lost_answers.set(1);
    run(&world, &FORCE).0.unwrap();
    assert_eq!(world.stories.borrow()["web"].deployed, 1);
}

#[test]
fn an_update_that_was_lost_itself_is_sent_again() {
    for (arguments, story) in [(&DEPLOY[..], good()), (&FORCE[..], forced())] {
        let world = World::with([story]);
        world.lost_updates.set(2);
        let (ended, _) = run(&world, arguments);
        assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
        assert_eq!(world.count("UpdateService"), 3, "{arguments:?}");
        assert_eq!(world.stories.borrow()["web"].deployed, 1);
    }
}

#[test]
fn an_update_that_never_arrives_is_given_up_and_nothing_is_followed() {
    let world = World::with([good()]);
    world.lost_updates.set(100);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(
        error.text.contains("update service `web`"),
        "{}",
        error.text
    );
    assert_eq!(world.count("UpdateService"), 4);
    assert_eq!(world.count("DescribeServiceDeployments"), 0);
}

#[test]
fn a_change_of_the_count_may_be_sent_again_at_once() {
    let world = World::with([Story::steady("web")]);
    world.lost_answers.set(1);
    let (ended, _) = run(
        &world,
        &["--cluster=demo", "--service=web", "--desired-count=4"],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 2);
    assert_eq!(world.stories.borrow()["web"].deployed, 0);
}

#[test]
fn a_deployment_of_somebody_else_is_not_gone_over_when_ours_was_lost() {
    let world = World::with([good()]);
    world.lost_updates.set(1);
    // Somebody deploys in the very moment: the service has another newest deployment, of another revision.
    let mut theirs = world.stories.borrow()["web"].clone();
    for moment in &mut theirs.moments {
        for entry in &mut moment.service.deployments {
            entry.task_definition = crate::domain::service::samples::definition(7);
        }
    }
    theirs.updated = Some(Duration::from_secs(1));
    world.stories.borrow_mut().insert("web".to_owned(), theirs);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(
        error.text.contains("no deployment of it shows") && error.text.contains("`web:7`"),
        "{}",
        error.text
    );
    assert_eq!(world.count("UpdateService"), 1);
}

#[test]
fn a_deployment_that_was_over_before_it_was_looked_for_is_recognised_by_the_list() {
    for arguments in [&DEPLOY[..], &FORCE[..]] {
        let world = World::with([Story::steady("web").then(0, Status::RollbackSuccessful)]);
        world.lost_answers.set(1);
        let error = run(&world, arguments).0.unwrap_err();
        assert_eq!(
            error.outputs.get("verdict"),
            Some("rolled-back"),
            "{arguments:?}"
        );
        assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/200"));
        assert_eq!(world.count("UpdateService"), 1, "{arguments:?}");
    }
}

#[test]
fn a_deployment_that_was_replaced_before_it_was_looked_for_is_not_taken_for_what_replaced_it() {
    for arguments in [&DEPLOY[..], &FORCE[..]] {
        let mut story = Story::steady("web").then(0, Status::Stopped);
        for moment in &mut story.moments {
            moment.service.deployments = vec![deployment(300, 7), deployment(100, 1)];
        }
        let world = World::with([story]);
        world.lost_answers.set(1);
        let error = run(&world, arguments).0.unwrap_err();
        assert_eq!(
            error.outputs.get("verdict"),
            Some("superseded"),
            "{arguments:?}: {}",
            error.text
        );
        assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/200"));
        assert_eq!(world.count("UpdateService"), 1, "{arguments:?}");
    }
}
