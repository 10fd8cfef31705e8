//! Sends a registration, and finds out what became of it: an answer can be lost although a revision was made, and a registration
//! that is sent again makes a second one.

use std::num::NonZeroU32;
use std::time::Duration;

use super::register::Registers;
use crate::domain::names::Family;
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::taskdef::TaskDefinition;
use crate::domain::taskdef_normal::Normal;
use crate::ports::task_definitions::{ReadTaskDefinitions, Registered};
use crate::ports::{Clock, PortError};
use crate::report::{Event, Report};

/// How often a registration is sent whose answers get lost.
const ATTEMPTS: usize = 4;
/// The pauses in seconds before the looks for a revision whose answer was lost: a read may be a little behind.
const PAUSES: [u64; 4] = [0, 1, 1, 2];
/// How many of the newest revisions are looked at: others may have registered theirs since.
const NEWEST: usize = 10;

/// Sends the definition, whose normal form is `wanted`, and gives what ECS made of it. A revision counts as this one's if it is
/// newer than `before` and the same.
pub(super) async fn send<W: Registers>(
    world: &W,
    definition: &TaskDefinition,
    wanted: &Normal,
    before: Option<NonZeroU32>,
    report: &mut dyn Report,
) -> Result<Registered, PortError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let lost = match world.register(definition.document()).await {
            Ok(registered) => return Ok(registered),
            Err(error) if !error.may_have_worked() => return Err(error),
            Err(error) => error,
        };
        report.tell(Event::note(format!(
            "whether a revision was made is not known, so that is looked at: {lost}"
        )));
        if let Some(made) = took_effect(world, definition, wanted, before).await? {
            report.tell(Event::note(format!(
                "the revision was made, it is not sent again: `{}`",
                made.arn.short()
            )));
            return Ok(made);
        }
        if attempts == ATTEMPTS {
            return Err(lost);
        }
    }
}

/// Looks for the revision although nobody said that it was made. Only the last look can say that it was not: if that got no
/// answer, nothing is known, and nothing may be sent again.
async fn took_effect<W: Clock + ReadTaskDefinitions>(
    world: &W,
    definition: &TaskDefinition,
    wanted: &Normal,
    before: Option<NonZeroU32>,
) -> Result<Option<Registered>, PortError> {
    let Some(family) = definition.family().and_then(|family| family.parse().ok()) else {
        return Ok(None);
    };
    let mut last = Ok(None);
    for pause in PAUSES {
        world.sleep(Duration::from_secs(pause)).await;
        last = look(world, &family, wanted, before).await;
        if let Ok(Some(_)) = last {
            break;
        }
    }
    last
}

/// The newest active revision after `before` that is the same as what was sent.
async fn look<W: ReadTaskDefinitions>(
    world: &W,
    family: &Family,
    wanted: &Normal,
    before: Option<NonZeroU32>,
) -> Result<Option<Registered>, PortError> {
    let mut next = TaskDefinitionRef::Newest(family.clone());
    for _ in 0..NEWEST {
        let Some(one) = world.task_definition(&next).await? else {
            return Ok(None);
        };
        let revision = one.arn.revision();
        if before.is_some_and(|before| revision <= before) {
            return Ok(None);
        }
        if one.is_active && Normal::of(one.definition.document().root()) == *wanted {
            return Ok(Some(one));
        }
        let Some(earlier) = NonZeroU32::new(revision.get() - 1) else {
            return Ok(None);
        };
        next = TaskDefinitionRef::Revision(family.clone(), earlier);
    }
    Ok(None)
}
