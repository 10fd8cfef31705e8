//! What ECS refuses in a task definition.
//!
//! The main refusals, so that a document that passes here has a fair chance in an account; not every rule ECS has.
//! Codes and most texts: public reports of `RegisterTaskDefinition` errors; the rest is the simulator's wording.

use std::collections::BTreeSet;

use super::size;
use super::{container_name, is_essential};
use crate::sim::ecs::refuse;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Refuses what ECS would refuse.
///
/// # Errors
/// `ClientException` with ECS's text.
pub(super) fn check(document: &Members) -> Result<(), Refusal> {
    family(members::text(document, "family").unwrap_or_default())?;
    let containers: Vec<&Members> = members::list(document, "containerDefinitions")
        .iter()
        .filter_map(serde_json::Value::as_object)
        .collect();
    names(&containers)?;
    for container in &containers {
        image(container)?;
        ports(document, container)?;
        mounts(document, container)?;
        environment(container)?;
    }
    dependencies(&containers)?;
    sizes(document, &containers)
}

fn family(family: &str) -> Result<(), Refusal> {
    if family.is_empty() {
        return Err(refuse::client("Family should not be null or empty."));
    }
    if !is_name(family) {
        return Err(refuse::client("Family contains invalid characters."));
    }
    Ok(())
}

/// 1 to 255 letters, digits, `_`, `-`.
fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn names(containers: &[&Members]) -> Result<(), Refusal> {
    if containers.is_empty() {
        return Err(refuse::client("Container list cannot be empty."));
    }
    if containers.len() > 10 {
        return Err(refuse::client(
            "The maximum number of containers in a task definition is 10.",
        ));
    }
    let mut seen = BTreeSet::new();
    for container in containers {
        let name = container_name(container);
        if name.is_empty() {
            return Err(refuse::client(
                "Container.name should not be null or empty.",
            ));
        }
        if !is_name(name) {
            return Err(refuse::client(
                "Container.name contains invalid characters.",
            ));
        }
        if !seen.insert(name) {
            return Err(refuse::client(format!(
                "Container names must be unique, found duplicate: {name}"
            )));
        }
    }
    if !containers.iter().any(|container| is_essential(container)) {
        return Err(refuse::client(
            "A task definition must have at least one essential container.",
        ));
    }
    Ok(())
}

fn image(container: &Members) -> Result<(), Refusal> {
    let image = members::text(container, "image").unwrap_or_default();
    if image.is_empty() {
        return Err(refuse::client(
            "Container.image should not be null or empty.",
        ));
    }
    let legal = image
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_:./#@".contains(&byte));
    let name = image.split('@').next().unwrap_or_default();
    if !legal || name.len() > 255 {
        return Err(refuse::client(
            "Container.image contains invalid characters.",
        ));
    }
    Ok(())
}

fn ports(document: &Members, container: &Members) -> Result<(), Refusal> {
    let mode = members::text(document, "networkMode");
    let mut seen = BTreeSet::new();
    for mapping in mappings(container) {
        let port = members::number(mapping, "containerPort");
        let host = members::number(mapping, "hostPort");
        if mode == Some("none") {
            return Err(refuse::client(
                "Port mappings are not allowed when networkMode=none.",
            ));
        }
        if port.is_some_and(|port| !(1..=65_535).contains(&port))
            || host.is_some_and(|port| !(0..=65_535).contains(&port))
        {
            return Err(refuse::client("Invalid port: it must be 1 to 65535."));
        }
        if matches!(mode, Some("awsvpc" | "host")) && host.is_some() && host != port {
            return Err(refuse::client(format!(
                "When networkMode={}, the host ports and container ports in port mappings must match.",
                mode.unwrap_or_default()
            )));
        }
        let protocol = members::text(mapping, "protocol").unwrap_or("tcp");
        if port.is_some() && !seen.insert((port, protocol.to_owned())) {
            return Err(refuse::client(format!(
                "The same container port is mapped twice in container '{}'.",
                container_name(container)
            )));
        }
    }
    Ok(())
}

