//! What a load balancer thinks of the targets of a target group (API shape `TargetHealthDescription` of Elastic Load
//! Balancing v2). Facts, and which of them are trouble; what trouble means is said by `diagnosis`.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use crate::domain::service::tail;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// How a target is (API shape `TargetHealthStateEnum`).
    pub enum TargetState {
        /// It is being registered, or its first checks are not done.
        Initial = "initial",
        /// It passes.
        Healthy = "healthy",
        /// It fails.
        Unhealthy = "unhealthy",
        /// It fails, and the load balancer still serves what it has begun.
        UnhealthyDraining = "unhealthy.draining",
        /// No traffic comes to it.
        Unused = "unused",
        /// It is being taken out.
        Draining = "draining",
        /// Its health is not checked.
        Unavailable = "unavailable",
    }
}

text_enum! {
    /// Why a target is not healthy (API shape `TargetHealthReasonEnum`).
    pub enum TargetReason {
        /// It is being registered.
        Registering = "Elb.RegistrationInProgress",
        /// Its first checks are not done.
        FirstChecks = "Elb.InitialHealthChecking",
        /// It answered with a status code that is not expected.
        WrongStatus = "Target.ResponseCodeMismatch",
        /// It did not answer in time.
        Timeout = "Target.Timeout",
        /// No connection, or no proper answer.
        FailedChecks = "Target.FailedHealthChecks",
        /// It is not in the group.
        NotRegistered = "Target.NotRegistered",
        /// Its group has no listener, or its zone is off.
        NotInUse = "Target.NotInUse",
        /// It is being taken out.
        Deregistering = "Target.DeregistrationInProgress",
        /// Its instance is stopped or terminated.
        InvalidState = "Target.InvalidState",
        /// Its address belongs to a load balancer.
        AddressUnusable = "Target.IpUnusable",
        /// Its health is not checked.
        ChecksOff = "Target.HealthCheckDisabled",
        /// The load balancer failed.
        BalancerError = "Elb.InternalError",
    }
}

/// One target of a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHealth {
    /// The ARN of the target group.
    pub group: String,
    /// The target: an address, an instance id, or an ARN.
    pub target: String,
    /// The port it is checked on.
    pub port: Option<u16>,
    /// How it is.
    pub state: TargetState,
    /// Why.
    pub reason: Option<TargetReason>,
    /// Why, in words, with the status codes that came (`Health checks failed with these codes: [503]`).
    pub description: Option<String>,
}

impl TargetHealth {
    /// Whether it is worth telling: it fails, gets no traffic, or is still being looked at. What is healthy, is being taken out,
    /// or is not checked at all is not.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self.state {
            TargetState::Initial | TargetState::Unhealthy | TargetState::UnhealthyDraining => true,
            TargetState::Unused => self.reason != Some(TargetReason::Deregistering),
            TargetState::Healthy
            | TargetState::Draining
            | TargetState::Unavailable
            | TargetState::Other(_) => false,
        }
    }
}

/// Those that are not certain to belong to somebody else: an address that is none of `ours` is another revision's task. With no
/// address known of ours, all are kept; so are targets that are no addresses.
#[must_use]
pub fn of_ours(health: Vec<TargetHealth>, ours: &BTreeSet<String>) -> Vec<TargetHealth> {
    let foreign =
        |one: &TargetHealth| one.target.parse::<IpAddr>().is_ok() && !ours.contains(&one.target);
    health
        .into_iter()
        .filter(|one| ours.is_empty() || !foreign(one))
        .collect()
}

/// Targets of one group that are in the same trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTrouble {
    /// The name of the target group.
    pub group: String,
    /// How they are.
    pub state: TargetState,
    /// Why.
    pub reason: Option<TargetReason>,
    /// Why, in the load balancer's words.
    pub description: Option<String>,
    /// One of them, with its port.
    pub sample: String,
    /// How many.
    pub count: usize,
}

/// Groups the targets that are in trouble, the largest group first.
#[must_use]
pub fn troubles(health: &[TargetHealth]) -> Vec<TargetTrouble> {
    let mut troubles: Vec<TargetTrouble> = Vec::new();
    for one in health.iter().filter(|one| one.is_trouble()) {
        let group = name(&one.group);
        let known = troubles.iter_mut().find(|known| {
            known.group == group
                && known.state == one.state
                && known.reason == one.reason
                && known.description == one.description
        });
        match known {
            Some(known) => known.count += 1,
            None => troubles.push(TargetTrouble {
                group: group.to_owned(),
                state: one.state.clone(),
                reason: one.reason.clone(),
                description: one.description.clone(),
                sample: one.port.map_or_else(
                    || one.target.clone(),
                    |port| match one.target.parse::<IpAddr>() {
                        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
                        Ok(IpAddr::V4(_)) | Err(_) => format!("{}:{port}", one.target),
                    },
                ),
                count: 1,
            }),
        }
    }
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.count));
    troubles
}

/// `targetgroup/<name>/<id>` is how the ARN of a group ends.
fn name(arn: &str) -> &str {
    let mut parts = arn.rsplit('/');
    parts.next();
    parts.next().unwrap_or_else(|| tail(arn))
}

impl fmt::Display for TargetTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "target" } else { "targets" };
        write!(
            f,
            "{} {noun} of target group `{}` {}",
            self.count, self.group, self.state
        )?;
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(description) = &self.description {
            write!(f, " ({description})")?;
        }
        write!(f, ", one of them: `{}`", self.sample)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A target that fails with a reason.
    pub(crate) fn failing(target: &str, reason: &str, description: &str) -> TargetHealth {
        TargetHealth {
            group: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0f"
                .to_owned(),
            target: target.to_owned(),
            port: Some(80),
            state: TargetState::Unhealthy,
            reason: Some(TargetReason::from(reason)),
            description: Some(description.to_owned()),
        }
    }

    #[test]
    fn equal_trouble_is_counted_and_what_leaves_or_works_is_none() {
        let timeout = |target| failing(target, "Target.Timeout", "Request timed out");
        let mut healthy = timeout("10.0.0.3");
        healthy.state = TargetState::Healthy;
        let mut leaving = timeout("10.0.0.4");
        leaving.state = TargetState::Draining;
        let mut gone = timeout("10.0.0.5");
        gone.state = TargetState::Unused;
        gone.reason = Some(TargetReason::Deregistering);
        let all = [
            timeout("10.0.0.1"),
            timeout("10.0.0.2"),
            healthy,
            leaving,
            gone,
        ];
        let found = troubles(&all);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "2 targets of target group `web` unhealthy: Target.Timeout (Request timed out), one of them: `10.0.0.1:80`"
        );
    }

    #[test]
    fn an_address_of_another_revision_is_not_ours_and_an_instance_may_be() {
        let all = vec![
            failing("10.0.0.1", "Target.Timeout", ""),
            failing("10.0.0.2", "Target.Timeout", ""),
            failing("i-0a1b", "Target.Timeout", ""),
        ];
        let ours = BTreeSet::from(["10.0.0.2".to_owned()]);
        let kept = of_ours(all.clone(), &ours);
        assert_eq!(kept, [all[1].clone(), all[2].clone()]);
        assert_eq!(of_ours(all.clone(), &BTreeSet::new()), all);
    }

    #[test]
    fn an_address_of_version_six_is_told_from_its_port() {
        let found = troubles(&[failing("2001:db8::1", "Target.Timeout", "")]);
        assert_eq!(found[0].sample, "[2001:db8::1]:80");
    }
}
