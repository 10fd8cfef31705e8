//! What is JSON, what is not, and how a refusal reads.
use super::super::{Document, DocumentError, MAX_DEPTH, Node};

fn read(text: &str) -> Result<Document, DocumentError> {
    Document::parse(text, "t.json")
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn json_with_comments_and_trailing_commas_is_read() {
    let text = "// a\n{ /* b */ \"family\": \"web\", // c\n \"list\": [1, 2,], }\n/* d */";
    let document = read(text).unwrap();
    assert_eq!(
        document.to_json_compact(),
        r#"{"family":"web","list":[1,2]}"#
    );
}

#[test]
fn comment_marks_inside_texts_and_odd_comments_do_not_confuse() {
    let document =
        read("{\"a\": \"// no /* comment\", /* /*/ \"b\": \"\\\"//\", /***/ \"c\": 1 /**/}");
    let expected = Node::object([
        ("a", Node::string("// no /* comment")),
        ("b", Node::string("\"//")),
        ("c", Node::integer(1)),
    ]);
    assert_eq!(document.unwrap().into_root(), expected);
}

#[test]
fn values_and_keys_know_their_place() {
    let document = read("{\n  \"é\": [true,\r\n    null]\n}").unwrap();
    let place = |node: &Node| node.position().map(|at| (at.line, at.column));
    let member = &document.root().members()[0];
    assert_eq!(place(document.root()), Some((1, 1)));
    assert_eq!(
        member.key_position().map(|at| (at.line, at.column)),
        Some((2, 3))
    );
    assert_eq!(place(member.value()), Some((2, 8)));
    assert_eq!(place(&member.value().items()[0]), Some((2, 9)));
    assert_eq!(place(&member.value().items()[1]), Some((3, 5)));
}

#[test]
fn numbers_and_escapes_keep_their_meaning() {
    let document =
        read(r#"[9007199254740993, 1.50, 1E+3, -0, "\u00e9\ud83d\udea2\n\/\\"]"#).unwrap();
    assert_eq!(
        document.to_json_compact(),
        "[9007199254740993,1.50,1E+3,-0,\"é\u{1F6A2}\\n/\\\\\"]"
    );
}

#[test]
fn what_only_looser_dialects_allow_is_refused_with_its_place() {
    for (text, expected) in [
        ("{a: 1}", "t.json:1:2: not valid JSON: a key without quotes"),
        (
            "{'a': 1}",
            "t.json:1:2: not valid JSON: a text in single quotes",
        ),
        (
            "{\"a\": 'b'}",
            "t.json:1:7: not valid JSON: a text in single quotes",
        ),
        (
            "{\"a\": 0x1F}",
            "t.json:1:7: not valid JSON: a hexadecimal number",
        ),
        (
            "{\"a\": +1}",
            "t.json:1:7: not valid JSON: a number with a plus sign",
        ),
        (
            "[.5]",
            "t.json:1:2: not valid JSON: a number with no digit before or after its point",
        ),
        (
            "[1 2]",
            "t.json:1:3: not valid JSON: a comma is missing here",
        ),
        (
            "[01]",
            "t.json:1:3: not valid JSON: a comma is missing here",
        ),
        (
            "{\"a\": 1\n\"b\": 2}",
            "t.json:1:8: not valid JSON: a comma is missing here",
        ),
        (
            "[NaN]",
            "t.json:1:2: not valid JSON: something that is no value of JSON",
        ),
        (
            "[True]",
            "t.json:1:2: not valid JSON: something that is no value of JSON",
        ),
        (
            "[True, 1]",
            "t.json:1:2: not valid JSON: something that is no value of JSON",
        ),
        (
            "{\"a\": yes }",
            "t.json:1:7: not valid JSON: a word without quotes where a value must stand",
        ),
        (
            "[1,,2]",
            "t.json:1:4: not valid JSON: a comma where a value must stand",
        ),
        (
            "[,]",
            "t.json:1:2: not valid JSON: a comma where a value must stand",
        ),
        (
            "{} {}",
            "t.json:1:4: not valid JSON: something follows the end of the document",
        ),
        (
            "{\"a\"",
            "t.json:1:5: not valid JSON: a colon is missing after this key",
        ),
        (
            "{\"a\": 1",
            "t.json:1:1: not valid JSON: a `{` that is never closed",
        ),
        (
            "[1, /* ]",
            "t.json:1:5: not valid JSON: a `/*` that is never closed",
        ),
        (
            "[\"a]",
            "t.json:1:2: not valid JSON: a text that is never closed",
        ),
        (
            "[\"\\x41\"]",
            "t.json:1:3: not valid JSON: a backslash that begins no escape JSON knows",
        ),
        (
            "[\"\\ud800\"]",
            "t.json:1:3: not valid JSON: a `\\u` escape that is no character",
        ),
        (
            "[\"a\tb\"]",
            "t.json:1:4: not valid JSON: a raw control character in a text: `U+0009`",
        ),
        (
            "[\u{A0}1]",
            "t.json:1:2: not valid JSON: a character outside of quotes: `U+00A0`",
        ),
        (
            "[\u{B}1]",
            "t.json:1:2: not valid JSON: a character outside of quotes: `U+000B`",
        ),
        (
            "// only a comment",
            "t.json: the file holds comments and no value",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text:?}");
    }
}

#[test]
fn a_duplicate_key_is_refused_naming_both_places() {
    assert_eq!(
        refused("{\n \"a\": 1,\n \"b\": {},\n  \"a\": 2}"),
        "t.json:4:3: duplicate key, first at line 2 column 2: `a`"
    );
    assert!(
        read(r#"[{"a": 1}, {"a": 1}]"#).is_ok(),
        "other objects do not count"
    );
}

#[test]
fn a_key_spelt_with_an_escape_is_the_same_key() {
    assert!(refused(r#"{"a": 1, "\u0061": 2}"#).contains("duplicate key"));
}

#[test]
fn nesting_is_read_to_the_limit_and_refused_beyond_it() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    let error = refused(&nested(MAX_DEPTH + 1));
    assert_eq!(error, "t.json:1:129: nested deeper than the limit of: 128");
    assert!(refused(&"[".repeat(1_000_000)).contains("limit of: 128"));
}

#[test]
fn more_values_than_the_limit_are_refused() {
    let text = format!("[{}1]", "1,".repeat(200_000));
    assert!(refused(&text).ends_with("more values than the limit of: 200000"));
}

#[test]
fn a_refusal_never_quotes_a_value() {
    let error = read("{\"password\": hunter2}").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
