//! Why a deployment failed, with the last lines of the container that died.

use std::time::Duration;

use super::codedeploy;
use super::licence::Looks;
use super::neighbours::alarms_that_fired;
use super::run::Watched;
use crate::domain::diagnosis::{Culprit, Finding, Symptom};
use crate::domain::following::Following;
use crate::domain::service::tail;
use crate::report::{Blame, LogTail};

/// Log lines arrive late: how often an empty log is asked again, and after what pause.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// The word for a failure that no row of the table fits.
pub(super) const UNRECOGNISED: &str = "unrecognised";

/// The causes, the one that explains most first; it carries the log.
pub(super) async fn blames<W: Looks>(world: &W, one: &Watched, log_lines: u32) -> Vec<Blame> {
    let mut diagnosis = one.rollout.diagnosis();
    let culprit = diagnosis.culprit().filter(|_| log_lines > 0).cloned();
    let tail = match &culprit {
        Some(culprit) => Some(log(world, one, culprit, log_lines).await),
        None => None,
    };
    if let Some(Ok(tail)) = &tail {
        diagnosis.read_log(tail.lines.iter().map(String::as_str));
    }
    let mut blames: Vec<Blame> = diagnosis
        .findings
        .iter()
        .map(|finding| blame(&one.plan.service, finding))
        .collect();
    let owner = diagnosis.findings.iter().position(|finding| {
        matches!(&finding.symptom, Symptom::Tasks(group) if group.has_run() && group.culprit == culprit)
    });
    match (tail, owner) {
        (Some(Ok(tail)), Some(owner)) => blames[owner].log = Some(tail),
        (Some(Err(why)), Some(owner)) => blames[owner].details.push(why),
        (_, None) | (None, _) => {}
    }
    if let Following::CodeDeploy(shift) = &one.rollout {
        codedeploy::add_lifecycle(&one.plan.service, shift, log_lines, &mut blames);
    }
    if let Some(alarm) = blames.iter_mut().find(|blame| blame.kind == "alarm") {
        alarm
            .details
            .extend(alarms_that_fired(world, &one.rollout).await);
    }
    blames
}

fn blame(service: &str, finding: &Finding) -> Blame {
    let who = match &finding.symptom {
        Symptom::Tasks(group) => match (&group.culprit, group.ended_by_itself()) {
            (Some(culprit), Some(code)) => Some(format!(
                "container `{}` exited with code {code}",
                culprit.container
            )),
            (Some(culprit), None) => Some(format!("container `{}`", culprit.container)),
            (None, _) => None,
        },
        Symptom::Event(_) | Symptom::Status(_) | Symptom::Targets(_) | Symptom::CodeDeploy(_) => {
            None
        }
    };
    let what = finding.cause.map(|cause| cause.cause);
    let cause = match (who, what) {
        (Some(who), Some(what)) => format!("{who}: {what}"),
        (Some(who), None) => who,
        (None, Some(what)) => what.to_owned(),
        (None, None) => "a failure that is not recognised".to_owned(),
    };
    Blame {
        subject: service.to_owned(),
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
async fn log<W: Looks>(
    world: &W,
    one: &Watched,
    culprit: &Culprit,
    lines: u32,
) -> Result<LogTail, String> {
    let container = &culprit.container;
    let facts = one
        .definition
        .as_ref()
        .and_then(|definition| definition.container(container));
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
        container: container.clone(),
        stream: format!("{}/{stream}", target.group),
        lines: found,
    })
}
