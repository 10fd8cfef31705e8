//! The course of tasks, folded from what is read of them: what is told, each thing once, and how they stand together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::TaskEnd;
use super::end::decides;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::names::ContainerName;
use crate::domain::service::{TaskState, tail};

/// For how long ECS may not know a task that it has started (API operation `RunTask`: up to five minutes).
const LOST: Duration = Duration::from_mins(5);
/// The pauses between two looks: the shortest, and the longest.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5);
/// A task of which nothing new was seen for so many pauses is looked at less often.
const PATIENCE: u32 = 20;

/// How tasks stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// At least one goes on.
    Running,
    /// All succeeded.
    Succeeded,
    /// At least one failed, or could not be started.
    Failed,
    /// At least one was stopped, and none failed.
    Stopped,
    /// At least one goes on, and the time is over.
    TimedOut,
}

impl Verdict {
    /// The machine's name of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::TimedOut => "timed-out",
        }
    }
}

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEvent {
    /// It came to another state.
    Status {
        /// Its ARN.
        task: String,
        /// Which: `PENDING`, `RUNNING`, ….
        status: String,
    },
    /// One of its containers ended.
    Container {
        /// The ARN of the task.
        task: String,
        /// The container.
        container: String,
        /// Its exit code.
        code: i32,
        /// Why it ended, if ECS says so.
        reason: Option<String>,
        /// Whether its exit code counts.
        decides: bool,
    },
    /// It is over.
    Ended {
        /// Its ARN.
        task: String,
        /// How it ended.
        end: TaskEnd,
    },
}

impl TaskEvent {
    /// The machine's name of it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "task-status",
            Self::Container { .. } => "container-ended",
            Self::Ended { .. } => "task-ended",
        }
    }

    /// The ARN of the task.
    #[must_use]
    pub fn task(&self) -> &str {
        match self {
            Self::Status { task, .. } | Self::Container { task, .. } | Self::Ended { task, .. } => {
                task
            }
        }
    }

    /// Whether it is something to look at.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        match self {
            Self::Status { .. } => false,
            Self::Container { code, decides, .. } => *decides && *code != 0,
            Self::Ended { end, .. } => !end.is_good(),
        }
    }
}

impl fmt::Display for TaskEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task `{}`: ", tail(self.task()))?;
        match self {
            Self::Status { status, .. } => f.write_str(&status.to_lowercase()),
            Self::Container {
                container,
                code,
                reason,
                decides,
                ..
            } => {
                write!(f, "container `{container}` exited with code {code}")?;
                if let Some(reason) = reason {
                    write!(f, ": {reason}")?;
                }
                if *decides {
                    return Ok(());
                }
                f.write_str("; it does not decide")
            }
            Self::Ended { end, .. } => end.fmt(f),
        }
    }
}

/// Tasks that were started together, as far as they were seen.
#[derive(Debug, Clone)]
pub struct Course {
    definition: DefinitionFacts,
    deciding: Option<ContainerName>,
    /// By ARN.
    tasks: BTreeMap<String, Seen>,
    /// When something new was last seen.
    moved: Duration,
}

#[derive(Debug, Clone)]
struct Seen {
    state: TaskState,
    /// When ECS last knew it.
    at: Duration,
    /// The state and the containers that were told.
    status: Option<String>,
    containers: BTreeSet<String>,
    end: Option<TaskEnd>,
}

impl Course {
    /// Tasks that were just started.
    #[must_use]
    pub fn of(
        started: &[TaskState],
        definition: DefinitionFacts,
        deciding: Option<ContainerName>,
        now: Duration,
    ) -> Self {
        let seen = |task: &TaskState| Seen {
            state: task.clone(),
            at: now,
            status: None,
            containers: BTreeSet::new(),
            end: None,
        };
        Self {
            definition,
            deciding,
            tasks: started
                .iter()
                .map(|task| (task.arn.clone(), seen(task)))
                .collect(),
            moved: now,
        }
    }

    /// The ARNs of the tasks that go on.
    #[must_use]
    pub fn going(&self) -> Vec<String> {
        let going = self.tasks.iter().filter(|(_, seen)| seen.end.is_none());
        going.map(|(arn, _)| arn.clone()).collect()
    }

    /// Each task as it was last seen, and how it ended, if it did.
    pub fn tasks(&self) -> impl Iterator<Item = (&TaskState, Option<&TaskEnd>)> {
        self.tasks
            .values()
            .map(|seen| (&seen.state, seen.end.as_ref()))
    }

    /// Whether the exit code of a container counts.
    #[must_use]
    pub fn decides(&self, container: &str) -> bool {
        decides(container, &self.definition, self.deciding.as_ref())
    }

    /// Takes in what was read, and gives what is new.
    pub fn observe(&mut self, tasks: &[TaskState], now: Duration) -> Vec<TaskEvent> {
        let mut events = Vec::new();
        for (arn, seen) in &mut self.tasks {
            if seen.end.is_some() {
                continue;
            }
            match tasks.iter().find(|task| task.arn == *arn) {
                Some(task) => {
                    seen.state = task.clone();
                    seen.at = now;
                }
                // ECS knows a task later than it has started it.
                None if now.saturating_sub(seen.at) < LOST => continue,
                None => {
                    seen.end = Some(TaskEnd::Lost);
                    events.push(TaskEvent::Ended {
                        task: arn.clone(),
                        end: TaskEnd::Lost,
                    });
                    continue;
                }
            }
            seen.tell(&self.definition, self.deciding.as_ref(), &mut events);
        }
        if !events.is_empty() {
            self.moved = now;
        }
        events
    }

