//! Why an image is not resolved: one variant each, with what to say and what to do. Which exit follows is decided elsewhere.
use std::fmt;
use std::time::Duration;

use super::super::image::{Digest, ImageRef, Repository};
use super::EcrRepository;
use super::manifest::NotAnImage;
use super::near::Near;
use super::platform::Platform;
use super::scan::{Counts, Doubt, MaxSeverity};

/// Why an image is not resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// The repository is in no private registry of Amazon ECR.
    NotEcr {
        /// The repository.
        repository: Repository,
    },
    /// The registry has no such repository.
    NoRepository {
        /// The repository.
        repository: EcrRepository,
    },
    /// The repository has no such tag.
    NoTag {
        /// The image that was looked for.
        image: ImageRef,
        /// What exists that is near.
        near: Near,
        /// How long it was waited for.
        waited: Option<Duration>,
    },
    /// The repository has no image with this digest.
    NoDigest {
        /// The image that was looked for.
        image: ImageRef,
    },
    /// The image is in the archive.
    Archived {
        /// The image that was looked for.
        image: ImageRef,
        /// What it is.
        digest: Digest,
    },
    /// The image is being restored from the archive.
    Activating {
        /// The image that was looked for.
        image: ImageRef,
        /// How long it was waited for.
        waited: Option<Duration>,
    },
    /// The image has a status this version does not know.
    OddStatus {
        /// The image that was looked for.
        image: ImageRef,
        /// The status, as it came.
        status: String,
    },
    /// What the registry gave is not what the digest says.
    WrongBytes {
        /// The image that was looked for.
        image: ImageRef,
        /// What was asked for.
        digest: Digest,
        /// The digest of what came, with its `sha256:`.
        found: String,
    },
    /// It is no container image.
    NotAnImage {
        /// The image that was looked for.
        image: ImageRef,
        /// Why.
        why: NotAnImage,
    },
    /// An index that holds too many manifests to be followed.
    TooDeep {
        /// The image that was looked for.
        image: ImageRef,
    },
    /// There is no image for the platform.
    NoPlatform {
        /// The image that was looked for.
        image: ImageRef,
        /// The platform that was asked for.
        wanted: Platform,
        /// What there is instead.
        exist: Vec<Platform>,
    },
    /// The scan found worse than what is let through.
    Findings {
        /// What was scanned, with its platform if it has one of several.
        scanned: String,
        /// What is let through.
        max: MaxSeverity,
        /// What is worse.
        counts: Counts,
    },
    /// Nobody knows what a scan would find.
    Doubtful {
        /// What was scanned, with its platform if it has one of several.
        scanned: String,
        /// Why.
        doubt: Doubt,
        /// How long it was waited for.
        waited: Option<Duration>,
    },
}

