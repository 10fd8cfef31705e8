//! A service as ECS answers it (API shapes `Service`, `Deployment`, `TaskSet`).

use serde_json::{Value, json};

use super::{Controller, Deployment, ForeignOwner, RolloutState, Service, ServiceStatus};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::arn;
use crate::sim::ecs::task::{Placement, Task, Tasks};
use crate::sim::ecs::task_sets;
use crate::sim::members::{self, Members};

/// Settings a service is answered with as they are.
const SHOWN: [&str; 14] = [
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "taskDefinition",
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "propagateTags",
    "availabilityZoneRebalancing",
];

/// Settings each deployment is answered with.
const OF_DEPLOYMENT: [&str; 6] = [
    "launchType",
    "capacityProviderStrategy",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// One element of `services`.
pub(in crate::sim::ecs) fn described(
    service: &Service,
    tasks: &Tasks,
    around: &Cloud,
    with_tags: bool,
) -> Value {
    let own = || of(service, tasks, None);
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("serviceArn", service.arn().into());
    put("serviceName", service.name.as_str().into());
    put("clusterArn", arn::cluster(&service.cluster).into());
    put("status", service.status.name().into());
    put("desiredCount", service.desired.into());
    put(
        "runningCount",
        own().filter(|task| task.is_running()).count().into(),
    );
    put(
        "pendingCount",
        own().filter(|task| task.is_pending()).count().into(),
    );
    for name in SHOWN {
        put(
            name,
            service.settings.get(name).cloned().unwrap_or_default(),
        );
    }
    if Placement::read(&service.settings).launch_type == "FARGATE" {
        put("platformFamily", "Linux".into());
    }
    let entries = || service.deployments.iter().enumerate();
    let (sets, deployments): (Value, Value) = match service.controller {
        Controller::Ecs => (
            Value::Null,
            entries()
                .map(|(at, entry)| deployment(service, tasks, at, entry))
                .collect(),
        ),
        Controller::CodeDeploy => (
            entries()
                .map(|(_, entry)| task_set(service, tasks, entry))
                .collect(),
            json!([]),
        ),
    };
    let (sets, deployments) = match service.owner {
        Some(ForeignOwner::Program) => (json!([]), json!([])),
        Some(ForeignOwner::Express) | None => (sets, deployments),
    };
    put("taskSets", sets);
    put("deployments", deployments);
    put("roleArn", role().into());
    let event = |event: &super::Event| json!({"id": event.id, "createdAt": event.created.epoch_seconds(), "message": event.message});
    put("events", service.events.iter().map(event).collect());
    put("createdAt", service.created.epoch_seconds());
    current(service, tasks, around, &mut put);
    put("schedulingStrategy", "REPLICA".into());
    let controller = match service.owner {
        Some(ForeignOwner::Program) => "EXTERNAL",
        Some(ForeignOwner::Express) | None => service.controller.name(),
    };
    put("deploymentController", json!({ "type": controller }));
    if service.owner == Some(ForeignOwner::Express) {
        put("resourceManagementType", "ECS".into());
    }
    put("createdBy", arn::caller().into());
    put(
        "enableExecuteCommand",
        members::flag(&service.settings, "enableExecuteCommand")
            .unwrap_or(false)
            .into(),
    );
    if with_tags {
        put("tags", service.tags.answer());
    }
    Value::Object(out)
}

/// `currentServiceDeployment` and `currentServiceRevisions`. The first is as stale as the lists of service deployments.
fn current(service: &Service, tasks: &Tasks, around: &Cloud, put: &mut impl FnMut(&str, Value)) {
    let visible = service
        .rollouts
        .iter()
        .rev()
        .find(|rollout| rollout.created.plus(around.rules.deployment_lag) <= around.now);
    if let Some(rollout) = visible {
        put(
            "currentServiceDeployment",
            arn::service_deployment(&service.cluster, &service.name, &rollout.id).into(),
        );
    }
    if service.controller == Controller::CodeDeploy || service.status == ServiceStatus::Inactive {
        return;
    }
    let revisions = service.deployments.iter().enumerate().map(|(at, entry)| {
        let own = || of(service, tasks, Some(&entry.number));
        json!({
            "arn": arn::service_revision(&service.cluster, &service.name, &entry.number),
            "requestedTaskCount": desired(service, tasks, at, entry),
            "runningTaskCount": own().filter(|task| task.is_running()).count(),
            "pendingTaskCount": own().filter(|task| task.is_pending()).count(),
        })
    });
    put("currentServiceRevisions", revisions.collect());
}

fn of<'a>(
    service: &'a Service,
    tasks: &'a Tasks,
    number: Option<&'a str>,
) -> impl Iterator<Item = &'a Task> {
    tasks
        .values()
        .filter(move |task| task.belongs_to(&service.cluster, &service.name, number))
}

