//! A lease as the text of a tag, written and read.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Lease, LeaseError, MAX_LENGTH, Record, Term, UnixTime};
use crate::domain::scaling::owner::{Owner, OwnerMark};
use crate::domain::scaling::switch::Switch;

const VERSION: &str = "v1";
const NOTHING: &str = "-";

impl<S: Switch> fmt::Display for Lease<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner.as_ref().map_or(NOTHING, Owner::as_str);
        write!(
            f,
            "{VERSION} had={} set={}",
            words(self.had()),
            words(self.set())
        )?;
        if !self.may().is_empty() {
            write!(f, " may={}", words(self.may()))?;
        }
        let Term { from, expires } = self.term;
        write!(
            f,
            " by={owner} from={} exp={} id={}",
            from.0, expires.0, self.nonce
        )?;
        if !self.after.is_empty() {
            let marks: Vec<String> = self.after.iter().map(OwnerMark::to_string).collect();
            write!(f, " after={}", marks.join("+"))?;
        }
        Ok(())
    }
}

fn words<S: Switch>(switches: &BTreeSet<S>) -> String {
    if switches.is_empty() {
        return NOTHING.to_owned();
    }
    switches
        .iter()
        .map(Switch::lease_word)
        .collect::<Vec<_>>()
        .join("+")
}

impl<S: Switch> FromStr for Lease<S> {
    type Err = LeaseError;

    /// Strict: a member that is missing, unknown, twice or in another place makes it no lease, because a wrong guess
    /// at the state before would be restored as if it were true.
    fn from_str(text: &str) -> Result<Self, LeaseError> {
        if text.len() > MAX_LENGTH {
            return Err(LeaseError::Long(text.len()));
        }
        let mut members = text.split(' ');
        match members.next() {
            Some(VERSION) => {}
            Some(version) if is_version(version) => {
                return Err(LeaseError::Version(version.to_owned()));
            }
            _ => return Err(LeaseError::Foreign),
        }
        let had = switches(value(members.next(), "had")?, "had")?;
        let set = switches(value(members.next(), "set")?, "set")?;
        let mut member = members.next();
        let mut may = BTreeSet::new();
        if let Ok(text) = value(member, "may") {
            may = switches(text, "may")?;
            if may.is_empty() {
                return Err(LeaseError::Member("may"));
            }
            member = members.next();
        }
        let owner = match value(member, "by")? {
            NOTHING => None,
            name => Some(name.parse().map_err(|_| LeaseError::Member("by"))?),
        };
        let from = unix_time(value(members.next(), "from")?, "from")?;
        let expires = unix_time(value(members.next(), "exp")?, "exp")?;
        let nonce = value(members.next(), "id")?.parse()?;
        let after = match members.next() {
            None => Vec::new(),
            marks => value(marks, "after")?
                .split('+')
                .map(|mark| mark.parse().map_err(|_| LeaseError::Member("after")))
                .collect::<Result<_, _>>()?,
        };
        if members.next().is_some() {
            return Err(LeaseError::Rest);
        }
        let (record, term) = (Record { had, set, may }, Term { from, expires });
        Self::new(record, owner, term, nonce, after)
    }
}

fn is_version(word: &str) -> bool {
    word.strip_prefix('v')
        .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

fn value<'text>(member: Option<&'text str>, name: &'static str) -> Result<&'text str, LeaseError> {
    member
        .and_then(|member| member.strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
        .ok_or(LeaseError::Member(name))
}

fn switches<S: Switch>(text: &str, name: &'static str) -> Result<BTreeSet<S>, LeaseError> {
    if text == NOTHING {
        return Ok(BTreeSet::new());
    }
    let mut found = BTreeSet::new();
    for word in text.split('+') {
        let switch = S::from_lease_word(word).ok_or_else(|| LeaseError::Word(word.to_owned()))?;
        if !found.insert(switch) {
            return Err(LeaseError::Member(name));
        }
    }
    Ok(found)
}

fn unix_time(text: &str, name: &'static str) -> Result<UnixTime, LeaseError> {
    let digits =
        text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let seconds = if digits { text.parse().ok() } else { None };
    seconds.map(UnixTime).ok_or(LeaseError::Member(name))
}
