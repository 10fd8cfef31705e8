//! Suspending one thing: the lease is claimed first, then says what is about to be switched, then the switches, then what was
//! switched; each is seen before the next step.
//!
//! Not for waiting until another run's lease ends.
use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use super::claim::{is_long_ago, overwritten, still_ours, until_written, withdraw};
use super::contest::{Contest, Held};
use super::holdable::{Holdable, Seen};
use super::{Account, LOOKS, resume, unix_time, words};
use crate::domain::scaling::{
    Claim, LEASE_TAG, LeaseError, LeaseStep, Nonce, Owner, ResumeRequest, SuspendPlan,
    SuspendRefusal, SuspendRequest, Switch, plan_suspend,
};
use crate::error::{Cause, Error};
use crate::ports::Clock;
use crate::report::{Event, Report, Tone};

/// How often a plan is made anew because something changed while the lease was written.
pub(super) const ROUNDS: usize = 3;

/// What is to be held still, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold<S: Switch> {
    /// What to suspend.
    pub switches: BTreeSet<S>,
    /// The run that asks; none if nobody gave a name.
    pub owner: Option<Owner>,
    /// How long the lease lasts, in seconds.
    pub lease_seconds: u64,
    /// What to do if another run holds it.
    pub contest: Contest,
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
    /// Whether another run's lease had to end first: what was decided before may be out of date.
    pub waited: bool,
}

/// What came of one try.
pub(super) enum Attempt {
    Done(Option<Suspended>),
    /// Another run holds it.
    Held(Held),
    /// Another run took it at the same moment, and knows what it has to know.
    Lost,
}

pub(super) async fn attempt<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    hold: &Hold<H::Switch>,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Attempt, Error> {
    let subject = thing.subject();
    let request = SuspendRequest {
        switches: hold.switches.clone(),
        owner: hold.owner.clone(),
        lease_seconds: hold.lease_seconds,
        nonce: nonce(clock, &subject, hold.owner.as_ref()),
        steal: hold.contest == Contest::Steal,
    };
    let mut looked = clock.elapsed();
    let Some(mut seen) = thing.look().await? else {
        return Ok(Attempt::Done(None));
    };
    let mut plan = match plan(&seen, &request, clock)? {
        Planned::Plan(plan) => plan,
        Planned::Held(other) => return Ok(Attempt::Held(other)),
    };
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
        return Ok(Attempt::Done(Some(outcome(&subject, &seen, &plan))));
    }

    let mut changed = false;
    let mut done = outcome(&subject, &seen, &plan);
    for round in 0.. {
        if plan.is_empty() {
            break;
        }
        if round == ROUNDS {
            let text = "its scaling changes faster than it can be written down";
            return Err(undo(clock, thing, done.claim, contested(text), report).await);
        }
        let step = step(clock, thing, &seen, looked, &plan).await;
        looked = clock.elapsed();
        match step {
            Ok(Step::Done) => {
                changed = true;
                done = outcome(&subject, &seen, &plan);
                break;
            }
            Ok(Step::Stale(now)) => {
                plan = match self::plan(&now, &request, clock)? {
                    Planned::Plan(plan) => plan,
                    Planned::Held(other) => return Ok(Attempt::Held(other)),
                };
                seen = now;
                done = outcome(&subject, &seen, &plan);
            }
            Ok(Step::Changed(now)) => {
                changed = true;
                plan = match self::plan(&now, &request, clock)? {
                    Planned::Plan(plan) => plan,
                    Planned::Held(other) => return Ok(Attempt::Held(other)),
                };
                seen = now;
                done = outcome(&subject, &seen, &plan);
                withdraw(thing, &seen, &plan).await.map_err(|error| {
                    Error::from(error).hint(format!(
                        "remove the tag `{LEASE_TAG}` by hand: it speaks of a suspension that was not made"
                    ))
                })?;
            }
            Ok(Step::Lost) => return Ok(Attempt::Lost),
            Err(error) => return Err(undo(clock, thing, done.claim, error, report).await),
        }
    }
    done.changes = changed;
    tell(&subject, &done, clock, report);
    Ok(Attempt::Done(Some(done)))
}

