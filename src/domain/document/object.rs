//! Objects of a document: members in written order, each key once.
use std::fmt;

use super::{Node, Position};

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
}
