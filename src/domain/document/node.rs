//! The tree a document is: values of six kinds, each knowing where it stood, objects in written order.
//! Reading and writing text is elsewhere (`json`, `yaml`, `write_json`, `write_yaml`).
use std::fmt;

use super::{Member, Number, Object, Position};

/// A value with the place where it stood in its file; a value made by an edit has none.
///
/// Equality is by value and order of members, not by place.
#[derive(Clone)]
pub struct Node {
    kind: Kind,
    position: Option<Position>,
}

/// What a value is.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as written.
    Number(Number),
    /// A text.
    String(String),
    /// Values in order.
    Array(Vec<Node>),
    /// Members in order, each key once.
    Object(Object),
}

impl Kind {
    /// What to call a value of this kind in a message: `a string`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl Node {
    /// A value made by an edit: it stands nowhere in a file.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            position: None,
        }
    }

    /// Null.
    #[must_use]
    pub fn null() -> Self {
        Self::new(Kind::Null)
    }

    /// True or false.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Self::new(Kind::Bool(value))
    }

    /// A whole number.
    #[must_use]
    pub fn integer(value: i64) -> Self {
        Self::new(Kind::Number(value.into()))
    }

    /// A number as written.
    #[must_use]
    pub fn number(value: Number) -> Self {
        Self::new(Kind::Number(value))
    }

    /// A text.
    #[must_use]
    pub fn string(value: impl Into<String>) -> Self {
        Self::new(Kind::String(value.into()))
    }

    /// An array.
    #[must_use]
    pub fn array(items: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Kind::Array(items.into_iter().collect()))
    }

    /// An object of the members given, in order; of two with one key the later value stands in the earlier place.
    #[must_use]
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        let mut object = Object::default();
        for (key, value) in members {
            object.set(key, value);
        }
        Self::new(Kind::Object(object))
    }

    /// The same value, standing at a place of a file.
    #[must_use]
    pub fn standing_at(mut self, position: Option<Position>) -> Self {
        self.position = position;
        self
    }

    /// What the value is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What the value is, to be changed.
    pub fn kind_mut(&mut self) -> &mut Kind {
        &mut self.kind
    }

    /// Where the value stood in its file.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The member `key`, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object().and_then(|object| object.get(key))
    }

    /// The member `key` to be changed, if this is an object that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_object_mut().and_then(|object| object.get_mut(key))
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// True or false, if this is one of them.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The whole number, if this is one and it fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The items, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items to be changed, if this is an array.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object to be changed, if this is one.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match &mut self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items of an array; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        self.as_array().unwrap_or_default()
    }

    /// The members of an object in written order; none for anything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        self.as_object().map(Object::members).unwrap_or_default()
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

impl fmt::Debug for Node {
    /// The shape, not the values: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                f.write_str(self.kind.noun())
            }
            Kind::Array(items) => f.debug_list().entries(items).finish(),
            Kind::Object(object) => object.fmt(f),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_the_place_and_minds_the_order() {
        let here = Node::integer(1).standing_at(Some(Position::START));
        assert_eq!(here, Node::integer(1));
        let ab = Node::object([("a", Node::null()), ("b", Node::null())]);
        let ba = Node::object([("b", Node::null()), ("a", Node::null())]);
        assert_ne!(ab, ba);
    }

    #[test]
    fn debug_shows_keys_and_kinds_but_no_value() {
        let object = Node::object([
            ("a", Node::integer(1)),
            ("b", Node::string("secret")),
            ("c", Node::null()),
        ]);
        let shown = format!("{object:?}");
        assert_eq!(shown, r#"{"a": a number, "b": a string, "c": null}"#);
    }
}
