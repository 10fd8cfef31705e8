//! What was typed, raised to what was meant: once, before anything happens.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::{Abandon, DeployService, SuspendScaling, one_off};
use crate::domain::deployment_ref::DeploymentRef;
use crate::domain::managed_volume::ManagedVolume;
use crate::domain::names::ServiceRef;
use crate::domain::plan::{IfRunning, PropagateTags};
use crate::domain::rollout::{Goal, OnPause};
use crate::error::Error;
use crate::stage::args::{Input, Span, Switch, names};
use crate::stage::definition::Source;
use crate::stage::run_task;

/// How long a deployment may take if nobody says.
const TIMEOUT: Duration = Duration::from_mins(30);
/// The longest wait of the official action's `wait-for-minutes`, kept so that a mistyped number is noticed.
const LONGEST_MINUTES: u32 = 30 * 24 * 60;
/// Shorter than a few calls take, a lease would be over before it is renewed.
const SCALING_LEASES: RangeInclusive<Duration> =
    Duration::from_secs(4)..=Duration::from_hours(30 * 24);

/// How the end is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    /// What is waited for.
    pub(super) goal: Goal,
    /// What happens when the time is over.
    pub(super) on_timeout: Abandon,
    /// Whether all services are rolled back when one fails.
    pub(super) all_or_nothing: bool,
}

/// Whether anything is done at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is.
    Deploy,
    /// It is only planned.
    DryRun {
        /// Whether changes are told by the exit code.
        tells_changes: bool,
    },
}

impl Mode {
    /// Whether nothing is changed.
    pub(super) fn is_dry(self) -> bool {
        self != Self::Deploy
    }
}

/// What was asked for services under CodeDeploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeDeployWish {
    pub(super) appspec: Option<Input>,
    pub(super) application: Option<String>,
    pub(super) group: Option<String>,
    pub(super) description: Option<String>,
    pub(super) config: Option<String>,
}

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stage) struct Order {
    /// The name or ARN of the cluster.
    pub(super) cluster: String,
    /// The names of the services.
    pub(super) services: Vec<String>,
    /// The deployments that are followed instead of starting any.
    pub(super) attach: Vec<DeploymentRef>,
    pub(super) source: Source,
    pub(super) force: bool,
    pub(super) desired_count: Option<u32>,
    pub(super) ecs_managed_tags: Option<bool>,
    pub(super) propagate_tags: Option<PropagateTags>,
    pub(super) if_running: IfRunning,
    /// How long a deployment that runs already is waited for, and the time limit of ours.
    pub(super) timeout: Duration,
    /// Whether that is what was typed, and not what is usual.
    pub(super) timeout_is_given: bool,
    pub(super) waiting: Option<Waiting>,
    pub(super) on_cancel: Abandon,
    pub(super) suspend_scaling: SuspendScaling,
    /// The services whose scaling is held still, and given back, by what this is a part of.
    pub(super) held_around: BTreeSet<String>,
    /// The task that is run before.
    pub(super) one_off: Option<run_task::Order>,
    /// The volume that is made for each task.
    pub(super) volume: Option<ManagedVolume>,
    /// What only services under CodeDeploy need.
    pub(super) codedeploy: CodeDeployWish,
    /// How long scaling stays this run's after its last sign of life.
    pub(super) scaling_lease: Duration,
    pub(super) log_lines: u32,
    /// Whether the diff of the task definition shows values.
    pub(super) shows_values: bool,
    pub(super) mode: Mode,
}

