//! Lifecycle hooks: those that pause a deployment until somebody answers (target type PAUSE), with
//! `ContinueServiceDeployment`, and those that call a function (`AWS_LAMBDA`).
//!
//! Source: API shapes `DeploymentLifecycleHook`, `DeploymentLifecycleHookDetail`. No function is called: what it says, and
//! when, is part of the story.

use serde_json::{Value, json};

use super::rollout::{Rollout, RolloutStatus};
use super::scheduler::Scheduler;
use super::{Ecs, guard, pace, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::ids::Ids;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The stages a PAUSE hook may sit at.
const PAUSES: [&str; 6] = [
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
];
/// The stages where a function may be called, besides those.
const SHIFTS: [&str; 2] = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];
/// The stages of those that a rolling deployment goes through, although it does not show them: before its first task starts, and when
/// the new tasks have taken the place of the old ones.
const ROLLS: [&str; 2] = ["PRE_SCALE_UP", "POST_SCALE_UP"];
/// Minutes a hook waits unless it says otherwise.
const TIMEOUT: i64 = 1440;
/// The longest it may wait.
const LONGEST: i64 = 20_160;

/// One time that a service deployment reached a hook.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub(super) id: String,
    pub(super) stage: String,
    /// The function it calls and what that will say, and when; a hook without one waits for a person.
    pub(super) function: Option<(String, Says, Moment)>,
    pub(super) state: HookState,
    pub(super) expires: Moment,
    /// Whether it goes on when nobody answers; else it rolls back.
    pub(super) goes_on: bool,
    /// Whether it was begun on the way back, where its answer changes nothing any more.
    pub(super) on_the_way_back: bool,
}

/// What the function of a hook says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Says {
    /// `SUCCEEDED`.
    #[default]
    Yes,
    /// `FAILED`.
    No,
    /// `IN_PROGRESS`, until the hook's time is over.
    NotYet,
    /// Something that holds no `hookStatus`.
    Nonsense,
}

/// How a hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HookState {
    AwaitingAction,
    InProgress,
    Succeeded,
    Failed,
    TimedOut,
}

impl HookState {
    const fn name(self) -> &'static str {
        match self {
            Self::AwaitingAction => "AWAITING_ACTION",
            Self::InProgress => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
        }
    }
}

