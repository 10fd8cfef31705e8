//! A world whose services do what they are told to, moment by moment after an update.

use super::story::Story;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::path::PathBuf;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use crate::domain::alarm::Alarm;
use crate::domain::document::Document;
use crate::domain::one_off::Started;
use crate::domain::plan::ServiceUpdate;
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::scaling::{
    ScalableTarget, ScaledService, ScheduledAction, ServiceResource, SuspendedState,
};
use crate::domain::secrecy::{KEY_BYTES, MarkKey};
use crate::domain::service::samples::{brief, definition};
use crate::domain::service::{
    RevisionArn, RevisionImage, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentBrief,
    ServiceRevision, ServiceState, TaskState,
};
use crate::domain::target_health::TargetHealth;
use crate::domain::taskdef::TaskDefinition;
use crate::ports::alarms::ReadAlarms;
use crate::ports::fake::{Calls, FakeClock, FakeFiles, keeps_its_files, yielded};
use crate::ports::fake_codedeploy::FakeCodeDeploy;
use crate::ports::fake_neighbours::FakeNeighbours;
use crate::ports::fake_one_off::FakeOneOff;
use crate::ports::fake_scaling::FakeScaling;
use crate::ports::logs::ReadLogs;
use crate::ports::one_off::RunTasks;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::services::{ReadServices, ReadTasks, WriteServices};
use crate::ports::target_health::ReadTargetHealth;
use crate::ports::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};
use crate::ports::{
    Clock, GitHead, Interruption, PortError, Randomness, Refused, Signal, Surroundings,
};

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) clock: FakeClock,
    pub(super) calls: Calls,
    pub(super) files: FakeFiles,
    pub(super) scaling: FakeScaling,
    pub(super) codedeploy: FakeCodeDeploy,
    pub(super) neighbours: FakeNeighbours,
    pub(super) one_off: FakeOneOff,
    pub(super) stories: RefCell<BTreeMap<String, Story>>,
    pub(super) logs: RefCell<BTreeMap<String, Vec<String>>>,
    pub(super) registered: RefCell<Vec<Document>>,
    /// Whether revisions are deregistered.
    pub(super) inactive: Cell<bool>,
    /// From when on our deployment is listed, in seconds.
    pub(super) listed_from: Cell<u64>,
    /// Operations that are refused.
    pub(super) refused: RefCell<BTreeSet<&'static str>>,
    /// The service whose update is refused, maybe only to one revision.
    pub(super) not_updated: RefCell<Option<String>>,
    /// How many updates get lost before they take effect, and how many answers of updates after that.
    pub(super) lost_updates: Cell<usize>,
    pub(super) lost_answers: Cell<usize>,
    /// What the last update brought.
    pub(super) brought: RefCell<Option<String>>,
    /// Between these times nothing answers.
    pub(super) silent: Cell<Option<(u64, u64)>>,
}

impl World {
    pub(super) fn with(stories: impl IntoIterator<Item = Story>) -> Self {
        let world = Self::default();
        for story in stories {
            let name = story.service.name.clone();
            world.stories.borrow_mut().insert(name, story);
        }
        world
    }

    pub(super) fn made(&self) -> Vec<String> {
        self.calls.made.borrow().clone()
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        let made = self.made();
        made.iter()
            .filter(|call| call.split(' ').next() == Some(operation))
            .count()
    }

    pub(super) fn scalable(&self, service: &str) -> ServiceResource {
        let resource = ServiceResource::new("demo", service);
        self.scaling.targets.borrow_mut().insert(
            resource.clone(),
            ScalableTarget {
                resource: resource.clone(),
                arn: Some(format!("arn:{resource}")),
                min_capacity: 1,
                max_capacity: 10,
                suspended: SuspendedState::default(),
            },
        );
        resource
    }

    pub(super) fn file(&self, name: &str, text: &str) {
        let mut files = self.files.0.borrow_mut();
        files.insert(PathBuf::from(name), text.to_owned());
    }

