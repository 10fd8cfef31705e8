//! Holding scaling still and giving it back: the order of calls that `suspend-scaling`, `resume-scaling` and
//! `deploy-service` share.
//!
//! Suspend: look; claim the lease; look again until it is seen and is ours; write down what is about to be switched;
//! switch; look until it shows; write down what was switched. Resume: look; write down what is about to be switched back;
//! switch back; look until it shows; remove the lease. A process that is killed between any two of these leaves enough
//! for another to give back exactly what was.
//!
//! Not for deciding what is switched: `domain::scaling` does.
mod all;
mod claim;
mod contest;
mod holdable;
mod resume;
mod suspend;

pub(crate) use all::{give_back_all, suspend_all};
pub(crate) use contest::suspend;
pub use contest::{Contest, suspend_service};
pub(crate) use holdable::GroupScaling;
pub use resume::{Resumed, resume_service};
pub(crate) use resume::{renew_service, resume};
pub use suspend::{Hold, Suspended};

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value};

use crate::domain::names::{ClusterName, ClusterRef, ServiceRef};
use crate::domain::scaling::{ServiceResource, Switch, UnixTime};
use crate::error::Error;
use crate::ports::Clock;
use crate::stage::Outputs;

/// Pauses before each look at what was just written. The first also lets another writer's tag show; the others outlast
/// answers from before the write.
const LOOKS: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(2),
    Duration::from_secs(3),
];

pub(crate) fn unix_time(clock: &impl Clock) -> UnixTime {
    // A clock before 1970 makes every lease look live, which only means that nothing foreign is touched.
    let since = clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(since.as_secs())
}

/// What is told of one target or group: for events and for the output `suspended`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// `service/<cluster>/<service>` or `group <name>`.
    pub subject: String,
    /// What was suspended before, by anyone but us; scaling goes or went back to exactly this.
    pub before: Vec<String>,
    /// What this run switched.
    pub changed: Vec<String>,
    /// What is suspended now, all of it.
    pub suspended: Vec<String>,
    /// The lease that stands now.
    pub lease: Option<String>,
}

impl Account {
    /// As a member of the output `suspended`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("subject".to_owned(), self.subject.clone().into());
        members.extend(self.fields());
        Value::Object(members)
    }

    /// The same without the subject, for events.
    fn fields(&self) -> Map<String, Value> {
        let lease = self.lease.clone().map_or(Value::Null, Value::String);
        Map::from_iter([
            ("before".to_owned(), self.before.clone().into()),
            ("changed".to_owned(), self.changed.clone().into()),
            ("suspended".to_owned(), self.suspended.clone().into()),
            ("lease".to_owned(), lease),
        ])
    }
}

/// The service that is meant: a long ARN names its cluster too.
pub(crate) fn resource(
    cluster: &ClusterRef,
    service: &ServiceRef,
) -> Result<ServiceResource, Error> {
    let given = cluster.name().as_str();
    let cluster = match service.cluster().map(ClusterName::as_str) {
        Some(named) if given != "default" && given != named => {
            let text = format!(
                "`--cluster {given}` and the cluster in the ARN of the service differ: `{named}`"
            );
            return Err(Error::usage(text).hint("leave one of them out"));
        }
        Some(named) => named,
        None => given,
    };
    Ok(ServiceResource::new(cluster, service.name().as_str()))
}

/// Accounts as the outputs `suspended` (a JSON array) and `lease` (a line for each that stands).
pub(crate) fn outputs(accounts: &[Account]) -> Outputs {
    let suspended: Value = accounts.iter().map(Account::to_json).collect();
    let leases: Vec<&str> = accounts
        .iter()
        .filter_map(|account| account.lease.as_deref())
        .collect();
    Outputs::new()
        .with("suspended", suspended.to_string())
        .with("lease", leases.join("\n"))
}

fn words<S: Switch>(switches: &BTreeSet<S>) -> Vec<String> {
    switches.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
pub(crate) mod tests;
