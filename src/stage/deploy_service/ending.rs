//! How it ended: verdicts and causes told, outputs set, the report written, the exit code chosen.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::SuspendScaling;
use super::blame::{UNRECOGNISED, blames};
use super::chronicle::Chronicle;
use super::codedeploy;
use super::licence::Looks;
use super::linking::find_links;
use super::neighbours::last_look_at_targets;
use super::order::Order;
use super::run::{Run, Watched};
use super::watch::last_look;
use crate::domain::plan::Notice;
use crate::domain::rollout::{Brief, Receipt, Verdict, commands};
use crate::domain::service::{CodeDeployId, ServiceDeploymentArn, tail};
use crate::error::{Cause, Error};
use crate::report::timeline::{Course, Timeline, VERDICT};
use crate::report::{Blame, Event, Remark, Report, Tone};
use crate::stage::Outputs;

/// Tells the end and gives the outputs, or the error they come with.
pub(super) async fn finish<W: Looks>(
    world: &W,
    order: &Order,
    run: &mut Run,
    released: Result<(), Error>,
    watched: Result<(), Error>,
    report: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    find_links(world, &mut run.watched).await;
    let (mut entries, mut all_causes) = (Vec::new(), Vec::new());
    for one in &mut run.watched {
        let causes = if order.waiting.is_some() {
            explain(world, one, order.log_lines, report).await
        } else {
            Vec::new()
        };
        if order.suspend_scaling != SuspendScaling::Never {
            codedeploy::warn_of_scaling(&one.plan.service, &one.rollout, report);
        }
        tell(one, world.elapsed(), report);
        entries.push(Value::Object(entry(one, &causes, report.timeline())));
        all_causes.push(causes);
    }
    if !run.watched.is_empty() && order.waiting.is_some() {
        report.tell(table(&run.watched));
    }
    let mut outputs = outputs(&run.watched);
    if !run.watched.is_empty() {
        match write(world, outputs.get("verdict"), &entries) {
            Ok(path) => {
                report.tell(Event::Wrote {
                    what: "report",
                    path: path.clone(),
                });
                outputs.set("report", path);
            }
            // The deployment counts, not the report of it.
            Err(error) => report.tell(Event::warning(format!(
                "the report was not written: {error}"
            ))),
        }
    }
    let failed = worst(&run.watched).and_then(|index| {
        let causes = all_causes.get(index).map_or(&[][..], Vec::as_slice);
        failure(&run.watched[index], causes)
    });
    match (failed, watched, released) {
        (Some(error), watched, _) => {
            if let Err(trouble) = watched {
                report.tell(Event::warning(trouble.to_string()));
            }
            Err(error.with_outputs(outputs))
        }
        (None, Err(mut trouble), _) => {
            let going = run.watched.iter().filter(|one| !one.is_over());
            let going: Vec<String> = trouble
                .hint
                .take()
                .into_iter()
                .chain(going.map(follow))
                .collect();
            if !going.is_empty() {
                trouble = trouble.hint(going.join("; "));
            }
            Err(trouble.with_outputs(outputs))
        }
        (None, Ok(()), Err(error)) => Err(Error::new(
            Cause::NotCleanedUp,
            format!("deployed, but scaling was not given back: {}", error.text),
        )
        .hint(error.hint.unwrap_or_default())
        .with_outputs(outputs)),
        (None, Ok(()), Ok(())) => Ok(outputs),
    }
}

/// The error after a signal: what runs on, and what is known.
pub(super) fn interrupted(run: &Run, left: Error, released: Result<(), Error>) -> Error {
    let mut error = left;
    if let Err(unreleased) = released {
        error.text = format!(
            "{}; scaling was not given back: {}",
            error.text, unreleased.text
        );
        let hints: Vec<String> = unreleased
            .hint
            .into_iter()
            .chain(error.hint.take())
            .collect();
        error = error.hint(hints.join("; "));
    }
    error.with_outputs(outputs(&run.watched))
}

