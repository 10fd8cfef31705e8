//! Who holds a lease: a name that fits a tag, taken from the CI run unless given.
//!
//! Not a secret and not a proof: it tells two runs apart and tells a person where to look.

use std::fmt;
use std::str::FromStr;

use crate::domain::digest::hex;

use sha2::{Digest, Sha256};

/// The name of a run, 1 to 48 characters that are safe in every tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner(String);

impl Owner {
    /// Characters an owner may have; what is left of the tag belongs to the switches of the largest group.
    pub const MAX_LENGTH: usize = 48;

    /// The run this process belongs to, from the variables of the CI system; none outside of CI.
    ///
    /// The run, not its job or attempt: a suspension made by one job is given back by another, or by a repeated one.
    /// A name that does not fit loses its beginning, because the end tells runs apart.
    pub fn of_ci_run(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let name = if let Some(run) = given("GITHUB_RUN_ID") {
            match given("GITHUB_REPOSITORY") {
                Some(repository) => format!("github/{repository}/{run}"),
                None => format!("github/{run}"),
            }
        } else if let Some(execution) = given("CODEBUILD_BUILD_ID") {
            format!("codebuild/{execution}")
        } else if let Some(pipeline) = given("CI_PIPELINE_ID") {
            format!("gitlab/{pipeline}")
        } else if let Some(workflow) = given("CIRCLE_WORKFLOW_ID") {
            format!("circleci/{workflow}")
        } else if let Some(build) = given("BITBUCKET_PIPELINE_UUID") {
            format!("bitbucket/{build}")
        } else if let Some(build) = given("BUILDKITE_BUILD_ID") {
            format!("buildkite/{build}")
        } else if let Some(build) = given("BUILD_BUILDID") {
            format!("azure/{build}")
        } else {
            format!("jenkins/{}", given("BUILD_TAG")?)
        };
        let safe: Vec<char> = name
            .chars()
            .map(|c| if is_safe(c) { c } else { '-' })
            .collect();
        let start = safe.len().saturating_sub(Self::MAX_LENGTH);
        Some(Self(safe[start..].iter().collect()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A short mark of this owner, for a successor's lease.
    #[must_use]
    pub fn mark(&self) -> OwnerMark {
        let hash = Sha256::digest(self.0.as_bytes());
        OwnerMark(hex(&hash[..4]))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Owner {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, OwnerError> {
        if text.is_empty() {
            return Err(OwnerError::Empty);
        }
        if text == "-" {
            return Err(OwnerError::Reserved);
        }
        if let Some(found) = text.chars().find(|c| !is_safe(*c)) {
            return Err(OwnerError::Character(found));
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(OwnerError::Long(text.len()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What every tagging API takes, less the space, which separates a lease's members.
fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-=._:/@".contains(c)
}

/// Eight hex digits that stand for an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerMark(String);

impl OwnerMark {
    /// How many characters a mark has.
    pub(super) const LENGTH: usize = 8;
}

impl fmt::Display for OwnerMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OwnerMark {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, OwnerError> {
        let hex =
            text.len() == Self::LENGTH && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        if hex {
            Ok(Self(text.to_owned()))
        } else {
            Err(OwnerError::Mark)
        }
    }
}

/// Why a text is no owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerError {
    /// Nothing there.
    Empty,
    /// `-` stands for nobody.
    Reserved,
    /// A character tags do not take.
    Character(char),
    /// Too many characters: how many there are.
    Long(usize),
    /// Not eight hex digits.
    Mark,
}

impl fmt::Display for OwnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the owner is empty"),
            Self::Reserved => f.write_str("this owner stands for nobody: `-`"),
            Self::Character(found) => write!(
                f,
                "an owner holds letters, digits and `+ - = . _ : / @` without spaces, found: `{}`",
                found.escape_default()
            ),
            Self::Long(length) => {
                write!(
                    f,
                    "an owner has at most {} characters, found: {length}",
                    Owner::MAX_LENGTH
                )
            }
            Self::Mark => f.write_str("the mark of an owner is eight hex digits"),
        }
    }
}

impl std::error::Error for OwnerError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(variables: &'static [(&'static str, &'static str)]) -> Option<String> {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Owner::of_ci_run(lookup).map(|owner| owner.to_string())
    }

    #[test]
    fn a_github_run_is_named_with_its_repository() {
        let variables = &[
            ("GITHUB_RUN_ID", "17"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_JOB", "deploy"),
        ];
        assert_eq!(run(variables).as_deref(), Some("github/acme/shop/17"));
    }

    #[test]
    fn a_build_is_named_by_its_id_with_a_safe_character_for_each_that_is_not() {
        assert_eq!(
            run(&[("CODEBUILD_BUILD_ID", "shop:1b-2c")]).as_deref(),
            Some("codebuild/shop:1b-2c")
        );
        assert_eq!(
            run(&[("BITBUCKET_PIPELINE_UUID", "{9}")]).as_deref(),
            Some("bitbucket/-9-")
        );
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let variables = &[
            ("GITHUB_RUN_ID", "1234567890"),
            (
                "GITHUB_REPOSITORY",
                "a-rather-long-organisation/with-a-rather-long-repository",
            ),
        ];
        let name = run(variables).unwrap();
        assert_eq!(name.len(), Owner::MAX_LENGTH);
        assert!(name.ends_with("/1234567890"), "{name}");
        assert_eq!(name.parse::<Owner>().unwrap().as_str(), name);
    }

    #[test]
    fn outside_of_ci_there_is_no_run() {
        assert_eq!(run(&[("HOME", "/root"), ("GITHUB_RUN_ID", "")]), None);
    }

    #[test]
    fn a_space_in_an_owner_is_refused() {
        assert_eq!("run 17".parse::<Owner>(), Err(OwnerError::Character(' ')));
    }

    #[test]
    fn the_sign_for_nobody_is_no_owner() {
        assert_eq!("-".parse::<Owner>(), Err(OwnerError::Reserved));
        assert_eq!("".parse::<Owner>(), Err(OwnerError::Empty));
        assert_eq!("x".repeat(49).parse::<Owner>(), Err(OwnerError::Long(49)));
    }

    #[test]
    fn a_mark_is_the_same_for_the_same_owner_and_readable_again() {
        let owner: Owner = "github/acme/shop/17".parse().unwrap();
        let other: Owner = "github/acme/shop/18".parse().unwrap();
        assert_eq!(owner.mark(), owner.clone().mark());
        assert_ne!(owner.mark(), other.mark());
        assert_eq!(owner.mark().to_string().parse(), Ok(owner.mark()));
        assert_eq!("ABCDEF01".parse::<OwnerMark>(), Err(OwnerError::Mark));
    }
}
