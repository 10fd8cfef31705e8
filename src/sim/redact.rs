//! Takes what may be secret out of a request before it is written down: values are replaced, names stay. Not a
//! search for secrets: it knows the places where the APIs carry them.

use serde_json::Value;

use crate::sim::members::Members;

const REPLACED: &str = "[redacted]";

/// The members whose every string below is replaced, with the names kept.
const SECRET: [&str; 6] = [
    "options",
    "driverOpts",
    "hookDetails",
    "WebIdentityToken",
    "TokenCode",
    "clientToken",
];

/// The members that hold a list of name and value pairs, whose values are replaced.
const PAIRS: [&str; 2] = ["environment", "secretOptions"];

/// The same request without its secrets: environment values, log and volume driver options, the commands of
/// overrides, tokens, the messages of log events.
pub(crate) fn redact(input: &Members) -> Value {
    Value::Object(
        input
            .iter()
            .map(|(name, value)| (name.clone(), member(name, value)))
            .collect(),
    )
}

fn member(name: &str, value: &Value) -> Value {
    match value {
        _ if SECRET.contains(&name) => all(value),
        Value::Array(items) if PAIRS.contains(&name) => items.iter().map(pair).collect(),
        Value::Array(items) if name == "logEvents" => items.iter().map(all).collect(),
        Value::Array(items) if name == "containerOverrides" => {
            items.iter().map(container_override).collect()
        }
        Value::Array(items) => items.iter().map(|item| member("", item)).collect(),
        Value::Object(members) => redact(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn pair(item: &Value) -> Value {
    match item {
        Value::Object(members) => {
            let kept = |name: &str| name == "name" || name == "type";
            members
                .iter()
                .map(|(name, value)| {
                    (
                        name.clone(),
                        if kept(name) {
                            value.clone()
                        } else {
                            all(value)
                        },
                    )
                })
                .collect()
        }
        other => all(other),
    }
}

/// Of what a task's container is to do differently, the name of the container and of what is different.
fn container_override(item: &Value) -> Value {
    match item {
        Value::Object(members) => {
            let shown = |(name, value): (&String, &Value)| match name.as_str() {
                "name" => (name.clone(), value.clone()),
                "environment" => (name.clone(), member(name, value)),
                _ => (name.clone(), all(value)),
            };
            members.iter().map(shown).collect()
        }
        other => all(other),
    }
}

/// Every string and number below, replaced.
fn all(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), all(value)))
            .collect(),
        Value::Array(items) => items.iter().map(all).collect(),
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) | Value::String(_) => Value::from(REPLACED),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redacted(value: &Value) -> Value {
        redact(value.as_object().unwrap())
    }

    #[test]
    fn values_of_a_task_definition_are_replaced_and_names_stay() {
        let input = json!({"family": "web", "containerDefinitions": [{
            "name": "web", "image": "nginx",
            "environment": [{"name": "TOKEN", "value": "s3cret"}],
            "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "s3cret"},
                "secretOptions": [{"name": "key", "valueFrom": "arn:s3cret"}]},
        }], "volumes": [{"dockerVolumeConfiguration": {"driverOpts": {"password": "s3cret"}}}]});
        let shown = redacted(&input);
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        let container = &shown["containerDefinitions"][0];
        assert_eq!(container["image"], "nginx");
        assert_eq!(
            container["environment"],
            json!([{"name": "TOKEN", "value": "[redacted]"}])
        );
        assert_eq!(
            container["logConfiguration"]["options"],
            json!({"splunk-token": "[redacted]"})
        );
    }

    #[test]
    fn overrides_show_what_is_different_and_not_how() {
        let input = json!({"overrides": {"containerOverrides": [{
            "name": "web", "command": ["--password", "s3cret"], "environment": [{"name": "A", "value": "s3cret"}],
        }]}});
        assert_eq!(
            redacted(&input),
            json!({"overrides": {"containerOverrides": [{
                "name": "web", "command": ["[redacted]", "[redacted]"],
                "environment": [{"name": "A", "value": "[redacted]"}],
            }]}})
        );
    }

    #[test]
    fn tokens_and_log_messages_are_replaced() {
        let input = json!({"WebIdentityToken": "s3cret", "logEvents": [{"timestamp": 1, "message": "s3cret"}]});
        assert!(!redacted(&input).to_string().contains("s3cret"));
    }

    #[test]
    fn environment_in_another_form_shows_nothing() {
        let shown = redacted(
            &json!({"environment": ["A=s3cret", {"name": "A", "value": {"x": "s3cret"}}]}),
        );
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
    }
}
