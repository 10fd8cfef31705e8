//! The refusals ECS makes, by their codes (API model, operation errors).
//!
//! Texts marked "seen" are known from public reports; the others are the simulator's own wording.

use crate::sim::refusal::Refusal;

/// `ClientException`: what the caller asked for cannot be.
pub(super) fn client(message: impl Into<String>) -> Refusal {
    Refusal::new("ClientException", message)
}

/// `InvalidParameterException`: a parameter is not valid.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}

/// `UnsupportedFeatureException`: the API has it, the simulator does not carry it out and will not pretend to.
pub(super) fn unsupported(what: &str) -> Refusal {
    Refusal::new(
        "UnsupportedFeatureException",
        format!("the simulator does not carry this out: {what}"),
    )
}

/// `ClusterNotFoundException` (text seen).
pub(super) fn cluster_not_found() -> Refusal {
    Refusal::new("ClusterNotFoundException", "Cluster not found.")
}

/// `ServiceNotFoundException` (text seen).
pub(super) fn service_not_found() -> Refusal {
    Refusal::new("ServiceNotFoundException", "Service not found.")
}

/// `ServiceNotActiveException` (text seen).
pub(super) fn service_not_active() -> Refusal {
    Refusal::new("ServiceNotActiveException", "Service was not ACTIVE.")
}

/// `ServiceDeploymentNotFoundException`.
pub(super) fn service_deployment_not_found() -> Refusal {
    Refusal::new(
        "ServiceDeploymentNotFoundException",
        "Service deployment not found.",
    )
}
