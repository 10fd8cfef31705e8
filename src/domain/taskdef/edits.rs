//! Editing a task definition: every edit is checked before any is applied, and what was not asked for is left alone.
use std::collections::HashSet;
use std::fmt;

use super::super::assignment::Assignments;
use super::super::document::{DocumentError, Node, Object};
use super::super::image::{ImageBinding, ImageRef};
use super::super::names::{ContainerName, Family, RoleRef};
use super::TaskDefinition;
use super::environment::{self, EnvironmentEdits};
use super::image_label::{self, ImageTags};
use super::log::{self, LogDriver};
use super::placeholders::Placeholders;
use super::refused::Refused;
use super::size::{TaskCpu, TaskMemory};

/// What is to be changed. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Filled first, in every text of the document; not in what the other edits put in.
    pub placeholders: Placeholders,
    /// Images for containers, each named.
    pub images: Vec<ImageBinding>,
    /// An image for all of [`Edits::containers`].
    pub image: Option<ImageRef>,
    /// The tags that images given by their digests were found by; they become labels.
    pub image_tags: ImageTags,
    /// The containers that [`Edits::image`] and [`Edits::container`] are for. If none is named: the one container in
    /// [`Edits::images`], or the only container there is.
    pub containers: Vec<ContainerName>,
    /// What each of those containers gets.
    pub container: ContainerEdits,
    /// What the task gets.
    pub task: TaskEdits,
}

/// What is to be changed in a container.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContainerEdits {
    /// Variables to update in place or append.
    pub environment: Assignments,
    /// Secrets to update in place or append; a value is what `valueFrom` says.
    pub secrets: Assignments,
    /// Whether plain variables that are not given are dropped.
    pub replace_environment: bool,
    /// Names to drop, from variables and secrets alike.
    pub remove_environment: Vec<String>,
    /// Objects in S3 that replace `environmentFiles`.
    pub environment_files: Vec<String>,
    /// The log driver.
    pub log_driver: Option<LogDriver>,
    /// Log options to set; others stay.
    pub log_options: Assignments,
    /// Labels to set; others stay.
    pub docker_labels: Assignments,
    /// The words that replace `command`.
    pub command: Option<Vec<String>>,
}

impl fmt::Debug for ContainerEdits {
    /// Names and counts only: commands, options and values may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContainerEdits")
            .field("environment", &self.environment)
            .field("secrets", &self.secrets)
            .field("replace_environment", &self.replace_environment)
            .field("remove_environment", &self.remove_environment)
            .field("environment_files", &self.environment_files.len())
            .field("log_driver", &self.log_driver)
            .field("log_options", &self.log_options)
            .field("docker_labels", &self.docker_labels)
            .field("command", &self.command.as_ref().map(Vec::len))
            .finish()
    }
}

/// What is to be changed at the top of a task definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskEdits {
    /// `taskRoleArn`.
    pub task_role: Option<RoleRef>,
    /// `executionRoleArn`.
    pub execution_role: Option<RoleRef>,
    /// `cpu`.
    pub cpu: Option<TaskCpu>,
    /// `memory`.
    pub memory: Option<TaskMemory>,
    /// `family`.
    pub family: Option<Family>,
}

/// A task definition with its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The task definition.
    pub definition: TaskDefinition,
    /// The images that were put in, in the order they were asked for.
    pub images: Vec<ImageBinding>,
    /// Placeholders whose mark is nowhere in the document.
    pub unused_placeholders: Vec<String>,
}

/// Why edits are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// What is asked for contradicts itself, or leaves open what it is for: the file is not to blame.
    Request {
        /// What is wrong, one line.
        message: String,
        /// What to do about it.
        hint: Option<&'static str>,
    },
    /// The document does not allow it.
    Document(DocumentError),
}

impl EditError {
    fn request(message: impl Into<String>) -> Self {
        Self::Request {
            message: message.into(),
            hint: None,
        }
    }
}

