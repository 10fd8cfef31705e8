//! What is known before a task is started: the task definition, the place, and that they fit. Nothing that can be known to fail is
//! found out only after something was changed.

use super::Order;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::managed_volume::ManagedVolume;
use crate::domain::one_off::TaskRequest;
use crate::domain::placement::Placement;
use crate::domain::plan::Target;
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::ports::services::ReadServices;
use crate::report::{Event, Remark, Report};
use crate::stage::definition::{self, Definition, Registering, Source};
use crate::stage::register_taskdef::Registers;

/// A task that can be started.
pub(super) struct Ready {
    /// What is asked for, with nothing left open.
    pub(super) request: TaskRequest,
    /// What matters of the task definition.
    pub(super) facts: DefinitionFacts,
    /// The ARN of the revision; none in a dry run that would make it.
    pub(super) arn: Option<String>,
}

/// Reads, checks, tells the plan, and then registers.
pub(super) async fn prepare<W>(
    world: &W,
    order: &Order,
    source: &Source,
    how: Registering,
    report: &mut dyn Report,
) -> Result<Ready, Error>
where
    W: Files + ReadServices + Registers,
{
    let definition = definition::read(world, source, report).await?;
    let facts = match &definition {
        Definition::Document(document) => DefinitionFacts::of(document.document().root()),
        Definition::Revision { facts, .. } => facts.clone(),
        Definition::Keep => return Err(Error::new(Cause::Bug, "nothing to run was let through")),
    };
    let request = match &order.like_service {
        None => order.request.clone(),
        Some(service) => {
            let place = place_of(world, &order.request.cluster, service).await?;
            order.request.clone().placed_like(&place, &facts)
        }
    };
    check(&request, &facts)?;
    warn_of_volume(request.volume.as_ref(), report);
    let name = match &definition {
        Definition::Document(_) | Definition::Keep => {
            format!("the revision of `{}` to be registered", facts.family)
        }
        Definition::Revision { arn, .. } => format!("`{}`", crate::domain::service::tail(arn)),
    };
    report.tell(Event::Planned {
        subject: facts.family.clone(),
        lines: request.lines(&name),
    });
    let target = match &definition {
        Definition::Document(document) => {
            definition::register(world, document, how, report).await?
        }
        Definition::Revision { arn, .. } => Target::Revision(arn.clone()),
        Definition::Keep => Target::ToRegister,
    };
    let arn = match target {
        Target::Revision(arn) => Some(arn),
        Target::ToRegister => None,
    };
    Ok(Ready {
        request,
        facts,
        arn,
    })
}

/// Holds what is asked for against the task definition.
pub(in crate::stage) fn check(
    request: &TaskRequest,
    definition: &DefinitionFacts,
) -> Result<(), Error> {
    request
        .check(definition)
        .map_err(|misfit| Error::usage(misfit.to_string()).hint(misfit.hint()))
}

/// Tells members that ECS is not known to have: they are sent, and it may refuse them.
pub(in crate::stage) fn warn_of_volume(volume: Option<&ManagedVolume>, report: &mut dyn Report) {
    for member in volume.iter().flat_map(|volume| volume.unknown_members()) {
        report.tell(Event::Warned(
            Remark::new(format!(
                "the configuration of the volume has a member that is not known: `{member}`"
            ))
            .hint("it is sent as it is; look for a misspelt name"),
        ));
    }
}

async fn place_of<W: ReadServices>(
    world: &W,
    cluster: &str,
    service: &str,
) -> Result<Placement, Error> {
    let names = [service.to_owned()];
    let found = world.services(cluster, &names).await?;
    found
        .into_iter()
        .next()
        .map(|service| service.placement)
        .ok_or_else(|| {
            Error::new(
                Cause::Refused,
                format!("no such service in cluster `{cluster}`: `{service}`"),
            )
            .hint("check `--like-service`, `--cluster` and the Region")
        })
}
