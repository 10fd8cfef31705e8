//! The tags of scalable targets, and their limits. What may be in a tag at all is in `crate::sim::tags`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;
use crate::sim::scaling::target::Target;
use crate::sim::scaling::validation;
use crate::sim::tags;

/// The tags of a request.
pub(super) fn read(input: &Members) -> Result<BTreeMap<String, String>, Refusal> {
    let sent = members::object(input, "Tags").into_iter().flatten();
    let read: BTreeMap<_, _> = sent
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect();
    if let Some(objection) = read
        .iter()
        .find_map(|(key, value)| tags::objection(key, value))
    {
        return Err(validation(objection));
    }
    if read.len() > tags::MOST {
        return Err(validation(format!(
            "a resource can have {} tags",
            tags::MOST
        )));
    }
    Ok(read)
}

/// Adds tags and replaces those that exist; all of them or none.
pub(super) fn tag(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (new, arn) = (read(input)?, arn(input));
    let target = find(cloud, arn)?;
    let mut tags = target.tags.clone();
    tags.extend(new);
    if tags.len() > tags::MOST {
        let refusal = Refusal::new(
            "TooManyTagsException",
            format!("a resource can have {} tags", tags::MOST),
        );
        return Err(refusal.with_member("ResourceName", arn));
    }
    target.tags = tags;
    Ok(json!({}))
}

/// Removes tags; one that is not there is no error.
pub(super) fn untag(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let keys = members::texts(input, "TagKeys");
    let target = find(cloud, arn(input))?;
    target.tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(json!({}))
}

/// Every tag of a target.
pub(super) fn list(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let target = find(cloud, arn(input))?;
    let tags: Members = target
        .tags
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    Ok(json!({ "Tags": tags }))
}

fn arn(input: &Members) -> &str {
    members::text(input, "ResourceARN").unwrap_or_default()
}

fn find<'a>(cloud: &'a mut Cloud, arn: &str) -> Result<&'a mut Target, Refusal> {
    let found = cloud
        .scaling
        .targets
        .values_mut()
        .find(|target| target.arn == arn);
    found.ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", "The resource does not exist")
            .with_member("ResourceName", arn)
    })
}
