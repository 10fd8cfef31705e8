//! The decision to suspend: what to write down, what to switch, what to tell.
//!
//! Not for the order of calls beyond this: the lease is written, and found to be ours, before anything is switched.

use std::collections::BTreeSet;
use std::fmt;

use super::Observation;
use super::lease::{LEASE_TAG, Lease, LeaseError, Nonce, UnixTime};
use super::owner::Owner;
use super::switch::{Switch, names};

/// What a run wants held still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspendRequest<S: Switch> {
    /// What to suspend.
    pub switches: BTreeSet<S>,
    /// Who asks; none if nobody gave a name.
    pub owner: Option<Owner>,
    /// For how long the lease is to last, in seconds.
    pub lease_seconds: u64,
    /// For the lease, should one be written.
    pub nonce: Nonce,
}

/// What to do with the tag before anything is switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseStep<S: Switch> {
    /// The tag is right as it is; without one, none is needed.
    Keep,
    /// Write this one.
    Write(Lease<S>),
    /// The tag is a leftover: nothing it speaks of is suspended any more.
    Remove,
}

/// What a suspension will do. Executing it makes no new decision; its `Display` is the dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspendPlan<S: Switch> {
    /// First: the tag.
    pub lease: LeaseStep<S>,
    /// Second: what is switched from active to suspended.
    pub suspend: BTreeSet<S>,
    /// What is suspended afterwards, all of it.
    pub suspended: BTreeSet<S>,
    /// What was suspended before, by anyone but us; a resume goes back to exactly this.
    pub before: BTreeSet<S>,
    /// What a resume will give back.
    pub ours: BTreeSet<S>,
    /// What a person should know.
    pub notices: Vec<SuspendNotice<S>>,
}

impl<S: Switch> SuspendPlan<S> {
    /// Is there anything to change?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.suspend.is_empty() && self.lease == LeaseStep::Keep
    }
}

/// The steps, a line each.
impl<S: Switch> fmt::Display for SuspendPlan<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return write!(
                f,
                "nothing to change, suspended: {}",
                names(&self.suspended)
            );
        }
        match &self.lease {
            LeaseStep::Keep => f.write_str("keep the lease that is there")?,
            LeaseStep::Write(lease) => {
                let (had, set) = (names(lease.had()), names(lease.set()));
                write!(
                    f,
                    "write into the tag `{LEASE_TAG}`: suspended before {had}, to be resumed {set}"
                )?;
            }
            LeaseStep::Remove => write!(f, "remove the tag that is left over: `{LEASE_TAG}`")?,
        }
        if !self.suspend.is_empty() {
            write!(f, "\nsuspend: {}", names(&self.suspend))?;
        }
        write!(f, "\nsuspended then: {}", names(&self.suspended))
    }
}

/// What a person should know about a suspension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuspendNotice<S: Switch> {
    /// These were asked for and are suspended already, not by us.
    StaysSuspended(BTreeSet<S>),
    /// The lease was another run's.
    TakenOver {
        /// Whose; none if it gave no name.
        owner: Option<Owner>,
        /// For how many seconds it would have lasted; zero if it was over.
        remaining: u64,
    },
    /// These were suspended by an earlier run and will be given back by this one.
    Inherited(BTreeSet<S>),
}

impl<S: Switch> fmt::Display for SuspendNotice<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaysSuspended(switches) => {
                write!(
                    f,
                    "suspended before by somebody else, will stay so after resuming: {}",
                    names(switches)
                )
            }
            Self::TakenOver { owner, remaining } => {
                f.write_str("took over a lease that ")?;
                match remaining {
                    0 => f.write_str("was over")?,
                    seconds => write!(
                        f,
                        "had {seconds} s left; its run will not resume scaling, this one will"
                    )?,
                }
                match owner {
                    Some(owner) => write!(f, ", held by: `{owner}`"),
                    None => f.write_str(", held by a run without a name"),
                }
            }
            Self::Inherited(switches) => {
                write!(
                    f,
                    "suspended by an earlier run, will be resumed by this one: {}",
                    names(switches)
                )
            }
        }
    }
}

/// Decides what it takes to hold still what is asked for.
///
/// Idempotent: carried out once, the same request finds nothing to do, until half of its lease is over; then the lease
/// is renewed.
///
/// # Errors
/// The lease that would be needed does not fit a tag.
pub fn plan_suspend<S: Switch>(
    seen: &Observation<S>,
    request: &SuspendRequest<S>,
    now: UnixTime,
) -> Result<SuspendPlan<S>, LeaseError> {
    let suspend = &request.switches - &seen.suspended;
    let suspended = &seen.suspended | &suspend;
    let nothing = BTreeSet::new();
    // What an earlier run switched and is still on is given back by us now; what went off meanwhile is nobody's.
    let inherited = &seen.suspended & seen.lease.as_ref().map_or(&nothing, Lease::set);
    let ours = &inherited | &suspend;
    // The recorded state before, never the suspended one. What we switch now was off just now, whatever was recorded.
    let before = match &seen.lease {
        Some(lease) => lease.had() - &ours,
        None => &seen.suspended - &ours,
    };

    let mut notices = Vec::new();
    let others = &(&request.switches & &seen.suspended) - &ours;
    if !others.is_empty() {
        notices.push(SuspendNotice::StaysSuspended(others));
    }
    let foreign = seen
        .lease
        .as_ref()
        .filter(|lease| lease.owner() != request.owner.as_ref());
    let lease = match &seen.lease {
        Some(_) if ours.is_empty() => LeaseStep::Remove,
        None if ours.is_empty() => LeaseStep::Keep,
        Some(lease)
            if foreign.is_none() && *lease.set() == ours && !is_half_over(lease, request, now) =>
        {
            LeaseStep::Keep
        }
        earlier => LeaseStep::Write(Lease::new(
            before.clone(),
            ours.clone(),
            request.owner.clone(),
            now.plus(request.lease_seconds),
            request.nonce.clone(),
            earlier.as_ref().map_or_else(Vec::new, |lease| {
                predecessors(lease, request.owner.as_ref())
            }),
        )?),
    };
    if let (Some(foreign), LeaseStep::Write(_)) = (foreign, &lease) {
        let (owner, remaining) = (foreign.owner().cloned(), foreign.remaining(now));
        notices.push(SuspendNotice::TakenOver { owner, remaining });
        if !inherited.is_empty() {
            notices.push(SuspendNotice::Inherited(inherited));
        }
    }
    Ok(SuspendPlan {
        lease,
        suspend,
        suspended,
        before,
        ours,
        notices,
    })
}

fn is_half_over<S: Switch>(lease: &Lease<S>, request: &SuspendRequest<S>, now: UnixTime) -> bool {
    lease.remaining(now) < request.lease_seconds.div_ceil(2)
}

/// The marks for a lease that replaces `lease`: those it has, preceded by its own owner's if that is another one.
fn predecessors<S: Switch>(lease: &Lease<S>, owner: Option<&Owner>) -> Vec<super::OwnerMark> {
    let own = owner.map(Owner::mark);
    let previous = lease.owner().map(Owner::mark);
    previous
        .iter()
        .chain(lease.after())
        .filter(|mark| Some(*mark) != own.as_ref())
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
