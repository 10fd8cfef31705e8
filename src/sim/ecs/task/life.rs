//! How a task moves on: one step at a time, each at its own moment.
//!
//! PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED. A step changes the task
//! and tells what its service should know; it starts and stops nothing else.

use super::{Checks, Container, ContainerState, End, Owner, Status, Step, StopCode, Task};
use super::{image, log};
use crate::sim::cloud::Cloud;
use crate::sim::ecr::{self, Pull};
use crate::sim::ecs::pace;
use crate::sim::ecs::story::Fate;

/// What a service learns of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim::ecs) enum Happening {
    /// It is RUNNING and a target of its load balancer.
    Registered,
    /// It is RUNNING.
    Running,
    /// It passed its health checks.
    Healthy,
    /// It could not be started.
    NotStarted {
        /// `stoppedReason`.
        reason: String,
    },
    /// It ended by itself.
    Ended,
    /// It failed its health checks.
    Unhealthy {
        /// The load balancer's reason; none if it was the container's own check.
        reason: Option<String>,
    },
    /// It is no target any more.
    Deregistered,
    /// It is STOPPED.
    Gone,
    /// It can no longer be described.
    Forgotten,
}

/// Lets a task do what is due at `around.now`, and tells what happened.
pub(in crate::sim::ecs) fn live(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    let mut happenings = Vec::new();
    while let Some(at) = task
        .agenda
        .iter()
        .position(|(moment, _)| *moment <= around.now)
    {
        let (_, step) = task.agenda.remove(at);
        happenings.extend(take(task, step, around));
        task.version += 1;
    }
    happenings
}

fn take(task: &mut Task, step: Step, around: &mut Cloud) -> Vec<Happening> {
    let now = around.now;
    let slow = task.plan.slowness;
    match step {
        Step::Attach => {
            task.status = Status::Pending;
            task.schedule(now.plus(pace::PREPARE), Step::Pull);
            vec![]
        }
        Step::Pull => {
            task.times.connected = Some(now);
            task.times.pull_started = Some(now);
            if image::pull_error(task, around).is_some() {
                task.schedule(now.plus(pace::PULL_GIVES_UP), Step::GiveUpPull);
            } else {
                let wait = pace::PULL * slow + task.plan.jitter;
                task.schedule(now.plus(wait), Step::StartContainers);
            }
            vec![]
        }
        Step::GiveUpPull => give_up_pull(task, around),
        Step::StartContainers => start_containers(task, around),
        Step::Run => run(task, around),
        Step::Heal => {
            task.healthy = true;
            vec![Happening::Healthy]
        }
        Step::Exit => exit(task, around),
        Step::FailChecks => fail_checks(task, around),
        Step::Finish => {
            end_containers(task, 0);
            finish(task, around, StopCode::EssentialContainerExited);
            vec![Happening::Ended]
        }
        Step::Drain => {
            task.status = Status::Stopping;
            task.schedule(now.plus(pace::TERMINATE), Step::Terminate);
            vec![Happening::Deregistered]
        }
        Step::Terminate => {
            end_containers(task, 0);
            task.times.execution_stopped = Some(now);
            task.status = Status::Deprovisioning;
            task.schedule(now.plus(pace::RELEASE), Step::Release);
            vec![]
        }
        Step::Release => {
            task.status = Status::Stopped;
            task.times.stopped = Some(now);
            task.schedule(now.plus(pace::REMEMBER), Step::Forget);
            vec![Happening::Gone]
        }
        Step::Forget => vec![Happening::Forgotten],
    }
}

/// The last try of a pull: the image may have come in the meantime.
fn give_up_pull(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    let Some((container, reason)) = image::pull_error(task, around) else {
        let at = around.now.plus(pace::PULL);
        task.schedule(at, Step::StartContainers);
        return vec![];
    };
    if let Some(container) = named(task, &container) {
        container.reason = Some(reason.clone());
    }
    fail_to_start(task, around, reason)
}

fn named<'a>(task: &'a mut Task, name: &str) -> Option<&'a mut Container> {
    task.containers
        .iter_mut()
        .find(|container| container.name == name)
}

fn start_containers(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    let now = around.now;
    task.times.pull_stopped = Some(now);
    for container in &mut task.containers {
        if container.digest.is_none()
            && let Pull::Found { digest } = ecr::pull(around, &container.image)
        {
            container.digest = Some(digest);
        }
    }
    if let Some(group) = log::missing_group(task, around) {
        let reason = format!(
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: \
             failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not \
             exist. : exit status 1: {group}"
        );
        return fail_to_start(task, around, reason);
    }
    if let Fate::NotStarted { error, reason } = task.plan.fate.clone() {
        if let Some(container) = task.serving_mut() {
            container.reason = reason;
        }
        return fail_to_start(task, around, error);
    }
    for container in &mut task.containers {
        container.state = ContainerState::Running;
        container.runtime_id = Some(format!("{}-{}", around.ids.hex(32), around.ids.hex(10)));
    }
    task.status = Status::Activating;
    let wait = pace::START * task.plan.slowness;
    task.schedule(now.plus(wait), Step::Run);
    vec![]
}

fn fail_to_start(task: &mut Task, around: &mut Cloud, reason: String) -> Vec<Happening> {
    let happening = Happening::NotStarted {
        reason: reason.clone(),
    };
    let end = End {
        code: StopCode::TaskFailedToStart,
        reason,
    };
    condemn(task, around, end);
    vec![happening]
}

