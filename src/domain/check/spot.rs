//! A value of a document together with the way to it, so that a check can say where it found something.
//! Not a query language: one step at a time.
use std::rc::Rc;

use super::placeholder;
use crate::domain::document::{Document, Member, Node, Path, Position};

/// A value and the way to it. Cheap to clone.
///
/// A member whose value is null counts as absent, as ECS takes it.
#[derive(Debug, Clone)]
pub struct Spot<'a> {
    file: &'a str,
    node: &'a Node,
    key: Option<&'a str>,
    key_position: Option<Position>,
    way: Option<Rc<Way<'a>>>,
}

/// The last step of a way, and the way before it.
#[derive(Debug)]
struct Way<'a> {
    before: Option<Rc<Self>>,
    step: Stride<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Stride<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Spot<'a> {
    /// The outermost value of a document.
    #[must_use]
    pub fn root(document: &'a Document) -> Self {
        Self {
            file: document.source(),
            node: document.root(),
            key: None,
            key_position: None,
            way: None,
        }
    }

    /// The name of the file, as the user wrote it.
    #[must_use]
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// The value.
    #[must_use]
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The key of the member this is the value of.
    #[must_use]
    pub fn key(&self) -> Option<&'a str> {
        self.key
    }

    /// Where the value stands.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.node.position()
    }

    /// Where the key of the member stands; the value's place if this is no member.
    #[must_use]
    pub fn key_position(&self) -> Option<Position> {
        self.key_position.or_else(|| self.node.position())
    }

    /// The way to the value.
    #[must_use]
    pub fn path(&self) -> Path {
        let mut strides = Vec::new();
        let mut way = self.way.as_deref();
        while let Some(last) = way {
            strides.push(last.step);
            way = last.before.as_deref();
        }
        strides
            .into_iter()
            .rev()
            .fold(Path::root(), |path, stride| match stride {
                Stride::Key(key) => path.key(key),
                Stride::Index(index) => path.index(index),
            })
    }

    /// The member `key`, unless it is absent or null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        let member = self.node.as_object()?.member(key)?;
        (!member.value().is_null()).then(|| self.member(member))
    }

    /// The members in written order, those that are null too.
    pub fn members(&self) -> impl Iterator<Item = Self> {
        self.node.members().iter().map(|member| self.member(member))
    }

    /// The items of an array; none for anything else.
    pub fn items(&self) -> impl Iterator<Item = Self> {
        self.node
            .items()
            .iter()
            .enumerate()
            .map(|(index, node)| Self {
                file: self.file,
                node,
                key: None,
                key_position: None,
                way: Some(self.after(Stride::Index(index))),
            })
    }

    /// The items of the member `key`; none if it is absent or no array.
    #[must_use]
    pub fn items_of(&self, key: &str) -> Vec<Self> {
        self.get(key)
            .map(|list| list.items().collect())
            .unwrap_or_default()
    }

    fn member(&self, member: &'a Member) -> Self {
        Self {
            file: self.file,
            node: member.value(),
            key: Some(member.key()),
            key_position: member.key_position(),
            way: Some(self.after(Stride::Key(member.key()))),
        }
    }

    fn after(&self, step: Stride<'a>) -> Rc<Way<'a>> {
        let before = self.way.clone();
        Rc::new(Way { before, step })
    }

    /// The text, if the value is one, placeholders and all.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        self.node.as_str()
    }

    /// The text, if the value is one and holds no placeholder: only then can it be judged.
    #[must_use]
    pub fn settled(&self) -> Option<&'a str> {
        self.text().filter(|text| !placeholder::within(text))
    }

    /// The text of the member `key`, placeholders and all.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.text()
    }

    /// The whole number of the member `key`, if it is written as one.
    #[must_use]
    pub fn integer_of(&self, key: &str) -> Option<i64> {
        self.get(key)?.node.as_i64()
    }

    /// The truth value of the member `key`.
    #[must_use]
    pub fn bool_of(&self, key: &str) -> Option<bool> {
        self.get(key)?.node.as_bool()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_knows_its_way_its_place_and_the_place_of_its_key() {
        let text = "{\n \"a\": [\n  {\"b c\": 7}\n ]\n}";
        let document = Document::parse(text, "t.json").unwrap();
        let item = Spot::root(&document).items_of("a").remove(0);
        let member = item.get("b c").unwrap();
        assert_eq!(member.path().to_string(), "a[0][\"b c\"]");
        assert_eq!(member.key_position(), Some(Position { line: 3, column: 4 }));
        assert_eq!(
            member.position(),
            Some(Position {
                line: 3,
                column: 11
            })
        );
        assert_eq!(item.integer_of("b c"), Some(7));
        assert_eq!(item.key_position(), item.position());
    }

    #[test]
    fn a_member_that_is_null_counts_as_absent() {
        let document = Document::parse(r#"{"a": null, "b": "<X>"}"#, "t.json").unwrap();
        let root = Spot::root(&document);
        assert!(root.get("a").is_none());
        assert_eq!(root.members().count(), 2);
        assert_eq!(root.text_of("b"), Some("<X>"));
        assert_eq!(root.get("b").unwrap().settled(), None);
    }
}
