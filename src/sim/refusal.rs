//! How a simulated service says no. Not how that is written on the wire: that is the endpoint's.

use serde_json::{Map, Value};

/// An error answer: one of the service's own codes, a text, and the members some errors carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The error code, as the service's API model names it (`ClientException`).
    pub(crate) code: String,
    /// What a person reads.
    pub(crate) message: String,
    /// The HTTP status: 400 for a caller's mistake, 5xx for the service's.
    pub(crate) status: u16,
    /// Members of the error shape besides the message, such as `resourceName`.
    pub(crate) members: Box<Map<String, Value>>,
}

impl Refusal {
    /// A caller's mistake (HTTP 400), which the SDKs do not try again.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            status: 400,
            members: Box::default(),
        }
    }

    /// A failure of the service itself (HTTP 500), which the SDKs do try again.
    pub(crate) fn internal(code: &str, message: impl Into<String>) -> Self {
        Self {
            status: 500,
            ..Self::new(code, message)
        }
    }

    /// An operation the API has and the simulator has not. The code is the one for an operation nobody knows, because
    /// that is refused at once by every client instead of being tried again.
    pub(crate) fn not_simulated(operation: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            format!("the simulator does not have this operation: `{operation}`"),
        )
    }

    /// The same refusal with one more member.
    pub(crate) fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The same refusal with another HTTP status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}
