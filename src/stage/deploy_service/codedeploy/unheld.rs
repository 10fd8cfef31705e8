//! What goes on without scaling being held still.

use super::super::run::Watched;
use crate::domain::following::Following;
use crate::domain::rollout::commands;
use crate::domain::service::CodeDeployId;
use crate::report::{Event, Remark, Report};

/// Says that scaling is free again although CodeDeploy goes on.
pub(in super::super) fn warn_of_scaling(one: &Watched, report: &mut dyn Report) {
    let Following::CodeDeploy(shift) = &one.rollout else {
        return;
    };
    if !shift.is_running() {
        return;
    }
    let service = &one.plan.service;
    let id = shift.start().deployment.as_ref();
    let follow = commands::attach(id.map(CodeDeployId::as_str)).unwrap_or_default();
    report.tell(Event::Warned(
        Remark::new(format!(
            "service `{service}`: scaling is free again while CodeDeploy goes on, and a scaling event while traffic moves can \
             make it fail"
        ))
        .hint(format!(
            "hold it still until the end with `{follow}`, which follows it as well; or with `{}`, and give it back afterwards",
            commands::suspend_scaling(&one.plan.cluster, service)
        )),
    ));
}
