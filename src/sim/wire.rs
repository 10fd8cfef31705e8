//! How the services' requests and answers are written: awsJson 1.1 and 1.0, query with XML, and CBOR. Requests become members,
//! answers become bodies; what they mean is not looked at here.

pub(crate) mod cbor;
pub(crate) mod json;
pub(crate) mod query;
mod xml;

use crate::sim::model::{Model, Protocol};
use crate::sim::refusal::Refusal;
use crate::sim::world::{Call, Reply};

/// An answer ready to be sent.
pub(crate) struct Written {
    /// HTTP status.
    pub(crate) status: u16,
    /// Of the body.
    pub(crate) content_type: &'static str,
    /// What else stands in the head.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What is sent.
    pub(crate) body: Vec<u8>,
}

/// In which of the forms that its service speaks a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A path, CBOR.
    Cbor,
    /// `X-Amz-Target`, JSON.
    Json,
    /// `Action` and `Version`.
    Query,
}

/// Writes a reply in the form of its request; nothing if the connection is to close without one.
pub(crate) fn write(
    model: Option<&Model>,
    form: Form,
    operation: &str,
    reply: &Reply,
) -> Option<Written> {
    let answer = reply.answer.as_ref()?;
    Some(match (model.map(|model| (model, &model.protocol)), form) {
        (Some((model, Protocol::Query { namespace })), _) => {
            xml::write(model, namespace, operation, answer, &reply.request_id)
        }
        (Some((model, Protocol::Rpc { .. })), Form::Cbor) => cbor::write(model, operation, answer),
        (Some((model, Protocol::Rpc { .. } | Protocol::Json { .. })), _) => {
            json::write(Some(model), answer)
        }
        (None, _) => json::write(None, answer),
    })
}

/// A request that names an operation but cannot be carried out.
pub(crate) fn unreadable(operation: &str, code: &str, message: impl Into<String>) -> Call {
    Call {
        operation: operation.to_owned(),
        request: Err(Refusal::new(code, message)),
    }
}

#[cfg(test)]
mod tests;
