//! Runs the stages of a pipeline one after the other, in one process: find the images, render, write the files, register, hold
//! scaling still, deploy, give scaling back, and say how each went.
//!
//! It adds no decision of its own to those of the stages. What can be known to fail is found out before anything is
//! registered, and scaling is given back however the deployment ended.
use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::domain::check::Ignored;
use crate::domain::revision::TaskDefinitionRef;
use crate::error::{Cause, Error};
use crate::ports::images::ReadImages;
use crate::ports::{Clock, Files, Interruption, Surroundings};
use crate::report::Report;
use crate::stage::apart::apart;
use crate::stage::args::{DryRun, Input, Lines, Names, Output, Switch, names};
use crate::stage::check_pipeline::CheckPipeline;
use crate::stage::deploy_service::{DeployService, DeploymentArgs, Deploys, Order, preflight};
use crate::stage::register_taskdef::{RegisterTaskdef, RevisionArgs, read};
use crate::stage::render_taskdef::{EditArgs, RenderTaskdef};
use crate::stage::write_appspec::{TrafficArgs, WriteAppspec};
use crate::stage::write_imagedefs::WriteImagedefs;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

mod around;
mod course;
mod pin;

use course::Course;
pub use pin::PinArgs;

/// Arguments of `run-pipeline`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Pipeline")]
pub struct RunPipeline {
    /// Task definition: JSON, JSON with comments, YAML, or a whole `describe-task-definition` answer; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub task_definition: Input,

    /// Folder for the files that are written: taskdef.json, imagedefinitions.json, appspec.yaml
    #[arg(long, value_name = "FOLDER", default_value = "wharfie-out")]
    pub output_directory: PathBuf,

    /// What is put into the task definition.
    #[command(flatten)]
    pub edits: EditArgs,

    /// How images become digests.
    #[command(flatten)]
    pub pin: PinArgs,

    /// What the appspec says.
    #[command(flatten)]
    pub traffic: TrafficArgs,

    /// What the revision gets besides, and when it is made.
    #[command(flatten)]
    pub revision: RevisionArgs,

    /// Rule of check-pipeline to be ignored, with a reason behind a space (can be repeated)
    #[arg(long, value_name = "RULE REASON", help_heading = "Check")]
    pub ignore: Vec<Lines<Ignored>>,

    /// Fail for warnings of check-pipeline too
    #[arg(long, help_heading = "Check")]
    pub deny_warnings: Option<Switch>,

    /// Where and how it is deployed.
    #[command(flatten)]
    pub deployment: DeploymentArgs,

    /// Whether it is only planned.
    #[command(flatten)]
    pub dry: DryRun,
}

impl Describe for RunPipeline {
    const NAME: &'static str = "run-pipeline";
    const ABOUT: &'static str = "Take a commit through every stage into a running service";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "commit",
            about: "Commit the image is named by, or that was given",
        },
        OutputSpec {
            name: "image",
            about: "First image that was put in",
        },
        OutputSpec {
            name: "image-with-tag",
            about: "First image that was found by its digest, by the tag it was found by",
        },
        OutputSpec {
            name: "digest",
            about: "Its digest",
        },
        OutputSpec {
            name: "images",
            about: "JSON object: the image of each container that got one",
        },
        OutputSpec {
            name: "task-definition",
            about: "Path of the rendered task definition",
        },
        OutputSpec {
            name: "imagedefinitions",
            about: "Path of the image definitions for CodePipeline",
        },
        OutputSpec {
            name: "appspec",
            about: "Path of the appspec for CodeDeploy, if container and port are known",
        },
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that holds the definition, new or not",
        },
        OutputSpec {
            name: "revision",
            about: "Its revision number",
        },
        OutputSpec {
            name: "registered",
            about: "`true` if a revision was made; else `false`",
        },
        OutputSpec {
            name: "diff",
            about: "What changed, as a Markdown table without secret values; empty if nothing did",
        },
        OutputSpec {
            name: "verdict",
            about: "How the deployment ended, as `deploy-service` says it",
        },
        OutputSpec {
            name: "deployment-id",
            about: "Id of the deployment in the service (`ecs-svc/…`)",
        },
        OutputSpec {
            name: "service-deployment-arn",
            about: "ARN of the service deployment",
        },
        OutputSpec {
            name: "codedeploy-deployment-id",
            about: "Id of the deployment of CodeDeploy (`d-…`), if it moves the tasks",
        },
        OutputSpec {
            name: "previous-task-definition-arn",
            about: "ARN of the revision that was there before",
        },
        OutputSpec {
            name: "duration-seconds",
            about: "Seconds from the first update to the end",
        },
        OutputSpec {
            name: "report",
            about: "Path of a JSON file with all of it for every service",
        },
    ];
    const EXAMPLES: &'static str = "\
# Rehearse it against the embedded simulator: no account, no network
wharfie-run-pipeline --local --task-definition taskdef.json --images web=ghcr.io/acme/web:v1 --cluster demo --service web
# See how a version that crashes would end
wharfie-run-pipeline --local --story crash-loop --task-definition taskdef.json --images web=ghcr.io/acme/web:v1 --cluster demo --service web
# The image of this commit, into production
wharfie-run-pipeline --task-definition taskdef.json --container-name web --repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/web --cluster prod --service web --timeout 20m";
}

