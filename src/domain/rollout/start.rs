//! What is known when the watching begins, and what is waited for.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use super::approval::OnPause;
use super::verdict::WaitUntil;
use crate::domain::service::{
    DeploymentId, RevisionArn, ServiceDeploymentArn, ServiceDeploymentBrief, ServiceState,
};

/// What is known when the watching begins.
#[derive(Debug, Clone)]
pub struct Start {
    /// The id of our entry: the primary one in the answer of `UpdateService`.
    pub id: DeploymentId,
    /// When ECS made it.
    pub created_at: Option<SystemTime>,
    /// The ARN of the task definition it brings.
    pub task_definition: String,
    /// Whether a deployment started at all. If none did, only the number of tasks is waited for.
    pub moved: bool,
    /// How many tasks there are to be.
    pub desired: u32,
    /// The digests that the task definition names, by container.
    pub digests: Vec<(String, String)>,
    /// What was there before.
    pub before: Before,
}

/// What a service had before our deployment.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// The id of the primary entry.
    pub primary: Option<DeploymentId>,
    /// The ARN of its task definition.
    pub task_definition: String,
    /// The revisions that ran.
    pub revisions: Vec<RevisionArn>,
    /// The service deployments that there were.
    pub service_deployments: BTreeSet<ServiceDeploymentArn>,
    /// The one that the service named.
    pub named: Option<ServiceDeploymentArn>,
    /// The ids of the events that there were.
    pub events: BTreeSet<String>,
    /// The newest moment that is told of, by the clock of ECS: what it made later was not there.
    pub newest: Option<SystemTime>,
    /// Whether ECS goes back by itself when a guard ends the deployment.
    pub rolls_back: bool,
}

impl Before {
    /// What there was in the service and in the list of its deployments.
    #[must_use]
    pub fn of(service: &ServiceState, listed: &[ServiceDeploymentBrief]) -> Self {
        let primary = service.primary();
        Self {
            primary: primary.map(|primary| primary.id.clone()),
            task_definition: primary.map_or_else(
                || service.task_definition.clone(),
                |primary| primary.task_definition.clone(),
            ),
            revisions: service.current_revisions.clone(),
            service_deployments: listed.iter().map(|brief| brief.arn.clone()).collect(),
            named: service.current_deployment.clone(),
            events: service
                .events
                .iter()
                .map(|event| event.id.clone())
                .collect(),
            newest: {
                let made = service.deployments.iter().map(|entry| entry.created_at);
                let told = service.events.iter().map(|event| event.at);
                made.chain(told).flatten().max()
            },
            rolls_back: service
                .circuit_breaker
                .is_some_and(|breaker| breaker.enabled && breaker.rollback)
                || service
                    .alarms
                    .as_ref()
                    .is_some_and(|alarms| alarms.enabled && alarms.rollback),
        }
    }

    /// The ARN of the task definition that an update deploys: the one it names, or by force the one that was there.
    #[must_use]
    pub fn asked<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.unwrap_or(&self.task_definition)
    }
}

/// What is waited for, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    /// When the deployment counts as done.
    pub wait_until: WaitUntil,
    /// How long it may take.
    pub timeout: Duration,
    /// At how many failed tasks it is to be stopped.
    pub fail_fast: Option<u32>,
    /// What to do when it waits for an answer.
    pub on_pause: OnPause,
}
