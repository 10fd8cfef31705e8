//! The order of steps, and what is done when a signal comes in between.

use std::time::Duration;

use super::attach::attach;
use super::chronicle::Chronicle;
use super::leaving::{leave, refuse_stop};
use super::licence::{Deploys, Follows, Prepares};
use super::look::{Seen, look};
use super::one_off::{self, Task};
use super::only_register;
use super::order::{Mode, Order};
use super::scaling::{Held, hold, keeping, release, would_hold};
use super::start::{Planned, start_all};
use super::{DeployService, SuspendScaling, begin, ending, neighbours, tell, together, watch};
use crate::domain::codedeploy::plan_shift;
use crate::domain::following::Following;
use crate::domain::pace::Pace;
use crate::domain::plan::{Action, DefinitionFacts, DeploymentPlan, Request, Target, plan};
use crate::domain::rollout::{Goal, OnPause, WaitUntil};
use crate::domain::scaling::ServiceResource;
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::report::{Event, Report};
use crate::stage::definition::{self, Definition, Registering};
use crate::stage::race::{Raced, race};
use crate::stage::{Outputs, Stage};

/// A deployment that was started, or found to be unnecessary.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) plan: DeploymentPlan,
    pub(super) definition: Option<DefinitionFacts>,
    pub(super) rollout: Following,
    /// When it was started, by the stage's clock.
    pub(super) began: Duration,
    /// How long it took to get where it is.
    pub(super) took: Duration,
    /// Whether its stop was asked for, or tried.
    pub(super) stopped: bool,
    /// Whether it is to be rolled back because another service failed.
    pub(super) doomed: bool,
    /// Whether it was said that its tasks can not be read.
    pub(super) tasks_unreadable: bool,
}

impl Watched {
    /// Whether it is not watched any more.
    pub(super) fn is_over(&self) -> bool {
        self.rollout.verdict().is_final()
    }

    /// How long it took: by the clock of ECS, if it began before this run did.
    pub(super) fn duration(&self) -> Duration {
        self.rollout.took_by_ecs().unwrap_or(self.took)
    }
}

/// What this run has done so far: what it has to clean up, and what it can tell.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// What was started.
    pub(super) watched: Vec<Watched>,
    /// What was started to take something back.
    pub(super) back: Vec<Watched>,
    /// The service whose update was sent and not answered so far.
    pub(super) updating: Option<String>,
    /// The scaling that is held still.
    pub(super) held: Held,
}

impl Run {
    /// One that started nothing, and follows what others did.
    pub(super) fn following(watched: Vec<Watched>) -> Self {
        Self {
            watched,
            ..Self::default()
        }
    }
}

/// Services that were looked at, with a plan for each.
struct Ready {
    definition: Definition,
    /// What is deployed of it.
    target: Option<Target>,
    plans: Vec<Planned>,
    /// The task that is run before.
    task: Option<Task>,
}

impl Ready {
    /// The ARN of the revision that is deployed, if it is another than each service has.
    fn revision(&self) -> Option<&str> {
        match &self.target {
            Some(Target::Revision(arn)) => Some(arn),
            Some(Target::ToRegister) | None => None,
        }
    }
}

impl<W: Deploys> Stage<W> for DeployService {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        if only_register::is_meant(&self) {
            return only_register::run(self, world, report).await;
        }
        self.deployment.one_off.note_if_idle(report);
        let mut chronicle = Chronicle::new(report);
        let order = Order::of(&self)?;
        if let (false, Some(waiting)) = (order.attach.is_empty(), order.waiting) {
            return attach(world, &order, waiting, &mut chronicle).await;
        }
        let report: &mut dyn Report = &mut chronicle;
        let prepared = race(world.interrupted(), prepare(world, &order, report)).await;
        let ready = match prepared {
            Raced::Second(ready) => ready?,
            Raced::First(signal) => {
                return Err(Error::new(
                    Cause::Interrupted(signal),
                    "ended by a signal before anything was deployed",
                ));
            }
        };
        if let Mode::DryRun { tells_changes } = order.mode {
            return dry_end(world, &order, &ready, tells_changes, report).await;
        }
        let (ran, ready) = run_before(world, &order, ready, &mut chronicle).await?;
        let ended = roll_out(world, &order, ready, &mut chronicle).await;
        one_off::joined(&ran, ended)
    }
}

