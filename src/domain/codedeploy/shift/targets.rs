//! The targets of the new tasks behind the load balancer: read when something looks like trouble, and before a success is
//! believed, because with all traffic at once the load balancer checks them only when they have it.

use std::time::Duration;

use super::super::facts::ShiftTarget;
use super::{LASTING, Shift, Verdict};
use crate::domain::rollout::RolloutEvent;
use crate::domain::target_health::{TargetHealth, TargetState};
use crate::domain::watch::target_groups;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// For how long none of the targets of a deployment whose traffic moved may be healthy. A load balancer needs up to 150 s by its
/// usual settings (five checks, 30 s apart).
const PATIENCE: Duration = Duration::from_mins(5);

/// What is known of the targets besides when they were read.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// Those of ours as they were read last.
    health: Vec<TargetHealth>,
    /// Since when they are asked for, to believe a success.
    asked_since: Option<Duration>,
    /// Whether none of them got healthy in time.
    none_healthy: bool,
}

/// What the load balancer says of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It agrees, or it can not be asked.
    Good,
    /// It does not say so far.
    Open,
    /// None of the new tasks is healthy.
    Bad,
}

impl Shift {
    /// The target groups worth reading now. Empty while all goes well.
    #[must_use]
    pub fn targets_wanted(&self) -> Vec<String> {
        if !self.watch.can_read_targets() || self.watch.verdict != Verdict::InProgress {
            return Vec::new();
        }
        let asked = self.targets.asked_since.is_some()
            && !self.watch.read_targets_within(Duration::from_secs(3));
        let signs = self.watch.targets_may_explain(self.watch.tasks.failed())
            && !self.watch.read_targets_within(PAUSE);
        if asked || signs {
            self.groups()
        } else {
            Vec::new()
        }
    }

    /// The target groups worth reading at the end of a deployment that failed.
    #[must_use]
    pub fn last_targets_wanted(&self) -> Vec<String> {
        if self.watch.can_read_targets() {
            self.groups()
        } else {
            Vec::new()
        }
    }

    /// Takes in how the targets of the groups are, and tells the trouble that is new.
    pub fn observe_targets(&mut self, health: Vec<TargetHealth>) -> Vec<RolloutEvent> {
        let failed = self.watch.tasks.failed();
        self.targets.health = self.watch.take_targets(health, failed);
        let failing: Vec<TargetHealth> = self
            .troubled_targets()
            .into_iter()
            .filter(|one| one.state != TargetState::Initial)
            .collect();
        self.watch.tell_targets(&failing)
    }

    /// Whether the load balancer agrees that the new tasks are healthy. Asking takes a look or more.
    pub(super) fn health(&mut self) -> Health {
        let desired = self.green().map_or(0, |green| green.counts.desired);
        if !self.watch.can_read_targets() || desired == 0 || self.groups().is_empty() {
            return Health::Good;
        }
        let since = *self.targets.asked_since.get_or_insert(self.watch.now);
        // What was read before the traffic moved says nothing.
        if self.watch.targets_read_at().is_none_or(|at| at < since) {
            return Health::Open;
        }
        let health = &self.targets.health;
        let is = |state: TargetState| health.iter().any(|one| one.state == state);
        let left = self.patience_left();
        // Who only looks does not wait, unless the load balancer does so itself.
        let patience = if is(TargetState::Initial) {
            left
        } else {
            self.watch.patience(left)
        };
        let late = self.watch.now.saturating_sub(since) >= patience;
        let troubled = health.is_empty() || health.iter().any(TargetHealth::is_trouble);
        if !troubled || (late && is(TargetState::Healthy)) {
            Health::Good
        } else if late {
            self.targets.none_healthy = true;
            Health::Bad
        } else {
            Health::Open
        }
    }

    /// How long the load balancer may still take. What CodeDeploy waited between the end of the shift and its own end has passed
    /// by its clock; however much that was, one bad look is not enough.
    fn patience_left(&self) -> Duration {
        let shifted = self.target.as_ref().and_then(ShiftTarget::shifted_at);
        let completed = self.deployment.as_ref().and_then(|one| one.completed_at);
        let passed = completed
            .zip(shifted)
            .and_then(|(completed, shifted)| completed.duration_since(shifted).ok())
            .unwrap_or_default();
        PATIENCE.saturating_sub(passed).max(LASTING)
    }

    /// What is wrong with a success, in the words that the diagnosis knows.
    pub(super) fn checked_too_late(&self) -> Option<String> {
        let config = self.deployment.as_ref()?.config.as_ref()?;
        self.targets
            .none_healthy
            .then(|| format!("{config}: targets are unhealthy after the traffic was moved"))
    }

    /// All targets in trouble as they were seen last, for the diagnosis.
    pub(super) fn troubled_targets(&self) -> Vec<TargetHealth> {
        let health = self.targets.health.iter();
        health.filter(|one| one.is_trouble()).cloned().collect()
    }

    /// The ARNs of the target groups of the new task set.
    fn groups(&self) -> Vec<String> {
        let balancers = self.green().map(|set| set.load_balancers.as_slice());
        target_groups(balancers.unwrap_or_default())
    }
}
