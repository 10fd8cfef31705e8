//! The blobs behind manifests: only the configurations of images the simulator made up, because nobody uploads layers here.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::ecr::{Image, Place, Repository, repository};
use crate::sim::ids::sha256_digest;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `GetDownloadUrlForLayer`. AWS's addresses are signed ones of Amazon S3; the simulator's lead to its own endpoint.
pub(super) fn download_url(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (place, repository) = repository(cloud, input)?;
    let digest = members::text(input, "layerDigest").unwrap_or_default();
    if repository.is_some_and(|repository| configuration(repository, digest).is_some()) {
        let url = format!("http://{}/layers/{digest}", cloud.ecr.address);
        return Ok(json!({ "downloadUrl": url, "layerDigest": digest }));
    }
    Err(unavailable(&place, repository, digest))
}

/// What the address of a layer leads to.
pub(crate) fn layer<'a>(cloud: &'a Cloud, digest: &str) -> Option<&'a str> {
    let mut repositories = cloud.ecr.repositories.values();
    repositories.find_map(|repository| configuration(repository, digest))
}

fn configuration<'a>(repository: &'a Repository, digest: &str) -> Option<&'a str> {
    let texts = repository
        .images
        .iter()
        .filter_map(|image| image.configuration.as_deref());
    texts
        .into_iter()
        .find(|text| sha256_digest(text.as_bytes()) == digest)
}

/// A layer that a manifest names was never uploaded; any other does not exist.
fn unavailable(place: &Place, repository: Option<&Repository>, digest: &str) -> Refusal {
    let images = repository.map_or(&[][..], |repository| repository.images.as_slice());
    let is_named = |image: &Image| image.blobs().iter().any(|blob| blob == digest);
    if images.iter().any(is_named) {
        return Refusal::new(
            "LayerInaccessibleException",
            format!("the simulator does not have the bytes of the layer '{digest}' in {place}"),
        );
    }
    Refusal::new(
        "LayersNotFoundException",
        format!("The layer with digest '{digest}' does not exist in {place}"),
    )
}
