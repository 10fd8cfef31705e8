//! How it ended: the causes told, outputs set, the report written, the exit code chosen.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Order, RunsTasks};
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::one_off::{Course, NotStarted, TaskEnd, Verdict};
use crate::domain::rollout::{Brief, commands};
use crate::domain::service::{TaskState, tail};
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::report::timeline::TASK_VERDICT;
use crate::report::{Blame, Event, Report, Tone};
use crate::stage::blaming::{self, blames, with_cause};
use crate::stage::documents::leave_report;
use crate::stage::{Outputs, args::Span};

/// What was started, and how far it is.
#[derive(Debug)]
pub(super) struct Run {
    /// The ARN of the revision.
    pub(super) definition: String,
    /// What matters of it.
    pub(super) facts: DefinitionFacts,
    /// The tasks.
    pub(super) course: Course,
    /// Why others were not started.
    pub(super) failures: Vec<NotStarted>,
    /// When they were started, by the stage's clock.
    pub(super) began: Duration,
    /// How they ended, once it was waited for.
    pub(super) verdict: Option<Verdict>,
}

/// How a run ended, and what is known of it.
#[derive(Debug)]
pub(in crate::stage) struct Outcome {
    /// What is known, whether it failed or not.
    pub(in crate::stage) outputs: Outputs,
    /// The run in the report.
    pub(in crate::stage) entry: Value,
    /// Why it failed, if it did.
    pub(in crate::stage) error: Option<Error>,
}

impl Outcome {
    /// Nothing was started, as far as is known.
    pub(super) fn failed(error: Error, definition: &str) -> Self {
        Self {
            outputs: Outputs::new().with("task-definition-arn", definition),
            entry: json!({"version": 1, "verdict": null, "taskDefinitionArn": definition, "tasks": []}),
            error: Some(error),
        }
    }

    /// Writes the report, and gives the outputs or the error they come with.
    pub(super) fn reported<W: Files>(
        self,
        world: &W,
        report: &mut dyn Report,
    ) -> Result<Outputs, Error> {
        let mut outputs = self.outputs;
        leave_report(
            world,
            report,
            "wharfie-task.json",
            &self.entry,
            &mut outputs,
        );
        match self.error {
            None => Ok(outputs),
            Some(error) => Err(error.with_outputs(outputs)),
        }
    }
}

impl Run {
    /// It was not waited for.
    pub(super) async fn unawaited<W: RunsTasks>(
        self,
        world: &W,
        order: &Order,
        report: &mut dyn Report,
    ) -> Outcome {
        let causes = self.explain(world, order, report).await;
        let error = (!self.failures.is_empty()).then(|| self.failure(Verdict::Failed, &causes));
        if error.is_none() {
            report.tell(Event::note(format!(
                "started, not waited for: ask how it stands with `{}`",
                self.describe(order)
            )));
        }
        self.outcome(world.elapsed(), &causes, error)
    }

    /// It was left before its end.
    pub(super) fn broken_off(self, order: &Order, error: Error) -> Outcome {
        let going = self.course.going();
        let error = match (going.is_empty(), &error.hint) {
            (false, None) => {
                let command = self.describe(order);
                error.hint(format!("ask how it stands with `{command}`"))
            }
            _ => error,
        };
        let took = self.began;
        self.outcome(took, &[], Some(error))
    }

    /// It was followed to its end, or until the time was over.
    pub(super) async fn ended<W: RunsTasks>(
        mut self,
        world: &W,
        order: &Order,
        report: &mut dyn Report,
    ) -> Outcome {
        let seen = self.verdict.unwrap_or(Verdict::Running);
        // A task that could not be started is one that failed, whatever became of the others.
        let verdict = match seen {
            Verdict::Succeeded | Verdict::Stopped if !self.failures.is_empty() => Verdict::Failed,
            seen => seen,
        };
        self.verdict = Some(verdict);
        let causes = self.explain(world, order, report).await;
        if verdict == Verdict::Succeeded {
            self.show_log(world, order, report).await;
        }
        let now = world.elapsed();
        report.tell(Event::Happened {
            subject: self.facts.family.clone(),
            kind: TASK_VERDICT,
            text: self.text(verdict, now),
            fields: Map::from_iter([
                ("verdict".to_owned(), json!(verdict.name())),
                ("durationSeconds".to_owned(), json!(self.took(now))),
            ]),
            tone: if verdict == Verdict::Succeeded {
                Tone::Good
            } else {
                Tone::Bad
            },
            elapsed: now,
        });
        report.tell(self.table());
        let error = match verdict {
            Verdict::Succeeded => None,
            Verdict::Failed | Verdict::Stopped => Some(self.failure(verdict, &causes)),
            Verdict::TimedOut | Verdict::Running => {
                let text = self.text(verdict, now);
                let command = self.describe(order);
                Some(Error::new(Cause::InProgress, text).hint(format!(
                    "ask how it stands with `{command}`, or raise `--timeout`"
                )))
            }
        };
        self.outcome(now, &causes, error)
    }

