//! Amazon ECS as a state machine over the virtual clock.
//!
//! Tasks and services do what is due at its own moment; a read changes nothing. This file is the way in, for the cloud,
//! the endpoint's controls and the neighbouring services. The parts:
//!
//! - `definition`, `cluster`, `service`, `revision`, `rollout`, `task`, `tagging`: what there is, and the operations on it
//! - `scheduler` with `begin`, `rolling`, `traffic`, `hooks`, `guard`: what becomes of a service
//! - `story`, `pace`: what happens to tasks, and how long things take
//!
//! It judges by nothing of the domain: its rules are written here a second time, on purpose.

mod arn;
mod begin;
mod cluster;
mod definition;
mod events;
mod guard;
mod hooks;
mod loss;
mod pace;
mod pages;
mod refuse;
mod revision;
mod rolling;
mod rollout;
mod scheduler;
mod seed;
mod service;
mod state;
mod story;
mod tagging;
mod tags;
mod targets;
mod task;
mod task_sets;
mod traffic;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use cluster::Cluster;
use definition::{Definition, Definitions};
pub(crate) use service::ForeignOwner;
use service::{Service, ServiceStatus};
pub(crate) use story::{Incidents, Load};

use story::Story;
pub(crate) use targets::{TargetView, target_groups, targets};
use task::{RunTokens, Tasks};
pub(crate) use task_sets::{
    SetView, create_task_set, drain_task_set, make_primary, route_task_set, task_sets,
};

use crate::sim::alarms;
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What ECS has: clusters, task definitions, services, tasks.
#[derive(Clone, Default)]
pub(crate) struct Ecs {
    clusters: BTreeMap<String, Cluster>,
    definitions: Definitions,
    /// By cluster and name.
    services: BTreeMap<(String, String), Service>,
    tasks: Tasks,
    /// What happens to deployments of services that have no story of their own, and to tasks of `RunTask`.
    story: Story,
    run_tokens: RunTokens,
    /// What happens to tasks of `RunTask`, by family, if it is not what the whole cloud says.
    task_stories: BTreeMap<String, Story>,
}

/// Answers one operation.
///
/// # Errors
/// ECS's refusal; `UnknownOperationException` for an operation that is not simulated.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    let mut ecs = std::mem::take(&mut cloud.ecs);
    let answer = ecs.answer(cloud, operation, input);
    cloud.ecs = ecs;
    answer
}

/// The earliest moment at which something happens by itself.
pub(crate) fn next_due(cloud: &Cloud) -> Option<Moment> {
    cloud.ecs.next_due()
}

/// Does everything that is due at `cloud.now`; afterwards nothing is due at or before it.
pub(crate) fn run_due(cloud: &mut Cloud) {
    let mut ecs = std::mem::take(&mut cloud.ecs);
    ecs.run_due(cloud);
    cloud.ecs = ecs;
}

/// For `GET /_sim/state`: plain JSON, no secrets.
pub(crate) fn state(cloud: &Cloud) -> Value {
    state::state(&cloud.ecs)
}

/// Makes a cluster that is ACTIVE and empty.
pub(crate) fn seed_cluster(cloud: &mut Cloud, name: &str) {
    cloud.ecs.clusters.entry(name.to_owned()).or_default();
}

/// Makes a service as an input of `CreateService` describes it, already steady: its deployment COMPLETED, its tasks
/// RUNNING, one SUCCESSFUL service deployment and its revision, all begun at `since` (or a quarter of an hour ago, if
/// that is earlier). The task definition, the cluster and the images exist already.
///
/// # Errors
/// What `CreateService` refuses; a `ServerException` if the service does not get steady, with its last event.
pub(crate) fn seed_service(
    cloud: &mut Cloud,
    input: &Members,
    since: Moment,
) -> Result<(), Refusal> {
    seed::service(cloud, input, since)
}

/// Leaves a service to somebody else, as a seed has it.
pub(crate) fn seed_owner(cloud: &mut Cloud, cluster: &str, service: &str, owner: ForeignOwner) {
    let key = (arn::short(cluster).to_owned(), service.to_owned());
    if let Some(service) = cloud.ecs.services.get_mut(&key) {
        service.owner = Some(owner);
    }
}

