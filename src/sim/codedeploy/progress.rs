//! Carrying deployments out: one look at each of them at its moments, from created to over.
//!
//! The lifecycle events in order, with the functions they call (user guide, "hooks" section for ECS). Moving traffic is in
//! `shift`, how a deployment ends in `ending`.

use super::deployment::{Call, Creator, Deployment, Event, EventStatus, Side, Status, Step};
use super::ending::{self, End};
use super::{earliest, shift};
use crate::sim::cloud::{ACCOUNT, Cloud, REGION};
use crate::sim::ecs::{self, SetView};
use crate::sim::members;
use crate::sim::moment::Moment;

/// Seconds until a deployment is queued, and until it begins.
const QUEUE: f64 = 1.0;
const START: f64 = 3.0;
/// Seconds between two looks at what CodeDeploy waits for.
pub(super) const LOOK: f64 = 5.0;
/// Seconds an event takes for which no function is called.
const IDLE: f64 = 1.0;
/// Seconds a function takes to answer.
const FUNCTION: f64 = 5.0;
/// Seconds in which a function has to answer (documented: an hour).
const FUNCTION_LIMIT: f64 = 3_600.0;
/// Seconds in which the replacement task set has to be steady (documented: 60 minutes).
const STEADY_LIMIT: f64 = 3_600.0;
/// Seconds a listener's rules take to change.
pub(super) const REROUTE: f64 = 10.0;

/// What comes of a look.
pub(super) enum Turn {
    /// Nothing, until this moment.
    Wait(Moment),
    /// The next step.
    Go(Step),
    /// It is over.
    End(End),
}

/// The earliest moment at which something happens to a deployment.
pub(crate) fn next_due(cloud: &Cloud) -> Option<Moment> {
    earliest(
        cloud
            .codedeploy
            .deployments
            .iter()
            .map(|deployment| deployment.due),
    )
}

/// Does everything that is due at `cloud.now`.
pub(crate) fn run_due(cloud: &mut Cloud) {
    let now = cloud.now;
    for at in 0..cloud.codedeploy.deployments.len() {
        let Some(mut deployment) = cloud
            .codedeploy
            .deployments
            .get(at)
            .filter(|deployment| deployment.due.is_some_and(|due| due <= now))
            .cloned()
        else {
            continue;
        };
        let rollback = look(cloud, &mut deployment);
        if let Some(place) = cloud.codedeploy.deployments.get_mut(at) {
            *place = deployment;
        }
        cloud.codedeploy.deployments.extend(rollback);
    }
}

/// An alarm changed its state: deployments that watch it look at it soon.
pub(crate) fn look_at_alarms(cloud: &mut Cloud) {
    let soon = cloud.now.plus(LOOK);
    for deployment in &mut cloud.codedeploy.deployments {
        deployment.due = deployment.due.map(|due| due.min(soon));
    }
}

/// Looks at a deployment and does what is to be done now; answers the rollback it begins.
fn look(cloud: &mut Cloud, deployment: &mut Deployment) -> Option<Deployment> {
    let now = cloud.now;
    see(cloud, deployment);
    if deployment.ahead.intruder.is_some_and(|at| at <= now) {
        return Some(ending::superseded(cloud, deployment));
    }
    if let Some(end) = ending::from_outside(cloud, deployment) {
        return ending::end(cloud, deployment, end);
    }
    loop {
        match take(cloud, deployment) {
            Turn::Wait(until) => {
                let ahead = &deployment.ahead;
                let stop = ahead.stop.map(|(at, _)| at);
                let due = earliest([
                    Some(until),
                    stop,
                    ahead.intruder,
                    ahead.alarm,
                    ahead.approval,
                ]);
                // A moment that has been would be looked at for ever.
                deployment.due = due.map(|due| due.max(now.plus(0.001)));
                return None;
            }
            Turn::Go(step) => deployment.step = step,
            Turn::End(end) => return ending::end(cloud, deployment, end),
        }
    }
}

/// The task sets of the service, if it is still there.
pub(super) fn views(cloud: &Cloud, deployment: &Deployment) -> Option<Vec<SetView>> {
    let (cluster, service) = &deployment.service;
    ecs::task_sets(cloud, cluster, service)
}

/// Keeps both sides as they are now, for the time when they are gone.
pub(super) fn see(cloud: &Cloud, deployment: &mut Deployment) {
    let views = views(cloud, deployment).unwrap_or_default();
    for side in deployment.blue.iter_mut().chain(&mut deployment.green) {
        match views.iter().find(|view| view.number == side.number) {
            Some(view) => side.seen = view.clone(),
            None => side.gone(),
        }
    }
}

impl Side {
    fn gone(&mut self) {
        self.seen.status = "DRAINING";
        (self.seen.desired, self.seen.pending, self.seen.running) = (0, 0, 0);
    }
}

