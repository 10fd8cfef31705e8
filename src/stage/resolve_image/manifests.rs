//! Reads the manifests of an image: the one its digest names, and what is behind an index as far as it is needed. Every
//! byte is verified against the digest it was asked for by.
use std::collections::VecDeque;

use serde_json::Value;

use super::resolve::{ImageRequest, refused};
use crate::domain::image::{Digest, ImageRef};
use crate::domain::resolve::{Manifest, NotAnImage, Platform, Unresolved};
use crate::error::Error;
use crate::ports::images::ReadImages;
use crate::report::{Event, Report};

/// The most manifests that are read for one image.
const MOST_MANIFESTS: usize = 64;

/// An image that can be run: what is scanned, and what a task pulls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The digest of its manifest.
    pub(super) digest: Digest,
    /// What it is built for, if that had to be known or the index says so.
    pub(super) platform: Option<Platform>,
}

/// The parts of an image: itself, or those of an index; only those for the platform, if one is asked for.
///
/// # Errors
/// The bytes are not what the digest says, it is no container image, or there is none for the platform.
pub(super) async fn read(
    world: &impl ReadImages,
    request: &ImageRequest,
    image: &ImageRef,
    digest: &Digest,
    report: &mut dyn Report,
) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut left: VecDeque<Digest> = [digest.clone()].into();
    let mut count = 0;
    // Without a check nothing is asked of what an index holds.
    let looks_inside = request.checks.platform.is_some() || request.checks.max_severity.is_some();
    while let Some(digest) = left.pop_front() {
        count += 1;
        if count > MOST_MANIFESTS {
            let image = image.clone();
            return Err(Unresolved::TooDeep { image }.into());
        }
        match manifest(world, request, image, &digest).await? {
            Manifest::Image { config } => {
                let platform = match request.checks.platform {
                    Some(_) => platform(world, request, image, &config).await?,
                    None => None,
                };
                parts.push(Part { digest, platform });
            }
            Manifest::Index { children } => {
                for child in children {
                    match child.platform {
                        Some(platform) => parts.push(Part {
                            digest: child.digest,
                            platform: Some(platform),
                        }),
                        None if looks_inside => left.push_back(child.digest),
                        None => {}
                    }
                }
            }
        }
    }
    if parts.len() > 1 {
        report.tell(Event::Found {
            name: "platforms",
            value: shown(&platforms(&parts)),
        });
    }
    let Some(wanted) = &request.checks.platform else {
        return Ok(parts);
    };
    let exist = platforms(&parts);
    parts.retain(|part| {
        let platform = part.platform.as_ref();
        platform.is_some_and(|platform| wanted.accepts(platform))
    });
    if parts.is_empty() {
        return Err(Unresolved::NoPlatform {
            image: image.clone(),
            wanted: wanted.clone(),
            exist,
        }
        .into());
    }
    Ok(parts)
}

fn platforms(parts: &[Part]) -> Vec<Platform> {
    let mut platforms: Vec<Platform> = parts
        .iter()
        .filter_map(|part| part.platform.clone())
        .collect();
    platforms.sort();
    platforms.dedup();
    platforms
}

fn shown(platforms: &[Platform]) -> String {
    let names: Vec<String> = platforms.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// A manifest whose bytes are what the digest says.
async fn manifest(
    world: &impl ReadImages,
    request: &ImageRequest,
    image: &ImageRef,
    digest: &Digest,
) -> Result<Manifest, Error> {
    let text = world
        .manifest(&request.repository, digest)
        .await
        .map_err(|error| refused(&request.repository, error))?
        .ok_or_else(|| Unresolved::NoDigest {
            image: image.with_digest(digest.clone()),
        })?;
    verified(&text, image, digest)?;
    Ok(Manifest::parse(&text).map_err(|why| not_an_image(image, why))?)
}

/// The platform that an image's configuration names.
async fn platform(
    world: &impl ReadImages,
    request: &ImageRequest,
    image: &ImageRef,
    config: &Digest,
) -> Result<Option<Platform>, Error> {
    let text = world
        .configuration(&request.repository, config)
        .await
        .map_err(|error| refused(&request.repository, error).doing("read the platform"))?;
    verified(&text, image, config)?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(Platform::of_json(&value))
}

fn verified(text: &str, image: &ImageRef, digest: &Digest) -> Result<(), Error> {
    Manifest::verify(text, digest).map_err(|found| {
        Unresolved::WrongBytes {
            image: image.clone(),
            digest: digest.clone(),
            found,
        }
        .into()
    })
}

fn not_an_image(image: &ImageRef, why: NotAnImage) -> Unresolved {
    Unresolved::NotAnImage {
        image: image.clone(),
        why,
    }
}
