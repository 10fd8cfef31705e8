//! Rolling: new tasks in, old tasks out, within `minimumHealthyPercent` and `maximumPercent`.
//!
//! Also how a service is kept at its desired count when no deployment is under way, and how a rollback is carried out.

use super::rollout::RolloutStatus;
use super::scheduler::{Scheduler, count};
use super::service::{Configuration, Controller, RolloutState};
use super::{hooks, pace};

/// Brings the service one step nearer to what it is to be.
pub(super) fn roll(s: &mut Scheduler<'_>) {
    let Some(primary) = s.primary() else { return };
    begin_moving(s);
    if hooks::holds(s, "PRE_SCALE_UP") {
        return;
    }
    let rules = rules(s);
    remove_surplus(s, &primary, &rules);
    let desired = s.service.desired;
    let missing = desired.saturating_sub(s.live(&primary));
    s.start(&primary, missing.min(room(s, &rules)));
    s.forget_replaced(&[]);
    early_success(s, &primary, &rules);
    finish(s, &primary, &rules);
}

/// The rules of the deployment under way, else the service's.
fn rules(s: &mut Scheduler<'_>) -> Configuration {
    match s.service.running_rollout() {
        Some(rollout) => rollout.rules(),
        None => s.service.configuration(),
    }
}

/// A service deployment that was PENDING is `IN_PROGRESS` once the scheduler looks at it.
pub(super) fn begin_moving(s: &mut Scheduler<'_>) {
    let now = s.around.now;
    if let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.status == RolloutStatus::Pending)
    {
        rollout.turn(RolloutStatus::InProgress, None, now);
        rollout.started = Some(now);
    }
}

/// How many more tasks the maximum percent allows. Outside a deployment the desired count alone counts.
fn room(s: &Scheduler<'_>, rules: &Configuration) -> u32 {
    let (_, high) = rules.bounds(s.service.desired);
    let live = count(s.own(None).filter(|task| task.is_live()));
    let alone = s.service.deployments.len() < 2;
    let high = if alone {
        high.max(s.service.desired)
    } else {
        high
    };
    high.saturating_sub(live)
}

/// Stops tasks that are not needed: too many of the PRIMARY deployment, and those being replaced as far as healthy ones
/// took their place or room has to be made.
fn remove_surplus(s: &mut Scheduler<'_>, primary: &str, rules: &Configuration) {
    let desired = s.service.desired;
    let failed = s
        .entry(primary)
        .is_none_or(|entry| entry.state == RolloutState::Failed);
    if failed {
        return;
    }
    let surplus = s.live(primary).saturating_sub(desired);
    let mut leaving = pick(s, surplus, |number| number == primary);
    let unhealthy: Vec<String> = s
        .own(None)
        .filter(|task| {
            task.is_live()
                && !task.is_healthy()
                && !task.belongs_to(&task.cluster, &s.service.name, Some(primary))
        })
        .map(|task| task.id.clone())
        .collect();
    leaving.extend(unhealthy);

    let (low, _) = rules.bounds(desired);
    let healthy = count(s.own(None).filter(|task| task.is_healthy()));
    let spare = healthy.saturating_sub(low);
    let replaced = healthy.saturating_sub(desired);
    let missing = desired.saturating_sub(s.live(primary));
    let needed = missing.saturating_sub(room(s, rules) + count_of(&leaving));
    let old = pick(s, replaced.max(needed).min(spare), |number| {
        number != primary
    });
    leaving.extend(
        old.into_iter()
            .filter(|id| !leaving.contains(id))
            .collect::<Vec<_>>(),
    );
    s.stop(&leaving);
}

fn count_of(ids: &[String]) -> u32 {
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}