    fn call(&self, operation: &'static str, detail: &str) -> Result<(), PortError> {
        self.calls.make(operation, detail)?;
        let now = self.clock.elapsed.get().as_secs();
        if self
            .silent
            .get()
            .is_some_and(|(from, to)| (from..to).contains(&now))
        {
            return Err(PortError::Unreachable {
                operation,
                reason: "silence".to_owned(),
                throttled: false,
            });
        }
        if self.refused.borrow().contains(operation) {
            return Err(PortError::Refused(Refused {
                operation,
                code: "AccessDeniedException".to_owned(),
                message: "no".to_owned(),
                request_id: None,
            }));
        }
        Ok(())
    }

    /// What a list of its deployments holds.
    fn listed(&self, service: &str, now: Duration) -> Vec<ServiceDeployment> {
        if now.as_secs() < self.listed_from.get() {
            return Vec::new();
        }
        let found = self.with_story(service, |story| {
            [story.earlier(now), story.service_deployment(now)]
        });
        found.into_iter().flatten().flatten().collect()
    }

    /// What a revision brings: what a service shows of it, or else what the last update brought.
    fn brings(&self, arn: &RevisionArn) -> String {
        let stories = self.stories.borrow();
        let moments = stories.values().flat_map(|story| &story.moments);
        let mut shown = moments.flat_map(|moment| &moment.service.deployments);
        let shown = shown.find(|entry| entry.id.brings(arn));
        shown
            .map(|entry| entry.task_definition.clone())
            .or_else(|| self.brought.borrow().clone())
            .unwrap_or_else(|| definition(2))
    }

    fn with_story<T>(&self, service: &str, act: impl FnOnce(&mut Story) -> T) -> Option<T> {
        self.stories.borrow_mut().get_mut(service).map(act)
    }
}

impl ReadServices for World {
    async fn services(&self, _: &str, services: &[String]) -> Result<Vec<ServiceState>, PortError> {
        self.call("DescribeServices", &services.join(","))?;
        let now = self.clock.elapsed.get();
        Ok(services
            .iter()
            .filter_map(|name| self.with_story(name, |story| story.answer(now)))
            .map(|service| self.with_task_sets(service))
            .collect())
    }

    async fn list_deployments(
        &self,
        _: &str,
        service: &str,
        _: Option<SystemTime>,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        self.call("ListServiceDeployments", service)?;
        let now = self.clock.elapsed.get();
        Ok(self.listed(service, now).iter().map(brief).collect())
    }

    async fn running_deployments(
        &self,
        _: &str,
        service: &str,
    ) -> Result<Vec<ServiceDeploymentBrief>, PortError> {
        self.call("ListServiceDeployments", &format!("{service} running"))?;
        let now = self.clock.elapsed.get();
        Ok(self
            .listed(service, now)
            .iter()
            .filter(|deployment| !deployment.status.is_over())
            .map(brief)
            .collect())
    }

    async fn deployments(
        &self,
        arns: &[ServiceDeploymentArn],
    ) -> Result<Vec<ServiceDeployment>, PortError> {
        self.call("DescribeServiceDeployments", &arns.len().to_string())?;
        let now = self.clock.elapsed.get();
        let stories = self.stories.borrow();
        Ok(stories
            .values()
            .flat_map(|story| [story.earlier(now), story.service_deployment(now)])
            .flatten()
            .filter(|deployment| arns.contains(&deployment.arn))
            .collect())
    }

    async fn revisions(&self, arns: &[RevisionArn]) -> Result<Vec<ServiceRevision>, PortError> {
        self.call("DescribeServiceRevisions", "")?;
        Ok(arns
            .iter()
            .map(|arn| ServiceRevision {
                arn: arn.clone(),
                task_definition: self.brings(arn),
                images: vec![RevisionImage {
                    container: "web".to_owned(),
                    image: "r/web:2".to_owned(),
                    digest: Some("sha256:aa".to_owned()),
                }],
                target_groups: Vec::new(),
            })
            .collect())
    }
}

