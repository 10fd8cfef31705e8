//! How a task ended: what its containers' exit codes say together.
//!
//! Essential containers decide, or the one that was named. When one of them ends, ECS ends the others, which then carry 137 or 143:
//! such a code says nothing, as long as another one says something. A container that is not essential never decides.

use std::fmt;

use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::names::ContainerName;
use crate::domain::service::{ContainerState, StopCode, TaskState};

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEnd {
    /// What had to end with 0 did.
    Succeeded,
    /// A container that decides ended otherwise.
    Failed {
        /// Which.
        container: String,
        /// Its exit code; none if it was killed before it could leave one, or never began.
        code: Option<i32>,
    },
    /// It never ran.
    NeverStarted {
        /// Why.
        reason: String,
    },
    /// Somebody stopped it, or what it ran on was taken away.
    Stopped {
        /// Why, as a code.
        code: StopCode,
        /// Why, in words.
        reason: String,
    },
    /// ECS does not know it any more, and how it ended was not seen.
    Lost,
}

impl TaskEnd {
    /// How a task ended; none while it goes on.
    #[must_use]
    pub fn of(
        task: &TaskState,
        definition: &DefinitionFacts,
        deciding: Option<&ContainerName>,
    ) -> Option<Self> {
        if !task.is_stopped() {
            return None;
        }
        let reason = || task.stopped_reason.clone().unwrap_or_default();
        match &task.stop_code {
            Some(StopCode::FailedToStart) => Some(Self::NeverStarted { reason: reason() }),
            Some(
                code @ (StopCode::UserInitiated
                | StopCode::SchedulerInitiated
                | StopCode::SpotInterruption
                | StopCode::TerminationNotice
                | StopCode::InfrastructureHealth),
            ) => Some(Self::Stopped {
                code: code.clone(),
                reason: reason(),
            }),
            Some(StopCode::EssentialContainerExited | StopCode::Other(_)) | None => {
                Some(by_codes(task, definition, deciding))
            }
        }
    }

    /// Whether it is a good end.
    #[must_use]
    pub fn is_good(&self) -> bool {
        *self == Self::Succeeded
    }

    /// The exit code that decided, if one did.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Succeeded => Some(0),
            Self::Failed { code, .. } => *code,
            Self::NeverStarted { .. } | Self::Stopped { .. } | Self::Lost => None,
        }
    }

    /// The machine's name of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed { .. } | Self::NeverStarted { .. } | Self::Lost => "failed",
            Self::Stopped { .. } => "stopped",
        }
    }
}

/// Whether the exit code of a container counts.
pub(super) fn decides(
    container: &str,
    definition: &DefinitionFacts,
    deciding: Option<&ContainerName>,
) -> bool {
    match deciding {
        Some(named) => named.as_str() == container,
        // What ECS adds of its own is not in the definition.
        None => definition
            .container(container)
            .is_some_and(|container| container.is_essential),
    }
}

fn by_codes(
    task: &TaskState,
    definition: &DefinitionFacts,
    deciding: Option<&ContainerName>,
) -> TaskEnd {
    let deciding: Vec<&ContainerState> = task
        .containers
        .iter()
        .filter(|container| decides(&container.name, definition, deciding))
        .collect();
    let failed = |container: &&ContainerState| TaskEnd::Failed {
        container: container.name.clone(),
        code: container.exit_code,
    };
    let told_to_end = |container: &&&ContainerState| {
        let silent = container.reason.as_deref().is_none_or(str::is_empty);
        silent && matches!(container.exit_code, Some(137 | 143))
    };
    let is_good = |container: &&&ContainerState| container.exit_code == Some(0);
    let bad = deciding
        .iter()
        .find(|container| !is_good(container) && !told_to_end(container));
    if let Some(container) = bad {
        return failed(container);
    }
    if deciding.iter().any(|container| is_good(&container)) {
        return TaskEnd::Succeeded;
    }
    deciding.first().map_or(TaskEnd::Lost, failed)
}

impl fmt::Display for TaskEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded => f.write_str("succeeded"),
            Self::Failed {
                container,
                code: Some(code),
            } => write!(f, "container `{container}` exited with code {code}"),
            Self::Failed {
                container,
                code: None,
            } => write!(f, "container `{container}` ended without an exit code"),
            Self::NeverStarted { reason } => write!(f, "it did not start: {reason}"),
            Self::Stopped { code, reason } => write!(f, "it was stopped ({code}): {reason}"),
            Self::Lost => f.write_str("ECS does not know it any more; how it ended was not seen"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::one_off::samples::{facts, stopped, task};

    fn both_essential() -> DefinitionFacts {
        let mut facts = facts("awsvpc");
        facts.containers[1].is_essential = true;
        facts
    }

    fn end(codes: [Option<i32>; 2], definition: &DefinitionFacts) -> TaskEnd {
        let task = stopped("1", StopCode::EssentialContainerExited, codes);
        TaskEnd::of(&task, definition, None).unwrap()
    }

    #[test]
    fn the_essential_container_decides_and_the_other_never_does() {
        let facts = facts("awsvpc");
        assert_eq!(end([Some(0), Some(1)], &facts), TaskEnd::Succeeded);
        assert_eq!(end([Some(0), None], &facts), TaskEnd::Succeeded);
        let failed = end([Some(3), Some(0)], &facts);
        assert_eq!(failed.to_string(), "container `web` exited with code 3");
        assert_eq!(failed.exit_code(), Some(3));
    }

    #[test]
    fn a_container_that_was_told_to_end_says_nothing_beside_one_that_ended_well() {
        let both = both_essential();
        for told in [137, 143] {
            assert_eq!(end([Some(0), Some(told)], &both), TaskEnd::Succeeded);
        }
        assert!(!end([Some(0), Some(1)], &both).is_good());
        assert!(
            !end([Some(143), Some(137)], &both).is_good(),
            "nobody ended well"
        );
    }

    #[test]
    fn a_container_that_was_killed_for_its_memory_failed_whatever_the_other_says() {
        let mut task = stopped(
            "1",
            StopCode::EssentialContainerExited,
            [Some(137), Some(0)],
        );
        task.containers[0].reason = Some("OutOfMemoryError: Container killed".to_owned());
        let end = TaskEnd::of(&task, &both_essential(), None).unwrap();
        assert_eq!(end.exit_code(), Some(137));
    }

    #[test]
    fn without_an_exit_code_it_did_not_end_well() {
        let facts = facts("awsvpc");
        let told = end([None, Some(0)], &facts).to_string();
        assert_eq!(told, "container `web` ended without an exit code");
    }

    #[test]
    fn the_container_that_was_named_decides_alone() {
        let task = stopped("1", StopCode::EssentialContainerExited, [Some(1), Some(0)]);
        let named: ContainerName = "proxy".parse().unwrap();
        let end = TaskEnd::of(&task, &facts("awsvpc"), Some(&named));
        assert_eq!(end, Some(TaskEnd::Succeeded));
    }

    #[test]
    fn a_task_that_never_ran_or_was_stopped_did_not_succeed_though_its_codes_are_0() {
        let facts = facts("awsvpc");
        for (code, name) in [
            (StopCode::FailedToStart, "failed"),
            (StopCode::UserInitiated, "stopped"),
            (StopCode::SpotInterruption, "stopped"),
        ] {
            let task = stopped("1", code, [Some(0), Some(0)]);
            let end = TaskEnd::of(&task, &facts, None).unwrap();
            assert_eq!((end.name(), end.exit_code()), (name, None));
        }
        assert_eq!(TaskEnd::of(&task("1", "RUNNING"), &facts, None), None);
    }
}
