//! How a deployment stands or ended, and why, for somebody who did not watch it. Nothing is changed and nothing waited for.

use std::time::Duration;

use serde_json::{Value, json};

use super::chronicle::Chronicle;
use super::ending::causes as causes_of;
use super::failure::{failure, follow};
use super::known;
use super::licence::Looks;
use super::observe::Eyes;
use super::record;
use super::run::Watched;
use super::watch::last_look;
use crate::domain::diagnosis::Symptom;
use crate::domain::plan::unlisted;
use crate::domain::rollout::{Goal, ListSince, OnPause, Verdict, WaitUntil};
use crate::domain::service::{Controller, ServiceDeploymentBrief, ServiceState};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::ports::task_definitions::ReadTaskDefinitions;
use crate::report::{Blame, Event, Remark, Report, Tone};
use crate::stage::Outputs;
use crate::stage::blaming::with_cause;
use crate::stage::codedeployment;
use crate::stage::documents::leave_report;
use crate::stage::subject::Subject;

/// How often it is looked while something is in doubt, and the pause in between.
const LOOKS: usize = 6;
const PAUSE: Duration = Duration::from_secs(1);
/// What is looked at now has no time limit.
const NOW: Goal = Goal {
    wait_until: WaitUntil::Completed,
    timeout: Duration::MAX,
    fail_fast: None,
    on_pause: OnPause::Exit,
};

/// Says how the deployment that is meant stands, and why.
pub(in crate::stage) async fn inquire<W: Looks + ReadTaskDefinitions>(
    world: &W,
    subject: &Subject,
    log_lines: u32,
    report: &mut dyn Report,
) -> Result<Outputs, Error> {
    let mut chronicle = Chronicle::new(report);
    let report = &mut chronicle;
    let mut one = find(world, subject).await?;
    one.rollout = one.rollout.glancing();
    let mut watched = [one];
    let mut eyes = Eyes::new();
    for look in 0..LOOKS {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        eyes.look(world, &mut watched, report).await?;
        let [one] = &watched;
        if one.is_over() || !one.rollout.is_doubtful() {
            break;
        }
    }
    let [mut one] = watched;
    let causes = explain(world, &mut one, log_lines, report).await;
    let forgotten = one.rollout.forgotten();
    for what in &forgotten {
        report.tell(Event::Noted(Remark::new(format!(
            "service `{}`: not known any more: {what}",
            one.plan.service
        ))));
    }
    let outputs = record(world, &one, &causes, &forgotten, report);
    let error = failure(&one, &causes).or_else(|| unwell(&one, &causes));
    match error {
        Some(error) => Err(error.with_outputs(outputs)),
        None => Ok(outputs),
    }
}

/// The causes of what is wrong. Tasks that failed are no cause of anything where all is well, but worth a word.
async fn explain<W: Looks>(
    world: &W,
    one: &mut Watched,
    log_lines: u32,
    report: &mut dyn Report,
) -> Vec<Blame> {
    let is_well = match one.rollout.verdict() {
        Verdict::Deployed(_) | Verdict::Unchanged => one.rollout.missing_tasks() == Some(0),
        Verdict::InProgress
        | Verdict::Failed { .. }
        | Verdict::RolledBack { .. }
        | Verdict::RollbackFailed { .. }
        | Verdict::Stopped { .. }
        | Verdict::TimedOut { .. }
        | Verdict::Superseded { .. }
        | Verdict::Paused { .. }
        | Verdict::Unrouted { .. } => false,
    };
    if !is_well {
        return causes_of(world, one, log_lines, report).await;
    }
    // What can not be read was said before, or is not needed.
    if last_look(world, one).await.is_ok() {
        for finding in &one.rollout.diagnosis().findings {
            if let Symptom::Tasks(group) = &finding.symptom {
                report.tell(Event::warning(format!(
                    "service `{}`: it is well, but in the last hour {group}",
                    one.plan.service
                )));
            }
        }
    }
    Vec::new()
}

/// The error of a deployment that did not fail and is not well either: it goes on, or tasks are missing since.
fn unwell(one: &Watched, causes: &[Blame]) -> Option<Error> {
    let service = &one.plan.service;
    let missing = one.rollout.missing_tasks().filter(|missing| *missing > 0);
    match (one.rollout.verdict(), missing) {
        (Verdict::InProgress, _) => {
            let text = format!(
                "service `{service}`: in progress: {}",
                one.rollout.standing()
            );
            Some(Error::new(Cause::InProgress, text).hint(follow(one)))
        }
        (Verdict::Deployed(_) | Verdict::Unchanged, Some(missing)) => {
            let text =
                format!("service `{service}`: deployed, but tasks are missing now: {missing}");
            let text = with_cause(text, causes);
            Some(
                Error::new(Cause::DeploymentFailed, text)
                    .hint("mend the cause that is named, or deploy the revision before"),
            )
        }
        (
            Verdict::Deployed(_)
            | Verdict::Unchanged
            | Verdict::Failed { .. }
            | Verdict::RolledBack { .. }
            | Verdict::RollbackFailed { .. }
            | Verdict::Stopped { .. }
            | Verdict::TimedOut { .. }
            | Verdict::Superseded { .. }
            | Verdict::Paused { .. }
            | Verdict::Unrouted { .. },
            _,
        ) => None,
    }
}

