//! Resuming: switch back, see that it shows, and only then remove the lease.
//!
//! Not for choosing what to resume: the stage names it, or looks for what is overdue.
use super::holdable::{Holdable, Seen, ServiceScaling};
use super::{Account, LOOKS, unix_time, words};
use crate::domain::scaling::{
    Claim, LEASE_TAG, Lease, Restoration, ResumePlan, ResumeRequest, ServiceResource, Switch,
    names, plan_resume,
};
use crate::error::{Cause, Error};
use crate::ports::Clock;
use crate::ports::scaling::{ReadScaling, WriteScaling};
use crate::report::{Event, Report, Tone};

/// What came of resuming one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// It is as it was before, or nothing was to be done.
    Done {
        /// What is told of it.
        account: Account,
        /// In a dry run: whether something would change. Else: whether something did.
        changes: bool,
    },
    /// The lease is another run's, which is to resume; nothing was touched.
    Held {
        /// What is told of it.
        account: Account,
        /// That run took the lease over from this one.
        successor: bool,
        /// The sentence for a person.
        text: String,
    },
    /// It does not exist.
    Gone,
}

/// Gives back the scaling of one service.
///
/// # Errors
/// Whatever stopped it. The lease stands then, and the same call later finishes the work.
pub async fn resume_service<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    resource: &ServiceResource,
    request: &ResumeRequest,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Resumed, Error> {
    let scaling = ServiceScaling {
        world,
        resource: resource.clone(),
    };
    resume(world, &scaling, request, dry_run, report).await
}

/// Gives back one thing's scaling and tells what came of it.
pub(crate) async fn resume<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    request: &ResumeRequest,
    dry_run: bool,
    report: &mut dyn Report,
) -> Result<Resumed, Error> {
    let resumed = if dry_run {
        preview(clock, thing, request, report).await
    } else {
        give_back(clock, thing, request, report).await
    };
    resumed.map_err(|error| {
        repairable(thing, error).doing(format_args!("resume the scaling of `{}`", thing.subject()))
    })
}

/// The error with the command that finishes the work.
pub(super) fn repairable(thing: &impl Holdable, error: Error) -> Error {
    let repair = thing.repair();
    let hint = match &error.hint {
        Some(hint) => format!("{hint}; then run `{repair}`"),
        None => format!("run `{repair}`: the state before is kept in the tag `{LEASE_TAG}`"),
    };
    error.hint(hint)
}

async fn preview<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    request: &ResumeRequest,
    report: &mut dyn Report,
) -> Result<Resumed, Error> {
    let Some(seen) = thing.look().await? else {
        tell_gone(thing, report);
        return Ok(Resumed::Gone);
    };
    let plan = plan_resume(&seen.observation, request, unix_time(clock));
    tell_notices(&thing.subject(), &plan, report);
    report.tell(Event::Planned {
        subject: thing.subject(),
        lines: plan.to_string().lines().map(str::to_owned).collect(),
    });
    Ok(outcome(thing, &seen, &plan))
}

/// Switches back, sees that it shows, removes the lease.
pub(super) async fn give_back<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    request: &ResumeRequest,
    report: &mut dyn Report,
) -> Result<Resumed, Error> {
    let Some(seen) = look_for_own(clock, thing, &request.claim).await? else {
        tell_gone(thing, report);
        return Ok(Resumed::Gone);
    };
    let plan = plan_resume(&seen.observation, request, unix_time(clock));
    tell_notices(&thing.subject(), &plan, report);
    let (kind, text) = match &plan {
        ResumePlan::Nothing { .. } => ("scaling-unchanged", plan.to_string()),
        ResumePlan::Held { .. } => ("scaling-held", plan.to_string()),
        ResumePlan::Restore(restoration) => {
            restore(clock, thing, &seen, restoration).await?;
            let (from, to) = (restoration.lease.since(), unix_time(clock));
            for remark in thing.missed(&restoration.resume, from, to).await {
                report.tell(Event::Noted(remark));
            }
            ("scaling-resumed", restored(restoration))
        }
    };
    let resumed = outcome(thing, &seen, &plan);
    if let Resumed::Done { account, .. } | Resumed::Held { account, .. } = &resumed {
        report.tell(Event::Happened {
            subject: thing.subject(),
            kind,
            text,
            fields: account.fields(),
            tone: Tone::Plain,
            elapsed: clock.elapsed(),
        });
    }
    Ok(resumed)
}

/// With a target its suspension is gone, and so is the lease.
fn tell_gone(thing: &impl Holdable, report: &mut dyn Report) {
    report.tell(Event::note(format!(
        "nothing to resume, it does not exist or does not scale: `{}`",
        thing.subject()
    )));
}

