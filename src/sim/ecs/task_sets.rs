//! Task sets: the side by side of a service whose tasks CodeDeploy moves. Each is kept at the service's desired count until
//! it is taken away.
//!
//! When there is a second one, which is the PRIMARY one and what traffic they get is CodeDeploy's. Source: API shapes
//! `TaskSet`, `Task.startedBy`; CodeDeploy scales every task set to 100 percent, so a service has twice its tasks while both
//! are there.

use super::revision::Revision;
use super::rolling;
use super::scheduler::Scheduler;
use super::service::{Controller, Deployment, Service, ServiceStatus, check_load_balancers};
use super::task::{Tasks, begin_checks};
use super::{Ecs, pace};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// A task set as CodeDeploy sees it.
#[derive(Debug, Clone)]
pub(crate) struct SetView {
    /// Its id is `ecs-svc/<number>`.
    pub(crate) number: String,
    /// `PRIMARY`, `ACTIVE` or `DRAINING`.
    pub(crate) status: &'static str,
    /// The ARN of its task definition.
    pub(crate) definition: String,
    /// The load balancer entry it has: target group, container, port.
    pub(crate) balancer: Option<Members>,
    /// How many tasks it is to have.
    pub(crate) desired: u32,
    /// How many of them are on their way.
    pub(crate) pending: usize,
    /// How many run.
    pub(crate) running: usize,
    /// Whether all of them run and are healthy, and none is going.
    pub(crate) steady: bool,
}

/// The task sets of an active service with the controller `CODE_DEPLOY`, the PRIMARY one first; nothing if there is no
/// such service.
pub(crate) fn task_sets(cloud: &Cloud, cluster: &str, service: &str) -> Option<Vec<SetView>> {
    let ecs = &cloud.ecs;
    let service = ecs
        .service(cluster, service)
        .filter(|service| is_ours(service))?;
    let view = |entry: &Deployment| {
        let own = || own(service, &ecs.tasks, &entry.number);
        let revision = service.revision(&entry.number);
        let settings = revision.map(|revision| &revision.settings);
        SetView {
            number: entry.number.clone(),
            status: status(service, entry),
            definition: revision
                .map_or("", |revision| revision.task_definition())
                .to_owned(),
            balancer: settings
                .and_then(|settings| members::list(settings, "loadBalancers").first())
                .and_then(serde_json::Value::as_object)
                .cloned(),
            desired: wanted(service, entry),
            pending: own().filter(|task| task.is_pending()).count(),
            running: own().filter(|task| task.is_running()).count(),
            steady: is_steady(service, &ecs.tasks, entry),
        }
    };
    Some(service.deployments.iter().map(view).collect())
}

/// Makes a task set beside the PRIMARY one, by the service's settings and those that are given (members of
/// `CreateTaskSet`), for a CodeDeploy deployment; answers its number. If it is `unrouted`, no listener leads to its target
/// group before [`route_task_set`].
///
/// # Errors
/// Why there can be none: no such service, no such definition, a container that it does not have.
pub(crate) fn create_task_set(
    cloud: &mut Cloud,
    cluster: &str,
    service: &str,
    given: &Members,
    external: &str,
    unrouted: bool,
) -> Result<String, String> {
    let mut ecs = std::mem::take(&mut cloud.ecs);
    let made = ecs.create_task_set(cloud, (cluster, service), given, external, unrouted);
    cloud.ecs = ecs;
    made
}

/// Lets a listener lead to the target group of a task set, so that the load balancer checks its targets from now on.
pub(crate) fn route_task_set(cloud: &mut Cloud, cluster: &str, service: &str, number: &str) {
    let mut ecs = std::mem::take(&mut cloud.ecs);
    if let Some(found) = ecs.ours(cluster, service)
        && let Some(entry) = found
            .deployments
            .iter_mut()
            .find(|entry| entry.number == number && entry.set.unrouted)
    {
        entry.set.unrouted = false;
        let own = ecs
            .tasks
            .values_mut()
            .filter(|task| task.belongs_to(cluster, service, Some(number)));
        for task in own {
            begin_checks(task, cloud);
        }
    }
    cloud.ecs = ecs;
}

/// Makes a task set the PRIMARY one; the service's own settings follow it.
pub(crate) fn make_primary(cloud: &mut Cloud, cluster: &str, service: &str, number: &str) {
    let now = cloud.now;
    let Some(service) = cloud.ecs.ours(cluster, service) else {
        return;
    };
    let Some(at) = service
        .deployments
        .iter()
        .position(|entry| entry.number == number)
    else {
        return;
    };
    let mut entry = service.deployments.remove(at);
    entry.updated = now;
    service.deployments.insert(0, entry);
    if let Some(revision) = service.revision(number).cloned() {
        revision.restore(&mut service.settings);
    }
    service.wake(now.plus(pace::SCHEDULE));
}