    /// Tells why tasks failed or were not started.
    async fn explain<W: RunsTasks>(
        &self,
        world: &W,
        order: &Order,
        report: &mut dyn Report,
    ) -> Vec<Blame> {
        let failed = self.course.tasks().filter_map(|(task, end)| {
            let bad = end.is_some_and(|end| !end.is_good());
            bad.then_some(task)
        });
        let texts: Vec<String> = self.failures.iter().map(ToString::to_string).collect();
        let diagnosis =
            Diagnosis::new(failed, [], []).with_not_started(texts.iter().map(String::as_str));
        let causes = blames(
            world,
            &self.facts.family,
            diagnosis,
            Some(&self.facts),
            order.log_lines,
        )
        .await;
        for blame in &causes {
            report.tell(Event::Blamed(blame.clone()));
        }
        causes
    }

    /// The last lines of the containers that decided, where they can be read.
    async fn show_log<W: RunsTasks>(&self, world: &W, order: &Order, report: &mut dyn Report) {
        let decided = self.course.tasks().flat_map(|(task, _)| {
            let names = task.containers.iter().map(|container| &container.name);
            names.map(move |name| (task, name))
        });
        let lines = order.log_lines;
        for (task, name) in decided.filter(|(_, name)| self.course.decides(name)) {
            let container = self.facts.container(name);
            let Some(log) = container.and_then(|container| container.log.as_ref()) else {
                continue;
            };
            let Some(stream) = log.stream(name, tail(&task.arn)).filter(|_| lines > 0) else {
                continue;
            };
            let region = log.region.as_deref();
            // What can not be read is no reason to say anything: the task did what it was to do.
            let read = world.log_tail(region, &log.group, &stream, lines).await;
            for line in read.unwrap_or_default() {
                report.tell(Event::Happened {
                    subject: self.facts.family.clone(),
                    kind: "task-log",
                    text: format!("`{name}` | {line}"),
                    fields: Map::from_iter([
                        ("taskArn".to_owned(), json!(task.arn)),
                        ("container".to_owned(), json!(name)),
                    ]),
                    tone: Tone::Plain,
                    elapsed: world.elapsed(),
                });
            }
        }
    }

    /// The end that says most: of the tasks that ended so, the first.
    fn decisive(&self, verdict: Verdict) -> Option<(&TaskState, &TaskEnd)> {
        self.course.tasks().find_map(|(task, end)| {
            let end = end.filter(|end| end.name() == verdict.name())?;
            Some((task, end))
        })
    }

    /// Whole seconds from the start until now.
    fn took(&self, now: Duration) -> u64 {
        now.saturating_sub(self.began).as_secs()
    }

    fn text(&self, verdict: Verdict, now: Duration) -> String {
        let took = now.saturating_sub(self.began);
        match (verdict, self.decisive(verdict)) {
            (Verdict::Succeeded, _) => format!("succeeded after {}", Brief(took)),
            (Verdict::Failed | Verdict::Stopped, Some((task, end))) => {
                format!("task `{}` {}: {end}", tail(&task.arn), verdict.name())
            }
            (Verdict::Failed | Verdict::Stopped, None) => {
                let reasons: Vec<String> = self.failures.iter().map(ToString::to_string).collect();
                let what = match self.course.tasks().count() {
                    0 => "no task was started".to_owned(),
                    some => format!("only {some} of the tasks were started"),
                };
                format!("{what}: {}", reasons.join("; "))
            }
            (Verdict::TimedOut | Verdict::Running, _) => {
                let going: Vec<String> = self
                    .course
                    .going()
                    .iter()
                    .map(|task| tail(task).to_owned())
                    .collect();
                format!(
                    "the time is over after {}, and the task has not ended: `{}`",
                    Span(Duration::from_secs(took.as_secs())),
                    going.join("`, `")
                )
            }
        }
    }

