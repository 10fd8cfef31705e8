//! Why a deployment by CodeDeploy is not even begun.

use std::fmt;

use super::group::{DeploymentGroup, GroupRef};
use crate::domain::service::CodeDeployId;

/// Why a deployment is not begun, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShiftRefusal {
    /// The deployment group is for servers or functions.
    Platform {
        /// The group.
        at: GroupRef,
        /// What it is for.
        platform: String,
    },
    /// The deployment group deploys another service.
    OtherService {
        /// The service.
        service: String,
        /// The group.
        at: GroupRef,
        /// What the group deploys: `<cluster>/<service>` each.
        deploys: Vec<String>,
    },
    /// The configuration is for servers or functions.
    ConfigPlatform {
        /// The configuration.
        config: String,
        /// What it is for, if that is known.
        platform: Option<String>,
    },
    /// There is no such configuration.
    NoConfig {
        /// Its name.
        config: String,
    },
    /// The appspec lacks something, or could not be made.
    AppSpec {
        /// The service.
        service: String,
        /// Where the appspec comes from.
        from: String,
        /// What is wrong.
        message: String,
    },
    /// A volume is to be made for each task, and CodeDeploy makes none.
    Volume {
        /// The service.
        service: String,
        /// The name of the volume.
        volume: String,
    },
    /// A deployment is running.
    Running {
        /// The service.
        service: String,
        /// The deployments.
        running: Vec<CodeDeployId>,
    },
}

impl ShiftRefusal {
    pub(super) fn other_service(service: &str, group: &DeploymentGroup) -> Self {
        Self::OtherService {
            service: service.to_owned(),
            at: group.at.clone(),
            deploys: group
                .services
                .iter()
                .map(|(cluster, name)| format!("{cluster}/{name}"))
                .collect(),
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Platform { .. } | Self::OtherService { .. } => {
                "name the right ones with `--codedeploy-application` and `--codedeploy-deployment-group`"
                    .to_owned()
            }
            Self::Volume { .. } => {
                "leave `service-managed-ebs-volume` out, or move the service to the deployment controller ECS".to_owned()
            }
            Self::ConfigPlatform { .. } | Self::NoConfig { .. } => {
                "name one for ECS with `--codedeploy-deployment-config`, such as `CodeDeployDefault.ECSAllAtOnce`, or set it \
                 in the deployment group"
                    .to_owned()
            }
            Self::AppSpec { .. } => {
                "write one with `wharfie-write-appspec`, and name it with `--codedeploy-appspec`".to_owned()
            }
            Self::Running { .. } => {
                "wait for its end with `--if-running wait`, or stop it with `--if-running stop`".to_owned()
            }
        }
    }
}

impl fmt::Display for ShiftRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Volume { service, volume } => write!(
                f,
                "service `{service}` is deployed by CodeDeploy, whose task sets can not have a volume of their own: `{volume}`"
            ),
            Self::Platform { at, platform } => write!(
                f,
                "deployment group `{}` of application `{}` is not for ECS, but for `{platform}`",
                at.group, at.application
            ),
            Self::OtherService {
                service,
                at,
                deploys,
            } => {
                write!(
                    f,
                    "deployment group `{}` of application `{}` does not deploy service `{service}` of this cluster",
                    at.group, at.application
                )?;
                if deploys.is_empty() {
                    f.write_str(", but none")
                } else {
                    write!(f, ", but: `{}`", deploys.join("`, `"))
                }
            }
            Self::ConfigPlatform {
                config,
                platform: Some(platform),
            } => write!(
                f,
                "the deployment configuration is for `{platform}`, not for ECS: `{config}`"
            ),
            Self::ConfigPlatform {
                config,
                platform: None,
            } => write!(f, "the deployment configuration is not for ECS: `{config}`"),
            Self::NoConfig { config } => {
                write!(f, "there is no such deployment configuration: `{config}`")
            }
            Self::AppSpec {
                service,
                from,
                message,
            } => write!(f, "service `{service}`: the appspec {from}: {message}"),
            Self::Running { service, running } => {
                let ids: Vec<&str> = running.iter().map(CodeDeployId::as_str).collect();
                write!(
                    f,
                    "service `{service}` is being deployed by CodeDeploy already: `{}`",
                    ids.join("`, `")
                )
            }
        }
    }
}
