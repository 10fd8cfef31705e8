//! Service deployments: one attempt to bring a service to a revision, and how it ended (API shape `ServiceDeployment`).
//!
//! The data alone. `rolling` and `traffic` carry one out, `guard` ends it early.

mod answer;
mod operations;

use std::collections::BTreeMap;

use answer::counted;
pub(super) use operations::{describe, list, parse, stop};

use super::hooks::Hook;
use super::service::{Configuration, Service};
use super::task::Tasks;
use crate::sim::members::Members;
use crate::sim::moment::Moment;

/// One service deployment.
#[derive(Debug, Clone)]
pub(super) struct Rollout {
    /// The tail of its ARN: nothing to do with any revision's number.
    pub(super) id: String,
    pub(super) created: Moment,
    pub(super) started: Option<Moment>,
    pub(super) finished: Option<Moment>,
    pub(super) stopped: Option<Moment>,
    pub(super) updated: Moment,
    /// Numbers of the revisions that had tasks when it began.
    pub(super) sources: Vec<String>,
    /// Number of the revision it brings.
    pub(super) target: String,
    pub(super) status: RolloutStatus,
    pub(super) reason: Option<String>,
    /// `deploymentConfiguration` when it began.
    pub(super) configuration: Members,
    /// Failures counted by the circuit breaker.
    pub(super) failures: u32,
    /// Whether the circuit breaker ended it.
    pub(super) tripped: bool,
    pub(super) rollback: Option<Rollback>,
    /// Stage and weights, unless it rolls.
    pub(super) traffic: Option<Traffic>,
    /// The pauses it made, oldest first.
    pub(super) hooks: Vec<Hook>,
    /// Until when alarms are watched after the tasks are in place.
    pub(super) bake_until: Option<Moment>,
    /// When an alarm fires, and whether it did.
    pub(super) alarm: (Option<Moment>, bool),
    /// The alarms that fired.
    pub(super) fired: Vec<String>,
    /// When a requested rollback begins.
    pub(super) rollback_at: Option<Moment>,
    /// Task counts by revision when it ended; while it runs they are counted.
    pub(super) counts: BTreeMap<String, Counts>,
}

/// How a service deployment stands (`status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RolloutStatus {
    Pending,
    InProgress,
    Successful,
    Stopped,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl RolloutStatus {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    /// Whether the circuit breaker and the alarms watch it.
    pub(super) const fn is_watched(self) -> bool {
        match self {
            Self::Pending | Self::InProgress => true,
            Self::Successful
            | Self::Stopped
            | Self::RollbackRequested
            | Self::RollbackInProgress
            | Self::RollbackSuccessful
            | Self::RollbackFailed => false,
        }
    }

    /// Whether nothing more happens to it.
    pub(super) const fn is_over(self) -> bool {
        match self {
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => {
                true
            }
            Self::Pending
            | Self::InProgress
            | Self::RollbackRequested
            | Self::RollbackInProgress => false,
        }
    }
}

/// A way back.
#[derive(Debug, Clone)]
pub(super) struct Rollback {
    pub(super) reason: String,
    pub(super) started: Moment,
    /// Number of the revision gone back to.
    pub(super) number: String,
}

/// Tasks of one revision as a service deployment answers them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) requested: u32,
    pub(super) running: u32,
    pub(super) pending: u32,
}

/// Where a blue/green, linear or canary deployment stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Traffic {
    pub(super) stage: Stage,
    /// When the stage is over, if it only waits.
    pub(super) until: Option<Moment>,
    /// How many steps of the production shift were made.
    pub(super) step: usize,
    /// For how many of them the hooks before the shift were begun.
    pub(super) asked: usize,
    /// Percent of the test traffic that goes to the target.
    pub(super) test: f64,
    /// Percent of the production traffic that goes to the target.
    pub(super) production: f64,
}

/// `lifecycleStage`, in order. Hooks may sit at `PRE_PRODUCTION_TRAFFIC_SHIFT` too, but the output enumeration does not have
/// it: a deployment that pauses there shows `PRODUCTION_TRAFFIC_SHIFT`, whose step has not been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    ReconcileService,
    PreScaleUp,
    ScaleUp,
    PostScaleUp,
    TestTrafficShift,
    PostTestTrafficShift,
    ProductionTrafficShift,
    PostProductionTrafficShift,
    BakeTime,
    CleanUp,
}

impl Stage {
    /// As ECS writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::ScaleUp => "SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            Self::BakeTime => "BAKE_TIME",
            Self::CleanUp => "CLEAN_UP",
        }
    }

    /// The stage after this one.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::ReconcileService => Some(Self::PreScaleUp),
            Self::PreScaleUp => Some(Self::ScaleUp),
            Self::ScaleUp => Some(Self::PostScaleUp),
            Self::PostScaleUp => Some(Self::TestTrafficShift),
            Self::TestTrafficShift => Some(Self::PostTestTrafficShift),
            Self::PostTestTrafficShift => Some(Self::ProductionTrafficShift),
            Self::ProductionTrafficShift => Some(Self::PostProductionTrafficShift),
            Self::PostProductionTrafficShift => Some(Self::BakeTime),
            Self::BakeTime => Some(Self::CleanUp),
            Self::CleanUp => None,
        }
    }
}

impl Rollout {
    /// One that has just been asked for.
    pub(super) fn begun(
        id: String,
        sources: Vec<String>,
        target: &str,
        configuration: Members,
        now: Moment,
    ) -> Self {
        Self {
            id,
            created: now,
            started: None,
            finished: None,
            stopped: None,
            updated: now,
            sources,
            target: target.to_owned(),
            status: RolloutStatus::Pending,
            reason: None,
            configuration,
            failures: 0,
            tripped: false,
            rollback: None,
            traffic: None,
            hooks: Vec::new(),
            bake_until: None,
            alarm: (None, false),
            fired: Vec::new(),
            rollback_at: None,
            counts: BTreeMap::new(),
        }
    }

    /// The configuration it goes by.
    pub(super) fn rules(&self) -> Configuration {
        Configuration::read(Some(&self.configuration))
    }

    /// Keeps the task counts as they are, for the time after its end.
    pub(super) fn freeze(&mut self, service: &Service, tasks: &Tasks) {
        let numbers = self.sources.iter().chain([&self.target]);
        self.counts = numbers
            .map(|number| (number.clone(), counted(service, self, tasks, number)))
            .collect();
    }

    /// Changes how it stands.
    pub(super) fn turn(&mut self, status: RolloutStatus, reason: Option<&str>, now: Moment) {
        self.status = status;
        self.updated = now;
        if let Some(reason) = reason {
            self.reason = Some(reason.to_owned());
        }
        if status.is_over() {
            self.finished = Some(now);
        }
        if status == RolloutStatus::Stopped {
            self.stopped = Some(now);
        }
    }
}
