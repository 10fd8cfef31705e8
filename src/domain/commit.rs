//! Which commit is being delivered: decided from what the CI system, the event and git say, in a fixed order.
//!
//! Reading the environment, the event file and git happens elsewhere; this only decides, and says which source won.
//! A branch name is never taken for a commit.
use std::fmt;
use std::str::FromStr;

use super::document::{Document, Node};
use super::image::Tag;
use super::malformed::Malformed;

/// The full name of a commit: 40 hexadecimal digits, or 64 in a repository that uses SHA-256; lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitSha(Tag);

impl CommitSha {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The tag of an image built from this commit.
    #[must_use]
    pub fn tag(&self) -> &Tag {
        &self.0
    }
}

impl FromStr for CommitSha {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_full = matches!(text.len(), 40 | 64);
        if is_full && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            text.to_ascii_lowercase().parse().map(Self)
        } else {
            Err(Malformed::new(
                "a commit is written with all of its 40 (or 64) hexadecimal digits; a branch, a tag or a short form names \
                 none for good",
            ))
        }
    }
}

impl fmt::Display for CommitSha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a commit was learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The user said so.
    Explicit,
    /// The head of the pull request in the GitHub event; `GITHUB_SHA` is a merge made for the test.
    PullRequestHead,
    /// The commit another workflow ran on; `GITHUB_SHA` is the default branch's.
    WorkflowRunHead,
    /// A variable of the CI system.
    Variable(&'static str),
    /// What is checked out.
    GitHead,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Explicit => "as given",
            Self::PullRequestHead => "the head of the pull request in the GitHub event",
            Self::WorkflowRunHead => "the head of the workflow run in the GitHub event",
            Self::Variable(name) => name,
            Self::GitHead => "git HEAD",
        })
    }
}

/// A commit, where it was learnt from, and who else said something different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The commit.
    pub sha: CommitSha,
    /// The source that won.
    pub source: Source,
    /// Variables of other CI systems that name another commit and lost.
    pub overruled: Vec<&'static str>,
}

/// What the user and the CI system say.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The commit the user gave.
    pub explicit: Option<&'a CommitSha>,
    /// The GitHub event (the file `GITHUB_EVENT_PATH` names), if there is one.
    pub event: Option<&'a Document>,
    /// Looks up an environment variable; an empty one counts as not set.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Why no commit could be decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    message: String,
    hint: &'static str,
}

