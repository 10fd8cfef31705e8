//! The course of a rollout, folded from what happened: for each service the phases it went through and the moments that count.
//!
//! It knows the events by their kinds, and leaves out those it does not know. Not for saying how a deployment ended: that is
//! the verdict, which it only notes.
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Event, Tone};

/// The kind of the event that says how a deployment ended; its facts are those of a service in the report.
pub const VERDICT: &str = "verdict";
/// The kind of the event that says how a task ended that belongs to no service.
pub const TASK_VERDICT: &str = "task-verdict";
/// The phase that ends the way forward.
const BACK: &str = "rolling back";
/// How many moments are kept of one service. A service that fails without end has the same ones again and again.
const MOMENTS: usize = 24;

/// What happened so far, by service.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    courses: Vec<Course>,
}

/// What one service went through.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The service.
    pub subject: String,
    /// What it was busy with, one after the other.
    pub phases: Vec<Phase>,
    /// What counts beside that.
    pub moments: Vec<Moment>,
    /// How many more moments there were.
    pub more: usize,
    /// How it ended, if that was told.
    pub end: Option<End>,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// What went on.
    pub what: String,
    /// From when, counted from the start of the run.
    pub from: Duration,
    /// Until when; none if it still goes on.
    pub to: Option<Duration>,
    /// Whether it is to be looked at.
    pub tone: Tone,
}

/// A point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What happened.
    pub what: String,
    /// When, counted from the start of the run.
    pub at: Duration,
    /// Whether it is to be looked at.
    pub tone: Tone,
}

/// How a deployment ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The machine's name of it: `rolled-back`.
    pub verdict: String,
    /// The same for people.
    pub text: String,
    /// Whether it is a good end.
    pub tone: Tone,
    /// When it was told.
    pub at: Duration,
    /// Its facts.
    pub fields: Map<String, Value>,
}

impl Timeline {
    /// Takes an event in. Only what happened counts.
    pub fn take(&mut self, event: &Event) {
        let Event::Happened {
            subject,
            kind,
            text,
            fields,
            tone,
            elapsed,
        } = event
        else {
            return;
        };
        let fact = |name: &str| fields.get(name).and_then(Value::as_str);
        let course = self.course(subject);
        match *kind {
            VERDICT => course.end(&End {
                verdict: fact("verdict").unwrap_or(text).to_owned(),
                text: text.clone(),
                tone: *tone,
                at: *elapsed,
                fields: fields.clone(),
            }),
            "stage" => course.phase(
                fact("lifecycleStage").unwrap_or(text),
                *elapsed,
                Tone::Plain,
            ),
            "lifecycle-event" => {
                let name = fact("lifecycleEventName").unwrap_or(text);
                course.lifecycle(name, fact("status").unwrap_or_default(), *elapsed);
            }
            "rolling-back" | "rollback-deployment" => course.phase(BACK, *elapsed, Tone::Bad),
            "scaling-suspended" => course.phase("scaling held still", *elapsed, Tone::Plain),
            "scaling-resumed" => course.close(*elapsed),
            "linked" | "progress" | "status" | "codedeploy-status" => course.begin(*elapsed),
            "traffic" => {
                let kinds = [
                    ("productionTrafficWeight", "production"),
                    ("testTrafficWeight", "test"),
                ];
                course.moment(&weights(fields, &kinds), *elapsed, *tone);
            }
            "traffic-weights" => {
                let kinds = [("green", "new"), ("blue", "old")];
                course.moment(&weights(fields, &kinds), *elapsed, *tone);
            }
            "targets-failing" => course.moment("targets fail", *elapsed, Tone::Bad),
            "tasks-started" => {
                let count = fields.get("tasks").and_then(Value::as_array);
                let text = counted(count.map_or(0, Vec::len), "began to run");
                course.moment(&text, *elapsed, *tone);
            }
            "tasks-failed" => {
                let count = fields.get("count").and_then(Value::as_u64).unwrap_or(1);
                let text = counted(usize::try_from(count).unwrap_or(usize::MAX), "failed");
                course.moment(&text, *elapsed, Tone::Bad);
            }
            "guard" if *tone == Tone::Bad => {
                let guard = fact("guard").unwrap_or("guard");
                course.moment(&format!("{guard} triggered"), *elapsed, Tone::Bad);
            }
            "awaiting-approval" | "awaiting-reroute" => {
                course.moment("waits for an approval", *elapsed, Tone::Bad);
            }
            "stop-asked" => course.moment("stop asked for", *elapsed, Tone::Bad),
            _ => {}
        }
    }

