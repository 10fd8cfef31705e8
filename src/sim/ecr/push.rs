//! Putting a manifest under a tag, and what forbids it.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::ecr::{Image, Place, Repository, Scan, invalid, no_repository, queries};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `PutImage`. The manifest's bytes are kept as they came; a tag moves from the image that had it.
pub(super) fn put_image(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name);
    let place = Place::of(input);
    let manifest = text("imageManifest").unwrap_or_default().to_owned();
    if serde_json::from_str::<Members>(&manifest).is_err() {
        return Err(invalid(
            "Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        ));
    }
    let now = cloud.now;
    let repository = cloud
        .ecr
        .repositories
        .get_mut(&place)
        .ok_or_else(|| no_repository(&place))?;
    let image = Image::new(
        manifest,
        text("imageManifestMediaType").map(str::to_owned),
        now,
    );
    if let Some(expected) = text("imageDigest").filter(|digest| *digest != image.digest) {
        let message = format!(
            "the digest of the manifest is {}, not {expected}",
            image.digest
        );
        return Err(Refusal::new("ImageDigestDoesNotMatchException", message));
    }
    let tag = text("imageTag").map(str::to_owned);
    refuse(repository, &place, &image, tag.as_deref())?;
    if let Some(tag) = &tag {
        repository
            .images
            .iter_mut()
            .for_each(|image| image.tags.retain(|other| other != tag));
    }
    let held = repository
        .images
        .iter_mut()
        .find(|held| held.digest == image.digest);
    let stored = if let Some(held) = held {
        held.tags.extend(tag.clone());
        held.clone()
    } else {
        let scan = repository.scan_on_push.then(Scan::clean);
        let tags = tag.iter().cloned().collect();
        let new = Image {
            tags,
            scan,
            ..image
        };
        repository.images.push(new.clone());
        new
    };
    Ok(json!({ "image": queries::describe_manifest(&place, &stored, tag.as_deref()) }))
}

/// Everything that forbids the put, in the words of the errors of `PutImage`.
fn refuse(
    repository: &Repository,
    place: &Place,
    image: &Image,
    tag: Option<&str>,
) -> Result<(), Refusal> {
    let stored = repository
        .images
        .iter()
        .find(|stored| stored.digest == image.digest);
    let holder = tag.and_then(|tag| {
        repository
            .images
            .iter()
            .find(|stored| stored.tags.iter().any(|other| other == tag))
    });
    let place = format!("in {place}");
    if stored.is_some()
        && (tag.is_none() || holder.is_some_and(|holder| holder.digest == image.digest))
    {
        let message = format!(
            "Image with digest '{}' and tag '{}' already exists {place}",
            image.digest,
            tag.unwrap_or("null")
        );
        return Err(Refusal::new("ImageAlreadyExistsException", message));
    }
    if let Some(tag) = tag.filter(|tag| holder.is_some() && !repository.may_move(tag)) {
        let message = format!(
            "The image tag '{tag}' already exists {place} and cannot be overwritten because the tag is immutable."
        );
        return Err(Refusal::new("ImageTagAlreadyExistsException", message));
    }
    if stored.is_none() {
        let blobs: Vec<_> = repository.images.iter().flat_map(Image::blobs).collect();
        if let Some(missing) = image.blobs().iter().find(|blob| !blobs.contains(blob)) {
            return Err(Refusal::new(
                "LayersNotFoundException",
                format!("Layers with digests '[{missing}]' not found {place}"),
            ));
        }
        let known = |digest: &String| {
            repository
                .images
                .iter()
                .any(|stored| stored.digest == *digest)
        };
        if let Some(missing) = image.children().iter().find(|child| !known(child)) {
            let message = format!("Images with digests '[{missing}]' not found {place}");
            return Err(Refusal::new("ReferencedImagesNotFoundException", message));
        }
    }
    Ok(())
}

impl Repository {
    /// Whether a tag may be taken from one image and given to another.
    pub(super) fn may_move(&self, tag: &str) -> bool {
        let excluded = self.exclusions.iter().any(|filter| matches(filter, tag));
        match self.mutability.as_str() {
            "IMMUTABLE" => false,
            "IMMUTABLE_WITH_EXCLUSION" => excluded,
            "MUTABLE_WITH_EXCLUSION" => !excluded,
            _ => true,
        }
    }
}

/// Whether a tag fits a wildcard: `*` stands for any characters.
fn matches(filter: &str, tag: &str) -> bool {
    match filter.split_once('*') {
        None => filter == tag,
        Some((start, rest)) => tag.strip_prefix(start).is_some_and(|tail| {
            let ends = tail
                .char_indices()
                .map(|(index, _)| index)
                .chain([tail.len()]);
            ends.into_iter()
                .any(|index| tail.get(index..).is_some_and(|tail| matches(rest, tail)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_any_characters() {
        assert!(matches("latest", "latest"));
        assert!(!matches("latest", "latest-1"));
        assert!(matches("v*", "v1.2"));
        assert!(matches("*-dev*", "a-dev-b"));
        assert!(!matches("*-dev", "a-dev-b"));
    }
}
