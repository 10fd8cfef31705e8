//! What `GET /_sim/state` shows of CodeDeploy. The executions of functions are shown here alone: CodeDeploy tells them to
//! nobody but the function.

use serde_json::{Value, json};

use super::deployment::{Deployment, EventStatus};
use crate::sim::cloud::Cloud;
use crate::sim::members::Members;

/// The groups with their services, and the deployments, oldest first.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let groups = cloud.codedeploy.groups.iter();
    let groups = groups.map(|((application, name), group)| {
        json!({
            "application": application,
            "name": name,
            "cluster": group.target.0,
            "service": group.target.1,
            "configuration": group.configuration(),
        })
    });
    json!({
        "groups": groups.collect::<Value>(),
        "deployments": cloud.codedeploy.deployments.iter().map(described).collect::<Value>(),
    })
}

fn described(deployment: &Deployment) -> Value {
    let running = deployment
        .events
        .iter()
        .find(|event| event.status == EventStatus::InProgress);
    let sides = [("blue", &deployment.blue), ("green", &deployment.green)];
    json!({
        "id": deployment.id,
        "group": deployment.group.1,
        "creator": deployment.creator.name(),
        "configuration": deployment.configuration.0,
        "status": deployment.status.name(),
        "error": deployment.error.as_ref().map(|(code, _)| code),
        "event": running.map(|event| event.name),
        "execution": running.and_then(|event| Some(&event.call.as_ref()?.execution)),
        "greenWeight": deployment.weight,
        "taskSets": sides
            .into_iter()
            .filter_map(|(label, side)| Some((label.to_owned(), json!(side.as_ref()?.number))))
            .collect::<Members>(),
    })
}
