//! The deployments that a service has running, and what is done about them before another one starts.

use std::fmt;

use super::{IfRunning, Refusal};
use crate::domain::service::{
    CodeDeployId, DeploymentId, RolloutState, ServiceDeploymentArn, ServiceDeploymentBrief,
    ServiceState,
};

/// The deployments that the service has running, as far as that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Running {
    /// The service deployments that were listed, over or not.
    Listed(Vec<ServiceDeploymentBrief>),
    /// They can not be listed here; the entries of the service have to do.
    Unknown,
}

/// The deployments that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InFlight {
    /// Service deployments.
    Deployments(Vec<ServiceDeploymentArn>),
    /// The newest entry of the service, where service deployments can not be listed.
    Entry(DeploymentId),
    /// Deployments of CodeDeploy.
    Shifts(Vec<CodeDeployId>),
}

impl fmt::Display for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployments(arns) => {
                let arns: Vec<&str> = arns.iter().map(ServiceDeploymentArn::as_str).collect();
                f.write_str(&arns.join("`, `"))
            }
            Self::Entry(id) => id.fmt(f),
            Self::Shifts(ids) => {
                let ids: Vec<&str> = ids.iter().map(CodeDeployId::as_str).collect();
                f.write_str(&ids.join("`, `"))
            }
        }
    }
}

/// What is done about the deployments that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beforehand {
    /// There are none.
    Nothing,
    /// Wait until they are over.
    Wait(InFlight),
    /// Stop them, and wait until they went back.
    Stop(Vec<ServiceDeploymentArn>),
    /// Have CodeDeploy stop them, and wait until they went back.
    StopShifts(Vec<CodeDeployId>),
}

/// What is done about deployments that run: what was asked for, if it can be done.
pub(super) fn before(
    if_running: IfRunning,
    service: &ServiceState,
    running: &Running,
) -> Result<Beforehand, Refusal> {
    let in_flight = match running {
        Running::Listed(list) => {
            let arns: Vec<ServiceDeploymentArn> = list
                .iter()
                .filter(|brief| !brief.status.is_over())
                .map(|brief| brief.arn.clone())
                .collect();
            if arns.is_empty() {
                // One that is over may still be moving tasks (early success); one that is not listed so far runs.
                unlisted(service, list).map(|entry| InFlight::Entry(entry.clone()))
            } else {
                Some(InFlight::Deployments(arns))
            }
        }
        Running::Unknown => unlisted(service, &[]).map(|entry| InFlight::Entry(entry.clone())),
    };
    let Some(in_flight) = in_flight else {
        return Ok(Beforehand::Nothing);
    };
    match (if_running, in_flight) {
        (IfRunning::Fail, in_flight) => Err(Refusal::Running {
            service: service.name.clone(),
            in_flight,
        }),
        (IfRunning::Wait, in_flight) => Ok(Beforehand::Wait(in_flight)),
        (IfRunning::Stop, InFlight::Deployments(arns)) => Ok(Beforehand::Stop(arns)),
        (IfRunning::Stop, InFlight::Entry(entry)) => Err(Refusal::CannotStop {
            service: service.name.clone(),
            entry,
        }),
        (IfRunning::Stop, InFlight::Shifts(ids)) => Ok(Beforehand::StopShifts(ids)),
    }
}

/// The newest entry of a service, if it is in progress and none of these service deployments is its.
#[must_use]
pub fn unlisted<'a>(
    service: &'a ServiceState,
    list: &[ServiceDeploymentBrief],
) -> Option<&'a DeploymentId> {
    let entry = service
        .primary()
        .filter(|entry| entry.rollout == Some(RolloutState::InProgress))?;
    let is_its = |brief: &ServiceDeploymentBrief| {
        let target = brief.target.as_ref();
        target.is_some_and(|target| entry.id.brings(target))
    };
    (!list.iter().any(is_its)).then_some(&entry.id)
}
