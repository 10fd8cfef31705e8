//! Writes the files by which CodePipeline is told images: `imagedefinitions.json` and `imageDetail.json`.
use std::path::PathBuf;
use std::str::FromStr;

use crate::domain::image::ImageBinding;
use crate::domain::imagedefs::{ImageDefinitions, image_detail};
use crate::domain::malformed::Malformed;
use crate::domain::names::ContainerName;
use crate::domain::taskdef::TaskDefinition;
use crate::error::Error;
use crate::ports::{Files, Surroundings};
use crate::report::{Event, Remark, Report};
use crate::stage::args::{Input, Names, Output, Switch, names};
use crate::stage::image_args::{ImageArgs, Images};
use crate::stage::{Describe, OutputSpec, Outputs, Stage, documents};

/// Arguments of `write-imagedefs`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Image definitions")]
pub struct WriteImagedefs {
    /// File to write; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "imagedefinitions.json")]
    pub output: Output,

    /// Also write `imageDetail.json`, which `CodeDeployToECS` reads: beside `output`, or at the path that is given
    #[arg(long, value_name = "BOOL|FILE", num_args = 0..=1, default_missing_value = "true")]
    pub image_detail: Option<DetailFile>,

    /// Task definition: its images are taken if no image is given; containers must exist in it
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<Input>,

    /// Containers whose images are taken from `task-definition`; default: all (can be repeated)
    #[arg(long, value_name = "NAMES")]
    pub containers: Vec<Names<ContainerName>>,

    /// Which images, and for which containers.
    #[command(flatten)]
    pub images: ImageArgs,
}

/// Whether the image detail is written, and where: a switch's word, or a path whose file name is `imageDetail.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailFile {
    /// Not at all.
    Not,
    /// Beside the image definitions.
    Beside,
    /// At a path.
    At(PathBuf),
}

/// The only name CodePipeline reads.
const DETAIL: &str = "imageDetail.json";

impl FromStr for DetailFile {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if let Ok(Switch(on)) = text.parse() {
            return Ok(if on { Self::Beside } else { Self::Not });
        }
        let path = PathBuf::from(text);
        if path.file_name().is_some_and(|name| name == DETAIL) {
            Ok(Self::At(path))
        } else {
            Err(Malformed::new(
                "expected `true`, `false`, or a file named `imageDetail.json`: CodePipeline reads no other",
            ))
        }
    }
}

impl WriteImagedefs {
    /// Where the image detail goes, if it is asked for.
    fn detail_path(&self) -> Option<PathBuf> {
        match (&self.image_detail, &self.output) {
            (None | Some(DetailFile::Not), _) => None,
            (Some(DetailFile::At(path)), _) => Some(path.clone()),
            (Some(DetailFile::Beside), Output::Stdout) => Some(PathBuf::from(DETAIL)),
            (Some(DetailFile::Beside), Output::File(output)) => Some(output.with_file_name(DETAIL)),
        }
    }
}

impl Describe for WriteImagedefs {
    const NAME: &'static str = "write-imagedefs";
    const ABOUT: &'static str = "Write imagedefinitions.json and imageDetail.json for CodePipeline";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "imagedefinitions",
            about: "Path of the image definitions; not set when they went to standard output",
        },
        OutputSpec {
            name: "image-detail",
            about: "Path of the image detail, if it was asked for",
        },
    ];
    const EXAMPLES: &'static str = "\
# One container, one image
wharfie-write-imagedefs --container-name web --image ghcr.io/acme/web:v1
# What a rendered task definition holds, for two of its containers
wharfie-write-imagedefs --task-definition rendered.json --containers web,log
# For CodeDeployToECS too
wharfie-write-imagedefs --container-name web --image ghcr.io/acme/web:v1 --image-detail imageDetail.json";
}

