//! Holds the scaling of a service, or of EC2 groups, still while something is deployed.
//!
//! The state before is kept with the target, in one tag; `resume-scaling` gives it back.
use std::time::Duration;

use crate::domain::names::{ClusterRef, ServiceRef};
use crate::domain::scaling::{
    Claim, Direction, GroupName, Owner, ResumeRequest, ScalingProcess, ServiceResource,
};
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadGroups, ReadScaling, WriteGroups, WriteScaling};
use crate::ports::{Clock, Interruption, Surroundings};
use crate::report::{Event, Remark, Report};
use crate::stage::args::{DryRun, Lines, Names, Span, Switch, items, names};
use crate::stage::several::each;
use crate::stage::suspension::{
    Account, Contest, GroupScaling, Hold, Resumed, Suspended, give_back_all, outputs, resource,
    resume, resume_service, suspend, suspend_all, suspend_service,
};
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

/// Arguments of `suspend-scaling`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Scaling")]
pub struct SuspendScaling {
    /// Cluster of the service, by name or ARN
    #[arg(long, value_name = "CLUSTER", default_value = "default")]
    pub cluster: ClusterRef,

    /// Service whose scaling is held still, by name or ARN
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<ServiceRef>,

    /// What of the service's scaling is suspended: `scale-in`, `scale-out`, `scheduled` (can be repeated)
    #[arg(
        long,
        value_name = "DIRECTIONS",
        default_value = "scale-in,scale-out,scheduled"
    )]
    pub directions: Vec<Names<Direction>>,

    /// EC2 Auto Scaling group whose processes are suspended, by name (can be repeated)
    #[arg(long, value_name = "GROUP")]
    pub auto_scaling_group: Vec<Lines<GroupName>>,

    /// Processes that are suspended in each group (can be repeated)
    #[arg(
        long,
        value_name = "PROCESSES",
        default_value = "AlarmNotification,ScheduledActions,AZRebalance"
    )]
    pub processes: Vec<Names<ScalingProcess>>,

    /// How long nobody else may resume without force, up to 2592000 seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 7200, value_parser = clap::value_parser!(u64).range(1..=2_592_000))]
    pub lease_seconds: u64,

    /// Name of the run that suspends; default: taken from the CI run
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Owner>,

    /// Take the lease over from another run that holds it still, for example because that run is dead
    #[arg(long, default_value_t = Switch(false))]
    pub steal: Switch,

    /// How long another run's lease is waited for, as in `90s` or `30m`; `0s`: refused at once
    #[arg(long, value_name = "TIME", default_value_t = Span(Duration::ZERO))]
    pub timeout: Span,

    /// Whether this is a dry run.
    #[command(flatten)]
    pub dry_run: DryRun,
}

impl Describe for SuspendScaling {
    const NAME: &'static str = "suspend-scaling";
    const ABOUT: &'static str =
        "Hold scaling still around a deployment, keeping the state before with the target";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "suspended",
            about: "JSON array: of each target or group what was suspended before, what was changed, what is suspended now, and the lease",
        },
        OutputSpec {
            name: "lease",
            about: "Text of the lease, a line for each target or group",
        },
    ];
    const EXAMPLES: &'static str = "\
# Hold a service still; what was suspended before stays so
wharfie-suspend-scaling --cluster demo --service web
# Only keep scheduled actions from running, and say what would be done
wharfie-suspend-scaling --cluster demo --service web --directions scheduled --dry-run true
# Wait up to half an hour for another run that holds it still
wharfie-suspend-scaling --cluster demo --service web --timeout 30m
# Hold an EC2 group still for an hour
wharfie-suspend-scaling --auto-scaling-group demo-asg --lease-seconds 3600";
}

/// What was typed, raised to what was meant.
#[derive(Debug)]
struct Request {
    /// The service first.
    things: Vec<Thing>,
    contest: Contest,
    dry_run: DryRun,
}

