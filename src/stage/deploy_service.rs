//! Deploys a task definition to services, follows it by identity and says how it ended.
//!
//! The workflow: raise the options to an order, look, plan, register, hold scaling still, clear the way, update, watch, give
//! scaling back, tell. What is decided on the way is decided in `domain::plan` and `domain::rollout`.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::deployment_ref::DeploymentRef;
use crate::domain::names::{ClusterRef, ServiceRef};
use crate::domain::plan::{IfRunning, PropagateTags};
use crate::domain::revision::TaskDefinitionRef;
use crate::domain::rollout::{OnPause, WaitUntil};
use crate::domain::word_enum::word_enum;
use crate::stage::args::{DryRun, Input, Names, Span, Switch};
use crate::stage::hidden::Hidden;
use crate::stage::{Describe, OutputSpec};

mod attach;
mod begin;
mod blame;
mod chronicle;
mod codedeploy;
mod ending;
mod failure;
mod inquest;
mod known;
mod leaving;
mod licence;
mod linking;
mod look;
mod neighbours;
mod observe;
mod one_off;
mod only_register;
mod order;
mod prepare;
mod record;
mod run;
mod scaling;
mod send;
mod start;
mod tell;
mod together;
mod watch;

pub(super) use inquest::inquire;
pub(super) use licence::{Deploys, Looks};
pub use one_off::OneOffArgs;
pub(super) use order::Order;
pub(super) use prepare::preflight;
pub(super) use scaling::{Held, hold, keeping, release};

/// Where the help shows what only services of the controller `CODE_DEPLOY` need.
const CODEDEPLOY: &str = "CodeDeploy";

word_enum! {
    /// What happens to a deployment that this program no longer waits for.
    #[derive(Default)]
    pub enum Abandon {
        /// It goes on.
        #[default]
        Leave = "leave",
        /// It is stopped and rolled back.
        Rollback = "rollback",
        /// It is stopped, and nothing is put back. Only CodeDeploy can do that.
        Stop = "stop",
    }
}

word_enum! {
    /// Whether scaling is held still during a deployment.
    #[derive(Default)]
    pub enum SuspendScaling {
        /// Only around a deployment by CodeDeploy, which a scaling event can fail. Deployments of the ECS controller live with it.
        #[default]
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

/// Arguments of `deploy-service`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct DeployService {
    /// Task definition file; registered first, unless the newest revision is the same
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<Input>,

    /// Revision to deploy, instead of a file: ARN, `family:revision`, or `family` for the newest
    #[arg(long, value_name = "ARN")]
    pub task_definition_arn: Option<TaskDefinitionRef>,

    /// Register the file without judging it by the rules of check-pipeline first
    #[arg(long, default_value_t = Switch(false))]
    pub no_check: Switch,

    /// Show the values of variables, commands, labels and log options in the diff, unless one looks like a secret
    #[arg(long, default_value_t = Switch(false))]
    pub show_values: Switch,

    /// Follow this deployment, which runs or is over, instead of starting one: ARN, or id of CodeDeploy (can be repeated)
    #[arg(long, value_name = "ARN")]
    pub attach: Vec<Names<DeploymentRef>>,

    /// Where and how it is deployed.
    #[command(flatten)]
    pub deployment: DeploymentArgs,

    /// Whether it is only planned.
    #[command(flatten)]
    pub dry: DryRun,

    /// The services whose scaling a pipeline holds still around it.
    #[arg(skip)]
    pub(super) held_around: BTreeSet<String>,
}

/// Where and how something is deployed, and how its end is waited for.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct DeploymentArgs {
    /// Cluster: name or ARN; default: that of the service's ARN, else `default`
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<ClusterRef>,

    /// Services: names or ARNs, separated by commas or lines; they are deployed at the same time (can be repeated)
    #[arg(long, value_name = "NAMES")]
    pub service: Vec<Names<ServiceRef>>,

    /// Replace all tasks even if nothing changes
    #[arg(long)]
    pub force_new_deployment: Option<Switch>,

    /// How many tasks there are to be; default: as it is
    #[arg(long, value_name = "N")]
    pub desired_count: Option<u32>,

    /// Whether ECS tags the tasks with cluster and service; default: as it is
    #[arg(long)]
    pub enable_ecs_managed_tags: Option<Switch>,

    /// Where tags of new tasks come from: `SERVICE`, `TASK_DEFINITION`, `NONE`; default: as it is
    #[arg(long, value_name = "SOURCE")]
    pub propagate_tags: Option<PropagateTags>,

    /// What to do if a deployment of the service is running: `fail`, `wait` for its end, `stop` it
    #[arg(long, value_name = "WHAT", default_value_t)]
    pub if_running: IfRunning,

    /// Hold Service Auto Scaling still meanwhile: `always`, `never`, `auto` (only around deployments by CodeDeploy)
    #[arg(long, value_name = "WHEN", default_value_t)]
    pub suspend_scaling: SuspendScaling,

    /// How long scaling stays this run's after its last sign of life (it is renewed); then the next run may take it over
    #[arg(long, value_name = "TIME", default_value_t = Span(Duration::from_mins(5)))]
    pub scaling_lease: Span,

    /// Volume of the task definition that is made of Amazon EBS for each task of the services; default: as it is
    #[arg(long, value_name = "NAME")]
    pub service_managed_ebs_volume_name: Option<String>,

    /// What is made: JSON object with `roleArn`, and `sizeInGiB` or `snapshotId`
    #[arg(long, value_name = "JSON")]
    pub service_managed_ebs_volume: Option<Hidden>,

    /// A task that is run before.
    #[command(flatten)]
    pub one_off: OneOffArgs,

    /// Appspec; default: `appspec.yaml`, `appspec.yml` or `appspec.json` if there is one, else made from the service
    #[arg(long, value_name = "FILE", help_heading = CODEDEPLOY)]
    pub codedeploy_appspec: Option<Input>,

    /// Application; default: `AppECS-<cluster>-<service>`
    #[arg(long, value_name = "NAME", help_heading = CODEDEPLOY)]
    pub codedeploy_application: Option<String>,

    /// Deployment group; default: `DgpECS-<cluster>-<service>`
    #[arg(long, value_name = "NAME", help_heading = CODEDEPLOY)]
    pub codedeploy_deployment_group: Option<String>,

    /// What is written about the deployment, at most 256 characters
    #[arg(long, value_name = "TEXT", help_heading = CODEDEPLOY)]
    pub codedeploy_deployment_description: Option<String>,

    /// How traffic moves: name of a deployment configuration for ECS; default: that of the deployment group
    #[arg(long, value_name = "NAME", help_heading = CODEDEPLOY)]
    pub codedeploy_deployment_config: Option<String>,

    /// Wait for the end of the deployment
    #[arg(long, help_heading = "Waiting", default_value_t = Switch(true))]
    pub wait: Switch,

    /// The same as `wait`, by the name the official action has for it
    #[arg(long, help_heading = "Waiting")]
    pub wait_for_service_stability: Option<Switch>,

    /// When it counts as done: all production `traffic` moved, `completed`, or `clean` (old tasks gone)
    #[arg(long, help_heading = "Waiting", value_name = "LEVEL")]
    pub wait_until: Option<WaitUntil>,

    /// How long it may take (`90s`, `30m`, `2h`); default: 30m, and with CodeDeploy the waits of its configuration besides
    #[arg(long, help_heading = "Waiting", value_name = "TIME")]
    pub timeout: Option<Span>,

    /// The same as `timeout`, in minutes
    #[arg(long, help_heading = "Waiting", value_name = "N")]
    pub wait_for_minutes: Option<u32>,

    /// What happens to the deployment when this process is asked to end: `leave`, `rollback`, or with CodeDeploy `stop` (nothing is put back)
    #[arg(long, help_heading = "Waiting", value_name = "WHAT", default_value_t)]
    pub on_cancel: Abandon,

    /// When one service of several fails, roll the others back too, also those that are deployed already
    #[arg(long, help_heading = "Waiting")]
    pub all_or_nothing: Option<Switch>,

    /// What happens to the deployment when the time is over: `leave`, `rollback`, or with CodeDeploy `stop` (nothing is put back)
    #[arg(long, help_heading = "Waiting", value_name = "WHAT", default_value_t)]
    pub on_timeout: Abandon,

    /// What to do when the deployment waits for an approval: `exit` with the command that gives it, or `wait` for it
    #[arg(long, help_heading = "Waiting", value_name = "WHAT", default_value_t)]
    pub on_pause: OnPause,

    /// Stop and roll back when this many tasks failed
    #[arg(long, help_heading = "Waiting", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub fail_fast: Option<u32>,

    /// How many lines of the log of a container that died are shown; 0 for none
    #[arg(long, help_heading = "Waiting", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub log_lines: u32,
}

