//! Turns what was read of CodeDeploy into what is told: each thing once. It decides nothing about how the deployment stands.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::event::ShiftEvent;
use super::super::facts::{CodeDeployStatus, CodeDeployment, EventStatus, SetLabel, ShiftTarget};
use crate::domain::rollout::RolloutEvent;
use crate::domain::service::CodeDeployId;

/// What was told of CodeDeploy so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Narration {
    messages: BTreeSet<String>,
    statuses: BTreeMap<CodeDeployId, CodeDeployStatus>,
    lifecycle: BTreeMap<(CodeDeployId, String), EventStatus>,
    sets: BTreeSet<String>,
    weights: Option<(f64, f64)>,
    rollbacks: BTreeSet<CodeDeployId>,
    reroute: bool,
    terminating: bool,
    no_target: bool,
}

impl Narration {
    /// Tells what is new about a deployment: ours, or the one that goes back from it.
    pub(super) fn deployment(&mut self, deployment: &CodeDeployment, out: &mut Vec<RolloutEvent>) {
        let told = self.statuses.get(&deployment.id);
        // What is over stays over: anything else is an older answer.
        let older = told.is_some_and(CodeDeployStatus::is_over);
        if told != Some(&deployment.status) && !older {
            self.statuses
                .insert(deployment.id.clone(), deployment.status.clone());
            out.push(RolloutEvent::Shift(ShiftEvent::Status {
                deployment: deployment.id.clone(),
                status: deployment.status.clone(),
                trouble: deployment.trouble.clone(),
            }));
        }
        for message in &deployment.messages {
            if self.messages.insert(message.clone()) {
                out.push(RolloutEvent::Shift(ShiftEvent::Message(message.clone())));
            }
        }
        if let Some(rollback) = &deployment.rolled_back_by
            && self.rollbacks.insert(rollback.clone())
        {
            out.push(RolloutEvent::Shift(ShiftEvent::RollbackMade {
                deployment: rollback.clone(),
                message: deployment.rollback_message.clone(),
            }));
        }
    }

    /// Tells what is new about the service as the target of a deployment.
    pub(super) fn target(
        &mut self,
        deployment: &CodeDeployId,
        target: &ShiftTarget,
        out: &mut Vec<RolloutEvent>,
    ) {
        for event in &target.events {
            let key = (deployment.clone(), event.name.clone());
            let told = self.lifecycle.get(&key);
            let ended = |status: &EventStatus| {
                matches!(
                    status,
                    EventStatus::Succeeded | EventStatus::Failed | EventStatus::Skipped
                )
            };
            let older = told.is_some_and(ended);
            // An event that waits or is left out is nothing that happened.
            let quiet = matches!(event.status, EventStatus::Pending | EventStatus::Skipped);
            if told != Some(&event.status) && !older {
                self.lifecycle.insert(key, event.status.clone());
                if !quiet {
                    out.push(RolloutEvent::Shift(ShiftEvent::Lifecycle {
                        deployment: deployment.clone(),
                        event: Box::new(event.clone()),
                    }));
                }
            }
        }
        let green = target.set(&SetLabel::Green);
        if let Some(set) = green.filter(|set| !set.id.is_empty())
            && self.sets.insert(set.id.clone())
        {
            out.push(RolloutEvent::Shift(ShiftEvent::SetMade {
                set: set.id.clone(),
                target_group: set.target_group.clone(),
            }));
        }
        let weight = |label: &SetLabel| target.set(label).map(|set| set.weight);
        if let (Some(green), Some(blue)) = (weight(&SetLabel::Green), weight(&SetLabel::Blue))
            && self.weights != Some((green, blue))
        {
            // Before anything moved there is nothing to tell.
            let first = self.weights.is_none() && green == 0.0;
            self.weights = Some((green, blue));
            if !first {
                out.push(RolloutEvent::Shift(ShiftEvent::Weights { green, blue }));
            }
        }
    }

    /// Tells once that lifecycle events and traffic can not be read.
    pub(super) fn no_target(&mut self, why: &str, out: &mut Vec<RolloutEvent>) {
        if !self.no_target {
            self.no_target = true;
            out.push(RolloutEvent::NotConfirmed {
                what: format!("lifecycle events and traffic, because {why}"),
            });
        }
    }

    /// Tells what the deployment waits for.
    pub(super) fn waits(
        &mut self,
        deployment: &CodeDeployment,
        target: &ShiftTarget,
        ready_wait: Option<Duration>,
        termination_wait: Duration,
        out: &mut Vec<RolloutEvent>,
    ) {
        let reroute = deployment.status == CodeDeployStatus::Ready && !target.is_shifting();
        if let (true, Some(wait), false) = (reroute, ready_wait, self.reroute) {
            self.reroute = true;
            out.push(RolloutEvent::Shift(ShiftEvent::AwaitingReroute {
                deployment: deployment.id.clone(),
                wait,
            }));
        }
        if target.is_shifted() && !termination_wait.is_zero() && !self.terminating {
            self.terminating = true;
            out.push(RolloutEvent::Shift(ShiftEvent::Terminating {
                wait: termination_wait,
            }));
        }
    }
}
