//! What a person should know before a deployment: mostly guards that are off.

use std::fmt;

use super::{Action, Request};
use crate::domain::codedeploy::ShiftNotice;
use crate::domain::service::{AlarmGuard, RolloutState, Scheduling, ServiceState, Strategy};

/// Something to know before a deployment. None of them stops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing will run, so success proves nothing.
    DesiredZero,
    /// Nothing ends a deployment whose tasks fail.
    NoGuard,
    /// Only alarms end a deployment, and tasks that can not start may raise none.
    BreakerOff,
    /// An alarm fires already, and ECS then leaves the alarms out of this deployment.
    AlarmFiring {
        /// Those that fire.
        alarms: Vec<String>,
    },
    /// An alarm that is named does not exist.
    AlarmMissing {
        /// Those that are missing.
        alarms: Vec<String>,
    },
    /// A failed deployment stays as it is.
    NoRollback,
    /// There is no completed deployment to go back to.
    NothingToGoBackTo,
    /// Nothing asks the new tasks whether they work.
    NoHealthCheck,
    /// Traffic is moved without anything that looks at the new tasks but their health checks.
    NoHook,
    /// The last deployment of what is asked for failed, and nothing new will start.
    LastFailed,
    /// No old task has to stay while new ones start.
    MayBeEmpty,
    /// Something about a deployment by CodeDeploy.
    Shift(ShiftNotice),
}

impl Notice {
    /// Its name, for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DesiredZero => "desired-count-zero",
            Self::NoGuard => "no-guard",
            Self::BreakerOff => "circuit-breaker-off",
            Self::AlarmFiring { .. } => "alarm-firing",
            Self::AlarmMissing { .. } => "alarm-missing",
            Self::NoRollback => "no-rollback",
            Self::NothingToGoBackTo => "nothing-to-go-back-to",
            Self::NoHealthCheck => "no-health-check",
            Self::NoHook => "no-hook",
            Self::LastFailed => "last-deployment-failed",
            Self::MayBeEmpty => "may-be-empty",
            Self::Shift(notice) => notice.kind(),
        }
    }

    /// Whether it says that a guard is off.
    #[must_use]
    pub fn is_guard_off(&self) -> bool {
        match self {
            Self::NoGuard
            | Self::BreakerOff
            | Self::AlarmFiring { .. }
            | Self::AlarmMissing { .. }
            | Self::NoRollback
            | Self::NothingToGoBackTo
            | Self::NoHealthCheck
            | Self::NoHook => true,
            Self::DesiredZero | Self::LastFailed | Self::MayBeEmpty => false,
            Self::Shift(notice) => notice.is_guard_off(),
        }
    }

    /// Whether a person has to see it: what was asked for will not come about, or not be guarded as the service is set up to be.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        match self {
            Self::DesiredZero
            | Self::NoGuard
            | Self::AlarmFiring { .. }
            | Self::AlarmMissing { .. }
            | Self::LastFailed => true,
            Self::BreakerOff
            | Self::NoRollback
            | Self::NothingToGoBackTo
            | Self::NoHealthCheck
            | Self::NoHook
            | Self::MayBeEmpty
            | Self::Shift(_) => false,
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::DesiredZero => "set `--desired-count` to start tasks",
            Self::NoGuard => {
                "turn on the service's deployment circuit breaker with rollback; until then `--fail-fast 3` or `--on-timeout rollback` ends and rolls back what fails"
            }
            Self::BreakerOff => "turn on the service's deployment circuit breaker as well",
            Self::AlarmFiring { .. } => {
                "wait until the alarm is OK, unless this deployment is to mend what it shows; then watch it yourself"
            }
            Self::AlarmMissing { .. } => {
                "make the alarm, or take its name out of the service's deployment configuration"
            }
            Self::NoRollback => {
                "turn on `rollback` of the service's deployment circuit breaker; until then go back by deploying the revision before"
            }
            Self::NothingToGoBackTo => "if this deployment fails, mend it and deploy again",
            Self::NoHealthCheck => {
                "add a `healthCheck` to a container, or a load balancer to the service"
            }
            Self::NoHook => {
                "add a lifecycle hook that tests the new tasks or waits for a person, or deployment alarms"
            }
            Self::LastFailed => "start a new one with `--force-new-deployment`",
            Self::MayBeEmpty => "raise `minimumHealthyPercent` of the service",
            Self::Shift(notice) => notice.hint(),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shift(notice) => return notice.fmt(f),
            Self::DesiredZero => "the desired count is 0: no task will run, and success proves nothing",
            Self::NoGuard => "no guard is on: ECS starts failing tasks again and again, for ever",
            Self::BreakerOff => "the circuit breaker is off: only an alarm ends a deployment whose tasks fail",
            Self::AlarmFiring { alarms } => {
                return write!(
                    f,
                    "a deployment alarm fires already, so ECS lets no alarm end this deployment: `{}`",
                    alarms.join("`, `")
                );
            }
            Self::AlarmMissing { alarms } => {
                return write!(
                    f,
                    "a deployment alarm does not exist, so it will never fire: `{}`",
                    alarms.join("`, `")
                );
            }
            Self::NoRollback => "rollback is off: a deployment that fails is stopped where it stands, and nothing is put back",
            Self::NothingToGoBackTo => "no deployment is complete: ECS has nothing to go back to",
            Self::NoHealthCheck => {
                "neither a load balancer nor a health check: a task counts as healthy 40 s after it runs"
            }
            Self::NoHook => "no hook and no alarm: traffic moves as soon as the new tasks are healthy",
            Self::LastFailed => "the last deployment of this revision failed, and nothing new starts",
            Self::MayBeEmpty => "the lower limit is 0 %: all old tasks may be stopped before a new one runs",
        })
    }
}

