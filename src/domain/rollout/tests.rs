//! Deployments as they were seen to go, and what is made of them. Each is told as a list of moments.

use super::*;
use crate::domain::service::samples::{
    at, brief, definition, deployment, id, revision, service_deployment, steady,
};
use crate::domain::service::{
    DeploymentRole, RevisionImage, ServiceDeploymentStatus, ServiceEvent, ServiceState,
};

mod confirmed;
mod course;
mod entries;
mod goals;
mod known;
mod links;
mod narrated;
mod pacing;
mod targets;

/// The number of our deployment; the one before is 100.
pub(super) const OURS: u64 = 200;

pub(super) fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

pub(super) fn goal() -> Goal {
    Goal {
        wait_until: WaitUntil::Completed,
        timeout: Duration::from_mins(30),
        fail_fast: None,
        on_pause: OnPause::Exit,
    }
}

pub(super) fn start() -> Start {
    Start {
        id: id(OURS),
        created_at: Some(at(OURS)),
        task_definition: definition(2),
        moved: true,
        desired: 2,
        digests: Vec::new(),
        before: Before::of(&steady(), &[]),
    }
}

/// A rollout whose service deployment `d200` was found.
pub(super) fn linked(goal: Goal) -> Rollout {
    let mut rollout = Rollout::new(start(), goal);
    let pending = ours(ServiceDeploymentStatus::Pending);
    let seen = Observation {
        service: Read::Got(rolling()),
        listed: Read::Got(vec![brief(&pending)]),
        ..Observation::default()
    };
    let (events, verdict) = rollout.observe(&seen, seconds(1));
    assert!(matches!(events[0], RolloutEvent::Linked { .. }));
    assert_eq!(verdict, Verdict::InProgress);
    rollout
}

pub(super) fn ours(status: ServiceDeploymentStatus) -> ServiceDeployment {
    service_deployment("d200", OURS, status)
}

/// The service while ours starts: ours is primary, the old one still has its tasks.
pub(super) fn rolling() -> ServiceState {
    let mut service = steady();
    let mut old = deployment(100, 1);
    old.role = DeploymentRole::Active;
    let mut new = deployment(OURS, 2);
    new.rollout = Some(RolloutState::InProgress);
    new.counts.running = 0;
    new.counts.pending = 2;
    service.deployments = vec![new, old];
    service
}

/// The service when ours is done.
pub(super) fn done() -> ServiceState {
    let mut service = steady();
    service.deployments = vec![deployment(OURS, 2)];
    service
}

pub(super) fn target_revision(digest: &str) -> ServiceRevision {
    ServiceRevision {
        arn: revision(OURS),
        task_definition: definition(2),
        images: vec![RevisionImage {
            container: "web".to_owned(),
            image: "registry.example/web:2".to_owned(),
            digest: Some(digest.to_owned()),
        }],
        target_groups: Vec::new(),
    }
}

pub(super) fn moment(service: ServiceState, deployment: ServiceDeployment) -> Observation {
    Observation {
        service: Read::Got(service),
        deployment: Read::Got(deployment),
        revision: Read::Got(target_revision("sha256:aa")),
        ..Observation::default()
    }
}

pub(super) fn verdict(rollout: &mut Rollout, seen: &Observation, at: u64) -> Verdict {
    rollout.observe(seen, seconds(at)).1
}

#[test]
fn a_deployment_that_succeeds_and_runs_is_deployed() {
    let mut rollout = linked(goal());
    let running = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    assert_eq!(verdict(&mut rollout, &running, 5), Verdict::InProgress);
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    let Verdict::Deployed(receipt) = verdict(&mut rollout, &end, 60) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(receipt.task_definition, definition(2));
    assert_eq!(receipt.images[0].digest.as_deref(), Some("sha256:aa"));
}

#[test]
fn a_final_verdict_stays() {
    let mut rollout = linked(goal());
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    let first = verdict(&mut rollout, &end, 60);
    let late = moment(steady(), ours(ServiceDeploymentStatus::RollbackFailed));
    assert_eq!(rollout.observe(&late, seconds(61)), (Vec::new(), first));
}

#[test]
fn a_rollback_is_a_failure_although_the_service_is_stable() {
    let mut rollout = linked(goal());
    let mut back = ours(ServiceDeploymentStatus::RollbackInProgress);
    back.rollback = Some(crate::domain::service::RollbackFact {
        reason: "the circuit breaker threshold was exceeded.".to_owned(),
        revision: Some(revision(100)),
    });
    let (events, now) = rollout.observe(&moment(rolling(), back.clone()), seconds(90));
    assert_eq!(now, Verdict::InProgress);
    assert!(events.iter().any(|event| event.kind() == "rolling-back"));
    back.status = ServiceDeploymentStatus::RollbackSuccessful;
    assert_eq!(
        verdict(&mut rollout, &moment(steady(), back), 120),
        Verdict::RolledBack {
            reason: "the circuit breaker threshold was exceeded".to_owned(),
            to: Some(definition(1)),
        }
    );
}

