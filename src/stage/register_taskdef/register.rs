//! Comparing with what is registered, registering, and reading back what ECS made of it.
//!
//! Shared with `deploy-service`. Not for reading files.
use std::num::NonZeroU32;

use super::TaskDefinitionArn;
use super::send::send;
use crate::domain::document::Node;
use crate::domain::names::Family;
use crate::domain::place::Place;
use crate::domain::registrable;
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::tag::Tag;
use crate::domain::taskdef::TaskDefinition;
use crate::domain::taskdef_diff::{Difference, Sight};
use crate::domain::taskdef_normal::Normal;
use crate::error::{Cause, Error};
use crate::ports::task_definitions::{ReadTaskDefinitions, RegisterTaskDefinitions, Registered};
use crate::ports::{Clock, Randomness};
use crate::report::{Event, Remark, Report};

/// What is to be registered, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The definition as it was read.
    pub definition: TaskDefinition,
    /// Tags that are set on top of its own.
    pub tags: Vec<Tag>,
    /// What it is compared with; none for the newest active revision of its family.
    pub against: Option<TaskDefinitionRef>,
    /// Register it even if nothing changed.
    pub force: bool,
    /// Show values in the diff, unless they look like a secret.
    pub shows_values: bool,
    /// Only read.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The revision that holds the definition; none in a dry run that would make it.
    pub arn: Option<TaskDefinitionArn>,
    /// Whether a revision was made, or would be in a dry run.
    pub changes: bool,
    /// What changed, as Markdown; empty if nothing did.
    pub diff: String,
}

/// What registering may do in the world: the complete list of its ports.
pub trait Registers: ReadTaskDefinitions + RegisterTaskDefinitions + Clock + Randomness {}

impl<W: ReadTaskDefinitions + RegisterTaskDefinitions + Clock + Randomness> Registers for W {}

/// Registers a definition, unless what it is compared with is the same.
///
/// # Errors
/// The definition cannot be registered, or AWS refused or could not be asked. Nothing is left behind: the one changing call
/// is the last but for reads.
pub async fn register<W: Registers>(
    world: &W,
    order: Order,
    report: &mut dyn Report,
) -> Result<Registration, Error> {
    let (definition, family) = prepare(&order, report)?;
    let known = find(world, &order, &family).await?;
    let wanted = Normal::of(definition.document().root());
    let key = world.mark_key();
    let sight = Sight {
        key: key.as_ref(),
        shows_values: order.shows_values,
    };
    let diff = match &known {
        None => {
            let text = format!("the first active revision of its family: `{family}`");
            report.tell(Event::note(text.clone()));
            text
        }
        Some(known) => {
            let difference = difference(known, &wanted, sight, report);
            if difference.is_empty() && known.is_active && !order.force {
                let short = known.arn.short();
                report.tell(Event::note(format!(
                    "nothing changed, so no revision is made: `{short}`"
                )));
                tell_found(&known.arn, report);
                return Ok(Registration {
                    arn: Some(known.arn.clone()),
                    changes: false,
                    diff: String::new(),
                });
            }
            tell_difference(known, &difference, report);
            difference.to_markdown()
        }
    };
    let arn = if order.dry_run {
        tell_plan(&family, &wanted, report);
        None
    } else {
        let before = match order.against {
            None => known,
            Some(_) => newest(world, &family).await?,
        };
        let before = before.map(|before| before.arn.revision());
        Some(make(world, &definition, &wanted, before, sight, report).await?)
    };
    Ok(Registration {
        arn,
        changes: true,
        diff,
    })
}

fn tell_difference(known: &Registered, difference: &Difference, report: &mut dyn Report) {
    let short = known.arn.short();
    if !difference.is_empty() {
        report.tell(Event::Compared {
            subject: format!("{}, since {short}", known.arn.family()),
            lines: difference.lines(),
        });
        return;
    }
    let why = if known.is_active {
        "asked for"
    } else {
        "that one is not active any more"
    };
    report.tell(Event::note(format!(
        "nothing changed since `{short}`, but a revision is made: {why}"
    )));
}

fn tell_plan(family: &Family, wanted: &Normal, report: &mut dyn Report) {
    report.tell(Event::Planned {
        subject: family.to_string(),
        lines: vec![format!(
            "register a revision with the fingerprint `{}`",
            wanted.fingerprint()
        )],
    });
}

