//! Which deployment decides the exit code, the error that belongs to its verdict, and what to do next.

use super::run::Watched;
use crate::domain::following::Following;
use crate::domain::rollout::{Brief, Verdict, commands};
use crate::domain::service::{CodeDeployId, ServiceDeploymentArn};
use crate::error::{Cause, Error};
use crate::report::Blame;
use crate::stage::blaming::with_cause;

/// The deployment that decides the exit code, by its place.
pub(super) fn worst(watched: &[Watched]) -> Option<usize> {
    // Of equals the first one.
    (0..watched.len())
        .rev()
        .max_by_key(|index| severity(&watched[*index]))
}

fn severity(one: &Watched) -> u8 {
    match one.rollout.verdict() {
        // It went with one that failed, and that is the one to look at.
        Verdict::RolledBack { .. } if one.doomed => 4,
        Verdict::Unchanged => 0,
        Verdict::Deployed(_) => 1,
        Verdict::InProgress => 2,
        Verdict::Paused { .. } | Verdict::Unrouted { .. } => 3,
        Verdict::Superseded { .. } => 5,
        Verdict::TimedOut { .. } => 6,
        Verdict::Stopped { .. } => 7,
        Verdict::RolledBack { .. } => 8,
        Verdict::Failed { .. } => 9,
        Verdict::RollbackFailed { .. } => 10,
    }
}

/// The error that belongs to a verdict; none for a good one.
pub(super) fn failure(one: &Watched, causes: &[Blame]) -> Option<Error> {
    let service = &one.plan.service;
    let verdict = one.rollout.verdict();
    let (cause, hint) = match verdict {
        Verdict::InProgress | Verdict::Deployed(_) | Verdict::Unchanged => return None,
        Verdict::Failed { .. } => (
            Cause::DeploymentFailed,
            "nothing was put back: mend the cause and deploy again, or deploy the revision before"
                .to_owned(),
        ),
        Verdict::RolledBack { .. } => (
            Cause::DeploymentFailed,
            "the service runs what it ran before: mend the cause and deploy again".to_owned(),
        ),
        Verdict::RollbackFailed { .. } => (
            Cause::DeploymentFailed,
            "look at the service now: neither the new nor the old version is sure to run"
                .to_owned(),
        ),
        Verdict::Stopped { .. } => (Cause::DeploymentFailed, stopped(one)),
        Verdict::TimedOut { .. } => (
            Cause::InProgress,
            format!(
                "it goes on; {}; or raise `--timeout`, or let `--on-timeout rollback` end it",
                follow(one)
            ),
        ),
        Verdict::Superseded { .. } => (
            Cause::Superseded,
            "look at the newer deployment: it decides what runs".to_owned(),
        ),
        Verdict::Paused { approvals } => (
            Cause::Paused,
            format!(
                "answer it with `{}` (or `rollback`); then {}",
                commands::answer(approvals).unwrap_or_default(),
                follow(one)
            ),
        ),
        Verdict::Unrouted { deployment, wait } => (
            Cause::Paused,
            format!(
                "let the traffic move with `{}` (or `rollback`) within {}; then {}",
                commands::answer_codedeploy(deployment),
                Brief(*wait),
                follow(one)
            ),
        ),
    };
    let text = format!("service `{service}`: {verdict}");
    let text = if cause == Cause::DeploymentFailed {
        with_cause(text, causes)
    } else {
        text
    };
    Some(Error::new(cause, text).hint(hint))
}

/// What to do about a deployment that was stopped, and not rolled back.
fn stopped(one: &Watched) -> String {
    match (&one.rollout, one.stopped) {
        (_, true) => {
            "nothing was put back, and traffic stays as it is: deploy again, or deploy the revision before"
        }
        (Following::Ecs(_), false) => "find who stopped it: StopServiceDeployment in CloudTrail",
        (Following::CodeDeploy(_), false) => {
            "find who stopped it: StopDeployment in CloudTrail; traffic stays as it is until the next deployment"
        }
    }
    .to_owned()
}

/// What to run to go on following a deployment.
pub(super) fn follow(one: &Watched) -> String {
    let rollout = &one.rollout;
    let arn = rollout
        .service_deployment()
        .map(ServiceDeploymentArn::as_str);
    let id = rollout.codedeployment().map(CodeDeployId::as_str);
    match commands::attach(arn.or(id)) {
        Some(command) => format!("follow it with `{command}`"),
        None => format!(
            "ask how it stands with `{}`",
            commands::diagnose(&one.plan.cluster, &one.plan.service)
        ),
    }
}
