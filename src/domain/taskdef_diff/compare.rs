//! Walks two normal forms side by side and notes what differs, member by member, by the rules of the API's shapes.

use std::collections::{BTreeMap, BTreeSet};

use super::revealed::revealed;
use super::{Change, ChangeKind, Shown, Sight};
use crate::domain::document::{Kind, Node};
use crate::domain::secrecy::value_looks_secret;
use crate::domain::taskdef_normal::{Form, Normal, Rule, TASK};

/// The changes from one to the other, in the order of the API's members.
pub(super) fn changes(before: &Normal, after: &Normal, sight: Sight<'_>) -> Vec<Change> {
    let mut walk = Walk {
        changes: Vec::new(),
        sight,
    };
    walk.members("", Some(before.root()), Some(after.root()), TASK);
    walk.changes
}

/// What was found so far.
struct Walk<'key> {
    changes: Vec<Change>,
    sight: Sight<'key>,
}

impl Walk<'_> {
    fn members(&mut self, path: &str, before: Option<&Node>, after: Option<&Node>, rules: &[Rule]) {
        let keys = |node: Option<&Node>| -> BTreeSet<String> {
            let members = node.map(Node::members).unwrap_or_default();
            members
                .iter()
                .map(|member| member.key().to_owned())
                .collect()
        };
        let mut unknown = &keys(before) | &keys(after);
        for rule in rules {
            if unknown.remove(rule.member) {
                let (before, after) = (member(before, rule.member), member(after, rule.member));
                self.value(&below(path, rule.member), before, after, rule);
            }
        }
        for key in unknown {
            let (before, after) = (member(before, &key), member(after, &key));
            self.leaf(&below(path, &key), before, after, |_| None);
        }
    }

    fn value(&mut self, path: &str, before: Option<&Node>, after: Option<&Node>, rule: &Rule) {
        if before == after {
            return;
        }
        match rule.form {
            Form::Object(rules) if all(before, after, |node| node.as_object().is_some()) => {
                self.members(path, before, after, rules);
            }
            Form::Map if all(before, after, |node| node.as_object().is_some()) => {
                self.map(path, before, after);
            }
            Form::List {
                item,
                key,
                is_ordered: false,
            } if all(before, after, |node| node.as_array().is_some()) => match key {
                Some(key) => self.keyed(path, before, after, key, item),
                None => self.set(path, before, after, item),
            },
            Form::List { item, .. } => {
                self.leaf(path, before, after, |node| {
                    shown_list(node, item, rule.is_shown)
                });
            }
            Form::Plain | Form::Size { .. } | Form::Object(_) | Form::Map => {
                self.leaf(path, before, after, |node| shown_value(node, rule.is_shown));
            }
        }
    }

    fn map(&mut self, path: &str, before: Option<&Node>, after: Option<&Node>) {
        let members = |node: Option<&Node>| -> BTreeSet<String> {
            let members = node.map(Node::members).unwrap_or_default();
            members
                .iter()
                .map(|member| member.key().to_owned())
                .collect()
        };
        for key in &members(before) | &members(after) {
            let path = format!("{path}[{}]", plain(&key));
            self.leaf(&path, member(before, &key), member(after, &key), |_| None);
        }
    }

    fn keyed(
        &mut self,
        path: &str,
        before: Option<&Node>,
        after: Option<&Node>,
        key: &str,
        item: &[Rule],
    ) {
        let (before, after) = (by_key(before, key), by_key(after, key));
        let labels: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for label in labels {
            let (before, after) = (before.get(label).copied(), after.get(label).copied());
            if before == after {
                continue;
            }
            let path = format!("{path}[{label}]");
            let others: Vec<&Rule> = item.iter().filter(|rule| rule.member != key).collect();
            match others.as_slice() {
                // A name and one value: the item is the value.
                [other] if holds_only(before, item) && holds_only(after, item) => {
                    let (before, after) = (value_of(before, other), value_of(after, other));
                    self.leaf(&path, before, after, |node| {
                        shown_value(node, other.is_shown)
                    });
                }
                _ => {
                    match (before, after) {
                        (None, Some(_)) => self.push(&path, ChangeKind::Added(Shown::Parts)),
                        (Some(_), None) => self.push(&path, ChangeKind::Removed(Shown::Parts)),
                        (Some(_), Some(_)) | (None, None) => {}
                    }
                    let start = self.changes.len();
                    self.members(&path, before, after, item);
                    let name = below(&path, key);
                    let mut at = 0;
                    self.changes.retain(|change| {
                        at += 1;
                        at <= start || change.path != name
                    });
                }
            }
        }
    }

    fn set(&mut self, path: &str, before: Option<&Node>, after: Option<&Node>, item: &[Rule]) {
        let mut gone: Vec<&Node> = before.map(Node::items).unwrap_or_default().iter().collect();
        let mut new = Vec::new();
        for one in after.map(Node::items).unwrap_or_default() {
            match gone.iter().position(|other| *other == one) {
                Some(place) => drop(gone.remove(place)),
                None => new.push(one),
            }
        }
        for one in gone {
            self.push(
                path,
                ChangeKind::Removed(self.shown(path, one, shown_item(one, item))),
            );
        }
        for one in new {
            self.push(
                path,
                ChangeKind::Added(self.shown(path, one, shown_item(one, item))),
            );
        }
    }

    fn leaf(
        &mut self,
        path: &str,
        before: Option<&Node>,
        after: Option<&Node>,
        text: impl Fn(&Node) -> Option<String>,
    ) {
        let shown = |node: &Node| self.shown(path, node, text(node));
        let kind = match (before, after) {
            (None, Some(after)) => ChangeKind::Added(shown(after)),
            (Some(before), None) => ChangeKind::Removed(shown(before)),
            (Some(before), Some(after)) if before != after => ChangeKind::Changed {
                from: shown(before),
                to: shown(after),
            },
            (Some(_), Some(_)) | (None, None) => return,
        };
        self.push(path, kind);
    }

    /// A value as it may be shown, given its text if it may be read.
    fn shown(&self, path: &str, node: &Node, text: Option<String>) -> Shown {
        let asked_for = || {
            self.sight
                .shows_values
                .then(|| revealed(path, node))
                .flatten()
        };
        text.or_else(asked_for).map_or_else(
            || {
                let key = self.sight.key;
                Shown::Hidden(key.map(|key| key.mark(&node.to_json_compact())))
            },
            Shown::Text,
        )
    }

    fn push(&mut self, path: &str, kind: ChangeKind) {
        let path = path.to_owned();
        self.changes.push(Change { path, kind });
    }
}

