//! A service deployment as ECS answers it (API shapes `ServiceDeployment`, `ServiceDeploymentBrief`).

use serde_json::{Value, json};

use super::{Counts, Rollout, RolloutStatus};
use crate::sim::ecs::arn;
use crate::sim::ecs::hooks;
use crate::sim::ecs::service::Service;
use crate::sim::ecs::task::Tasks;
use crate::sim::members::Members;

/// One element of `serviceDeployments` in a list.
pub(super) fn brief(service: &Service, rollout: &Rollout) -> Value {
    let mut out = common(service, rollout);
    out.insert(
        "targetServiceRevisionArn".to_owned(),
        arn::service_revision(&service.cluster, &service.name, &rollout.target).into(),
    );
    Value::Object(out)
}

/// What the short and the long form have in common.
fn common(service: &Service, rollout: &Rollout) -> Members {
    let mut out = Members::new();
    out.insert(
        "serviceDeploymentArn".to_owned(),
        arn::service_deployment(&service.cluster, &service.name, &rollout.id).into(),
    );
    out.insert("serviceArn".to_owned(), service.arn().into());
    out.insert(
        "clusterArn".to_owned(),
        arn::cluster(&service.cluster).into(),
    );
    out.insert("createdAt".to_owned(), rollout.created.epoch_seconds());
    for (name, at) in [
        ("startedAt", rollout.started),
        ("finishedAt", rollout.finished),
    ] {
        if let Some(at) = at {
            out.insert(name.to_owned(), at.epoch_seconds());
        }
    }
    out.insert("status".to_owned(), rollout.status.name().into());
    if let Some(reason) = &rollout.reason {
        out.insert("statusReason".to_owned(), reason.as_str().into());
    }
    out
}

/// One element of `serviceDeployments` of a description.
pub(super) fn described(service: &Service, rollout: &Rollout, tasks: &Tasks) -> Value {
    let mut out = common(service, rollout);
    if let Some(at) = rollout.stopped {
        out.insert("stoppedAt".to_owned(), at.epoch_seconds());
    }
    out.insert("updatedAt".to_owned(), rollout.updated.epoch_seconds());
    let weight = rollout
        .traffic
        .map(|traffic| (traffic.test, traffic.production));
    let sources = rollout.sources.iter().map(|number| {
        let rest = weight.map(|(test, production)| (100.0 - test, 100.0 - production));
        summary(service, rollout, tasks, number, rest)
    });
    out.insert("sourceServiceRevisions".to_owned(), sources.collect());
    out.insert(
        "targetServiceRevision".to_owned(),
        summary(service, rollout, tasks, &rollout.target, weight),
    );
    if let Some(traffic) = rollout.traffic.filter(|_| !rollout.status.is_over()) {
        out.insert("lifecycleStage".to_owned(), traffic.stage.name().into());
    }
    if !rollout.hooks.is_empty() {
        out.insert("lifecycleHookDetails".to_owned(), hooks::described(rollout));
    }
    out.insert(
        "deploymentConfiguration".to_owned(),
        rollout.configuration.clone().into(),
    );
    if let Some(rollback) = &rollout.rollback {
        let revision = arn::service_revision(&service.cluster, &service.name, &rollback.number);
        out.insert(
            "rollback".to_owned(),
            json!({
                "reason": rollback.reason,
                "startedAt": rollback.started.epoch_seconds(),
                "serviceRevisionArn": revision,
            }),
        );
    }
    out.insert(
        "deploymentCircuitBreaker".to_owned(),
        breaker(service, rollout),
    );
    out.insert("alarms".to_owned(), alarms(rollout));
    Value::Object(out)
}

fn summary(
    service: &Service,
    rollout: &Rollout,
    tasks: &Tasks,
    number: &str,
    weight: Option<(f64, f64)>,
) -> Value {
    let counts = rollout
        .counts
        .get(number)
        .copied()
        .unwrap_or_else(|| counted(service, rollout, tasks, number));
    let mut out = json!({
        "arn": arn::service_revision(&service.cluster, &service.name, number),
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
    });
    if let Some((test, production)) = weight {
        out["requestedTestTrafficWeight"] = json!(test);
        out["requestedProductionTrafficWeight"] = json!(production);
    }
    out
}

/// The tasks of a revision now. A revision that is wanted has the desired count, one that goes has what is left.
pub(super) fn counted(service: &Service, rollout: &Rollout, tasks: &Tasks, number: &str) -> Counts {
    let own = || {
        tasks
            .values()
            .filter(|task| task.belongs_to(&service.cluster, &service.name, Some(number)))
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let running = count(own().filter(|task| task.is_running()).count());
    let pending = count(own().filter(|task| task.is_pending()).count());
    let wanted = match &rollout.rollback {
        Some(rollback) => rollback.number == number,
        None => rollout.target == number && rollout.status != RolloutStatus::Stopped,
    };
    let requested = if wanted {
        service.desired
    } else {
        running + pending
    };
    Counts {
        requested,
        running,
        pending,
    }
}

fn breaker(service: &Service, rollout: &Rollout) -> Value {
    let rule = rollout.rules().breaker;
    let threshold = if rule.enable {
        rule.threshold(service.desired)
    } else {
        0
    };
    json!({
        "status": monitor(rule.enable, rollout.tripped, rollout),
        "failureCount": rollout.failures,
        "threshold": threshold,
    })
}

fn alarms(rollout: &Rollout) -> Value {
    let rule = rollout.rules().alarms;
    let fired = rollout.alarm.1;
    let status = monitor(rule.is_some(), fired, rollout);
    let names = rule.map(|rule| rule.names).unwrap_or_default();
    json!({
        "status": status,
        "alarmNames": names,
        "triggeredAlarmNames": rollout.fired,
    })
}

/// `ServiceDeploymentRollbackMonitorsStatus`.
fn monitor(enabled: bool, triggered: bool, rollout: &Rollout) -> &'static str {
    if !enabled {
        "DISABLED"
    } else if triggered {
        "TRIGGERED"
    } else if rollout.status.is_watched() {
        "MONITORING"
    } else {
        "MONITORING_COMPLETE"
    }
}
