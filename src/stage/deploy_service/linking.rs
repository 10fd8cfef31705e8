//! Finding the service deployments of what is left before they were found: whoever follows a deployment later needs its ARN.

use std::time::Duration;

use super::licence::Looks;
use super::run::Watched;
use crate::domain::rollout::Verdict;
use crate::ports::PortError;

/// How often it is looked, and the pause in between: ECS lists a deployment some seconds after it began.
const LOOKS: usize = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// Looks for the service deployments of those that go on without being followed any more. One that is not found stays so.
pub(super) async fn find_links<W: Looks>(world: &W, watched: &mut [Watched]) {
    let mut open: Vec<&mut Watched> = watched
        .iter_mut()
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
    for look in 0..LOOKS {
        if open.is_empty() {
            return;
        }
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        let mut still = Vec::new();
        for one in open {
            match listed(world, one).await {
                Ok(true) | Err(PortError::Refused(_)) => {}
                Ok(false) => still.push(one),
                // Nobody can be asked now, and the deployment is what counts.
                Err(PortError::Unreachable { .. }) => return,
            }
        }
        open = still;
    }
}

async fn listed<W: Looks>(world: &W, one: &mut Watched) -> Result<bool, PortError> {
    let listing = world.running_deployments(&one.plan.cluster, &one.plan.service);
    let listed = listing.await?;
    let ours = listed.into_iter().find(|brief| {
        let target = brief.target.as_ref();
        matches!((one.rollout.id(), target), (Some(id), Some(target)) if id.brings(target))
    });
    Ok(match ours {
        Some(brief) => {
            one.rollout.link_to(brief.arn);
            true
        }
        None => false,
    })
}
