//! What went wrong with a deployment, from all that was seen of it.

use super::Rollout;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::service::{GuardStatus, HookStatus, ServiceDeployment};

impl Rollout {
    /// What went wrong, as far as it was seen.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let told: Vec<String> = self.deployment.iter().flat_map(told_by_guards).collect();
        let mut reasons: Vec<&str> = told.iter().map(String::as_str).collect();
        if let Some(deployment) = &self.deployment {
            reasons.push(&deployment.reason);
            reasons.extend(
                deployment
                    .rollback
                    .as_ref()
                    .map(|back| back.reason.as_str()),
            );
        }
        if let Some(entry) = self.entry() {
            reasons.push(&entry.reason);
        }
        Diagnosis::new(
            self.watch.tasks.all(),
            self.watch.messages.iter().map(String::as_str),
            reasons,
        )
        .with_targets(&self.troubled_targets())
    }

    /// The names of the deployment alarms that ended the deployment.
    #[must_use]
    pub fn alarms_fired(&self) -> Vec<String> {
        let ended = self
            .deployment
            .as_ref()
            .filter(|now| now.alarms == Some(GuardStatus::Triggered));
        ended.map_or_else(Vec::new, |now| now.alarms_triggered.clone())
    }
}

/// What the alarms and hooks of a deployment say, in words: its own reason may leave it out.
fn told_by_guards(deployment: &ServiceDeployment) -> Vec<String> {
    let mut told = Vec::new();
    if deployment.alarms == Some(GuardStatus::Triggered) {
        told.push(match deployment.alarms_triggered.as_slice() {
            [] => "a deployment alarm fired".to_owned(),
            names => format!("deployment alarms fired: `{}`", names.join("`, `")),
        });
    }
    for hook in &deployment.hooks {
        let of = hook
            .target
            .as_ref()
            .map_or_else(String::new, |target| format!(" of `{target}`"));
        match hook.status {
            HookStatus::TimedOut => told.push(format!("hook `{}`{of} timed out", hook.id)),
            HookStatus::Failed if hook.target.is_none() => {
                told.push(format!("hook `{}` was answered with ROLLBACK", hook.id));
            }
            HookStatus::Failed => {
                told.push(format!("hook `{}`{of} returned FAILED status", hook.id));
            }
            HookStatus::AwaitingAction
            | HookStatus::InProgress
            | HookStatus::Succeeded
            | HookStatus::Other(_) => {}
        }
    }
    told
}
