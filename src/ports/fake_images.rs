//! A registry in memory, for workflow tests: what it answers is scripted, by the time of a clock whose sleep takes none.
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::fake::{Calls, FakeClock, FakeFiles, keeps_its_files, lives_by_its_clock};
use super::images::ReadImages;
use super::{GitHead, PortError, Refused, Surroundings};
use crate::domain::digest::sha256_hex;
use crate::domain::image::{Digest, Repository};
use crate::domain::resolve::{EcrRepository, ImageFacts, ImageName, ImageStatus, Scan};

/// What an image is from some second on.
type Since = Vec<(u64, ImageFacts)>;
/// What a scan says from some second on.
type Scans = Vec<(u64, Scan)>;

/// A registry with one repository, and what surrounds a stage.
#[derive(Debug, Default)]
pub(crate) struct FakeImages {
    pub(crate) clock: FakeClock,
    pub(crate) calls: Calls,
    pub(crate) files: FakeFiles,
    pub(crate) variables: BTreeMap<&'static str, String>,
    /// By tag or digest.
    pub(crate) images: RefCell<BTreeMap<String, Since>>,
    /// Manifests and configurations by digest.
    pub(crate) blobs: RefCell<BTreeMap<String, String>>,
    /// By digest.
    pub(crate) scans: RefCell<BTreeMap<String, Scans>>,
    /// The code every look is refused with.
    pub(crate) refuses: Cell<Option<&'static str>>,
    /// The second until which nothing can be asked.
    pub(crate) silent_until: Cell<u64>,
}

impl FakeImages {
    /// Puts in a manifest or a configuration, and gives its digest.
    pub(crate) fn blob(&self, text: &str) -> Digest {
        let digest: Digest = format!("sha256:{}", sha256_hex(text.as_bytes()))
            .parse()
            .unwrap();
        self.blobs
            .borrow_mut()
            .insert(digest.to_string(), text.to_owned());
        digest
    }

    /// An image for one platform, and gives the digest of its manifest.
    pub(crate) fn image_for(&self, architecture: &str) -> Digest {
        let config = self.blob(&format!(
            r#"{{"os":"linux","architecture":"{architecture}"}}"#
        ));
        self.blob(&format!(r#"{{"config":{{"digest":"{config}"}}}}"#))
    }

    /// Says what a tag, and the digest, means from some second on.
    pub(crate) fn tag(&self, since: u64, tag: &str, digest: &Digest, status: &str) {
        let facts = ImageFacts {
            digest: digest.clone(),
            tags: vec![tag.to_owned()],
            pushed_at: Some(1_700_000_000),
            status: Some(ImageStatus::from(status)),
        };
        let mut images = self.images.borrow_mut();
        for name in [tag, digest.as_str()] {
            let name = images.entry(name.to_owned()).or_default();
            name.push((since, facts.clone()));
        }
    }

    /// Says what the scan of a manifest is from some second on.
    pub(crate) fn scanned(&self, since: u64, digest: &Digest, scan: Scan) {
        let mut scans = self.scans.borrow_mut();
        let one = scans.entry(digest.to_string()).or_default();
        one.push((since, scan));
    }

    fn asked(&self, operation: &'static str, detail: &str) -> Result<u64, PortError> {
        self.calls.make(operation, detail)?;
        let now = self.clock.elapsed.get().as_secs();
        if now < self.silent_until.get() {
            return Err(PortError::Unreachable {
                operation,
                reason: "silent on purpose".to_owned(),
                throttled: false,
            });
        }
        match self.refuses.get() {
            None => Ok(now),
            Some(code) => Err(PortError::Refused(Refused {
                operation,
                code: code.to_owned(),
                message: "no".to_owned(),
                request_id: None,
            })),
        }
    }
}

/// The last entry that has begun.
fn at<T: Clone>(entries: Option<&Vec<(u64, T)>>, now: u64) -> Option<T> {
    let begun = entries?.iter().filter(|(since, _)| *since <= now);
    begun.last().map(|(_, value)| value.clone())
}

impl ReadImages for FakeImages {
    async fn repository(&self, name: &str) -> Result<Repository, PortError> {
        self.asked("DescribeRepositories", name)?;
        let uri = format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}");
        Ok(uri.parse().unwrap())
    }

    async fn image(
        &self,
        _: &EcrRepository,
        name: &ImageName,
    ) -> Result<Option<ImageFacts>, PortError> {
        let name = match name {
            ImageName::Tag(tag) => tag.as_str(),
            ImageName::Digest(digest) => digest.as_str(),
        };
        let now = self.asked("DescribeImages", name)?;
        Ok(at(self.images.borrow().get(name), now))
    }

    async fn manifest(
        &self,
        _: &EcrRepository,
        digest: &Digest,
    ) -> Result<Option<String>, PortError> {
        self.asked("BatchGetImage", "")?;
        Ok(self.blobs.borrow().get(digest.as_str()).cloned())
    }

    async fn configuration(&self, _: &EcrRepository, digest: &Digest) -> Result<String, PortError> {
        self.asked("GetDownloadUrlForLayer", "")?;
        Ok(self
            .blobs
            .borrow()
            .get(digest.as_str())
            .cloned()
            .unwrap_or_default())
    }

    async fn scan(&self, _: &EcrRepository, digest: &Digest) -> Result<Scan, PortError> {
        let now = self.asked("DescribeImageScanFindings", "")?;
        let seen = at(self.scans.borrow().get(digest.as_str()), now);
        Ok(seen.unwrap_or(Scan::Missing))
    }

    async fn tags(&self, _: &EcrRepository) -> Result<Vec<String>, PortError> {
        let now = self.asked("ListImages", "")?;
        let images = self.images.borrow();
        Ok(images
            .iter()
            .filter(|(name, since)| !name.contains(':') && at(Some(since), now).is_some())
            .map(|(name, _)| name.clone())
            .collect())
    }
}

lives_by_its_clock!(FakeImages);
keeps_its_files!(FakeImages);

impl Surroundings for FakeImages {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn git_head(&self) -> Option<GitHead> {
        None
    }
}
