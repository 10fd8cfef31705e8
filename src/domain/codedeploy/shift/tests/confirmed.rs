//! What is believed of a deployment that CodeDeploy calls a success.

use super::*;

#[test]
fn success_of_codedeploy_alone_is_not_enough() {
    let stale = moment(both(false), vec![deployment(Status::Succeeded)], None);
    let mut late = shift();
    assert_eq!(verdict(&mut late, &stale, 10), Verdict::InProgress);
    let fresh = moment(both(true), vec![deployment(Status::Succeeded)], None);
    assert_eq!(name(&mut late, &fresh, 12), "deployed");

    let Verdict::Failed { reason } = lasting(&mut shift(), &stale, 10) else {
        panic!("the old task set serves");
    };
    assert!(reason.contains("web:1"), "{reason}");
}

#[test]
fn a_task_set_of_a_later_deployment_supersedes_ours() {
    let mut service = both(true);
    service.task_sets[1].made_by = Some(CodeDeployId::new("d-LATER"));
    let end = moment(service, vec![deployment(Status::Succeeded)], None);
    assert_eq!(
        lasting(&mut shift(), &end, 10),
        Verdict::Superseded {
            by: Successor::CodeDeploy(CodeDeployId::new("d-LATER"))
        }
    );
}

#[test]
fn a_service_that_shows_no_task_sets_is_believed_by_its_task_definition() {
    let mut bare = service();
    bare.task_sets.clear();
    bare.task_definition = definition(2);
    let end = moment(bare, vec![deployment(Status::Succeeded)], None);
    assert_eq!(name(&mut shift(), &end, 10), "deployed");
}

/// A target in this state.
fn health(state: TargetState) -> TargetHealth {
    TargetHealth {
        group: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/one/0f".to_owned(),
        target: "10.0.0.1".to_owned(),
        port: Some(80),
        state,
        reason: None,
        description: None,
    }
}

#[test]
fn a_success_waits_for_the_load_balancer_and_believes_it() {
    let end = moment(both(true), vec![deployment(Status::Succeeded)], None);
    let mut shift = Shift::new(start(), goal());
    assert!(shift.targets_wanted().is_empty());
    assert_eq!(name(&mut shift, &end, 100), "in-progress");
    assert_eq!(shift.targets_wanted().len(), 1);
    shift.observe_targets(vec![health(TargetState::Initial)]);
    assert_eq!(name(&mut shift, &end, 105), "in-progress");
    shift.observe_targets(vec![health(TargetState::Healthy)]);
    assert_eq!(name(&mut shift, &end, 106), "deployed");

    let mut bad = Shift::new(start(), goal());
    verdict(&mut bad, &end, 100);
    bad.observe_targets(vec![health(TargetState::Unhealthy)]);
    assert_eq!(name(&mut bad, &end, 300), "in-progress");
    assert_eq!(name(&mut bad, &end, 401), "failed");
    // One of several that works is a success, with what is wrong told.
    let mut mixed = Shift::new(start(), goal());
    verdict(&mut mixed, &end, 100);
    mixed.observe_targets(vec![
        health(TargetState::Unhealthy),
        health(TargetState::Healthy),
    ]);
    assert_eq!(name(&mut mixed, &end, 401), "deployed");
}

#[test]
fn what_codedeploy_waited_after_the_shift_is_not_waited_again() {
    let end = |completed: u64| {
        let mut deployment = deployment(Status::Succeeded);
        deployment.completed_at = Some(at(completed));
        deployment.config = Some("CodeDeployDefault.ECSAllAtOnce".to_owned());
        let target = target(9, &EventStatus::Pending, 100.0);
        moment(both(true), vec![deployment], Some(target))
    };
    // The traffic had moved at second 170.
    for (completed, waits) in [(170, 300), (300, 170), (470, 15), (4000, 15)] {
        let end = end(completed);
        let mut shift = Shift::new(start(), goal());
        verdict(&mut shift, &end, 1000);
        shift.observe_targets(vec![health(TargetState::Initial)]);
        assert_eq!(name(&mut shift, &end, 999 + waits), "in-progress");
        assert_eq!(name(&mut shift, &end, 1000 + waits), "failed");
        let found = shift.diagnosis().findings;
        let kinds: Vec<_> = found
            .iter()
            .filter_map(|one| one.cause)
            .map(|cause| cause.kind)
            .collect();
        assert!(
            kinds.contains(&"codedeploy-checked-after-traffic"),
            "{kinds:?}"
        );
    }
    let mut late = Shift::new(start(), goal());
    let end = end(4000);
    verdict(&mut late, &end, 1000);
    late.observe_targets(vec![health(TargetState::Initial)]);
    verdict(&mut late, &end, 1010);
    late.observe_targets(vec![health(TargetState::Healthy)]);
    assert_eq!(name(&mut late, &end, 1020), "deployed");
}

#[test]
fn a_target_that_can_not_be_read_is_told_once_and_the_end_is_followed_all_the_same() {
    let mut shift = shift();
    let refused = |status| {
        let mut seen = moment(both(true), vec![deployment(status)], None);
        let why = Read::Unavailable("no".to_owned());
        seen.shift.targets.insert(ours(), why);
        seen
    };
    let told = |(events, _): (Vec<RolloutEvent>, Verdict)| {
        events
            .iter()
            .filter(|event| event.kind() == "not-confirmed")
            .count()
    };
    assert_eq!(
        told(shift.observe(&refused(Status::InProgress), seconds(1))),
        1
    );
    assert_eq!(
        told(shift.observe(&refused(Status::InProgress), seconds(2))),
        0
    );
    assert_eq!(name(&mut shift, &refused(Status::Succeeded), 3), "deployed");
}
