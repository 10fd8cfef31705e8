//! Says how the last deployment of a service stands or ended, and why. It only reads.
//!
//! The verdict, the causes and the advice are those of `deploy-service`, made by the same code.

use super::deploy_service::{Looks, inquire};
use crate::error::{Cause, Error};
use crate::ports::Interruption;
use crate::ports::task_definitions::ReadTaskDefinitions;
use crate::report::Report;
use crate::stage::race::{Raced, race};
use crate::stage::subject::{Subject, SubjectArgs};
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

/// Arguments of `diagnose-service`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct DiagnoseService {
    /// Which deployment is looked at.
    #[command(flatten)]
    pub subject: SubjectArgs,

    /// How many lines of the log of a container that died are shown; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub log_lines: u32,
}

impl Describe for DiagnoseService {
    const NAME: &'static str = "diagnose-service";
    const ABOUT: &'static str = "Say how the last deployment of a service stands or ended, and why";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "verdict",
            about: "How it stands: `deployed`, `failed`, `rolled-back`, `rollback-failed`, `stopped`, `superseded`, `paused`, `in-progress`",
        },
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that the deployment brings",
        },
        OutputSpec {
            name: "deployment-id",
            about: "Id of the deployment in the service (`ecs-svc/…`)",
        },
        OutputSpec {
            name: "service-deployment-arn",
            about: "ARN of the service deployment",
        },
        OutputSpec {
            name: "codedeploy-deployment-id",
            about: "Id of the deployment of CodeDeploy",
        },
        OutputSpec {
            name: "previous-task-definition-arn",
            about: "ARN of the revision that was there before, if that is still known",
        },
        OutputSpec {
            name: "report",
            about: "Path of a JSON file with all of it: verdict, causes, images, ids, and what is not known any more",
        },
    ];
    const EXAMPLES: &'static str = "\
# Why did the last deployment fail?
wharfie-diagnose-service --cluster demo --service web
# How does this one stand, with more of the log?
wharfie-diagnose-service --deployment arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/Yd3kQ1 --log-lines 100";
}

impl<W: Looks + ReadTaskDefinitions + Interruption> Stage<W> for DiagnoseService {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let subject = Subject::of(&self.subject)?;
        let work = inquire(world, &subject, self.log_lines, report);
        match race(world.interrupted(), work).await {
            Raced::Second(ended) => ended,
            Raced::First(signal) => Err(Error::new(
                Cause::Interrupted(signal),
                "ended by a signal; nothing was changed",
            )),
        }
    }
}

#[cfg(test)]
mod tests;
