//! The tasks of services as the load balancers in front of them see them. Only seen from outside: what a health check comes to is
//! decided by the story, in `task`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pace;
use super::story::Fate;
use super::task::{Checks, Status, Task};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// The instance below the tasks that have no network interface of their own.
const INSTANCE: &str = "i-0d1e2f3a4b5c60718";

/// One target of a target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetView {
    /// An address, or the id of an instance.
    pub(crate) id: String,
    /// The port of the container.
    pub(crate) port: i64,
    /// `State`.
    pub(crate) state: &'static str,
    /// `Reason`.
    pub(crate) reason: Option<&'static str>,
    /// `Description`.
    pub(crate) description: Option<String>,
}

/// The ARNs of all target groups that services name, now or in a revision they had.
pub(crate) fn target_groups(cloud: &Cloud) -> BTreeSet<String> {
    let services = cloud.ecs.services.values();
    let settings = services.flat_map(|service| {
        let before = service.revisions.iter().map(|revision| &revision.settings);
        std::iter::once(&service.settings).chain(before)
    });
    settings.flat_map(groups_of).collect()
}

fn groups_of(settings: &Members) -> Vec<String> {
    let balancers = members::list(settings, "loadBalancers");
    let groups = balancers
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|balancer| {
            let alternate = members::object(balancer, "advancedConfiguration")
                .and_then(|advanced| members::text(advanced, "alternateTargetGroupArn"));
            [members::text(balancer, "targetGroupArn"), alternate]
        });
    groups.flatten().map(str::to_owned).collect()
}

/// The targets of a group: tasks that run or are being taken out.
pub(crate) fn targets(cloud: &Cloud, group: &str) -> Vec<TargetView> {
    let tasks = cloud.ecs.tasks.values();
    tasks
        .filter_map(|task| {
            let target = task.plan.target.as_ref()?;
            (target.group == group).then(|| view(task, target.port, cloud.now))?
        })
        .collect()
}

fn view(task: &Task, port: i64, now: Moment) -> Option<TargetView> {
    let (state, reason, description) = health(task, now)?;
    Some(TargetView {
        id: task.interface.as_ref().map_or_else(
            || INSTANCE.to_owned(),
            |interface| interface.address.clone(),
        ),
        port,
        state,
        reason,
        description,
    })
}

type Health = (&'static str, Option<&'static str>, Option<String>);

/// How a task is; nothing if it is no target. Texts as the API reference words them.
fn health(task: &Task, now: Moment) -> Option<Health> {
    match task.status {
        Status::Running => {}
        Status::Deactivating => {
            return Some((
                "draining",
                Some("Target.DeregistrationInProgress"),
                Some("Target deregistration is in progress".to_owned()),
            ));
        }
        Status::Provisioning
        | Status::Pending
        | Status::Activating
        | Status::Stopping
        | Status::Deprovisioning
        | Status::Stopped => return None,
    }
    let started = task.times.started.unwrap_or(task.times.created);
    let (since, healthy) = match task.plan.target.as_ref()?.checks {
        Checks::Later => {
            return Some((
                "unused",
                Some("Target.NotInUse"),
                Some(
                    "Target group is not configured to receive traffic from the load balancer"
                        .to_owned(),
                ),
            ));
        }
        Checks::FromStart => (started, task.healthy),
        Checks::Since(moment) => (moment, passes_after(task, moment, now)),
    };
    if healthy {
        return Some(("healthy", None, None));
    }
    let runs_for = |seconds: f64| since.plus(seconds) <= now;
    match &task.plan.fate {
        Fate::Unhealthy { after, reason } if runs_for(after.min(pace::TARGET_FAILS)) => {
            let (state, code) = failing(reason);
            Some((state, Some(code), Some(reason.clone())))
        }
        Fate::NeverHealthy {
            reason: Some(reason),
        } if runs_for(pace::TARGET_FAILS) => {
            let (state, code) = failing(reason);
            Some((state, Some(code), Some(reason.clone())))
        }
        _ if runs_for(pace::TARGET_REGISTERS) => Some((
            "initial",
            Some("Elb.InitialHealthChecking"),
            Some("Initial health checks in progress".to_owned()),
        )),
        _ => Some((
            "initial",
            Some("Elb.RegistrationInProgress"),
            Some("Target registration is in progress".to_owned()),
        )),
    }
}

/// Whether a target passes its checks by now that began in the middle of its life.
fn passes_after(task: &Task, began: Moment, now: Moment) -> bool {
    let after = match &task.plan.fate {
        Fate::Unhealthy { .. } | Fate::NeverHealthy { .. } => return false,
        Fate::Late { after } => *after,
        Fate::Run
        | Fate::Exit { .. }
        | Fate::PullError { .. }
        | Fate::NotPlaced { .. }
        | Fate::NotStarted { .. } => pace::TARGET_HEALTH * task.plan.slowness,
    };
    began.plus(after) <= now
}

/// The state and the code that belong to a load balancer's words.
fn failing(reason: &str) -> (&'static str, &'static str) {
    let text = reason.to_lowercase();
    if text.contains("codes:") {
        ("unhealthy", "Target.ResponseCodeMismatch")
    } else if text.contains("timed out") {
        ("unhealthy", "Target.Timeout")
    } else if text.contains("not configured to receive traffic") {
        ("unused", "Target.NotInUse")
    } else {
        ("unhealthy", "Target.FailedHealthChecks")
    }
}
