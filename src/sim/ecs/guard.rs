//! The guards of a deployment: the circuit breaker, alarms, a requested stop, and the way back.
//!
//! Source of the rules: API shape `DeploymentCircuitBreaker` and the pages on deployment failure detection.

use super::rollout::{Rollback, Rollout, RolloutStatus};
use super::scheduler::Scheduler;
use super::service::{AlarmRule, Deployment, RolloutState};
use super::{hooks, pace};
use crate::sim::alarms;
use crate::sim::cloud::Cloud;
use crate::sim::moment::Moment;

/// `statusReason` when the breaker trips (text seen).
const TRIPPED: &str =
    "Service deployment rolled back because the circuit breaker threshold was exceeded.";
/// The same with rollback off. The text is the simulator's.
const TRIPPED_WITHOUT_ROLLBACK: &str =
    "Service deployment stopped because the circuit breaker threshold was exceeded.";
/// `statusReason` when nothing can be gone back to (text seen).
const NO_CANDIDATE: &str = "No rollback candidate was found to run the rollback.";
/// `statusReason` after `StopServiceDeployment`. The text is the simulator's.
const REQUESTED: &str = "Service deployment rolled back because a rollback was requested.";

/// Counts a failed task of a deployment, holds back the next start, and trips the breaker when it is time.
pub(super) fn failed(s: &mut Scheduler<'_>, number: &str, least_pause: f64) {
    let now = s.around.now;
    let desired = s.service.desired;
    let guarded = s
        .service
        .running_rollout()
        .is_some_and(|rollout| rollout.rules().breaker.enable);
    let Some(entry) = s.entry(number) else { return };
    entry.failed = entry.failed.saturating_add(1);
    let failures = entry.failed;
    let pause = if guarded {
        pace::RETRY
    } else {
        let doublings = i32::try_from(failures.min(20)).unwrap_or(20) - 1;
        (pace::BACK_OFF * 2_f64.powi(doublings)).min(pace::BACK_OFF_LIMIT)
    };
    let until = now.plus(pause.max(least_pause));
    entry.hold_until = Some(until);
    s.service.wake(until);
    if !guarded && failures == 3 {
        s.tell("is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.");
    }
    let Some(rollout) = s.service.running_rollout() else {
        return;
    };
    let rule = rollout.rules().breaker;
    let watched = match rollout.status {
        RolloutStatus::InProgress => Some(&rollout.target),
        RolloutStatus::RollbackInProgress => rollout.rollback.as_ref().map(|way| &way.number),
        RolloutStatus::Pending
        | RolloutStatus::Successful
        | RolloutStatus::Stopped
        | RolloutStatus::RollbackRequested
        | RolloutStatus::RollbackSuccessful
        | RolloutStatus::RollbackFailed => None,
    };
    if watched.is_none_or(|watched| watched != number) {
        return;
    }
    rollout.failures = rollout.failures.saturating_add(1);
    if rule.enable && rollout.failures >= rule.threshold(desired) {
        trip(s, number, rule.rollback);
    }
}

/// A task of a deployment got healthy: the counts begin anew, if the rule says so.
pub(super) fn healthy(s: &mut Scheduler<'_>, number: &str) {
    let reset = match s.service.running_rollout() {
        Some(rollout) => rollout.rules().breaker.reset,
        None => true,
    };
    if !reset {
        return;
    }
    if let Some(entry) = s.entry(number) {
        entry.failed = 0;
    }
    if let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.target == number && rollout.status == RolloutStatus::InProgress)
    {
        rollout.failures = 0;
    }
}

fn trip(s: &mut Scheduler<'_>, number: &str, rollback: bool) {
    let now = s.around.now;
    s.tell(&format!(
        "(deployment ecs-svc/{number}) deployment failed: tasks failed to start."
    ));
    if let Some(entry) = s.entry(number) {
        let reason = "ECS deployment circuit breaker: tasks failed to start.".to_owned();
        entry.turn(RolloutState::Failed, reason, now);
    }
    let Some(rollout) = s.service.running_rollout() else {
        return;
    };
    rollout.tripped = true;
    if rollout.status == RolloutStatus::RollbackInProgress {
        end(s, RolloutStatus::RollbackFailed, TRIPPED);
    } else if rollback {
        go_back(s, TRIPPED, "ECS deployment circuit breaker");
    } else {
        end(s, RolloutStatus::Stopped, TRIPPED_WITHOUT_ROLLBACK);
    }
}

/// Begins the rollback that `StopServiceDeployment` asked for, and lets an alarm fire, when their moment has come.
pub(super) fn act(s: &mut Scheduler<'_>) {
    let now = s.around.now;
    let Some(rollout) = s.service.running_rollout() else {
        return;
    };
    let due = |at: Option<Moment>| at.is_some_and(|at| at <= now);
    if rollout.status == RolloutStatus::RollbackRequested && due(rollout.rollback_at) {
        abandon(s, REQUESTED, "ECS deployment stopped");
    } else if rollout.status == RolloutStatus::InProgress {
        let rule = rollout.rules().alarms;
        let by_story = due(rollout.alarm.0);
        rollout.alarm.0 = rollout.alarm.0.filter(|_| !by_story);
        let Some(rule) = rule else { return };
        if let Some(name) = rule.names.first().filter(|_| by_story) {
            alarms::fire(s.around, name);
        }
        let firing = alarms::firing(s.around, &rule.names);
        if !firing.is_empty() {
            fire(s, &rule, firing);
        }
    }
}