/// The PRIMARY deployment wants what the service wants; one that is being replaced, what it still has.
fn desired(service: &Service, tasks: &Tasks, at: usize, entry: &Deployment) -> usize {
    let wanted = usize::try_from(service.desired).unwrap_or(usize::MAX);
    if at == 0 && entry.state != RolloutState::Failed {
        return wanted;
    }
    of(service, tasks, Some(&entry.number))
        .filter(|task| task.is_live())
        .count()
}

fn deployment(service: &Service, tasks: &Tasks, at: usize, entry: &Deployment) -> Value {
    let own = || of(service, tasks, Some(&entry.number));
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    let revision = service.revision(&entry.number);
    put("id", format!("ecs-svc/{}", entry.number).into());
    put("status", if at == 0 { "PRIMARY" } else { "ACTIVE" }.into());
    put(
        "taskDefinition",
        revision
            .map_or("", |revision| revision.task_definition())
            .into(),
    );
    put("desiredCount", desired(service, tasks, at, entry).into());
    put(
        "pendingCount",
        own().filter(|task| task.is_pending()).count().into(),
    );
    put(
        "runningCount",
        own().filter(|task| task.is_running()).count().into(),
    );
    put("failedTasks", entry.failed.into());
    put("createdAt", entry.created.epoch_seconds());
    put("updatedAt", entry.updated.epoch_seconds());
    if let Some(revision) = revision {
        for name in OF_DEPLOYMENT {
            if let Some(value) = revision.settings.get(name) {
                put(name, value.clone());
            }
        }
        if let Some(platform) = Placement::read(&revision.settings).platform {
            put("platformVersion", platform.into());
            put("platformFamily", "Linux".into());
        }
    }
    put("rolloutState", entry.state.name().into());
    put("rolloutStateReason", entry.reason.as_str().into());
    Value::Object(out)
}

/// With `CODE_DEPLOY` a service has task sets and no deployments.
fn task_set(service: &Service, tasks: &Tasks, entry: &Deployment) -> Value {
    let own = || of(service, tasks, Some(&entry.number));
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    put("id", format!("ecs-svc/{}", entry.number).into());
    put(
        "taskSetArn",
        arn::task_set(&service.cluster, &service.name, &entry.number).into(),
    );
    put("serviceArn", service.arn().into());
    put("clusterArn", arn::cluster(&service.cluster).into());
    put("startedBy", "CODE_DEPLOY".into());
    if let Some(deployment) = &entry.set.external {
        put("externalId", deployment.as_str().into());
    }
    put("status", task_sets::status(service, entry).into());
    if let Some(revision) = service.revision(&entry.number) {
        put("taskDefinition", revision.task_definition().into());
        for name in [
            "launchType",
            "capacityProviderStrategy",
            "networkConfiguration",
            "loadBalancers",
        ] {
            if let Some(value) = revision.settings.get(name) {
                put(name, value.clone());
            }
        }
        if let Some(platform) = Placement::read(&revision.settings).platform {
            put("platformVersion", platform.into());
            put("platformFamily", "Linux".into());
        }
    }
    put(
        "computedDesiredCount",
        task_sets::wanted(service, entry).into(),
    );
    put(
        "pendingCount",
        own().filter(|task| task.is_pending()).count().into(),
    );
    put(
        "runningCount",
        own().filter(|task| task.is_running()).count().into(),
    );
    put("createdAt", entry.created.epoch_seconds());
    put("updatedAt", entry.updated.epoch_seconds());
    let scale = if entry.set.draining { 0.0 } else { 100.0 };
    put("scale", json!({"value": scale, "unit": "PERCENT"}));
    let steady = entry.set.steady_since;
    let stable = if steady.is_some() {
        "STEADY_STATE"
    } else {
        "STABILIZING"
    };
    put("stabilityStatus", stable.into());
    put(
        "stabilityStatusAt",
        steady.unwrap_or(entry.updated).epoch_seconds(),
    );
    Value::Object(out)
}

/// The service-linked role.
fn role() -> String {
    let account = crate::sim::cloud::ACCOUNT;
    format!("arn:aws:iam::{account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
}
