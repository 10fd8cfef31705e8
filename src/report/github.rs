//! Events for a GitHub workflow: groups and annotations in the log, a step summary in Markdown.
//!
//! Everything goes to standard error, which the runner reads for commands just as standard output: data that the user asked
//! to have on standard output stays clean. A step keeps at most ten annotations of a kind; the rest stand in the summary.
use std::io::{self, Write};
use std::time::Duration;

use super::text::{clean, command_data, duration, one_line, plain_line};
use super::{Blame, Event, Judgement, Remark, Report, Tone};
use crate::domain::check::Severity;

mod annotations;
mod page;
mod summary;

use annotations::Annotations;
use summary::Summary;

/// How long a wait may be silent.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Writes events as workflow commands, and keeps the summary.
#[derive(Debug)]
pub struct Github<Err, Out> {
    err: Err,
    out: Out,
    stage: &'static str,
    annotations: Annotations,
    said: Duration,
    last: Option<String>,
    grouped: bool,
    kept: Summary,
    summary: Option<String>,
}

impl<Err: Write, Out: Write> Github<Err, Out> {
    /// A rendering of a stage that writes commands to `err` and data to `out`.
    pub fn new(stage: &'static str, err: Err, out: Out) -> Self {
        Self {
            err,
            out,
            stage,
            annotations: Annotations::default(),
            said: Duration::ZERO,
            last: None,
            grouped: false,
            kept: Summary::default(),
            summary: None,
        }
    }

    /// The step summary, once `Finished` was told.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    fn line(&mut self, line: &str) {
        // A log nobody reads does not stop a deployment.
        let _: io::Result<()> = writeln!(self.err, "{}", plain_line(line));
    }

    fn command(&mut self, command: &str) {
        let _: io::Result<()> = writeln!(self.err, "{command}").and_then(|()| self.err.flush());
    }

    fn warn(&mut self, remark: &Remark) {
        let text = with_hint(&remark.text, remark.hint.as_deref());
        let title = format!("wharfie {}", self.stage);
        let place = remark.place.as_ref();
        match self
            .annotations
            .one(Severity::Warning, &title, &text, place)
        {
            Some(command) => self.command(&command),
            None => self.line(&format!("warning: {}", one_line(&text))),
        }
        self.kept.remark(Severity::Warning, remark);
    }

    fn judge(&mut self, judgement: &Judgement) {
        let told = judgement.told();
        let command = self.annotations.one(
            judgement.severity,
            &format!("wharfie {}", judgement.rule),
            &with_hint(&told, Some(&judgement.hint)),
            Some(&judgement.place),
        );
        if let Some(command) = command {
            self.command(&command);
        } else {
            let place = one_line(&judgement.place.to_string());
            self.line(&format!("{}: {place}: {told}", judgement.severity));
        }
        for line in judgement.lines() {
            self.line(&format!("  {line}"));
        }
        self.kept.judgement(judgement);
    }

    fn blame(&mut self, blame: &Blame) {
        let text = with_hint(&blame.told(), blame.advice.as_deref());
        match self.annotations.one(Severity::Error, "cause", &text, None) {
            Some(command) => self.command(&command),
            None => self.line(&format!("cause: {}", one_line(&text))),
        }
        for line in blame.facts() {
            self.line(&line);
        }
        for line in blame.log.iter().flat_map(|log| log.told('|')) {
            self.line(&line);
        }
        self.kept.cause(blame);
    }

    fn end_group(&mut self) {
        if self.grouped {
            self.command("::endgroup::");
            self.grouped = false;
        }
    }

    fn lines(&mut self, heading: &str, lines: &[String]) {
        self.line(heading);
        for line in lines {
            self.line(&format!("  {}", clean(line).trim_end()));
        }
    }

    fn table(&mut self, title: &'static str, columns: &[&str], rows: &[Vec<String>]) {
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| one_line(cell)).collect();
            self.line(&cells.join("  "));
        }
        self.kept.table(title, columns, rows);
    }

    fn happened(&mut self, subject: &str, text: &str, tone: Tone, elapsed: Duration) {
        let line = format!("{} {}", one_line(subject), one_line(text));
        if self.last.as_deref() == Some(line.as_str()) {
            return;
        }
        self.said = elapsed;
        let mark = match tone {
            Tone::Plain => "·",
            Tone::Good => "✓",
            Tone::Bad => "✗",
        };
        let clock = format!("{}:{:02}", elapsed.as_secs() / 60, elapsed.as_secs() % 60);
        self.line(&format!("{clock:>6} {mark} {line}"));
        self.kept.event(&clock, mark, &line);
        self.last = Some(line);
    }
}

