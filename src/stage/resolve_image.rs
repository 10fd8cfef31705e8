//! Finds the image that a commit or a tag means, and gives its digest: what is resolved here is what runs later, however
//! tags move.
use std::time::Duration;

use crate::domain::commit::CommitSha;
use crate::domain::image::{Repository, Tag};
use crate::domain::resolve::{EcrRepository, ImageName, MaxSeverity, Platform};
use crate::error::{Cause, Error};
use crate::ports::images::ReadImages;
use crate::ports::{Clock, Files, Interruption, Surroundings};
use crate::report::{Event, Report};
use crate::stage::args::{Span, Switch};
use crate::stage::image_args::decide_commit;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

mod gate;
mod manifests;
mod patience;
mod resolve;

pub(in crate::stage) use resolve::{ImageRequest, resolve};

/// How long a push is waited for, if nothing else is said.
const TIMEOUT: Duration = Duration::from_mins(10);

/// Arguments of `resolve-image`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Image")]
pub struct ResolveImage {
    /// Repository in a private registry of Amazon ECR, without a tag: its URI, or its name alone for one of this account and Region
    #[arg(long, value_name = "URI")]
    pub repository: Repository,

    /// Tag of the image; default: the commit
    #[arg(long, value_name = "TAG")]
    pub tag: Option<Tag>,

    /// Commit that is the default for `tag`; default: taken from the CI run, else from git
    #[arg(long, value_name = "SHA")]
    pub commit: Option<CommitSha>,

    /// Take the commit from git even if files differ from it
    #[arg(long, default_value_t = Switch(false))]
    pub allow_dirty: Switch,

    /// Wait until the image is pushed, restored or scanned
    #[arg(long, help_heading = "Waiting", default_value_t = Switch(false))]
    pub wait: Switch,

    /// How long to wait (`90s`, `30m`, `2h`); default: 10m
    #[arg(long, help_heading = "Waiting", value_name = "TIME")]
    pub timeout: Option<Span>,

    /// What the image must be.
    #[command(flatten)]
    pub checks: ImageChecks,
}

/// What an image must be to be resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Image checks")]
pub struct ImageChecks {
    /// Worst finding of the image's scan that is let through: `none`, `informational`, `low`, `medium`, `high`, `critical`; default: scans are not looked at
    #[arg(long, value_name = "SEVERITY")]
    pub max_severity: Option<MaxSeverity>,

    /// Platform the image must be built for, such as `linux/amd64`; default: any
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<Platform>,
}

impl Describe for ResolveImage {
    const NAME: &'static str = "resolve-image";
    const ABOUT: &'static str = "Find the image of a commit or a tag, and give its digest";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "image",
            about: "Image by its digest: `repository@sha256:…`",
        },
        OutputSpec {
            name: "image-with-tag",
            about: "Image by the tag it was found by, for people: `repository:tag`",
        },
        OutputSpec {
            name: "digest",
            about: "Digest of the manifest or of the index: `sha256:…`",
        },
        OutputSpec {
            name: "pushed-at",
            about: "Time of the push, as `2026-11-20T17:06:44Z`",
        },
    ];
    const EXAMPLES: &'static str = "\
# The image of this commit
wharfie-resolve-image --repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/web
# The same, in the registry of this account and Region
wharfie-resolve-image --repository web
# Wait for another job to push it, and for its scan, which may find nothing worse than MEDIUM
wharfie-resolve-image --repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/web --wait true --timeout 20m --max-severity medium
# A tag, built for the platform the tasks run on
wharfie-resolve-image --repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/web --tag v1.4.2 --platform linux/arm64";
}

impl<W: ReadImages + Files + Surroundings + Clock + Interruption> Stage<W> for ResolveImage {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let wait = self.waiting()?;
        let repository = match self.repository.registry() {
            Some(_) => Some(EcrRepository::try_from(&self.repository)?),
            None => None,
        };
        let tag = match self.tag {
            Some(tag) => tag,
            None => decide_commit(world, self.commit.as_ref(), self.allow_dirty.0, report)?
                .tag()
                .clone(),
        };
        let repository = match repository {
            Some(repository) => repository,
            None => named(world, &self.repository, report).await?,
        };
        let request = ImageRequest {
            repository,
            name: ImageName::Tag(tag),
            wait,
            checks: self.checks,
        };
        Ok(resolve(world, &request, report).await?.outputs())
    }
}

/// The repository of a name without a registry: that of this account and Region.
async fn named(
    world: &impl ReadImages,
    name: &Repository,
    report: &mut dyn Report,
) -> Result<EcrRepository, Error> {
    let found = world.repository(&name.to_string()).await;
    let repository = found.map_err(|error| match error.code() {
        Some("RepositoryNotFoundException") => Error::new(
            Cause::Refused,
            format!("there is no such repository in this account and Region: `{name}`"),
        )
        .hint("check the name and the Region, or give the URI: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`"),
        Some("AccessDeniedException") => Error::from(error)
            .hint("allow `ecr:DescribeRepositories`, or give the URI of the repository, which needs no such call"),
        _ => error.into(),
    })?;
    report.tell(Event::Found {
        name: "repository",
        value: repository.to_string(),
    });
    Ok(EcrRepository::try_from(&repository)?)
}

impl ResolveImage {
    /// How long to wait, if at all.
    fn waiting(&self) -> Result<Option<Duration>, Error> {
        match (self.wait.0, self.timeout) {
            (true, time) => Ok(Some(time.map_or(TIMEOUT, |Span(time)| time))),
            (false, None) => Ok(None),
            (false, Some(_)) => Err(Error::usage(
                "only works while waiting, and `wait` is off: `timeout`",
            )
            .hint("leave it out, or wait")),
        }
    }
}

#[cfg(test)]
mod tests;
