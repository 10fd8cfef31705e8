//! Runs a task that belongs to no service, such as a migration, follows it and says how it ended.
//!
//! The workflow: raise the options to an order, read, check, register, start, follow, tell. What is decided on the way is decided
//! in `domain::one_off`. `deploy-service` runs its task by the same code.

use std::time::Duration;

use crate::domain::appspec::{AssignPublicIp, PlatformVersion, SecurityGroupId, SubnetId};
use crate::domain::names::{ClusterRef, ContainerName, ServiceRef};
use crate::domain::one_off::StartedBy;
use crate::domain::placement::ProviderStrategy;
use crate::domain::plan::PropagateTags;
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::word_enum::word_enum;
use crate::error::{Cause, Error};
use crate::ports::services::ReadServices;
use crate::ports::{Files, Interruption};
use crate::report::{Event, Report};
use crate::stage::args::{DryRun, Input, Names, Span, Switch};
use crate::stage::definition::{Registering, Source};
use crate::stage::hidden::Hidden;
use crate::stage::race::{Raced, race};
use crate::stage::register_taskdef::Registers;
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

mod ending;
mod follow;
mod order;
mod prepare;
mod start;

pub(super) use ending::Outcome;
pub(super) use follow::{RunsTasks, carry_out};
pub(super) use order::{Order, Waiting, network, placement, tags, volume};
pub(super) use prepare::{check, warn_of_volume};

/// Where the help shows where a task is put.
const PLACE: &str = "Place";

word_enum! {
    /// What happens to a task that this program no longer waits for.
    #[derive(Default)]
    pub enum Leaving {
        /// It goes on.
        #[default]
        Leave = "leave",
        /// It is stopped.
        Stop = "stop",
    }
}

/// Arguments of `run-task`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task")]
pub struct RunTask {
    /// Task definition file; registered first, unless the newest revision is the same
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<Input>,

    /// Revision to run, instead of a file: ARN, `family:revision`, or `family` for the newest
    #[arg(long, value_name = "ARN")]
    pub task_definition_arn: Option<TaskDefinitionRef>,

    /// Register the file without judging it by the rules of check-pipeline first
    #[arg(long, default_value_t = Switch(false))]
    pub no_check: Switch,

    /// Show the values of variables, commands, labels and log options in the diff, unless one looks like a secret
    #[arg(long, default_value_t = Switch(false))]
    pub show_values: Switch,

    /// What the task does differently: JSON array of container overrides, or JSON object that holds them besides others
    #[arg(long, value_name = "JSON")]
    pub overrides: Option<Hidden>,

    /// Container whose exit code decides; default: all that are essential
    #[arg(long, value_name = "NAME")]
    pub container: Option<ContainerName>,

    /// How many tasks to run, at most 10
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub count: u8,

    /// Who starts it, by whose name it can be listed: up to 128 letters, digits, `-`, `_`, `/`
    #[arg(long, value_name = "TEXT")]
    pub started_by: Option<StartedBy>,

    /// Group the task is in; default: `family:` and the family
    #[arg(long, value_name = "TEXT")]
    pub group: Option<String>,

    /// Tags: `key=value`, one a line, or a JSON array of objects with `key` and `value`
    #[arg(long, value_name = "TAGS")]
    pub tags: Option<Hidden>,

    /// Whether the task gets the tags of the task definition: `TASK_DEFINITION`, `NONE`
    #[arg(long, value_name = "SOURCE")]
    pub propagate_tags: Option<PropagateTags>,

    /// Whether ECS tags the task with its cluster
    #[arg(long)]
    pub enable_ecs_managed_tags: Option<Switch>,

    /// Volume of the task definition that is made of Amazon EBS when the task starts
    #[arg(long, value_name = "NAME")]
    pub managed_ebs_volume_name: Option<String>,

    /// What is made: JSON object with `roleArn`, and `sizeInGiB` or `snapshotId`
    #[arg(long, value_name = "JSON")]
    pub managed_ebs_volume: Option<Hidden>,

    /// Where it runs.
    #[command(flatten)]
    pub place: PlaceArgs,

    /// Wait for the end of the task
    #[arg(long, help_heading = "Waiting", default_value_t = Switch(true))]
    pub wait: Switch,

    /// How long it may take (`90s`, `30m`, `2h`)
    #[arg(long, help_heading = "Waiting", value_name = "TIME", default_value_t = Span(Duration::from_mins(30)))]
    pub timeout: Span,

    /// What happens to the task when this process is asked to end: `leave`, `stop`
    #[arg(long, help_heading = "Waiting", value_name = "WHAT", default_value_t)]
    pub on_cancel: Leaving,

    /// What happens to the task when the time is over: `leave`, `stop`
    #[arg(long, help_heading = "Waiting", value_name = "WHAT", default_value_t)]
    pub on_timeout: Leaving,

