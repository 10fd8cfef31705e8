//! What a user sees: events, and their renderings for people, for GitHub and for programs.
//!
//! A stage tells events; it never prints. The same sequence of events is rendered in every format, and a recorded one is
//! snapshotted in all of them (`tests/it/report.rs`): a new event is reviewed there.
mod blame;
mod github;
mod human;
mod json;
mod judgement;
mod junit;
mod mermaid;
mod outputs;
mod sarif;
pub(crate) mod text;
pub mod timeline;
pub mod verdicts;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::domain::check::{Excerpt, Severity};
use crate::domain::place::Place;

pub use github::Github;
pub use human::{Human, Style};
pub use json::Json;
pub use junit::Junit;
pub use outputs::{shell_lines, write_github_outputs};
pub use sarif::sarif;
pub use verdicts::Judged;

/// Takes events, in order.
pub trait Report {
    /// Shows one event.
    fn tell(&mut self, event: Event);
}

/// How an event is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something went on as it should.
    Plain,
    /// Something good and final.
    Good,
    /// Something to look at.
    Bad,
}

/// Something a user may want to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A stage of a pipeline begins; events until `Ended` belong to it.
    Began {
        /// The stage's word.
        stage: &'static str,
        /// What it is about to do, one line.
        about: String,
    },
    /// The stage that began last is over.
    Ended {
        /// The stage's word.
        stage: &'static str,
        /// How it ended, one line.
        outcome: String,
        /// Whether it ended well.
        tone: Tone,
        /// How long it took.
        took: Duration,
    },
    /// Something worth knowing.
    Noted(Remark),
    /// Something that may be a mistake.
    Warned(Remark),
    /// A named fact: `image: …`.
    Found {
        /// What it is.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A file was written.
    Wrote {
        /// What is in it.
        what: &'static str,
        /// Its path.
        path: String,
    },
    /// Data the user asked to have on standard output.
    Data {
        /// What it is.
        what: &'static str,
        /// The text, with its final newline.
        text: String,
    },
    /// What would be done, or is about to be done.
    Planned {
        /// The thing that is planned for.
        subject: String,
        /// The steps, a line each.
        lines: Vec<String>,
    },
    /// How two versions of a thing differ.
    Compared {
        /// The thing.
        subject: String,
        /// A line each, starting with `+`, `-`, `~` or a space. No secret values.
        lines: Vec<String>,
    },
    /// Something happened in the world: a task started, traffic moved, a guard tripped.
    Happened {
        /// The thing it happened to (a service).
        subject: String,
        /// The machine's name of it: lower-case words joined by hyphens.
        kind: &'static str,
        /// The same for people, one line.
        text: String,
        /// Its facts, for programs.
        fields: Map<String, Value>,
        /// How to take it.
        tone: Tone,
        /// How long after the start of the run it happened.
        elapsed: Duration,
    },
    /// Where a wait stands. Replaces the one before on a terminal; a heartbeat elsewhere.
    Waiting {
        /// The thing waited for.
        subject: String,
        /// Where it stands, one line.
        text: String,
        /// How much of it is done, if that can be counted: done, of.
        progress: Option<(u64, u64)>,
        /// How long after the start of the run.
        elapsed: Duration,
    },
    /// A file breaks a rule.
    Judged(Judgement),
    /// Why something failed.
    Blamed(Blame),
    /// A table for the end of a run.
    Tabled {
        /// What it shows.
        title: &'static str,
        /// The headings.
        columns: Vec<&'static str>,
        /// The cells, row by row.
        rows: Vec<Vec<String>>,
    },
    /// The stage failed.
    Failed {
        /// What went wrong.
        text: String,
        /// What to do.
        hint: Option<String>,
        /// The file to blame.
        place: Option<Place>,
        /// The exit code that follows.
        exit: u8,
    },
    /// The last event.
    Finished {
        /// The process exit code.
        exit: u8,
        /// The outputs, in order.
        outputs: Vec<(String, String)>,
    },
}

/// A notice or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// One line: a lowercase fragment without a full stop.
    pub text: String,
    /// What to do, one line.
    pub hint: Option<String>,
    /// The file it is about.
    pub place: Option<Place>,
}

/// A rule that a file breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The id of the rule: `TD021`.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, one line.
    pub text: String,
    /// What to do, one line.
    pub hint: String,
    /// The file, and the line and column to blame.
    pub place: Place,
    /// The way to the value in the document.
    pub path: String,
    /// The line to blame, without secrets.
    pub excerpt: Option<Excerpt>,
}

/// One cause of a failure, with what helps to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The thing that failed (a service).
    pub subject: String,
    /// The row of the diagnosis table, if one fits (`image-not-found`).
    pub kind: String,
    /// The cause, one line: names the container and the exit code where there is one.
    pub cause: String,
    /// What to do, one line.
    pub advice: Option<String>,
    /// How often it was seen.
    pub count: usize,
    /// More facts, a line each.
    pub details: Vec<String>,
    /// The last lines of the container that died, or of the hook that failed.
    pub log: Option<LogTail>,
}

/// Who wrote a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogWriter {
    /// A container.
    Container {
        /// Its name.
        name: String,
        /// The log group and stream.
        stream: String,
    },
    /// The hook of a lifecycle event, as CodeDeploy shows its log.
    Hook {
        /// The lifecycle event.
        event: String,
        /// Its function; may be empty.
        function: String,
    },
}

/// The last lines that a container or a hook wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    /// Who wrote them.
    pub writer: LogWriter,
    /// The lines, oldest first.
    pub lines: Vec<String>,
}

impl Event {
    /// A notice.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self::Noted(Remark::new(text))
    }

    /// A warning.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self::Warned(Remark::new(text))
    }
}

impl Remark {
    /// One without place and hint.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hint: None,
            place: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// Keeps what it is told. For tests of stages.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct Recorder(pub(crate) Vec<Event>);

#[cfg(test)]
impl Report for Recorder {
    fn tell(&mut self, event: Event) {
        self.0.push(event);
    }
}
