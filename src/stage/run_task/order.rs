//! What was typed, raised to what was meant: once, before anything happens.

use std::time::Duration;

use super::{Leaving, PlaceArgs, RunTask};
use crate::domain::appspec::{AssignPublicIp, Network, SecurityGroupId, SubnetId};
use crate::domain::managed_volume::ManagedVolume;
use crate::domain::names::{ClusterRef, ServiceRef};
use crate::domain::one_off::TaskRequest;
use crate::domain::placement::{Launch, Placement, ProviderStrategy};
use crate::domain::plan::PropagateTags;
use crate::domain::tag::{Tag, TagList};
use crate::error::Error;
use crate::stage::args::{Names, Span, Switch, names};
use crate::stage::definition::Source;
use crate::stage::hidden::{Hidden, given};

/// How the end is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stage) struct Waiting {
    /// How long it may take.
    pub(in crate::stage) timeout: Duration,
    /// What happens when the time is over.
    pub(in crate::stage) on_timeout: Leaving,
}

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::stage) struct Order {
    /// What is asked of ECS; what it leaves open may be taken from a service.
    pub(in crate::stage) request: TaskRequest,
    /// The name of that service.
    pub(in crate::stage) like_service: Option<String>,
    /// How the end is waited for, if it is.
    pub(in crate::stage) waiting: Option<Waiting>,
    /// What happens to the task after a signal.
    pub(in crate::stage) on_cancel: Leaving,
    /// How many of the last lines of its log are shown.
    pub(in crate::stage) log_lines: u32,
}

impl Order {
    /// Raises the arguments.
    pub(super) fn of(args: &RunTask) -> Result<Self, Error> {
        let place = &args.place;
        Ok(Self {
            request: TaskRequest {
                cluster: cluster(place)?,
                count: args.count,
                placement: Placement {
                    platform_version: place.platform_version.as_ref().map(ToString::to_string),
                    ..placement(
                        place.launch_type.as_deref(),
                        place.capacity_provider_strategy.as_ref(),
                        network(
                            &place.subnets,
                            &place.security_groups,
                            place.assign_public_ip,
                        ),
                    )?
                },
                overrides: given(args.overrides.as_ref(), "overrides")?,
                started_by: args.started_by.clone(),
                group: args.group.clone(),
                tags: tags(args.tags.as_ref(), "tags")?,
                propagate_tags: propagates(args.propagate_tags)?,
                ecs_managed_tags: args.enable_ecs_managed_tags.map(|Switch(on)| on),
                volume: volume(
                    args.managed_ebs_volume_name.as_deref(),
                    args.managed_ebs_volume.as_ref(),
                    "managed-ebs-volume",
                )?,
                deciding: args.container.clone(),
            },
            like_service: place
                .like_service
                .as_ref()
                .map(|service| service.name().to_string()),
            waiting: waiting(args)?,
            on_cancel: args.on_cancel,
            log_lines: args.log_lines,
        })
    }
}

/// What is run: never nothing.
pub(super) fn source(args: &RunTask) -> Result<Source, Error> {
    let source = Source::of(
        args.task_definition.as_ref(),
        args.task_definition_arn.as_ref(),
        args.no_check,
    )?;
    match source {
        Source::File { .. } | Source::Revision(_) => Ok(source),
        Source::Keep => Err(Error::usage("nothing to run is given")
            .hint("give `--task-definition` or `--task-definition-arn`")),
    }
}

/// The cluster that is named, or that the service's ARN names; never two.
fn cluster(place: &PlaceArgs) -> Result<String, Error> {
    let theirs = place.like_service.as_ref().and_then(ServiceRef::cluster);
    match (&place.cluster, theirs) {
        (Some(named), Some(theirs)) if named.name() != theirs => Err(Error::usage(format!(
            "the service is in another cluster than `{}`: `{theirs}`",
            named.name()
        ))
        .hint("a task runs in the cluster of the service it is like")),
        (Some(named), _) => Ok(ClusterRef::as_str(named).to_owned()),
        (None, Some(theirs)) => Ok(theirs.to_string()),
        (None, None) => Ok("default".to_owned()),
    }
}

