//! Watching a deployment by CodeDeploy, as a fold over what is read of it.
//!
//! It is followed by its id. If it fails or is stopped, and CodeDeploy goes back, the deployment that goes back is followed to
//! its end too. Success is what CodeDeploy calls one, and the primary task set being the one it made.
//! Nothing here reads, sleeps or prints.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::facts::{
    CodeDeployStatus, CodeDeployment, LifecycleState, SetLabel, ShiftTarget, Trouble,
};
use super::start::{ShiftStart, ShiftWanted};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::rollout::{
    Goal, Observation, Progress, Read, RolloutEvent, StopCause, Verdict, Wanted,
};
use crate::domain::service::{CodeDeployId, ServiceState, TaskSet, TaskState};

mod confirm;
mod glance;
mod judge;
mod narration;
mod targets;
mod tasks;

use narration::Narration;
use targets::Targets;

/// What would end the watching if it stayed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    ServiceMissing,
    DeploymentMissing,
    NoRollback,
    NoSuccessor,
    NotOursAfterSuccess,
    PrimaryMoved,
    CountDiffers,
}

/// How long something has to be missing before it counts as gone.
const GONE: Duration = Duration::from_mins(1);
/// How long another state has to last before it counts as the new one.
const LASTING: Duration = Duration::from_secs(15);

/// A deployment by CodeDeploy being watched.
#[derive(Debug, Clone)]
pub struct Shift {
    start: ShiftStart,
    goal: Goal,
    deadline: Duration,
    narration: Narration,
    doubt: Option<(Doubt, Duration)>,
    doubt_before: Option<(Doubt, Duration)>,
    asked_to_stop: Option<StopCause>,
    stop_wanted: Option<StopCause>,
    service: Option<ServiceState>,
    deployment: Option<CodeDeployment>,
    target: Option<ShiftTarget>,
    rollback: Option<CodeDeployment>,
    listed: Vec<CodeDeployId>,
    tasks: BTreeMap<String, TaskState>,
    targets: Targets,
    messages: Vec<String>,
    quiet: u32,
    tasks_read: Option<(Duration, Progress)>,
    now: Duration,
    verdict: Verdict,
    /// Whether tasks were read at all.
    tasks_known: bool,
    /// Whether it is only looked at, not waited for.
    glances: bool,
}

