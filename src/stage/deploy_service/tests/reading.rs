//! AWS that does not answer, or does not let us read.

use super::*;

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
fn answers_from_before_the_update_are_seen_through() {
    let mut story = good();
    story.stale = 3;
    let world = World::with([story]);
    let (ended, _) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert_eq!(world.count("UpdateService"), 1);
}

#[test]
fn a_clock_that_is_five_minutes_wrong_changes_nothing() {
    let followed = |wrong_by: i64, story: Story| {
        let world = World::with([story]);
        world.clock.wrong_by.set(wrong_by);
        let (ended, events) = run(&world, &DEPLOY);
        let outputs = ended.unwrap_or_else(|error| error.outputs);
        (outputs, texts(&events), world.made())
    };
    for story in [good(), rolled_back()] {
        let right = followed(0, story.clone());
        assert_eq!(followed(300, story.clone()), right);
        assert_eq!(followed(-300, story), right);
    }
}
