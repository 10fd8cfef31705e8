//! Deployments of CodeDeploy that are there, without time: they change only by what is answered.

use std::time::SystemTime;

use super::{FakeServices, refusal};
use crate::domain::codedeploy::{
    CodeDeployStatus, CodeDeployment, ContinueWait, DeploymentConfig, DeploymentGroup, GroupRef,
    NewDeployment, ShiftTarget,
};
use crate::domain::service::CodeDeployId;
use crate::ports::PortError;
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};

impl ReadCodeDeploy for FakeServices {
    async fn deployment_group(&self, at: &GroupRef) -> Result<DeploymentGroup, PortError> {
        self.call("GetDeploymentGroup", &at.group)?;
        let group = self.group.borrow().clone();
        group.ok_or_else(|| refusal("GetDeploymentGroup", "DeploymentGroupDoesNotExistException"))
    }

    async fn deployment_config(&self, name: &str) -> Result<Option<DeploymentConfig>, PortError> {
        self.call("GetDeploymentConfig", name)?;
        Ok(None)
    }

    async fn running_codedeployments(&self, at: &GroupRef) -> Result<Vec<CodeDeployId>, PortError> {
        self.call("ListDeployments", &at.group)?;
        let shifts = self.shifts.borrow();
        let running = shifts.iter().filter(|(one, _)| !one.status.is_over());
        Ok(running.map(|(one, _)| one.id.clone()).collect())
    }

    async fn codedeployments_since(
        &self,
        at: &GroupRef,
        _: Option<SystemTime>,
    ) -> Result<Vec<CodeDeployId>, PortError> {
        self.call("ListDeployments", &at.group)?;
        let shifts = self.shifts.borrow();
        Ok(shifts.iter().map(|(one, _)| one.id.clone()).collect())
    }

    async fn codedeployments(
        &self,
        ids: &[CodeDeployId],
    ) -> Result<Vec<CodeDeployment>, PortError> {
        self.call("GetDeployment", &ids.len().to_string())?;
        let shifts = self.shifts.borrow();
        let found = shifts.iter().filter(|(one, _)| ids.contains(&one.id));
        Ok(found.map(|(one, _)| one.clone()).collect())
    }

    async fn shift_target(
        &self,
        deployment: &CodeDeployId,
        target: &str,
    ) -> Result<Option<ShiftTarget>, PortError> {
        self.call("BatchGetDeploymentTargets", target)?;
        let shifts = self.shifts.borrow();
        let found = shifts.iter().find(|(one, _)| one.id == *deployment);
        Ok(found.and_then(|(_, target)| target.clone()))
    }
}

impl WriteCodeDeploy for FakeServices {
    async fn create_codedeployment(&self, new: &NewDeployment) -> Result<CodeDeployId, PortError> {
        Err(refusal("CreateDeployment", &new.at.group))
    }

    async fn stop_codedeployment(
        &self,
        deployment: &CodeDeployId,
        goes_back: bool,
    ) -> Result<(), PortError> {
        self.call("StopDeployment", &format!("{deployment} {goes_back}"))?;
        self.turn(deployment, &CodeDeployStatus::Stopped);
        self.answered("StopDeployment")
    }

    async fn continue_codedeployment(
        &self,
        deployment: &CodeDeployId,
        wait: ContinueWait,
    ) -> Result<(), PortError> {
        self.call("ContinueDeployment", &format!("{deployment} {wait:?}"))?;
        let status = match wait {
            ContinueWait::Ready => CodeDeployStatus::InProgress,
            ContinueWait::Termination => CodeDeployStatus::Succeeded,
        };
        self.turn(deployment, &status);
        self.answered("ContinueDeployment")
    }
}

impl FakeServices {
    fn turn(&self, deployment: &CodeDeployId, status: &CodeDeployStatus) {
        for (one, _) in self.shifts.borrow_mut().iter_mut() {
            if one.id == *deployment {
                one.status.clone_from(status);
            }
        }
    }
}
