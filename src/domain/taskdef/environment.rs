//! Environment variables and secrets of a container: lists of objects in the document, keyed by `name`.
//! Values are never shown.
use std::collections::HashMap;

use super::super::assignment::Assignments;
use super::super::document::{Node, Object, Position};
use super::refused::Refused;

/// What happens to the environment of a container.
pub(super) struct EnvironmentEdits<'a> {
    pub(super) variables: &'a Assignments,
    pub(super) secrets: &'a Assignments,
    /// Drop the plain variables that are not given.
    pub(super) replace: bool,
    /// Drop variables and secrets of these names.
    pub(super) remove: &'a [String],
}

/// Where the entries of a list keep their value.
#[derive(Clone, Copy)]
struct List {
    key: &'static str,
    value_key: &'static str,
}

const VARIABLES: List = List {
    key: "environment",
    value_key: "value",
};
const SECRETS: List = List {
    key: "secrets",
    value_key: "valueFrom",
};

/// Drops, updates in place, appends; in this order.
pub(super) fn edit(container: &mut Object, edits: &EnvironmentEdits<'_>) -> Result<(), Refused> {
    let removed = |name: &str| edits.remove.iter().any(|remove| remove == name);
    let given = |name: &str| edits.variables.names().any(|given| given == name);
    keep(container, VARIABLES, |name| {
        !removed(name) && (!edits.replace || given(name))
    })?;
    keep(container, SECRETS, |name| !removed(name))?;
    set(container, VARIABLES, edits.variables)?;
    set(container, SECRETS, edits.secrets)
}

/// Refuses entries without a name and a name that is both a variable and a secret, which ECS would refuse too.
pub(super) fn check(container: &Object) -> Result<(), Refused> {
    let mut variables: HashMap<&str, Option<Position>> = HashMap::new();
    for list in [VARIABLES, SECRETS] {
        let entries = container.get(list.key).map(Node::items).unwrap_or_default();
        for entry in entries {
            let Some(name) = entry.get("name") else {
                continue;
            };
            let position = name.position().or(entry.position());
            let Some(text) = name.as_str() else {
                continue;
            };
            if text.is_empty() {
                return Err(Refused::new(
                    position,
                    format!("a name in `{}` is empty", list.key),
                ));
            }
            if list.key == VARIABLES.key {
                variables.insert(text, position);
            } else if let Some(variable) = variables.get(text) {
                let other = variable.map(|at| format!(" ({at})")).unwrap_or_default();
                return Err(Refused::new(
                    position.or(*variable),
                    format!("both an environment variable{other} and a secret: `{}`", text.escape_debug()),
                )
                .with_hint("ECS refuses a name used in both; remove one of the two with `remove-environment`"));
            }
        }
    }
    Ok(())
}

/// Drops the entries whose name is not to be kept.
fn keep(container: &mut Object, list: List, keep: impl Fn(&str) -> bool) -> Result<(), Refused> {
    if let Some(entries) = entries(container, list)? {
        entries.retain(|entry| entry.get("name").and_then(Node::as_str).is_none_or(&keep));
    }
    Ok(())
}

/// Gives names their values: in place if the name is there, else as the last entry.
fn set(container: &mut Object, list: List, assignments: &Assignments) -> Result<(), Refused> {
    if assignments.is_empty() {
        return Ok(());
    }
    if entries(container, list)?.is_none() {
        container.set(list.key, Node::array([]));
    }
    let Some(entries) = entries(container, list)? else {
        return Ok(());
    };
    for assignment in assignments {
        let value = Node::string(assignment.value());
        let mut matching: Vec<&mut Node> = entries
            .iter_mut()
            .filter(|entry| entry.get("name").and_then(Node::as_str) == Some(assignment.name()))
            .collect();
        match matching.as_mut_slice() {
            [] => entries.push(Node::object([
                ("name", Node::string(assignment.name())),
                (list.value_key, value),
            ])),
            [entry] => {
                if let Some(object) = entry.as_object_mut() {
                    object.set(list.value_key, value);
                }
            }
            [_, second, ..] => {
                let position = second.position();
                let message = format!(
                    "given more than once in `{}`, so it is unclear which to change: `{}`",
                    list.key,
                    assignment.name()
                );
                return Err(Refused::new(position, message));
            }
        }
    }
    Ok(())
}

/// The entries of a list; none if the member is not there or null.
fn entries(container: &mut Object, list: List) -> Result<Option<&mut Vec<Node>>, Refused> {
    match container.get_mut(list.key) {
        None => Ok(None),
        Some(node) if node.is_null() => Ok(None),
        Some(node) => {
            let position = node.position();
            node.as_array_mut()
                .map(Some)
                .ok_or_else(|| Refused::new(position, format!("`{}` must be an array", list.key)))
        }
    }
}
