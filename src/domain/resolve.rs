//! From the name of an image to the one it means: what a registry of Amazon ECR says of a tag or a digest, judged.
//!
//! Facts are from the API of 2015-09-21 (shapes `ImageDetail`, `ImageStatus`). Not for asking the registry, and not for
//! what a reference to an image looks like: that is `image`.
use std::fmt;

use super::image::{Digest, EcrRegistry, ImageRef, Repository, Tag};
use super::text_enum::text_enum;

mod manifest;
mod near;
mod platform;
mod scan;
mod unresolved;

pub use manifest::{Child, Manifest, NotAnImage};
pub use near::{Near, near};
pub use platform::Platform;
pub use scan::{Counts, Doubt, Gate, MaxSeverity, Scan, ScanStatus, Severity, judge};
pub use unresolved::{Unresolved, access_hint};

/// A repository in a private registry of Amazon ECR: what can be asked about its images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrRepository {
    repository: Repository,
    registry: EcrRegistry,
}

impl EcrRepository {
    /// The account whose registry it is in, from the host: what the API calls `registryId`. It need not be the account of
    /// whoever asks.
    #[must_use]
    pub fn account(&self) -> &str {
        self.registry.account()
    }

    /// The Region of the registry, from the host.
    #[must_use]
    pub fn region(&self) -> &str {
        self.registry.region()
    }

    /// The name within the registry: `team/web`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.repository.name()
    }

    /// The repository as references to images have it.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

impl TryFrom<&Repository> for EcrRepository {
    type Error = Unresolved;

    fn try_from(repository: &Repository) -> Result<Self, Unresolved> {
        match repository.ecr() {
            Some(registry) => Ok(Self {
                repository: repository.clone(),
                registry,
            }),
            None => Err(Unresolved::NotEcr {
                repository: repository.clone(),
            }),
        }
    }
}

impl fmt::Display for EcrRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.repository.fmt(f)
    }
}

/// How an image is named (API shape `ImageIdentifier`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageName {
    /// By a tag, which may mean another image tomorrow.
    Tag(Tag),
    /// By its digest.
    Digest(Digest),
}

impl ImageName {
    /// As a reference in a repository.
    #[must_use]
    pub fn in_repository(&self, repository: &Repository) -> ImageRef {
        match self {
            Self::Tag(tag) => repository.with_tag(tag.clone()),
            Self::Digest(digest) => repository.with_digest(digest.clone()),
        }
    }
}

text_enum! {
    /// Whether an image can be pulled (API shape `ImageStatus`).
    pub enum ImageStatus {
        /// It can.
        Active = "ACTIVE",
        /// It is in the archive: it can not be pulled or scanned before it is restored.
        Archived = "ARCHIVED",
        /// It is being restored from the archive.
        Activating = "ACTIVATING",
    }
}

/// What the registry says of an image (API shape `ImageDetail`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its identity.
    pub digest: Digest,
    /// Every tag it has now.
    pub tags: Vec<String>,
    /// When it was pushed, in seconds since the Unix epoch.
    pub pushed_at: Option<i64>,
    /// Whether it can be pulled; a registry that does not say has no archive.
    pub status: Option<ImageStatus>,
}

/// What to do about an image that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there and can be pulled.
    Here(ImageFacts),
    /// It may come: a push, or the end of a restoration, can be waited for. What to say if it is not.
    Awaited(Absence),
    /// Waiting does not help.
    Never(Unresolved),
}

/// What an image that is waited for lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It has not been pushed.
    NotPushed,
    /// It is being restored from the archive.
    Activating,
}

/// Judges what was found under a name. What is named by its digest was seen once by whoever names it, so no push of it is
/// waited for.
#[must_use]
pub fn presence(image: &ImageRef, found: Option<ImageFacts>) -> Presence {
    let Some(facts) = found else {
        return match image.digest() {
            None => Presence::Awaited(Absence::NotPushed),
            Some(_) => Presence::Never(Unresolved::NoDigest {
                image: image.clone(),
            }),
        };
    };
    if let Some(digest) = image.digest().filter(|digest| **digest != facts.digest) {
        return Presence::Never(Unresolved::WrongBytes {
            image: image.clone(),
            digest: digest.clone(),
            found: facts.digest.to_string(),
        });
    }
    match facts.status {
        None | Some(ImageStatus::Active) => Presence::Here(facts),
        Some(ImageStatus::Activating) => Presence::Awaited(Absence::Activating),
        Some(ImageStatus::Archived) => Presence::Never(Unresolved::Archived {
            image: image.clone(),
            digest: facts.digest,
        }),
        Some(ImageStatus::Other(status)) => Presence::Never(Unresolved::OddStatus {
            image: image.clone(),
            status,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web";

    fn facts(status: Option<ImageStatus>) -> ImageFacts {
        ImageFacts {
            digest: digest('a'),
            tags: vec!["v1".to_owned()],
            pushed_at: None,
            status,
        }
    }

    fn digest(digit: char) -> Digest {
        format!("sha256:{}", digit.to_string().repeat(64))
            .parse()
            .unwrap()
    }

    fn tagged() -> ImageRef {
        format!("{REPOSITORY}:v1").parse().unwrap()
    }

    #[test]
    fn account_region_and_name_are_read_from_the_repository() {
        let repository: Repository = REPOSITORY.parse().unwrap();
        let ecr = EcrRepository::try_from(&repository).unwrap();
        assert_eq!(
            (ecr.account(), ecr.region(), ecr.name()),
            ("123456789012", "us-east-1", "team/web")
        );
    }

    #[test]
    fn another_registry_is_refused() {
        for text in ["web", "ghcr.io/acme/web", "public.ecr.aws/nginx/nginx"] {
            let repository: Repository = text.parse().unwrap();
            let refused = EcrRepository::try_from(&repository).unwrap_err();
            assert!(matches!(refused, Unresolved::NotEcr { .. }), "{text}");
        }
    }

    #[test]
    fn an_image_that_is_active_or_says_nothing_is_here() {
        for status in [None, Some(ImageStatus::Active)] {
            let found = facts(status);
            assert_eq!(
                presence(&tagged(), Some(found.clone())),
                Presence::Here(found)
            );
        }
    }

    #[test]
    fn a_push_and_a_restoration_can_be_waited_for_and_an_archived_image_can_not() {
        assert_eq!(
            presence(&tagged(), None),
            Presence::Awaited(Absence::NotPushed)
        );
        assert_eq!(
            presence(&tagged(), Some(facts(Some(ImageStatus::Activating)))),
            Presence::Awaited(Absence::Activating)
        );
        let archived = presence(&tagged(), Some(facts(Some(ImageStatus::Archived))));
        assert!(matches!(
            archived,
            Presence::Never(Unresolved::Archived { .. })
        ));
        let odd = presence(
            &tagged(),
            Some(facts(Some(ImageStatus::from("QUARANTINED")))),
        );
        assert!(matches!(odd, Presence::Never(Unresolved::OddStatus { .. })));
    }

    #[test]
    fn a_digest_that_is_not_there_or_is_another_is_not_waited_for() {
        let pinned = |digit| tagged().with_digest(digest(digit));
        let missing = presence(&pinned('a'), None);
        assert!(matches!(
            missing,
            Presence::Never(Unresolved::NoDigest { .. })
        ));
        let other = presence(&pinned('b'), Some(facts(None)));
        assert!(matches!(
            other,
            Presence::Never(Unresolved::WrongBytes { .. })
        ));
        assert!(matches!(
            presence(&pinned('a'), Some(facts(None))),
            Presence::Here(_)
        ));
    }
}
