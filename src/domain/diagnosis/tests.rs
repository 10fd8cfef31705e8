//! Failures as ECS words them, and what is made of them.

use super::*;
use crate::domain::service::samples::{crashed, task};
use crate::domain::service::{HealthStatus, StopCode};

mod table;
mod told_once;

fn failed_to_start(name: &str, reason: &str) -> TaskState {
    let mut task = task(name, 7);
    "STOPPED".clone_into(&mut task.last_status);
    task.stop_code = Some(StopCode::FailedToStart);
    task.stopped_reason = Some(reason.to_owned());
    task
}

fn only_cause(task: &TaskState) -> &'static str {
    let diagnosis = Diagnosis::new([task], [], []);
    assert_eq!(diagnosis.findings.len(), 1, "{diagnosis}");
    diagnosis.findings[0].cause.expect("a cause").kind
}

#[test]
fn equal_crashes_are_one_finding_that_names_the_container_and_the_code() {
    let tasks = [
        crashed("aaaa", 7, 1),
        crashed("bbbb", 7, 1),
        crashed("cccc", 7, 1),
    ];
    let diagnosis = Diagnosis::new(&tasks, [], []);
    assert_eq!(diagnosis.findings.len(), 1);
    assert_eq!(diagnosis.findings[0].count, 3);
    let text = diagnosis.to_string();
    assert!(
        text.starts_with("3 tasks stopped: container `web` exited with code 1"),
        "{text}"
    );
    assert!(text.contains("last: `cccc`"), "{text}");
    let culprit = diagnosis.culprit().expect("a container died");
    assert_eq!(culprit.container, "web");
    assert!(culprit.task.ends_with("/cccc"));
}

#[test]
fn different_exit_codes_are_different_findings_and_the_frequent_one_comes_first() {
    let tasks = [crashed("a", 7, 2), crashed("b", 7, 1), crashed("c", 7, 1)];
    let diagnosis = Diagnosis::new(&tasks, [], []);
    let counts: Vec<usize> = diagnosis.findings.iter().map(|f| f.count).collect();
    assert_eq!(counts, [2, 1]);
}

#[test]
fn a_container_that_was_told_to_end_is_not_the_one_that_died() {
    let mut task = crashed("a", 7, 3);
    task.containers.swap(0, 1);
    let diagnosis = Diagnosis::new([&task], [], []);
    assert_eq!(diagnosis.culprit().expect("one died").container, "web");
}

#[test]
fn a_container_with_a_reason_goes_before_one_with_a_code() {
    let mut task = crashed("a", 7, 1);
    task.containers[1].exit_code = Some(137);
    task.containers[1].reason =
        Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
    let diagnosis = Diagnosis::new([&task], [], []);
    assert_eq!(diagnosis.culprit().expect("one died").container, "router");
    assert_eq!(only_cause(&task), "out-of-memory");
}

#[test]
fn tasks_that_the_scheduler_stops_to_make_room_are_no_failure() {
    let mut old = crashed("a", 7, 143);
    old.stop_code = Some(StopCode::SchedulerInitiated);
    old.stopped_reason = Some("Scaling activity initiated by (deployment ecs-svc/7)".to_owned());
    assert!(Diagnosis::new([&old], [], []).is_empty());
}

#[test]
fn tasks_that_the_scheduler_stops_because_they_are_unhealthy_are() {
    let mut unhealthy = crashed("a", 7, 143);
    unhealthy.stop_code = Some(StopCode::SchedulerInitiated);
    unhealthy.stopped_reason =
        Some("Task failed ELB health checks in (target-group arn:aws:x)".to_owned());
    assert_eq!(only_cause(&unhealthy), "target-unhealthy");
    unhealthy.stopped_reason = Some("Task failed container health checks".to_owned());
    unhealthy.containers[0].health = HealthStatus::Unhealthy;
    unhealthy.containers[0].exit_code = None;
    assert_eq!(only_cause(&unhealthy), "container-unhealthy");
}

#[test]
fn a_task_that_is_stopped_for_being_unhealthy_in_other_words_is_a_failure_too() {
    let mut unhealthy = crashed("a", 7, 143);
    unhealthy.stop_code = Some(StopCode::SchedulerInitiated);
    unhealthy.stopped_reason = Some("Task is unhealthy".to_owned());
    assert!(!Diagnosis::new([&unhealthy], [], []).is_empty());
}

#[test]
fn a_container_that_never_ran_has_no_code_and_no_log() {
    let mut task = failed_to_start("a", "CannotPullContainerError: not found");
    task.containers[0].reason = Some("CannotPullContainerError: not found".to_owned());
    let group = group_failures([&task]).remove(0);
    assert!(!group.has_run());
    assert!(group_failures([&crashed("a", 7, 1)]).remove(0).has_run());
}

