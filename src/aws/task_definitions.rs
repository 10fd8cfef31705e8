//! Task definitions, sent and read as they are: the SDK signs, sends and tries again, but its typed bodies, which would
//! drop members it does not know, are replaced on the way out and passed by on the way in. A registration is not sent twice behind
//! our back.
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::config::Builder;
use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionError;
use aws_sdk_ecs::types::TaskDefinitionField;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::Aws;
use super::once::OnceUnlessThrottled;
use super::refusal::port_error;
use crate::domain::document::{Document, Node};
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::taskdef::TaskDefinition;
use crate::ports::PortError;
use crate::ports::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};

const DESCRIBE: &str = "DescribeTaskDefinition";
const REGISTER: &str = "RegisterTaskDefinition";

impl ReadTaskDefinitions for Aws {
    async fn task_definition(
        &self,
        reference: &TaskDefinitionRef,
    ) -> Result<Option<Registered>, PortError> {
        let answer = RawAnswer::default();
        let sent = self
            .ecs
            .describe_task_definition()
            .task_definition(reference.to_string())
            .include(TaskDefinitionField::Tags)
            .customize()
            .interceptor(answer.clone())
            .send()
            .await
            .map_err(|error| port_error(DESCRIBE, &error));
        match sent {
            Ok(_) => answer.registered(DESCRIBE).map(Some),
            // ECS has no code of its own for a definition that is not there; the reference is one it can read.
            Err(error) if error.code() == Some("ClientException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl RegisterTaskDefinitions for Aws {
    async fn register(&self, document: &Document) -> Result<Registered, PortError> {
        let answer = RawAnswer::default();
        let body = document.to_json_compact();
        let family = document.get("family").and_then(Node::as_str);
        self.ecs
            .register_task_definition()
            .set_family(family.map(str::to_owned))
            .customize()
            .config_override(
                Builder::new()
                    .retry_classifier(OnceUnlessThrottled::<RegisterTaskDefinitionError>::new()),
            )
            .mutate_request(move |request| replace_body(request, &body))
            .interceptor(answer.clone())
            .send()
            .await
            .map_err(|error| port_error(REGISTER, &error))?;
        answer.registered(REGISTER)
    }
}

/// Adds a member to a body that has others, as the user wrote it.
pub(super) fn add_member(request: &mut HttpRequest, name: &str, json: &str) {
    let body = request.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    if let Some(others) = body.trim_end().strip_suffix('}') {
        let whole = format!("{others},\"{name}\":{}}}", json.trim_end());
        replace_body(request, &whole);
    }
}

/// Runs before signing, so the signature is that of the new body.
pub(super) fn replace_body(request: &mut HttpRequest, body: &str) {
    *request.body_mut() = SdkBody::from(body);
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
}

/// Keeps the body of the answer as it came.
#[derive(Clone, Default)]
struct RawAnswer(Arc<Mutex<Option<String>>>);

/// The body holds environment values: it is not shown.
impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawAnswer")
    }
}

impl Intercept for RawAnswer {
    fn name(&self) -> &'static str {
        "RawAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec())?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        Ok(())
    }
}

impl RawAnswer {
    fn registered(&self, operation: &'static str) -> Result<Registered, PortError> {
        let unreadable = |reason: String| PortError::Unreachable {
            operation,
            reason: format!("its answer cannot be read: {reason}"),
            throttled: false,
        };
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let text = text.ok_or_else(|| unreadable("it has no body".to_owned()))?;
        let document = Document::parse(&text, operation);
        let definition = document
            .and_then(TaskDefinition::from_document)
            .map_err(|error| unreadable(error.to_string()))?;
        let member = |key: &str| definition.document().get(key).and_then(Node::as_str);
        let arn = member("taskDefinitionArn")
            .ok_or_else(|| unreadable("no `taskDefinitionArn`".to_owned()))?
            .parse()
            .map_err(|error| unreadable(format!("`taskDefinitionArn`: {error}")))?;
        let is_active = member("status") == Some("ACTIVE");
        Ok(Registered {
            arn,
            definition,
            is_active,
        })
    }
}
