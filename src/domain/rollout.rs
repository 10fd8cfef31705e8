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

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::service::{
    Counts, DeploymentId, RolloutState, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentBrief, ServiceRevision, ServiceState, TaskState,
};

mod approval;
mod by_deployment;
mod by_entry;
pub mod commands;
mod confirm;
mod diagnosed;
mod event;
mod facts;
mod failing;
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

/// What would end the watching if it stayed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    ServiceMissing,
    DeploymentMissing,
    RevisionMissing,
    NotOursAfterSuccess,
    NoSuccessor,
    PrimaryMoved,
    FailedAndStays,
    CountDiffers,
}

/// How long something has to be missing before it counts as gone.
const GONE: Duration = Duration::from_mins(1);
/// How long another state has to last before it counts as the new one.
const LASTING: Duration = Duration::from_secs(15);

/// A deployment being watched.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that hold or not, each by itself: there is no state they are parts of"
)]
pub struct Rollout {
    start: Start,
    goal: Goal,
    deadline: Duration,
    link: Link,
    /// Service deployments that the service named and that are not ours.
    foreign: BTreeSet<ServiceDeploymentArn>,
    narration: Narration,
    doubt: Option<(Doubt, Duration)>,
    doubt_before: Option<(Doubt, Duration)>,
    asked_to_stop: Option<StopCause>,
    stop_wanted: Option<StopCause>,
    service: Option<ServiceState>,
    deployment: Option<ServiceDeployment>,
    listed: Vec<ServiceDeploymentBrief>,
    revision: Read<ServiceRevision>,
    tasks: BTreeMap<String, TaskState>,
    targets: Targets,
    messages: Vec<String>,
    entry_failed: bool,
    seen: bool,
    source_checked: bool,
    pacing: Pacing,
    tasks_read: Option<TaskCounts>,
    now: Duration,
    verdict: Verdict,
    /// Whether tasks were read at all.
    tasks_known: bool,
    /// Whether it was started by somebody else.
    attached: bool,
    /// Whether it is only looked at, not waited for.
    glances: bool,
}

impl Rollout {
    /// Begins to watch.
    #[must_use]
    pub fn new(start: Start, goal: Goal) -> Self {
        Self {
            narration: Narration::after(start.before.events.clone()),
            deadline: goal.timeout,
            link: if start.moved {
                Link::Searching
            } else {
                Link::None
            },
            foreign: BTreeSet::new(),
            start,
            goal,
            doubt: None,
            doubt_before: None,
            asked_to_stop: None,
            stop_wanted: None,
            service: None,
            deployment: None,
            listed: Vec::new(),
            revision: Read::NotRead,
            tasks: BTreeMap::new(),
            targets: Targets::default(),
            messages: Vec::new(),
            entry_failed: false,
            seen: false,
            source_checked: false,
            pacing: Pacing::default(),
            tasks_read: None,
            now: Duration::ZERO,
            verdict: Verdict::InProgress,
            tasks_known: false,
            attached: false,
            glances: false,
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
        if self.verdict.is_final() {
            return (out, self.verdict.clone());
        }
        self.now = elapsed;
        self.doubt_before = self.doubt.take();
        self.take_in(seen, &mut out);
        self.find_link(seen, &mut out);
        self.tell(seen, &mut out);
        self.verdict = self.judge(seen, &mut out);
        self.watch_failures(&mut out);
        self.watch_targets();
        if !self.verdict.is_final() && elapsed >= self.deadline {
            self.verdict = Verdict::TimedOut {
                after: self.goal.timeout,
            };
        }
        let moving = out
            .iter()
            .any(|event| !matches!(event, RolloutEvent::Service(_)));
        self.note_look(seen, moving);
        (out, self.verdict.clone())
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

    /// How it stands.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Whether the deployment has to be stopped and rolled back by the caller, and why. Asked for until [`Self::stopping`].
    #[must_use]
    pub fn stop_wanted(&self) -> Option<StopCause> {
        self.stop_wanted
    }

    /// Notes that the deployment was asked to stop and go back, so that what follows is read as the answer to that, and watches
    /// for up to `more` from now on.
    pub fn stopping(&mut self, cause: StopCause, more: Duration) -> RolloutEvent {
        self.asked_to_stop = Some(cause);
        self.stop_wanted = None;
        self.deadline = self.now + more;
        if matches!(
            self.verdict,
            Verdict::TimedOut { .. } | Verdict::Deployed(_)
        ) {
            self.verdict = Verdict::InProgress;
        }
        RolloutEvent::StopAsked(cause)
    }

    /// Notes what became of it when what was there before was deployed again.
    pub fn taken_back(&mut self, verdict: Verdict) {
        self.asked_to_stop = Some(StopCause::Together);
        self.verdict = verdict;
    }

    /// Notes that stopping did not work, so that it is not asked for again.
    pub fn give_up_stopping(&mut self) {
        self.stop_wanted = None;
        self.goal.fail_fast = None;
    }

    /// How many tasks there are, as told last.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.narration.told_progress()
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
            None => self.progress().to_string(),
        }
    }

    /// Takes in tasks that were read after the end, for the diagnosis.
    pub fn remember(&mut self, tasks: &[TaskState]) {
        self.tasks_known = true;
        for task in tasks {
            if task.started_by.as_deref() == Some(self.start.id.as_str()) {
                let mut task = task.clone();
                // A task that was stopped may have lost its interface; its target is known by it all the same.
                if let (true, Some(known)) = (task.addresses.is_empty(), self.tasks.get(&task.arn))
                {
                    task.addresses.clone_from(&known.addresses);
                }
                self.tasks.insert(task.arn.clone(), task);
            }
        }
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
        if let Read::Got(service) = &seen.service {
            self.service = Some(service.clone());
            if let Some(entry) = self.entry() {
                let failed = entry.rollout == Some(RolloutState::Failed);
                self.entry_failed |= failed;
                self.seen = true;
            }
        }
        if reads_tasks {
            self.tasks_read = Some(self.task_counts());
        }
    }

    /// Our entry in the service as it was read last.
    fn entry(&self) -> Option<&crate::domain::service::Deployment> {
        self.service
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
        if let Read::Got(service) = &seen.service {
            let told = out.len();
            self.narration.service(service, self.start.created_at, out);
            for event in &out[told..] {
                if let RolloutEvent::Service(event) = event {
                    self.messages.push(event.message.clone());
                }
            }
        }
        self.narration.progress(
            &self.start.id,
            seen.service.got(),
            seen.deployment.got(),
            out,
        );
        if seen.tasks.got().is_some() {
            self.narration.tasks(self.tasks.values(), out);
        }
    }

    fn judge(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) -> Verdict {
        if let Some(gone) = self.service_gone(seen) {
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
                if self.lasts(Doubt::DeploymentMissing, GONE) {
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

    /// Whether a doubt has been there in all observations for this long.
    fn lasts(&mut self, doubt: Doubt, long: Duration) -> bool {
        let since = match self.doubt_before {
            Some((known, since)) if known == doubt => since,
            Some(_) | None => self.now,
        };
        self.doubt = Some((doubt, since));
        self.now.saturating_sub(since) >= self.patience(long)
    }
}

#[cfg(test)]
mod tests;
