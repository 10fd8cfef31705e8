//! Blue/green, linear and canary: the lifecycle stages in order, with the weights of test and production traffic.
//!
//! Source: API shapes `ServiceDeployment.lifecycleStage`, `LinearConfiguration`, `CanaryConfiguration`. A hook that
//! pauses holds its stage. A rollback moves the weights at once and is then carried out by `rolling`.

use super::hooks;
use super::pace;
use super::rolling;
use super::rollout::{RolloutStatus, Stage, Traffic};
use super::scheduler::Scheduler;
use super::service::Strategy;
use crate::sim::moment::Moment;
use crate::sim::scaling;

/// Whether the service is in the middle of a deployment that shifts traffic.
pub(super) fn shifts(s: &mut Scheduler<'_>) -> bool {
    s.service.running_rollout().is_some_and(|rollout| {
        rollout.traffic.is_some()
            && matches!(
                rollout.status,
                RolloutStatus::Pending
                    | RolloutStatus::InProgress
                    | RolloutStatus::RollbackRequested
            )
    })
}

/// Goes through every stage that is over by now.
pub(super) fn advance(s: &mut Scheduler<'_>) {
    rolling::begin_moving(s);
    while is_over(s) {
        let Some(traffic) = current(s) else { return };
        let Some(next) = traffic.stage.next() else {
            let Some(primary) = s.primary() else { return };
            rolling::complete(s, &primary);
            s.settle();
            return;
        };
        enter(s, next);
    }
    keep_counts(s);
}

fn current(s: &mut Scheduler<'_>) -> Option<Traffic> {
    s.service
        .running_rollout()
        .and_then(|rollout| rollout.traffic)
}

fn change(s: &mut Scheduler<'_>, edit: impl FnOnce(&mut Traffic)) {
    let now = s.around.now;
    if let Some(rollout) = s.service.running_rollout() {
        rollout.updated = now;
        if let Some(traffic) = &mut rollout.traffic {
            edit(traffic);
        }
    }
}

/// Whether the present stage has nothing left to wait for. Starts its timer when it is first asked.
fn is_over(s: &mut Scheduler<'_>) -> bool {
    let (Some(traffic), Some(primary)) = (current(s), s.primary()) else {
        return false;
    };
    let now = s.around.now;
    match traffic.stage {
        Stage::ScaleUp => {
            keep_counts(s);
            let desired = s.service.desired;
            s.live(&primary) == desired && s.healthy(&primary) == desired
        }
        Stage::CleanUp => {
            let old = old_tasks(s, &primary);
            s.stop(&old);
            s.forget_replaced(&[]);
            s.own(None).all(super::task::Task::is_live) && s.service.deployments.len() == 1
        }
        Stage::ProductionTrafficShift => shift(s, traffic, now),
        Stage::ReconcileService
        | Stage::PreScaleUp
        | Stage::PostScaleUp
        | Stage::TestTrafficShift
        | Stage::PostTestTrafficShift
        | Stage::PostProductionTrafficShift
        | Stage::BakeTime => wait(s, traffic, now),
    }
}

/// A stage that only takes time.
fn wait(s: &mut Scheduler<'_>, traffic: Traffic, now: Moment) -> bool {
    if let Some(until) = traffic.until {
        return until <= now && !pauses(s);
    }
    hooks::begin(s, traffic.stage.name());
    let bake = s
        .service
        .running_rollout()
        .map_or(0.0, |rollout| rollout.rules().bake_minutes);
    let seconds = match traffic.stage {
        Stage::BakeTime => bake * 60.0,
        Stage::TestTrafficShift | Stage::ProductionTrafficShift => pace::SHIFT,
        Stage::ReconcileService
        | Stage::PreScaleUp
        | Stage::ScaleUp
        | Stage::PostScaleUp
        | Stage::PostTestTrafficShift
        | Stage::PostProductionTrafficShift
        | Stage::CleanUp => pace::STAGE,
    };
    until(s, now.plus(seconds));
    false
}

/// Whether somebody has to answer first.
fn pauses(s: &mut Scheduler<'_>) -> bool {
    s.service
        .running_rollout()
        .is_some_and(|rollout| hooks::waits(rollout))
}

fn until(s: &mut Scheduler<'_>, at: Moment) {
    let now = s.around.now;
    // A wake of this very moment would be lost: the scheduler is looking now.
    let at = at.max(now.plus(0.001));
    change(s, |traffic| traffic.until = Some(at));
    s.service.wake(at);
}

