//! The summary of a step: how it ended, what is to be read of that, and then everything else.
use super::super::mermaid::gantt;
use super::super::text::{code, markdown, one_line};
use super::super::timeline::Timeline;
use super::super::{Blame, Judgement, Remark, Tone};
use super::page::{Block, Page};
use crate::domain::check::Severity;

/// The largest summary of a step, in bytes; a larger one would be dropped whole.
const LIMIT: usize = 1024 * 1024;

/// What is kept for the summary.
#[derive(Debug, Default)]
pub(super) struct Summary {
    facts: Vec<(String, String)>,
    remarks: Vec<(Severity, String)>,
    /// The texts of errors as they came.
    errors: Vec<String>,
    tables: Vec<Block>,
    causes: Vec<Block>,
    changes: Vec<Block>,
    events: Vec<String>,
    /// The course of what was deployed.
    pub(super) timeline: Timeline,
}

impl Summary {
    /// Keeps a named fact.
    pub(super) fn fact(&mut self, name: &str, value: String) {
        self.facts.push((name.to_owned(), value));
    }

    /// Keeps a remark, once.
    pub(super) fn remark(&mut self, severity: Severity, remark: &Remark) {
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
        let text = format!("- **{severity}**: {place}{}{hint}", markdown(&remark.text));
        if severity == Severity::Error {
            self.errors.push(remark.text.clone());
        }
        // A guard that was off is said before the start, and once more beside a failure.
        if !self.remarks.iter().any(|(_, known)| *known == text) {
            self.remarks.push((severity, text));
        }
    }

    /// Keeps a rule that a file breaks.
    pub(super) fn judgement(&mut self, judgement: &Judgement) {
        self.remarks.push((judgement.severity, judgement.remark()));
    }

    /// Keeps a table.
    pub(super) fn table(&mut self, title: &str, columns: &[&str], rows: &[Vec<String>]) {
        let heads: Vec<String> = columns.iter().map(|column| markdown(column)).collect();
        let open = format!(
            "#### {}\n\n| {} |\n|{}\n",
            markdown(title),
            heads.join(" | "),
            "---|".repeat(columns.len())
        );
        let cells = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().map(|cell| markdown(cell)).collect();
            format!("| {} |", cells.join(" | "))
        };
        let lines = rows.iter().map(cells).collect();
        self.tables.push(Block::framed(&open, lines, "\n"));
    }

    /// Keeps what is planned, or how two versions differ.
    pub(super) fn changes(&mut self, heading: &str, language: &str, lines: &[String]) {
        let heading = format!("#### {}\n\n", markdown(heading));
        self.changes.push(Block::fenced(&heading, language, lines));
    }

    /// Keeps a cause.
    pub(super) fn cause(&mut self, blame: &Blame) {
        let mut lines = vec![format!("**{}**\n", markdown(&blame.told()))];
        lines.extend(
            blame
                .details
                .iter()
                .map(|detail| format!("- {}", markdown(detail))),
        );
        if let Some(advice) = &blame.advice {
            lines.push(format!("\n**Advice**: {}", markdown(advice)));
        }
        self.causes.push(Block::plain(lines));
        if let Some(log) = &blame.log {
            let heading = format!("Last lines of {}:\n\n", log.writer.named(code, code));
            self.causes.push(Block::fenced(&heading, "", &log.lines));
        }
    }

    /// Keeps something that happened.
    pub(super) fn event(&mut self, clock: &str, mark: &str, line: &str) {
        self.events
            .push(format!("| {clock} | {mark} {} |", markdown(line)));
    }

    /// The page. What is to be read comes first, so that what is cut is what is least missed.
    pub(super) fn compose(&self, stage: &str, exit: u8, outputs: &[(String, String)]) -> String {
        let mut page = Page::new(LIMIT);
        let verdict = outputs.iter().find(|(name, _)| name == "verdict");
        let ended = match (verdict, exit) {
            (Some((_, verdict)), 0) => one_line(verdict),
            (Some((_, verdict)), exit) => format!("{} (exit {exit})", one_line(verdict)),
            (None, 0) => "done".to_owned(),
            (None, exit) => format!("exit {exit}"),
        };
        let heading = format!("### {} wharfie {stage}: {}\n", mark(exit), markdown(&ended));
        page.add(&Block::framed("", vec![heading], ""));
        page.add(&self.remarks());
        self.tables.iter().for_each(|table| page.add(table));
        page.add(&self.ends());
        if !self.causes.is_empty() {
            page.add(&Block::plain(vec!["#### Why it failed".to_owned()]));
            self.causes.iter().for_each(|cause| page.add(cause));
        }
        self.chart(&mut page);
        self.changes.iter().for_each(|change| page.add(change));
        page.add(&self.facts(outputs));
        let open = format!(
            "<details><summary>What happened ({} events)</summary>\n\n| time | |\n|---|---|\n",
            self.events.len()
        );
        page.add(&Block::framed(&open, self.events.clone(), "\n</details>\n"));
        page.finish(
            "\n(cut here: the summary of a step holds at most 1 MiB; the log has all of it)\n",
        )
    }

    /// Errors first, then warnings, then notes.
    fn remarks(&self) -> Block {
        let of = |wanted: Severity| {
            let remarks = self.remarks.iter();
            remarks.filter(move |(severity, _)| *severity == wanted)
        };
        let lines = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .flat_map(of)
            .map(|(_, line)| line.clone());
        Block::plain(lines.collect())
    }

    /// How each deployment ended, in a sentence, unless an error says so already.
    fn ends(&self) -> Block {
        let lines = self.timeline.courses().filter_map(|course| {
            let end = course.end.as_ref()?;
            if self.errors.iter().any(|error| error.contains(&end.text)) {
                return None;
            }
            let mark = match end.tone {
                Tone::Good => "✅",
                Tone::Plain => "▶️",
                Tone::Bad => "❌",
            };
            let subject = code(&course.subject);
            Some(format!("- {mark} {subject} {}", markdown(&end.text)))
        });
        Block::plain(lines.collect())
    }

    fn chart(&self, page: &mut Page) {
        let Some((lines, left_out)) = gantt(&self.timeline) else {
            return;
        };
        page.add(&Block::fenced("#### Timeline\n\n", "mermaid", &lines));
        if left_out > 0 {
            let text = format!("({left_out} more services are not drawn)");
            page.add(&Block::plain(vec![text]));
        }
    }

    /// The facts and outputs that are short; below a table of what ran they are folded away.
    fn facts(&self, outputs: &[(String, String)]) -> Block {
        let short = |value: &str| value.len() <= 512 && !value.contains('\n');
        let known = |value: &String| self.facts.iter().any(|(_, known)| known == value);
        let outputs = outputs
            .iter()
            .filter(|(_, value)| short(value) && !known(value));
        let rows = self
            .facts
            .iter()
            .chain(outputs)
            .map(|(name, value)| format!("| {} | {} |", markdown(name), code(value)))
            .collect();
        if self.tables.is_empty() {
            return Block::framed("| | |\n|---|---|\n", rows, "\n");
        }
        let open = "<details><summary>Facts and outputs</summary>\n\n| | |\n|---|---|\n";
        Block::framed(open, rows, "\n</details>\n\n")
    }
}

fn mark(exit: u8) -> &'static str {
    match exit {
        0 => "✅",
        7 => "⏳",
        10 => "⏸️",
        11 => "📝",
        _ => "❌",
    }
}
