//! Events for people: lines on standard error, a progress bar when that is a terminal, data on standard output.
use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style as Paint};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::judgement::paint;
use super::text::{clean, duration, one_line};
use super::{Blame, Event, Judgement, Remark, Report, Tone};

/// How long a wait may be silent where there is no bar.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What the place we write to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub color: bool,
    /// A bar that moves: a terminal.
    pub terminal: bool,
}

/// Writes events as lines.
#[derive(Debug)]
pub struct Human<Err, Out> {
    err: Err,
    out: Out,
    style: Style,
    bar: Option<ProgressBar>,
    said: Duration,
    last: Option<String>,
    /// Lines of a pipeline's stages are indented below their heading.
    inside: bool,
}

impl<Err: Write, Out: Write> Human<Err, Out> {
    /// A rendering that writes lines to `err` and data to `out`.
    pub fn new(err: Err, out: Out, style: Style) -> Self {
        Self {
            err,
            out,
            style,
            bar: None,
            said: Duration::ZERO,
            last: None,
            inside: false,
        }
    }

    fn line(&mut self, line: &str) {
        let indent = if self.inside { "  " } else { "" };
        let err = &mut self.err;
        // Nobody reads any more: that does not stop a deployment.
        let mut write = || {
            let _: io::Result<()> = writeln!(err, "{indent}{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        if self.style.color {
            format!("{paint}{text}{paint:#}")
        } else {
            text.to_owned()
        }
    }

    fn tone(tone: Tone) -> (Paint, &'static str) {
        match tone {
            Tone::Plain => (Paint::new().dimmed(), "·"),
            Tone::Good => (AnsiColor::Green.on_default(), "✓"),
            Tone::Bad => (AnsiColor::Red.on_default(), "✗"),
        }
    }

    fn remark(&mut self, word: &str, paint: Paint, remark: &Remark) {
        let place = remark
            .place
            .as_ref()
            .map(|place| format!("{place}: "))
            .unwrap_or_default();
        let word = self.paint(paint, word);
        self.line(&format!(
            "{word}: {}{}",
            clean(&place),
            one_line(&remark.text)
        ));
        if let Some(hint) = &remark.hint {
            let word = self.paint(AnsiColor::Cyan.on_default(), "hint");
            self.line(&format!("{word}: {}", one_line(hint)));
        }
    }

    fn judge(&mut self, judgement: &Judgement) {
        let word = self.paint(
            paint(judgement.severity),
            &format!("{}[{}]", judgement.severity, judgement.rule),
        );
        self.line(&format!(
            "{word}: {}: {}",
            one_line(&judgement.place.to_string()),
            one_line(&judgement.text)
        ));
        for line in judgement.lines() {
            let line = self.paint(Paint::new().dimmed(), &line);
            self.line(&format!("  {line}"));
        }
        let word = self.paint(AnsiColor::Cyan.on_default(), "hint");
        self.line(&format!("  {word}: {}", one_line(&judgement.hint)));
    }

    fn blame(&mut self, blame: &Blame) {
        let word = self.paint(AnsiColor::Red.on_default().bold(), "cause");
        self.line(&format!("{word}: {}", blame.told()));
        for line in blame.facts() {
            self.line(&line);
        }
        if let Some(advice) = &blame.advice {
            let word = self.paint(AnsiColor::Cyan.on_default(), "advice");
            self.line(&format!("  {word}: {}", one_line(advice)));
        }
        for line in blame.log.iter().flat_map(|log| log.told('│')) {
            self.line(&line);
        }
    }

    fn wait(&mut self, subject: &str, text: &str, progress: Option<(u64, u64)>, elapsed: Duration) {
        let shown = format!("{subject}: {text} ({})", duration(elapsed));
        if self.style.terminal {
            let bar = self.bar.get_or_insert_with(|| {
                ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
            });
            let template = if progress.is_some() {
                "{spinner} [{bar:20}] {msg}"
            } else {
                "{spinner} {msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            if let Some((done, of)) = progress {
                bar.set_length(of);
                bar.set_position(done);
            }
            bar.set_message(one_line(&shown));
            bar.tick();
        } else if elapsed.saturating_sub(self.said) >= HEARTBEAT {
            self.said = elapsed;
            self.line(&format!("… {}", one_line(&shown)));
        }
    }

    fn table(&mut self, title: &str, columns: &[&str], rows: &[Vec<String>]) {
        let cells: Vec<Vec<String>> =
            std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect())
                .chain(
                    rows.iter()
                        .map(|row| row.iter().map(|cell| one_line(cell)).collect()),
                )
                .collect();
        let widths: Vec<usize> = (0..columns.len())
            .map(|column| {
                cells
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        self.line("");
        let title = self.paint(Paint::new().bold(), title);
        self.line(&title);
        for (index, row) in cells.iter().enumerate() {
            let line: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            let line = line.join("  ");
            let line = if index == 0 {
                self.paint(Paint::new().dimmed(), line.trim_end())
            } else {
                line
            };
            self.line(&format!("  {}", line.trim_end()));
        }
    }
}

impl<Err: Write, Out: Write> Report for Human<Err, Out> {
    #[expect(clippy::too_many_lines, reason = "one arm per event, each a few lines")]
    fn tell(&mut self, event: Event) {
        if !matches!(event, Event::Waiting { .. } | Event::Happened { .. })
            && let Some(bar) = self.bar.take()
        {
            bar.finish_and_clear();
        }
        match event {
            Event::Began { stage, about } => {
                self.inside = false;
                let stage = self.paint(Paint::new().bold(), stage);
                self.line(&format!("{stage}  {}", one_line(&about)));
                self.inside = true;
            }
            Event::Ended {
                stage: _,
                outcome,
                tone,
                took,
            } => {
                let (paint, mark) = Self::tone(tone);
                let mark = self.paint(paint, mark);
                self.line(&format!(
                    "{mark} {} ({})",
                    one_line(&outcome),
                    duration(took)
                ));
                self.inside = false;
            }
            Event::Noted(remark) => self.remark("note", AnsiColor::Cyan.on_default(), &remark),
            Event::Warned(remark) => {
                self.remark("warning", AnsiColor::Yellow.on_default().bold(), &remark);
            }
            Event::Found { name, value } => self.line(&format!("{name}: {}", one_line(&value))),
            Event::Wrote { what, path } => self.line(&format!("wrote {what}: {}", one_line(&path))),
            Event::Data { what: _, text } => {
                // A closed pipe on standard output means that the reader has what it wants.
                let _: io::Result<()> = self
                    .out
                    .write_all(text.as_bytes())
                    .and_then(|()| self.out.flush());
            }
            Event::Planned { subject, lines } => {
                self.line(&format!("plan for {}:", one_line(&subject)));
                for line in lines {
                    self.line(&format!("  {}", one_line(&line)));
                }
            }
            Event::Compared { subject, lines } => {
                self.line(&format!("changes to {}:", one_line(&subject)));
                for line in lines {
                    let paint = match line.chars().next() {
                        Some('+') => AnsiColor::Green.on_default(),
                        Some('-') => AnsiColor::Red.on_default(),
                        Some('~') => AnsiColor::Yellow.on_default(),
                        _ => Paint::new(),
                    };
                    let line = self.paint(paint, clean(&line).trim_end());
                    self.line(&format!("  {line}"));
                }
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
                let (paint, mark) = Self::tone(tone);
                let mark = self.paint(paint, mark);
                let clock = self.paint(
                    Paint::new().dimmed(),
                    &format!(
                        "{:>3}:{:02}",
                        elapsed.as_secs() / 60,
                        elapsed.as_secs() % 60
                    ),
                );
                self.line(&format!("{clock} {mark} {line}"));
                self.last = Some(line);
            }
            Event::Waiting {
                subject,
                text,
                progress,
                elapsed,
            } => self.wait(&subject, &text, progress, elapsed),
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
                self.inside = false;
                self.remark(
                    "error",
                    AnsiColor::Red.on_default().bold(),
                    &Remark { text, hint, place },
                );
            }
            Event::Finished { exit: _, outputs } => {
                self.inside = false;
                let err = &mut self.err;
                for (name, value) in outputs {
                    // Several lines are for programs; here they would be one long line.
                    let count = value.trim_end().lines().count();
                    if count > 1 {
                        let _: io::Result<()> = writeln!(err, "{name}: {count} lines");
                        continue;
                    }
                    let value = one_line(&value);
                    let value: String = if value.chars().count() > 200 {
                        value.chars().take(199).chain(['…']).collect()
                    } else {
                        value
                    };
                    let _: io::Result<()> = writeln!(err, "{name}={value}");
                }
                let _: io::Result<()> = err.flush();
            }
        }
    }
}
