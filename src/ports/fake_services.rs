//! Services, their deployments, tasks and logs in memory, for workflow tests of stages that look at what is there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use super::alarms::ReadAlarms;
use super::fake::{Calls, FakeClock, FakeFiles, keeps_its_files, lives_by_its_clock};
use super::fake_neighbours::FakeNeighbours;
use super::fake_one_off::FakeOneOff;
use super::logs::ReadLogs;
use super::one_off::RunTasks;
use super::services::{AnswerHooks, ReadServices, ReadTasks};
use super::target_health::ReadTargetHealth;
use super::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};
use super::{PortError, Randomness, Refused};
use crate::domain::alarm::Alarm;
use crate::domain::answer::Answer;
use crate::domain::codedeploy::{CodeDeployment, DeploymentGroup, ShiftTarget};
use crate::domain::document::Document;
use crate::domain::one_off::Started;
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::secrecy::MarkKey;
use crate::domain::service::samples::{brief, definition};
use crate::domain::service::{
    HookStatus, RevisionArn, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentBrief,
    ServiceDeploymentStatus, ServiceRevision, ServiceState, TaskState,
};
use crate::domain::target_health::TargetHealth;
use crate::domain::taskdef::TaskDefinition;

mod codedeploy;

/// A world that holds nothing but services.
#[derive(Debug, Default)]
pub(crate) struct FakeServices {
    pub(crate) clock: FakeClock,
    pub(crate) calls: Calls,
    pub(crate) files: FakeFiles,
    pub(crate) services: RefCell<Vec<ServiceState>>,
    /// Newest first.
    pub(crate) deployments: RefCell<Vec<ServiceDeployment>>,
    pub(crate) revisions: RefCell<Vec<ServiceRevision>>,
    pub(crate) tasks: RefCell<Vec<TaskState>>,
    /// The lines of a stream.
    pub(crate) logs: RefCell<BTreeMap<String, Vec<String>>>,
    /// Task definitions, by ARN: the text of each.
    pub(crate) definitions: RefCell<BTreeMap<String, &'static str>>,
    pub(crate) neighbours: FakeNeighbours,
    pub(crate) one_off: FakeOneOff,
    /// Deployments of CodeDeploy with the service as their target, and the group they are in.
    pub(crate) shifts: RefCell<Vec<(CodeDeployment, Option<ShiftTarget>)>>,
    pub(crate) group: RefCell<Option<DeploymentGroup>>,
    /// Operations that are refused.
    pub(crate) refused: RefCell<BTreeSet<&'static str>>,
    /// Whether answers to hooks get lost; what they ask for is done.
    pub(crate) answers_lost: Cell<bool>,
}

impl FakeServices {
    pub(crate) fn count(&self, operation: &str) -> usize {
        let made = self.calls.made.borrow();
        made.iter()
            .filter(|call| call.split(' ').next() == Some(operation))
            .count()
    }

    fn call(&self, operation: &'static str, detail: &str) -> Result<(), PortError> {
        self.calls.make(operation, detail)?;
        if self.refused.borrow().contains(operation) {
            return Err(refusal(operation, "AccessDeniedException"));
        }
        Ok(())
    }

    fn answered(&self, operation: &'static str) -> Result<(), PortError> {
        if self.answers_lost.get() {
            return Err(PortError::Unreachable {
                operation,
                reason: "the answer got lost".to_owned(),
                throttled: false,
            });
        }
        Ok(())
    }

    fn list(&self, runs: bool) -> Vec<ServiceDeploymentBrief> {
        let deployments = self.deployments.borrow();
        deployments
            .iter()
            .filter(|deployment| !(runs && deployment.status.is_over()))
            .map(brief)
            .collect()
    }
}

fn refusal(operation: &'static str, code: &str) -> PortError {
    PortError::Refused(Refused {
        operation,
        code: code.to_owned(),
        message: "no".to_owned(),
        request_id: None,
    })
}

impl ReadServices for FakeServices {
    async fn services(&self, _: &str, services: &[String]) -> Result<Vec<ServiceState>, PortError> {
        self.call("DescribeServices", &services.join(","))?;
        let known = self.services.borrow();
        let found = known.iter().filter(|one| services.contains(&one.name));
        Ok(found.cloned().collect())
    }

    async fn list_deployments(
        &self,
        _: &str,
        service: &str,
        _: Option<SystemTime>,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        self.call("ListServiceDeployments", service)?;
        Ok(self.list(false))
    }

    async fn running_deployments(
        &self,
        _: &str,
        service: &str,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        self.call("ListServiceDeployments", &format!("{service} running"))?;
        Ok(self.list(true))
    }