/// Up to so many live tasks of the deployments chosen: those that are not healthy first, then the oldest.
pub(super) fn pick(s: &Scheduler<'_>, wanted: u32, chosen: impl Fn(&str) -> bool) -> Vec<String> {
    let mut tasks: Vec<_> = s
        .service
        .deployments
        .iter()
        .filter(|entry| chosen(&entry.number))
        .flat_map(|entry| s.own(Some(&entry.number)))
        .filter(|task| task.is_live())
        .collect();
    tasks.sort_by_key(|task| (task.is_healthy(), task.times.created));
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    tasks
        .into_iter()
        .take(wanted)
        .map(|task| task.id.clone())
        .collect()
}

/// `earlySuccessCriteria`: enough healthy tasks, and with BLOCKING the old ones gone, are a success; the rest goes on.
fn early_success(s: &mut Scheduler<'_>, primary: &str, rules: &Configuration) {
    let Some((percent, blocking)) = rules.early else {
        return;
    };
    let healthy = u64::from(s.healthy(primary)) * 100;
    let enough = healthy >= u64::from(s.service.desired) * u64::from(percent);
    let others = s.own(None).count() > s.own(Some(primary)).count();
    let now = s.around.now;
    let seen = s.service.clone();
    let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.status == RolloutStatus::InProgress)
    else {
        return;
    };
    if enough && !(blocking && others) {
        rollout.freeze(&seen, s.tasks);
        rollout.turn(RolloutStatus::Successful, None, now);
    }
}

/// Ends what is in place: the deployment, the service deployment, the rollback; and says that the service is steady.
fn finish(s: &mut Scheduler<'_>, primary: &str, rules: &Configuration) {
    let desired = s.service.desired;
    let failed = s
        .entry(primary)
        .is_none_or(|entry| entry.state == RolloutState::Failed);
    let moving = s.service.deployments.len() > 1 || s.own(None).any(|task| !task.is_live());
    if failed || moving || s.live(primary) != desired || s.healthy(primary) != desired {
        return;
    }
    if hooks::holds(s, "POST_SCALE_UP") || hooks::hold_back(s) {
        return;
    }
    if rules.alarms.is_some() && !baked(s) {
        return;
    }
    complete(s, primary);
    s.settle();
}

/// Whether the alarms have been watched long enough; begins the watch.
fn baked(s: &mut Scheduler<'_>) -> bool {
    let now = s.around.now;
    let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.status == RolloutStatus::InProgress)
    else {
        return true;
    };
    if let Some(until) = rollout.bake_until {
        return until <= now;
    }
    let until = now.plus(pace::ALARM_BAKE);
    rollout.bake_until = Some(until);
    s.service.wake(until);
    false
}

/// The PRIMARY deployment is in place: COMPLETED, and with it the service deployment or its rollback.
pub(super) fn complete(s: &mut Scheduler<'_>, primary: &str) {
    let now = s.around.now;
    let codedeploy = s.service.controller == Controller::CodeDeploy;
    let Some(entry) = s
        .entry(primary)
        .filter(|entry| entry.state == RolloutState::InProgress)
    else {
        return;
    };
    entry.turn(
        RolloutState::Completed,
        format!("ECS deployment ecs-svc/{primary} completed."),
        now,
    );
    if let Some(revision) = s
        .service
        .revisions
        .iter_mut()
        .find(|revision| revision.number == primary)
    {
        revision.completed = true;
    }
    if !codedeploy {
        s.tell(&format!(
            "(deployment ecs-svc/{primary}) deployment completed."
        ));
    }
    let seen = s.service.clone();
    if let Some(rollout) = s.service.running_rollout() {
        let status = match rollout.status {
            RolloutStatus::RollbackRequested | RolloutStatus::RollbackInProgress => {
                RolloutStatus::RollbackSuccessful
            }
            RolloutStatus::Pending
            | RolloutStatus::InProgress
            | RolloutStatus::Successful
            | RolloutStatus::Stopped
            | RolloutStatus::RollbackSuccessful
            | RolloutStatus::RollbackFailed => RolloutStatus::Successful,
        };
        rollout.freeze(&seen, s.tasks);
        rollout.turn(status, None, now);
    }
}
