//! The gate before an image: whether its scan found nothing worse than what is let through. Pass, fail and unknown are
//! three things, and unknown does not pass.
//!
//! Facts are from the API shapes `ScanStatus`, `FindingSeverity` and `ImageScanFindings`.
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::super::malformed::Malformed;
use super::super::text_enum::text_enum;

text_enum! {
    /// How far a scan has come (API shape `ScanStatus`).
    pub enum ScanStatus {
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// A basic scan is done.
        Complete = "COMPLETE",
        /// It failed.
        Failed = "FAILED",
        /// Images like this one are not scanned.
        Unsupported = "UNSUPPORTED_IMAGE",
        /// The image is scanned continuously, and was at least once.
        Active = "ACTIVE",
        /// It is about to be scanned.
        Pending = "PENDING",
        /// The image is too old to be scanned further.
        Expired = "SCAN_ELIGIBILITY_EXPIRED",
        /// The findings are not there.
        Unavailable = "FINDINGS_UNAVAILABLE",
        /// Too many images are scanned.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// The image is in the archive.
        ImageArchived = "IMAGE_ARCHIVED",
        /// The image is too large to be scanned.
        TooLarge = "IMAGE_SIZE_EXCEEDED",
    }
}

text_enum! {
    /// How bad a finding is (API shape `FindingSeverity`).
    pub enum Severity {
        /// Worst.
        Critical = "CRITICAL",
        /// Bad.
        High = "HIGH",
        /// Less so.
        Medium = "MEDIUM",
        /// Little.
        Low = "LOW",
        /// Not a weakness.
        Informational = "INFORMATIONAL",
        /// Nobody has said.
        Undefined = "UNDEFINED",
    }
}

impl Severity {
    /// The lowest gate that lets it through; `None` if nobody has said how bad it is.
    fn rank(&self) -> Option<MaxSeverity> {
        match self {
            Self::Informational => Some(MaxSeverity::Informational),
            Self::Low => Some(MaxSeverity::Low),
            Self::Medium => Some(MaxSeverity::Medium),
            Self::High => Some(MaxSeverity::High),
            Self::Critical => Some(MaxSeverity::Critical),
            Self::Undefined | Self::Other(_) => None,
        }
    }
}

/// The worst finding that is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaxSeverity {
    /// No finding at all.
    Nothing,
    /// Findings that are no weakness.
    Informational,
    /// Up to LOW.
    Low,
    /// Up to MEDIUM.
    Medium,
    /// Up to HIGH.
    High,
    /// Any finding; but there must have been a scan.
    Critical,
}

impl FromStr for MaxSeverity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "none" => Ok(Self::Nothing),
            "informational" => Ok(Self::Informational),
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            "critical" => Ok(Self::Critical),
            _ => Err(Malformed::new(
                "expected one of: `none`, `informational`, `low`, `medium`, `high`, `critical`",
            )),
        }
    }
}

impl fmt::Display for MaxSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "none",
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// How many findings there are of each severity, the worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Severity, u64>);

impl FromIterator<(Severity, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (Severity, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().filter(|(_, count)| *count > 0).collect())
    }
}

impl Counts {
    fn only(&self, wanted: impl Fn(&Severity) -> bool) -> Self {
        let counts = self.0.iter().filter(|(severity, _)| wanted(severity));
        Self(
            counts
                .map(|(severity, count)| (severity.clone(), *count))
                .collect(),
        )
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Counts {
    /// `2 CRITICAL, 1 HIGH`, or `no findings`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no findings");
        }
        for (index, (severity, count)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{count} {severity}")?;
        }
        Ok(())
    }
}

/// What the registry says of the scan of one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// There is none: not yet, or never.
    Missing,
    /// There is one.
    Seen {
        /// How far it has come.
        status: ScanStatus,
        /// The registry's own words about that.
        description: Option<String>,
        /// What it found, if it says so.
        counts: Option<Counts>,
    },
}

/// Whether an image gets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It does; with everything that was found.
    Pass(Counts),
    /// It does not; with the findings that are worse than what is let through.
    Fail(Counts),
    /// Nobody knows, so it does not.
    Unknown(Doubt),
}

/// Why nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is no scan: not yet, or never.
    Unscanned,
    /// The scan is not over.
    Running(ScanStatus),
    /// There will be no result.
    Impossible(ScanStatus, Option<String>),
    /// The scan is over and says nothing of what it found.
    Silent(ScanStatus),
    /// Findings whose severity nobody has said, and none that is known to be too bad.
    Unrated(Counts),
}

impl Doubt {
    /// Whether waiting may end it.
    #[must_use]
    pub fn may_end(&self) -> bool {
        match self {
            Self::Unscanned | Self::Running(_) | Self::Silent(_) => true,
            Self::Impossible(..) | Self::Unrated(_) => false,
        }
    }
}

