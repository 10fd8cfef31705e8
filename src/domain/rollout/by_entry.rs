//! How our entry in the service stands, where there is no service deployment to follow.

use super::{Doubt, GONE, LASTING, Observation, Rollout, RolloutEvent, Successor, Verdict};
use crate::domain::service::{Deployment, RolloutState, ServiceState, tail};

impl Rollout {
    pub(super) fn judge_entry(
        &mut self,
        seen: &Observation,
        out: &mut Vec<RolloutEvent>,
    ) -> Verdict {
        let Some(service) = seen.service.got() else {
            return Verdict::InProgress;
        };
        let Some(primary) = service.primary() else {
            return Verdict::InProgress;
        };
        if primary.id == self.start.id {
            return self.judge_ours(service, primary, seen, out);
        }
        if self.goes_back(primary) {
            self.narration.rolling_back(&primary.reason, out);
            return self.judge_rollback(primary);
        }
        let is_before = self.start.before.primary.as_ref() == Some(&primary.id);
        if is_before && !self.seen {
            // Not there so far, or gone before it was seen.
            return if self.watch.lasts(Doubt::PrimaryMoved, GONE) {
                Verdict::Failed {
                    reason: format!(
                        "the deployment `{}` never showed; the service runs `{}`",
                        self.start.id,
                        tail(&primary.task_definition)
                    ),
                }
            } else {
                Verdict::InProgress
            };
        }
        if !self.watch.lasts(Doubt::PrimaryMoved, LASTING) {
            return Verdict::InProgress;
        }
        if is_before {
            self.narration.rolling_back(&primary.reason, out);
            return self.judge_rollback(primary);
        }
        Verdict::Superseded {
            by: self.successor().unwrap_or_else(|| {
                Successor::Entry(primary.id.clone(), primary.task_definition.clone())
            }),
        }
    }

    fn judge_ours(
        &mut self,
        service: &ServiceState,
        primary: &Deployment,
        seen: &Observation,
        out: &mut Vec<RolloutEvent>,
    ) -> Verdict {
        match &primary.rollout {
            Some(RolloutState::Completed) => self.confirm(seen),
            Some(RolloutState::Failed) => {
                // With rollback on, ECS makes another entry primary soon.
                if self.start.before.rolls_back {
                    self.narration.rolling_back(&primary.reason, out);
                    if !self.watch.lasts(Doubt::FailedAndStays, GONE) {
                        return Verdict::InProgress;
                    }
                }
                Verdict::Failed {
                    reason: primary.reason.clone(),
                }
            }
            // Before there was a rollout state, being the only one with all its tasks was all there is.
            None if is_alone(service, primary) => self.confirm(seen),
            Some(RolloutState::InProgress | RolloutState::Other(_)) | None => Verdict::InProgress,
        }
    }

    /// Whether the entry that is primary now is ECS going back from ours: it brings what ran before, and ours failed.
    /// Our own failure may have passed between two answers; then tasks that failed speak for it.
    fn goes_back(&self, primary: &Deployment) -> bool {
        let brings_before = primary.task_definition == self.start.before.task_definition;
        let says_so = primary.reason.to_lowercase().contains("rolling back");
        let told = self
            .watch
            .messages
            .iter()
            .any(|message| message.to_lowercase().contains("rolling back"));
        let failed = self.entry_failed || (self.start.before.rolls_back && self.failed_tasks() > 0);
        brings_before && (says_so || told || failed)
    }

    fn judge_rollback(&self, primary: &Deployment) -> Verdict {
        let reason = self.rollback_reason(primary);
        match &primary.rollout {
            Some(RolloutState::Completed) => Verdict::RolledBack {
                reason,
                to: Some(primary.task_definition.clone()),
            },
            Some(RolloutState::Failed) => Verdict::RollbackFailed { reason },
            Some(RolloutState::InProgress | RolloutState::Other(_)) | None => Verdict::InProgress,
        }
    }

    fn rollback_reason(&self, primary: &Deployment) -> String {
        let ours = self.entry().map_or("", |entry| entry.reason.as_str());
        let mut parts: Vec<&str> = Vec::new();
        for text in [ours, primary.reason.as_str()] {
            let text = text.trim_end_matches('.');
            if !text.is_empty() && !parts.contains(&text) {
                parts.push(text);
            }
        }
        parts.join("; ")
    }
}

fn is_alone(service: &ServiceState, primary: &Deployment) -> bool {
    let counts = primary.counts;
    service.deployments.len() == 1 && counts.running == counts.desired && counts.pending == 0
}
