//! What CodeDeploy says of the lifecycle event that failed, with the last part of its log.

use crate::domain::codedeploy::{LifecycleState, Shift, Trouble};
use crate::report::{Blame, LogTail, LogWriter};
use crate::stage::blaming::UNRECOGNISED;

/// Adds the failed lifecycle event to the causes: to the one that is its own if that is there, with the last lines of its log.
pub(in super::super) fn add_lifecycle(
    service: &str,
    shift: &Shift,
    log_lines: u32,
    blames: &mut Vec<Blame>,
) {
    let Some(event) = shift.failed_event() else {
        return;
    };
    let name = format!("lifecycle event `{}` failed", event.name);
    let line = event.diagnosis.as_ref().map(Trouble::line);
    let line = line.filter(|line| !line.is_empty());
    let function = event.function.clone().filter(|name| !name.is_empty());
    let details: Vec<String> = function
        .iter()
        .map(|name| format!("its function: `{name}`"))
        .collect();
    let log = last_lines(event, function.as_deref(), log_lines);
    let its_own = blames.iter().position(|blame| {
        let told = |detail: &String| line.as_ref().is_some_and(|line| detail.contains(line));
        blame.details.iter().any(told)
    });
    // What is recognised explains it: the tasks, or what CodeDeploy says of the whole deployment.
    let unexplained = its_own.filter(|at| blames[*at].kind == UNRECOGNISED);
    let told = unexplained.map(|at| blames.remove(at));
    let blame = match its_own.filter(|_| told.is_none()) {
        Some(at) => Some(&mut blames[at]),
        None => blames.first_mut(),
    };
    if let Some(blame) = blame {
        blame.details.push(name);
        let told = told.into_iter().flat_map(|told| told.details);
        blame.details.extend(told.chain(details));
        add_log(blame, log);
        return;
    }
    blames.push(Blame {
        subject: service.to_owned(),
        kind: UNRECOGNISED.to_owned(),
        cause: name,
        advice: None,
        count: 1,
        details: line.into_iter().chain(details).collect(),
        log,
    });
}

/// The last part of the log that CodeDeploy has of a lifecycle event.
fn last_lines(event: &LifecycleState, function: Option<&str>, most: u32) -> Option<LogTail> {
    let lines: Vec<&str> = event.log_tail.as_deref()?.lines().collect();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let last = &lines[lines.len().saturating_sub(most)..];
    (!last.is_empty()).then(|| LogTail {
        writer: LogWriter::Hook {
            event: event.name.clone(),
            function: function.unwrap_or_default().to_owned(),
        },
        lines: last.iter().map(|line| (*line).to_owned()).collect(),
    })
}

/// A cause that has the log of a container keeps that: it says more of the cause.
fn add_log(blame: &mut Blame, log: Option<LogTail>) {
    match (&blame.log, log) {
        (None, log) => blame.log = log,
        (Some(_), Some(log)) => {
            let lines = log.lines.into_iter();
            blame
                .details
                .extend(lines.map(|line| format!("its log: {line}")));
        }
        (Some(_), None) => {}
    }
}
