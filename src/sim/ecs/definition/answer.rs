//! A task definition as ECS answers it: what was sent, with the defaults ECS fills in.
//!
//! Member order and unknown members stay as sent; ECS's own additions come after them. Which defaults appear is
//! practitioner knowledge (marked K in the reference), not written in the API model.

use serde_json::{Value, json};

use super::{Definition, size};
use crate::sim::ecs::arn;
use crate::sim::members::{self, Members};

/// The `taskDefinition` member of an answer.
pub(in crate::sim::ecs) fn described(definition: &Definition) -> Value {
    let mut out = Members::new();
    out.insert("taskDefinitionArn".to_owned(), definition.arn().into());
    for (name, value) in &definition.document {
        out.insert(name.clone(), value.clone());
    }
    normalize(&mut out, "cpu", size::cpu_units);
    normalize(&mut out, "memory", size::memory_mib);
    let mode = members::text(&definition.document, "networkMode").map(str::to_owned);
    if let Some(Value::Array(containers)) = out.get_mut("containerDefinitions") {
        for container in containers.iter_mut().filter_map(Value::as_object_mut) {
            fill_container(container, mode.as_deref());
        }
    }
    for list in ["volumes", "placementConstraints"] {
        default(&mut out, list, json!([]));
    }
    out.insert("revision".to_owned(), definition.revision.into());
    out.insert("status".to_owned(), definition.status().into());
    out.insert("requiresAttributes".to_owned(), attributes(definition));
    out.insert(
        "compatibilities".to_owned(),
        json!(compatibilities(definition)),
    );
    out.insert(
        "registeredAt".to_owned(),
        definition.registered.epoch_seconds(),
    );
    if let Some(when) = definition.deregistered {
        out.insert("deregisteredAt".to_owned(), when.epoch_seconds());
    }
    out.insert("registeredBy".to_owned(), arn::caller().into());
    Value::Object(out)
}

/// A size in words comes back as a plain number in a text.
fn normalize(out: &mut Members, name: &str, read: fn(&str) -> Option<u32>) {
    if let Some(Value::String(text)) = out.get_mut(name)
        && let Some(number) = read(text)
    {
        *text = number.to_string();
    }
}

fn default(members: &mut Members, name: &str, value: Value) {
    if !members::given(members, name) {
        members.insert(name.to_owned(), value);
    }
}

fn fill_container(container: &mut Members, mode: Option<&str>) {
    default(container, "cpu", json!(0));
    for list in [
        "portMappings",
        "environment",
        "mountPoints",
        "volumesFrom",
        "systemControls",
    ] {
        default(container, list, json!([]));
    }
    default(container, "essential", json!(true));
    if let Some(Value::Array(mappings)) = container.get_mut("portMappings") {
        for mapping in mappings.iter_mut().filter_map(Value::as_object_mut) {
            if !members::given(mapping, "containerPortRange") {
                let host = match mode {
                    Some("awsvpc" | "host") => mapping.get("containerPort").cloned(),
                    _ => Some(json!(0)),
                };
                if let Some(host) = host {
                    default(mapping, "hostPort", host);
                }
            }
            default(mapping, "protocol", json!("tcp"));
        }
    }
}

/// What the definition needs of the place it runs on: the capabilities that follow plainly from its members.
fn attributes(definition: &Definition) -> Value {
    let mut names = vec!["com.amazonaws.ecs.capability.docker-remote-api.1.18"];
    let document = &definition.document;
    if definition.awsvpc() {
        names.push("ecs.capability.task-eni");
    }
    if members::given(document, "taskRoleArn") {
        names.push("com.amazonaws.ecs.capability.task-iam-role");
    }
    let secrets = |part: &str| {
        definition.containers().any(|container| {
            members::list(container, "secrets")
                .iter()
                .filter_map(Value::as_object)
                .filter_map(|secret| members::text(secret, "valueFrom"))
                .any(|from| from.contains(":secretsmanager:") == (part == "asm"))
        })
    };
    if secrets("ssm") {
        names.push("ecs.capability.secrets.ssm.environment-variables");
    }
    if secrets("asm") {
        names.push("ecs.capability.secrets.asm.environment-variables");
    }
    let driver = |name: &str| {
        definition.containers().any(|container| {
            members::object(container, "logConfiguration")
                .and_then(|log| members::text(log, "logDriver"))
                == Some(name)
        })
    };
    if driver("awslogs") {
        names.push("com.amazonaws.ecs.capability.logging-driver.awslogs");
        if members::given(document, "executionRoleArn") {
            names.push("ecs.capability.execution-role-awslogs");
        }
    }
    if driver("awsfirelens") {
        names.push("ecs.capability.logging-driver.awsfirelens");
    }
    names
        .into_iter()
        .map(|name| json!({ "name": name }))
        .collect()
}

/// Where its tasks can run.
pub(super) fn compatibilities(definition: &Definition) -> Vec<&str> {
    let document = &definition.document;
    let mut names = vec!["EC2"];
    let sized = members::text(document, "cpu")
        .and_then(size::cpu_units)
        .zip(members::text(document, "memory").and_then(size::memory_mib))
        .is_some_and(|(cpu, memory)| size::on_fargate(cpu, memory));
    if definition.awsvpc() && sized {
        names.push("FARGATE");
    }
    for asked in members::texts(document, "requiresCompatibilities") {
        if !names.contains(&asked) {
            names.push(asked);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ecs::tags::Tags;
    use crate::sim::moment::Moment;

    fn answer(document: &str) -> Value {
        let document: Value = serde_json::from_str(document).unwrap();
        described(&Definition {
            family: "web".to_owned(),
            revision: 7,
            document: document.as_object().cloned().unwrap(),
            tags: Tags::default(),
            registered: Moment::from_millis(1_700_000_000_000),
            deregistered: None,
        })
    }

    #[test]
    fn what_was_sent_comes_back_in_its_order_with_unknown_members_and_exact_numbers() {
        let out = answer(
            r#"{"family":"web","zebra":{"n":12345678901234567890},"containerDefinitions":[{"image":"i","name":"web","shape":"round"}]}"#,
        );
        let keys: Vec<&str> = out
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys[..4],
            [
                "taskDefinitionArn",
                "family",
                "zebra",
                "containerDefinitions"
            ]
        );
        assert_eq!(out["zebra"]["n"].to_string(), "12345678901234567890");
        assert_eq!(out["containerDefinitions"][0]["shape"], "round");
    }

    #[test]
    fn the_defaults_of_ecs_are_filled_in() {
        let out = answer(
            r#"{"networkMode":"awsvpc","cpu":"1 vCPU","memory":"2 GB","containerDefinitions":[{"name":"web","portMappings":[{"containerPort":80}]}]}"#,
        );
        let container = &out["containerDefinitions"][0];
        assert_eq!(container["cpu"], 0);
        assert_eq!(container["essential"], true);
        assert_eq!(container["environment"], json!([]));
        assert_eq!(
            container["portMappings"],
            json!([{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}])
        );
        assert_eq!(
            (out["cpu"].as_str(), out["memory"].as_str()),
            (Some("1024"), Some("2048"))
        );
        assert_eq!(out["compatibilities"], json!(["EC2", "FARGATE"]));
        assert_eq!(out["volumes"], json!([]));
    }

    #[test]
    fn in_bridge_mode_a_missing_host_port_is_dynamic() {
        let out = answer(
            r#"{"networkMode":"bridge","containerDefinitions":[{"portMappings":[{"containerPort":80}]}]}"#,
        );
        assert_eq!(
            out["containerDefinitions"][0]["portMappings"][0]["hostPort"],
            0
        );
    }
}
