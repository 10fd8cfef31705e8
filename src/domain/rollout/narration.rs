//! Turns what was read into what is told: each thing once, and only forward.
//! It decides nothing about how the deployment stands.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use super::approval::Approval;
use super::event::{Guard, Progress, RolloutEvent};
use crate::domain::diagnosis::{failed, group_failures};
use crate::domain::service::{
    DeploymentId, DeploymentRole, GuardStatus, HookStatus, LifecycleStage, ServiceDeployment,
    ServiceDeploymentStatus, ServiceState, TaskState, tail,
};

/// What was told so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Narration {
    events: BTreeSet<String>,
    started: BTreeSet<String>,
    failed: BTreeSet<String>,
    hooks: BTreeMap<String, HookStatus>,
    progress: Option<Progress>,
    status: Option<ServiceDeploymentStatus>,
    stage: Option<LifecycleStage>,
    traffic: Option<(Option<f64>, Option<f64>)>,
    breaker_failures: u32,
    breaker: Option<GuardStatus>,
    alarms: Option<GuardStatus>,
    rolling_back: bool,
}

impl Narration {
    /// Begins after events that were there before.
    pub(super) fn after(events: BTreeSet<String>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }

    /// The numbers that were told last.
    pub(super) fn told_progress(&self) -> Progress {
        self.progress.unwrap_or_default()
    }

    /// Tells that ECS goes back, once.
    pub(super) fn rolling_back(&mut self, reason: &str, out: &mut Vec<RolloutEvent>) {
        if !self.rolling_back {
            self.rolling_back = true;
            out.push(RolloutEvent::RollingBack {
                reason: reason.to_owned(),
            });
        }
    }

    /// Tells what is new about the service. `since` is when our deployment was made: older events are not ours, even if they
    /// were not there when the service was read before.
    pub(super) fn service(
        &mut self,
        service: &ServiceState,
        since: Option<SystemTime>,
        out: &mut Vec<RolloutEvent>,
    ) {
        for event in service.events.iter().rev() {
            let old = matches!((event.at, since), (Some(at), Some(since)) if at < since);
            if self.events.insert(event.id.clone()) && !old {
                out.push(RolloutEvent::Service(event.clone()));
            }
        }
    }

    /// Tells the numbers of tasks, from the service deployment if there is one, else from the entry of the service.
    pub(super) fn progress(
        &mut self,
        id: &DeploymentId,
        service: Option<&ServiceState>,
        deployment: Option<&ServiceDeployment>,
        out: &mut Vec<RolloutEvent>,
    ) {
        let entry = service.and_then(|service| service.deployment(id));
        let mut now = self.progress.unwrap_or_default();
        if let (Some(service), Some(entry)) = (service, entry) {
            now = Progress {
                desired: entry.counts.desired,
                pending: entry.counts.pending,
                running: entry.counts.running,
                failed: entry.failed_tasks.max(now.failed),
                old: service
                    .deployments
                    .iter()
                    .filter(|other| other.id != *id && other.role != DeploymentRole::Inactive)
                    .map(|other| other.counts.running)
                    .sum(),
            };
        }
        if let Some(target) = deployment.and_then(|deployment| deployment.target.as_ref()) {
            now.desired = target.requested;
            now.pending = target.pending;
            now.running = target.running;
        } else if entry.is_none() {
            return;
        }
        if self.progress != Some(now) {
            self.progress = Some(now);
            out.push(RolloutEvent::Progress(now));
        }
    }

    /// Tells what is new about the service deployment.
    pub(super) fn deployment(
        &mut self,
        deployment: &ServiceDeployment,
        out: &mut Vec<RolloutEvent>,
    ) {
        if self.status.as_ref() != Some(&deployment.status) {
            self.status = Some(deployment.status.clone());
            out.push(RolloutEvent::Status {
                status: deployment.status.clone(),
                reason: deployment.reason.clone(),
            });
        }
        if deployment.status.goes_back() {
            let reason = deployment
                .rollback
                .as_ref()
                .map_or(deployment.reason.as_str(), |rollback| {
                    rollback.reason.as_str()
                });
            self.rolling_back(reason, out);
        }
        self.stage(deployment, out);
        self.guards(deployment, out);
        self.hooks(deployment, out);
    }

