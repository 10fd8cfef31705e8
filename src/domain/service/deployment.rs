//! Service deployments and service revisions: what ECS records about one rollout, under ids that never move.
//! Not every Region, partition and old service has them; `rollout` then follows the entries of `deployments`.

use std::time::SystemTime;

use super::ids::{RevisionArn, ServiceDeploymentArn};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How a service deployment stands (API shape `ServiceDeploymentStatus`).
    pub enum ServiceDeploymentStatus {
        /// Made, not started.
        Pending = "PENDING",
        /// Runs; also while it is paused at a hook.
        InProgress = "IN_PROGRESS",
        /// Done.
        Successful = "SUCCESSFUL",
        /// Over: stopped, replaced, or failed with the way back turned off.
        Stopped = "STOPPED",
        /// Is being stopped.
        StopRequested = "STOP_REQUESTED",
        /// Will go back.
        RollbackRequested = "ROLLBACK_REQUESTED",
        /// Goes back.
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        /// Went back.
        RollbackSuccessful = "ROLLBACK_SUCCESSFUL",
        /// Could not go back.
        RollbackFailed = "ROLLBACK_FAILED",
    }
}

impl ServiceDeploymentStatus {
    /// Whether it is over. A status that is not known means that it runs.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => {
                true
            }
            Self::Pending
            | Self::InProgress
            | Self::StopRequested
            | Self::RollbackRequested
            | Self::RollbackInProgress
            | Self::Other(_) => false,
        }
    }

    /// Whether it is over or will be: it was stopped, or goes back.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.is_over() || self.goes_back() || *self == Self::StopRequested
    }

    /// Whether ECS goes back to what ran before.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        matches!(self, Self::RollbackRequested | Self::RollbackInProgress)
    }
}

text_enum! {
    /// What a guard of a deployment does (API shapes `ServiceDeploymentRollbackMonitorsStatus`).
    pub enum GuardStatus {
        /// It ended the deployment.
        Triggered = "TRIGGERED",
        /// It watches.
        Monitoring = "MONITORING",
        /// It watched to the end.
        MonitoringComplete = "MONITORING_COMPLETE",
        /// It is off.
        Disabled = "DISABLED",
    }
}

text_enum! {
    /// What a hook of a deployment does (API shape `DeploymentLifecycleHookStatus`).
    pub enum HookStatus {
        /// A person or program has to answer.
        AwaitingAction = "AWAITING_ACTION",
        /// Its function works.
        InProgress = "IN_PROGRESS",
        /// It said yes.
        Succeeded = "SUCCEEDED",
        /// It said no.
        Failed = "FAILED",
        /// Nobody answered in time.
        TimedOut = "TIMED_OUT",
    }
}

/// The stage of a deployment that moves traffic. A plain rolling deployment has none.
/// The API lists ten in `ServiceDeploymentLifecycleStage` and leaves out one that hooks may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleStage(String);

impl LifecycleStage {
    const ORDER: [&'static str; 11] = [
        "RECONCILE_SERVICE",
        "PRE_SCALE_UP",
        "SCALE_UP",
        "POST_SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ];

    /// Takes the stage as AWS names it; an empty text is no stage.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its place in the order of stages; none for a stage this version does not know.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        Self::ORDER.iter().position(|stage| *stage == self.0)
    }

    /// Whether all production traffic was moved when this stage began.
    #[must_use]
    pub fn is_after_traffic(&self) -> bool {
        matches!(self.0.as_str(), "BAKE_TIME" | "CLEAN_UP")
    }
}

/// The tasks of one revision during a deployment (API shape `ServiceRevisionSummary`).
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionCounts {
    /// The revision.
    pub revision: RevisionArn,
    /// How many tasks it is to have.
    pub requested: u32,
    /// How many are being started.
    pub pending: u32,
    /// How many run.
    pub running: u32,
    /// Its share of the production traffic, in per cent.
    pub production_weight: Option<f64>,
    /// Its share of the test traffic, in per cent.
    pub test_weight: Option<f64>,
}

