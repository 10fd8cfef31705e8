//! What a text must be before it is read at all: UTF-8, of a sane size, and JSON or YAML by its first character.
//! The grammars are in `json` and `yaml`.
use super::position::Cursor;
use super::{DocumentError, MAX_BYTES, Position};

/// The grammar a text is read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// It opens with `{`, `[` or a comment of JSON: JSON, so that a mistake is named as a mistake in JSON.
    Json,
    /// Anything else.
    Yaml,
    /// It opens with `"`: a JSON string, or the first key of a YAML mapping.
    QuotedText,
}

/// Tells the grammar from the first significant character. Names of files do not count.
pub(super) fn syntax(text: &str) -> Syntax {
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if start.starts_with(['{', '[']) || start.starts_with("//") || start.starts_with("/*") {
        Syntax::Json
    } else if start.starts_with('"') {
        Syntax::QuotedText
    } else {
        Syntax::Yaml
    }
}

/// The text of a file's bytes.
pub(super) fn decoded<'a>(bytes: &'a [u8], source: &str) -> Result<&'a str, DocumentError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(not_utf8(source, Some(Position::START), "is UTF-16"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let position = match std::str::from_utf8(valid) {
            Ok(text) => Cursor::new(text).position_of(text.len()),
            Err(_) => Position::START,
        };
        not_utf8(source, Some(position), "is not UTF-8 from here on")
    })
}

/// The text without a byte order mark, if it can be a document at all.
pub(super) fn checked<'a>(text: &'a str, source: &str) -> Result<&'a str, DocumentError> {
    if text.len() > MAX_BYTES {
        return Err(DocumentError::new(
            source,
            None,
            format!(
                "the file has {} bytes, the limit is: {MAX_BYTES}",
                text.len()
            ),
        ));
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(offset) = text.find('\0') {
        let position = Cursor::new(text).position_of(offset);
        let what = "holds a zero byte, so it is UTF-16 or not a text";
        return Err(not_utf8(source, Some(position), what));
    }
    if text.trim().is_empty() {
        return Err(DocumentError::new(source, None, "the file is empty"));
    }
    Ok(text)
}

fn not_utf8(source: &str, position: Option<Position>, what: &str) -> DocumentError {
    DocumentError::new(source, position, format!("the file {what}"))
        .with_hint("save the file as UTF-8; Windows PowerShell's `>` writes UTF-16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_significant_character_tells_json_from_yaml() {
        for (text, expected) in [
            ("\n  {}", Syntax::Json),
            ("[1]", Syntax::Json),
            ("// note\n{}", Syntax::Json),
            ("/* note */ {}", Syntax::Json),
            ("family: web", Syntax::Yaml),
            ("# note\n{}", Syntax::Yaml),
            ("---\n{}", Syntax::Yaml),
            ("\"family\": web", Syntax::QuotedText),
        ] {
            assert_eq!(syntax(text), expected, "{text:?}");
        }
    }

    #[test]
    fn utf16_is_refused_and_the_hint_says_how_it_came_to_be() {
        let bytes: Vec<u8> = "\u{FEFF}{}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let error = decoded(&bytes, "t.json").unwrap_err();
        assert_eq!(error.to_string(), "t.json:1:1: the file is UTF-16");
        assert!(error.hint().unwrap().contains("UTF-8"));
        let without_mark = "{\0\"\0a\0";
        let error = checked(without_mark, "t.json").unwrap_err();
        assert_eq!(error.position(), Some(Position { line: 1, column: 2 }));
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_named_with_its_place() {
        let error = decoded(b"{\n \"caf\xE9\": 1}", "t.json").unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.json:2:6: the file is not UTF-8 from here on"
        );
    }

    #[test]
    fn an_empty_file_and_one_beyond_the_limit_are_refused() {
        assert_eq!(
            checked(" \n", "t.json").unwrap_err().message(),
            "the file is empty"
        );
        let long = "a".repeat(MAX_BYTES + 1);
        let error = checked(&long, "t.json").unwrap_err();
        assert!(error.message().contains("4194304"), "{error}");
    }
}
