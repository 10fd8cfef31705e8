//! A success has to show in what runs.

use super::*;

#[test]
fn a_success_is_not_believed_while_the_service_runs_something_else() {
    let mut rollout = linked(goal());
    let stale = moment(steady(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &stale, 60), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &stale, 100), Verdict::InProgress);
    let fresh = moment(done(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &fresh, 101).name(), "deployed");
}

#[test]
fn a_success_that_never_shows_in_the_service_is_a_failure() {
    let mut rollout = linked(goal());
    let wrong = moment(steady(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &wrong, 60), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &wrong, 120).name(), "failed");
}

#[test]
fn a_success_that_somebody_replaced_is_superseded() {
    let mut rollout = linked(goal());
    let mut service = steady();
    service.deployments = vec![deployment(300, 3)];
    let seen = moment(service, ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
    assert_eq!(
        verdict(&mut rollout, &seen, 75),
        Verdict::Superseded {
            by: Successor::Entry(id(300), definition(3))
        }
    );
}

#[test]
fn a_digest_that_is_not_the_one_in_the_task_definition_is_a_failure() {
    let mut rollout = linked(goal());
    rollout.start.digests = vec![("web".to_owned(), "sha256:bb".to_owned())];
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    let Verdict::Failed { reason } = verdict(&mut rollout, &end, 60) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert!(reason.contains("sha256:bb") && reason.contains("sha256:aa"));
}

#[test]
fn the_digests_are_read_before_success_is_reported() {
    let mut rollout = linked(goal());
    let mut end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    end.revision = Read::NotRead;
    assert_eq!(verdict(&mut rollout, &end, 60), Verdict::InProgress);
    assert_eq!(
        rollout.wanted(&end.deployment).revision,
        Some(revision(OURS))
    );
    end.revision = Read::Got(target_revision("sha256:aa"));
    assert_eq!(verdict(&mut rollout, &end, 61).name(), "deployed");
}

#[test]
fn digests_that_may_not_be_read_are_said_and_do_not_fail_the_deployment() {
    let mut rollout = linked(goal());
    let mut end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    end.revision = Read::Unavailable("AccessDeniedException".to_owned());
    let (events, verdict) = rollout.observe(&end, seconds(60));
    assert!(events.iter().any(|event| event.kind() == "not-confirmed"));
    assert_eq!(verdict.name(), "deployed");
}

#[test]
fn our_entry_with_another_task_definition_is_a_failure() {
    let mut rollout = linked(goal());
    let mut service = done();
    service.deployments[0].task_definition = definition(9);
    let end = moment(service, ours(ServiceDeploymentStatus::Successful));
    let Verdict::Failed { reason } = verdict(&mut rollout, &end, 60) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert!(reason.contains("`web:9`"), "{reason}");
}
