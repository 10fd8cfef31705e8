//! The line of a file that a finding is about, fit to be shown: values of the environment, log options and whatever
//! looks like a secret are covered, and a long line is cut around the place.
use std::collections::BTreeSet;

use super::nearest::nearest;
use crate::domain::document::{Document, Kind, Node, Position};
use crate::domain::secrecy::{looks_secret, value_looks_secret};

/// What stands in the place of a covered value.
const COVER: &str = "***";
/// The most characters that are shown of a line.
const WIDTH: usize = 120;

/// The longest text that is looked at for a secret, in bytes.
const LONGEST_TEXT: usize = 8 * 1024;

/// A line of a file with a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line, without its end; tabs are single spaces.
    pub text: String,
    /// The first character to point at, counted from 0.
    pub from: usize,
    /// How many characters to point at, 1 at least.
    pub width: usize,
}

/// The text of a file, ready to give excerpts of it.
#[derive(Debug)]
pub struct Pages<'a> {
    lines: Vec<&'a str>,
    cover: Cover,
}

#[derive(Debug)]
enum Cover {
    /// Where values to be covered begin, and where the token behind each begins.
    Values(Vec<(Position, Position)>),
    /// The text could not be read as a document: all but keys is covered.
    AllButKeys,
}

impl<'a> Pages<'a> {
    /// The text of a document that was read.
    #[must_use]
    pub fn of(text: &'a str, document: &Document) -> Self {
        Self {
            lines: lines(text),
            cover: Cover::Values(covered(document.root())),
        }
    }

    /// The text of a file that could not be read as a document.
    #[must_use]
    pub fn of_unread(text: &'a str) -> Self {
        Self {
            lines: lines(text),
            cover: Cover::AllButKeys,
        }
    }

    /// The line of a place; `None` if there is no such line.
    #[must_use]
    pub fn excerpt(&self, at: Position) -> Option<Excerpt> {
        let line = *self.lines.get(at.line.checked_sub(1)?)?;
        let column = at.column.checked_sub(1)?;
        let window = Window::around(line, column);
        let mut hidden = match &self.cover {
            Cover::Values(spans) => window.hidden_in(at.line, spans),
            Cover::AllButKeys => window.hidden_but_key(),
        };
        window.hide_secret_words(&mut hidden);
        let from = column.saturating_sub(window.start).min(window.text.len());
        let width = token_width(window.text.get(from..).unwrap_or_default());
        let shown = shown(&window.text, &hidden, from, width);
        Some(cut(&shown, window.start > 0, window.goes_on))
    }
}

/// The part of a line that is looked at: a line may be the whole of a large file.
struct Window {
    /// The column it begins with, counted from 0.
    start: usize,
    text: Vec<char>,
    /// Whether the line goes on behind it.
    goes_on: bool,
}

impl Window {
    /// How many characters are looked at before a place, and behind it.
    const REACH: usize = 4 * WIDTH;

    fn around(line: &str, column: usize) -> Self {
        let start = column.saturating_sub(Self::REACH);
        // Where every character is a byte, the way to the place need not be walked.
        let (rest, skipped) = match line.get(start..) {
            Some(rest) if line.is_ascii() => (rest, 0),
            _ => (line, start),
        };
        let mut characters = rest.chars().skip(skipped);
        let text = characters.by_ref().take(2 * Self::REACH).collect();
        Self {
            start,
            text,
            goes_on: characters.next().is_some(),
        }
    }

    /// Which characters are inside a covered span. What closes lists and objects behind a value stays.
    fn hidden_in(&self, line: usize, spans: &[(Position, Position)]) -> Vec<bool> {
        let mut hidden = vec![false; self.text.len()];
        let end = self.start + self.text.len();
        for (from, to) in spans {
            if from.line > line || to.line < line {
                continue;
            }
            let begin = if from.line == line {
                from.column - 1
            } else {
                0
            };
            let until = if to.line == line {
                to.column - 1
            } else {
                usize::MAX
            };
            if begin >= end || until <= self.start {
                continue;
            }
            let first = begin.saturating_sub(self.start);
            let last = until.min(end) - self.start;
            let span = self.text.get(first..last).unwrap_or_default();
            let open =
                |c: &char| c.is_whitespace() || matches!(c, ',' | '}' | ']' | '{' | '[' | '-');
            let before = span.iter().take_while(|c| c.is_whitespace()).count();
            // Where the line is cut inside the span, its last characters belong to the value.
            let whole = until <= end || !self.goes_on;
            let behind = if whole {
                span.iter().rev().take_while(|c| open(c)).count()
            } else {
                0
            };
            let length = span.len().saturating_sub(before + behind);
            for cell in hidden.iter_mut().skip(first + before).take(length) {
                *cell = true;
            }
        }
        hidden
    }

