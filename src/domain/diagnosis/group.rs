//! Equal failures of tasks, counted: one cause usually stops dozens of tasks alike.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::domain::service::{ContainerState, HealthStatus, StopCode, TaskState, tail};

/// The container that ended a task, and which task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    /// The ARN of the task.
    pub task: String,
    /// The name of the container.
    pub container: String,
}

/// Tasks that were stopped for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskGroup {
    /// How many.
    pub count: usize,
    /// Why, as a code.
    pub stop_code: Option<StopCode>,
    /// Why, in the words ECS used for the last one of them.
    pub reason: String,
    /// What the container says about it, if it says anything.
    pub container_reason: Option<String>,
    /// What the process of the container ended with.
    pub exit_code: Option<i32>,
    /// The container that ended the task, in the last one of them; none if the task ended before any container.
    pub culprit: Option<Culprit>,
    /// The ARN of the last one of them.
    pub sample: String,
}

impl TaskGroup {
    /// What the process of the container ended with, if it ended by itself and was not told to by the scheduler.
    #[must_use]
    pub fn ended_by_itself(&self) -> Option<i32> {
        self.exit_code
            .filter(|_| self.stop_code != Some(StopCode::SchedulerInitiated))
    }

    /// Whether a container ran, so that it may have written a log.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.culprit.is_some()
            && (self.exit_code.is_some() || self.stop_code != Some(StopCode::FailedToStart))
    }
}

/// Groups the tasks that failed; the largest group first.
pub fn group_failures<'a>(tasks: impl IntoIterator<Item = &'a TaskState>) -> Vec<TaskGroup> {
    let mut groups: Vec<(Key, TaskGroup)> = Vec::new();
    for task in tasks {
        if !failed(task) {
            continue;
        }
        let key = Key::of(task);
        let latest = group_of_one(task);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => {
                let count = group.count + 1;
                *group = TaskGroup { count, ..latest };
            }
            None => groups.push((key, latest)),
        }
    }
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Whether a task was stopped because something was wrong.
/// What the scheduler stops to make room, or because there are too many, is an effect of a deployment and no failure.
#[must_use]
pub fn failed(task: &TaskState) -> bool {
    if !task.is_stopped() {
        return false;
    }
    match &task.stop_code {
        Some(StopCode::SchedulerInitiated) => {
            task.stopped_reason.as_deref().is_some_and(|reason| {
                let reason = reason.to_lowercase();
                reason.contains("failed") || reason.contains("unhealthy")
            })
        }
        Some(
            StopCode::FailedToStart
            | StopCode::EssentialContainerExited
            | StopCode::UserInitiated
            | StopCode::SpotInterruption
            | StopCode::TerminationNotice
            | StopCode::InfrastructureHealth
            | StopCode::Other(_),
        )
        | None => true,
    }
}

/// What makes two failures the same.
#[derive(PartialEq, Eq)]
struct Key {
    stop_code: Option<StopCode>,
    reason: String,
    container: Option<String>,
    container_reason: Option<String>,
    exit_code: Option<i32>,
}

impl Key {
    fn of(task: &TaskState) -> Self {
        let container = culprit(task);
        Self {
            stop_code: task.stop_code.clone(),
            reason: normalise(task.stopped_reason.as_deref().unwrap_or_default()),
            container: container.map(|container| container.name.clone()),
            container_reason: container
                .and_then(|container| container.reason.as_deref())
                .map(normalise),
            exit_code: container.and_then(|container| container.exit_code),
        }
    }
}

fn group_of_one(task: &TaskState) -> TaskGroup {
    let container = culprit(task);
    TaskGroup {
        count: 1,
        stop_code: task.stop_code.clone(),
        reason: task.stopped_reason.clone().unwrap_or_default(),
        container_reason: container.and_then(|container| container.reason.clone()),
        exit_code: container.and_then(|container| container.exit_code),
        culprit: container.map(|container| Culprit {
            task: task.arn.clone(),
            container: container.name.clone(),
        }),
        sample: task.arn.clone(),
    }
}

/// The container that ended the task. A container that was told to end after another one died carries 137 or 143, so such a
/// code only counts if no other container has anything to say.
fn culprit(task: &TaskState) -> Option<&ContainerState> {
    let told_to_end = |code: i32| matches!(code, 137 | 143);
    let tests: [&dyn Fn(&ContainerState) -> bool; 5] = [
        &|container| {
            container
                .reason
                .as_deref()
                .is_some_and(|reason| !reason.is_empty())
        },
        &|container| {
            container
                .exit_code
                .is_some_and(|code| code != 0 && !told_to_end(code))
        },
        &|container| container.health == HealthStatus::Unhealthy,
        &|container| container.exit_code == Some(0),
        &|container| container.exit_code.is_some(),
    ];
    tests
        .iter()
        .find_map(|test| task.containers.iter().find(|container| test(container)))
}

/// The text without what differs from task to task: ids, addresses and long numbers.
fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.parse::<IpAddr>().is_ok() || bare.parse::<SocketAddr>().is_ok() {
            normal.push('*');
            continue;
        }
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let plain = first.is_ascii_alphanumeric();
            let end = rest
                .find(|c: char| c.is_ascii_alphanumeric() != plain)
                .unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            normal.push_str(if plain && differs(run) { "*" } else { run });
            rest = after;
        }
    }
    normal
}

/// Whether a run of letters and digits looks like an id or a long number.
fn differs(run: &str) -> bool {
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let hex = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits == run.len() && digits >= 4) || (hex && digits > 0 && run.len() >= 8)
}

impl fmt::Display for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "1 task stopped")?,
            count => write!(f, "{count} tasks stopped")?,
        }
        match (&self.culprit, self.ended_by_itself()) {
            (Some(culprit), Some(code)) => write!(
                f,
                ": container `{}` exited with code {code}",
                culprit.container
            )?,
            (Some(culprit), None) => write!(f, ": container `{}`", culprit.container)?,
            (None, _) => {}
        }
        if let Some(reason) = &self.container_reason {
            write!(f, ": {reason}")?;
        }
        if self.reason.is_empty() {
            if let Some(code) = &self.stop_code {
                write!(f, " ({code})")?;
            }
        } else if self.container_reason.as_deref() != Some(self.reason.as_str()) {
            write!(f, " ({})", self.reason)?;
        }
        write!(f, ", last: `{}`", tail(&self.sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_addresses_and_long_numbers_do_not_make_two_failures_different() {
        let one = "RequestError: task 0f3c9a7e21b84d1e on 10.0.3.17:443, request 20481";
        let two = "RequestError: task 9b8c7d6e5f4a3b2c on 10.0.9.201:443, request 77";
        assert_ne!(normalise(one), normalise(two), "a short number counts");
        assert_eq!(normalise(one), normalise(&two.replace(" 77", " 99001")),);
        assert_ne!(normalise("codes: [404]"), normalise("codes: [502]"));
        assert_ne!(normalise("image `webé`"), normalise("image `webè`"));
    }
}
