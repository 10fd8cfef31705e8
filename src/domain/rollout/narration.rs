//! Turns what was read of a service deployment into what is told: each thing once, and only forward.
//! It decides nothing about how the deployment stands.

use std::collections::BTreeMap;

use super::approval::Approval;
use super::event::{Guard, RolloutEvent};
use crate::domain::service::{
    GuardStatus, HookStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentStatus,
};

/// What was told of the service deployment so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Narration {
    hooks: BTreeMap<String, HookStatus>,
    status: Option<ServiceDeploymentStatus>,
    stage: Option<LifecycleStage>,
    traffic: Option<(Option<f64>, Option<f64>)>,
    breaker_failures: u32,
    breaker: Option<GuardStatus>,
    alarms: Option<GuardStatus>,
    rolling_back: bool,
}

impl Narration {
    /// Tells that ECS goes back, once.
    pub(super) fn rolling_back(&mut self, reason: &str, out: &mut Vec<RolloutEvent>) {
        if !self.rolling_back {
            self.rolling_back = true;
            out.push(RolloutEvent::RollingBack {
                reason: reason.to_owned(),
            });
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
        // One that is off has no limit to count to.
        let counts = deployment.breaker_threshold > 0;
        if counts && deployment.breaker_failures > self.breaker_failures {
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
}
