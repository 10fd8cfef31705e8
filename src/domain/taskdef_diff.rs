//! How two task definitions differ, for people: names always, values only where they cannot be a secret.
//!
//! Both are compared in their normal form, so that what ECS fills in is no difference. Environment values, commands,
//! labels, log options and everything this version does not know are named, never shown: a mark tells whether two of them are
//! equal. Who asks for values sees those that do not look like a secret. References to secrets are shown.
//!
//! Not for deciding whether to register: equal fingerprints say that.
mod compare;
mod render;
mod revealed;

use super::secrecy::{Mark, MarkKey};
use super::taskdef_normal::Normal;

/// What differs between two task definitions; empty if nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where: `containerDefinitions[web].environment[MODE]`.
    pub path: String,
    /// What.
    pub kind: ChangeKind,
}

/// What happened to a member or an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the later one has it.
    Added(Shown),
    /// Only the earlier one has it.
    Removed(Shown),
    /// Both have it, with different values.
    Changed {
        /// In the earlier one.
        from: Shown,
        /// In the later one.
        to: Shown,
    },
}

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its text.
    Text(String),
    /// It may hold a secret. The mark is the same for equal values, and nothing can be learnt from it alone; there is none
    /// without a key.
    Hidden(Option<Mark>),
    /// What is in it follows, change by change.
    Parts,
}

/// How values are told that may hold a secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight<'key> {
    /// Marks those that are hidden; without it they have no mark.
    pub key: Option<&'key MarkKey>,
    /// Shows them, unless one looks like a secret.
    pub shows_values: bool,
}

impl Difference {
    /// What it takes to get from one to the other.
    #[must_use]
    pub fn between(before: &Normal, after: &Normal, sight: Sight<'_>) -> Self {
        Self {
            changes: compare::changes(before, after, sight),
        }
    }

    /// The changes, in the order of the API's members.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Do the two not differ?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

#[cfg(test)]
mod tests;
