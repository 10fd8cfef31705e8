//! Whose the tag is. It has no compare-and-set: a lease that was written may have been written over, and may have been written
//! over another's.
//!
//! Not for the order of calls.
use std::collections::BTreeSet;
use std::time::Duration;

use super::LOOKS;
use super::holdable::{Holdable, Seen};
use super::suspend::contested;
use crate::domain::scaling::{Lease, LeaseError, LeaseStep, Record, SuspendPlan};
use crate::error::Error;
use crate::ports::{Clock, PortError};

/// Whether another run may have claimed the lease, waited until it showed and switched something since. None can in less than
/// the first pause.
pub(super) fn is_long_ago(clock: &impl Clock, looked: Duration) -> bool {
    clock.elapsed().saturating_sub(looked) >= LOOKS[0]
}

/// The lease of another run, which was written over because our claim took long to arrive, as far as it can be told: what was
/// switched since we looked was switched by that run. A person may have done it; but scaling that stays off unnoticed does
/// more harm than scaling that goes on.
pub(super) fn overwritten<H: Holdable>(
    seen: &Seen<H>,
    now: &Seen<H>,
    plan: &SuspendPlan<H::Switch>,
    lease: &Lease<H::Switch>,
) -> Result<Lease<H::Switch>, LeaseError> {
    let switched = &now.observation.suspended - &seen.observation.suspended;
    let inherited = &plan.ours - &plan.suspend;
    lease.recording(Record {
        had: &plan.before - &switched,
        set: &inherited | &switched,
        may: BTreeSet::new(),
    })
}

/// Is the lease still ours? Another run that looked before our claim and wrote after it has recorded what we switched as
/// the state before, or nothing of it: then it is switched back at once, while somebody knows. One that took the lease
/// over knows.
pub(super) async fn still_ours<H: Holdable>(
    thing: &H,
    now: &Seen<H>,
    plan: &SuspendPlan<H::Switch>,
    lease: &Lease<H::Switch>,
) -> Result<bool, Error> {
    let Some(found) = &now.observation.lease else {
        return Ok(true);
    };
    if found.nonce() == lease.nonce() {
        return Ok(true);
    }
    if !plan.suspend.is_subset(&(found.set() | found.may())) {
        let suspended = &now.observation.suspended;
        let back = suspended - &plan.suspend;
        thing.switch(suspended, &back).await?;
    }
    Ok(false)
}

/// Takes the lease that was just written back, if the new plan writes none over it.
pub(super) async fn withdraw<H: Holdable>(
    thing: &H,
    seen: &Seen<H>,
    plan: &SuspendPlan<H::Switch>,
) -> Result<(), PortError> {
    match (&plan.lease, &seen.observation.lease) {
        (LeaseStep::Write(_), _) => Ok(()),
        (LeaseStep::Keep, Some(earlier)) => thing.write_lease(&seen.facts, earlier).await,
        (LeaseStep::Keep, None) | (LeaseStep::Remove, _) => thing.remove_lease(&seen.facts).await,
    }
}

/// Looks until the lease shows. Tags have no compare-and-set: if another's shows instead (none), that one was written last.
pub(super) async fn until_written<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    before: &Seen<H>,
    lease: &Lease<H::Switch>,
) -> Result<Option<Seen<H>>, Error> {
    let nonce =
        |lease: &Option<Lease<H::Switch>>| lease.as_ref().map(|lease| lease.nonce().clone());
    let old = nonce(&before.observation.lease);
    for pause in LOOKS {
        clock.sleep(pause).await;
        let Some(now) = thing.look().await? else {
            return Err(contested("it was removed meanwhile"));
        };
        let found = nonce(&now.observation.lease);
        if found.as_ref() == Some(lease.nonce()) {
            return Ok(Some(now));
        }
        if found != old {
            return Ok(None);
        }
    }
    Err(contested("AWS took the lease, but it does not show"))
}
