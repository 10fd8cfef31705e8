//! What is known of a deployment by CodeDeploy when the watching begins, and what is read of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use super::facts::{CodeDeployment, ShiftTarget};
use super::group::{AutoRollback, DeploymentGroup, GroupRef};
use crate::domain::rollout::Read;
use crate::domain::service::{CodeDeployId, ServiceState, TaskSet};

/// What is known when the watching begins.
#[derive(Debug, Clone)]
pub struct ShiftStart {
    /// Our deployment; none if only the number of tasks changes.
    pub deployment: Option<CodeDeployId>,
    /// Where it was made.
    pub at: GroupRef,
    /// The target in it: `<cluster>:<service>`.
    pub target: String,
    /// The ARN of the task definition it brings.
    pub task_definition: String,
    /// The ARN of the task definition that was there before.
    pub previous: String,
    /// The primary task set that was there before.
    pub previous_set: Option<String>,
    /// The ids of the service's events that there were.
    pub events: BTreeSet<String>,
    /// How many tasks there are to be.
    pub desired: u32,
    /// How long the old tasks stay after the traffic moved.
    pub termination_wait: Duration,
    /// How long it waits to be continued, if it does.
    pub ready_wait: Option<Duration>,
    /// When the group goes back by itself.
    pub auto_rollback: AutoRollback,
    /// The names of the alarms that stop it.
    pub alarms: Vec<String>,
    /// The newest deployment of the group before ours.
    pub last: Option<CodeDeployId>,
}

impl ShiftStart {
    /// What there was in the service, for a deployment that is about to be made, or for none.
    #[must_use]
    pub fn before(service: &ServiceState, at: GroupRef, target: String) -> Self {
        let previous = service.current_task_definition().to_owned();
        Self {
            deployment: None,
            at,
            target,
            task_definition: previous.clone(),
            previous,
            previous_set: service.primary_task_set().map(|set| set.id.clone()),
            events: service
                .events
                .iter()
                .map(|event| event.id.clone())
                .collect(),
            desired: service.counts.desired,
            termination_wait: Duration::ZERO,
            ready_wait: None,
            auto_rollback: AutoRollback::default(),
            alarms: Vec::new(),
            last: None,
        }
    }
}

impl ShiftStart {
    /// What can be known of the start of a deployment that something else made.
    #[must_use]
    pub fn of_known(
        deployment: &CodeDeployment,
        group: &DeploymentGroup,
        service: &ServiceState,
        target: String,
    ) -> Self {
        let (ours, others): (Vec<&TaskSet>, Vec<&TaskSet>) = service
            .task_sets
            .iter()
            .partition(|set| set.made_by.as_ref() == Some(&deployment.id));
        let before = others.first();
        let previous = before.map(|set| set.task_definition.clone());
        Self {
            deployment: Some(deployment.id.clone()),
            task_definition: ours
                .first()
                .map(|set| set.task_definition.clone())
                // Its task set is gone once it was rolled back.
                .or_else(|| deployment.task_definition.clone())
                .unwrap_or_default(),
            previous: previous.unwrap_or_default(),
            previous_set: before.map(|set| set.id.clone()),
            // All events since it began are told.
            events: BTreeSet::new(),
            termination_wait: group.termination_wait,
            ready_wait: group.ready.is_manual.then_some(group.ready.wait),
            auto_rollback: group.auto_rollback.clone(),
            alarms: group.alarms.clone(),
            ..Self::before(service, group.at.clone(), target)
        }
    }
}

/// What was read of our deployment at one moment.
#[derive(Debug, Clone, Default)]
pub struct ShiftSeen {
    /// The deployments that were asked for, as far as CodeDeploy knows them.
    pub deployments: Read<Vec<CodeDeployment>>,
    /// The service as their target.
    pub targets: BTreeMap<CodeDeployId, Read<ShiftTarget>>,
    /// The deployments of the group made since ours.
    pub listed: Read<Vec<CodeDeployId>>,
}

/// What is worth reading next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftWanted {
    /// These deployments, and the service as their target.
    pub deployments: Vec<CodeDeployId>,
    /// The target.
    pub target: String,
    /// The deployments of this group made since this time of CodeDeploy's clock.
    pub list: Option<(GroupRef, Option<SystemTime>)>,
}