    async fn deployments(
        &self,
        arns: &[ServiceDeploymentArn],
    ) -> Result<Vec<ServiceDeployment>, PortError> {
        self.call("DescribeServiceDeployments", &arns.len().to_string())?;
        let known = self.deployments.borrow();
        let found = known.iter().filter(|one| arns.contains(&one.arn));
        Ok(found.cloned().collect())
    }

    async fn revisions(&self, arns: &[RevisionArn]) -> Result<Vec<ServiceRevision>, PortError> {
        self.call("DescribeServiceRevisions", &arns.len().to_string())?;
        let known = self.revisions.borrow();
        let found = known.iter().filter(|one| arns.contains(&one.arn));
        Ok(found.cloned().collect())
    }
}

impl AnswerHooks for FakeServices {
    async fn answer_hook(
        &self,
        arn: &ServiceDeploymentArn,
        hook: &str,
        answer: Answer,
    ) -> Result<(), PortError> {
        let operation = "ContinueServiceDeployment";
        self.call(operation, &format!("{hook} {answer}"))?;
        let mut known = self.deployments.borrow_mut();
        let deployment = known.iter_mut().find(|one| one.arn == *arn);
        let deployment = deployment.ok_or_else(|| refusal(operation, "NotFound"))?;
        let waiting = deployment
            .hooks
            .iter_mut()
            .find(|one| one.id == hook && one.status == HookStatus::AwaitingAction)
            .ok_or_else(|| refusal(operation, "InvalidParameterException"))?;
        match answer {
            Answer::Continue => waiting.status = HookStatus::Succeeded,
            Answer::Rollback => {
                waiting.status = HookStatus::Failed;
                deployment.status = ServiceDeploymentStatus::RollbackRequested;
            }
        }
        self.answered(operation)
    }
}

impl ReadTasks for FakeServices {
    async fn tasks_of(&self, _: &str, service: &str) -> Result<Vec<TaskState>, PortError> {
        self.call("ListTasks", service)?;
        Ok(self.tasks.borrow().clone())
    }

    async fn tasks(&self, _: &str, arns: &[String]) -> Result<Vec<TaskState>, PortError> {
        self.call("DescribeTasks", &arns.len().to_string())?;
        let mut known = self.tasks.borrow().clone();
        known.extend(self.one_off.tasks(self.clock.elapsed.get()));
        known.retain(|task| arns.contains(&task.arn));
        Ok(known)
    }
}

impl RunTasks for FakeServices {
    async fn run_task(&self, request: &Document) -> Result<Started, PortError> {
        self.call("RunTask", "")?;
        self.one_off.run(request, self.clock.elapsed.get())
    }

    async fn stop_task(&self, _: &str, task: &str, reason: &str) -> Result<(), PortError> {
        self.call("StopTask", crate::domain::service::tail(task))?;
        self.one_off.stop(task, reason);
        Ok(())
    }
}

impl Randomness for FakeServices {
    fn mark_key(&self) -> Option<MarkKey> {
        None
    }
}

impl RegisterTaskDefinitions for FakeServices {
    async fn register(&self, document: &Document) -> Result<Registered, PortError> {
        self.call("RegisterTaskDefinition", "")?;
        Ok(Registered {
            arn: definition(8).parse().unwrap(),
            definition: TaskDefinition::from_document(document.clone()).unwrap(),
            is_active: true,
        })
    }
}

impl ReadLogs for FakeServices {
    async fn log_tail(
        &self,
        _: Option<&str>,
        group: &str,
        stream: &str,
        lines: u32,
    ) -> Result<Vec<String>, PortError> {
        self.call("GetLogEvents", &format!("{group} {stream} {lines}"))?;
        Ok(self.logs.borrow().get(stream).cloned().unwrap_or_default())
    }
}

impl ReadTargetHealth for FakeServices {
    async fn target_health(&self, group: &str) -> Result<Vec<TargetHealth>, PortError> {
        self.neighbours.target_health(group).await
    }
}

impl ReadAlarms for FakeServices {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, PortError> {
        self.neighbours.alarms(names).await
    }
}

impl ReadTaskDefinitions for FakeServices {
    async fn task_definition(
        &self,
        reference: &TaskDefinitionRef,
    ) -> Result<Option<Registered>, PortError> {
        let arn = reference.to_string();
        self.call("DescribeTaskDefinition", &arn)?;
        let definitions = self.definitions.borrow();
        Ok(definitions.get(&arn).map(|text| {
            let document = Document::parse(text, "answer").unwrap();
            Registered {
                arn: arn.parse().unwrap(),
                definition: TaskDefinition::from_document(document).unwrap(),
                is_active: true,
            }
        }))
    }
}

lives_by_its_clock!(FakeServices);
keeps_its_files!(FakeServices);
