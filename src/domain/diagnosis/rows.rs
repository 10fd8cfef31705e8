//! What is recognised: a table of the forms failures take, each with what it means and what to do.
//! The first row that fits wins, so a special row stands before a general one.

use super::Cause;
use super::group::TaskGroup;
use crate::domain::service::StopCode;

mod guards;
mod placement;
mod pull;
mod running;
mod start;

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
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) sign: Sign,
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
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Task,
    Event,
    Status,
}

/// A failure as the rows look at it.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    place: Place,
    /// In lower case.
    text: String,
    exit_code: Option<i32>,
    stop_code: Option<StopCode>,
}

impl Evidence {
    /// What a group of stopped tasks shows.
    pub(super) fn of_group(group: &TaskGroup) -> Self {
        let reason = group.container_reason.as_deref().unwrap_or_default();
        let text = format!("{}\n{reason}", group.reason).to_lowercase();
        Self {
            place: Place::Task,
            // This stands before either failure and says which of them it was in neither case.
            text: text.replace("unable to pull secrets or registry auth", ""),
            exit_code: group.exit_code,
            stop_code: group.stop_code.clone(),
        }
    }

    /// What an event of the service shows.
    pub(super) fn of_event(message: &str) -> Self {
        Self {
            place: Place::Event,
            text: message.to_lowercase(),
            exit_code: None,
            stop_code: None,
        }
    }

    /// What the reason of a deployment shows.
    pub(super) fn of_status(reason: &str) -> Self {
        Self {
            place: Place::Status,
            ..Self::of_event(reason)
        }
    }

    fn says(&self, lists: &[&[&str]]) -> bool {
        lists
            .iter()
            .any(|fragments| fragments.iter().all(|part| self.text.contains(part)))
    }

    fn shows(&self, sign: Sign) -> bool {
        let task = self.place == Place::Task;
        match sign {
            Sign::Task(lists) => task && self.says(lists),
            Sign::Exit(codes) => self.exit_code.is_some_and(|code| codes.contains(&code)),
            Sign::AnyExit => self.exit_code.is_some(),
            Sign::Code(code) => self.stop_code.as_ref() == Some(code),
            Sign::Event(lists) => self.place == Place::Event && self.says(lists),
            Sign::TaskOrEvent(lists) => self.place != Place::Status && self.says(lists),
            Sign::Status(lists) => !task && self.says(lists),
        }
    }
}

/// The table, in the order in which it is asked.
fn table() -> impl Iterator<Item = &'static Row> {
    [
        pull::ROWS,
        start::ROWS,
        running::ROWS,
        placement::ROWS,
        guards::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The first row that fits.
pub(super) fn find(evidence: &Evidence) -> Option<&'static Cause> {
    table()
        .find(|row| evidence.shows(row.sign))
        .map(|row| &row.cause)
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
            | Sign::Status(lists) => lists.concat(),
            Sign::Exit(_) | Sign::AnyExit | Sign::Code(_) => Vec::new(),
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
            for fragment in fragments(row.sign) {
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
