//! A broken rule at a place of a file, and the list the checks collect them in.
//! How a finding is shown is the report's business.
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

/// Findings while they are collected.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    fn push(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        position: Option<Position>,
        message: String,
    ) -> &mut Finding {
        let finding = Finding {
            rule,
            severity: rule.reported(),
            message,
            hint: None,
            file: spot.file().to_owned(),
            path: spot.path(),
            position,
        };
        // `Vec::push` gives nothing back; this does.
        let index = self.0.len();
        self.0.push(finding);
        &mut self.0[index]
    }

    /// All findings: those of a file together, files in the order they were first named, then by place, then by rule.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Finding> {
        let mut files: Vec<String> = Vec::new();
        for finding in &self.0 {
            if !files.contains(&finding.file) {
                files.push(finding.file.clone());
            }
        }
        self.0.sort_by_key(|finding| {
            (
                files.iter().position(|file| *file == finding.file),
                finding.position,
                finding.rule.id,
            )
        });
        self.0
    }
}
