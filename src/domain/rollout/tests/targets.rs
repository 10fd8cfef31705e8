//! When targets are read, whose they are, and what is told of them.

use super::*;
use crate::domain::service::samples::{crashed, pause, task};
use crate::domain::service::{GuardStatus, Hook, HookStatus, LifecycleStage, StopCode};
use crate::domain::target_health::tests::failing;
use crate::domain::target_health::{TargetHealth, TargetState};

const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0f";

/// The service while all new tasks run and none of the old ones leaves.
fn stuck() -> ServiceState {
    let mut service = rolling();
    service.deployments[0].counts.running = 2;
    service.deployments[0].counts.pending = 0;
    service
}

fn in_progress(service: ServiceState) -> Observation {
    moment(service, ours(ServiceDeploymentStatus::InProgress))
}

fn timeout(address: &str) -> TargetHealth {
    failing(address, "Target.Timeout", "Request timed out")
}

/// A rollout of ours that knows one task of ours, by its address.
fn with_task(address: &str) -> Rollout {
    let mut rollout = linked(goal());
    let mut ours = task("aa", OURS);
    ours.addresses = vec![address.to_owned()];
    rollout.remember(&[ours]);
    rollout
}

#[test]
fn targets_are_not_read_while_a_deployment_gets_on() {
    let mut rollout = linked(goal());
    for second in 2..40 {
        verdict(&mut rollout, &in_progress(stuck()), second);
        assert!(rollout.targets_wanted().is_empty(), "{second}");
    }
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    verdict(&mut rollout, &end, 40);
    assert!(rollout.targets_wanted().is_empty());
}

#[test]
fn targets_are_read_when_all_tasks_run_and_nothing_happens_but_not_for_ever() {
    let mut rollout = linked(goal());
    let mut reads = Vec::new();
    for second in 2..300 {
        verdict(&mut rollout, &in_progress(stuck()), second);
        if !rollout.targets_wanted().is_empty() {
            assert_eq!(rollout.targets_wanted(), [GROUP]);
            reads.push(second);
            assert!(rollout.observe_targets(Vec::new()).is_empty());
        }
    }
    assert_eq!(reads, [47, 57, 67]);
}

#[test]
fn a_sign_of_trouble_is_followed_by_a_look() {
    let mut rollout = linked(goal());
    let mut service = stuck();
    verdict(&mut rollout, &in_progress(service.clone()), 5);
    assert!(rollout.targets_wanted().is_empty());
    service.events = vec![ServiceEvent {
        id: "e1".to_owned(),
        at: Some(at(OURS + 6)),
        message: "(service web) (port 80) is unhealthy in (target-group x)".to_owned(),
    }];
    verdict(&mut rollout, &in_progress(service.clone()), 6);
    assert_eq!(rollout.targets_wanted(), [GROUP]);
    rollout.observe_targets(vec![timeout("10.0.0.1")]);
    verdict(&mut rollout, &in_progress(service), 20);
    assert!(rollout.targets_wanted().is_empty(), "the sign is the same");
}

#[test]
fn the_same_trouble_is_told_once_and_the_targets_of_others_never() {
    let mut rollout = with_task("10.0.0.1");
    let first = rollout.observe_targets(vec![timeout("10.0.0.1"), timeout("10.0.0.9")]);
    let [RolloutEvent::TargetsFailing(trouble)] = first.as_slice() else {
        panic!("{first:?}");
    };
    assert_eq!((trouble.count, trouble.sample.as_str()), (1, "10.0.0.1:80"));
    let again = rollout.observe_targets(vec![timeout("10.0.0.1")]);
    assert!(again.is_empty());
    let other = failing("10.0.0.1", "Target.ResponseCodeMismatch", "codes: [503]");
    assert_eq!(rollout.observe_targets(vec![other]).len(), 1);
}

#[test]
fn a_reason_that_was_seen_is_kept_after_the_target_is_gone() {
    let mut rollout = with_task("10.0.0.1");
    rollout.observe_targets(vec![timeout("10.0.0.1")]);
    let mut stopped = crashed("aa", OURS, 143);
    stopped.stop_code = Some(StopCode::SchedulerInitiated);
    stopped.stopped_reason = Some("Task failed ELB health checks in (target-group x)".to_owned());
    rollout.remember(&[stopped]);
    let mut leaving = timeout("10.0.0.1");
    leaving.state = TargetState::Draining;
    assert!(rollout.observe_targets(vec![leaving]).is_empty());
    let diagnosis = rollout.diagnosis();
    assert_eq!(diagnosis.findings.len(), 1, "{diagnosis}");
    let cause = diagnosis.findings[0].cause.unwrap();
    assert_eq!(cause.kind, "target-timeout");
}

#[test]
fn targets_that_can_not_be_read_are_asked_for_once() {
    let mut rollout = linked(goal());
    for second in 2..60 {
        verdict(&mut rollout, &in_progress(stuck()), second);
    }
    assert!(!rollout.targets_wanted().is_empty());
    assert!(rollout.watch.targets_unavailable(), "news");
    assert!(!rollout.watch.targets_unavailable());
    assert!(rollout.targets_wanted().is_empty());
}

#[test]
fn the_groups_are_those_of_the_revision_and_else_those_of_the_service() {
    let mut rollout = linked(goal());
    assert_eq!(rollout.target_groups(), [GROUP]);
    let mut seen = in_progress(stuck());
    let green = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/0a";
    let mut revision = target_revision("sha256:aa");
    revision.target_groups = vec![green.to_owned()];
    seen.revision = Read::Got(revision);
    verdict(&mut rollout, &seen, 5);
    assert_eq!(rollout.target_groups(), [green]);
}

#[test]
fn later_stages_of_a_deployment_that_moves_traffic_are_left_alone() {
    let mut rollout = linked(goal());
    for second in 2..200 {
        let mut deployment = ours(ServiceDeploymentStatus::InProgress);
        deployment.stage = LifecycleStage::new("BAKE_TIME");
        verdict(&mut rollout, &moment(stuck(), deployment), second);
        assert!(rollout.targets_wanted().is_empty(), "{second}");
    }
}

#[test]
fn alarms_and_hooks_are_causes_also_if_the_reason_leaves_them_out() {
    let mut rollout = linked(goal());
    let mut deployment = ours(ServiceDeploymentStatus::RollbackInProgress);
    deployment.alarms = Some(GuardStatus::Triggered);
    deployment.alarms_triggered = vec!["errors".to_owned()];
    verdict(&mut rollout, &moment(rolling(), deployment.clone()), 5);
    assert_eq!(rollout.alarms_fired(), ["errors"]);
    let text = rollout.diagnosis().to_string();
    assert!(text.contains("deployment alarms fired: `errors`"), "{text}");
    deployment.alarms = None;
    let function = Some("arn:aws:lambda:us-east-1:123456789012:function:check".to_owned());
    for (status, target, kind) in [
        (HookStatus::TimedOut, None, "hook-timeout"),
        (HookStatus::Failed, None, "hook-rejected"),
        (HookStatus::Failed, function, "hook-failed"),
    ] {
        deployment.hooks = vec![Hook {
            status,
            target,
            ..pause("h1")
        }];
        verdict(&mut rollout, &moment(rolling(), deployment.clone()), 6);
        let diagnosis = rollout.diagnosis();
        let cause = diagnosis.findings[0].cause.unwrap();
        assert_eq!(cause.kind, kind);
    }
}