#[test]
fn a_container_that_the_scheduler_told_to_end_did_not_end_by_itself() {
    let mut unhealthy = crashed("a", 7, 0);
    unhealthy.stop_code = Some(StopCode::SchedulerInitiated);
    unhealthy.stopped_reason = Some("Task failed ELB health checks".to_owned());
    let group = group_failures([&unhealthy]).remove(0);
    assert_eq!(group.ended_by_itself(), None);
    assert!(!group.to_string().contains("exited"), "{group}");
}

#[test]
fn running_tasks_are_no_failure() {
    assert!(Diagnosis::new([&task("a", 7)], [], []).is_empty());
}

#[test]
fn an_unknown_form_of_a_known_family_still_says_which_family() {
    for (kind, reason) in [
        (
            "image-not-pulled",
            "CannotPullContainerError: something nobody has seen",
        ),
        (
            "task-not-prepared",
            "ResourceInitializationError: something nobody has seen",
        ),
    ] {
        assert_eq!(only_cause(&failed_to_start("a", reason)), kind);
    }
}

#[test]
fn the_exit_code_is_the_cause_when_no_text_says_more() {
    for (code, row) in [
        (0, "exited-without-error"),
        (1, "exited"),
        (127, "command-not-found"),
        (134, "crashed"),
        (137, "killed"),
        (139, "crashed"),
    ] {
        assert_eq!(only_cause(&crashed("a", 7, code)), row, "{code}");
    }
}

#[test]
fn capacity_that_was_taken_back_is_not_blamed_on_the_version() {
    let mut task = crashed("a", 7, 137);
    task.stop_code = Some(StopCode::SpotInterruption);
    assert_eq!(only_cause(&task), "spot-interruption");
}

#[test]
fn events_are_recognised_and_counted_and_the_rest_is_left_out() {
    let place = "(service web) was unable to place a task because no container instance met all of its requirements.";
    let diagnosis = Diagnosis::new(
        [],
        [place, "(service web) has started 1 tasks: (task 1).", place],
        [],
    );
    assert_eq!(diagnosis.findings.len(), 1);
    assert_eq!(diagnosis.findings[0].count, 2);
    assert_eq!(
        diagnosis.findings[0].cause.map(|cause| cause.kind),
        Some("no-fitting-instance")
    );
}

fn kinds(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis
        .findings
        .iter()
        .map(|finding| finding.cause.map_or("none", |cause| cause.kind))
        .collect()
}

#[test]
fn what_only_follows_is_left_out_beside_what_it_follows_from() {
    let events = ["(service web) is unable to consistently start tasks successfully."];
    let reasons = [
        "ECS deployment circuit breaker: tasks failed to start.",
        "Service deployment rolled back because BAKE_TIME lifecycle hook(s) failed.",
    ];
    let crash = crashed("a", 7, 1);
    let diagnosis = Diagnosis::new([&crash], events, reasons);
    assert_eq!(kinds(&diagnosis), ["exited", "hook-failed"]);
    let diagnosis = Diagnosis::new([], events, [reasons[0]]);
    assert_eq!(kinds(&diagnosis), ["starts-failing", "circuit-breaker"]);
}

#[test]
fn the_same_cause_is_told_once_where_it_shows_best() {
    let reason = "CannotPullContainerError: failed to resolve ref r/web:9: not found";
    let event = format!("(service web) was unable to place a task. Reason: {reason}.");
    let task = failed_to_start("a", reason);
    let diagnosis = Diagnosis::new([&task], [event.as_str()], []);
    assert_eq!(kinds(&diagnosis), ["image-not-found"]);
    assert!(matches!(diagnosis.findings[0].symptom, Symptom::Tasks(_)));
    let diagnosis = Diagnosis::new([], [event.as_str()], []);
    assert_eq!(kinds(&diagnosis), ["image-not-found"]);
    let alarm = "Service deployment rolled back because of alarm(s): errors.";
    let diagnosis = Diagnosis::new([], [alarm], [alarm, alarm]);
    assert_eq!(kinds(&diagnosis), ["alarm"]);
}

#[test]
fn a_failure_that_no_row_knows_is_still_shown() {
    let mut task = failed_to_start("a", "SomethingNewError: flux");
    task.containers.clear();
    let diagnosis = Diagnosis::new([&task], [], []);
    assert_eq!(diagnosis.findings[0].cause, None);
    assert!(diagnosis.to_string().contains("SomethingNewError: flux"));
    assert_eq!(diagnosis.culprit(), None);
}
