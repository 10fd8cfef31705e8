//! Holding the scaling of services still around a deployment, saying while it lasts that this is still needed, and giving
//! it back. How that is done is in `suspension`.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use super::order::Order;
use crate::domain::plan::IfRunning;
use crate::domain::scaling::{Claim, Direction, Owner, ResumeRequest, ServiceResource};
use crate::error::Error;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, Interruption, Surroundings};
use crate::report::{Event, Remark, Report};
use crate::stage::race::{Raced, race};
use crate::stage::suspension::{
    Contest, Hold, Resumed, renew_service, resume_service, suspend_service,
};

/// In which part of its time a lease is renewed: three renewals may fail before it is over.
const RENEWAL: u32 = 4;

/// The scaling that is held still, and by what it is given back.
#[derive(Debug, Clone, Default)]
pub(in crate::stage) struct Held {
    services: Vec<(ServiceResource, Claim)>,
    waited: bool,
}

impl Held {
    /// Whether another run had to end before scaling could be held still since this was asked last: then what was planned
    /// is out of date.
    pub(super) fn has_waited(&mut self) -> bool {
        std::mem::take(&mut self.waited)
    }

    fn note(&mut self, resource: &ServiceResource, claim: Option<Claim>) {
        self.services.retain(|(known, _)| known != resource);
        self.services
            .extend(claim.map(|claim| (resource.clone(), claim)));
    }
}

fn wish<W: Surroundings>(world: &W, order: &Order) -> Hold<Direction> {
    Hold {
        switches: BTreeSet::from(Direction::ALL),
        owner: Owner::of_ci_run(|name| world.variable(name)),
        lease_seconds: order.scaling_lease.as_secs(),
        contest: Contest::Wait {
            patience: order.timeout,
            hopeful: match order.if_running {
                IfRunning::Wait | IfRunning::Stop => true,
                IfRunning::Fail => false,
            },
        },
    }
}

/// Says what would be held still.
pub(super) async fn would_hold<
    W: ReadScaling + WriteScaling + Surroundings + Clock + Interruption,
>(
    world: &W,
    order: &Order,
    services: &[ServiceResource],
    report: &mut dyn Report,
) -> Result<(), Error> {
    for resource in services {
        suspend_service(world, resource, &wish(world, order), true, report).await?;
    }
    Ok(())
}

/// Holds the scaling of these services still. What is held is noted in `held`, also when a later one fails.
pub(in crate::stage) async fn hold<
    W: ReadScaling + WriteScaling + Surroundings + Clock + Interruption,
>(
    world: &W,
    order: &Order,
    services: &[ServiceResource],
    held: &mut Held,
    report: &mut dyn Report,
) -> Result<(), Error> {
    for resource in services {
        match suspend_service(world, resource, &wish(world, order), false, report).await? {
            Some(one) => {
                held.waited |= one.waited;
                held.note(resource, one.claim);
            }
            None => report.tell(Event::note(format!(
                "{resource} has no scalable target: there is no scaling to suspend"
            ))),
        }
    }
    Ok(())
}

/// Does something that takes long, and renews what is held meanwhile. A lease is short, so that a run that was killed does
/// not keep the next one waiting; who lives says so.
pub(in crate::stage) async fn keeping<W: ReadScaling + WriteScaling + Clock, T>(
    world: &W,
    order: &Order,
    held: &Held,
    work: impl Future<Output = T>,
) -> T {
    let lease = order.scaling_lease;
    let pause = (lease / RENEWAL).max(Duration::from_secs(1));
    let mut work = pin!(work);
    if held.services.is_empty() {
        return work.await;
    }
    loop {
        match race(work.as_mut(), world.sleep(pause)).await {
            Raced::First(done) => return done,
            Raced::Second(()) => {}
        }
        let mut renewal = pin!(renew_all(world, held, lease));
        if let Raced::First(done) = race(work.as_mut(), renewal.as_mut()).await {
            // Not dropped half-way: a write that lands after the giving back would leave a lease behind.
            renewal.await;
            return done;
        }
    }
}

/// A renewal that fails is tried again in time; a lease that is another's by now is theirs to keep.
async fn renew_all<W: ReadScaling + WriteScaling + Clock>(world: &W, held: &Held, lease: Duration) {
    for (resource, claim) in &held.services {
        let _ = renew_service(world, resource, claim, lease.as_secs()).await;
    }
}

/// Gives back the scaling that is held still: all of it, also when one fails.
pub(in crate::stage) async fn release<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    held: &Held,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let mut first = Ok(());
    for (resource, claim) in &held.services {
        let request = ResumeRequest {
            claim: claim.clone(),
            force: false,
        };
        match resume_service(world, resource, &request, false, report).await {
            // What came of it was told, also that another run holds it.
            Ok(Resumed::Done { .. } | Resumed::Held { .. } | Resumed::Gone) => {}
            Err(error) => {
                let error = error.hint(format!(
                    "run `{}`: the state before is kept in the tag",
                    resource.repair()
                ));
                report.tell(Event::Warned(Remark {
                    text: error.text.clone(),
                    hint: error.hint.clone(),
                    place: None,
                }));
                first = first.and(Err(error));
            }
        }
    }
    first
}
