//! A deployment that is followed, whoever moves the tasks: ECS or CodeDeploy. Each is a fold of its own.

use std::time::Duration;

use crate::domain::codedeploy::{Shift, ShiftWanted};
use crate::domain::diagnosis::Diagnosis;
use crate::domain::rollout::{
    Observation, Progress, Read, Rollout, RolloutEvent, StopCause, Verdict, Wanted,
};
use crate::domain::service::{
    CodeDeployId, DeploymentId, ServiceDeployment, ServiceDeploymentArn, TaskState,
};
use crate::domain::target_health::TargetHealth;
use crate::domain::watch::Watch;

/// A deployment being watched.
#[derive(Debug, Clone)]
pub enum Following {
    /// ECS moves the tasks.
    Ecs(Box<Rollout>),
    /// CodeDeploy moves the tasks.
    CodeDeploy(Box<Shift>),
}

/// The same of both.
macro_rules! either {
    ($self:ident, $inner:ident => $what:expr) => {
        match $self {
            Self::Ecs($inner) => $what,
            Self::CodeDeploy($inner) => $what,
        }
    };
}

impl Following {
    fn watch(&self) -> &Watch {
        either!(self, one => one.watch())
    }

    fn watch_mut(&mut self) -> &mut Watch {
        either!(self, one => one.watch_mut())
    }

    /// Takes in what was read, and says what is new and how it stands.
    pub fn observe(
        &mut self,
        seen: &Observation,
        elapsed: Duration,
    ) -> (Vec<RolloutEvent>, Verdict) {
        either!(self, one => one.observe(seen, elapsed))
    }

    /// The service deployment to read.
    #[must_use]
    pub fn wanted_deployment(&self) -> Option<&ServiceDeploymentArn> {
        match self {
            Self::Ecs(one) => one.wanted_deployment(),
            Self::CodeDeploy(_) => None,
        }
    }

    /// What is worth asking CodeDeploy.
    #[must_use]
    pub fn wanted_shift(&self) -> Option<ShiftWanted> {
        match self {
            Self::Ecs(_) => None,
            Self::CodeDeploy(one) => one.wanted_shift(),
        }
    }

    /// What else is worth reading, after the deployment itself.
    #[must_use]
    pub fn wanted(&self, deployment: &Read<ServiceDeployment>) -> Wanted {
        match self {
            Self::Ecs(one) => one.wanted(deployment),
            Self::CodeDeploy(one) => one.wanted(),
        }
    }

    /// The target groups worth reading now. Empty while all goes well.
    #[must_use]
    pub fn targets_wanted(&self) -> Vec<String> {
        either!(self, one => one.targets_wanted())
    }

    /// The target groups worth reading at the end of a deployment that failed.
    #[must_use]
    pub fn last_targets_wanted(&self) -> Vec<String> {
        either!(self, one => one.last_targets_wanted())
    }

    /// Takes in how the targets of the groups are, and tells the trouble that is new.
    pub fn observe_targets(&mut self, health: Vec<TargetHealth>) -> Vec<RolloutEvent> {
        either!(self, one => one.observe_targets(health))
    }

    /// Notes that the targets can not be read. Whether that is news.
    pub fn targets_unavailable(&mut self) -> bool {
        self.watch_mut().targets_unavailable()
    }

    /// The names of the deployment alarms that ended the deployment.
    #[must_use]
    pub fn alarms_fired(&self) -> Vec<String> {
        either!(self, one => one.alarms_fired())
    }

    /// How long to wait before reading again.
    #[must_use]
    pub fn pause(&self) -> Duration {
        either!(self, one => one.pause())
    }

