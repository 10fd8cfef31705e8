//! From the raw tree to the document's: aliases become copies, merge keys become members, keys become texts.
//! All three can multiply a small text, so what comes out is counted and bounded.
use std::collections::{HashMap, HashSet};

use super::super::json::duplicate_key;
use super::super::{
    DocumentError, Kind, MAX_BYTES, MAX_DEPTH, MAX_NODES, Member, Node, Object, Position,
};
use super::{Content, RawNode};

/// The tree a raw tree stands for.
pub(super) fn expand(root: &RawNode, source: &str) -> Result<Node, DocumentError> {
    let mut expansion = Expansion {
        source,
        nodes: 0,
        bytes: 0,
    };
    expansion.node(root, 0)
}

/// What has come out so far.
struct Expansion<'a> {
    source: &'a str,
    nodes: usize,
    bytes: usize,
}

impl Expansion<'_> {
    /// Recursion is bounded by [`MAX_DEPTH`], counted through aliases and merge keys too.
    fn node(&mut self, raw: &RawNode, depth: usize) -> Result<Node, DocumentError> {
        self.count(raw, depth)?;
        let kind = match &raw.content {
            Content::Scalar { kind, .. } => kind.clone(),
            Content::Sequence(items) => {
                let items: Result<Vec<Node>, DocumentError> = items
                    .iter()
                    .map(|item| self.node(item, depth + 1))
                    .collect();
                Kind::Array(items?)
            }
            Content::Mapping(_) => Kind::Object(Object::of_distinct(self.members(raw, depth)?)),
        };
        Ok(Node::new(kind).standing_at(Some(raw.position)))
    }

    /// The members of a mapping: what it says itself, and where it merges, what it does not say itself.
    fn members(&mut self, raw: &RawNode, depth: usize) -> Result<Vec<Member>, DocumentError> {
        let Content::Mapping(entries) = &raw.content else {
            return Ok(Vec::new());
        };
        let mut own: HashMap<&str, Position> = HashMap::new();
        let mut merge: Option<Position> = None;
        for (key, _) in entries {
            let (text, merges) = self.key(key)?;
            let first = if merges {
                merge.replace(key.position)
            } else {
                own.insert(text, key.position)
            };
            if let Some(first) = first {
                return Err(duplicate_key(self.source, text, first, key.position));
            }
        }
        let mut members: Vec<Member> = Vec::with_capacity(entries.len());
        let mut inherited: HashSet<String> = HashSet::new();
        for (key, value) in entries {
            let (text, merges) = self.key(key)?;
            if merges {
                for member in self.merged_members(value, depth + 1)? {
                    if !own.contains_key(member.key()) && inherited.insert(member.key().to_owned())
                    {
                        members.push(member);
                    }
                }
            } else {
                self.count_bytes(text.len(), key.position)?;
                let node = self.node(value, depth + 1)?;
                members.push(Member::new(text.to_owned(), Some(key.position), node));
            }
        }
        Ok(members)
    }

    /// What stands behind a `<<`: a mapping, or a sequence of mappings of which earlier ones win.
    fn merged_members(
        &mut self,
        raw: &RawNode,
        depth: usize,
    ) -> Result<Vec<Member>, DocumentError> {
        self.count(raw, depth)?;
        match &raw.content {
            Content::Mapping(_) => self.members(raw, depth),
            Content::Sequence(items) => {
                let mut members = Vec::new();
                for item in items {
                    let Content::Mapping(_) = &item.content else {
                        return Err(self.not_mergeable(item));
                    };
                    self.count(item, depth + 1)?;
                    members.extend(self.members(item, depth + 1)?);
                }
                Ok(members)
            }
            Content::Scalar { .. } => Err(self.not_mergeable(raw)),
        }
    }

    /// The text of a key, and whether it is the merge key.
    fn key<'r>(&self, raw: &'r RawNode) -> Result<(&'r str, bool), DocumentError> {
        match &raw.content {
            Content::Scalar { text, kind, .. } if text.is_empty() && *kind == Kind::Null => {
                Err(self.error(raw.position, "a key is missing before the colon"))
            }
            Content::Scalar { text, merges, .. } => Ok((text, *merges)),
            Content::Sequence(_) | Content::Mapping(_) => Err(self
                .error(raw.position, "a key that is not a text")
                .with_hint("a placeholder such as `{{ name }}` must stand in quotes")),
        }
    }

    fn not_mergeable(&self, raw: &RawNode) -> DocumentError {
        self.error(raw.position, "`<<` merges something that is not a mapping")
            .with_hint("put the key in quotes if it is a text")
    }

    fn count(&mut self, raw: &RawNode, depth: usize) -> Result<(), DocumentError> {
        if depth > MAX_DEPTH {
            let message = format!("nested deeper than the limit of: {MAX_DEPTH}");
            return Err(self.error(raw.position, message));
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!(
                "with its aliases resolved the file holds more values than the limit of: {MAX_NODES}"
            );
            return Err(self.error(raw.position, message));
        }
        match &raw.content {
            Content::Scalar { text, .. } => self.count_bytes(text.len(), raw.position),
            Content::Sequence(_) | Content::Mapping(_) => Ok(()),
        }
    }

    fn count_bytes(&mut self, bytes: usize, position: Position) -> Result<(), DocumentError> {
        self.bytes += bytes;
        if self.bytes > MAX_BYTES {
            let message = format!(
                "with its aliases resolved the file has more bytes than the limit of: {MAX_BYTES}"
            );
            return Err(self.error(position, message));
        }
        Ok(())
    }

    fn error(&self, position: Position, message: impl Into<String>) -> DocumentError {
        DocumentError::new(self.source, Some(position), message)
    }
}