/// Chooses what happens to the next deployments of a service, in whatever cluster (of every one without a name). A story
/// is a name or a document.
///
/// # Errors
/// An unknown story, with the names that exist; an unknown service, with theirs.
pub(crate) fn set_story(
    cloud: &mut Cloud,
    service: Option<&str>,
    story: &Value,
) -> Result<(), String> {
    cloud.ecs.choose(service, Story::read(story)?)?;
    // The alarm that a story lets fire has to be there to do so.
    let stories = cloud.ecs.services.values().filter(|service| {
        let story = service.story.as_ref();
        story.is_some_and(|story| story.incidents.alarm_after.is_some())
    });
    let rules = stories.filter_map(|service| service.configuration().alarms);
    let names: Vec<String> = rules.flat_map(|rule| rule.names).collect();
    for name in names {
        alarms::know(cloud, &name);
    }
    Ok(())
}

/// Chooses what the tasks go through that `RunTask` starts of a family from now on. A story is a name or a document.
///
/// # Errors
/// An unknown story, with the names that exist.
pub(crate) fn set_task_story(cloud: &mut Cloud, family: &str, story: &Value) -> Result<(), String> {
    let story = Story::read(story)?;
    cloud.ecs.task_stories.insert(family.to_owned(), story);
    Ok(())
}

/// An alarm changed its state: deployments that watch it have to look.
pub(crate) fn look_at_alarms(cloud: &mut Cloud) {
    // A wake of this very moment would be lost, if the scheduler has looked at it already.
    let soon = cloud.now.plus(pace::STOP_REQUEST);
    for service in cloud.ecs.services.values_mut() {
        if service.running_rollout().is_some() {
            service.wake(soon);
        }
    }
}

/// What befalls the next deployments of a service.
pub(crate) fn incidents(cloud: &Cloud, cluster: &str, service: &str) -> Incidents {
    let own = cloud
        .ecs
        .service(cluster, service)
        .and_then(|service| service.story.as_ref());
    own.unwrap_or(&cloud.ecs.story).incidents.clone()
}

/// Registers another revision of a task definition, the same in everything, as somebody else would; answers its ARN.
pub(crate) fn register_again(cloud: &mut Cloud, definition: &str) -> Option<String> {
    let old = cloud.ecs.definitions.find(definition)?.clone();
    let now = cloud.now;
    let new = cloud
        .ecs
        .definitions
        .add(&old.family, old.document, old.tags, now);
    Some(new.arn())
}

/// Whether ECS itself is in the middle of a deployment of a service.
pub(crate) fn is_deploying(cloud: &Cloud, cluster: &str, service: &str) -> bool {
    cloud.ecs.service(cluster, service).is_some_and(|service| {
        service
            .rollouts
            .iter()
            .any(|rollout| !rollout.status.is_over())
    })
}

/// The desired count of an active service; nothing if there is no such service.
pub(crate) fn desired_count(cloud: &Cloud, cluster: &str, service: &str) -> Option<i64> {
    cloud
        .ecs
        .service(cluster, service)
        .filter(|service| service.status == ServiceStatus::Active)
        .map(|service| i64::from(service.desired))
}

/// Sets the desired count as Application Auto Scaling does; nothing happens without such a service.
pub(crate) fn set_desired_count(cloud: &mut Cloud, cluster: &str, service: &str, count: i64) {
    let now = cloud.now;
    if let Some(service) = cloud
        .ecs
        .services
        .get_mut(&(cluster.to_owned(), service.to_owned()))
        .filter(|service| service.status == ServiceStatus::Active)
    {
        let count = u32::try_from(count.max(0)).unwrap_or(MOST_TASKS);
        service.rescale(count.min(MOST_TASKS), now);
    }
}

/// How much there is. Documents and overrides may hold secrets, so nothing in here shows them.
impl fmt::Debug for Ecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ecs")
            .field("clusters", &self.clusters.len())
            .field("services", &self.services.len())
            .field("tasks", &self.tasks.len())
            .finish_non_exhaustive()
    }
}

