//! Laws of documents: what is written is read back the same, and no text makes the reader panic.
use proptest::prelude::*;

use super::{Document, Node, Number, Position};

/// Texts of every kind, with those a YAML or JSON reader could mistake more often than chance would have it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9_./:@<>+$=# -]{0,12}",
        prop::sample::select(vec![
            "true",
            "No",
            "null",
            "~",
            "1.0",
            "0x1F",
            "1e3",
            "<<",
            "- a",
            "a: b",
            "# x",
            "%x",
            "---",
            "...",
            "\u{85}",
            "\u{FEFF}x",
            "\r\n",
            "\u{2028}",
            " x ",
            "'",
            "\\",
            "!!str",
            "&a",
            "*a",
            "|",
            ">",
            "?",
            ".inf",
            "//",
        ])
        .prop_map(str::to_owned),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?"
        .prop_map(|text| text.parse().unwrap())
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::null()),
        any::<bool>().prop_map(Node::bool),
        number().prop_map(Node::number),
        text().prop_map(Node::string),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Node::array),
            prop::collection::vec((text(), inner), 0..6).prop_map(Node::object),
        ]
    })
}

/// Texts near the grammars, so that the readers get past the first character.
fn nearly_a_document() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\[\\]{}:,\"'/*#&!|>?%@`~<0-9a-c.+\\- \t\r\n\\\\é]{0,60}",
        (
            tree(),
            any::<prop::sample::Index>(),
            any::<char>(),
            any::<bool>()
        )
            .prop_map(|(node, index, character, yaml)| {
                let mut text = if yaml {
                    node.to_yaml()
                } else {
                    node.to_json_pretty()
                };
                let at = text.floor_char_boundary(index.index(text.len()));
                text.insert(at, character);
                text
            }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_as_json_is_read_back(node in tree()) {
        let pretty = node.to_json_pretty();
        let read = Document::parse(&pretty, "t.json").map(Document::into_root);
        prop_assert!(read == Ok(node.clone()), "{pretty}\n{read:?}");
        let compact = node.to_json_compact();
        let read = Document::parse(&compact, "t.json").map(Document::into_root);
        prop_assert!(read == Ok(node), "{compact}\n{read:?}");
    }

    #[test]
    fn what_is_written_as_yaml_is_read_back(node in tree()) {
        let yaml = node.to_yaml();
        let read = Document::parse(&yaml, "t.yaml").map(Document::into_root);
        prop_assert!(read == Ok(node), "{yaml}\n{read:?}");
    }

    #[test]
    fn what_is_written_as_json_is_what_serde_json_reads(node in tree()) {
        let read: serde_json::Value = serde_json::from_str(&node.to_json_pretty()).unwrap();
        prop_assert_eq!(read, node.to_value());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in nearly_a_document()) {
        if let Ok(document) = Document::parse(&text, "t") {
            let again = Document::parse(&document.to_json_pretty(), "t");
            prop_assert!(again == Ok(document));
        }
    }
}

#[test]
fn a_tree_from_serde_json_keeps_order_and_digits() {
    let text = r#"{"b":1.50,"a":[9007199254740993,{}],"é":""}"#;
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let node = Node::from(&value);
    assert_eq!(node.to_json_compact(), text);
    assert_eq!(node.to_value(), value);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_document() {
    let marked = Document::parse("\u{FEFF}{\"a\": 1}", "t.json").unwrap();
    assert_eq!(marked, Document::parse("{\"a\": 1}", "t.json").unwrap());
    assert_eq!(marked.root().position(), Some(Position::START));
}
