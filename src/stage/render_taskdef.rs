//! Puts images and settings into a task definition, and leaves alone what was not asked for.
use crate::domain::names::{Family, RoleRef};
use crate::domain::place::Place;
use crate::domain::taskdef::{
    ContainerEdits, EditError, Edited, Edits, LogDriver, Placeholders, TaskCpu, TaskDefinition,
    TaskEdits, TaskMemory,
};
use crate::domain::words::Words;
use crate::error::Error;
use crate::ports::{Files, Surroundings};
use crate::report::{Event, Remark, Report};
use crate::stage::args::{Input, Lines, Names, Output, Switch, items, names};
use crate::stage::hidden::{Hidden, assignments, wrong};
use crate::stage::image_args::ImageArgs;
use crate::stage::{Describe, OutputSpec, Outputs, Stage, documents};

/// Arguments of `render-taskdef`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task definition")]
pub struct RenderTaskdef {
    /// Task definition: JSON, JSON with comments, YAML, or a whole `describe-task-definition` answer; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub task_definition: Input,

    /// File to write; `-` is standard output, the default; in an action the default is a file for later steps
    #[arg(long, value_name = "FILE")]
    pub output: Option<Output>,

    /// What is put in.
    #[command(flatten)]
    pub edits: EditArgs,
}

/// What is put into a task definition.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task definition")]
pub struct EditArgs {
    /// Family to register under
    #[arg(long, value_name = "NAME")]
    pub family: Option<Family>,

    /// CPU of the task, in units (`1024`) or virtual CPUs (`1 vCPU`)
    #[arg(long, value_name = "SIZE")]
    pub cpu: Option<TaskCpu>,

    /// Memory of the task, in MiB (`2048`) or gigabytes (`2 GB`)
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<TaskMemory>,

    /// Role of the application, by ARN or name
    #[arg(long, value_name = "ROLE")]
    pub task_role_arn: Option<RoleRef>,

    /// Role with which ECS starts the task, by ARN or name
    #[arg(long, value_name = "ROLE")]
    pub execution_role_arn: Option<RoleRef>,

    /// What `<NAME>` stands for in any text of the file, each as `NAME=value` (can be repeated)
    #[arg(long, value_name = "NAME=VALUE")]
    pub placeholders: Vec<Hidden>,

    /// Which images, and for which containers.
    #[command(flatten)]
    pub images: ImageArgs,

    /// What the containers get besides.
    #[command(flatten)]
    pub settings: SettingArgs,
}

/// What the containers in `container-name` get besides an image.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Container settings")]
pub struct SettingArgs {
    /// Environment variables to set, each as `NAME=value`; a JSON object or `NAME<<END` holds values of several lines (can be repeated)
    #[arg(long, value_name = "NAME=VALUE")]
    pub environment_variables: Vec<Hidden>,

    /// Secrets to set, each as `NAME=valueFrom` (can be repeated)
    #[arg(long, value_name = "NAME=VALUEFROM")]
    pub secrets: Vec<Hidden>,

    /// Drop the environment variables that are not given; secrets stay
    #[arg(long, default_value_t = Switch(false))]
    pub replace_environment: Switch,

    /// Names to drop from environment variables and secrets (can be repeated)
    #[arg(long, value_name = "NAMES")]
    pub remove_environment: Vec<Names<String>>,

    /// Environment files in S3, by ARN, that replace those in the file (can be repeated)
    #[arg(long, value_name = "ARN")]
    pub env_files: Vec<Lines<String>>,

    /// Log driver
    #[arg(long, value_name = "DRIVER")]
    pub log_configuration_log_driver: Option<LogDriver>,

    /// Log options to set, each as `name=value` (can be repeated)
    #[arg(long, value_name = "NAME=VALUE")]
    pub log_configuration_options: Vec<Hidden>,

    /// Docker labels to set, each as `name=value` (can be repeated)
    #[arg(long, value_name = "NAME=VALUE")]
    pub docker_labels: Vec<Hidden>,

    /// Command: a JSON array of words, or a line split as a POSIX shell does
    #[arg(long, value_name = "COMMAND")]
    pub command: Option<Hidden>,
}

impl Describe for RenderTaskdef {
    const NAME: &'static str = "render-taskdef";
    const ABOUT: &'static str = "Put images and settings into a task definition";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "task-definition",
            about: "Path of the file that was written; not set when it went to standard output",
        },
        OutputSpec {
            name: "image",
            about: "First image that was put in",
        },
        OutputSpec {
            name: "images",
            about: "JSON object: the image of each container that got one",
        },
        OutputSpec {
            name: "commit",
            about: "Commit the image is named by, or that was given",
        },
    ];
    const EXAMPLES: &'static str = "\
# Put one image in and write the result to a file
wharfie-render-taskdef --task-definition taskdef.json --container-name web --image ghcr.io/acme/web:v1 --output rendered.json
# Two containers, two images, and a variable for one of them
wharfie-render-taskdef --task-definition taskdef.json --images web=ghcr.io/acme/web:v1 --images log=ghcr.io/acme/log:v3 --container-name web --environment-variables STAGE=production
# The image of this commit
wharfie-render-taskdef --task-definition taskdef.json --container-name web --repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
}

