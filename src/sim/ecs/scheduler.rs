//! The service scheduler: what it sees of a service and the few things it can do.
//!
//! When it does them is decided by the strategy (`rolling`, `traffic`) and by the guards (`guard`).

use super::definition::{Definition, Definitions, container_name, is_essential};
use super::revision::Revision;
use super::service::{Controller, Deployment, RolloutState, Service, ServiceStatus};
use super::story::{Fate, Story};
use super::tags::Tags;
use super::task::{
    Checks, End, Order, Owner, Placement, Plan, StopCode, Target, Task, Tasks, condemn, make,
};
use super::{begin, guard, hooks, loss, pace, rolling, task_sets, traffic};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};

/// One service under the scheduler's hands.
pub(super) struct Scheduler<'a> {
    pub(super) service: &'a mut Service,
    pub(super) tasks: &'a mut Tasks,
    pub(super) definitions: &'a mut Definitions,
    pub(super) around: &'a mut Cloud,
}

impl Scheduler<'_> {
    /// Looks at the service and does what is to be done now.
    pub(super) fn look(&mut self) {
        match self.service.status {
            ServiceStatus::Inactive => {}
            ServiceStatus::Draining => self.drain(),
            ServiceStatus::Active => {
                self.let_intruder_in();
                loss::strike(self);
                guard::act(self);
                hooks::act(self);
                if self.service.controller == Controller::CodeDeploy {
                    task_sets::keep(self);
                } else if traffic::shifts(self) {
                    traffic::advance(self);
                } else {
                    rolling::roll(self);
                }
            }
        }
    }

    /// The number of the PRIMARY deployment.
    pub(super) fn primary(&self) -> Option<String> {
        self.service
            .deployments
            .first()
            .map(|entry| entry.number.clone())
    }

    /// The entry of a number.
    pub(super) fn entry(&mut self, number: &str) -> Option<&mut Deployment> {
        self.service
            .deployments
            .iter_mut()
            .find(|entry| entry.number == number)
    }

    /// The tasks of the service, or of one revision of it, that are not STOPPED.
    pub(super) fn own(&self, number: Option<&str>) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(move |task| {
            task.belongs_to(&self.service.cluster, &self.service.name, number)
                && task.times.stopped.is_none()
        })
    }

    /// How many wanted tasks a revision has.
    pub(super) fn live(&self, number: &str) -> u32 {
        count(self.own(Some(number)).filter(|task| task.is_live()))
    }

    /// How many healthy tasks a revision has.
    pub(super) fn healthy(&self, number: &str) -> u32 {
        count(self.own(Some(number)).filter(|task| task.is_healthy()))
    }

    /// Tells an event of the service.
    pub(super) fn tell(&mut self, text: &str) {
        let now = self.around.now;
        self.service.tell(&mut self.around.ids, now, text);
    }

    /// Tells an event of one deployment's tasks. With `CODE_DEPLOY` the task set is named beside the service.
    pub(super) fn tell_of(&mut self, number: &str, text: &str) {
        if self.service.controller == Controller::CodeDeploy {
            let now = self.around.now;
            let whole = format!(
                "(service {}, taskSet ecs-svc/{number}) {text}",
                self.service.name
            );
            self.service.tell_whole(&mut self.around.ids, now, whole);
        } else {
            self.tell(text);
        }
    }

    /// Starts tasks of a revision, unless its deployment has to wait or has failed. With no capacity, a failure is
    /// counted instead.
    pub(super) fn start(&mut self, number: &str, wanted: u32) {
        let now = self.around.now;
        let held = self.entry(number).is_none_or(|entry| {
            entry.state == RolloutState::Failed || entry.hold_until.is_some_and(|until| until > now)
        });
        if wanted == 0 || held {
            return;
        }
        let Some(revision) = self.service.revision(number).cloned() else {
            return;
        };
        let Some(definition) = self.definitions.find(revision.task_definition()).cloned() else {
            return;
        };
        self.service.steady = false;
        if let Fate::NotPlaced { reason } = &revision.story.fate {
            self.tell_of(
                number,
                &format!("was unable to place a task. Reason: {reason}."),
            );
            guard::failed(self, number, pace::CAPACITY_RETRY);
            return;
        }
        let mut started = Vec::new();
        for _ in 0..wanted {
            let order = self.order(&revision, &definition);
            let task = make(order, self.around);
            started.push(format!("(task {})", task.id));
            self.tasks.insert(task.id.clone(), task);
        }
        let text = format!(
            "has started {} tasks: {}.",
            started.len(),
            started.join(" ")
        );
        self.tell_of(number, &text);
    }

    fn order<'a>(&mut self, revision: &Revision, definition: &'a Definition) -> Order<'a>
    where
        Self: 'a,
    {
        let jitter = self.around.ids.hex(4);
        let jitter = u64::from_str_radix(&jitter, 16).unwrap_or(0) % pace::JITTER_MILLIS;
        let mut placement = Placement::read(&revision.settings);
        placement.execute_command =
            members::flag(&self.service.settings, "enableExecuteCommand").unwrap_or(false);
        Order {
            cluster: self.service.cluster.clone(),
            owner: Owner::Service {
                name: self.service.name.clone(),
                number: revision.number.clone(),
            },
            definition,
            placement,
            digests: revision.digests(),
            tags: task_tags(self.service, definition),
            overrides: Members::new(),
            plan: plan(self.service, revision, definition, jitter),
        }
    }

    /// Stops tasks by their ids, for the deployment that takes their place.
    pub(super) fn stop(&mut self, ids: &[String]) {
        if ids.is_empty() {
            return;
        }
        let primary = self.primary().unwrap_or_default();
        let reason = format!("Scaling activity initiated by (deployment ecs-svc/{primary})");
        let mut draining: Vec<String> = Vec::new();
        for id in ids {
            if let Some(task) = self.tasks.get_mut(id) {
                if let (Some(_), Owner::Service { number, .. }, true) =
                    (&task.plan.target, &task.owner, task.is_running())
                {
                    draining.push(number.clone());
                }
                let end = End {
                    code: StopCode::ServiceSchedulerInitiated,
                    reason: reason.clone(),
                };
                condemn(task, self.around, end);
            }
        }
        self.service.steady = false;
        let names: Vec<String> = ids.iter().map(|id| format!("(task {id})")).collect();
        self.tell(&format!(
            "has stopped {} running tasks: {}.",
            ids.len(),
            names.join(" ")
        ));
        if let Some(number) = draining.first() {
            let text = format!(
                "(service {}, taskSet ecs-svc/{number}) has begun draining connections on {} tasks.",
                self.service.name,
                draining.len()
            );
            let now = self.around.now;
            self.service.tell_whole(&mut self.around.ids, now, text);
        }
    }

    /// Takes away the entries of `deployments` whose tasks are gone, but for the PRIMARY one and those to be kept.
    pub(super) fn forget_replaced(&mut self, keep: &[&str]) {
        let gone: Vec<String> = self
            .service
            .deployments
            .iter()
            .skip(1)
            .map(|entry| entry.number.clone())
            .filter(|number| !keep.contains(&number.as_str()))
            .filter(|number| self.own(Some(number)).next().is_none())
            .collect();
        self.service
            .deployments
            .retain(|entry| !gone.contains(&entry.number));
    }

    /// Says that the service is steady, once.
    pub(super) fn settle(&mut self) {
        if !self.service.steady {
            self.service.steady = true;
            self.tell("has reached a steady state.");
        }
    }

    fn drain(&mut self) {
        let live: Vec<String> = self
            .own(None)
            .filter(|task| task.is_live())
            .map(|task| task.id.clone())
            .collect();
        self.stop(&live);
        if self.own(None).next().is_none() {
            self.service.status = ServiceStatus::Inactive;
            self.service.deployments.clear();
        }
    }

    /// Somebody else deploys: a new revision of the family the service came from.
    fn let_intruder_in(&mut self) {
        if self.service.intruder.is_none_or(|at| at > self.around.now) {
            return;
        }
        self.service.intruder = None;
        if self.service.controller != Controller::Ecs || self.service.running_rollout().is_none() {
            return;
        }
        let Some(current) = self
            .definitions
            .find(self.service.task_definition())
            .cloned()
        else {
            return;
        };
        let before = self
            .service
            .revisions
            .iter()
            .rev()
            .find(|revision| revision.completed)
            .and_then(|revision| self.definitions.find(revision.task_definition()))
            .cloned()
            .unwrap_or(current);
        let theirs = self.definitions.add(
            &before.family,
            before.document,
            before.tags,
            self.around.now,
        );
        self.service
            .settings
            .insert("taskDefinition".to_owned(), theirs.arn().into());
        begin::begin_with(
            self.service,
            &theirs,
            self.tasks,
            Story::default(),
            self.around,
        );
    }
}

