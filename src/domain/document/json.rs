//! Reads JSON, with comments and trailing commas and nothing else that JSON does not have.
//! The grammar is the `jsonc-parser` crate's; what it accepts beyond JSON is refused here before it is asked.
mod lexical;

use std::collections::HashMap;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions, ParseStringErrorKind, parse_to_ast,
};

use super::position::Cursor;
use super::{DocumentError, Kind, MAX_NODES, Member, Node, Object, Position};
use crate::domain::secrecy::shown;

/// Reads a text whose size and encoding have been checked.
pub(super) fn parse(text: &str, source: &str) -> Result<Node, DocumentError> {
    lexical::check(text, source)?;
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Off,
        tokens: false,
    };
    let options = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed =
        parse_to_ast(text, &collect, &options).map_err(|error| refusal(&error, text, source))?;
    let Some(value) = parsed.value else {
        return Err(DocumentError::new(
            source,
            None,
            "the file holds comments and no value",
        ));
    };
    let mut reader = Reader {
        source,
        cursor: Cursor::new(text),
        nodes: 0,
    };
    reader.node(value)
}

/// Turns the parser's tree into ours, place by place.
struct Reader<'a> {
    source: &'a str,
    cursor: Cursor<'a>,
    nodes: usize,
}

impl Reader<'_> {
    /// Recursion is bounded: the nesting has been checked before.
    fn node(&mut self, value: Value<'_>) -> Result<Node, DocumentError> {
        let position = Some(self.cursor.position_of(value.start()));
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file holds more values than the limit of: {MAX_NODES}");
            return Err(self.error(position, message));
        }
        let kind = match value {
            Value::NullKeyword(_) => Kind::Null,
            Value::BooleanLit(literal) => Kind::Bool(literal.value),
            Value::StringLit(literal) => Kind::String(literal.value.into_owned()),
            Value::NumberLit(literal) => match literal.value.parse() {
                Ok(number) => Kind::Number(number),
                Err(error) => return Err(self.error(position, format!("{error}"))),
            },
            Value::Array(array) => {
                let items: Result<Vec<Node>, DocumentError> = array
                    .elements
                    .into_iter()
                    .map(|element| self.node(element))
                    .collect();
                Kind::Array(items?)
            }
            Value::Object(object) => {
                let mut members = Vec::with_capacity(object.properties.len());
                let mut places: HashMap<String, Position> = HashMap::new();
                for property in object.properties {
                    let place = self.cursor.position_of(property.start());
                    let key = match property.name {
                        ObjectPropName::String(name) => name.value.into_owned(),
                        ObjectPropName::Word(name) => name.value.to_owned(),
                    };
                    if let Some(first) = places.insert(key.clone(), place) {
                        return Err(duplicate_key(self.source, &key, first, place));
                    }
                    let value = self.node(property.value)?;
                    members.push(Member::new(key, Some(place), value));
                }
                Kind::Object(Object::of_distinct(members))
            }
        };
        Ok(Node::new(kind).standing_at(position))
    }

    fn error(&self, position: Option<Position>, message: String) -> DocumentError {
        DocumentError::new(self.source, position, message)
    }
}

/// The refusal of a key that an object already has; both readers use it.
pub(super) fn duplicate_key(
    source: &str,
    key: &str,
    first: Position,
    second: Position,
) -> DocumentError {
    DocumentError::new(
        source,
        Some(second),
        format!("duplicate key, first at {first}: {}", shown(key)),
    )
    .with_hint("most readers would silently keep only one of the two; remove or rename one")
}

/// The parser's complaint in our words. It never quotes the text: that may be a secret.
fn refusal(error: &ParseError, text: &str, source: &str) -> DocumentError {
    let position = Cursor::new(text).position_of(error.range().start);
    let (message, hint) = explain(error.kind());
    let error = DocumentError::new(source, Some(position), format!("not valid JSON: {message}"));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn explain(kind: &ParseErrorKind) -> (&'static str, Option<&'static str>) {
    use ParseErrorKind as E;
    let quotes = Some(
        "a text that begins with `{` or `[` is read as JSON: keys and texts stand in double quotes",
    );
    match kind {
        E::BareDecimalPointNumbersNotAllowed => (
            "a number with no digit before or after its point",
            Some("write `0.5`, not `.5`"),
        ),
        E::CommentsNotAllowed => ("a comment where none may stand", None),
        E::ExpectedColonAfterObjectKey => ("a colon is missing after this key", None),
        E::ExpectedObjectValue => ("a value is missing after the colon", None),
        E::ExpectedDigit | E::ExpectedPlusMinusOrDigitInNumberLiteral => {
            ("a number ends before its digits", None)
        }
        E::ExpectedDigitFollowingNegativeSign => ("a sign without digits", None),
        E::ExpectedStringObjectProperty => ("a key without quotes", quotes),
        E::HexadecimalNumbersNotAllowed => {
            ("a hexadecimal number", Some("write it as a decimal number"))
        }
        E::ExpectedComma => ("a comma is missing here", None),
        E::MultipleRootJsonValues => (
            "something follows the end of the document",
            Some("a file holds one document"),
        ),
        E::NonFiniteNumbersNotAllowed => ("a number that is infinite or not a number", None),
        E::SingleQuotedStringsNotAllowed => ("a text in single quotes", quotes),
        E::String(kind) => explain_string(kind),
        E::TrailingCommasNotAllowed => ("a comma too many", None),
        E::UnaryPlusNumbersNotAllowed => ("a number with a plus sign", Some("leave the `+` out")),
        E::UnexpectedCloseBrace => ("a `}` where none may stand", None),
        E::UnexpectedCloseBracket => ("a `]` where none may stand", None),
        E::UnexpectedColon => ("a colon where none may stand", None),
        E::UnexpectedComma => ("a comma where a value must stand", None),
        E::UnexpectedToken => ("something that is no value of JSON", quotes),
        E::UnexpectedTokenInObject => ("something else where a key or `}` must stand", quotes),
        E::UnexpectedWord => ("a word without quotes where a value must stand", quotes),
        E::UnterminatedArray => ("a `[` that is never closed", None),
        E::UnterminatedCommentBlock => ("a `/*` that is never closed", None),
        E::UnterminatedObject => ("a `{` that is never closed", None),
        E::NestingDepthExceeded => ("too deeply nested", None),
    }
}

fn explain_string(kind: &ParseStringErrorKind) -> (&'static str, Option<&'static str>) {
    use ParseStringErrorKind as E;
    match kind {
        E::InvalidEscapeInSingleQuoteString
        | E::InvalidEscapeInDoubleQuoteString
        | E::InvalidEscape
        | E::ExpectedTwoHexDigits => (
            "a backslash that begins no escape JSON knows",
            Some("a literal backslash is written twice: `\\\\`"),
        ),
        E::ExpectedFourHexDigits => ("a `\\u` without four hexadecimal digits", None),
        E::InvalidUnicodeEscapeSequence(_) => ("a `\\u` escape that is no character", None),
        E::UnterminatedStringLiteral => ("a text that is never closed", None),
    }
}

#[cfg(test)]
mod tests;
