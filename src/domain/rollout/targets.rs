//! The targets of a deployment behind its load balancers: when they are worth reading, and what is told of them.
//!
//! The load balancer gives its reason only while a target fails: as soon as ECS stops the task, the target is being taken out and
//! the reason is gone. So they are read while a deployment is in trouble or does not get on, and not only at its end. That they
//! can not be read is nothing a deployment depends on.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Read, Rollout, RolloutEvent, Verdict};
use crate::domain::service::LifecycleStage;
use crate::domain::target_health::{TargetHealth, TargetReason, of_ours, troubles};

/// How long all tasks run without the deployment getting on before their targets are looked at.
const STILL: Duration = Duration::from_secs(45);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// How often nothing is found before it is no longer looked for without a sign of trouble.
const QUIET: u32 = 3;

/// What is known of the targets.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// When they were read last.
    read_at: Option<Duration>,
    /// How often in a row no trouble was found.
    quiet: u32,
    /// Whether they can not be read, so that it is not tried again.
    unavailable: bool,
    /// How many signs of trouble there were when they were read last.
    signs: usize,
    /// Since when all tasks run, as many as there are to be.
    full_since: Option<Duration>,
    /// Every target that was seen failing, as it was seen last; and those that were still looked at when read last.
    failing: Vec<TargetHealth>,
    waiting: Vec<TargetHealth>,
    /// What was told.
    told: BTreeSet<String>,
}

impl Rollout {
    /// The ARNs of the target groups that the tasks of the deployment are put into: what its revision says, or else the service.
    #[must_use]
    pub fn target_groups(&self) -> Vec<String> {
        let of_revision = match &self.revision {
            Read::Got(revision) => revision.target_groups.clone(),
            Read::NotRead | Read::Missing | Read::Unavailable(_) => Vec::new(),
        };
        if !of_revision.is_empty() {
            return of_revision;
        }
        let balancers = self.service.iter().flat_map(|now| &now.load_balancers);
        let groups: BTreeSet<&String> = balancers
            .map(|balancer| &balancer.target)
            .filter(|target| target.contains(":targetgroup/"))
            .collect();
        groups.into_iter().cloned().collect()
    }

    /// The target groups worth reading now. Empty while all goes well.
    #[must_use]
    pub fn targets_wanted(&self) -> Vec<String> {
        let (counts, _) = self.counts_of_entry();
        let read = self.targets.read_at;
        let soon = read.is_some_and(|at| self.now.saturating_sub(at) < PAUSE);
        if self.targets.unavailable
            || soon
            || counts.running == 0
            || self.verdict != Verdict::InProgress
        {
            return Vec::new();
        }
        let signs = self.targets.signs < self.signs();
        let still = self.targets.quiet < QUIET
            && self.is_scaling_up()
            && self
                .targets
                .full_since
                .is_some_and(|since| self.now.saturating_sub(since) >= STILL);
        if signs || still {
            self.target_groups()
        } else {
            Vec::new()
        }
    }

    /// The target groups worth reading at the end of a deployment that failed.
    #[must_use]
    pub fn last_targets_wanted(&self) -> Vec<String> {
        if self.targets.unavailable || !self.start.moved {
            return Vec::new();
        }
        self.target_groups()
    }

    /// Takes in how the targets of the groups are, and tells the trouble that is new.
    pub fn observe_targets(&mut self, health: Vec<TargetHealth>) -> Vec<RolloutEvent> {
        let signs = self.signs();
        let addresses = self.tasks.values().flat_map(|task| &task.addresses);
        let ours: BTreeSet<String> = addresses.cloned().collect();
        let (waiting, failing): (Vec<_>, Vec<_>) = of_ours(health, &ours)
            .into_iter()
            .filter(TargetHealth::is_trouble)
            .partition(is_waiting);
        let targets = &mut self.targets;
        targets.read_at = Some(self.now);
        targets.signs = signs;
        targets.quiet = if failing.is_empty() {
            targets.quiet.saturating_add(1)
        } else {
            0
        };
        targets.waiting = waiting;
        let mut out = Vec::new();
        for trouble in troubles(&failing) {
            let what = (&trouble.group, &trouble.reason, &trouble.description);
            if targets.told.insert(format!("{what:?}")) {
                out.push(RolloutEvent::TargetsFailing(trouble));
            }
        }
        let is_new = |known: &TargetHealth| {
            !failing.iter().any(|one| {
                (&one.group, &one.target, one.port) == (&known.group, &known.target, known.port)
            })
        };
        targets.failing.retain(is_new);
        targets.failing.extend(failing);
        out
    }

    /// Notes that the targets can not be read. Whether that is news.
    pub fn targets_unavailable(&mut self) -> bool {
        !std::mem::replace(&mut self.targets.unavailable, true)
    }

    /// Keeps since when all tasks run.
    pub(super) fn watch_targets(&mut self) {
        let (counts, _) = self.counts_of_entry();
        let full = counts.desired > 0 && counts.running >= counts.desired;
        self.targets.full_since = match self.targets.full_since {
            Some(since) if full => Some(since),
            Some(_) | None => full.then_some(self.now),
        };
    }

    /// All targets in trouble, for the diagnosis: those that failed at any time, and those still looked at.
    pub(super) fn troubled_targets(&self) -> Vec<TargetHealth> {
        let all = self.targets.failing.iter().chain(&self.targets.waiting);
        all.cloned().collect()
    }

    /// What has happened that targets may explain: failed tasks, and events that speak of health.
    fn signs(&self) -> usize {
        let failed = usize::try_from(self.failed_tasks()).unwrap_or(usize::MAX);
        let unhealthy = self.messages.iter().filter(|message| {
            let message = message.to_lowercase();
            message.contains("unhealthy") || message.contains("not healthy")
        });
        failed.saturating_add(unhealthy.count())
    }

    /// Whether the new tasks still have to get healthy. Later stages of a deployment that moves traffic take their time anyway.
    fn is_scaling_up(&self) -> bool {
        let stage = self.deployment.as_ref().and_then(|now| now.stage.as_ref());
        let place = stage.and_then(LifecycleStage::position);
        let up = LifecycleStage::new("SCALE_UP").and_then(|stage| stage.position());
        place.is_none() || place <= up
    }
}

fn is_waiting(one: &TargetHealth) -> bool {
    matches!(
        one.reason,
        Some(TargetReason::Registering | TargetReason::FirstChecks)
    )
}