impl Describe for DeployService {
    const NAME: &'static str = "deploy-service";
    const ABOUT: &'static str = "Deploy a task definition to ECS services, follow it by identity, and tell the truth about its end";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that was deployed",
        },
        OutputSpec {
            name: "verdict",
            about: "How it ended: `deployed`, `unchanged`, `failed`, `rolled-back`, `rollback-failed`, `stopped`, `timed-out`, \
                    `superseded`, `paused`; of several services the worst; absent if it was not waited for",
        },
        OutputSpec {
            name: "deployment-id",
            about: "Id of the deployment in the service (`ecs-svc/…`); with several services a line `service=id` each",
        },
        OutputSpec {
            name: "service-deployment-arn",
            about: "ARN of the service deployment; with several services a line `service=ARN` each",
        },
        OutputSpec {
            name: "codedeploy-deployment-id",
            about: "Id of the deployment of CodeDeploy (`d-…`), if it moves the tasks; with several services a line `service=id` each",
        },
        OutputSpec {
            name: "run-task-arn",
            about: "JSON array of the ARN of the task that was run before, if one was",
        },
        OutputSpec {
            name: "previous-task-definition-arn",
            about: "ARN of the revision that was there before; with several services a line `service=ARN` each",
        },
        OutputSpec {
            name: "duration-seconds",
            about: "Seconds from the first update to the end",
        },
        OutputSpec {
            name: "report",
            about: "Path of a JSON file with all of it for every service: verdict, causes, images, ids",
        },
    ];
    const EXAMPLES: &'static str = "\
# Register a file and deploy it, at most an hour
wharfie-deploy-service --cluster prod --service web --task-definition taskdef.json --timeout 1h
# Deploy an existing revision to two services at once
wharfie-deploy-service --cluster prod --service web,worker --task-definition-arn web:42
# See what would happen, and fail with 11 if that is anything
wharfie-deploy-service --service web --task-definition taskdef.json --dry-run --exit-code
# A service under CodeDeploy, until all traffic moved; scaling is held still meanwhile
wharfie-deploy-service --cluster prod --service shop --task-definition taskdef.json --codedeploy-appspec appspec.yaml --wait-until traffic
# Follow a deployment that another job started
wharfie-deploy-service --attach arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/Yd3kQ1
# Replace all tasks, give up after three failed ones
wharfie-deploy-service --service web --force-new-deployment --fail-fast 3";
}

#[cfg(test)]
mod tests;
