//! Suspending: the lease first, then the switches, each seen before the next step.
//!
//! Not for several things at once, nor for giving back after a failure of a later one: the stage does that.
use std::collections::BTreeSet;
use std::time::UNIX_EPOCH;

use super::holdable::{Holdable, Seen, ServiceScaling};
use super::{Account, LOOKS, resume, unix_time, words};
use crate::domain::scaling::{
    Claim, Direction, LEASE_TAG, Lease, LeaseStep, Nonce, Owner, ResumeRequest, ServiceResource,
    SuspendPlan, SuspendRequest, Switch, plan_suspend,
};
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::ports::{Clock, PortError};
use crate::report::{Event, Report, Tone};

/// How often a plan is made anew because something changed while the lease was written.
const ROUNDS: usize = 3;

/// What is to be held still, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold<S: Switch> {
    /// What to suspend.
    pub switches: BTreeSet<S>,
    /// The run that asks; none if nobody gave a name.
    pub owner: Option<Owner>,
    /// How long the lease lasts, in seconds.
    pub lease_seconds: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspended {
    /// What is told of it.
    pub account: Account,
    /// What gives it back, exactly this and nothing a later run took over; none if there is nothing to give back.
    pub claim: Option<Claim>,
    /// In a dry run: whether something would change. Else: whether something did.
    pub changes: bool,
}

/// Suspends the scaling of one service. `None`: it has no scalable target, so there is nothing to do.
///
/// # Errors
/// Whatever stopped it. What had been switched by then was given back, or the lease stands and the error's hint says so.
pub async fn suspend_service<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    resource: &ServiceResource,
    hold: &Hold<Direction>,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Option<Suspended>, Error> {
    let scaling = ServiceScaling {
        world,
        resource: resource.clone(),
    };
    suspend(world, &scaling, hold, dry_run, report).await
}

/// Suspends one thing. `None`: it does not exist.
pub(crate) async fn suspend<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    hold: &Hold<H::Switch>,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Option<Suspended>, Error> {
    let subject = thing.subject();
    let request = SuspendRequest {
        switches: hold.switches.clone(),
        owner: hold.owner.clone(),
        lease_seconds: hold.lease_seconds,
        nonce: nonce(clock, &subject, hold.owner.as_ref()),
    };
    let doing = |error: Error| error.doing(format_args!("suspend the scaling of `{subject}`"));
    let Some(mut seen) = thing.look().await.map_err(doing)? else {
        return Ok(None);
    };
    let mut plan = plan(&seen, &request, clock).map_err(doing)?;
    for notice in &plan.notices {
        report.tell(Event::note(format!("{subject}: {notice}")));
    }
    if !plan.suspend.is_empty() {
        for caution in thing.cautions(&seen.facts, &plan.suspend).await {
            report.tell(Event::Warned(caution));
        }
    }
    if dry_run {
        report.tell(Event::Planned {
            subject: subject.clone(),
            lines: plan.to_string().lines().map(str::to_owned).collect(),
        });
        return Ok(Some(outcome(&subject, &seen, &plan)));
    }

    let mut changed = false;
    let mut done = outcome(&subject, &seen, &plan);
    for round in 0.. {
        if plan.is_empty() {
            break;
        }
        if round == ROUNDS {
            let text = "its scaling changes faster than it can be written down";
            return Err(undo(clock, thing, done.claim, doing(contested(text)), report).await);
        }
        changed = true;
        match step(clock, thing, &seen, &plan).await {
            Ok(Step::Done) => {
                done = outcome(&subject, &seen, &plan);
                break;
            }
            Ok(Step::Changed(now)) => {
                plan = self::plan(&now, &request, clock).map_err(doing)?;
                seen = now;
                done = outcome(&subject, &seen, &plan);
                withdraw(thing, &seen, &plan).await.map_err(|error| {
                    doing(error.into()).hint(format!(
                        "remove the tag `{LEASE_TAG}` by hand: it speaks of a suspension that was not made"
                    ))
                })?;
            }
            Err(error) => return Err(undo(clock, thing, done.claim, doing(error), report).await),
        }
    }
    done.changes = changed;
    tell(&subject, &done, clock, report);
    Ok(Some(done))
}

fn nonce(clock: &impl Clock, subject: &str, owner: Option<&Owner>) -> Nonce {
    let time = clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let owner = owner.map_or("", Owner::as_str);
    Nonce::of(&format!("{owner} {subject} {}", time.as_nanos()))
}

fn plan<H: Holdable>(
    seen: &Seen<H>,
    request: &SuspendRequest<H::Switch>,
    clock: &impl Clock,
) -> Result<SuspendPlan<H::Switch>, Error> {
    plan_suspend(&seen.observation, request, unix_time(clock)).map_err(|error| {
        Error::new(
            Cause::Refused,
            format!("the state before does not fit a tag: {error}"),
        )
        .hint("suspend fewer processes, or give a shorter `--owner`")
    })
}

enum Step<H: Holdable> {
    Done,
    /// While the lease was written, somebody switched something: decide again, from this.
    Changed(Seen<H>),
}

