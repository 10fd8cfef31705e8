//! How a deployment by CodeDeploy stands, by what CodeDeploy states about it.

use super::super::facts::{CodeDeployStatus as Status, CodeDeployment, ShiftTarget, Trouble};
use super::{Doubt, GONE, LASTING, Shift};
use crate::domain::rollout::{Observation, OnPause, Read, Successor, Verdict, WaitUntil};
use crate::domain::service::CodeDeployId;

/// The code of a deployment that an alarm stopped.
pub(super) const ALARM: &str = "ALARM_ACTIVE";

impl Shift {
    pub(super) fn judge(&mut self, seen: &Observation) -> Verdict {
        if let Some(gone) = self.watch.service_gone(seen) {
            return gone;
        }
        let Some(ours) = self.start.deployment.clone() else {
            return self.judge_counts(seen);
        };
        match &seen.shift.deployments {
            Read::Got(found) if found.iter().any(|deployment| deployment.id == ours) => {}
            Read::Got(_) | Read::Missing => {
                if self.watch.lasts(Doubt::DeploymentMissing, GONE) {
                    return Verdict::Failed {
                        reason: format!("CodeDeploy no longer knows the deployment `{ours}`"),
                    };
                }
                return Verdict::InProgress;
            }
            Read::NotRead | Read::Unavailable(_) => return Verdict::InProgress,
        }
        let Some(deployment) = self.deployment.clone() else {
            return Verdict::InProgress;
        };
        match &deployment.status {
            Status::Succeeded => self.confirm(seen),
            Status::Failed | Status::Stopped => self.judge_ended(&deployment),
            Status::Ready => self.judge_ready(&deployment, seen),
            Status::Created
            | Status::Queued
            | Status::InProgress
            | Status::Baking
            | Status::Other(_) => self.judge_running(seen),
        }
    }

    fn judge_running(&mut self, seen: &Observation) -> Verdict {
        let shifted = self.target.as_ref().is_some_and(ShiftTarget::is_shifted);
        match self.watch.goal.wait_until {
            WaitUntil::Traffic if shifted && self.watch.asked_to_stop.is_none() => {
                self.confirm(seen)
            }
            WaitUntil::Traffic | WaitUntil::Completed | WaitUntil::Clean => Verdict::InProgress,
        }
    }

    /// Ready may be the wait for the traffic to be let through, or the one before the old tasks end.
    fn judge_ready(&mut self, deployment: &CodeDeployment, seen: &Observation) -> Verdict {
        let shifting = self.target.as_ref().is_some_and(ShiftTarget::is_shifting);
        let manual = match deployment.ready {
            Some(ready) => ready.is_manual.then_some(ready.wait),
            None => self.start.ready_wait,
        };
        match manual {
            Some(wait)
                if !shifting
                    && self.watch.asked_to_stop.is_none()
                    && self.watch.goal.on_pause == OnPause::Exit =>
            {
                Verdict::Unrouted {
                    deployment: deployment.id.clone(),
                    wait,
                }
            }
            Some(_) | None => self.judge_running(seen),
        }
    }

    /// Failed or stopped: whether CodeDeploy goes back is another deployment's end.
    fn judge_ended(&mut self, deployment: &CodeDeployment) -> Verdict {
        let reason = self.reason(deployment);
        if let Some(back) = &deployment.rolled_back_by {
            let Some(rollback) = self.rollback.clone().filter(|known| known.id == *back) else {
                // It may not be readable right away.
                if self.watch.lasts(Doubt::NoRollback, GONE) {
                    return Verdict::RollbackFailed {
                        reason: format!("{reason}; CodeDeploy does not know its rollback `{back}`"),
                    };
                }
                return Verdict::InProgress;
            };
            return self.judge_rollback(&rollback, reason);
        }
        if self.expects_rollback(deployment) && !self.watch.lasts(Doubt::NoRollback, GONE) {
            return Verdict::InProgress;
        }
        let alarmed = code(deployment) == ALARM;
        if deployment.status == Status::Failed || alarmed {
            return Verdict::Failed { reason };
        }
        if self.watch.asked_to_stop.is_some() {
            return Verdict::Stopped { reason };
        }
        match self.successor() {
            Some(by) => Verdict::Superseded { by },
            None if self.watch.lasts(Doubt::NoSuccessor, LASTING) => Verdict::Stopped { reason },
            None => Verdict::InProgress,
        }
    }

