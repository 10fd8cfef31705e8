//! Scaling in memory, for workflow tests: it does what it is told, keeps what it was told, and can die or lose an answer
//! at the n-th call.
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::fake::{Calls, FakeClock, lives_by_its_clock};
use super::scaling::{ReadGroups, ReadScaling, WriteGroups, WriteScaling};
use super::{PortError, Surroundings};
use crate::domain::scaling::{
    AutoScalingGroup, GroupName, LEASE_TAG, ScalableTarget, ScaledService, ScalingProcess,
    ScheduledAction, ServiceResource, SuspendedState,
};
use crate::ports::GitHead;

/// A world that holds nothing but scaling.
#[derive(Debug, Default)]
pub(crate) struct FakeScaling {
    pub(crate) clock: FakeClock,
    /// Every call, reads too, in order.
    pub(crate) calls: Calls,
    /// From this call on (1-based) nothing goes through any more: the process is dead.
    pub(crate) dead_from: Cell<Option<usize>>,
    /// The answer of this call is lost; what it asked for is done.
    pub(crate) answer_lost_at: Cell<Option<usize>>,
    /// Tags show only after so many more reads.
    pub(crate) tags_lag: Cell<usize>,
    /// What another run writes into the tag of a target right after our next lease.
    pub(crate) overwritten_by: RefCell<Option<String>>,
    /// What somebody sets the flags of a target to right after our next lease.
    pub(crate) flags_set_meanwhile: Cell<Option<SuspendedState>>,
    /// What another run writes into the tag of a target right after our next switch.
    pub(crate) overwritten_at_switch: RefCell<Option<String>>,
    /// After a switch, so many reads of a target still show what was before.
    pub(crate) switch_lag: Cell<usize>,
    /// Reads of a target show these flags, so many times.
    pub(crate) flags_lag: Cell<Option<(usize, SuspendedState)>>,
    pub(crate) targets: RefCell<BTreeMap<ServiceResource, ScalableTarget>>,
    pub(crate) services: RefCell<BTreeMap<ServiceResource, ScaledService>>,
    /// The scheduled actions of every service and group.
    pub(crate) scheduled: RefCell<Vec<ScheduledAction>>,
    pub(crate) groups: RefCell<BTreeMap<GroupName, AutoScalingGroup>>,
    pub(crate) tags: RefCell<BTreeMap<String, String>>,
    pub(crate) variables: BTreeMap<&'static str, &'static str>,
}

impl FakeScaling {
    /// A world with one service that has a scalable target from 1 to 10 and two tasks.
    pub(crate) fn with_service(resource: &ServiceResource, suspended: SuspendedState) -> Self {
        let fake = Self::default();
        fake.add_service(resource, suspended);
        fake
    }

    pub(crate) fn add_service(&self, resource: &ServiceResource, suspended: SuspendedState) {
        let target = ScalableTarget {
            resource: resource.clone(),
            arn: Some(format!("arn:{resource}")),
            min_capacity: 1,
            max_capacity: 10,
            suspended,
        };
        let service = ScaledService {
            desired_count: 2,
            is_deploying: false,
        };
        self.targets.borrow_mut().insert(resource.clone(), target);
        self.services.borrow_mut().insert(resource.clone(), service);
    }

    pub(crate) fn add_group(&self, name: &GroupName, suspended: &[&str]) {
        let group = AutoScalingGroup {
            name: name.clone(),
            suspended: suspended
                .iter()
                .map(|name| ScalingProcess::answered(name))
                .collect(),
            lease_text: None,
        };
        self.groups.borrow_mut().insert(name.clone(), group);
    }

    /// The flags of a service's target.
    pub(crate) fn state(&self, resource: &ServiceResource) -> SuspendedState {
        self.targets.borrow()[resource].suspended
    }

    /// The lease of a service's target.
    pub(crate) fn lease(&self, resource: &ServiceResource) -> Option<String> {
        self.tags.borrow().get(&format!("arn:{resource}")).cloned()
    }

    /// The names of the calls that were made, without what they were about.
    pub(crate) fn operations(&self) -> Vec<String> {
        let made = self.calls.made.borrow();
        made.iter()
            .filter_map(|call| call.split(' ').next().map(str::to_owned))
            .collect()
    }

    /// Notes a call, does it unless it fails, and loses its answer if it is told to.
    async fn call<T>(
        &self,
        operation: &'static str,
        detail: &str,
        act: impl FnOnce() -> T,
    ) -> Result<T, PortError> {
        let lost = |reason: &str| PortError::Unreachable {
            operation,
            reason: reason.to_owned(),
            throttled: false,
        };
        self.clock.turn().await;
        self.calls.make(operation, detail)?;
        let count = self.calls.made.borrow().len();
        if self.dead_from.get().is_some_and(|from| count >= from) {
            return Err(lost("dead"));
        }
        let answer = act();
        if self.answer_lost_at.get() == Some(count) {
            return Err(lost("the answer was lost"));
        }
        Ok(answer)
    }
}

