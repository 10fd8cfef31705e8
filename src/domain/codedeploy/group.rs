//! Where a service is deployed through: the deployment group and the configuration of its deployments.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::domain::service::{CodeDeployId, tail};

/// An application and a deployment group in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRef {
    /// The name of the application.
    pub application: String,
    /// The name of the deployment group.
    pub group: String,
}

/// What happens when the new tasks are ready for traffic (API shape `DeploymentReadyOption`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadyOption {
    /// Whether the deployment stops, unless somebody continues it in time. Else traffic moves by itself.
    pub is_manual: bool,
    /// How long it waits.
    pub wait: Duration,
}

/// When CodeDeploy goes back by itself (API shape `AutoRollbackConfiguration`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AutoRollback {
    /// Whether it does at all.
    pub enabled: bool,
    /// After what: `DEPLOYMENT_FAILURE`, `DEPLOYMENT_STOP_ON_ALARM`, `DEPLOYMENT_STOP_ON_REQUEST`.
    pub events: Vec<String>,
}

impl AutoRollback {
    /// Whether it goes back after this.
    #[must_use]
    pub fn is_on_for(&self, event: &str) -> bool {
        self.enabled && self.events.iter().any(|on| on == event)
    }
}

/// The newest deployment of a group (API shape `LastDeploymentInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDeployment {
    /// Its id.
    pub id: CodeDeployId,
    /// When it was made, by the clock of CodeDeploy.
    pub created_at: Option<SystemTime>,
}

/// A deployment group (API shape `DeploymentGroupInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentGroup {
    /// Which one it is.
    pub at: GroupRef,
    /// What it deploys to: `ECS`, `Lambda` or `Server`.
    pub platform: String,
    /// The name of the configuration its deployments have if they name none.
    pub config: Option<String>,
    /// The services it deploys: cluster and service.
    pub services: Vec<(String, String)>,
    /// What happens when the new tasks are ready for traffic.
    pub ready: ReadyOption,
    /// How long the old tasks stay after the traffic moved.
    pub termination_wait: Duration,
    /// When it goes back by itself.
    pub auto_rollback: AutoRollback,
    /// The names of the alarms that stop its deployments; none if they are off.
    pub alarms: Vec<String>,
    /// Its newest deployment.
    pub last: Option<LastDeployment>,
}

impl DeploymentGroup {
    /// Whether it deploys this service. Clusters may be given by ARN.
    #[must_use]
    pub fn deploys(&self, cluster: &str, service: &str) -> bool {
        self.services
            .iter()
            .any(|(in_cluster, name)| tail(in_cluster) == tail(cluster) && tail(name) == service)
    }
}

/// How production traffic moves (API shape `TrafficRoutingConfig`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// All at once.
    AllAtOnce,
    /// A part first, the rest later.
    Canary {
        /// How much first, in per cent.
        percent: u32,
        /// How long until the rest.
        interval: Duration,
    },
    /// In equal parts.
    Linear {
        /// How much each time, in per cent.
        percent: u32,
        /// How long from one to the next.
        interval: Duration,
    },
}

impl Routing {
    /// How long it takes from the first to the last of the traffic.
    #[must_use]
    pub fn duration(self) -> Duration {
        match self {
            Self::AllAtOnce => Duration::ZERO,
            Self::Canary { interval, .. } => interval,
            Self::Linear { percent, interval } => {
                interval.saturating_mul(100_u32.div_ceil(percent.max(1)).saturating_sub(1))
            }
        }
    }
}

impl fmt::Display for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brief = crate::domain::rollout::Brief;
        match self {
            Self::AllAtOnce => f.write_str("all at once"),
            Self::Canary { percent, interval } => {
                write!(f, "{percent} %, the rest after {}", brief(*interval))
            }
            Self::Linear { percent, interval } => {
                write!(f, "{percent} % every {}", brief(*interval))
            }
        }
    }
}

/// A configuration of deployments (API shape `DeploymentConfigInfo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentConfig {
    /// What it is for: `ECS`, `Lambda` or `Server`.
    pub platform: String,
    /// How traffic moves, if this version knows.
    pub routing: Option<Routing>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_shift_takes_an_interval_less_than_it_has_steps() {
        let linear = |percent, minutes| Routing::Linear {
            percent,
            interval: Duration::from_mins(minutes),
        };
        assert_eq!(linear(10, 3).duration(), Duration::from_mins(27));
        assert_eq!(linear(30, 1).duration(), Duration::from_mins(3));
        assert_eq!(linear(100, 5).duration(), Duration::ZERO);
        assert_eq!(linear(0, 1).duration(), Duration::from_mins(99));
        assert_eq!(linear(10, 1).to_string(), "10 % every 1m");
    }
}