pub(super) fn notices(
    request: &Request,
    service: &ServiceState,
    action: &Action,
    desired: u32,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    if desired == 0 && service.scheduling == Scheduling::Replica {
        notices.push(Notice::DesiredZero);
    }
    let primary = service.primary().and_then(|entry| entry.rollout.as_ref());
    match action {
        Action::Nothing | Action::Change(_) => {
            if primary == Some(&RolloutState::Failed) {
                notices.push(Notice::LastFailed);
            }
            return notices;
        }
        Action::Deploy(_) | Action::Shift(_) => {}
    }
    guards(service, &mut notices);
    let checked = request.definition.as_ref().is_none_or(|definition| {
        definition
            .containers
            .iter()
            .any(|container| container.has_health_check)
    });
    if service.load_balancers.is_empty() && !checked {
        notices.push(Notice::NoHealthCheck);
    }
    if service.strategy == Strategy::Rolling
        && service.scheduling == Scheduling::Replica
        && service.min_healthy_percent == Some(0)
        && desired > 0
    {
        notices.push(Notice::MayBeEmpty);
    }
    notices
}

/// The guards of the service that are off, or will do nothing this time.
fn guards(service: &ServiceState, notices: &mut Vec<Notice>) {
    let breaker = service.circuit_breaker.filter(|breaker| breaker.enabled);
    let set = service.alarms.as_ref().filter(|alarms| alarms.enabled);
    let firing = set.map(AlarmGuard::firing).unwrap_or_default();
    let missing = set.map(AlarmGuard::missing).unwrap_or_default();
    let left = set.map_or(0, |set| set.names.len().saturating_sub(missing.len()));
    let alarms = set.filter(|_| firing.is_empty() && left > 0);
    if !firing.is_empty() {
        notices.push(Notice::AlarmFiring { alarms: firing });
    }
    if !missing.is_empty() {
        notices.push(Notice::AlarmMissing { alarms: missing });
    }
    let rolls_back =
        breaker.is_some_and(|guard| guard.rollback) || alarms.is_some_and(|guard| guard.rollback);
    let complete = service
        .deployments
        .iter()
        .any(|entry| entry.rollout == Some(RolloutState::Completed));
    match (breaker, alarms) {
        (None, None) => notices.push(Notice::NoGuard),
        (None, Some(_)) => notices.push(Notice::BreakerOff),
        (Some(_), _) => {}
    }
    if breaker.is_some() || alarms.is_some() {
        if !rolls_back {
            notices.push(Notice::NoRollback);
        } else if !complete {
            notices.push(Notice::NothingToGoBackTo);
        }
    }
    let moves_traffic = matches!(
        service.strategy,
        Strategy::BlueGreen | Strategy::Linear | Strategy::Canary
    );
    if moves_traffic && service.hooks == 0 && alarms.is_none() {
        notices.push(Notice::NoHook);
    }
}
