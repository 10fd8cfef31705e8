//! The targets of a deployment behind its load balancers: when they are worth reading, and what is told of them.
//!
//! The load balancer gives its reason only while a target fails: as soon as ECS stops the task, the target is being taken out and
//! the reason is gone. So they are read while a deployment is in trouble or does not get on, and not only at its end. That they
//! can not be read is nothing a deployment depends on.

use std::time::Duration;

use super::{Read, Rollout, RolloutEvent, Verdict};
use crate::domain::service::LifecycleStage;
use crate::domain::target_health::{TargetHealth, TargetReason};
use crate::domain::watch::target_groups;

/// How long all tasks run without the deployment getting on before their targets are looked at.
const STILL: Duration = Duration::from_secs(45);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// How often nothing is found before it is no longer looked for without a sign of trouble.
const QUIET: u32 = 3;

/// What is known of the targets besides when they were read.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// How often in a row no trouble was found.
    quiet: u32,
    /// Since when all tasks run, as many as there are to be.
    full_since: Option<Duration>,
    /// Every target that was seen failing, as it was seen last; and those that were still looked at when read last.
    failing: Vec<TargetHealth>,
    waiting: Vec<TargetHealth>,
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
        let service = self.watch.service.iter();
        target_groups(service.flat_map(|now| &now.load_balancers))
    }

    /// The target groups worth reading now. Empty while all goes well.
    #[must_use]
    pub fn targets_wanted(&self) -> Vec<String> {
        let (counts, _) = self.counts_of_entry();
        if !self.watch.can_read_targets()
            || self.watch.read_targets_within(PAUSE)
            || counts.running == 0
            || self.watch.verdict != Verdict::InProgress
        {
            return Vec::new();
        }
        let signs = self.watch.targets_may_explain(self.failed_tasks());
        let still = self.targets.quiet < QUIET
            && self.is_scaling_up()
            && self
                .targets
                .full_since
                .is_some_and(|since| self.watch.now.saturating_sub(since) >= STILL);
        if signs || still {
            self.target_groups()
        } else {
            Vec::new()
        }
    }

    /// The target groups worth reading at the end of a deployment that failed.
    #[must_use]
    pub fn last_targets_wanted(&self) -> Vec<String> {
        if !self.watch.can_read_targets() || !self.start.moved {
            return Vec::new();
        }
        self.target_groups()
    }

    /// Takes in how the targets of the groups are, and tells the trouble that is new.
    pub fn observe_targets(&mut self, health: Vec<TargetHealth>) -> Vec<RolloutEvent> {
        let failed = self.failed_tasks();
        let (waiting, failing): (Vec<_>, Vec<_>) = self
            .watch
            .take_targets(health, failed)
            .into_iter()
            .filter(TargetHealth::is_trouble)
            .partition(is_waiting);
        let targets = &mut self.targets;
        targets.quiet = if failing.is_empty() {
            targets.quiet.saturating_add(1)
        } else {
            0
        };
        targets.waiting = waiting;
        let is_new = |known: &TargetHealth| {
            !failing.iter().any(|one| {
                (&one.group, &one.target, one.port) == (&known.group, &known.target, known.port)
            })
        };
        targets.failing.retain(is_new);
        let out = self.watch.tell_targets(&failing);
        targets.failing.extend(failing);
        out
    }

    /// Keeps since when all tasks run.
    pub(super) fn watch_targets(&mut self) {
        let (counts, _) = self.counts_of_entry();
        let full = counts.desired > 0 && counts.running >= counts.desired;
        self.targets.full_since = match self.targets.full_since {
            Some(since) if full => Some(since),
            Some(_) | None => full.then_some(self.watch.now),
        };
    }

    /// All targets in trouble, for the diagnosis: those that failed at any time, and those still looked at.
    pub(super) fn troubled_targets(&self) -> Vec<TargetHealth> {
        let all = self.targets.failing.iter().chain(&self.targets.waiting);
        all.cloned().collect()
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
