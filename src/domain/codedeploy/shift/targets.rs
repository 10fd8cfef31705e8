//! The targets of the new tasks behind the load balancer: read when something looks like trouble, and before a success is
//! believed, because with all traffic at once the load balancer checks them only when they have it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Shift, Verdict};
use crate::domain::rollout::RolloutEvent;
use crate::domain::target_health::{TargetHealth, TargetState, of_ours, troubles};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// For how long none of the targets of a deployment that is said to be done may be healthy. A load balancer needs up to 150 s
/// by its usual settings (five checks, 30 s apart).
const PATIENCE: Duration = Duration::from_mins(5);

/// What is known of the targets.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    /// When they were read last, and those of ours as they were then.
    read: Option<(Duration, Vec<TargetHealth>)>,
    /// Whether they can not be read, so that it is not tried again.
    unavailable: bool,
    /// Since when they are asked for, to believe a success.
    asked_since: Option<Duration>,
    /// How many signs of trouble there were when they were read last.
    signs: usize,
    /// Every trouble that was told.
    told: BTreeSet<String>,
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
        let targets = &self.targets;
        let soon = |pause| {
            let read = targets.read.as_ref();
            read.is_some_and(|(at, _)| self.now.saturating_sub(*at) < pause)
        };
        if targets.unavailable || self.verdict != Verdict::InProgress {
            return Vec::new();
        }
        let asked = targets.asked_since.is_some() && !soon(Duration::from_secs(3));
        let signs = targets.signs < self.signs() && !soon(PAUSE);
        if asked || signs {
            self.groups()
        } else {
            Vec::new()
        }
    }

    /// The target groups worth reading at the end of a deployment that failed.
    #[must_use]
    pub fn last_targets_wanted(&self) -> Vec<String> {
        if self.targets.unavailable {
            return Vec::new();
        }
        self.groups()
    }

    /// Takes in how the targets of the groups are, and tells the trouble that is new.
    pub fn observe_targets(&mut self, health: Vec<TargetHealth>) -> Vec<RolloutEvent> {
        let addresses = self.tasks.values().flat_map(|task| &task.addresses);
        let ours: BTreeSet<String> = addresses.cloned().collect();
        let health = of_ours(health, &ours);
        let failing: Vec<TargetHealth> = health
            .iter()
            .filter(|one| one.is_trouble() && one.state != TargetState::Initial)
            .cloned()
            .collect();
        let signs = self.signs();
        let targets = &mut self.targets;
        targets.signs = signs;
        targets.read = Some((self.now, health));
        let mut out = Vec::new();
        for trouble in troubles(&failing) {
            let what = (&trouble.group, &trouble.reason, &trouble.description);
            if targets.told.insert(format!("{what:?}")) {
                out.push(RolloutEvent::TargetsFailing(trouble));
            }
        }
        out
    }

    /// Notes that the targets can not be read. Whether that is news.
    pub fn targets_unavailable(&mut self) -> bool {
        !std::mem::replace(&mut self.targets.unavailable, true)
    }

    /// Whether the load balancer agrees that the new tasks are healthy. Asking takes a look or more.
    pub(super) fn health(&mut self) -> Health {
        let desired = self.green().map_or(0, |green| green.counts.desired);
        if self.targets.unavailable || desired == 0 || self.groups().is_empty() {
            return Health::Good;
        }
        let since = *self.targets.asked_since.get_or_insert(self.now);
        // What was read before the traffic moved says nothing.
        let read = self.targets.read.as_ref().filter(|(at, _)| *at >= since);
        let Some((_, health)) = read else {
            return Health::Open;
        };
        let is = |state: TargetState| health.iter().any(|one| one.state == state);
        let late = self.now.saturating_sub(since) >= PATIENCE;
        let troubled = health.is_empty() || health.iter().any(TargetHealth::is_trouble);
        if !troubled || (late && is(TargetState::Healthy)) {
            Health::Good
        } else if late {
            Health::Bad
        } else {
            Health::Open
        }
    }

    /// All targets in trouble as they were seen last, for the diagnosis.
    pub(super) fn troubled_targets(&self) -> Vec<TargetHealth> {
        let read = self.targets.read.iter().flat_map(|(_, health)| health);
        read.filter(|one| one.is_trouble()).cloned().collect()
    }

    /// The ARNs of the target groups of the new task set.
    fn groups(&self) -> Vec<String> {
        let balancers = self.green().map(|set| set.load_balancers.as_slice());
        let groups: BTreeSet<&String> = balancers
            .unwrap_or_default()
            .iter()
            .map(|balancer| &balancer.target)
            .filter(|target| target.contains(":targetgroup/"))
            .collect();
        groups.into_iter().cloned().collect()
    }

    /// What has happened that targets may explain: failed tasks, and events that speak of health.
    fn signs(&self) -> usize {
        let failed = usize::try_from(self.failed_tasks()).unwrap_or(usize::MAX);
        let unhealthy = self
            .messages
            .iter()
            .filter(|message| message.to_lowercase().contains("unhealthy"));
        failed.saturating_add(unhealthy.count())
    }
}
