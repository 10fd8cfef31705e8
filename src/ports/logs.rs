//! What the stages need of container logs: the last lines. Not for searching them.

use super::PortError;

/// Reads logs.
pub trait ReadLogs {
    /// The last lines of a log stream, oldest first; none if there is no such group or stream (`GetLogEvents`).
    /// `region` is where the group is, if that is not the Region of the stage.
    async fn log_tail(
        &self,
        region: Option<&str>,
        group: &str,
        stream: &str,
        lines: u32,
    ) -> Result<Vec<String>, PortError>;
}
