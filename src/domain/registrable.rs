//! What is known of a task definition, without asking, to make ECS refuse it: found before the first call.
//!
//! Only what no revision can be made of. Whether the definition is a good one is not judged here.
use super::document::{DocumentError, Kind, Node, Position};
use super::names::Family;
use super::tag::{MAX_TAGS, Tag};
use super::taskdef::{Container, TaskDefinition};

/// The size from which ECS is expected to refuse a definition, in bytes of JSON. AWS's pages differ (64 KiB, 32 KiB).
const LARGEST: usize = 64 * 1024;

/// Something that may be a mistake, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// One line.
    pub message: String,
}

/// Checks that a definition can be registered, and gives its family.
///
/// # Errors
/// The first thing ECS would refuse, with its place.
pub fn check(definition: &TaskDefinition) -> Result<(Family, Vec<Doubt>), DocumentError> {
    let family = family(definition)?;
    let containers: Vec<Container<'_>> = definition.containers().collect();
    let error = |position, message: String| definition.document().error_at(position, message);
    if !containers.iter().any(Container::is_essential) {
        let node = definition.document().get("containerDefinitions");
        let message = "at least one container must be essential";
        return Err(error(node.and_then(Node::position), message.to_owned()));
    }
    for (index, container) in containers.iter().enumerate() {
        check_image(definition, index, container)?;
    }
    check_tags(definition)?;

    let size = definition.document().to_json_compact().len();
    let mut doubts = Vec::new();
    if size > LARGEST {
        doubts.push(Doubt {
            message: format!("ECS may refuse it, the limit is {LARGEST} bytes, it has: {size}"),
        });
    }
    Ok((family, doubts))
}

fn family(definition: &TaskDefinition) -> Result<Family, DocumentError> {
    let document = definition.document();
    let Some(node) = document.get("family") else {
        return Err(document.error_at(
            document.root().position(),
            "a task definition needs the member: `family`",
        ));
    };
    let Kind::String(text) = node.kind() else {
        let message = format!("`family` must be a string, this is {}", node.kind().noun());
        return Err(document.error_at(node.position(), message));
    };
    text.parse::<Family>().map_err(|error| {
        let message = format!("`family`: {error}: `{}`", text.escape_debug());
        document.error_at(node.position(), message)
    })
}

/// The characters of the API shape `ContainerDefinition`, member `image`.
fn check_image(
    definition: &TaskDefinition,
    index: usize,
    container: &Container<'_>,
) -> Result<(), DocumentError> {
    let document = definition.document();
    let nodes = document
        .get("containerDefinitions")
        .map(Node::items)
        .unwrap_or_default();
    let node = nodes.get(index);
    let place: Option<Position> = node
        .and_then(|node| node.get("image"))
        .or(node)
        .and_then(Node::position);
    let name = container.name().escape_debug();
    let Some(image) = container.image().filter(|image| !image.is_empty()) else {
        return Err(document.error_at(place, format!("a container without an `image`: `{name}`")));
    };
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_:./#@".contains(c);
    if image.chars().all(is_safe) {
        return Ok(());
    }
    let message = format!(
        "the image of `{name}` has a character no image reference has: `{}`",
        image.escape_debug()
    );
    let error = document.error_at(place, message);
    Err(if image.contains(['<', '{', '$']) {
        error.with_hint("a placeholder is left: render the file first, or use the rendered one")
    } else {
        error
    })
}

fn check_tags(definition: &TaskDefinition) -> Result<(), DocumentError> {
    let document = definition.document();
    let Some(node) = document.get("tags").filter(|node| !node.is_null()) else {
        return Ok(());
    };
    let Some(tags) = node.as_array() else {
        let message = format!("`tags` must be an array, this is {}", node.kind().noun());
        return Err(document.error_at(node.position(), message));
    };
    if tags.len() > MAX_TAGS {
        let message = format!(
            "a task definition has at most {MAX_TAGS} tags, found: {}",
            tags.len()
        );
        return Err(document.error_at(node.position(), message));
    }
    let mut seen: Vec<&str> = Vec::new();
    for tag in tags {
        let member = |key: &str| tag.get(key).and_then(Node::as_str);
        let key = member("key").unwrap_or_default();
        Tag::new(key, member("value").unwrap_or_default())
            .map_err(|error| document.error_at(tag.position(), error.reason()))?;
        if seen.contains(&key) {
            let message = format!("two tags have the key: `{}`", key.escape_debug());
            return Err(document.error_at(tag.position(), message));
        }
        seen.push(key);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
