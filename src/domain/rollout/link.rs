//! Which service deployment is ours, and whether it replaces what the plan saw.

use std::time::Duration;

use super::{Observation, Read, Rollout, RolloutEvent};
use crate::domain::service::{RolloutState, ServiceDeploymentArn};

/// How our service deployment is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// It may still be listed.
    Searching,
    /// It is this one.
    Found(ServiceDeploymentArn),
    /// There is none to be had.
    None,
}

/// The longest that our service deployment is looked for.
const SEARCH: Duration = Duration::from_mins(2);
/// The longest that it is looked for once our entry is at its end.
const SEARCH_AT_END: Duration = Duration::from_secs(30);

impl Rollout {
    /// Whether the revisions it replaces are those that were there when it was planned.
    pub(super) fn check_source(&mut self, out: &mut Vec<RolloutEvent>) {
        let Some(deployment) = self.deployment.as_ref().filter(|_| !self.source_checked) else {
            return;
        };
        let before = &self.start.before.revisions;
        if deployment.sources.is_empty() || before.is_empty() {
            return;
        }
        let found = deployment.sources.iter().map(|source| &source.revision);
        if found.clone().any(|revision| !before.contains(revision)) {
            out.push(RolloutEvent::SourceMoved {
                found: found.map(ToString::to_string).collect(),
            });
        }
        self.source_checked = true;
    }

    /// The service deployment that the service names, if it may be ours: it lags, and may be the one before.
    pub(super) fn candidate(&self) -> Option<&ServiceDeploymentArn> {
        let named = self.watch.service.as_ref()?.current_deployment.as_ref()?;
        let before = &self.start.before;
        let known = before.named.as_ref() == Some(named)
            || before.service_deployments.contains(named)
            || self.foreign.contains(named);
        (!known).then_some(named)
    }

    /// Looks for the service deployment whose target revision carries our number: the one that the service names, else in the
    /// list.
    pub(super) fn find_link(&mut self, seen: &Observation, out: &mut Vec<RolloutEvent>) {
        if self.link != Link::Searching {
            return;
        }
        if let Some(deployment) = seen.deployment.got()
            && let Some(target) = &deployment.target
        {
            if self.start.id.brings(&target.revision) {
                self.found(deployment.arn.clone(), out);
                self.deployment = Some(deployment.clone());
                self.check_source(out);
                return;
            }
            self.foreign.insert(deployment.arn.clone());
        }
        let ours = self.listed.iter().find(|brief| {
            let target = brief.target.as_ref();
            target.is_some_and(|target| self.start.id.brings(target))
        });
        if let Some(arn) = ours.map(|brief| brief.arn.clone()) {
            self.found(arn, out);
            return;
        }
        let at_end = self.seen
            && self.entry().is_none_or(|entry| {
                matches!(
                    entry.rollout,
                    Some(RolloutState::Completed | RolloutState::Failed)
                )
            });
        let patience = if at_end { SEARCH_AT_END } else { SEARCH };
        let why = if let Read::Unavailable(why) = &seen.deployment {
            why.clone()
        } else if let Read::Unavailable(why) = &seen.listed {
            why.clone()
        } else if self.watch.now >= patience {
            "no service deployment of it was listed".to_owned()
        } else {
            return;
        };
        self.link = Link::None;
        out.push(RolloutEvent::NotLinked { why });
    }

    fn found(&mut self, arn: ServiceDeploymentArn, out: &mut Vec<RolloutEvent>) {
        out.push(RolloutEvent::Linked {
            deployment: arn.clone(),
        });
        self.link = Link::Found(arn);
    }

    pub(super) fn lose_link(&mut self, why: &str, out: &mut Vec<RolloutEvent>) {
        self.link = Link::None;
        out.push(RolloutEvent::NotLinked {
            why: why.to_owned(),
        });
    }
}
