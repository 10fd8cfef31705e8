//! Follows the tasks that were started to their end, and does with them what was asked for if it has to leave before.

use std::time::Duration;

use super::ending::{Outcome, Run};
use super::start::start;
use super::{Leaving, Order, Waiting};
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::one_off::{Course, TaskEvent, Verdict};
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::ports::logs::ReadLogs;
use crate::ports::one_off::RunTasks;
use crate::ports::services::ReadTasks;
use crate::ports::{Clock, Interruption, PortError, Signal};
use crate::report::{Event, Report, Tone};
use crate::stage::race::{Raced, race};
use crate::stage::several::each_telling;

/// How long AWS may be out of reach before following is given up.
const SILENCE: Duration = Duration::from_mins(5);

/// What it takes to run a task and to say how it ended.
pub(in crate::stage) trait RunsTasks:
    RunTasks + ReadTasks + ReadLogs + Clock
{
}

impl<W> RunsTasks for W where W: RunTasks + ReadTasks + ReadLogs + Clock {}

/// Starts what was ordered, follows it if that was asked for, and tells how it went.
pub(in crate::stage) async fn carry_out<W: RunsTasks + Interruption>(
    world: &W,
    order: &Order,
    definition: &str,
    facts: &DefinitionFacts,
    report: &mut dyn Report,
) -> Outcome {
    let started = match start(world, order, definition, report).await {
        Ok(started) => started,
        Err(error) => return Outcome::failed(error, definition),
    };
    let now = world.elapsed();
    let deciding = order.request.deciding.clone();
    let mut run = Run {
        definition: definition.to_owned(),
        facts: facts.clone(),
        course: Course::of(&started.tasks, facts.clone(), deciding, now),
        failures: started.failures,
        began: now,
        verdict: None,
    };
    for task in &started.tasks {
        report.tell(Event::Found {
            name: "task",
            value: task.arn.clone(),
        });
    }
    let Some(waiting) = order.waiting else {
        return run.unawaited(world, order, report).await;
    };
    let work = follow(world, order, waiting, &mut run, report);
    match race(world.interrupted(), work).await {
        Raced::Second(Ok(())) => run.ended(world, order, report).await,
        Raced::Second(Err(error)) => run.broken_off(order, error),
        Raced::First(signal) => {
            let error = abandon(world, order, &run, signal, report).await;
            run.broken_off(order, error)
        }
    }
}

async fn follow<W: RunsTasks>(
    world: &W,
    order: &Order,
    waiting: Waiting,
    run: &mut Run,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let cluster = &order.request.cluster;
    let mut silent_since = None;
    loop {
        let going = run.course.going();
        if !going.is_empty() {
            match world.tasks(cluster, &going).await {
                Ok(tasks) => {
                    silent_since = None;
                    let now = world.elapsed();
                    for event in run.course.observe(&tasks, now) {
                        report.tell(told(&run.facts.family, &event, now));
                    }
                }
                Err(error @ PortError::Refused(_)) => {
                    return Err(Error::from(error).doing("follow the task, which goes on"));
                }
                Err(error @ PortError::Unreachable { .. }) => {
                    let since = *silent_since.get_or_insert_with(|| {
                        report.tell(Event::note(format!("asking again: {error}")));
                        world.elapsed()
                    });
                    if world.elapsed().saturating_sub(since) >= SILENCE {
                        return Err(Error::from(error).doing("follow the task, which goes on"));
                    }
                }
            }
        }
        let now = world.elapsed();
        let waited = now.saturating_sub(run.began);
        match run.course.verdict() {
            Verdict::Running if waited >= waiting.timeout => {
                run.verdict = Some(Verdict::TimedOut);
                if waiting.on_timeout == Leaving::Stop {
                    let reason = "stopped because its time was over";
                    stop_all(world, order, run, reason, report).await;
                }
                return Ok(());
            }
            Verdict::Running => {}
            verdict => {
                run.verdict = Some(verdict);
                return Ok(());
            }
        }
        report.tell(waiting_for(run, now));
        let left = waiting.timeout.saturating_sub(waited);
        world.sleep(run.course.pause(now).min(left)).await;
    }
}