impl<W: ReadImages + Deploys> Stage<W> for RunPipeline {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let mut course = Course::default();
        let ended = self.stages(world, &mut course, report).await;
        course.table(report);
        match ended {
            Ok(()) => Ok(course.outputs(Self::OUTPUTS)),
            Err(error) => Err(error.with_outputs(course.outputs(Self::OUTPUTS))),
        }
    }
}

impl RunPipeline {
    async fn stages<W: ReadImages + Deploys>(
        &self,
        world: &W,
        course: &mut Course,
        report: &mut dyn Report,
    ) -> Result<(), Error> {
        let rendered = self.output_directory.join("taskdef.json");
        if rendered
            .components()
            .eq(self.task_definition.path().components())
        {
            return Err(Error::usage(format!(
                "the rendered file would replace the one it is made from: `{}`",
                self.task_definition
            ))
            .hint("name another folder with `--output-directory`"));
        }
        // What is wrong with the options of a later stage is known before the first one runs.
        Order::of(&self.deploy(Some(Input(rendered.clone())), None, course))?;
        self.edits.images.check()?;
        self.pin.check(&self.edits.images)?;
        // So is a file that is none, before an image is waited for.
        if self.task_definition.path() != std::path::Path::new("-") {
            read(world, &self.task_definition)?;
        }
        let mut edits = self.edits.clone();
        edits.images = self
            .pin
            .pinned(world, &self.edits.images, course, report)
            .await?;
        world.make_folder(&self.output_directory)?;
        self.write_files(world, &rendered, &edits, course, report)
            .await?;
        let check = self.check(&rendered, course);
        let about = "judge the files by all rules".to_owned();
        course
            .follow(world, report, "check-pipeline", about, check)
            .await?;

        let from_file = self.deploy(Some(Input(rendered.clone())), None, course);
        if self.dry.on() {
            return course
                .follow(
                    world,
                    report,
                    "deploy-service",
                    self.deploying("plan"),
                    from_file,
                )
                .await;
        }
        go_on(world)?;
        let still = preflight(world, &from_file, report).await?;
        let register = RegisterTaskdef {
            task_definition: Input(rendered),
            revision: self.revision.clone(),
            // All files were judged before anything was changed in AWS.
            no_check: Switch(true),
            dry_run: DryRun::default(),
        };
        let about = "make a revision of the task definition, if something changed".to_owned();
        course
            .follow(world, report, "register-taskdef", about, register)
            .await?;
        let arn: TaskDefinitionRef = course
            .output("task-definition-arn")
            .and_then(|arn| arn.parse().ok())
            .ok_or_else(|| Error::new(Cause::Bug, "registering gave no ARN"))?;
        let may_hold = !still.is_empty();
        apart(|| self.deploy_held(world, arn, may_hold, course, report)).await
    }