impl Order {
    /// Raises the arguments.
    pub(in crate::stage) fn of(args: &DeployService) -> Result<Self, Error> {
        let attach = attached(args)?;
        let (cluster, services) = if attach.is_empty() {
            cluster_and_services(args)?
        } else {
            cluster_and_services_of(args, &attach)?
        };
        let source = Source::of(
            args.task_definition.as_ref(),
            args.task_definition_arn.as_ref(),
            args.no_check,
        )?;
        let force = args.deployment.force_new_deployment == Some(Switch(true));
        let volume = run_task::volume(
            args.deployment.service_managed_ebs_volume_name.as_deref(),
            args.deployment.service_managed_ebs_volume.as_ref(),
            "service-managed-ebs-volume",
        )?;
        let asks = source != Source::Keep
            || force
            || volume.is_some()
            || args.deployment.desired_count.is_some()
            || args.deployment.enable_ecs_managed_tags.is_some()
            || args.deployment.propagate_tags.is_some();
        if !asks && attach.is_empty() {
            return Err(Error::usage("nothing to deploy is given").hint(
                "give `--task-definition`, `--task-definition-arn`, `--force-new-deployment` or `--desired-count`",
            ));
        }
        let timeout = timeout(args)?;
        let one_off = one_off::order(args, &cluster, timeout)?;
        Ok(Self {
            cluster,
            services,
            attach,
            source,
            force,
            desired_count: args.deployment.desired_count,
            ecs_managed_tags: args.deployment.enable_ecs_managed_tags.map(|Switch(on)| on),
            propagate_tags: args.deployment.propagate_tags,
            if_running: args.deployment.if_running,
            timeout,
            timeout_is_given: args.deployment.timeout.is_some()
                || args.deployment.wait_for_minutes.is_some(),
            waiting: waiting(args, timeout)?,
            on_cancel: args.deployment.on_cancel,
            suspend_scaling: args.deployment.suspend_scaling,
            held_around: args.held_around.clone(),
            one_off,
            volume,
            codedeploy: CodeDeployWish {
                appspec: args.deployment.codedeploy_appspec.clone(),
                application: args.deployment.codedeploy_application.clone(),
                group: args.deployment.codedeploy_deployment_group.clone(),
                description: args.deployment.codedeploy_deployment_description.clone(),
                config: args.deployment.codedeploy_deployment_config.clone(),
            },
            scaling_lease: scaling_lease(args)?,
            log_lines: args.deployment.log_lines,
            shows_values: args.show_values.0,
            mode: match (args.dry.on(), args.dry.tells_changes()) {
                (false, _) => Mode::Deploy,
                (true, tells_changes) => Mode::DryRun { tells_changes },
            },
        })
    }
}

fn scaling_lease(args: &DeployService) -> Result<Duration, Error> {
    let Span(lease) = args.deployment.scaling_lease;
    if SCALING_LEASES.contains(&lease) {
        return Ok(lease);
    }
    let text = format!(
        "not between {} and {}: `{}`",
        Span(*SCALING_LEASES.start()),
        Span(*SCALING_LEASES.end()),
        Span(lease)
    );
    Err(Error::usage(text).hint("`--scaling-lease` is how long a killed run blocks the next one"))
}

/// The deployments to follow. What would change something, or would not be waited for, does not go with them.
fn attached(args: &DeployService) -> Result<Vec<DeploymentRef>, Error> {
    let attach: Vec<DeploymentRef> = names(&args.attach);
    if attach.is_empty() {
        return Ok(attach);
    }
    let deployment = &args.deployment;
    let others = [
        (!deployment.service.is_empty(), "service"),
        (args.task_definition.is_some(), "task-definition"),
        (args.task_definition_arn.is_some(), "task-definition-arn"),
        (
            deployment.force_new_deployment == Some(Switch(true)),
            "force-new-deployment",
        ),
        (deployment.desired_count.is_some(), "desired-count"),
        (
            deployment.enable_ecs_managed_tags.is_some(),
            "enable-ecs-managed-tags",
        ),
        (deployment.propagate_tags.is_some(), "propagate-tags"),
        (deployment.one_off.is_asked_for(), "run-task"),
        (
            deployment.service_managed_ebs_volume_name.is_some(),
            "service-managed-ebs-volume-name",
        ),
        (deployment.if_running != IfRunning::default(), "if-running"),
        (!waits(args), "wait"),
    ];
    if let Some((_, name)) = others.iter().find(|(given, _)| *given) {
        return Err(Error::usage(format!(
            "`attach` follows a deployment that is there, and starts none; it does not go with: `{name}`"
        ))
        .hint("leave one of the two out"));
    }
    Ok(attach)
}

/// The cluster and the services that the deployments name; one cluster, and each service once.
fn cluster_and_services_of(
    args: &DeployService,
    attach: &[DeploymentRef],
) -> Result<(String, Vec<String>), Error> {
    let named = args
        .deployment
        .cluster
        .as_ref()
        .map(|cluster| cluster.name().clone());
    let mut cluster = named;
    let mut services: Vec<String> = Vec::new();
    for one in attach {
        // Where a deployment of CodeDeploy belongs is found out by asking.
        let DeploymentRef::Service(one) = one else {
            continue;
        };
        let theirs = one.cluster();
        let cluster = cluster.get_or_insert_with(|| theirs.clone());
        if cluster != theirs {
            return Err(Error::usage(format!(
                "service `{}` is in another cluster than `{cluster}`: `{theirs}`",
                one.service()
            ))
            .hint("follow the deployments of one cluster at a time"));
        }
        let name = one.service().as_str().to_owned();
        if services.contains(&name) {
            return Err(twice(&name));
        }
        services.push(name);
    }
    let cluster = cluster.map_or_else(String::new, |cluster| cluster.as_str().to_owned());
    Ok((cluster, services))
}