fn mappings(container: &Members) -> impl Iterator<Item = &Members> {
    members::list(container, "portMappings")
        .iter()
        .filter_map(serde_json::Value::as_object)
}

fn mounts(document: &Members, container: &Members) -> Result<(), Refusal> {
    let volumes: BTreeSet<&str> = members::list(document, "volumes")
        .iter()
        .filter_map(serde_json::Value::as_object)
        .filter_map(|volume| members::text(volume, "name"))
        .collect();
    for mount in members::list(container, "mountPoints")
        .iter()
        .filter_map(serde_json::Value::as_object)
    {
        let volume = members::text(mount, "sourceVolume").unwrap_or_default();
        if !volume.is_empty() && !volumes.contains(volume) {
            return Err(refuse::client(format!("Unknown volume '{volume}'.")));
        }
    }
    Ok(())
}

/// A variable cannot be both plain and a secret.
fn environment(container: &Members) -> Result<(), Refusal> {
    let names = |list: &str| -> BTreeSet<String> {
        members::list(container, list)
            .iter()
            .filter_map(serde_json::Value::as_object)
            .filter_map(|entry| members::text(entry, "name"))
            .map(str::to_owned)
            .collect()
    };
    match names("environment").intersection(&names("secrets")).next() {
        Some(both) => Err(refuse::client(format!(
            "The secret name must be unique and not shared with any new or existing environment variables set on the \
             container, such as '{both}'."
        ))),
        None => Ok(()),
    }
}

fn dependencies(containers: &[&Members]) -> Result<(), Refusal> {
    let names: BTreeSet<&str> = containers
        .iter()
        .map(|container| container_name(container))
        .collect();
    for container in containers {
        let name = container_name(container);
        for dependency in members::list(container, "dependsOn")
            .iter()
            .filter_map(serde_json::Value::as_object)
        {
            let on = members::text(dependency, "containerName").unwrap_or_default();
            if on == name {
                return Err(refuse::client(format!(
                    "Container '{name}' cannot depend on itself."
                )));
            }
            if !names.contains(on) {
                return Err(refuse::client(format!(
                    "Container '{name}' depends on container '{on}', which does not exist in the task definition."
                )));
            }
        }
    }
    Ok(())
}

fn sizes(document: &Members, containers: &[&Members]) -> Result<(), Refusal> {
    let cpu = members::text(document, "cpu");
    let memory = members::text(document, "memory");
    let cpu_units = cpu.map(|text| {
        size::cpu_units(text).ok_or_else(|| refuse::client("Invalid 'cpu' setting for task."))
    });
    let memory_mib = memory.map(|text| {
        size::memory_mib(text).ok_or_else(|| refuse::client("Invalid 'memory' setting for task."))
    });
    let (cpu_units, memory_mib) = (cpu_units.transpose()?, memory_mib.transpose()?);
    if members::texts(document, "requiresCompatibilities").contains(&"FARGATE") {
        fargate(document, containers, cpu_units, memory_mib)?;
    }
    for container in containers {
        let hard = members::number(container, "memory");
        let soft = members::number(container, "memoryReservation");
        let name = container_name(container);
        if memory.is_none() && hard.is_none() && soft.is_none() {
            return Err(refuse::client(format!(
                "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be \
                 specified."
            )));
        }
        let above = |limit: Option<i64>| {
            limit.is_some_and(|limit| memory_mib.is_some_and(|task| limit > i64::from(task)))
        };
        if above(hard) || above(soft) {
            return Err(refuse::client(format!(
                "Invalid 'memory' setting for container '{name}': it is larger than the memory of the task."
            )));
        }
    }
    Ok(())
}

