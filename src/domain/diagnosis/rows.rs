//! What is recognised: a table of the forms failures take, each with what it means and what to do.
//! The first row that fits wins, so a special row stands before a general one.

use super::Cause;
use super::group::TaskGroup;
use crate::domain::service::StopCode;
use crate::domain::target_health::{TargetReason, TargetTrouble};

mod codedeploy;
mod guards;
mod placement;
mod pull;
mod refused;
mod running;
mod start;
mod target;

pub(super) use target::GENERAL as GENERAL_TARGET;

/// What a row asks of a failure.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// A stopped task says, in the reason of the task or of its container, all fragments of one of these lists.
    Task(&'static [&'static [&'static str]]),
    /// The container ended with one of these codes.
    Exit(&'static [i32]),
    /// The container ended by itself with any other code.
    AnyExit,
    /// The task was stopped with this code.
    Code(&'static StopCode),
    /// An event of the service says all fragments of one of these lists.
    Event(&'static [&'static [&'static str]]),
    /// A task or an event says all fragments of one of these lists.
    TaskOrEvent(&'static [&'static [&'static str]]),
    /// The reason of the deployment, or an event, says all fragments of one of these lists.
    Status(&'static [&'static [&'static str]]),
    /// The load balancer gives one of these reasons for a target.
    Target(&'static [TargetReason]),
    /// The log of a container that ended at once with 1, 126 or 255 says all fragments of one of these lists.
    Log(&'static [&'static [&'static str]]),
    /// What CodeDeploy says of a deployment, `code: message`, has all fragments of one of these lists.
    CodeDeploy(&'static [&'static [&'static str]]),
    /// A refused call of the API, `code: message`, says all fragments of one of these lists.
    Refused(&'static [&'static [&'static str]]),
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) sign: Sign,
    /// Another form of it.
    pub(super) also: Option<Sign>,
    pub(super) cause: Cause,
}

impl Row {
    /// A row about a cause.
    pub(super) const fn new(
        kind: &'static str,
        sign: Sign,
        cause: &'static str,
        advice: &'static str,
    ) -> Self {
        Self {
            sign,
            also: None,
            cause: Cause {
                kind,
                cause,
                advice,
                effect: false,
            },
        }
    }

    /// A row about what only follows from another failure.
    pub(super) const fn effect(
        kind: &'static str,
        sign: Sign,
        cause: &'static str,
        advice: &'static str,
    ) -> Self {
        let mut row = Self::new(kind, sign, cause, advice);
        row.cause.effect = true;
        row
    }

    /// The same row, which has another form too.
    pub(super) const fn or(mut self, sign: Sign) -> Self {
        self.also = Some(sign);
        self
    }

    fn signs(&self) -> impl Iterator<Item = Sign> {
        std::iter::once(self.sign).chain(self.also)
    }
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Task,
    Event,
    Status,
    Target,
    Log,
    CodeDeploy,
    Refused,
}

/// A failure as the rows look at it.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    place: Place,
    /// In lower case.
    text: String,
    exit_code: Option<i32>,
    stop_code: Option<StopCode>,
    target: Option<TargetReason>,
}

impl Evidence {
    /// What a group of stopped tasks shows.
    pub(super) fn of_group(group: &TaskGroup) -> Self {
        let reason = group.container_reason.as_deref().unwrap_or_default();
        Self {
            exit_code: group.exit_code,
            stop_code: group.stop_code.clone(),
            ..Self::text(Place::Task, &format!("{}\n{reason}", group.reason))
        }
    }

    /// What a failure in the answer of `RunTask` shows. The scheduler of a service says the same in events.
    pub(super) fn of_not_started(reason: &str) -> Self {
        Self::text(Place::Event, &format!("not started: {reason}"))
    }

    /// What an event of the service shows.
    pub(super) fn of_event(message: &str) -> Self {
        Self::text(Place::Event, message)
    }

    fn text(place: Place, text: &str) -> Self {
        Self {
            place,
            // This stands before either failure and says which of them it was in neither case.
            text: text
                .to_lowercase()
                .replace("unable to pull secrets or registry auth", ""),
            exit_code: None,
            stop_code: None,
            target: None,
        }
    }

    /// What the reason of a deployment shows.
    pub(super) fn of_status(reason: &str) -> Self {
        Self::text(Place::Status, reason)
    }

    /// What a load balancer's view of a target shows.
    pub(super) fn of_target(trouble: &TargetTrouble) -> Self {
        Self {
            target: trouble.reason.clone(),
            ..Self::text(Place::Target, "")
        }
    }

    /// What the log of a container shows that ended with a code.
    pub(super) fn of_log(line: &str, exit_code: Option<i32>) -> Self {
        Self {
            exit_code,
            ..Self::text(Place::Log, line)
        }
    }

    /// What CodeDeploy says of a deployment, `code: message`.
    pub(super) fn of_codedeploy(text: &str) -> Self {
        Self::text(Place::CodeDeploy, text)
    }

    /// What a refused call of the API shows.
    pub(super) fn of_refusal(code: &str, message: &str) -> Self {
        Self::text(Place::Refused, &format!("{code}: {message}"))
    }

    fn says(&self, lists: &[&[&str]]) -> bool {
        lists
            .iter()
            .any(|fragments| fragments.iter().all(|part| self.text.contains(part)))
    }

    fn shows(&self, sign: Sign) -> bool {
        let is = |places: &[Place]| places.contains(&self.place);
        match sign {
            Sign::Task(lists) => is(&[Place::Task]) && self.says(lists),
            Sign::Exit(codes) => {
                is(&[Place::Task]) && self.exit_code.is_some_and(|code| codes.contains(&code))
            }
            Sign::AnyExit => is(&[Place::Task]) && self.exit_code.is_some(),
            Sign::Code(code) => self.stop_code.as_ref() == Some(code),
            Sign::Event(lists) => is(&[Place::Event]) && self.says(lists),
            Sign::TaskOrEvent(lists) => is(&[Place::Task, Place::Event]) && self.says(lists),
            Sign::Status(lists) => is(&[Place::Status, Place::Event]) && self.says(lists),
            Sign::Target(reasons) => self
                .target
                .as_ref()
                .is_some_and(|reason| reasons.contains(reason)),
            Sign::Log(lists) => {
                is(&[Place::Log])
                    && matches!(self.exit_code, Some(1 | 126 | 255))
                    && self.says(lists)
            }
            Sign::CodeDeploy(lists) => is(&[Place::CodeDeploy]) && self.says(lists),
            Sign::Refused(lists) => is(&[Place::Refused]) && self.says(lists),
        }
    }
}

/// The table, in the order in which it is asked.
fn table() -> impl Iterator<Item = &'static Row> {
    [
        pull::ROWS,
        start::ROWS,
        target::ROWS,
        running::ROWS,
        placement::ROWS,
        guards::ROWS,
        codedeploy::ROWS,
        refused::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The first row that fits.
pub(super) fn find(evidence: &Evidence) -> Option<&'static Cause> {
    table()
        .find(|row| row.signs().any(|sign| evidence.shows(sign)))
        .map(|row| &row.cause)
}

/// The cause of this name.
pub(super) fn named(kind: &str) -> Option<&'static Cause> {
    table()
        .map(|row| &row.cause)
        .find(|cause| cause.kind == kind)
}

/// The names of all causes.
#[cfg(test)]
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    table().map(|row| row.cause.kind)
}

/// Whether a cause says what the load balancer found.
pub(super) fn is_of_target(cause: &Cause) -> bool {
    target::ROWS
        .iter()
        .any(|row| row.cause.kind == cause.kind && !cause.effect)
}

/// Whether a cause is only told by what a process ended with, so that any text says more.
pub(super) fn is_told_by_code(cause: &Cause) -> bool {
    table().any(|row| {
        row.cause.kind == cause.kind && matches!(row.sign, Sign::Exit(_) | Sign::AnyExit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn fragments(sign: Sign) -> Vec<&'static str> {
        match sign {
            Sign::Task(lists)
            | Sign::Event(lists)
            | Sign::TaskOrEvent(lists)
            | Sign::Status(lists)
            | Sign::Log(lists)
            | Sign::CodeDeploy(lists)
            | Sign::Refused(lists) => lists.concat(),
            Sign::Exit(_) | Sign::AnyExit | Sign::Code(_) | Sign::Target(_) => Vec::new(),
        }
    }

    #[test]
    fn no_two_rows_share_a_name() {
        let mut seen = BTreeSet::new();
        for row in table() {
            assert!(seen.insert(row.cause.kind), "twice: {}", row.cause.kind);
        }
    }

    #[test]
    fn fragments_are_in_lower_case_because_they_are_compared_with_lower_case() {
        for row in table() {
            for fragment in row.signs().flat_map(fragments) {
                assert_eq!(fragment, fragment.to_lowercase(), "row {}", row.cause.kind);
                assert!(!fragment.is_empty(), "row {}", row.cause.kind);
            }
        }
    }

    #[test]
    fn causes_and_advice_are_written_as_fragments_without_a_full_stop() {
        for row in table() {
            for text in [row.cause.cause, row.cause.advice] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
            }
        }
    }
}
