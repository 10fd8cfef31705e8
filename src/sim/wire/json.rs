//! awsJson: the operation in a header, JSON both ways. Version 1.1, or 1.0 of the services that speak CBOR as well.

use serde_json::{Value, json};

use crate::sim::members::Members;
use crate::sim::model::{Model, Models, Protocol};
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;
use crate::sim::wire::{Written, unreadable};
use crate::sim::world::Call;

/// The content type of version 1.1.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// The content type of version 1.0.
const CONTENT_TYPE_1_0: &str = "application/x-amz-json-1.0";

/// The version that a service speaks.
fn content_type_of(model: Option<&Model>) -> &'static str {
    match model.map(|model| &model.protocol) {
        Some(Protocol::Rpc { .. }) => CONTENT_TYPE_1_0,
        Some(Protocol::Json { .. } | Protocol::Query { .. }) | None => CONTENT_TYPE,
    }
}

/// The service and operation that `X-Amz-Target: <prefix>.<operation>` names.
pub(crate) fn target<'a>(models: &Models, header: &'a str) -> Option<(Service, &'a str)> {
    let (prefix, operation) = header.split_once('.')?;
    let has_prefix = |model: &&Model| match &model.protocol {
        Protocol::Json { target_prefix } | Protocol::Rpc { target_prefix } => {
            target_prefix == prefix
        }
        Protocol::Query { .. } => false,
    };
    models
        .iter()
        .find(has_prefix)
        .map(|model| (model.service, operation))
}

/// Reads a request. An empty body counts as an empty object.
pub(crate) fn read(models: &Models, header: &str, content_type: &str, body: &[u8]) -> Call {
    let Some((service, operation)) = target(models, header) else {
        return unreadable(
            header,
            "UnknownOperationException",
            format!("no service has the target: {header}"),
        );
    };
    let spoken = content_type_of(models.of(service));
    if content_type.split(';').next().map(str::trim) != Some(spoken) {
        let message = format!("the service speaks {spoken}, not: {content_type}");
        return unreadable(operation, "SerializationException", message);
    }
    let body = if body.is_empty() { b"{}" } else { body };
    match serde_json::from_slice::<Members>(body) {
        Ok(members) => Call {
            operation: operation.to_owned(),
            request: Ok((service, members)),
        },
        // The position says enough; the text around it may be secret.
        Err(error) => {
            let message = format!(
                "the body is not a JSON object: line {}, column {}",
                error.line(),
                error.column()
            );
            unreadable(operation, "SerializationException", message)
        }
    }
}

/// Writes an answer. An error has its code in `__type`; its text is `message`, or `Message` where the model says so.
pub(crate) fn write(model: Option<&Model>, answer: &Result<Value, Refusal>) -> Written {
    let (status, body) = match answer {
        Ok(Value::Null) => (200, String::new()),
        Ok(value) => (200, value.to_string()),
        Err(refusal) => (refusal.status, error(model, refusal).to_string()),
    };
    Written {
        status,
        content_type: content_type_of(model),
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

fn error(model: Option<&Model>, refusal: &Refusal) -> Value {
    let structure = model
        .and_then(|model| model.error(&refusal.code))
        .map(|(structure, _)| structure);
    let upper = structure.is_some_and(|structure| structure.members.contains_key("Message"));
    let mut error = json!({ "__type": refusal.code, (if upper { "Message" } else { "message" }): refusal.message });
    if let Some(members) = error.as_object_mut() {
        members.extend((*refusal.members).clone());
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(header: &str, content_type: &str, body: &str) -> String {
        read(Models::shared(), header, content_type, body.as_bytes())
            .request
            .unwrap_err()
            .code
    }

    #[test]
    fn a_request_is_read_by_its_target() {
        let models = Models::shared();
        let call = read(
            models,
            "AnyScaleFrontendService.TagResource",
            "application/x-amz-json-1.1; charset=utf-8",
            b"{\"a\":1}",
        );
        assert_eq!(call.operation, "TagResource");
        let (service, members) = call.request.unwrap();
        assert_eq!((service, members.len()), (Service::Scaling, 1));
    }

    #[test]
    fn another_target_protocol_or_body_is_refused() {
        let ecs = "AmazonEC2ContainerServiceV20141113.ListClusters";
        assert_eq!(
            code("DynamoDB_20120810.ListTables", CONTENT_TYPE, "{}"),
            "UnknownOperationException"
        );
        assert_eq!(
            code(ecs, "application/x-amz-json-1.0", "{}"),
            "SerializationException"
        );
        assert_eq!(code(ecs, CONTENT_TYPE, "[]"), "SerializationException");
        assert_eq!(code(ecs, CONTENT_TYPE, "{\"a\":"), "SerializationException");
    }

    #[test]
    fn an_error_has_its_code_its_text_and_its_members() {
        let models = Models::shared();
        let refusal = Refusal::new("TooManyTagsException", "no").with_member("ResourceName", "arn");
        let written = write(models.of(Service::Scaling), &Err(refusal));
        assert_eq!(written.status, 400);
        assert_eq!(
            String::from_utf8(written.body).unwrap(),
            r#"{"__type":"TooManyTagsException","Message":"no","ResourceName":"arn"}"#
        );
        let written = write(
            models.of(Service::Ecs),
            &Err(Refusal::new("ClientException", "no")),
        );
        assert_eq!(
            String::from_utf8(written.body).unwrap(),
            r#"{"__type":"ClientException","message":"no"}"#
        );
    }
}
