//! CodeDeploy in memory: groups, and deployments that go through moments in time, for workflow tests.
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::PortError;
use super::Refused;
use super::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};
use super::fake::{Calls, FakeClock};
use crate::domain::codedeploy::{
    CodeDeployStatus, CodeDeployment, ContinueWait, Creator, DeploymentConfig, DeploymentGroup,
    GroupRef, LastDeployment, NewDeployment, Routing, ShiftTarget, Trouble, deployed_by,
};
use crate::domain::service::CodeDeployId;

/// How a deployment is from some seconds after it was made on.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) after: u64,
    pub(crate) status: CodeDeployStatus,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) target: Option<ShiftTarget>,
}

/// A deployment that was made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: CodeDeployId,
    pub(crate) group: String,
    pub(crate) at: Duration,
    pub(crate) new: Option<NewDeployment>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) creator: Creator,
    pub(crate) rolled_back_by: Option<CodeDeployId>,
    pub(crate) stopped: Option<Duration>,
}

/// What becomes of a call that makes a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is made, and the answer gets lost.
    LostAfter,
    /// The call gets lost.
    LostBefore,
    /// Another deployment is there a moment before.
    Late,
}

/// CodeDeploy.
#[derive(Debug, Default)]
pub(crate) struct FakeCodeDeploy {
    pub(crate) groups: RefCell<BTreeMap<String, DeploymentGroup>>,
    pub(crate) made: RefCell<Vec<Made>>,
    /// What the next deployments do.
    pub(crate) story: RefCell<Vec<Moment>>,
    /// What the deployment that goes back does; none is made without.
    pub(crate) back: RefCell<Vec<Moment>>,
    pub(crate) fates: RefCell<Vec<Fate>>,
    pub(crate) routing: Cell<Option<Routing>>,
    /// How many lists do not show the newest deployment.
    pub(crate) unlisted: Cell<usize>,
}

fn refused(operation: &'static str, code: &str) -> PortError {
    PortError::Refused(Refused {
        operation,
        code: code.to_owned(),
        message: "no".to_owned(),
        request_id: None,
    })
}

impl Made {
    fn moment(&self, now: Duration) -> Option<&Moment> {
        let since = now.saturating_sub(self.at).as_secs();
        self.moments.iter().rfind(|moment| moment.after <= since)
    }

    pub(crate) fn target(&self, now: Duration) -> Option<&ShiftTarget> {
        self.moment(now)?.target.as_ref()
    }

    pub(crate) fn status(&self, now: Duration) -> CodeDeployStatus {
        if self.stopped.is_some() {
            return CodeDeployStatus::Stopped;
        }
        self.moment(now)
            .map_or(CodeDeployStatus::Created, |moment| moment.status.clone())
    }
}

/// What a clock of CodeDeploy says that is five minutes behind ours.
fn written(at: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 - 300) + at
}

/// A world made of a clock, a list of calls, and CodeDeploy.
pub(crate) struct At<'a> {
    pub(crate) clock: &'a FakeClock,
    pub(crate) calls: &'a Calls,
    pub(crate) it: &'a FakeCodeDeploy,
}

impl At<'_> {
    fn now(&self) -> Duration {
        self.clock.elapsed.get()
    }

    fn make(
        &self,
        at: &GroupRef,
        new: Option<NewDeployment>,
        moments: Vec<Moment>,
    ) -> CodeDeployId {
        let mut made = self.it.made.borrow_mut();
        let id = CodeDeployId::new(format!("d-{}", made.len() + 1));
        made.push(Made {
            id: id.clone(),
            group: at.group.clone(),
            at: self.now(),
            creator: if new.is_some() {
                Creator::User
            } else {
                Creator::Rollback
            },
            new,
            moments,
            rolled_back_by: None,
            stopped: None,
        });
        id
    }

    fn listed(&self, at: &GroupRef, keep: impl Fn(&Made) -> bool) -> Vec<CodeDeployId> {
        let made = self.it.made.borrow();
        let hidden = self.it.unlisted.get().min(1);
        self.it
            .unlisted
            .set(self.it.unlisted.get().saturating_sub(1));
        let shown = made.len().saturating_sub(hidden);
        made[..shown]
            .iter()
            .filter(|one| one.group == at.group && keep(one))
            .map(|one| one.id.clone())
            .collect()
    }

    fn is_busy(&self, at: &GroupRef) -> bool {
        let made = self.it.made.borrow();
        made.iter()
            .any(|one| one.group == at.group && !one.status(self.now()).is_over())
    }

    /// Makes the deployment that goes back from another one that is over, if there is to be one.
    fn roll_back(&self, id: &CodeDeployId) {
        let back = self.it.back.borrow().clone();
        let found = self
            .it
            .made
            .borrow()
            .iter()
            .find(|one| one.id == *id)
            .cloned();
        let Some(one) = found.filter(|one| one.rolled_back_by.is_none() && !back.is_empty()) else {
            return;
        };
        let at = GroupRef {
            application: String::new(),
            group: one.group,
        };
        let rollback = self.make(&at, None, back);
        let mut made = self.it.made.borrow_mut();
        if let Some(one) = made.iter_mut().find(|one| one.id == *id) {
            one.rolled_back_by = Some(rollback);
        }
    }
}

