//! What is told on the way: each thing once, in order, and nothing from before.

use super::*;
use crate::domain::service::GuardStatus;
use crate::domain::service::LifecycleStage;
use crate::domain::service::samples::{crashed, task};

fn kinds(events: &[RolloutEvent]) -> Vec<&'static str> {
    events.iter().map(RolloutEvent::kind).collect()
}

fn texts(events: &[RolloutEvent], kind: &str) -> Vec<String> {
    events
        .iter()
        .filter(|event| event.kind() == kind)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn service_events_are_told_oldest_first_and_once() {
    let mut rollout = linked(goal());
    let mut service = rolling();
    service.events = vec![service_event("second", 240), service_event("first", 220)];
    let seen = moment(service, ours(ServiceDeploymentStatus::InProgress));
    let (events, _) = rollout.observe(&seen, seconds(5));
    assert_eq!(
        texts(&events, "service-event"),
        ["(service web) first", "(service web) second"]
    );
    let (events, _) = rollout.observe(&seen, seconds(6));
    assert!(events.is_empty(), "{events:?}");
}

#[test]
fn service_events_from_before_the_deployment_are_not_told() {
    let mut before = steady();
    before.events = vec![service_event("known", 250)];
    let mut begin = start();
    begin.before = Before::of(&before, &[]);
    let mut rollout = Rollout::new(begin, goal());
    let mut service = rolling();
    service.events = vec![
        service_event("known", 250),
        service_event("written late, but from before", OURS - 1),
    ];
    let seen = Observation {
        service: Read::Got(service),
        ..Observation::default()
    };
    let (events, _) = rollout.observe(&seen, seconds(5));
    assert_eq!(texts(&events, "service-event"), Vec::<String>::new());
}

#[test]
fn the_numbers_of_tasks_are_told_when_they_change() {
    let mut rollout = linked(goal());
    let mut counts = ours(ServiceDeploymentStatus::InProgress);
    if let Some(target) = &mut counts.target {
        target.running = 1;
        target.pending = 1;
    }
    let seen = moment(rolling(), counts);
    let (events, _) = rollout.observe(&seen, seconds(5));
    assert_eq!(
        texts(&events, "progress"),
        ["1 of 2 tasks running, 1 starting, 2 old"]
    );
    let (events, _) = rollout.observe(&seen, seconds(6));
    assert_eq!(texts(&events, "progress"), Vec::<String>::new());
}

#[test]
fn starts_and_failures_of_our_tasks_are_grouped_and_those_of_others_left_out() {
    let mut rollout = linked(goal());
    let mut seen = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    seen.tasks = Read::Got(vec![
        task("aa", OURS),
        crashed("bb", OURS, 1),
        crashed("cc", OURS, 1),
        crashed("dd", 100, 1),
    ]);
    let (events, _) = rollout.observe(&seen, seconds(5));
    assert_eq!(
        texts(&events, "tasks-started"),
        ["3 tasks began to run: `aa`, `bb`, `cc`"]
    );
    let failures = texts(&events, "tasks-failed");
    assert_eq!(failures.len(), 1);
    assert!(failures[0].starts_with("2 tasks stopped"), "{failures:?}");
    let (events, _) = rollout.observe(&seen, seconds(6));
    assert!(!kinds(&events).contains(&"tasks-failed"));
}

#[test]
fn stages_are_told_forward_only() {
    let mut rollout = linked(goal());
    let mut told = Vec::new();
    for (at, stage) in [
        (1, "SCALE_UP"),
        (2, "PRODUCTION_TRAFFIC_SHIFT"),
        (3, "SCALE_UP"),
        (4, "SOMETHING_NEW"),
        (5, "BAKE_TIME"),
    ] {
        let mut now = ours(ServiceDeploymentStatus::InProgress);
        now.stage = LifecycleStage::new(stage);
        let (events, _) = rollout.observe(&moment(rolling(), now), seconds(at));
        told.extend(texts(&events, "stage"));
    }
    assert_eq!(
        told,
        [
            "stage SCALE_UP",
            "stage PRODUCTION_TRAFFIC_SHIFT",
            "stage SOMETHING_NEW",
            "stage BAKE_TIME"
        ]
    );
}

#[test]
fn guards_are_told_as_they_stand_and_as_they_count() {
    let mut rollout = linked(goal());
    let mut now = ours(ServiceDeploymentStatus::InProgress);
    now.breaker_failures = 1;
    now.alarms = Some(GuardStatus::Disabled);
    let (events, _) = rollout.observe(&moment(rolling(), now.clone()), seconds(5));
    assert_eq!(
        texts(&events, "guard"),
        ["circuit breaker: MONITORING"],
        "that the alarms are off was said before the start"
    );
    assert_eq!(
        texts(&events, "breaker-count"),
        ["circuit breaker counts 1 of 3 failures"]
    );
    now.breaker_failures = 0;
    let (events, _) = rollout.observe(&moment(rolling(), now.clone()), seconds(6));
    assert!(!kinds(&events).contains(&"breaker-count"));
    // One that is off counts to nothing.
    now.breaker_failures = 9;
    now.breaker_threshold = 0;
    let (events, _) = rollout.observe(&moment(rolling(), now), seconds(7));
    assert!(!kinds(&events).contains(&"breaker-count"));
}

#[test]
fn why_it_goes_back_is_told_once() {
    let mut rollout = linked(goal());
    let mut now = ours(ServiceDeploymentStatus::InProgress);
    rollout.observe(&moment(rolling(), now.clone()), seconds(5));
    now.status = ServiceDeploymentStatus::RollbackInProgress;
    now.reason = "the threshold was exceeded".to_owned();
    let (events, _) = rollout.observe(&moment(rolling(), now.clone()), seconds(6));
    now.status = ServiceDeploymentStatus::RollbackSuccessful;
    let (more, _) = rollout.observe(&moment(rolling(), now), seconds(7));
    let told: Vec<String> = events
        .iter()
        .chain(&more)
        .map(ToString::to_string)
        .collect();
    let reasons = told
        .iter()
        .filter(|text| text.contains("threshold was exceeded"));
    assert_eq!(reasons.count(), 1, "{told:?}");
    let facts: Vec<String> = more
        .iter()
        .map(|event| format!("{:?}", event.facts()))
        .collect();
    assert!(
        facts
            .iter()
            .any(|facts| facts.contains("threshold was exceeded")),
        "{facts:?}"
    );
}

#[test]
fn stages_run_again_when_ecs_goes_back() {
    let mut rollout = linked(goal());
    let mut told = Vec::new();
    for (at, status, stage) in [
        (1, ServiceDeploymentStatus::InProgress, "BAKE_TIME"),
        (
            2,
            ServiceDeploymentStatus::RollbackInProgress,
            "PRODUCTION_TRAFFIC_SHIFT",
        ),
    ] {
        let mut now = ours(status);
        now.stage = LifecycleStage::new(stage);
        let (events, _) = rollout.observe(&moment(rolling(), now), seconds(at));
        told.extend(texts(&events, "stage"));
    }
    assert_eq!(told, ["stage BAKE_TIME", "stage PRODUCTION_TRAFFIC_SHIFT"]);
}

#[test]
fn failures_that_were_counted_are_not_forgotten_when_the_count_starts_anew() {
    let mut rollout = linked(goal());
    let mut service = rolling();
    service.deployments[0].failed_tasks = 2;
    rollout.observe(
        &moment(service.clone(), ours(ServiceDeploymentStatus::InProgress)),
        seconds(1),
    );
    service.deployments[0].failed_tasks = 0;
    rollout.observe(
        &moment(service, ours(ServiceDeploymentStatus::InProgress)),
        seconds(2),
    );
    assert_eq!(rollout.watch.told_progress().unwrap_or_default().failed, 2);
}
