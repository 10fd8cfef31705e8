//! The task definition to deploy: from a file, which is registered, or as a revision that exists.

use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::place::Place;
use crate::domain::plan::{Refusal, Target};
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::service::ServiceState;
use crate::domain::taskdef::TaskDefinition;
use crate::error::{Cause, Error};
use crate::ports::task_definitions::ReadTaskDefinitions;
use crate::ports::{Files, PortError};
use crate::report::Report;
use crate::stage::args::{Input, Switch};
use crate::stage::register_taskdef;

/// Where the task definition comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A file, to be registered.
    File {
        /// The file.
        file: Input,
        /// Whether it is judged by the rules of check-pipeline first.
        is_judged: bool,
    },
    /// A revision that exists.
    Revision(TaskDefinitionRef),
    /// The one each service has.
    Keep,
}

impl Source {
    /// What the options of a file and of a revision say; never both.
    pub(super) fn of(
        file: Option<&Input>,
        revision: Option<&TaskDefinitionRef>,
        no_check: Switch,
    ) -> Result<Self, Error> {
        match (file, revision) {
            (Some(_), Some(_)) => Err(Error::usage(
                "`task-definition` and `task-definition-arn` name two things",
            )
            .hint("give one of them")),
            (Some(file), None) => Ok(Self::File {
                file: file.clone(),
                is_judged: !no_check.0,
            }),
            (None, Some(revision)) => Ok(Self::Revision(revision.clone())),
            (None, None) => Ok(Self::Keep),
        }
    }
}

/// What is deployed or run.
#[derive(Debug, Clone)]
pub(super) enum Definition {
    /// A document that is registered first.
    Document(Box<TaskDefinition>),
    /// A revision that exists.
    Revision {
        /// Its ARN.
        arn: String,
        /// What matters of it.
        facts: DefinitionFacts,
    },
    /// The revision each service has.
    Keep,
}

impl Definition {
    /// What the plan is told of it before anything is registered.
    pub(super) fn target(&self) -> Option<Target> {
        match self {
            Self::Document(_) => Some(Target::ToRegister),
            Self::Revision { arn, .. } => Some(Target::Revision(arn.clone())),
            Self::Keep => None,
        }
    }
}

/// Reads what is to be deployed, and changes nothing. A file that breaks a rule of check-pipeline is refused before anything
/// is asked of AWS, unless that was switched off.
pub(super) async fn read<W: Files + ReadTaskDefinitions>(
    world: &W,
    source: &Source,
    report: &mut dyn Report,
) -> Result<Definition, Error> {
    match source {
        Source::File { file, is_judged } => {
            let definition = if *is_judged {
                register_taskdef::read_judged(world, file, report)?
            } else {
                register_taskdef::read(world, file)?
            };
            Ok(Definition::Document(Box::new(definition)))
        }
        Source::Revision(reference) => revision(world, reference).await,
        Source::Keep => Ok(Definition::Keep),
    }
}

async fn revision<W: ReadTaskDefinitions>(
    world: &W,
    reference: &TaskDefinitionRef,
) -> Result<Definition, Error> {
    let missing = || {
        Error::new(
            Cause::Refused,
            format!("no such task definition: `{reference}`"),
        )
        .hint(
            "check family, revision, account and Region, or give the file with `--task-definition`",
        )
    };
    let registered = world
        .task_definition(reference)
        .await?
        .ok_or_else(missing)?;
    if !registered.is_active {
        return Err(Error::new(
            Cause::Refused,
            format!("the task definition is not active: `{}`", registered.arn),
        )
        .hint("register it again with `--task-definition`, or name another revision"));
    }
    Ok(Definition::Revision {
        arn: registered.arn.to_string(),
        facts: DefinitionFacts::of(registered.definition.document().root()),
    })
}

/// How a document is registered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registering {
    /// Whether the diff shows values.
    pub(super) shows_values: bool,
    /// Whether it is only said what would be registered.
    pub(super) dry_run: bool,
}

/// Registers a document unless the newest revision is the same; in a dry run it only says whether it would.
pub(super) async fn register<W: register_taskdef::Registers>(
    world: &W,
    definition: &TaskDefinition,
    how: Registering,
    report: &mut dyn Report,
) -> Result<Target, Error> {
    let order = register_taskdef::Order {
        definition: definition.clone(),
        tags: Vec::new(),
        against: None,
        force: false,
        shows_values: how.shows_values,
        dry_run: how.dry_run,
    };
    let registration = register_taskdef::register(world, order, report).await?;
    Ok(registration
        .arn
        .map_or(Target::ToRegister, |arn| Target::Revision(arn.to_string())))
}

/// What matters of the task definition that a service will have. Of one it has already, only the log needs it, so it may stay
/// unread.
pub(super) async fn facts_for<W: ReadTaskDefinitions>(
    world: &W,
    definition: &Definition,
    service: &ServiceState,
) -> Result<Option<DefinitionFacts>, Error> {
    let current = match definition {
        Definition::Document(document) => {
            return Ok(Some(DefinitionFacts::of(document.document().root())));
        }
        Definition::Revision { facts, .. } => return Ok(Some(facts.clone())),
        Definition::Keep => service.current_task_definition(),
    };
    facts_of(world, current).await
}

/// What matters of a revision, as far as it can be read.
pub(super) async fn facts_of<W: ReadTaskDefinitions>(
    world: &W,
    arn: &str,
) -> Result<Option<DefinitionFacts>, Error> {
    let Ok(reference) = arn.parse::<TaskDefinitionRef>() else {
        return Ok(None);
    };
    match world.task_definition(&reference).await {
        Ok(registered) => Ok(registered
            .map(|registered| DefinitionFacts::of(registered.definition.document().root()))),
        Err(PortError::Refused(_)) => Ok(None),
        Err(error @ PortError::Unreachable { .. }) => Err(error.into()),
    }
}

/// The error of a plan that was refused: the file is to blame where its content does not fit the service.
pub(super) fn refused(refusal: &Refusal, definition: &Definition) -> Error {
    let error = match definition {
        Definition::Document(document) if refusal.blames_definition() => Error::input(
            Place::file(document.document().source()),
            refusal.to_string(),
        ),
        Definition::Document(_) | Definition::Revision { .. } | Definition::Keep => {
            Error::new(Cause::Refused, refusal.to_string())
        }
    };
    error.hint(refusal.hint())
}