/// Looks; and since a caller that wrote a lease knows that it was there, looks again if an answer does not have it.
async fn look_for_own<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    claim: &Claim,
) -> Result<Option<Seen<H>>, Error> {
    let mut seen = thing.look().await?;
    if let Claim::Nonce(_) = claim {
        for pause in &LOOKS[..2] {
            if !matches!(&seen, Some(seen) if seen.observation.lease.is_none()) {
                break;
            }
            clock.sleep(*pause).await;
            seen = thing.look().await?;
        }
    }
    Ok(seen)
}

async fn restore<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    seen: &Seen<H>,
    restoration: &Restoration<H::Switch>,
) -> Result<(), Error> {
    let active = restoration.active();
    let from = &seen.observation.suspended | &active;
    if from != restoration.suspended {
        if !restoration.switches_nothing() {
            // From here on a process that dies leaves a tag that says: look at the switches.
            let switching = restoration
                .switching()
                .map_err(|error| Error::new(Cause::Bug, error.to_string()))?;
            thing.write_lease(&seen.facts, &switching).await?;
        }
        thing.switch(&from, &restoration.suspended).await?;
    }
    for pause in LOOKS {
        let Some(now) = thing.look().await? else {
            return Ok(());
        };
        let suspended = &now.observation.suspended;
        if active.is_disjoint(suspended) && restoration.suspend.is_subset(suspended) {
            // Another run may have written its lease since: that one is not ours to remove.
            let nonce = now.observation.lease.as_ref().map(Lease::nonce);
            if nonce == Some(restoration.lease.nonce()) {
                thing.remove_lease(&now.facts).await?;
            }
            return Ok(());
        }
        clock.sleep(pause).await;
    }
    let text = "AWS took the change, but it does not show";
    Err(Error::new(Cause::NotCleanedUp, text))
}

fn restored<S: Switch>(restoration: &Restoration<S>) -> String {
    let suspended = names(&restoration.suspended);
    if restoration.switches_nothing() {
        return format!("nothing was left to resume, suspended: {suspended}");
    }
    let again = if restoration.suspend.is_empty() {
        String::new()
    } else {
        format!("; suspended again: {}", names(&restoration.suspend))
    };
    let resumed = names(&restoration.resume);
    format!("resumed: {resumed}{again}; suspended now, as before: {suspended}")
}

fn tell_notices<S: Switch>(subject: &str, plan: &ResumePlan<S>, report: &mut dyn Report) {
    if let ResumePlan::Restore(restoration) = plan {
        for notice in &restoration.notices {
            report.tell(Event::note(format!("{subject}: {notice}")));
        }
    }
}

fn outcome<H: Holdable>(thing: &H, seen: &Seen<H>, plan: &ResumePlan<H::Switch>) -> Resumed {
    let observation = &seen.observation;
    let before = match &observation.lease {
        Some(lease) => words(lease.had()),
        None => words(&observation.suspended),
    };
    let mut account = Account {
        subject: thing.subject(),
        before,
        changed: Vec::new(),
        suspended: words(&observation.suspended),
        lease: observation.lease.as_ref().map(ToString::to_string),
    };
    match plan {
        ResumePlan::Nothing { .. } => Resumed::Done {
            account,
            changes: false,
        },
        ResumePlan::Held { successor, .. } => Resumed::Held {
            account,
            successor: *successor,
            text: plan.to_string(),
        },
        ResumePlan::Restore(restoration) => {
            account.changed = words(&(&restoration.resume | &restoration.suspend));
            account.suspended = words(&restoration.suspended);
            account.lease = None;
            Resumed::Done {
                account,
                changes: true,
            }
        }
    }
}

/// Says of a lease that it is still needed: for so many seconds from now. False if it is another's by now, or gone; then
/// nothing is written.
pub(crate) async fn renew<H: Holdable>(
    clock: &impl Clock,
    thing: &H,
    claim: &Claim,
    seconds: u64,
) -> Result<bool, Error> {
    let (Claim::Nonce(nonce), Some(seen)) = (claim, thing.look().await?) else {
        return Ok(false);
    };
    match &seen.observation.lease {
        Some(lease) if lease.nonce() == nonce => {
            let renewed = lease.renewed(unix_time(clock), seconds);
            thing.write_lease(&seen.facts, &renewed).await?;
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}

/// [`renew`] for the scaling of a service.
pub(crate) async fn renew_service<W: ReadScaling + WriteScaling + Clock>(
    world: &W,
    resource: &ServiceResource,
    claim: &Claim,
    seconds: u64,
) -> Result<bool, Error> {
    let scaling = ServiceScaling {
        world,
        resource: resource.clone(),
    };
    renew(world, &scaling, claim, seconds).await
}
