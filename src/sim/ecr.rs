//! Amazon ECR: the account's private registry with its repositories and images, what can be read from it, and moving tags;
//! and repositories of other accounts, as far as their policies let this one read.
//!
//! Layers cannot be uploaded: an image comes from the seed, from a push that was asked for on the control path, or from
//! putting the manifest of one that is there under another tag. Facts are from the model text of API 2015-09-21 (`PutImage`, `ImageStatus`, `ListImagesFilter`,
//! `DescribeImageScanFindings`).

mod arrival;
mod build;
mod identity;
mod image;
mod layers;
mod push;
mod queries;
mod scan;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::sim::base64;
use crate::sim::cloud::{ACCOUNT, Cloud, REGION};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
pub(crate) use arrival::{Arrival, next_due, run_due};
pub(crate) use build::{Part, USUAL_PLATFORM, is_platform};
pub(crate) use identity::{Pull, pull};
pub(crate) use image::Image;
pub(crate) use layers::layer;
pub(crate) use scan::{SCAN_TAKES, Scan};

/// What ECR has: repositories by place, and pushes that are still to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ecr {
    /// Where the endpoint listens: the addresses of layers lead there.
    pub(crate) address: String,
    repositories: BTreeMap<Place, Repository>,
    arrivals: Vec<Arrival>,
    pushes: u64,
}

/// Where a repository is: in which account's registry, and under which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The account, which is what `registryId` names.
    pub(crate) registry: String,
    /// The name within the registry.
    pub(crate) name: String,
}

impl Place {
    /// A repository of the simulated account.
    pub(crate) fn ours(name: &str) -> Self {
        Self {
            registry: ACCOUNT.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The repository that a request names.
    fn of(input: &Members) -> Self {
        let text = |name| members::text(input, name);
        Self {
            registry: text("registryId").unwrap_or(ACCOUNT).to_owned(),
            name: text("repositoryName").unwrap_or_default().to_owned(),
        }
    }
}

/// In the words of ECR's messages.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, name } = self;
        write!(
            out,
            "the repository with name '{name}' in the registry with id '{registry}'"
        )
    }
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
    refuse_strangers(cloud, operation, input)?;
    if cloud.rules.images_on_demand {
        arrival::push_what_is_named(cloud, input);
    }
    match operation {
        "DescribeRepositories" => queries::describe_repositories(cloud, input),
        "DescribeImages" => queries::describe_images(cloud, input),
        "ListImages" => queries::list_images(cloud, input),
        "BatchGetImage" => queries::batch_get_image(cloud, input),
        "DescribeImageScanFindings" => scan::describe_findings(cloud, input),
        "PutImage" => push::put_image(cloud, input),
        "GetDownloadUrlForLayer" => layers::download_url(cloud, input),
        "GetAuthorizationToken" => Ok(authorization(cloud)),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// In another account only what its repository's policy allows: reading the repositories the seed has there. In a
/// rehearsal the account is whichever is named.
fn refuse_strangers(cloud: &Cloud, operation: &str, input: &Members) -> Result<(), Refusal> {
    let place = Place::of(input);
    let reads = !matches!(operation, "PutImage" | "DescribeRepositories");
    if place.registry == ACCOUNT
        || cloud.rules.images_on_demand
        || (reads && cloud.ecr.repositories.contains_key(&place))
    {
        return Ok(());
    }
    let Place { registry, name } = place;
    Err(Refusal::new(
        "AccessDeniedException",
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/simulated is not authorized to perform: ecr:{operation} on resource: \
             arn:aws:ecr:{REGION}:{registry}:repository/{name} because no resource-based policy allows the ecr:{operation} \
             action"
        ),
    ))
}

/// Makes a repository, or replaces it.
pub(crate) fn add(cloud: &mut Cloud, place: Place, repository: Repository) {
    cloud.ecr.repositories.insert(place, repository);
}

/// For `GET /_sim/state`: the images of each repository, tags by digest. One of another account is named with it.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let images = |repository: &Repository| -> Members {
        repository
            .images
            .iter()
            .map(|image| (image.digest.clone(), json!(image.tags)))
            .collect()
    };
    let entry = |(place, repository): (&Place, &Repository)| {
        let name = match place.registry.as_str() {
            ACCOUNT => place.name.clone(),
            other => format!("{other}/{}", place.name),
        };
        (name, Value::Object(images(repository)))
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
) -> Result<(Place, Option<&'a Repository>), Refusal> {
    let place = Place::of(input);
    match cloud.ecr.repositories.get(&place) {
        None if !cloud.rules.images_on_demand => Err(no_repository(&place)),
        found => Ok((place, found)),
    }
}

fn no_repository(place: &Place) -> Refusal {
    let Place { registry, name } = place;
    Refusal::new(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{registry}'"
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
