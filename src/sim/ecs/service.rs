//! One service: its settings, its deployments, its history.
//!
//! The data alone. What the scheduler does with it is in `scheduler`, the calls are in the submodules here.

mod answer;
mod configuration;
mod create;
mod operations;
mod update;

use std::collections::VecDeque;

use serde_json::json;

pub(super) use answer::described;
pub(super) use configuration::{AlarmRule, Configuration, Strategy};
pub(super) use create::{check_load_balancers, create};
pub(super) use operations::{delete, describe, list};
pub(super) use update::update;

use super::revision::Revision;
use super::rollout::Rollout;
use super::story::{BreakerSetting, Loss, Story};
use super::tags::Tags;
use super::{arn, hooks};
use crate::sim::cloud::ACCOUNT;
use crate::sim::ids::Ids;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// How many events a service keeps (API shape `Service.events`).
const EVENTS: usize = 100;

/// One service.
#[derive(Clone)]
pub(super) struct Service {
    /// The cluster's name.
    pub(super) cluster: String,
    /// Its own name.
    pub(super) name: String,
    /// Whether it is there.
    pub(super) status: ServiceStatus,
    /// Who moves its tasks.
    pub(super) controller: Controller,
    /// How many tasks it is to have.
    pub(super) desired: u32,
    /// The members of `CreateService` and `UpdateService` that describe it, as they were sent; `taskDefinition` as an ARN.
    pub(super) settings: Members,
    /// Its tags.
    pub(super) tags: Tags,
    /// The PRIMARY one first, then those being replaced.
    pub(super) deployments: Vec<Deployment>,
    /// Every service revision it had, oldest first.
    pub(super) revisions: Vec<Revision>,
    /// Every service deployment it had, oldest first.
    pub(super) rollouts: Vec<Rollout>,
    /// Newest first.
    pub(super) events: VecDeque<Event>,
    /// When it was made.
    pub(super) created: Moment,
    /// What happens to its next deployments; without one, what the whole cloud says.
    pub(super) story: Option<Story>,
    /// Whether it has said that it is steady, and nothing moved since.
    pub(super) steady: bool,
    /// Who owns it, if that is somebody ECS leaves it to.
    pub(super) owner: Option<ForeignOwner>,
    /// When somebody else deploys to it.
    pub(super) intruder: Option<Moment>,
    /// When one of its tasks is stopped from outside, and how.
    pub(super) loss: Option<(Moment, Loss)>,
    /// When the scheduler has to look at it.
    wakes: Vec<Moment>,
}

/// Who moves the tasks of a service that ECS leaves alone. Such a service is only there to be seen, and refuses every update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForeignOwner {
    /// A program with task sets of its own (`deploymentController.type` EXTERNAL).
    Program,
    /// ECS Express Mode (`resourceManagementType` ECS).
    Express,
}

/// Whether a service is there (`status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceStatus {
    Active,
    Draining,
    Inactive,
}

impl ServiceStatus {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Draining => "DRAINING",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// Who moves a service's tasks (`deploymentController.type`; EXTERNAL is not simulated).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Controller {
    Ecs,
    CodeDeploy,
}

impl Controller {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ecs => "ECS",
            Self::CodeDeploy => "CODE_DEPLOY",
        }
    }
}

/// One entry of `deployments`: it shares its number with the service revision it runs.
#[derive(Debug, Clone)]
pub(super) struct Deployment {
    /// 19 digits: `ecs-svc/<number>`.
    pub(super) number: String,
    /// When it began.
    pub(super) created: Moment,
    /// When it last changed its state.
    pub(super) updated: Moment,
    /// How it goes.
    pub(super) state: RolloutState,
    /// `rolloutStateReason`.
    pub(super) reason: String,
    /// Consecutive failures.
    pub(super) failed: u32,
    /// No task is started before this moment.
    pub(super) hold_until: Option<Moment>,
    /// What it is besides, as a task set of a service with the controller `CODE_DEPLOY`.
    pub(super) set: TaskSet,
}

/// What a task set has that a deployment of ECS has not.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskSet {
    /// The CodeDeploy deployment that made it (`externalId`).
    pub(super) external: Option<String>,
    /// Whether it is being taken away.
    pub(super) draining: bool,
    /// Since when it is in a steady state, if it is.
    pub(super) steady_since: Option<Moment>,
    /// Whether no listener leads to its target group so far.
    pub(super) unrouted: bool,
}

/// How a deployment goes (`rolloutState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RolloutState {
    InProgress,
    Completed,
    Failed,
}

impl RolloutState {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

impl Deployment {
    /// One that begins at a moment.
    pub(super) fn begun(number: &str, now: Moment) -> Self {
        Self {
            number: number.to_owned(),
            created: now,
            updated: now,
            state: RolloutState::InProgress,
            reason: format!("ECS deployment ecs-svc/{number} in progress."),
            failed: 0,
            hold_until: None,
            set: TaskSet::default(),
        }
    }

    /// Changes how it goes, and why.
    pub(super) fn turn(&mut self, state: RolloutState, reason: String, now: Moment) {
        self.state = state;
        self.reason = reason;
        self.updated = now;
    }
}

/// One service event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) created: Moment,
    pub(super) message: String,
}

