//! When two task definitions are the same: what ECS fills in, rewrites or does not order is taken out of both.
//!
//! A document that was registered comes back with defaults (`cpu` 0, `essential` true, empty lists), with sizes as whole
//! numbers and with members ECS made. None of this is a change. Members this version does not know are compared as they
//! are.
//!
//! Not for showing what differs: `taskdef_diff` does.
mod rules;

pub(super) use rules::{Form, Rule, TASK};

use std::fmt;

use sha2::{Digest, Sha256};

use super::document::{Kind, Node, Object};
use super::taskdef::OUTPUT_ONLY;
use rules::Omitted;

/// A task definition in normal form: members sorted, nothing that is only a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal(Node);

impl Normal {
    /// The normal form of a task definition's outermost object, with `tags` as a member if there are any.
    #[must_use]
    pub fn of(definition: &Node) -> Self {
        let mut root = sorted(definition);
        if let Some(object) = root.as_object_mut() {
            for key in OUTPUT_ONLY {
                object.remove(key);
            }
            if let Some(Kind::Array(tags)) = object.get_mut("tags").map(Node::kind_mut) {
                tags.retain(|tag| !is_reserved(tag));
            }
        }
        settle_ports(&mut root);
        settle(&mut root, TASK);
        Self(root)
    }

    /// The same without tags: for a document that does not speak of them.
    #[must_use]
    pub fn without_tags(mut self) -> Self {
        if let Some(object) = self.0.as_object_mut() {
            object.remove("tags");
        }
        self
    }

    /// Whether the document speaks of tags.
    #[must_use]
    pub fn has_tags(&self) -> bool {
        self.0.get("tags").is_some()
    }

    /// A hash that two definitions share exactly if they are the same.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(self.0.to_json_compact().as_bytes()).into())
    }

    pub(super) fn root(&self) -> &Node {
        &self.0
    }
}

/// The SHA-256 of a normal form. Its text is the first twelve hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..6] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// AWS makes tags of its own; nobody can set them.
fn is_reserved(tag: &Node) -> bool {
    let key = tag.get("key").and_then(Node::as_str).unwrap_or_default();
    key.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// The same tree with the members of every object in the order of their keys. Places are forgotten.
fn sorted(node: &Node) -> Node {
    match node.kind() {
        Kind::Array(items) => Node::array(items.iter().map(sorted)),
        Kind::Object(object) => {
            let mut members: Vec<(&str, Node)> = object
                .members()
                .iter()
                .map(|member| (member.key(), sorted(member.value())))
                .collect();
            members.sort_by_key(|(key, _)| *key);
            Node::object(members)
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
            Node::new(node.kind().clone())
        }
    }
}

/// A host port that says nothing is left out: 0 means any, and where containers have their own or the host's network
/// interface it can only be the container's port.
fn settle_ports(root: &mut Node) {
    let network_mode = root.get("networkMode").and_then(Node::as_str);
    let same = matches!(network_mode, Some("awsvpc" | "host"));
    let Some(containers) = root
        .get_mut("containerDefinitions")
        .and_then(Node::as_array_mut)
    else {
        return;
    };
    let mappings = containers
        .iter_mut()
        .filter_map(|container| container.get_mut("portMappings")?.as_array_mut())
        .flatten()
        .filter_map(Node::as_object_mut);
    for mapping in mappings {
        let host = mapping.get("hostPort").and_then(Node::as_i64);
        let container = mapping.get("containerPort").and_then(Node::as_i64);
        if host == Some(0) || (same && host.is_some() && host == container) {
            mapping.remove("hostPort");
        }
    }
}

/// Brings an object into the normal form its rules describe.
fn settle(node: &mut Node, rules: &[Rule]) {
    let Some(object) = node.as_object_mut() else {
        return;
    };
    for rule in rules {
        if let Some(value) = object.get_mut(rule.member) {
            settle_value(value, rule);
            if is_omittable(value, rule) {
                object.remove(rule.member);
            }
        }
    }
    remove_nulls(object);
}

fn settle_value(value: &mut Node, rule: &Rule) {
    match rule.form {
        Form::Plain => {}
        Form::Size { unit } => {
            if let Some(size) = whole_size(value, unit) {
                *value = Node::string(size);
            }
        }
        Form::Object(rules) => settle(value, rules),
        Form::Map => {
            if let Some(object) = value.as_object_mut() {
                remove_nulls(object);
            }
        }
        Form::List {
            item, is_ordered, ..
        } => {
            let Some(items) = value.as_array_mut() else {
                return;
            };
            for one in items.iter_mut() {
                settle(one, item);
            }
            if !is_ordered {
                items.sort_by_cached_key(Node::to_json_compact);
            }
        }
    }
}

/// A member that is absent or null means the same in the API's JSON.
fn remove_nulls(object: &mut Object) {
    let nulls: Vec<String> = object
        .members()
        .iter()
        .filter(|member| member.value().is_null())
        .map(|member| member.key().to_owned())
        .collect();
    for key in nulls {
        object.remove(&key);
    }
}

/// Whether a value says no more than its absence.
fn is_omittable(value: &Node, rule: &Rule) -> bool {
    match (value.kind(), rule.omitted) {
        (Kind::Null, _) => true,
        (Kind::Array(items), _) => matches!(rule.form, Form::List { .. }) && items.is_empty(),
        (Kind::Object(object), _) => {
            matches!(rule.form, Form::Object(_) | Form::Map) && object.is_empty()
        }
        (Kind::Bool(value), Omitted::Bool(default)) => *value == default,
        (Kind::Number(value), Omitted::Number(default)) => value.as_i64() == Some(default),
        (Kind::String(value), Omitted::Text(default)) => value == default,
        (Kind::Bool(_) | Kind::Number(_) | Kind::String(_), _) => false,
    }
}

/// `1 vCPU` as `1024`, `2 GB` as `2048`: ECS takes both forms and answers whole numbers (API shape
/// `RegisterTaskDefinitionRequest`, members `cpu` and `memory`). A number is taken for its text.
fn whole_size(value: &Node, unit: &str) -> Option<String> {
    if let Some(number) = value.as_i64() {
        return Some(number.to_string());
    }
    let text = value.as_str()?.trim().to_ascii_lowercase();
    let amount = text.strip_suffix(unit)?.trim_end();
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let number = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<u64>().ok()
        }
    };
    let scaled = number(whole)?
        .checked_mul(scale)?
        .checked_add(number(part)?)?;
    let units = scaled.checked_mul(1024)?;
    (units % scale == 0).then(|| (units / scale).to_string())
}

#[cfg(test)]
mod tests;