/// Tells the verdict, writes the report, and gives the outputs.
fn record<W: Looks>(
    world: &W,
    one: &Watched,
    causes: &[Blame],
    forgotten: &[&str],
    report: &mut Chronicle<'_>,
) -> Outputs {
    let verdict = one.rollout.verdict();
    let (text, tone) = match verdict {
        Verdict::InProgress => (
            format!("in progress: {}", one.rollout.standing()),
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
    let fields = record::facts(one);
    report.tell(Event::Happened {
        subject: one.plan.service.clone(),
        kind: "verdict",
        text,
        fields,
        tone,
        elapsed: world.elapsed(),
    });
    let mut outputs = Outputs::new();
    for (name, value) in record::outputs(std::slice::from_ref(one)).iter() {
        if name != "duration-seconds" {
            outputs.set(name, value);
        }
    }
    outputs.set("verdict", verdict.name());
    let mut entry = record::entry(one, causes, report.timeline());
    entry.insert("unknown".to_owned(), json!(forgotten));
    let services = [Value::Object(entry)];
    let document = record::document(Some(verdict.name()), &services, None);
    leave_report(world, report, record::FILE, &document, &mut outputs);
    outputs
}

/// The deployment that is meant: the one that is named, or the last one of the service.
async fn find<W: Looks + ReadTaskDefinitions>(
    world: &W,
    subject: &Subject,
) -> Result<Watched, Error> {
    let (cluster, name) = match subject {
        Subject::Deployment(deployment) => {
            let found = known::by_arn(world, std::slice::from_ref(deployment), NOW).await?;
            return found
                .into_iter()
                .next()
                .ok_or_else(|| Error::new(Cause::Bug, "a deployment was found and lost"));
        }
        Subject::CodeDeploy(id) => return known::by_id(world, id, NOW).await,
        Subject::Service { cluster, service } => (cluster, service),
    };
    let found = world.services(cluster, std::slice::from_ref(name)).await?;
    let service = found.into_iter().next().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("no such service in cluster `{cluster}`: `{name}`"),
        )
        .hint("check the cluster, the Region and the name")
    })?;
    match &service.controller {
        Controller::Ecs => {}
        Controller::CodeDeploy => {
            let last = codedeployment::last_of(world, &service).await?;
            let last = last.ok_or_else(|| {
                Error::new(
                    Cause::Refused,
                    format!("no deployment of CodeDeploy is known of service `{name}`"),
                )
                .hint("name one with `--deployment d-…`: the task sets of an older one are gone")
            })?;
            return known::by_id(world, &last, NOW).await;
        }
        Controller::External | Controller::Other(_) => {
            return Err(Error::new(
                Cause::Refused,
                format!(
                    "service `{name}` has the deployment controller {}, whose deployments ECS does not record",
                    service.controller
                ),
            )
            .hint("look at the deployment where its controller shows it"));
        }
    }
    if let Some(last) = last_listed(world, &service).await?
        && let Some(deployment) = world
            .deployments(std::slice::from_ref(&last.arn))
            .await?
            .first()
    {
        return known::of_deployment(world, &service, deployment, NOW).await;
    }
    let newest = service
        .deployments
        .iter()
        .max_by_key(|entry| entry.created_at)
        .ok_or_else(|| {
            Error::new(
                Cause::Refused,
                format!("the service has never been deployed: `{name}`"),
            )
        })?;
    known::of_entry(world, &service, newest, NOW).await
}

/// The newest service deployment that is listed. None if there is none that is known, or if the newest entry of the service is
/// of one that is not listed so far.
async fn last_listed<W: Looks>(
    world: &W,
    service: &ServiceState,
) -> Result<Option<ServiceDeploymentBrief>, PortError> {
    // One that was rolled back is newer than the entry that is primary again.
    let since = service.primary().and_then(|entry| entry.created_at);
    let since = ListSince::a_minute_before(since).0;
    let listing = world.list_deployments(&service.cluster, &service.name, since);
    let list = match listing.await {
        Ok(list) => list,
        Err(PortError::Refused(_)) => return Ok(None),
        Err(error @ PortError::Unreachable { .. }) => return Err(error),
    };
    if unlisted(service, &list).is_some() {
        return Ok(None);
    }
    Ok(list.into_iter().max_by_key(|brief| brief.created_at))
}