#[test]
fn a_rollback_names_the_revision_it_went_to_even_if_that_is_not_the_one_right_before() {
    let mut rollout = linked(goal());
    let mut back = ours(ServiceDeploymentStatus::RollbackSuccessful);
    back.rollback = Some(crate::domain::service::RollbackFact {
        reason: String::new(),
        revision: Some(revision(90)),
    });
    let mut service = steady();
    service.deployments = vec![deployment(90, 7)];
    let Verdict::RolledBack { to, .. } = verdict(&mut rollout, &moment(service, back), 60) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(to, Some(definition(7)));
}

#[test]
fn a_service_that_runs_ours_once_and_is_then_rolled_back_is_not_deployed() {
    let mut rollout = linked(goal());
    let all_run = moment(done(), ours(ServiceDeploymentStatus::InProgress));
    assert_eq!(
        verdict(&mut rollout, &all_run, 30),
        Verdict::InProgress,
        "all tasks of ours run and the service is stable, but ECS is not done"
    );
    let back = ours(ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(
        verdict(&mut rollout, &moment(steady(), back), 60).name(),
        "rolled-back"
    );
}

#[test]
fn a_rollback_of_the_same_task_definition_is_still_a_rollback() {
    let mut forced = start();
    forced.task_definition = definition(1);
    let mut rollout = Rollout {
        start: forced,
        ..linked(goal())
    };
    let back = ours(ServiceDeploymentStatus::RollbackSuccessful);
    assert_eq!(
        verdict(&mut rollout, &moment(steady(), back), 60).name(),
        "rolled-back"
    );
}

#[test]
fn a_rollback_that_fails_is_told_apart() {
    let mut rollout = linked(goal());
    let mut failed = ours(ServiceDeploymentStatus::RollbackFailed);
    failed.reason = "No rollback candidate was found to run the rollback.".to_owned();
    assert_eq!(
        verdict(&mut rollout, &moment(rolling(), failed), 60),
        Verdict::RollbackFailed {
            reason: "No rollback candidate was found to run the rollback".to_owned()
        }
    );
}

#[test]
fn a_breaker_without_rollback_fails_the_deployment_at_once() {
    let mut rollout = linked(goal());
    let mut stopped = ours(ServiceDeploymentStatus::Stopped);
    stopped.breaker = Some(crate::domain::service::GuardStatus::Triggered);
    assert_eq!(
        verdict(&mut rollout, &moment(rolling(), stopped), 60).name(),
        "failed"
    );
}

#[test]
fn an_entry_that_failed_makes_a_stopped_deployment_a_failed_one() {
    let mut rollout = linked(goal());
    let mut service = rolling();
    service.deployments[0].rollout = Some(RolloutState::Failed);
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    assert_eq!(
        verdict(&mut rollout, &moment(service, stopped), 60).name(),
        "failed"
    );
}

#[test]
fn a_stopped_deployment_with_a_later_one_is_superseded_by_that_one() {
    let mut rollout = linked(goal());
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let theirs = service_deployment("d300", 300, ServiceDeploymentStatus::InProgress);
    let mut seen = moment(rolling(), stopped.clone());
    seen.listed = Read::Got(vec![brief(&theirs), brief(&stopped)]);
    assert_eq!(
        verdict(&mut rollout, &seen, 60),
        Verdict::Superseded {
            by: Successor::Service(theirs.arn)
        }
    );
}

#[test]
fn a_later_deployment_that_is_listed_late_is_still_found() {
    let mut rollout = linked(goal());
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let seen = moment(rolling(), stopped.clone());
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
    assert!(rollout.wanted(&Read::NotRead).list.is_some());
    assert_eq!(rollout.pause(), seconds(1));
    let theirs = service_deployment("d300", 300, ServiceDeploymentStatus::Pending);
    let mut later = seen;
    later.listed = Read::Got(vec![brief(&theirs), brief(&stopped)]);
    assert_eq!(verdict(&mut rollout, &later, 62).name(), "superseded");
}

#[test]
fn ours_does_not_supersede_itself() {
    let mut rollout = linked(goal());
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let mut seen = moment(rolling(), stopped.clone());
    seen.listed = Read::Got(vec![brief(&stopped)]);
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &seen, 76).name(), "stopped");
}

#[test]
fn a_deployment_that_was_known_before_never_supersedes_ours() {
    let mut rollout = linked(goal());
    let mut known = service_deployment("d050", 50, ServiceDeploymentStatus::Pending);
    known.created_at = None;
    rollout
        .start
        .before
        .service_deployments
        .insert(known.arn.clone());
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let mut seen = moment(rolling(), stopped);
    seen.listed = Read::Got(vec![brief(&known)]);
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
}