    fn judge_rollback(&mut self, rollback: &CodeDeployment, reason: String) -> Verdict {
        match &rollback.status {
            Status::Succeeded => Verdict::RolledBack {
                reason,
                to: self
                    .watch
                    .service
                    .as_ref()
                    .and_then(|service| service.primary_task_set())
                    .map(|set| set.task_definition.clone()),
            },
            Status::Failed | Status::Stopped => {
                let why = rollback.trouble.as_ref().map(Trouble::line);
                let why = why.filter(|why| !why.is_empty());
                Verdict::RollbackFailed {
                    reason: match why {
                        Some(why) => format!("{reason}; the rollback `{}`: {why}", rollback.id),
                        None => format!(
                            "{reason}; the rollback `{}` is {}",
                            rollback.id, rollback.status
                        ),
                    },
                }
            }
            Status::Created
            | Status::Queued
            | Status::InProgress
            | Status::Baking
            | Status::Ready
            | Status::Other(_) => Verdict::InProgress,
        }
    }

    /// Whether CodeDeploy is to make a deployment that goes back.
    fn expects_rollback(&self, deployment: &CodeDeployment) -> bool {
        let auto = deployment
            .auto_rollback
            .as_ref()
            .unwrap_or(&self.start.auto_rollback);
        if deployment.status == Status::Failed {
            return auto.is_on_for("DEPLOYMENT_FAILURE");
        }
        if code(deployment) == ALARM {
            return auto.is_on_for("DEPLOYMENT_STOP_ON_ALARM");
        }
        match self.watch.asked_to_stop {
            Some(cause) => cause.goes_back(),
            None => auto.is_on_for("DEPLOYMENT_STOP_ON_REQUEST"),
        }
    }

    /// A deployment of the group that was made after ours and does not go back from it.
    pub(super) fn successor(&self) -> Option<Successor> {
        let ours = self.start.deployment.as_ref();
        let back = self.rolled_back_by();
        let later = self
            .listed
            .iter()
            .find(|id| Some(*id) != ours && Some(*id) != back && !self.is_from_before(id));
        later.map(|id| Successor::CodeDeploy(id.clone()))
    }

    fn is_from_before(&self, id: &CodeDeployId) -> bool {
        self.start.last.as_ref() == Some(id)
    }

    /// Why it ended, in the words of whoever ended it.
    fn reason(&self, deployment: &CodeDeployment) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.watch.asked_to_stop.map(|cause| cause.to_string()));
        if let Some(event) = self.failed_event() {
            let line = event.diagnosis.as_ref().map(Trouble::line);
            parts.push(match line.filter(|line| !line.is_empty()) {
                Some(line) => format!("lifecycle event {} failed: {line}", event.name),
                None => format!("lifecycle event {} failed", event.name),
            });
        }
        let trouble = deployment.trouble.as_ref().map(Trouble::line);
        parts.extend(trouble.filter(|line| {
            !line.is_empty() && !parts.iter().any(|part| part.contains(line.as_str()))
        }));
        parts.join("; ")
    }

    /// No deployment was made: only the number of tasks is waited for.
    fn judge_counts(&mut self, seen: &Observation) -> Verdict {
        let Some(counts) = seen.service.got().map(|service| service.counts) else {
            return Verdict::InProgress;
        };
        self.watch.judge_counts(counts, self.start.desired)
    }
}

fn code(deployment: &CodeDeployment) -> &str {
    deployment
        .trouble
        .as_ref()
        .map_or("", |trouble| trouble.code.as_str())
}