impl From<DocumentError> for EditError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { message, hint: _ } => f.write_str(message),
            Self::Document(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for EditError {}

impl TaskDefinition {
    /// This task definition with the edits made.
    ///
    /// # Errors
    /// A request that contradicts itself (a container or a name given twice) or does not say which container it is for.
    /// With file, line and column: a container that does not exist (with those that do), a name that is both variable
    /// and secret, an empty name, an image with spaces, a member that is not of the kind an edit needs.
    pub fn edited(&self, edits: &Edits) -> Result<Edited, EditError> {
        edits.container.check()?;
        let mut definition = self.clone();
        let unused_placeholders = edits.placeholders.fill(definition.document.root_mut());
        definition.check_shape()?;
        let targets = definition.targets(edits)?;
        let images = definition.bindings(edits, &targets)?;
        for binding in &images {
            definition.edit_container(&binding.container, |container| {
                container.set("image", Node::string(binding.image.to_string()));
                image_label::set(container, edits.image_tags.of(binding, &edits.images))
            })?;
        }
        for target in &targets {
            definition.edit_container(target, |container| edits.container.apply(container))?;
        }
        edits.task.apply(&mut definition);
        definition.check_containers()?;
        Ok(Edited {
            definition,
            images,
            unused_placeholders,
        })
    }

    /// The containers the edits without a container's name are for; none if there is no such edit.
    fn targets(&self, edits: &Edits) -> Result<Vec<ContainerName>, EditError> {
        let mut seen = HashSet::new();
        for name in &edits.containers {
            self.require_container(name.as_str())?;
            if !seen.insert(name) {
                return Err(EditError::request(format!(
                    "a container is named twice: `{name}`"
                )));
            }
        }
        if edits.image.is_none() && edits.container == ContainerEdits::default() {
            return Ok(Vec::new());
        }
        if !edits.containers.is_empty() {
            return Ok(edits.containers.clone());
        }
        if edits.image.is_none()
            && let [binding] = edits.images.as_slice()
        {
            return Ok(vec![binding.container.clone()]);
        }
        let only = match self.containers().collect::<Vec<_>>().as_slice() {
            [only] => only.name().parse().ok(),
            _ => None,
        };
        only.map(|name| vec![name]).ok_or_else(|| EditError::Request {
            message: format!(
                "it is not said which container the image or the settings are for, the task definition has {}",
                self.container_names()
            ),
            hint: Some("name it with `container-name`"),
        })
    }

    /// All images with their containers, each container once and each existing.
    fn bindings(
        &self,
        edits: &Edits,
        targets: &[ContainerName],
    ) -> Result<Vec<ImageBinding>, EditError> {
        let mut bindings = Vec::new();
        if let Some(image) = &edits.image {
            bindings.extend(targets.iter().map(|container| ImageBinding {
                container: container.clone(),
                image: image.clone(),
            }));
        }
        bindings.extend(edits.images.iter().cloned());
        let mut seen = HashSet::new();
        for binding in &bindings {
            self.require_container(binding.container.as_str())?;
            if !seen.insert(&binding.container) {
                return Err(EditError::request(format!(
                    "a container is given two images: `{}`",
                    binding.container
                )));
            }
        }
        Ok(bindings)
    }

    fn edit_container(
        &mut self,
        name: &ContainerName,
        edit: impl FnOnce(&mut Object) -> Result<(), Refused>,
    ) -> Result<(), DocumentError> {
        let container = self
            .document
            .root_mut()
            .get_mut("containerDefinitions")
            .and_then(Node::as_array_mut)
            .into_iter()
            .flatten()
            .find(|node| node.get("name").and_then(Node::as_str) == Some(name.as_str()))
            .and_then(Node::as_object_mut);
        match container.map(edit) {
            None => self.require_container(name.as_str()).map(|_| ()),
            Some(Ok(())) => Ok(()),
            Some(Err(refused)) => Err(self.refusal(name.as_str(), &refused)),
        }
    }

    /// What must hold for every container, edited or not.
    fn check_containers(&self) -> Result<(), DocumentError> {
        for container in self.containers() {
            if let Some(object) = container.node().as_object() {
                environment::check(object)
                    .map_err(|refused| self.refusal(container.name(), &refused))?;
            }
            if let Some(image) = container.image()
                && image.contains(char::is_whitespace)
            {
                let position = container.node().get("image").and_then(Node::position);
                let refused = Refused::new(position, "an image reference holds no spaces");
                return Err(self.refusal(container.name(), &refused));
            }
        }
        Ok(())
    }

    fn refusal(&self, container: &str, refused: &Refused) -> DocumentError {
        let message = format!(
            "container `{}`: {}",
            container.escape_debug(),
            refused.message
        );
        let error = self.error_at(refused.position, message);
        match refused.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

impl ContainerEdits {
    /// Contradictions within what is asked.
    fn check(&self) -> Result<(), EditError> {
        let secret = |name: &str| self.secrets.names().any(|secret| secret == name);
        let variable = |name: &str| self.environment.names().any(|variable| variable == name);
        if let Some(both) = self.environment.names().find(|name| secret(name)) {
            let message =
                format!("given both as an environment variable and as a secret: `{both}`");
            return Err(EditError::request(message));
        }
        let mut removed = self.remove_environment.iter();
        if let Some(given) = removed.find(|name| variable(name) || secret(name)) {
            let message = format!("given and to be removed at the same time: `{given}`");
            return Err(EditError::request(message));
        }
        Ok(())
    }

    fn apply(&self, container: &mut Object) -> Result<(), Refused> {
        environment::edit(
            container,
            &EnvironmentEdits {
                variables: &self.environment,
                secrets: &self.secrets,
                replace: self.replace_environment,
                remove: &self.remove_environment,
            },
        )?;
        if !self.environment_files.is_empty() {
            let file = |value: &String| {
                Node::object([
                    ("value", Node::string(value.as_str())),
                    ("type", Node::string("s3")),
                ])
            };
            container.set(
                "environmentFiles",
                Node::array(self.environment_files.iter().map(file)),
            );
        }
        log::edit(container, self.log_driver, &self.log_options)?;
        log::edit_labels(container, &self.docker_labels)?;
        if let Some(words) = &self.command {
            let words = words.iter().map(|word| Node::string(word.as_str()));
            container.set("command", Node::array(words));
        }
        Ok(())
    }
}

impl TaskEdits {
    fn apply(&self, definition: &mut TaskDefinition) {
        let Self {
            task_role,
            execution_role,
            cpu,
            memory,
            family,
        } = self;
        let Some(object) = definition.document.root_mut().as_object_mut() else {
            return;
        };
        let texts = [
            ("taskRoleArn", task_role.as_ref().map(RoleRef::as_str)),
            (
                "executionRoleArn",
                execution_role.as_ref().map(RoleRef::as_str),
            ),
            ("cpu", cpu.as_ref().map(TaskCpu::as_str)),
            ("memory", memory.as_ref().map(TaskMemory::as_str)),
            ("family", family.as_ref().map(Family::as_str)),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                object.set(key, Node::string(text));
            }
        }
    }
}

#[cfg(test)]
mod tests;
