//! Finding the service deployment that is ours, however late and whatever else is listed.

use super::*;

fn listing(list: Vec<ServiceDeploymentBrief>) -> Observation {
    Observation {
        service: Read::Got(rolling()),
        listed: Read::Got(list),
        ..Observation::default()
    }
}

#[test]
fn ours_is_found_by_the_number_of_its_revision_and_not_by_being_the_newest() {
    let mut rollout = Rollout::new(start(), goal());
    let theirs = service_deployment("d300", 300, ServiceDeploymentStatus::InProgress);
    let mine = ours(ServiceDeploymentStatus::Pending);
    rollout.observe(&listing(vec![brief(&theirs), brief(&mine)]), seconds(1));
    assert_eq!(rollout.service_deployment(), Some(&mine.arn));
    assert_eq!(rollout.wanted_deployment(), Some(&mine.arn));
    assert_eq!(rollout.wanted(&Read::NotRead).list, None);
}

#[test]
fn a_deployment_that_is_over_before_it_was_listed_is_found_too() {
    let mut rollout = Rollout::new(start(), goal());
    let over = ours(ServiceDeploymentStatus::RollbackSuccessful);
    rollout.observe(&listing(vec![brief(&over)]), seconds(3));
    assert_eq!(
        verdict(&mut rollout, &moment(steady(), over), 4).name(),
        "rolled-back"
    );
}

#[test]
fn a_pending_deployment_is_followed_for_as_long_as_it_pends() {
    let mut rollout = linked(goal());
    let pending = moment(rolling(), ours(ServiceDeploymentStatus::Pending));
    for at in [15, 60, 300, 900] {
        assert_eq!(verdict(&mut rollout, &pending, at), Verdict::InProgress);
    }
}

#[test]
fn a_list_that_lags_is_asked_again_for_two_minutes() {
    let mut rollout = Rollout::new(start(), goal());
    let just = Observation {
        service: Read::Got(rolling()),
        ..Observation::default()
    };
    for at in [1, 30, 90, 114] {
        let (events, now) = rollout.observe(&listing(Vec::new()), seconds(at));
        assert!(!events.iter().any(|event| event.kind() == "not-linked"));
        assert_eq!(now, Verdict::InProgress);
        assert_eq!(rollout.wanted(&Read::NotRead).list, None, "not at once");
        rollout.observe(&just, seconds(at + 4));
        assert!(rollout.wanted(&Read::NotRead).list.is_some());
    }
    let (events, _) = rollout.observe(&listing(Vec::new()), seconds(120));
    assert!(events.iter().any(|event| event.kind() == "not-linked"));
    assert_eq!(rollout.wanted(&Read::NotRead).list, None);
}

#[test]
fn a_list_without_ours_does_not_hold_up_a_deployment_that_is_complete() {
    let mut rollout = Rollout::new(start(), goal());
    let mut seen = listing(Vec::new());
    seen.service = Read::Got(done());
    assert_eq!(verdict(&mut rollout, &seen, 10), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &seen, 30).name(), "deployed");
}

#[test]
fn the_list_is_asked_from_the_time_of_ecs_and_not_of_this_machine() {
    let mut rollout = Rollout::new(start(), goal());
    let just = Observation {
        service: Read::Got(rolling()),
        ..Observation::default()
    };
    rollout.observe(&just, seconds(5));
    assert_eq!(
        rollout.wanted(&Read::NotRead).list,
        Some(ListSince(at(OURS).checked_sub(seconds(60))))
    );
}

#[test]
fn a_service_deployment_that_ecs_does_not_know_so_far_is_asked_again() {
    let mut rollout = linked(goal());
    let mut missing = moment(rolling(), ours(ServiceDeploymentStatus::Pending));
    missing.deployment = Read::Missing;
    assert_eq!(verdict(&mut rollout, &missing, 2), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &missing, 20), Verdict::InProgress);
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &end, 30).name(), "deployed");
}

#[test]
fn a_service_deployment_that_is_lost_is_followed_by_its_entry() {
    let mut rollout = linked(goal());
    let mut missing = moment(done(), ours(ServiceDeploymentStatus::Pending));
    missing.deployment = Read::Missing;
    verdict(&mut rollout, &missing, 2);
    verdict(&mut rollout, &missing, 62);
    assert_eq!(verdict(&mut rollout, &missing, 63).name(), "deployed");
}

#[test]
fn somebody_who_deployed_between_the_plan_and_the_start_is_noticed_once() {
    let mut rollout = linked(goal());
    let mut other = ours(ServiceDeploymentStatus::InProgress);
    other.sources[0].revision = revision(150);
    let (events, _) = rollout.observe(&moment(rolling(), other.clone()), seconds(3));
    assert!(events.iter().any(|event| event.kind() == "source-moved"));
    let (events, _) = rollout.observe(&moment(rolling(), other), seconds(4));
    assert!(!events.iter().any(|event| event.kind() == "source-moved"));
}
