//! Watching a deployment by CodeDeploy, as a fold over what is read of it.
//!
//! It is followed by its id. If it fails or is stopped, and CodeDeploy goes back, the deployment that goes back is followed to
//! its end too. Success is what CodeDeploy calls one, and the primary task set being the one it made.
//! Nothing here reads, sleeps or prints.

use std::time::{Duration, SystemTime};

use super::facts::{
    CodeDeployStatus, CodeDeployment, LifecycleState, SetLabel, ShiftTarget, Trouble,
};
use super::start::{ShiftStart, ShiftWanted};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::rollout::{Goal, Observation, Progress, Read, RolloutEvent, Verdict, Wanted};
use crate::domain::service::{CodeDeployId, TaskSet};
use crate::domain::watch::{Doubt, GONE, LASTING, Watch};

mod confirm;
mod judge;
mod narration;
mod targets;
mod tasks;

use narration::Narration;
use targets::Targets;

/// A deployment by CodeDeploy being watched.
#[derive(Debug, Clone)]
pub struct Shift {
    watch: Watch,
    start: ShiftStart,
    narration: Narration,
    deployment: Option<CodeDeployment>,
    target: Option<ShiftTarget>,
    rollback: Option<CodeDeployment>,
    listed: Vec<CodeDeployId>,
    targets: Targets,
    quiet: u32,
    tasks_read: Option<(Duration, Progress)>,
}

impl Shift {
    /// Begins to watch.
    #[must_use]
    pub fn new(start: ShiftStart, goal: Goal) -> Self {
        Self {
            watch: Watch::new(goal, start.events.clone()),
            start,
            narration: Narration::default(),
            deployment: None,
            target: None,
            rollback: None,
            listed: Vec::new(),
            targets: Targets::default(),
            quiet: 0,
            tasks_read: None,
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
        self.take_in(seen);
        self.tell(seen, &mut out);
        self.watch.verdict = self.judge(seen);
        self.watch_failures();
        let verdict = self.watch.conclude();
        // The service talks of itself, too.
        let moved = |event: &RolloutEvent| !matches!(event, RolloutEvent::Service(_));
        self.quiet = if out.iter().any(moved) {
            0
        } else {
            self.quiet.saturating_add(1)
        };
        (out, verdict)
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
                .watch
                .doubts()
                .then(|| (self.start.at.clone(), self.created_at())),
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
        if self.watch.doubts() {
            return Duration::from_secs(1);
        }
        Duration::from_secs(u64::from(self.quiet.clamp(1, 5)))
    }

    /// What is known of the start.
    #[must_use]
    pub fn start(&self) -> &ShiftStart {
        &self.start
    }

    /// What it shares with deployments that ECS makes.
    pub(in crate::domain) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The same, to change it.
    pub(in crate::domain) fn watch_mut(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// Whether another look may show something else than the last one.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        // One that is over has an end that is not known so far.
        let over = self
            .deployment
            .as_ref()
            .is_some_and(|one| one.status.is_over());
        self.watch.doubts() || self.target.is_none() || over
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
        let tasks = self.watch.told_progress().unwrap_or_default();
        format!("{tasks}, {weight} % of the traffic")
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
        let sets = &self.watch.service.as_ref()?.task_sets;
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
        texts.extend(self.checked_too_late());
        Diagnosis::new(
            self.watch.tasks.all(),
            self.watch.messages.iter().map(String::as_str),
            [],
        )
        .with_targets(&self.troubled_targets())
        .with_codedeploy(texts.iter().map(String::as_str))
    }

    /// Keeps what later observations build on.
    fn take_in(&mut self, seen: &Observation) {
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
            self.tasks_read = Some((self.watch.now, self.counted()));
        }
    }

    fn tell(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) {
        let created_at = self.created_at();
        self.watch.tell_service(seen, created_at, out);
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
        // As long as there is nothing of ours, there is nothing to tell.
        if self.watch.told_progress().is_some() || now.desired > 0 || now.running > 0 {
            self.watch.tell_progress(now, out);
        }
        if seen.tasks.got().is_some() {
            self.watch.tell_tasks(out);
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
}

#[cfg(test)]
mod tests;
