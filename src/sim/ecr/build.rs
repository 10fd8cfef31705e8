//! Making up what a build pushes: an image for one platform with its configuration, or an index of several.
//!
//! The same words give the same bytes, and so the same digest, in every run.

use serde_json::{Value, json};

use crate::sim::ecr::Scan;
use crate::sim::ecr::image::{Image, OCI_INDEX, OCI_MANIFEST};
use crate::sim::ids::sha256_digest;
use crate::sim::moment::Moment;

/// What an image is built for unless something else is said.
pub(crate) const USUAL_PLATFORM: &str = "linux/amd64";
/// The platform that `BuildKit` gives attestations in an index.
const ATTESTATION: &str = "unknown/unknown";

/// One image of an index.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// `os/architecture`, perhaps with a variant; `unknown/unknown` makes it an attestation.
    pub(crate) platform: String,
    /// What scanning it finds.
    pub(crate) scan: Option<Scan>,
}

impl Image {
    /// The image that a build of `what` for a platform pushes.
    pub(crate) fn built(what: &str, platform: &str, pushed: Moment) -> Self {
        let [os, architecture, variant] = words(platform);
        let mut configuration = json!({
            "architecture": architecture,
            "os": os,
            "config": { "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"] },
            "rootfs": { "type": "layers", "diff_ids": [digest(what, "base"), digest(what, "application")] },
        });
        if !variant.is_empty() {
            configuration["variant"] = json!(variant);
        }
        let configuration = configuration.to_string();
        let layer = |part: &str, size: u64| {
            let digest = digest(what, &format!("{part} for {platform}"));
            json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": size })
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": sha256_digest(configuration.as_bytes()),
                "size": configuration.len(),
            },
            "layers": [layer("base", 29_127_451), layer("application", 8_412_096)],
        });
        Self {
            configuration: Some(configuration),
            ..Self::new(manifest.to_string(), None, pushed)
        }
    }

    /// The index that a build of `what` for several platforms pushes, after the images in it.
    pub(crate) fn index(what: &str, parts: &[Part], pushed: Moment) -> Vec<Self> {
        let mut images: Vec<Self> = parts
            .iter()
            .map(|part| Self {
                scan: part.scan.clone(),
                ..Self::built(what, &part.platform, pushed)
            })
            .collect();
        let entries: Vec<Value> = images
            .iter()
            .zip(parts)
            .map(|(image, part)| {
                let [os, architecture, variant] = words(&part.platform);
                let mut entry = json!({
                    "mediaType": OCI_MANIFEST,
                    "digest": image.digest,
                    "size": image.manifest.len(),
                    "platform": { "architecture": architecture, "os": os },
                });
                if !variant.is_empty() {
                    entry["platform"]["variant"] = json!(variant);
                }
                if part.platform == ATTESTATION {
                    entry["annotations"] =
                        json!({ "vnd.docker.reference.type": "attestation-manifest" });
                }
                entry
            })
            .collect();
        let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries });
        images.push(Self::new(index.to_string(), None, pushed));
        images
    }
}

/// Whether a text is `os/architecture` or `os/architecture/variant`.
pub(crate) fn is_platform(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| !part.is_empty())
}

fn words(platform: &str) -> [&str; 3] {
    let mut parts = platform.splitn(3, '/');
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

fn digest(what: &str, part: &str) -> String {
    sha256_digest(format!("{what} {part}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(0);

    #[test]
    fn an_image_names_its_platform_in_the_configuration_its_manifest_names() {
        let image = Image::built("web:1", "linux/arm/v7", NOW);
        let configuration = image.configuration.clone().unwrap();
        assert_eq!(image.blobs()[0], sha256_digest(configuration.as_bytes()));
        let value: Value = serde_json::from_str(&configuration).unwrap();
        assert_eq!(value["architecture"], "arm");
        assert_eq!(value["variant"], "v7");
        assert_ne!(
            image.digest,
            Image::built("web:1", "linux/arm64", NOW).digest
        );
        assert_ne!(
            image.digest,
            Image::built("web:2", "linux/arm/v7", NOW).digest
        );
    }

    #[test]
    fn an_index_comes_after_the_images_it_names() {
        let part = |platform: &str| Part {
            platform: platform.to_owned(),
            scan: None,
        };
        let parts = [part("linux/amd64"), part("linux/arm64"), part(ATTESTATION)];
        let images = Image::index("web:1", &parts, NOW);
        assert_eq!(images.len(), 4);
        let digests: Vec<_> = images[..3]
            .iter()
            .map(|image| image.digest.clone())
            .collect();
        assert_eq!(images[3].children(), digests);
        assert!(images[3].manifest.contains("attestation-manifest"));
        assert_eq!(images[3].media_type, OCI_INDEX);
    }
}
