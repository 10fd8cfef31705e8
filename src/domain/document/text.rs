//! What a text must be before it is read at all: UTF-8, of a sane size, and JSON or YAML by its first character.
//! The grammars are in `json` and `yaml`.
use super::position::Cursor;
use super::{DocumentError, MAX_BYTES};

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
        let what = "the file holds a zero byte, so it is UTF-16 or not a text";
        return Err(DocumentError::new(source, Some(position), what)
            .with_hint("save the file as UTF-8; Windows PowerShell's `>` writes UTF-16"));
    }
    if text.trim().is_empty() {
        return Err(DocumentError::new(source, None, "the file is empty"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::Position;
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
    fn a_zero_byte_is_refused_and_the_hint_says_how_it_came_to_be() {
        let error = checked("\u{FEFF}{\0\"\0a\0", "t.json").unwrap_err();
        assert_eq!(error.position(), Some(Position { line: 1, column: 2 }));
        assert!(error.hint().unwrap().contains("UTF-8"));
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
