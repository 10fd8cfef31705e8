//! Holding the scaling of services still around a deployment, and giving it back. How that is done is in `suspension`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::order::Order;
use crate::domain::scaling::{Claim, Direction, Owner, ResumeRequest, ServiceResource};
use crate::error::Error;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, Surroundings};
use crate::report::{Event, Report};
use crate::stage::suspension::{Hold, Resumed, resume_service, suspend_service};

/// How much longer than the deployment's time limit a lease on scaling lasts, and the shortest lease there is.
const LEASE_MARGIN: Duration = Duration::from_mins(15);
const SHORTEST_LEASE: Duration = Duration::from_hours(2);

/// The scaling that is held still, and by what it is given back.
#[derive(Debug, Clone, Default)]
pub(in crate::stage) struct Held(Vec<(ServiceResource, Claim)>);

fn wish<W: Surroundings>(world: &W, order: &Order) -> Hold<Direction> {
    let lease = (order.timeout + LEASE_MARGIN).max(SHORTEST_LEASE);
    Hold {
        switches: BTreeSet::from(Direction::ALL),
        owner: Owner::of_ci_run(|name| world.variable(name)),
        lease_seconds: lease.as_secs(),
    }
}

/// Says what would be held still.
pub(super) async fn would_hold<W: ReadScaling + WriteScaling + Surroundings + Clock>(
    world: &W,
    order: &Order,
    services: &[ServiceResource],
    report: &mut dyn Report,
) -> Result<(), Error> {
    if order.suspends_scaling {
        for resource in services {
            suspend_service(world, resource, &wish(world, order), true, report).await?;
        }
    }
    Ok(())
}

/// Holds the scaling of every service still that is about to change, if that was asked for. What is held is noted in `held`,
/// also when a later one fails.
pub(in crate::stage) async fn hold<W: ReadScaling + WriteScaling + Surroundings + Clock>(
    world: &W,
    order: &Order,
    services: &[ServiceResource],
    held: &mut Held,
    report: &mut dyn Report,
) -> Result<(), Error> {
    if !order.suspends_scaling {
        return Ok(());
    }
    for resource in services {
        match suspend_service(world, resource, &wish(world, order), false, report).await? {
            Some(one) => held
                .0
                .extend(one.claim.map(|claim| (resource.clone(), claim))),
            None => report.tell(Event::note(format!(
                "{resource} has no scalable target: there is no scaling to suspend"
            ))),
        }
    }
    Ok(())
}

/// Gives back the scaling that is held still: all of it, also when one fails.
pub(in crate::stage) async fn release<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    held: &Held,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut first = Ok(());
    for (resource, claim) in &held.0 {
        let request = ResumeRequest {
            claim: claim.clone(),
            force: false,
        };
        match resume_service(world, resource, &request, false, report).await {
            Ok(Resumed::Done { .. } | Resumed::Gone) => {}
            Ok(Resumed::Held { text, .. }) => {
                report.tell(Event::note(format!("{resource}: {text}")));
            }
            Err(error) => {
                report.tell(Event::warning(error.to_string()));
                first = first.and(Err(error));
            }
        }
    }
    first
}
