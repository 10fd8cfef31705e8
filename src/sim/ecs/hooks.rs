//! Lifecycle hooks that pause a deployment until somebody answers (target type PAUSE), and `ContinueServiceDeployment`.
//!
//! Source: API shapes `DeploymentLifecycleHook`, `DeploymentLifecycleHookDetail`. Hooks that call a function are refused when
//! a service is given any: there is no function here to call.

use serde_json::{Value, json};

use super::rollout::{Rollout, RolloutStatus};
use super::scheduler::Scheduler;
use super::{Ecs, guard, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::ids::Ids;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The stages a PAUSE hook may sit at.
const STAGES: [&str; 6] = [
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
];
/// Minutes a hook waits unless it says otherwise.
const TIMEOUT: i64 = 1440;
/// The longest it may wait.
const LONGEST: i64 = 20_160;

/// One pause of a service deployment.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub(super) id: String,
    pub(super) stage: String,
    pub(super) state: HookState,
    pub(super) expires: Moment,
    /// Whether it goes on when nobody answers; else it rolls back.
    pub(super) goes_on: bool,
}

/// How a pause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HookState {
    AwaitingAction,
    Succeeded,
    Failed,
    TimedOut,
}

impl HookState {
    const fn name(self) -> &'static str {
        match self {
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
        }
    }
}

/// Refuses hooks the simulator cannot carry out or ECS does not take.
///
/// # Errors
/// `UnsupportedFeatureException` for functions and for rolling deployments, `InvalidParameterException` for a stage
/// without pauses or a bad time-out.
pub(super) fn check(configuration: &Members, rolls: bool) -> Result<(), Refusal> {
    for hook in members::list(configuration, "lifecycleHooks")
        .iter()
        .filter_map(Value::as_object)
    {
        if members::text(hook, "targetType") != Some("PAUSE") {
            return Err(refuse::unsupported(
                "lifecycleHooks with the targetType AWS_LAMBDA",
            ));
        }
        if rolls {
            return Err(refuse::unsupported(
                "lifecycleHooks with the strategy ROLLING",
            ));
        }
        for stage in members::texts(hook, "lifecycleStages") {
            if !STAGES.contains(&stage) {
                return Err(refuse::invalid(format!(
                    "PAUSE lifecycle hooks are not supported at the lifecycle stage {stage}."
                )));
            }
        }
        let minutes =
            timeout(hook).and_then(|timeout| members::number(timeout, "timeoutInMinutes"));
        if minutes.is_some_and(|minutes| !(1..=LONGEST).contains(&minutes)) {
            return Err(refuse::invalid(format!(
                "timeoutInMinutes must be between 1 and {LONGEST}."
            )));
        }
    }
    Ok(())
}

fn timeout(hook: &Members) -> Option<&Members> {
    members::object(hook, "timeoutConfiguration")
}

/// Begins the pauses of a stage; answers when the first of them ends by itself.
pub(super) fn open(
    rollout: &mut Rollout,
    stage: &str,
    ids: &mut Ids,
    now: Moment,
) -> Option<Moment> {
    let mut opened = Vec::new();
    for hook in members::list(&rollout.configuration, "lifecycleHooks")
        .iter()
        .filter_map(Value::as_object)
    {
        if !members::texts(hook, "lifecycleStages").contains(&stage) {
            continue;
        }
        let timeout = timeout(hook);
        let minutes = timeout
            .and_then(|timeout| members::number(timeout, "timeoutInMinutes"))
            .unwrap_or(TIMEOUT)
            .clamp(1, LONGEST);
        opened.push(Hook {
            id: ids.uuid(),
            stage: stage.to_owned(),
            state: HookState::AwaitingAction,
            expires: now.plus(f64::from(i32::try_from(minutes).unwrap_or(i32::MAX)) * 60.0),
            goes_on: timeout.and_then(|timeout| members::text(timeout, "action"))
                == Some("CONTINUE"),
        });
    }
    let first = opened.iter().map(|hook| hook.expires).min();
    rollout.hooks.extend(opened);
    first
}

/// Whether somebody has to answer before the deployment goes on.
pub(super) fn waits(rollout: &Rollout) -> bool {
    rollout
        .hooks
        .iter()
        .any(|hook| hook.state == HookState::AwaitingAction)
}

/// Ends the pauses nobody answered in time, and rolls back for those that were answered so.
pub(super) fn act(s: &mut Scheduler<'_>) {
    let now = s.around.now;
    let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.status == RolloutStatus::InProgress)
    else {
        return;
    };
    let mut failed = None;
    for hook in &mut rollout.hooks {
        if hook.state == HookState::AwaitingAction && hook.expires <= now {
            hook.state = HookState::TimedOut;
            rollout.updated = now;
            if !hook.goes_on {
                failed = Some((hook.stage.clone(), hook.id.clone(), "timed out"));
            }
        }
        if hook.state == HookState::Failed {
            failed = Some((
                hook.stage.clone(),
                hook.id.clone(),
                "was answered with ROLLBACK",
            ));
        }
    }
    if let Some((stage, id, what)) = failed {
        let reason = format!(
            "Service deployment rolled back because {stage} lifecycle hook(s) failed. Lifecycle hook {id} {what}."
        );
        guard::abandon(s, &reason, "ECS deployment lifecycle hook failed");
    }
}

/// `lifecycleHookDetails`.
pub(super) fn described(rollout: &Rollout) -> Value {
    let details = rollout.hooks.iter().map(|hook| {
        json!({
            "hookId": hook.id,
            "targetType": "PAUSE",
            "status": hook.state.name(),
            "expiresAt": hook.expires.epoch_seconds(),
            "timeoutAction": if hook.goes_on { "CONTINUE" } else { "ROLLBACK" },
        })
    });
    details.collect()
}

/// `ContinueServiceDeployment`.
///
/// # Errors
/// `ServiceDeploymentNotFoundException`; `InvalidParameterException` if no hook of that id waits.
pub(super) fn resume(ecs: &mut Ecs, input: &Members, around: &Cloud) -> Result<Value, Refusal> {
    let text = members::text(input, "serviceDeploymentArn").unwrap_or_default();
    let (key, id) = super::rollout::parse(text)?;
    let service = ecs
        .services
        .get_mut(&key)
        .ok_or_else(refuse::service_deployment_not_found)?;
    let rollout = service
        .rollouts
        .iter_mut()
        .find(|rollout| rollout.id == id)
        .ok_or_else(refuse::service_deployment_not_found)?;
    let wanted = members::text(input, "hookId").unwrap_or_default();
    let over = rollout.status.is_over();
    let hook = rollout
        .hooks
        .iter_mut()
        .find(|hook| hook.id == wanted && hook.state == HookState::AwaitingAction && !over)
        .ok_or_else(|| {
            refuse::invalid("No lifecycle hook with this hookId is awaiting an action.")
        })?;
    hook.state = match members::text(input, "action") {
        Some("ROLLBACK") => HookState::Failed,
        _ => HookState::Succeeded,
    };
    rollout.updated = around.now;
    service.wake(around.now);
    Ok(json!({"serviceDeploymentArn": text}))
}