impl Undecided {
    fn new(message: impl Into<String>, hint: &'static str) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }

    /// No source knows a commit.
    #[must_use]
    pub fn nobody_knows() -> Self {
        Self::new(
            "no commit is known: none is given, no CI variable names one, and this is no git repository",
            GIVE_COMMIT,
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        self.hint
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Undecided {}

/// The event whose `GITHUB_SHA` is the default branch's commit.
const WORKFLOW_RUN: &str = "workflow_run";

/// How the names of the events begin whose `GITHUB_SHA` is not the head of the pull request.
const PULL_REQUEST: &str = "pull_request";

const GIVE_COMMIT: &str = "say which commit it is with `commit`";

/// CI systems in order of precedence, each with its variables in order: a head before a merge made for the test.
const SYSTEMS: [&[&str]; 9] = [
    &["GITHUB_SHA"],
    &["CODEBUILD_RESOLVED_SOURCE_VERSION"],
    &["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"],
    &["CIRCLE_SHA1"],
    &["BITBUCKET_COMMIT"],
    &["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"],
    &["BUILDKITE_COMMIT"],
    &["GIT_COMMIT"],
    &["DRONE_COMMIT_SHA"],
];

/// Whether the GitHub event can name the commit, so that it is worth reading.
pub fn wants_event(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    match variable("GITHUB_EVENT_NAME").filter(|name| !name.is_empty()) {
        Some(name) => name == WORKFLOW_RUN || name.starts_with(PULL_REQUEST),
        None => true,
    }
}

/// The commit the user, the event or the CI system names: in this order. `None` if nobody names one; then ask git.
///
/// # Errors
/// If the winning source names something that is no commit, or if `GITHUB_SHA` would be a merge made for testing a pull
/// request and the event that has the real head is not there.
pub fn from_surroundings(facts: Facts<'_>) -> Result<Option<Commit>, Undecided> {
    if let Some(sha) = facts.explicit {
        return Ok(Some(Commit {
            sha: sha.clone(),
            source: Source::Explicit,
            overruled: Vec::new(),
        }));
    }
    let mut named: Vec<(Source, String)> = event_head(facts)?.into_iter().collect();
    for system in SYSTEMS {
        // The event has told better than GITHUB_SHA could.
        if system == ["GITHUB_SHA"] && !named.is_empty() {
            continue;
        }
        let found = system
            .iter()
            .find_map(|name| Some((Source::Variable(name), variable(facts, name)?)));
        named.extend(found);
    }
    let Some((source, text)) = named.first() else {
        return Ok(None);
    };
    let sha: CommitSha = text.parse().map_err(|_| {
        Undecided::new(
            format!("{source} names no commit: `{}`", text.escape_debug()),
            GIVE_COMMIT,
        )
    })?;
    let overruled = named
        .iter()
        .filter_map(|(other, text)| match other {
            Source::Variable(name) => text
                .parse()
                .ok()
                .filter(|other| *other != sha)
                .map(|_: CommitSha| *name),
            Source::Explicit
            | Source::PullRequestHead
            | Source::WorkflowRunHead
            | Source::GitHead => None,
        })
        .collect();
    Ok(Some(Commit {
        sha,
        source: *source,
        overruled,
    }))
}

/// The commit that is checked out, for when nobody else names one: what `git rev-parse HEAD` printed, and whether files
/// differ from it.
///
/// # Errors
/// If files differ from it and that is not allowed, or if git's answer is no commit.
pub fn from_git(head: &str, dirty: bool, allow_dirty: bool) -> Result<Commit, Undecided> {
    let sha: CommitSha = head
        .trim()
        .parse()
        .map_err(|_| Undecided::new("git HEAD is no commit yet", GIVE_COMMIT))?;
    if dirty && !allow_dirty {
        return Err(Undecided::new(
            format!(
                "the working tree differs from its commit, so an image would not be what the commit says: `{sha}`"
            ),
            "commit the changes, or allow this with `allow-dirty`",
        ));
    }
    Ok(Commit {
        sha,
        source: Source::GitHead,
        overruled: Vec::new(),
    })
}

/// A variable, if it is set, not empty, and not the word `HEAD`, which Buildkite sets until it knows.
fn variable(facts: Facts<'_>, name: &str) -> Option<String> {
    (facts.variable)(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty() && value != "HEAD")
}

/// The head the GitHub event names, where `GITHUB_SHA` is another commit.
fn event_head(facts: Facts<'_>) -> Result<Option<(Source, String)>, Undecided> {
    let event_name = variable(facts, "GITHUB_EVENT_NAME").unwrap_or_default();
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
    let (source, head) = if event_name == WORKFLOW_RUN {
        let run = facts.event.and_then(|event| event.get("workflow_run"));
        (
            Source::WorkflowRunHead,
            text(run.and_then(|run| run.get("head_sha"))),
        )
    } else {
        let request = facts.event.and_then(|event| event.get("pull_request"));
        if request.is_none() && !event_name.starts_with(PULL_REQUEST) {
            return Ok(None);
        }
        let head = request.and_then(|request| request.get("head"));
        (
            Source::PullRequestHead,
            text(head.and_then(|head| head.get("sha"))),
        )
    };
    match head {
        Some(head) => Ok(Some((source, head))),
        None => Err(Undecided::new(
            format!(
                "this is a `{}` event, GITHUB_SHA is not the commit to deliver, and the event file does not name it",
                if event_name.is_empty() {
                    "pull_request"
                } else {
                    &event_name
                }
            ),
            GIVE_COMMIT,
        )),
    }
}

#[cfg(test)]
mod tests;
