//! Leaving after a signal: what runs on is said, or stopped if that was asked for. There is little time.

use std::time::Duration;

use super::licence::Follows;
use super::linking::find_links;
use super::order::Order;
use super::run::{Run, Watched};
use super::scaling::release;
use super::{Abandon, begin, codedeploy, ending};
use crate::domain::following::Following;
use crate::domain::rollout::commands;
use crate::error::{Cause, Error};
use crate::ports::Signal;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::report::{Event, Report};
use crate::stage::race::until;
use crate::stage::several::{both_telling, each_telling};

/// How long after a signal service deployments are looked for, if that only names them,
const FINDING: Duration = Duration::from_secs(2);
/// or if they can not be stopped else.
const FINDING_TO_STOP: Duration = Duration::from_millis(3500);
/// How long after it they are stopped. What became of each has to be said before the time of the process is over.
const STOPPING: Duration = Duration::from_millis(5500);

/// Refuses to stop without going back where that can not be had: ECS only rolls back.
pub(super) fn refuse_stop(order: &Order, service: &str, by_codedeploy: bool) -> Result<(), Error> {
    let late = order
        .waiting
        .is_some_and(|waiting| waiting.on_timeout == Abandon::Stop);
    let option = match (order.on_cancel, late) {
        (Abandon::Stop, _) => "on-cancel",
        (Abandon::Leave | Abandon::Rollback, true) => "on-timeout",
        (Abandon::Leave | Abandon::Rollback, false) => return Ok(()),
    };
    if by_codedeploy {
        return Ok(());
    }
    Err(Error::new(
        Cause::Refused,
        format!(
            "`{option} stop` is for services that CodeDeploy deploys, and ECS deploys service `{service}`"
        ),
    )
    .hint("ECS stops a deployment only to roll it back: take `rollback`, or `leave`"))
}

/// After a signal: gives scaling back and leaves what goes on. Both at once: neither needs the other, and there is little time.
pub(super) async fn give_up<W: Follows + ReadScaling + WriteScaling>(
    world: &W,
    order: &Order,
    run: &mut Run,
    signal: Signal,
    report: &mut dyn Report,
) -> Error {
    let held = run.held.clone();
    let releasing = async |report: &mut dyn Report| release(world, &held, report).await;
    let leaving = async |report: &mut dyn Report| leave(world, order, run, signal, report).await;
    let (released, left) = both_telling(report, releasing, leaving).await;
    ending::interrupted(run, left, released)
}

/// Says what runs on and how to follow it, or stops it if that was asked for: several at once.
async fn leave<W: Follows>(
    world: &W,
    order: &Order,
    run: &mut Run,
    signal: Signal,
    report: &mut dyn Report,
) -> Error {
    let end = world.elapsed() + STOPPING;
    let finding = match order.on_cancel {
        Abandon::Leave => FINDING,
        Abandon::Rollback | Abandon::Stop => FINDING_TO_STOP,
    };
    let all = run.watched.iter_mut().chain(&mut run.back);
    find_links(world, all, finding).await;
    let all = run.watched.iter().chain(&run.back);
    let open: Vec<&Watched> = all.filter(|one| !one.is_over()).collect();
    let mut left = each_telling(&open, report, async |one, report| match order.on_cancel {
        Abandon::Leave => {
            if run.held.holds(&one.plan.service) {
                codedeploy::warn_of_scaling(one, report);
            }
            let (service, name) = (&one.plan.service, one.rollout.name());
            format!("the deployment of service `{service}` goes on: `{name}`")
        }
        Abandon::Rollback => stop(world, one, true, end, report).await,
        Abandon::Stop => stop(world, one, false, end, report).await,
    })
    .await;
    let is_known =
        |one: &Following| one.service_deployment().is_some() || one.codedeployment().is_some();
    let (known, others): (Vec<&Watched>, Vec<&Watched>) =
        open.into_iter().partition(|one| is_known(&one.rollout));
    let known: Vec<String> = known.iter().map(|one| one.rollout.name()).collect();
    let mut unknown: Vec<String> = others
        .iter()
        .map(|one| commands::diagnose(&one.plan.cluster, &one.plan.service))
        .collect();
    if let Some(service) = &run.updating {
        left.push(format!(
            "whether a deployment of service `{service}` was started is not known"
        ));
        unknown.push(commands::diagnose(&order.cluster, service));
    }
    let text = if left.is_empty() {
        "ended by a signal; no deployment of this run goes on".to_owned()
    } else {
        format!("ended by a signal; {}", left.join("; "))
    };
    let error = Error::new(Cause::Interrupted(signal), text);
    let follow = commands::attach(known.iter().map(String::as_str));
    let follow = follow.map(|command| format!("follow it with `{command}`"));
    let ask = unknown
        .iter()
        .map(|command| format!("ask how it stands with `{command}`"));
    let hints: Vec<String> = follow.into_iter().chain(ask).collect();
    if hints.is_empty() {
        error
    } else {
        error.hint(hints.join("; "))
    }
}

/// Has a deployment stopped, if there is time, and says what became of it.
async fn stop<W: Follows>(
    world: &W,
    one: &Watched,
    goes_back: bool,
    end: Duration,
    report: &mut dyn Report,
) -> String {
    let (service, name) = (&one.plan.service, one.rollout.name());
    let stopped = until(
        world,
        end,
        begin::stop_followed(world, &one.rollout, goes_back),
    )
    .await;
    let trouble = match stopped {
        Some(Some(Ok(()))) if goes_back => {
            return format!("the deployment of service `{service}` is being rolled back: `{name}`");
        }
        Some(Some(Ok(()))) => {
            return format!(
                "the deployment of service `{service}` is being stopped, and nothing is put back: `{name}`"
            );
        }
        Some(Some(Err(error))) => error.to_string(),
        Some(None) => format!("no service deployment of it is known: `{name}`"),
        None => {
            return format!(
                "whether the deployment of service `{service}` is being stopped is not known, there was no time: `{name}`"
            );
        }
    };
    report.tell(Event::warning(trouble));
    format!("the deployment of service `{service}` goes on, it could not be stopped: `{name}`")
}
