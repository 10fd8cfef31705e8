//! The same stories where there are no service deployments to follow.

use super::*;
use crate::domain::service::samples::crashed;

fn not_offered() -> Rollout {
    let mut rollout = Rollout::new(start(), goal());
    let seen = Observation {
        service: Read::Got(rolling()),
        listed: Read::Unavailable("AccessDeniedException".to_owned()),
        ..Observation::default()
    };
    let (events, verdict) = rollout.observe(&seen, seconds(1));
    assert!(events.iter().any(|event| event.kind() == "not-linked"));
    assert_eq!(verdict, Verdict::InProgress);
    assert_eq!(rollout.wanted(&Read::NotRead).list, None);
    rollout
}

fn just(service: ServiceState) -> Observation {
    Observation {
        service: Read::Got(service),
        ..Observation::default()
    }
}

/// Ours failed and the old one is primary again, as an entry of its own or of its old id.
fn going_back(number: u64, state: RolloutState, ours_is_listed: bool) -> ServiceState {
    let mut service = steady();
    let mut back = deployment(number, 1);
    back.rollout = Some(state);
    service.deployments = vec![back];
    if ours_is_listed {
        let mut failed = deployment(OURS, 2);
        failed.role = DeploymentRole::Active;
        failed.rollout = Some(RolloutState::Failed);
        failed.reason = "tasks failed to start.".to_owned();
        service.deployments.push(failed);
    }
    service
}

#[test]
fn an_entry_that_completes_is_deployed() {
    let mut rollout = not_offered();
    assert_eq!(
        verdict(&mut rollout, &just(rolling()), 9),
        Verdict::InProgress
    );
    assert_eq!(verdict(&mut rollout, &just(done()), 60).name(), "deployed");
}

#[test]
fn stable_counts_without_a_completed_state_are_not_enough() {
    let mut rollout = not_offered();
    let mut service = done();
    service.deployments[0].rollout = Some(RolloutState::InProgress);
    assert_eq!(
        verdict(&mut rollout, &just(service), 60),
        Verdict::InProgress
    );
}

#[test]
fn a_failed_entry_without_rollback_is_a_failure_at_once() {
    let mut rollout = not_offered();
    rollout.start.before.rolls_back = false;
    let mut service = rolling();
    service.deployments[0].rollout = Some(RolloutState::Failed);
    service.deployments[0].reason = "tasks failed to start.".to_owned();
    assert_eq!(
        verdict(&mut rollout, &just(service), 60),
        Verdict::Failed {
            reason: "tasks failed to start.".to_owned()
        }
    );
}

#[test]
fn a_failed_entry_with_rollback_is_watched_until_the_old_one_is_complete() {
    for number in [100, 300] {
        let mut rollout = not_offered();
        let mut service = rolling();
        service.deployments[0].rollout = Some(RolloutState::Failed);
        assert_eq!(
            verdict(&mut rollout, &just(service), 60),
            Verdict::InProgress
        );
        let back = going_back(number, RolloutState::InProgress, true);
        assert_eq!(verdict(&mut rollout, &just(back), 62), Verdict::InProgress);
        let back = going_back(number, RolloutState::Completed, true);
        assert_eq!(
            verdict(&mut rollout, &just(back), 90),
            Verdict::RolledBack {
                reason: "tasks failed to start".to_owned(),
                to: Some(definition(1)),
            },
            "number {number}"
        );
    }
}

#[test]
fn a_rollback_seen_only_at_its_end_is_told_by_the_tasks_that_failed() {
    let mut rollout = not_offered();
    let mut seen = just(rolling());
    seen.tasks = Read::Got(vec![crashed("a", OURS, 1)]);
    verdict(&mut rollout, &seen, 30);
    let back = going_back(300, RolloutState::Completed, false);
    assert_eq!(verdict(&mut rollout, &just(back), 90).name(), "rolled-back");
}

#[test]
fn a_rollback_of_the_same_task_definition_is_seen_by_its_id() {
    let mut rollout = not_offered();
    rollout.start.task_definition = definition(1);
    let back = going_back(300, RolloutState::Completed, true);
    assert_eq!(verdict(&mut rollout, &just(back), 90).name(), "rolled-back");
}

#[test]
fn a_rollback_that_fails_needs_a_person() {
    let mut rollout = not_offered();
    let back = going_back(300, RolloutState::Failed, true);
    assert_eq!(
        verdict(&mut rollout, &just(back), 90).name(),
        "rollback-failed"
    );
}

#[test]
fn an_older_answer_after_ours_was_seen_does_not_mislead() {
    let mut rollout = not_offered();
    assert_eq!(
        verdict(&mut rollout, &just(rolling()), 3),
        Verdict::InProgress
    );
    assert_eq!(
        verdict(&mut rollout, &just(steady()), 5),
        Verdict::InProgress
    );
    assert_eq!(
        verdict(&mut rollout, &just(steady()), 9),
        Verdict::InProgress
    );
    assert_eq!(
        verdict(&mut rollout, &just(rolling()), 11),
        Verdict::InProgress
    );
    assert_eq!(verdict(&mut rollout, &just(done()), 60).name(), "deployed");
}

#[test]
fn an_entry_that_does_not_show_at_once_is_waited_for() {
    let mut rollout = Rollout::new(start(), goal());
    let mut stale = just(steady());
    stale.listed = Read::Unavailable("not offered".to_owned());
    for at in [1, 10, 50] {
        assert_eq!(verdict(&mut rollout, &stale, at), Verdict::InProgress);
    }
    assert_eq!(verdict(&mut rollout, &just(done()), 55).name(), "deployed");
}