/// Tells the causes of a failure, and which guards were off.
async fn explain<W: Looks>(
    world: &W,
    one: &mut Watched,
    log_lines: u32,
    report: &mut dyn Report,
) -> Vec<Blame> {
    match one.rollout.verdict() {
        Verdict::Deployed(_)
        | Verdict::Unchanged
        | Verdict::Superseded { .. }
        | Verdict::Paused { .. }
        | Verdict::Unrouted { .. } => return Vec::new(),
        Verdict::InProgress
        | Verdict::Failed { .. }
        | Verdict::RolledBack { .. }
        | Verdict::RollbackFailed { .. }
        | Verdict::Stopped { .. }
        | Verdict::TimedOut { .. } => {}
    }
    causes(world, one, log_lines, report).await
}

/// Looks for causes and tells them, whatever the verdict is.
pub(super) async fn causes<W: Looks>(
    world: &W,
    one: &mut Watched,
    log_lines: u32,
    report: &mut dyn Report,
) -> Vec<Blame> {
    if let (Err(error), false) = (last_look(world, one).await, one.tasks_unreadable) {
        report.tell(Event::warning(format!(
            "the tasks of service `{}` could not be read once more: {error}",
            one.plan.service
        )));
    }
    last_look_at_targets(world, one, report).await;
    let causes = blames(world, one, log_lines).await;
    for blame in &causes {
        report.tell(Event::Blamed(blame.clone()));
    }
    for notice in one
        .plan
        .notices
        .iter()
        .filter(|notice| notice.is_guard_off())
    {
        report.tell(Event::Noted(
            Remark::new(format!("service `{}`: {notice}", one.plan.service)).hint(notice.hint()),
        ));
    }
    causes
}

fn tell(one: &Watched, now: Duration, report: &mut dyn Report) {
    let verdict = one.rollout.verdict();
    let (text, tone) = match verdict {
        Verdict::InProgress => (
            format!(
                "started, not waited for: `{}`",
                tail(one.rollout.task_definition())
            ),
            Tone::Plain,
        ),
        Verdict::Deployed(_) | Verdict::Unchanged => (verdict.to_string(), Tone::Good),
        Verdict::Failed { .. }
        | Verdict::RolledBack { .. }
        | Verdict::RollbackFailed { .. }
        | Verdict::Stopped { .. }
        | Verdict::TimedOut { .. }
        | Verdict::Superseded { .. }
        | Verdict::Paused { .. }
        | Verdict::Unrouted { .. } => (verdict.to_string(), Tone::Bad),
    };
    report.tell(Event::Happened {
        subject: one.plan.service.clone(),
        kind: VERDICT,
        text,
        fields: facts(one),
        tone,
        elapsed: now,
    });
}

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
    let causes: Vec<Value> = causes
        .iter()
        .map(|blame| {
            json!({
                "kind": blame.kind,
                "cause": blame.cause,
                "advice": blame.advice,
                "count": blame.count,
                "details": blame.details,
                "log": blame.log.as_ref().map(|log| json!({
                    "container": log.container,
                    "stream": log.stream,
                    "lines": log.lines,
                })),
            })
        })
        .collect();
    let notices: Vec<&str> = one.plan.notices.iter().map(Notice::kind).collect();
    entry.insert("causes".to_owned(), Value::Array(causes));
    entry.insert("notices".to_owned(), json!(notices));
    let course = timeline.of(&one.plan.service);
    entry.insert("timeline".to_owned(), course.map(Course::object).into());
    entry
}

pub(super) fn write<W: Looks>(
    world: &W,
    verdict: Option<&str>,
    services: &[Value],
) -> Result<String, Error> {
    let path = world.temporary("wharfie-deployment.json");
    let document = json!({ "version": 1, "verdict": verdict, "services": services });
    world.write(&path, &format!("{document:#}\n"))?;
    Ok(path.display().to_string())
}