fn nonce(clock: &impl Clock, subject: &str, owner: Option<&Owner>) -> Nonce {
    let time = clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let owner = owner.map_or("", Owner::as_str);
    Nonce::of(&format!("{owner} {subject} {}", time.as_nanos()))
}

/// What is to be done, or that another run is in the way.
enum Planned<S: Switch> {
    Plan(Box<SuspendPlan<S>>),
    Held(Held),
}

fn plan<H: Holdable>(
    seen: &Seen<H>,
    request: &SuspendRequest<H::Switch>,
    clock: &impl Clock,
) -> Result<Planned<H::Switch>, Error> {
    match plan_suspend(&seen.observation, request, unix_time(clock)) {
        Ok(plan) => Ok(Planned::Plan(Box::new(plan))),
        Err(SuspendRefusal::Lease(error)) => Err(unwritable(&error)),
        Err(refusal @ SuspendRefusal::Held { remaining, .. }) => Ok(Planned::Held(Held {
            refusal,
            remaining: Duration::from_secs(remaining),
        })),
    }
}

fn unwritable(error: &LeaseError) -> Error {
    let text = format!("the state before does not fit a tag: {error}");
    Error::new(Cause::Refused, text).hint("suspend fewer processes, or give a shorter `--owner`")
}

enum Step<H: Holdable> {
    Done,
    /// Nothing was written, because what was seen is out of date: decide again, from this.
    Stale(Seen<H>),
    /// While the lease was claimed, somebody switched something: decide again, from this.
    Changed(Seen<H>),
    /// Another run wrote its lease over ours. Nothing of ours is left that it does not know of.
    Lost,
}

/// Carries out a plan.
async fn step<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    seen: &Seen<H>,
    looked: Duration,
    plan: &SuspendPlan<H::Switch>,
) -> Result<Step<H>, Error> {
    let mut looked = looked;
    if is_long_ago(clock, looked) {
        // Another run may have suspended it meanwhile, and what is written next would be written over its lease.
        looked = clock.elapsed();
        let now = thing.look().await?;
        let now = now.ok_or_else(|| contested("it was removed meanwhile"))?;
        if now.observation != seen.observation {
            return Ok(Step::Stale(now));
        }
    }
    let lease = match &plan.lease {
        LeaseStep::Keep => return Ok(Step::Done),
        LeaseStep::Remove => {
            thing.remove_lease(&seen.facts).await?;
            return Ok(Step::Done);
        }
        LeaseStep::Write(lease) => lease,
    };
    let claim = plan.claim(lease).map_err(|error| unwritable(&error))?;
    thing.write_lease(&seen.facts, &claim).await?;
    let is_late = is_long_ago(clock, looked);
    let Some(mut now) = until_written(clock, thing, seen, lease).await? else {
        return Ok(Step::Lost);
    };
    if now.observation.suspended != seen.observation.suspended {
        // Nothing was switched by us yet: what is decided next starts from the lease before ours.
        now.observation.lease.clone_from(&seen.observation.lease);
        if is_late {
            let theirs = overwritten(seen, &now, plan, lease);
            now.observation.lease = Some(theirs.map_err(|error| unwritable(&error))?);
        }
        return Ok(Step::Changed(now));
    }
    if plan.suspend.is_empty() {
        return Ok(Step::Done);
    }
    // From here until the last write a process that dies leaves a tag that says: look at the switches.
    let switching = plan.switching(lease).map_err(|error| unwritable(&error))?;
    thing.write_lease(&seen.facts, &switching).await?;
    let from = &seen.observation.suspended;
    thing.switch(from, &plan.suspended).await?;
    for pause in LOOKS {
        if let Some(now) = thing.look().await?
            && plan.suspend.is_subset(&now.observation.suspended)
        {
            if !still_ours(thing, &now, plan, lease).await? {
                return Ok(Step::Lost);
            }
            thing.write_lease(&seen.facts, lease).await?;
            return Ok(Step::Done);
        }
        clock.sleep(pause).await;
    }
    Err(contested("AWS took the change, but it does not show"))
}

pub(super) fn contested(text: &str) -> Error {
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
            let hint = resume::repairable(thing, second).hint.unwrap_or_default();
            error.hint(hint)
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
        waited: false,
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
