//! A file and no service: it is registered, and nothing is deployed, as the official action does it. It is said loudly, because a
//! service that was meant and not named looks the same.

use super::DeployService;
use crate::error::Error;
use crate::ports::Files;
use crate::report::{Event, Report};
use crate::stage::args::{Switch, names};
use crate::stage::register_taskdef::{RegisterTaskdef, Registers, RevisionArgs};
use crate::stage::{Outputs, Stage};

/// Whether the arguments name a file, no service, and nothing that is for services alone.
pub(super) fn is_meant(args: &DeployService) -> bool {
    names(&args.deployment.service).is_empty()
        && args.task_definition.is_some()
        && args.task_definition_arn.is_none()
        && names(&args.attach).is_empty()
}

/// Registers the file, unless the newest revision is the same.
pub(super) async fn run<W: Files + Registers>(
    args: DeployService,
    world: &W,
    report: &mut dyn Report,
) -> Result<Outputs, Error> {
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
        Ok(outputs) => Ok(kept(&outputs)),
        Err(error) => {
            let outputs = kept(&error.outputs);
            Err(error.with_outputs(outputs))
        }
    }
}

/// What a deployment gives too.
fn kept(outputs: &Outputs) -> Outputs {
    const ARN: &str = "task-definition-arn";
    match outputs.get(ARN) {
        Some(arn) => Outputs::new().with(ARN, arn),
        None => Outputs::new(),
    }
}