fn with_hint(text: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("{text}\nhint: {hint}"),
        None => text.to_owned(),
    }
}

impl<Err: Write, Out: Write> Report for Github<Err, Out> {
    #[expect(clippy::too_many_lines, reason = "one arm per event, each a few lines")]
    fn tell(&mut self, event: Event) {
        self.kept.timeline.take(&event);
        match event {
            Event::Began { stage, about } => {
                self.end_group();
                self.command(&format!(
                    "::group::{}",
                    command_data(&format!("{stage}: {}", one_line(&about)))
                ));
                self.grouped = true;
            }
            Event::Ended {
                stage,
                outcome,
                tone,
                took,
            } => {
                self.end_group();
                let mark = if tone == Tone::Bad { "✗" } else { "✓" };
                self.line(&format!(
                    "{mark} {stage}: {} ({})",
                    one_line(&outcome),
                    duration(took)
                ));
            }
            Event::Noted(remark) => {
                let place = remark
                    .place
                    .as_ref()
                    .map(|place| format!("{place}: "))
                    .unwrap_or_default();
                self.line(&format!(
                    "note: {}",
                    one_line(&with_hint(
                        &format!("{place}{}", remark.text),
                        remark.hint.as_deref()
                    ))
                ));
                self.kept.remark(Severity::Note, &remark);
            }
            Event::Warned(remark) => self.warn(&remark),
            Event::Found { name, value } => {
                self.line(&format!("{name}: {}", one_line(&value)));
                self.kept.fact(name, value);
            }
            Event::Wrote { what, path } => {
                self.line(&format!("wrote {what}: {}", one_line(&path)));
                self.kept.fact(what, path);
            }
            Event::Data { what: _, text } => {
                // A closed pipe on standard output means that the reader has what it wants.
                let _: io::Result<()> = self
                    .out
                    .write_all(text.as_bytes())
                    .and_then(|()| self.out.flush());
            }
            Event::Planned { subject, lines } => {
                self.lines(&format!("plan for {}:", one_line(&subject)), &lines);
                self.kept
                    .changes(&format!("Plan for {subject}"), "", &lines);
            }
            Event::Compared { subject, lines } => {
                self.lines(&format!("changes to {}:", one_line(&subject)), &lines);
                let heading = format!("Changes to {subject}");
                self.kept.changes(&heading, "diff", &lines);
            }
            Event::Happened {
                subject,
                kind: _,
                text,
                fields: _,
                tone,
                elapsed,
            } => self.happened(&subject, &text, tone, elapsed),
            Event::Waiting {
                subject,
                text,
                progress: _,
                elapsed,
            } => {
                if elapsed.saturating_sub(self.said) >= HEARTBEAT {
                    self.said = elapsed;
                    self.line(&format!(
                        "… {}: {} ({})",
                        one_line(&subject),
                        one_line(&text),
                        duration(elapsed)
                    ));
                }
            }
            Event::Judged(judgement) => self.judge(&judgement),
            Event::Blamed(blame) => self.blame(&blame),
            Event::Tabled {
                title,
                columns,
                rows,
            } => self.table(title, &columns, &rows),
            Event::Failed {
                text,
                hint,
                place,
                exit: _,
            } => {
                self.end_group();
                let whole = with_hint(&text, hint.as_deref());
                let title = format!("wharfie {}", self.stage);
                self.command(&annotations::last(&title, &whole, place.as_ref()));
                let remark = Remark { text, hint, place };
                self.kept.remark(Severity::Error, &remark);
            }
            Event::Finished { exit, outputs } => {
                self.end_group();
                self.summary = Some(self.kept.compose(self.stage, exit, &outputs));
            }
        }
    }
}