    /// Hides the words that look like secrets, wherever they stand: in a key, in a comment. Of a long word that is cut
    /// off nobody can tell.
    fn hide_secret_words(&self, hidden: &mut [bool]) {
        let mut from = 0;
        for word in self
            .text
            .split(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ','))
        {
            let end = from + word.len();
            let is_cut = (from == 0 && self.start > 0) || (end == self.text.len() && self.goes_on);
            let is_secret = value_looks_secret(&word.iter().collect::<String>());
            if is_secret || (is_cut && word.len() > WIDTH) {
                for cell in hidden.iter_mut().skip(from).take(word.len()) {
                    *cell = true;
                }
            }
            from = end + 1;
        }
    }

    /// Hides all of a line but what it is made of: brackets, commas, comment marks, and the key it begins with.
    fn hidden_but_key(&self) -> Vec<bool> {
        let line = &self.text;
        let mut hidden: Vec<bool> = line
            .iter()
            .map(|c| c.is_alphanumeric() || !c.is_ascii())
            .collect();
        let start = line
            .iter()
            .take_while(|c| c.is_whitespace() || matches!(c, '-' | '{' | '[' | ','))
            .count();
        let key = token_width(line.get(start..).unwrap_or_default());
        let behind = line.get(start + key..).unwrap_or_default();
        if self.start == 0 && behind.iter().find(|c| !c.is_whitespace()) == Some(&':') {
            for cell in hidden.iter_mut().skip(start).take(key) {
                *cell = false;
            }
        }
        hidden
    }
}

/// The lines of a text; a line ends with LF, CR LF or CR, as positions count them.
fn lines(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect()
}

/// How long the key or value is that begins here.
fn token_width(rest: &[char]) -> usize {
    let end = match rest.first() {
        Some(quote @ ('"' | '\'')) => {
            let mut escaped = false;
            let end = rest.iter().skip(1).position(|c| {
                let ends = c == quote && !escaped;
                escaped = *c == '\\' && !escaped && *quote == '"';
                ends
            });
            end.map(|end| end + 2)
        }
        Some('{' | '[') => Some(1),
        _ => rest
            .iter()
            .position(|c| c.is_whitespace() || matches!(c, ',' | ':' | ']' | '}')),
    };
    end.unwrap_or(rest.len()).max(1)
}

/// Which spans of a document's text are covered: from the value to the token behind it.
fn covered(root: &Node) -> Vec<(Position, Position)> {
    let mut tokens = BTreeSet::new();
    let mut secret = BTreeSet::new();
    // A file that is one text and no definition may be a secret somebody took for the file.
    let covering = match root.as_str() {
        Some(_) => Covering::Everything,
        None => Covering::Nothing,
    };
    gather(root, "", covering, &mut tokens, &mut secret);
    let end = Position {
        line: usize::MAX,
        column: 1,
    };
    secret
        .into_iter()
        .map(|from| {
            let behind = tokens.range(from..).find(|token| **token > from);
            (from, behind.copied().unwrap_or(end))
        })
        .collect()
}

/// What is covered of a part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Covering {
    /// What looks like a secret.
    Nothing,
    /// Values, but not names.
    Values,
    /// Values and keys: it stands where one value should.
    Everything,
}

