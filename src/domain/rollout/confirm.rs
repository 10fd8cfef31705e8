//! Whether what runs is what was deployed. No success is reported without this.

use super::{
    Doubt, GONE, LASTING, Link, Observation, Read, Receipt, Rollout, Successor, Verdict, WaitUntil,
};
use crate::domain::service::{Deployment, DeploymentRole, RolloutState, ServiceState, tail};

impl Rollout {
    /// ECS says that our deployment is done: the service has to run it.
    pub(super) fn confirm(&mut self, seen: &Observation) -> Verdict {
        let Some(service) = seen.service.got() else {
            return Verdict::InProgress;
        };
        let Some(primary) = service.primary() else {
            return Verdict::InProgress;
        };
        if primary.id != self.start.id {
            return self.judge_other(primary);
        }
        if primary.task_definition != self.start.task_definition {
            return Verdict::Failed {
                reason: format!(
                    "ECS reports success, but the deployment has another task definition: `{}`",
                    tail(&primary.task_definition)
                ),
            };
        }
        if let Some(verdict) = self.check_images() {
            return verdict;
        }
        let clean = match self.watch.goal.wait_until {
            WaitUntil::Clean => is_clean(service, primary),
            WaitUntil::Traffic | WaitUntil::Completed => true,
        };
        if clean {
            Verdict::Deployed(Receipt {
                task_definition: primary.task_definition.clone(),
                images: self
                    .revision
                    .got()
                    .map(|revision| revision.images.clone())
                    .unwrap_or_default(),
            })
        } else {
            Verdict::InProgress
        }
    }

    /// ECS says that ours is done, yet another one is primary: an old answer, or the service moved on.
    fn judge_other(&mut self, primary: &Deployment) -> Verdict {
        if self.start.before.primary.as_ref() == Some(&primary.id) {
            if self.watch.lasts(Doubt::NotOursAfterSuccess, GONE) {
                return Verdict::Failed {
                    reason: format!(
                        "ECS reports success, but the service runs what it ran before: `{}`",
                        tail(&primary.task_definition)
                    ),
                };
            }
            return Verdict::InProgress;
        }
        if self.watch.lasts(Doubt::PrimaryMoved, LASTING) {
            let by = self.successor().unwrap_or_else(|| {
                Successor::Entry(primary.id.clone(), primary.task_definition.clone())
            });
            return Verdict::Superseded { by };
        }
        Verdict::InProgress
    }

    /// Whether every digest that the task definition names is what ECS resolved. None: they are.
    fn check_images(&mut self) -> Option<Verdict> {
        let revision = match &self.revision {
            Read::Got(revision) => revision,
            Read::Unavailable(_) => return None,
            // There is none to be had without a service deployment, and no reason to wait for ever for one that lags.
            Read::NotRead | Read::Missing => {
                let enough = matches!(self.link, Link::None | Link::Searching)
                    || self.watch.lasts(Doubt::RevisionMissing, GONE);
                return (!enough).then_some(Verdict::InProgress);
            }
        };
        for (container, digest) in &self.start.digests {
            let found = revision
                .images
                .iter()
                .find(|image| image.container == *container)
                .and_then(|image| image.digest.as_deref());
            if let Some(found) = found.filter(|found| found != digest) {
                return Some(Verdict::Failed {
                    reason: format!(
                        "container `{container}` is to run the digest `{digest}`, but ECS resolved `{found}`"
                    ),
                });
            }
        }
        None
    }

    /// No deployment started: only the number of tasks is waited for.
    pub(super) fn judge_counts(&mut self, seen: &Observation) -> Verdict {
        let Some(service) = seen.service.got() else {
            return Verdict::InProgress;
        };
        let Some(primary) = service.primary() else {
            return Verdict::InProgress;
        };
        if primary.id != self.start.id {
            if self.watch.lasts(Doubt::PrimaryMoved, LASTING) {
                let by = Successor::Entry(primary.id.clone(), primary.task_definition.clone());
                return Verdict::Superseded { by };
            }
            return Verdict::InProgress;
        }
        if primary.rollout == Some(RolloutState::Failed) {
            return Verdict::Failed {
                reason: format!(
                    "nothing started, and the last deployment of this revision failed: {}",
                    primary.reason
                ),
            };
        }
        self.watch.judge_counts(service.counts, self.start.desired)
    }
}

/// Whether no old task is left: the service says so. What ECS keeps of a deployment that is over may be counts from its end.
fn is_clean(service: &ServiceState, primary: &Deployment) -> bool {
    let alone = service
        .deployments
        .iter()
        .all(|other| other.id == primary.id || other.role == DeploymentRole::Inactive);
    let counts = primary.counts;
    alone && counts.running == counts.desired && counts.pending == 0
}
