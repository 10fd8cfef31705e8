//! What a rule is: its identity, how grave it is, why it exists, what to do, and where it is written down.
//! When a rule is broken is decided by the checks in `rules`.
use std::fmt;

/// How grave a finding is, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Very likely a mistake, or a risk at run time.
    Warning,
    /// The API rejects it, or a task can never start.
    Error,
}

impl Severity {
    /// The word for people and programs: `error`, `warning`, `note`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a rule stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The API model or a page of the AWS documentation says it.
    Documented,
    /// Practice says it and no document does, but this tool promises to refuse it: it is an error all the same.
    Promised,
    /// Practice says it and no document does: an error of this kind is reported as a warning.
    Practice,
}

impl Basis {
    /// One word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Promised => "promised",
            Self::Practice => "practice",
        }
    }
}

/// A rule. All of them are known at compile time; `docs/rules.md` is made from them.
#[derive(Debug)]
pub struct Rule {
    /// Its name for ever: `TD021`. Two letters for the kind of file, three digits.
    pub id: &'static str,
    /// How grave it is to break it, were it beyond doubt; see [`Rule::reported`].
    pub severity: Severity,
    /// What it stands on.
    pub basis: Basis,
    /// What holds when the rule is kept, one lowercase fragment without a full stop.
    pub title: &'static str,
    /// Why it matters: one or two sentences.
    pub why: &'static str,
    /// What to do about a finding: one lowercase fragment. It is the hint of every finding that brings none of its own.
    pub fix: &'static str,
    /// Where it is written down: the API shape, or the title of a page of the AWS documentation.
    pub source: &'static str,
    /// What ECS itself (or the service that reads the file) answers, or what happens, when the rule is broken.
    pub answer: &'static str,
}

impl Rule {
    /// The severity a finding has unless its check says otherwise: an error that only practice vouches for is a warning.
    #[must_use]
    pub fn reported(&self) -> Severity {
        match (self.severity, self.basis) {
            (Severity::Error, Basis::Practice) => Severity::Warning,
            (severity, _) => severity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(severity: Severity, basis: Basis) -> Rule {
        Rule {
            id: "XX001",
            severity,
            basis,
            title: "",
            why: "",
            fix: "",
            source: "",
            answer: "",
        }
    }

    #[test]
    fn an_error_that_only_practice_vouches_for_is_reported_as_a_warning() {
        let reported = |severity, basis| rule(severity, basis).reported();
        assert_eq!(
            reported(Severity::Error, Basis::Practice),
            Severity::Warning
        );
        assert_eq!(reported(Severity::Error, Basis::Promised), Severity::Error);
        assert_eq!(
            reported(Severity::Error, Basis::Documented),
            Severity::Error
        );
        assert_eq!(reported(Severity::Note, Basis::Practice), Severity::Note);
    }
}
