//! Walks a value along its shape and finds what does not fit: in requests before a service sees them, in answers before
//! they are sent. What is to be said about a finding, and with which code, is the front door's.

use std::fmt;

use serde_json::Value;

use crate::sim::members::Members;
use crate::sim::model::{Limits, Model, Shape, Structure};

/// What is checked, and how strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// A request: everything the model says.
    Request,
    /// A request in which members the model does not know may stand.
    OpenRequest,
    /// An answer: members, types, enumerations, what must be there. Lengths are the service's own affair.
    Answer,
    /// An answer in which members the model does not know may stand below `taskDefinition`.
    OpenAnswer,
}

/// Something that does not fit the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Where, as AWS writes it: `containerDefinitions.1.member.image`, counted from one.
    pub(crate) path: String,
    /// What.
    pub(crate) problem: Problem,
}

/// What does not fit. Values are not kept: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The model has no such member.
    UnknownMember,
    /// A value of another type than the one named.
    WrongType(&'static str),
    /// A member that must be there is not.
    Missing,
    /// Not one of the enumeration.
    NotInEnumeration(Vec<String>),
    /// Shorter or smaller than this.
    Below(i64),
    /// Longer or greater than this.
    Above(i64),
    /// Does not have the form of this pattern.
    Malformed(String),
    /// Not exactly one member of a union.
    NotOneMember,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.problem {
            Problem::UnknownMember => write!(out, "Unknown member at '{path}'"),
            Problem::WrongType(expected) => write!(out, "Value at '{path}' must be {expected}"),
            Problem::Missing => write!(
                out,
                "Value at '{path}' failed to satisfy constraint: Member must not be null"
            ),
            Problem::NotInEnumeration(values) => write!(
                out,
                "Value at '{path}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                values.join(", ")
            ),
            Problem::Below(least) => write!(
                out,
                "Value at '{path}' failed to satisfy constraint: Member must have length or value greater than or equal to {least}"
            ),
            Problem::Above(most) => write!(
                out,
                "Value at '{path}' failed to satisfy constraint: Member must have length or value less than or equal to {most}"
            ),
            Problem::Malformed(pattern) => write!(
                out,
                "Value at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
            ),
            Problem::NotOneMember => write!(out, "Value at '{path}' must have exactly one member"),
        }
    }
}

/// Everything in `members` that does not fit the structure `shape` (no members at all without one).
pub(crate) fn members(
    model: &Model,
    shape: Option<&str>,
    members: &Members,
    side: Side,
) -> Vec<Finding> {
    let mut walk = Walk {
        model,
        side,
        findings: Vec::new(),
    };
    let nothing = Structure::default();
    let structure = match shape.and_then(|name| model.shape(name)) {
        Some(Shape::Structure(structure)) => structure,
        _ => &nothing,
    };
    walk.structure("", structure, members);
    walk.findings
}

struct Walk<'a> {
    model: &'a Model,
    side: Side,
    findings: Vec<Finding>,
}

