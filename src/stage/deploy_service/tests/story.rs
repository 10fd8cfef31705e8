//! What a service does after an update, moment by moment.

use std::time::Duration;

use crate::domain::service::samples::{deployment, pause, service_deployment, steady};
use crate::domain::service::{
    DeploymentRole, RolloutState, ServiceDeployment, ServiceDeploymentStatus, ServiceState,
    TaskState,
};

/// The number of the deployment that an update starts.
pub(super) const NEW: u64 = 200;

/// How a service is from some seconds after its update on.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) after: u64,
    pub(super) service: ServiceState,
    pub(super) status: ServiceDeploymentStatus,
}

/// A service and what it will do.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) service: ServiceState,
    pub(super) moments: Vec<Moment>,
    pub(super) updated: Option<Duration>,
    /// Whether the service names its service deployment.
    pub(super) named: bool,
    /// Whether an update to what was there before is a deployment of its own, with another number.
    pub(super) goes_back: bool,
    pub(super) back: Option<Duration>,
    /// How many deployments updates started.
    pub(super) deployed: usize,
    pub(super) stopped: Option<Duration>,
    /// Whether a stop that is asked for has no effect.
    pub(super) unstoppable: bool,
    /// How many answers after the update still show the service before it.
    pub(super) stale: usize,
    pub(super) tasks: Vec<TaskState>,
    /// From when to when, in seconds after the update, a hook of ours waits, and its id.
    pub(super) pauses: Vec<(u64, u64, &'static str)>,
    /// A deployment that runs before ours, and until when.
    pub(super) earlier: Option<(ServiceDeployment, u64)>,
}

impl Story {
    /// The service `name`, steady on revision 1.
    pub(super) fn steady(name: &str) -> Self {
        Self {
            service: steady(),
            moments: Vec::new(),
            updated: None,
            named: false,
            goes_back: false,
            back: None,
            deployed: 0,
            stopped: None,
            unstoppable: false,
            stale: 0,
            tasks: Vec::new(),
            pauses: Vec::new(),
            earlier: None,
        }
        .named(name)
    }

    /// The same under another name.
    pub(super) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.service.name);
        for moment in &mut self.moments {
            name.clone_into(&mut moment.service.name);
        }
        self
    }

    /// At that many seconds after the update, the service deployment has this status.
    pub(super) fn then(mut self, after: u64, status: ServiceDeploymentStatus) -> Self {
        let mut service = self.service.clone();
        service.deployments = match status {
            ServiceDeploymentStatus::RollbackSuccessful => vec![deployment(100, 1)],
            ServiceDeploymentStatus::Successful => vec![deployment(NEW, 2)],
            _ => rolling(),
        };
        self.moments.push(Moment {
            after,
            service,
            status,
        });
        self
    }

    pub(super) fn now(&self, now: Duration) -> Option<Moment> {
        let since = now.checked_sub(self.updated?)?.as_secs();
        let back = |stopped: Duration| stopped + Duration::from_secs(5) <= now;
        if self.stopped.is_some_and(back) {
            return Some(Moment {
                after: since,
                service: self.service.clone(),
                status: ServiceDeploymentStatus::RollbackSuccessful,
            });
        }
        self.moments
            .iter()
            .rfind(|moment| moment.after <= since)
            .cloned()
    }

    /// The service as the next answer shows it.
    pub(super) fn answer(&mut self, now: Duration) -> ServiceState {
        if self.updated.is_some() && self.stale > 0 {
            self.stale -= 1;
            return self.service.clone();
        }
        self.state(now)
    }

    fn state(&self, now: Duration) -> ServiceState {
        let mut service = self
            .now(now)
            .map_or_else(|| self.service.clone(), |moment| moment.service);
        if self.back.is_some() {
            service.deployments = vec![deployment(NEW + 100, 1)];
        }
        if self.named {
            service.current_deployment = self.service_deployment(now).map(|one| one.arn);
        }
        service
    }

    pub(super) fn service_deployment(&self, now: Duration) -> Option<ServiceDeployment> {
        if self.back.is_some() {
            let name = format!("d-{}-back", self.service.name);
            let done = ServiceDeploymentStatus::Successful;
            return Some(service_deployment(&name, NEW + 100, done));
        }
        let moment = self.now(now)?;
        let since = now.checked_sub(self.updated?)?.as_secs();
        let waits = |(from, to, _): &&(u64, u64, &str)| (*from..*to).contains(&since);
        let mut ours = service_deployment(&format!("d-{}", self.service.name), NEW, moment.status);
        ours.hooks = self
            .pauses
            .iter()
            .filter(waits)
            .map(|(_, _, id)| pause(id))
            .collect();
        Some(ours)
    }

    pub(super) fn earlier(&self, now: Duration) -> Option<ServiceDeployment> {
        let (earlier, until) = self.earlier.as_ref()?;
        let mut earlier = earlier.clone();
        let over = self.stopped.is_some() || now.as_secs() >= *until;
        if over {
            earlier.status = ServiceDeploymentStatus::Successful;
        }
        Some(earlier)
    }
}

fn rolling() -> Vec<crate::domain::service::Deployment> {
    let mut new = deployment(NEW, 2);
    new.rollout = Some(RolloutState::InProgress);
    let mut old = deployment(100, 1);
    old.role = DeploymentRole::Active;
    vec![new, old]
}
