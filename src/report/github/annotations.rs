//! Annotations: how many of a kind the runner keeps, and the workflow command that makes one.
use super::super::judgement::command;
use super::super::text::{clean, command_data, command_property};
use crate::domain::check::Severity;
use crate::domain::place::Place;

/// How many annotations of a kind the runner keeps per step.
const KEPT: usize = 10;
/// The longest message the runner keeps, in characters.
const MESSAGE: usize = 4096;

/// How many were wanted so far, by kind.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    errors: usize,
    warnings: usize,
    notices: usize,
}

impl Annotations {
    /// The command for an annotation, if the runner keeps one more of that kind. One error is kept back for the one that ends
    /// the stage.
    pub(super) fn one(
        &mut self,
        severity: Severity,
        title: &str,
        text: &str,
        place: Option<&Place>,
    ) -> Option<String> {
        let (count, most) = match severity {
            Severity::Error => (&mut self.errors, KEPT - 1),
            Severity::Warning => (&mut self.warnings, KEPT),
            Severity::Note => (&mut self.notices, KEPT),
        };
        *count += 1;
        (*count <= most).then(|| annotation(command(severity), title, text, place))
    }
}

/// The error that ends the stage.
pub(super) fn last(title: &str, text: &str, place: Option<&Place>) -> String {
    annotation("error", title, text, place)
}

fn annotation(level: &str, title: &str, text: &str, place: Option<&Place>) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(format!("file={}", command_property(&place.file)));
        properties.extend(place.line.map(|line| format!("line={line}")));
        properties.extend(place.column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", command_property(title)));
    let text: String = clean(text).chars().take(MESSAGE).collect();
    format!(
        "::{level} {}::{}",
        properties.join(","),
        command_data(&text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_is_kept_back_for_the_end() {
        let mut annotations = Annotations::default();
        let mut count = |severity| {
            (0..30)
                .filter(|_| annotations.one(severity, "t", "x", None).is_some())
                .count()
        };
        assert_eq!(count(Severity::Error), 9);
        assert_eq!(count(Severity::Warning), 10);
        assert_eq!(count(Severity::Note), 10);
    }

    #[test]
    fn a_message_is_cut_and_can_not_end_the_command() {
        let command = last("a,b", &format!("x\n::error::y{}", "z".repeat(9000)), None);
        assert!(
            command.starts_with("::error title=a%2Cb::x%0A::error::y"),
            "{command}"
        );
        assert_eq!(command.lines().count(), 1);
        assert!(command.len() < MESSAGE + 100);
    }
}
