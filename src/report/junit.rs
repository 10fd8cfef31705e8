//! Events as a JUnit file, which CodeBuild and other build systems show as a test report.
//!
//! A case for each service that was deployed, for each task that was run and waited for, for each stage of a pipeline, and for each file that breaks a rule. A run that has
//! none of these, or that failed for another reason, is a case itself.
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::text::clean;
use super::timeline::{TASK_VERDICT, VERDICT};
use super::{Blame, Event, Judgement, Report, Tone};
use crate::domain::check::Severity;

/// The most characters of what is told of a case.
const LONGEST: usize = 64 * 1024;

/// Keeps cases, and makes a file of them.
#[derive(Debug)]
pub struct Junit {
    stage: &'static str,
    /// The stage of a pipeline that runs now.
    inside: &'static str,
    cases: Vec<Case>,
    causes: Vec<(String, String)>,
    failed: Option<(u8, String)>,
    last: Duration,
}

#[derive(Debug)]
struct Case {
    class: String,
    name: String,
    took: Option<Duration>,
    outcome: Outcome,
    /// What is to be known beside.
    notes: String,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Skipped(String),
    Failed {
        /// What is looked at went wrong: a failure. Else it could not be looked at: an error.
        is_error: bool,
        kind: String,
        message: String,
        text: String,
    },
}

impl Junit {
    /// The cases of a stage.
    #[must_use]
    pub fn new(stage: &'static str) -> Self {
        Self {
            stage,
            inside: stage,
            cases: Vec::new(),
            causes: Vec::new(),
            failed: None,
            last: Duration::ZERO,
        }
    }

    /// The file.
    #[must_use]
    pub fn page(&self) -> String {
        let own = self.own();
        let cases: Vec<&Case> = self.cases.iter().chain(&own).collect();
        let count = |wanted: fn(&Outcome) -> bool| {
            let cases = cases.iter();
            cases.filter(|case| wanted(&case.outcome)).count()
        };
        let failures = count(|outcome| {
            matches!(
                outcome,
                Outcome::Failed {
                    is_error: false,
                    ..
                }
            )
        });
        let errors = count(|outcome| matches!(outcome, Outcome::Failed { is_error: true, .. }));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        let counts = format!(
            r#"name="wharfie {}" tests="{}" failures="{failures}" errors="{errors}""#,
            self.stage,
            cases.len(),
        );
        let time = seconds(self.last);
        let mut page = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites {counts} time="{time}">
  <testsuite {counts} skipped="{skipped}" time="{time}">
"#
        );
        for case in cases {
            case.write(&mut page);
        }
        page.push_str("  </testsuite>\n</testsuites>\n");
        page
    }

    /// The run itself as a case, where the others do not say all.
    fn own(&self) -> Option<Case> {
        let is_bad = |case: &Case| matches!(case.outcome, Outcome::Failed { .. });
        let is_told = self.cases.iter().any(is_bad);
        let outcome = match &self.failed {
            Some(_) if is_told => return None,
            // What the run is for went wrong, or it could not be done.
            Some((exit, text)) => Outcome::Failed {
                is_error: !matches!(exit, 3 | 6 | 7 | 9..=11),
                kind: format!("exit-{exit}"),
                message: text.clone(),
                text: text.clone(),
            },
            None if self.cases.is_empty() => Outcome::Passed,
            None => return None,
        };
        Some(Case {
            class: "wharfie".to_owned(),
            name: self.stage.to_owned(),
            took: None,
            outcome,
            notes: String::new(),
        })
    }

    fn class(&self) -> String {
        format!("wharfie.{}", self.inside)
    }

    fn verdict(&mut self, event: &Event) {
        let Event::Happened {
            subject,
            kind,
            text,
            fields,
            tone,
            ..
        } = event
        else {
            return;
        };
        let verdict = fields.get("verdict").and_then(Value::as_str);
        let took = fields.get("durationSeconds").and_then(Value::as_u64);
        let causes: String = self
            .causes
            .iter()
            .filter(|(service, _)| service == subject)
            .map(|(_, cause)| cause.as_str())
            .collect();
        let outcome = match tone {
            Tone::Good => Outcome::Passed,
            Tone::Plain => Outcome::Skipped(text.clone()),
            Tone::Bad => Outcome::Failed {
                is_error: false,
                kind: verdict.unwrap_or("failed").to_owned(),
                message: text.clone(),
                text: format!("{text}\n{causes}"),
            },
        };
        self.cases.push(Case {
            class: self.class(),
            // A service and the family of a task may have the same name.
            name: match *kind {
                TASK_VERDICT => format!("task of {subject}"),
                _ => subject.clone(),
            },
            took: took.map(Duration::from_secs),
            notes: match outcome {
                Outcome::Passed => text.clone(),
                Outcome::Skipped(_) | Outcome::Failed { .. } => String::new(),
            },
            outcome,
        });
    }

    fn judged(&mut self, judgement: &Judgement) {
        let line = format!(
            "{}: {}: {}: {} ({})\n",
            judgement.severity, judgement.place, judgement.rule, judgement.text, judgement.hint
        );
        let class = self.class();
        let file = &judgement.place.file;
        let known = self
            .cases
            .iter()
            .position(|case| case.name == *file && case.class == class);
        let index = known.unwrap_or_else(|| {
            self.cases.push(Case {
                class,
                name: file.clone(),
                took: None,
                outcome: Outcome::Passed,
                notes: String::new(),
            });
            self.cases.len() - 1
        });
        let case = &mut self.cases[index];
        match (&mut case.outcome, judgement.severity) {
            (Outcome::Failed { text, .. }, Severity::Error) => text.push_str(&line),
            (Outcome::Passed | Outcome::Skipped(_), Severity::Error) => {
                case.outcome = Outcome::Failed {
                    is_error: false,
                    kind: judgement.rule.to_owned(),
                    message: judgement.text.clone(),
                    text: line,
                };
            }
            (_, Severity::Warning | Severity::Note) => case.notes.push_str(&line),
        }
    }
}

