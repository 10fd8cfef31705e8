//! An image in a repository: the exact bytes of its manifest, and what is known about it.

use serde_json::{Value, json};

use crate::sim::ecr::build::USUAL_PLATFORM;
use crate::sim::ecr::{Place, Scan};
use crate::sim::ids::sha256_digest;
use crate::sim::members::Members;
use crate::sim::moment::Moment;

/// The media types of the manifests and the indexes the simulator makes up.
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// The hash of the manifest's bytes: `sha256:<64 hexadecimal digits>`.
    pub(crate) digest: String,
    /// Its tags, none or more.
    pub(crate) tags: Vec<String>,
    /// When it was pushed.
    pub(crate) pushed: Moment,
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING` (`ImageStatus`).
    pub(crate) status: String,
    /// What scanning it finds; nothing if it is never scanned.
    pub(crate) scan: Option<Scan>,
    pub(super) manifest: String,
    pub(super) media_type: String,
    /// The text of its configuration, if the simulator made it up: the only blob there is to be fetched.
    pub(super) configuration: Option<String>,
}

impl Image {
    /// An image with this manifest, told apart from every other by the manifest's bytes.
    pub(crate) fn new(manifest: String, media_type: Option<String>, pushed: Moment) -> Self {
        let digest = sha256_digest(manifest.as_bytes());
        let written = serde_json::from_str::<Members>(&manifest).ok();
        let written = written
            .as_ref()
            .and_then(|members| members.get("mediaType"))
            .and_then(Value::as_str)
            .map(str::to_owned);
        let media_type = media_type
            .or(written)
            .unwrap_or_else(|| OCI_MANIFEST.to_owned());
        Self {
            digest,
            tags: Vec::new(),
            pushed,
            status: "ACTIVE".to_owned(),
            scan: None,
            manifest,
            media_type,
            configuration: None,
        }
    }

    /// The image that a build of `tag` would have pushed: the same for the same names.
    pub(crate) fn made_up(repository: &str, tag: &str, pushed: Moment) -> Self {
        Self {
            tags: vec![tag.to_owned()],
            ..Self::built(&format!("{repository}:{tag}"), USUAL_PLATFORM, pushed)
        }
    }

    pub(super) fn is_archived(&self) -> bool {
        self.status == "ARCHIVED"
    }

    /// The digests of the blobs a manifest needs: configuration and layers.
    pub(super) fn blobs(&self) -> Vec<String> {
        let members = self.members();
        let layers = members
            .get("layers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        members
            .get("config")
            .into_iter()
            .chain(layers)
            .filter_map(digest_of)
            .collect()
    }

    /// The digests of the manifests an index needs.
    pub(super) fn children(&self) -> Vec<String> {
        let members = self.members();
        members
            .get("manifests")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(digest_of)
            .collect()
    }

    /// As `DescribeImages` has it (`ImageDetail`).
    pub(super) fn describe(&self, place: &Place, now: Moment) -> Value {
        let mut detail = json!({
            "registryId": place.registry,
            "repositoryName": place.name,
            "imageDigest": self.digest,
            "imageSizeInBytes": self.size(),
            "imagePushedAt": self.pushed.epoch_seconds(),
            "imageManifestMediaType": self.media_type,
            "imageStatus": self.status,
        });
        if !self.tags.is_empty() {
            detail["imageTags"] = json!(self.tags);
        }
        if self.is_archived() {
            detail["lastArchivedAt"] = self.pushed.epoch_seconds();
        }
        if let Some((status, findings)) = self
            .scan
            .as_ref()
            .and_then(|scan| scan.seen(self.pushed, now))
        {
            detail["imageScanStatus"] = status;
            if let Some(findings) = findings {
                detail["imageScanFindingsSummary"] = findings;
            }
        }
        detail
    }

    /// The sum of the sizes its manifest names.
    fn size(&self) -> i64 {
        let members = self.members();
        let lists = ["layers", "manifests"]
            .into_iter()
            .filter_map(|name| members.get(name))
            .filter_map(Value::as_array);
        let parts = members.get("config").into_iter().chain(lists.flatten());
        parts
            .filter_map(|part| part.get("size"))
            .filter_map(Value::as_i64)
            .fold(0, i64::saturating_add)
    }

    fn members(&self) -> Members {
        serde_json::from_str(&self.manifest).unwrap_or_default()
    }
}

fn digest_of(part: &Value) -> Option<String> {
    part.get("digest")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
