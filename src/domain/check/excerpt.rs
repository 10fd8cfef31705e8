//! The line of a file that a finding is about, fit to be shown: values of the environment, log options and whatever
//! looks like a secret are covered, and a long line is cut around the place.
use std::collections::BTreeSet;

use super::nearest::nearest;
use crate::domain::document::{Document, Kind, Node, Position};
use crate::domain::secrecy::looks_secret;

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
        let hidden = match &self.cover {
            Cover::Values(spans) => window.hidden_in(at.line, spans),
            Cover::AllButKeys => window.hidden_but_key(),
        };
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
    gather(root, "", false, &mut tokens, &mut secret);
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

/// Notes where keys and values begin, and which values are to be covered.
fn gather(
    node: &Node,
    key: &str,
    covered: bool,
    tokens: &mut BTreeSet<Position>,
    secret: &mut BTreeSet<Position>,
) {
    tokens.extend(node.position());
    match node.kind() {
        Kind::Array(items) => {
            for item in items {
                gather(item, key, covered, tokens, secret);
            }
        }
        Kind::Object(object) => {
            let name = object.members().iter().find_map(|member| {
                let is_name = member.key().eq_ignore_ascii_case("name");
                is_name.then(|| member.value().as_str()).flatten()
            });
            for member in object.members() {
                tokens.extend(member.key_position());
                let own = member.key();
                // A pair of name and value is a variable wherever it stands, for its list may be misspelt.
                let is_value = name.is_some() && own.eq_ignore_ascii_case("value");
                let is_name = own.eq_ignore_ascii_case("name");
                let covered = (covered && !is_name) || is_value || holds_values(own);
                let key = if is_value { name.unwrap_or(own) } else { own };
                gather(member.value(), key, covered, tokens, secret);
            }
        }
        Kind::String(text) => {
            // A text that long is no name of anything: it is covered without a closer look.
            if covered || text.len() > LONGEST_TEXT || looks_secret(key, text) {
                secret.extend(node.position());
            }
        }
        Kind::Number(_) | Kind::Bool(_) | Kind::Null => {
            if covered {
                secret.extend(node.position());
            }
        }
    }
}

