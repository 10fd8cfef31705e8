//! The exit codes of every stage, in one place. `docs/exit-codes.md` is generated from this file.

/// How a stage ended, as the calling shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// A bug in this tool.
    Bug,
    /// Arguments or environment are wrong.
    Usage,
    /// An input file is missing or wrong.
    Input,
    /// AWS refused: permission, validation, not found.
    Refused,
    /// AWS could not be reached, throttled, or there are no credentials.
    Unreachable,
    /// The deployment failed, was stopped or was rolled back.
    Failed,
    /// Still in progress when the wait ended.
    InProgress,
    /// Deployed, but clean-up did not happen.
    NotCleanedUp,
    /// Superseded by another deployment.
    Superseded,
    /// Paused, waits for approval.
    Paused,
    /// `--dry-run --exit-code` found changes.
    ChangesFound,
    /// Ended by SIGINT.
    Interrupted,
    /// Ended by SIGTERM.
    Terminated,
}

impl Exit {
    /// Every exit, in the order of its code.
    pub const ALL: [Self; 14] = [
        Self::Done,
        Self::Bug,
        Self::Usage,
        Self::Input,
        Self::Refused,
        Self::Unreachable,
        Self::Failed,
        Self::InProgress,
        Self::NotCleanedUp,
        Self::Superseded,
        Self::Paused,
        Self::ChangesFound,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The process exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Refused => 4,
            Self::Unreachable => 5,
            Self::Failed => 6,
            Self::InProgress => 7,
            Self::NotCleanedUp => 8,
            Self::Superseded => 9,
            Self::Paused => 10,
            Self::ChangesFound => 11,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What the code means, one line for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing to do",
            Self::Bug => "internal: a bug in this tool",
            Self::Usage => "usage: arguments or environment",
            Self::Input => "an input file is missing or wrong",
            Self::Refused => "AWS refused: permission, validation, not found",
            Self::Unreachable => "AWS unreachable, throttled, or no credentials",
            Self::Failed => "the deployment failed, was stopped or rolled back",
            Self::InProgress => "still in progress when the wait ended",
            Self::NotCleanedUp => "deployed, but clean-up did not happen",
            Self::Superseded => "superseded by another deployment",
            Self::Paused => "paused, waits for approval",
            Self::ChangesFound => "`--dry-run --exit-code` found changes",
            Self::Interrupted => "interrupted (SIGINT)",
            Self::Terminated => "terminated (SIGTERM)",
        }
    }

    /// What to do about it, one line for people.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Done => "go on",
            Self::Bug => "report it, with the command and what it printed",
            Self::Usage => "correct the option named in the message",
            Self::Input => "correct the file at the place named in the message",
            Self::Refused => {
                "grant the permission or correct the name in the message; trying again does not help"
            }
            Self::Unreachable => "try again; nothing was left half done",
            Self::Failed => {
                "read the causes in the summary; the service runs what the message says"
            }
            Self::InProgress => "the deployment goes on; follow it again or raise `--timeout`",
            Self::NotCleanedUp => "the new version runs; run `wharfie-resume-scaling`",
            Self::Superseded => "look at the newer deployment named in the message",
            Self::Paused => "approve or roll back, as the message says",
            Self::ChangesFound => "review the plan, then run without `--dry-run`",
            Self::Interrupted | Self::Terminated => "read what was left running in the last lines",
        }
    }
}
