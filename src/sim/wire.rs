//! How the services' requests and answers are written: awsJson 1.1, and query with XML. Requests become members,
//! answers become bodies; what they mean is not looked at here.

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
    /// What is sent.
    pub(crate) body: String,
}

/// Writes a reply in the protocol of its service; nothing if the connection is to close without one.
pub(crate) fn write(model: Option<&Model>, operation: &str, reply: &Reply) -> Option<Written> {
    let answer = reply.answer.as_ref()?;
    Some(match model.map(|model| (model, &model.protocol)) {
        Some((model, Protocol::Query { namespace })) => {
            xml::write(model, namespace, operation, answer, &reply.request_id)
        }
        Some((model, Protocol::Json { .. })) => json::write(Some(model), answer),
        None => json::write(None, answer),
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