impl Report for Junit {
    fn tell(&mut self, event: Event) {
        if let Event::Happened { elapsed, .. } | Event::Waiting { elapsed, .. } = &event {
            self.last = self.last.max(*elapsed);
        }
        match &event {
            Event::Began { stage, about: _ } => self.inside = stage,
            Event::Ended {
                stage,
                outcome,
                tone,
                took,
            } => {
                self.inside = self.stage;
                self.cases.push(Case {
                    class: format!("wharfie.{}", self.stage),
                    name: (*stage).to_owned(),
                    took: Some(*took),
                    outcome: match tone {
                        Tone::Good => Outcome::Passed,
                        Tone::Plain => Outcome::Skipped(outcome.clone()),
                        Tone::Bad => Outcome::Failed {
                            is_error: false,
                            kind: "stage".to_owned(),
                            message: outcome.clone(),
                            text: outcome.clone(),
                        },
                    },
                    notes: outcome.clone(),
                });
            }
            Event::Happened { kind, .. } if [VERDICT, TASK_VERDICT].contains(kind) => {
                self.verdict(&event);
            }
            Event::Judged(judgement) => self.judged(judgement),
            Event::Blamed(blame) => self.causes.push((blame.subject.clone(), explained(blame))),
            Event::Failed {
                text, hint, exit, ..
            } => {
                let hint = hint.iter().map(|hint| format!("\nhint: {hint}"));
                let text = format!("{text}{}", hint.collect::<String>());
                self.failed = Some((*exit, text));
            }
            Event::Noted(_)
            | Event::Warned(_)
            | Event::Found { .. }
            | Event::Wrote { .. }
            | Event::Data { .. }
            | Event::Planned { .. }
            | Event::Compared { .. }
            | Event::Happened { .. }
            | Event::Waiting { .. }
            | Event::Tabled { .. }
            | Event::Finished { .. } => {}
        }
    }
}

/// A cause with its facts, its advice and the last lines of the container.
fn explained(blame: &Blame) -> String {
    let mut text = format!("cause: {}\n", blame.told());
    for line in blame.facts() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    if let Some(advice) = &blame.advice {
        let _ = writeln!(text, "  advice: {advice}");
    }
    for line in blame.log.iter().flat_map(|log| log.told('|')) {
        let _ = writeln!(text, "{line}");
    }
    text
}

impl Case {
    fn write(&self, page: &mut String) {
        let time = self
            .took
            .map(|took| format!(r#" time="{}""#, seconds(took)))
            .unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            r#"    <testcase classname="{}" name="{}"{time}>"#,
            attribute(&self.class),
            attribute(&self.name)
        );
        match &self.outcome {
            Outcome::Passed => {}
            Outcome::Skipped(why) => {
                let _ = writeln!(page, r#"      <skipped message="{}"/>"#, attribute(why));
            }
            Outcome::Failed {
                is_error,
                kind,
                message,
                text,
            } => {
                let element = if *is_error { "error" } else { "failure" };
                let _ = writeln!(
                    page,
                    r#"      <{element} message="{}" type="{}">{}</{element}>"#,
                    attribute(message),
                    attribute(kind),
                    content(text)
                );
            }
        }
        if !self.notes.is_empty() {
            let _ = writeln!(
                page,
                "      <system-out>{}</system-out>",
                content(&self.notes)
            );
        }
        page.push_str("    </testcase>\n");
    }
}

/// `12.345`.
fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// Text between two tags.
fn content(text: &str) -> String {
    let mut shown = String::new();
    for c in clean(text).chars().take(LONGEST) {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            // What XML has no way to write at all.
            '\u{fffe}' | '\u{ffff}' => {}
            c => shown.push(c),
        }
    }
    shown
}

/// Text in quotes: line breaks would be read as spaces.
fn attribute(text: &str) -> String {
    content(text)
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

#[cfg(test)]
mod tests;
