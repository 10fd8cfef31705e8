//! What is found out before anything is changed: the definition, the services, a plan for each, and what is known to fail.

use super::leaving::refuse_stop;
use super::licence::{Deploys, Prepares};
use super::look::{Seen, look};
use super::one_off::{self, Task};
use super::order::Order;
use super::scaling::would_hold;
use super::start::Planned;
use super::{DeployService, SuspendScaling, neighbours, tell, together};
use crate::domain::codedeploy::plan_shift;
use crate::domain::pace::Pace;
use crate::domain::plan::{Action, Request, Target, plan};
use crate::domain::scaling::ServiceResource;
use crate::domain::service::tail;
use crate::error::{Cause, Error};
use crate::report::{Event, Report};
use crate::stage::Outputs;
use crate::stage::definition::{self, Definition, Registering};

/// Services that were looked at, with a plan for each.
pub(super) struct Ready {
    definition: Definition,
    /// What is deployed of it.
    target: Option<Target>,
    pub(super) plans: Vec<Planned>,
    /// The task that is run before.
    pub(super) task: Option<Task>,
}

impl Ready {
    /// The ARN of the revision that is deployed, if it is another than each service has.
    pub(super) fn revision(&self) -> Option<&str> {
        match &self.target {
            Some(Target::Revision(arn)) => Some(arn),
            Some(Target::ToRegister) | None => None,
        }
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
pub(super) async fn prepare<W: Prepares>(
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

/// Looks at the services again, and plans with the revision that is there already: the document is not read twice, which could
/// have come by standard input. What is another plan now is told.
pub(super) async fn plan_anew<W: Prepares>(
    world: &W,
    order: &Order,
    ready: Ready,
    report: &mut dyn Report,
) -> Result<Ready, Error> {
    let mut seen = look(world, order).await?;
    neighbours::read_alarms(world, &mut seen, report).await;
    let target = ready.target.clone();
    let plans = plans(world, order, &ready.definition, target, &seen).await?;
    for (Planned { plan, .. }, before) in plans.iter().zip(&ready.plans) {
        if *plan != before.plan {
            tell::plan(plan, report);
        }
    }
    Ok(Ready { plans, ..ready })
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
pub(super) async fn dry_end<W: Deploys>(
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
pub(super) fn to_hold(order: &Order, plans: &[Planned]) -> Vec<ServiceResource> {
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