impl ReadScaling for FakeScaling {
    async fn scalable_target(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScalableTarget>, PortError> {
        self.call("DescribeScalableTargets", &resource.to_string(), || {
            let mut target = self.targets.borrow().get(resource).cloned();
            if let (Some(target), Some((left, old))) = (&mut target, self.flags_lag.take()) {
                target.suspended = old;
                self.flags_lag.set((left > 1).then_some((left - 1, old)));
            }
            target
        })
        .await
    }

    async fn scalable_targets(&self) -> Result<Vec<ScalableTarget>, PortError> {
        self.call("DescribeScalableTargets", "", || {
            self.targets.borrow().values().cloned().collect()
        })
        .await
    }

    async fn target_lease(&self, arn: &str) -> Result<Option<String>, PortError> {
        self.call("ListTagsForResource", arn, || {
            if self.tags_lag.get() > 0 {
                self.tags_lag.set(self.tags_lag.get() - 1);
                return None;
            }
            self.tags.borrow().get(arn).cloned()
        })
        .await
    }

    async fn scheduled_actions(
        &self,
        resource: &ServiceResource,
    ) -> Result<Vec<ScheduledAction>, PortError> {
        self.call("DescribeScheduledActions", &resource.to_string(), || {
            self.scheduled.borrow().clone()
        })
        .await
    }

    async fn scaled_service(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScaledService>, PortError> {
        self.call("DescribeServices", &resource.to_string(), || {
            self.services.borrow().get(resource).copied()
        })
        .await
    }
}

impl WriteScaling for FakeScaling {
    async fn set_suspended(
        &self,
        resource: &ServiceResource,
        state: SuspendedState,
    ) -> Result<(), PortError> {
        self.call(
            "RegisterScalableTarget",
            &format!("{resource}: {state}"),
            || {
                if let Some(target) = self.targets.borrow_mut().get_mut(resource) {
                    let lag = self.switch_lag.get();
                    self.flags_lag
                        .set((lag > 0).then_some((lag, target.suspended)));
                    target.suspended = state;
                }
                if let Some(text) = self.overwritten_at_switch.take() {
                    self.tags
                        .borrow_mut()
                        .insert(format!("arn:{resource}"), text);
                }
            },
        )
        .await
    }

    async fn write_target_lease(&self, arn: &str, text: &str) -> Result<(), PortError> {
        self.call("TagResource", arn, || {
            let text = self
                .overwritten_by
                .take()
                .unwrap_or_else(|| text.to_owned());
            self.tags.borrow_mut().insert(arn.to_owned(), text);
            if let Some(flags) = self.flags_set_meanwhile.take() {
                for target in self.targets.borrow_mut().values_mut() {
                    target.suspended = flags;
                }
            }
        })
        .await
    }

    async fn remove_target_lease(&self, arn: &str) -> Result<(), PortError> {
        self.call("UntagResource", arn, || {
            self.tags.borrow_mut().remove(arn);
        })
        .await
    }
}

impl ReadGroups for FakeScaling {
    async fn group(&self, name: &GroupName) -> Result<Option<AutoScalingGroup>, PortError> {
        self.call("DescribeAutoScalingGroups", name.as_str(), || {
            self.groups.borrow().get(name).cloned()
        })
        .await
    }

    async fn leased_groups(&self) -> Result<Vec<AutoScalingGroup>, PortError> {
        self.call("DescribeAutoScalingGroups", LEASE_TAG, || {
            let groups = self.groups.borrow();
            groups
                .values()
                .filter(|group| group.lease_text.is_some())
                .cloned()
                .collect()
        })
        .await
    }

    async fn group_actions(&self, name: &GroupName) -> Result<Vec<ScheduledAction>, PortError> {
        self.call("DescribeScheduledActions", name.as_str(), || {
            self.scheduled.borrow().clone()
        })
        .await
    }
}

impl WriteGroups for FakeScaling {
    async fn suspend_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError> {
        self.call("SuspendProcesses", name.as_str(), || {
            if let Some(group) = self.groups.borrow_mut().get_mut(name) {
                group.suspended.extend(processes.iter().cloned());
            }
        })
        .await
    }

    async fn resume_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError> {
        self.call("ResumeProcesses", name.as_str(), || {
            if let Some(group) = self.groups.borrow_mut().get_mut(name) {
                group.suspended = &group.suspended - processes;
            }
        })
        .await
    }

    async fn write_group_lease(&self, name: &GroupName, text: &str) -> Result<(), PortError> {
        self.call("CreateOrUpdateTags", name.as_str(), || {
            if let Some(group) = self.groups.borrow_mut().get_mut(name) {
                group.lease_text = Some(text.to_owned());
            }
        })
        .await
    }

    async fn remove_group_lease(&self, name: &GroupName) -> Result<(), PortError> {
        self.call("DeleteTags", name.as_str(), || {
            if let Some(group) = self.groups.borrow_mut().get_mut(name) {
                group.lease_text = None;
            }
        })
        .await
    }
}

lives_by_its_clock!(FakeScaling);

impl Surroundings for FakeScaling {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| (*value).to_owned())
    }

    fn git_head(&self) -> Option<GitHead> {
        None
    }
}
