//! The parts of an image reference that may be wrong: what ECS would make of it, not what it should be.
//! For references that are known to be right there is `domain::image`.
use crate::domain::image::EcrRegistry;

/// A reference, taken apart where Docker takes it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImageText<'a> {
    /// Everything before the `@`.
    pub(super) tagged: &'a str,
    /// The registry's host: a first part with a point or a port, or `localhost`. None means Docker Hub.
    pub(super) registry: Option<&'a str>,
    /// What follows the last colon of the name.
    pub(super) tag: Option<&'a str>,
    /// What follows the `@`.
    pub(super) digest: Option<&'a str>,
}

impl<'a> ImageText<'a> {
    /// Takes any text apart.
    #[must_use]
    pub(super) fn of(text: &'a str) -> Self {
        let (tagged, digest) = match text.split_once('@') {
            Some((tagged, digest)) => (tagged, Some(digest)),
            None => (text, None),
        };
        let (registry, name) = match tagged.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
                (Some(first), rest)
            }
            _ => (None, tagged),
        };
        let last = name.rsplit('/').next().unwrap_or(name);
        Self {
            tagged,
            registry,
            tag: last.split_once(':').map(|(_, tag)| tag),
            digest,
        }
    }

    /// The private registry of Amazon ECR it is in.
    #[must_use]
    pub(super) fn ecr(&self) -> Option<EcrRegistry> {
        self.registry?.parse().ok()
    }

    /// Whether it is on Docker Hub.
    #[must_use]
    pub(super) fn is_docker_hub(&self) -> bool {
        self.registry.is_none_or(|host| {
            matches!(
                host,
                "docker.io" | "index.docker.io" | "registry-1.docker.io"
            )
        })
    }

    /// Whether it names one image for ever.
    #[must_use]
    pub(super) fn is_pinned(&self) -> bool {
        self.digest.is_some()
    }

    /// Whether it names what its repository has last, today this and tomorrow that.
    #[must_use]
    pub(super) fn is_floating(&self) -> bool {
        !self.is_pinned() && self.tag.is_none_or(|tag| tag == "latest")
    }
}

/// What is wrong with an image reference in the eyes of ECS (API shape `ContainerDefinition.image`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is none.
    Empty,
    /// A character outside of letters, digits and `-_:./#@`.
    Character(char),
    /// More than 255 characters before the `@`.
    TooLong(usize),
    /// A digest that is not `sha256:` and 64 hexadecimal digits.
    Digest,
}

/// The first thing wrong with a reference, if anything is.
#[must_use]
pub(super) fn fault(text: &str) -> Option<Fault> {
    if text.is_empty() {
        return Some(Fault::Empty);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_:./#@".contains(c);
    if let Some(character) = text.chars().find(|character| !allowed(*character)) {
        return Some(Fault::Character(character));
    }
    let image = ImageText::of(text);
    if image.tagged.len() > LONGEST {
        return Some(Fault::TooLong(image.tagged.len()));
    }
    let is_digest = |digest: &str| {
        digest
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    match image.digest {
        Some(digest) if !is_digest(digest) => Some(Fault::Digest),
        Some(_) | None => None,
    }
}

/// The most characters before the `@`.
pub(super) const LONGEST: usize = 255;

impl Fault {
    /// What is wrong, to follow the name of the thing that is.
    #[must_use]
    pub(super) fn text(&self) -> String {
        match self {
            Self::Empty => "is empty".to_owned(),
            Self::Character(' ') => "holds a space".to_owned(),
            Self::Character(character) => format!(
                "holds a character no image reference has: `{}`",
                character.escape_debug()
            ),
            Self::TooLong(length) => {
                format!("has {length} characters before its digest, the limit is: {LONGEST}")
            }
            Self::Digest => {
                "has a digest that is not `sha256:` and 64 hexadecimal digits".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag_and_a_folder_is_no_registry() {
        let image = ImageText::of("registry.example.com:5000/team/web");
        assert_eq!(image.registry, Some("registry.example.com:5000"));
        assert_eq!(image.tag, None);
        let image = ImageText::of("team/web:1");
        assert_eq!((image.registry, image.tag), (None, Some("1")));
        let image = ImageText::of("localhost/web:1@sha256:ab");
        assert_eq!(
            (image.registry, image.tagged, image.tag, image.digest),
            (
                Some("localhost"),
                "localhost/web:1",
                Some("1"),
                Some("sha256:ab")
            )
        );
    }

    #[test]
    fn latest_and_no_tag_float_and_a_digest_pins() {
        assert!(ImageText::of("web").is_floating());
        assert!(ImageText::of("web:latest").is_floating());
        assert!(!ImageText::of("web:1").is_floating());
        assert!(!ImageText::of("web@sha256:ab").is_floating());
        assert!(!ImageText::of("web:latest@sha256:ab").is_floating());
    }

    #[test]
    fn docker_hub_is_what_names_no_other_registry() {
        for text in ["nginx", "team/web:1", "docker.io/library/nginx"] {
            assert!(ImageText::of(text).is_docker_hub(), "{text}");
        }
        for text in ["public.ecr.aws/nginx/nginx", "localhost/web"] {
            assert!(!ImageText::of(text).is_docker_hub(), "{text}");
        }
    }

    #[test]
    fn every_fault_is_found_and_its_boundary_is_none() {
        let digest = format!("web@sha256:{}", "aF3".repeat(22).get(..64).unwrap());
        for text in ["web", "a.b:1/c/D_e-f:G#1", &"a".repeat(255), &digest] {
            assert_eq!(fault(text), None, "{text}");
        }
        assert_eq!(fault(""), Some(Fault::Empty));
        assert_eq!(fault("web :1"), Some(Fault::Character(' ')));
        assert_eq!(fault("wéb"), Some(Fault::Character('é')));
        assert_eq!(fault(&"a".repeat(256)), Some(Fault::TooLong(256)));
        assert_eq!(fault("web@sha256:abc"), Some(Fault::Digest));
        let other = digest.replace("sha256", "sha512");
        assert_eq!(fault(&other), Some(Fault::Digest));
        let long = format!("{}{}", "a".repeat(252), digest);
        assert_eq!(fault(&long), None, "the digest does not count");
    }
}
