//! The order of calls from a name to a digest: look the image up, verify its manifest's bytes, its platforms, its scan. Every
//! later call names the digest, so that a tag that moves meanwhile changes nothing. Not for deciding what an answer means:
//! `domain::resolve` does.
use std::time::Duration;

use crate::domain::image::{Digest, ImageRef, Tag};
use crate::domain::resolve::{
    Absence, Doubt, EcrRepository, ImageFacts, ImageName, Near, Presence, Unresolved, access_hint,
    near, presence,
};
use crate::error::{Cause, Error};
use crate::ports::images::ReadImages;
use crate::ports::{Clock, Interruption, PortError};
use crate::report::{Event, Report};
use crate::stage::Outputs;

use super::ImageChecks;
use super::gate;
use super::manifests;
use super::patience::Patience;

/// Which image is asked for, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stage) struct ImageRequest {
    /// Where it is.
    pub(in crate::stage) repository: EcrRepository,
    /// Its tag or its digest.
    pub(in crate::stage) name: ImageName,
    /// How long a push, a restoration or a scan is waited for.
    pub(in crate::stage) wait: Option<Duration>,
    /// What it must be.
    pub(in crate::stage) checks: ImageChecks,
}

/// An image that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stage) struct Resolved {
    /// The image by its digest.
    pub(in crate::stage) image: ImageRef,
    /// The digest.
    pub(in crate::stage) digest: Digest,
    /// The tag it was found by.
    pub(in crate::stage) tag: Option<Tag>,
    /// When it was pushed, in seconds since the Unix epoch.
    pub(in crate::stage) pushed_at: Option<i64>,
}

impl Resolved {
    /// As the outputs of `resolve-image`.
    pub(in crate::stage) fn outputs(&self) -> Outputs {
        let mut outputs = Outputs::new().with("image", self.image.to_string());
        if let Some(tag) = &self.tag {
            outputs.set(
                "image-with-tag",
                self.image.with_tag(tag.clone()).to_string(),
            );
        }
        outputs.set("digest", self.digest.to_string());
        let pushed_at = self.pushed_at.map(jiff::Timestamp::from_second);
        if let Some(Ok(time)) = pushed_at {
            outputs.set("pushed-at", time.to_string());
        }
        outputs
    }
}

/// Resolves an image, and checks what was asked.
///
/// # Errors
/// It is not there (told apart: no repository, no tag, archived, being restored), not what it must be (bytes, platform,
/// scan), AWS refused or was out of reach, or a signal came.
pub(in crate::stage) async fn resolve<W: ReadImages + Clock + Interruption>(
    world: &W,
    request: &ImageRequest,
    report: &mut dyn Report,
) -> Result<Resolved, Error> {
    let image = request.name.in_repository(request.repository.repository());
    let mut patience = Patience::begin(world, &image, request.wait);
    let facts = find(world, request, &image, &mut patience, report).await?;
    let resolved = Resolved {
        image: image.with_digest(facts.digest.clone()),
        digest: facts.digest,
        tag: match &request.name {
            ImageName::Tag(tag) => Some(tag.clone()),
            ImageName::Digest(_) => None,
        },
        pushed_at: facts.pushed_at,
    };
    report.tell(Event::Found {
        name: "image",
        value: resolved.image.to_string(),
    });
    if let Some(tag) = &resolved.tag {
        report.tell(Event::Found {
            name: "tag",
            value: tag.to_string(),
        });
    }
    let parts = manifests::read(world, request, &image, &resolved.digest, report).await?;
    if let Some(max) = request.checks.max_severity {
        gate::pass(world, request, &image, &parts, max, &mut patience, report).await?;
    }
    Ok(resolved)
}

/// Looks the image up, until it is there if that is waited for.
async fn find<W: ReadImages + Clock + Interruption>(
    world: &W,
    request: &ImageRequest,
    image: &ImageRef,
    patience: &mut Patience<'_>,
    report: &mut dyn Report,
) -> Result<ImageFacts, Error> {
    loop {
        let found = match world.image(&request.repository, &request.name).await {
            Ok(found) => found,
            Err(error) => {
                if patience.bear(world, &error, report).await? {
                    continue;
                }
                return Err(refused(&request.repository, error));
            }
        };
        let absence = match presence(image, found) {
            Presence::Here(facts) => return Ok(facts),
            Presence::Never(why) => return Err(why.into()),
            Presence::Awaited(absence) => absence,
        };
        let what = match absence {
            Absence::NotPushed => "not pushed yet",
            Absence::Activating => "being restored from the archive",
        };
        if !patience.pause(world, what, report).await? {
            let waited = patience.waited(world);
            return Err(absent(world, request, image, absence, waited).await);
        }
    }
}

/// What to say of an image that did not come.
async fn absent(
    world: &impl ReadImages,
    request: &ImageRequest,
    image: &ImageRef,
    absence: Absence,
    waited: Option<Duration>,
) -> Error {
    let image = image.clone();
    match absence {
        Absence::Activating => Unresolved::Activating { image, waited }.into(),
        Absence::NotPushed => {
            let missing = image.tag().map(Tag::as_str).unwrap_or_default();
            // It is only for the hint: a role that may not list still learns that the tag is missing.
            let near = match world.tags(&request.repository).await {
                Ok(tags) => near(missing, &tags),
                Err(_) => Near::default(),
            };
            Unresolved::NoTag {
                image,
                near,
                waited,
            }
            .into()
        }
    }
}

/// A refusal of the registry, with what is known of registries.
pub(super) fn refused(repository: &EcrRepository, error: PortError) -> Error {
    match error.code() {
        Some("RepositoryNotFoundException") => Unresolved::NoRepository {
            repository: repository.clone(),
        }
        .into(),
        Some("AccessDeniedException") => Error::from(error).hint(access_hint(repository)),
        _ => error.into(),
    }
}

impl From<Unresolved> for Error {
    fn from(why: Unresolved) -> Self {
        let cause = match &why {
            Unresolved::NotEcr { .. } => Cause::Usage,
            Unresolved::NoTag {
                waited: Some(_), ..
            }
            | Unresolved::Activating { .. }
            | Unresolved::Doubtful {
                doubt: Doubt::Running(_) | Doubt::Silent(_),
                ..
            } => Cause::InProgress,
            Unresolved::NoTag { waited: None, .. }
            | Unresolved::NoRepository { .. }
            | Unresolved::NoDigest { .. }
            | Unresolved::Archived { .. }
            | Unresolved::OddStatus { .. }
            | Unresolved::WrongBytes { .. }
            | Unresolved::NotAnImage { .. }
            | Unresolved::TooDeep { .. }
            | Unresolved::NoPlatform { .. }
            | Unresolved::Findings { .. }
            | Unresolved::Doubtful {
                doubt: Doubt::Unscanned | Doubt::Impossible(..) | Doubt::Unrated(_),
                ..
            } => Cause::Refused,
        };
        let error = Self::new(cause, why.to_string());
        match why.hint() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}
