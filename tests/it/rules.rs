//! The page of rules, derived from the table of rules; and whether every rule is tested on both sides.
use std::fmt::Write as _;

use wharfie::domain::check::{Basis, GROUPS, Rule, Severity};

use crate::support::files::{compare, names, path, settle, text};

#[test]
fn the_page_of_rules_is_what_the_table_says() {
    settle(&Vec::from_iter(compare("docs/rules.md", &page())));
}

#[test]
fn every_rule_has_a_test_that_trips_it_and_one_that_just_does_not() {
    let tests = sources("src/domain/check/rules");
    let calls = |words: &[&str], id: &str| {
        let named = format!("\"{id}\"");
        tests.match_indices(&named).any(|(at, _)| {
            let before: String = tests[..at].chars().rev().take(60).collect();
            let before: String = before.chars().rev().collect();
            let call = before.trim_end().trim_end_matches('(');
            words.iter().any(|word| call.ends_with(word))
        })
    };
    let mut missing = Vec::new();
    for rule in GROUPS.iter().flat_map(|group| group.rules) {
        let id = rule.id;
        // A test that goes over a row of rules, or looks for the rule itself, asks both questions of each.
        let in_row = |line: &str| {
            line.trim_start().starts_with("for (") && line.contains(&format!("\"{id}\""))
        };
        if tests.lines().any(in_row) {
            continue;
        }
        if tests.contains(&format!("rule().id == \"{id}\""))
            || tests.contains(&format!("rule().id, \"{id}\""))
        {
            continue;
        }
        if !calls(&["trips", "trips_on"], id) {
            missing.push(format!("{id}: nothing trips it"));
        }
        if !calls(&["keeps", "keeps_on"], id) {
            missing.push(format!("{id}: nothing keeps it"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// All Rust files below a folder as one text.
fn sources(folder: &str) -> String {
    let mut all = String::new();
    for name in names(folder) {
        let inner = format!("{folder}/{name}");
        if path(&inner).is_dir() {
            all.push_str(&sources(&inner));
        } else {
            all.push_str(&text(&inner));
        }
    }
    all
}

#[test]
fn every_rule_says_what_aws_does_and_where_that_is_written() {
    for rule in GROUPS.iter().flat_map(|group| group.rules) {
        for (what, text) in [
            ("answer", rule.answer),
            ("source", rule.source),
            ("why", rule.why),
            ("fix", rule.fix),
        ] {
            assert!(text.len() > 3, "{} has no {what}", rule.id);
        }
        assert!(
            rule.answer.ends_with('.'),
            "{}: the answer is a sentence",
            rule.id
        );
    }
}

fn page() -> String {
    let mut page = "\
# Rules

What [`check-pipeline`](stages/check-pipeline.md) judges, offline. This page is derived from the rules' table in `src/domain/check/rules/`; \
`SNAPSHOTS=overwrite cargo test --test it rules` writes it.

- An **error** is something AWS refuses, or a task that can never start. A **warning** is very likely a mistake, or a risk at run time. A **note** \
is worth knowing.
- A rule that no document confirms is a warning, even where experience says that AWS refuses it.
- **AWS itself** is what the service does with a file that breaks the rule. Words after an error code are from documents and published logs. An \
error code alone follows from the API model: a definition that breaks what the model says of a member is refused with `ClientException` \
(HTTP 400), in words that no document gives. What follows from experience only, or is not known, says so.
- A single rule is ignored with `--ignore 'TD083 the reason'`.

"
    .to_owned();
    for group in GROUPS {
        let _ = write!(page, "- [{}](#{})", group.title, anchor(group.title));
        let ids: Vec<&str> = group.rules.iter().map(|rule| rule.id).collect();
        let _ = writeln!(page, ": {}", ids.join(", "));
    }
    for group in GROUPS {
        let _ = write!(page, "\n## {}\n", group.title);
        for rule in group.rules {
            entry(&mut page, rule);
        }
    }
    page
}

fn entry(page: &mut String, rule: &Rule) {
    let grave = match (rule.severity, rule.basis) {
        (Severity::Error, Basis::Practice) => {
            "warning (by experience an error; no document confirms it)"
        }
        (Severity::Error, Basis::Promised) => {
            "error (by experience; no document confirms it, and this tool refuses it all the same)"
        }
        (severity, _) => severity.word(),
    };
    let _ = write!(
        page,
        "\n### {}\n\n**{}**\n\n{}\n\n| | |\n|---|---|\n| severity | {grave} |\n| to do | {} |\n| AWS itself | {} |\n| source | {} |\n",
        rule.id,
        prose(rule.title),
        prose(rule.why),
        cell(rule.fix),
        cell(rule.answer),
        cell(rule.source)
    );
}

/// A text for a paragraph: angle brackets are no markup; inside backticks all stays as it is.
fn prose(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 1 {
                format!("`{part}`")
            } else {
                part.replace('<', "&lt;")
                    .replace('*', "\\*")
                    .replace('[', "\\[")
            }
        })
        .collect()
}

fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

/// The anchor GitHub gives a heading.
fn anchor(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' => Some(c),
            _ => None,
        })
        .collect()
}
