//! The targets of the new tasks behind a load balancer: when they were read, and what was told of them.
//! That they can not be read is nothing a deployment depends on.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Watch;
use crate::domain::rollout::RolloutEvent;
use crate::domain::service::LoadBalancer;
use crate::domain::target_health::{TargetHealth, of_ours, troubles};

/// What was read and told.
#[derive(Debug, Clone, Default)]
pub(super) struct TargetsTold {
    /// When they were read last.
    read_at: Option<Duration>,
    /// Whether they can not be read, so that it is not tried again.
    unavailable: bool,
    /// How many signs of trouble there were when they were read last.
    signs: usize,
    /// Every trouble that was told.
    told: BTreeSet<String>,
}

impl Watch {
    /// Takes in how targets are, keeps those of our tasks, and notes that they were read after this many failed tasks.
    pub(in crate::domain) fn take_targets(
        &mut self,
        health: Vec<TargetHealth>,
        failed: u32,
    ) -> Vec<TargetHealth> {
        self.targets.read_at = Some(self.now);
        self.targets.signs = self.signs(failed);
        let addresses = self.tasks.all().flat_map(|task| &task.addresses);
        let ours: BTreeSet<String> = addresses.cloned().collect();
        of_ours(health, &ours)
    }

    /// Tells the trouble that is new.
    pub(in crate::domain) fn tell_targets(
        &mut self,
        failing: &[TargetHealth],
    ) -> Vec<RolloutEvent> {
        let mut out = Vec::new();
        for trouble in troubles(failing) {
            let what = (&trouble.group, &trouble.reason, &trouble.description);
            if self.targets.told.insert(format!("{what:?}")) {
                out.push(RolloutEvent::TargetsFailing(trouble));
            }
        }
        out
    }

    /// Notes that the targets can not be read. Whether that is news.
    pub(in crate::domain) fn targets_unavailable(&mut self) -> bool {
        !std::mem::replace(&mut self.targets.unavailable, true)
    }

    /// Whether the targets can be read, as far as that is known.
    pub(in crate::domain) fn can_read_targets(&self) -> bool {
        !self.targets.unavailable
    }

    /// Whether the targets were read less than this long ago.
    pub(in crate::domain) fn read_targets_within(&self, pause: Duration) -> bool {
        let read = self.targets.read_at;
        read.is_some_and(|at| self.now.saturating_sub(at) < pause)
    }

    /// When the targets were read last.
    pub(in crate::domain) fn targets_read_at(&self) -> Option<Duration> {
        self.targets.read_at
    }

    /// Whether something happened since they were read that targets may explain: failed tasks, and events that speak of health.
    pub(in crate::domain) fn targets_may_explain(&self, failed: u32) -> bool {
        self.targets.signs < self.signs(failed)
    }

    fn signs(&self, failed: u32) -> usize {
        let failed = usize::try_from(failed).unwrap_or(usize::MAX);
        let unhealthy = self.messages.iter().filter(|message| {
            let message = message.to_lowercase();
            message.contains("unhealthy") || message.contains("not healthy")
        });
        failed.saturating_add(unhealthy.count())
    }
}

/// The ARNs of the target groups among load balancers, each once.
pub(in crate::domain) fn target_groups<'a>(
    balancers: impl IntoIterator<Item = &'a LoadBalancer>,
) -> Vec<String> {
    let groups: BTreeSet<&String> = balancers
        .into_iter()
        .map(|balancer| &balancer.target)
        .filter(|target| target.contains(":targetgroup/"))
        .collect();
    groups.into_iter().cloned().collect()
}