    /// What each service went through, in the order in which they were first heard of. Those nothing is known of are left out.
    pub fn courses(&self) -> impl Iterator<Item = &Course> {
        self.courses
            .iter()
            .filter(|course| !course.phases.is_empty() || course.end.is_some())
    }

    /// What one service went through.
    #[must_use]
    pub fn of(&self, subject: &str) -> Option<&Course> {
        self.courses().find(|course| course.subject == subject)
    }

    fn course(&mut self, subject: &str) -> &mut Course {
        let known = self
            .courses
            .iter()
            .position(|course| course.subject == subject);
        let index = known.unwrap_or_else(|| {
            self.courses.push(Course {
                subject: subject.to_owned(),
                phases: Vec::new(),
                moments: Vec::new(),
                more: 0,
                end: None,
            });
            self.courses.len() - 1
        });
        &mut self.courses[index]
    }
}

impl Course {
    /// The same for programs: phases, then moments, each with its seconds.
    #[must_use]
    pub fn object(&self) -> Value {
        let phases: Vec<Value> = self
            .phases
            .iter()
            .map(|phase| {
                json!({
                    "what": phase.what,
                    "fromSeconds": phase.from.as_secs(),
                    "toSeconds": phase.to.map(|to| to.as_secs()),
                    "ok": phase.tone != Tone::Bad,
                })
            })
            .collect();
        let moments: Vec<Value> = self
            .moments
            .iter()
            .map(|moment| {
                json!({"what": moment.what, "atSeconds": moment.at.as_secs(), "ok": moment.tone != Tone::Bad})
            })
            .collect();
        json!({"phases": phases, "moments": moments, "moreMoments": self.more})
    }

    /// The first sign of a rollout.
    fn begin(&mut self, at: Duration) {
        if self.phases.is_empty() {
            self.phase("rolling out", at, Tone::Plain);
        }
    }

    fn phase(&mut self, what: &str, at: Duration, tone: Tone) {
        // What a service goes through on the way back is part of going back.
        let goes_back = self.phases.iter().any(|phase| phase.what == BACK);
        let tone = if goes_back { Tone::Bad } else { tone };
        self.close(at);
        // What lasted no time at all was only passed through; the first one is where the rollout begins.
        if let Some(last) = self.phases.last_mut()
            && last.from == at
            && last.what == "rolling out"
        {
            what.clone_into(&mut last.what);
            (last.to, last.tone) = (None, tone);
            return;
        }
        self.phases.push(Phase {
            what: what.to_owned(),
            from: at,
            to: None,
            tone,
        });
    }

    /// A lifecycle event of CodeDeploy, told when it begins and when it ends.
    fn lifecycle(&mut self, name: &str, status: &str, at: Duration) {
        if matches!(status, "Pending" | "Skipped" | "Unknown") {
            return;
        }
        let known = self.phases.last().is_some_and(|last| last.what == name);
        if !known {
            self.phase(name, at, Tone::Plain);
        }
        match status {
            "Succeeded" => self.close(at),
            "Failed" => {
                self.close(at);
                if let Some(last) = self.phases.last_mut() {
                    last.tone = Tone::Bad;
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, at: Duration) {
        if let Some(last) = self.phases.last_mut() {
            last.to.get_or_insert(at);
        }
    }

    fn moment(&mut self, what: &str, at: Duration, tone: Tone) {
        if self.moments.len() >= MOMENTS {
            self.more += 1;
            return;
        }
        self.moments.push(Moment {
            what: what.to_owned(),
            at,
            tone,
        });
    }

    fn end(&mut self, end: &End) {
        // A deployment that is not waited for goes on.
        if end.tone != Tone::Plain {
            self.close(end.at);
        }
        self.end = Some(end.clone());
    }
}

/// `traffic 10 % production, 100 % test`.
fn weights(fields: &Map<String, Value>, kinds: &[(&str, &str)]) -> String {
    let parts: Vec<String> = kinds
        .iter()
        .filter_map(|(name, kind)| Some(format!("{} % {kind}", fields.get(*name)?.as_f64()?)))
        .collect();
    format!("traffic {}", parts.join(", "))
}

fn counted(count: usize, what: &str) -> String {
    let noun = if count == 1 { "task" } else { "tasks" };
    format!("{count} {noun} {what}")
}

#[cfg(test)]
pub(super) mod tests;
