//! What `GET /_sim/state` shows of ECS: enough to follow a rehearsal, nothing of what containers are given.

use serde_json::{Value, json};

use super::Ecs;
use super::service::Service;
use crate::sim::members::Members;

/// Clusters with their services and tasks.
pub(super) fn state(ecs: &Ecs) -> Value {
    let clusters = ecs.clusters.keys().map(|name| {
        let services = ecs
            .services
            .values()
            .filter(|service| service.cluster == *name);
        let tasks = ecs.tasks.values().filter(|task| task.cluster == *name);
        json!({
            "name": name,
            "services": services.map(|service| described(ecs, service)).collect::<Value>(),
            "tasks": tasks
                .map(|task| {
                    json!({
                        "id": task.id,
                        "taskDefinition": task.definition,
                        "startedBy": task.started_by(),
                        "lastStatus": task.status.name(),
                        "desiredStatus": if task.condemned { "STOPPED" } else { "RUNNING" },
                        "healthy": task.healthy,
                        "imageDigests": task
                            .containers
                            .iter()
                            .map(|container| (container.name.clone(), json!(container.digest)))
                            .collect::<Members>(),
                        "stoppedReason": task.end.as_ref().map(|end| end.reason.as_str()),
                    })
                })
                .collect::<Value>(),
        })
    });
    json!({
        "clusters": clusters.collect::<Value>(),
        "families": ecs
            .definitions
            .families()
            .map(|(family, revisions)| json!({"family": family, "revisions": revisions.len()}))
            .collect::<Value>(),
        "story": ecs.story.name,
    })
}

fn described(ecs: &Ecs, service: &Service) -> Value {
    let own = || {
        ecs.tasks
            .values()
            .filter(|task| task.belongs_to(&service.cluster, &service.name, None))
    };
    let story = service.story.as_ref().unwrap_or(&ecs.story);
    json!({
        "name": service.name,
        "status": service.status.name(),
        "controller": service.controller.name(),
        "taskDefinition": service.task_definition(),
        "desiredCount": service.desired,
        "runningCount": own().filter(|task| task.is_running()).count(),
        "pendingCount": own().filter(|task| task.is_pending()).count(),
        "steady": service.steady,
        "story": {"name": story.name, "summary": story.summary},
        "deployments": service
            .deployments
            .iter()
            .map(|entry| json!({
                "id": format!("ecs-svc/{}", entry.number),
                "rolloutState": entry.state.name(),
                "failedTasks": entry.failed,
            }))
            .collect::<Value>(),
        "serviceDeployments": service
            .rollouts
            .iter()
            .map(|rollout| json!({
                "id": rollout.id,
                "target": rollout.target,
                "status": rollout.status.name(),
                "stage": rollout.traffic.map(|traffic| traffic.stage.name()),
            }))
            .collect::<Value>(),
        "lastEvent": service.events.front().map(|event| event.message.as_str()),
    })
}
