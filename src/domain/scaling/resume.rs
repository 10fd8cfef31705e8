//! The decision to resume: give back exactly what we took, and only that.
//!
//! Not for knowing whether the deployment is over: who calls this knows, or asked.

use std::collections::BTreeSet;
use std::fmt;

use super::Observation;
use super::lease::{LEASE_TAG, Lease, LeaseError, Nonce, Record, UnixTime};
use super::owner::Owner;
use super::switch::{Switch, names};

/// What makes a lease the caller's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The caller wrote this very lease.
    Nonce(Nonce),
    /// The caller is this run.
    Run(Owner),
    /// A person at a keyboard, who belongs to no run: any lease may be repaired.
    Anyone,
    /// A scheduled repair: only leases whose time is over, also by force.
    Stale,
}

impl Claim {
    fn covers<S: Switch>(&self, lease: &Lease<S>, now: UnixTime) -> bool {
        match self {
            Self::Nonce(nonce) => lease.nonce() == nonce || lease.is_expired(now),
            Self::Run(owner) => lease.owner() == Some(owner) || lease.is_expired(now),
            Self::Anyone => true,
            Self::Stale => lease.is_expired(now),
        }
    }
}

/// How to resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeRequest {
    /// What makes the lease the caller's.
    pub claim: Claim,
    /// Restore the recorded state also from another's live lease, and also where somebody changed it since.
    pub force: bool,
}

/// What resuming will do. Its `Display` is the dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResumePlan<S: Switch> {
    /// There is no lease: nothing here is ours.
    Nothing {
        /// What is suspended nevertheless, by somebody else.
        suspended: BTreeSet<S>,
    },
    /// The lease is another run's: nothing is touched.
    Held {
        /// Whose; none if it gave no name.
        owner: Option<Owner>,
        /// For how many seconds it lasts.
        remaining: u64,
        /// It took the lease over from the caller, so restoring has become its duty.
        successor: bool,
    },
    /// Give back.
    Restore(Restoration<S>),
}

impl<S: Switch> fmt::Display for ResumePlan<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing { suspended } if suspended.is_empty() => {
                f.write_str("nothing to resume: nothing is suspended")
            }
            Self::Nothing { suspended } => {
                write!(
                    f,
                    "nothing to resume: without a lease, suspended by somebody else: {}",
                    names(suspended)
                )
            }
            Self::Held {
                owner,
                remaining,
                successor,
            } => {
                f.write_str(if *successor {
                    "left suspended: a later run took the lease over and will resume"
                } else {
                    "left suspended: the lease belongs to another run"
                })?;
                write!(f, ", it lasts {remaining} s more, held by: ")?;
                match owner {
                    Some(owner) => write!(f, "`{owner}`"),
                    None => f.write_str("a run without a name"),
                }
            }
            Self::Restore(restoration) => restoration.fmt(f),
        }
    }
}

/// What is given back; then the lease is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration<S: Switch> {
    /// What is switched from suspended to active.
    pub resume: BTreeSet<S>,
    /// What is switched from active to suspended: only by force, where somebody resumed what was suspended before us.
    pub suspend: BTreeSet<S>,
    /// What we switched and is seen active again. It is sent once more, because an answer may be older than the switch,
    /// and without the lease nobody would look again.
    pub ensure: BTreeSet<S>,
    /// What is suspended afterwards, all of it.
    pub suspended: BTreeSet<S>,
    /// The lease this was decided from.
    pub lease: Box<Lease<S>>,
    /// What a person should know.
    pub notices: Vec<ResumeNotice<S>>,
}

impl<S: Switch> Restoration<S> {
    /// Is nothing to be switched, as far as can be seen? The lease is removed all the same.
    #[must_use]
    pub fn switches_nothing(&self) -> bool {
        self.resume.is_empty() && self.suspend.is_empty()
    }

    /// What is written while it is switched back: from then on it may be active already.
    ///
    /// # Errors
    /// It does not fit a tag.
    pub fn switching(&self) -> Result<Lease<S>, LeaseError> {
        self.lease.recording(Record {
            had: self.lease.had().clone(),
            set: BTreeSet::new(),
            may: self.lease.set() | self.lease.may(),
        })
    }

    /// What must not be suspended afterwards.
    #[must_use]
    pub fn active(&self) -> BTreeSet<S> {
        &self.resume | &self.ensure
    }
}

/// The steps, a line each.
impl<S: Switch> fmt::Display for Restoration<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.resume.is_empty() {
            writeln!(f, "resume: {}", names(&self.resume))?;
        }
        if !self.ensure.is_empty() {
            writeln!(
                f,
                "send once more that it is active: {}",
                names(&self.ensure)
            )?;
        }
        if !self.suspend.is_empty() {
            writeln!(
                f,
                "suspend again, as it was before: {}",
                names(&self.suspend)
            )?;
        }
        writeln!(f, "remove the tag: `{LEASE_TAG}`")?;
        write!(f, "suspended then: {}", names(&self.suspended))
    }
}