/// The production shift: its steps, each with its time.
fn shift(s: &mut Scheduler<'_>, traffic: Traffic, now: Moment) -> bool {
    if traffic.until.is_some_and(|at| at > now) || pauses(s) {
        return false;
    }
    let strategy = s
        .service
        .running_rollout()
        .map_or(Strategy::Rolling, |rollout| rollout.rules().strategy);
    let Some((weight, bake)) = steps(strategy).get(traffic.step).copied() else {
        return true;
    };
    if traffic.asked == traffic.step {
        change(s, |traffic| traffic.asked += 1);
        hooks::begin(s, "PRE_PRODUCTION_TRAFFIC_SHIFT");
        hooks::begin(s, "PRODUCTION_TRAFFIC_SHIFT");
        if pauses(s) {
            return false;
        }
    }
    if traffic.step == 0 {
        load(s);
    }
    change(s, |traffic| {
        traffic.production = weight;
        traffic.step += 1;
    });
    until(s, now.plus(pace::SHIFT + bake * 60.0));
    false
}

/// Lets the load of the story begin, if it begins with the shift.
fn load(s: &mut Scheduler<'_>) {
    let story = s
        .primary()
        .and_then(|primary| s.service.revision(&primary))
        .and_then(|revision| revision.story.incidents.load);
    if let Some(load) = story.filter(|load| load.at_shift) {
        scaling::begin_load(s.around, &s.service.cluster, &s.service.name, load);
    }
}

/// The weights the target gets one after the other, each with the minutes it is then left alone.
fn steps(strategy: Strategy) -> Vec<(f64, f64)> {
    let whole = (100.0, 0.0);
    match strategy {
        Strategy::Rolling | Strategy::BlueGreen => vec![whole],
        Strategy::Canary { percent, bake } => vec![(percent.min(100.0), bake), whole],
        Strategy::Linear { step, bake } => {
            let step = step.clamp(3.0, 100.0);
            let mut weights = Vec::new();
            let mut weight = step;
            while weight < 100.0 {
                weights.push((weight, bake));
                weight += step;
            }
            weights.push(whole);
            weights
        }
    }
}

fn enter(s: &mut Scheduler<'_>, stage: Stage) {
    change(s, |traffic| {
        traffic.stage = stage;
        traffic.until = None;
        if stage == Stage::TestTrafficShift {
            traffic.test = 100.0;
        }
    });
}

/// Both revisions are kept at the desired count until the old one is cleaned up; the new one from `SCALE_UP` on.
fn keep_counts(s: &mut Scheduler<'_>) {
    let (Some(traffic), Some(primary)) = (current(s), s.primary()) else {
        return;
    };
    let desired = s.service.desired;
    if traffic.stage >= Stage::ScaleUp {
        let missing = desired.saturating_sub(s.live(&primary));
        s.start(&primary, missing);
        let surplus = s.live(&primary).saturating_sub(desired);
        let leaving = first_of(s, &primary, surplus);
        s.stop(&leaving);
    }
    if traffic.stage < Stage::CleanUp {
        let source = s
            .service
            .deployments
            .get(1)
            .map(|entry| entry.number.clone());
        if let Some(source) = source {
            let missing = desired.saturating_sub(s.live(&source));
            s.start(&source, missing);
        }
    }
}

fn first_of(s: &Scheduler<'_>, number: &str, wanted: u32) -> Vec<String> {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    s.own(Some(number))
        .filter(|task| task.is_live())
        .take(wanted)
        .map(|task| task.id.clone())
        .collect()
}

fn old_tasks(s: &Scheduler<'_>, primary: &str) -> Vec<String> {
    s.own(None)
        .filter(|task| {
            task.is_live() && !task.belongs_to(&task.cluster, &s.service.name, Some(primary))
        })
        .map(|task| task.id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_strategy_shifts_in_its_own_steps_and_ends_at_a_hundred_percent() {
        assert_eq!(steps(Strategy::BlueGreen), [(100.0, 0.0)]);
        assert_eq!(
            steps(Strategy::Canary {
                percent: 5.0,
                bake: 10.0
            }),
            [(5.0, 10.0), (100.0, 0.0)]
        );
        assert_eq!(
            steps(Strategy::Linear {
                step: 40.0,
                bake: 6.0
            }),
            [(40.0, 6.0), (80.0, 6.0), (100.0, 0.0)]
        );
    }
}
