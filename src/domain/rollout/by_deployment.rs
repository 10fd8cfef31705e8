//! How our service deployment stands, by what ECS states about it.

use std::time::Duration;

use super::{
    Approval, Doubt, LASTING, Observation, OnPause, Rollout, Successor, Verdict, WaitUntil,
};
use crate::domain::service::{
    LifecycleStage, ServiceDeployment, ServiceDeploymentStatus as Status,
};

/// How long the list of service deployments is waited for to name a successor that the service has already.
const LISTED_BY: Duration = Duration::from_secs(5);

impl Rollout {
    pub(super) fn judge_deployment(
        &mut self,
        deployment: &ServiceDeployment,
        seen: &Observation,
    ) -> Verdict {
        match &deployment.status {
            Status::Successful => self.confirm(seen),
            Status::RollbackSuccessful => Verdict::RolledBack {
                reason: self.reason(deployment),
                to: self.went_back_to(deployment),
            },
            Status::RollbackFailed => Verdict::RollbackFailed {
                reason: self.reason(deployment),
            },
            Status::Stopped => self.judge_stopped(deployment),
            Status::StopRequested | Status::RollbackRequested | Status::RollbackInProgress => {
                Verdict::InProgress
            }
            Status::Pending | Status::InProgress | Status::Other(_) => {
                self.judge_running(deployment, seen)
            }
        }
    }

    fn judge_running(&mut self, deployment: &ServiceDeployment, seen: &Observation) -> Verdict {
        if self.watch.asked_to_stop.is_none() {
            let approvals = Approval::all_of(deployment);
            if self.watch.goal.on_pause == OnPause::Exit && !approvals.is_empty() {
                return Verdict::Paused { approvals };
            }
        }
        let shifted = deployment
            .stage
            .as_ref()
            .is_some_and(LifecycleStage::is_after_traffic);
        match self.watch.goal.wait_until {
            WaitUntil::Traffic if shifted => self.confirm(seen),
            WaitUntil::Traffic | WaitUntil::Completed | WaitUntil::Clean => Verdict::InProgress,
        }
    }

    /// Stopped is what ECS calls four things: a guard without rollback ended it, we had it stopped, another deployment took its
    /// place, or somebody stopped it.
    fn judge_stopped(&mut self, deployment: &ServiceDeployment) -> Verdict {
        let reason = self.reason(deployment);
        if deployment.guard_triggered() || self.entry_failed {
            return Verdict::Failed { reason };
        }
        if self.watch.asked_to_stop.is_some() {
            return Verdict::Stopped { reason };
        }
        // The list may not hold a successor right away; the entry of the service is the second best name for it.
        match self.successor() {
            Some(by @ Successor::Service(_)) => Verdict::Superseded { by },
            Some(by @ Successor::Entry(..)) if self.watch.lasts(Doubt::NoSuccessor, LISTED_BY) => {
                Verdict::Superseded { by }
            }
            None if self.watch.lasts(Doubt::NoSuccessor, LASTING) => Verdict::Stopped { reason },
            Some(Successor::Entry(..) | Successor::CodeDeploy(_)) | None => Verdict::InProgress,
        }
    }

    /// The deployment that was made after ours.
    pub(super) fn successor(&self) -> Option<Successor> {
        let before = &self.start.before;
        let created = self
            .deployment
            .as_ref()
            .and_then(|deployment| deployment.created_at)
            .or(self.start.created_at);
        let later = self.listed.iter().find(|brief| {
            let ours = brief
                .target
                .as_ref()
                .is_some_and(|target| self.start.id.brings(target));
            let known = before.service_deployments.contains(&brief.arn);
            let older = matches!((brief.created_at, created), (Some(at), Some(ours)) if at < ours);
            !ours && !known && !older
        });
        if let Some(brief) = later {
            return Some(Successor::Service(brief.arn.clone()));
        }
        let primary = self.watch.service.as_ref()?.primary()?;
        let other = primary.id != self.start.id && before.primary.as_ref() != Some(&primary.id);
        let older = matches!((primary.created_at, self.start.created_at), (Some(at), Some(ours)) if at < ours);
        (other && !older)
            .then(|| Successor::Entry(primary.id.clone(), primary.task_definition.clone()))
    }

    /// The task definition of the revision that ECS went back to, which need not be the one right before: that may have failed
    /// as well.
    fn went_back_to(&self, deployment: &ServiceDeployment) -> Option<String> {
        let revision = deployment.rollback.as_ref()?.revision.as_ref()?;
        let before = &self.start.before;
        let entries = self
            .watch
            .service
            .iter()
            .flat_map(|service| &service.deployments);
        entries
            .map(|entry| (&entry.id, &entry.task_definition))
            .chain(
                before
                    .primary
                    .iter()
                    .map(|id| (id, &before.task_definition)),
            )
            .find(|(id, _)| id.brings(revision))
            .map(|(_, definition)| definition.clone())
    }

    /// Why it ended, in the words of whoever ended it.
    fn reason(&self, deployment: &ServiceDeployment) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.watch.asked_to_stop.map(|cause| cause.to_string()));
        let rollback = deployment.rollback.as_ref();
        for text in [
            deployment.reason.as_str(),
            rollback.map_or("", |rollback| rollback.reason.as_str()),
        ] {
            let text = text.trim_end_matches('.');
            if !text.is_empty() && !parts.iter().any(|part| part == text) {
                parts.push(text.to_owned());
            }
        }
        let unnamed: Vec<&str> = deployment
            .alarms_triggered
            .iter()
            .map(String::as_str)
            .filter(|alarm| !parts.iter().any(|part| part.contains(alarm)))
            .collect();
        if !unnamed.is_empty() {
            parts.push(format!("alarms: `{}`", unnamed.join("`, `")));
        }
        parts.join("; ")
    }
}
