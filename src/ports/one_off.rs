//! What the stages need to run tasks that belong to no service. Not for deciding how one ended: `domain::one_off` does.

use super::PortError;
use crate::domain::document::Document;
use crate::domain::one_off::Started;

/// Starts and stops tasks.
pub trait RunTasks {
    /// Starts tasks (`RunTask`). The request is sent as it is, every member of it; sent again with the same `clientToken`, it
    /// gives the tasks it started before.
    async fn run_task(&self, request: &Document) -> Result<Started, PortError>;

    /// Asks for the end of a task (`StopTask`). The reason is shown wherever the task is.
    async fn stop_task(&self, cluster: &str, task: &str, reason: &str) -> Result<(), PortError>;
}
