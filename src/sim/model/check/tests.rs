//! What the walk finds, and what it lets pass.

use serde_json::json;

use super::*;
use crate::sim::model::{Known, Models};
use crate::sim::service::Service;

fn findings(service: Service, operation: &str, side: Side, value: &Value) -> Vec<String> {
    let models = Models::shared();
    let model = models.of(service).unwrap();
    let Known::Modelled(operation) = model.operation(operation) else {
        panic!("{operation} is not modelled")
    };
    let shape = match side {
        Side::Request | Side::OpenRequest => &operation.input,
        Side::Answer | Side::OpenAnswer => &operation.output,
    };
    members(model, shape.as_deref(), value.as_object().unwrap(), side)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn register(value: &Value) -> Vec<String> {
    findings(Service::Ecs, "RegisterTaskDefinition", Side::Request, value)
}

#[test]
fn a_request_as_the_model_has_it_passes() {
    let request = json!({
        "family": "web", "cpu": "256", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "web", "image": "nginx", "essential": true, "memory": 128,
            "environment": [{"name": "A", "value": ""}], "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}}],
        "tags": [{"key": "team", "value": "a"}], "taskRoleArn": null,
    });
    assert_eq!(register(&request), Vec::<String>::new());
}

#[test]
fn an_unknown_member_is_found_at_any_depth() {
    let request = json!({"family": "web", "containerDefinitions": [{"name": "a", "dependsOn": [{"container": "b"}]}]});
    assert_eq!(
        register(&request),
        [
            "Value at 'containerDefinitions.1.member.dependsOn.1.member.containerName' failed to satisfy constraint: \
             Member must not be null",
            "Value at 'containerDefinitions.1.member.dependsOn.1.member.condition' failed to satisfy constraint: \
             Member must not be null",
            "Unknown member at 'containerDefinitions.1.member.dependsOn.1.member.container'",
        ]
    );
}

#[test]
fn a_wrong_type_is_found_without_its_value() {
    let request = json!({"family": "web", "cpu": 256, "containerDefinitions": [{"environment": [{"value": 12345}]}]});
    assert_eq!(
        register(&request),
        [
            "Value at 'cpu' must be a string",
            "Value at 'containerDefinitions.1.member.environment.1.member.value' must be a string",
        ]
    );
}

#[test]
fn a_number_that_does_not_fit_or_is_not_whole_is_found() {
    for number in ["2147483648", "1.5", "1e3"] {
        let text = format!(r#"{{"family":"w","containerDefinitions":[{{"memory":{number}}}]}}"#);
        let found = register(&serde_json::from_str(&text).unwrap());
        assert_eq!(
            found,
            ["Value at 'containerDefinitions.1.member.memory' must be a whole number of 32 bits"],
            "{number}"
        );
    }
}

#[test]
fn a_value_outside_an_enumeration_is_found_with_the_ones_that_exist() {
    let request = json!({"family": "web", "containerDefinitions": [], "networkMode": "vpc"});
    assert_eq!(
        register(&request),
        [
            "Value at 'networkMode' failed to satisfy constraint: Member must satisfy enum value set: \
          [bridge, host, awsvpc, none]"
        ]
    );
}

#[test]
fn lengths_and_forms_are_checked_in_requests_alone() {
    let long = "k".repeat(129);
    let request = json!({"family": "web", "containerDefinitions": [], "tags": [{"key": long}]});
    assert_eq!(register(&request).len(), 1);
    let answer = json!({"tags": [{"key": long}]});
    assert_eq!(
        findings(
            Service::Ecs,
            "DescribeTaskDefinition",
            Side::Answer,
            &answer
        ),
        Vec::<String>::new()
    );
    let request = json!({"repositoryName": "Web"});
    assert_eq!(
        findings(Service::Ecr, "ListImages", Side::Request, &request).len(),
        1
    );
}

#[test]
fn an_open_request_lets_unknown_members_pass_and_nothing_else() {
    let request = json!({"family": 1, "containerDefinitions": [{"newest": {"a": 1}}], "newer": 2});
    let found = findings(
        Service::Ecs,
        "RegisterTaskDefinition",
        Side::OpenRequest,
        &request,
    );
    assert_eq!(found, ["Value at 'family' must be a string"]);
}

#[test]
fn an_open_answer_is_open_in_its_task_definition_only() {
    let answer = json!({"taskDefinition": {"newer": 2}, "newer": 2});
    let found = findings(
        Service::Ecs,
        "DescribeTaskDefinition",
        Side::OpenAnswer,
        &answer,
    );
    assert_eq!(found, ["Unknown member at 'newer'"]);
}

#[test]
fn an_answer_with_a_null_or_an_empty_enumeration_value_is_found() {
    let answer = json!({"services": [{"status": null, "launchType": ""}]});
    assert_eq!(
        findings(Service::Ecs, "DescribeServices", Side::Answer, &answer).len(),
        2
    );
}

#[test]
fn an_operation_without_input_takes_no_members() {
    assert_eq!(
        findings(
            Service::Sts,
            "GetCallerIdentity",
            Side::Request,
            &json!({"A": 1})
        ),
        ["Unknown member at 'A'"]
    );
}

#[test]
fn the_keys_of_a_map_have_rules_too() {
    let request = json!({"ResourceARN": "arn:aws:x", "Tags": {"": "a"}});
    let found = findings(Service::Scaling, "TagResource", Side::Request, &request);
    assert_eq!(found.len(), 1, "{found:?}");
}
