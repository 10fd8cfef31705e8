//! Why a deployment is not even begun.

use std::fmt;

use super::InFlight;
use crate::domain::codedeploy::ShiftRefusal;
use crate::domain::managed_volume::VolumeMisfit;
use crate::domain::service::{Controller, DeploymentId, ServiceStatus};

/// Why a deployment is not begun, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The service takes no deployments.
    NotActive {
        /// The service.
        service: String,
        /// What it is instead.
        status: ServiceStatus,
    },
    /// ECS owns the service's settings.
    Express {
        /// The service.
        service: String,
    },
    /// Not ECS moves the tasks.
    Controller {
        /// The service.
        service: String,
        /// Who does.
        controller: Controller,
    },
    /// A deployment is running.
    Running {
        /// The service.
        service: String,
        /// The deployments.
        in_flight: InFlight,
    },
    /// A deployment is running that can not be stopped from here.
    CannotStop {
        /// The service.
        service: String,
        /// The newest entry of the service.
        entry: DeploymentId,
    },
    /// The limits leave no room to replace a task.
    NoRoom {
        /// The service.
        service: String,
        /// The desired count.
        desired: u32,
        /// The lower limit in per cent.
        minimum: u32,
        /// The upper limit in per cent.
        maximum: u32,
    },
    /// A load balancer sends traffic to a container that the task definition does not have.
    NoContainer {
        /// The service.
        service: String,
        /// The container.
        container: String,
        /// The containers there are.
        exist: Vec<String>,
    },
    /// A load balancer sends traffic to a port that the container does not map.
    NoPort {
        /// The service.
        service: String,
        /// The container.
        container: String,
        /// The port.
        port: u16,
    },
    /// The network mode of the task definition and the service's network configuration do not go together.
    Network {
        /// The service.
        service: String,
        /// The network mode.
        mode: Option<String>,
    },
    /// The task definition has no such volume.
    Volume(VolumeMisfit),
    /// CodeDeploy could not deploy it.
    Shift(ShiftRefusal),
}

impl Refusal {
    /// Whether the task definition is to blame, rather than the service.
    #[must_use]
    pub fn blames_definition(&self) -> bool {
        match self {
            Self::NoContainer { .. } | Self::NoPort { .. } | Self::Network { .. } => true,
            Self::NotActive { .. }
            | Self::Express { .. }
            | Self::Controller { .. }
            | Self::Running { .. }
            | Self::CannotStop { .. }
            | Self::NoRoom { .. }
            | Self::Volume(_)
            | Self::Shift(_) => false,
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotActive { .. } => "check the cluster, the Region and the name".to_owned(),
            Self::Express { .. } => {
                "ECS owns its settings: deploy it with `aws ecs update-express-gateway-service`, or in the console".to_owned()
            }
            Self::Controller { controller, .. } => match controller {
                Controller::External => {
                    "its tasks are moved by the program that owns its task sets: deploy with that program".to_owned()
                }
                Controller::Ecs | Controller::CodeDeploy | Controller::Other(_) => {
                    "this version deploys services of the controllers ECS and CODE_DEPLOY".to_owned()
                }
            },
            Self::Running { .. } => {
                "wait for its end with `--if-running wait`, or stop it with `--if-running stop`".to_owned()
            }
            Self::CannotStop { .. } => {
                "service deployments can not be listed here: allow ecs:ListServiceDeployments, or use `--if-running wait`"
                    .to_owned()
            }
            Self::NoRoom { desired, .. } => {
                let (one_more, one_less) = percents_beside(*desired);
                format!(
                    "set `maximumPercent` of the service to {one_more} or more, so that a new task starts first, or \
                     `minimumHealthyPercent` to {one_less} or less, so that an old one stops first"
                )
            }
            Self::NoContainer { exist, .. } => {
                format!("containers of the task definition: `{}`", exist.join("`, `"))
            }
            Self::NoPort { .. } => {
                "add the port to the container's `portMappings`, or point the service at another one".to_owned()
            }
            Self::Network { mode, .. } => match mode.as_deref() {
                Some("awsvpc") => "give the service subnets (`networkConfiguration`)".to_owned(),
                Some(_) | None => "set the task definition's `networkMode` to `awsvpc`".to_owned(),
            },
            Self::Volume(_) => {
                "name a volume that the task definition leaves open (`configuredAtLaunch`), or add one".to_owned()
            }
            Self::Shift(refusal) => refusal.hint(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Volume(misfit) => misfit.fmt(f),
            Self::Shift(refusal) => refusal.fmt(f),
            Self::NotActive { service, status } => {
                write!(
                    f,
                    "service `{service}` takes no deployments, it is `{status}`"
                )
            }
            Self::Express { service } => {
                write!(f, "service `{service}` is managed by ECS Express Mode")
            }
            Self::Controller {
                service,
                controller,
            } => write!(
                f,
                "service `{service}` is moved neither by ECS nor by CodeDeploy, but by the controller: `{controller}`"
            ),
            Self::Running { service, in_flight } => {
                write!(
                    f,
                    "service `{service}` is being deployed already: `{in_flight}`"
                )
            }
            Self::CannotStop { service, entry } => write!(
                f,
                "service `{service}` is being deployed, and that can not be stopped from here: `{entry}`"
            ),
            Self::NoRoom {
                service,
                desired,
                minimum,
                maximum,
            } => write!(
                f,
                "service `{service}` could never replace a task: `minimumHealthyPercent` {minimum} keeps {desired} of {desired} tasks running, \
                 and `maximumPercent` {maximum} allows no more"
            ),
            Self::NoContainer {
                service, container, ..
            } => write!(
                f,
                "service `{service}` sends traffic to a container the task definition does not have: `{container}`"
            ),
            Self::NoPort {
                service,
                container,
                port,
            } => write!(
                f,
                "service `{service}` sends traffic to a port that container `{container}` does not map: `{port}`"
            ),
            Self::Network { service, mode } => match mode.as_deref() {
                Some("awsvpc") => write!(
                    f,
                    "service `{service}` has no subnets, but the task definition has the network mode `awsvpc`"
                ),
                Some(mode) => write!(
                    f,
                    "service `{service}` has subnets, but the task definition has another network mode than `awsvpc`: `{mode}`"
                ),
                None => write!(
                    f,
                    "service `{service}` has subnets, but the task definition names no network mode"
                ),
            },
        }
    }
}

impl std::error::Error for Refusal {}

/// The least upper and the greatest lower limit, in per cent, that leave room for one task beside so many.
fn percents_beside(desired: u32) -> (u64, u64) {
    let desired = u64::from(desired.max(1));
    (
        (100 * (desired + 1)).div_ceil(desired),
        100 * (desired - 1) / desired,
    )
}

#[cfg(test)]
mod tests {
    use super::percents_beside;

    #[test]
    fn the_limits_that_a_refusal_names_are_the_nearest_that_leave_room() {
        for desired in 1..=200 {
            let (upper, lower) = percents_beside(desired);
            let desired = u64::from(desired);
            let most = |percent: u64| desired * percent / 100;
            let least = |percent: u64| (desired * percent).div_ceil(100);
            assert!(
                most(upper) > desired && most(upper - 1) <= desired,
                "{desired}"
            );
            assert!(
                least(lower) < desired && least(lower + 1) >= desired,
                "{desired}"
            );
        }
    }
}
