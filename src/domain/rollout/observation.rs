//! What was read of a deployment at one moment, and what is to be read at the next.

use std::time::{Duration, SystemTime};

use crate::domain::codedeploy::ShiftSeen;
use crate::domain::service::{
    RevisionArn, ServiceDeployment, ServiceDeploymentBrief, ServiceRevision, ServiceState,
    TaskState,
};

/// What came of reading something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Read<T> {
    /// It was not read this time, or the answer got lost.
    #[default]
    NotRead,
    /// AWS does not know it, or not so far.
    Missing,
    /// It can not be read here at all: not allowed, or not offered. Holds why.
    Unavailable(String),
    /// It was read.
    Got(T),
}

impl<T> Read<T> {
    /// What was read.
    pub fn got(&self) -> Option<&T> {
        match self {
            Self::Got(value) => Some(value),
            Self::NotRead | Self::Missing | Self::Unavailable(_) => None,
        }
    }
}

/// What was read at one moment. The parts may be of slightly different age, and any of them older than the one before.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// The service.
    pub service: Read<ServiceState>,
    /// Its service deployments made since a moment before ours.
    pub listed: Read<Vec<ServiceDeploymentBrief>>,
    /// Our service deployment.
    pub deployment: Read<ServiceDeployment>,
    /// The revision it brings.
    pub revision: Read<ServiceRevision>,
    /// Tasks of the service, running and stopped, of whichever deployment.
    pub tasks: Read<Vec<TaskState>>,
    /// Our deployment, if CodeDeploy made it.
    pub shift: ShiftSeen,
}

/// What is worth reading, besides the service deployment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The service.
    pub service: bool,
    /// The service deployments made after this moment (or all, if it is not known).
    pub list: Option<ListSince>,
    /// This service revision.
    pub revision: Option<RevisionArn>,
    /// The tasks of the service.
    pub tasks: bool,
}

/// From when on service deployments are listed: a time of the clock of ECS, never of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSince(pub Option<SystemTime>);

impl ListSince {
    /// A minute before this moment, because clocks within ECS differ a little.
    #[must_use]
    pub fn a_minute_before(moment: Option<SystemTime>) -> Self {
        Self(moment.and_then(|moment| moment.checked_sub(Duration::from_mins(1))))
    }
}
