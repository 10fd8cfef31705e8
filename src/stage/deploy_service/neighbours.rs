//! What stands around a service: its alarms before a deployment starts, and the targets behind its load balancers while one is in
//! trouble. A deployment does not depend on any of it: what can not be read is said once, and it goes on without.

use super::licence::{Looks, Prepares};
use super::look::Seen;
use super::run::Watched;
use super::tell;
use crate::domain::following::Following;
use crate::ports::PortError;
use crate::report::{Event, Remark, Report};

/// Reads how the deployment alarms of the services are. A service without any costs no call.
pub(super) async fn read_alarms<W: Prepares>(
    world: &W,
    seen: &mut [Seen],
    report: &mut dyn Report,
) {
    let mut names: Vec<String> = Vec::new();
    for guard in seen.iter().filter_map(|seen| seen.service.alarms.as_ref()) {
        for name in guard.names.iter().filter(|_| guard.enabled) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    if names.is_empty() {
        return;
    }
    let alarms = match world.alarms(&names).await {
        Ok(alarms) => alarms,
        Err(error) => {
            report.tell(Event::Noted(
                Remark::new(format!(
                    "whether a deployment alarm fires already is not known: {}",
                    short(&error)
                ))
                .hint("allow cloudwatch:DescribeAlarms to see that before the start"),
            ));
            return;
        }
    };
    for guard in seen
        .iter_mut()
        .filter_map(|seen| seen.service.alarms.as_mut())
    {
        let theirs = alarms
            .iter()
            .filter(|alarm| guard.names.contains(&alarm.name));
        guard.states = Some(theirs.cloned().collect());
    }
}

/// Reads the targets of a deployment, if they are worth it now, and tells what is new.
pub(super) async fn look_at_targets<W: Looks>(
    world: &W,
    one: &mut Watched,
    report: &mut dyn Report,
) {
    let groups = one.rollout.targets_wanted();
    read_targets(world, one, groups, report).await;
}

/// Reads them once more after a failure, whatever was read before.
pub(super) async fn last_look_at_targets<W: Looks>(
    world: &W,
    one: &mut Watched,
    report: &mut dyn Report,
) {
    let groups = one.rollout.last_targets_wanted();
    read_targets(world, one, groups, report).await;
}

async fn read_targets<W: Looks>(
    world: &W,
    one: &mut Watched,
    groups: Vec<String>,
    report: &mut dyn Report,
) {
    if groups.is_empty() {
        return;
    }
    let mut health = Vec::new();
    for group in &groups {
        match world.target_health(group).await {
            Ok(targets) => health.extend(targets),
            Err(error) => {
                if one.rollout.targets_unavailable() {
                    report.tell(Event::Noted(
                        Remark::new(format!(
                            "service `{}`: what the load balancer says of its targets is not known: {}",
                            one.plan.service,
                            short(&error)
                        ))
                        .hint("allow elasticloadbalancing:DescribeTargetHealth to see why health checks fail"),
                    ));
                }
                return;
            }
        }
    }
    for event in one.rollout.observe_targets(health) {
        tell::event(&one.plan.service, &event, world.elapsed(), report);
    }
}

/// Why the alarms fired that ended a deployment, in the words of CloudWatch.
pub(super) async fn alarms_that_fired<W: Looks>(world: &W, rollout: &Following) -> Vec<String> {
    let names = rollout.alarms_fired();
    if names.is_empty() {
        return Vec::new();
    }
    match world.alarms(&names).await {
        Ok(alarms) => alarms
            .iter()
            .filter(|alarm| !alarm.reason.is_empty())
            .map(|alarm| {
                format!(
                    "alarm `{}` is {}: {}",
                    alarm.name, alarm.state, alarm.reason
                )
            })
            .collect(),
        Err(error) => vec![format!(
            "why the alarm fired is not known: {}",
            short(&error)
        )],
    }
}

/// An error without the page of text some endpoints send with it.
fn short(error: &PortError) -> String {
    match error {
        PortError::Refused(refused) => {
            format!("{} was refused with {}", refused.operation, refused.code)
        }
        PortError::Unreachable { operation, .. } => format!("{operation} got no answer"),
    }
}
