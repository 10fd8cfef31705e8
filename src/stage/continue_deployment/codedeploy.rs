//! Answering a deployment of CodeDeploy: it waits for its traffic to be let through, or before it ends the old tasks.

use serde_json::{Map, json};

use super::{LOOKS, PAUSE};
use crate::domain::answer::{Answer, codedeploy_waits};
use crate::domain::codedeploy::{CodeDeployment, ContinueWait, ShiftTarget};
use crate::domain::rollout::commands;
use crate::domain::service::{CodeDeployId, Controller};
use crate::error::{Cause, Error};
use crate::ports::codedeploy::{ReadCodeDeploy, WriteCodeDeploy};
use crate::ports::services::ReadServices;
use crate::ports::{Clock, Interruption, PortError};
use crate::report::{Event, Report, Tone};
use crate::stage::Outputs;
use crate::stage::args::DryRun;
use crate::stage::codedeployment;
use crate::stage::race::{Raced, race};
use crate::stage::subject::Subject;

/// The deployment of CodeDeploy that is meant, if it is one: by its id, or the newest of a service that CodeDeploy deploys.
pub(super) async fn deployment_of<W: ReadServices>(
    world: &W,
    subject: &Subject,
) -> Result<Option<CodeDeployId>, Error> {
    let (cluster, name) = match subject {
        Subject::CodeDeploy(id) => return Ok(Some(id.clone())),
        Subject::Deployment(_) => return Ok(None),
        Subject::Service { cluster, service } => (cluster, service),
    };
    let found = world.services(cluster, std::slice::from_ref(name)).await?;
    let Some(service) = found
        .into_iter()
        .find(|service| service.controller == Controller::CodeDeploy)
    else {
        return Ok(None);
    };
    let newest = service
        .task_sets
        .into_iter()
        .max_by_key(|set| set.created_at)
        .and_then(|set| set.made_by);
    newest.map(Some).ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("service `{name}`: nothing waits for an answer: no deployment of CodeDeploy is known"),
        )
    })
}

/// A deployment as it is now.
struct Seen {
    deployment: CodeDeployment,
    target: Option<ShiftTarget>,
}

impl Seen {
    fn waits(&self) -> Option<ContinueWait> {
        codedeploy_waits(&self.deployment, self.target.as_ref())
    }
}

async fn look<W: ReadCodeDeploy>(
    world: &W,
    id: &CodeDeployId,
    target: &str,
) -> Result<Option<Seen>, PortError> {
    let found = world.codedeployments(std::slice::from_ref(id)).await?;
    let Some(deployment) = found.into_iter().next() else {
        return Ok(None);
    };
    let target = world.shift_target(id, target).await?;
    Ok(Some(Seen { deployment, target }))
}

/// Gives the answer to what it waits for.
pub(super) async fn answer<W>(
    world: &W,
    id: &CodeDeployId,
    named: &[String],
    answer: Answer,
    dry: &DryRun,
    report: &mut dyn Report,
) -> Result<Outputs, Error>
where
    W: ReadCodeDeploy + WriteCodeDeploy + Clock + Interruption,
{
    let (deployment, group) = codedeployment::read(world, id).await?;
    let (cluster, service) = codedeployment::service_of(&group)?;
    let target = codedeployment::target(&cluster, &service);
    let seen = Seen {
        target: world.shift_target(id, &target).await?,
        deployment,
    };
    let wait = seen.waits().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!(
                "service `{service}`: nothing waits for an answer: the deployment is {}: `{id}`",
                seen.deployment.status
            ),
        )
        .hint("look at the deployment: it was answered already, moves its traffic, or is over")
    })?;
    if let Some(other) = named.iter().find(|name| *name != word(wait)) {
        return Err(Error::new(
            Cause::Refused,
            format!(
                "the deployment does not wait for that, but for {}: `{other}`",
                word(wait)
            ),
        )
        .hint("look at the deployment again, then answer what waits"));
    }
    report.tell(Event::Planned {
        subject: format!("service `{service}`"),
        lines: vec![
            format!("deployment `{id}`"),
            format!("{} <- {answer}", word(wait)),
        ],
    });
    if dry.on() {
        if dry.tells_changes() {
            return Err(Error::new(
                Cause::ChangesFound,
                "the dry run found something that waits for an answer",
            ));
        }
        report.tell(Event::note("dry run: nothing was answered"));
        return Ok(Outputs::new());
    }
    let outputs = Outputs::new().with("codedeploy-deployment-id", id.to_string());
    let giving = give(world, id, &target, wait, answer);
    let lost = match race(world.interrupted(), giving).await {
        Raced::Second(Ok(lost)) => lost,
        Raced::Second(Err(error)) => return Err(error.with_outputs(outputs)),
        Raced::First(signal) => {
            let text = format!(
                "ended by a signal; whether the deployment has the answer is not known: `{id}`"
            );
            return Err(Error::new(Cause::Interrupted(signal), text).with_outputs(outputs));
        }
    };
    let mut text = format!("answered {answer}: {}", word(wait));
    if lost {
        text.push_str(", as the deployment shows; the answer to the call got lost");
    }
    report.tell(Event::Happened {
        subject: service,
        kind: "answered",
        text,
        fields: Map::from_iter([
            ("codedeployDeploymentId".to_owned(), json!(id.as_str())),
            ("hookId".to_owned(), json!(word(wait))),
            ("action".to_owned(), json!(answer.to_string())),
        ]),
        tone: Tone::Good,
        elapsed: world.elapsed(),
    });
    if let Some(command) = commands::attach([id.as_str()]) {
        report.tell(Event::note(format!("follow it with `{command}`")));
    }
    Ok(outputs.with("hooks", word(wait)))
}

/// The wait as the API names it.
fn word(wait: ContinueWait) -> &'static str {
    match wait {
        ContinueWait::Ready => "READY_WAIT",
        ContinueWait::Termination => "TERMINATION_WAIT",
    }
}

/// Gives the answer; says whether it had to be looked up because the answer to it got lost.
async fn give<W: ReadCodeDeploy + WriteCodeDeploy + Clock>(
    world: &W,
    id: &CodeDeployId,
    target: &str,
    wait: ContinueWait,
    answer: Answer,
) -> Result<bool, Error> {
    let given = match answer {
        Answer::Continue => world.continue_codedeployment(id, wait).await,
        Answer::Rollback => world.stop_codedeployment(id, true).await,
    };
    let Err(error) = given else {
        return Ok(false);
    };
    // A call that was repeated is refused when the first one arrived, so a refusal is looked into as well.
    let looks = match &error {
        PortError::Refused(_) => 2,
        PortError::Unreachable { .. } => LOOKS,
    };
    for look_number in 0..looks {
        if look_number > 0 {
            world.sleep(PAUSE).await;
        }
        let Ok(Some(seen)) = look(world, id, target).await else {
            continue;
        };
        let over = seen.deployment.status.is_over();
        let arrived = match answer {
            Answer::Continue => {
                seen.waits() != Some(wait) && (!over || wait == ContinueWait::Termination)
            }
            Answer::Rollback => over,
        };
        if arrived {
            return Ok(true);
        }
    }
    Err(Error::from(error).doing(format_args!("answer the deployment `{id}`")))
}
