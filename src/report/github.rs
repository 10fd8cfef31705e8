//! Events for a GitHub workflow: groups and annotations in the log, a step summary in Markdown.
//!
//! Everything goes to standard error, which the runner reads for commands just as standard output: data that the user asked
//! to have on standard output stays clean. A step keeps at most ten annotations of a kind; the rest stand in the summary.
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use super::judgement::command;
use super::text::{
    clean, code, command_data, command_property, duration, fence, markdown, one_line, plain_line,
};
use super::{Blame, Event, Judgement, Remark, Report, Tone};
use crate::domain::check::Severity;
use crate::domain::place::Place;

/// How many annotations of a kind the runner keeps per step.
const ANNOTATIONS: usize = 10;
/// The longest message the runner keeps, in characters.
const MESSAGE: usize = 4096;
/// The largest summary of a step, in bytes; some room is left for the notice that it was cut.
const SUMMARY: usize = 1024 * 1024 - 512;
/// How long a wait may be silent.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Writes events as workflow commands, and keeps the summary.
#[derive(Debug)]
pub struct Github<Err, Out> {
    err: Err,
    out: Out,
    stage: &'static str,
    errors: usize,
    warnings: usize,
    notices: usize,
    said: Duration,
    last: Option<String>,
    grouped: bool,
    facts: Vec<(String, String)>,
    remarks: Vec<String>,
    timeline: Vec<String>,
    sections: String,
    summary: Option<String>,
}

