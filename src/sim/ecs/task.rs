//! One task: what it is, and where it stands.
//!
//! How it moves on is in `life`, how it is answered in `answer`. Whether it should exist is the scheduler's decision.

mod answer;
mod image;
mod life;
mod log;
mod make;
mod operations;
mod run;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use answer::described;
pub(super) use life::{Happening, begin_checks, condemn, live};
pub(super) use make::{Order, Placement, make};
pub(super) use operations::{describe, list, stop};
pub(super) use run::{RunTokens, run};

use super::arn;
use super::story::Fate;
use super::tags::Tags;
use crate::sim::members::Members;
use crate::sim::moment::Moment;

/// Every task that can still be described, by id.
pub(super) type Tasks = BTreeMap<String, Task>;

/// One task.
#[derive(Clone)]
pub(super) struct Task {
    /// 32 hexadecimal digits.
    pub(super) id: String,
    /// The cluster's name.
    pub(super) cluster: String,
    /// Who wanted it.
    pub(super) owner: Owner,
    /// The ARN of its task definition.
    pub(super) definition: String,
    /// That definition's family.
    pub(super) family: String,
    /// Where it was put.
    pub(super) placement: Placement,
    /// Task size as the definition or the override says, in plain numbers.
    pub(super) size: (Option<String>, Option<String>),
    /// Its containers, in the definition's order.
    pub(super) containers: Vec<Container>,
    /// Its network interface, with awsvpc.
    pub(super) interface: Option<Interface>,
    /// The volumes that were made for it.
    pub(super) disks: Vec<Disk>,
    /// Its tags.
    pub(super) tags: Tags,
    /// What `RunTask` overrode.
    pub(super) overrides: Members,
    /// Where it stands.
    pub(super) status: Status,
    /// Whether ECS wants it stopped (`desiredStatus` STOPPED).
    pub(super) condemned: bool,
    /// Whether it passed its health checks.
    pub(super) healthy: bool,
    /// Why it stopped.
    pub(super) end: Option<End>,
    /// When it did what.
    pub(super) times: Times,
    /// How often it changed.
    pub(super) version: u64,
    /// What it is to go through.
    pub(super) plan: Plan,
    /// What happens next, and when.
    agenda: Vec<(Moment, Step)>,
}

/// Who wanted a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// A service: its name and the number of the service revision.
    Service {
        /// The service's name.
        name: String,
        /// The revision's number, as in `ecs-svc/<number>`.
        number: String,
    },
    /// A call of `RunTask`.
    Caller {
        /// `startedBy`, if it was given.
        started_by: Option<String>,
        /// `group`: `family:<family>` unless it was given.
        group: String,
    },
}

/// Where a task stands (`lastStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

impl Status {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }
}

/// Why a task stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// `stopCode`.
    pub(super) code: StopCode,
    /// `stoppedReason`.
    pub(super) reason: String,
}

/// `stopCode` (API shape `TaskStopCode`; the ones the simulator brings about).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    SpotInterruption,
    TerminationNotice,
    InfrastructureHealth,
}

impl StopCode {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::TaskFailedToStart => "TaskFailedToStart",
            Self::EssentialContainerExited => "EssentialContainerExited",
            Self::UserInitiated => "UserInitiated",
            Self::ServiceSchedulerInitiated => "ServiceSchedulerInitiated",
            Self::SpotInterruption => "SpotInterruption",
            Self::TerminationNotice => "TerminationNotice",
            Self::InfrastructureHealth => "InfrastructureHealth",
        }
    }
}

/// When a task did what; `created` is always known.
#[derive(Debug, Clone)]
pub(super) struct Times {
    pub(super) created: Moment,
    pub(super) connected: Option<Moment>,
    pub(super) pull_started: Option<Moment>,
    pub(super) pull_stopped: Option<Moment>,
    pub(super) started: Option<Moment>,
    pub(super) stopping: Option<Moment>,
    pub(super) execution_stopped: Option<Moment>,
    pub(super) stopped: Option<Moment>,
}

impl Times {
    /// Created at a moment, nothing else done.
    const fn new(created: Moment) -> Self {
        Self {
            created,
            connected: None,
            pull_started: None,
            pull_stopped: None,
            started: None,
            stopping: None,
            execution_stopped: None,
            stopped: None,
        }
    }
}

/// One container of a task.
#[derive(Debug, Clone)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    /// The digest its task's revision holds it to, or the one it was pulled by.
    pub(super) digest: Option<String>,
    pub(super) arn: String,
    pub(super) runtime_id: Option<String>,
    pub(super) state: ContainerState,
    pub(super) exit_code: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) has_health_check: bool,
    /// `cpu`, `memory`, `memoryReservation` as the definition has them.
    pub(super) limits: (i64, Option<i64>, Option<i64>),
    /// Container ports, for `networkBindings` outside awsvpc.
    pub(super) ports: Vec<i64>,
    /// Where its log driver writes, if that is CloudWatch Logs.
    pub(super) log: Option<LogOutlet>,
}

