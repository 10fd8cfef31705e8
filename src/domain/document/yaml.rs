//! Reads YAML 1.2 with the core schema into the same tree JSON gives.
//!
//! Anchors, aliases and the merge key `<<` are resolved. What JSON cannot say (tags, several documents, infinite
//! numbers) is refused rather than guessed. The grammar is the `saphyr-parser` crate's.
mod expansion;
mod scalar;

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{DocumentError, Kind, MAX_DEPTH, MAX_NODES, Node, Position};

/// Reads a text whose size and encoding have been checked.
pub(super) fn parse(text: &str, source: &str) -> Result<Node, DocumentError> {
    let mut reader = Reader::new(source);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| reader.not_yaml(&error))?;
        reader.take(event, position(span.start))?;
    }
    match reader.root {
        Some(root) => expansion::expand(&root, source),
        None => Err(DocumentError::new(
            source,
            None,
            "the file holds no document",
        )),
    }
}

/// A value as the text has it: aliases are shared, not copied, and merge keys still stand.
struct RawNode {
    content: Content,
    position: Position,
}

enum Content {
    Scalar {
        kind: Kind,
        /// The text as a key would be spelt.
        text: String,
        /// Whether it is a bare `<<`.
        merges: bool,
    },
    Sequence(Vec<Rc<RawNode>>),
    Mapping(Vec<(Rc<RawNode>, Rc<RawNode>)>),
}

/// An array or object whose end has not been reached.
struct OpenNode {
    position: Position,
    anchor: usize,
    items: OpenItems,
}

enum OpenItems {
    Sequence(Vec<Rc<RawNode>>),
    Mapping {
        entries: Vec<(Rc<RawNode>, Rc<RawNode>)>,
        key: Option<Rc<RawNode>>,
    },
}

/// Builds the raw tree from the parser's events, without recursion.
struct Reader<'a> {
    source: &'a str,
    open: Vec<OpenNode>,
    anchors: HashMap<usize, Rc<RawNode>>,
    root: Option<Rc<RawNode>>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            nodes: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, position: Position) -> Result<(), DocumentError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(self
                .error(position, "a second YAML document begins here")
                .with_hint("a file holds one document; split it at the `---`")),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let node = Rc::clone(node);
                    self.place(node, position)
                }
                None => Err(self.error(position, "an alias inside the value it stands for")),
            },
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref();
                let content = self.scalar(&text, style, tag, position)?;
                self.close(content, position, anchor, position)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "seq", position)?;
                self.open(OpenItems::Sequence(Vec::new()), position, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "map", position)?;
                let items = OpenItems::Mapping {
                    entries: Vec::new(),
                    key: None,
                };
                self.open(items, position, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Err(self.error(position, "not valid YAML: an end without a start"));
                };
                let content = match open.items {
                    OpenItems::Sequence(items) => Content::Sequence(items),
                    OpenItems::Mapping { entries, key: _ } => Content::Mapping(entries),
                };
                self.close(content, open.position, open.anchor, position)
            }
        }
    }

    fn open(
        &mut self,
        items: OpenItems,
        position: Position,
        anchor: usize,
    ) -> Result<(), DocumentError> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested deeper than the limit of: {MAX_DEPTH}");
            return Err(self.error(position, message));
        }
        self.open.push(OpenNode {
            position,
            anchor,
            items,
        });
        Ok(())
    }

    /// A value is complete: remember it if it has an anchor, and put it where it belongs.
    fn close(
        &mut self,
        content: Content,
        position: Position,
        anchor: usize,
        end: Position,
    ) -> Result<(), DocumentError> {
        let node = Rc::new(RawNode { content, position });
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.place(node, end)
    }

    /// Puts a value where it belongs. Keys are not counted: the length of the text bounds them.
    fn place(&mut self, node: Rc<RawNode>, position: Position) -> Result<(), DocumentError> {
        match self.open.last_mut().map(|open| &mut open.items) {
            Some(OpenItems::Sequence(items)) => items.push(node),
            Some(OpenItems::Mapping { entries, key }) => {
                let Some(key) = key.take() else {
                    *key = Some(node);
                    return Ok(());
                };
                entries.push((key, node));
            }
            None => self.root = Some(node),
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file holds more values than the limit of: {MAX_NODES}");
            return Err(self.error(position, message));
        }
        Ok(())
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        position: Position,
    ) -> Result<Content, DocumentError> {
        let plain = style == ScalarStyle::Plain;
        let kind = match tag {
            None if plain => scalar::resolve(text),
            None => Ok(Kind::String(text.to_owned())),
            Some(tag) if is_bare(tag) => Ok(Kind::String(text.to_owned())),
            Some(tag) if tag.is_yaml_core_schema() => scalar::resolve_as(&tag.suffix, text),
            Some(_) => Err(scalar::Refusal::UnknownTag),
        };
        let kind = kind.map_err(|refusal| self.refused_scalar(refusal, tag, position))?;
        Ok(Content::Scalar {
            kind,
            text: text.to_owned(),
            merges: plain && tag.is_none() && text == "<<",
        })
    }

    fn refused_scalar(
        &self,
        refusal: scalar::Refusal,
        tag: Option<&Tag>,
        position: Position,
    ) -> DocumentError {
        match (refusal, tag) {
            (scalar::Refusal::UnknownTag, Some(tag)) => self.unknown_tag(tag, position),
            _ => self
                .error(position, refusal.to_string())
                .with_hint(refusal.hint()),
        }
    }

    fn check_collection_tag(
        &self,
        tag: Option<&Tag>,
        expected: &str,
        position: Position,
    ) -> Result<(), DocumentError> {
        match tag {
            None => Ok(()),
            Some(tag) if is_bare(tag) => Ok(()),
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == expected => Ok(()),
            Some(tag) => Err(self.unknown_tag(tag, position)),
        }
    }

    fn unknown_tag(&self, tag: &Tag, position: Position) -> DocumentError {
        let name = if tag.is_yaml_core_schema() {
            format!("!!{}", tag.suffix)
        } else {
            format!("{}{}", tag.handle, tag.suffix)
        };
        self.error(
            position,
            format!("a YAML tag that has no meaning here: `{}`", name.escape_debug()),
        )
        .with_hint(
            "write the value itself; functions of CloudFormation such as `!Ref` and `!Sub` are not evaluated",
        )
    }

    fn not_yaml(&self, error: &ScanError) -> DocumentError {
        // The scanner reads ahead and has a limit of its own, so it may see the depth first.
        let message = if error.info() == "recursion limit exceeded" {
            format!("nested deeper than the limit of: {MAX_DEPTH}")
        } else {
            format!("not valid YAML: {}", error.info().trim_end_matches('.'))
        };
        self.error(position(*error.marker()), message)
    }

    fn error(&self, position: Position, message: impl Into<String>) -> DocumentError {
        DocumentError::new(self.source, Some(position), message)
    }
}

/// The tag `!`: "a text, whatever it looks like".
fn is_bare(tag: &Tag) -> bool {
    tag.handle.is_empty() && tag.suffix == "!"
}

/// The parser counts columns from 0.
fn position(marker: Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

#[cfg(test)]
mod tests;
