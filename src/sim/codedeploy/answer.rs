//! A deployment and its target as CodeDeploy answers them (API shapes `DeploymentInfo`, `ECSTarget`).

use serde_json::{Value, json};

use super::deployment::{Deployment, Event, Side};
use crate::sim::cloud::Cloud;
use crate::sim::ecs;
use crate::sim::members::Members;
use crate::sim::moment::Moment;

/// `deploymentInfo`.
pub(super) fn info(deployment: &Deployment) -> Value {
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("applicationName", json!(deployment.group.0));
    put("deploymentGroupName", json!(deployment.group.1));
    put("deploymentConfigName", json!(deployment.configuration.0));
    put("deploymentId", json!(deployment.id));
    put("previousRevision", json!(deployment.previous));
    put("revision", deployment.revision.clone().into());
    put("status", json!(deployment.status.name()));
    let error = deployment.error.as_ref();
    put(
        "errorInformation",
        error.map_or(
            Value::Null,
            |(code, message)| json!({"code": code, "message": message}),
        ),
    );
    put("createTime", deployment.created.epoch_seconds());
    put("startTime", moment(deployment.started));
    put("completeTime", moment(deployment.completed));
    put("deploymentOverview", overview(deployment));
    put("description", json!(deployment.description));
    put("creator", json!(deployment.creator.name()));
    put("ignoreApplicationStopFailures", json!(false));
    for name in [
        "autoRollbackConfiguration",
        "deploymentStyle",
        "blueGreenDeploymentConfiguration",
        "loadBalancerInfo",
        "overrideAlarmConfiguration",
    ] {
        put(name, json!(deployment.rule(name)));
    }
    put("updateOutdatedInstancesOnly", json!(false));
    if !deployment.rollback.is_empty() {
        put("rollbackInfo", deployment.rollback.clone().into());
    }
    put(
        "instanceTerminationWaitTimeStarted",
        json!(deployment.waits_to_terminate),
    );
    put("fileExistsBehavior", json!("DISALLOW"));
    put("deploymentStatusMessages", json!([]));
    put("computePlatform", json!("ECS"));
    Value::Object(out)
}

fn moment(at: Option<Moment>) -> Value {
    at.map_or(Value::Null, Moment::epoch_seconds)
}

/// How the one target of the deployment is counted.
fn overview(deployment: &Deployment) -> Value {
    let is = deployment.status.of_target();
    let counts = [
        "Pending",
        "InProgress",
        "Succeeded",
        "Failed",
        "Skipped",
        "Ready",
    ];
    let counts = counts.map(|name| (name.to_owned(), json!(i32::from(name == is))));
    Value::Object(counts.into_iter().collect())
}

/// `deploymentTarget`.
pub(super) fn target(cloud: &Cloud, deployment: &Deployment) -> Value {
    let (cluster, service) = &deployment.service;
    json!({
        "deploymentTargetType": "ECSTarget",
        "ecsTarget": {
            "deploymentId": deployment.id,
            "targetId": deployment.target(),
            "targetArn": cloud.arn("ecs", &format!("service/{cluster}/{service}")),
            "lastUpdatedAt": deployment.updated.epoch_seconds(),
            "lifecycleEvents": deployment.events.iter().map(event).collect::<Value>(),
            "status": deployment.status.of_target(),
            "taskSetsInfo": sides(cloud, deployment),
        },
    })
}

fn event(event: &Event) -> Value {
    let mut out = json!({
        "lifecycleEventName": event.name,
        "status": event.status.name(),
    });
    for (name, at) in [("startTime", event.started), ("endTime", event.ended)] {
        if let Some(at) = at {
            out[name] = at.epoch_seconds();
        }
    }
    if let Some(known) = &event.diagnostics {
        out["diagnostics"] = json!({
            "errorCode": known.code,
            "scriptName": known.script,
            "message": known.message,
            "logTail": known.log_tail,
        });
    }
    out
}

/// `taskSetsInfo`: as they are while the deployment runs, afterwards as they were.
fn sides(cloud: &Cloud, deployment: &Deployment) -> Value {
    let (cluster, service) = &deployment.service;
    let views = if deployment.status.is_over() {
        Vec::new()
    } else {
        ecs::task_sets(cloud, cluster, service).unwrap_or_default()
    };
    let described = |side: &Side, label: &str, weight: f64| {
        let view = views
            .iter()
            .find(|view| view.number == side.number)
            .unwrap_or(&side.seen);
        json!({
            "identifer": format!("ecs-svc/{}", side.number),
            "desiredCount": view.desired,
            "pendingCount": view.pending,
            "runningCount": view.running,
            "status": view.status,
            "trafficWeight": weight,
            "targetGroup": {"name": side.target_group},
            "taskSetLabel": label,
        })
    };
    let blue = deployment
        .blue
        .iter()
        .map(|side| described(side, "Blue", 100.0 - deployment.weight));
    let green = deployment
        .green
        .iter()
        .map(|side| described(side, "Green", deployment.weight));
    blue.chain(green).collect()
}
