//! Task definitions in memory, for workflow tests: keeps what it is sent, and answers as ECS does, with what it adds.
use std::cell::{Cell, RefCell};

use super::fake::{Calls, FakeClock, FakeFiles, keeps_its_files, lives_by_its_clock};
use super::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};
use super::{GitHead, PortError, Randomness, Surroundings};
use crate::domain::document::{Document, Node};
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::secrecy::{KEY_BYTES, MarkKey};
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
    /// How many registrations make a revision and get no answer.
    pub(crate) lost_answers: Cell<usize>,
    /// How many registrations never arrive.
    pub(crate) lost_calls: Cell<usize>,
    /// A registration is throttled.
    pub(crate) throttles: Cell<bool>,
    /// What somebody else registers in the moment after the next registration.
    pub(crate) somebody_else: RefCell<Option<Document>>,
    pub(crate) clock: FakeClock,
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
        let lost = |reason: &str| PortError::Unreachable {
            operation: "RegisterTaskDefinition",
            reason: reason.to_owned(),
            throttled: self.throttles.get(),
        };
        if self.throttles.get() || is_left(&self.lost_calls) {
            return Err(lost("it never arrived"));
        }
        self.sent.borrow_mut().push(document.clone());
        let revision = self.sent.borrow().len();
        let theirs = self.somebody_else.borrow_mut().take();
        self.sent.borrow_mut().extend(theirs);
        if is_left(&self.lost_answers) {
            return Err(lost("the connection was closed"));
        }
        self.answer(revision)
            .ok_or_else(|| lost("the fake cannot answer this"))
    }
}

/// Counts one down, if there is one.
fn is_left(count: &Cell<usize>) -> bool {
    let left = count.get();
    count.set(left.saturating_sub(1));
    left > 0
}

lives_by_its_clock!(FakeDefinitions);

impl Randomness for FakeDefinitions {
    fn mark_key(&self) -> Option<MarkKey> {
        Some(MarkKey::new([7; KEY_BYTES]))
    }
}

keeps_its_files!(FakeDefinitions);

impl Surroundings for FakeDefinitions {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn git_head(&self) -> Option<GitHead> {
        None
    }
}
