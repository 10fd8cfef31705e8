//! A broken rule at a place of a file, and the list the checks collect them in.
//! How a finding is shown is the report's business.
use std::collections::BTreeMap;

use super::rule::{Rule, Severity};
use super::spot::Spot;
use crate::domain::document::{Path, Position};
use crate::domain::place::Place;

/// A rule that a file breaks, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    rule: &'static Rule,
    severity: Severity,
    message: String,
    hint: Option<String>,
    file: String,
    path: Path,
    position: Option<Position>,
}

impl Finding {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// How grave this finding is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, with the values that are wrong: a lowercase fragment that holds no secret.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or(self.rule.fix)
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The way to the value in the document.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where in the file it stands, if it stands anywhere.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// File, line and column, for a message or an annotation.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.position {
            Some(Position { line, column }) => Place::at(&self.file, line, column),
            None => Place::file(&self.file),
        }
    }

    /// Gives advice that fits this finding better than the rule's own.
    pub fn advise(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// Reports it less (or more) gravely than the rule says.
    pub fn weigh(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Points at a place of its own in the file: a mark inside a long text.
    pub fn point(&mut self, position: Option<Position>) -> &mut Self {
        self.position = position.or(self.position);
        self
    }
}

/// The most findings of one rule that are kept; the others are counted.
const KEPT: usize = 100;

/// Findings while they are collected.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    count: BTreeMap<&'static str, usize>,
    /// The last one that was not kept: its severity may still change.
    last: Option<Finding>,
    more: BTreeMap<&'static str, More>,
}

/// What was counted and not kept.
#[derive(Debug, Clone, Copy)]
pub struct More {
    /// The rule.
    pub rule: &'static Rule,
    /// How many more findings of it there are.
    pub tally: Tally,
}

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub fn sum(self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

/// What a check found.
#[derive(Debug)]
pub struct Found {
    /// The findings, sorted by file and place; of one rule 100 at most.
    pub findings: Vec<Finding>,
    /// What was not kept, of rules that are broken more often.
    pub more: Vec<More>,
}

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether findings of this rule are only counted from here on, so that costly advice for them can be spared.
    #[must_use]
    pub fn is_full(&self, rule: &Rule) -> bool {
        self.count.get(rule.id).is_some_and(|count| *count >= KEPT)
    }

    /// Adds a finding about the value at a spot: at its key if it is a member, for that is what the user looks for.
    pub fn at_key(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.push(rule, spot, spot.key_position(), message.into())
    }

    /// Adds a finding about the value at a spot, pointing at the value.
    pub fn at(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.push(rule, spot, spot.position(), message.into())
    }

    /// Adds a finding about a file that could not be read as a document.
    pub fn in_file(
        &mut self,
        rule: &'static Rule,
        file: &str,
        position: Option<Position>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.keep(Finding {
            rule,
            severity: rule.reported(),
            message: message.into(),
            hint: None,
            file: file.to_owned(),
            path: Path::root(),
            position,
        })
    }

    fn push(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        position: Option<Position>,
        message: String,
    ) -> &mut Finding {
        self.keep(Finding {
            rule,
            severity: rule.reported(),
            message,
            hint: None,
            file: spot.file().to_owned(),
            path: spot.path(),
            position,
        })
    }

    fn keep(&mut self, finding: Finding) -> &mut Finding {
        let rule = finding.rule;
        let count = self.count.entry(rule.id).or_default();
        *count += 1;
        if *count > KEPT {
            self.count_last();
            return self.last.insert(finding);
        }
        // `Vec::push` gives nothing back; this does.
        let index = self.kept.len();
        self.kept.push(finding);
        &mut self.kept[index]
    }

    fn count_last(&mut self) {
        if let Some(last) = self.last.take() {
            let more = self.more.entry(last.rule.id).or_insert(More {
                rule: last.rule,
                tally: Tally::default(),
            });
            more.tally.add(last.severity);
        }
    }

    /// All findings: those of a file together, files in the order they were first named, then by place, then by rule.
    #[must_use]
    pub fn sorted(mut self) -> Found {
        self.count_last();
        let mut files: Vec<String> = Vec::new();
        for finding in &self.kept {
            if !files.contains(&finding.file) {
                files.push(finding.file.clone());
            }
        }
        self.kept.sort_by_key(|finding| {
            (
                files.iter().position(|file| *file == finding.file),
                finding.position,
                finding.rule.id,
            )
        });
        Found {
            findings: self.kept,
            more: self.more.into_values().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::rule::Basis;
    use crate::domain::document::Document;

    static ONE: Rule = rule("XX001");
    static TWO: Rule = rule("XX002");

    const fn rule(id: &'static str) -> Rule {
        Rule {
            id,
            severity: Severity::Warning,
            basis: Basis::Documented,
            title: "",
            why: "",
            fix: "mend it",
            source: "",
            answer: "",
        }
    }

    #[test]
    fn findings_are_sorted_by_place_and_then_by_rule() {
        let document = Document::parse("{\"a\": 1,\n\"b\": 2}", "t.json").unwrap();
        let root = Spot::root(&document);
        let (a, b) = (root.get("a").unwrap(), root.get("b").unwrap());
        let mut findings = Findings::new();
        findings.at(&TWO, &b, "third");
        findings.at(&TWO, &a, "second").advise("do it");
        findings.at(&ONE, &a, "first").weigh(Severity::Note);
        let found = findings.sorted().findings;
        let messages: Vec<&str> = found.iter().map(Finding::message).collect();
        assert_eq!(messages, ["first", "second", "third"]);
        assert_eq!(found[0].severity(), Severity::Note);
        assert_eq!((found[0].hint(), found[1].hint()), ("mend it", "do it"));
        assert_eq!(found[2].place().to_string(), "t.json:2:6");
    }

    #[test]
    fn a_rule_that_is_broken_without_end_is_counted_and_not_kept() {
        let document = Document::parse("{}", "t.json").unwrap();
        let root = Spot::root(&document);
        let mut findings = Findings::new();
        for _ in 0..KEPT {
            assert!(!findings.is_full(&ONE));
            findings.at(&ONE, &root, "again");
        }
        assert!(findings.is_full(&ONE) && !findings.is_full(&TWO));
        findings.at(&ONE, &root, "more").weigh(Severity::Error);
        findings.at(&ONE, &root, "more");
        findings.at(&TWO, &root, "other");
        let found = findings.sorted();
        assert_eq!(found.findings.len(), KEPT + 1);
        let expected = Tally {
            errors: 1,
            warnings: 1,
            notes: 0,
        };
        let more: Vec<_> = found
            .more
            .iter()
            .map(|more| (more.rule.id, more.tally))
            .collect();
        assert_eq!(more, [("XX001", expected)]);
    }
}
