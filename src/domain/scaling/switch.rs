//! What can be suspended: the three directions of a scalable target, the named processes of an Auto Scaling group.
//!
//! Not for what is suspended at the moment; that is a set of these.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// One thing that can be suspended, with a word for it in a lease.
pub trait Switch: Clone + Ord + fmt::Debug + fmt::Display {
    /// The word in a lease: letters and digits only.
    fn lease_word(&self) -> &str;

    /// The switch of a lease's word; none if this kind of switch has no such word.
    fn from_lease_word(word: &str) -> Option<Self>;
}

/// One flag of a scalable target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Scaling policies remove tasks.
    ScaleIn,
    /// Scaling policies add tasks.
    ScaleOut,
    /// Scheduled actions change the range.
    Scheduled,
}

impl Direction {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::ScaleIn, Self::ScaleOut, Self::Scheduled];

    /// The word a user writes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScaleIn => "scale-in",
            Self::ScaleOut => "scale-out",
            Self::Scheduled => "scheduled",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Direction {
    type Err = SwitchError;

    fn from_str(text: &str) -> Result<Self, SwitchError> {
        Self::ALL
            .into_iter()
            .find(|direction| direction.as_str() == text)
            .ok_or_else(|| SwitchError {
                kind: "direction",
                text: text.to_owned(),
                known: Self::ALL.map(Self::as_str).join("`, `"),
            })
    }
}

impl Switch for Direction {
    fn lease_word(&self) -> &str {
        match self {
            Self::ScaleIn => "in",
            Self::ScaleOut => "out",
            Self::Scheduled => "sched",
        }
    }

    fn from_lease_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|direction| direction.lease_word() == word)
    }
}

/// A process of an EC2 Auto Scaling group, by its name (API shape `ScalingProcessQuery`).
///
/// A user may write the names that exist; what AWS answers is kept as it is, also a name that is newer than this version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScalingProcess(String);

impl ScalingProcess {
    /// The names of the API.
    pub const KNOWN: [&'static str; 9] = [
        "Launch",
        "Terminate",
        "AddToLoadBalancer",
        "AlarmNotification",
        "AZRebalance",
        "HealthCheck",
        "InstanceRefresh",
        "ReplaceUnhealthy",
        "ScheduledActions",
    ];

    /// What is suspended unless a user says otherwise: what moves instances without anybody's need.
    #[must_use]
    pub fn usual() -> BTreeSet<Self> {
        ["AlarmNotification", "ScheduledActions", "AZRebalance"]
            .map(|name| Self(name.to_owned()))
            .into()
    }

    /// The process that runs scheduled actions.
    #[must_use]
    pub fn scheduled() -> Self {
        Self("ScheduledActions".to_owned())
    }

    /// A name as AWS answered it.
    #[must_use]
    pub fn answered(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What else breaks while this process is suspended; none if nothing does.
    #[must_use]
    pub fn danger(&self) -> Option<&'static str> {
        match self.0.as_str() {
            "Launch" => Some(
                "no instance starts, so capacity providers starve and failed instances are not replaced",
            ),
            "Terminate" => {
                Some("the group may grow beyond its maximum, and unhealthy instances stay")
            }
            "AddToLoadBalancer" => {
                Some("instances launched meanwhile are not registered, not even after resuming")
            }
            _ => None,
        }
    }
}

impl fmt::Display for ScalingProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ScalingProcess {
    type Err = SwitchError;

    fn from_str(text: &str) -> Result<Self, SwitchError> {
        if Self::KNOWN.contains(&text) {
            return Ok(Self(text.to_owned()));
        }
        Err(SwitchError {
            kind: "process",
            text: text.to_owned(),
            known: Self::KNOWN.join("`, `"),
        })
    }
}

impl Switch for ScalingProcess {
    fn lease_word(&self) -> &str {
        &self.0
    }

    fn from_lease_word(word: &str) -> Option<Self> {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric());
        plain.then(|| Self(word.to_owned()))
    }
}

/// A direction or process that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchError {
    kind: &'static str,
    text: String,
    known: String,
}

impl fmt::Display for SwitchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown {}: `{}` (known: `{}`)",
            self.kind, self.text, self.known
        )
    }
}

impl std::error::Error for SwitchError {}

/// A set of switches for a sentence: each in backticks, comma-separated; `nothing` for none.
#[must_use]
pub fn names<S: Switch>(switches: &BTreeSet<S>) -> String {
    if switches.is_empty() {
        return "nothing".to_owned();
    }
    switches
        .iter()
        .map(|switch| format!("`{switch}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_direction_is_read_as_it_is_written() {
        for direction in Direction::ALL {
            assert_eq!(direction.to_string().parse(), Ok(direction));
            assert_eq!(
                Direction::from_lease_word(direction.lease_word()),
                Some(direction)
            );
        }
    }

    #[test]
    fn an_unknown_direction_is_refused_with_the_ones_that_exist() {
        let error = "in".parse::<Direction>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown direction: `in` (known: `scale-in`, `scale-out`, `scheduled`)"
        );
    }

    #[test]
    fn a_process_is_refused_in_another_case() {
        let error = "launch".parse::<ScalingProcess>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("unknown process: `launch` (known: `Launch`, `Terminate`"),
            "{error}"
        );
    }

    #[test]
    fn an_answered_process_may_be_newer_than_this_version() {
        let process = ScalingProcess::answered("WarmPoolReuse");
        assert_eq!(
            ScalingProcess::from_lease_word(process.lease_word()),
            Some(process)
        );
    }

    #[test]
    fn the_usual_processes_exist_and_endanger_nothing() {
        for process in ScalingProcess::usual() {
            assert_eq!(process.as_str().parse(), Ok(process.clone()));
            assert_eq!(process.danger(), None);
        }
    }
}