/// How many, as ECS counts.
pub(super) fn count<'a>(tasks: impl Iterator<Item = &'a Task>) -> u32 {
    u32::try_from(tasks.count()).unwrap_or(u32::MAX)
}

fn task_tags(service: &Service, definition: &Definition) -> Tags {
    let mut tags = match members::text(&service.settings, "propagateTags") {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => definition.tags.clone(),
        _ => Tags::default(),
    };
    if members::flag(&service.settings, "enableECSManagedTags") == Some(true) {
        tags.set("aws:ecs:clusterName", &service.cluster);
        tags.set("aws:ecs:serviceName", &service.name);
    }
    tags
}

fn plan(service: &Service, revision: &Revision, definition: &Definition, jitter: u64) -> Plan {
    let balancer = members::list(&revision.settings, "loadBalancers")
        .first()
        .and_then(serde_json::Value::as_object);
    let unrouted = service
        .deployments
        .iter()
        .any(|entry| entry.number == revision.number && entry.set.unrouted);
    let target = balancer.and_then(|balancer| {
        Some(Target {
            group: revision.target_group(balancer)?.to_owned(),
            port: members::number(balancer, "containerPort")?,
            checks: if unrouted {
                Checks::Later
            } else {
                Checks::FromStart
            },
        })
    });
    let serving = balancer
        .and_then(|balancer| members::text(balancer, "containerName"))
        .or_else(|| {
            definition
                .containers()
                .find(|container| is_essential(container))
                .map(container_name)
        });
    let grace = members::number(&service.settings, "healthCheckGracePeriodSeconds").unwrap_or(0);
    Plan {
        fate: revision.story.fate.clone(),
        serving: serving.unwrap_or_default().to_owned(),
        log: revision.story.log.clone(),
        slowness: revision.story.slowness,
        jitter: std::time::Duration::from_millis(jitter).as_secs_f64(),
        target,
        grace: f64::from(i32::try_from(grace).unwrap_or(0)),
    }
}
