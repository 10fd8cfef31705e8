//! Alarms before the start, targets in trouble, and what is done when neither can be read.

use super::*;
use crate::domain::alarm::{Alarm, AlarmState};
use crate::domain::service::{AlarmGuard, StopCode, TaskState};
use crate::domain::target_health::tests::failing;

fn guarded(mut story: Story) -> Story {
    let guard = AlarmGuard {
        names: vec!["errors".to_owned()],
        enabled: true,
        rollback: true,
        states: None,
    };
    story.service.alarms = Some(guard.clone());
    for moment in &mut story.moments {
        moment.service.alarms = Some(guard.clone());
    }
    story
}

fn alarm(state: AlarmState) -> Alarm {
    Alarm {
        name: "errors".to_owned(),
        state,
        reason: "Threshold Crossed: 7 errors".to_owned(),
    }
}

fn unhealthy(name: &str) -> TaskState {
    let mut task = crashed(name, NEW, 143);
    task.stop_code = Some(StopCode::SchedulerInitiated);
    task.stopped_reason = Some("Task failed ELB health checks in (target-group x)".to_owned());
    task.addresses = vec!["10.0.0.7".to_owned()];
    task
}

fn failing_checks(world: &World) {
    let target = failing(
        "10.0.0.7",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [503]",
    );
    let mut targets = world.neighbours.targets.borrow_mut();
    targets.insert(target.group.clone(), vec![target]);
}

#[test]
fn an_alarm_that_fires_already_is_said_before_the_update() {
    let world = World::with([guarded(good())]);
    *world.neighbours.alarms.borrow_mut() = vec![alarm(AlarmState::Alarm)];
    let (ended, events) = run(&world, &DEPLOY);
    assert!(ended.is_ok());
    let said = texts(&events);
    assert!(said.contains("fires already"), "{said}");
    let made = world.made();
    let at = |name: &str| made.iter().position(|call| call.starts_with(name)).unwrap();
    assert!(
        at("DescribeAlarms errors") < at("UpdateService"),
        "{made:?}"
    );
    assert_eq!(world.count("DescribeAlarms"), 1);
}

#[test]
fn a_service_without_alarms_and_a_deployment_without_trouble_ask_nobody() {
    let world = World::with([good()]);
    assert!(run(&world, &DEPLOY).0.is_ok());
    assert_eq!(world.count("DescribeAlarms"), 0);
    assert_eq!(world.count("DescribeTargetHealth"), 0);
}

#[test]
fn alarms_that_can_not_be_read_are_a_note_and_nothing_more() {
    let world = World::with([guarded(good())]);
    world.refused.borrow_mut().insert("DescribeAlarms");
    let (ended, events) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    let said = texts(&events);
    assert_eq!(
        said.matches("fires already is not known").count(),
        1,
        "{said}"
    );
}

#[test]
fn the_load_balancer_s_reason_is_the_cause_of_a_task_that_failed_its_checks() {
    let mut story = rolled_back();
    story.tasks = vec![unhealthy("aa"), unhealthy("bb")];
    let world = World::with([story]);
    failing_checks(&world);
    let (ended, events) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap_err().cause, Cause::DeploymentFailed);
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Blamed(blame) => Some(blame.kind.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["target-wrong-status"]);
    let mut told = super::kinds(&events);
    told.retain(|kind| *kind == "targets-failing");
    assert_eq!(told.len(), 1, "live, once");
}

#[test]
fn targets_that_can_not_be_read_are_said_once() {
    let mut story = rolled_back();
    story.tasks = vec![unhealthy("aa")];
    let world = World::with([story]);
    world.refused.borrow_mut().insert("DescribeTargetHealth");
    let (ended, events) = run(&world, &DEPLOY);
    assert_eq!(ended.unwrap_err().cause, Cause::DeploymentFailed);
    let said = texts(&events);
    assert_eq!(
        said.matches("says of its targets is not known").count(),
        1,
        "{said}"
    );
    assert_eq!(world.count("DescribeTargetHealth"), 1);
}

#[test]
fn a_log_that_says_more_than_the_exit_code_names_the_cause() {
    let mut story = rolled_back();
    story.tasks = vec![crashed("aa", NEW, 1)];
    let world = World::with([story]);
    let line = "exec /app/run: exec format error".to_owned();
    world
        .logs
        .borrow_mut()
        .insert("w/web/aa".to_owned(), vec![line]);
    let (_, events) = run(&world, &DEPLOY);
    let said = texts(&events);
    assert!(said.contains("built for another processor"), "{said}");
}