impl Unresolved {
    /// What to do about it, one line.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotEcr { .. } => {
                "give the URI of a repository in a private registry of Amazon ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`"
            }
            Self::NoRepository { repository } => {
                return Some(format!(
                    "check the name, the account `{}` and the Region `{}` in the URI",
                    repository.account(),
                    repository.region()
                ));
            }
            Self::NoTag { near, waited, .. } => return Some(missing_hint(near, *waited)),
            Self::NoDigest { .. } => {
                "check repository, account and Region in the URI; a lifecycle policy may have removed the image: push it again"
            }
            Self::Archived { .. } => {
                "restore it first (`aws ecr update-image-storage-class`), or push it again under another tag"
            }
            Self::Activating { waited: None, .. } => {
                "set `wait`, or run it again when it is restored"
            }
            Self::Activating {
                waited: Some(_), ..
            } => "raise `timeout`, or run it again when it is restored",
            Self::OddStatus { .. } => {
                "look at the image in the registry; a newer version may know this status"
            }
            Self::WrongBytes { .. } => {
                "something between here and the registry changes what it answers: do not deploy this"
            }
            Self::NotAnImage { .. } => "give the tag of a container image",
            Self::TooDeep { .. } => "push an index that names its images directly",
            Self::NoPlatform { .. } => {
                "build for that platform too, or ask for one that exists and set `runtimePlatform` to it"
            }
            Self::Findings { .. } => {
                "mend what the scan found, or let more through with `max-severity`"
            }
            Self::Doubtful { doubt, waited, .. } => match (doubt, waited) {
                (Doubt::Unscanned, None) => {
                    "turn on scanning for the repository; right after a push, set `wait`"
                }
                (Doubt::Unscanned, Some(_)) => {
                    "turn on scanning for the repository and push again, or start a scan"
                }
                (Doubt::Running(_) | Doubt::Silent(_), None) => "set `wait`, or run it again",
                (Doubt::Running(_) | Doubt::Silent(_), Some(_)) => {
                    "raise `timeout`, or run it again"
                }
                (Doubt::Impossible(..), _) => {
                    "an unknown result does not pass: have the image scanned, or leave out `max-severity`"
                }
                (Doubt::Unrated(_), _) => {
                    "a finding without a severity may be of any: judge them yourself, then use `max-severity` `critical`"
                }
            },
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEcr { repository } => write!(
                f,
                "not a repository in a private registry of Amazon ECR: `{repository}`"
            ),
            Self::NoRepository { repository } => {
                write!(f, "there is no such repository: `{repository}`")
            }
            Self::NoTag {
                image,
                waited: None,
                ..
            } => write!(f, "the repository has no image with this tag: `{image}`"),
            Self::NoTag {
                image,
                waited: Some(waited),
                ..
            } => write!(
                f,
                "no image with this tag was pushed within {}: `{image}`",
                seconds(*waited)
            ),
            Self::NoDigest { image } => {
                write!(f, "the repository has no image with this digest: `{image}`")
            }
            Self::Archived { image, digest } => write!(
                f,
                "the image is archived, so it can not be pulled (`{digest}`): `{image}`"
            ),
            Self::Activating {
                image,
                waited: None,
            } => write!(
                f,
                "the image is still being restored from the archive: `{image}`"
            ),
            Self::Activating {
                image,
                waited: Some(waited),
            } => write!(
                f,
                "the image is still being restored from the archive after {}: `{image}`",
                seconds(*waited)
            ),
            Self::OddStatus { image, status } => write!(
                f,
                "the image `{image}` has a status this version does not know: `{}`",
                status.escape_debug()
            ),
            Self::WrongBytes {
                image,
                digest,
                found,
            } => write!(
                f,
                "what the registry gives for `{image}` does not have the digest `{digest}`, but: `{}`",
                found.escape_debug()
            ),
            Self::NotAnImage { image, why } => write!(f, "not a container image, {why}: `{image}`"),
            Self::TooDeep { image } => {
                write!(f, "the index holds too many manifests: `{image}`")
            }
            Self::NoPlatform {
                image,
                wanted,
                exist,
            } => {
                let exist: Vec<String> = exist.iter().map(|one| format!("`{one}`")).collect();
                if exist.is_empty() {
                    return write!(f, "`{image}` names no platform at all, so not `{wanted}`");
                }
                write!(
                    f,
                    "`{image}` is not built for `{wanted}`, only for: {}",
                    exist.join(", ")
                )
            }
            Self::Findings {
                scanned,
                max,
                counts,
            } => write!(
                f,
                "the scan of {scanned} found worse than `{max}`: {counts}"
            ),
            Self::Doubtful {
                scanned,
                doubt,
                waited,
            } => {
                doubt_of(doubt, scanned, f)?;
                match waited {
                    Some(waited) => write!(f, " (after {})", seconds(*waited)),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for Unresolved {}

fn doubt_of(doubt: &Doubt, scanned: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match doubt {
        Doubt::Unscanned => write!(f, "there is no scan of {scanned}"),
        Doubt::Running(status) => write!(f, "the scan of {scanned} is not over: `{status}`"),
        Doubt::Impossible(status, description) => {
            write!(f, "the scan of {scanned} has no result: `{status}`")?;
            match description {
                Some(text) => write!(f, " ({})", text.escape_debug()),
                None => Ok(()),
            }
        }
        Doubt::Silent(status) => write!(
            f,
            "the scan of {scanned} does not say what it found: `{status}`"
        ),
        Doubt::Unrated(counts) => write!(
            f,
            "the scan of {scanned} has findings without a known severity: {counts}"
        ),
    }
}

/// What to try when a tag is missing.
fn missing_hint(near: &Near, waited: Option<Duration>) -> String {
    let near: String = match (near.tags.as_slice(), near.of) {
        ([], None) => "which tags exist could not be read".to_owned(),
        ([], Some(0)) => "the repository has no tags".to_owned(),
        ([], Some(count)) => format!("none of its {count} tags is near"),
        (tags, _) => format!("near it are: `{}`", tags.join("`, `")),
    };
    match waited {
        None => format!("{near}; set `wait` if the push is still to come"),
        Some(_) => format!("{near}; look at the job that pushes, or raise `timeout`"),
    }
}

/// What to try when the registry refuses to let us look: what is needed on either side.
#[must_use]
pub fn access_hint(repository: &EcrRepository) -> String {
    format!(
        "allow the role of this job the action on the repository; if account `{}` is not the role's own, the repository's policy must allow it too",
        repository.account()
    )
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> ImageRef {
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:v1"
            .parse()
            .unwrap()
    }

    fn missing(tags: &[&str], of: Option<usize>, waited: Option<Duration>) -> Unresolved {
        Unresolved::NoTag {
            image: image(),
            near: Near {
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                of,
            },
            waited,
        }
    }

    #[test]
    fn a_missing_tag_is_told_with_what_is_near() {
        let one = missing(&["v1.0", "v11"], Some(7), None);
        assert_eq!(
            one.to_string(),
            "the repository has no image with this tag: `123456789012.dkr.ecr.us-east-1.amazonaws.com/web:v1`"
        );
        assert_eq!(
            one.hint().unwrap(),
            "near it are: `v1.0`, `v11`; set `wait` if the push is still to come"
        );
        for (of, said) in [
            (None, "could not be read"),
            (Some(0), "has no tags"),
            (Some(7), "none of its 7 tags"),
        ] {
            let hint = missing(&[], of, None).hint().unwrap();
            assert!(hint.contains(said), "{hint}");
        }
    }

    #[test]
    fn a_push_that_did_not_come_is_told_with_the_time_it_was_waited_for() {
        let one = missing(&[], Some(7), Some(Duration::from_mins(2)));
        assert!(one.to_string().contains("within 120 s"), "{one}");
        assert!(one.hint().unwrap().contains("`timeout`"));
    }

    #[test]
    fn a_missing_platform_is_told_with_those_that_exist() {
        let one = Unresolved::NoPlatform {
            image: image(),
            wanted: "linux/arm64".parse().unwrap(),
            exist: vec![
                "linux/amd64".parse().unwrap(),
                "windows/amd64".parse().unwrap(),
            ],
        };
        assert!(
            one.to_string().ends_with(
                "is not built for `linux/arm64`, only for: `linux/amd64`, `windows/amd64`"
            ),
            "{one}"
        );
    }

    #[test]
    fn who_may_not_look_is_told_of_both_policies() {
        let repository: Repository = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/web"
            .parse()
            .unwrap();
        let hint = access_hint(&EcrRepository::try_from(&repository).unwrap());
        assert!(
            hint.contains("`210987654321`") && hint.contains("policy"),
            "{hint}"
        );
    }
}