/// Refuses hooks the simulator cannot carry out or ECS does not take.
///
/// # Errors
/// `UnsupportedFeatureException` for stages that a rolling deployment does not have, `InvalidParameterException` for a stage without such hooks, a
/// function without ARN or role, or a bad time-out.
pub(super) fn check(configuration: &Members, rolls: bool) -> Result<(), Refusal> {
    for hook in members::list(configuration, "lifecycleHooks")
        .iter()
        .filter_map(Value::as_object)
    {
        if rolls
            && !members::texts(hook, "lifecycleStages")
                .into_iter()
                .all(rolls_through)
        {
            return Err(refuse::unsupported(
                "lifecycleHooks with the strategy ROLLING at other stages than PRE_SCALE_UP and POST_SCALE_UP",
            ));
        }
        let pauses = members::text(hook, "targetType") == Some("PAUSE");
        let has = |name| members::text(hook, name).is_some_and(|text| !text.is_empty());
        let whole = has("hookTargetArn") && has("roleArn");
        if !pauses && !whole {
            return Err(refuse::invalid(
                "hookTargetArn and roleArn are required for lifecycle hooks of the targetType AWS_LAMBDA.",
            ));
        }
        for stage in members::texts(hook, "lifecycleStages") {
            if !(PAUSES.contains(&stage) || (!pauses && SHIFTS.contains(&stage))) {
                let kind = if pauses { "PAUSE" } else { "AWS_LAMBDA" };
                return Err(refuse::invalid(format!(
                    "{kind} lifecycle hooks are not supported at the lifecycle stage {stage}."
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

/// Whether a rolling deployment goes through a stage.
pub(super) fn rolls_through(stage: &str) -> bool {
    ROLLS.contains(&stage)
}

/// Begins the hooks of a stage of the deployment under way, and wakes the service when they end by themselves.
pub(super) fn begin(s: &mut Scheduler<'_>, stage: &str) {
    let now = s.around.now;
    let target = s
        .service
        .running_rollout()
        .map(|rollout| rollout.target.clone());
    let says = target
        .and_then(|target| s.service.revision(&target))
        .map_or((Says::Yes, pace::FUNCTION), |revision| {
            revision.story.function()
        });
    let moments = match s.service.running_rollout() {
        Some(rollout) => open(rollout, stage, says, &mut s.around.ids, now),
        None => Vec::new(),
    };
    for moment in moments {
        s.service.wake(moment);
    }
}

/// Whether a rolling deployment has to wait at a stage; begins the hooks of the stage when it is first asked.
pub(super) fn holds(s: &mut Scheduler<'_>, stage: &str) -> bool {
    let Some(rollout) = s
        .service
        .running_rollout()
        .filter(|rollout| rollout.status == RolloutStatus::InProgress && rollout.traffic.is_none())
    else {
        return false;
    };
    if rollout.hooks.iter().all(|hook| hook.stage != stage) {
        begin(s, stage);
    }
    s.service
        .running_rollout()
        .is_some_and(|rollout| waits(rollout))
}

/// Whether a way back has to wait for hooks that were begun on it.
pub(super) fn hold_back(s: &mut Scheduler<'_>) -> bool {
    s.service.running_rollout().is_some_and(|rollout| {
        let mut hooks = rollout.hooks.iter();
        rollout.status == RolloutStatus::RollbackInProgress
            && hooks.any(|hook| hook.on_the_way_back && hook.state.waits())
    })
}

fn timeout(hook: &Members) -> Option<&Members> {
    members::object(hook, "timeoutConfiguration")
}

/// Adds the hooks of a stage; answers the moments at which they end by themselves. `says` is what functions say, and after
/// how many seconds.
fn open(
    rollout: &mut Rollout,
    stage: &str,
    says: (Says, f64),
    ids: &mut Ids,
    now: Moment,
) -> Vec<Moment> {
    let mut opened = Vec::new();
    let on_the_way_back = rollout.status == RolloutStatus::RollbackInProgress;
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
        let pauses = members::text(hook, "targetType") == Some("PAUSE");
        let target = members::text(hook, "hookTargetArn").unwrap_or_default();
        opened.push(Hook {
            id: ids.uuid(),
            stage: stage.to_owned(),
            function: (!pauses).then(|| (target.to_owned(), says.0, now.plus(says.1))),
            state: if pauses {
                HookState::AwaitingAction
            } else {
                HookState::InProgress
            },
            expires: now.plus(f64::from(i32::try_from(minutes).unwrap_or(i32::MAX)) * 60.0),
            goes_on: timeout.and_then(|timeout| members::text(timeout, "action"))
                == Some("CONTINUE"),
            on_the_way_back,
        });
    }
    let answers = opened
        .iter()
        .filter_map(|hook| hook.function.as_ref())
        .map(|(_, _, at)| *at);
    let moments = opened
        .iter()
        .map(|hook| hook.expires)
        .chain(answers)
        .collect();
    rollout.hooks.extend(opened);
    moments
}

/// Whether somebody has to answer before the deployment goes on.
pub(super) fn waits(rollout: &Rollout) -> bool {
    rollout.hooks.iter().any(|hook| hook.state.waits())
}

impl HookState {
    const fn waits(self) -> bool {
        match self {
            Self::AwaitingAction | Self::InProgress => true,
            Self::Succeeded | Self::Failed | Self::TimedOut => false,
        }
    }
}

impl Hook {
    /// Lets its function answer, or its time be over; answers why the deployment has to go back, if it has to.
    fn turn(&mut self, now: Moment) -> Option<String> {
        let says = self
            .function
            .as_ref()
            .filter(|(_, _, at)| *at <= now)
            .map(|(_, says, _)| *says);
        let before = self.state;
        if self.state == HookState::InProgress {
            match says {
                Some(Says::Yes) => self.state = HookState::Succeeded,
                Some(Says::No | Says::Nonsense) => self.state = HookState::Failed,
                Some(Says::NotYet) | None => {}
            }
        }
        if self.state.waits() && self.expires <= now {
            self.state = HookState::TimedOut;
        }
        let id = &self.id;
        let what = match (self.state, &self.function) {
            (HookState::TimedOut, _) if before.waits() && !self.goes_on => {
                format!("Lifecycle hook {id} timed out.")
            }
            (HookState::Failed, None) => {
                format!("Lifecycle hook {id} was answered with ROLLBACK.")
            }
            (HookState::Failed, Some((arn, Says::Nonsense, _))) => format!(
                "ECS was unable to parse the response from {arn} due to HookStatus must not be null"
            ),
            (HookState::Failed, Some((arn, ..))) => {
                format!("Lifecycle hook target {arn} returned FAILED status.")
            }
            (
                HookState::AwaitingAction
                | HookState::InProgress
                | HookState::Succeeded
                | HookState::TimedOut,
                _,
            ) => return None,
        };
        let stage = &self.stage;
        Some(format!(
            "Service deployment rolled back because {stage} lifecycle hook(s) failed. {what}"
        ))
    }
}

/// Ends the hooks whose function answered, or that nobody answered in time, and rolls back for those that say so.
pub(super) fn act(s: &mut Scheduler<'_>) {
    let now = s.around.now;
    let Some(rollout) = s.service.running_rollout() else {
        return;
    };
    let goes_back = match rollout.status {
        RolloutStatus::InProgress => false,
        RolloutStatus::RollbackInProgress => true,
        RolloutStatus::Pending
        | RolloutStatus::Successful
        | RolloutStatus::Stopped
        | RolloutStatus::RollbackRequested
        | RolloutStatus::RollbackSuccessful
        | RolloutStatus::RollbackFailed => return,
    };
    let mut failed = None;
    let due = |hook: &&mut Hook| hook.on_the_way_back == goes_back;
    for hook in rollout.hooks.iter_mut().filter(due) {
        let before = hook.state;
        failed = hook.turn(now).or(failed);
        if hook.state != before {
            rollout.updated = now;
        }
    }
    if let Some(reason) = failed.filter(|_| !goes_back) {
        guard::abandon(s, &reason, "ECS deployment lifecycle hook failed");
    }
}

/// `lifecycleHookDetails`.
pub(super) fn described(rollout: &Rollout) -> Value {
    let details = rollout.hooks.iter().map(|hook| {
        let mut detail = Members::new();
        detail.insert("hookId".to_owned(), hook.id.as_str().into());
        let kind = if hook.function.is_some() {
            "AWS_LAMBDA"
        } else {
            "PAUSE"
        };
        detail.insert("targetType".to_owned(), kind.into());
        if let Some((arn, ..)) = &hook.function {
            detail.insert("targetArn".to_owned(), arn.as_str().into());
        }
        detail.insert("status".to_owned(), hook.state.name().into());
        detail.insert("expiresAt".to_owned(), hook.expires.epoch_seconds());
        let action = if hook.goes_on { "CONTINUE" } else { "ROLLBACK" };
        detail.insert("timeoutAction".to_owned(), action.into());
        Value::Object(detail)
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
