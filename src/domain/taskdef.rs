//! A task definition: the user's document, with the few members a pipeline must know by name.
//!
//! It is not a struct: members nobody here has heard of stay where they are. Whether ECS would accept it is not judged
//! here, only what editing it needs.
mod edits;
mod environment;
mod image_label;
mod log;
mod placeholders;
mod refused;
mod size;

pub use edits::{ContainerEdits, EditError, Edited, Edits, TaskEdits};
pub use image_label::{IMAGE_TAG_LABEL, ImageTags};
pub use log::LogDriver;
pub use placeholders::Placeholders;
pub use size::{TaskCpu, TaskMemory};

use std::collections::HashMap;

use super::document::{Document, DocumentError, Kind, Member, Node, Path, Position};

/// Members ECS sets on its answers and takes on no request: the API shape `TaskDefinition` less the shape
/// `RegisterTaskDefinitionRequest`.
pub const OUTPUT_ONLY: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "deregisteredAt",
    "deleteRequestedAt",
    "registeredBy",
];

/// A document with the shape of a task definition: an object whose `containerDefinitions` is an array of objects, each
/// with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDefinition {
    document: Document,
}

impl TaskDefinition {
    /// Takes a task definition, or a whole answer of `describe-task-definition`.
    ///
    /// An answer is unwrapped: what is kept is its `taskDefinition`, with the answer's `tags` as a member, except those
    /// AWS made (`aws:…`), and without the member if no tag is left.
    ///
    /// # Errors
    /// If the document does not have the shape of a task definition: with the place and the names involved.
    pub fn from_document(document: Document) -> Result<Self, DocumentError> {
        let definition = Self {
            document: unwrapped(document),
        };
        definition.check_shape()?;
        Ok(definition)
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document, taken out.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// The family, if the document names one.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.document.get("family").and_then(Node::as_str)
    }

    /// The containers in written order.
    pub fn containers(&self) -> impl Iterator<Item = Container<'_>> {
        self.container_nodes()
            .iter()
            .enumerate()
            .map(|(index, node)| Container { index, node })
    }

    /// The container of that name.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<Container<'_>> {
        self.containers().find(|container| container.name() == name)
    }

    /// The container of that name.
    ///
    /// # Errors
    /// If there is none: with the names that exist.
    pub fn require_container(&self, name: &str) -> Result<Container<'_>, DocumentError> {
        self.container(name).ok_or_else(|| {
            self.error_at(
                self.document
                    .get("containerDefinitions")
                    .and_then(Node::position),
                format!(
                    "no such container, the task definition has {}: `{}`",
                    self.container_names(),
                    name.escape_debug()
                ),
            )
        })
    }

    /// Takes out what ECS sets itself (see [`OUTPUT_ONLY`]) and returns which members that were.
    pub fn remove_output_only(&mut self) -> Vec<&'static str> {
        let Some(object) = self.document.root_mut().as_object_mut() else {
            return Vec::new();
        };
        OUTPUT_ONLY
            .into_iter()
            .filter(|key| object.remove(key).is_some())
            .collect()
    }

    /// The names of the containers for a sentence: `` `web`, `proxy` ``, or `no container`.
    #[must_use]
    pub fn container_names(&self) -> String {
        let names: Vec<String> = self
            .containers()
            .map(|container| format!("`{}`", container.name().escape_debug()))
            .collect();
        if names.is_empty() {
            "no container".to_owned()
        } else {
            names.join(", ")
        }
    }

    fn container_nodes(&self) -> &[Node] {
        self.document
            .get("containerDefinitions")
            .map(Node::items)
            .unwrap_or_default()
    }

    fn error_at(&self, position: Option<Position>, message: impl Into<String>) -> DocumentError {
        self.document.error_at(position, message)
    }

    fn check_shape(&self) -> Result<(), DocumentError> {
        let root = self.document.root();
        if root.as_object().is_none() {
            let message = format!(
                "a task definition is an object, this is {}",
                root.kind().noun()
            );
            return Err(self.error_at(root.position(), message));
        }
        let Some(containers) = root.get("containerDefinitions") else {
            return Err(self.without_containers());
        };
        if containers.as_array().is_none() {
            let noun = containers.kind().noun();
            let message = format!("`containerDefinitions` must be an array, this is {noun}");
            return Err(self.error_at(containers.position(), message));
        }
        self.check_container_names()
    }

    fn without_containers(&self) -> DocumentError {
        let root = self.document.root();
        let error = self.error_at(
            root.position(),
            "a task definition needs the member: `containerDefinitions`",
        );
        let other_case = root
            .members()
            .iter()
            .find(|member| member.key().eq_ignore_ascii_case("containerDefinitions"));
        match other_case {
            Some(member) => error.with_hint(format!(
                "ECS takes `containerDefinitions`; `{}` is how CloudFormation writes it",
                member.key()
            )),
            None => error,
        }
    }

    fn check_container_names(&self) -> Result<(), DocumentError> {
        let mut names: HashMap<&str, Option<Position>> = HashMap::new();
        for container in self.containers() {
            if container.node.as_object().is_none() {
                let noun = container.node.kind().noun();
                let message = format!("`{}` must be an object, this is {noun}", container.path());
                return Err(self.error_at(container.node.position(), message));
            }
            let name = match container
                .node
                .get("name")
                .map(|node| (node.kind(), node.position()))
            {
                Some((Kind::String(name), position)) if !name.is_empty() => (name, position),
                Some((Kind::String(_), position)) => {
                    let message =
                        format!("the name of a container is empty: `{}`", container.path());
                    return Err(self.error_at(position, message));
                }
                Some((kind, position)) => {
                    let message = format!(
                        "the name of a container must be a string, this is {}",
                        kind.noun()
                    );
                    return Err(self.error_at(position, message));
                }
                None => {
                    let message = format!("a container without a `name`: `{}`", container.path());
                    return Err(self.error_at(container.node.position(), message));
                }
            };
            if let Some(first) = names.insert(name.0, name.1) {
                let first = first
                    .map(|at| format!(", first at {at}"))
                    .unwrap_or_default();
                let message = format!(
                    "duplicate container name{first}: `{}`",
                    name.0.escape_debug()
                );
                return Err(self.error_at(name.1, message));
            }
        }
        Ok(())
    }
}

