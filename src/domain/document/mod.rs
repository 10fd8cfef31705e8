//! The user's file as a tree: task definitions, appspecs and image definitions are documents, not structs.
//!
//! Member order, unknown members, exact numbers and empty strings survive; every value knows its line and column, so a
//! message can point at it. A document is read as JSON, JSON with comments, or YAML, told by its content and never
//! executed. What a document means (a task definition, an appspec) is decided elsewhere.
mod error;
mod json;
mod node;
mod number;
mod object;
mod path;
mod position;
mod text;
mod value;
mod write_json;
mod write_yaml;
mod yaml;

#[cfg(test)]
mod tests;

pub use error::DocumentError;
pub use node::{Kind, Node};
pub use number::{NotANumber, Number};
pub use object::{Member, Object};
pub use path::{Path, Step};
pub use position::Position;

use text::Syntax;

/// The longest text that is read, in bytes: 4 MiB, sixty-four times the largest task definition.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 128;
/// The most values that are read, counted after YAML aliases are replaced by what they stand for.
pub const MAX_NODES: usize = 200_000;

/// A tree with the name of the file it came from.
#[derive(Clone, Debug)]
pub struct Document {
    source: String,
    root: Node,
}

impl Document {
    /// Reads a text as JSON, JSON with comments and trailing commas, or YAML 1.2, told by its content.
    ///
    /// `source` is the name of the file as the user wrote it, for messages.
    ///
    /// # Errors
    /// What is wrong with the text and where: not JSON or YAML, a key given twice, several YAML documents, a tag, a
    /// number JSON cannot hold, or a text beyond [`MAX_BYTES`], [`MAX_DEPTH`] or [`MAX_NODES`].
    pub fn parse(text: &str, source: &str) -> Result<Self, DocumentError> {
        let text = text::checked(text, source)?;
        let root = match text::syntax(text) {
            Syntax::Json => json::parse(text, source)?,
            Syntax::Yaml => yaml::parse(text, source)?,
            Syntax::QuotedText => match json::parse(text, source) {
                Ok(root) => root,
                Err(_) => yaml::parse(text, source)?,
            },
        };
        Ok(Self::new(source, root))
    }

    /// A document made from a tree; `source` is what to call it in messages.
    pub fn new(source: impl Into<String>, root: Node) -> Self {
        Self {
            source: source.into(),
            root,
        }
    }

    /// The name of the file, as the user wrote it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The outermost value, to be changed.
    pub fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The outermost value, taken out.
    #[must_use]
    pub fn into_root(self) -> Node {
        self.root
    }

    /// A member of the outermost object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.root.get(key)
    }

    /// A finding about this document at a place of it.
    pub fn error_at(
        &self,
        position: Option<Position>,
        message: impl Into<String>,
    ) -> DocumentError {
        DocumentError::new(&self.source, position, message)
    }

    /// The document as JSON, see [`Node::to_json_pretty`].
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        self.root.to_json_pretty()
    }

    /// The document as JSON on one line, see [`Node::to_json_compact`].
    #[must_use]
    pub fn to_json_compact(&self) -> String {
        self.root.to_json_compact()
    }

    /// The document as YAML, see [`Node::to_yaml`].
    #[must_use]
    pub fn to_yaml(&self) -> String {
        self.root.to_yaml()
    }
}

impl PartialEq for Document {
    /// By value: neither the source nor places count.
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl Eq for Document {}
