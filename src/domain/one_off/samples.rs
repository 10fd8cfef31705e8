//! Requests, definitions and tasks that tests start from.

use super::TaskRequest;
use crate::domain::appspec::Network;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::document::Document;
use crate::domain::placement::{Launch, Placement};
use crate::domain::service::samples::container;
use crate::domain::service::{ContainerState, HealthStatus, StopCode, TaskState};

/// The ARN of a task.
pub(crate) fn arn(id: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task/demo/{id}")
}

/// One task on Fargate.
pub(crate) fn request() -> TaskRequest {
    TaskRequest {
        cluster: "demo".to_owned(),
        count: 1,
        placement: Placement {
            launch: Launch::Type("FARGATE".to_owned()),
            platform_version: None,
            network: Some(Network {
                subnets: vec!["subnet-1".to_owned()],
                security_groups: Vec::new(),
                assign_public_ip: None,
            }),
        },
        overrides: None,
        started_by: None,
        group: None,
        tags: Vec::new(),
        propagate_tags: false,
        ecs_managed_tags: None,
        volume: None,
        deciding: None,
    }
}

/// A definition with an essential container `web` and another one, `proxy`.
pub(crate) fn facts(mode: &str) -> DefinitionFacts {
    let text = format!(
        r#"{{"family": "web", "networkMode": "{mode}", "containerDefinitions": [
            {{"name": "web", "image": "web:1"}}, {{"name": "proxy", "image": "proxy:1", "essential": false}}]}}"#
    );
    DefinitionFacts::of(Document::parse(&text, "test").unwrap().root())
}

/// A task in a state.
pub(crate) fn task(id: &str, status: &str) -> TaskState {
    TaskState {
        arn: arn(id),
        started_by: None,
        task_definition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7".to_owned(),
        last_status: status.to_owned(),
        stop_code: None,
        stopped_reason: None,
        health: HealthStatus::Unknown,
        containers: ["web", "proxy"]
            .map(|name| ContainerState {
                last_status: status.to_owned(),
                ..container(name)
            })
            .into(),
        addresses: Vec::new(),
        created_at: None,
        started_at: None,
        stopped_at: None,
    }
}

/// A task that stopped, with the exit codes of `web` and `proxy`.
pub(crate) fn stopped(id: &str, code: StopCode, codes: [Option<i32>; 2]) -> TaskState {
    let mut task = task(id, "STOPPED");
    task.stop_code = Some(code);
    task.stopped_reason = Some("Essential container in task exited".to_owned());
    for (container, code) in task.containers.iter_mut().zip(codes) {
        container.exit_code = code;
    }
    task
}