impl<Err: Write, Out: Write> Github<Err, Out> {
    /// A rendering of a stage that writes commands to `err` and data to `out`.
    pub fn new(stage: &'static str, err: Err, out: Out) -> Self {
        Self {
            err,
            out,
            stage,
            errors: 0,
            warnings: 0,
            notices: 0,
            said: Duration::ZERO,
            last: None,
            grouped: false,
            facts: Vec::new(),
            remarks: Vec::new(),
            timeline: Vec::new(),
            sections: String::new(),
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

    fn annotate(&mut self, level: &str, title: &str, text: &str, place: Option<&Place>) {
        let mut properties = Vec::new();
        if let Some(place) = place {
            properties.push(format!("file={}", command_property(&place.file)));
            properties.extend(place.line.map(|line| format!("line={line}")));
            properties.extend(place.column.map(|column| format!("col={column}")));
        }
        properties.push(format!("title={}", command_property(title)));
        let text: String = clean(text).chars().take(MESSAGE).collect();
        self.command(&format!(
            "::{level} {}::{}",
            properties.join(","),
            command_data(&text)
        ));
    }

    fn warn(&mut self, remark: &Remark) {
        let text = with_hint(&remark.text, remark.hint.as_deref());
        self.warnings += 1;
        if self.warnings <= ANNOTATIONS {
            self.annotate(
                "warning",
                &format!("wharfie {}", self.stage),
                &text,
                remark.place.as_ref(),
            );
        } else {
            self.line(&format!("warning: {}", one_line(&text)));
        }
        self.remarks.push(remark_line("warning", remark));
    }

    fn judge(&mut self, judgement: &Judgement) {
        let (count, most) = match judgement.severity {
            // One is kept for the error that ends the stage.
            Severity::Error => (&mut self.errors, ANNOTATIONS - 1),
            Severity::Warning => (&mut self.warnings, ANNOTATIONS),
            Severity::Note => (&mut self.notices, ANNOTATIONS),
        };
        *count += 1;
        let shown = *count <= most;
        let told = judgement.told();
        if shown {
            self.annotate(
                command(judgement.severity),
                &format!("wharfie {}", judgement.rule),
                &with_hint(&told, Some(&judgement.hint)),
                Some(&judgement.place),
            );
        } else {
            let place = one_line(&judgement.place.to_string());
            self.line(&format!("{}: {place}: {told}", judgement.severity));
        }
        for line in judgement.lines() {
            self.line(&format!("  {line}"));
        }
        self.remarks.push(judgement.remark());
    }

    fn end_group(&mut self) {
        if self.grouped {
            self.command("::endgroup::");
            self.grouped = false;
        }
    }

    fn blame(&mut self, blame: &Blame) {
        let times = if blame.count > 1 {
            format!(" ({} times)", blame.count)
        } else {
            String::new()
        };
        let cause = format!(
            "{}: {}{times}",
            one_line(&blame.subject),
            one_line(&blame.cause)
        );
        self.errors += 1;
        // One is kept for the error that ends the stage.
        if self.errors < ANNOTATIONS {
            self.annotate(
                "error",
                "cause",
                &with_hint(&cause, blame.advice.as_deref()),
                None,
            );
        } else {
            self.line(&format!("cause: {cause}"));
        }
        let section = &mut self.sections;
        let _ = writeln!(section, "#### Cause\n\n{}\n", markdown(&cause));
        for detail in &blame.details {
            let _ = writeln!(section, "- {}", markdown(detail));
        }
        if let Some(advice) = &blame.advice {
            let _ = writeln!(section, "\n**Advice**: {}\n", markdown(advice));
        }
        if let Some(log) = &blame.log {
            let _ = writeln!(
                section,
                "Last lines of container {} ({}):\n\n{}",
                code(&log.container),
                code(&log.stream),
                fence("", &log.lines)
            );
        }
        for detail in &blame.details {
            self.line(&format!("  {}", one_line(detail)));
        }
        if let Some(log) = &blame.log {
            self.line(&format!(
                "  last lines of container `{}` ({}):",
                one_line(&log.container),
                one_line(&log.stream)
            ));
            for text in &log.lines {
                self.line(&format!(
                    "    | {}",
                    clean(text).trim_end().replace('\n', " ")
                ));
            }
        }
    }

    fn compose(&self, exit: u8, outputs: &[(String, String)]) -> String {
        let mut page = format!(
            "### wharfie {}: {}\n\n",
            self.stage,
            if exit == 0 {
                "done".to_owned()
            } else {
                format!("exit {exit}")
            }
        );
        for remark in &self.remarks {
            page.push_str(remark);
        }
        if !self.remarks.is_empty() {
            page.push('\n');
        }
        if !self.facts.is_empty() || !outputs.is_empty() {
            page.push_str("| | |\n|---|---|\n");
            for (name, value) in &self.facts {
                let _ = writeln!(page, "| {} | {} |", markdown(name), code(value));
            }
            for (name, value) in outputs
                .iter()
                .filter(|(_, value)| value.len() <= 512 && !value.contains('\n'))
            {
                if !self.facts.iter().any(|(_, known)| known == value) {
                    let _ = writeln!(page, "| {} | {} |", markdown(name), code(value));
                }
            }
            page.push('\n');
        }
        page.push_str(&self.sections);
        if !self.timeline.is_empty() {
            let _ = writeln!(
                page,
                "<details><summary>Timeline ({} events)</summary>\n\n| time | |\n|---|---|",
                self.timeline.len()
            );
            for row in &self.timeline {
                page.push_str(row);
            }
            page.push_str("\n</details>\n");
        }
        truncate(page)
    }
}

/// A page within the runner's limit; a larger one would be dropped whole.
fn truncate(mut page: String) -> String {
    if page.len() > SUMMARY {
        let mut end = SUMMARY;
        while !page.is_char_boundary(end) {
            end -= 1;
        }
        let end = page[..end].rfind('\n').unwrap_or(end);
        page.truncate(end);
        page.push_str(
            "\n\n(cut here: the summary of a step holds at most 1 MiB; the log has all of it)\n",
        );
    }
    page
}

fn with_hint(text: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("{text}\nhint: {hint}"),
        None => text.to_owned(),
    }
}

fn remark_line(word: &str, remark: &Remark) -> String {
    let place = remark
        .place
        .as_ref()
        .map(|place| format!("{}: ", code(&place.to_string())))
        .unwrap_or_default();
    let hint = remark
        .hint
        .as_ref()
        .map(|hint| format!(" ({})", markdown(hint)))
        .unwrap_or_default();
    format!("- **{word}**: {place}{}{hint}\n", markdown(&remark.text))
}

impl<Err: Write, Out: Write> Report for Github<Err, Out> {
    #[expect(clippy::too_many_lines, reason = "one arm per event, each a few lines")]
    fn tell(&mut self, event: Event) {
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
                self.remarks.push(remark_line("note", &remark));
            }
            Event::Warned(remark) => self.warn(&remark),
            Event::Found { name, value } => {
                self.line(&format!("{name}: {}", one_line(&value)));
                self.facts.push((name.to_owned(), value));
            }
            Event::Wrote { what, path } => {
                self.line(&format!("wrote {what}: {}", one_line(&path)));
                self.facts.push((what.to_owned(), path));
            }
            Event::Data { what: _, text } => {
                // A closed pipe on standard output means that the reader has what it wants.
                let _: io::Result<()> = self
                    .out
                    .write_all(text.as_bytes())
                    .and_then(|()| self.out.flush());
            }
            Event::Planned { subject, lines } => {
                self.line(&format!("plan for {}:", one_line(&subject)));
                for line in &lines {
                    self.line(&format!("  {}", one_line(line)));
                }
                let _ = writeln!(
                    self.sections,
                    "#### Plan for {}\n\n{}",
                    markdown(&subject),
                    fence("", &lines)
                );
            }
            Event::Compared { subject, lines } => {
                self.line(&format!("changes to {}:", one_line(&subject)));
                for line in &lines {
                    self.line(&format!("  {}", clean(line).trim_end()));
                }
                let _ = writeln!(
                    self.sections,
                    "#### Changes to {}\n\n{}",
                    markdown(&subject),
                    fence("diff", &lines)
                );
            }
            Event::Happened {
                subject,
                kind: _,
                text,
                fields: _,
                tone,
                elapsed,
            } => {
                let line = format!("{} {}", one_line(&subject), one_line(&text));
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
                self.timeline
                    .push(format!("| {clock} | {mark} {} |\n", markdown(&line)));
                self.last = Some(line);
            }
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
            } => {
                let section = &mut self.sections;
                let heads: Vec<String> = columns.iter().map(|column| markdown(column)).collect();
                let _ = writeln!(
                    section,
                    "#### {}\n\n| {} |\n|{}",
                    markdown(title),
                    heads.join(" | "),
                    "---|".repeat(columns.len())
                );
                for row in &rows {
                    let cells: Vec<String> = row.iter().map(|cell| markdown(cell)).collect();
                    let _ = writeln!(section, "| {} |", cells.join(" | "));
                }
                section.push('\n');
                for row in &rows {
                    self.line(
                        &row.iter()
                            .map(|cell| one_line(cell))
                            .collect::<Vec<_>>()
                            .join("  "),
                    );
                }
            }
            Event::Failed {
                text,
                hint,
                place,
                exit: _,
            } => {
                self.end_group();
                let whole = with_hint(&text, hint.as_deref());
                self.annotate(
                    "error",
                    &format!("wharfie {}", self.stage),
                    &whole,
                    place.as_ref(),
                );
                self.remarks
                    .push(remark_line("error", &Remark { text, hint, place }));
            }
            Event::Finished { exit, outputs } => {
                self.end_group();
                self.summary = Some(self.compose(exit, &outputs));
            }
        }
    }
}
