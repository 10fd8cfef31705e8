//! Answers what a deployment waits for: says yes to it, or has it rolled back.
//!
//! What gets an answer, and whether an answer arrived, is decided in `domain::answer`. Nothing is waited for here but the
//! answer itself: the deployment is followed by `deploy-service --attach`.

use std::time::Duration;

use serde_json::{Map, json};

use crate::domain::answer::{Answer, AnswerPlan, Arrival, NothingToAnswer, arrived, plan};
use crate::domain::rollout::{Approval, commands};
use crate::domain::service::{HookStatus, LifecycleStage, ServiceDeployment, ServiceDeploymentArn};
use crate::error::{Cause, Error};
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};
use crate::ports::services::{AnswerHooks, ReadServices};
use crate::ports::{Clock, Interruption, PortError};
use crate::report::{Event, Report, Tone};
use crate::stage::args::{DryRun, Names, names};
use crate::stage::race::{Raced, race};
use crate::stage::subject::{Subject, SubjectArgs};
use crate::stage::{Describe, OutputSpec, Outputs, Stage};

mod codedeploy;

/// How often it is looked whether an answer arrived whose own answer got lost, and the pause in between.
const LOOKS: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// Arguments of `continue-deployment`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct ContinueDeployment {
    /// Which deployment is answered.
    #[command(flatten)]
    pub subject: SubjectArgs,

    /// Answer to give: `continue` or `rollback`
    #[arg(long, value_name = "ANSWER")]
    pub action: Answer,

    /// Hook to answer, by the id that the paused deployment shows, or `READY_WAIT`, `TERMINATION_WAIT`; default: all that wait (can be repeated)
    #[arg(long, value_name = "ID")]
    pub hook: Vec<Names<String>>,

    /// Whether it is only planned.
    #[command(flatten)]
    pub dry: DryRun,
}

impl Describe for ContinueDeployment {
    const NAME: &'static str = "continue-deployment";
    const ABOUT: &'static str =
        "Answer what a paused deployment waits for: let it go on, or roll it back";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "service-deployment-arn",
            about: "ARN of the service deployment that was answered",
        },
        OutputSpec {
            name: "codedeploy-deployment-id",
            about: "Id of the deployment of CodeDeploy that was answered",
        },
        OutputSpec {
            name: "hooks",
            about: "What has the answer now, a line each: ids of hooks, or the wait of CodeDeploy",
        },
    ];
    const EXAMPLES: &'static str = "\
# Let the paused deployment of a service go on
wharfie-continue-deployment --cluster demo --service web --action continue
# Answer the hook that was looked at, and no later one
wharfie-continue-deployment --deployment arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/Yd3kQ1 --hook 0b9f2c6e --action continue
# See what waits
wharfie-continue-deployment --service web --action continue --dry-run
# Let the traffic of a deployment of CodeDeploy move
wharfie-continue-deployment --deployment d-A1B2C3111 --action continue";
}

impl<W> Stage<W> for ContinueDeployment
where
    W: ReadServices + AnswerHooks + ReadCodeDeploy + WriteCodeDeploy + Clock + Interruption,
{
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let subject = Subject::of(&self.subject)?;
        let named: Vec<String> = names(&self.hook);
        if let Some(id) = codedeploy::deployment_of(world, &subject).await? {
            return codedeploy::answer(world, &id, &named, self.action, &self.dry, report).await;
        }
        let deployments = look(world, &subject).await?;
        let plan =
            plan(&deployments, &named, self.action).map_err(|why| refused(&subject, &why))?;
        tell_plan(&subject, &plan, report);
        if self.dry.on() {
            if !plan.approvals.is_empty() && self.dry.tells_changes() {
                return Err(Error::new(
                    Cause::ChangesFound,
                    "the dry run found something that waits for an answer",
                ));
            }
            report.tell(Event::note("dry run: nothing was answered"));
            return Ok(Outputs::new());
        }
        let mut outputs =
            Outputs::new().with("service-deployment-arn", plan.deployment.to_string());
        let mut done = plan.answered.clone();
        for approval in &plan.approvals {
            let answering = give(world, approval, plan.answer);
            let ended = match race(world.interrupted(), answering).await {
                Raced::Second(ended) => ended,
                Raced::First(signal) => Err(Error::new(
                    Cause::Interrupted(signal),
                    format!(
                        "ended by a signal; whether the hook has the answer is not known: `{}`",
                        approval.hook
                    ),
                )
                .hint("run it again: a hook that has this answer is left alone")),
            };
            match ended {
                Ok(lost) => tell_answer(&subject, approval, plan.answer, lost, world, report),
                Err(error) => return Err(error.with_outputs(outputs)),
            }
            done.push(approval.hook.clone());
            outputs.set("hooks", done.join("\n"));
        }
        outputs.set("hooks", done.join("\n"));
        if let Some(command) = commands::attach([plan.deployment.as_str()]) {
            report.tell(Event::note(format!("follow it with `{command}`")));
        }
        Ok(outputs)
    }
}

