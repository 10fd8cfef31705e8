//! Task definitions in memory, for workflow tests: keeps what it is sent, and answers as ECS does, with what it adds.
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use super::fake::{Calls, FakeFiles};
use super::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};
use super::{FileError, Files, GitHead, PortError, Surroundings};
use crate::domain::arn::TaskDefinitionRef;
use crate::domain::document::{Document, Node};
use crate::domain::taskdef::TaskDefinition;

/// A world that holds files and one family of task definitions.
#[derive(Debug, Default)]
pub(crate) struct FakeDefinitions {
    pub(crate) files: FakeFiles,
    pub(crate) calls: Calls,
    /// What was registered, as it was sent, oldest first. Revision numbers count from 1.
    pub(crate) sent: RefCell<Vec<Document>>,
    /// Revisions that are not active.
    pub(crate) inactive: RefCell<Vec<usize>>,
    /// A member of every container that is dropped, as ECS drops what it does not know.
    pub(crate) drops: Cell<Option<&'static str>>,
    /// Reads find no revision by its ARN.
    pub(crate) reads_lag: Cell<bool>,
}

impl FakeDefinitions {
    fn answer(&self, revision: usize) -> Option<Registered> {
        let mut document = self.sent.borrow().get(revision.checked_sub(1)?)?.clone();
        let is_active = !self.inactive.borrow().contains(&revision);
        let family = document.get("family")?.as_str()?.to_owned();
        let arn = format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{family}:{revision}");
        let root = document.root_mut().as_object_mut()?;
        root.set("taskDefinitionArn", Node::string(arn.as_str()));
        root.set("revision", Node::number(revision.to_string().parse().ok()?));
        root.set(
            "status",
            Node::string(if is_active { "ACTIVE" } else { "INACTIVE" }),
        );
        root.set("volumes", Node::array([]));
        let containers = root.get_mut("containerDefinitions")?.as_array_mut()?;
        for container in containers.iter_mut().filter_map(Node::as_object_mut) {
            container.set("essential", Node::bool(true));
            if let Some(member) = self.drops.get() {
                container.remove(member);
            }
        }
        Some(Registered {
            arn: arn.parse().ok()?,
            definition: TaskDefinition::from_document(document).ok()?,
            is_active,
        })
    }
}

impl ReadTaskDefinitions for FakeDefinitions {
    async fn task_definition(
        &self,
        reference: &TaskDefinitionRef,
    ) -> Result<Option<Registered>, PortError> {
        self.calls
            .make("DescribeTaskDefinition", &reference.to_string())?;
        let count = self.sent.borrow().len();
        let inactive = self.inactive.borrow().clone();
        let revision = match reference.revision() {
            Some(_) if self.reads_lag.get() => return Ok(None),
            Some(revision) => usize::try_from(revision.get()).unwrap_or(usize::MAX),
            None => (1..=count)
                .rev()
                .find(|revision| !inactive.contains(revision))
                .unwrap_or(0),
        };
        Ok(self.answer(revision))
    }
}

impl RegisterTaskDefinitions for FakeDefinitions {
    async fn register(&self, document: &Document) -> Result<Registered, PortError> {
        self.calls.make("RegisterTaskDefinition", "")?;
        self.sent.borrow_mut().push(document.clone());
        let revision = self.sent.borrow().len();
        self.answer(revision).ok_or_else(|| PortError::Unreachable {
            operation: "RegisterTaskDefinition",
            reason: "the fake cannot answer this".to_owned(),
        })
    }
}

impl Files for FakeDefinitions {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        self.files.read(path)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        self.files.write(path, text)
    }

    fn make_folder(&self, _: &Path) -> Result<(), FileError> {
        Ok(())
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.files.temporary(name)
    }
}

impl Surroundings for FakeDefinitions {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn git_head(&self) -> Option<GitHead> {
        None
    }
}
