//! A task as ECS answers it (API shape `Task`).

use serde_json::{Value, json};

use super::{Container, ContainerState, Disk, Interface, Owner, Status, Task, override_of};
use crate::sim::ecs::arn;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// One element of `tasks`.
pub(in crate::sim::ecs) fn described(task: &Task, with_tags: bool) -> Value {
    let fargate = task.placement.launch_type == "FARGATE";
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    let attachments = task
        .interface
        .as_ref()
        .map(|interface| attachment(task, interface));
    let disks = task.disks.iter().map(|disk| disk_attachment(task, disk));
    put(
        "attachments",
        attachments.into_iter().chain(disks).collect(),
    );
    put(
        "attributes",
        json!([{"name": "ecs.cpu-architecture", "value": "x86_64"}]),
    );
    put("availabilityZone", json!(zone(task)));
    put("capacityProviderName", json!(task.placement.provider));
    put("clusterArn", json!(arn::cluster(&task.cluster)));
    if task.times.connected.is_some() {
        put("connectivity", json!("CONNECTED"));
    }
    put("connectivityAt", moment(task.times.connected));
    if !fargate {
        put(
            "containerInstanceArn",
            json!(arn::container_instance(&task.cluster)),
        );
    }
    let containers = task
        .containers
        .iter()
        .map(|container| describe_container(task, container));
    put("containers", containers.collect());
    put("cpu", json!(task.size.0));
    put("createdAt", task.times.created.epoch_seconds());
    put(
        "desiredStatus",
        json!(if task.condemned { "STOPPED" } else { "RUNNING" }),
    );
    put(
        "enableExecuteCommand",
        json!(task.placement.execute_command),
    );
    put("executionStoppedAt", moment(task.times.execution_stopped));
    put("group", json!(group(task)));
    put("healthStatus", json!(health(task)));
    put("lastStatus", json!(task.status.name()));
    put("launchType", json!(task.placement.launch_type));
    put("memory", json!(task.size.1));
    put("overrides", overrides(task));
    put("platformVersion", json!(task.placement.platform));
    if fargate {
        put("platformFamily", json!("Linux"));
        put("ephemeralStorage", json!({"sizeInGiB": 20}));
        put("fargateEphemeralStorage", json!({"sizeInGiB": 20}));
    }
    put("pullStartedAt", moment(task.times.pull_started));
    put("pullStoppedAt", moment(task.times.pull_stopped));
    put("startedAt", moment(task.times.started));
    put("startedBy", json!(task.started_by()));
    if let Some(end) = &task.end {
        put("stopCode", json!(end.code.name()));
        put("stoppedReason", json!(end.reason));
    }
    put("stoppedAt", moment(task.times.stopped));
    put("stoppingAt", moment(task.times.stopping));
    put(
        "tags",
        if with_tags {
            task.tags.answer()
        } else {
            json!([])
        },
    );
    put("taskArn", json!(task.arn()));
    put("taskDefinitionArn", json!(task.definition));
    put("version", json!(task.version));
    Value::Object(out)
}

fn moment(at: Option<Moment>) -> Value {
    at.map_or(Value::Null, Moment::epoch_seconds)
}

fn group(task: &Task) -> String {
    match &task.owner {
        Owner::Service { name, .. } => format!("service:{name}"),
        Owner::Caller { group, .. } => group.clone(),
    }
}

/// One of two zones, always the same one for a task.
fn zone(task: &Task) -> String {
    let letter = match task.id.as_bytes().last() {
        Some(byte) if byte % 2 == 1 => 'b',
        _ => 'a',
    };
    format!("{}{letter}", crate::sim::cloud::REGION)
}

/// `healthStatus`: UNKNOWN without a container health check, and until it has an answer.
fn health(task: &Task) -> &'static str {
    let checked = task
        .containers
        .iter()
        .any(|container| container.has_health_check);
    match (checked, task.healthy, task.end.as_ref()) {
        (true, true, None) => "HEALTHY",
        (true, _, Some(end)) if end.reason == "Task failed container health checks" => "UNHEALTHY",
        _ => "UNKNOWN",
    }
}