/// Runs the task that comes before the deployment. What was planned is planned anew after it was waited for: others may have
/// deployed meanwhile.
async fn run_before<W: Deploys>(
    world: &W,
    order: &Order,
    ready: Ready,
    chronicle: &mut Chronicle<'_>,
) -> Result<(Outputs, Ready), Error> {
    let Some(task) = &ready.task else {
        return Ok((Outputs::new(), ready));
    };
    let ran = one_off::run(world, task, ready.revision(), chronicle).await?;
    if !task.is_waited_for() {
        return Ok((ran, ready));
    }
    let planned = race(
        world.interrupted(),
        plan_anew(world, order, ready, chronicle),
    );
    let error = match planned.await {
        Raced::Second(Ok(ready)) => return Ok((ran, ready)),
        Raced::Second(Err(error)) => error,
        Raced::First(signal) => {
            let text = "ended by a signal after the task, before anything was deployed";
            Error::new(Cause::Interrupted(signal), text)
        }
    };
    let task = chronicle.task().cloned().unwrap_or_default();
    let outputs = one_off::reported(world, ran, &task, chronicle);
    Err(error.with_outputs(outputs))
}

/// Looks at the services again, and plans with the revision that is there already.
async fn plan_anew<W: Prepares>(
    world: &W,
    order: &Order,
    ready: Ready,
    report: &mut dyn Report,
) -> Result<Ready, Error> {
    let mut seen = look(world, order).await?;
    neighbours::read_alarms(world, &mut seen, report).await;
    let target = ready.target.clone();
    let plans = plans(world, order, &ready.definition, target, &seen).await?;
    Ok(Ready { plans, ..ready })
}

/// Holds scaling still, deploys, gives scaling back, and tells how it ended.
async fn roll_out<W: Deploys>(
    world: &W,
    order: &Order,
    ready: Ready,
    chronicle: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    let report: &mut dyn Report = chronicle;
    let mut run = Run::default();
    // Not given up half-way: who holds scaling still has to know by what to give it back.
    let still = held_still(world, order, ready, &mut run.held, report).await;
    let ended = match still {
        Err(error) => Err(error),
        Ok(ready) => {
            let held = run.held.clone();
            let work = deploy(world, order, ready, &mut run, report);
            match keeping(world, order, &held, race(world.interrupted(), work)).await {
                Raced::Second(watched) => watched,
                Raced::First(signal) => {
                    // Scaling first: it is ours alone, and there is little time.
                    let released = release(world, &run.held, report).await;
                    let left = leave(world, order, &run, signal, report).await;
                    return Err(ending::interrupted(&run, left, released));
                }
            }
        }
    };
    let released = release(world, &run.held, report).await;
    ending::finish(world, order, &mut run, released, ended, chronicle).await
}

/// Holds scaling still. If another run had to end first, what was planned is planned anew: that run may have deployed.
async fn held_still<W: Deploys>(
    world: &W,
    order: &Order,
    mut ready: Ready,
    held: &mut Held,
    report: &mut dyn Report,
) -> Result<Ready, Error> {
    loop {
        hold(world, order, &to_hold(order, &ready.plans), held, report).await?;
        if !held.has_waited() {
            return Ok(ready);
        }
        // The task before the deployment has been run.
        let order = Order {
            one_off: None,
            ..order.clone()
        };
        ready = match race(world.interrupted(), prepare(world, &order, report)).await {
            Raced::Second(ready) => ready?,
            Raced::First(signal) => {
                let text = "ended by a signal before anything was deployed";
                return Err(Error::new(Cause::Interrupted(signal), text));
            }
        };
    }
}

/// Finds out what can be known to fail, and changes nothing. Gives the services whose scaling is to be held still.
pub(in crate::stage) async fn preflight<W: Prepares>(
    world: &W,
    args: &DeployService,
    report: &mut dyn Report,
) -> Result<Vec<ServiceResource>, Error> {
    let order = Order::of(args)?;
    let definition = definition::read(world, &order.source, report).await?;
    let seen = look(world, &order).await?;
    let plans = plans(world, &order, &definition, definition.target(), &seen).await?;
    one_off::prepare(world, order.one_off.as_ref(), &definition, &seen, report).await?;
    Ok(to_hold(&order, &plans))
}

/// Reads, plans, refuses; then registers, and plans again with the revision that came of it. Nothing that can be known to fail
/// is found out only after something was changed.
async fn prepare<W: Prepares>(
    world: &W,
    order: &Order,
    report: &mut dyn Report,
) -> Result<Ready, Error> {
    let definition = definition::read(world, &order.source, report).await?;
    let mut seen = look(world, order).await?;
    neighbours::read_alarms(world, &mut seen, report).await;
    let planned = plans(world, order, &definition, definition.target(), &seen).await?;
    let task = one_off::prepare(world, order.one_off.as_ref(), &definition, &seen, report).await?;
    let (target, plans) = match &definition {
        Definition::Document(document) => {
            let how = Registering {
                shows_values: order.shows_values,
                dry_run: order.mode.is_dry(),
            };
            let target = Some(definition::register(world, document, how, report).await?);
            let plans = plans(world, order, &definition, target.clone(), &seen).await?;
            (target, plans)
        }
        Definition::Revision { .. } | Definition::Keep => (definition.target(), planned),
    };
    for Planned { plan, .. } in &plans {
        tell::plan(plan, report);
    }
    Ok(Ready {
        definition,
        target,
        plans,
        task,
    })
}

