//! Load balancers and alarms in memory, for workflow tests: they show what they are told to, moment by moment.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::PortError;
use super::alarms::ReadAlarms;
use super::fake::Calls;
use super::target_health::ReadTargetHealth;
use crate::domain::alarm::Alarm;
use crate::domain::target_health::TargetHealth;

/// What stands around a service. Its calls are its own; a world that holds it counts them besides.
#[derive(Debug, Default)]
pub(crate) struct FakeNeighbours {
    /// Every call, in order.
    pub(crate) calls: Calls,
    /// The targets, by the ARN of their group.
    pub(crate) targets: RefCell<BTreeMap<String, Vec<TargetHealth>>>,
    /// The alarms that exist.
    pub(crate) alarms: RefCell<Vec<Alarm>>,
}

impl ReadTargetHealth for FakeNeighbours {
    async fn target_health(&self, group: &str) -> Result<Vec<TargetHealth>, PortError> {
        self.calls.make("DescribeTargetHealth", group)?;
        Ok(self
            .targets
            .borrow()
            .get(group)
            .cloned()
            .unwrap_or_default())
    }
}

impl ReadAlarms for FakeNeighbours {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, PortError> {
        self.calls.make("DescribeAlarms", &names.join(","))?;
        let alarms = self.alarms.borrow();
        let asked = alarms.iter().filter(|alarm| names.contains(&alarm.name));
        Ok(asked.cloned().collect())
    }
}
