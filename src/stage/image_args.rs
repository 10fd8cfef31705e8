//! The options that name images, shared by the stages that put images into files; and the commit as the default tag.
use crate::domain::commit::{self, Commit, CommitSha, Facts, Undecided};
use crate::domain::image::{ImageBinding, ImageRef, Repository, Tag};
use crate::domain::names::ContainerName;
use crate::domain::taskdef::ImageTags;
use crate::error::{Cause, Error};
use crate::ports::{Files, Surroundings};
use crate::report::{Event, Remark, Report};
use crate::stage::args::{Lines, Names, Switch, items, names};
use crate::stage::documents;

/// Which images, and for which containers.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Images")]
pub struct ImageArgs {
    /// Container that gets the image and the settings, or several of them (can be repeated)
    #[arg(long, value_name = "NAMES")]
    pub container_name: Vec<Names<ContainerName>>,

    /// Image for the containers in `container-name`
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<ImageRef>,

    /// Images for containers, each as `container=image` (can be repeated)
    #[arg(long, value_name = "CONTAINER=IMAGE")]
    pub images: Vec<Lines<ImageBinding>>,

    /// Repository, without a tag, of the image for the containers in `container-name`
    #[arg(long, value_name = "URI")]
    pub repository: Option<Repository>,

    /// Tag of the image in `repository`; default: the commit
    #[arg(long, value_name = "TAG")]
    pub tag: Option<Tag>,

    /// Commit that is the default for `tag`; default: taken from the CI run, else from git
    #[arg(long, value_name = "SHA")]
    pub commit: Option<CommitSha>,

    /// Take the commit from git even if files differ from it
    #[arg(long, default_value_t = Switch(false))]
    pub allow_dirty: Switch,

    /// The tags that images given by their digests were found by: not typed, but known to `run-pipeline`.
    #[arg(skip)]
    pub image_tags: ImageTags,
}

/// The images that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Images {
    /// The containers that are named for [`Images::image`] and for settings.
    pub(super) containers: Vec<ContainerName>,
    /// The image for all of them.
    pub(super) image: Option<ImageRef>,
    /// Images with their containers.
    pub(super) bindings: Vec<ImageBinding>,
    /// The commit, if the image was named by it or if it was given.
    pub(super) commit: Option<CommitSha>,
}

impl ImageArgs {
    /// Whether an image is named in any way.
    pub(super) fn names_an_image(&self) -> bool {
        self.image.is_some() || self.repository.is_some() || !items(&self.images).is_empty()
    }

    /// The same without any image: what `write-imagedefs` gets when the images are in a file already.
    pub(super) fn none(self) -> Self {
        Self {
            container_name: Vec::new(),
            image: None,
            images: Vec::new(),
            repository: None,
            tag: None,
            commit: None,
            allow_dirty: self.allow_dirty,
            image_tags: ImageTags::default(),
        }
    }

    /// The containers that get an image.
    pub(super) fn bound_containers(&self) -> Vec<Names<ContainerName>> {
        let bound = items(&self.images)
            .into_iter()
            .map(|binding| binding.container);
        let mut containers: Vec<ContainerName> = bound.collect();
        if self.image.is_some() || self.repository.is_some() {
            containers.extend(names(&self.container_name));
        }
        vec![Names(containers)]
    }

    /// Options that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.image.is_some() && self.repository.is_some() {
            return Err(
                Error::usage("`image` and `repository` name the same thing in two ways")
                    .hint("give one of the two"),
            );
        }
        if self.tag.is_some() && self.repository.is_none() {
            return Err(Error::usage(
                "`tag` is given without the `repository` it is a tag of",
            ));
        }
        Ok(())
    }

    /// Raises what was typed to what is meant; asks the surroundings for the commit only if the tag depends on it.
    pub(super) fn images(
        &self,
        world: &(impl Files + Surroundings),
        report: &mut dyn Report,
    ) -> Result<Images, Error> {
        let mut commit = self.commit.clone();
        let image = match (&self.repository, &self.tag) {
            (None, _) => self.image.clone(),
            (Some(repository), Some(tag)) => Some(repository.with_tag(tag.clone())),
            (Some(repository), None) => {
                let found = decide_commit(world, self.commit.as_ref(), self.allow_dirty.0, report)?;
                let image = repository.with_tag(found.tag().clone());
                commit = Some(found);
                Some(image)
            }
        };
        Ok(Images {
            containers: names(&self.container_name),
            image,
            bindings: items(&self.images),
            commit,
        })
    }
}

/// The commit that is delivered: the one that is given, else what the CI run or git says. Says which it is and who said so.
pub(super) fn decide_commit(
    world: &(impl Files + Surroundings),
    explicit: Option<&CommitSha>,
    allow_dirty: bool,
    report: &mut dyn Report,
) -> Result<CommitSha, Error> {
    let found = find_commit(world, explicit, allow_dirty)?;
    tell(&found, report);
    Ok(found.sha)
}

fn find_commit(
    world: &(impl Files + Surroundings),
    explicit: Option<&CommitSha>,
    allow_dirty: bool,
) -> Result<Commit, Error> {
    let variable = |name: &str| world.variable(name);
    let event = if explicit.is_none() && commit::wants_event(&variable) {
        let path = world.variable("GITHUB_EVENT_PATH");
        path.map(|path| documents::read(world, path.as_ref()))
            .transpose()?
    } else {
        None
    };
    let facts = Facts {
        explicit,
        event: event.as_ref(),
        variable: &variable,
    };
    if let Some(commit) = commit::from_surroundings(facts)? {
        return Ok(commit);
    }
    let git = world.git_head().ok_or_else(Undecided::nobody_knows)?;
    Ok(commit::from_git(&git.sha, git.dirty, allow_dirty)?)
}

impl From<Undecided> for Error {
    fn from(undecided: Undecided) -> Self {
        Self::new(Cause::Usage, undecided.to_string()).hint(undecided.hint())
    }
}

/// Says which commit it is and who said so.
fn tell(commit: &Commit, report: &mut dyn Report) {
    let (sha, source) = (&commit.sha, commit.source);
    report.tell(Event::note(format!(
        "the tag is the commit ({source}): `{sha}`"
    )));
    if !commit.overruled.is_empty() {
        let others = commit.overruled.join(", ");
        report.tell(Event::Warned(
            Remark::new(format!("another commit is named by: {others}"))
                .hint("if that one is meant, give it with `commit`"),
        ));
    }
}

#[cfg(test)]
mod tests;