fn run(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    let now = around.now;
    task.status = Status::Running;
    task.times.started = Some(now);
    log::greet(task, around);
    let checked = task
        .containers
        .iter()
        .any(|container| container.has_health_check);
    let balancer = task
        .plan
        .target
        .as_ref()
        .filter(|target| target.checks != Checks::Later);
    let health = match (balancer, checked, &task.plan.fate) {
        (Some(_), _, Fate::Late { after }) | (None, true, Fate::Late { after }) => *after,
        (Some(_), ..) => pace::TARGET_HEALTH * task.plan.slowness,
        (None, true, _) => pace::OWN_HEALTH * task.plan.slowness,
        (None, false, _) => pace::SETTLE,
    };
    let nobody_checks = task.plan.target.is_some() && balancer.is_none();
    let grace = task.plan.grace;
    match (&task.plan.fate, &task.owner) {
        (Fate::Unhealthy { .. } | Fate::NeverHealthy { .. }, Owner::Service { .. })
            if nobody_checks =>
        {
            task.schedule(now.plus(health), Step::Heal);
        }
        (Fate::Exit { after, .. }, _) => {
            let at = now.plus(*after);
            if *after > health {
                task.schedule(now.plus(health), Step::Heal);
            }
            task.schedule(at, Step::Exit);
        }
        (Fate::Unhealthy { after, .. }, Owner::Service { .. }) => {
            let at = now.plus(after.max(grace));
            task.schedule(at, Step::FailChecks);
        }
        (Fate::NeverHealthy { .. }, _) => {}
        (
            Fate::Run
            | Fate::PullError { .. }
            | Fate::NotStarted { .. }
            | Fate::NotPlaced { .. }
            | Fate::Late { .. },
            Owner::Service { .. },
        ) => {
            task.schedule(now.plus(health), Step::Heal);
        }
        // Nothing checks the health of a task that belongs to no service.
        (
            Fate::Run
            | Fate::PullError { .. }
            | Fate::NotStarted { .. }
            | Fate::NotPlaced { .. }
            | Fate::Unhealthy { .. }
            | Fate::Late { .. },
            Owner::Caller { .. },
        ) => task.schedule(now.plus(pace::WORK), Step::Finish),
    }
    let mut happenings = vec![Happening::Running];
    if task.plan.target.is_some() {
        happenings.push(Happening::Registered);
    }
    happenings
}

/// A listener leads to the target group of a task from now on: if it runs, its checks begin.
pub(in crate::sim::ecs) fn begin_checks(task: &mut Task, around: &Cloud) {
    let now = around.now;
    let runs = task.status == Status::Running;
    let Some(target) = &mut task.plan.target else {
        return;
    };
    target.checks = if runs {
        Checks::Since(now)
    } else {
        Checks::FromStart
    };
    if let (Fate::Unhealthy { after, .. }, true) = (&task.plan.fate, runs) {
        let at = now.plus(after.max(task.plan.grace));
        task.schedule(at, Step::FailChecks);
    }
}

fn exit(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    let Fate::Exit { code, reason, .. } = task.plan.fate.clone() else {
        return vec![];
    };
    log::tell(task, around);
    if let Some(container) = task.serving_mut() {
        container.exit_code = Some(code);
        container.reason = reason;
        container.state = ContainerState::Stopped;
    }
    end_containers(task, 0);
    finish(task, around, StopCode::EssentialContainerExited);
    let mut happenings = vec![Happening::Ended];
    if task.plan.target.is_some() {
        happenings.push(Happening::Deregistered);
    }
    happenings
}

fn fail_checks(task: &mut Task, around: &mut Cloud) -> Vec<Happening> {
    log::tell(task, around);
    task.healthy = false;
    let (reason, told) = match (&task.plan.target, &task.plan.fate) {
        (Some(target), Fate::Unhealthy { reason, .. }) => (
            format!(
                "Task failed ELB health checks in (target-group {})",
                target.group
            ),
            Some(reason.clone()),
        ),
        _ => ("Task failed container health checks".to_owned(), None),
    };
    let end = End {
        code: StopCode::ServiceSchedulerInitiated,
        reason,
    };
    condemn(task, around, end);
    vec![Happening::Unhealthy { reason: told }]
}

/// The containers that still run end with a code.
fn end_containers(task: &mut Task, code: i64) {
    for container in &mut task.containers {
        if container.state == ContainerState::Running {
            container.exit_code = Some(code);
        }
        container.state = ContainerState::Stopped;
    }
}

/// The containers have ended by themselves.
fn finish(task: &mut Task, around: &Cloud, code: StopCode) {
    let now = around.now;
    task.condemned = true;
    task.healthy = false;
    task.end = Some(End {
        code,
        reason: "Essential container in task exited".to_owned(),
    });
    task.times.stopping = Some(now);
    task.times.execution_stopped = Some(now);
    task.status = Status::Deprovisioning;
    task.agenda.clear();
    task.schedule(now.plus(pace::RELEASE), Step::Release);
}

/// ECS wants a task stopped. Nothing happens if it did already.
pub(in crate::sim::ecs) fn condemn(task: &mut Task, around: &Cloud, end: End) {
    if task.condemned {
        return;
    }
    let now = around.now;
    task.condemned = true;
    task.end = Some(end);
    task.times.stopping = Some(now);
    task.agenda.clear();
    match task.status {
        Status::Running if task.plan.target.is_some() => {
            task.status = Status::Deactivating;
            task.schedule(now.plus(pace::DRAIN), Step::Drain);
        }
        Status::Running | Status::Activating => {
            task.status = Status::Stopping;
            task.schedule(now.plus(pace::TERMINATE), Step::Terminate);
        }
        Status::Provisioning | Status::Pending => {
            for container in &mut task.containers {
                container.state = ContainerState::Stopped;
            }
            task.times.execution_stopped = Some(now);
            task.status = Status::Deprovisioning;
            task.schedule(now.plus(pace::RELEASE), Step::Release);
        }
        Status::Deactivating | Status::Stopping | Status::Deprovisioning | Status::Stopped => {}
    }
}