/// Begins to take a task set away: its tasks are stopped, then it is gone.
pub(crate) fn drain_task_set(cloud: &mut Cloud, cluster: &str, service: &str, number: &str) {
    let now = cloud.now;
    if let Some(service) = cloud.ecs.ours(cluster, service)
        && let Some(entry) = service
            .deployments
            .iter_mut()
            .find(|entry| entry.number == number && !entry.set.draining)
    {
        entry.set.draining = true;
        entry.updated = now;
        service.wake(now.plus(pace::SCHEDULE));
    }
}

impl Ecs {
    fn ours(&mut self, cluster: &str, service: &str) -> Option<&mut Service> {
        self.services
            .get_mut(&(cluster.to_owned(), service.to_owned()))
            .filter(|service| is_ours(service))
    }

    fn create_task_set(
        &mut self,
        around: &mut Cloud,
        (cluster, name): (&str, &str),
        given: &Members,
        external: &str,
        unrouted: bool,
    ) -> Result<String, String> {
        let story = self.story.clone();
        let missing =
            || format!("there is no active service {name} with the controller CODE_DEPLOY");
        let mut settings = self
            .service(cluster, name)
            .filter(|service| is_ours(service))
            .ok_or_else(missing)?
            .settings
            .clone();
        for (member, value) in given {
            settings.insert(member.clone(), value.clone());
        }
        if members::given(given, "capacityProviderStrategy") {
            settings.shift_remove("launchType");
        }
        let reference = members::text(&settings, "taskDefinition").unwrap_or_default();
        let definition = self
            .active_definition(reference)
            .map_err(|refusal| refusal.message)?;
        check_load_balancers(members::list(&settings, "loadBalancers"), &definition)
            .map_err(|refusal| refusal.message)?;
        let service = self.ours(cluster, name).ok_or_else(missing)?;
        let story = service.story.clone().unwrap_or(story);
        let revision = Revision::make(&settings, &definition, story, around);
        let number = revision.number.clone();
        let mut entry = Deployment::begun(&number, around.now);
        entry.set.external = Some(external.to_owned());
        entry.set.unrouted = unrouted;
        service.revisions.push(revision);
        service.deployments.push(entry);
        service.steady = false;
        service.wake(around.now.plus(pace::SCHEDULE));
        Ok(number)
    }
}

fn is_ours(service: &Service) -> bool {
    service.controller == Controller::CodeDeploy && service.status == ServiceStatus::Active
}

/// `status` of a task set.
pub(super) fn status(service: &Service, entry: &Deployment) -> &'static str {
    let first = service.deployments.first();
    if entry.set.draining {
        "DRAINING"
    } else if first.is_some_and(|first| first.number == entry.number) {
        "PRIMARY"
    } else {
        "ACTIVE"
    }
}

/// `computedDesiredCount` of a task set: all of the service's desired count, or nothing once it goes.
pub(super) fn wanted(service: &Service, entry: &Deployment) -> u32 {
    if entry.set.draining {
        0
    } else {
        service.desired
    }
}

fn own<'a>(
    service: &'a Service,
    tasks: &'a Tasks,
    number: &'a str,
) -> impl Iterator<Item = &'a super::task::Task> {
    tasks.values().filter(move |task| {
        task.belongs_to(&service.cluster, &service.name, Some(number))
            && task.times.stopped.is_none()
    })
}

/// What the API's text calls a steady state: as many tasks run as wanted, none is pending, none is stopping, and all of
/// them are healthy.
fn is_steady(service: &Service, tasks: &Tasks, entry: &Deployment) -> bool {
    let wanted = usize::try_from(wanted(service, entry)).unwrap_or(usize::MAX);
    own(service, tasks, &entry.number).count() == wanted
        && own(service, tasks, &entry.number).all(super::task::Task::is_healthy)
}

/// Brings every task set to its count, and says when the service is steady.
pub(super) fn keep(s: &mut Scheduler<'_>) {
    let numbers: Vec<(String, u32)> = s
        .service
        .deployments
        .iter()
        .map(|entry| (entry.number.clone(), wanted(s.service, entry)))
        .collect();
    for (number, wanted) in &numbers {
        let live = s.live(number);
        let leaving = rolling::pick(s, live.saturating_sub(*wanted), |other| other == number);
        s.stop(&leaving);
        s.start(number, wanted.saturating_sub(live));
    }
    let empty: Vec<String> = numbers
        .into_iter()
        .map(|(number, _)| number)
        .filter(|number| s.own(Some(number)).next().is_none())
        .collect();
    s.service
        .deployments
        .retain(|entry| !(entry.set.draining && empty.contains(&entry.number)));
    note_steadiness(s);
    let Some(primary) = s.primary() else { return };
    let all = s
        .service
        .deployments
        .iter()
        .all(|entry| entry.set.steady_since.is_some());
    if all {
        rolling::complete(s, &primary);
        s.settle();
    }
}

fn note_steadiness(s: &mut Scheduler<'_>) {
    let now: Moment = s.around.now;
    let steady: Vec<bool> = s
        .service
        .deployments
        .iter()
        .map(|entry| is_steady(s.service, s.tasks, entry))
        .collect();
    for (entry, steady) in s.service.deployments.iter_mut().zip(steady) {
        entry.set.steady_since = steady.then(|| entry.set.steady_since.unwrap_or(now));
    }
}
