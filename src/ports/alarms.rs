//! What the stages need of CloudWatch: how alarms are. Not for metrics.

use super::PortError;
use crate::domain::alarm::Alarm;

/// Reads alarms.
pub trait ReadAlarms {
    /// The alarms of these names that exist, of any type (`DescribeAlarms`, a hundred a call).
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, PortError>;
}
