//! The tree a document is: values of six kinds, each knowing where it stood, objects in written order.
//! Reading and writing text is elsewhere (`json`, `yaml`, `write_json`, `write_yaml`).
use std::fmt;

use super::{Number, Position};

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

/// Members in written order, each key once.
#[derive(Clone, Default)]
pub struct Object {
    members: Vec<Member>,
}

impl Object {
    /// An object of members whose keys the reader has already found to differ.
    pub(super) fn of_distinct(members: Vec<Member>) -> Self {
        Self { members }
    }

    /// The members in written order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The values to be changed, in written order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.members.iter_mut().map(|member| &mut member.value)
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(Member::value)
    }

    /// A member with the place of its key.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.key == key)
    }

    /// The value of a member, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.members
            .iter_mut()
            .find(|member| member.key == key)
            .map(|member| &mut member.value)
    }

    /// Gives a member a value: in its place if it is there, else as the last member. Returns the value before.
    pub fn set(&mut self, key: impl Into<String>, value: Node) -> Option<Node> {
        let key = key.into();
        if let Some(current) = self.get_mut(&key) {
            return Some(std::mem::replace(current, value));
        }
        self.members.push(Member::new(key, None, value));
        None
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Member> {
        let index = self.members.iter().position(|member| member.key == key)?;
        Some(self.members.remove(index))
    }

    /// Whether it has no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl Eq for Object {}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.members
                    .iter()
                    .map(|member| (&member.key, &member.value)),
            )
            .finish()
    }
}

/// A key with its value and the place where the key stood.
#[derive(Clone)]
pub struct Member {
    key: String,
    key_position: Option<Position>,
    value: Node,
}

impl Member {
    pub(super) fn new(key: String, key_position: Option<Position>, value: Node) -> Self {
        Self {
            key,
            key_position,
            value,
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where the key stood in its file.
    #[must_use]
    pub fn key_position(&self) -> Option<Position> {
        self.key_position
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Node {
        &self.value
    }

    /// The value, taken out.
    #[must_use]
    pub fn into_value(self) -> Node {
        self.value
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Eq for Member {}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(object: &Object) -> Vec<&str> {
        object.members().iter().map(Member::key).collect()
    }

    fn object() -> Object {
        let node = Node::object([
            ("a", Node::integer(1)),
            ("b", Node::string("secret")),
            ("c", Node::null()),
        ]);
        node.as_object().unwrap().clone()
    }

    #[test]
    fn a_member_that_exists_is_changed_in_its_place() {
        let mut object = object();
        assert_eq!(
            object.set("b", Node::bool(true)),
            Some(Node::string("secret"))
        );
        assert_eq!(keys(&object), ["a", "b", "c"]);
        assert_eq!(object.get("b").and_then(Node::as_bool), Some(true));
    }

    #[test]
    fn a_new_member_comes_last() {
        let mut object = object();
        assert_eq!(object.set("aa", Node::null()), None);
        assert_eq!(keys(&object), ["a", "b", "c", "aa"]);
    }

    #[test]
    fn removing_a_member_leaves_the_others_in_order() {
        let mut object = object();
        assert_eq!(
            object.remove("a").map(Member::into_value),
            Some(Node::integer(1))
        );
        assert_eq!(object.remove("a"), None);
        assert_eq!(keys(&object), ["b", "c"]);
    }

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
        let shown = format!("{:?}", Node::new(Kind::Object(object())));
        assert_eq!(shown, r#"{"a": a number, "b": a string, "c": null}"#);
    }
}
