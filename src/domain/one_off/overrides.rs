//! What one run does differently from its task definition: the user's document, passed on as it is.

use std::fmt;
use std::str::FromStr;

use crate::domain::document::{Document, Kind, Node};
use crate::domain::malformed::Malformed;

/// How long overrides may be, in characters of JSON (API shape `TaskOverride`).
const LONGEST: usize = 8192;

/// Overrides: a JSON array of container overrides, or a JSON object that holds them besides others (API shape `TaskOverride`).
/// Their values may be secret: nothing shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Overrides(Node);

impl Overrides {
    /// As `RunTask` takes them.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.0
    }

    /// The containers for which something is different.
    #[must_use]
    pub fn containers(&self) -> Vec<&str> {
        let entries = self.0.get("containerOverrides").map(Node::items);
        entries
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| entry.get("name").and_then(Node::as_str))
            .collect()
    }

    /// What is different, without any value: `container `web`: command, environment (A, B)`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for member in self.0.members() {
            if member.key() != "containerOverrides" {
                lines.push(format!("override `{}` of the task", member.key()));
                continue;
            }
            for entry in member.value().items() {
                let name = entry.get("name").and_then(Node::as_str).unwrap_or_default();
                let others = entry.members().iter().filter(|other| other.key() != "name");
                let parts: Vec<String> = others
                    .map(|other| part(other.key(), other.value()))
                    .collect();
                lines.push(format!(
                    "override of container `{name}`: {}",
                    parts.join(", ")
                ));
            }
        }
        lines
    }
}

/// A member by its name; of a list of names and values, the names too.
fn part(key: &str, value: &Node) -> String {
    let names: Vec<&str> = value
        .items()
        .iter()
        .filter_map(|item| item.get("name").and_then(Node::as_str))
        .collect();
    if names.is_empty() {
        return key.to_owned();
    }
    format!("{key} (`{}`)", names.join("`, `"))
}

impl FromStr for Overrides {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let root = Document::parse(text, "the overrides")
            .map_err(|error| {
                let at = error.position().map(|at| format!("{at}: "));
                Malformed::new(format!("{}{}", at.unwrap_or_default(), error.message()))
            })?
            .into_root();
        let node = match root.kind() {
            Kind::Array(_) => Node::object([("containerOverrides", root)]),
            Kind::Object(_) => root,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                return Err(Malformed::new(format!(
                    "must be an array of container overrides or an object, not {}",
                    root.kind().noun()
                )));
            }
        };
        if let Some(list) = node.get("containerOverrides") {
            let named = |entry: &Node| {
                let name = entry.get("name").and_then(Node::as_str);
                name.is_some_and(|name| !name.is_empty())
            };
            if list.as_array().is_none() || !list.items().iter().all(named) {
                return Err(Malformed::new(
                    "every container override must be an object with the `name` of a container",
                ));
            }
        }
        let length = node.to_json_compact().trim_end().chars().count();
        if length > LONGEST {
            return Err(Malformed::new(format!(
                "ECS takes {LONGEST} characters of overrides, and these are {length}"
            )));
        }
        Ok(Self(node))
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Overrides(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATE: &str = r#"[{"name": "web", "command": ["migrate", "hunter2"],
        "environment": [{"name": "TOKEN", "value": "hunter2"}]}]"#;

    #[test]
    fn an_array_is_a_list_of_container_overrides_and_an_object_is_all_of_them() {
        let array: Overrides = MIGRATE.parse().unwrap();
        let object: Overrides = format!(r#"{{"cpu": "512", "containerOverrides": {MIGRATE}}}"#)
            .parse()
            .unwrap();
        assert_eq!(array.containers(), ["web"]);
        assert_eq!(object.containers(), ["web"]);
        assert!(object.node().get("cpu").is_some());
    }

    #[test]
    fn what_is_different_is_told_by_names_and_never_by_values() {
        let overrides: Overrides = MIGRATE.parse().unwrap();
        let told = overrides.lines();
        assert_eq!(
            told,
            ["override of container `web`: command, environment (`TOKEN`)"]
        );
        assert!(!format!("{overrides:?}").contains("hunter2"));
    }

    #[test]
    fn what_ecs_would_refuse_is_refused_without_repeating_it() {
        let long = format!(
            r#"[{{"name": "web", "command": ["{}"]}}]"#,
            "x".repeat(LONGEST)
        );
        for (text, told) in [
            ("7", "not a number"),
            ("[{", ""),
            (r#"[{"command": ["hunter2"]}]"#, "`name`"),
            (r#"{"containerOverrides": {"name": "web"}}"#, "`name`"),
            (long.as_str(), "8192"),
        ] {
            let error = text.parse::<Overrides>().unwrap_err().to_string();
            assert!(
                error.contains(told) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
