//! The decision to suspend: what to write down, what to switch, what to tell.
//!
//! Not for the order of calls beyond this: the lease is claimed, and found to be ours, before anything is switched.

use std::collections::BTreeSet;
use std::fmt;

use super::Observation;
use super::lease::{LEASE_TAG, Lease, LeaseError, Nonce, Record, Term, UnixTime};
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
    /// Take over a lease that another run holds and that is not over.
    pub steal: bool,
}

/// Why nothing can be suspended now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuspendRefusal {
    /// Another run holds the lease, and its time is not over.
    Held {
        /// Whose it is; none if it gave no name.
        owner: Option<Owner>,
        /// For how many seconds it lasts.
        remaining: u64,
    },
    /// The lease that would be needed does not fit a tag.
    Lease(LeaseError),
}

impl From<LeaseError> for SuspendRefusal {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}

impl fmt::Display for SuspendRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { owner, remaining } => {
                write!(
                    f,
                    "another run holds its scaling still, for {remaining} s more unless it renews that: "
                )?;
                match owner {
                    Some(owner) => write!(f, "`{owner}`"),
                    None => f.write_str("a run without a name"),
                }
            }
            Self::Lease(error) => write!(f, "the state before does not fit a tag: {error}"),
        }
    }
}

impl std::error::Error for SuspendRefusal {}

/// What to do with the tag before anything is switched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseStep<S: Switch> {
    /// The tag is right as it is; without one, none is needed.
    Keep,
    /// Write this one, in steps: a claim, what is about to be switched, and when it shows, this.
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

impl<S: Switch> SuspendPlan<S> {
    /// What is written before anything is switched: only what earlier runs switched is ours so far.
    ///
    /// # Errors
    /// It does not fit a tag.
    pub fn claim(&self, lease: &Lease<S>) -> Result<Lease<S>, LeaseError> {
        lease.recording(Record {
            had: self.before.clone(),
            set: &self.ours - &self.suspend,
            may: BTreeSet::new(),
        })
    }

    /// What is written while it is switched.
    ///
    /// # Errors
    /// It does not fit a tag.
    pub fn switching(&self, lease: &Lease<S>) -> Result<Lease<S>, LeaseError> {
        lease.recording(Record {
            had: self.before.clone(),
            set: &self.ours - &self.suspend,
            may: self.suspend.clone(),
        })
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
/// Another run holds it still and is not to be disturbed, or the lease that would be needed does not fit a tag.
pub fn plan_suspend<S: Switch>(
    seen: &Observation<S>,
    request: &SuspendRequest<S>,
    now: UnixTime,
) -> Result<SuspendPlan<S>, SuspendRefusal> {
    let foreign = seen
        .lease
        .as_ref()
        .filter(|lease| lease.owner() != request.owner.as_ref());
    if let Some(held) = foreign.filter(|lease| !lease.is_expired(now) && !request.steal) {
        return Err(SuspendRefusal::Held {
            owner: held.owner().cloned(),
            remaining: held.remaining(now),
        });
    }
    let suspend = &request.switches - &seen.suspended;
    let suspended = &seen.suspended | &suspend;
    // What an earlier run switched and is still on is given back by us now; what went off meanwhile is nobody's.
    let inherited = seen
        .lease
        .as_ref()
        .map_or_else(BTreeSet::new, |lease| lease.ours(&seen.suspended));
    let ours = &inherited | &suspend;
    // The recorded state before, never the suspended one. What we switch now was off just now, whatever was recorded.
    let before = match &seen.lease {
        // A claim recorded what was planned; nothing was switched, so what is suspended now is the state before.
        Some(lease) if lease.set().is_empty() && lease.may().is_empty() => &seen.suspended - &ours,
        Some(lease) => lease.had() - &ours,
        None => &seen.suspended - &ours,
    };

    // A step of this run may have taken it for longer; that is not cut short.
    let own_until = match &seen.lease {
        Some(lease) if foreign.is_none() => lease.expires(),
        Some(_) | None => now,
    };

    let mut notices = Vec::new();
    let others = &(&request.switches & &seen.suspended) - &ours;
    if !others.is_empty() {
        notices.push(SuspendNotice::StaysSuspended(others));
    }
    let lease = match &seen.lease {
        Some(_) if ours.is_empty() => LeaseStep::Remove,
        None if ours.is_empty() => LeaseStep::Keep,
        // What is switched now has to be written down as being switched.
        Some(lease)
            if foreign.is_none()
                && suspend.is_empty()
                && *lease.set() == ours
                && lease.may().is_empty()
                && !is_half_over(lease, request, now) =>
        {
            LeaseStep::Keep
        }
        earlier => LeaseStep::Write(Lease::new(
            Record {
                had: before.clone(),
                set: ours.clone(),
                may: BTreeSet::new(),
            },
            request.owner.clone(),
            Term {
                from: earlier
                    .as_ref()
                    .filter(|_| !inherited.is_empty())
                    .map_or(now, Lease::since),
                expires: own_until.max(now.plus(request.lease_seconds)),
            },
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
