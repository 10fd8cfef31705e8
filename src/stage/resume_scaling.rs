//! Gives the scaling of a service, or of EC2 groups, back exactly as it was before it was suspended.
//!
//! Also the repair for runs that were killed: by name, or by looking for every lease whose time is over.
use std::collections::BTreeSet;

use crate::domain::names::{ClusterRef, ServiceRef};
use crate::domain::scaling::{
    self, Claim, GroupName, Observation, Owner, ResumeRequest, ScalableTarget, ServiceResource,
};
use crate::error::{Cause, Error};
use crate::ports::scaling::{ReadGroups, ReadScaling, WriteGroups, WriteScaling};
use crate::ports::{Clock, Interruption, Surroundings};
use crate::report::{Event, Report};
use crate::stage::args::{DryRun, Lines, Switch, items};
use crate::stage::several::{each, each_telling};
use crate::stage::suspension::{
    Account, GroupScaling, Resumed, outputs, resource, resume, resume_service, unix_time,
};
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

/// Arguments of `resume-scaling`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Scaling")]
pub struct ResumeScaling {
    /// Cluster of the service, by name or ARN; default: `default`, or every cluster with `stale`
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<ClusterRef>,

    /// Service whose scaling is given back, by name or ARN
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<ServiceRef>,

    /// EC2 Auto Scaling group whose processes are given back, by name (can be repeated)
    #[arg(long, value_name = "GROUP")]
    pub auto_scaling_group: Vec<Lines<GroupName>>,

    /// Restore every expired lease that is found, of what is named or of the whole account and Region
    #[arg(long, default_value_t = Switch(false))]
    pub stale: Switch,

    /// Restore exactly what was recorded: from another run's lease, and where somebody changed it since
    #[arg(long, default_value_t = Switch(false))]
    pub force: Switch,

    /// Name of the run whose lease is given back; default: taken from the CI run
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Owner>,

    /// Whether this is a dry run.
    #[command(flatten)]
    pub dry_run: DryRun,
}

impl Describe for ResumeScaling {
    const NAME: &'static str = "resume-scaling";
    const ABOUT: &'static str = "Give scaling back exactly as it was before it was suspended";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "suspended",
            about: "JSON array: of each target or group what was suspended before, what was changed, what is suspended now, and the lease that stands",
        },
        OutputSpec {
            name: "lease",
            about: "Text of the leases that other runs hold, a line each; empty if none stands",
        },
    ];
    const EXAMPLES: &'static str = "\
# Give back what this run suspended
wharfie-resume-scaling --cluster demo --service web
# Repair what killed runs left behind, from a scheduled workflow
wharfie-resume-scaling --stale true
# Repair at once, also where somebody changed it since
wharfie-resume-scaling --cluster demo --service web --force true";
}

/// What was typed, raised to what was meant.
#[derive(Debug)]
struct Request {
    scope: Scope,
    resume: ResumeRequest,
    dry_run: DryRun,
}

#[derive(Debug, PartialEq, Eq)]
enum Scope {
    /// What is named.
    Named {
        service: Option<ServiceResource>,
        groups: Vec<GroupName>,
    },
    /// Every service of this cluster.
    Cluster(String),
    /// Every service and every group of the account and Region.
    All,
}

impl ResumeScaling {
    fn request(self, world: &impl Surroundings) -> Result<Request, Error> {
        let mut groups = items(&self.auto_scaling_group);
        groups.sort();
        groups.dedup();
        let Switch(stale) = self.stale;
        let scope = match (self.service, self.cluster) {
            (Some(service), cluster) => {
                let cluster = match cluster {
                    Some(cluster) => cluster,
                    None => default_cluster()?,
                };
                let service = Some(resource(&cluster, &service)?);
                Scope::Named { service, groups }
            }
            (None, _) if !groups.is_empty() => Scope::Named {
                service: None,
                groups,
            },
            (None, Some(cluster)) if stale => Scope::Cluster(cluster.name().to_string()),
            (None, None) if stale => Scope::All,
            (None, _) => {
                return Err(
                    Error::usage("nothing is named whose scaling is to be given back")
                        .hint("give `--service`, `--auto-scaling-group`, or `--stale true`"),
                );
            }
        };
        let claim = if stale {
            Claim::Stale
        } else {
            let owner = self
                .owner
                .or_else(|| Owner::of_ci_run(|name| world.variable(name)));
            owner.map_or(Claim::Anyone, Claim::Run)
        };
        let resume = ResumeRequest {
            claim,
            force: self.force.0,
        };
        Ok(Request {
            scope,
            resume,
            dry_run: self.dry_run,
        })
    }
}

fn default_cluster() -> Result<ClusterRef, Error> {
    let parsed = "default".parse::<ClusterRef>();
    parsed.map_err(|error| {
        Error::new(
            Cause::Bug,
            format!("the default cluster has no name: {error}"),
        )
    })
}

impl<W> Stage<W> for ResumeScaling
where
    W: ReadScaling + WriteScaling + ReadGroups + WriteGroups + Clock + Interruption + Surroundings,
{
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let request = self.request(world)?;
        let mut done = Done::default();
        let (services, groups) = find(world, &request, &mut done, report).await?;
        let dry_run = request.dry_run.on();
        let resumed = each_telling(&services, report, async |service, report| {
            go_on(world)?;
            resume_service(world, service, &request.resume, dry_run, report).await
        })
        .await;
        for (service, resumed) in services.iter().zip(resumed) {
            done.take(&service.to_string(), &request, resumed, report);
        }
        let resumed = each_telling(&groups, report, async |name, report| {
            go_on(world)?;
            let name = name.clone();
            let group = GroupScaling { world, name };
            resume(world, &group, &request.resume, dry_run, report).await
        })
        .await;
        for (name, resumed) in groups.iter().zip(resumed) {
            done.take(&format!("group {name}"), &request, resumed, report);
        }
        done.end(&request, report)
    }
}