fn waiting_for(run: &Run, now: Duration) -> Event {
    let all = run.course.tasks().count();
    let going: Vec<String> = run
        .course
        .tasks()
        .filter(|(_, end)| end.is_none())
        .map(|(task, _)| task.last_status.to_lowercase())
        .collect();
    let done = u64::try_from(all.saturating_sub(going.len())).unwrap_or(u64::MAX);
    Event::Waiting {
        subject: run.facts.family.clone(),
        text: format!("waiting for the end: {}", going.join(", ")),
        progress: (all > 1).then(|| (done, u64::try_from(all).unwrap_or(u64::MAX))),
        elapsed: now,
    }
}

fn told(subject: &str, event: &TaskEvent, now: Duration) -> Event {
    let mut fields = serde_json::Map::new();
    fields.insert("taskArn".to_owned(), event.task().into());
    match event {
        TaskEvent::Status { status, .. } => {
            fields.insert("lastStatus".to_owned(), status.as_str().into());
        }
        TaskEvent::Container {
            container,
            code,
            decides,
            ..
        } => {
            fields.insert("container".to_owned(), container.as_str().into());
            fields.insert("exitCode".to_owned(), (*code).into());
            fields.insert("decides".to_owned(), (*decides).into());
        }
        TaskEvent::Ended { end, .. } => {
            fields.insert("verdict".to_owned(), end.name().into());
            fields.insert("exitCode".to_owned(), end.exit_code().into());
        }
    }
    Event::Happened {
        subject: subject.to_owned(),
        kind: event.kind(),
        text: event.to_string(),
        fields,
        tone: match event {
            _ if event.is_bad() => Tone::Bad,
            TaskEvent::Ended { .. } => Tone::Good,
            TaskEvent::Status { .. } | TaskEvent::Container { .. } => Tone::Plain,
        },
        elapsed: now,
    }
}

/// Asks for the end of all tasks that go on, several at once. Gives those that could not be stopped.
async fn stop_all<W: RunsTasks>(
    world: &W,
    order: &Order,
    run: &Run,
    reason: &str,
    report: &mut dyn Report,
) -> Vec<String> {
    let going = run.course.going();
    let stopped = each_telling(&going, report, async |task, report| {
        let stopped = world.stop_task(&order.request.cluster, task, reason).await;
        report.tell(match &stopped {
            Ok(()) => Event::note(format!("task `{}` is being stopped", tail(task))),
            Err(error) => Event::warning(format!(
                "task `{}` could not be stopped: {error}",
                tail(task)
            )),
        });
        stopped.is_ok()
    })
    .await;
    let tried = going.into_iter().zip(stopped);
    tried
        .filter(|(_, stopped)| !stopped)
        .map(|(task, _)| task)
        .collect()
}

/// After a signal: says what goes on, or stops it if that was asked for.
async fn abandon<W: RunsTasks>(
    world: &W,
    order: &Order,
    run: &Run,
    signal: Signal,
    report: &mut dyn Report,
) -> Error {
    let going = run.course.going();
    let left = match order.on_cancel {
        Leaving::Leave => going.clone(),
        Leaving::Stop => {
            let reason = "stopped because the job that ran it was ended";
            stop_all(world, order, run, reason, report).await
        }
    };
    let of = |task: &String| {
        let what = if left.contains(task) {
            "goes on"
        } else {
            "is being stopped"
        };
        format!("task `{}` {what}", tail(task))
    };
    let told: Vec<String> = going.iter().map(of).collect();
    let text = if told.is_empty() {
        "ended by a signal; no task of this run goes on".to_owned()
    } else {
        format!("ended by a signal; {}", told.join("; "))
    };
    Error::new(Cause::Interrupted(signal), text)
}