async fn plans<W: Prepares>(
    world: &W,
    order: &Order,
    definition: &Definition,
    target: Option<Target>,
    seen: &[Seen],
) -> Result<Vec<Planned>, Error> {
    let mut plans = Vec::new();
    let mut pace = Pace::of_definitions();
    for one in seen {
        let Seen {
            service,
            running,
            shifting,
        } = one;
        refuse_stop(order, &service.name, shifting.is_some())?;
        if matches!(definition, Definition::Keep) {
            let wait = pace.take(world.elapsed());
            if !wait.is_zero() {
                world.sleep(wait).await;
            }
        }
        let facts = definition::facts_for(world, definition, service).await?;
        let request = Request {
            target: target.clone(),
            definition: facts.clone(),
            force: order.force,
            desired_count: order.desired_count,
            ecs_managed_tags: order.ecs_managed_tags,
            propagate_tags: order.propagate_tags,
            volume: order.volume.clone(),
            if_running: order.if_running,
        };
        let plan = match shifting {
            None => plan(&request, service, running),
            Some(shifting) => plan_shift(&request, &shifting.wish, service, &shifting.seen),
        };
        plans.push(Planned {
            plan: plan.map_err(|refusal| definition::refused(&refusal, definition))?,
            definition: facts,
            seen: one.clone(),
        });
    }
    together::refuse(order, &plans)?;
    Ok(plans)
}

/// The end of a dry run: what would be suspended, and whether anything would change.
async fn dry_end<W: Deploys>(
    world: &W,
    order: &Order,
    ready: &Ready,
    tells_changes: bool,
    report: &mut dyn Report,
) -> Result<Outputs, Error> {
    would_hold(world, order, &to_hold(order, &ready.plans), report).await?;
    let changes = ready.task.is_some() || ready.plans.iter().any(|one| one.plan.changes());
    if changes && tells_changes {
        return Err(Error::new(Cause::ChangesFound, "the dry run found changes"));
    }
    report.tell(Event::note(if changes {
        "dry run: nothing was changed"
    } else {
        "dry run: there is nothing to change"
    }));
    Ok(Outputs::new())
}

/// The services whose scaling is held still: all that change, or those that CodeDeploy deploys while this waits.
fn to_hold(order: &Order, plans: &[Planned]) -> Vec<ServiceResource> {
    let is_held = |action: &Action| match order.suspend_scaling {
        SuspendScaling::Never => false,
        SuspendScaling::Always => *action != Action::Nothing,
        SuspendScaling::Auto => matches!(action, Action::Shift(_)) && order.waiting.is_some(),
    };
    plans
        .iter()
        .map(|one| &one.plan)
        .filter(|plan| is_held(&plan.action))
        .map(|plan| ServiceResource::new(tail(&plan.cluster), plan.service.clone()))
        .collect()
}

/// Clears the way for all, starts all, watches all.
async fn deploy<W: Follows>(
    world: &W,
    order: &Order,
    ready: Ready,
    run: &mut Run,
    report: &mut dyn Report,
) -> Result<(), Error> {
    begin::clear_way(world, &ready.plans, order.timeout, report).await?;
    let goal = order.waiting.map_or(
        Goal {
            wait_until: WaitUntil::default(),
            timeout: order.timeout,
            fail_fast: None,
            on_pause: OnPause::default(),
        },
        |waiting| waiting.goal,
    );
    // What was started is followed, also when a later one could not be.
    let started = start_all(world, ready.plans, order, goal, run, report).await;
    if let (Some(waiting), false) = (order.waiting, run.watched.is_empty()) {
        if started.is_err() && waiting.all_or_nothing {
            for one in &mut run.watched {
                one.doomed = true;
            }
        }
        watch::watch(world, &mut run.watched, waiting, report).await?;
        if waiting.all_or_nothing {
            together::take_back(world, order, waiting, run, report).await?;
        }
    }
    started
}

/// What is waited for of one deployment: CodeDeploy waits and shifts for as long as its configuration says, and that comes on
/// top of the usual time limit.
pub(super) fn goal_of(order: &Order, plan: &DeploymentPlan, goal: Goal) -> Goal {
    let waits = match &plan.action {
        Action::Shift(shift) if !order.timeout_is_given => shift.waits(),
        Action::Nothing | Action::Change(_) | Action::Deploy(_) | Action::Shift(_) => {
            Duration::ZERO
        }
    };
    Goal {
        timeout: goal.timeout + waits,
        ..goal
    }
}