/// Which services and groups it is about.
async fn find<W: ReadScaling + ReadGroups + Clock>(
    world: &W,
    request: &Request,
    done: &mut Done,
    report: &mut dyn Report,
) -> Result<(Vec<ServiceResource>, Vec<GroupName>), Error> {
    let in_scope = match &request.scope {
        Scope::Named { service, groups } => {
            let mut services: Vec<ServiceResource> = service.iter().cloned().collect();
            if request.resume.claim == Claim::Stale && !request.resume.force {
                services = settled(world, services, report).await?;
            }
            return Ok((services, groups.clone()));
        }
        Scope::Cluster(name) => Some(name.as_str()),
        Scope::All => None,
    };
    let targets: Vec<(ScalableTarget, String)> = world
        .scalable_targets()
        .await?
        .into_iter()
        .filter(|target| in_scope.is_none_or(|name| target.resource.cluster() == name))
        .filter_map(|target| target.arn.clone().map(|arn| (target, arn)))
        .collect();
    let leases = each(&targets, async |(_, arn)| world.target_lease(arn).await).await;
    let mut overdue = Vec::new();
    for ((target, _), lease) in targets.into_iter().zip(leases) {
        if is_overdue(target.suspended.directions(), lease?.as_deref(), world) {
            overdue.push(target.resource);
        }
    }
    let services = if request.resume.force {
        overdue
    } else {
        settled(world, overdue, report).await?
    };
    let mut groups = Vec::new();
    if request.scope == Scope::All {
        for group in world.leased_groups().await? {
            if is_overdue(group.suspended, group.lease_text.as_deref(), world) {
                groups.push(group.name);
            }
        }
    }
    if services.is_empty() && groups.is_empty() {
        done.nothing = true;
    }
    Ok((services, groups))
}

/// Whether there is a lease whose time is over, or one that cannot be read: its own turn says what is wrong with that.
fn is_overdue<S: scaling::Switch>(
    suspended: BTreeSet<S>,
    lease: Option<&str>,
    clock: &impl Clock,
) -> bool {
    match Observation::new(suspended, lease) {
        Ok(seen) => {
            let now = unix_time(clock);
            seen.lease.is_some_and(|lease| lease.is_expired(now))
        }
        Err(_) => true,
    }
}

/// Those whose deployment is over. A lease may end before a long deployment does.
async fn settled<W: ReadScaling>(
    world: &W,
    services: Vec<ServiceResource>,
    report: &mut dyn Report,
) -> Result<Vec<ServiceResource>, Error> {
    let found = each(&services, async |resource| {
        world.scaled_service(resource).await
    })
    .await;
    let mut settled = Vec::new();
    for (resource, service) in services.into_iter().zip(found) {
        match service? {
            Some(service) if service.is_deploying => report.tell(Event::warning(format!(
                "left suspended, a deployment is still running: `{resource}`"
            ))),
            Some(_) | None => settled.push(resource),
        }
    }
    Ok(settled)
}

fn go_on(world: &impl Interruption) -> Result<(), Error> {
    match world.signal() {
        None => Ok(()),
        Some(signal) => Err(Error::new(
            Cause::Interrupted(signal),
            "a signal came before everything was given back; run `wharfie-resume-scaling` again",
        )),
    }
}

/// What came of everything so far.
#[derive(Debug, Default)]
struct Done {
    accounts: Vec<Account>,
    changes: bool,
    nothing: bool,
    error: Option<Error>,
}

impl Done {
    /// Takes one result. A failure does not keep the others from being given back; the first is the stage's.
    fn take(
        &mut self,
        subject: &str,
        request: &Request,
        resumed: Result<Resumed, Error>,
        report: &mut dyn Report,
    ) {
        match resumed {
            Ok(Resumed::Done { account, changes }) => {
                self.changes |= changes;
                self.accounts.push(account);
            }
            Ok(Resumed::Held {
                account,
                successor,
                text,
            }) => {
                self.accounts.push(account);
                if successor || request.resume.claim == Claim::Stale {
                    return;
                }
                let error = Error::new(Cause::Refused, format!("`{subject}` is {text}"))
                    .hint("wait until that run resumes or its lease ends, or use `--force true` if that run is dead");
                self.fail(error, report);
            }
            Ok(Resumed::Gone) => {}
            Err(error) => self.fail(error, report),
        }
    }

    fn fail(&mut self, error: Error, report: &mut dyn Report) {
        match &self.error {
            None => self.error = Some(error),
            // The same of all that were not begun.
            Some(_) if matches!(error.cause, Cause::Interrupted(_)) => {}
            Some(_) => report.tell(Event::warning(error.text)),
        }
    }

    fn end(self, request: &Request, report: &mut dyn Report) -> Result<Outputs, Error> {
        if self.nothing {
            report.tell(Event::note("no expired lease was found"));
        }
        let outputs = outputs(&self.accounts);
        if let Some(error) = self.error {
            return Err(error.with_outputs(outputs));
        }
        if self.changes && request.dry_run.tells_changes() {
            let text = "the dry run found scaling that would be given back";
            return Err(Error::new(Cause::ChangesFound, text).with_outputs(outputs));
        }
        Ok(outputs)
    }
}

#[cfg(test)]
mod tests;