/// An alarm that fires when a deployment begins is left out of it, so that a fix can go out; ECS then watches none of them (D).
pub(super) fn leave_out_alarms(rollout: &mut Rollout, around: &Cloud) {
    let Some(rule) = rollout.rules().alarms else {
        return;
    };
    if alarms::firing(around, &rule.names).is_empty() {
        return;
    }
    if let Some(alarms) = rollout
        .configuration
        .get_mut("alarms")
        .and_then(serde_json::Value::as_object_mut)
    {
        alarms.insert("enable".to_owned(), false.into());
    }
}

/// Alarms of the service fire.
fn fire(s: &mut Scheduler<'_>, rule: &AlarmRule, firing: Vec<String>) {
    let now = s.around.now;
    let Some(rollout) = s.service.running_rollout() else {
        return;
    };
    rollout.alarm.1 = true;
    let target = rollout.target.clone();
    let name = firing.join(", ");
    rollout.fired = firing;
    let who = "ECS deployment alarms";
    if rule.rollback {
        let reason = format!("Service deployment rolled back because of alarm(s): {name}.");
        abandon(s, &reason, who);
    } else {
        let reason = format!("Service deployment stopped because of alarm(s): {name}.");
        s.tell(&format!(
            "(deployment ecs-svc/{target}) deployment failed: {reason}"
        ));
        if let Some(entry) = s.entry(&target) {
            entry.turn(RolloutState::Failed, format!("{who}: {reason}"), now);
        }
        end(s, RolloutStatus::Stopped, &reason);
    }
}

/// Gives the deployment under way up and goes back.
pub(super) fn abandon(s: &mut Scheduler<'_>, reason: &str, who: &str) {
    let now = s.around.now;
    let target = s
        .service
        .running_rollout()
        .map(|rollout| rollout.target.clone())
        .unwrap_or_default();
    if let Some(entry) = s.entry(&target) {
        entry.turn(RolloutState::Failed, format!("{who}."), now);
    }
    s.tell(&format!(
        "(deployment ecs-svc/{target}) deployment failed: {reason}"
    ));
    go_back(s, reason, who);
}

/// Makes the last completed deployment the PRIMARY one again (it keeps its id and turns `IN_PROGRESS`), or ends the service
/// deployment as `ROLLBACK_FAILED` if there is none.
fn go_back(s: &mut Scheduler<'_>, reason: &str, who: &str) {
    let now = s.around.now;
    let target = s
        .service
        .running_rollout()
        .map(|rollout| rollout.target.clone())
        .unwrap_or_default();
    let candidate = s
        .service
        .revisions
        .iter()
        .rev()
        .find(|revision| revision.completed && revision.number != target)
        .cloned();
    let Some(candidate) = candidate else {
        end(s, RolloutStatus::RollbackFailed, NO_CANDIDATE);
        return;
    };
    candidate.restore(&mut s.service.settings);
    let number = candidate.number;
    let mut entry = s
        .entry(&number)
        .map_or_else(|| Deployment::begun(&number, now), |entry| entry.clone());
    entry.turn(
        RolloutState::InProgress,
        format!("{who}: rolling back to deploymentId ecs-svc/{number}."),
        now,
    );
    entry.failed = 0;
    entry.hold_until = None;
    s.service.deployments.retain(|entry| entry.number != number);
    s.service.deployments.insert(0, entry);
    s.tell(&format!("rolling back to deployment ecs-svc/{number}."));
    let mut shifted = Vec::new();
    if let Some(rollout) = s.service.running_rollout() {
        rollout.turn(RolloutStatus::RollbackInProgress, Some(reason), now);
        rollout.rollback = Some(Rollback {
            reason: reason.to_owned(),
            started: now,
            number,
        });
        if let Some(traffic) = &mut rollout.traffic {
            let weights = [
                (traffic.production, "PRODUCTION_TRAFFIC_SHIFT"),
                (traffic.test, "TEST_TRAFFIC_SHIFT"),
            ];
            shifted.extend(weights.into_iter().filter(|(weight, _)| *weight > 0.0));
            traffic.test = 0.0;
            traffic.production = 0.0;
            traffic.until = None;
        }
    }
    // What was moved is moved back, and the functions at these two stages are asked again (D).
    for (_, stage) in shifted {
        hooks::begin(s, stage);
    }
    s.service.steady = false;
    s.service.intruder = None;
    s.service.loss = None;
    s.service.wake(now.plus(pace::SCHEDULE));
}

/// Ends the service deployment under way.
fn end(s: &mut Scheduler<'_>, status: RolloutStatus, reason: &str) {
    let now = s.around.now;
    let seen = s.service.clone();
    if let Some(rollout) = s.service.running_rollout() {
        rollout.turn(status, Some(reason), now);
        rollout.freeze(&seen, s.tasks);
    }
    s.service.intruder = None;
    s.service.loss = None;
}