/// The deployments that may wait.
async fn look<W: ReadServices>(
    world: &W,
    subject: &Subject,
) -> Result<Vec<ServiceDeployment>, Error> {
    match subject {
        Subject::Deployment(deployment) => {
            let found = world
                .deployments(std::slice::from_ref(deployment.arn()))
                .await?;
            if found.is_empty() {
                return Err(Error::new(
                    Cause::Refused,
                    format!("no such service deployment: `{deployment}`"),
                )
                .hint("check account and Region; ECS keeps them for about 90 days"));
            }
            Ok(found)
        }
        Subject::CodeDeploy(_) => Ok(Vec::new()),
        Subject::Service { cluster, service } => {
            let running = world.running_deployments(cluster, service).await?;
            let arns: Vec<ServiceDeploymentArn> =
                running.into_iter().map(|brief| brief.arn).collect();
            if arns.is_empty() {
                return Ok(Vec::new());
            }
            Ok(world.deployments(&arns).await?)
        }
    }
}

fn refused(subject: &Subject, why: &NothingToAnswer) -> Error {
    Error::new(Cause::Refused, format!("{}: {why}", subject.spoken())).hint(why.hint())
}

/// Gives one answer; says whether it had to be looked up because the answer to it got lost.
async fn give<W: ReadServices + AnswerHooks + Clock>(
    world: &W,
    approval: &Approval,
    answer: Answer,
) -> Result<bool, Error> {
    let given = world.answer_hook(&approval.deployment, &approval.hook, answer);
    let Err(error) = given.await else {
        return Ok(false);
    };
    // A call that was repeated is refused when the first one arrived, so a refusal is looked into as well.
    let looks = match &error {
        PortError::Refused(_) => 2,
        PortError::Unreachable { .. } => LOOKS,
    };
    for look in 0..looks {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        let now = world.deployments(std::slice::from_ref(&approval.deployment));
        let Ok(found) = now.await else {
            continue;
        };
        match arrived(found.first(), &approval.hook, answer) {
            Arrival::Arrived => return Ok(true),
            Arrival::Waits => {}
            Arrival::Otherwise => {
                let hooks = found.iter().flat_map(|deployment| &deployment.hooks);
                let status = hooks
                    .filter(|hook| hook.id == approval.hook)
                    .map(|hook| hook.status.clone())
                    .next();
                let why = NothingToAnswer::HookDoesNotWait {
                    hook: approval.hook.clone(),
                    status: status.unwrap_or_else(|| HookStatus::Other("gone".to_owned())),
                };
                return Err(Error::new(Cause::Refused, why.to_string()).hint(why.hint()));
            }
        }
    }
    Err(Error::from(error).doing(format_args!("answer the hook `{}`", approval.hook)))
}

fn tell_plan(subject: &Subject, plan: &AnswerPlan, report: &mut dyn Report) {
    let mut lines = vec![format!("deployment `{}`", plan.deployment)];
    lines.extend(
        plan.approvals
            .iter()
            .map(|approval| format!("{} <- {}", approval, plan.answer)),
    );
    lines.extend(
        plan.answered
            .iter()
            .map(|hook| format!("nothing: it was answered so before: `{hook}`")),
    );
    report.tell(Event::Planned {
        subject: subject.spoken(),
        lines,
    });
}

fn tell_answer<W: Clock>(
    subject: &Subject,
    approval: &Approval,
    answer: Answer,
    lost: bool,
    world: &W,
    report: &mut dyn Report,
) {
    let at = approval
        .stage
        .as_ref()
        .map(|stage| format!(" at {}", stage.as_str()))
        .unwrap_or_default();
    let mut text = format!("answered {answer}{at}: `{}`", approval.hook);
    if lost {
        text.push_str(", as the deployment shows; the answer to the call got lost");
    }
    report.tell(Event::Happened {
        subject: subject.name().to_owned(),
        kind: "answered",
        text,
        fields: Map::from_iter([
            (
                "serviceDeploymentArn".to_owned(),
                json!(approval.deployment.as_str()),
            ),
            ("hookId".to_owned(), json!(approval.hook)),
            (
                "lifecycleStage".to_owned(),
                json!(approval.stage.as_ref().map(LifecycleStage::as_str)),
            ),
            ("action".to_owned(), json!(answer.to_string())),
        ]),
        tone: Tone::Good,
        elapsed: world.elapsed(),
    });
}

#[cfg(test)]
mod tests;
