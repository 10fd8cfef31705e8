//! Looking at the services before anything is decided.

use std::time::Duration;

use super::codedeploy::{self, Shifting};
use super::licence::Prepares;
use super::order::Order;
use crate::domain::pace::Pace;
use crate::domain::plan::{Running, unlisted};
use crate::domain::rollout::ListSince;
use crate::domain::service::{Controller, ServiceState, ServiceStatus};
use crate::error::{Cause, Error};
use crate::ports::services::ReadServices;
use crate::ports::{Clock, PortError};

/// How often a deployment that is not listed so far is looked for, and the pause in between.
const LOOKS: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// A service and the deployments it has running.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) service: ServiceState,
    pub(super) running: Running,
    /// The way it is deployed, if CodeDeploy does that.
    pub(super) shifting: Option<Shifting>,
}

/// Reads all services and what runs in them.
pub(super) async fn look<W: Prepares>(world: &W, order: &Order) -> Result<Vec<Seen>, Error> {
    let found = world.services(&order.cluster, &order.services).await?;
    let mut services = Vec::new();
    for name in &order.services {
        let service = found.iter().find(|service| service.name == *name);
        services.push(service.ok_or_else(|| {
            Error::new(
                Cause::Refused,
                format!("no such service in cluster `{}`: `{name}`", order.cluster),
            )
            .hint("check the cluster, the Region and the name")
        })?);
    }
    let mut seen = Vec::new();
    let mut pace = Pace::of_lists();
    for service in services {
        let wait = pace.take(world.elapsed());
        if !wait.is_zero() {
            world.sleep(wait).await;
        }
        let by_codedeploy =
            service.controller == Controller::CodeDeploy && service.status == ServiceStatus::Active;
        let (running, shifting) = if by_codedeploy {
            let shifting = codedeploy::look(world, order, service).await?;
            (Running::Unknown, Some(shifting))
        } else {
            (running(world, service).await?, None)
        };
        seen.push(Seen {
            running,
            shifting,
            service: service.clone(),
        });
    }
    Ok(seen)
}

/// The service deployments that are not over, and those that may be of the newest entry if that is in progress: it may have
/// been made a moment ago and not be listed so far. Where ECS refuses to list them, the entries of the service have to do.
pub(super) async fn running<W: ReadServices + Clock>(
    world: &W,
    service: &ServiceState,
) -> Result<Running, PortError> {
    let (cluster, name) = (&service.cluster, &service.name);
    match world.running_deployments(cluster, name).await {
        Ok(list) if !list.is_empty() || unlisted(service, &[]).is_none() => {
            return Ok(Running::Listed(list));
        }
        Ok(_) => {}
        Err(PortError::Refused(_)) => return Ok(Running::Unknown),
        Err(error @ PortError::Unreachable { .. }) => return Err(error),
    }
    let since = service.primary().and_then(|entry| entry.created_at);
    let since = ListSince::a_minute_before(since).0;
    let mut list = Vec::new();
    for look in 0..LOOKS {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        list = world.list_deployments(cluster, name, since).await?;
        if unlisted(service, &list).is_none() {
            break;
        }
    }
    Ok(Running::Listed(list))
}
