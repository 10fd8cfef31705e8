//! The tag operations: which resource an ARN names, and its tags.

use serde_json::{Value, json};

use super::tags::Tags;
use super::{Ecs, arn, refuse};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `TagResource`.
///
/// # Errors
/// `InvalidParameterException` for bad tags or another ARN, `ResourceNotFoundException` for an unknown resource.
pub(super) fn tag(ecs: &mut Ecs, input: &Members) -> Result<Value, Refusal> {
    let new = Tags::read(input)?;
    let tags = tags_of(ecs, input)?;
    *tags = tags.with(&new)?;
    Ok(json!({}))
}

/// `UntagResource`.
///
/// # Errors
/// As [`tag`].
pub(super) fn untag(ecs: &mut Ecs, input: &Members) -> Result<Value, Refusal> {
    let tags = tags_of(ecs, input)?;
    for key in members::texts(input, "tagKeys") {
        tags.remove(key);
    }
    Ok(json!({}))
}

/// `ListTagsForResource`.
///
/// # Errors
/// `InvalidParameterException` for another ARN or an unknown resource: the model has no other code for this operation.
pub(super) fn list(ecs: &mut Ecs, input: &Members) -> Result<Value, Refusal> {
    match tags_of(ecs, input) {
        Ok(tags) => Ok(json!({"tags": tags.answer()})),
        Err(refusal) => Err(refuse::invalid(refusal.message)),
    }
}

fn tags_of<'a>(ecs: &'a mut Ecs, input: &Members) -> Result<&'a mut Tags, Refusal> {
    let text = members::text(input, "resourceArn").unwrap_or_default();
    let Some((kind, path)) = arn::resource(text) else {
        return Err(refuse::invalid(
            "Invalid ARN: the resource is not one of Amazon ECS.",
        ));
    };
    let found = match (kind, path.as_slice()) {
        ("cluster", [name]) => ecs.clusters.get_mut(*name).map(|cluster| &mut cluster.tags),
        ("service", [cluster, name]) => ecs
            .services
            .get_mut(&((*cluster).to_owned(), (*name).to_owned()))
            .map(|service| &mut service.tags),
        ("task", [cluster, id]) => ecs
            .tasks
            .get_mut(*id)
            .filter(|task| task.cluster == *cluster)
            .map(|task| &mut task.tags),
        ("task-definition", [_]) => ecs
            .definitions
            .find_mut(text)
            .map(|definition| &mut definition.tags),
        _ => {
            return Err(refuse::invalid(format!(
                "Invalid ARN: resources of this kind have no tags here: {kind}"
            )));
        }
    };
    found.ok_or_else(|| {
        Refusal::new(
            "ResourceNotFoundException",
            "The specified resource could not be found. Try again.",
        )
    })
}
