//! What the stages need from the world, in domain types: small traits, reads apart from writes.
//!
//! A stage names the ports it needs in the bound on its world; that list is all it may do.
//! No type of the AWS SDK appears here.

pub mod alarms;
pub mod codedeploy;
#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
pub(crate) mod fake_codedeploy;
#[cfg(test)]
pub(crate) mod fake_images;
#[cfg(test)]
pub(crate) mod fake_neighbours;
#[cfg(test)]
pub(crate) mod fake_one_off;
#[cfg(test)]
pub(crate) mod fake_scaling;
#[cfg(test)]
pub(crate) mod fake_services;
#[cfg(test)]
pub(crate) mod fake_task_definitions;
pub mod images;
pub mod logs;
pub mod one_off;
pub mod scaling;
pub mod services;
pub mod simulator;
pub mod target_health;
pub mod task_definitions;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::domain::secrecy::MarkKey;

/// Why a call did not give its answer: the service said no, or we could not ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortError {
    /// The service answered, and the answer was no.
    Refused(Refused),
    /// No answer came, or it was "not now": network, time-out, throttling, 5xx, no credentials.
    Unreachable {
        /// The operation, as the API names it (`DescribeServices`).
        operation: &'static str,
        /// What went wrong, one line.
        reason: String,
        /// Whether the service said that it did nothing because it was asked too often. Else nobody knows what it did.
        throttled: bool,
    },
}

/// A service's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The operation, as the API names it (`UpdateService`).
    pub operation: &'static str,
    /// The error code (`ServiceNotFoundException`). Errors are told apart by this, never by message.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// The request id, for support.
    pub request_id: Option<String>,
}

impl PortError {
    /// The service's error code, if it answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => Some(&refused.code),
            Self::Unreachable { .. } => None,
        }
    }

    /// Whether the call may have been carried out all the same: its answer was lost, and nobody said no.
    #[must_use]
    pub fn may_have_worked(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Unreachable { throttled, .. } => !throttled,
        }
    }

    /// The operation that was asked for.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.operation,
            Self::Unreachable { operation, .. } => operation,
        }
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => {
                write!(
                    f,
                    "{} was refused with {}: {}",
                    refused.operation, refused.code, refused.message
                )?;
                if let Some(id) = &refused.request_id {
                    write!(f, " (request `{id}`)")?;
                }
                Ok(())
            }
            Self::Unreachable {
                operation, reason, ..
            } => {
                write!(f, "{operation} got no answer: {reason}")
            }
        }
    }
}

impl std::error::Error for PortError {}

/// Time as the stages see it. Tests and rehearsals bring their own.
pub trait Clock {
    /// The wall clock.
    fn now(&self) -> SystemTime;
    /// Time since the stage started; never goes back.
    fn elapsed(&self) -> Duration;
    /// Waits.
    async fn sleep(&self, time: Duration);
}

/// Randomness that nobody can foresee.
pub trait Randomness {
    /// The key that values which are not shown are marked with: the same throughout a run, another one in each. None if the
    /// system has no randomness to give.
    fn mark_key(&self) -> Option<MarkKey>;
}

/// A wish that the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C, or a cancelled job.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// Lets a stage notice that it is asked to end, and clean up within seven seconds.
pub trait Interruption {
    /// Completes when the process is asked to end; at once if it was asked before.
    async fn interrupted(&self) -> Signal;
    /// The signal that came, if one did.
    fn signal(&self) -> Option<Signal>;
}

/// Why a file could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file as the user named it.
    pub path: PathBuf,
    /// What went wrong, one line (`no such file`).
    pub reason: String,
}

impl FileError {
    /// The reason if there is no such file.
    pub const MISSING: &str = "no such file or folder";

    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.reason == Self::MISSING
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`", self.reason, self.path.display())
    }
}

/// The user's files. `-` is standard input.
pub trait Files {
    /// The whole file as text. Errors: missing, unreadable, not UTF-8 (with the offset), over 16 MiB.
    fn read(&self, path: &Path) -> Result<String, FileError>;
    /// Writes the whole file or leaves the old one as it was: never half a file.
    fn write(&self, path: &Path, text: &str) -> Result<(), FileError>;
    /// Makes a folder and those around it, if they are not there.
    fn make_folder(&self, path: &Path) -> Result<(), FileError>;
    /// A path for a file that later steps of the same job read: under `$RUNNER_TEMP` if that is set, else the
    /// system's temporary folder; unique for this process.
    fn temporary(&self, name: &str) -> PathBuf;
}

/// What git says of the checkout a stage runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHead {
    /// `git rev-parse HEAD`, as printed.
    pub sha: String,
    /// Whether tracked files differ from it.
    pub dirty: bool,
}

/// What surrounds the process: the variables a CI system sets, and the checkout.
pub trait Surroundings {
    /// An environment variable. Empty counts as absent.
    fn variable(&self, name: &str) -> Option<String>;
    /// The commit that is checked out; `None` outside a checkout or without git.
    fn git_head(&self) -> Option<GitHead>;
}