    /// How long to wait until the next look: not long while things happen, longer while nothing does.
    #[must_use]
    pub fn pause(&self, now: Duration) -> Duration {
        let still = now.saturating_sub(self.moved);
        (still / PATIENCE).clamp(SHORTEST, LONGEST)
    }

    /// How they stand together.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let ends: Option<Vec<&TaskEnd>> =
            self.tasks.values().map(|seen| seen.end.as_ref()).collect();
        let Some(ends) = ends else {
            return Verdict::Running;
        };
        let any = |name: &str| ends.iter().any(|end| end.name() == name);
        if any(Verdict::Failed.name()) {
            Verdict::Failed
        } else if any(Verdict::Stopped.name()) {
            Verdict::Stopped
        } else {
            Verdict::Succeeded
        }
    }
}

impl Seen {
    fn tell(
        &mut self,
        definition: &DefinitionFacts,
        deciding: Option<&ContainerName>,
        events: &mut Vec<TaskEvent>,
    ) {
        let task = &self.state;
        let status = &task.last_status;
        if self.status.as_ref() != Some(status) && !task.is_stopped() {
            self.status = Some(status.clone());
            events.push(TaskEvent::Status {
                task: task.arn.clone(),
                status: status.clone(),
            });
        }
        for container in &task.containers {
            if let Some(code) = container.exit_code
                && self.containers.insert(container.name.clone())
            {
                events.push(TaskEvent::Container {
                    task: task.arn.clone(),
                    container: container.name.clone(),
                    code,
                    reason: container.reason.clone(),
                    decides: decides(&container.name, definition, deciding),
                });
            }
        }
        self.end = TaskEnd::of(task, definition, deciding);
        if let Some(end) = &self.end {
            events.push(TaskEvent::Ended {
                task: task.arn.clone(),
                end: end.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::one_off::samples::{arn, facts, stopped, task};
    use crate::domain::service::StopCode;

    fn course(ids: &[&str]) -> Course {
        let started: Vec<TaskState> = ids.iter().map(|id| task(id, "PROVISIONING")).collect();
        Course::of(&started, facts("awsvpc"), None, Duration::ZERO)
    }

    fn texts(events: &[TaskEvent]) -> Vec<String> {
        events.iter().map(ToString::to_string).collect()
    }

    fn over(id: &str, codes: [Option<i32>; 2]) -> TaskState {
        stopped(id, StopCode::EssentialContainerExited, codes)
    }

    #[test]
    fn each_state_and_each_container_is_told_once() {
        let mut course = course(&["a"]);
        let second = Duration::from_secs(1);
        assert_eq!(
            texts(&course.observe(&[task("a", "PENDING")], second)),
            ["task `a`: pending"]
        );
        assert!(course.observe(&[task("a", "PENDING")], second).is_empty());
        let told = texts(&course.observe(&[over("a", [Some(0), Some(143)])], second));
        let expected = [
            "task `a`: container `web` exited with code 0",
            "task `a`: container `proxy` exited with code 143; it does not decide",
            "task `a`: succeeded",
        ];
        assert_eq!(told, expected);
        assert_eq!(course.verdict(), Verdict::Succeeded);
        assert!(course.going().is_empty());
        let again = course.observe(&[over("a", [Some(1), None])], second);
        assert!(again.is_empty(), "what ended has ended");
    }

    #[test]
    fn the_worst_of_several_decides_and_only_when_all_are_over() {
        let mut course = course(&["a", "b", "c"]);
        let now = Duration::ZERO;
        let user = stopped("b", StopCode::UserInitiated, [None, None]);
        course.observe(
            &[over("a", [Some(0), None]), user, task("c", "RUNNING")],
            now,
        );
        assert_eq!(course.verdict(), Verdict::Running);
        assert_eq!(course.going(), [arn("c")]);
        let mut other = course.clone();
        course.observe(&[over("c", [Some(0), None])], now);
        assert_eq!(course.verdict(), Verdict::Stopped);
        other.observe(&[over("c", [Some(1), None])], now);
        assert_eq!(other.verdict(), Verdict::Failed);
    }

    #[test]
    fn a_task_that_ecs_does_not_know_so_far_is_not_lost_and_later_it_is() {
        let mut course = course(&["a"]);
        let soon = LOST.checked_sub(SHORTEST).unwrap();
        assert!(course.observe(&[], soon).is_empty());
        assert_eq!(course.verdict(), Verdict::Running);
        assert!(course.observe(&[], LOST).iter().all(TaskEvent::is_bad));
        assert_eq!(course.verdict(), Verdict::Failed);
    }

    #[test]
    fn it_is_looked_at_less_often_while_nothing_happens() {
        let mut course = course(&["a"]);
        assert_eq!(course.pause(Duration::from_secs(5)), SHORTEST);
        assert_eq!(course.pause(Duration::from_mins(1)), Duration::from_secs(3));
        assert_eq!(course.pause(Duration::from_hours(1)), LONGEST);
        course.observe(&[task("a", "RUNNING")], Duration::from_hours(1));
        assert_eq!(course.pause(Duration::from_hours(1)), SHORTEST);
    }
}
