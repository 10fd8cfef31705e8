//! Why something failed, as it is told: each cause with its advice, and the last lines of the container that died.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::diagnosis::{Culprit, Diagnosis, Finding, Symptom};
use crate::domain::service::tail;
use crate::ports::Clock;
use crate::ports::logs::ReadLogs;
use crate::report::{Blame, LogTail, LogWriter};

/// Log lines arrive late: how often an empty log is asked again, and after what pause.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// The word for a failure that no row of the table fits.
pub(super) const UNRECOGNISED: &str = "unrecognised";

/// The causes of a failure of `subject`, the one that explains most first; it carries the log.
pub(super) async fn blames<W: ReadLogs + Clock>(
    world: &W,
    subject: &str,
    mut diagnosis: Diagnosis,
    definition: Option<&DefinitionFacts>,
    log_lines: u32,
) -> Vec<Blame> {
    let culprit = diagnosis.culprit().filter(|_| log_lines > 0).cloned();
    let tail = match &culprit {
        Some(culprit) => Some(log(world, definition, culprit, log_lines).await),
        None => None,
    };
    if let Some(Ok(tail)) = &tail {
        diagnosis.read_log(tail.lines.iter().map(String::as_str));
    }
    let mut blames: Vec<Blame> = diagnosis
        .findings
        .iter()
        .map(|finding| blame(subject, finding))
        .collect();
    let owner = diagnosis.findings.iter().position(|finding| {
        matches!(&finding.symptom, Symptom::Tasks(group) if group.has_run() && group.culprit == culprit)
    });
    match (tail, owner) {
        (Some(Ok(tail)), Some(owner)) => blames[owner].log = Some(tail),
        (Some(Err(why)), Some(owner)) => blames[owner].details.push(why),
        (_, None) | (None, _) => {}
    }
    blames
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

/// Causes as a report holds them.
pub(super) fn entries(causes: &[Blame]) -> Value {
    let entry = |blame: &Blame| {
        json!({
            "kind": blame.kind,
            "cause": blame.cause,
            "advice": blame.advice,
            "count": blame.count,
            "details": blame.details,
            "log": blame.log.as_ref().map(LogTail::object),
        })
    };
    causes.iter().map(entry).collect()
}

fn blame(subject: &str, finding: &Finding) -> Blame {
    let who = match &finding.symptom {
        Symptom::Tasks(group) => match (&group.culprit, group.ended_by_itself()) {
            (Some(culprit), Some(code)) => Some(format!(
                "container `{}` exited with code {code}",
                culprit.container
            )),
            (Some(culprit), None) => Some(format!("container `{}`", culprit.container)),
            (None, _) => None,
        },
        Symptom::Event(_)
        | Symptom::Status(_)
        | Symptom::Targets(_)
        | Symptom::CodeDeploy(_)
        | Symptom::NotStarted(_) => None,
    };
    let what = finding.cause.map(|cause| cause.cause);
    let cause = match (who, what) {
        (Some(who), Some(what)) => format!("{who}: {what}"),
        (Some(who), None) => who,
        (None, Some(what)) => what.to_owned(),
        (None, None) => "a failure that is not recognised".to_owned(),
    };
    Blame {
        subject: subject.to_owned(),
        kind: finding
            .cause
            .map_or(UNRECOGNISED, |cause| cause.kind)
            .to_owned(),
        cause,
        advice: finding.cause.map(|cause| cause.advice.to_owned()),
        count: finding.count,
        details: std::iter::once(&finding.symptom)
            .chain(&finding.beside)
            .map(ToString::to_string)
            .collect(),
        log: None,
    }
}

/// The last lines of a container, or why there are none.
async fn log<W: ReadLogs + Clock>(
    world: &W,
    definition: Option<&DefinitionFacts>,
    culprit: &Culprit,
    lines: u32,
) -> Result<LogTail, String> {
    let container = &culprit.container;
    let facts = definition.and_then(|definition| definition.container(container));
    let Some(target) = facts.and_then(|facts| facts.log.as_ref()) else {
        return Err(format!(
            "its log is not in CloudWatch Logs, as far as the task definition says: `{container}`"
        ));
    };
    let Some(stream) = target.stream(container, tail(&culprit.task)) else {
        return Err(format!(
            "its log stream has no known name without `awslogs-stream-prefix`; log group: `{}`",
            target.group
        ));
    };
    let mut found = Vec::new();
    for look in 0..LOOKS {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        found = world
            .log_tail(target.region.as_deref(), &target.group, &stream, lines)
            .await
            .map_err(|error| format!("its log could not be read: {error}"))?;
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        return Err(format!(
            "it wrote nothing to its log: `{}` `{stream}`",
            target.group
        ));
    }
    Ok(LogTail {
        writer: LogWriter::Container {
            name: container.clone(),
            stream: format!("{}/{stream}", target.group),
        },
        lines: found,
    })
}
