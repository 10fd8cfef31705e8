//! Deployments that something else started: what they began with, and what is made of them at a glance.

use super::*;
use crate::domain::service::samples::crashed;

fn revisions() -> Vec<ServiceRevision> {
    let mut before = target_revision("sha256:00");
    before.arn = revision(100);
    before.task_definition = definition(1);
    vec![target_revision("sha256:aa"), before]
}

fn glancing(mut rollout: Rollout) -> Rollout {
    rollout.watch.glance();
    rollout
}

fn attached(deployment: &ServiceDeployment, service: &ServiceState) -> Rollout {
    let start = Start::of_known(deployment, service, &revisions(), Vec::new()).unwrap();
    Rollout::attached(start, deployment.arn.clone(), goal())
}

#[test]
fn the_start_of_a_deployment_is_read_from_what_it_left() {
    let deployment = ours(ServiceDeploymentStatus::InProgress);
    let rollout = attached(&deployment, &rolling());
    let start = rollout.start();
    assert_eq!(start.id, id(OURS));
    assert_eq!(start.task_definition, definition(2));
    assert_eq!(start.before.primary, Some(id(100)));
    assert_eq!(start.before.task_definition, definition(1));
    assert!(start.before.rolls_back);
    assert_eq!(rollout.service_deployment(), Some(&deployment.arn));
}

#[test]
fn without_revisions_the_entries_of_the_service_name_the_task_definitions() {
    let deployment = ours(ServiceDeploymentStatus::InProgress);
    let start = Start::of_known(&deployment, &rolling(), &[], Vec::new()).unwrap();
    assert_eq!(start.task_definition, definition(2));
    assert_eq!(start.before.task_definition, definition(1));
    let mut nameless = deployment;
    nameless.target = None;
    assert!(Start::of_known(&nameless, &rolling(), &[], Vec::new()).is_none());
}

#[test]
fn an_attached_deployment_ends_as_one_that_was_started_here() {
    for (status, service, name) in [
        (ServiceDeploymentStatus::Successful, done(), "deployed"),
        (
            ServiceDeploymentStatus::RollbackSuccessful,
            steady(),
            "rolled-back",
        ),
        (
            ServiceDeploymentStatus::RollbackFailed,
            steady(),
            "rollback-failed",
        ),
    ] {
        let deployment = ours(status);
        let mut rollout = attached(&deployment, &service);
        let verdict = verdict(&mut rollout, &moment(service, deployment), 0);
        assert_eq!(verdict.name(), name);
    }
}

#[test]
fn its_events_since_it_began_are_told_and_no_older_ones() {
    let deployment = ours(ServiceDeploymentStatus::InProgress);
    let mut service = rolling();
    service.events = vec![
        service_event("since", OURS + 5),
        service_event("older", OURS - 5),
    ];
    let mut rollout = attached(&deployment, &service);
    let (events, _) = rollout.observe(&moment(service, deployment), seconds(0));
    let told = events
        .iter()
        .filter(|event| event.kind() == "service-event");
    assert_eq!(told.count(), 1);
    assert!(!events.iter().any(|event| event.kind() == "source-moved"));
}

#[test]
fn how_long_it_took_is_told_by_the_clock_of_ecs() {
    let mut deployment = ours(ServiceDeploymentStatus::Successful);
    deployment.finished_at = Some(at(OURS + 95));
    let mut rollout = attached(&deployment, &done());
    assert_eq!(rollout.took_by_ecs(), None);
    verdict(&mut rollout, &moment(done(), deployment.clone()), 1);
    assert_eq!(rollout.took_by_ecs(), Some(seconds(95)));
    let mut started_here = linked(goal());
    verdict(&mut started_here, &moment(done(), deployment), 60);
    assert_eq!(started_here.took_by_ecs(), None);
}

#[test]
fn at_a_glance_two_looks_are_enough_to_believe_what_would_be_waited_for() {
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let mut patient = attached(&stopped, &steady());
    let mut glance = glancing(attached(&stopped, &steady()));
    for rollout in [&mut patient, &mut glance] {
        let seen = moment(steady(), stopped.clone());
        assert_eq!(verdict(rollout, &seen, 0), Verdict::InProgress);
        assert!(rollout.is_doubtful());
    }
    let seen = moment(steady(), stopped);
    assert_eq!(verdict(&mut patient, &seen, 1), Verdict::InProgress);
    assert_eq!(verdict(&mut glance, &seen, 1).name(), "stopped");
}

#[test]
fn a_deployment_that_was_replaced_since_is_superseded_at_a_glance() {
    let deployment = ours(ServiceDeploymentStatus::Successful);
    let mut service = steady();
    service.deployments = vec![deployment_of(300)];
    let mut rollout = glancing(attached(&deployment, &service));
    let seen = moment(service, deployment);
    verdict(&mut rollout, &seen, 0);
    assert_eq!(verdict(&mut rollout, &seen, 1).name(), "superseded");
}

fn deployment_of(number: u64) -> crate::domain::service::Deployment {
    deployment(number, 3)
}

#[test]
fn the_newest_entry_is_judged_where_nothing_else_can_be_read() {
    let mut failed = deployment(OURS, 2);
    failed.role = DeploymentRole::Active;
    failed.rollout = Some(RolloutState::Failed);
    failed.reason = "tasks failed to start.".to_owned();
    let mut service = steady();
    service.deployments.push(failed.clone());
    let start = Start::of_entry(&failed, &service, Vec::new());
    assert_eq!(start.before.task_definition, definition(1));
    let mut rollout = glancing(Rollout::unlinked(start, goal()));
    let seen = Observation {
        service: Read::Got(service),
        ..Observation::default()
    };
    assert_eq!(verdict(&mut rollout, &seen, 0).name(), "rolled-back");
    assert!(rollout.forgotten()[0].contains("no service deployment"));
}

#[test]
fn what_is_not_known_any_more_is_said() {
    let deployment = ours(ServiceDeploymentStatus::RollbackSuccessful);
    let mut service = steady();
    service.events = (0..100)
        .map(|number| service_event(&format!("e{number}"), OURS + 500 - number))
        .collect();
    let mut gone = attached(&deployment, &service);
    let mut seen = moment(service, deployment);
    seen.tasks = Read::Got(vec![crashed("old", 100, 1)]);
    verdict(&mut gone, &seen, 0);
    let forgotten = gone.forgotten().join("\n");
    assert!(forgotten.contains("what its tasks said"), "{forgotten}");
    assert!(
        forgotten.contains("its first service events"),
        "{forgotten}"
    );
    gone.remember(&[crashed("aa", OURS, 1)]);
    assert_eq!(gone.forgotten().len(), 1);
}
