//! The operations on tasks that exist: list, describe, stop.

use serde_json::{Value, json};

use super::{End, Owner, StopCode, Task, condemn, described};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::{Ecs, arn, pages, refuse};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `ListTasks` (API shape `ListTasksRequest`): RUNNING unless STOPPED is asked for, newest first.
///
/// # Errors
/// `ClusterNotFoundException`, `ServiceNotFoundException`, `InvalidParameterException` for `startedBy` together with
/// another filter.
pub(in crate::sim::ecs) fn list(
    ecs: &Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let started_by = members::text(input, "startedBy");
    let others = [
        "family",
        "serviceName",
        "desiredStatus",
        "launchType",
        "containerInstance",
        "daemonName",
    ];
    if started_by.is_some() && others.iter().any(|name| members::given(input, name)) {
        return Err(refuse::invalid("startedBy must be the only filter."));
    }
    let service = members::text(input, "serviceName").map(arn::short);
    if let Some(service) = service {
        ecs.service(&cluster, service)
            .ok_or_else(refuse::service_not_found)?;
    }
    let wanted = members::text(input, "desiredStatus").unwrap_or("RUNNING");
    let mut tasks: Vec<&Task> = ecs
        .tasks
        .values()
        .filter(|task| task.cluster == cluster && is_seen(task, around))
        .filter(|task| service.is_none_or(|name| task.belongs_to(&cluster, name, None)))
        .filter(|task| wanted == if task.condemned { "STOPPED" } else { "RUNNING" })
        .filter(|task| is(members::text(input, "family"), &task.family))
        .filter(|task| {
            is(
                members::text(input, "launchType"),
                &task.placement.launch_type,
            )
        })
        .filter(|task| started_by.is_none() || task.started_by().as_deref() == started_by)
        .collect();
    if members::given(input, "containerInstance") || members::given(input, "daemonName") {
        tasks.clear();
    }
    tasks.sort_by_key(|task| std::cmp::Reverse(task.times.created));
    let arns = tasks.into_iter().map(|task| task.arn().into()).collect();
    pages::list(input, 100, 100, "taskArns", arns)
}

/// Whether a read shows the task already: one that `RunTask` started shows late (API operation `RunTask`).
fn is_seen(task: &Task, around: &Cloud) -> bool {
    let lag = match task.owner {
        Owner::Service { .. } => 0.0,
        Owner::Caller { .. } => around.rules.task_lag,
    };
    task.times.created.plus(lag) <= around.now
}

fn is(wanted: Option<&str>, value: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == value)
}

/// `DescribeTasks`: up to 100, ids or ARNs.
///
/// # Errors
/// `ClusterNotFoundException`, `InvalidParameterException` for none or more than 100.
pub(in crate::sim::ecs) fn describe(
    ecs: &Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let names = members::texts(input, "tasks");
    if names.is_empty() {
        return Err(refuse::invalid("Tasks cannot be empty."));
    }
    if names.len() > 100 {
        return Err(refuse::invalid("Tasks can have at most 100 entries."));
    }
    let tags = members::texts(input, "include").contains(&"TAGS");
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        let id = arn::short(name);
        let known = ecs.tasks.get(id);
        match known.filter(|task| task.cluster == cluster && is_seen(task, around)) {
            Some(task) => tasks.push(described(task, tags)),
            None => failures.push(json!({"arn": arn::task(&cluster, id), "reason": "MISSING"})),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

/// `StopTask`.
///
/// # Errors
/// `ClusterNotFoundException`, `InvalidParameterException` for a task that is not there (text seen).
pub(in crate::sim::ecs) fn stop(
    ecs: &mut Ecs,
    input: &Members,
    around: &Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let id = arn::short(members::text(input, "task").unwrap_or_default());
    let task = ecs
        .tasks
        .get_mut(id)
        .filter(|task| task.cluster == cluster)
        .ok_or_else(|| refuse::invalid("The referenced task was not found."))?;
    let reason = members::text(input, "reason").unwrap_or("Task stopped by user");
    let end = End {
        code: StopCode::UserInitiated,
        reason: reason.to_owned(),
    };
    condemn(task, around, end);
    let answer = json!({"task": described(task, true)});
    if let Some(key) = task.service_key()
        && let Some(service) = ecs.services.get_mut(&key)
    {
        service.wake(around.now);
    }
    Ok(answer)
}
