//! What the stages need of task definitions: to read one as ECS has it, and to register one as it is.
//!
//! Documents, not structs: members the SDK has not heard of go and come too.

use super::PortError;
use crate::domain::document::Document;
use crate::domain::revision::{TaskDefinitionArn, TaskDefinitionRef};
use crate::domain::taskdef::TaskDefinition;

/// A task definition as ECS has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Which revision it is.
    pub arn: TaskDefinitionArn,
    /// The whole answer, unwrapped, with what ECS adds, and with its tags as a member.
    pub definition: TaskDefinition,
    /// Whether it can be deployed (`status` is `ACTIVE`).
    pub is_active: bool,
}

/// Reads task definitions.
pub trait ReadTaskDefinitions {
    /// One revision, or of a family the newest that is active; `None` if there is none (`DescribeTaskDefinition`, with tags).
    async fn task_definition(
        &self,
        reference: &TaskDefinitionRef,
    ) -> Result<Option<Registered>, PortError>;
}

/// Registers task definitions.
pub trait RegisterTaskDefinitions {
    /// Sends the document as it is, every member of it, and gives what ECS made of it (`RegisterTaskDefinition`). It is sent once
    /// unless it was throttled: an answer that was lost leaves open whether there is a new revision.
    async fn register(&self, document: &Document) -> Result<Registered, PortError>;
}