impl<W: Files + Surroundings> Stage<W> for WriteImagedefs {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        self.check()?;
        let definition = match &self.task_definition {
            None => None,
            Some(file) => Some(TaskDefinition::from_document(documents::read(
                world,
                file.path(),
            )?)?),
        };
        let definitions = match &definition {
            Some(definition) if !self.images.names_an_image() => {
                ImageDefinitions::from_task_definition(definition, &names(&self.containers))?
            }
            _ => given(&self.images.images(world, report)?, definition.as_ref())?,
        };
        if let Some(definition) = &definition {
            definitions.check_against(definition)?;
        }
        let detail = match self.detail_path() {
            None => None,
            Some(path) => {
                let image = definitions
                    .only_image()
                    .ok_or_else(|| several(&definitions))?;
                Some((path, image_detail(image)))
            }
        };
        let text = definitions
            .to_json()
            .map_err(|error| Error::usage(error.reason()))?;
        tell(&definitions, report);
        let mut outputs = Outputs::new();
        if let Some(path) =
            documents::hand_over(world, report, "image definitions", text, &self.output)?
        {
            outputs.set("imagedefinitions", path);
        }
        if let Some((path, text)) = detail {
            let written =
                documents::hand_over(world, report, "image detail", text, &Output::File(path))
                    .map_err(|error| error.with_outputs(outputs.clone()))?;
            if let Some(path) = written {
                outputs.set("image-detail", path);
            }
        }
        Ok(outputs)
    }
}

impl WriteImagedefs {
    /// Options that do not go together.
    fn check(&self) -> Result<(), Error> {
        self.images.check()?;
        let images = self.images.names_an_image();
        if !images && self.task_definition.is_none() {
            return Err(Error::usage("no image is named")
                .hint("give `images`, or `container-name` with `image` or `repository`, or a `task-definition`"));
        }
        if !images && !names(&self.images.container_name).is_empty() {
            return Err(
                Error::usage("`container-name` is given, but no image for it").hint(
                    "give `image`, or name containers of the task definition with `containers`",
                ),
            );
        }
        let containers = !names(&self.containers).is_empty();
        if containers && (images || self.task_definition.is_none()) {
            return Err(Error::usage(
                "`containers` chooses from the images of a `task-definition`, and none are taken from one",
            ));
        }
        Ok(())
    }
}

/// The images that were given; an image without a container is for the only one of the task definition.
fn given(images: &Images, definition: Option<&TaskDefinition>) -> Result<ImageDefinitions, Error> {
    let mut entries = Vec::new();
    if let Some(image) = &images.image {
        let containers = if images.containers.is_empty() {
            vec![only_container(definition)?]
        } else {
            images.containers.clone()
        };
        entries.extend(containers.into_iter().map(|container| ImageBinding {
            container,
            image: image.clone(),
        }));
    }
    entries.extend(images.bindings.iter().cloned());
    ImageDefinitions::new(entries).map_err(|error| Error::usage(error.reason()))
}

fn only_container(definition: Option<&TaskDefinition>) -> Result<ContainerName, Error> {
    let names: Vec<&str> = definition
        .map(|definition| {
            definition
                .containers()
                .map(|container| container.name())
                .collect()
        })
        .unwrap_or_default();
    match names.as_slice() {
        [name] => name
            .parse()
            .map_err(|error: Malformed| Error::usage(error.reason())),
        _ => Err(
            Error::usage("it is not said which container the image is for")
                .hint("name it with `container-name`"),
        ),
    }
}

fn several(definitions: &ImageDefinitions) -> Error {
    Error::usage(format!(
        "`image-detail` names one image, and there are: `{}`",
        definitions.entries().len()
    ))
    .hint("write one image at a time, each into an artifact of its own")
}

/// Shows the images, and says which of them may still change.
fn tell(definitions: &ImageDefinitions, report: &mut dyn Report) {
    let mut by_tag = Vec::new();
    for entry in definitions.entries() {
        report.tell(Event::Found {
            name: "image",
            value: entry.to_string(),
        });
        if entry.image.digest().is_none() {
            by_tag.push(format!("`{}`", entry.container));
        }
    }
    if !by_tag.is_empty() {
        let text = format!(
            "named by tag, not by digest, so the image can change until it is deployed: {}",
            by_tag.join(", ")
        );
        report.tell(Event::Noted(
            Remark::new(text).hint("give `repository@sha256:…` to pin it"),
        ));
    }
}
