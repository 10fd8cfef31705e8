//! Where a value stood in the file it came from, and how to find that place from a byte offset.
//! Not for paths inside a document: see `path`.
use std::fmt;

/// A place in a text: line and column, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, counted from 1. A line ends with LF, CR LF or CR.
    pub line: usize,
    /// The column, counted from 1 in characters, not in bytes.
    pub column: usize,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Turns ascending byte offsets into positions in one pass over the text.
///
/// Going back is possible, but starts again from the beginning of the text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            position: Position::START,
        }
    }

    /// The position of a byte offset; one inside a character or behind the end is moved forward to the next place there is.
    pub(super) fn position_of(&mut self, offset: usize) -> Position {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let mut characters = rest.chars().peekable();
        while self.offset < offset {
            let Some(character) = characters.next() else {
                break;
            };
            self.offset += character.len_utf8();
            let ends_line = character == '\n'
                || (character == '\r' && characters.peek().is_none_or(|next| *next != '\n'));
            if ends_line {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_every_kind_of_line_end_counts_once() {
        let text = "aé\u{1F6A2}b\r\nc\rd\ne";
        let mut cursor = Cursor::new(text);
        let at = |cursor: &mut Cursor<'_>, needle: char| {
            let position = cursor.position_of(text.find(needle).unwrap());
            (position.line, position.column)
        };
        assert_eq!(at(&mut cursor, 'a'), (1, 1));
        assert_eq!(at(&mut cursor, 'b'), (1, 4));
        assert_eq!(at(&mut cursor, 'c'), (2, 1));
        assert_eq!(at(&mut cursor, 'd'), (3, 1));
        assert_eq!(at(&mut cursor, 'e'), (4, 1));
        assert_eq!(at(&mut cursor, 'b'), (1, 4), "going back");
        assert_eq!(cursor.position_of(10_000), Position { line: 4, column: 2 });
    }
}
