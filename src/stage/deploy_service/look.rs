//! Looking at the services before anything is decided.

use super::order::Order;
use crate::domain::plan::Running;
use crate::domain::service::ServiceState;
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::ports::services::ReadServices;

/// A service and the deployments it has running.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) service: ServiceState,
    pub(super) running: Running,
}

/// Reads all services and what runs in them.
pub(super) async fn look<W: ReadServices>(world: &W, order: &Order) -> Result<Vec<Seen>, Error> {
    let found = world.services(&order.cluster, &order.services).await?;
    let mut seen = Vec::new();
    for name in &order.services {
        let service = found
            .iter()
            .find(|service| service.name == *name)
            .ok_or_else(|| {
                Error::new(
                    Cause::Refused,
                    format!("no such service in cluster `{}`: `{name}`", order.cluster),
                )
                .hint("check the cluster, the Region and the name")
            })?;
        seen.push(Seen {
            running: running(world, service).await?,
            service: service.clone(),
        });
    }
    Ok(seen)
}

/// The service deployments that are not over. Where ECS refuses to list them, the entries of the service have to do.
pub(super) async fn running<W: ReadServices>(
    world: &W,
    service: &ServiceState,
) -> Result<Running, PortError> {
    match world
        .running_deployments(&service.cluster, &service.name)
        .await
    {
        Ok(list) => Ok(Running::Listed(list)),
        Err(PortError::Refused(_)) => Ok(Running::Unknown),
        Err(error @ PortError::Unreachable { .. }) => Err(error),
    }
}
