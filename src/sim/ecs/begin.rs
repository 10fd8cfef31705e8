//! Beginning a deployment: a new revision, a new entry of `deployments`, a new service deployment.
//!
//! Nothing moves here; the scheduler does that when it wakes.

use super::definition::Definition;
use super::guard;
use super::pace;
use super::revision::Revision;
use super::rollout::{Rollout, RolloutStatus, Stage, Traffic};
use super::service::{Controller, Deployment, Service, Strategy};
use super::story::Story;
use super::task::Tasks;
use crate::sim::cloud::Cloud;
use crate::sim::members;
use crate::sim::scaling;

/// The reason of a service deployment that a later one ended. The status is documented, the text is the simulator's.
const SUPERSEDED: &str =
    "Service deployment stopped because a newer service deployment was started.";

/// Begins a deployment of what the service's settings say. The service's own story goes before `story`.
pub(super) fn begin(
    service: &mut Service,
    definition: &Definition,
    tasks: &Tasks,
    story: &Story,
    around: &mut Cloud,
) {
    let story = service.story.clone().unwrap_or_else(|| story.clone());
    let (intruder, alarm) = (story.incidents.intruder_after, story.incidents.alarm_after);
    let loss = story
        .incidents
        .loss
        .clone()
        .filter(|_| service.controller == Controller::Ecs);
    let load = story
        .incidents
        .load
        .filter(|_| service.controller == Controller::Ecs);
    begin_with(service, definition, tasks, story, around);
    service.intruder = intruder.map(|after| around.now.plus(after));
    service.loss = loss.map(|loss| (around.now.plus(loss.after), loss));
    let alarm = alarm.map(|after| around.now.plus(after));
    if let Some(rollout) = service.running_rollout() {
        rollout.alarm.0 = alarm;
    }
    let shifts = service
        .running_rollout()
        .is_some_and(|rollout| rollout.traffic.is_some());
    // All of a rolling deployment moves traffic.
    if let Some(load) = load.filter(|load| !(load.at_shift && shifts)) {
        scaling::begin_load(around, &service.cluster, &service.name, load);
    }
    let strikes = service.loss.as_ref().map(|(at, _)| *at);
    for at in service.intruder.into_iter().chain(alarm).chain(strikes) {
        service.wake(at);
    }
}

/// As [`begin`], with a story that is not the service's own and brings nobody else.
pub(super) fn begin_with(
    service: &mut Service,
    definition: &Definition,
    tasks: &Tasks,
    story: Story,
    around: &mut Cloud,
) {
    let now = around.now;
    supersede(service, tasks, around);
    let sources: Vec<String> = service
        .deployments
        .iter()
        .map(|entry| entry.number.clone())
        .filter(|number| {
            tasks.values().any(|task| {
                task.belongs_to(&service.cluster, &service.name, Some(number)) && task.is_live()
            })
        })
        .collect();
    let mut revision = Revision::make(&service.settings, definition, story, around);
    revision.alternate = takes_alternate(service);
    let number = revision.number.clone();
    service.revisions.push(revision);
    service
        .deployments
        .insert(0, Deployment::begun(&number, now));
    if service.controller == Controller::Ecs {
        let configuration = members::object(&service.settings, "deploymentConfiguration")
            .cloned()
            .unwrap_or_default();
        let several = sources.len() > 1;
        let mut rollout =
            Rollout::begun(around.ids.base62(21), sources, &number, configuration, now);
        rollout.traffic = (rollout.rules().strategy != Strategy::Rolling).then_some(Traffic {
            stage: if several {
                Stage::ReconcileService
            } else {
                Stage::PreScaleUp
            },
            until: None,
            step: 0,
            asked: 0,
            test: 0.0,
            production: 0.0,
        });
        guard::leave_out_alarms(&mut rollout, around);
        service.rollouts.push(rollout);
    }
    service.steady = false;
    service.intruder = None;
    service.loss = None;
    service.wake(now.plus(pace::SCHEDULE));
}

/// Whether the tasks of a new revision are to be in the alternate target group: in the other one than those that have the traffic,
/// if traffic is moved to them, else in the same.
fn takes_alternate(service: &Service) -> bool {
    let moves = service.configuration().strategy != Strategy::Rolling;
    let mut revisions = service.revisions.iter().rev();
    revisions
        .find(|revision| revision.completed)
        .is_some_and(|serving| serving.alternate != moves)
}

/// Ends the service deployment that is not over, because another one begins.
fn supersede(service: &mut Service, tasks: &Tasks, around: &Cloud) {
    let seen = service.clone();
    if let Some(rollout) = service.running_rollout() {
        rollout.freeze(&seen, tasks);
        rollout.turn(RolloutStatus::Stopped, Some(SUPERSEDED), around.now);
    }
}