impl SuspendScaling {
    fn request(self, world: &impl Surroundings) -> Result<Request, Error> {
        let mut groups = items(&self.auto_scaling_group);
        groups.sort();
        groups.dedup();
        if self.service.is_none() && groups.is_empty() {
            return Err(
                Error::usage("nothing is named whose scaling is to be held still")
                    .hint("give `--service`, `--auto-scaling-group`, or both"),
            );
        }
        let directions = names(&self.directions);
        let processes = names(&self.processes);
        if self.service.is_some() && directions.is_empty() {
            return Err(Error::usage("no direction is named")
                .hint("give `--directions`, or leave it out for all three"));
        }
        if !groups.is_empty() && processes.is_empty() {
            return Err(Error::usage("no process is named")
                .hint("give `--processes`, or leave it out for the usual three"));
        }
        let owner = self
            .owner
            .or_else(|| Owner::of_ci_run(|name| world.variable(name)));
        let lease_seconds = self.lease_seconds;
        let contest = match (self.steal, self.timeout) {
            (Switch(true), Span(Duration::ZERO)) => Contest::Steal,
            (Switch(true), _) => {
                let text = "`steal` takes over at once and `timeout` waits, and both are given";
                return Err(Error::usage(text).hint("give one of them"));
            }
            (Switch(false), Span(patience)) => Contest::Wait {
                patience,
                hopeful: true,
            },
        };
        let mut things = Vec::new();
        if let Some(service) = &self.service {
            let hold = Hold {
                switches: directions.into_iter().collect(),
                owner: owner.clone(),
                lease_seconds,
                contest,
            };
            things.push(Thing::Service(resource(&self.cluster, service)?, hold));
        }
        let hold = Hold {
            switches: processes.into_iter().collect(),
            owner,
            lease_seconds,
            contest,
        };
        let group = |name| Thing::Group(name, hold.clone());
        things.extend(groups.into_iter().map(group));
        Ok(Request {
            things,
            contest,
            dry_run: self.dry_run,
        })
    }
}

impl<W> Stage<W> for SuspendScaling
where
    W: ReadScaling + WriteScaling + ReadGroups + WriteGroups + Clock + Interruption + Surroundings,
{
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let request = self.request(world)?;
        check(world, &request, report).await?;
        let mut done = Vec::new();
        let dry_run = request.dry_run.on();
        let suspend = async |thing: &Thing, contest, report: &mut dyn Report| {
            go_on(world)?;
            thing.suspend(world, contest, dry_run, report).await
        };
        let note = |thing: &Thing, one| done.push((thing.clone(), one));
        let things = request.things.clone();
        let suspended = suspend_all(things, request.contest, report, suspend, note).await;
        match suspended.and_then(|()| go_on(world)) {
            Ok(()) => {}
            Err(error) if request.dry_run.on() => return Err(error),
            Err(error) => return Err(give_back(world, &done, error, report).await),
        }
        let accounts: Vec<Account> = done.iter().map(|(_, one)| one.account.clone()).collect();
        let outputs = outputs(&accounts);
        if request.dry_run.tells_changes() && done.iter().any(|(_, one)| one.changes) {
            let text = "the dry run found scaling that would be suspended";
            return Err(Error::new(Cause::ChangesFound, text).with_outputs(outputs));
        }
        Ok(outputs)
    }
}

/// What is suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Thing {
    Service(ServiceResource, Hold<Direction>),
    Group(GroupName, Hold<ScalingProcess>),
}

impl Thing {
    async fn suspend<W>(
        &self,
        world: &W,
        contest: Contest,
        dry_run: bool,
        report: &mut dyn Report,
    ) -> Result<Option<Suspended>, Error>
    where
        W: ReadScaling + WriteScaling + ReadGroups + WriteGroups + Clock + Interruption,
    {
        match self.clone() {
            Self::Service(resource, hold) => {
                let hold = Hold { contest, ..hold };
                suspend_service(world, &resource, &hold, dry_run, report).await
            }
            Self::Group(name, hold) => {
                let hold = Hold { contest, ..hold };
                suspend(world, &GroupScaling { world, name }, &hold, dry_run, report).await
            }
        }
    }

