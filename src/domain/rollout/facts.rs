//! The facts of an event, for programs. Names are in camel case, as in the API.

use serde_json::{Map, Value, json};

use super::approval::Approval;
use super::event::RolloutEvent;
use super::verdict::StopCause;
use crate::domain::diagnosis::TaskGroup;
use crate::domain::service::{HookAction, LifecycleStage, StopCode};
use crate::domain::target_health::TargetReason;

impl RolloutEvent {
    /// Its facts, by name. None of them holds a secret.
    #[must_use]
    pub fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::Linked { deployment } => json!({ "serviceDeploymentArn": deployment.as_str() }),
            Self::NotLinked { why } => json!({ "why": why }),
            Self::SourceMoved { found } => json!({ "sourceServiceRevisions": found }),
            Self::Status { status, reason } => {
                json!({ "status": status.as_str(), "statusReason": reason })
            }
            Self::Stage(stage) => json!({ "lifecycleStage": stage.as_str() }),
            Self::Traffic { production, test } => {
                json!({ "productionTrafficWeight": production, "testTrafficWeight": test })
            }
            Self::Progress(progress) => json!({
                "desired": progress.desired,
                "pending": progress.pending,
                "running": progress.running,
                "failed": progress.failed,
                "old": progress.old,
            }),
            Self::TasksStarted { tasks } => json!({ "tasks": tasks }),
            Self::TasksFailed(group) => failures(group),
            Self::TargetsFailing(trouble) => json!({
                "targetGroup": trouble.group,
                "count": trouble.count,
                "state": trouble.state.as_str(),
                "reason": trouble.reason.as_ref().map(TargetReason::as_str),
                "description": trouble.description,
                "sampleTarget": trouble.sample,
            }),
            Self::Service(event) => json!({ "id": event.id, "message": event.message }),
            Self::BreakerCount {
                failures,
                threshold,
            } => json!({ "failureCount": failures, "threshold": threshold }),
            Self::Guard {
                guard,
                status,
                alarms,
            } => json!({
                "guard": guard.to_string(),
                "status": status.as_str(),
                "triggeredAlarmNames": alarms,
            }),
            Self::RollingBack { reason } => json!({ "reason": reason }),
            Self::AwaitingApproval(approval) => waiting(approval),
            Self::Hook(hook) => json!({
                "hookId": hook.id,
                "targetArn": hook.target,
                "status": hook.status.as_str(),
            }),
            Self::StopAsked(cause) => match cause {
                StopCause::FailFast { failed, limit } => {
                    json!({ "cause": "fail-fast", "failed": failed, "limit": limit })
                }
                StopCause::Together => json!({ "cause": "all-or-nothing" }),
                StopCause::TimedOut { after, goes_back } => json!({
                    "cause": "timeout", "afterSeconds": after.as_secs(), "goesBack": goes_back,
                }),
            },
            Self::NotConfirmed { what } => json!({ "what": what }),
            Self::Shift(event) => event.facts(),
        };
        match facts {
            Value::Object(facts) => facts,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        }
    }
}

fn failures(group: &TaskGroup) -> Value {
    json!({
        "count": group.count,
        "stopCode": group.stop_code.as_ref().map(StopCode::as_str),
        "stoppedReason": group.reason,
        "container": group.culprit.as_ref().map(|culprit| &culprit.container),
        "containerReason": group.container_reason,
        "exitCode": group.exit_code,
        "sampleTaskArn": group.sample,
    })
}

