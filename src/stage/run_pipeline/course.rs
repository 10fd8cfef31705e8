//! The course of a pipeline: which stage ran, how it ended, how long it took, and what it gave.
use std::time::Duration;

use crate::error::Error;
use crate::ports::Clock;
use crate::report::{Event, Remark, Report, Tone};
use crate::stage::apart::apart;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

/// What has run so far.
#[derive(Debug, Default)]
pub(super) struct Course {
    rows: Vec<Row>,
    outputs: Outputs,
}

#[derive(Debug)]
struct Row {
    stage: &'static str,
    outcome: String,
    took: Duration,
}

/// A stage that began.
#[derive(Debug)]
pub(super) struct Began {
    stage: &'static str,
    at: Duration,
}

impl Began {
    /// It is told only now, and took so long when it was done.
    pub(super) fn was_over_after(&mut self, took: Duration) {
        self.at = self.at.saturating_sub(took);
    }
}

impl Course {
    /// Runs a stage as part of the pipeline.
    pub(super) async fn follow<W: Clock, S: Stage<W> + Describe>(
        &mut self,
        world: &W,
        report: &mut dyn Report,
        name: &'static str,
        about: String,
        stage: S,
    ) -> Result<(), Error> {
        let began = Self::begin(world, report, name, about);
        let ended = apart(|| stage.run(world, report)).await;
        self.end(world, report, &began, ended)
    }

    /// A stage begins.
    pub(super) fn begin(
        world: &impl Clock,
        report: &mut dyn Report,
        stage: &'static str,
        about: String,
    ) -> Began {
        report.tell(Event::Began { stage, about });
        Began {
            stage,
            at: world.elapsed(),
        }
    }

    /// It is over; its outputs are kept also when it failed.
    pub(super) fn end(
        &mut self,
        world: &impl Clock,
        report: &mut dyn Report,
        began: &Began,
        ended: Result<Outputs, Error>,
    ) -> Result<(), Error> {
        let (outcome, tone, result) = match ended {
            Ok(outputs) => {
                self.keep(began.stage, &outputs);
                (outcome(began.stage, &outputs), Tone::Good, Ok(()))
            }
            Err(error) => {
                self.keep(began.stage, &error.outputs);
                let verdict = error.outputs.get("verdict").map(str::to_owned);
                let exit = error.cause.exit().meaning();
                (
                    verdict.unwrap_or_else(|| exit.to_owned()),
                    Tone::Bad,
                    Err(error),
                )
            }
        };
        self.close(world, report, began, outcome, tone);
        result
    }

    /// It turned out not to apply.
    pub(super) fn skip(
        &mut self,
        world: &impl Clock,
        report: &mut dyn Report,
        began: &Began,
        why: &str,
    ) {
        report.tell(Event::Noted(Remark::new(why)));
        self.close(world, report, began, "skipped".to_owned(), Tone::Plain);
    }

    fn close(
        &mut self,
        world: &impl Clock,
        report: &mut dyn Report,
        began: &Began,
        outcome: String,
        tone: Tone,
    ) {
        let took = world.elapsed().saturating_sub(began.at);
        let stage = began.stage;
        report.tell(Event::Ended {
            stage,
            outcome: outcome.clone(),
            tone,
            took,
        });
        self.rows.push(Row {
            stage,
            outcome,
            took,
        });
    }

    fn keep(&mut self, stage: &str, outputs: &Outputs) {
        // Findings have a report of their own; the pipeline's is that of the deployment.
        let own = |name: &str| !(stage == "check-pipeline" && name == "report");
        for (name, value) in outputs.iter().filter(|(name, _)| own(name)) {
            self.outputs.set(name, value);
        }
    }

    /// An output of a stage that ran.
    pub(super) fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name)
    }

    /// The outputs of the pipeline, in its order.
    pub(super) fn outputs(&self, specs: &[OutputSpec]) -> Outputs {
        let mut outputs = Outputs::new();
        for spec in specs {
            if let Some(value) = self.output(spec.name) {
                outputs.set(spec.name, value);
            }
        }
        outputs
    }

    /// Shows what ran.
    pub(super) fn table(&self, report: &mut dyn Report) {
        if self.rows.is_empty() {
            return;
        }
        let rows = self
            .rows
            .iter()
            .map(|row| vec![row.stage.to_owned(), row.outcome.clone(), time(row.took)])
            .collect();
        report.tell(Event::Tabled {
            title: "Stages",
            columns: vec!["stage", "result", "time"],
            rows,
        });
    }
}

/// How a stage ended well, by what it gave.
fn outcome(stage: &str, outputs: &Outputs) -> String {
    let of = |name: &str| outputs.get(name);
    let text = match stage {
        "resolve-image" => of("digest"),
        "render-taskdef" => of("image"),
        "write-imagedefs" => of("imagedefinitions"),
        "write-appspec" => of("appspec"),
        "deploy-service" => of("verdict"),
        "check-pipeline" => return counted(outputs),
        "register-taskdef" => {
            let arn = of("task-definition-arn")
                .and_then(|arn| arn.rsplit_once('/'))
                .map(|(_, tail)| tail);
            return match (arn, of("registered")) {
                (Some(revision), Some("true")) => format!("registered `{revision}`"),
                (Some(revision), _) => format!("unchanged, `{revision}`"),
                (None, _) => "done".to_owned(),
            };
        }
        _ => None,
    };
    text.map_or_else(|| "done".to_owned(), |text| format!("`{text}`"))
}

/// What was found in the files.
fn counted(outputs: &Outputs) -> String {
    match outputs.get("warnings") {
        None | Some("0") => "nothing wrong".to_owned(),
        Some(count) => format!("warnings: {count}"),
    }
}

fn time(took: Duration) -> String {
    match took.as_secs() {
        0 => format!("{} ms", took.as_millis()),
        seconds @ 1..60 => format!("{seconds}.{} s", took.subsec_millis() / 100),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}