    async fn resume<W>(
        &self,
        world: &W,
        request: &ResumeRequest,
        report: &mut dyn Report,
    ) -> Result<Resumed, Error>
    where
        W: ReadScaling + WriteScaling + ReadGroups + WriteGroups + Clock,
    {
        match self.clone() {
            Self::Service(resource, _) => {
                resume_service(world, &resource, request, false, report).await
            }
            Self::Group(name, _) => {
                resume(world, &GroupScaling { world, name }, request, false, report).await
            }
        }
    }

    fn service(&self) -> Option<&ServiceResource> {
        match self {
            Self::Service(resource, _) => Some(resource),
            Self::Group(..) => None,
        }
    }

    fn group(&self) -> Option<&GroupName> {
        match self {
            Self::Service(..) => None,
            Self::Group(name, _) => Some(name),
        }
    }
}

/// Everything that is named exists: known before the first change.
async fn check<W: ReadScaling + ReadGroups>(
    world: &W,
    request: &Request,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let groups: Vec<&GroupName> = request.things.iter().filter_map(Thing::group).collect();
    let found = each(&groups, async |name| world.group(name).await).await;
    for (name, group) in groups.iter().zip(found) {
        if group?.is_none() {
            let text = format!("there is no Auto Scaling group of this name: `{name}`");
            return Err(Error::new(Cause::Refused, text)
                .hint("check `--auto-scaling-group` and the Region"));
        }
    }
    let Some(resource) = request.things.iter().find_map(Thing::service) else {
        return Ok(());
    };
    if world.scalable_target(resource).await?.is_some() {
        return Ok(());
    }
    // Without a target there is nothing to hold; but a name that is wrong looks the same.
    let hint = match world.scaled_service(resource).await {
        Ok(Some(_)) => None,
        Ok(None) => {
            let text = format!("there is no active service of this name: `{resource}`");
            return Err(Error::new(Cause::Refused, text)
                .hint("check `--cluster`, `--service` and the Region"));
        }
        Err(error) if error.code() == Some("ClusterNotFoundException") => return Err(error.into()),
        Err(error) => Some(format!(
            "whether the service exists was not checked: {error}"
        )),
    };
    let text = format!("no scalable target, so there is no scaling to suspend: `{resource}`");
    report.tell(Event::Noted(Remark {
        text,
        hint,
        place: None,
    }));
    Ok(())
}

fn go_on(world: &impl Interruption) -> Result<(), Error> {
    match world.signal() {
        None => Ok(()),
        Some(signal) => Err(Error::new(
            Cause::Interrupted(signal),
            "a signal came before scaling was held still; what had been suspended is given back",
        )),
    }
}

/// All or nothing: after a failure, what this run suspended is given back.
async fn give_back<W>(
    world: &W,
    done: &[(Thing, Suspended)],
    mut error: Error,
    report: &mut dyn Report,
) -> Error
where
    W: ReadScaling + WriteScaling + ReadGroups + WriteGroups + Clock + Interruption,
{
    let changed: Vec<(&Thing, &Claim)> = done
        .iter()
        .filter(|(_, one)| one.changes)
        .filter_map(|(thing, one)| Some((thing, one.claim.as_ref()?)))
        .collect();
    let resume = async |(thing, claim): &(&Thing, &Claim), report: &mut dyn Report| {
        let request = ResumeRequest {
            claim: (*claim).clone(),
            force: false,
        };
        thing.resume(world, &request, report).await
    };
    let given = give_back_all(&changed, report, resume).await;
    if let Err(second) = given {
        error = error.hint(second.hint.unwrap_or_default());
    }
    error
}

#[cfg(test)]
mod tests;