    /// Renders the task definition, and writes the files that CodePipeline and CodeDeploy read.
    async fn write_files<W: Files + Surroundings + Clock>(
        &self,
        world: &W,
        rendered: &std::path::Path,
        edits: &EditArgs,
        course: &mut Course,
        report: &mut dyn Report,
    ) -> Result<(), Error> {
        let render = RenderTaskdef {
            task_definition: self.task_definition.clone(),
            output: Some(Output::File(rendered.to_owned())),
            edits: edits.clone(),
        };
        let about = format!("put images and settings into `{}`", self.task_definition);
        course
            .follow(world, report, "render-taskdef", about, render)
            .await?;

        let imagedefs = WriteImagedefs {
            output: Output::File(self.output_directory.join("imagedefinitions.json")),
            image_detail: None,
            task_definition: Some(Input(rendered.to_owned())),
            // What was put in is what a deployment by CodePipeline puts in; all images, if nothing was.
            containers: edits.images.bound_containers(),
            images: edits.images.clone().none(),
        };
        let about = "write the images for CodePipeline".to_owned();
        course
            .follow(world, report, "write-imagedefs", about, imagedefs)
            .await?;
        self.write_appspec(world, rendered, course, report).await
    }

    /// The appspec, where container and port are known; nothing needs it that is not asked for.
    async fn write_appspec<W: Files + Clock>(
        &self,
        world: &W,
        rendered: &std::path::Path,
        course: &mut Course,
        report: &mut dyn Report,
    ) -> Result<(), Error> {
        let named = names(&self.edits.images.container_name);
        let appspec = WriteAppspec {
            output: Output::File(self.output_directory.join("appspec.yaml")),
            base: None,
            service_json: None,
            task_definition: Some(Input(rendered.to_owned())),
            task_definition_arn: None,
            container_name: match named.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            },
            traffic: self.traffic.clone(),
        };
        let about = "write the appspec for CodeDeploy".to_owned();
        if self.traffic.is_asked_for() {
            return course
                .follow(world, report, "write-appspec", about, appspec)
                .await;
        }
        let began = Course::begin(world, report, "write-appspec", about);
        match appspec.run(world, report).await {
            Ok(outputs) => {
                course.end(world, report, &began, Ok(outputs))?;
            }
            Err(error) => course.skip(world, report, &began, &format!("not written: {error}")),
        }
        Ok(())
    }

    /// What was written is judged as it will be used: placeholders are filled in, files are held against each other.
    fn check(&self, rendered: &std::path::Path, course: &Course) -> CheckPipeline {
        let file = |name: &str| course.output(name).map(|path| Input(PathBuf::from(path)));
        CheckPipeline {
            task_definition: Some(Input(rendered.to_owned())),
            appspec: file("appspec"),
            imagedefinitions: file("imagedefinitions"),
            // CodePipeline fills in the revision.
            placeholders: vec![Names(vec!["TASK_DEFINITION".to_owned()])],
            ignore: self.ignore.clone(),
            deny_warnings: self.deny_warnings,
            ..CheckPipeline::default()
        }
    }

    fn deploy(
        &self,
        file: Option<Input>,
        arn: Option<TaskDefinitionRef>,
        course: &Course,
    ) -> DeployService {
        let mut deployment = self.deployment.clone();
        // An appspec that was asked for is deployed; one that nobody asked for knows less than the service does.
        if deployment.codedeploy_appspec.is_none() && self.traffic.is_asked_for() {
            let written = course.output("appspec");
            deployment.codedeploy_appspec = written.map(|path| Input(PathBuf::from(path)));
        }
        DeployService {
            task_definition: file,
            task_definition_arn: arn,
            attach: Vec::new(),
            show_values: self.revision.show_values,
            // All files were judged before anything was changed in AWS.
            no_check: Switch(true),
            deployment,
            dry: self.dry.clone(),
            held_around: BTreeSet::new(),
        }
    }

    fn deploying(&self, verb: &str) -> String {
        let services: Vec<String> = names(&self.deployment.service)
            .iter()
            .map(|one| one.name().to_string())
            .collect();
        format!(
            "{verb} to `{}`, followed by identity",
            services.join("`, `")
        )
    }
}

fn go_on(world: &impl Interruption) -> Result<(), Error> {
    match world.signal() {
        None => Ok(()),
        Some(signal) => Err(Error::new(
            Cause::Interrupted(signal),
            "ended by a signal before anything was deployed",
        )),
    }
}