/// What a person should know about a restoration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResumeNotice<S: Switch> {
    /// We suspended these, somebody resumed them already.
    ResumedSince(BTreeSet<S>),
    /// These were active when we came and are suspended now, not by us. Left, unless `forced`.
    SuspendedSince {
        /// What.
        switches: BTreeSet<S>,
        /// Set back to what was recorded.
        forced: bool,
    },
    /// These were suspended when we came and are active now. Left, unless `forced`.
    ActiveSince {
        /// What.
        switches: BTreeSet<S>,
        /// Set back to what was recorded.
        forced: bool,
    },
    /// These were suspended before us and stay so.
    StaysSuspended(BTreeSet<S>),
    /// The lease was another's.
    OfAnother {
        /// Whose; none if it gave no name.
        owner: Option<Owner>,
        /// For how many seconds it would have lasted; zero if it was over.
        remaining: u64,
    },
}

impl<S: Switch> fmt::Display for ResumeNotice<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fate = |forced: bool| {
            if forced {
                "set back by force"
            } else {
                "left alone"
            }
        };
        match self {
            Self::ResumedSince(switches) => {
                write!(f, "resumed by somebody else since: {}", names(switches))
            }
            Self::SuspendedSince { switches, forced } => {
                write!(
                    f,
                    "suspended by somebody else since, {}: {}",
                    fate(*forced),
                    names(switches)
                )
            }
            Self::ActiveSince { switches, forced } => {
                write!(
                    f,
                    "suspended before, resumed by somebody else since, {}: {}",
                    fate(*forced),
                    names(switches)
                )
            }
            Self::StaysSuspended(switches) => {
                write!(
                    f,
                    "suspended before by somebody else, stays so: {}",
                    names(switches)
                )
            }
            Self::OfAnother { owner, remaining } => {
                match remaining {
                    0 => f.write_str("restored from a lease that was over")?,
                    seconds => write!(f, "restored from a lease that had {seconds} s left")?,
                }
                match owner {
                    Some(owner) => write!(f, ", held by: `{owner}`"),
                    None => f.write_str(", held by a run without a name"),
                }
            }
        }
    }
}

/// Decides what it takes to give back what a suspension took.
///
/// Idempotent: carried out once, no lease is left, and the next call finds nothing to do.
#[must_use]
pub fn plan_resume<S: Switch>(
    seen: &Observation<S>,
    request: &ResumeRequest,
    now: UnixTime,
) -> ResumePlan<S> {
    let Some(lease) = &seen.lease else {
        return ResumePlan::Nothing {
            suspended: seen.suspended.clone(),
        };
    };
    let opened = request.force && request.claim != Claim::Stale;
    if !request.claim.covers(lease, now) && !opened {
        let successor = match &request.claim {
            // Only the writer of a lease knows its nonce: if it is gone and another stands, that one inherited from it.
            Claim::Nonce(_) => true,
            Claim::Run(owner) => lease.after().contains(&owner.mark()),
            Claim::Anyone | Claim::Stale => false,
        };
        return ResumePlan::Held {
            owner: lease.owner().cloned(),
            remaining: lease.remaining(now),
            successor,
        };
    }

    let ours = lease.ours(&seen.suspended);
    // Half-way through a switch that was made, what is active was resumed since; else it was never switched.
    let switched = if ours.is_disjoint(lease.may()) {
        lease.set().clone()
    } else {
        lease.set() | lease.may()
    };
    let resumed_since = &switched - &seen.suspended;
    let suspended_since = &(&seen.suspended - &ours) - lease.had();
    let ensure = &(lease.set() | lease.may()) - &seen.suspended;
    let active_since = lease.had() - &seen.suspended;
    let stays = lease.had() & &seen.suspended;

    let forced = request.force;
    let (resume, suspend) = if forced {
        (&ours | &suspended_since, active_since.clone())
    } else {
        (ours, BTreeSet::new())
    };
    let suspended = &(&seen.suspended - &resume) | &suspend;

    let mut notices = Vec::new();
    if !is_own(&request.claim, lease) {
        notices.push(ResumeNotice::OfAnother {
            owner: lease.owner().cloned(),
            remaining: lease.remaining(now),
        });
    }
    if !resumed_since.is_empty() {
        notices.push(ResumeNotice::ResumedSince(resumed_since));
    }
    if !suspended_since.is_empty() {
        notices.push(ResumeNotice::SuspendedSince {
            switches: suspended_since,
            forced,
        });
    }
    if !active_since.is_empty() {
        notices.push(ResumeNotice::ActiveSince {
            switches: active_since,
            forced,
        });
    }
    if !stays.is_empty() {
        notices.push(ResumeNotice::StaysSuspended(stays));
    }
    ResumePlan::Restore(Restoration {
        resume,
        suspend,
        ensure,
        suspended,
        lease: Box::new(lease.clone()),
        notices,
    })
}

fn is_own<S: Switch>(claim: &Claim, lease: &Lease<S>) -> bool {
    match claim {
        Claim::Nonce(nonce) => lease.nonce() == nonce,
        Claim::Run(owner) => lease.owner() == Some(owner),
        // Nobody's lease belongs to whoever has no name.
        Claim::Anyone => lease.owner().is_none(),
        Claim::Stale => false,
    }
}

#[cfg(test)]
mod tests;
