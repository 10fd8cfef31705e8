//! Images by their digests: what the options name is resolved once, before anything is rendered, so that no tag that moves
//! later changes what runs. The tags stay readable: they become labels of the containers.
use std::collections::BTreeMap;

use super::course::Course;
use crate::domain::image::{ImageBinding, ImageRef, Tag};
use crate::domain::resolve::{EcrRepository, ImageName};
use crate::domain::taskdef::ImageTags;
use crate::error::{Cause, Error};
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
        let mut tags = ImageTags::default();
        if let Some(image) = &mut pinned.image {
            let one = self.one(world, image, &mut found, report).await?;
            (*image, tags.image) = (one.image, one.tag);
        }
        let mut bindings: Vec<ImageBinding> = items(&images.images);
        for binding in &mut bindings {
            let one = self.one(world, &binding.image, &mut found, report).await?;
            binding.image = one.image;
            let container = binding.container.clone();
            tags.containers.extend(one.tag.map(|tag| (container, tag)));
        }
        pinned.images = vec![Lines(bindings)];
        pinned.image_tags = tags;
        Ok((pinned, found.outputs))
    }

    /// One image by its digest; one that cannot be found out about stays as it is, unless something is asked of it.
    async fn one<W: ReadImages + Clock + Interruption>(
        &self,
        world: &W,
        image: &ImageRef,
        found: &mut Found,
        report: &mut dyn Report,
    ) -> Result<Pinned, Error> {
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
                return Ok(Pinned {
                    image: image.clone(),
                    tag: None,
                });
            }
        };
        let tag = match image.tag() {
            None if image.digest().is_none() => "latest".parse().ok(),
            tag => tag.cloned(),
        };
        let name = match (image.digest(), &tag) {
            (Some(digest), _) => ImageName::Digest(digest.clone()),
            (None, Some(tag)) => ImageName::Tag(tag.clone()),
            (None, None) => return Err(Error::new(Cause::Bug, "`latest` is no tag")),
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
        let pinned = Pinned {
            image: resolved.image,
            tag,
        };
        found.images.insert(image.clone(), pinned.clone());
        Ok(pinned)
    }
}

/// An image as it is put in.
#[derive(Debug, Clone)]
struct Pinned {
    image: ImageRef,
    tag: Option<Tag>,
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    /// By what was named.
    images: BTreeMap<ImageRef, Pinned>,
    /// Those of the first image.
    outputs: Outputs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::fake_images::FakeImages;
    use crate::report::Recorder;
    use crate::stage::suspension::tests::{now, parse};

    const WEB: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";

    fn pin(world: &FakeImages, arguments: &[&str], images: &[&str]) -> Result<ImageArgs, Error> {
        let (pin, images): (PinArgs, ImageArgs) = (parse(arguments), parse(images));
        pin.check(&images)?;
        let mut course = Course::default();
        now(pin.pinned(world, &images, &mut course, &mut Recorder::default()))
    }

    fn shown(images: &ImageArgs) -> Vec<String> {
        let bindings = items(&images.images);
        let bindings = bindings.iter().map(|binding| binding.image.to_string());
        let image = images.image.iter().map(ToString::to_string);
        image.chain(bindings).collect()
    }

    fn world() -> (FakeImages, String) {
        let world = FakeImages::default();
        let digest = world.image_for("amd64");
        for tag in ["v1", "latest"] {
            world.tag(0, tag, &digest, "ACTIVE");
        }
        (world, format!("{WEB}@{digest}"))
    }

    #[test]
    fn every_image_of_the_registry_is_pinned_once_and_others_stay() {
        let (world, pinned) = world();
        let list = format!("web={WEB}:v1\nsame={WEB}:v1\nlog=ghcr.io/acme/log:v3\nbare={WEB}");
        let images = pin(&world, &[], &["--images", &list]).unwrap();
        assert_eq!(
            shown(&images),
            [&pinned, &pinned, "ghcr.io/acme/log:v3", &pinned]
        );
        assert_eq!(
            *world.calls.made.borrow(),
            [
                "DescribeImages v1",
                "BatchGetImage",
                "DescribeImages latest",
                "BatchGetImage"
            ]
        );
    }

    #[test]
    fn the_tag_of_an_image_is_kept_and_one_that_was_given_by_its_digest_has_none() {
        let (world, pinned) = world();
        let found = pin(&world, &[], &["--repository", WEB, "--tag", "v1"]).unwrap();
        assert_eq!(shown(&found), [pinned.as_str()]);
        assert_eq!(found.image_tags.image, Some("v1".parse().unwrap()));
        assert!(found.repository.is_none() && found.tag.is_none() && found.commit.is_none());
        let found = pin(&world, &[], &["--image", &pinned]).unwrap();
        assert_eq!(shown(&found), [pinned.as_str()]);
        assert_eq!(found.image_tags, ImageTags::default());
    }

    #[test]
    fn the_commit_is_kept_for_the_outputs() {
        let (mut world, pinned) = world();
        let sha = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";
        world.variables.insert("GITHUB_SHA", sha.to_owned());
        let image: ImageRef = pinned.parse().unwrap();
        world.tag(0, sha, image.digest().unwrap(), "ACTIVE");
        let found = pin(&world, &[], &["--repository", WEB]).unwrap();
        assert_eq!(found.commit.unwrap().as_str(), sha);
    }

    #[test]
    fn two_tags_of_one_image_stay_apart_as_labels_of_their_containers() {
        let (world, pinned) = world();
        let list = format!("a={WEB}:v1\nb={WEB}:latest");
        let images = pin(&world, &[], &["--images", &list]).unwrap();
        assert_eq!(shown(&images), [pinned.as_str(), pinned.as_str()]);
        let tags: Vec<_> = images.image_tags.containers.values().collect();
        assert_eq!(
            tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(),
            ["v1", "latest"]
        );
    }

    #[test]
    fn a_push_is_waited_for_if_that_is_asked() {
        let (world, _) = world();
        let digest = world.image_for("arm64");
        world.tag(40, "v2", &digest, "ACTIVE");
        let image = format!("{WEB}:v2");
        let missing = pin(&world, &[], &["--image", &image]).unwrap_err();
        assert_eq!(missing.cause, Cause::Refused);
        let waits = ["--image-timeout", "2m"];
        let found = pin(&world, &waits, &["--image", &image]).unwrap();
        assert_eq!(shown(&found), [format!("{WEB}@{digest}")]);
    }

    #[test]
    fn nothing_is_asked_without_pinning_and_a_check_without_pinning_or_images_is_refused() {
        let (world, _) = world();
        let image = format!("{WEB}:v1");
        let found = pin(&world, &["--pin", "false"], &["--image", &image]).unwrap();
        assert_eq!(shown(&found), [image.as_str()]);
        assert!(world.calls.made.borrow().is_empty());
        let checks = ["--pin", "false", "--max-severity", "low"];
        for (arguments, images) in [
            (&checks[..], &["--image", &image][..]),
            (&["--platform", "linux/amd64"], &[]),
            (&["--image-timeout", "1m"], &[]),
            (&["--platform", "linux/amd64"], &["--image", "web:1"]),
        ] {
            let error = pin(&world, arguments, images).unwrap_err();
            assert_eq!(error.cause, Cause::Usage, "{arguments:?}");
        }
    }
}
