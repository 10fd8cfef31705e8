//! Which image a tag, a digest or a reference means. Not what may be done with it.

use serde_json::{Value, json};

use crate::sim::cloud::{ACCOUNT, Cloud, REGION};
use crate::sim::ecr::{Image, Place, Repository, invalid};
use crate::sim::ids::sha256_digest;
use crate::sim::members;
use crate::sim::refusal::Refusal;

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

/// Looks an image reference up as an agent pulling it does. A digest wins over a tag; neither means `latest`.
pub(crate) fn pull(cloud: &Cloud, image: &str) -> Pull {
    let (name, digest) = image
        .split_once('@')
        .map_or((image, None), |(name, digest)| (name, Some(digest)));
    let Some(path) = name.strip_prefix(&format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/"))
    else {
        let hash = || sha256_digest(format!("an image of another registry: {name}").as_bytes());
        return Pull::Found {
            digest: digest.map_or_else(hash, str::to_owned),
        };
    };
    let (name, tag) = path.split_once(':').unwrap_or((path, "latest"));
    let place = Place::ours(name);
    let repository = cloud.ecr.repositories.get(&place);
    let wanted = match digest {
        Some(digest) => ImageId {
            digest: Some(digest.to_owned()),
            tag: None,
        },
        None => ImageId {
            digest: None,
            tag: Some(tag.to_owned()),
        },
    };
    match (wanted.find(cloud, &place, repository), repository) {
        (Ok(image), _) if image.is_archived() => Pull::Archived,
        (Ok(image), _) => Pull::Found {
            digest: image.digest,
        },
        // Somebody who pins a digest has seen the image, and no digest can be made up for a name.
        (Err(_), _) if cloud.rules.images_on_demand && digest.is_some() => Pull::Found {
            digest: digest.unwrap_or_default().to_owned(),
        },
        (Err(_), None) => Pull::NoRepository,
        (Err(_), Some(_)) => Pull::NoImage,
    }
}

/// How a request names an image: by digest, by tag, or by both (`ImageIdentifier`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImageId {
    pub(super) digest: Option<String>,
    pub(super) tag: Option<String>,
}

/// Why an image id finds nothing, as `ImageFailureCode` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    Missing,
    TagDoesNotMatchDigest,
    NeitherGiven,
}

impl ImageId {
    pub(super) fn read(value: &Value) -> Self {
        let text = |name| {
            value
                .as_object()
                .and_then(|members| members::text(members, name))
                .map(str::to_owned)
        };
        Self {
            digest: text("imageDigest"),
            tag: text("imageTag"),
        }
    }

    /// The image that is meant, archived ones too. Without a repository only what is there on demand.
    pub(super) fn find(
        &self,
        cloud: &Cloud,
        place: &Place,
        repository: Option<&Repository>,
    ) -> Result<Image, NotFound> {
        let images = repository.map_or(&[][..], |repository| repository.images.as_slice());
        let has = |image: &&Image, tag: &String| image.tags.contains(tag);
        match (&self.digest, &self.tag) {
            (None, None) => Err(NotFound::NeitherGiven),
            (Some(digest), tag) => {
                let image = images
                    .iter()
                    .find(|image| image.digest == *digest)
                    .ok_or(NotFound::Missing)?;
                match tag {
                    Some(tag) if !has(&image, tag) => Err(NotFound::TagDoesNotMatchDigest),
                    _ => Ok(image.clone()),
                }
            }
            (None, Some(tag)) => match images.iter().find(|image| has(image, tag)) {
                Some(image) => Ok(image.clone()),
                None if cloud.rules.images_on_demand => {
                    Ok(Image::made_up(&place.name, tag, cloud.began))
                }
                None => Err(NotFound::Missing),
            },
        }
    }

    /// As requests and answers have it.
    pub(super) fn describe(&self) -> Value {
        let mut members = members::Members::new();
        let pairs = [("imageDigest", &self.digest), ("imageTag", &self.tag)];
        members.extend(
            pairs
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?)))),
        );
        Value::Object(members)
    }

    /// The refusal of an operation on one image that is not there.
    pub(super) fn refusal(&self, place: &Place, why: NotFound) -> Refusal {
        if why == NotFound::NeitherGiven {
            return invalid("an image id needs a digest or a tag");
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
        Refusal::new(
            "ImageNotFoundException",
            format!(
                "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within {place}",
                text(&self.digest),
                text(&self.tag)
            ),
        )
    }
}

impl NotFound {
    /// Code and reason in the failures of a batch.
    pub(super) const fn failure(self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => ("ImageNotFound", "Requested image not found"),
            Self::TagDoesNotMatchDigest => (
                "ImageTagDoesNotMatchDigest",
                "The tag is not on the image with this digest",
            ),
            Self::NeitherGiven => ("MissingDigestAndTag", "An image id needs a digest or a tag"),
        }
    }
}
