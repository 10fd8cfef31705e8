//! Tasks that belong to no service, through `aws-sdk-ecs`. Translates; decides nothing.

use super::Aws;
use super::ecs_facts as facts;
use super::refusal::port_error;
use super::task_definitions::replace_body;
use crate::domain::document::{Document, Node};
use crate::domain::one_off::{NotStarted, Started};
use crate::ports::PortError;
use crate::ports::one_off::RunTasks;

impl RunTasks for Aws {
    async fn run_task(&self, request: &Document) -> Result<Started, PortError> {
        let body = request.to_json_compact();
        let definition = request.get("taskDefinition").and_then(Node::as_str);
        let answer = self
            .ecs
            .run_task()
            .set_task_definition(definition.map(str::to_owned))
            .customize()
            .mutate_request(move |request| replace_body(request, &body))
            .send()
            .await
            .map_err(|error| port_error("RunTask", &error))?;
        let failures = answer.failures().iter();
        Ok(Started {
            tasks: answer.tasks().iter().map(facts::task).collect(),
            failures: failures
                .map(|failure| NotStarted {
                    arn: failure.arn().map(str::to_owned),
                    reason: failure.reason().unwrap_or_default().to_owned(),
                    detail: failure.detail().map(str::to_owned),
                })
                .collect(),
        })
    }

    async fn stop_task(&self, cluster: &str, task: &str, reason: &str) -> Result<(), PortError> {
        self.ecs
            .stop_task()
            .cluster(cluster)
            .task(task)
            .reason(reason)
            .send()
            .await
            .map_err(|error| port_error("StopTask", &error))?;
        Ok(())
    }
}
