//! Watching a deployment, as a fold over what is read of it.
//!
//! A deployment is followed by identity and never by the service being stable: a service that ECS rolled back is stable too.
//! The entry of `deployments` that the answer of `UpdateService` calls primary has the id `ecs-svc/<N>`; the same `<N>` ends
//! the ARN of the service revision that the deployment brings, and that names the service deployment to follow. Where there is
//! none, the entry itself is followed.
//!
//! Answers lag, repeat and come in the wrong order. What would end the watching because something is *not* there has to stay
//! that way for a while; what ECS states about our own deployment is believed at once.
//! Nothing here reads, sleeps or prints.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::service::{
    Counts, DeploymentId, RolloutState, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentBrief, ServiceRevision, TaskState,
};
use crate::domain::watch::{Doubt, GONE, LASTING, Watch};

mod approval;
mod by_deployment;
mod by_entry;
pub mod commands;
mod confirm;
mod counting;
mod diagnosed;
mod event;
mod facts;
mod known;
mod link;
mod narration;
mod observation;
mod pacing;
mod start;
mod targets;
mod verdict;

pub use approval::{Approval, OnPause};
pub use event::{Guard, Progress, RolloutEvent};
use link::Link;
use narration::Narration;
pub use observation::{ListSince, Observation, Read, Wanted};
use pacing::{Pacing, TaskCounts};
pub use start::{Before, Goal, Start};
use targets::Targets;
pub use verdict::{Brief, Receipt, StopCause, Successor, Verdict, WaitUntil};

/// A deployment being watched that ECS makes.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that hold or not, each by itself: there is no state they are parts of"
)]
pub struct Rollout {
    watch: Watch,
    start: Start,
    link: Link,
    /// Service deployments that the service named and that are not ours.
    foreign: BTreeSet<ServiceDeploymentArn>,
    narration: Narration,
    deployment: Option<ServiceDeployment>,
    listed: Vec<ServiceDeploymentBrief>,
    revision: Read<ServiceRevision>,
    targets: Targets,
    entry_failed: bool,
    seen: bool,
    source_checked: bool,
    pacing: Pacing,
    tasks_read: Option<TaskCounts>,
    /// Whether it was started by somebody else.
    attached: bool,
}

impl Rollout {
    /// Begins to watch.
    #[must_use]
    pub fn new(start: Start, goal: Goal) -> Self {
        Self {
            watch: Watch::new(goal, start.before.events.clone()),
            narration: Narration::default(),
            link: if start.moved {
                Link::Searching
            } else {
                Link::None
            },
            foreign: BTreeSet::new(),
            start,
            deployment: None,
            listed: Vec::new(),
            revision: Read::NotRead,
            targets: Targets::default(),
            entry_failed: false,
            seen: false,
            source_checked: false,
            pacing: Pacing::default(),
            tasks_read: None,
            attached: false,
        }
    }

    /// Takes in what was read `elapsed` after the start, and says what is new and how it stands.
    /// Once a verdict is final it stays.
    pub fn observe(
        &mut self,
        seen: &Observation,
        elapsed: Duration,
    ) -> (Vec<RolloutEvent>, Verdict) {
        let mut out = Vec::new();
        if self.watch.verdict.is_final() {
            return (out, self.watch.verdict.clone());
        }
        self.watch.look(seen, elapsed);
        self.take_in(seen, &mut out);
        self.find_link(seen, &mut out);
        self.tell(seen, &mut out);
        self.watch.verdict = self.judge(seen, &mut out);
        self.watch_failures(&mut out);
        self.watch_targets();
        let verdict = self.watch.conclude();
        self.note_look(seen);
        (out, verdict)
    }

    /// The service deployment that is followed, once it is found.
    #[must_use]
    pub fn service_deployment(&self) -> Option<&ServiceDeploymentArn> {
        match &self.link {
            Link::Found(arn) => Some(arn),
            Link::Searching | Link::None => None,
        }
    }

    /// The id of our entry.
    #[must_use]
    pub fn id(&self) -> &DeploymentId {
        &self.start.id
    }