    /// How it stands.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.watch().verdict
    }

    /// How many tasks there are, as told last.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.watch().told_progress().unwrap_or_default()
    }

    /// Where it stands, in one line.
    #[must_use]
    pub fn standing(&self) -> String {
        either!(self, one => one.standing())
    }

    /// Whether the deployment has to be stopped and rolled back by the caller, and why.
    #[must_use]
    pub fn stop_wanted(&self) -> Option<StopCause> {
        self.watch().stop_wanted
    }

    /// Notes that the deployment was asked to stop and go back, and watches for up to `more` from now on.
    pub fn stopping(&mut self, cause: StopCause, more: Duration) -> RolloutEvent {
        self.watch_mut().stopping(cause, more)
    }

    /// Notes what became of it when what was there before was deployed again.
    pub fn taken_back(&mut self, verdict: Verdict) {
        self.watch_mut().taken_back(verdict);
    }

    /// Notes that stopping did not work, so that it is not asked for again.
    pub fn give_up_stopping(&mut self) {
        self.watch_mut().give_up_stopping();
    }

    /// Takes in tasks that were read after the end, for the diagnosis.
    pub fn remember(&mut self, tasks: &[TaskState]) {
        either!(self, one => one.remember(tasks));
    }

    /// What went wrong, as far as it was seen.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        either!(self, one => one.diagnosis())
    }

    /// The ARN of the task definition it brings.
    #[must_use]
    pub fn task_definition(&self) -> &str {
        match self {
            Self::Ecs(one) => &one.start().task_definition,
            Self::CodeDeploy(one) => &one.start().task_definition,
        }
    }

    /// The ARN of the task definition that was there before.
    #[must_use]
    pub fn previous_task_definition(&self) -> &str {
        match self {
            Self::Ecs(one) => &one.start().before.task_definition,
            Self::CodeDeploy(one) => &one.start().previous,
        }
    }

    /// The id of our entry in the service; only ECS makes one.
    #[must_use]
    pub fn id(&self) -> Option<&DeploymentId> {
        match self {
            Self::Ecs(one) => Some(one.id()),
            Self::CodeDeploy(_) => None,
        }
    }

    /// The service deployment, once it is found; only ECS makes one.
    #[must_use]
    pub fn service_deployment(&self) -> Option<&ServiceDeploymentArn> {
        match self {
            Self::Ecs(one) => one.service_deployment(),
            Self::CodeDeploy(_) => None,
        }
    }

    /// The deployment of CodeDeploy, if it makes one.
    #[must_use]
    pub fn codedeployment(&self) -> Option<&CodeDeployId> {
        match self {
            Self::Ecs(_) => None,
            Self::CodeDeploy(one) => one.start().deployment.as_ref(),
        }
    }

    /// The same, for somebody who only wants to know how it stands now: what two looks show is believed.
    #[must_use]
    pub fn glancing(mut self) -> Self {
        self.watch_mut().glance();
        self
    }

    /// Whether another look may show something else than the last one.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        either!(self, one => one.is_doubtful())
    }

    /// How many tasks are missing now; none if the service was not read.
    #[must_use]
    pub fn missing_tasks(&self) -> Option<u32> {
        self.watch().missing_tasks()
    }

    /// What can not be known any more, or can not be read here, in words.
    #[must_use]
    pub fn forgotten(&self) -> Vec<&'static str> {
        match self {
            Self::Ecs(one) => one.forgotten(),
            Self::CodeDeploy(one) => one.watch().tasks_forgotten().into_iter().collect(),
        }
    }

    /// Whether its service deployment may still be found.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        match self {
            Self::Ecs(one) => one.is_searched(),
            Self::CodeDeploy(_) => false,
        }
    }

    /// Takes a service deployment that was found for ours.
    pub fn link_to(&mut self, deployment: ServiceDeploymentArn) {
        match self {
            Self::Ecs(one) => one.link_to(deployment),
            Self::CodeDeploy(_) => {}
        }
    }

    /// How long a deployment that was not started here took, by the clock of ECS, once it is over.
    #[must_use]
    pub fn took_by_ecs(&self) -> Option<Duration> {
        match self {
            Self::Ecs(one) => one.took_by_ecs(),
            Self::CodeDeploy(_) => None,
        }
    }

    /// The best name for it that is known.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Ecs(one) => one
                .service_deployment()
                .map_or_else(|| one.id().to_string(), ToString::to_string),
            Self::CodeDeploy(one) => one
                .start()
                .deployment
                .as_ref()
                .map_or_else(|| one.start().target.clone(), ToString::to_string),
        }
    }
}