impl WriteServices for World {
    async fn update_service(&self, update: &ServiceUpdate) -> Result<ServiceState, PortError> {
        let what = update
            .task_definition
            .as_deref()
            .map_or("", crate::domain::service::tail);
        self.call("UpdateService", format!("{} {what}", update.service).trim())?;
        let lost = |left: &Cell<usize>| {
            let many = left.get();
            left.set(many.saturating_sub(1));
            many > 0
        };
        let silence = PortError::Unreachable {
            operation: "UpdateService",
            reason: "the connection was closed".to_owned(),
            throttled: false,
        };
        let not_updated = self.not_updated.borrow().clone();
        let this = format!("{} {what}", update.service);
        if not_updated.is_some_and(|not| not == update.service || not == this) {
            return Err(PortError::Refused(Refused {
                operation: "UpdateService",
                code: "InvalidParameterException".to_owned(),
                message: "no".to_owned(),
                request_id: None,
            }));
        }
        if lost(&self.lost_updates) {
            return Err(silence);
        }
        let brought = update.task_definition.clone();
        self.brought
            .replace(Some(brought.unwrap_or_else(|| definition(1))));
        let now = self.clock.elapsed.get();
        let state = self.with_story(&update.service, |story| {
            if let Some(count) = update.desired_count {
                story.service.counts.desired = count;
                story.service.counts.running = count;
            }
            // ECS does not deploy twice what it deploys already, unless it is forced.
            if update.force || (update.task_definition.is_some() && story.updated.is_none()) {
                story.updated = Some(now);
                story.deployed += 1;
            }
            if story.goes_back && what == "web:1" {
                story.back = Some(now);
            }
            story.answer(now)
        });
        if lost(&self.lost_answers) {
            return Err(silence);
        }
        state.ok_or(PortError::Unreachable {
            operation: "UpdateService",
            reason: "no such service".to_owned(),
            throttled: false,
        })
    }

    async fn stop_deployment(&self, arn: &ServiceDeploymentArn) -> Result<(), PortError> {
        self.call(
            "StopServiceDeployment",
            crate::domain::service::tail(arn.as_str()),
        )?;
        let now = self.clock.elapsed.get();
        for story in self.stories.borrow_mut().values_mut() {
            if !story.unstoppable {
                story.stopped = Some(now);
            }
        }
        Ok(())
    }
}

impl ReadTasks for World {
    async fn tasks_of(&self, _: &str, service: &str) -> Result<Vec<TaskState>, PortError> {
        self.call("ListTasks", service)?;
        let tasks = self.with_story(service, |story| story.tasks.clone());
        Ok(tasks.unwrap_or_default())
    }

    async fn tasks(&self, _: &str, _: &[String]) -> Result<Vec<TaskState>, PortError> {
        self.call("DescribeTasks", "")?;
        Ok(self.one_off.tasks(self.clock.elapsed()))
    }
}

impl RunTasks for World {
    async fn run_task(&self, request: &Document) -> Result<Started, PortError> {
        self.call("RunTask", "")?;
        self.one_off.run(request, self.clock.elapsed())
    }

    async fn stop_task(&self, _: &str, task: &str, reason: &str) -> Result<(), PortError> {
        self.call("StopTask", crate::domain::service::tail(task))?;
        self.one_off.stop(task, reason);
        Ok(())
    }
}

impl ReadTargetHealth for World {
    async fn target_health(&self, group: &str) -> Result<Vec<TargetHealth>, PortError> {
        self.call("DescribeTargetHealth", crate::domain::service::tail(group))?;
        self.neighbours.target_health(group).await
    }
}

impl ReadAlarms for World {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, PortError> {
        self.call("DescribeAlarms", &names.join(","))?;
        self.neighbours.alarms(names).await
    }
}

impl ReadLogs for World {
    async fn log_tail(
        &self,
        _: Option<&str>,
        group: &str,
        stream: &str,
        lines: u32,
    ) -> Result<Vec<String>, PortError> {
        self.call("GetLogEvents", &format!("{group} {stream} {lines}"))?;
        let logs = self.logs.borrow();
        Ok(logs.get(stream).cloned().unwrap_or_default())
    }
}

