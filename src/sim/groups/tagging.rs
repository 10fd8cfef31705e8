//! The tags of groups, and their limits.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::groups::{Tag, find, paged, validation};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;
use crate::sim::tags;

/// The one kind of resource that has tags here.
const RESOURCE_TYPE: &str = "auto-scaling-group";

/// Adds tags and replaces those that exist; all of them or none.
pub(super) fn create_or_update(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let mut groups = cloud.groups.clone();
    for sent in requested(input)? {
        if let Some(objection) = tags::objection(&sent.key, &sent.tag.value) {
            return Err(validation(objection));
        }
        // The group has to be there, in the copy as in the original.
        find(cloud, &sent.group)?;
        let Some(group) = groups.groups.get_mut(&sent.group) else {
            continue;
        };
        group.tags.insert(sent.key, sent.tag);
        if group.tags.len() > tags::MOST {
            return Err(Refusal::new(
                "LimitExceeded",
                format!("a group can have {} tags", tags::MOST),
            ));
        }
    }
    cloud.groups = groups;
    Ok(Value::Null)
}

/// Removes tags; one that is not there is no error. A value, if sent, has to be the tag's own.
pub(super) fn delete(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let requested = requested(input)?;
    for sent in &requested {
        find(cloud, &sent.group)?;
    }
    for sent in requested {
        let tags = &mut find(cloud, &sent.group)?.tags;
        let is_meant = |tag: &Tag| !sent.with_value || tag.value == sent.tag.value;
        if tags.get(&sent.key).is_some_and(is_meant) {
            tags.remove(&sent.key);
        }
    }
    Ok(Value::Null)
}

/// The tags of all groups, filtered: a tag is shown if every filter has a value that fits it.
pub(super) fn describe(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let filters = members::list(input, "Filters")
        .iter()
        .filter_map(Value::as_object)
        .collect::<Vec<_>>();
    let known = ["auto-scaling-group", "key", "value", "propagate-at-launch"];
    for filter in &filters {
        let name = members::text(filter, "Name").unwrap_or_default();
        if !known.contains(&name) {
            return Err(validation(format!(
                "Filter type {name} is not correct. Allowed Filter types are: {}",
                known.join(", ")
            )));
        }
    }
    let fits = |group: &str, key: &str, tag: &Tag| {
        filters.iter().all(|filter| {
            let values = members::texts(filter, "Values");
            let value = match members::text(filter, "Name").unwrap_or_default() {
                "auto-scaling-group" => group,
                "key" => key,
                "value" => tag.value.as_str(),
                _ if tag.propagate => "true",
                _ => "false",
            };
            values.contains(&value)
        })
    };
    let all = cloud
        .groups
        .groups
        .iter()
        .flat_map(|(name, group)| group.tags.iter().map(move |(key, tag)| (name, key, tag)));
    let found = all.filter(|(name, key, value)| fits(name, key, value));
    paged(
        input,
        "Tags",
        found
            .map(|(name, key, value)| tag(name, key, value))
            .collect(),
    )
}

/// As answers have a tag (`TagDescription`).
pub(super) fn tag(group: &str, key: &str, tag: &Tag) -> Value {
    json!({
        "ResourceId": group,
        "ResourceType": RESOURCE_TYPE,
        "Key": key,
        "Value": tag.value,
        "PropagateAtLaunch": tag.propagate,
    })
}

struct Requested {
    group: String,
    key: String,
    tag: Tag,
    with_value: bool,
}

fn requested(input: &Members) -> Result<Vec<Requested>, Refusal> {
    let read = |sent: &Members| {
        let text = |name| members::text(sent, name).unwrap_or_default().to_owned();
        if members::text(sent, "ResourceType").is_some_and(|kind| kind != RESOURCE_TYPE) {
            return Err(validation(format!(
                "The ResourceType of a tag is {RESOURCE_TYPE}"
            )));
        }
        if !members::given(sent, "ResourceId") {
            return Err(validation("A tag needs the ResourceId of its group"));
        }
        Ok(Requested {
            group: text("ResourceId"),
            key: text("Key"),
            tag: Tag {
                value: text("Value"),
                propagate: members::flag(sent, "PropagateAtLaunch").unwrap_or(false),
            },
            with_value: members::given(sent, "Value"),
        })
    };
    members::list(input, "Tags")
        .iter()
        .filter_map(Value::as_object)
        .map(read)
        .collect()
}
