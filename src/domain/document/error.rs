//! What is wrong with a document, and where: one error for reading, checking and editing a user's file.
//! It never carries whole values, because they may be secrets: it names keys, places and kinds.
use std::fmt;

use super::Position;
use crate::domain::place::Place;

/// A finding about a document: the source it came from, the place if one is known, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    source: String,
    position: Option<Position>,
    message: String,
    hint: Option<String>,
}

impl DocumentError {
    /// A finding in `source` (the name the user gave the file). The message is a lower-case fragment without a full stop.
    pub fn new(
        source: impl Into<String>,
        position: Option<Position>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            source: source.into(),
            position,
            message: message.into(),
            hint: None,
        }
    }

    /// The same finding with advice: what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The name of the file, as the user wrote it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The file, with the line and column if the finding has them.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.position {
            Some(Position { line, column }) => Place::at(&self.source, line, column),
            None => Place::file(&self.source),
        }
    }

    /// The line and column, if the finding has them.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for DocumentError {
    /// `taskdef.json:3:7: duplicate key …`, the form editors and terminals make clickable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

impl std::error::Error for DocumentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_file_the_line_and_the_column() {
        let position = Position { line: 3, column: 7 };
        let error = DocumentError::new("taskdef.json", Some(position), "a comma is missing");
        assert_eq!(error.to_string(), "taskdef.json:3:7: a comma is missing");
    }

    #[test]
    fn an_error_without_a_place_names_the_file() {
        let error = DocumentError::new("taskdef.json", None, "nothing in it").with_hint("write it");
        assert_eq!(error.to_string(), "taskdef.json: nothing in it");
        assert_eq!(error.hint(), Some("write it"));
    }
}
