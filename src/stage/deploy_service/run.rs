//! The order of steps, and what is done when a signal comes in between.

use std::time::Duration;

use super::attach::attach;
use super::chronicle::Chronicle;
use super::leaving::give_up;
use super::licence::{Deploys, Follows};
use super::one_off::{self};
use super::only_register;
use super::order::{Mode, Order};
use super::prepare::{Ready, dry_end, plan_anew, prepare, to_hold};
use super::scaling::{Held, hold, keeping, release};
use super::start::start_all;
use super::{DeployService, begin, ending, together, watch};
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::following::Following;
use crate::domain::plan::{Action, DeploymentPlan};
use crate::domain::rollout::{Goal, OnPause, WaitUntil};
use crate::error::{Cause, Error};
use crate::report::Report;
use crate::stage::apart::apart;
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
        let prepared = apart(|| prepare(world, &order, report));
        let prepared = race(world.interrupted(), prepared).await;
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
        let (ran, ready) = apart(|| run_before(world, &order, ready, &mut chronicle)).await?;
        let ended = apart(|| roll_out(world, &order, ready, &mut chronicle)).await;
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

/// Holds scaling still, deploys, gives scaling back, and tells how it ended.
async fn roll_out<W: Deploys>(
    world: &W,
    order: &Order,
    ready: Ready,
    chronicle: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    let report: &mut dyn Report = chronicle;
    let mut run = Run {
        held: Held::within(order.held_around.clone()),
        ..Run::default()
    };
    // Not given up half-way: who holds scaling still has to know by what to give it back.
    let still = held_still(world, order, ready, &mut run.held, report).await;
    let ended = match still {
        Err(error) => Err(error),
        Ok(ready) => {
            let held = run.held.clone();
            let work = apart(|| deploy(world, order, ready, &mut run, report));
            match keeping(world, order, &held, race(world.interrupted(), work)).await {
                Raced::Second(watched) => watched,
                Raced::First(signal) => {
                    let left = apart(|| give_up(world, order, &mut run, signal, report));
                    return Err(left.await);
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
        ready = match race(world.interrupted(), plan_anew(world, order, ready, report)).await {
            Raced::Second(ready) => ready?,
            Raced::First(signal) => {
                let text = "ended by a signal before anything was deployed";
                return Err(Error::new(Cause::Interrupted(signal), text));
            }
        };
    }
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
