//! A value that is hidden unless somebody asks for values, and even then if anything in it looks like a secret.

use crate::domain::document::{Kind, Node};
use crate::domain::secrecy::looks_secret;

/// The text of a value that stands at a path; none if anything in it looks like a secret.
pub(super) fn revealed(path: &str, node: &Node) -> Option<String> {
    if holds_secret(last_name(path), node) {
        return None;
    }
    Some(match node.kind() {
        Kind::String(text) => text.clone(),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Array(_) | Kind::Object(_) => {
            node.to_json_compact()
        }
    })
}

/// What the value goes under: `MODE` of `containerDefinitions[web].environment[MODE]`.
fn last_name(path: &str) -> &str {
    match path
        .strip_suffix(']')
        .and_then(|path| path.rsplit_once('['))
    {
        Some((_, name)) => name,
        None => path.rsplit_once('.').map_or(path, |(_, name)| name),
    }
}

fn holds_secret(name: &str, node: &Node) -> bool {
    match node.kind() {
        Kind::String(text) => {
            looks_secret(name, text) || words_hold_secret(text.split_whitespace())
        }
        Kind::Array(items) => {
            words_hold_secret(items.iter().filter_map(Node::as_str))
                || items.iter().any(|item| holds_secret(name, item))
        }
        Kind::Object(_) => {
            // A name and a value: the value goes under the name.
            let own = ["name", "key"]
                .into_iter()
                .find_map(|key| node.get(key).and_then(Node::as_str));
            node.members().iter().any(|member| {
                let name = match (member.key(), own) {
                    ("value", Some(own)) => own,
                    (key, _) => key,
                };
                holds_secret(name, member.value())
            })
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => false,
    }
}

/// Words of a command line: `--password=x`, `PASSWORD=x`, and `--password x`.
fn words_hold_secret<'text>(words: impl Iterator<Item = &'text str>) -> bool {
    let mut before = "";
    for word in words {
        let assigned = word
            .split_once('=')
            .is_some_and(|(name, value)| looks_secret(name, value));
        if assigned || (before.starts_with('-') && looks_secret(before, word)) {
            return true;
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Document;

    fn shown(path: &str, json: &str) -> Option<String> {
        revealed(path, Document::parse(json, "t").unwrap().root())
    }

    #[test]
    fn an_ordinary_value_is_shown_as_it_is() {
        for (json, text) in [
            (r#""a b""#, "a b"),
            ("7", "7"),
            ("null", "null"),
            (r#"["serve", "--port=80"]"#, r#"["serve","--port=80"]"#),
            (r#"{"mode":"fast"}"#, r#"{"mode":"fast"}"#),
        ] {
            assert_eq!(shown("x.y", json).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_looks_like_a_secret_stays_hidden_wherever_in_the_value_it_stands() {
        for (path, json) in [
            ("environment[DB_PASSWORD]", r#""hunter2hunter2""#),
            ("environment[DSN]", r#""postgres://web:hunter2@db/web""#),
            ("a.apiKey", r#""hunter2hunter2""#),
            ("command", r#"["psql", "--password", "hunter2hunter2"]"#),
            (
                "command",
                r#"["sh", "-c", "psql --password=hunter2hunter2"]"#,
            ),
            (
                "command",
                r#"["sh", "-c", "PGPASSWORD=hunter2hunter2 psql"]"#,
            ),
            ("x", r#"{"deep": [{"token": "hunter2hunter2"}]}"#),
            (
                "x",
                r#"[{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]"#,
            ),
        ] {
            assert_eq!(shown(path, json), None, "{path} {json}");
        }
    }
}