fn fargate(
    document: &Members,
    containers: &[&Members],
    cpu: Option<u32>,
    memory: Option<u32>,
) -> Result<(), Refusal> {
    if members::text(document, "networkMode") != Some("awsvpc") {
        return Err(refuse::client(
            "Fargate only supports network mode 'awsvpc'.",
        ));
    }
    let Some(cpu) = cpu else {
        return Err(refuse::client(
            "Fargate requires that 'cpu' be defined at the task level.",
        ));
    };
    let Some(memory) = memory else {
        return Err(refuse::client(
            "Fargate requires that 'memory' be defined at the task level.",
        ));
    };
    if !size::on_fargate(cpu, memory) {
        return Err(refuse::client(format!(
            "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS \
             documentation for the valid values."
        )));
    }
    if members::given(document, "executionRoleArn") {
        return Ok(());
    }
    for container in containers {
        let driver = members::object(container, "logConfiguration")
            .and_then(|log| members::text(log, "logDriver"));
        if driver == Some("awslogs") {
            return Err(refuse::client(
                "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
            ));
        }
        let image = members::text(container, "image").unwrap_or_default();
        if image.contains(".dkr.ecr.") {
            return Err(refuse::client(
                "Fargate requires task definition to have execution role ARN to support ECR images.",
            ));
        }
        if !members::list(container, "secrets").is_empty() {
            return Err(refuse::client(
                "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(change: impl Fn(&mut Value)) -> String {
        let mut document = json!({
            "family": "web",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
            "containerDefinitions": [{"name": "web", "image": "web:1"}],
        });
        change(&mut document);
        match check(document.as_object().unwrap()) {
            Ok(()) => String::new(),
            Err(refusal) => {
                assert_eq!(refusal.code, "ClientException");
                refusal.message
            }
        }
    }

    #[test]
    fn a_good_definition_passes() {
        assert_eq!(refused(|_| ()), "");
        assert_eq!(refused(|document| document["cpu"] = json!(".25 vCPU")), "");
    }

    #[test]
    fn a_pair_fargate_does_not_have_is_refused_with_the_text_of_ecs() {
        let message = refused(|document| document["memory"] = json!("8 GB"));
        assert!(message.starts_with("No Fargate configuration exists for given values"));
    }

    #[test]
    fn duplicate_container_names_are_refused() {
        let message = refused(|document| {
            document["containerDefinitions"] =
                json!([{"name": "a", "image": "x"}, {"name": "a", "image": "y"}]);
        });
        assert!(message.contains("unique"), "{message}");
    }

    #[test]
    fn a_definition_without_an_essential_container_is_refused() {
        let message =
            refused(|document| document["containerDefinitions"][0]["essential"] = json!(false));
        assert!(message.contains("essential"), "{message}");
    }

    #[test]
    fn a_dependency_on_an_unknown_container_is_refused() {
        let message = refused(|document| {
            document["containerDefinitions"][0]["dependsOn"] =
                json!([{"containerName": "router", "condition": "START"}]);
        });
        assert!(message.contains("'router'"), "{message}");
    }

    #[test]
    fn without_a_task_size_each_container_needs_a_memory_limit() {
        let message = refused(|document| {
            document.as_object_mut().unwrap().shift_remove("memory");
            document.as_object_mut().unwrap().shift_remove("cpu");
            document["requiresCompatibilities"] = json!(["EC2"]);
        });
        assert!(
            message.contains("At least one of 'memory' or 'memoryReservation'"),
            "{message}"
        );
    }

    #[test]
    fn a_host_port_unlike_its_container_port_is_refused_with_awsvpc() {
        let message = refused(|document| {
            document["containerDefinitions"][0]["portMappings"] =
                json!([{"containerPort": 80, "hostPort": 8080}]);
        });
        assert!(message.contains("must match"), "{message}");
    }

    #[test]
    fn a_name_that_is_variable_and_secret_is_refused() {
        let message = refused(|document| {
            document["containerDefinitions"][0]["environment"] =
                json!([{"name": "KEY", "value": "hush"}]);
            document["containerDefinitions"][0]["secrets"] =
                json!([{"name": "KEY", "valueFrom": "arn"}]);
        });
        assert!(
            message.contains("'KEY'") && !message.contains("hush"),
            "{message}"
        );
    }
}