/// Whether values below a key are never shown: variables and options, also when the key is misspelt.
fn holds_values(key: &str) -> bool {
    nearest(key, ["environment", "options"]).is_some()
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
mod tests {
    use super::*;

    /// The line, and the part of it that is pointed at.
    fn at(text: &str, line: usize, column: usize) -> (String, String) {
        let document = Document::parse(text, "t").unwrap();
        pointed(&Pages::of(text, &document), line, column)
    }

    fn pointed(pages: &Pages<'_>, line: usize, column: usize) -> (String, String) {
        let excerpt = pages.excerpt(Position { line, column }).unwrap();
        let part = excerpt.text.chars().skip(excerpt.from).take(excerpt.width);
        let part = part.collect();
        (excerpt.text, part)
    }

    #[test]
    fn the_key_or_value_at_the_place_is_pointed_at() {
        let text = "{\n\t\"a\\\"b\": [1, 20],\r\n \"c\": {}}";
        assert_eq!(
            at(text, 2, 2),
            (" \"a\\\"b\": [1, 20],".to_owned(), "\"a\\\"b\"".to_owned())
        );
        assert_eq!(at(text, 2, 14).1, "20");
        assert_eq!(at(text, 3, 7).1, "{");
        assert_eq!(at("a: b\nc: 'd e'", 2, 1).1, "c");
        assert_eq!(at("a: b\nc: 'd e'", 2, 4).1, "'d e'");
    }

    #[test]
    fn a_place_behind_the_end_of_a_line_points_at_one_character() {
        let document = Document::parse("{}", "t").unwrap();
        let pages = Pages::of("{}", &document);
        let excerpt = pages.excerpt(Position { line: 1, column: 9 }).unwrap();
        assert_eq!((excerpt.from, excerpt.width), (2, 1));
        assert_eq!(pages.excerpt(Position { line: 2, column: 1 }), None);
    }

    #[test]
    fn values_of_the_environment_are_covered_however_they_are_written() {
        for text in [
            "{\"environment\": [{\"name\": \"A\", \"value\": \"hunter2\"}]}",
            "{\"enviroment\": [{\"value\": \"hunter2\", \"name\": \"A\"}]}",
            "{\"Environment\": {\"A\": \"hunter2\"}}",
            "{\"variables\": [{\"Name\": \"A\", \"Value\": \"hunter2\"}]}",
            "{\"environment\": [\"A=hunter2\"]}",
            "{\"logConfiguration\": {\"options\": {\"token\": \"hunter2\"}}}",
            "environment: [{name: A, value: hunter2}]",
            "environment: {A: hunter2, B: 'hunter2'}",
        ] {
            let (line, _) = at(text, 1, 1);
            assert!(!line.contains("hunter2") && line.contains(COVER), "{line}");
            assert!(!line.contains("hunter"), "{line}");
        }
        let (line, part) = at(
            "{\"environment\": [{\"name\": \"A\", \"value\": 12345}], \"cpu\": 1}",
            1,
            41,
        );
        assert_eq!(
            line,
            "{\"environment\": [{\"name\": \"A\", \"value\": ***}], \"cpu\": 1}"
        );
        assert_eq!(part, "***");
    }

    #[test]
    fn a_value_over_several_lines_is_covered_on_each_of_them() {
        let text = "environment:\n  - name: KEY\n    value: |\n      first\n      second\n  - name: B\n    value: x\ncpu: 1\n";
        assert_eq!(at(text, 4, 7).0, "      ***");
        assert_eq!(at(text, 5, 7).0, "      ***");
        assert_eq!(at(text, 6, 5).0, "  - name: B");
        assert_eq!(at(text, 8, 1).0, "cpu: 1");
    }

    #[test]
    fn a_value_behind_an_alias_is_covered_where_it_stands() {
        let text = "x: &secret hunter2\nenvironment:\n  - name: A\n    value: *secret\n";
        assert!(!at(text, 1, 1).0.contains("hunter2"));
    }

    #[test]
    fn names_and_other_values_stay_readable() {
        let text = "{\"name\": \"web\", \"image\": \"web:1\", \"cpu\": \"256\"}";
        assert_eq!(at(text, 1, 2).0, text);
    }

    #[test]
    fn the_place_moves_with_what_is_covered_before_it() {
        let text =
            "{\"environment\": [{\"name\": \"A\", \"value\": \"a long value here\"}], \"cpuu\": 1}";
        let column = text.find("\"cpuu\"").unwrap() + 1;
        assert_eq!(at(text, 1, column).1, "\"cpuu\"");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!(
            "{{\"a\": \"{}\", \"b\": 7, \"c\": \"{}\"}}",
            "x y ".repeat(100),
            "x y ".repeat(100)
        );
        let column = text.find("\"b\"").unwrap() + 1;
        let (line, part) = at(&text, 1, column);
        assert_eq!(part, "\"b\"");
        assert_eq!(line.chars().count(), WIDTH + 2);
        assert!(line.starts_with('…') && line.ends_with('…'));
    }

    #[test]
    fn a_place_far_inside_a_line_is_shown_and_a_long_value_around_it_is_not() {
        let secret = "s3cr3t ".repeat(1000);
        let text = format!(
            "{{\"environment\": [{{\"name\": \"A\", \"value\": \"{secret}\"}}], \"cpuu\": 1}}"
        );
        let column = text.find("\"cpuu\"").unwrap() + 1;
        let (line, part) = at(&text, 1, column);
        assert_eq!(
            (line.as_str(), part.as_str()),
            ("…***}], \"cpuu\": 1}", "\"cpuu\"")
        );
        let (line, part) = at(&text, 1, text.find("\"s3cr3t").unwrap() + 1);
        assert_eq!(
            (line.as_str(), part.as_str()),
            (
                "{\"environment\": [{\"name\": \"A\", \"value\": ***…",
                "***"
            )
        );
    }

    #[test]
    fn of_a_file_that_cannot_be_read_only_keys_are_shown() {
        let pages = Pages::of_unread(
            "{\"password\": \"hunter2\"\n \"b\": [1,]\nurl: http://me:pw@x\nsecond line",
        );
        assert_eq!(pointed(&pages, 1, 1).0, "{\"password\": \"***\"");
        assert_eq!(
            pointed(&pages, 2, 2),
            (" \"b\": [***,]".to_owned(), "\"b\"".to_owned())
        );
        assert_eq!(pointed(&pages, 3, 1).0, "url: ***://***:***@***");
        assert_eq!(pointed(&pages, 4, 1).0, "*** ***");
    }
}
