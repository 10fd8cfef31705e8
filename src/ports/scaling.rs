//! What the stages need of scaling: the scalable targets of services, EC2 Auto Scaling groups, and the tags on both.
//!
//! Not for deciding what is suspended: `domain::scaling` does.

use std::collections::BTreeSet;

use super::PortError;
use crate::domain::scaling::{
    AutoScalingGroup, GroupName, ScalableTarget, ScaledService, ScalingProcess, ScheduledAction,
    ServiceResource, SuspendedState,
};

/// Reads scalable targets (Application Auto Scaling, namespace `ecs`, dimension `ecs:service:DesiredCount`).
pub trait ReadScaling {
    /// The target of one service; `None` if it has none (`DescribeScalableTargets`).
    async fn scalable_target(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScalableTarget>, PortError>;

    /// The targets of all services of the account and Region (`DescribeScalableTargets`, all pages).
    async fn scalable_targets(&self) -> Result<Vec<ScalableTarget>, PortError>;

    /// The value of the lease tag of a target, by its ARN; `None` without it (`ListTagsForResource`).
    async fn target_lease(&self, arn: &str) -> Result<Option<String>, PortError>;

    /// The scheduled actions of a service (`DescribeScheduledActions`, all pages).
    async fn scheduled_actions(
        &self,
        resource: &ServiceResource,
    ) -> Result<Vec<ScheduledAction>, PortError>;

    /// What matters of the service itself; `None` if there is none, or it is not active (ECS `DescribeServices`).
    async fn scaled_service(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScaledService>, PortError>;
}

/// Changes scalable targets.
pub trait WriteScaling {
    /// Sets the three flags of a target that exists, and nothing else: no capacities (`RegisterScalableTarget`).
    async fn set_suspended(
        &self,
        resource: &ServiceResource,
        state: SuspendedState,
    ) -> Result<(), PortError>;

    /// Puts the lease tag on a target, or replaces its value (`TagResource`).
    async fn write_target_lease(&self, arn: &str, text: &str) -> Result<(), PortError>;

    /// Takes the lease tag off; done if there is none (`UntagResource`).
    async fn remove_target_lease(&self, arn: &str) -> Result<(), PortError>;
}

/// Reads EC2 Auto Scaling groups.
pub trait ReadGroups {
    /// One group with its suspended processes and its lease tag; `None` if there is none (`DescribeAutoScalingGroups`).
    async fn group(&self, name: &GroupName) -> Result<Option<AutoScalingGroup>, PortError>;

    /// Every group that has the lease tag (`DescribeAutoScalingGroups` filtered by tag key, all pages).
    async fn leased_groups(&self) -> Result<Vec<AutoScalingGroup>, PortError>;

    /// The scheduled actions of a group (`DescribeScheduledActions`, all pages).
    async fn group_actions(&self, name: &GroupName) -> Result<Vec<ScheduledAction>, PortError>;
}

/// Changes EC2 Auto Scaling groups. A set of processes is never empty: an omitted list would mean all of them.
pub trait WriteGroups {
    /// Suspends these processes and no others (`SuspendProcesses`).
    async fn suspend_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError>;

    /// Resumes these processes and no others (`ResumeProcesses`).
    async fn resume_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError>;

    /// Puts the lease tag on a group, not on its instances, or replaces its value (`CreateOrUpdateTags`).
    async fn write_group_lease(&self, name: &GroupName, text: &str) -> Result<(), PortError>;

    /// Takes the lease tag off; done if there is none (`DeleteTags`).
    async fn remove_group_lease(&self, name: &GroupName) -> Result<(), PortError>;
}
