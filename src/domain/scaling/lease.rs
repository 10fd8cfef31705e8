//! What a suspension writes down before its first change: one tag, at most 256 safe characters.
//!
//! ```text
//! v1 had=sched set=in+out by=github/acme/shop/17 from=1763650800 exp=1763658000 id=9f86d081884c after=1b4f0e98
//! ```
//!
//! `had`: suspended before and therefore to stay; `set`: switched by us and therefore to be given back; `by`: who holds
//! the lease; `from`: unix time since which something is suspended; `exp`: unix time after which anyone may restore;
//! `id`: the nonce, by which a writer recognises its own tag; `after`: marks of the owners it was taken over from, newest
//! first. Lists are joined with `+`; `-` is nothing.
//!
//! While something is being switched, either way, a member more stands behind `set`, `may=in+out`: these may be ours by
//! now, or not yet, or not any more. A tag and the flags are two things, and nothing changes both at once; so the tag
//! says when the flags are about to move, and says so for as short as it can. If a process dies just then, the flags
//! themselves tell how far it came ([`Lease::ours`]). A lease with nothing in `set` and without `may` is a claim: its
//! owner has switched nothing yet.
//!
//! Not for deciding anything: `suspend` and `resume` do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::owner::{Owner, OwnerMark};
use super::switch::Switch;
use crate::domain::digest::hex;

mod text;

/// The key of the tag.
pub const LEASE_TAG: &str = "wharfie:suspended";

/// What a tag value may have (Application Auto Scaling, API shape `TagValue`; EC2 Auto Scaling takes as many).
const MAX_LENGTH: usize = 256;

/// Seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// This time and so many seconds more.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; zero if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Twelve hex digits by which a writer recognises its own lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// The nonce of a write: from whatever tells it from every other one, such as who writes what at which nanosecond.
    #[must_use]
    pub fn of(write: &str) -> Self {
        Self(hex(&Sha256::digest(write.as_bytes())[..6]))
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Nonce {
    type Err = LeaseError;

    fn from_str(text: &str) -> Result<Self, LeaseError> {
        let hex = text.len() == 12 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        if hex {
            Ok(Self(text.to_owned()))
        } else {
            Err(LeaseError::Member("id"))
        }
    }
}

/// Whose the suspended switches are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<S: Switch> {
    /// Suspended before, and therefore to stay so.
    pub had: BTreeSet<S>,
    /// Suspended by us, and therefore to be given back.
    pub set: BTreeSet<S>,
    /// About to be switched by us, one way or the other.
    pub may: BTreeSet<S>,
}

/// The time a lease covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Since when something is suspended.
    pub from: UnixTime,
    /// From when on anyone may restore.
    pub expires: UnixTime,
}

/// A suspension as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease<S: Switch> {
    record: Record<S>,
    owner: Option<Owner>,
    term: Term,
    nonce: Nonce,
    after: Vec<OwnerMark>,
}

impl<S: Switch> Lease<S> {
    /// Puts a lease together. Of the marks in `after` the newest that fit are kept.
    ///
    /// # Errors
    /// It does not fit a tag, a switch has no word, or a switch is in the record twice.
    pub fn new(
        record: Record<S>,
        owner: Option<Owner>,
        term: Term,
        nonce: Nonce,
        after: Vec<OwnerMark>,
    ) -> Result<Self, LeaseError> {
        let Record { had, set, may } = &record;
        let mut twice = had
            .intersection(set)
            .chain(had.intersection(may))
            .chain(set.intersection(may));
        if let Some(both) = twice.next() {
            return Err(LeaseError::Both(both.to_string()));
        }
        let mut all = had.iter().chain(set).chain(may);
        if let Some(odd) = all.find(|switch| S::from_lease_word(switch.lease_word()).is_none()) {
            return Err(LeaseError::Word(odd.to_string()));
        }
        let mut lease = Self {
            record,
            owner,
            term,
            nonce,
            after,
        };
        while lease.to_string().len() > MAX_LENGTH {
            if lease.after.pop().is_none() {
                return Err(LeaseError::Long(lease.to_string().len()));
            }
        }
        Ok(lease)
    }

