//! A deployment in outputs, in the table of the summary and in the report for programs.

use serde_json::{Map, Value, json};

use super::failure::worst;
use super::run::Watched;
use crate::domain::plan::Notice;
use crate::domain::rollout::{Brief, Receipt, Verdict};
use crate::domain::service::tail;
use crate::report::timeline::{Course, Timeline};
use crate::report::{Blame, Event};
use crate::stage::{Outputs, blaming};

/// The facts of an end, for programs.
pub(super) fn facts(one: &Watched) -> Map<String, Value> {
    let rollout = &one.rollout;
    let verdict = one.rollout.verdict();
    let images: Vec<Value> = match verdict {
        Verdict::Deployed(Receipt { images, .. }) => images
            .iter()
            .map(|image| {
                json!({
                    "container": image.container,
                    "image": image.image,
                    "digest": image.digest,
                })
            })
            .collect(),
        _ => Vec::new(),
    };
    Map::from_iter([
        ("verdict".to_owned(), json!(verdict.name())),
        ("text".to_owned(), json!(verdict.to_string())),
        (
            "taskDefinitionArn".to_owned(),
            json!(rollout.task_definition()),
        ),
        (
            "previousTaskDefinitionArn".to_owned(),
            json!(rollout.previous_task_definition()),
        ),
        (
            "deploymentId".to_owned(),
            json!(rollout.id().map(ToString::to_string)),
        ),
        (
            "serviceDeploymentArn".to_owned(),
            json!(one.rollout.service_deployment().map(ToString::to_string)),
        ),
        (
            "codedeployDeploymentId".to_owned(),
            json!(rollout.codedeployment().map(ToString::to_string)),
        ),
        (
            "durationSeconds".to_owned(),
            json!(one.duration().as_secs()),
        ),
        ("images".to_owned(), Value::Array(images)),
    ])
}

/// One service in the report.
pub(super) fn entry(one: &Watched, causes: &[Blame], timeline: &Timeline) -> Map<String, Value> {
    let mut entry = Map::from_iter([
        ("service".to_owned(), json!(one.plan.service)),
        ("cluster".to_owned(), json!(one.plan.cluster)),
    ]);
    entry.extend(facts(one));
    let notices: Vec<&str> = one.plan.notices.iter().map(Notice::kind).collect();
    entry.insert("causes".to_owned(), blaming::entries(causes));
    entry.insert("notices".to_owned(), json!(notices));
    let course = timeline.of(&one.plan.service);
    entry.insert("timeline".to_owned(), course.map(Course::object).into());
    entry
}

/// The report of a run, with what the task before it came to, if there was one.
pub(super) fn document(verdict: Option<&str>, services: &[Value], task: Option<&Value>) -> Value {
    let mut document = json!({ "version": 1, "verdict": verdict, "services": services });
    if let Some(task) = task {
        document["task"] = task.clone();
    }
    document
}

/// The name of the file the report is written to.
pub(super) const FILE: &str = "wharfie-deployment.json";

/// All services with their verdicts.
pub(super) fn table(watched: &[Watched]) -> Event {
    Event::Tabled {
        title: "Services",
        columns: vec!["service", "verdict", "before", "asked for", "time"],
        rows: watched
            .iter()
            .map(|one| {
                vec![
                    one.plan.service.clone(),
                    one.rollout.verdict().name().to_owned(),
                    tail(one.rollout.previous_task_definition()).to_owned(),
                    tail(one.rollout.task_definition()).to_owned(),
                    Brief(one.duration()).to_string(),
                ]
            })
            .collect(),
    }
}

/// The outputs that are known. With several services a line `service=value` each where values differ.
pub(super) fn outputs(watched: &[Watched]) -> Outputs {
    let mut outputs = Outputs::new();
    let each = |value: &dyn Fn(&Watched) -> Option<String>| -> Option<String> {
        let values: Vec<(&str, String)> = watched
            .iter()
            .filter_map(|one| Some((one.plan.service.as_str(), value(one)?)))
            .collect();
        match values.as_slice() {
            [] => None,
            [(_, only)] if watched.len() == 1 => Some(only.clone()),
            several => Some(
                several
                    .iter()
                    .map(|(service, value)| format!("{service}={value}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
        }
    };
    let first = watched.first();
    let definition = |one: &Watched| one.rollout.task_definition().to_owned();
    let same = first
        .map(definition)
        .filter(|first| watched.iter().all(|one| definition(one) == *first));
    let definitions = same.or_else(|| each(&|one| Some(definition(one))));
    let found = [
        ("task-definition-arn", definitions),
        (
            "verdict",
            worst(watched).and_then(|index| {
                let verdict = watched[index].rollout.verdict();
                verdict.is_final().then(|| verdict.name().to_owned())
            }),
        ),
        (
            "deployment-id",
            each(&|one| one.rollout.id().map(ToString::to_string)),
        ),
        (
            "service-deployment-arn",
            each(&|one| one.rollout.service_deployment().map(ToString::to_string)),
        ),
        (
            "codedeploy-deployment-id",
            each(&|one| one.rollout.codedeployment().map(ToString::to_string)),
        ),
        (
            "previous-task-definition-arn",
            each(&|one| {
                let before = one.rollout.previous_task_definition();
                (!before.is_empty()).then(|| before.to_owned())
            }),
        ),
        (
            "duration-seconds",
            watched
                .iter()
                .map(|one| one.duration().as_secs())
                .max()
                .map(|seconds| seconds.to_string()),
        ),
    ];
    for (name, value) in found {
        if let Some(value) = value {
            outputs.set(name, value);
        }
    }
    outputs
}
