//! Checks of characters and nesting before the JSON parser runs: it recurses, so depth is bounded here, and it is
//! lenient about white space and control characters where JSON is not.
//! Structure is not judged here.
use std::iter::Peekable;
use std::str::CharIndices;

use super::super::position::Cursor;
use super::super::{DocumentError, MAX_DEPTH};

/// Refuses nesting beyond [`MAX_DEPTH`], raw control characters in texts, and characters that can stand nowhere.
pub(super) fn check(text: &str, source: &str) -> Result<(), DocumentError> {
    let refuse = |offset: usize, message: String| {
        let position = Cursor::new(text).position_of(offset);
        DocumentError::new(source, Some(position), message)
    };
    let mut depth = 0_usize;
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => skip_string(&mut characters).map_err(|(offset, control)| {
                let code = u32::from(control);
                let message =
                    format!("not valid JSON: a raw control character in a text: `U+{code:04X}`");
                refuse(offset, message)
                    .with_hint("write a line break as `\\n` and a tab as `\\t`, or close the text")
            })?,
            '/' => skip_comment(&mut characters),
            '{' | '[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let message = format!("nested deeper than the limit of: {MAX_DEPTH}");
                    return Err(refuse(offset, message));
                }
            }
            '}' | ']' => depth = depth.saturating_sub(1),
            '\t' | '\n' | '\r' | ' '..='~' => {}
            _ => {
                let code = u32::from(character);
                let message =
                    format!("not valid JSON: a character outside of quotes: `U+{code:04X}`");
                return Err(refuse(offset, message));
            }
        }
    }
    Ok(())
}

/// Moves behind the closing quote, or to the end; stops at a raw control character.
fn skip_string(characters: &mut Peekable<CharIndices<'_>>) -> Result<(), (usize, char)> {
    let mut escaped = false;
    for (offset, character) in characters.by_ref() {
        match character {
            '\0'..='\u{1F}' => return Err((offset, character)),
            '"' if !escaped => return Ok(()),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Ok(())
}

/// Behind a `/`: moves behind the comment it begins, if it begins one.
fn skip_comment(characters: &mut Peekable<CharIndices<'_>>) {
    match characters.peek() {
        Some((_, '/')) => {
            for (_, character) in characters.by_ref() {
                if matches!(character, '\n' | '\r') {
                    return;
                }
            }
        }
        Some((_, '*')) => {
            characters.next();
            let mut star = false;
            for (_, character) in characters.by_ref() {
                if star && character == '/' {
                    return;
                }
                star = character == '*';
            }
        }
        _ => {}
    }
}