    /// The same lease, with another record of whose the switches are.
    ///
    /// # Errors
    /// As [`Lease::new`].
    pub fn recording(&self, record: Record<S>) -> Result<Self, LeaseError> {
        let Self {
            record: _,
            owner,
            term,
            nonce,
            after,
        } = self.clone();
        Self::new(record, owner, term, nonce, after)
    }

    /// The same lease, from now on for so many seconds.
    #[must_use]
    pub fn renewed(&self, now: UnixTime, seconds: u64) -> Self {
        let mut renewed = self.clone();
        renewed.term.expires = now.plus(seconds);
        renewed
    }

    /// What was suspended before; it stays so.
    #[must_use]
    pub fn had(&self) -> &BTreeSet<S> {
        &self.record.had
    }

    /// What we suspended; it is given back.
    #[must_use]
    pub fn set(&self) -> &BTreeSet<S> {
        &self.record.set
    }

    /// What was about to be switched when this was written.
    #[must_use]
    pub fn may(&self) -> &BTreeSet<S> {
        &self.record.may
    }

    /// Which of the switches that are suspended now are ours to give back.
    ///
    /// All of `set`. Of `may` all or none, because they are switched together: if most of them are suspended, they were
    /// switched, and somebody resumed the others since; if most are active, they were not, and somebody suspended these.
    /// Half of them counts as switched: scaling that stays off unnoticed does more harm than scaling that goes on.
    #[must_use]
    pub fn ours(&self, suspended: &BTreeSet<S>) -> BTreeSet<S> {
        let mut ours = self.set() & suspended;
        let moved = self.may() & suspended;
        if moved.len() * 2 >= self.may().len() {
            ours.extend(moved);
        }
        ours
    }

    /// Who holds it; none if the holder gave no name.
    #[must_use]
    pub fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// Since when something is suspended.
    #[must_use]
    pub fn since(&self) -> UnixTime {
        self.term.from
    }

    /// From when on anyone may restore.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.term.expires
    }

    /// By which a writer recognises its own tag.
    #[must_use]
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// The owners it was taken over from, newest first.
    #[must_use]
    pub fn after(&self) -> &[OwnerMark] {
        &self.after
    }

    /// Is its time over?
    #[must_use]
    pub fn is_expired(&self, now: UnixTime) -> bool {
        self.term.expires <= now
    }

    /// Seconds until its time is over.
    #[must_use]
    pub fn remaining(&self, now: UnixTime) -> u64 {
        self.term.expires.since(now)
    }
}

/// Why a text is no lease, or parts make none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseError {
    /// It does not begin with a version.
    Foreign,
    /// A version this program does not know.
    Version(String),
    /// A member that is missing, not where it belongs, or not what it must be: its name.
    Member(&'static str),
    /// Something behind the last member.
    Rest,
    /// A switch this kind of lease does not have.
    Word(String),
    /// A switch that is said to be two of: suspended before, by us, about to be switched.
    Both(String),
    /// It does not fit a tag: how many characters it has.
    Long(usize),
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("the text does not begin with a version such as `v1`"),
            Self::Version(version) => write!(
                f,
                "written by a newer version: `{}`",
                version.escape_default()
            ),
            Self::Member(name) => write!(f, "missing, misplaced or malformed member: `{name}`"),
            Self::Rest => f.write_str("something follows the last member"),
            Self::Word(word) => write!(
                f,
                "nothing that can be suspended has this name: `{}`",
                word.escape_default()
            ),
            Self::Both(word) => write!(f, "said twice, and of two kinds: `{word}`"),
            Self::Long(length) => write!(
                f,
                "a tag holds {MAX_LENGTH} characters, this needs: {length}"
            ),
        }
    }
}

impl std::error::Error for LeaseError {}

#[cfg(test)]
mod tests;
