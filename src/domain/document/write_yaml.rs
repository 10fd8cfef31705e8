//! Writes a tree as YAML in block style: plain scalars where every YAML reader sees the same text, else double quotes.
use std::fmt::Write as _;

use super::{Kind, Node};

/// Keys longer than this are written with `? `: a YAML reader looks no further than 1024 characters for the colon.
const LONGEST_SIMPLE_KEY: usize = 500;

impl Node {
    /// YAML with an indent of two spaces and a final line feed; numbers stand as they were written.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match self.kind() {
            Kind::Object(object) if !object.is_empty() => write_members(&mut out, self, 0),
            Kind::Array(items) if !items.is_empty() => write_items(&mut out, items, 0),
            _ => write_inline(&mut out, self),
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out
    }
}

/// The members of an object, each on its own line; the first line's indent is already written.
fn write_members(out: &mut String, object: &Node, level: usize) {
    for (index, member) in object.members().iter().enumerate() {
        if index > 0 {
            write_indent(out, level);
        }
        let key = scalar(member.key());
        if key.len() > LONGEST_SIMPLE_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            write_indent(out, level);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        match member.value().kind() {
            Kind::Object(object) if !object.is_empty() => {
                out.push('\n');
                write_indent(out, level + 1);
                write_members(out, member.value(), level + 1);
            }
            Kind::Array(items) if !items.is_empty() => {
                out.push('\n');
                write_indent(out, level + 1);
                write_items(out, items, level + 1);
            }
            _ => {
                out.push(' ');
                write_inline(out, member.value());
                out.push('\n');
            }
        }
    }
}

/// The items of an array, each behind a dash; the first line's indent is already written.
fn write_items(out: &mut String, items: &[Node], level: usize) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            write_indent(out, level);
        }
        out.push_str("- ");
        match item.kind() {
            Kind::Object(object) if !object.is_empty() => write_members(out, item, level + 1),
            Kind::Array(items) if !items.is_empty() => write_items(out, items, level + 1),
            _ => {
                write_inline(out, item);
                out.push('\n');
            }
        }
    }
}

fn write_indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

/// A scalar, or an array or object with nothing in it.
fn write_inline(out: &mut String, node: &Node) {
    match node.kind() {
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(number.as_str()),
        Kind::String(text) => out.push_str(&scalar(text)),
        Kind::Array(_) => out.push_str("[]"),
        Kind::Object(_) => out.push_str("{}"),
    }
}

/// A text as a YAML scalar.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether a text may stand without quotes: no reader of YAML 1.1 or 1.2 takes it for anything but this text.
fn is_plain(text: &str) -> bool {
    let opens = |first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '/' | '<' | '$');
    let holds = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(
                character,
                '_' | '-' | '.' | '/' | ':' | '@' | '<' | '>' | '+' | '$' | '=' | ' '
            )
    };
    text.starts_with(opens)
        && text.chars().all(holds)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.starts_with("//")
        && text != "<<"
        && !is_word(text)
}

/// Words some YAML reader takes for null or a boolean.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A text in double quotes, on one line, with everything a YAML reader may not take raw escaped.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~'
            | '\u{A0}'..='\u{2027}'
            | '\u{202A}'..='\u{FEFE}'
            | '\u{FF00}'..='\u{FFFD}'
            | '\u{10000}'.. => out.push(character),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(character));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn an_appspec_is_written_the_way_people_write_it() {
        let text = r#"{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
            "TaskDefinition": "<TASK_DEFINITION>", "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80},
            "Subnets": [], "Tags": {}}}}], "Hooks": [{"BeforeInstall": "check"}, {"AfterInstall": "yes"}]}"#;
        let document = Document::parse(text, "t.json").unwrap();
        let expected = "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
        Subnets: []
        Tags: {}
Hooks:
  - BeforeInstall: check
  - AfterInstall: \"yes\"
";
        assert_eq!(document.to_yaml(), expected);
    }

    #[test]
    fn a_text_another_reader_could_take_for_something_else_is_quoted() {
        for text in [
            "",
            "true",
            "No",
            "OFF",
            "y",
            "null",
            "~",
            "1",
            "1.0",
            "2001-01-01",
            "0x1F",
            "1:20",
            ".5",
            "-",
            "- a",
            "a: b",
            "a:",
            " a",
            "a ",
            "a #b",
            "#a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "[a",
            "{a",
            "a\nb",
            "'a",
            "\"a",
            "?",
            "<<",
            "=",
            "// a",
            "é",
        ] {
            let yaml = Node::string(text).to_yaml();
            assert!(yaml.starts_with('"'), "{text:?} became {yaml}");
            assert_eq!(
                Document::parse(&yaml, "t").unwrap().root().as_str(),
                Some(text)
            );
        }
    }

    #[test]
    fn nested_arrays_and_long_keys_are_read_back() {
        let node = Node::object([
            (
                "a".to_owned(),
                Node::array([
                    Node::array([Node::integer(1), Node::array([Node::null()])]),
                    Node::object([
                        ("b", Node::array([Node::bool(true)])),
                        ("c", Node::string("d")),
                    ]),
                ]),
            ),
            ("k".repeat(2000), Node::object([("x", Node::integer(1))])),
            (" ".repeat(2000), Node::integer(2)),
        ]);
        let yaml = node.to_yaml();
        assert!(
            yaml.starts_with("a:\n  - - 1\n    - - null\n  - b:\n      - true\n    c: d\n? kkk")
        );
        assert_eq!(Document::parse(&yaml, "t").unwrap().into_root(), node);
    }

    #[test]
    fn characters_yaml_may_not_hold_raw_are_escaped() {
        let text = "\u{0}\u{7}\u{7F}\u{85}\u{2028}\u{FEFF}\u{FFFE}é\u{1F6A2}";
        let yaml = Node::string(text).to_yaml();
        assert_eq!(
            yaml,
            "\"\\u0000\\u0007\\u007F\\u0085\\u2028\\uFEFF\\uFFFEé\u{1F6A2}\"\n"
        );
    }
}
