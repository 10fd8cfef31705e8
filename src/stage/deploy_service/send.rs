//! Sends the update of a service, and finds out what became of it: an answer can be lost although the update took effect, and a
//! forced deployment that is sent again is a second one.

use std::time::Duration;

use super::licence::Follows;
use crate::domain::plan::{Action, DeploymentPlan, ServiceUpdate};
use crate::domain::rollout::Before;
use crate::domain::service::{RevisionArn, ServiceDeploymentBrief, ServiceState};
use crate::ports::PortError;
use crate::report::{Event, Report};

/// How often an update is sent whose answers get lost.
const ATTEMPTS: usize = 4;
/// How often the service is looked at again when an update that must start a deployment seems to have started none.
const LOOKS: usize = 5;
/// The pauses before the looks for a deployment whose answer was lost. An update that names a task definition may be sent again
/// soon: ECS does not deploy twice what it deploys already. One that only forces may not, so that it is looked for long enough
/// for the slowest answer to show it.
const NAMED: [u64; 3] = [1, 1, 2];
const FORCED: [u64; 7] = [1, 1, 2, 2, 3, 3, 4];

/// What came of an update.
#[derive(Debug)]
pub(super) struct Sent {
    /// The service as it is then. A deployment that is ours has another id than the one before.
    pub(super) service: ServiceState,
    /// Ours, if the service does not show it: a deployment that fails at once, or is replaced at once, is soon gone from it.
    pub(super) listed: Option<ServiceDeploymentBrief>,
    /// Whether the newest deployment can be ours; else it is somebody else's, and ours is not found.
    pub(super) is_ours: bool,
}

impl Sent {
    fn shown(service: ServiceState) -> Self {
        Self {
            service,
            listed: None,
            is_ours: true,
        }
    }
}

/// Sends what the plan says; none if there is nothing to send.
pub(super) async fn send<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    before: &Before,
    report: &mut dyn Report,
) -> Result<Option<Sent>, PortError> {
    let (update, starts) = match &plan.action {
        // CodeDeploy starts it.
        Action::Nothing | Action::Shift(_) => return Ok(None),
        Action::Change(update) => (update, false),
        Action::Deploy(update) => (update, true),
    };
    let mut attempts = 0;
    loop {
        attempts += 1;
        let lost = match world.update_service(update).await {
            Ok(after) if starts => {
                let service = shown(world, plan, after, before).await?;
                return Ok(Some(Sent::shown(service)));
            }
            Ok(after) => return Ok(Some(Sent::shown(after))),
            Err(error) if !error.may_have_worked() => return Err(error),
            Err(error) => error,
        };
        report.tell(Event::note(format!(
            "service `{}`: whether the update took effect is not known, so that is looked at: {lost}",
            plan.service
        )));
        if starts && let Some(sent) = look_for(world, plan, update, before).await {
            let found = if sent.is_ours {
                "the update took effect"
            } else {
                "another deployment came in between, and ours is not found"
            };
            report.tell(Event::note(format!(
                "service `{}`: {found}, it is not sent again",
                plan.service
            )));
            return Ok(Some(sent));
        }
        if attempts == ATTEMPTS {
            return Err(lost);
        }
    }
}

/// Looks whether a deployment of ours is there, although nobody said so: one that brings what was asked for. If there is only
/// somebody else's that is newer than the one before, ours must not go over it.
async fn look_for<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    update: &ServiceUpdate,
    before: &Before,
) -> Option<Sent> {
    let names_definition = update.task_definition.is_some() && !update.force;
    let pauses: &[u64] = if names_definition { &NAMED } else { &FORCED };
    let asked = before.asked(update.task_definition.as_deref());
    let mut theirs = None;
    for pause in pauses {
        world.sleep(Duration::from_secs(*pause)).await;
        // What can not be read now may be readable after the next pause.
        let Ok(Some(service)) = read(world, plan).await else {
            continue;
        };
        let newer = service
            .primary()
            .filter(|entry| Some(&entry.id) != before.primary.as_ref());
        if newer.is_some_and(|entry| entry.task_definition == asked) {
            return Some(Sent::shown(service));
        }
        let is_newer = newer.is_some();
        let listed = listed(world, plan, before, asked).await;
        if listed.is_some() {
            return Some(Sent {
                service,
                listed,
                is_ours: true,
            });
        }
        theirs = is_newer.then_some(service).or(theirs);
    }
    theirs.map(|service| Sent {
        service,
        listed: None,
        is_ours: false,
    })
}

/// The first deployment that was made after all that was known before, and that brings what was asked for. What deployments
/// bring can not be read everywhere; then it is the first one: others come after ours, or we would have seen them before.
async fn listed<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    before: &Before,
    asked: &str,
) -> Option<ServiceDeploymentBrief> {
    let since = before.newest?;
    // Not everywhere can they be listed; the service is looked at again then.
    let listed = world
        .list_deployments(&plan.cluster, &plan.service, Some(since))
        .await
        .ok()?;
    let mut made: Vec<ServiceDeploymentBrief> = listed
        .into_iter()
        .filter(|brief| {
            brief.created_at.is_some_and(|at| at > since)
                && !before.service_deployments.contains(&brief.arn)
        })
        .collect();
    made.sort_by_key(|brief| brief.created_at);
    let targets: Vec<RevisionArn> = made.iter().filter_map(|one| one.target.clone()).collect();
    if targets.is_empty() {
        return None;
    }
    let revisions = world.revisions(&targets).await;
    made.into_iter()
        .find(|brief| match (&brief.target, &revisions) {
            (Some(target), Ok(revisions)) => revisions
                .iter()
                .any(|revision| revision.arn == *target && revision.task_definition == asked),
            (Some(_), Err(_)) => true,
            (None, _) => false,
        })
}

/// An answer may be from before the update it answers: then the service is looked at again.
async fn shown<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
    mut after: ServiceState,
    before: &Before,
) -> Result<ServiceState, PortError> {
    for _ in 0..LOOKS {
        if after.primary().map(|entry| &entry.id) != before.primary.as_ref() {
            break;
        }
        world.sleep(Duration::from_secs(1)).await;
        if let Some(now) = read(world, plan).await? {
            after = now;
        }
    }
    Ok(after)
}

async fn read<W: Follows>(
    world: &W,
    plan: &DeploymentPlan,
) -> Result<Option<ServiceState>, PortError> {
    let found = world
        .services(&plan.cluster, std::slice::from_ref(&plan.service))
        .await?;
    Ok(found
        .into_iter()
        .find(|service| service.name == plan.service))
}
