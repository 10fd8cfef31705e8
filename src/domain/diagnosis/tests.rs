//! Failures as ECS words them, and what is made of them.

use super::*;
use crate::domain::service::samples::{crashed, task};
use crate::domain::service::{HealthStatus, StopCode};

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

/// Rows, and reasons as ECS words them.
const FORMS: &[(&str, &str)] = &[
    (
        "image-not-found",
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref r/web:9: r/web:9: not found",
    ),
    (
        "image-pull-not-allowed",
        "CannotPullContainerError: The task can't pull the image. Check that the role has the permissions to pull images from the registry",
    ),
    (
        "registry-unreachable",
        "CannotPullContainerError: The task cannot pull 'web' from the Amazon ECR repository 'r'. There is a connection issue between the task and Amazon ECR",
    ),
    (
        "registry-no-answer",
        "API error (500): Get https://r/v2/: net/http: request canceled while waiting for connection",
    ),
    (
        "registry-timeout",
        "CannotPullContainerError: dial tcp 10.0.0.7:443: i/o timeout",
    ),
    (
        "layer-not-downloaded",
        "ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code https://x: 403 Forbidden",
    ),
    (
        "repository-unknown",
        "CannotPullContainerError: pull access denied for web, repository does not exist or may require 'docker login'",
    ),
    (
        "pull-rate-limited",
        "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit",
    ),
    (
        "image-platform",
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    (
        "disk-full",
        "CannotPullContainerError: write /var/lib/x/GetImageBlob1: no space left on device",
    ),
    (
        "image-not-pulled",
        "CannotPullContainerError: something nobody has seen",
    ),
    (
        "registry-login-unreachable",
        "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR",
    ),
    (
        "registry-login-not-allowed",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: AccessDeniedException",
    ),
    (
        "secret-not-allowed",
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDeniedException: not authorized",
    ),
    (
        "secret-not-found",
        "ResourceInitializationError: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    ),
    (
        "secret-unreachable",
        "ResourceInitializationError: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and it",
    ),
    (
        "parameter-not-found",
        "ResourceInitializationError: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /app/key",
    ),
    (
        "secret-key-missing",
        "ResourceInitializationError: retrieved secret from Secrets Manager did not contain json key password",
    ),
    (
        "log-group-missing",
        "ResourceInitializationError: failed to validate logger args: ResourceNotFoundException: The specified log group does not exist.",
    ),
    (
        "log-not-allowed",
        "ResourceInitializationError: failed to validate logger args: AccessDeniedException: not authorized to perform: logs:CreateLogStream",
    ),
    (
        "log-region-missing",
        "ResourceInitializationError: unable to get awslogs driver arguments: awslogs-region is required",
    ),
    (
        "volume-not-mounted",
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: timed out",
    ),
    (
        "role-not-assumed",
        "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided for this task.",
    ),
    (
        "subnet-full",
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet 'subnet-1'",
    ),
    (
        "command-not-started",
        "CannotStartContainerError: exec: \"run\": executable file not found in $PATH",
    ),
    (
        "task-not-prepared",
        "ResourceInitializationError: something nobody has seen",
    ),
];

#[test]
fn what_stops_a_task_from_starting_is_named() {
    for (row, reason) in FORMS {
        assert_eq!(only_cause(&failed_to_start("a", reason)), *row, "{reason}");
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
