//! Holding the scaling of services still around a deployment, saying while it lasts that this is still needed, and giving
//! it back. How that is done is in `suspension`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use super::order::Order;
use crate::domain::plan::IfRunning;
use crate::domain::scaling::{Claim, Direction, Owner, ResumeRequest, ServiceResource};
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, Interruption, Surroundings};
use crate::report::{Event, Report};
use crate::stage::race::{Raced, race};
use crate::stage::several::{each, each_telling};
use crate::stage::suspension::{
    Contest, Hold, Suspended, give_back_all, renew_service, resume_service, suspend_all,
    suspend_service,
};

/// In which part of its time a lease is renewed: three renewals may fail before it is over.
const RENEWAL: u32 = 4;

/// The scaling that is held still, and by what it is given back.
#[derive(Debug, Clone, Default)]
pub(in crate::stage) struct Held {
    services: Vec<(ServiceResource, Claim)>,
    /// The services that are held, and given back, by what this is a part of.
    around: BTreeSet<String>,
    waited: bool,
}

impl Held {
    /// Nothing so far, as a part of what holds these services.
    pub(super) fn within(around: BTreeSet<String>) -> Self {
        Self {
            around,
            ..Self::default()
        }
    }

    /// The services whose scaling is held still.
    pub(in crate::stage) fn services(&self) -> BTreeSet<String> {
        let own = self.services.iter();
        let own = own.map(|(resource, _)| resource.service().to_owned());
        own.chain(self.around.iter().cloned()).collect()
    }

    /// Whether another run had to end before scaling could be held still since this was asked last: then what was planned
    /// is out of date.
    pub(super) fn has_waited(&mut self) -> bool {
        std::mem::take(&mut self.waited)
    }

    /// Whether the scaling of this service is, or was, held still.
    pub(super) fn holds(&self, service: &str) -> bool {
        self.services().contains(service)
    }

    fn note(&mut self, resource: &ServiceResource, one: Suspended) {
        self.waited |= one.waited;
        self.services.retain(|(known, _)| known != resource);
        let claim = one.claim.map(|claim| (resource.clone(), claim));
        self.services.extend(claim);
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
    let wish = wish(world, order);
    let plan = async |resource: &ServiceResource, report: &mut dyn Report| {
        suspend_service(world, resource, &wish, true, report).await
    };
    let planned = each_telling(services, report, plan).await;
    planned.into_iter().try_for_each(|one| one.map(|_| ()))
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
    let wish = wish(world, order);
    let held = RefCell::new(held);
    let suspend = async |resource: &ServiceResource, contest, report: &mut dyn Report| {
        if let Some(signal) = world.signal() {
            let text = "ended by a signal before anything was deployed";
            return Err(Error::new(Cause::Interrupted(signal), text));
        }
        let wish = Hold {
            contest,
            ..wish.clone()
        };
        let so_far = held.borrow().clone();
        let one = suspend_service(world, resource, &wish, false, &mut *report);
        // Another run may be waited for longer than a lease lasts.
        let one = keeping(world, order, &so_far, one).await?;
        if one.is_none() {
            report.tell(Event::note(format!(
                "{resource} has no scalable target: there is no scaling to suspend"
            )));
        }
        Ok(one)
    };
    let note = |resource: &ServiceResource, one: Suspended| held.borrow_mut().note(resource, one);
    suspend_all(services.to_vec(), wish.contest, report, suspend, note).await
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
    if held.services.is_empty() {
        return work.await;
    }
    let mut work = pin!(work);
    loop {
        match race(work.as_mut(), world.sleep(pause)).await {
            Raced::First(done) => return done,
            Raced::Second(()) => {}
        }
        let over = Cell::new(false);
        let mut renewal = pin!(renew_all(world, held, lease, &over));
        if let Raced::First(done) = race(work.as_mut(), renewal.as_mut()).await {
            // Not dropped half-way: a write that lands after the giving back would leave a lease behind.
            over.set(true);
            renewal.await;
            return done;
        }
    }
}

/// Until it is over. A renewal that fails is tried again in time; a lease that is another's by now is theirs to keep.
async fn renew_all<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    held: &Held,
    lease: Duration,
    over: &Cell<bool>,
) {
    each(&held.services, async |(resource, claim)| {
        if !over.get() {
            let _ = renew_service(world, resource, claim, lease.as_secs()).await;
        }
    })
    .await;
}

/// Gives back the scaling that is held still: all of it, also when one fails.
pub(in crate::stage) async fn release<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    held: &Held,
    report: &mut dyn Report,
) -> Result<(), Error> {
    type One = (ServiceResource, Claim);
    let resume = async |(resource, claim): &One, report: &mut dyn Report| {
        let request = ResumeRequest {
            claim: claim.clone(),
            force: false,
        };
        resume_service(world, resource, &request, false, report).await
    };
    give_back_all(&held.services, report, resume).await
}