/// Judges a scan.
#[must_use]
pub fn judge(max: MaxSeverity, scan: &Scan) -> Gate {
    let (status, description, counts) = match scan {
        Scan::Missing => return Gate::Unknown(Doubt::Unscanned),
        Scan::Seen {
            status,
            description,
            counts,
        } => (status, description, counts),
    };
    match status {
        ScanStatus::InProgress | ScanStatus::Pending => {
            Gate::Unknown(Doubt::Running(status.clone()))
        }
        ScanStatus::Complete | ScanStatus::Active => match counts {
            Some(counts) => judge_counts(max, counts),
            None => Gate::Unknown(Doubt::Silent(status.clone())),
        },
        ScanStatus::Failed
        | ScanStatus::Unsupported
        | ScanStatus::Expired
        | ScanStatus::Unavailable
        | ScanStatus::LimitExceeded
        | ScanStatus::ImageArchived
        | ScanStatus::TooLarge
        | ScanStatus::Other(_) => {
            Gate::Unknown(Doubt::Impossible(status.clone(), description.clone()))
        }
    }
}

fn judge_counts(max: MaxSeverity, counts: &Counts) -> Gate {
    let worse = counts.only(|severity| severity.rank().is_some_and(|rank| rank > max));
    if !worse.is_empty() {
        return Gate::Fail(worse);
    }
    let unrated = counts.only(|severity| severity.rank().is_none());
    match max {
        MaxSeverity::Nothing if !unrated.is_empty() => Gate::Fail(unrated),
        MaxSeverity::Critical => Gate::Pass(counts.clone()),
        _ if unrated.is_empty() => Gate::Pass(counts.clone()),
        _ => Gate::Unknown(Doubt::Unrated(unrated)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Counts {
        of.iter()
            .map(|(severity, count)| (Severity::from(*severity), *count))
            .collect()
    }

    fn seen(status: &str, counts: Option<Counts>) -> Scan {
        Scan::Seen {
            status: ScanStatus::from(status),
            description: None,
            counts,
        }
    }

    #[test]
    fn findings_up_to_the_gate_pass_and_worse_ones_fail_with_their_counts() {
        let found = counts(&[("LOW", 3), ("HIGH", 2), ("CRITICAL", 1)]);
        for status in ["COMPLETE", "ACTIVE"] {
            let scan = seen(status, Some(found.clone()));
            assert_eq!(
                judge(MaxSeverity::High, &scan),
                Gate::Fail(counts(&[("CRITICAL", 1)]))
            );
            assert_eq!(
                judge(MaxSeverity::Low, &scan),
                Gate::Fail(counts(&[("CRITICAL", 1), ("HIGH", 2)]))
            );
            assert_eq!(
                judge(MaxSeverity::Critical, &scan),
                Gate::Pass(found.clone())
            );
        }
        let clean = seen("COMPLETE", Some(Counts::default()));
        assert_eq!(
            judge(MaxSeverity::Nothing, &clean),
            Gate::Pass(Counts::default())
        );
        let zero = seen("COMPLETE", Some(counts(&[("HIGH", 0)])));
        assert_eq!(
            judge(MaxSeverity::Nothing, &zero),
            Gate::Pass(Counts::default())
        );
    }

    #[test]
    fn findings_nobody_has_rated_are_unknown_unless_everything_is_let_through() {
        for name in ["UNDEFINED", "UNTRIAGED"] {
            let scan = seen("COMPLETE", Some(counts(&[("LOW", 1), (name, 4)])));
            assert_eq!(
                judge(MaxSeverity::High, &scan),
                Gate::Unknown(Doubt::Unrated(counts(&[(name, 4)])))
            );
            assert!(matches!(judge(MaxSeverity::Critical, &scan), Gate::Pass(_)));
            assert!(matches!(judge(MaxSeverity::Nothing, &scan), Gate::Fail(_)));
        }
    }

    #[test]
    fn every_other_state_is_unknown_and_only_some_can_be_waited_for() {
        for (status, may_end) in [
            ("PENDING", true),
            ("IN_PROGRESS", true),
            ("COMPLETE", true),
            ("FAILED", false),
            ("UNSUPPORTED_IMAGE", false),
            ("SCAN_ELIGIBILITY_EXPIRED", false),
            ("FINDINGS_UNAVAILABLE", false),
            ("LIMIT_EXCEEDED", false),
            ("IMAGE_ARCHIVED", false),
            ("IMAGE_SIZE_EXCEEDED", false),
            ("SOMETHING_NEW", false),
        ] {
            let Gate::Unknown(doubt) = judge(MaxSeverity::Critical, &seen(status, None)) else {
                panic!("{status} is known")
            };
            assert_eq!(doubt.may_end(), may_end, "{status}");
        }
        let Gate::Unknown(doubt) = judge(MaxSeverity::Critical, &Scan::Missing) else {
            panic!("no scan is known")
        };
        assert!(doubt.may_end());
    }

    #[test]
    fn the_worst_findings_are_named_first() {
        let found = counts(&[("LOW", 3), ("CRITICAL", 1), ("UNDEFINED", 2), ("HIGH", 2)]);
        assert_eq!(found.to_string(), "1 CRITICAL, 2 HIGH, 3 LOW, 2 UNDEFINED");
        assert_eq!(Counts::default().to_string(), "no findings");
    }

    #[test]
    fn a_gate_is_named_in_any_case() {
        assert_eq!("HIGH".parse(), Ok(MaxSeverity::High));
        assert_eq!("none".parse(), Ok(MaxSeverity::Nothing));
        assert!("severe".parse::<MaxSeverity>().is_err());
        assert!("".parse::<MaxSeverity>().is_err());
    }
}