impl Shift {
    /// Begins to watch.
    #[must_use]
    pub fn new(start: ShiftStart, goal: Goal) -> Self {
        Self {
            narration: Narration::after(start.events.clone()),
            deadline: goal.timeout,
            start,
            goal,
            doubt: None,
            doubt_before: None,
            asked_to_stop: None,
            stop_wanted: None,
            service: None,
            deployment: None,
            target: None,
            rollback: None,
            listed: Vec::new(),
            tasks: BTreeMap::new(),
            targets: Targets::default(),
            messages: Vec::new(),
            quiet: 0,
            tasks_read: None,
            now: Duration::ZERO,
            verdict: Verdict::InProgress,
            tasks_known: false,
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
        self.take_in(seen);
        self.tell(seen, &mut out);
        self.verdict = self.judge(seen);
        self.watch_failures();
        if !self.verdict.is_final() && elapsed >= self.deadline {
            self.verdict = Verdict::TimedOut {
                after: self.goal.timeout,
            };
        }
        let moving = out
            .iter()
            .any(|event| !matches!(event, RolloutEvent::Service(_)));
        self.quiet = if moving {
            0
        } else {
            self.quiet.saturating_add(1)
        };
        (out, self.verdict.clone())
    }

    /// What is worth asking CodeDeploy next.
    #[must_use]
    pub fn wanted_shift(&self) -> Option<ShiftWanted> {
        let ours = self.start.deployment.as_ref()?;
        Some(ShiftWanted {
            deployments: [Some(ours), self.rolled_back_by()]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            target: self.start.target.clone(),
            list: self
                .doubt
                .map(|_| (self.start.at.clone(), self.created_at())),
        })
    }

    /// What else is worth reading.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted {
            service: true,
            tasks: self.tasks_wanted(),
            ..Wanted::default()
        }
    }

    /// How long to wait before reading again: 1 s while something is about to be decided or just moved, up to 5 s when quiet.
    #[must_use]
    pub fn pause(&self) -> Duration {
        if self.doubt.is_some() {
            return Duration::from_secs(1);
        }
        Duration::from_secs(u64::from(self.quiet.clamp(1, 5)))
    }

    /// What is known of the start.
    #[must_use]
    pub fn start(&self) -> &ShiftStart {
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
        if matches!(self.verdict, Verdict::TimedOut { .. }) {
            self.verdict = Verdict::InProgress;
        }
        RolloutEvent::StopAsked(cause)
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

    /// Where it stands, in one line: what it waits for, else its tasks.
    #[must_use]
    pub fn standing(&self) -> String {
        let ready = self
            .deployment
            .as_ref()
            .is_some_and(|deployment| deployment.status == CodeDeployStatus::Ready);
        let target = self.target.as_ref();
        if ready && !target.is_some_and(ShiftTarget::is_shifting) {
            return "the new tasks are ready; waiting for somebody to let the traffic move"
                .to_owned();
        }
        let weight = target
            .and_then(|target| target.set(&SetLabel::Green))
            .map_or(0.0, |green| green.weight);
        format!("{}, {weight} % of the traffic", self.progress())
    }

    /// The lifecycle event that failed, if one did.
    #[must_use]
    pub fn failed_event(&self) -> Option<&LifecycleState> {
        self.target.as_ref().and_then(ShiftTarget::failed)
    }

    /// Whether production traffic began to move to the new tasks, and the deployment is not over.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let over = self
            .deployment
            .as_ref()
            .is_some_and(|deployment| deployment.status.is_over());
        self.start.deployment.is_some() && !over
    }

    /// The task set of ours, as the service has it.
    #[must_use]
    pub fn green(&self) -> Option<&TaskSet> {
        let ours = self.start.deployment.as_ref()?;
        let sets = &self.service.as_ref()?.task_sets;
        sets.iter()
            .find(|set| set.made_by.as_ref() == Some(ours))
            .or_else(|| {
                let id = &self.target.as_ref()?.set(&SetLabel::Green)?.id;
                sets.iter().find(|set| set.id == *id)
            })
    }

    /// The alarms of the group, if one of them stopped the deployment.
    #[must_use]
    pub fn alarms_fired(&self) -> Vec<String> {
        let trouble = self
            .deployment
            .as_ref()
            .and_then(|now| now.trouble.as_ref());
        if trouble.is_some_and(|trouble| trouble.code == judge::ALARM) {
            self.start.alarms.clone()
        } else {
            Vec::new()
        }
    }

    /// What went wrong, as far as it was seen.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let failed = self
            .failed_event()
            .and_then(|event| event.diagnosis.as_ref());
        let troubles = [&self.deployment, &self.rollback]
            .into_iter()
            .flatten()
            .filter_map(|deployment| deployment.trouble.as_ref());
        let mut texts: Vec<String> = Vec::new();
        for line in failed.into_iter().chain(troubles).map(Trouble::line) {
            if !line.is_empty() && !texts.contains(&line) {
                texts.push(line);
            }
        }
        Diagnosis::new(
            self.tasks.values(),
            self.messages.iter().map(String::as_str),
            [],
        )
        .with_targets(&self.troubled_targets())
        .with_codedeploy(texts.iter().map(String::as_str))
    }

    /// Keeps what later observations build on.
    fn take_in(&mut self, seen: &Observation) {
        if let Read::Got(service) = &seen.service {
            self.service = Some(service.clone());
        }
        if let Read::Got(found) = &seen.shift.deployments {
            let of = |id: Option<&CodeDeployId>| {
                found
                    .iter()
                    .find(|deployment| Some(&deployment.id) == id)
                    .cloned()
            };
            self.deployment = of(self.start.deployment.as_ref()).or(self.deployment.take());
            self.rollback = of(self.rolled_back_by()).or(self.rollback.take());
        }
        let ours = self.start.deployment.as_ref();
        if let Some(Read::Got(target)) = ours.and_then(|id| seen.shift.targets.get(id)) {
            self.target = Some(target.clone());
        }
        if let Read::Got(listed) = &seen.shift.listed {
            self.listed.clone_from(listed);
        }
        if let Read::Got(tasks) = &seen.tasks {
            self.remember(tasks);
            self.tasks_read = Some((self.now, self.counted()));
        }
    }

    fn tell(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) {
        let created_at = self.created_at();
        if let Read::Got(service) = &seen.service {
            let told = out.len();
            self.narration.service(service, created_at, out);
            for event in &out[told..] {
                if let RolloutEvent::Service(event) = event {
                    self.messages.push(event.message.clone());
                }
            }
        }
        for deployment in [&self.deployment, &self.rollback].into_iter().flatten() {
            self.narration.deployment(deployment, out);
        }
        for id in [
            self.start.deployment.as_ref(),
            self.rolled_back_by().cloned().as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            match seen.shift.targets.get(id) {
                Some(Read::Got(target)) => self.narration.target(id, target, out),
                Some(Read::Unavailable(why)) => self.narration.no_target(why, out),
                Some(Read::NotRead | Read::Missing) | None => {}
            }
        }
        if let (Some(deployment), Some(target)) = (&self.deployment, &self.target)
            && !deployment.status.is_over()
        {
            let wait = self.start.termination_wait;
            self.narration
                .waits(deployment, target, self.start.ready_wait, wait, out);
        }
        let now = self.counted();
        self.narration.progress(now, out);
        if seen.tasks.got().is_some() {
            self.narration.tasks(self.tasks.values(), out);
        }
    }

    /// When our deployment was made, by the clock of CodeDeploy.
    fn created_at(&self) -> Option<SystemTime> {
        self.deployment
            .as_ref()
            .and_then(|deployment| deployment.created_at)
    }

    fn rolled_back_by(&self) -> Option<&CodeDeployId> {
        self.deployment
            .as_ref()
            .and_then(|deployment| deployment.rolled_back_by.as_ref())
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
