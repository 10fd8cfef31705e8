//! Images by their digests: what the options name is resolved once, before anything is rendered, so that no tag that moves
//! later changes what runs. The tags stay readable: they become labels of the containers.
use std::collections::BTreeMap;

use super::course::Course;
use crate::domain::image::{ImageBinding, ImageRef, Tag};
use crate::domain::resolve::{EcrRepository, ImageName};
use crate::error::Error;
use crate::ports::images::ReadImages;
use crate::ports::{Clock, Files, Interruption, Surroundings};
use crate::report::{Event, Report};
use crate::stage::Outputs;
use crate::stage::args::{Lines, Span, Switch, items};
use crate::stage::image_args::{ImageArgs, decide_commit};
use crate::stage::resolve_image::{ImageChecks, ImageRequest, resolve};

/// How images become digests.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Image checks")]
pub struct PinArgs {
    /// Put images of Amazon ECR in by their digest, with their tag as a label of the container
    #[arg(long, default_value_t = Switch(true))]
    pub pin: Switch,

    /// How long an image that is still to be pushed, restored or scanned is waited for (`90s`, `30m`); default: not at all
    #[arg(long, value_name = "TIME")]
    pub image_timeout: Option<Span>,

    /// What the images must be.
    #[command(flatten)]
    pub checks: ImageChecks,
}

impl PinArgs {
    /// Options that do not go together.
    pub(super) fn check(&self, images: &ImageArgs) -> Result<(), Error> {
        let given = [
            (self.image_timeout.is_some(), "image-timeout"),
            (self.checks.max_severity.is_some(), "max-severity"),
            (self.checks.platform.is_some(), "platform"),
        ];
        let Some((_, name)) = given.iter().find(|(given, _)| *given) else {
            return Ok(());
        };
        if !self.pin.0 {
            return Err(Error::usage(format!(
                "images are not looked at, because `pin` is off: `{name}`"
            ))
            .hint("leave it out, or pin"));
        }
        if !images.names_an_image() {
            return Err(Error::usage(format!(
                "there is no image to look at, because none is given: `{name}`"
            ))
            .hint("leave it out, or give `image`, `images` or `repository`"));
        }
        Ok(())
    }

    /// Whether something is asked of images that only a registry of Amazon ECR answers.
    fn asks(&self) -> bool {
        self.checks != ImageChecks::default() || self.image_timeout.is_some()
    }

    /// The options with every image of Amazon ECR by its digest. A part of the pipeline of its own, if there is one.
    pub(super) async fn pinned<W>(
        &self,
        world: &W,
        images: &ImageArgs,
        course: &mut Course,
        report: &mut dyn Report,
    ) -> Result<ImageArgs, Error>
    where
        W: ReadImages + Files + Surroundings + Clock + Interruption,
    {
        if !self.pin.0 || !images.names_an_image() {
            return Ok(images.clone());
        }
        let about = "find the images by their digests".to_owned();
        let began = Course::begin(world, report, "resolve-image", about);
        let ended = self.find(world, images, report).await;
        let (pinned, ended) = match ended {
            Ok((pinned, outputs)) => (Some(pinned), Ok(outputs)),
            Err(error) => (None, Err(error)),
        };
        course.end(world, report, &began, ended)?;
        Ok(pinned.unwrap_or_else(|| images.clone()))
    }

    async fn find<W>(
        &self,
        world: &W,
        images: &ImageArgs,
        report: &mut dyn Report,
    ) -> Result<(ImageArgs, Outputs), Error>
    where
        W: ReadImages + Files + Surroundings + Clock + Interruption,
    {
        let mut pinned = images.clone();
        if let (Some(repository), None) = (&images.repository, &images.tag) {
            let (given, dirty) = (images.commit.as_ref(), images.allow_dirty.0);
            let commit = decide_commit(world, given, dirty, report)?;
            pinned.image = Some(repository.with_tag(commit.tag().clone()));
            pinned.commit = Some(commit);
        }
        if let (Some(repository), Some(tag)) = (&images.repository, &images.tag) {
            pinned.image = Some(repository.with_tag(tag.clone()));
        }
        pinned.repository = None;
        pinned.tag = None;
        let mut found = Found::default();
        if let Some(image) = &mut pinned.image {
            *image = self.one(world, image, &mut found, report).await?;
        }
        let mut bindings: Vec<ImageBinding> = items(&images.images);
        for binding in &mut bindings {
            binding.image = self.one(world, &binding.image, &mut found, report).await?;
        }
        pinned.images = vec![Lines(bindings)];
        pinned.image_tags = found.tags;
        Ok((pinned, found.outputs))
    }

    /// One image by its digest; one that cannot be found out about stays as it is, unless something is asked of it.
    async fn one<W: ReadImages + Clock + Interruption>(
        &self,
        world: &W,
        image: &ImageRef,
        found: &mut Found,
        report: &mut dyn Report,
    ) -> Result<ImageRef, Error> {
        if let Some(known) = found.images.get(image) {
            return Ok(known.clone());
        }
        let repository = match EcrRepository::try_from(image.repository()) {
            Ok(repository) => repository,
            Err(why) if self.asks() => return Err(why.into()),
            Err(_) => {
                report.tell(Event::note(format!(
                    "not in a private registry of Amazon ECR, so it is put in as it is: `{image}`"
                )));
                return Ok(image.clone());
            }
        };
        let tag = match image.tag() {
            None if image.digest().is_none() => "latest".parse().ok(),
            tag => tag.cloned(),
        };
        let name = match (image.digest(), &tag) {
            (Some(digest), _) => ImageName::Digest(digest.clone()),
            (None, Some(tag)) => ImageName::Tag(tag.clone()),
            (None, None) => return Ok(image.clone()),
        };
        let request = ImageRequest {
            repository,
            name,
            wait: self.image_timeout.map(|Span(time)| time),
            checks: self.checks.clone(),
        };
        let resolved = resolve(world, &request, report).await?;
        if found.images.is_empty() {
            found.outputs = resolved.outputs();
        }
        if let Some(tag) = tag {
            found.tags.insert(resolved.image.clone(), tag);
        }
        found.images.insert(image.clone(), resolved.image.clone());
        Ok(resolved.image)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    /// By what was named.
    images: BTreeMap<ImageRef, ImageRef>,
    /// The tags of what was found.
    tags: BTreeMap<ImageRef, Tag>,
    /// Those of the first image.
    outputs: Outputs,
}
