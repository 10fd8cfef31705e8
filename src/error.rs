//! Why a stage ended without doing all it was asked: one type, one place where a cause becomes an exit code.
use std::fmt;

use crate::domain::diagnosis;
use crate::domain::place::Place;
use crate::exit::Exit;
use crate::outputs::Outputs;
use crate::ports::{FileError, PortError, Signal};

/// What kind of thing went wrong. Exactly one exit code belongs to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A bug in this tool.
    Bug,
    /// Arguments or environment are wrong.
    Usage,
    /// An input file is missing or wrong.
    Input,
    /// AWS said no, or what was named does not exist there.
    Refused,
    /// AWS could not be asked.
    Unreachable,
    /// The deployment failed, was stopped or was rolled back.
    DeploymentFailed,
    /// The wait ended before the deployment did.
    InProgress,
    /// Deployed, but clean-up did not happen.
    NotCleanedUp,
    /// Another deployment took over.
    Superseded,
    /// The deployment waits for an approval.
    Paused,
    /// A dry run found changes, and `--exit-code` asked to be told so.
    ChangesFound,
    /// A signal ended the stage.
    Interrupted(Signal),
}

impl Cause {
    /// The exit that belongs to the cause.
    #[must_use]
    pub fn exit(self) -> Exit {
        match self {
            Self::Bug => Exit::Bug,
            Self::Usage => Exit::Usage,
            Self::Input => Exit::Input,
            Self::Refused => Exit::Refused,
            Self::Unreachable => Exit::Unreachable,
            Self::DeploymentFailed => Exit::Failed,
            Self::InProgress => Exit::InProgress,
            Self::NotCleanedUp => Exit::NotCleanedUp,
            Self::Superseded => Exit::Superseded,
            Self::Paused => Exit::Paused,
            Self::ChangesFound => Exit::ChangesFound,
            Self::Interrupted(Signal::Interrupt) => Exit::Interrupted,
            Self::Interrupted(Signal::Terminate) => Exit::Terminated,
        }
    }
}

/// What we were doing, what went wrong, what to try, and what is already known (outputs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind, which decides the exit code.
    pub cause: Cause,
    /// One line: a lowercase fragment without a full stop.
    pub text: String,
    /// What to do, one line.
    pub hint: Option<String>,
    /// The file to blame, if one is.
    pub place: Option<Box<Place>>,
    /// Outputs that are known all the same: they are written before the stage fails.
    pub outputs: Outputs,
}

impl Error {
    /// An error of a kind.
    #[must_use]
    pub fn new(cause: Cause, text: impl Into<String>) -> Self {
        Self {
            cause,
            text: text.into(),
            hint: None,
            place: None,
            outputs: Outputs::default(),
        }
    }

    /// Arguments that do not go together.
    #[must_use]
    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(Cause::Usage, text)
    }

    /// An input file that is wrong, at a place.
    #[must_use]
    pub fn input(place: Place, text: impl Into<String>) -> Self {
        let mut error = Self::new(Cause::Input, text);
        error.place = Some(Box::new(place));
        error
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the place that is to blame.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// Adds what is known all the same.
    #[must_use]
    pub fn with_outputs(mut self, outputs: Outputs) -> Self {
        self.outputs = outputs;
        self
    }

    /// Says what we were doing: `could not <doing>: <text>`.
    #[must_use]
    pub fn doing(mut self, doing: impl fmt::Display) -> Self {
        self.text = format!("could not {doing}: {}", self.text);
        self
    }
}

impl From<PortError> for Error {
    fn from(error: PortError) -> Self {
        let (cause, hint) = match &error {
            PortError::Refused(refused) => {
                let known = diagnosis::refusal(&refused.code, &refused.message);
                let known = known.map(|cause| cause.advice);
                (Cause::Refused, known.or_else(|| advice(&refused.code)))
            }
            PortError::Unreachable { reason, .. } => {
                let known = diagnosis::refusal("", reason).map(|cause| cause.advice);
                (
                    Cause::Unreachable,
                    known.or_else(|| Some(unreached(reason))),
                )
            }
        };
        let mut new = Self::new(cause, error.to_string());
        new.hint = hint.map(str::to_owned);
        new
    }
}

/// What to try where no answer came, by what the connection says of it.
fn unreached(reason: &str) -> &'static str {
    if reason.contains("certificate") {
        "name the file of your authority's certificates in `AWS_CA_BUNDLE`, or install those of the system (`ca-certificates`)"
    } else if reason.contains("tunnel error") {
        "check the proxy that `HTTPS_PROXY` or `ALL_PROXY` names and its password, or name this host in `NO_PROXY`"
    } else {
        "check network, Region, endpoint and credentials, then run it again"
    }
}

/// What to try after a refusal, by error code (`reference`: the common errors of the API).
fn advice(code: &str) -> Option<&'static str> {
    match code {
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => Some(
            "grant the role of this job the action named above; the stage's page lists all it needs",
        ),
        "ClusterNotFoundException" => Some("check `--cluster` and the Region"),
        "UnrecognizedClientException" | "InvalidClientTokenId" | "SignatureDoesNotMatch" => {
            Some("the credentials are not those of an account AWS knows: configure them again")
        }
        "ExpiredTokenException" | "ExpiredToken" => {
            Some("the credentials have expired: get new ones and run it again")
        }
        _ => None,
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::input(Place::file(error.path.display().to_string()), error.reason)
    }
}

/// `place: text`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
