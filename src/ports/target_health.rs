//! What the stages need of load balancers: how the targets of a target group are. Not for changing listeners or groups.

use super::PortError;
use crate::domain::target_health::TargetHealth;

/// Reads the health of targets.
pub trait ReadTargetHealth {
    /// All targets of the group with this ARN, as the load balancer sees them (`DescribeTargetHealth`).
    async fn target_health(&self, group: &str) -> Result<Vec<TargetHealth>, PortError>;
}