/// One container of a task definition.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    index: usize,
    node: &'a Node,
}

impl<'a> Container<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.node
            .get("name")
            .and_then(Node::as_str)
            .unwrap_or_default()
    }

    /// Its image as written, which may be a placeholder.
    #[must_use]
    pub fn image(&self) -> Option<&'a str> {
        self.node.get("image").and_then(Node::as_str)
    }

    /// Whether the task ends with it: so it is if nothing else is said (API shape `ContainerDefinition`, `essential`).
    #[must_use]
    pub fn is_essential(&self) -> bool {
        self.node
            .get("essential")
            .and_then(Node::as_bool)
            .unwrap_or(true)
    }

    /// The container ports it maps, in written order.
    pub fn ports(&self) -> impl Iterator<Item = i64> + use<'a> {
        self.node
            .get("portMappings")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|mapping| mapping.get("containerPort").and_then(Node::as_i64))
    }

    /// The object.
    #[must_use]
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The way to it: `containerDefinitions[0]`.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::root().key("containerDefinitions").index(self.index)
    }
}

/// The task definition inside an answer of `describe-task-definition`; any other document as it is.
fn unwrapped(document: Document) -> Document {
    let is_answer = document.get("containerDefinitions").is_none()
        && document
            .get("taskDefinition")
            .is_some_and(|node| node.as_object().is_some());
    if !is_answer {
        return document;
    }
    let source = document.source().to_owned();
    let mut answer = document.into_root();
    let mut definition = take(&mut answer, "taskDefinition").unwrap_or_else(Node::null);
    let tags: Vec<Node> = answer
        .get("tags")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter(|tag| !is_made_by_aws(tag))
        .cloned()
        .collect();
    if let Some(object) = definition.as_object_mut()
        && object.get("tags").is_none()
        && !tags.is_empty()
    {
        let position = answer.get("tags").and_then(Node::position);
        object.set("tags", Node::array(tags).standing_at(position));
    }
    Document::new(source, definition)
}

fn take(node: &mut Node, key: &str) -> Option<Node> {
    node.as_object_mut()?.remove(key).map(Member::into_value)
}

/// Keys that begin with `aws:`, in any case, are reserved (API shape `Tag`).
fn is_made_by_aws(tag: &Node) -> bool {
    tag.get("key")
        .and_then(Node::as_str)
        .and_then(|key| key.get(..4))
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

#[cfg(test)]
mod tests;