/// Where a deployment goes back to, and why (API shape `Rollback`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackFact {
    /// Why.
    pub reason: String,
    /// The revision it goes back to.
    pub revision: Option<RevisionArn>,
}

text_enum! {
    /// What ECS does when nobody answers a hook in time (API shape `DeploymentLifecycleHookAction`).
    pub enum HookAction {
        /// It goes on.
        Continue = "CONTINUE",
        /// It goes back.
        Rollback = "ROLLBACK",
    }
}

/// A hook of the stage that a deployment is in (API shape `DeploymentLifecycleHookDetail`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its id; each time a hook is reached it has another one.
    pub id: String,
    /// What it does.
    pub status: HookStatus,
    /// The ARN of the function it calls, if it calls one.
    pub target: Option<String>,
    /// When it no longer waits.
    pub expires_at: Option<SystemTime>,
    /// What ECS does then.
    pub at_expiry: Option<HookAction>,
}

/// One line of `ListServiceDeployments` (API shape `ServiceDeploymentBrief`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDeploymentBrief {
    /// Its ARN.
    pub arn: ServiceDeploymentArn,
    /// The revision it brings.
    pub target: Option<RevisionArn>,
    /// How it stands.
    pub status: ServiceDeploymentStatus,
    /// When it was made, by the clock of ECS.
    pub created_at: Option<SystemTime>,
}

/// A service deployment (API shape `ServiceDeployment`).
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: ServiceDeploymentArn,
    /// How it stands.
    pub status: ServiceDeploymentStatus,
    /// Why.
    pub reason: String,
    /// The stage it is in; none for a plain rolling one.
    pub stage: Option<LifecycleStage>,
    /// The revisions that ran before.
    pub sources: Vec<RevisionCounts>,
    /// The revision it brings.
    pub target: Option<RevisionCounts>,
    /// Where it goes back to.
    pub rollback: Option<RollbackFact>,
    /// What the circuit breaker does.
    pub breaker: Option<GuardStatus>,
    /// How many failures the circuit breaker counted.
    pub breaker_failures: u32,
    /// At how many it ends the deployment.
    pub breaker_threshold: u32,
    /// What the deployment alarms do.
    pub alarms: Option<GuardStatus>,
    /// The alarms that fired.
    pub alarms_triggered: Vec<String>,
    /// Its hooks.
    pub hooks: Vec<Hook>,
    /// When it was made, by the clock of ECS.
    pub created_at: Option<SystemTime>,
    /// When it was over, by the same clock.
    pub finished_at: Option<SystemTime>,
}

impl ServiceDeployment {
    /// Whether a guard of its own ended it.
    #[must_use]
    pub fn guard_triggered(&self) -> bool {
        self.breaker == Some(GuardStatus::Triggered) || self.alarms == Some(GuardStatus::Triggered)
    }
}

/// The image one container of a revision was resolved to (API shape `ContainerImage`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionImage {
    /// The container.
    pub container: String,
    /// The image as the task definition names it.
    pub image: String,
    /// The digest it was resolved to, if ECS resolved it.
    pub digest: Option<String>,
}

/// A service revision (API shape `ServiceRevision`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRevision {
    /// Its ARN.
    pub arn: RevisionArn,
    /// The ARN of its task definition.
    pub task_definition: String,
    /// Its containers' images.
    pub images: Vec<RevisionImage>,
    /// The ARNs of the target groups its tasks are put into.
    pub target_groups: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_is_not_known_means_that_the_deployment_runs() {
        assert!(!ServiceDeploymentStatus::from("HIBERNATING").is_over());
        assert!(ServiceDeploymentStatus::from("ROLLBACK_FAILED").is_over());
    }

    #[test]
    fn stages_have_an_order_and_an_unknown_one_has_no_place_in_it() {
        let position = |text| LifecycleStage::new(text).and_then(|stage| stage.position());
        assert!(position("BAKE_TIME") > position("PRE_PRODUCTION_TRAFFIC_SHIFT"));
        assert_eq!(position("SOMETHING_NEW"), None);
        assert_eq!(LifecycleStage::new(""), None);
    }
}
