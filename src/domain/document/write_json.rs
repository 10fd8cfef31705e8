//! Writes a tree as JSON: numbers as they were written, text escaped only where JSON demands it.
use std::fmt::Write as _;

use super::{Kind, Node};

impl Node {
    /// JSON with an indent of two spaces and a final line feed.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        let mut out = String::new();
        write_node(&mut out, self, Some(0));
        out.push('\n');
        out
    }

    /// JSON on one line, without spaces and without a final line feed.
    #[must_use]
    pub fn to_json_compact(&self) -> String {
        let mut out = String::new();
        write_node(&mut out, self, None);
        out
    }
}

/// Writes a value; `indent` is how many levels deep it stands, or none for one line.
fn write_node(out: &mut String, node: &Node, indent: Option<usize>) {
    match node.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(number.as_str()),
        Kind::String(text) => write_string(out, text),
        Kind::Array(items) => write_list(out, ['[', ']'], indent, items, |out, item, deeper| {
            write_node(out, item, deeper);
        }),
        Kind::Object(object) => {
            let members = object.members();
            write_list(out, ['{', '}'], indent, members, |out, member, deeper| {
                write_string(out, member.key());
                out.push_str(if deeper.is_some() { ": " } else { ":" });
                write_node(out, member.value(), deeper);
            });
        }
    }
}

fn write_list<T>(
    out: &mut String,
    [open, close]: [char; 2],
    indent: Option<usize>,
    entries: &[T],
    mut write_entry: impl FnMut(&mut String, &T, Option<usize>),
) {
    out.push(open);
    let deeper = indent.map(|level| level + 1);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_line_break(out, deeper);
        write_entry(out, entry, deeper);
    }
    if !entries.is_empty() {
        write_line_break(out, indent);
    }
    out.push(close);
}

fn write_line_break(out: &mut String, indent: Option<usize>) {
    if let Some(level) = indent {
        out.push('\n');
        for _ in 0..level {
            out.push_str("  ");
        }
    }
}

/// Writes a JSON string: quotes, backslashes and control characters are escaped, all else stands as it is.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\0'..='\u{1F}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn pretty_json_has_two_spaces_short_empties_and_a_final_line_feed() {
        let text = r#"{"a":[],"b":{},"c":[1.0,{"d":null}],"e":""}"#;
        let document = Document::parse(text, "t.json").unwrap();
        let expected = "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1.0,\n    {\n      \"d\": null\n    }\n  ],\n  \"e\": \"\"\n}\n";
        assert_eq!(document.to_json_pretty(), expected);
        assert_eq!(document.to_json_compact(), text);
    }

    #[test]
    fn text_is_escaped_only_where_json_demands_it() {
        let node = Node::string("é\u{1F6A2}/\u{7F}\u{2028}\"\\\u{1}\n");
        assert_eq!(
            node.to_json_compact(),
            "\"é\u{1F6A2}/\u{7F}\u{2028}\\\"\\\\\\u0001\\n\""
        );
    }
}
