//! Whether what serves is what was deployed. No success is reported without this.

use super::targets::Health;
use super::{Doubt, GONE, LASTING, Shift};
use crate::domain::rollout::{Observation, Receipt, Successor, Verdict, WaitUntil};
use crate::domain::service::{RevisionImage, ServiceState, TaskSet, tail};

impl Shift {
    /// CodeDeploy says that our deployment is done, or the traffic moved: the primary task set has to be ours.
    pub(super) fn confirm(&mut self, seen: &Observation) -> Verdict {
        let Some(service) = seen.service.got().cloned() else {
            return Verdict::InProgress;
        };
        let ours = self.start.deployment.as_ref();
        let wanted = self.start.task_definition.as_str();
        let Some(primary) = service.primary_task_set() else {
            // Not every endpoint shows task sets.
            let same = service.task_sets.is_empty() && service.task_definition == wanted;
            return if same {
                self.live(&service)
            } else {
                self.not_ours(None)
            };
        };
        let made_by_us = primary.made_by.is_none() || primary.made_by.as_ref() == ours;
        if made_by_us && primary.task_definition == wanted {
            return self.live(&service);
        }
        self.not_ours(Some(primary))
    }

    fn not_ours(&mut self, primary: Option<&TaskSet>) -> Verdict {
        let Some(primary) = primary else {
            return if self.watch.lasts(Doubt::NotOursAfterSuccess, GONE) {
                Verdict::Failed {
                    reason: "CodeDeploy reports success, but no task set serves production"
                        .to_owned(),
                }
            } else {
                Verdict::InProgress
            };
        };
        let other = primary.made_by.as_ref().filter(|by| {
            self.start.deployment.as_ref() != Some(*by)
                && self.start.previous_set.as_ref() != Some(&primary.id)
        });
        if let Some(other) = other.cloned() {
            return if self.watch.lasts(Doubt::PrimaryMoved, LASTING) {
                Verdict::Superseded {
                    by: Successor::CodeDeploy(other),
                }
            } else {
                Verdict::InProgress
            };
        }
        if self.watch.lasts(Doubt::NotOursAfterSuccess, GONE) {
            return match self.successor() {
                Some(by) => Verdict::Superseded { by },
                None => Verdict::Failed {
                    reason: format!(
                        "CodeDeploy reports success, but the task set that serves production has another task definition: `{}`",
                        tail(&primary.task_definition)
                    ),
                },
            };
        }
        Verdict::InProgress
    }

    fn live(&mut self, service: &ServiceState) -> Verdict {
        let clean = match self.watch.goal.wait_until {
            WaitUntil::Clean => is_clean(service),
            WaitUntil::Traffic | WaitUntil::Completed => true,
        };
        if !clean {
            return Verdict::InProgress;
        }
        match self.health() {
            Health::Good => {}
            Health::Open => return Verdict::InProgress,
            Health::Bad => {
                return Verdict::Failed {
                    reason: "CodeDeploy reports success, but the load balancer finds none of the new tasks healthy"
                        .to_owned(),
                };
            }
        }
        Verdict::Deployed(Receipt {
            task_definition: self.start.task_definition.clone(),
            images: self.images(),
        })
    }

    /// What the containers of our task set run, as their tasks say it.
    fn images(&self) -> Vec<RevisionImage> {
        let running = self.watch.tasks.all().find(|task| task.is_running());
        running
            .map(|task| task.containers.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|container| RevisionImage {
                container: container.name.clone(),
                image: container.image.clone().unwrap_or_default(),
                digest: container.image_digest.clone(),
            })
            .collect()
    }
}

/// Whether no old task is left.
fn is_clean(service: &ServiceState) -> bool {
    let Some(primary) = service.primary_task_set() else {
        return service.counts.running == service.counts.desired && service.counts.pending == 0;
    };
    let alone = service
        .task_sets
        .iter()
        .all(|set| set.id == primary.id || set.counts.running == 0);
    alone && primary.counts.running == primary.counts.desired && primary.counts.pending == 0
}