fn table(watched: &[Watched]) -> Event {
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

/// The deployment that decides the exit code, by its place.
fn worst(watched: &[Watched]) -> Option<usize> {
    // Of equals the first one.
    (0..watched.len())
        .rev()
        .max_by_key(|index| severity(&watched[*index]))
}

fn severity(one: &Watched) -> u8 {
    match one.rollout.verdict() {
        // It went with one that failed, and that is the one to look at.
        Verdict::RolledBack { .. } if one.doomed => 4,
        Verdict::Unchanged => 0,
        Verdict::Deployed(_) => 1,
        Verdict::InProgress => 2,
        Verdict::Paused { .. } | Verdict::Unrouted { .. } => 3,
        Verdict::Superseded { .. } => 5,
        Verdict::TimedOut { .. } => 6,
        Verdict::Stopped { .. } => 7,
        Verdict::RolledBack { .. } => 8,
        Verdict::Failed { .. } => 9,
        Verdict::RollbackFailed { .. } => 10,
    }
}

/// The error that belongs to a verdict; none for a good one.
pub(super) fn failure(one: &Watched, causes: &[Blame]) -> Option<Error> {
    let service = &one.plan.service;
    let verdict = one.rollout.verdict();
    let (cause, hint) = match verdict {
        Verdict::InProgress | Verdict::Deployed(_) | Verdict::Unchanged => return None,
        Verdict::Failed { .. } => (
            Cause::DeploymentFailed,
            "nothing was put back: mend the cause and deploy again, or deploy the revision before"
                .to_owned(),
        ),
        Verdict::RolledBack { .. } => (
            Cause::DeploymentFailed,
            "the service runs what it ran before: mend the cause and deploy again".to_owned(),
        ),
        Verdict::RollbackFailed { .. } => (
            Cause::DeploymentFailed,
            "look at the service now: neither the new nor the old version is sure to run"
                .to_owned(),
        ),
        Verdict::Stopped { .. } => (
            Cause::DeploymentFailed,
            "find who stopped it: StopServiceDeployment in CloudTrail".to_owned(),
        ),
        Verdict::TimedOut { .. } => (
            Cause::InProgress,
            format!(
                "it goes on; {}; or raise `--timeout`, or let `--on-timeout rollback` end it",
                follow(one)
            ),
        ),
        Verdict::Superseded { .. } => (
            Cause::Superseded,
            "look at the newer deployment: it decides what runs".to_owned(),
        ),
        Verdict::Paused { approvals } => (
            Cause::Paused,
            format!(
                "answer it with `{}` (or `rollback`); then {}",
                commands::answer(approvals).unwrap_or_default(),
                follow(one)
            ),
        ),
        Verdict::Unrouted { deployment, wait } => (
            Cause::Paused,
            format!(
                "let the traffic move with `{}` (or `rollback`) within {}; then {}",
                commands::answer_codedeploy(deployment),
                Brief(*wait),
                follow(one)
            ),
        ),
    };
    let text = format!("service `{service}`: {verdict}");
    let text = if cause == Cause::DeploymentFailed {
        with_cause(text, causes)
    } else {
        text
    };
    Some(Error::new(cause, text).hint(hint))
}

/// The text with the cause that explains most, unless it says that already.
pub(super) fn with_cause(mut text: String, causes: &[Blame]) -> String {
    if let Some(main) = main_cause(causes).filter(|main| !text.contains(main)) {
        let _ = write!(text, "; cause: {main}");
    }
    text
}

/// The cause that explains most. What is not recognised explains nothing.
fn main_cause(causes: &[Blame]) -> Option<&str> {
    causes
        .first()
        .filter(|blame| blame.kind != UNRECOGNISED || blame.cause.contains('`'))
        .map(|blame| blame.cause.as_str())
}

/// What to run to go on following a deployment.
pub(super) fn follow(one: &Watched) -> String {
    let rollout = &one.rollout;
    let arn = rollout
        .service_deployment()
        .map(ServiceDeploymentArn::as_str);
    let id = rollout.codedeployment().map(CodeDeployId::as_str);
    match commands::attach(arn.or(id)) {
        Some(command) => format!("follow it with `{command}`"),
        None => format!(
            "ask how it stands with `{}`",
            commands::diagnose(&one.plan.cluster, &one.plan.service)
        ),
    }
}
