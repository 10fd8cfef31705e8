//! Why a rollout failed: equal failures are grouped, and what is recognised gets a name and advice.
//! It judges texts of AWS that may be cut short, so it matches fragments without regard to case.
//! It reads nothing: the log lines of the container that died are fetched by the stage, which is told whose.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::service::TaskState;

mod group;
mod rows;

pub use group::{Culprit, TaskGroup, failed, group_failures};
use rows::Evidence;

/// What is known about a recognised failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Its name, which does not change: programs and people tell causes apart by it.
    pub kind: &'static str,
    /// What is wrong.
    pub cause: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Whether it only follows from another failure that says more.
    pub effect: bool,
}

/// Where a failure showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symptom {
    /// Tasks that failed alike.
    Tasks(TaskGroup),
    /// Lines of the service's events that say the same; one of them.
    Event(String),
    /// The reason ECS gives for the state of the deployment.
    Status(String),
}

/// One failure, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it showed.
    pub symptom: Symptom,
    /// How often.
    pub count: usize,
    /// What it means, if it is recognised.
    pub cause: Option<&'static Cause>,
}

/// All failures of a rollout, the one that explains most first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// The failures.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Groups and names what went wrong.
    ///
    /// `tasks` are the tasks of the deployment, running ones too; `events` are the messages of the service's events since it
    /// began; `reasons` are the texts of its status.
    #[must_use]
    pub fn new<'a>(
        tasks: impl IntoIterator<Item = &'a TaskState>,
        events: impl IntoIterator<Item = &'a str>,
        reasons: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut findings: Vec<Finding> = group_failures(tasks)
            .into_iter()
            .map(|group| Finding {
                count: group.count,
                cause: rows::find(&Evidence::of_group(&group)),
                symptom: Symptom::Tasks(group),
            })
            .collect();
        let told = [
            recognised(events, Evidence::of_event, Symptom::Event),
            recognised(reasons, Evidence::of_status, Symptom::Status),
        ];
        // What tasks show explains more than an event that says the same, and that more than a reason.
        for finding in told.into_iter().flatten() {
            if !findings.iter().any(|known| known.cause == finding.cause) {
                findings.push(finding);
            }
        }
        // Effects say nothing beside what they follow from.
        let is_effect = |finding: &Finding| finding.cause.is_some_and(|cause| cause.effect);
        if !findings.iter().all(is_effect) {
            findings.retain(|finding| !is_effect(finding));
        }
        Self { findings }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The container whose log is most likely to say why, and the task it was in.
    #[must_use]
    pub fn culprit(&self) -> Option<&Culprit> {
        self.findings.iter().find_map(|finding| {
            let Symptom::Tasks(group) = &finding.symptom else {
                return None;
            };
            group.culprit.as_ref().filter(|_| group.has_run())
        })
    }
}

/// The texts that a row recognises, one finding per row. A text that no row knows is no failure.
fn recognised<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    evidence: fn(&str) -> Evidence,
    symptom: fn(String) -> Symptom,
) -> Vec<Finding> {
    let mut by_row: BTreeMap<&str, Finding> = BTreeMap::new();
    for text in texts {
        let Some(cause) = rows::find(&evidence(text)) else {
            continue;
        };
        by_row
            .entry(cause.kind)
            .and_modify(|finding| finding.count += 1)
            .or_insert_with(|| Finding {
                symptom: symptom(text.to_owned()),
                count: 1,
                cause: Some(cause),
            });
    }
    by_row.into_values().collect()
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tasks(group) => group.fmt(f),
            Self::Event(message) => write!(f, "service event: {message}"),
            Self::Status(reason) => write!(f, "deployment: {reason}"),
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", finding.symptom)?;
            if let Some(cause) = finding.cause {
                write!(f, "\n  cause: {}\n  advice: {}", cause.cause, cause.advice)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
