//! What a manifest's bytes say: an image with its configuration, or an index of images for several platforms.
//!
//! Its bytes are its identity: they are hashed here, and never written again.
use std::fmt;

use serde_json::Value;

use super::super::digest::sha256_hex;
use super::super::image::Digest;
use super::platform::Platform;

/// Types of the configuration of an image that can be run (OCI image specification; Docker image manifest, schema 2).
const RUNNABLE: [&str; 2] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// One image, whose platform is said by the blob with this digest.
    Image {
        /// The digest of its configuration.
        config: Digest,
    },
    /// Images for several platforms, at least one; attestations are left out.
    Index {
        /// In the order of the index.
        children: Vec<Child>,
    },
}

/// An entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The digest of its manifest.
    pub digest: Digest,
    /// What it is built for, if the index says so.
    pub platform: Option<Platform>,
}

/// Why the bytes are no manifest of a container image: a lowercase fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnImage(String);

impl fmt::Display for NotAnImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Manifest {
    /// Whether these bytes are the ones a digest stands for; else the digest they have.
    ///
    /// # Errors
    /// The digest of the bytes, with its `sha256:`.
    pub fn verify(text: &str, digest: &Digest) -> Result<(), String> {
        let found = format!("sha256:{}", sha256_hex(text.as_bytes()));
        if found == digest.as_str() {
            Ok(())
        } else {
            Err(found)
        }
    }

    /// Reads a manifest. What it is, is told by its members, because the media type is optional in it.
    ///
    /// # Errors
    /// It is no JSON object with a configuration or with manifests, or it is that of something else than an image.
    pub fn parse(text: &str) -> Result<Self, NotAnImage> {
        let value: Value = serde_json::from_str(text)
            .map_err(|_| NotAnImage("its manifest is not JSON".to_owned()))?;
        if let Some(entries) = value.get("manifests").and_then(Value::as_array) {
            let children = entries.iter().filter(|entry| !is_attestation(entry));
            let children: Vec<Child> = children.map(child).collect::<Result<_, _>>()?;
            if children.is_empty() {
                return Err(NotAnImage("its index names no image".to_owned()));
            }
            return Ok(Self::Index { children });
        }
        let Some(config) = value.get("config") else {
            return Err(NotAnImage(
                "its manifest names no configuration; images of Docker's schema 1 are not supported"
                    .to_owned(),
            ));
        };
        match config.get("mediaType").and_then(Value::as_str) {
            Some(kind) if !RUNNABLE.contains(&kind) => Err(NotAnImage(format!(
                "it is an artifact of the type `{kind}`"
            ))),
            _ => digest(config).map(|config| Self::Image { config }),
        }
    }
}

fn child(entry: &Value) -> Result<Child, NotAnImage> {
    Ok(Child {
        digest: digest(entry)?,
        platform: entry.get("platform").and_then(Platform::of_json),
    })
}

/// `BuildKit` puts provenance and lists of parts beside the images of an index.
fn is_attestation(entry: &Value) -> bool {
    let annotated = entry
        .get("annotations")
        .and_then(|annotations| annotations.get("vnd.docker.reference.type"))
        .is_some();
    let platform = entry.get("platform").and_then(Platform::of_json);
    annotated || platform.is_some_and(|platform| platform.is_unknown())
}

fn digest(part: &Value) -> Result<Digest, NotAnImage> {
    part.get("digest")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| NotAnImage("its manifest has a part without a SHA-256 digest".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(digit: char) -> String {
        format!("sha256:{}", digit.to_string().repeat(64))
    }

    #[test]
    fn the_digest_is_the_hash_of_the_exact_bytes() {
        let digest: Digest =
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                .parse()
                .unwrap();
        assert_eq!(Manifest::verify("abc", &digest), Ok(()));
        let other = Manifest::verify("abc\n", &digest).unwrap_err();
        assert!(other.starts_with("sha256:edeaaff3"), "{other}");
    }

    #[test]
    fn an_image_names_its_configuration() {
        let config = digest_of('c');
        for kind in RUNNABLE {
            let text = format!(
                r#"{{"schemaVersion":2,"config":{{"mediaType":"{kind}","digest":"{config}"}}}}"#
            );
            let Manifest::Image { config: found } = Manifest::parse(&text).unwrap() else {
                panic!("an index")
            };
            assert_eq!(found.as_str(), config);
        }
        assert!(Manifest::parse(&format!(r#"{{"config":{{"digest":"{config}"}}}}"#)).is_ok());
    }

    #[test]
    fn an_index_names_its_platforms_and_attestations_are_left_out() {
        let (a, b, c) = (digest_of('a'), digest_of('b'), digest_of('c'));
        let text = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
                {{"digest":"{a}","platform":{{"os":"linux","architecture":"amd64"}}}},
                {{"digest":"{b}"}},
                {{"digest":"{c}","platform":{{"os":"unknown","architecture":"unknown"}}}},
                {{"digest":"{c}","annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}}]}}"#
        );
        let Manifest::Index { children } = Manifest::parse(&text).unwrap() else {
            panic!("an image")
        };
        let shown: Vec<_> = children
            .iter()
            .map(|child| {
                (
                    child.digest.as_str(),
                    child.platform.as_ref().map(ToString::to_string),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (a.as_str(), Some("linux/amd64".to_owned())),
                (b.as_str(), None)
            ]
        );
    }

    #[test]
    fn what_cannot_be_run_is_told() {
        let helm = format!(
            r#"{{"config":{{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"{}"}}}}"#,
            digest_of('a')
        );
        for (text, said) in [
            (helm.as_str(), "helm"),
            (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema 1"),
            (r#"{"manifests":[]}"#, "names no image"),
            ("nothing", "not JSON"),
            (r#"{"config":{"digest":"md5:1"}}"#, "SHA-256"),
            (r#"{"manifests":[{}]}"#, "SHA-256"),
        ] {
            let error = Manifest::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
