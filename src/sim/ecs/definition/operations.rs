//! The operations on task definitions: register, describe, list, deregister.

use serde_json::{Value, json};

use super::{Definitions, check, described};
use crate::sim::ecs::pages;
use crate::sim::ecs::refuse;
use crate::sim::ecs::tags::Tags;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// `RegisterTaskDefinition`.
///
/// # Errors
/// `ClientException` for what ECS refuses, `InvalidParameterException` for bad tags.
pub(in crate::sim::ecs) fn register(
    definitions: &mut Definitions,
    input: &Members,
    now: Moment,
) -> Result<Value, Refusal> {
    check::check(input)?;
    let tags = Tags::read(input)?;
    let mut document = input.clone();
    let tagged = document.shift_remove("tags").is_some();
    let family = members::text(input, "family").unwrap_or_default();
    let definition = definitions.add(family, document, tags, now);
    let mut answer = json!({"taskDefinition": described(&definition)});
    if tagged {
        answer["tags"] = definition.tags.answer();
    }
    Ok(answer)
}

/// `DescribeTaskDefinition`.
///
/// # Errors
/// `ClientException` if there is none by that name (text seen).
pub(in crate::sim::ecs) fn describe(
    definitions: &Definitions,
    input: &Members,
) -> Result<Value, Refusal> {
    let reference = members::text(input, "taskDefinition").unwrap_or_default();
    let definition = definitions
        .find(reference)
        .ok_or_else(|| refuse::client("Unable to describe task definition."))?;
    let mut answer = json!({"taskDefinition": described(definition)});
    if members::texts(input, "include").contains(&"TAGS") {
        answer["tags"] = definition.tags.answer();
    }
    Ok(answer)
}

/// `ListTaskDefinitions`: `familyPrefix` names one whole family (API shape `ListTaskDefinitionsRequest`).
///
/// # Errors
/// `InvalidParameterException` for a bad page size or token.
pub(in crate::sim::ecs) fn list(
    definitions: &Definitions,
    input: &Members,
) -> Result<Value, Refusal> {
    let status = members::text(input, "status").unwrap_or("ACTIVE");
    let family = members::text(input, "familyPrefix");
    let mut arns: Vec<Value> = definitions
        .all()
        .filter(|definition| definition.status() == status)
        .filter(|definition| family.is_none_or(|family| definition.family == family))
        .map(|definition| definition.arn().into())
        .collect();
    if members::text(input, "sort") == Some("DESC") {
        arns.reverse();
    }
    pages::list(input, 100, 100, "taskDefinitionArns", arns)
}

/// `ListTaskDefinitionFamilies`.
///
/// # Errors
/// `InvalidParameterException` for a bad page size or token.
pub(in crate::sim::ecs) fn list_families(
    definitions: &Definitions,
    input: &Members,
) -> Result<Value, Refusal> {
    let prefix = members::text(input, "familyPrefix").unwrap_or_default();
    let status = members::text(input, "status").unwrap_or("ALL");
    let families = definitions
        .families()
        .filter(|(name, _)| name.starts_with(prefix))
        .filter(|(_, revisions)| {
            let active = revisions
                .iter()
                .any(|revision| revision.deregistered.is_none());
            match status {
                "ACTIVE" => active,
                "INACTIVE" => !active,
                _ => true,
            }
        })
        .map(|(name, _)| name.as_str().into())
        .collect();
    pages::list(input, 100, 100, "families", families)
}

/// `DeregisterTaskDefinition`: the revision has to be named.
///
/// # Errors
/// `ClientException` if it is not there or has no revision; `InvalidParameterException` without a revision number.
pub(in crate::sim::ecs) fn deregister(
    definitions: &mut Definitions,
    input: &Members,
    now: Moment,
) -> Result<Value, Refusal> {
    let reference = members::text(input, "taskDefinition").unwrap_or_default();
    if super::split(reference).1.is_none() {
        return Err(refuse::invalid(
            "Task Definition can not be blank, and must name a revision: family:revision.",
        ));
    }
    let definition = definitions
        .find_mut(reference)
        .ok_or_else(|| refuse::client("The specified task definition does not exist."))?;
    if definition.deregistered.is_some() {
        return Err(refuse::client(
            "The specified task definition is inactive. Specify an active task definition and try again.",
        ));
    }
    definition.deregistered = Some(now);
    Ok(json!({"taskDefinition": described(definition)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(value: &Value) -> Members {
        value.as_object().cloned().unwrap()
    }

    fn registered(families: &[&str]) -> Definitions {
        let mut definitions = Definitions::default();
        for family in families {
            let document = input(&json!({
                "family": family,
                "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}],
                "tags": [{"key": "team", "value": "shop"}],
            }));
            register(&mut definitions, &document, Moment::from_millis(0)).unwrap();
        }
        definitions
    }

    #[test]
    fn tags_are_answered_only_when_asked_for() {
        let definitions = registered(&["web"]);
        let plain = describe(&definitions, &input(&json!({"taskDefinition": "web"}))).unwrap();
        assert!(plain.get("tags").is_none());
        assert!(plain["taskDefinition"].get("tags").is_none());
        let asked = input(&json!({"taskDefinition": "web:1", "include": ["TAGS"]}));
        assert_eq!(
            describe(&definitions, &asked).unwrap()["tags"],
            json!([{"key": "team", "value": "shop"}])
        );
    }

    #[test]
    fn the_newest_revision_comes_first_when_sorted_descending() {
        let definitions = registered(&["web", "web", "worker"]);
        let answer = list(
            &definitions,
            &input(&json!({"familyPrefix": "web", "sort": "DESC", "maxResults": 1})),
        )
        .unwrap();
        assert!(
            answer["taskDefinitionArns"][0]
                .as_str()
                .unwrap()
                .ends_with("web:2")
        );
        assert!(answer["nextToken"].is_string());
    }

    #[test]
    fn a_deregistered_revision_is_listed_only_as_inactive() {
        let mut definitions = registered(&["web"]);
        let named = input(&json!({"taskDefinition": "web:1"}));
        deregister(&mut definitions, &named, Moment::from_millis(5)).unwrap();
        let count = |status: &str| {
            let answer = list(&definitions, &input(&json!({ "status": status }))).unwrap();
            answer["taskDefinitionArns"].as_array().unwrap().len()
        };
        assert_eq!((count("ACTIVE"), count("INACTIVE")), (0, 1));
        let families = |status: &str| {
            list_families(&definitions, &input(&json!({ "status": status }))).unwrap()["families"]
                .clone()
        };
        assert_eq!(
            (families("ACTIVE"), families("INACTIVE")),
            (json!([]), json!(["web"]))
        );
    }

    #[test]
    fn an_unknown_definition_is_refused_as_ecs_does() {
        let refusal = describe(&registered(&[]), &input(&json!({"taskDefinition": "web"})));
        let refusal = refusal.unwrap_err();
        assert_eq!(
            (refusal.code.as_str(), refusal.message.as_str()),
            ("ClientException", "Unable to describe task definition.")
        );
    }

    #[test]
    fn a_family_without_a_revision_cannot_be_deregistered() {
        let mut definitions = registered(&["web"]);
        let named = input(&json!({"taskDefinition": "web"}));
        let refusal = deregister(&mut definitions, &named, Moment::from_millis(5)).unwrap_err();
        assert_eq!(refusal.code, "InvalidParameterException");
    }
}
