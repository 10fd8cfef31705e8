//! What a person should know before a deployment by CodeDeploy starts.

use std::fmt;

use super::group::{DeploymentGroup, Routing};

/// Something worth knowing that does not stop a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShiftNotice {
    /// CodeDeploy does not go back by itself.
    NoAutoRollback,
    /// The load balancer sees the new tasks only when they have all the traffic.
    CheckedLate,
    /// The deployment group names no configuration.
    NoConfig,
    /// The description was longer than CodeDeploy takes.
    DescriptionCut,
}

impl ShiftNotice {
    /// Its name, for programs.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::NoAutoRollback => "no-auto-rollback",
            Self::CheckedLate => "checked-late",
            Self::NoConfig => "no-deployment-config",
            Self::DescriptionCut => "description-cut",
        }
    }

    /// Whether it says that a guard is off.
    #[must_use]
    pub fn is_guard_off(self) -> bool {
        match self {
            Self::NoAutoRollback | Self::CheckedLate => true,
            Self::NoConfig | Self::DescriptionCut => false,
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::NoAutoRollback => {
                "turn on the automatic rollback of the deployment group for DEPLOYMENT_FAILURE"
            }
            Self::CheckedLate => {
                "use a canary or linear configuration, or a BeforeAllowTraffic hook that tests through a test listener"
            }
            Self::NoConfig => {
                "name one in the deployment group, or with `--codedeploy-deployment-config`"
            }
            Self::DescriptionCut => {
                "shorten `--codedeploy-deployment-description` to 256 characters"
            }
        }
    }
}

impl fmt::Display for ShiftNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAutoRollback => {
                "automatic rollback of the deployment group is off: if the deployment fails, the service stays as it is then"
            }
            Self::CheckedLate => {
                "all traffic moves at once: the load balancer checks the new tasks only when they have it"
            }
            Self::NoConfig => {
                "the deployment group names no configuration, and CodeDeploy's default is one for servers: all traffic \
                 moves at once instead"
            }
            Self::DescriptionCut => "the description of the deployment was cut at 256 characters",
        })
    }
}

/// The guards of a deployment that are off.
pub(super) fn guards(group: &DeploymentGroup, routing: Option<Routing>) -> Vec<ShiftNotice> {
    let mut notices = Vec::new();
    if !group.auto_rollback.is_on_for("DEPLOYMENT_FAILURE") {
        notices.push(ShiftNotice::NoAutoRollback);
    }
    if routing == Some(Routing::AllAtOnce) {
        notices.push(ShiftNotice::CheckedLate);
    }
    notices
}
