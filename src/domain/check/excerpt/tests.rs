//! Excerpts: what is pointed at, and what is covered.
use super::*;

/// The line, and the part of it that is pointed at.
fn at(text: &str, line: usize, column: usize) -> (String, String) {
    let document = Document::parse(text, "t").unwrap();
    pointed(&Pages::of(text, &document), line, column)
}

fn pointed(pages: &Pages<'_>, line: usize, column: usize) -> (String, String) {
    let excerpt = pages.excerpt(Position { line, column }).unwrap();
    let part = excerpt.text.chars().skip(excerpt.from).take(excerpt.width);
    let part = part.collect();
    (excerpt.text, part)
}

#[test]
fn the_key_or_value_at_the_place_is_pointed_at() {
    let text = "{\n\t\"a\\\"b\": [1, 20],\r\n \"c\": {}}";
    assert_eq!(
        at(text, 2, 2),
        (" \"a\\\"b\": [1, 20],".to_owned(), "\"a\\\"b\"".to_owned())
    );
    assert_eq!(at(text, 2, 14).1, "20");
    assert_eq!(at(text, 3, 7).1, "{");
    assert_eq!(at("a: b\nc: 'd e'", 2, 1).1, "c");
    assert_eq!(at("a: b\nc: 'd e'", 2, 4).1, "'d e'");
}

#[test]
fn a_place_behind_the_end_of_a_line_points_at_one_character() {
    let document = Document::parse("{}", "t").unwrap();
    let pages = Pages::of("{}", &document);
    let excerpt = pages.excerpt(Position { line: 1, column: 9 }).unwrap();
    assert_eq!((excerpt.from, excerpt.width), (2, 1));
    assert_eq!(pages.excerpt(Position { line: 2, column: 1 }), None);
}

#[test]
fn values_of_the_environment_are_covered_however_they_are_written() {
    for text in [
        "{\"environment\": [{\"name\": \"A\", \"value\": \"hunter2\"}]}",
        "{\"enviroment\": [{\"value\": \"hunter2\", \"name\": \"A\"}]}",
        "{\"Environment\": {\"A\": \"hunter2\"}}",
        "{\"variables\": [{\"Name\": \"A\", \"Value\": \"hunter2\"}]}",
        "{\"environment\": [\"A=hunter2\"]}",
        "{\"logConfiguration\": {\"options\": {\"token\": \"hunter2\"}}}",
        "environment: [{name: A, value: hunter2}]",
        "environment: {A: hunter2, B: 'hunter2'}",
    ] {
        let (line, _) = at(text, 1, 1);
        assert!(!line.contains("hunter2") && line.contains(COVER), "{line}");
        assert!(!line.contains("hunter"), "{line}");
    }
    let (line, part) = at(
        "{\"environment\": [{\"name\": \"A\", \"value\": 12345}], \"cpu\": 1}",
        1,
        41,
    );
    assert_eq!(
        line,
        "{\"environment\": [{\"name\": \"A\", \"value\": ***}], \"cpu\": 1}"
    );
    assert_eq!(part, "***");
}

#[test]
fn a_value_over_several_lines_is_covered_on_each_of_them() {
    let text = "environment:\n  - name: KEY\n    value: |\n      first\n      second\n  - name: B\n    value: x\ncpu: 1\n";
    assert_eq!(at(text, 4, 7).0, "      ***");
    assert_eq!(at(text, 5, 7).0, "      ***");
    assert_eq!(at(text, 6, 5).0, "  - name: B");
    assert_eq!(at(text, 8, 1).0, "cpu: 1");
}

#[test]
fn a_value_behind_an_alias_is_covered_where_it_stands() {
    let text = "x: &secret hunter2\nenvironment:\n  - name: A\n    value: *secret\n";
    assert!(!at(text, 1, 1).0.contains("hunter2"));
}