fn member<'node>(node: Option<&'node Node>, key: &str) -> Option<&'node Node> {
    node.and_then(|node| node.get(key))
}

/// The value of an item that is a name and a value; a name alone holds nothing.
fn value_of<'node>(item: Option<&'node Node>, rule: &Rule) -> Option<&'node Node> {
    item.map(|item| item.get(rule.member).unwrap_or(item))
}

fn all(before: Option<&Node>, after: Option<&Node>, is: impl Fn(&Node) -> bool) -> bool {
    before.is_none_or(&is) && after.is_none_or(&is)
}

fn holds_only(item: Option<&Node>, rules: &[Rule]) -> bool {
    item.map(Node::members)
        .unwrap_or_default()
        .iter()
        .all(|member| rules.iter().any(|rule| rule.member == member.key()))
}

/// Items by what tells them apart. What has the same name, or none, is told apart by its place among its like.
fn by_key<'node>(list: Option<&'node Node>, key: &str) -> BTreeMap<String, &'node Node> {
    let mut found = BTreeMap::new();
    for item in list.map(Node::items).unwrap_or_default() {
        let name = match item.get(key).map(Node::kind) {
            Some(Kind::String(name)) => plain(name),
            Some(Kind::Number(number)) => number.as_str().to_owned(),
            Some(Kind::Null | Kind::Bool(_) | Kind::Array(_) | Kind::Object(_)) | None => {
                "?".to_owned()
            }
        };
        let mut label = name.clone();
        let mut count = 1;
        while found.contains_key(&label) {
            count += 1;
            label = format!("{name} #{count}");
        }
        found.insert(label, item);
    }
    found
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        plain(key)
    } else {
        format!("{path}.{}", plain(key))
    }
}

/// A name without control characters.
fn plain(name: &str) -> String {
    name.escape_debug().to_string()
}

/// The text of a plain value, unless it looks like a secret all the same. What should be one and is not might hold anything.
fn shown_value(node: &Node, is_shown: bool) -> Option<String> {
    match (is_shown, node.kind()) {
        (true, Kind::String(text)) => (!value_looks_secret(text)).then(|| text.clone()),
        (true, Kind::Number(number)) => Some(number.as_str().to_owned()),
        (true, Kind::Bool(value)) => Some(value.to_string()),
        (true, Kind::Null) => Some("null".to_owned()),
        (true, Kind::Array(_) | Kind::Object(_)) | (false, _) => None,
    }
}

/// The text of an item of a list: a plain value, or an object of which everything is known and may be shown.
fn shown_item(node: &Node, rules: &[Rule]) -> Option<String> {
    if node.as_object().is_none() {
        return shown_value(node, true);
    }
    let is_shown = node.members().iter().all(|member| {
        rules.iter().any(|rule| {
            rule.member == member.key() && shown_value(member.value(), rule.is_shown).is_some()
        })
    });
    is_shown.then(|| node.to_json_compact())
}

fn shown_list(node: &Node, item: &[Rule], is_shown: bool) -> Option<String> {
    let mut items = node.items().iter();
    let all_shown = items.all(|one| shown_item(one, item).is_some());
    (is_shown && node.as_array().is_some() && all_shown).then(|| node.to_json_compact())
}
