//! Amazon ECR: one private registry with its repositories and images, what can be read from it, and moving tags.
//!
//! Layers cannot be uploaded: an image comes from the seed, or from putting the manifest of one that is there under
//! another tag. Facts are from the model text of API 2015-09-21 (`PutImage`, `ImageStatus`, `ListImagesFilter`,
//! `DescribeImageScanFindings`).

mod identity;
mod image;
mod push;
mod queries;
mod scan;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::base64;
use crate::sim::cloud::{ACCOUNT, Cloud, REGION};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
pub(crate) use identity::{Pull, pull};
pub(crate) use image::Image;
pub(crate) use scan::Scan;

/// What ECR has: repositories by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ecr {
    repositories: BTreeMap<String, Repository>,
}

/// A repository and its images.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// `MUTABLE`, `IMMUTABLE` or one of these with exclusions (`ImageTagMutability`).
    pub(crate) mutability: String,
    /// Wildcards of the tags for which the opposite holds.
    pub(crate) exclusions: Vec<String>,
    /// Whether a pushed image is scanned.
    pub(crate) scan_on_push: bool,
    /// When it was made.
    pub(crate) since: Moment,
    /// In the order they were pushed.
    pub(crate) images: Vec<Image>,
}

/// Answers one operation.
///
/// # Errors
/// ECR's refusal.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    if let Some(other) = members::text(input, "registryId").filter(|id| *id != ACCOUNT) {
        let message =
            format!("the simulator has the registry of account {ACCOUNT} only, not of {other}");
        return Err(Refusal::new("InvalidParameterException", message));
    }
    match operation {
        "DescribeRepositories" => queries::describe_repositories(cloud, input),
        "DescribeImages" => queries::describe_images(cloud, input),
        "ListImages" => queries::list_images(cloud, input),
        "BatchGetImage" => queries::batch_get_image(cloud, input),
        "DescribeImageScanFindings" => scan::describe_findings(cloud, input),
        "PutImage" => push::put_image(cloud, input),
        "GetAuthorizationToken" => Ok(authorization(cloud)),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// Makes a repository, or replaces it.
pub(crate) fn add(cloud: &mut Cloud, name: &str, repository: Repository) {
    cloud.ecr.repositories.insert(name.to_owned(), repository);
}

/// For `GET /_sim/state`: the images of each repository, tags by digest.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let images = |repository: &Repository| -> Members {
        repository
            .images
            .iter()
            .map(|image| (image.digest.clone(), json!(image.tags)))
            .collect()
    };
    let entry = |(name, repository): (&String, &Repository)| {
        (name.clone(), Value::Object(images(repository)))
    };
    Value::Object(cloud.ecr.repositories.iter().map(entry).collect())
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}

/// A repository that is there, or one that is there because somebody names it.
fn repository<'a>(
    cloud: &'a Cloud,
    input: &Members,
) -> Result<(String, Option<&'a Repository>), Refusal> {
    let name = members::text(input, "repositoryName").unwrap_or_default();
    match cloud.ecr.repositories.get(name) {
        None if !cloud.rules.images_on_demand => Err(no_repository(name)),
        found => Ok((name.to_owned(), found)),
    }
}

fn no_repository(name: &str) -> Refusal {
    Refusal::new(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{ACCOUNT}'"
        ),
    )
}

/// A password that opens nothing, valid for twelve hours as ECR's are.
fn authorization(cloud: &Cloud) -> Value {
    json!({ "authorizationData": [{
        "authorizationToken": base64::encode(b"AWS:the-simulator-has-no-registry-endpoint"),
        "expiresAt": cloud.now.plus(12.0 * 3600.0).epoch_seconds(),
        "proxyEndpoint": format!("https://{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"),
    }] })
}

#[cfg(test)]
mod tests;