impl Service {
    /// A service with nothing begun yet.
    pub(super) fn new(cluster: &str, name: &str, controller: Controller, created: Moment) -> Self {
        Self {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
            status: ServiceStatus::Active,
            controller,
            desired: 0,
            settings: Members::new(),
            tags: Tags::default(),
            deployments: Vec::new(),
            revisions: Vec::new(),
            rollouts: Vec::new(),
            events: VecDeque::new(),
            created,
            story: None,
            steady: false,
            owner: None,
            intruder: None,
            loss: None,
            wakes: Vec::new(),
        }
    }

    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        arn::service(&self.cluster, &self.name)
    }

    /// How it deploys.
    pub(super) fn configuration(&self) -> Configuration {
        Configuration::read(members::object(&self.settings, "deploymentConfiguration"))
    }

    /// The ARN of the task definition it is to run.
    pub(super) fn task_definition(&self) -> &str {
        members::text(&self.settings, "taskDefinition").unwrap_or_default()
    }

    /// The service revision of a number.
    pub(super) fn revision(&self, number: &str) -> Option<&Revision> {
        self.revisions
            .iter()
            .find(|revision| revision.number == number)
    }

    /// The service deployment that is not over.
    pub(super) fn running_rollout(&mut self) -> Option<&mut Rollout> {
        self.rollouts
            .iter_mut()
            .rev()
            .find(|rollout| !rollout.status.is_over())
    }

    /// Makes the scheduler look at it at a moment.
    pub(super) fn wake(&mut self, at: Moment) {
        self.wakes.push(at);
    }

    /// When the scheduler has to look at it.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.wakes.iter().min().copied()
    }

    /// Whether the scheduler has to look at it now; asked once per moment.
    pub(super) fn take_wakes(&mut self, now: Moment) -> bool {
        let before = self.wakes.len();
        self.wakes.retain(|at| *at > now);
        self.wakes.len() < before
    }

    /// Adds an event: `(service <name>) <text>`, in ECS's form.
    pub(super) fn tell(&mut self, ids: &mut Ids, now: Moment, text: &str) {
        let message = format!("(service {}) {text}", self.name);
        self.tell_whole(ids, now, message);
    }

    /// Adds an event whose beginning is not the usual one.
    pub(super) fn tell_whole(&mut self, ids: &mut Ids, now: Moment, message: String) {
        self.events.push_front(Event {
            id: ids.uuid(),
            created: now,
            message,
        });
        self.events.truncate(EVENTS);
    }

    /// Chooses what happens to its next deployments.
    pub(super) fn choose(&mut self, story: Story) {
        self.prepare(&story);
        self.story = Some(story);
    }

    /// Sets what a story needs of the service, now, where a caller can see it before the deployment: the circuit breaker,
    /// an alarm to fire, or lifecycle hooks.
    pub(super) fn prepare(&mut self, story: &Story) {
        if self.controller != Controller::Ecs {
            return;
        }
        let mut configuration = members::object(&self.settings, "deploymentConfiguration")
            .cloned()
            .unwrap_or_default();
        if let Some(BreakerSetting { enable, rollback }) = story.breaker {
            let mut breaker = members::object(&configuration, "deploymentCircuitBreaker")
                .cloned()
                .unwrap_or_default();
            breaker.insert("enable".to_owned(), enable.into());
            breaker.insert("rollback".to_owned(), rollback.into());
            configuration.insert("deploymentCircuitBreaker".to_owned(), breaker.into());
        }
        if story.incidents.alarm_after.is_some() && self.configuration().alarms.is_none() {
            let alarms = json!({"alarmNames": [format!("{}-errors", self.name)], "enable": true, "rollback": true});
            configuration.insert("alarms".to_owned(), alarms);
        }
        if let Some(setting) = &story.hooks {
            let rolls = self.configuration().strategy == Strategy::Rolling;
            let hooks = setting.configured(ACCOUNT, |stage| !rolls || hooks::rolls_through(stage));
            if !hooks.is_empty() {
                configuration.insert("lifecycleHooks".to_owned(), hooks.into());
            }
        }
        self.settings
            .insert("deploymentConfiguration".to_owned(), configuration.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_events_come_first_and_only_a_hundred_are_kept() {
        let now = Moment::from_millis(0);
        let mut service = Service::new("demo", "web", Controller::Ecs, now);
        let mut ids = Ids::default();
        for number in 0..120 {
            service.tell(&mut ids, now, &format!("event {number}"));
        }
        assert_eq!(service.events.len(), 100);
        assert_eq!(service.events[0].message, "(service web) event 119");
    }

    #[test]
    fn a_wake_is_taken_once_and_not_before_its_moment() {
        let mut service = Service::new("demo", "web", Controller::Ecs, Moment::from_millis(0));
        service.wake(Moment::from_millis(10));
        assert!(!service.take_wakes(Moment::from_millis(9)));
        assert!(service.take_wakes(Moment::from_millis(10)));
        assert!(!service.take_wakes(Moment::from_millis(11)));
    }
}
