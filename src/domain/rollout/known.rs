//! Beginning to watch a deployment that something else started: one that runs, or one that is over.
//! What its start left in the service, in the service deployment and in the revisions takes the place of what this program
//! would have remembered.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Before, Goal, Link, Read, Rollout, Start};
use crate::domain::service::{
    Deployment, DeploymentId, RevisionArn, ServiceDeployment, ServiceDeploymentArn,
    ServiceRevision, ServiceState,
};

impl Start {
    /// What can be known of the start of a service deployment. None if ECS does not say which revision it brings.
    ///
    /// `revisions` are those it names, as far as they can be read; `digests` those that its task definition names.
    #[must_use]
    pub fn of_known(
        deployment: &ServiceDeployment,
        service: &ServiceState,
        revisions: &[ServiceRevision],
        digests: Vec<(String, String)>,
    ) -> Option<Self> {
        let target = deployment.target.as_ref()?;
        let definition =
            |arn: &RevisionArn| definition_of(arn, service, revisions).unwrap_or_default();
        let source = deployment.sources.first().map(|source| &source.revision);
        Some(Self {
            id: DeploymentId::bringing(&target.revision),
            created_at: deployment.created_at,
            task_definition: definition(&target.revision),
            moved: true,
            desired: target.requested,
            digests,
            before: Before {
                primary: source.map(DeploymentId::bringing),
                task_definition: source.map(definition).unwrap_or_default(),
                revisions: deployment
                    .sources
                    .iter()
                    .map(|source| source.revision.clone())
                    .collect(),
                service_deployments: BTreeSet::new(),
                // All events since it began are told.
                events: BTreeSet::new(),
                ..Before::of(service, &[])
            },
        })
    }

    /// What can be known of the start of an entry of a service, where there is no service deployment.
    #[must_use]
    pub fn of_entry(
        entry: &Deployment,
        service: &ServiceState,
        digests: Vec<(String, String)>,
    ) -> Self {
        let others = service
            .deployments
            .iter()
            .filter(|other| other.id != entry.id);
        let before = others.max_by_key(|other| other.created_at);
        Self {
            id: entry.id.clone(),
            created_at: entry.created_at,
            task_definition: entry.task_definition.clone(),
            moved: true,
            desired: entry.counts.desired,
            digests,
            before: Before {
                primary: before.map(|before| before.id.clone()),
                task_definition: before
                    .map(|before| before.task_definition.clone())
                    .unwrap_or_default(),
                revisions: Vec::new(),
                service_deployments: BTreeSet::new(),
                events: BTreeSet::new(),
                ..Before::of(service, &[])
            },
        }
    }
}

/// The task definition of a revision: by the revision, else by the entry of the service that has its number.
fn definition_of(
    arn: &RevisionArn,
    service: &ServiceState,
    revisions: &[ServiceRevision],
) -> Option<String> {
    let revision = revisions.iter().find(|revision| revision.arn == *arn);
    let entry = || {
        let entries = &service.deployments;
        entries.iter().find(|entry| entry.id.brings(arn))
    };
    revision
        .map(|revision| revision.task_definition.clone())
        .or_else(|| entry().map(|entry| entry.task_definition.clone()))
}

impl Rollout {
    /// Begins to watch a service deployment whose ARN is known.
    #[must_use]
    pub fn attached(start: Start, deployment: ServiceDeploymentArn, goal: Goal) -> Self {
        let mut rollout = Self::new(start, goal);
        rollout.link = Link::Found(deployment);
        rollout.attached = true;
        rollout
    }

    /// Whether its service deployment may still be found.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        self.link == Link::Searching
    }

    /// Takes a service deployment that was found for ours.
    pub fn link_to(&mut self, deployment: ServiceDeploymentArn) {
        if self.is_searched() {
            self.link = Link::Found(deployment);
        }
    }

    /// How long a deployment that was not started here took, by the clock of ECS, once it is over.
    #[must_use]
    pub fn took_by_ecs(&self) -> Option<Duration> {
        let deployment = self.deployment.as_ref().filter(|_| self.attached)?;
        let finished = deployment.finished_at?;
        finished.duration_since(deployment.created_at?).ok()
    }

    /// Begins to watch an entry of the service, because no service deployment is to be had.
    #[must_use]
    pub fn unlinked(start: Start, goal: Goal) -> Self {
        let mut rollout = Self::new(start, goal);
        rollout.link = Link::None;
        rollout
    }

    /// Whether another look may show something else than the last one.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.watch.doubts()
            || self.link == Link::Searching
            || self.wanted_revision(&Read::NotRead).is_some()
    }

    /// What can not be known any more, or can not be read here, in words.
    #[must_use]
    pub fn forgotten(&self) -> Vec<&'static str> {
        let mut forgotten: Vec<&str> = self.watch.tasks_forgotten().into_iter().collect();
        let oldest = self
            .watch
            .service
            .as_ref()
            .filter(|service| service.events.len() >= EVENTS)
            .and_then(|service| service.events.last());
        if oldest.is_some_and(|event| event.at > self.start.created_at) {
            forgotten.push("its first service events: ECS keeps the last 100 of a service");
        }
        if self.link == Link::None {
            forgotten.push(
                "its stages, guards and hooks: no service deployment of it can be read, only the entry of the service",
            );
        }
        forgotten
    }
}

/// How many events ECS keeps of a service.
const EVENTS: usize = 100;
