//! `RunTask`: tasks that belong to no service.
//!
//! They run for a moment and end with exit code 0, unless the story of their family or of the whole cloud says otherwise.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Order, Owner, Placement, Plan, described, make};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::definition::{Definition, container_name, is_essential};
use crate::sim::ecs::story::{Fate, Story};
use crate::sim::ecs::tags::Tags;
use crate::sim::ecs::{Ecs, arn, refuse, volumes};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// What was asked for and answered under each `clientToken`.
pub(in crate::sim::ecs) type RunTokens = BTreeMap<String, (Members, Vec<String>)>;

/// `RunTask`.
///
/// # Errors
/// `ClusterNotFoundException`; `ClientException` for a definition that is not there or inactive;
/// `InvalidParameterException` for what does not fit; `ConflictException` for a client token used for something else.
pub(in crate::sim::ecs) fn run(
    ecs: &mut Ecs,
    input: &Members,
    around: &mut Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    if let Some(answer) = repeated(ecs, input)? {
        return Ok(answer);
    }
    let definition =
        ecs.active_definition(members::text(input, "taskDefinition").unwrap_or_default())?;
    let count = members::number(input, "count").unwrap_or(1);
    check(input, &definition, count)?;
    let placement = Placement::read(input);
    check_place(input, &definition, &placement)?;
    let story = ecs
        .task_stories
        .get(&definition.family)
        .unwrap_or(&ecs.story)
        .clone();
    if let Fate::NotPlaced { .. } = story.fate {
        let what = if placement.launch_type == "FARGATE" {
            "RESOURCE:FARGATE"
        } else {
            "RESOURCE:MEMORY"
        };
        let failure = json!({"arn": arn::cluster(&cluster), "reason": what});
        return Ok(json!({"tasks": [], "failures": [failure]}));
    }
    let group = members::text(input, "group")
        .map_or_else(|| format!("family:{}", definition.family), str::to_owned);
    let mut tags = Tags::read(input)?;
    if members::text(input, "propagateTags") == Some("TASK_DEFINITION") {
        tags = definition.tags.with(&tags)?;
    }
    if members::flag(input, "enableECSManagedTags") == Some(true) {
        tags.set("aws:ecs:clusterName", &cluster);
    }
    let mut ids = Vec::new();
    for _ in 0..count {
        let order = Order {
            cluster: cluster.clone(),
            owner: Owner::Caller {
                started_by: members::text(input, "startedBy").map(str::to_owned),
                group: group.clone(),
            },
            definition: &definition,
            placement: placement.clone(),
            digests: Vec::new(),
            tags: tags.clone(),
            overrides: members::object(input, "overrides")
                .cloned()
                .unwrap_or_default(),
            plan: plan(&story, &definition),
        };
        let task = make(order, around);
        ids.push(task.id.clone());
        ecs.tasks.insert(task.id.clone(), task);
    }
    let answer = answer(ecs, &ids);
    if let Some(token) = members::text(input, "clientToken") {
        ecs.run_tokens
            .insert(token.to_owned(), (input.clone(), ids));
    }
    Ok(answer)
}

fn repeated(ecs: &Ecs, input: &Members) -> Result<Option<Value>, Refusal> {
    let known = members::text(input, "clientToken").and_then(|token| ecs.run_tokens.get(token));
    match known {
        None => Ok(None),
        Some((before, ids)) if before == input => Ok(Some(answer(ecs, ids))),
        Some((_, ids)) => {
            let arns: Value = ids
                .iter()
                .filter_map(|id| ecs.tasks.get(id))
                .map(|task| Value::from(task.arn()))
                .collect();
            Err(Refusal::new(
                "ConflictException",
                "The clientToken was used before with other parameters.",
            )
            .with_member("resourceIds", arns))
        }
    }
}

fn answer(ecs: &Ecs, ids: &[String]) -> Value {
    let tasks: Value = ids
        .iter()
        .filter_map(|id| ecs.tasks.get(id))
        .map(|task| described(task, true))
        .collect();
    json!({"tasks": tasks, "failures": []})
}

fn check(input: &Members, definition: &Definition, count: i64) -> Result<(), Refusal> {
    if !(1..=10).contains(&count) {
        return Err(refuse::invalid("count must be between 1 and 10."));
    }
    if members::given(input, "launchType") && members::given(input, "capacityProviderStrategy") {
        return Err(refuse::invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ));
    }
    for (name, most) in [("startedBy", 128), ("clientToken", 64)] {
        let text = members::text(input, name).unwrap_or_default();
        let legal = |letter: char| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, '-' | '_' | '/')
                || name != "startedBy"
        };
        if text.len() > most || !text.chars().all(legal) {
            return Err(refuse::invalid(format!("Invalid {name}.")));
        }
    }
    if members::text(input, "propagateTags") == Some("SERVICE") {
        return Err(refuse::invalid(
            "SERVICE is not a valid value for propagateTags when running tasks.",
        ));
    }
    let overrides = members::object(input, "overrides");
    for entry in overrides
        .map(|overrides| members::list(overrides, "containerOverrides"))
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_object)
    {
        let name = members::text(entry, "name").unwrap_or_default();
        if !definition
            .containers()
            .any(|container| container_name(container) == name)
        {
            return Err(refuse::invalid(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    let length = overrides.map_or(0, |overrides| {
        Value::Object(overrides.clone()).to_string().len()
    });
    if length > 8192 {
        return Err(refuse::invalid(
            "The total size of overrides is limited to 8192 characters.",
        ));
    }
    Ok(())
}

/// What has to fit the place the task is to run at (texts seen).
fn check_place(
    input: &Members,
    definition: &Definition,
    placement: &Placement,
) -> Result<(), Refusal> {
    let network = members::given(input, "networkConfiguration");
    if definition.awsvpc() && !network {
        return Err(refuse::invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ));
    }
    if !definition.awsvpc() && network {
        return Err(refuse::invalid(
            "Network Configuration is not valid for the given networkMode of this task definition.",
        ));
    }
    if placement.launch_type == "FARGATE" && !definition.runs_on_fargate() {
        return Err(refuse::invalid(
            "Task definition does not support launch_type FARGATE.",
        ));
    }
    volumes::check(members::list(input, "volumeConfigurations"), definition)
}

fn plan(story: &Story, definition: &Definition) -> Plan {
    let serving = definition
        .containers()
        .find(|container| is_essential(container))
        .map(container_name)
        .unwrap_or_default();
    Plan {
        fate: story.fate.clone(),
        serving: serving.to_owned(),
        log: story.log.clone(),
        slowness: story.slowness,
        jitter: 0.0,
        target: None,
        grace: 0.0,
    }
}
