//! What is sent to CodeDeploy: decided in the plan, carried out as it is.

use std::time::Duration;

use super::group::{GroupRef, ReadyOption, Routing};
use crate::domain::digest::sha256_hex;
use crate::domain::plan::{IfRunning, ServiceUpdate};

/// What a deployment can be continued from (API shape `DeploymentWaitType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContinueWait {
    /// The wait before the traffic moves (`READY_WAIT`).
    Ready,
    /// The wait before the old tasks are ended (`TERMINATION_WAIT`).
    Termination,
}

/// A deployment to be made (API shape `CreateDeploymentInput`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeployment {
    /// Where.
    pub at: GroupRef,
    /// The name of the configuration, if it is not the group's.
    pub config: Option<String>,
    /// What is written about it.
    pub description: Option<String>,
    /// The appspec, byte for byte.
    pub appspec: String,
}

impl NewDeployment {
    /// The SHA-256 of the exact bytes of the appspec.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(self.appspec.as_bytes())
    }
}

/// What is done to a service under CodeDeploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftOrder {
    /// What is changed in the service first.
    pub update: Option<ServiceUpdate>,
    /// The ARN of the task definition; none as long as it is to be registered.
    pub task_definition: Option<String>,
    /// The deployment. Its appspec names a placeholder as long as the task definition is to be registered.
    pub deployment: NewDeployment,
    /// The target in it: `<cluster>:<service>`.
    pub target: String,
    /// The configuration it will have, given or not.
    pub config: String,
    /// How traffic moves, if that is known.
    pub routing: Option<Routing>,
    /// Where the appspec comes from, in words.
    pub appspec_from: String,
    /// What happens when the new tasks are ready for traffic.
    pub ready: ReadyOption,
    /// How long the old tasks stay after the traffic moved.
    pub termination_wait: Duration,
    /// What is done about a deployment that comes in between.
    pub if_running: IfRunning,
}

impl ShiftOrder {
    /// How long it waits and shifts by its configuration alone, whatever the tasks do.
    #[must_use]
    pub fn waits(&self) -> Duration {
        let shifting = self.routing.map_or(Duration::ZERO, Routing::duration);
        self.ready.wait + shifting + self.termination_wait
    }

    /// What it will do, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let brief = crate::domain::rollout::Brief;
        let at = &self.deployment.at;
        let traffic = match self.routing {
            Some(routing) => format!("`{}`: {routing}", self.config),
            None => format!("`{}`", self.config),
        };
        let mut lines = vec![
            format!("application `{}`, group `{}`", at.application, at.group),
            format!("traffic by {traffic}"),
            format!("appspec {}", self.appspec_from),
        ];
        if self.ready.is_manual {
            lines.push(format!(
                "before the traffic moves it waits to be continued, for up to {}",
                brief(self.ready.wait)
            ));
        } else if !self.ready.wait.is_zero() {
            lines.push(format!(
                "before the traffic moves it waits for {}",
                brief(self.ready.wait)
            ));
        }
        if !self.termination_wait.is_zero() {
            lines.push(format!(
                "the old tasks stay for {} after the traffic moved",
                brief(self.termination_wait)
            ));
        }
        lines
    }
}