/// Notes where keys and values begin, and which values are to be covered.
fn gather(
    node: &Node,
    key: &str,
    covering: Covering,
    tokens: &mut BTreeSet<Position>,
    secret: &mut BTreeSet<Position>,
) {
    tokens.extend(node.position());
    match node.kind() {
        Kind::Array(items) => {
            for item in items {
                gather(item, key, covering, tokens, secret);
            }
        }
        Kind::Object(object) => {
            let name = object.members().iter().find_map(|member| {
                let is_name = member.key().eq_ignore_ascii_case("name");
                is_name.then(|| member.value().as_str()).flatten()
            });
            for member in object.members() {
                tokens.extend(member.key_position());
                if covering == Covering::Everything {
                    secret.extend(member.key_position());
                }
                let own = member.key();
                // A pair of name and value is a variable wherever it stands, for its list may be misspelt.
                let is_value = name.is_some() && own.eq_ignore_ascii_case("value");
                let is_name = own.eq_ignore_ascii_case("name");
                let below = match covering {
                    Covering::Everything => Covering::Everything,
                    Covering::Nothing | Covering::Values if is_value => Covering::Everything,
                    Covering::Values if !is_name => Covering::Values,
                    Covering::Nothing | Covering::Values if holds_values(own) => Covering::Values,
                    Covering::Nothing | Covering::Values => Covering::Nothing,
                };
                let key = if is_value { name.unwrap_or(own) } else { own };
                gather(member.value(), key, below, tokens, secret);
            }
        }
        Kind::String(text) => {
            // What stands in the place of a secret's address and is none may be the secret itself.
            let is_misplaced = is_address(key) && !text.starts_with("arn:");
            let is_covered = covering != Covering::Nothing || is_misplaced;
            // A text that long is no name of anything: it is covered without a closer look.
            if is_covered || text.len() > LONGEST_TEXT || looks_secret(key, text) {
                secret.extend(node.position());
            }
        }
        Kind::Number(_) | Kind::Bool(_) | Kind::Null => {
            if covering != Covering::Nothing {
                secret.extend(node.position());
            }
        }
    }
}

/// Whether the value of a key says where a secret is kept.
fn is_address(key: &str) -> bool {
    nearest(key, ["valueFrom", "credentialsParameter"]).is_some()
}

/// Whether values below a key are never shown: variables and options, also when the key is misspelt.
fn holds_values(key: &str) -> bool {
    // A list of files holds where they are, not what is in them.
    nearest(key, ["environment", "environmentFiles", "options"])
        .is_some_and(|meant| meant != "environmentFiles")
}

/// The line with what is hidden covered, and the place moved along.
fn shown(line: &[char], hidden: &[bool], from: usize, width: usize) -> Excerpt {
    let mut text = String::new();
    let mut count = 0;
    let (mut begin, mut end) = (None, None);
    for (column, c) in line.iter().enumerate() {
        let is_hidden = hidden.get(column).copied().unwrap_or(false);
        let goes_on = is_hidden && column > 0 && hidden.get(column - 1).copied().unwrap_or(false);
        if column == from {
            // Inside a cover, point at the cover.
            begin = Some(if goes_on { count - COVER.len() } else { count });
        }
        if !goes_on {
            let piece = if is_hidden { COVER } else { "" };
            text.push_str(piece);
            count += piece.len();
            if !is_hidden {
                text.push(if c.is_control() || *c == '\t' {
                    ' '
                } else {
                    *c
                });
                count += 1;
            }
        }
        if column + 1 == from + width {
            end = Some(count);
        }
    }
    let begin = begin.unwrap_or(count);
    Excerpt {
        text,
        from: begin,
        width: end.unwrap_or(count).saturating_sub(begin).max(1),
    }
}

/// A long line cut around the place; whether it was cut before, and goes on behind.
fn cut(whole: &Excerpt, cut_before: bool, goes_on: bool) -> Excerpt {
    let length = whole.text.chars().count();
    let start = if length > WIDTH {
        whole.from.saturating_sub(WIDTH / 3).min(length - WIDTH)
    } else {
        0
    };
    let mut text: String = whole.text.chars().skip(start).take(WIDTH).collect();
    let mut from = whole.from - start;
    if start > 0 || cut_before {
        text.insert(0, '…');
        from += 1;
    }
    if start + WIDTH < length || goes_on {
        text.push('…');
    }
    let room = text.chars().count().saturating_sub(from).max(1);
    Excerpt {
        text,
        from,
        width: whole.width.min(room),
    }
}

#[cfg(test)]
mod tests;