impl<W: Files + Surroundings> Stage<W> for RenderTaskdef {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        self.check()?;
        let container = self.edits.settings.edits()?;
        let placeholders =
            Placeholders::new(assignments(&self.edits.placeholders, "placeholders")?)
                .map_err(|error| wrong("placeholders", &error))?;
        let task = self.task_edits();
        let definition =
            TaskDefinition::from_document(documents::read(world, self.task_definition.path())?)?;
        let images = self.edits.images.images(world, report)?;
        let edits = Edits {
            placeholders,
            images: images.bindings,
            image: images.image,
            containers: images.containers,
            image_tags: self.edits.images.image_tags.clone(),
            container,
            task,
        };
        if edits == Edits::default() {
            report.tell(Event::warning(
                "no image and no setting is given, so nothing is changed",
            ));
        }
        let edited = definition.edited(&edits)?;
        let mut outputs = Outputs::new();
        if let Some(first) = edited.images.first() {
            outputs.set("image", first.image.to_string());
        }
        if !edited.images.is_empty() {
            let images: serde_json::Map<String, serde_json::Value> = edited
                .images
                .iter()
                .map(|binding| {
                    (
                        binding.container.to_string(),
                        binding.image.to_string().into(),
                    )
                })
                .collect();
            outputs.set("images", serde_json::Value::from(images).to_string());
        }
        if let Some(commit) = images.commit {
            outputs.set("commit", commit.to_string());
        }
        self.write(edited, world, report, outputs)
    }
}

impl RenderTaskdef {
    /// Options that do not go together, and containers that are named for nothing.
    fn check(&self) -> Result<(), Error> {
        self.edits.images.check()?;
        let for_containers =
            self.edits.images.image.is_some() || self.edits.images.repository.is_some();
        if !names(&self.edits.images.container_name).is_empty()
            && !for_containers
            && self.edits.settings.is_empty()
        {
            return Err(Error::usage(
                "`container-name` is given, but no image and no setting for it",
            )
            .hint(
                "give `image`; if it is given, it is empty: look at the step that should set it",
            ));
        }
        Ok(())
    }

    fn task_edits(&self) -> TaskEdits {
        TaskEdits {
            task_role: self.edits.task_role_arn.clone(),
            execution_role: self.edits.execution_role_arn.clone(),
            cpu: self.edits.cpu.clone(),
            memory: self.edits.memory.clone(),
            family: self.edits.family.clone(),
        }
    }

    fn write(
        &self,
        edited: Edited,
        world: &(impl Files + Surroundings),
        report: &mut dyn Report,
        mut outputs: Outputs,
    ) -> Result<Outputs, Error> {
        let Edited {
            mut definition,
            images,
            unused_placeholders,
        } = edited;
        for binding in images {
            report.tell(Event::Found {
                name: "image",
                value: binding.to_string(),
            });
        }
        let place = Place::file(self.task_definition.to_string());
        for name in unused_placeholders {
            let text = format!("a placeholder that is nowhere in the file: `<{name}>`");
            report.tell(Event::Warned(Remark::new(text).at(place.clone())));
        }
        let removed = definition.remove_output_only();
        if !removed.is_empty() {
            let text = format!(
                "members that only ECS sets were taken out: `{}`",
                removed.join("`, `")
            );
            report.tell(Event::Noted(Remark::new(text).at(place)));
        }
        let text = definition.document().to_json_pretty();
        let target =
            documents::destination(world, Self::NAME, self.output.as_ref(), "taskdef.json");
        if let Some(path) = documents::hand_over(world, report, "task definition", text, &target)? {
            outputs.set("task-definition", path);
        }
        Ok(outputs)
    }
}

impl From<EditError> for Error {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Document(error) => error.into(),
            EditError::Request { message, hint } => {
                let error = Self::usage(message);
                match hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            }
        }
    }
}

impl SettingArgs {
    /// Whether nothing is asked for.
    fn is_empty(&self) -> bool {
        let Self {
            environment_variables,
            secrets,
            replace_environment,
            remove_environment,
            env_files,
            log_configuration_log_driver,
            log_configuration_options,
            docker_labels,
            command,
        } = self;
        let lists = [
            environment_variables,
            secrets,
            log_configuration_options,
            docker_labels,
        ];
        lists.iter().all(|list| list.is_empty())
            && !replace_environment.0
            && remove_environment.is_empty()
            && env_files.is_empty()
            && log_configuration_log_driver.is_none()
            && command.is_none()
    }

    fn edits(&self) -> Result<ContainerEdits, Error> {
        Ok(ContainerEdits {
            environment: assignments(&self.environment_variables, "environment-variables")?,
            secrets: assignments(&self.secrets, "secrets")?,
            replace_environment: self.replace_environment.0,
            remove_environment: names(&self.remove_environment),
            environment_files: items(&self.env_files),
            log_driver: self.log_configuration_log_driver,
            log_options: assignments(&self.log_configuration_options, "log-configuration-options")?,
            docker_labels: assignments(&self.docker_labels, "docker-labels")?,
            command: match &self.command {
                Some(command) => Some(command.parse::<Words>("command")?.into_vec()),
                None => None,
            },
        })
    }
}