/// Where a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerState {
    Pending,
    Running,
    Stopped,
}

impl ContainerState {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Stopped => "STOPPED",
        }
    }
}

/// A log group, the stream of one container in it, and whether the driver may make the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogOutlet {
    pub(super) group: String,
    pub(super) stream: String,
    pub(super) create_group: bool,
}

/// A task's network interface.
#[derive(Debug, Clone)]
pub(super) struct Interface {
    pub(super) attachment: String,
    pub(super) eni: String,
    pub(super) subnet: String,
    pub(super) address: String,
    pub(super) mac: String,
}

/// A volume of Amazon EBS that ECS made for a task.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) attachment: String,
    /// Its name in the task definition.
    pub(super) volume: String,
    pub(super) id: String,
}

/// What a task is to go through.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// What becomes of it.
    pub(super) fate: Fate,
    /// The name of the container it becomes of: the one behind the load balancer, else the first essential one.
    pub(super) serving: String,
    /// What that container writes before its end.
    pub(super) log: Vec<String>,
    /// How many times longer than usual its start takes.
    pub(super) slowness: f64,
    /// Seconds added to each step of its start.
    pub(super) jitter: f64,
    /// The target group and port it serves.
    pub(super) target: Option<Target>,
    /// `healthCheckGracePeriodSeconds` of its service.
    pub(super) grace: f64,
}

/// A load balancer's target group and the port of the container behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) group: String,
    pub(super) port: i64,
    pub(super) checks: Checks,
}

/// From when on a load balancer checks a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    /// From its start.
    FromStart,
    /// Not before a listener leads to its group: until then ECS takes it as one without a load balancer.
    Later,
    /// From this moment on, in the middle of its life.
    Since(Moment),
}

/// The next thing that happens to a task by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// PROVISIONING is over: the interface is attached.
    Attach,
    /// The image pull begins.
    Pull,
    /// The pull is given up.
    GiveUpPull,
    /// All images are there.
    StartContainers,
    /// RUNNING.
    Run,
    /// Health checks passed.
    Heal,
    /// The serving container ends by itself.
    Exit,
    /// Health checks failed.
    FailChecks,
    /// A one-off task is done.
    Finish,
    /// The load balancer has drained it.
    Drain,
    /// The containers have ended after SIGTERM.
    Terminate,
    /// STOPPED.
    Release,
    /// It can no longer be described.
    Forget,
}

impl Task {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        arn::task(&self.cluster, &self.id)
    }

    /// Whether it belongs to a service, and if a number is given, to that revision of it.
    pub(super) fn belongs_to(&self, cluster: &str, service: &str, revision: Option<&str>) -> bool {
        match &self.owner {
            Owner::Service { name, number } => {
                self.cluster == cluster
                    && name == service
                    && revision.is_none_or(|revision| revision == number)
            }
            Owner::Caller { .. } => false,
        }
    }

    /// `startedBy`.
    pub(super) fn started_by(&self) -> Option<String> {
        match &self.owner {
            Owner::Service { number, .. } => Some(format!("ecs-svc/{number}")),
            Owner::Caller { started_by, .. } => started_by.clone(),
        }
    }

    /// Wanted, and not stopped.
    pub(super) fn is_live(&self) -> bool {
        !self.condemned
    }

    /// Counts as `runningCount`.
    pub(super) fn is_running(&self) -> bool {
        self.is_live() && self.status == Status::Running
    }

    /// Counts as `pendingCount`.
    pub(super) fn is_pending(&self) -> bool {
        self.is_live() && self.status < Status::Running
    }

    /// Counts towards the minimum healthy percent.
    pub(super) fn is_healthy(&self) -> bool {
        self.is_running() && self.healthy
    }

    /// When something happens to it next.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.agenda.iter().map(|(at, _)| *at).min()
    }

    /// The service it belongs to, as the key of the services.
    pub(super) fn service_key(&self) -> Option<(String, String)> {
        match &self.owner {
            Owner::Service { name, .. } => Some((self.cluster.clone(), name.clone())),
            Owner::Caller { .. } => None,
        }
    }

    fn schedule(&mut self, at: Moment, step: Step) {
        self.agenda.push((at, step));
    }

    /// The container the story is about.
    fn serving_mut(&mut self) -> Option<&mut Container> {
        let name = &self.plan.serving;
        self.containers
            .iter_mut()
            .find(|container| container.name == *name)
    }
}

/// Container overrides of `RunTask` for one container.
pub(super) fn override_of<'a>(overrides: &'a Members, container: &str) -> Option<&'a Members> {
    overrides
        .get("containerOverrides")?
        .as_array()?
        .iter()
        .filter_map(Value::as_object)
        .find(|entry| entry.get("name").and_then(Value::as_str) == Some(container))
}