#[test]
fn an_entry_that_is_older_than_ours_does_not_supersede_it() {
    let mut rollout = linked(goal());
    let mut service = steady();
    service.deployments = vec![deployment(150, 1)];
    let stopped = moment(service.clone(), ours(ServiceDeploymentStatus::Stopped));
    assert_eq!(verdict(&mut rollout, &stopped, 60), Verdict::InProgress);
    service.deployments = vec![deployment(250, 1)];
    let newer = moment(service, ours(ServiceDeploymentStatus::Stopped));
    assert_eq!(
        verdict(&mut rollout, &newer, 65),
        Verdict::Superseded {
            by: Successor::Entry(id(250), definition(1))
        }
    );
}

#[test]
fn a_deployment_from_before_never_supersedes_ours() {
    let mut rollout = linked(goal());
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let older = service_deployment("d050", 50, ServiceDeploymentStatus::Successful);
    let mut seen = moment(rolling(), stopped.clone());
    seen.listed = Read::Got(vec![brief(&stopped), brief(&older)]);
    assert_eq!(verdict(&mut rollout, &seen, 60), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &seen, 76).name(), "stopped");
}

#[test]
fn a_hook_that_waits_for_a_person_pauses_the_deployment() {
    let mut rollout = linked(goal());
    let mut paused = ours(ServiceDeploymentStatus::InProgress);
    paused.hooks = vec![crate::domain::service::samples::pause("hook-1")];
    let Verdict::Paused { approvals } = verdict(&mut rollout, &moment(rolling(), paused), 60)
    else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(approvals[0].hook, "hook-1");
}

#[test]
fn a_pause_that_is_waited_for_is_told_once_each_time_it_comes() {
    let mut rollout = linked(Goal {
        on_pause: OnPause::Wait,
        ..goal()
    });
    let mut paused = ours(ServiceDeploymentStatus::InProgress);
    let mut told = Vec::new();
    let mut look = |hooks: &[crate::domain::service::Hook], at| {
        paused.hooks = hooks.to_vec();
        let (events, verdict) = rollout.observe(&moment(rolling(), paused.clone()), seconds(at));
        assert_eq!(verdict, Verdict::InProgress);
        told.extend(events.into_iter().filter_map(|event| match event {
            RolloutEvent::AwaitingApproval(approval) => Some(format!("waits {}", approval.hook)),
            RolloutEvent::Hook(hook) => Some(format!("{} {}", hook.id, hook.status)),
            _ => None,
        }));
        rollout.standing()
    };
    let pause = crate::domain::service::samples::pause;
    let mut yes = pause("step-1");
    yes.status = crate::domain::service::HookStatus::Succeeded;
    assert_eq!(
        look(&[pause("step-1")], 60),
        "waiting for approval: `step-1`"
    );
    look(&[pause("step-1")], 65);
    assert!(look(std::slice::from_ref(&yes), 70).contains("tasks running"));
    // An older answer.
    look(&[pause("step-1")], 71);
    look(&[yes, pause("step-2")], 80);
    assert_eq!(told, ["waits step-1", "step-1 SUCCEEDED", "waits step-2"]);
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &end, 90).name(), "deployed");
}

#[test]
fn a_status_that_ecs_adds_later_means_that_it_runs() {
    let mut rollout = linked(goal());
    let odd = moment(rolling(), ours(ServiceDeploymentStatus::from("RESTING")));
    assert_eq!(verdict(&mut rollout, &odd, 60), Verdict::InProgress);
}

#[test]
fn a_service_that_is_deleted_meanwhile_fails_after_a_while() {
    let mut rollout = linked(goal());
    let missing = Observation {
        service: Read::Missing,
        ..Observation::default()
    };
    assert_eq!(verdict(&mut rollout, &missing, 10), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &missing, 69), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &missing, 70).name(), "failed");
}

#[test]
fn the_diagnosis_holds_what_our_tasks_died_of() {
    let mut rollout = linked(goal());
    let mut seen = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    seen.tasks = Read::Got(vec![
        crate::domain::service::samples::crashed("a", OURS, 3),
        crate::domain::service::samples::crashed("old", 100, 9),
    ]);
    let (events, _) = rollout.observe(&seen, seconds(20));
    assert!(events.iter().any(|event| event.kind() == "tasks-failed"));
    let diagnosis = rollout.diagnosis();
    assert_eq!(diagnosis.findings.len(), 1);
    assert!(diagnosis.to_string().contains("`web` exited with code 3"));
}

pub(super) fn service_event(name: &str, at_seconds: u64) -> ServiceEvent {
    ServiceEvent {
        id: name.to_owned(),
        at: Some(at(at_seconds)),
        message: format!("(service web) {name}"),
    }
}
