//! What shows in several places is told once, by the words that say most.

use super::*;
use crate::domain::target_health::TargetHealth;
use crate::domain::target_health::tests::failing;

fn unhealthy(name: &str) -> TaskState {
    let mut task = crashed(name, 7, 143);
    task.stop_code = Some(StopCode::SchedulerInitiated);
    task.stopped_reason =
        Some("Task failed ELB health checks in (target-group arn:aws:x)".to_owned());
    task
}

fn wrong_status() -> TargetHealth {
    failing(
        "10.0.0.7",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [503]",
    )
}

#[test]
fn the_load_balancer_s_reason_is_the_cause_of_the_task_that_failed_its_checks() {
    let task = unhealthy("a");
    let diagnosis = Diagnosis::new([&task], [], []).with_targets(&[wrong_status()]);
    assert_eq!(kinds(&diagnosis), ["target-wrong-status"]);
    assert!(matches!(diagnosis.findings[0].symptom, Symptom::Tasks(_)));
    let text = diagnosis.to_string();
    assert!(text.contains("codes: [503]"), "{text}");
    let event = "(service web) (port 80) is unhealthy in (target-group arn:aws:x) due to (reason Health checks failed with these codes: [503])";
    let diagnosis = Diagnosis::new([&task], [event], []).with_targets(&[wrong_status()]);
    assert_eq!(kinds(&diagnosis), ["target-wrong-status"]);
    assert_eq!(diagnosis.findings[0].beside.len(), 1, "{diagnosis}");
}

#[test]
fn a_reason_is_recognised_alike_in_a_task_and_in_the_event_that_quotes_it() {
    let reason = "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDeniedException";
    let event = format!("(service web) was unable to place a task. Reason: {reason}.");
    let task = failed_to_start("a", reason);
    let diagnosis = Diagnosis::new([&task], [event.as_str()], []);
    assert_eq!(kinds(&diagnosis), ["secret-not-allowed"]);
}

#[test]
fn trouble_of_another_kind_is_told_besides() {
    let task = unhealthy("a");
    let timeout = failing("10.0.0.8", "Target.Timeout", "Request timed out");
    let diagnosis = Diagnosis::new([&task], [], []).with_targets(&[wrong_status(), timeout]);
    assert_eq!(kinds(&diagnosis), ["target-wrong-status", "target-timeout"]);
}

#[test]
fn targets_that_are_still_looked_at_explain_only_what_nothing_else_does() {
    let mut waiting = failing("10.0.0.7", "Elb.InitialHealthChecking", "");
    waiting.state = crate::domain::target_health::TargetState::Initial;
    let alone = Diagnosis::default().with_targets(std::slice::from_ref(&waiting));
    assert_eq!(kinds(&alone), ["target-not-checked-so-far"]);
    let crash = crashed("a", 7, 1);
    let beside = Diagnosis::new([&crash], [], []).with_targets(&[waiting]);
    assert_eq!(kinds(&beside), ["exited"]);
}

#[test]
fn healthy_targets_are_no_finding_and_unknown_reasons_are_one() {
    let mut healthy = wrong_status();
    healthy.state = crate::domain::target_health::TargetState::Healthy;
    assert!(Diagnosis::default().with_targets(&[healthy]).is_empty());
    let new = failing("10.0.0.7", "Target.OfTheFuture", "flux");
    let diagnosis = Diagnosis::default().with_targets(&[new]);
    assert_eq!(kinds(&diagnosis), ["target-unhealthy"]);
    assert!(diagnosis.to_string().contains("Target.OfTheFuture (flux)"));
}

#[test]
fn what_the_log_says_goes_before_the_exit_code_and_after_any_text() {
    let log = ["exec /usr/local/bin/app: exec format error"];
    let crash = crashed("a", 7, 255);
    let mut diagnosis = Diagnosis::new([&crash], [], []);
    diagnosis.read_log(["starting"]);
    assert_eq!(kinds(&diagnosis), ["exited"]);
    diagnosis.read_log(log);
    assert_eq!(kinds(&diagnosis), ["wrong-processor"]);
    let mut killed = crashed("a", 7, 1);
    killed.containers[0].reason = Some("OutOfMemoryError".to_owned());
    let mut diagnosis = Diagnosis::new([&killed], [], []);
    diagnosis.read_log(log);
    assert_eq!(kinds(&diagnosis), ["out-of-memory"]);
    let later = crashed("a", 7, 3);
    let mut diagnosis = Diagnosis::new([&later], [], []);
    diagnosis.read_log(log);
    assert_eq!(
        kinds(&diagnosis),
        ["exited"],
        "it ran, so it is of the right kind"
    );
}

#[test]
fn what_codedeploy_says_is_an_effect_of_tasks_that_failed_and_is_kept_if_unknown() {
    let text = "HEALTH_CONSTRAINTS: The deployment timed out while waiting for the replacement task set to become healthy.";
    let crash = crashed("a", 7, 1);
    let diagnosis = Diagnosis::new([&crash], [], []).with_codedeploy([text]);
    assert_eq!(kinds(&diagnosis), ["exited"]);
    let diagnosis = Diagnosis::default().with_codedeploy([text, "NEW_CODE: something"]);
    assert_eq!(kinds(&diagnosis), ["none"]);
    assert!(
        diagnosis
            .to_string()
            .contains("CodeDeploy: NEW_CODE: something")
    );
}
