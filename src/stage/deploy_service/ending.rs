//! How it ended: verdicts and causes told, outputs set, the report written, and the error given if it is one.

use std::time::Duration;

use serde_json::Value;

use super::blame::blames;
use super::chronicle::Chronicle;
use super::codedeploy;
use super::failure::{failure, follow, worst};
use super::licence::Looks;
use super::linking::{PATIENCE, find_links};
use super::neighbours::last_look_at_targets;
use super::order::Order;
use super::record::{FILE, document, entry, facts, outputs, table};
use super::run::{Run, Watched};
use super::watch::last_look;
use crate::domain::rollout::Verdict;
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::report::timeline::VERDICT;
use crate::report::{Blame, Event, Remark, Report, Tone};
use crate::stage::Outputs;
use crate::stage::documents::leave_report;

/// Tells the end and gives the outputs, or the error they come with.
pub(super) async fn finish<W: Looks>(
    world: &W,
    order: &Order,
    run: &mut Run,
    released: Result<(), Error>,
    watched: Result<(), Error>,
    report: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    find_links(world, &mut run.watched, PATIENCE).await;
    let (mut entries, mut all_causes) = (Vec::new(), Vec::new());
    for one in &mut run.watched {
        let causes = if order.waiting.is_some() {
            explain(world, one, order.log_lines, report).await
        } else {
            Vec::new()
        };
        if run.held.holds(&one.plan.service) && is_left(one) {
            codedeploy::warn_of_scaling(one, report);
        }
        tell(one, world.elapsed(), report);
        entries.push(Value::Object(entry(one, &causes, report.timeline())));
        all_causes.push(causes);
    }
    if !run.watched.is_empty() && order.waiting.is_some() {
        report.tell(table(&run.watched));
    }
    let mut outputs = outputs(&run.watched);
    if !run.watched.is_empty() || report.task().is_some() {
        let document = document(outputs.get("verdict"), &entries, report.task());
        leave_report(world, report, FILE, &document, &mut outputs);
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

/// Whether it may go on, and nobody watches it any more.
fn is_left(one: &Watched) -> bool {
    match one.rollout.verdict() {
        Verdict::InProgress | Verdict::TimedOut { .. } | Verdict::Unrouted { .. } => true,
        Verdict::Deployed(_)
        | Verdict::Unchanged
        | Verdict::Failed { .. }
        | Verdict::RolledBack { .. }
        | Verdict::RollbackFailed { .. }
        | Verdict::Stopped { .. }
        | Verdict::Superseded { .. }
        | Verdict::Paused { .. } => false,
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