    /// What is known of the start.
    #[must_use]
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// What it shares with deployments that CodeDeploy makes.
    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The same, to change it.
    pub(super) fn watch_mut(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// What waits for an answer, as read last.
    #[must_use]
    pub fn approvals(&self) -> Vec<Approval> {
        self.deployment
            .as_ref()
            .filter(|deployment| !deployment.status.is_over())
            .map(Approval::all_of)
            .unwrap_or_default()
    }

    /// Where it stands, in one line: what it waits for, else its tasks.
    #[must_use]
    pub fn standing(&self) -> String {
        match self.approvals().first() {
            Some(approval) => approval.to_string(),
            None => self.watch.told_progress().unwrap_or_default().to_string(),
        }
    }

    /// Takes in tasks that were read after the end, for the diagnosis.
    pub fn remember(&mut self, tasks: &[TaskState]) {
        let id = self.start.id.as_str();
        let ours = |task: &&TaskState| task.started_by.as_deref() == Some(id);
        self.watch.tasks.keep(tasks.iter().filter(ours));
    }

    /// Keeps what later observations build on.
    fn take_in(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) {
        let mut reads_tasks = false;
        if let Read::Got(listed) = &seen.listed {
            self.listed.clone_from(listed);
        }
        if let Read::Got(tasks) = &seen.tasks {
            self.remember(tasks);
            reads_tasks = true;
        }
        match &seen.revision {
            Read::NotRead => {}
            Read::Unavailable(why) => {
                if !matches!(self.revision, Read::Unavailable(_)) {
                    out.push(RolloutEvent::NotConfirmed {
                        what: format!("the image digests, because {why}"),
                    });
                }
                self.revision = seen.revision.clone();
            }
            Read::Missing | Read::Got(_) => self.revision = seen.revision.clone(),
        }
        if let (Link::Found(_), Read::Got(deployment)) = (&self.link, &seen.deployment) {
            self.deployment = Some(deployment.clone());
            self.check_source(out);
        }
        if let (Read::Got(_), Some(entry)) = (&seen.service, self.entry()) {
            let failed = entry.rollout == Some(RolloutState::Failed);
            self.entry_failed |= failed;
            self.seen = true;
        }
        if reads_tasks {
            self.tasks_read = Some(self.task_counts());
        }
    }

    /// Our entry in the service as it was read last.
    fn entry(&self) -> Option<&crate::domain::service::Deployment> {
        self.watch
            .service
            .as_ref()
            .and_then(|service| service.deployment(&self.start.id))
    }

    fn counts_of_entry(&self) -> (Counts, u32) {
        self.entry().map_or_else(
            || (Counts::default(), 0),
            |entry| (entry.counts, entry.failed_tasks),
        )
    }

    fn tell(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) {
        if let (Link::Found(_), Read::Got(deployment)) = (&self.link, &seen.deployment) {
            self.narration.deployment(deployment, out);
        }
        self.watch.tell_service(seen, self.start.created_at, out);
        if let Some(now) = self.counted(seen) {
            self.watch.tell_progress(now, out);
        }
        if seen.tasks.got().is_some() {
            self.watch.tell_tasks(out);
        }
    }

    fn judge(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) -> Verdict {
        if let Some(gone) = self.watch.service_gone(seen) {
            return gone;
        }
        if !self.start.moved {
            return self.judge_counts(seen);
        }
        match (&self.link, &seen.deployment) {
            (Link::Found(_), Read::Got(deployment)) => {
                let deployment = deployment.clone();
                self.judge_deployment(&deployment, seen)
            }
            (Link::Found(_), Read::Missing) => {
                if self.watch.lasts(Doubt::DeploymentMissing, GONE) {
                    self.lose_link("ECS no longer knows the service deployment", out);
                }
                Verdict::InProgress
            }
            (Link::Found(_), Read::Unavailable(why)) => {
                self.lose_link(why, out);
                self.judge_entry(seen, out)
            }
            (Link::None, _) => self.judge_entry(seen, out),
            (Link::Found(_), Read::NotRead) | (Link::Searching, _) => Verdict::InProgress,
        }
    }
}

#[cfg(test)]
mod tests;