fn take(cloud: &mut Cloud, deployment: &mut Deployment) -> Turn {
    let now = cloud.now;
    match deployment.step {
        Step::Created if now < deployment.created.plus(QUEUE) => {
            Turn::Wait(deployment.created.plus(QUEUE))
        }
        Step::Created => {
            deployment.status = Status::Queued;
            Turn::Go(Step::Queued)
        }
        Step::Queued if now < deployment.created.plus(START) => {
            Turn::Wait(deployment.created.plus(START))
        }
        Step::Queued => start(cloud, deployment),
        Step::Event { at, until } => event(cloud, deployment, at, until),
        Step::Shift { at, made, next } => shift::look(cloud, deployment, at, made, next),
        Step::Ready { at, until } => ready(cloud, deployment, at, until),
        Step::TerminationWait { until } if now < until => Turn::Wait(until),
        Step::TerminationWait { .. } => Turn::Go(Step::Terminate),
        Step::Terminate => shift::terminate(cloud, deployment),
        Step::Over => Turn::End(End::succeeded()),
    }
}

/// Takes the task set that serves for blue, and begins.
fn start(cloud: &mut Cloud, deployment: &mut Deployment) -> Turn {
    let now = cloud.now;
    deployment.status = Status::InProgress;
    deployment.started = Some(now);
    let Some(views) = views(cloud, deployment) else {
        return Turn::End(End::no_service(deployment));
    };
    if deployment.creator == (Creator::Rollback { quick: true }) {
        return shift::go_back(cloud, deployment);
    }
    let (cluster, service) = deployment.service.clone();
    for view in &views {
        if view.status == "PRIMARY" {
            deployment.blue = Some(side(view));
        } else {
            // What an earlier deployment left behind.
            ecs::drain_task_set(cloud, &cluster, &service, &view.number);
        }
    }
    let serving = deployment
        .blue
        .as_ref()
        .map(|blue| blue.target_group.clone())
        .unwrap_or_default();
    if !deployment.target_groups().contains(&serving.as_str()) {
        return Turn::End(End::not_behind_listener(deployment));
    }
    shift::load(cloud, deployment, false);
    begin(cloud, deployment, 0)
}

/// A task set as one side of a deployment.
fn side(view: &SetView) -> Side {
    let group = view
        .balancer
        .as_ref()
        .and_then(|balancer| members::text(balancer, "targetGroupArn"))
        .unwrap_or_default();
    Side {
        number: view.number.clone(),
        target_group: group.split('/').nth(1).unwrap_or_default().to_owned(),
        seen: view.clone(),
    }
}

/// Begins the lifecycle event of this index, or what follows the last one.
pub(super) fn begin(cloud: &mut Cloud, deployment: &mut Deployment, at: usize) -> Turn {
    let now = cloud.now;
    deployment.updated = now;
    let Some(name) = deployment.events.get(at).map(|event| event.name) else {
        return shift::wait_to_terminate(cloud, deployment);
    };
    if name == "BeforeAllowTraffic"
        && let Some(minutes) = deployment.approval_minutes()
        && !matches!(deployment.step, Step::Ready { .. })
    {
        deployment.status = Status::Ready;
        let incidents = ecs::incidents(cloud, &deployment.service.0, &deployment.service.1);
        deployment.ahead.approval = incidents.approved_after.map(|after| now.plus(after));
        return Turn::Go(Step::Ready {
            at,
            until: now.plus(minutes_of(minutes)),
        });
    }
    if let Some(event) = deployment.events.get_mut(at) {
        event.status = EventStatus::InProgress;
        event.started = Some(now);
    }
    match name {
        "Install" => install(cloud, deployment, at),
        "AllowTestTraffic" => Turn::Go(Step::Event {
            at,
            until: now.plus(REROUTE),
        }),
        "AllowTraffic" => shift::begin(cloud, deployment, at),
        _ => call(cloud, deployment, at),
    }
}

/// Minutes as seconds.
pub(super) fn minutes_of(minutes: i64) -> f64 {
    f64::from(i32::try_from(minutes).unwrap_or(i32::MAX)) * 60.0
}

/// Calls the function of a lifecycle event, if there is one.
fn call(cloud: &mut Cloud, deployment: &mut Deployment, at: usize) -> Turn {
    let now = cloud.now;
    let incidents = ecs::incidents(cloud, &deployment.service.0, &deployment.service.1);
    let Some(event) = deployment.events.get_mut(at) else {
        return Turn::End(End::succeeded());
    };
    let Some(function) = deployment.spec.hook(event.name) else {
        return Turn::Go(Step::Event {
            at,
            until: now.plus(IDLE),
        });
    };
    let story = incidents
        .hooks
        .filter(|story| story.event.as_deref().is_none_or(|name| name == event.name));
    let answers = match story {
        Some(story) => story.answers.then(|| (now.plus(FUNCTION), false)),
        None => Some((now.plus(FUNCTION), true)),
    };
    event.call = Some(Call {
        execution: cloud.ids.base62(64),
        function: function.to_owned(),
        answers,
    });
    Turn::Go(Step::Event {
        at,
        until: now.plus(FUNCTION_LIMIT),
    })
}

