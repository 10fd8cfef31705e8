//! Amazon ECR.
use serde_json::Value;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::refusal::Refusal;

/// What ECR has: repositories and images.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ecr {}

/// What an image reference of a task definition leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pull {
    /// The image is there, or in a registry that is not ours: its digest (for a foreign one, a stable hash of the name).
    Found {
        /// `sha256:<64 hexadecimal digits>`.
        digest: String,
    },
    /// Our registry has no such repository.
    NoRepository,
    /// The repository has no image by that tag or digest.
    NoImage,
    /// The image is archived: it cannot be pulled.
    Archived,
}

/// Looks an image reference up as an agent pulling it does.
pub(crate) fn pull(_cloud: &Cloud, _image: &str) -> Pull {
    Pull::NoImage
}

/// Answers one operation.
pub(crate) fn call(
    _cloud: &mut Cloud,
    operation: &str,
    _input: &Members,
) -> Result<Value, Refusal> {
    Err(Refusal::not_simulated(operation))
}
