//! Why a rollout failed: equal failures are grouped, and what is recognised gets a name and advice.
//! It judges texts of AWS that may be cut short, so it matches fragments without regard to case.
//! It reads nothing: the log lines of the container that died are fetched by the stage, which is told whose.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::service::TaskState;
use crate::domain::target_health::{TargetHealth, TargetTrouble, troubles};

mod group;
mod rows;

pub use group::{Culprit, TaskGroup, failed, group_failures};
use rows::{Evidence, GENERAL_TARGET};

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
    /// Targets that the load balancer finds in the same trouble.
    Targets(TargetTrouble),
    /// What CodeDeploy says of the deployment.
    CodeDeploy(String),
    /// Why `RunTask` started no task.
    NotStarted(String),
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
    /// What else shows the same.
    pub beside: Vec<Symptom>,
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
        let findings = group_failures(tasks)
            .into_iter()
            .map(|group| Finding {
                count: group.count,
                cause: rows::find(&Evidence::of_group(&group)),
                symptom: Symptom::Tasks(group),
                beside: Vec::new(),
            })
            .collect();
        let mut diagnosis = Self { findings };
        // What tasks show explains more than an event that says the same, and that more than a reason.
        diagnosis.add(recognised(events, Evidence::of_event, Symptom::Event));
        diagnosis.add(recognised(reasons, Evidence::of_status, Symptom::Status));
        diagnosis
    }

    /// Adds what the load balancer says of the targets of the deployment; healthy ones are left out.
    #[must_use]
    pub fn with_targets(mut self, health: &[TargetHealth]) -> Self {
        let found = troubles(health).into_iter().map(|trouble| Finding {
            count: trouble.count,
            cause: rows::find(&Evidence::of_target(&trouble))
                .or_else(|| rows::named(GENERAL_TARGET)),
            symptom: Symptom::Targets(trouble),
            beside: Vec::new(),
        });
        self.add(found.collect());
        self
    }

    /// Adds what CodeDeploy says of the deployment: texts of the form `code: message`, from `errorInformation` or from the
    /// diagnostics of a lifecycle event. One that is not recognised is kept too.
    #[must_use]
    pub fn with_codedeploy<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let found = texts.into_iter().map(|text| Finding {
            count: 1,
            cause: rows::find(&Evidence::of_codedeploy(text)),
            symptom: Symptom::CodeDeploy(text.to_owned()),
            beside: Vec::new(),
        });
        self.add(found.collect());
        self
    }

    /// Adds why `RunTask` started no task, for each: its `failures`. One that is not recognised is kept too.
    #[must_use]
    pub fn with_not_started<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let found = texts.into_iter().map(|text| Finding {
            count: 1,
            cause: rows::find(&Evidence::of_not_started(text)),
            symptom: Symptom::NotStarted(text.to_owned()),
            beside: Vec::new(),
        });
        self.add(found.collect());
        self
    }

    /// Takes in the log of the container that died: what it says goes before what its exit code alone means.
    pub fn read_log<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
        let Some(culprit) = self.culprit().cloned() else {
            return;
        };
        let dead = self.findings.iter_mut().find_map(|finding| {
            let Symptom::Tasks(group) = &finding.symptom else {
                return None;
            };
            let code = group.exit_code;
            (group.culprit.as_ref() == Some(&culprit)).then_some((code, &mut finding.cause))
        });
        let Some((code, cause)) = dead else { return };
        if cause.is_some_and(|cause| !rows::is_told_by_code(cause)) {
            return;
        }
        let told = lines
            .into_iter()
            .find_map(|line| rows::find(&Evidence::of_log(line, code)));
        *cause = told.or(*cause);
    }

    /// Adds findings, each cause once, where it was found first. That a task failed the checks of a load balancer says less than
    /// why; that why then counts as the cause, wherever it shows. Effects say nothing beside what they follow from.
    fn add(&mut self, found: Vec<Finding>) {
        for finding in found {
            let told = |known: &Finding| known.cause == finding.cause;
            if finding.cause.is_some() && self.findings.iter().any(told) {
                continue;
            }
            let is_general =
                |cause: Option<&Cause>| cause.is_some_and(|cause| cause.kind == GENERAL_TARGET);
            let of_target = |cause: Option<&Cause>| cause.is_some_and(rows::is_of_target);
            let known = self.findings.iter_mut().find(|known| {
                of_target(known.cause)
                    && of_target(finding.cause)
                    && (is_general(known.cause) || is_general(finding.cause))
            });
            match known {
                Some(known) => {
                    if is_general(known.cause) {
                        known.cause = finding.cause;
                    }
                    known.beside.push(finding.symptom);
                }
                None => self.findings.push(finding),
            }
        }
        let is_effect = |finding: &Finding| finding.cause.is_some_and(|cause| cause.effect);
        if !self.findings.iter().all(is_effect) {
            self.findings.retain(|finding| !is_effect(finding));
        }
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
                beside: Vec::new(),
            });
    }
    by_row.into_values().collect()
}

/// What a refusal of the API means, if it is recognised.
#[must_use]
pub fn refusal(code: &str, message: &str) -> Option<&'static Cause> {
    rows::find(&Evidence::of_refusal(code, message))
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tasks(group) => group.fmt(f),
            Self::Event(message) => write!(f, "service event: {message}"),
            Self::Status(reason) => write!(f, "deployment: {reason}"),
            Self::Targets(trouble) => trouble.fmt(f),
            Self::CodeDeploy(text) => write!(f, "CodeDeploy: {text}"),
            Self::NotStarted(text) => write!(f, "not started: {text}"),
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
            for symptom in &finding.beside {
                write!(f, "\n{symptom}")?;
            }
            if let Some(cause) = finding.cause {
                write!(f, "\n  cause: {}\n  advice: {}", cause.cause, cause.advice)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
