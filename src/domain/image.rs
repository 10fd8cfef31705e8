//! References to container images: where they are, which tag, which digest.
//! Whether an image exists is not known here.
use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;
use super::names::ContainerName;

mod ecr;

pub use ecr::EcrRegistry;

/// The longest reference ECS takes, without its digest.
const LONGEST_REFERENCE: usize = 255;

/// A place images are kept at, without tag and digest: `REGISTRY/NAME`, or `NAME` on Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    registry: Option<String>,
    name: String,
}

impl Repository {
    /// The registry's host, perhaps with a port; none means Docker Hub.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The name within the registry: `team/web`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Account, Region and form of the registry, if it is a private one of Amazon ECR.
    #[must_use]
    pub fn ecr(&self) -> Option<EcrRegistry> {
        self.registry().and_then(|host| host.parse().ok())
    }

    /// The image with this tag.
    #[must_use]
    pub fn with_tag(&self, tag: Tag) -> ImageRef {
        ImageRef {
            repository: self.clone(),
            tag: Some(tag),
            digest: None,
        }
    }

    /// The image with this digest.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> ImageRef {
        ImageRef {
            repository: self.clone(),
            tag: None,
            digest: Some(digest),
        }
    }
}

impl FromStr for Repository {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let image: ImageRef = text.parse()?;
        match (image.tag, image.digest) {
            (None, None) => Ok(image.repository),
            (Some(_), _) => Err(Malformed::new(
                "a repository is named without a tag; give the tag on its own",
            )),
            (None, Some(_)) => Err(Malformed::new("a repository is named without a digest")),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.name)
    }
}

/// A name for an image that may be moved to another one: 1 to 128 letters, digits, `_`, `.` and `-`, not beginning with
/// `.` or `-` (OCI distribution specification).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|byte| word(byte) || byte == b'.' || byte == b'-')
            && !text.starts_with(['.', '-']);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new(
                "a tag has 1 to 128 letters, digits, `_`, `.` or `-` and begins with none of the last two",
            ))
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of an image: `sha256:` and 64 lower-case hexadecimal digits. ECS takes no other algorithm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// The digest as text, with its `sha256:`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Digest {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match text.strip_prefix("sha256:") {
            Some(hex) if hex.len() == 64 && hex.bytes().all(digit) => Ok(Self(text.to_owned())),
            _ => Err(Malformed::new(
                "a digest is `sha256:` and 64 lower-case hexadecimal digits",
            )),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reference to an image: `[REGISTRY/]NAME[:TAG][@DIGEST]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    repository: Repository,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

impl ImageRef {
    /// The reference without tag and digest.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The tag, if it has one.
    #[must_use]
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// The digest, if it has one; then the tag is only for people.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The image of the same repository with this tag, and no digest.
    #[must_use]
    pub fn with_tag(&self, tag: Tag) -> Self {
        self.repository.with_tag(tag)
    }

    /// The image of the same repository with this digest, and no tag.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        self.repository.with_digest(digest)
    }
}

impl FromStr for ImageRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(Malformed::new("an image must not be empty"));
        }
        if text.contains(char::is_whitespace) {
            return Err(Malformed::new("an image reference holds no spaces"));
        }
        if text.contains("://") {
            return Err(Malformed::new(
                "an image reference begins with the registry, without `https://`",
            ));
        }
        let (tagged, digest) = match text.split_once('@') {
            Some((tagged, digest)) => (tagged, Some(digest.parse()?)),
            None => (text, None),
        };
        if tagged.len() > LONGEST_REFERENCE {
            return Err(Malformed::new(format!(
                "an image reference has at most {LONGEST_REFERENCE} characters before its digest"
            )));
        }
        // A colon before the last slash belongs to the port of the registry.
        let name_start = tagged.rfind('/').map_or(0, |slash| slash + 1);
        let (untagged, tag) = match tagged.rfind(':').filter(|colon| *colon >= name_start) {
            Some(colon) => {
                let (untagged, tag) = tagged.split_at(colon);
                let tag = tag.strip_prefix(':').unwrap_or(tag);
                (untagged, Some(tag.parse()?))
            }
            None => (tagged, None),
        };
        Ok(Self {
            repository: repository(untagged)?,
            tag,
            digest,
        })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.repository.fmt(f)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Splits off the registry as Docker does: a first part with a point or a port, or `localhost`.
fn repository(text: &str) -> Result<Repository, Malformed> {
    let (registry, name) = match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, text),
    };
    if let Some(host) = registry
        && !is_host(host)
    {
        return Err(Malformed::new(
            "the registry of an image is a host name, perhaps with a port",
        ));
    }
    if !name.split('/').all(is_name_part) {
        return Err(Malformed::new(
            "the name of an image has lower-case letters and digits, parted by `/`, `.`, `_`, `__` or `-`",
        ));
    }
    Ok(Repository {
        registry: registry.map(str::to_owned),
        name: name.to_owned(),
    })
}

/// A host name or an address, perhaps with a port.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let label = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    name.split('.').all(label)
        && port.is_none_or(|port| {
            port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
        })
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, from the OCI distribution specification.
fn is_name_part(text: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separator = |run: &str| {
        matches!(run, "." | "_" | "__") || (!run.is_empty() && run.bytes().all(|byte| byte == b'-'))
    };
    let mut rest = text;
    loop {
        let word = rest.bytes().take_while(|byte| alphanumeric(*byte)).count();
        let (found, behind) = rest.split_at_checked(word).unwrap_or(("", ""));
        if found.is_empty() {
            return false;
        }
        if behind.is_empty() {
            return true;
        }
        let run = behind
            .bytes()
            .take_while(|byte| !alphanumeric(*byte))
            .count();
        let (found, behind) = behind.split_at_checked(run).unwrap_or(("", ""));
        if !separator(found) {
            return false;
        }
        rest = behind;
    }
}

/// Which image a container gets: `CONTAINER=IMAGE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageBinding {
    /// The container.
    pub container: ContainerName,
    /// Its image.
    pub image: ImageRef,
}

impl FromStr for ImageBinding {
    type Err = Malformed;

    /// Split at the first `=`, spaces around both halves ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((container, image)) = text.split_once('=') else {
            return Err(Malformed::new("must be of the form `CONTAINER=IMAGE`"));
        };
        Ok(Self {
            container: container.trim().parse()?,
            image: image.trim().parse()?,
        })
    }
}

impl fmt::Display for ImageBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.container, self.image)
    }
}

#[cfg(test)]
mod tests;