    /// Tells how hooks stand: each state of each once.
    fn hooks(&mut self, deployment: &ServiceDeployment, out: &mut Vec<RolloutEvent>) {
        for hook in &deployment.hooks {
            // An older answer may still show it as it was before.
            let over = |status: &HookStatus| {
                matches!(
                    status,
                    HookStatus::Succeeded | HookStatus::Failed | HookStatus::TimedOut
                )
            };
            let told = self.hooks.get(&hook.id);
            if told.is_some_and(|told| *told == hook.status || over(told)) {
                continue;
            }
            self.hooks.insert(hook.id.clone(), hook.status.clone());
            out.push(if hook.status == HookStatus::AwaitingAction {
                RolloutEvent::AwaitingApproval(Approval::of(deployment, hook))
            } else {
                RolloutEvent::Hook(hook.clone())
            });
        }
    }

    /// A stage that lies before the one told last is an older answer, unless ECS goes back: then stages run again.
    fn stage(&mut self, deployment: &ServiceDeployment, out: &mut Vec<RolloutEvent>) {
        if let Some(stage) = &deployment.stage {
            let earlier = match (
                stage.position(),
                self.stage.as_ref().and_then(LifecycleStage::position),
            ) {
                (Some(now), Some(told)) => now < told,
                (Some(_) | None, None) | (None, Some(_)) => false,
            };
            if self.stage.as_ref() != Some(stage) && (self.rolling_back || !earlier) {
                self.stage = Some(stage.clone());
                out.push(RolloutEvent::Stage(stage.clone()));
            }
        }
        if let Some(target) = &deployment.target {
            let weights = (target.production_weight, target.test_weight);
            if weights != (None, None) && self.traffic != Some(weights) {
                self.traffic = Some(weights);
                out.push(RolloutEvent::Traffic {
                    production: weights.0,
                    test: weights.1,
                });
            }
        }
    }

    fn guards(&mut self, deployment: &ServiceDeployment, out: &mut Vec<RolloutEvent>) {
        if deployment.breaker_failures > self.breaker_failures {
            self.breaker_failures = deployment.breaker_failures;
            out.push(RolloutEvent::BreakerCount {
                failures: deployment.breaker_failures,
                threshold: deployment.breaker_threshold,
            });
        }
        // A guard that is off was said before the start.
        let is_off = |status: &Option<GuardStatus>| *status == Some(GuardStatus::Disabled);
        if deployment.breaker.is_some()
            && deployment.breaker != self.breaker
            && !(self.breaker.is_none() && is_off(&deployment.breaker))
        {
            self.breaker.clone_from(&deployment.breaker);
            if let Some(status) = deployment.breaker.clone() {
                out.push(RolloutEvent::Guard {
                    guard: Guard::CircuitBreaker,
                    status,
                    alarms: Vec::new(),
                });
            }
        }
        if deployment.alarms.is_some()
            && deployment.alarms != self.alarms
            && !(self.alarms.is_none() && is_off(&deployment.alarms))
        {
            self.alarms.clone_from(&deployment.alarms);
            if let Some(status) = deployment.alarms.clone() {
                out.push(RolloutEvent::Guard {
                    guard: Guard::Alarms,
                    status,
                    alarms: deployment.alarms_triggered.clone(),
                });
            }
        }
    }

    /// Tells which of our tasks began to run, and which failed.
    pub(super) fn tasks<'a>(
        &mut self,
        tasks: impl IntoIterator<Item = &'a TaskState>,
        out: &mut Vec<RolloutEvent>,
    ) {
        let mut started = Vec::new();
        let mut ended = Vec::new();
        for task in tasks {
            if task.started_at.is_some() && self.started.insert(task.arn.clone()) {
                started.push(tail(&task.arn).to_owned());
            }
            if failed(task) && self.failed.insert(task.arn.clone()) {
                ended.push(task);
            }
        }
        if !started.is_empty() {
            out.push(RolloutEvent::TasksStarted { tasks: started });
        }
        out.extend(
            group_failures(ended)
                .into_iter()
                .map(RolloutEvent::TasksFailed),
        );
    }
}