#[test]
fn an_entry_that_never_shows_is_a_failure_and_no_success() {
    let mut rollout = Rollout::new(start(), goal());
    let mut stale = just(steady());
    stale.listed = Read::Unavailable("not offered".to_owned());
    verdict(&mut rollout, &stale, 1);
    assert_eq!(verdict(&mut rollout, &stale, 61).name(), "failed");
}

#[test]
fn an_entry_of_somebody_else_supersedes_ours_when_it_lasts() {
    let mut rollout = not_offered();
    let mut service = steady();
    service.deployments = vec![deployment(300, 3)];
    assert_eq!(
        verdict(&mut rollout, &just(service.clone()), 40),
        Verdict::InProgress
    );
    assert_eq!(
        verdict(&mut rollout, &just(service), 55),
        Verdict::Superseded {
            by: Successor::Entry(id(300), definition(3))
        }
    );
}

#[test]
fn nothing_that_started_is_unchanged_once_the_tasks_are_there() {
    let mut nothing = start();
    nothing.id = id(100);
    nothing.moved = false;
    nothing.desired = 3;
    let mut rollout = Rollout::new(nothing, goal());
    let mut service = steady();
    assert_eq!(
        verdict(&mut rollout, &just(service.clone()), 1),
        Verdict::InProgress,
        "an answer from before the count was set"
    );
    service.counts.desired = 3;
    assert_eq!(
        verdict(&mut rollout, &just(service.clone()), 2),
        Verdict::InProgress
    );
    service.counts.running = 3;
    service.counts.pending = 1;
    assert_eq!(
        verdict(&mut rollout, &just(service.clone()), 8),
        Verdict::InProgress
    );
    service.counts.pending = 0;
    assert_eq!(verdict(&mut rollout, &just(service), 9), Verdict::Unchanged);
}

#[test]
fn nothing_that_started_over_a_failed_deployment_is_no_success() {
    let mut nothing = start();
    nothing.id = id(100);
    nothing.moved = false;
    let mut rollout = Rollout::new(nothing, goal());
    let mut service = steady();
    service.deployments[0].rollout = Some(RolloutState::Failed);
    assert_eq!(verdict(&mut rollout, &just(service), 1).name(), "failed");
}

#[test]
fn too_many_failed_tasks_that_can_not_be_rolled_back_are_a_failure_that_says_so() {
    let mut rollout = not_offered();
    rollout.watch.goal.fail_fast = Some(1);
    let mut service = rolling();
    service.deployments[0].failed_tasks = 1;
    let Verdict::Failed { reason } = verdict(&mut rollout, &just(service), 9) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert!(reason.contains("the deployment goes on"), "{reason}");
}

/// Ours has left the service without a trace of failure, and the task definition from before is primary under a new id.
fn redeployed_by_somebody() -> ServiceState {
    let mut service = steady();
    service.deployments = vec![deployment(300, 1)];
    service
}

#[test]
fn going_back_is_told_by_the_reason_of_the_entry_or_by_an_event() {
    let mut rollout = not_offered();
    let mut service = redeployed_by_somebody();
    service.deployments[0].reason =
        "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/100.".to_owned();
    assert_eq!(
        verdict(&mut rollout, &just(service), 40).name(),
        "rolled-back"
    );

    let mut rollout = not_offered();
    let mut service = redeployed_by_somebody();
    let mut event = service_event("e", 250);
    event.message = "(service web) rolling back to deployment ecs-svc/100.".to_owned();
    service.events = vec![event];
    assert_eq!(
        verdict(&mut rollout, &just(service), 40).name(),
        "rolled-back"
    );
}

#[test]
fn the_old_task_definition_deployed_by_somebody_is_no_rollback() {
    let mut rollout = not_offered();
    let seen = just(redeployed_by_somebody());
    verdict(&mut rollout, &seen, 40);
    assert_eq!(verdict(&mut rollout, &seen, 55).name(), "superseded");
}

#[test]
fn failed_tasks_alone_are_no_rollback_where_ecs_does_not_roll_back() {
    let mut rollout = not_offered();
    rollout.start.before.rolls_back = false;
    let mut seen = just(redeployed_by_somebody());
    seen.tasks = Read::Got(vec![crashed("a", OURS, 1)]);
    verdict(&mut rollout, &seen, 40);
    assert_eq!(verdict(&mut rollout, &seen, 55).name(), "superseded");
}

#[test]
fn another_task_definition_is_no_rollback_although_ours_failed() {
    let mut rollout = not_offered();
    let mut service = going_back(300, RolloutState::Completed, true);
    service.deployments[0].task_definition = definition(3);
    let seen = just(service);
    verdict(&mut rollout, &seen, 40);
    assert_eq!(verdict(&mut rollout, &seen, 55).name(), "superseded");
}

#[test]
fn a_failed_entry_that_stays_although_rollback_is_on_is_a_failure_in_the_end() {
    let mut rollout = not_offered();
    let mut service = rolling();
    service.deployments[0].rollout = Some(RolloutState::Failed);
    let seen = just(service);
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &seen, 120).name(), "failed");
}

#[test]
fn an_entry_without_a_state_is_done_when_it_is_alone_with_all_its_tasks() {
    let mut rollout = not_offered();
    let mut service = rolling();
    service.deployments[0].rollout = None;
    assert_eq!(
        verdict(&mut rollout, &just(service), 30),
        Verdict::InProgress
    );
    let mut service = done();
    service.deployments[0].rollout = None;
    assert_eq!(verdict(&mut rollout, &just(service), 60).name(), "deployed");
}
