//! The same world with CodeDeploy in it, and services that show what it does.

use std::time::SystemTime;

use super::world::World;
use crate::domain::codedeploy::samples::{self, BLUE, GREEN};
use crate::domain::codedeploy::{
    CodeDeployStatus, CodeDeployment, ContinueWait, DeploymentConfig, DeploymentGroup, GroupRef,
    NewDeployment, SetLabel, ShiftTarget,
};
use crate::domain::service::{CodeDeployId, Controller, ServiceState, TaskSetStatus};
use crate::domain::target_health::{TargetHealth, TargetState};
use crate::ports::PortError;
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};
use crate::ports::fake_codedeploy::{At, Moment};

use super::story::Story;

/// A service under CodeDeploy.
pub(super) fn service(name: &str) -> Story {
    let mut story = Story::steady(name);
    story.service = samples::service();
    story.named(name)
}

/// What a deployment goes through if all goes well: a canary of five minutes.
pub(super) fn good() -> Vec<Moment> {
    use crate::domain::codedeploy::EventStatus::InProgress;
    let then = |after, status, done, weight| Moment {
        after,
        status,
        trouble: None,
        target: Some(samples::target(done, &InProgress, weight)),
    };
    vec![
        then(3, CodeDeployStatus::InProgress, 1, 0.0),
        then(60, CodeDeployStatus::InProgress, 6, 10.0),
        then(360, CodeDeployStatus::InProgress, 7, 100.0),
        then(370, CodeDeployStatus::InProgress, 8, 100.0),
        then(670, CodeDeployStatus::Succeeded, 8, 100.0),
    ]
}

impl World {
    /// A world with one service under CodeDeploy, whose deployments go through these moments.
    pub(super) fn under_codedeploy(story: Vec<Moment>) -> Self {
        let world = Self::with([service("web")]);
        let group = samples::group();
        let mut groups = world.codedeploy.groups.borrow_mut();
        groups.insert(group.at.group.clone(), group);
        drop(groups);
        world.targets(TargetState::Healthy);
        *world.codedeploy.story.borrow_mut() = story;
        world
    }

    /// The load balancer finds the targets so.
    pub(super) fn targets(&self, state: TargetState) {
        let set = samples::task_set(GREEN, 2, TaskSetStatus::Active, "");
        let group = set.load_balancers[0].target.clone();
        let target = TargetHealth {
            group: group.clone(),
            target: "10.0.0.1".to_owned(),
            port: Some(80),
            state,
            reason: None,
            description: None,
        };
        let mut targets = self.neighbours.targets.borrow_mut();
        targets.insert(group, vec![target]);
    }

    fn at(&self) -> At<'_> {
        At {
            clock: &self.clock,
            calls: &self.calls,
            it: &self.codedeploy,
        }
    }

    /// A service under CodeDeploy as its deployments made it.
    pub(super) fn with_task_sets(&self, mut service: ServiceState) -> ServiceState {
        if service.controller != Controller::CodeDeploy {
            return service;
        }
        let now = self.clock.elapsed.get();
        let made = self.codedeploy.made.borrow();
        let group = format!("DgpECS-demo-{}", service.name);
        let Some(last) = made
            .iter()
            .rfind(|one| one.group == group && one.new.is_some())
        else {
            return service;
        };
        let weight = last
            .target(now)
            .and_then(|target| target.set(&SetLabel::Green).map(|set| set.weight));
        let status = last.status(now);
        let serves = weight == Some(100.0)
            && !matches!(status, CodeDeployStatus::Failed | CodeDeployStatus::Stopped);
        let (blue, green) = if serves {
            (TaskSetStatus::Active, TaskSetStatus::Primary)
        } else {
            (TaskSetStatus::Primary, TaskSetStatus::Active)
        };
        let over = status.is_over();
        service.task_sets.clear();
        if !(over && serves) {
            service
                .task_sets
                .push(samples::task_set(BLUE, 1, blue, "d-BEFORE"));
        }
        if !over || serves {
            service
                .task_sets
                .push(samples::task_set(GREEN, 2, green, last.id.as_str()));
        }
        service
    }
}

impl ReadCodeDeploy for World {
    async fn deployment_group(&self, at: &GroupRef) -> Result<DeploymentGroup, PortError> {
        self.at().deployment_group(at).await
    }

    async fn deployment_config(&self, name: &str) -> Result<Option<DeploymentConfig>, PortError> {
        self.at().deployment_config(name).await
    }

    async fn running_codedeployments(&self, at: &GroupRef) -> Result<Vec<CodeDeployId>, PortError> {
        self.at().running_codedeployments(at).await
    }

    async fn codedeployments_since(
        &self,
        at: &GroupRef,
        since: Option<SystemTime>,
    ) -> Result<Vec<CodeDeployId>, PortError> {
        self.at().codedeployments_since(at, since).await
    }

    async fn codedeployments(
        &self,
        ids: &[CodeDeployId],
    ) -> Result<Vec<CodeDeployment>, PortError> {
        self.at().codedeployments(ids).await
    }

    async fn shift_target(
        &self,
        deployment: &CodeDeployId,
        target: &str,
    ) -> Result<Option<ShiftTarget>, PortError> {
        self.at().shift_target(deployment, target).await
    }
}

impl WriteCodeDeploy for World {
    async fn create_codedeployment(&self, new: &NewDeployment) -> Result<CodeDeployId, PortError> {
        self.at().create_codedeployment(new).await
    }

    async fn stop_codedeployment(
        &self,
        deployment: &CodeDeployId,
        goes_back: bool,
    ) -> Result<(), PortError> {
        self.at().stop_codedeployment(deployment, goes_back).await
    }

    async fn continue_codedeployment(
        &self,
        deployment: &CodeDeployId,
        wait: ContinueWait,
    ) -> Result<(), PortError> {
        self.at().continue_codedeployment(deployment, wait).await
    }
}
