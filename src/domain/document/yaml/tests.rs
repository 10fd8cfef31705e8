//! What YAML is read, what is refused, and how a refusal reads.
use super::super::{Document, DocumentError, Node};

fn read(text: &str) -> Result<Document, DocumentError> {
    Document::parse(text, "t.yaml")
}

fn json(text: &str) -> String {
    read(text).unwrap().to_json_compact()
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn block_and_flow_style_give_the_tree_json_gives() {
    let text = "\
# a task definition
family: web
containerDefinitions:
- name: web   # the one
  command: [\"sh\", -c, 'it''s']
  environment:
    - {name: A, value: \"1\"}
    - name: B
      value: |
        two
        lines
    - name: C
      value: >-
        one
        line
  essential: true
  cpu: 0
  entryPoint:
tags: []
";
    assert_eq!(
        json(text),
        r#"{"family":"web","containerDefinitions":[{"name":"web","command":["sh","-c","it's"],"environment":[{"name":"A","value":"1"},{"name":"B","value":"two\nlines\n"},{"name":"C","value":"one line"}],"essential":true,"cpu":0,"entryPoint":null}],"tags":[]}"#
    );
}

#[test]
fn values_and_keys_know_their_place() {
    let document = read("\u{FEFF}# note\nfamily: web\nlist:\n  - é: 1\n    b: {c: 2}\n").unwrap();
    let place = |node: &Node| node.position().map(|at| (at.line, at.column)).unwrap();
    let members = document.root().members();
    assert_eq!(place(document.root()), (2, 1));
    assert_eq!(place(members[0].value()), (2, 9));
    let item = &members[1].value().items()[0];
    assert_eq!(place(item), (4, 5));
    assert_eq!(place(item.members()[0].value()), (4, 8));
    assert_eq!(place(item.members()[1].value().get("c").unwrap()), (5, 12));
    let key = item.members()[1].key_position().unwrap();
    assert_eq!((key.line, key.column), (5, 5));
}

#[test]
fn a_quoted_first_key_is_yaml_and_a_quoted_text_alone_is_one_text() {
    assert_eq!(json("\"family\": web\n"), r#"{"family":"web"}"#);
    assert_eq!(json("\"family\"\n"), r#""family""#);
    assert_eq!(json("\"\\x41\"\n"), r#""A""#);
}

#[test]
fn aliases_are_resolved_and_keep_the_place_of_what_they_stand_for() {
    let document = read("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n").unwrap();
    assert_eq!(
        document.to_json_compact(),
        r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}"#
    );
    assert_eq!(
        document.get("c").and_then(Node::position),
        document.get("a").and_then(Node::position)
    );
}

#[test]
fn a_merge_key_gives_what_the_mapping_does_not_say_itself() {
    let text = "\
base: &base {driver: awslogs, group: /a, prefix: p}
more: &more {group: /m, mode: blocking}
log:
  prefix: mine
  <<: *base
both:
  <<: [*more, *base]
  last: 1
quoted:
  \"<<\": text
";
    let document = read(text).unwrap();
    let shown = |key: &str| document.get(key).unwrap().to_json_compact();
    assert_eq!(
        shown("log"),
        r#"{"prefix":"mine","driver":"awslogs","group":"/a"}"#
    );
    assert_eq!(
        shown("both"),
        r#"{"group":"/m","mode":"blocking","driver":"awslogs","prefix":"p","last":1}"#
    );
    assert_eq!(shown("quoted"), r#"{"<<":"text"}"#);
}

#[test]
fn scalar_keys_become_their_text() {
    assert_eq!(
        json("80: a\ntrue: b\n~: c\n1.0: d\n'': e\n"),
        r#"{"80":"a","true":"b","~":"c","1.0":"d","":"e"}"#
    );
}

#[test]
fn tags_of_the_core_schema_are_followed() {
    assert_eq!(
        json("a: !!str 5\nb: ! 5\nc: !!int \"5\"\nd: !!seq []\ne: !!map {}\n"),
        r#"{"a":"5","b":"5","c":5,"d":[],"e":{}}"#
    );
}

#[test]
fn what_has_no_meaning_in_json_is_refused_with_its_place() {
    for (text, expected) in [
        (
            "a: !Ref Image\n",
            "t.yaml:1:4: a YAML tag that has no meaning here: `!Ref`",
        ),
        (
            "a: !Sub [x]\n",
            "t.yaml:1:4: a YAML tag that has no meaning here: `!Sub`",
        ),
        (
            "a: !!binary aGk=\n",
            "t.yaml:1:4: a YAML tag that has no meaning here: `!!binary`",
        ),
        (
            "a: !!set {b}\n",
            "t.yaml:1:4: a YAML tag that has no meaning here: `!!set`",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "t.yaml:2:1: a second YAML document begins here",
        ),
        (
            "a: .inf\n",
            "t.yaml:1:4: a number that is infinite or not a number",
        ),
        (
            "a: 012\n",
            "t.yaml:1:4: a number with a leading zero, which YAML readers do not agree about",
        ),
        ("---\n[a]: 1\n", "t.yaml:2:1: a key that is not a text"),
        ("x: {{ name }}\n", "t.yaml:1:5: a key that is not a text"),
        (": 1\n", "t.yaml:1:1: a key is missing before the colon"),
        (
            "a: 1\nb: 2\na: 3\n",
            "t.yaml:3:1: duplicate key, first at line 1 column 1: `a`",
        ),
        (
            "a:\n  <<: {b: 1}\n  <<: {c: 1}\n",
            "t.yaml:3:3: duplicate key, first at line 2 column 3: `<<`",
        ),
        (
            "a:\n  <<: 5\n",
            "t.yaml:2:7: `<<` merges something that is not a mapping",
        ),
        (
            "a:\n  <<: [5]\n",
            "t.yaml:2:8: `<<` merges something that is not a mapping",
        ),
        (
            "a: &x [*x]\n",
            "t.yaml:1:8: an alias inside the value it stands for",
        ),
        ("# nothing\n", "t.yaml: the file holds no document"),
    ] {
        assert_eq!(refused(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_not_yaml_is_refused_in_the_parsers_words_with_its_place() {
    let error = read("a: [1\nb: 2\n").unwrap_err();
    assert!(error.message().starts_with("not valid YAML: "), "{error}");
    assert_eq!(error.position().map(|at| at.line), Some(2));
    assert!(refused("a: *nobody\n").starts_with("t.yaml:1:4: not valid YAML: "));
    assert!(refused("a:\n\t- b\n").starts_with("t.yaml:2:"));
}

#[test]
fn nesting_is_bounded_in_the_text_and_through_aliases() {
    let nested = |depth: usize| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(127)).is_ok());
    assert!(refused(&nested(128)).ends_with("nested deeper than the limit of: 128"));
    assert!(refused(&format!("- {}", "[".repeat(100_000))).contains("limit of: 128"));
    let half = format!("a: &x {}{}\n", "[".repeat(100), "]".repeat(100));
    let text = format!("{half}b: {}*x{}\n", "[".repeat(100), "]".repeat(100));
    assert!(refused(&text).contains("limit of: 128"));
    let mut chain = vec!["k0: &k0 {a: 1}\n".to_owned()];
    chain.extend((1..1000).map(|link| format!("k{link}: &k{link} {{<<: *k{}}}\n", link - 1)));
    assert!(refused(&chain.concat()).contains("limit of: 128"));
}

#[test]
fn aliases_that_multiply_are_refused_before_they_fill_the_memory() {
    let mut laughs = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned()];
    laughs.extend((1..30).map(|level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("a{level}: &a{level} [{aliases}]\n")
    }));
    assert!(refused(&laughs.concat()).contains("limit of: 200000"));
    let long = format!(
        "a: &x {}\nb: [{}]\n",
        "y".repeat(100_000),
        vec!["*x"; 100].join(", ")
    );
    assert!(refused(&long).contains("limit of: 4194304"));
}