/// Makes the replacement task set.
fn install(cloud: &mut Cloud, deployment: &mut Deployment, at: usize) -> Turn {
    let now = cloud.now;
    let (cluster, service) = deployment.service.clone();
    let serving = deployment
        .blue
        .as_ref()
        .and_then(|blue| blue.seen.balancer.clone())
        .unwrap_or_default();
    let group = other_group(
        deployment,
        members::text(&serving, "targetGroupArn").unwrap_or_default(),
    );
    let mut given = deployment.spec.placement.clone();
    given.insert(
        "taskDefinition".to_owned(),
        deployment.spec.definition.clone().into(),
    );
    given.insert(
        "loadBalancers".to_owned(),
        serde_json::json!([{
            "targetGroupArn": group,
            "containerName": deployment.spec.container,
            "containerPort": deployment.spec.port,
        }]),
    );
    let unrouted = deployment.is_checked_late();
    let made = ecs::create_task_set(cloud, &cluster, &service, &given, &deployment.id, unrouted);
    let number = match made {
        Ok(number) => number,
        Err(error) => return Turn::End(End::refused_by_ecs(&error)),
    };
    let views = views(cloud, deployment).unwrap_or_default();
    deployment.green = views.iter().find(|view| view.number == number).map(side);
    Turn::Go(Step::Event {
        at,
        until: now.plus(STEADY_LIMIT),
    })
}

/// The ARN of the target group of the pair that does not serve: the other's, with its name.
fn other_group(deployment: &Deployment, serving: &str) -> String {
    let blue = serving.split('/').nth(1).unwrap_or_default();
    let other = deployment
        .target_groups()
        .into_iter()
        .find(|name| *name != blue)
        .unwrap_or_default();
    let id = serving.rsplit('/').next().unwrap_or_default();
    format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{other}/{id}")
}

/// Looks at a lifecycle event that is in progress.
fn event(cloud: &mut Cloud, deployment: &mut Deployment, at: usize, until: Moment) -> Turn {
    let now = cloud.now;
    let Some(name) = deployment.events.get(at).map(|event| event.name) else {
        return Turn::End(End::succeeded());
    };
    if name == "Install" {
        return installing(cloud, deployment, at, until);
    }
    let call = deployment
        .events
        .get(at)
        .and_then(|event| event.call.clone());
    let Some(call) = call else {
        return if now < until {
            Turn::Wait(until)
        } else {
            done(cloud, deployment, at)
        };
    };
    match call.answers {
        Some((answers, _)) if now < answers => Turn::Wait(answers),
        Some((_, true)) => done(cloud, deployment, at),
        Some((_, false)) => Turn::End(End::hook_failed(name, &call.function)),
        None if now < until => Turn::Wait(until),
        None => Turn::End(End::hook_silent(name, &call.function)),
    }
}

/// Waits until the replacement task set is steady.
fn installing(cloud: &mut Cloud, deployment: &mut Deployment, at: usize, until: Moment) -> Turn {
    let now = cloud.now;
    let Some(views) = views(cloud, deployment) else {
        return Turn::End(End::no_service(deployment));
    };
    let green = deployment
        .green
        .as_ref()
        .and_then(|green| views.iter().find(|view| view.number == green.number));
    if green.is_some_and(|green| green.steady) {
        return done(cloud, deployment, at);
    }
    if now >= until {
        return Turn::End(End::never_healthy());
    }
    Turn::Wait(until.min(now.plus(LOOK)))
}

/// Ends a lifecycle event well and begins the next one.
pub(super) fn done(cloud: &mut Cloud, deployment: &mut Deployment, at: usize) -> Turn {
    let now = cloud.now;
    if let Some(event) = deployment.events.get_mut(at) {
        event.end(EventStatus::Succeeded, now);
    }
    begin(cloud, deployment, at + 1)
}

impl Event {
    /// Ends it.
    pub(super) fn end(&mut self, status: EventStatus, now: Moment) {
        self.status = status;
        if self.started.is_some() {
            self.ended = Some(now);
        }
    }
}

/// Waits for somebody to approve.
fn ready(cloud: &mut Cloud, deployment: &mut Deployment, at: usize, until: Moment) -> Turn {
    let now = cloud.now;
    if deployment
        .ahead
        .approval
        .is_some_and(|approval| approval <= now)
    {
        deployment.ahead.approval = None;
        deployment.status = Status::InProgress;
        return begin(cloud, deployment, at);
    }
    if now >= until {
        return Turn::End(End::not_approved());
    }
    Turn::Wait(until)
}
