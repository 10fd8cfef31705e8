//! A difference as lines for people and as a Markdown table.
//!
//! Not for choosing what may be shown: that was decided when it was made.
use std::fmt;

use super::{Change, ChangeKind, Difference, Shown};

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 300;

impl Difference {
    /// A line for each change, starting with `+`, `-` or `~`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.changes.iter().map(Change::to_string).collect()
    }

    /// A Markdown table; empty if nothing differs.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        if self.changes.is_empty() {
            return String::new();
        }
        let mut page = String::from("| | member | before | after |\n|---|---|---|---|\n");
        for Change { path, kind } in &self.changes {
            let (sign, before, after) = match kind {
                ChangeKind::Added(to) => ('+', String::new(), cell(to)),
                ChangeKind::Removed(from) => ('-', cell(from), String::new()),
                ChangeKind::Changed { from, to } => ('~', cell(from), cell(to)),
            };
            page += &["| `", &sign.to_string(), "` | ", &code(path), " | "].concat();
            page += &[before.as_str(), " | ", after.as_str(), " |\n"].concat();
        }
        page
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.kind {
            ChangeKind::Added(Shown::Parts) => write!(f, "+ {path}"),
            ChangeKind::Removed(Shown::Parts) => write!(f, "- {path}"),
            ChangeKind::Added(to) => write!(f, "+ {path}: {to}"),
            ChangeKind::Removed(from) => write!(f, "- {path}: {from}"),
            ChangeKind::Changed { from, to } => write!(f, "~ {path}: {from} → {to}"),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "`{}`", cut(text)),
            Self::Hidden(Some(mark)) => write!(f, "hidden {mark}"),
            Self::Hidden(None) => f.write_str("hidden"),
            Self::Parts => Ok(()),
        }
    }
}

fn cell(shown: &Shown) -> String {
    match shown {
        Shown::Text(text) => code(&cut(text)),
        Shown::Hidden(Some(mark)) => format!("*hidden* {mark}"),
        Shown::Hidden(None) => "*hidden*".to_owned(),
        Shown::Parts => String::new(),
    }
}

/// On one line, without characters that act or change how their surroundings are read, and not without end.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let is_unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    shown
        .chars()
        .map(|c| if is_unseen(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// A code span in a table cell: fenced by more backticks than it holds, and without a bar that would end the cell.
fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}
