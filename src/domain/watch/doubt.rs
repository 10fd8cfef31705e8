//! What would end the watching if it stayed so. Answers lag, repeat and come in the wrong order: what would end it because
//! something is *not* there has to stay that way for a while.

use std::time::Duration;

use super::Watch;

/// What is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Doubt {
    ServiceMissing,
    DeploymentMissing,
    RevisionMissing,
    NotOursAfterSuccess,
    NoSuccessor,
    NoRollback,
    PrimaryMoved,
    FailedAndStays,
    CountDiffers,
}

/// How long something has to be missing before it counts as gone.
pub(in crate::domain) const GONE: Duration = Duration::from_mins(1);
/// How long another state has to last before it counts as the new one.
pub(in crate::domain) const LASTING: Duration = Duration::from_secs(15);

impl Watch {
    /// Whether a doubt has been there in all observations for this long.
    pub(in crate::domain) fn lasts(&mut self, doubt: Doubt, long: Duration) -> bool {
        let since = match self.doubt_before {
            Some((known, since)) if known == doubt => since,
            Some(_) | None => self.now,
        };
        self.doubt = Some((doubt, since));
        self.now.saturating_sub(since) >= self.patience(long)
    }

    /// Whether something is in doubt now.
    pub(in crate::domain) fn doubts(&self) -> bool {
        self.doubt.is_some()
    }

    /// How long something has to stay before it is believed.
    pub(in crate::domain) fn patience(&self, long: Duration) -> Duration {
        if self.glances {
            long.min(Duration::from_secs(1))
        } else {
            long
        }
    }
}