/// A service of which two deployments are to be followed.
pub(super) fn twice(service: &str) -> Error {
    Error::usage(format!(
        "two deployments of one service are given: `{service}`"
    ))
    .hint("follow the newer one: it decides what runs")
}

/// The cluster that is named, or that the services' ARNs name; never two.
fn cluster_and_services(args: &DeployService) -> Result<(String, Vec<String>), Error> {
    let services: Vec<ServiceRef> = names(&args.deployment.service);
    if services.is_empty() {
        return Err(Error::usage("no service is given").hint(
            "name one with `--service`; without any, a `--task-definition` file is registered and no more",
        ));
    }
    let mut cluster = args
        .deployment
        .cluster
        .as_ref()
        .map(|cluster| (cluster.name().clone(), cluster.as_str().to_owned()));
    let mut names = Vec::new();
    let mut seen = BTreeSet::new();
    for service in &services {
        if let Some(named) = service.cluster() {
            match &cluster {
                Some((known, _)) if known != named => {
                    return Err(Error::usage(format!(
                        "service `{}` is in another cluster than `{known}`: `{named}`",
                        service.name()
                    ))
                    .hint("deploy the services of one cluster at a time"));
                }
                Some(_) => {}
                None => cluster = Some((named.clone(), named.as_str().to_owned())),
            }
        }
        let name = service.name().as_str().to_owned();
        if !seen.insert(name.clone()) {
            return Err(Error::usage(format!("a service is given twice: `{name}`")));
        }
        names.push(name);
    }
    let cluster = cluster.map_or_else(|| "default".to_owned(), |(_, text)| text);
    Ok((cluster, names))
}

pub(super) fn timeout(args: &DeployService) -> Result<Duration, Error> {
    match (args.deployment.timeout, args.deployment.wait_for_minutes) {
        (Some(_), Some(_)) => Err(Error::usage(
            "`timeout` and `wait-for-minutes` are the same thing, and both are given",
        )
        .hint("give one of them")),
        (Some(Span(time)), None) => Ok(time),
        (None, Some(minutes)) if minutes > LONGEST_MINUTES => Err(Error::usage(format!(
            "longer than 30 days, which is the longest deployment there is: `{minutes}`"
        ))),
        (None, Some(minutes)) => Ok(Duration::from_mins(u64::from(minutes))),
        (None, None) => Ok(TIMEOUT),
    }
}

/// What only makes sense while waiting is refused without it, rather than ignored.
fn waiting(args: &DeployService, timeout: Duration) -> Result<Option<Waiting>, Error> {
    let together = args.deployment.all_or_nothing == Some(Switch(true));
    if waits(args) {
        return Ok(Some(Waiting {
            goal: Goal {
                wait_until: args.deployment.wait_until.unwrap_or_default(),
                timeout,
                fail_fast: args.deployment.fail_fast,
                on_pause: args.deployment.on_pause,
            },
            // One that is late has failed the others, and is not left alone either.
            on_timeout: if together {
                Abandon::Rollback
            } else {
                args.deployment.on_timeout
            },
            all_or_nothing: together,
        }));
    }
    let idle = [
        (args.deployment.wait_until.is_some(), "wait-until"),
        (args.deployment.fail_fast.is_some(), "fail-fast"),
        (together, "all-or-nothing"),
        (args.deployment.on_pause == OnPause::Wait, "on-pause"),
        (args.deployment.on_timeout != Abandon::Leave, "on-timeout"),
        (
            args.deployment.suspend_scaling == SuspendScaling::Always,
            "suspend-scaling",
        ),
    ];
    match idle.iter().find(|(given, _)| *given) {
        Some((_, name)) => Err(Error::usage(format!(
            "only works while waiting, and `wait` is off: `{name}`"
        ))
        .hint("leave it out, or wait")),
        None => Ok(None),
    }
}

fn waits(args: &DeployService) -> bool {
    match args.deployment.wait_for_service_stability {
        Some(Switch(waits)) => waits,
        None => args.deployment.wait.0,
    }
}
