//! A task of the revision that is run once before the services are updated, as a migration is: the options of the official action,
//! and when it is checked and run. Running it is `run_task`'s business.

use std::time::Duration;

use serde_json::Value;

use super::chronicle::Chronicle;
use super::licence::Prepares;
use super::look::Seen;
use super::{Abandon, DeployService, record};
use crate::domain::appspec::{AssignPublicIp, SecurityGroupId, SubnetId};
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::one_off::{StartedBy, TaskRequest};
use crate::domain::placement::{Placement, ProviderStrategy};
use crate::error::{Cause, Error};
use crate::ports::{Files, Interruption};
use crate::report::{Event, Remark, Report};
use crate::stage::Outputs;
use crate::stage::args::{Names, Switch};
use crate::stage::definition::{self, Definition};
use crate::stage::documents::leave_report;
use crate::stage::hidden::{Hidden, given};
use crate::stage::run_task::{
    self, Leaving, RunsTasks, Waiting, carry_out, network, placement, tags, volume,
};

/// Who starts a task if nobody says, as in the official action.
const STARTED_BY: &str = "GitHub-Actions";
/// What a task runs on if nobody says, as in the official action.
const LAUNCH_TYPE: &str = "FARGATE";
/// The outputs of the task that are outputs of a deployment too.
const KEPT: [&str; 2] = ["task-definition-arn", "run-task-arn"];

/// A task that is run before the deployment.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task before the deployment")]
pub struct OneOffArgs {
    /// Run a task of the revision once before the services are updated, such as a migration
    #[arg(long)]
    pub run_task: Option<Switch>,

    /// Wait for the end of that task; if it fails, no service is touched
    #[arg(long)]
    pub wait_for_task_stopped: Option<Switch>,

    /// What the task does differently: JSON array of container overrides, or JSON object that holds them besides others
    #[arg(long, value_name = "JSON")]
    pub run_task_container_overrides: Option<Hidden>,

    /// Subnets of the task; default: those of the first service, if its network mode is `awsvpc` (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub run_task_subnets: Vec<Names<SubnetId>>,

    /// Security groups of the task; default: as the subnets (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub run_task_security_groups: Vec<Names<SecurityGroupId>>,

    /// Whether the task gets a public address: `ENABLED` or `DISABLED`; default: `DISABLED`, or as the service it takes the subnets of
    #[arg(long, value_name = "WORD")]
    pub run_task_assign_public_ip: Option<AssignPublicIp>,

    /// What the task runs on: `FARGATE`, `EC2`, `EXTERNAL`; default: `FARGATE`
    #[arg(long, value_name = "TYPE")]
    pub run_task_launch_type: Option<String>,

    /// Capacity providers of the task, which go before a launch type: the JSON array of the API, or `PROVIDER=WEIGHT[,BASE]`, one a line
    #[arg(long, value_name = "STRATEGY")]
    pub run_task_capacity_provider_strategy: Option<ProviderStrategy>,

    /// Who starts the task, by whose name it can be listed; default: `GitHub-Actions`
    #[arg(long, value_name = "TEXT")]
    pub run_task_started_by: Option<StartedBy>,

    /// Tags of the task: JSON array of objects with `key` and `value`, or `key=value`, one a line
    #[arg(long, value_name = "TAGS")]
    pub run_task_tags: Option<Hidden>,

    /// Volume of the task definition that is made of Amazon EBS when the task starts
    #[arg(long, value_name = "NAME")]
    pub run_task_managed_ebs_volume_name: Option<String>,

    /// What is made: JSON object with `roleArn`, and `sizeInGiB` or `snapshotId`
    #[arg(long, value_name = "JSON")]
    pub run_task_managed_ebs_volume: Option<Hidden>,
}

impl OneOffArgs {
    /// Whether a task is to be run.
    pub(super) fn is_asked_for(&self) -> bool {
        self.run_task == Some(Switch(true))
    }

    /// Says that what is set for a task means nothing, if none is run: the official action takes it silently.
    pub(super) fn note_if_idle(&self, report: &mut dyn Report) {
        let set = self.wait_for_task_stopped == Some(Switch(true))
            || self.run_task_container_overrides.is_some()
            || !self.run_task_subnets.is_empty()
            || !self.run_task_security_groups.is_empty()
            || self.run_task_assign_public_ip.is_some()
            || self.run_task_launch_type.is_some()
            || self.run_task_capacity_provider_strategy.is_some()
            || self.run_task_started_by.is_some()
            || self.run_task_tags.is_some()
            || self.run_task_managed_ebs_volume_name.is_some()
            || self.run_task_managed_ebs_volume.is_some();
        if set && !self.is_asked_for() {
            report.tell(Event::Noted(
                Remark::new(
                    "what is set for a task before the deployment means nothing without `run-task`",
                )
                .hint("set `run-task` to `true`, or leave the rest out"),
            ));
        }
    }
}