/// On what it runs, and in which network: a launch type or capacity providers, never both.
pub(in crate::stage) fn placement(
    launch_type: Option<&str>,
    providers: Option<&ProviderStrategy>,
    network: Option<Network>,
) -> Result<Placement, Error> {
    let launch = match (launch_type, providers) {
        (Some(_), Some(_)) => {
            return Err(Error::usage(
                "a launch type and a capacity provider strategy are given, and ECS takes one of them",
            )
            .hint("leave one of them out"));
        }
        (Some(name), None) => Launch::Type(name.to_ascii_uppercase()),
        (None, Some(providers)) => Launch::Providers(providers.clone()),
        (None, None) => Launch::OfCluster,
    };
    Ok(Placement {
        launch,
        platform_version: None,
        network,
    })
}

/// The network, as far as anything of it is given.
pub(in crate::stage) fn network(
    subnets: &[Names<SubnetId>],
    security_groups: &[Names<SecurityGroupId>],
    assign_public_ip: Option<AssignPublicIp>,
) -> Option<Network> {
    let network = Network {
        subnets: names(subnets).iter().map(ToString::to_string).collect(),
        security_groups: names(security_groups)
            .iter()
            .map(ToString::to_string)
            .collect(),
        assign_public_ip,
    };
    (network != Network::default()).then_some(network)
}

/// A volume, if its name and what is made are given. One without the other is a slip.
pub(in crate::stage) fn volume(
    name: Option<&str>,
    settings: Option<&Hidden>,
    option: &'static str,
) -> Result<Option<ManagedVolume>, Error> {
    match (name, given(settings, option)?) {
        (None, None) => Ok(None),
        (Some(name), Some(settings)) => Ok(Some(ManagedVolume {
            name: name.to_owned(),
            settings,
        })),
        (Some(_), None) => Err(Error::usage(format!(
            "`{option}-name` names a volume, and nothing says what is made: `{option}`"
        ))),
        (None, Some(_)) => Err(Error::usage(format!(
            "`{option}` says what is made, and nothing names the volume: `{option}-name`"
        ))),
    }
}

/// The tags that are given.
pub(in crate::stage) fn tags(
    text: Option<&Hidden>,
    option: &'static str,
) -> Result<Vec<Tag>, Error> {
    let tags: Option<TagList> = given(text, option)?;
    Ok(tags.map(TagList::into_vec).unwrap_or_default())
}

fn propagates(source: Option<PropagateTags>) -> Result<bool, Error> {
    match source {
        None | Some(PropagateTags::None) => Ok(false),
        Some(PropagateTags::TaskDefinition) => Ok(true),
        Some(PropagateTags::Service) => Err(Error::usage(
            "a task of no service gets no tags of one: `propagate-tags`",
        )
        .hint("give `TASK_DEFINITION`, or name the tags with `--tags`")),
    }
}

/// What only makes sense while waiting is refused without it, rather than ignored.
fn waiting(args: &RunTask) -> Result<Option<Waiting>, Error> {
    if args.wait.0 {
        return Ok(Some(Waiting {
            timeout: args.timeout.0,
            on_timeout: args.on_timeout,
        }));
    }
    let idle = [
        (args.container.is_some(), "container"),
        (args.on_timeout == Leaving::Stop, "on-timeout"),
        (args.timeout != Span(Duration::from_mins(30)), "timeout"),
    ];
    match idle.iter().find(|(given, _)| *given) {
        Some((_, name)) => Err(Error::usage(format!(
            "only works while waiting, and `wait` is off: `{name}`"
        ))
        .hint("leave it out, or wait")),
        None => Ok(None),
    }
}