    fn failure(&self, verdict: Verdict, causes: &[Blame]) -> Error {
        let text = with_cause(self.text(verdict, self.began), causes);
        let error = Error::new(Cause::DeploymentFailed, text);
        match causes.first().and_then(|blame| blame.advice.as_ref()) {
            Some(advice) => error.hint(advice),
            None => error,
        }
    }

    fn describe(&self, order: &Order) -> String {
        let arns = self.course.tasks().map(|(task, _)| task.arn.as_str());
        commands::describe_tasks(&order.request.cluster, arns)
    }

    fn table(&self) -> Event {
        let row = |(task, end): (&TaskState, Option<&TaskEnd>)| {
            let code = end.and_then(TaskEnd::exit_code);
            vec![
                tail(&task.arn).to_owned(),
                end.map_or("running", TaskEnd::name).to_owned(),
                code.map(|code| code.to_string()).unwrap_or_default(),
            ]
        };
        Event::Tabled {
            title: "Tasks",
            columns: vec!["task", "result", "exit code"],
            rows: self.course.tasks().map(row).collect(),
        }
    }

    fn outcome(self, now: Duration, causes: &[Blame], error: Option<Error>) -> Outcome {
        let took = self.took(now);
        let arns: Vec<&str> = self
            .course
            .tasks()
            .map(|(task, _)| task.arn.as_str())
            .collect();
        let mut outputs = Outputs::new()
            .with("run-task-arn", json!(arns).to_string())
            .with("task-definition-arn", self.definition.as_str());
        if let Some(verdict) = self.verdict {
            outputs.set("verdict", verdict.name());
            let decided = self.decisive(verdict).and_then(|(_, end)| end.exit_code());
            if let Some(code) = decided {
                outputs.set("exit-code", code.to_string());
            }
            outputs.set("exit-codes", self.exit_codes().to_string());
            outputs.set("duration-seconds", took.to_string());
        }
        let tasks: Vec<Value> = self
            .course
            .tasks()
            .map(|(task, end)| self.entry(task, end))
            .collect();
        let failures = self.failures.iter().map(|failure| {
            json!({"arn": failure.arn, "reason": failure.reason, "detail": failure.detail})
        });
        let entry = json!({
            "version": 1,
            "verdict": self.verdict.map(Verdict::name),
            "taskDefinitionArn": self.definition,
            "durationSeconds": took,
            "tasks": tasks,
            "failures": failures.collect::<Value>(),
            "causes": blaming::entries(causes),
        });
        Outcome {
            outputs,
            entry,
            error,
        }
    }

    fn exit_codes(&self) -> Value {
        let codes = |task: &TaskState| -> Value {
            let ended = task.containers.iter().filter_map(|container| {
                let code = container.exit_code?;
                Some((container.name.clone(), json!(code)))
            });
            Value::Object(ended.collect())
        };
        let tasks = self.course.tasks();
        Value::Object(
            tasks
                .map(|(task, _)| (tail(&task.arn).to_owned(), codes(task)))
                .collect(),
        )
    }

    fn entry(&self, task: &TaskState, end: Option<&TaskEnd>) -> Value {
        let containers = task.containers.iter().map(|container| {
            json!({
                "name": container.name,
                "exitCode": container.exit_code,
                "reason": container.reason,
                "decides": self.course.decides(&container.name),
            })
        });
        json!({
            "taskArn": task.arn,
            "lastStatus": task.last_status,
            "verdict": end.map(TaskEnd::name),
            "text": end.map(ToString::to_string),
            "stopCode": task.stop_code.as_ref().map(ToString::to_string),
            "stoppedReason": task.stopped_reason,
            "containers": containers.collect::<Value>(),
        })
    }
}
