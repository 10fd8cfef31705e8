//! The refusals CodeDeploy makes, by their codes (API model, operation errors).
//!
//! Texts marked "seen" are known from public reports; the others are the simulator's own wording.

use crate::sim::refusal::Refusal;

/// A refusal of this code.
pub(super) fn with(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(code, message)
}

/// `ApplicationDoesNotExistException` (text seen).
pub(super) fn no_application(name: &str) -> Refusal {
    with(
        "ApplicationDoesNotExistException",
        format!("No application found for name: {name}"),
    )
}

/// `DeploymentGroupDoesNotExistException` (text seen).
pub(super) fn no_group(name: &str) -> Refusal {
    with(
        "DeploymentGroupDoesNotExistException",
        format!("No Deployment Group found for name: {name}"),
    )
}

/// `DeploymentConfigDoesNotExistException` (text seen).
pub(super) fn no_configuration(name: &str) -> Refusal {
    with(
        "DeploymentConfigDoesNotExistException",
        format!("No deployment configuration found for name: {name}"),
    )
}

/// `DeploymentDoesNotExistException` (text seen).
pub(super) fn no_deployment(id: &str) -> Refusal {
    with(
        "DeploymentDoesNotExistException",
        format!("The deployment {id} could not be found"),
    )
}

/// `InvalidDeploymentIdException` (text seen).
pub(super) fn not_an_id(id: &str) -> Refusal {
    with(
        "InvalidDeploymentIdException",
        format!("Specified DeploymentId is not in the valid format: {id}"),
    )
}

/// `InvalidRevisionException`.
pub(super) fn revision(message: impl Into<String>) -> Refusal {
    with("InvalidRevisionException", message)
}

/// The API has it, the simulator does not carry it out and will not pretend to.
pub(super) fn unsupported(what: &str) -> Refusal {
    with(
        "InvalidInputException",
        format!("the simulator does not carry this out: {what}"),
    )
}
