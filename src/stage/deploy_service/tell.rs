//! From what the domain says to what the user sees.

use std::time::Duration;

use crate::domain::following::Following;
use crate::domain::plan::DeploymentPlan;
use crate::domain::rollout::RolloutEvent;
use crate::report::{Event, Remark, Report, Tone};

/// The plan for one service, and what a person should know of it.
pub(super) fn plan(plan: &DeploymentPlan, report: &mut dyn Report) {
    report.tell(Event::Planned {
        subject: format!("service `{}`", plan.service),
        lines: plan.lines(),
    });
    for notice in &plan.notices {
        let remark =
            Remark::new(format!("service `{}`: {notice}", plan.service)).hint(notice.hint());
        report.tell(if notice.is_warning() {
            Event::Warned(remark)
        } else {
            Event::Noted(remark)
        });
    }
}

/// Something that happened to a deployment.
pub(super) fn event(
    service: &str,
    event: &RolloutEvent,
    elapsed: Duration,
    report: &mut dyn Report,
) {
    report.tell(Event::Happened {
        subject: service.to_owned(),
        kind: event.kind(),
        text: without_name(service, event.to_string()),
        fields: event.facts(),
        tone: if event.is_trouble() {
            Tone::Bad
        } else {
            Tone::Plain
        },
        elapsed,
    });
}

/// Events of ECS begin with the service, which is shown beside them anyway.
fn without_name(service: &str, text: String) -> String {
    match text.strip_prefix(&format!("(service {service}) ")) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Where a deployment stands, for a bar or a sign of life.
pub(super) fn standing(
    service: &str,
    rollout: &Following,
    elapsed: Duration,
    report: &mut dyn Report,
) {
    let progress = rollout.progress();
    report.tell(Event::Waiting {
        subject: service.to_owned(),
        text: rollout.standing(),
        progress: (progress.desired > 0).then(|| {
            let done = progress.running.min(progress.desired);
            (u64::from(done), u64::from(progress.desired))
        }),
        elapsed,
    });
}