impl ReadCodeDeploy for At<'_> {
    async fn deployment_group(&self, at: &GroupRef) -> Result<DeploymentGroup, PortError> {
        self.calls.make("GetDeploymentGroup", &at.group)?;
        let groups = self.it.groups.borrow();
        let mut group = groups
            .get(&at.group)
            .cloned()
            .ok_or_else(|| refused("GetDeploymentGroup", "DeploymentGroupDoesNotExistException"))?;
        let made = self.it.made.borrow();
        let last = made.iter().rfind(|one| one.group == at.group);
        group.last = last.map(|one| LastDeployment {
            id: one.id.clone(),
            created_at: Some(written(one.at)),
        });
        Ok(group)
    }

    async fn deployment_config(&self, name: &str) -> Result<Option<DeploymentConfig>, PortError> {
        self.calls.make("GetDeploymentConfig", name)?;
        let platform = if name == "CodeDeployDefault.OneAtATime" {
            "Server"
        } else {
            "ECS"
        };
        Ok((name != "missing").then(|| DeploymentConfig {
            platform: platform.to_owned(),
            routing: self.it.routing.get(),
        }))
    }

    async fn running_codedeployments(&self, at: &GroupRef) -> Result<Vec<CodeDeployId>, PortError> {
        self.calls.make("ListDeployments", "running")?;
        Ok(self.listed(at, |one| !one.status(self.now()).is_over()))
    }

    async fn codedeployments_since(
        &self,
        at: &GroupRef,
        since: Option<SystemTime>,
    ) -> Result<Vec<CodeDeployId>, PortError> {
        self.calls.make("ListDeployments", "since")?;
        Ok(self.listed(at, |one| since.is_none_or(|since| written(one.at) >= since)))
    }

    async fn codedeployments(
        &self,
        ids: &[CodeDeployId],
    ) -> Result<Vec<CodeDeployment>, PortError> {
        self.calls.make("GetDeployment", "")?;
        let now = self.now();
        for id in ids {
            let failed = self
                .it
                .made
                .borrow()
                .iter()
                .any(|one| one.id == *id && one.status(now) == CodeDeployStatus::Failed);
            if failed {
                self.roll_back(id);
            }
        }
        let made = self.it.made.borrow();
        Ok(made
            .iter()
            .filter(|one| ids.contains(&one.id))
            .map(|one| CodeDeployment {
                id: one.id.clone(),
                status: one.status(now),
                creator: Some(one.creator.clone()),
                created_at: Some(written(one.at)),
                completed_at: None,
                at: Some(GroupRef {
                    application: String::new(),
                    group: one.group.clone(),
                }),
                config: None,
                description: one.new.as_ref().and_then(|new| new.description.clone()),
                trouble: one.moment(now).and_then(|moment| moment.trouble.clone()),
                rolled_back_by: one.rolled_back_by.clone(),
                rollback_message: String::new(),
                appspec_sha256: one.new.as_ref().map(NewDeployment::sha256),
                task_definition: one.new.as_ref().and_then(|new| deployed_by(&new.appspec)),
                auto_rollback: None,
                ready: None,
                messages: Vec::new(),
            })
            .collect())
    }

    async fn shift_target(
        &self,
        deployment: &CodeDeployId,
        target: &str,
    ) -> Result<Option<ShiftTarget>, PortError> {
        self.calls.make("BatchGetDeploymentTargets", target)?;
        let made = self.it.made.borrow();
        let one = made.iter().find(|one| one.id == *deployment);
        Ok(one
            .and_then(|one| one.moment(self.now()))
            .and_then(|moment| moment.target.clone()))
    }
}

impl WriteCodeDeploy for At<'_> {
    async fn create_codedeployment(&self, new: &NewDeployment) -> Result<CodeDeployId, PortError> {
        self.calls.make("CreateDeployment", &new.at.group)?;
        let lost = || PortError::Unreachable {
            operation: "CreateDeployment",
            reason: "lost".to_owned(),
            throttled: false,
        };
        let fate = self.it.fates.borrow_mut().pop();
        if fate == Some(Fate::LostBefore) {
            return Err(lost());
        }
        if fate == Some(Fate::Late) {
            let mut other = new.clone();
            "{}".clone_into(&mut other.appspec);
            self.make(&new.at, Some(other), Vec::new());
        }
        if self.is_busy(&new.at) {
            return Err(refused(
                "CreateDeployment",
                "DeploymentLimitExceededException",
            ));
        }
        let story = self.it.story.borrow().clone();
        let id = self.make(&new.at, Some(new.clone()), story);
        if fate == Some(Fate::LostAfter) {
            return Err(lost());
        }
        Ok(id)
    }

    async fn stop_codedeployment(
        &self,
        deployment: &CodeDeployId,
        goes_back: bool,
    ) -> Result<(), PortError> {
        let how = if goes_back { "back" } else { "stay" };
        self.calls
            .make("StopDeployment", &format!("{deployment} {how}"))?;
        let now = self.now();
        let mut over = true;
        if let Some(one) = self
            .it
            .made
            .borrow_mut()
            .iter_mut()
            .find(|one| one.id == *deployment)
        {
            over = one.status(now).is_over();
            one.stopped = Some(now);
        }
        if over {
            return Err(refused(
                "StopDeployment",
                "DeploymentAlreadyCompletedException",
            ));
        }
        if goes_back {
            self.roll_back(deployment);
        }
        Ok(())
    }

    async fn continue_codedeployment(
        &self,
        deployment: &CodeDeployId,
        wait: ContinueWait,
    ) -> Result<(), PortError> {
        self.calls
            .make("ContinueDeployment", &format!("{deployment} {wait:?}"))
    }
}
