//! Moving production traffic from blue to green and back, and taking away what is not needed any more.
//!
//! While traffic moves the service has to be steady: if it is not for five minutes, the deployment fails (ECS developer
//! guide, blue/green deployments with CodeDeploy and Service Auto Scaling).

use super::deployment::{Creator, Deployment, EventStatus, Step};
use super::ending::End;
use super::progress::{LOOK, REROUTE, Turn, done, minutes_of, views};
use crate::sim::cloud::Cloud;
use crate::sim::moment::Moment;
use crate::sim::{ecs, scaling};

/// Seconds for which a service may be unsteady while traffic moves.
const UNSTEADY_LIMIT: f64 = 300.0;

/// Begins to move traffic.
pub(super) fn begin(cloud: &mut Cloud, deployment: &mut Deployment, at: usize) -> Turn {
    let now = cloud.now;
    let (cluster, service) = deployment.service.clone();
    let desired = ecs::desired_count(cloud, &cluster, &service);
    deployment.desired = desired.and_then(|count| u32::try_from(count).ok());
    load(cloud, deployment, true);
    Turn::Go(Step::Shift {
        at,
        made: 0,
        next: now,
    })
}

/// Lets the load of the story begin, if this is its time.
pub(super) fn load(cloud: &mut Cloud, deployment: &Deployment, shifts: bool) {
    let (cluster, service) = &deployment.service;
    let load = ecs::incidents(cloud, cluster, service).load;
    if let Some(load) =
        load.filter(|load| load.at_shift == shifts && deployment.creator == Creator::User)
    {
        scaling::begin_load(cloud, cluster, service, load);
        // A step of this very moment belongs before the first look at the shift.
        scaling::run_due(cloud);
    }
}

/// Looks at a shift that is under way.
pub(super) fn look(
    cloud: &mut Cloud,
    deployment: &mut Deployment,
    at: usize,
    made: usize,
    next: Moment,
) -> Turn {
    let now = cloud.now;
    if deployment.creator == (Creator::Rollback { quick: true }) {
        return going_back(cloud, deployment, at, next);
    }
    let Some(views) = views(cloud, deployment) else {
        return Turn::End(End::no_service(deployment));
    };
    let steady = views
        .iter()
        .filter(|view| view.status != "DRAINING")
        .all(|view| view.steady);
    if steady {
        deployment.unsteady_since = None;
    } else {
        let since = *deployment.unsteady_since.get_or_insert(now);
        if since.plus(UNSTEADY_LIMIT) <= now {
            let scaled = views.first().map(|view| view.desired) != deployment.desired;
            return Turn::End(End::unsteady(scaled));
        }
    }
    let (steps, minutes) = deployment.configuration.1.steps();
    if now < next {
        return Turn::Wait(next.min(now.plus(LOOK)));
    }
    let Some(weight) = steps.get(made).copied() else {
        if let Some(green) = &deployment.green {
            let (cluster, service) = &deployment.service;
            ecs::make_primary(cloud, cluster, service, &green.number);
        }
        super::progress::see(cloud, deployment);
        return done(cloud, deployment, at);
    };
    deployment.weight = weight;
    deployment.updated = now;
    if let Some(green) = &deployment.green {
        let (cluster, service) = &deployment.service;
        ecs::route_task_set(cloud, cluster, service, &green.number);
    }
    let last = made + 1 == steps.len();
    let wait = if last { REROUTE } else { minutes_of(minutes) };
    Turn::Go(Step::Shift {
        at,
        made: made + 1,
        next: now.plus(wait),
    })
}

/// Begins the wait before blue is terminated.
pub(super) fn wait_to_terminate(cloud: &Cloud, deployment: &mut Deployment) -> Turn {
    let minutes = deployment.termination_minutes();
    deployment.waits_to_terminate = true;
    Turn::Go(Step::TerminationWait {
        until: cloud.now.plus(minutes_of(minutes)),
    })
}

/// Takes away the task set that does not serve, and ends when it is gone.
pub(super) fn terminate(cloud: &mut Cloud, deployment: &Deployment) -> Turn {
    let (cluster, service) = &deployment.service;
    let leaving = match deployment.creator {
        Creator::Rollback { quick: true } => &deployment.green,
        Creator::User | Creator::Rollback { quick: false } => &deployment.blue,
    };
    let Some(leaving) = leaving else {
        return Turn::End(End::succeeded());
    };
    let Some(views) = views(cloud, deployment) else {
        return Turn::End(End::no_service(deployment));
    };
    if !views.iter().any(|view| view.number == leaving.number) {
        return Turn::End(End::succeeded());
    }
    ecs::drain_task_set(cloud, cluster, service, &leaving.number);
    Turn::Wait(cloud.now.plus(LOOK))
}

/// Begins to lead all traffic back to blue. The other lifecycle events are not gone through.
pub(super) fn go_back(cloud: &Cloud, deployment: &mut Deployment) -> Turn {
    let now = cloud.now;
    let mut shift = 0;
    for (at, event) in deployment.events.iter_mut().enumerate() {
        if event.name == "AllowTraffic" {
            event.status = EventStatus::InProgress;
            event.started = Some(now);
            shift = at;
        } else {
            event.status = EventStatus::Skipped;
        }
    }
    Turn::Go(Step::Shift {
        at: shift,
        made: 0,
        next: now.plus(REROUTE),
    })
}

fn going_back(cloud: &mut Cloud, deployment: &mut Deployment, at: usize, next: Moment) -> Turn {
    let now = cloud.now;
    if now < next {
        return Turn::Wait(next);
    }
    let (cluster, service) = deployment.service.clone();
    deployment.weight = 0.0;
    deployment.updated = now;
    if let Some(blue) = &deployment.blue {
        ecs::make_primary(cloud, &cluster, &service, &blue.number);
    }
    if let Some(event) = deployment.events.get_mut(at) {
        event.end(EventStatus::Succeeded, now);
    }
    Turn::Go(Step::Terminate)
}
