//! What CodeDeploy says of the lifecycle event that failed, and what goes on without scaling being held still.

use crate::domain::codedeploy::{Shift, Trouble};
use crate::domain::following::Following;
use crate::domain::rollout::Verdict;
use crate::report::{Blame, Event, Remark, Report};
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
    let mut details: Vec<String> = Vec::new();
    if let Some(function) = &event.function {
        details.push(format!("its function: `{function}`"));
    }
    if let Some(log) = &event.log_tail {
        let lines: Vec<&str> = log.lines().collect();
        let most = usize::try_from(log_lines).unwrap_or(usize::MAX);
        let last = lines.len().saturating_sub(most);
        details.extend(lines[last..].iter().map(|line| format!("its log: {line}")));
    }
    let its_own = blames.iter_mut().find(|blame| {
        let told = |detail: &String| line.as_ref().is_some_and(|line| detail.contains(line));
        blame.details.iter().any(told)
    });
    if let Some(blame) = its_own {
        if blame.kind == UNRECOGNISED {
            blame.cause = name;
        } else {
            blame.details.push(name);
        }
        blame.details.extend(details);
        return;
    }
    // What CodeDeploy says of the whole deployment explains it, or the tasks do.
    if let Some(first) = blames.first_mut() {
        first.details.push(name);
        first.details.extend(details);
        return;
    }
    blames.push(Blame {
        subject: service.to_owned(),
        kind: UNRECOGNISED.to_owned(),
        cause: name,
        advice: None,
        count: 1,
        details: line.into_iter().chain(details).collect(),
        log: None,
    });
}

/// Says that scaling is free again although CodeDeploy goes on.
pub(in super::super) fn warn_of_scaling(
    service: &str,
    followed: &Following,
    report: &mut dyn Report,
) {
    let Following::CodeDeploy(shift) = followed else {
        return;
    };
    let left = matches!(
        followed.verdict(),
        Verdict::TimedOut { .. } | Verdict::Unrouted { .. }
    );
    if left && shift.is_running() {
        report.tell(Event::Warned(
            Remark::new(format!(
                "service `{service}`: scaling is free again while CodeDeploy goes on, and a scaling event while traffic moves can \
                 make it fail"
            ))
            .hint("hold it still with `wharfie-suspend-scaling`, and give it back afterwards"),
        ));
    }
}