fn waiting(approval: &Approval) -> Value {
    json!({
        "serviceDeploymentArn": approval.deployment.as_str(),
        "hookId": approval.hook,
        "lifecycleStage": approval.stage.as_ref().map(LifecycleStage::as_str),
        "expiresAt": approval.expiry(),
        "timeoutAction": approval.at_expiry.as_ref().map(HookAction::as_str),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::codedeploy::samples::event as lifecycle;
    use crate::domain::codedeploy::{CodeDeployStatus, EventStatus, ShiftEvent};
    use crate::domain::diagnosis::group_failures;
    use crate::domain::rollout::{Guard, Progress};
    use crate::domain::service::samples::{crashed, pause};
    use crate::domain::service::{
        CodeDeployId, GuardStatus, ServiceDeploymentArn, ServiceDeploymentStatus, ServiceEvent,
    };
    use crate::domain::target_health::{tests::failing, troubles};

    /// One of each.
    fn all() -> Vec<RolloutEvent> {
        let arn = || ServiceDeploymentArn::new("arn");
        let text = String::new;
        let id = || CodeDeployId::new("d-1");
        vec![
            RolloutEvent::Linked { deployment: arn() },
            RolloutEvent::NotLinked { why: text() },
            RolloutEvent::SourceMoved { found: Vec::new() },
            RolloutEvent::Status {
                status: ServiceDeploymentStatus::Pending,
                reason: text(),
            },
            RolloutEvent::Stage(LifecycleStage::new("SCALE_UP").unwrap()),
            RolloutEvent::Traffic {
                production: None,
                test: None,
            },
            RolloutEvent::Progress(Progress::default()),
            RolloutEvent::TasksStarted { tasks: Vec::new() },
            RolloutEvent::TasksFailed(group_failures(&[crashed("aa", 7, 3)]).remove(0)),
            RolloutEvent::TargetsFailing(
                troubles(&[failing("10.0.0.7", "Target.Timeout", "")]).remove(0),
            ),
            RolloutEvent::Service(ServiceEvent {
                id: text(),
                at: None,
                message: text(),
            }),
            RolloutEvent::BreakerCount {
                failures: 1,
                threshold: 3,
            },
            RolloutEvent::Guard {
                guard: Guard::Alarms,
                status: GuardStatus::Disabled,
                alarms: Vec::new(),
            },
            RolloutEvent::RollingBack { reason: text() },
            RolloutEvent::AwaitingApproval(Approval {
                deployment: arn(),
                hook: text(),
                stage: None,
                expires_at: None,
                at_expiry: None,
            }),
            RolloutEvent::Hook(pause("one")),
            RolloutEvent::StopAsked(StopCause::FailFast {
                failed: 3,
                limit: 3,
            }),
            RolloutEvent::StopAsked(StopCause::TimedOut {
                after: Duration::ZERO,
                goes_back: false,
            }),
            RolloutEvent::NotConfirmed { what: text() },
            RolloutEvent::Shift(ShiftEvent::Status {
                deployment: id(),
                status: CodeDeployStatus::Created,
                trouble: None,
            }),
            RolloutEvent::Shift(ShiftEvent::Lifecycle {
                deployment: id(),
                event: Box::new(lifecycle("Install", EventStatus::Failed)),
            }),
            RolloutEvent::Shift(ShiftEvent::SetMade {
                set: text(),
                target_group: None,
            }),
            RolloutEvent::Shift(ShiftEvent::Weights {
                green: 10.0,
                blue: 90.0,
            }),
            RolloutEvent::Shift(ShiftEvent::AwaitingReroute {
                deployment: id(),
                wait: Duration::ZERO,
            }),
            RolloutEvent::Shift(ShiftEvent::Terminating {
                wait: Duration::ZERO,
            }),
            RolloutEvent::Shift(ShiftEvent::RollbackMade {
                deployment: id(),
                message: text(),
            }),
            RolloutEvent::Shift(ShiftEvent::Message(text())),
        ]
    }

    #[test]
    fn every_event_is_on_the_page_of_the_stage_with_its_fields() {
        let page = include_str!("../../../docs/stages/deploy-service.md");
        for event in all() {
            let start = format!("| `{}` |", event.kind());
            let row = page
                .lines()
                .find(|line| line.starts_with(&start))
                .unwrap_or_else(|| panic!("no row: {start}"));
            for name in event.facts().keys() {
                assert!(row.contains(&format!("`{name}`")), "{name} in {row}");
            }
        }
    }

    #[test]
    fn a_failure_carries_what_a_program_needs_to_find_the_task() {
        let tasks = [crashed("aa", 7, 3)];
        let group = group_failures(&tasks).remove(0);
        let facts = RolloutEvent::TasksFailed(group).facts();
        assert_eq!(facts["exitCode"], json!(3));
        assert_eq!(facts["container"], json!("web"));
        assert_eq!(facts["sampleTaskArn"], json!(tasks[0].arn));
        assert_eq!(facts["stopCode"], json!("EssentialContainerExited"));
    }
}