fn attached(task: &Task) -> &'static str {
    match task.status {
        Status::Provisioning => "PRECREATED",
        Status::Pending
        | Status::Activating
        | Status::Running
        | Status::Deactivating
        | Status::Stopping => "ATTACHED",
        Status::Deprovisioning | Status::Stopped => "DELETED",
    }
}

fn disk_attachment(task: &Task, disk: &Disk) -> Value {
    let mut details = vec![json!({"name": "volumeName", "value": disk.volume})];
    if task.status != Status::Provisioning {
        details.push(json!({"name": "volumeId", "value": disk.id}));
    }
    json!({
        "id": disk.attachment,
        "type": "AmazonElasticBlockStorage",
        "status": attached(task),
        "details": details,
    })
}

fn attachment(task: &Task, interface: &Interface) -> Value {
    let mut details = vec![json!({"name": "subnetId", "value": interface.subnet})];
    if task.status != Status::Provisioning {
        details.push(json!({"name": "networkInterfaceId", "value": interface.eni}));
        details.push(json!({"name": "macAddress", "value": interface.mac}));
        details.push(json!({"name": "privateIPv4Address", "value": interface.address}));
    }
    json!({
        "id": interface.attachment,
        "type": "ElasticNetworkInterface",
        "status": attached(task),
        "details": details,
    })
}

fn describe_container(task: &Task, container: &Container) -> Value {
    let mut out = Members::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("containerArn", json!(container.arn));
    put("taskArn", json!(task.arn()));
    put("name", json!(container.name));
    put("image", json!(container.image));
    if task.times.pull_stopped.is_some() {
        put("imageDigest", json!(container.digest));
    }
    put("runtimeId", json!(container.runtime_id));
    put("lastStatus", json!(container.state.name()));
    put("exitCode", json!(container.exit_code));
    put("reason", json!(container.reason));
    put("networkBindings", bindings(task, container));
    let interface = task
        .interface
        .as_ref()
        .filter(|_| task.status != Status::Provisioning);
    let interfaces = interface.map(|interface| {
        json!({"attachmentId": interface.attachment, "privateIpv4Address": interface.address})
    });
    put("networkInterfaces", interfaces.into_iter().collect());
    let healthy = match (container.has_health_check, health(task)) {
        (true, status) => status,
        (false, _) => "UNKNOWN",
    };
    put("healthStatus", json!(healthy));
    let (cpu, memory, reservation) = container.limits;
    put("cpu", json!(cpu.to_string()));
    put("memory", json!(memory.map(|limit| limit.to_string())));
    put(
        "memoryReservation",
        json!(reservation.map(|limit| limit.to_string())),
    );
    Value::Object(out)
}

/// Host ports of bridge and host mode; with awsvpc there are none.
fn bindings(task: &Task, container: &Container) -> Value {
    if task.interface.is_some() || container.state != ContainerState::Running {
        return json!([]);
    }
    let binding = |port: &i64| json!({"bindIP": "0.0.0.0", "containerPort": port, "hostPort": 32_768 + port % 1000, "protocol": "tcp"});
    container.ports.iter().map(binding).collect()
}

/// Every container has an entry, as ECS answers it, with what was overridden.
fn overrides(task: &Task) -> Value {
    let mut out = task.overrides.clone();
    let containers = task.containers.iter().map(|container| {
        override_of(&task.overrides, &container.name)
            .cloned()
            .map_or_else(|| json!({"name": container.name}), Value::Object)
    });
    out.insert("containerOverrides".to_owned(), containers.collect());
    if !members::given(&out, "inferenceAcceleratorOverrides") {
        out.insert("inferenceAcceleratorOverrides".to_owned(), json!([]));
    }
    Value::Object(out)
}
