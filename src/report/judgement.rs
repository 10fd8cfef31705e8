//! A broken rule for every rendering: the line of the file with a caret under it, the remark in a summary, the object.
use anstyle::AnsiColor;
use serde_json::{Value, json};

use super::text::{clean, code, markdown, one_line};
use super::{Judgement, json};
use crate::domain::check::Severity;

impl Judgement {
    /// `TD021: <text>`, for an annotation or a log.
    pub(super) fn told(&self) -> String {
        format!("{}: {}", self.rule, one_line(&self.text))
    }

    /// The line of the file and the caret below it, with the line's number in the margin.
    pub(super) fn lines(&self) -> Vec<String> {
        let (Some(excerpt), Some(number)) = (&self.excerpt, self.place.line) else {
            return Vec::new();
        };
        let number = number.to_string();
        let margin = " ".repeat(number.len());
        // What acts on a terminal becomes a space, so that the caret stays below its place.
        let text: String = excerpt
            .text
            .chars()
            .map(|c| {
                if clean(&c.to_string()).is_empty() {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        let caret = format!("{}{}", " ".repeat(excerpt.from), "^".repeat(excerpt.width));
        vec![
            format!("{number} | {}", text.trim_end()),
            format!("{margin} | {caret}"),
        ]
    }

    /// A line of the summary.
    pub(super) fn remark(&self) -> String {
        format!(
            "- **{}** {} {}: {} ({})",
            self.severity,
            code(self.rule),
            code(&self.place.to_string()),
            markdown(&self.text),
            markdown(&self.hint)
        )
    }

    pub(super) fn object(&self) -> Value {
        json!({
            "event": "judged", "rule": self.rule, "severity": self.severity.word(), "text": self.text, "hint": self.hint,
            "path": self.path, "place": json::placed(&self.place),
        })
    }
}

/// The colour of a severity.
pub(super) fn paint(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Cyan.on_default(),
    }
}

/// The workflow command that makes an annotation of a severity.
pub(super) fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::Excerpt;
    use crate::domain::place::Place;

    fn judgement(text: &str, from: usize, width: usize) -> Judgement {
        Judgement {
            rule: "TD055",
            severity: Severity::Error,
            text: "no port".to_owned(),
            hint: "use one".to_owned(),
            place: Place::at("t.json", 104, 3),
            path: "a".to_owned(),
            excerpt: Some(Excerpt {
                text: text.to_owned(),
                from,
                width,
            }),
        }
    }

    #[test]
    fn the_caret_stands_below_what_it_points_at() {
        let lines = judgement("  \"port\": 0,", 2, 6).lines();
        assert_eq!(lines, ["104 |   \"port\": 0,", "    |   ^^^^^^"]);
    }

    #[test]
    fn what_acts_on_a_terminal_is_not_shown_and_moves_no_caret() {
        let lines = judgement("\u{1b}\u{202e}a", 2, 1).lines();
        assert_eq!(lines, ["104 |   a", "    |   ^"]);
    }

    #[test]
    fn without_an_excerpt_there_are_no_lines() {
        let mut judgement = judgement("a", 0, 1);
        judgement.excerpt = None;
        assert!(judgement.lines().is_empty());
    }
}
