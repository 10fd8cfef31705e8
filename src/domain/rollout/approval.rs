//! What waits for an answer, and whether it is waited for.

use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::domain::service::{
    Hook, HookAction, HookStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentArn,
};
use crate::domain::word_enum::word_enum;

word_enum! {
    /// What to do when a deployment waits for an answer.
    #[derive(Default)]
    pub enum OnPause {
        /// The watching ends, with the command that gives the answer.
        #[default]
        Exit = "exit",
        /// The answer is waited for.
        Wait = "wait",
    }
}

/// A hook that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The deployment it holds.
    pub deployment: ServiceDeploymentArn,
    /// Its id; each time a hook is reached it has another one.
    pub hook: String,
    /// The stage it holds.
    pub stage: Option<LifecycleStage>,
    /// When it no longer waits.
    pub expires_at: Option<SystemTime>,
    /// What ECS does then.
    pub at_expiry: Option<HookAction>,
}

impl Approval {
    /// What waits in a deployment, in the order ECS names it.
    #[must_use]
    pub fn all_of(deployment: &ServiceDeployment) -> Vec<Self> {
        deployment
            .hooks
            .iter()
            .filter(|hook| hook.status == HookStatus::AwaitingAction)
            .map(|hook| Self::of(deployment, hook))
            .collect()
    }

    pub(super) fn of(deployment: &ServiceDeployment, hook: &Hook) -> Self {
        Self {
            deployment: deployment.arn.clone(),
            hook: hook.id.clone(),
            stage: deployment.stage.clone(),
            expires_at: hook.expires_at,
            at_expiry: hook.at_expiry.clone(),
        }
    }

    /// When it no longer waits, as AWS writes times, to the second.
    #[must_use]
    pub fn expiry(&self) -> Option<String> {
        let moment = Timestamp::try_from(self.expires_at?).ok()?;
        Timestamp::from_second(moment.as_second())
            .ok()
            .map(|moment| moment.to_string())
    }
}

/// `waiting for approval at STAGE until TIME, then ROLLBACK: hook`.
impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("waiting for approval")?;
        if let Some(stage) = &self.stage {
            write!(f, " at {}", stage.as_str())?;
        }
        if let Some(expiry) = self.expiry() {
            write!(f, " until {expiry}")?;
            if let Some(action) = &self.at_expiry {
                write!(f, ", then {action}")?;
            }
        }
        write!(f, ": `{}`", self.hook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::service::ServiceDeploymentStatus;
    use crate::domain::service::samples::{at, pause, service_deployment};

    #[test]
    fn only_what_waits_is_an_approval_and_it_says_until_when() {
        let mut deployment = service_deployment("d200", 200, ServiceDeploymentStatus::InProgress);
        deployment.stage = LifecycleStage::new("POST_TEST_TRAFFIC_SHIFT");
        let mut answered = pause("one");
        answered.status = HookStatus::Succeeded;
        let mut waits = pause("two");
        waits.expires_at = Some(at(0));
        waits.at_expiry = Some(HookAction::Rollback);
        deployment.hooks = vec![answered, waits];
        let approvals = Approval::all_of(&deployment);
        assert_eq!(approvals.len(), 1);
        assert_eq!(
            approvals[0].to_string(),
            "waiting for approval at POST_TEST_TRAFFIC_SHIFT until 2026-09-21T14:13:20Z, then ROLLBACK: `two`"
        );
    }

    #[test]
    fn a_pause_is_left_or_waited_for() {
        assert_eq!("wait".parse(), Ok(OnPause::Wait));
        assert_eq!(OnPause::default().to_string(), "exit");
        assert!("stay".parse::<OnPause>().is_err());
    }
}
