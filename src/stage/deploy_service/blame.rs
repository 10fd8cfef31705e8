//! Why a deployment failed: what its tasks, events and neighbours show, and what CodeDeploy says besides.

use super::codedeploy;
use super::licence::Looks;
use super::neighbours::alarms_that_fired;
use super::run::Watched;
use crate::domain::following::Following;
use crate::report::Blame;
use crate::stage::blaming;

/// The causes, the one that explains most first; it carries the log.
pub(super) async fn blames<W: Looks>(world: &W, one: &Watched, log_lines: u32) -> Vec<Blame> {
    let service = &one.plan.service;
    let diagnosis = one.rollout.diagnosis();
    let definition = one.definition.as_ref();
    let mut blames = blaming::blames(world, service, diagnosis, definition, log_lines).await;
    if let Following::CodeDeploy(shift) = &one.rollout {
        codedeploy::add_lifecycle(service, shift, log_lines, &mut blames);
    }
    if let Some(alarm) = blames.iter_mut().find(|blame| blame.kind == "alarm") {
        alarm
            .details
            .extend(alarms_that_fired(world, &one.rollout).await);
    }
    blames
}