/// Carries out a plan.
async fn step<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    seen: &Seen<H>,
    plan: &SuspendPlan<H::Switch>,
) -> Result<Step<H>, Error> {
    match &plan.lease {
        LeaseStep::Keep => {}
        LeaseStep::Remove => thing.remove_lease(&seen.facts).await?,
        LeaseStep::Write(lease) => {
            thing.write_lease(&seen.facts, lease).await?;
            let mut now = until_written(clock, thing, seen, lease).await?;
            if now.observation.suspended != seen.observation.suspended {
                // Nothing was switched by us yet: what is decided next starts from the lease before ours.
                now.observation.lease.clone_from(&seen.observation.lease);
                return Ok(Step::Changed(now));
            }
        }
    }
    if plan.suspend.is_empty() {
        return Ok(Step::Done);
    }
    let from = &seen.observation.suspended;
    thing.switch(from, &plan.suspended).await?;
    for pause in LOOKS {
        if let Some(now) = thing.look().await?
            && plan.suspend.is_subset(&now.observation.suspended)
        {
            return Ok(Step::Done);
        }
        clock.sleep(pause).await;
    }
    Err(contested("AWS took the change, but it does not show"))
}

/// Takes the lease that was just written back, if the new plan writes none over it.
async fn withdraw<H: Holdable>(
    thing: &H,
    seen: &Seen<H>,
    plan: &SuspendPlan<H::Switch>,
) -> Result<(), PortError> {
    match (&plan.lease, &seen.observation.lease) {
        (LeaseStep::Write(_), _) => Ok(()),
        (LeaseStep::Keep, Some(earlier)) => thing.write_lease(&seen.facts, earlier).await,
        (LeaseStep::Keep, None) | (LeaseStep::Remove, _) => thing.remove_lease(&seen.facts).await,
    }
}

/// Looks until the lease shows. Tags have no compare-and-set: if another's shows instead, that one was written last.
async fn until_written<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    before: &Seen<H>,
    lease: &Lease<H::Switch>,
) -> Result<Seen<H>, Error> {
    let nonce =
        |lease: &Option<Lease<H::Switch>>| lease.as_ref().map(|lease| lease.nonce().clone());
    let old = nonce(&before.observation.lease);
    for pause in LOOKS {
        clock.sleep(pause).await;
        let Some(now) = thing.look().await? else {
            return Err(contested("it was removed meanwhile"));
        };
        let found = nonce(&now.observation.lease);
        if found.as_ref() == Some(lease.nonce()) {
            return Ok(now);
        }
        if found != old {
            return Err(contested("another run took the lease at the same moment"));
        }
    }
    Err(contested("AWS took the lease, but it does not show"))
}

fn contested(text: &str) -> Error {
    Error::new(Cause::Superseded, text)
        .hint("let one run at a time deploy a service, for example with a concurrency group")
}

/// After a failure: gives back what this run may have switched, and says so if even that fails.
async fn undo<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    claim: Option<Claim>,
    error: Error,
    report: &mut dyn Report,
) -> Error {
    let Some(claim) = claim else {
        return error;
    };
    let back = ResumeRequest {
        claim,
        force: false,
    };
    match resume::give_back(clock, thing, &back, report).await {
        Ok(_) => error,
        Err(second) => {
            report.tell(Event::warning(format!(
                "{}: what was suspended could not be given back: {}",
                thing.subject(),
                second.text
            )));
            error.hint("run `wharfie-resume-scaling` when AWS can be reached: the state before is kept in the tag")
        }
    }
}

fn outcome<H: Holdable>(subject: &str, seen: &Seen<H>, plan: &SuspendPlan<H::Switch>) -> Suspended {
    let lease = match &plan.lease {
        LeaseStep::Keep => seen.observation.lease.as_ref(),
        LeaseStep::Write(lease) => Some(lease),
        LeaseStep::Remove => None,
    };
    Suspended {
        account: Account {
            subject: subject.to_owned(),
            before: words(&plan.before),
            changed: words(&plan.suspend),
            suspended: words(&plan.suspended),
            lease: lease.map(ToString::to_string),
        },
        claim: lease.map(|lease| Claim::Nonce(lease.nonce().clone())),
        changes: !plan.is_empty(),
    }
}

fn tell(subject: &str, done: &Suspended, clock: &impl Clock, report: &mut dyn Report) {
    let Account {
        suspended, changed, ..
    } = &done.account;
    let listed = |names: &[String]| match names {
        [] => "nothing".to_owned(),
        names => names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let (kind, text) = if changed.is_empty() {
        (
            "scaling-unchanged",
            format!("nothing to suspend, suspended: {}", listed(suspended)),
        )
    } else {
        (
            "scaling-suspended",
            format!("suspended: {}", listed(changed)),
        )
    };
    report.tell(Event::Happened {
        subject: subject.to_owned(),
        kind,
        text,
        fields: done.account.fields(),
        tone: Tone::Plain,
        elapsed: clock.elapsed(),
    });
}