    /// How many of the last lines of its log are shown; 0 for none
    #[arg(long, help_heading = "Waiting", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub log_lines: u32,

    /// Whether it is only planned.
    #[command(flatten)]
    pub dry: DryRun,
}

/// Where a task runs.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = PLACE)]
pub struct PlaceArgs {
    /// Cluster: name or ARN; default: that of the service's ARN, else `default`
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<ClusterRef>,

    /// Service in whose place it runs: what the options here leave open is taken from it
    #[arg(long, value_name = "NAME")]
    pub like_service: Option<ServiceRef>,

    /// Subnets, separated by commas or lines (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub subnets: Vec<Names<SubnetId>>,

    /// Security groups, separated by commas or lines (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub security_groups: Vec<Names<SecurityGroupId>>,

    /// Whether the task gets a public address: `ENABLED` or `DISABLED`
    #[arg(long, value_name = "WORD")]
    pub assign_public_ip: Option<AssignPublicIp>,

    /// What it runs on: `FARGATE`, `EC2`, `EXTERNAL`; default: what the cluster has
    #[arg(long, value_name = "TYPE")]
    pub launch_type: Option<String>,

    /// Capacity providers instead of a launch type: `PROVIDER=WEIGHT[,BASE]`, one a line, or the JSON array of the API
    #[arg(long, value_name = "STRATEGY")]
    pub capacity_provider_strategy: Option<ProviderStrategy>,

    /// Fargate platform version: `LATEST`, or one such as `1.4.0`
    #[arg(long, value_name = "VERSION")]
    pub platform_version: Option<PlatformVersion>,
}

impl Describe for RunTask {
    const NAME: &'static str = "run-task";
    const ABOUT: &'static str = "Run a task once, follow it, and tell how it ended and why";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "run-task-arn",
            about: "JSON array of the ARNs of the tasks that were started",
        },
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that was run",
        },
        OutputSpec {
            name: "verdict",
            about: "How it ended: `succeeded`, `failed`, `stopped`, `timed-out`; of several tasks the worst; absent if it was not waited for",
        },
        OutputSpec {
            name: "exit-code",
            about: "Exit code of the container that decided; absent if none did",
        },
        OutputSpec {
            name: "exit-codes",
            about: "JSON object: the exit code of each container, by task and name",
        },
        OutputSpec {
            name: "duration-seconds",
            about: "Seconds from the start to the end",
        },
        OutputSpec {
            name: "report",
            about: "Path of a JSON file with all of it for every task",
        },
    ];
    const EXAMPLES: &'static str = "\
# Migrate a database, in the subnets and security groups of the service
wharfie-run-task --cluster prod --like-service web --task-definition taskdef.json --overrides '[{\"name\": \"web\", \"command\": [\"bin/migrate\"]}]'
# An existing revision on Fargate, at most ten minutes, stopped then
wharfie-run-task --cluster prod --task-definition-arn report:7 --launch-type FARGATE --subnets subnet-0a1b2c3d --security-groups sg-0c3d4e5f --timeout 10m --on-timeout stop
# See what would be started
wharfie-run-task --cluster prod --like-service web --task-definition taskdef.json --dry-run";
}

impl<W> Stage<W> for RunTask
where
    W: RunsTasks + ReadServices + Registers + Files + Interruption,
{
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let order = Order::of(&self)?;
        let source = order::source(&self)?;
        let shows_values = self.show_values.0;
        match run_order(world, order, &source, shows_values, &self.dry, report).await? {
            Some(outcome) => outcome.reported(world, report),
            None => Ok(Outputs::new()),
        }
    }
}

/// Reads, checks, registers, and runs what was ordered; none if that was a dry run.
pub(super) async fn run_order<W>(
    world: &W,
    order: Order,
    source: &Source,
    shows_values: bool,
    dry: &DryRun,
    report: &mut dyn Report,
) -> Result<Option<Outcome>, Error>
where
    W: RunsTasks + ReadServices + Registers + Files + Interruption,
{
    let how = Registering {
        shows_values,
        dry_run: dry.on(),
    };
    let prepared = prepare::prepare(world, &order, source, how, report);
    let ready = match race(world.interrupted(), prepared).await {
        Raced::Second(ready) => ready?,
        Raced::First(signal) => {
            let text = "ended by a signal before a task was started";
            return Err(Error::new(Cause::Interrupted(signal), text));
        }
    };
    let Some(arn) = ready.arn.filter(|_| !dry.on()) else {
        if dry.tells_changes() {
            let text = "the dry run found a task that would be run";
            return Err(Error::new(Cause::ChangesFound, text));
        }
        report.tell(Event::note("dry run: no task was started"));
        return Ok(None);
    };
    let order = Order {
        request: ready.request,
        ..order
    };
    Ok(Some(
        carry_out(world, &order, &arn, &ready.facts, report).await,
    ))
}

#[cfg(test)]
mod tests;
