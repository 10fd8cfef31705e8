//! What the stages need of a private registry of Amazon ECR: what an image is, its bytes, its scan. Nothing is changed.
//!
//! Every call names the registry by its account, and asks it in its own Region, both from the repository's URI; but for the one
//! that finds the URI.

use super::PortError;
use crate::domain::image::{Digest, Repository};
use crate::domain::resolve::{EcrRepository, ImageFacts, ImageName, Scan};

/// The most tags that are read of a repository, for a hint.
pub const MOST_TAGS: usize = 10_000;

/// Reads images. A repository that does not exist is a refusal with the code `RepositoryNotFoundException`.
pub trait ReadImages {
    /// The URI of a repository that is given by its name alone: in the caller's account and Region (`DescribeRepositories`).
    async fn repository(&self, name: &str) -> Result<Repository, PortError>;

    /// What an image is, whatever its status; `None` if the repository has none by that name (`DescribeImages` with the
    /// status filter `ANY`, because archived images are not seen otherwise).
    async fn image(
        &self,
        repository: &EcrRepository,
        name: &ImageName,
    ) -> Result<Option<ImageFacts>, PortError>;

    /// The bytes of a manifest, as they came; `None` if the registry does not have it (`BatchGetImage`). They are not
    /// verified here.
    async fn manifest(
        &self,
        repository: &EcrRepository,
        digest: &Digest,
    ) -> Result<Option<String>, PortError>;

    /// The text of a configuration, of at most 8 MiB (`GetDownloadUrlForLayer`, and what is behind its answer). It is not
    /// verified here.
    async fn configuration(
        &self,
        repository: &EcrRepository,
        digest: &Digest,
    ) -> Result<String, PortError>;

    /// The scan of one manifest (`DescribeImageScanFindings`).
    async fn scan(&self, repository: &EcrRepository, digest: &Digest) -> Result<Scan, PortError>;

    /// Tags of the repository, at most [`MOST_TAGS`] (`ListImages`).
    async fn tags(&self, repository: &EcrRepository) -> Result<Vec<String>, PortError>;
}