impl ReadTaskDefinitions for World {
    async fn task_definition(
        &self,
        reference: &TaskDefinitionRef,
    ) -> Result<Option<Registered>, PortError> {
        self.call("DescribeTaskDefinition", &reference.to_string())?;
        let revision = reference.revision().map_or(1, u32::from);
        Ok((revision < 90).then(|| registered(revision, self.inactive.get())))
    }
}

impl RegisterTaskDefinitions for World {
    async fn register(&self, document: &Document) -> Result<Registered, PortError> {
        self.call("RegisterTaskDefinition", "")?;
        self.registered.borrow_mut().push(document.clone());
        Ok(registered(2, false))
    }
}

/// The task definition of the service, as ECS answers it.
pub(super) const TASK_DEFINITION: &str = r#"{
    "family": "web", "networkMode": "awsvpc",
    "containerDefinitions": [{
        "name": "web", "image": "r/web", "memory": 128, "portMappings": [{"containerPort": 80}],
        "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "w"}}
    }]
}"#;

fn registered(revision: u32, inactive: bool) -> Registered {
    let document = Document::parse(TASK_DEFINITION, "answer").unwrap();
    Registered {
        arn: definition(revision).parse().unwrap(),
        definition: TaskDefinition::from_document(document).unwrap(),
        is_active: !inactive,
    }
}

impl ReadScaling for World {
    async fn scalable_target(
        &self,
        resource: &ServiceResource,
    ) -> Result<Option<ScalableTarget>, PortError> {
        self.scaling.scalable_target(resource).await
    }

    async fn scalable_targets(&self) -> Result<Vec<ScalableTarget>, PortError> {
        self.scaling.scalable_targets().await
    }

    async fn target_lease(&self, arn: &str) -> Result<Option<String>, PortError> {
        self.scaling.target_lease(arn).await
    }

    async fn scheduled_actions(
        &self,
        resource: &ServiceResource,
    ) -> Result<Vec<ScheduledAction>, PortError> {
        self.scaling.scheduled_actions(resource).await
    }

    async fn scaled_service(
        &self,
        _: &ServiceResource,
    ) -> Result<Option<ScaledService>, PortError> {
        Ok(Some(ScaledService {
            desired_count: 2,
            is_deploying: false,
        }))
    }
}

impl WriteScaling for World {
    async fn set_suspended(
        &self,
        resource: &ServiceResource,
        state: SuspendedState,
    ) -> Result<(), PortError> {
        self.call(
            "RegisterScalableTarget",
            if state.scale_in { "on" } else { "off" },
        )?;
        self.scaling.set_suspended(resource, state).await
    }

    async fn write_target_lease(&self, arn: &str, text: &str) -> Result<(), PortError> {
        self.scaling.write_target_lease(arn, text).await
    }

    async fn remove_target_lease(&self, arn: &str) -> Result<(), PortError> {
        self.scaling.remove_target_lease(arn).await
    }
}

impl Clock for World {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Time passes at once, but others get their turn, so that a signal is noticed.
    async fn sleep(&self, time: Duration) {
        self.clock.sleep(time).await;
        yielded().await;
    }
}

impl Interruption for World {
    async fn interrupted(&self) -> Signal {
        poll_fn(|_| self.clock.signal().map_or(Poll::Pending, Poll::Ready)).await
    }

    fn signal(&self) -> Option<Signal> {
        self.clock.signal()
    }
}

impl Randomness for World {
    fn mark_key(&self) -> Option<MarkKey> {
        Some(MarkKey::new([7; KEY_BYTES]))
    }
}

keeps_its_files!(World);

impl Surroundings for World {
    fn variable(&self, name: &str) -> Option<String> {
        (name == "GITHUB_RUN_ID").then(|| "17".to_owned())
    }

    fn git_head(&self) -> Option<GitHead> {
        None
    }
}