#[test]
fn what_stands_where_a_value_should_is_covered_with_its_keys() {
    let text = "{\"name\": \"A\", \"value\": {\"hunter2\": [\"hunter2\"]}}";
    assert!(
        !at(text, 1, 1).0.contains("hunter2"),
        "{}",
        at(text, 1, 1).0
    );
    assert!(!at("hunter2", 1, 1).0.contains("hunter2"));
}

#[test]
fn a_secret_in_the_place_of_its_address_is_covered_and_an_address_is_not() {
    let text = "{\"name\": \"A\", \"valueFrom\": \"hunter2\"}";
    assert!(!at(text, 1, 1).0.contains("hunter2"));
    let text = "{\"name\": \"A\", \"valueFrom\": \"arn:aws:ssm:x\"}";
    assert_eq!(at(text, 1, 1).0, text);
}

#[test]
fn a_secret_in_a_key_or_a_comment_is_covered() {
    let text = "{\"amqp://a:hunter2@c\": 1, // amqp://a:hunter2@c\n \"b\": 2}";
    let (line, part) = at(text, 1, 2);
    assert_eq!(line, "{\"***\": 1, // ***");
    assert_eq!(part, "\"***\"");
    let unread = Pages::of_unread("{\"amqp://a:hunter2@c\": ");
    assert!(!pointed(&unread, 1, 2).0.contains("hunter2"));
}

#[test]
fn names_and_other_values_stay_readable() {
    for text in [
        "{\"name\": \"web\", \"image\": \"web:1\", \"cpu\": \"256\"}",
        "{\"environmentFiles\": [{\"value\": \"arn:aws:s3:::bucket/web.env\", \"type\": \"s3\"}]}",
    ] {
        assert_eq!(at(text, 1, 2).0, text);
    }
}

#[test]
fn the_place_moves_with_what_is_covered_before_it() {
    let text =
        "{\"environment\": [{\"name\": \"A\", \"value\": \"a long value here\"}], \"cpuu\": 1}";
    let column = text.find("\"cpuu\"").unwrap() + 1;
    assert_eq!(at(text, 1, column).1, "\"cpuu\"");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!(
        "{{\"a\": \"{}\", \"b\": 7, \"c\": \"{}\"}}",
        "x y ".repeat(100),
        "x y ".repeat(100)
    );
    let column = text.find("\"b\"").unwrap() + 1;
    let (line, part) = at(&text, 1, column);
    assert_eq!(part, "\"b\"");
    assert_eq!(line.chars().count(), WIDTH + 2);
    assert!(line.starts_with('…') && line.ends_with('…'));
}

#[test]
fn a_place_far_inside_a_line_is_shown_and_a_long_value_around_it_is_not() {
    let secret = "s3cr3t ".repeat(1000);
    let text =
        format!("{{\"environment\": [{{\"name\": \"A\", \"value\": \"{secret}\"}}], \"cpuu\": 1}}");
    let column = text.find("\"cpuu\"").unwrap() + 1;
    let (line, part) = at(&text, 1, column);
    assert_eq!(
        (line.as_str(), part.as_str()),
        ("…***}], \"cpuu\": 1}", "\"cpuu\"")
    );
    let (line, part) = at(&text, 1, text.find("\"s3cr3t").unwrap() + 1);
    assert_eq!(
        (line.as_str(), part.as_str()),
        (
            "{\"environment\": [{\"name\": \"A\", \"value\": ***…",
            "***"
        )
    );
}

#[test]
fn of_a_file_that_cannot_be_read_only_keys_are_shown() {
    let pages = Pages::of_unread(
        "{\"password\": \"hunter2\"\n \"b\": [1,]\nurl: http://me:pw@x\nsecond line",
    );
    assert_eq!(pointed(&pages, 1, 1).0, "{\"password\": \"***\"");
    assert_eq!(
        pointed(&pages, 2, 2),
        (" \"b\": [***,]".to_owned(), "\"b\"".to_owned())
    );
    assert_eq!(pointed(&pages, 3, 1).0, "url: ***");
    assert_eq!(pointed(&pages, 4, 1).0, "*** ***");
}