impl Ecs {
    fn answer(
        &mut self,
        around: &mut Cloud,
        operation: &str,
        input: &Members,
    ) -> Result<Value, Refusal> {
        let now = around.now;
        match operation {
            "RegisterTaskDefinition" => definition::register(&mut self.definitions, input, now),
            "DescribeTaskDefinition" => definition::describe(&self.definitions, input),
            "ListTaskDefinitions" => definition::list(&self.definitions, input),
            "ListTaskDefinitionFamilies" => definition::list_families(&self.definitions, input),
            "DeregisterTaskDefinition" => definition::deregister(&mut self.definitions, input, now),
            "DescribeClusters" => cluster::describe(self, input),
            "ListClusters" => cluster::list(self, input),
            "CreateService" => service::create(self, input, around),
            "UpdateService" => service::update(self, input, around),
            "DescribeServices" => service::describe(self, input, around),
            "ListServices" => service::list(self, input),
            "DeleteService" => service::delete(self, input, around),
            "ListServiceDeployments" => rollout::list(self, input, around),
            "DescribeServiceDeployments" => rollout::describe(self, input, around),
            "ContinueServiceDeployment" => hooks::resume(self, input, around),
            "StopServiceDeployment" => rollout::stop(self, input, around),
            "DescribeServiceRevisions" => revision::describe(self, input),
            "ListTasks" => task::list(self, input, around),
            "DescribeTasks" => task::describe(self, input, around),
            "StopTask" => task::stop(self, input, around),
            "RunTask" => task::run(self, input, around),
            "TagResource" => tagging::tag(self, input),
            "UntagResource" => tagging::untag(self, input),
            "ListTagsForResource" => tagging::list(self, input),
            _ => Err(Refusal::not_simulated(operation)),
        }
    }

    /// The name of the cluster a request means: `default` if it names none.
    fn cluster(&self, input: &Members) -> Result<String, Refusal> {
        let name = arn::short(members::text(input, "cluster").unwrap_or("default"));
        if self.clusters.contains_key(name) {
            Ok(name.to_owned())
        } else {
            Err(refuse::cluster_not_found())
        }
    }

    fn service(&self, cluster: &str, name: &str) -> Option<&Service> {
        self.services.get(&(cluster.to_owned(), name.to_owned()))
    }

    /// The definition a reference means, which has to be ACTIVE (texts seen).
    fn active_definition(&self, reference: &str) -> Result<Definition, Refusal> {
        if reference.is_empty() {
            return Err(refuse::invalid("TaskDefinition can not be blank."));
        }
        let definition = self
            .definitions
            .find(reference)
            .ok_or_else(|| refuse::client("TaskDefinition not found."))?;
        if definition.deregistered.is_some() {
            return Err(refuse::client("TaskDefinition is inactive"));
        }
        Ok(definition.clone())
    }

    fn choose(&mut self, service: Option<&str>, story: Story) -> Result<(), String> {
        let Some(name) = service else {
            for service in self.services.values_mut() {
                service.choose(story.clone());
            }
            self.story = story;
            return Ok(());
        };
        let known: Vec<String> = self
            .services
            .values()
            .map(|service| service.name.clone())
            .collect();
        let mut found = false;
        for service in self
            .services
            .values_mut()
            .filter(|service| service.name == name)
        {
            service.choose(story.clone());
            found = true;
        }
        if found {
            Ok(())
        } else {
            Err(format!(
                "there is no service `{name}`; services: `{}`",
                known.join("`, `")
            ))
        }
    }
}

/// The most tasks a service can have (ECS service quota). Without it a caller could ask for two thousand million.
const MOST_TASKS: u32 = 5_000;

/// The desired count of a request; a negative one counts as 0.
fn desired(input: &Members) -> Result<Option<u32>, Refusal> {
    let wanted = members::number(input, "desiredCount");
    let wanted = wanted.map(|value| u32::try_from(value.max(0)).unwrap_or(u32::MAX));
    match wanted {
        Some(count) if count > MOST_TASKS => Err(refuse::invalid(format!(
            "A service can have at most {MOST_TASKS} tasks."
        ))),
        wanted => Ok(wanted),
    }
}