impl Walk<'_> {
    fn find(&mut self, path: &str, problem: Problem) {
        self.findings.push(Finding {
            path: path.to_owned(),
            problem,
        });
    }

    fn structure(&mut self, path: &str, structure: &Structure, members: &Members) {
        for name in &structure.required {
            if members.get(name).is_none_or(Value::is_null) {
                self.find(&below(path, name), Problem::Missing);
            }
        }
        for (name, value) in members {
            let path = below(path, name);
            match structure.members.get(name) {
                Some(shape) => self.value(&path, shape, value),
                None if self.is_open_at(&path) => {}
                None => self.find(&path, Problem::UnknownMember),
            }
        }
        if structure.union && members.values().filter(|value| !value.is_null()).count() != 1 {
            self.find(path, Problem::NotOneMember);
        }
    }

    fn is_open_at(&self, path: &str) -> bool {
        match self.side {
            Side::OpenRequest => true,
            Side::OpenAnswer => path.starts_with("taskDefinition."),
            Side::Request | Side::Answer => false,
        }
    }

    fn value(&mut self, path: &str, shape: &str, value: &Value) {
        // A null is an absent member to the JSON protocols; only an answer has no reason to hold one.
        if value.is_null() && matches!(self.side, Side::Request | Side::OpenRequest) {
            return;
        }
        let Some(shape) = self.model.shape(shape) else {
            return;
        };
        match (shape, value) {
            (Shape::Structure(structure), Value::Object(members)) => {
                self.structure(path, structure, members);
            }
            (Shape::List { member, limits }, Value::Array(items)) => {
                self.length(path, items.len(), *limits);
                for (index, item) in items.iter().enumerate() {
                    self.item(&format!("{path}.{}.member", index + 1), member, item);
                }
            }
            (
                Shape::Map {
                    key,
                    value: shape,
                    limits,
                },
                Value::Object(entries),
            ) => {
                self.length(path, entries.len(), *limits);
                for (name, value) in entries {
                    let path = below(path, name);
                    self.key(&path, key, name);
                    self.item(&path, shape, value);
                }
            }
            (
                Shape::Text {
                    values,
                    limits,
                    pattern,
                },
                Value::String(text),
            ) => {
                self.text(path, text, values.as_deref());
                self.length(path, text.chars().count(), *limits);
                if let Some(pattern) = pattern
                    .as_ref()
                    .filter(|pattern| self.has_limits() && !pattern.is_match(text))
                {
                    let form = pattern
                        .as_str()
                        .trim_start_matches("^(?:")
                        .trim_end_matches(")$")
                        .to_owned();
                    self.find(path, Problem::Malformed(form));
                }
            }
            (Shape::Integer { bits, limits }, Value::Number(number)) => match number.as_i64() {
                Some(whole) if *bits == 64 || i32::try_from(whole).is_ok() => {
                    self.bounds(path, whole, *limits);
                }
                _ => self.find(path, Problem::WrongType(expected(shape))),
            },
            (Shape::Double { limits }, Value::Number(number)) => {
                if let Some(whole) = number.as_i64() {
                    self.bounds(path, whole, *limits);
                }
            }
            (Shape::Boolean, Value::Bool(_))
            | (Shape::Timestamp, Value::Number(_))
            | (Shape::Blob, Value::String(_))
            | (Shape::Document, _) => {}
            _ => self.find(path, Problem::WrongType(expected(shape))),
        }
    }

    /// An item of a list or a value of a map: here a null is a value of the wrong type.
    fn item(&mut self, path: &str, shape: &str, value: &Value) {
        if value.is_null() {
            self.find(path, Problem::Missing);
        } else {
            self.value(path, shape, value);
        }
    }

    /// A member name of a map, which is data with rules of its own.
    fn key(&mut self, path: &str, shape: &str, name: &str) {
        if let Some(Shape::Text { values, limits, .. }) = self.model.shape(shape) {
            self.text(path, name, values.as_deref());
            self.length(path, name.chars().count(), *limits);
        }
    }

    fn text(&mut self, path: &str, text: &str, values: Option<&[String]>) {
        if let Some(values) = values.filter(|values| !values.iter().any(|value| value == text)) {
            self.find(path, Problem::NotInEnumeration(values.to_vec()));
        }
    }

    fn length(&mut self, path: &str, length: usize, limits: Limits) {
        self.bounds(path, i64::try_from(length).unwrap_or(i64::MAX), limits);
    }

    fn bounds(&mut self, path: &str, value: i64, limits: Limits) {
        if !self.has_limits() {
            return;
        }
        if let Some(least) = limits.min.filter(|least| value < *least) {
            self.find(path, Problem::Below(least));
        }
        if let Some(most) = limits.max.filter(|most| value > *most) {
            self.find(path, Problem::Above(most));
        }
    }

    fn has_limits(&self) -> bool {
        matches!(self.side, Side::Request | Side::OpenRequest)
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Structure(_) | Shape::Map { .. } => "an object",
        Shape::List { .. } => "a list",
        Shape::Text { .. } => "a string",
        Shape::Integer { bits: 32, .. } => "a whole number of 32 bits",
        Shape::Integer { .. } => "a whole number of 64 bits",
        Shape::Double { .. } => "a number",
        Shape::Boolean => "true or false",
        Shape::Timestamp => "a timestamp in epoch seconds",
        Shape::Blob => "bytes in base64",
        Shape::Document => "a document",
    }
}

#[cfg(test)]
mod tests;