/// The order of the task, if one is to be run; its place may still be open.
pub(super) fn order(
    args: &DeployService,
    cluster: &str,
    timeout: Duration,
) -> Result<Option<run_task::Order>, Error> {
    let one = &args.deployment.one_off;
    if !one.is_asked_for() {
        return Ok(None);
    }
    let leaving = |what| match what {
        Abandon::Leave => Leaving::Leave,
        Abandon::Rollback | Abandon::Stop => Leaving::Stop,
    };
    let providers = one.run_task_capacity_provider_strategy.as_ref();
    let launch_type = one.run_task_launch_type.as_deref().unwrap_or(LAUNCH_TYPE);
    let started_by = match &one.run_task_started_by {
        Some(who) => Some(who.clone()),
        None => STARTED_BY.parse().ok(),
    };
    let waits = one.wait_for_task_stopped == Some(Switch(true));
    Ok(Some(run_task::Order {
        request: TaskRequest {
            cluster: cluster.to_owned(),
            count: 1,
            placement: placement(
                Some(launch_type).filter(|_| providers.is_none()),
                providers,
                network(
                    &one.run_task_subnets,
                    &one.run_task_security_groups,
                    one.run_task_assign_public_ip,
                ),
            )?,
            overrides: given(
                one.run_task_container_overrides.as_ref(),
                "run-task-container-overrides",
            )?,
            started_by,
            group: None,
            tags: tags(one.run_task_tags.as_ref(), "run-task-tags")?,
            propagate_tags: false,
            ecs_managed_tags: args.deployment.enable_ecs_managed_tags.map(|Switch(on)| on),
            volume: volume(
                one.run_task_managed_ebs_volume_name.as_deref(),
                one.run_task_managed_ebs_volume.as_ref(),
                "run-task-managed-ebs-volume",
            )?,
            deciding: None,
        },
        like_service: None,
        waiting: waits.then_some(Waiting {
            timeout,
            on_timeout: leaving(args.deployment.on_timeout),
        }),
        on_cancel: leaving(args.deployment.on_cancel),
        log_lines: args.deployment.log_lines,
    }))
}

/// A task that can be run.
#[derive(Debug)]
pub(super) struct Task {
    order: run_task::Order,
    facts: DefinitionFacts,
    /// The revision the first service has, for where no other is deployed.
    current: String,
}

impl Task {
    /// Whether its end is waited for.
    pub(super) fn is_waited_for(&self) -> bool {
        self.order.waiting.is_some()
    }
}

/// Holds the task against the definition, before anything is registered. What is not said of the network is taken from the first
/// service.
pub(super) async fn prepare<W: Prepares>(
    world: &W,
    order: Option<&run_task::Order>,
    definition: &Definition,
    seen: &[Seen],
    report: &mut dyn Report,
) -> Result<Option<Task>, Error> {
    let (Some(order), Some(first)) = (order, seen.first()) else {
        return Ok(None);
    };
    let service = &first.service;
    let facts = definition::facts_for(world, definition, service).await?;
    let facts = facts.ok_or_else(|| {
        let text = format!(
            "the task definition of service `{}` can not be read, so no task of it is run",
            service.name
        );
        Error::new(Cause::Refused, text)
            .hint("allow ecs:DescribeTaskDefinition, or name a task definition")
    })?;
    let place = Placement {
        network: service.placement.network.clone(),
        ..Placement::default()
    };
    let request = order.request.clone().placed_like(&place, &facts);
    run_task::check(&request, &facts)?;
    run_task::warn_of_volume(request.volume.as_ref(), report);
    let name = match definition {
        Definition::Document(_) => format!("the revision of `{}` to be registered", facts.family),
        Definition::Revision { .. } | Definition::Keep => {
            "the revision that is deployed".to_owned()
        }
    };
    report.tell(Event::Planned {
        subject: facts.family.clone(),
        lines: request.lines(&name),
    });
    Ok(Some(Task {
        order: run_task::Order {
            request,
            ..order.clone()
        },
        facts,
        current: service.current_task_definition().to_owned(),
    }))
}

/// Runs the task, and waits for its end if that was asked for. An error means that no service may be touched.
pub(super) async fn run<W: RunsTasks + Files + Interruption>(
    world: &W,
    task: &Task,
    revision: Option<&str>,
    chronicle: &mut Chronicle<'_>,
) -> Result<Outputs, Error> {
    let revision = revision.unwrap_or(&task.current);
    let outcome = carry_out(world, &task.order, revision, &task.facts, chronicle).await;
    let ran = kept(&outcome.outputs);
    let Some(mut error) = outcome.error else {
        chronicle.keep_task(outcome.entry);
        return Ok(ran);
    };
    error.text = format!("{}; no service was touched", error.text);
    let outputs = reported(world, ran, &outcome.entry, chronicle);
    Err(error.with_outputs(outputs))
}

/// The outputs of a run that came to no service, with its report.
pub(super) fn reported(
    world: &impl Files,
    mut ran: Outputs,
    task: &Value,
    report: &mut dyn Report,
) -> Outputs {
    let document = record::document(None, &[], Some(task));
    leave_report(world, report, record::FILE, &document, &mut ran);
    ran
}

/// What a deployment gives too.
pub(super) fn kept(outputs: &Outputs) -> Outputs {
    let mut some = Outputs::new();
    for name in KEPT {
        if let Some(value) = outputs.get(name) {
            some.set(name, value);
        }
    }
    some
}

/// The outputs of the task with those of the deployment after it, which go before.
pub(super) fn joined(ran: &Outputs, ended: Result<Outputs, Error>) -> Result<Outputs, Error> {
    let join = |later: &Outputs| {
        let mut all = ran.clone();
        for (name, value) in later.iter() {
            all.set(name, value);
        }
        all
    };
    match ended {
        Ok(outputs) => Ok(join(&outputs)),
        Err(error) => {
            let outputs = join(&error.outputs);
            Err(error.with_outputs(outputs))
        }
    }
}
