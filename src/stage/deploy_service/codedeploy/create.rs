//! Making a deployment once. CodeDeploy knows no token for a call, so a call whose answer got lost is not just repeated: the
//! deployment is looked for first.

use std::time::Duration;

use super::super::licence::Follows;
use super::clear::{stop, until_over};
use crate::domain::codedeploy::{LastDeployment, ShiftOrder, is_ours};
use crate::domain::plan::IfRunning;
use crate::domain::service::CodeDeployId;
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// How often the call is made, if it gets lost.
const ATTEMPTS: u32 = 3;
/// How often a deployment that may have been made is looked for, and the pause in between: lists lag.
const LOOKS: usize = 4;
const PAUSE: Duration = Duration::from_secs(2);
/// How often other deployments may come in between.
const ROUNDS: u32 = 5;
/// The refusal while another deployment of the group runs.
const BUSY: &str = "DeploymentLimitExceededException";

/// Makes the deployment that the order says, or finds the one that was made. `last` is the newest deployment of the group
/// before.
pub(super) async fn create<W: Follows>(
    world: &W,
    service: &str,
    order: &ShiftOrder,
    last: Option<&LastDeployment>,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<CodeDeployId, Error> {
    let (mut unanswered, mut rounds) = (0, 0);
    loop {
        let error = match world.create_codedeployment(&order.deployment).await {
            Ok(id) => return Ok(id),
            Err(error) => error,
        };
        let is_busy = error.code() == Some(BUSY);
        if !is_busy && matches!(error, PortError::Refused(_)) {
            return Err(doing(service, error));
        }
        if !is_busy {
            unanswered += 1;
        }
        // Who is told that another one runs, and lost no answer, has none.
        if unanswered > 0
            && let Some(id) = find(world, order, last).await?
        {
            report.tell(Event::note(format!(
                "service `{service}`: the answer to CreateDeployment got lost, and the deployment was found: `{id}`"
            )));
            return Ok(id);
        }
        if is_busy {
            rounds += 1;
            if order.if_running == IfRunning::Fail || rounds > ROUNDS {
                return Err(doing(service, error).hint(
                    "another deployment came in between: wait for its end with `--if-running wait`",
                ));
            }
            make_room(world, service, order, patience, report).await?;
        } else if unanswered >= ATTEMPTS {
            return Err(doing(service, error));
        } else {
            world.sleep(PAUSE).await;
        }
    }
}

fn doing(service: &str, error: PortError) -> Error {
    Error::from(error).doing(format_args!("have CodeDeploy deploy service `{service}`"))
}

/// Another deployment came in between: what was asked for such ones is done again.
async fn make_room<W: Follows>(
    world: &W,
    service: &str,
    order: &ShiftOrder,
    patience: Duration,
    report: &mut dyn Report,
) -> Result<(), Error> {
    let at = &order.deployment.at;
    if order.if_running == IfRunning::Stop {
        for id in world.running_codedeployments(at).await? {
            stop(world, &id, true).await?;
        }
    }
    until_over(world, service, at, patience, report).await?;
    // A list may lag behind the refusal.
    world.sleep(PAUSE).await;
    Ok(())
}

/// Looks for the deployment that a lost call may have made.
async fn find<W: Follows>(
    world: &W,
    order: &ShiftOrder,
    last: Option<&LastDeployment>,
) -> Result<Option<CodeDeployId>, Error> {
    let since = last.and_then(|last| last.created_at);
    let mut silence = None;
    for look in 0..LOOKS {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        match look_once(world, order, last, since).await {
            Ok(Some(id)) => return Ok(Some(id)),
            Ok(None) => silence = None,
            Err(error @ PortError::Unreachable { .. }) => silence = Some(error),
            Err(error @ PortError::Refused(_)) => return Err(error.into()),
        }
    }
    match silence {
        None => Ok(None),
        // Whether it was made can not be said.
        Some(error) => Err(Error::new(
            Cause::Unreachable,
            format!("whether CodeDeploy made the deployment is not known: {error}"),
        )
        .hint("look at the deployment group before this is run again, or use `--if-running wait`")),
    }
}

async fn look_once<W: Follows>(
    world: &W,
    order: &ShiftOrder,
    last: Option<&LastDeployment>,
    since: Option<std::time::SystemTime>,
) -> Result<Option<CodeDeployId>, PortError> {
    let listed = world
        .codedeployments_since(&order.deployment.at, since)
        .await?;
    if listed.is_empty() {
        return Ok(None);
    }
    let found = world.codedeployments(&listed).await?;
    Ok(found
        .into_iter()
        .filter(|one| is_ours(&order.deployment, one, last))
        .max_by_key(|one| one.created_at)
        .map(|one| one.id))
}
