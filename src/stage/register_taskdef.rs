//! Registers a task definition, unless the newest revision is the same already.
use crate::domain::document::Document;
use crate::domain::revision::{TaskDefinitionArn, TaskDefinitionRef};
use crate::domain::tag::Tag;
use crate::domain::taskdef::TaskDefinition;
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::report::Report;
use crate::stage::args::{DryRun, Input, Lines, Switch, items};
use crate::stage::check_pipeline::judge;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

mod register;
mod send;

pub use register::{Order, Registers, Registration, register};

/// Arguments of `register-taskdef`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task definition")]
pub struct RegisterTaskdef {
    /// Task definition to register: JSON, JSON with comments or YAML, also a whole answer of describe-task-definition
    #[arg(long, value_name = "FILE")]
    pub task_definition: Input,

    /// What the revision gets besides, and when it is made.
    #[command(flatten)]
    pub revision: RevisionArgs,

    /// Register without judging the file by the rules of check-pipeline first
    #[arg(long, default_value_t = Switch(false))]
    pub no_check: Switch,

    /// Whether this is a dry run.
    #[command(flatten)]
    pub dry_run: DryRun,
}

/// What a revision gets besides its document, and when it is made.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Revision")]
pub struct RevisionArgs {
    /// Tag to set, as `key=value`; one of the file with the same key is replaced (can be repeated)
    #[arg(long, value_name = "TAG")]
    pub tags: Vec<Lines<Tag>>,

    /// Revision to compare with, as family, `family:revision` or ARN; default: the newest active one of the family
    #[arg(long, value_name = "REVISION")]
    pub against: Option<TaskDefinitionRef>,

    /// Register a revision even if nothing changed
    #[arg(long, default_value_t = Switch(false))]
    pub force: Switch,

    /// Show the values of variables, commands, labels and log options in the diff, unless one looks like a secret
    #[arg(long, default_value_t = Switch(false))]
    pub show_values: Switch,
}

impl Describe for RegisterTaskdef {
    const NAME: &'static str = "register-taskdef";
    const ABOUT: &'static str = "Register a task definition as it is, only if something changed";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that holds the definition, new or not; absent in a dry run that would register one",
        },
        OutputSpec {
            name: "revision",
            about: "Its revision number",
        },
        OutputSpec {
            name: "registered",
            about: "`true` if a revision was made, or would be in a dry run; else `false`",
        },
        OutputSpec {
            name: "diff",
            about: "What changed, as a Markdown table without secret values; empty if nothing did",
        },
    ];
    const EXAMPLES: &'static str = "\
# Register what render-taskdef wrote
wharfie-register-taskdef --task-definition taskdef.rendered.json
# Show what would change, and fail with exit code 11 if something does
wharfie-register-taskdef --task-definition taskdef.json --dry-run true --exit-code true
# Tag the revision with the commit it comes from
wharfie-register-taskdef --task-definition taskdef.json --tags commit=$GITHUB_SHA";
}

impl<W: Files + Registers> Stage<W> for RegisterTaskdef {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let definition = if self.no_check.0 {
            read(world, &self.task_definition)?
        } else {
            read_judged(world, &self.task_definition, report)?
        };
        let order = Order {
            definition,
            tags: items(&self.revision.tags),
            against: self.revision.against,
            force: self.revision.force.0,
            shows_values: self.revision.show_values.0,
            dry_run: self.dry_run.on(),
        };
        let registration = register(world, order, report).await?;
        let outputs = outputs(&registration);
        if registration.changes && self.dry_run.tells_changes() {
            let text = "the dry run found a task definition that would be registered";
            return Err(Error::new(Cause::ChangesFound, text).with_outputs(outputs));
        }
        Ok(outputs)
    }
}

/// Reads a task definition from a file.
///
/// # Errors
/// The file cannot be read, or is no task definition: with the place.
pub fn read(world: &impl Files, file: &Input) -> Result<TaskDefinition, Error> {
    let text = world.read(file.path())?;
    parse(&text, file)
}

/// The same for a definition that is about to be registered: what the rules of check-pipeline say of it is told, and an error
/// refuses it.
///
/// # Errors
/// As [`read`], or the file breaks a rule of severity error.
pub fn read_judged(
    world: &impl Files,
    file: &Input,
    report: &mut dyn Report,
) -> Result<TaskDefinition, Error> {
    let text = world.read(file.path())?;
    let definition = parse(&text, file)?;
    judge(text, file, report)?;
    Ok(definition)
}

fn parse(text: &str, file: &Input) -> Result<TaskDefinition, Error> {
    let document = Document::parse(text, &file.to_string())?;
    Ok(TaskDefinition::from_document(document)?)
}

fn outputs(registration: &Registration) -> Outputs {
    let mut outputs = Outputs::new();
    if let Some(arn) = &registration.arn {
        outputs.set("task-definition-arn", arn.to_string());
        outputs.set("revision", arn.revision().to_string());
    }
    outputs.set("registered", registration.changes.to_string());
    outputs.set("diff", registration.diff.as_str());
    outputs
}

#[cfg(test)]
mod tests;
