//! A file and no service: it is registered, its task is run if that is asked for, and nothing is deployed, as the official action
//! does it. It is said loudly, because a service that was meant and not named looks the same.

use super::licence::Deploys;
use super::{DeployService, one_off, order};
use crate::domain::names::ClusterRef;
use crate::error::Error;
use crate::report::{Event, Report};
use crate::stage::args::{Switch, names};
use crate::stage::definition::Source;
use crate::stage::register_taskdef::{RegisterTaskdef, RevisionArgs};
use crate::stage::{Outputs, Stage, run_task};

/// Whether the arguments name a file, or a revision whose task is to be run, no service, and nothing that is for services alone.
pub(super) fn is_meant(args: &DeployService) -> bool {
    let runs = args.deployment.one_off.is_asked_for();
    let file = args.task_definition.is_some() && args.task_definition_arn.is_none();
    let revision = args.task_definition_arn.is_some() && args.task_definition.is_none();
    names(&args.deployment.service).is_empty()
        && (file || (revision && runs))
        && names(&args.attach).is_empty()
}

/// Registers the file, unless the newest revision is the same, and runs its task if that is asked for.
pub(super) async fn run<W: Deploys>(
    args: DeployService,
    world: &W,
    report: &mut dyn Report,
) -> Result<Outputs, Error> {
    args.deployment.one_off.note_if_idle(report);
    let cluster = args.deployment.cluster.as_ref();
    let cluster = cluster.map_or("default", ClusterRef::as_str).to_owned();
    if let Some(task) = one_off::order(&args, &cluster, order::timeout(&args)?)? {
        return run_task(args, task, world, report).await;
    }
    let DeployService {
        task_definition: Some(file),
        no_check,
        show_values,
        dry,
        ..
    } = args
    else {
        return Err(Error::usage("no service is given").hint("name one with `--service`"));
    };
    report.tell(Event::warning(
        "no service is given, so the task definition is registered, and nothing is deployed",
    ));
    let register = RegisterTaskdef {
        task_definition: file,
        revision: RevisionArgs {
            tags: Vec::new(),
            against: None,
            force: Switch(false),
            show_values,
        },
        no_check,
        dry_run: dry,
    };
    match register.run(world, report).await {
        Ok(outputs) => Ok(one_off::kept(&outputs)),
        Err(error) => {
            let outputs = one_off::kept(&error.outputs);
            Err(error.with_outputs(outputs))
        }
    }
}

/// Registers the file or takes the revision, and runs its task.
async fn run_task<W: Deploys>(
    args: DeployService,
    task: run_task::Order,
    world: &W,
    report: &mut dyn Report,
) -> Result<Outputs, Error> {
    report.tell(Event::warning(
        "no service is given, so the task is run, and nothing is deployed",
    ));
    let source = Source::of(
        args.task_definition.as_ref(),
        args.task_definition_arn.as_ref(),
        args.no_check,
    )?;
    let shows_values = args.show_values.0;
    let ran = run_task::run_order(world, task, &source, shows_values, &args.dry, report).await?;
    let Some(outcome) = ran else {
        return Ok(Outputs::new());
    };
    let outputs = one_off::kept(&outcome.outputs);
    let outputs = one_off::reported(world, outputs, &outcome.entry, report);
    match outcome.error {
        None => Ok(outputs),
        Some(error) => Err(error.with_outputs(outputs)),
    }
}
