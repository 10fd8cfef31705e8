//! Scaling that really happens: a story's load changes a service's desired count step by step, as a scaling policy would,
//! between the bounds of its scalable target and unless that direction is suspended.
//!
//! There is no policy and no metric behind it. What is suspended leaves no activity: nothing is tried.

use super::target::{Activity, Target};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::{self, Load};
use crate::sim::moment::Moment;

/// Load on a service that goes on.
#[derive(Clone, Debug)]
pub(super) struct Pressure {
    cluster: String,
    service: String,
    load: Load,
    next: Moment,
    left: i64,
}

/// Lets load begin on a service; what it had before ends. The first step is taken when the cloud next does what is due.
pub(crate) fn begin_load(cloud: &mut Cloud, cluster: &str, service: &str, load: Load) {
    cloud
        .scaling
        .pressures
        .retain(|pressure| pressure.cluster != cluster || pressure.service != service);
    cloud.scaling.pressures.push(Pressure {
        cluster: cluster.to_owned(),
        service: service.to_owned(),
        load,
        next: cloud.now.plus(load.after),
        left: load.times,
    });
}

/// The earliest moment at which a service is scaled.
pub(super) fn next_due(cloud: &Cloud) -> Option<Moment> {
    let pressures = cloud.scaling.pressures.iter();
    pressures.map(|pressure| pressure.next).min()
}

/// Takes every step that is due at `cloud.now`.
pub(super) fn run_due(cloud: &mut Cloud) {
    let now = cloud.now;
    let mut pressures = std::mem::take(&mut cloud.scaling.pressures);
    for pressure in &mut pressures {
        while pressure.next <= now && pressure.left > 0 {
            step(cloud, pressure);
            pressure.left -= 1;
            pressure.next = pressure.next.plus(pressure.load.every);
        }
    }
    pressures.retain(|pressure| pressure.left > 0);
    cloud.scaling.pressures = pressures;
}

fn step(cloud: &mut Cloud, pressure: &Pressure) {
    let (cluster, service) = (pressure.cluster.as_str(), pressure.service.as_str());
    let id = format!("service/{cluster}/{service}");
    let (Some(target), Some(count)) = (
        cloud.scaling.targets.get(&id),
        ecs::desired_count(cloud, cluster, service),
    ) else {
        return;
    };
    // Not in while ECS deploys: ECS developer guide, Service Auto Scaling.
    if pressure.load.by < 0 && ecs::is_deploying(cloud, cluster, service) {
        return;
    }
    let wanted = scaled(target, count, pressure.load.by);
    if wanted == count {
        return;
    }
    let direction = if wanted > count { "high" } else { "low" };
    let cause = format!(
        "monitor alarm {service}-load-{direction} in state ALARM triggered policy {service}-load"
    );
    ecs::set_desired_count(cloud, cluster, service, wanted);
    let activity = Activity::new(cloud, &id, wanted, cause);
    cloud.scaling.activities.push(activity);
}

/// The desired count a step leads to: where it is if that direction is suspended.
fn scaled(target: &Target, count: i64, by: i64) -> i64 {
    if target.suspended.stops(by) {
        return count;
    }
    let wanted = count.saturating_add(by).clamp(target.min, target.max);
    // A bound never turns a step round.
    if by > 0 {
        wanted.max(count)
    } else {
        wanted.min(count)
    }
}
