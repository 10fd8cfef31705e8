//! Finding the service deployments of what is left before they were found: whoever follows a deployment later needs its ARN.

use std::time::Duration;

use super::licence::Looks;
use super::run::Watched;
use crate::domain::rollout::Verdict;
use crate::domain::service::ServiceDeploymentArn;
use crate::ports::PortError;
use crate::stage::race::until;
use crate::stage::several::each;

/// How long it is looked if there is time: ECS lists a deployment some seconds after it began.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks for the service deployments of those that go on without being followed any more, for so long. One that is not found
/// stays so.
pub(super) async fn find_links<W: Looks>(
    world: &W,
    watched: impl IntoIterator<Item = &mut Watched>,
    patience: Duration,
) {
    let mut open: Vec<&mut Watched> = watched
        .into_iter()
        .filter(|one| {
            let left = match one.rollout.verdict() {
                Verdict::InProgress | Verdict::TimedOut { .. } => true,
                Verdict::Deployed(_)
                | Verdict::Unchanged
                | Verdict::Failed { .. }
                | Verdict::RolledBack { .. }
                | Verdict::RollbackFailed { .. }
                | Verdict::Stopped { .. }
                | Verdict::Superseded { .. }
                | Verdict::Paused { .. }
                | Verdict::Unrouted { .. } => false,
            };
            left && one.rollout.is_searched()
        })
        .collect();
    let end = world.elapsed() + patience;
    while !open.is_empty() {
        let looked = each(&open, async |one| {
            until(world, end, listed(world, one)).await
        })
        .await;
        let mut still = Vec::new();
        for (one, found) in open.into_iter().zip(looked) {
            match found {
                Some(Ok(Some(arn))) => one.rollout.link_to(arn),
                Some(Ok(None)) => still.push(one),
                // Nobody may or can be asked now, or it is late, and the deployment is what counts.
                Some(Err(PortError::Refused(_) | PortError::Unreachable { .. })) | None => {}
            }
        }
        open = still;
        if world.elapsed() + PAUSE >= end {
            return;
        }
        if !open.is_empty() {
            world.sleep(PAUSE).await;
        }
    }
}

async fn listed<W: Looks>(
    world: &W,
    one: &Watched,
) -> Result<Option<ServiceDeploymentArn>, PortError> {
    let listing = world.running_deployments(&one.plan.cluster, &one.plan.service);
    let listed = listing.await?;
    let ours = listed.into_iter().find(|brief| {
        let target = brief.target.as_ref();
        matches!((one.rollout.id(), target), (Some(id), Some(target)) if id.brings(target))
    });
    Ok(ours.map(|brief| brief.arn))
}