/// The document as it will be sent, checked as far as that is possible without asking.
fn prepare(order: &Order, report: &mut dyn Report) -> Result<(TaskDefinition, Family), Error> {
    let mut definition = order.definition.clone();
    let place = Place::file(definition.document().source());
    let removed = definition.remove_output_only();
    if !removed.is_empty() {
        let names: Vec<String> = removed.iter().map(|name| format!("`{name}`")).collect();
        let text = format!("left out, because ECS sets it itself: {}", names.join(", "));
        report.tell(Event::Noted(Remark::new(text).at(place.clone())));
    }
    if !order.tags.is_empty() {
        definition = tagged(definition, &order.tags)?;
    }
    let (family, doubts) = registrable::check(&definition)?;
    for doubt in doubts {
        report.tell(Event::Warned(Remark::new(doubt.message).at(place.clone())));
    }
    Ok((definition, family))
}

/// The definition with these tags: in place of one with the same key, else behind the others.
fn tagged(definition: TaskDefinition, tags: &[Tag]) -> Result<TaskDefinition, Error> {
    let mut document = definition.into_document();
    let mut list: Vec<Node> = document
        .get("tags")
        .map(Node::items)
        .unwrap_or_default()
        .to_vec();
    for tag in tags {
        let node = Node::object([
            ("key", Node::string(tag.key())),
            ("value", Node::string(tag.value())),
        ]);
        let has_key = |other: &Node| other.get("key").and_then(Node::as_str) == Some(tag.key());
        match list.iter().position(has_key) {
            Some(place) => list[place] = node,
            None => list.push(node),
        }
    }
    if let Some(root) = document.root_mut().as_object_mut() {
        root.set("tags", Node::array(list));
    }
    Ok(TaskDefinition::from_document(document)?)
}

async fn find<W: ReadTaskDefinitions>(
    world: &W,
    order: &Order,
    family: &Family,
) -> Result<Option<Registered>, Error> {
    let Some(against) = &order.against else {
        return newest(world, family).await;
    };
    if against.family() != family {
        let text =
            format!("`--against` is of another family than the file (`{family}`): `{against}`");
        return Err(Error::usage(text));
    }
    let found = world.task_definition(against).await?;
    found.map(Some).ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("there is no such task definition: `{against}`"),
        )
        .hint("check `--against` and the Region, or leave it out for the newest revision")
    })
}

async fn newest<W: ReadTaskDefinitions>(
    world: &W,
    family: &Family,
) -> Result<Option<Registered>, Error> {
    let newest = TaskDefinitionRef::Newest(family.clone());
    Ok(world.task_definition(&newest).await?)
}

/// What changed since. A file that does not speak of tags does not ask for any to be taken away; it is only said.
fn difference(
    known: &Registered,
    wanted: &Normal,
    sight: Sight<'_>,
    report: &mut dyn Report,
) -> Difference {
    let before = Normal::of(known.definition.document().root());
    if wanted.has_tags() || !before.has_tags() {
        return Difference::between(&before, wanted, sight);
    }
    let difference = Difference::between(&before.without_tags(), wanted, sight);
    if !difference.is_empty() {
        let text = format!(
            "the file names no tags, so the new revision has none of those of: `{}`",
            known.arn.short()
        );
        report.tell(Event::Noted(
            Remark::new(text).hint("name them in the file or with `--tags` to keep them"),
        ));
    }
    difference
}

/// Registers it, reads back what ECS stored, and says what of it is something else. `before` is the newest revision until now.
async fn make<W: Registers>(
    world: &W,
    definition: &TaskDefinition,
    wanted: &Normal,
    before: Option<NonZeroU32>,
    sight: Sight<'_>,
    report: &mut dyn Report,
) -> Result<TaskDefinitionArn, Error> {
    let answered = send(world, definition, wanted, before, report).await?;
    // The answer is ECS's word too, should a read so soon not find the revision yet.
    let reference = TaskDefinitionRef::Arn(answered.arn.clone());
    let stored = match world.task_definition(&reference).await {
        Ok(Some(stored)) => stored,
        Ok(None) | Err(_) => answered,
    };
    tell_found(&stored.arn, report);
    let now = Normal::of(stored.definition.document().root());
    let altered = Difference::between(wanted, &now, sight);
    if !altered.is_empty() {
        let text = format!(
            "ECS stored something else than was sent: `{}`",
            stored.arn.short()
        );
        let hint = "members that ECS does not know are dropped: look for a misspelt name in the lines below";
        report.tell(Event::Warned(Remark::new(text).hint(hint)));
        report.tell(Event::Compared {
            subject: format!("{}, since it was sent", stored.arn.short()),
            lines: altered.lines(),
        });
    }
    Ok(stored.arn)
}

fn tell_found(arn: &TaskDefinitionArn, report: &mut dyn Report) {
    report.tell(Event::Found {
        name: "task definition",
        value: arn.to_string(),
    });
}
