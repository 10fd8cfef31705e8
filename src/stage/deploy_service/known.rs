//! Deployments that something else started: what has to be read of one to follow it, or to say how it stands.

use std::time::Duration;

use super::licence::Looks;
use super::run::Watched;
use crate::domain::codedeploy::{Shift, ShiftStart};
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::deployment_ref::ServiceDeploymentRef;
use crate::domain::following::Following;
use crate::domain::plan::DeploymentPlan;
use crate::domain::rollout::{Goal, Rollout, Start};
use crate::domain::service::{
    CodeDeployId, Deployment, RevisionArn, ServiceDeployment, ServiceDeploymentArn,
    ServiceRevision, ServiceState,
};
use crate::error::{Cause, Error};
use crate::ports::PortError;
use crate::ports::task_definitions::ReadTaskDefinitions;
use crate::stage::{codedeployment, definition};

/// How often a service deployment that is not known so far is asked for, and the pause in between: it may have been made a
/// moment ago.
const LOOKS: usize = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// Reads deployments of one cluster by their ARNs, each with its service.
pub(super) async fn by_arn<W: Looks + ReadTaskDefinitions>(
    world: &W,
    wanted: &[ServiceDeploymentRef],
    goal: Goal,
) -> Result<Vec<Watched>, Error> {
    let Some(cluster) = wanted.first().map(|first| first.cluster().as_str()) else {
        return Ok(Vec::new());
    };
    let deployments = described(world, wanted).await?;
    let names: Vec<String> = wanted
        .iter()
        .map(|one| one.service().as_str().to_owned())
        .collect();
    let services = world.services(cluster, &names).await?;
    let mut watched = Vec::new();
    for one in wanted {
        let deployment = deployments
            .iter()
            .find(|deployment| deployment.arn == *one.arn())
            .ok_or_else(|| {
                Error::new(
                    Cause::Refused,
                    format!("no such service deployment: `{one}`"),
                )
                .hint("check account and Region; ECS keeps them for about 90 days")
            })?;
        let service = services
            .iter()
            .find(|service| service.name == one.service().as_str())
            .ok_or_else(|| {
                Error::new(
                    Cause::Refused,
                    format!(
                        "the service of the deployment is no longer there: `{}`",
                        one.service()
                    ),
                )
            })?;
        watched.push(of_deployment(world, service, deployment, goal).await?);
    }
    Ok(watched)
}

async fn described<W: Looks>(
    world: &W,
    wanted: &[ServiceDeploymentRef],
) -> Result<Vec<ServiceDeployment>, PortError> {
    let arns: Vec<ServiceDeploymentArn> = wanted.iter().map(|one| one.arn().clone()).collect();
    let mut found = Vec::new();
    for look in 0..LOOKS {
        if look > 0 {
            world.sleep(PAUSE).await;
        }
        found = world.deployments(&arns).await?;
        if found.len() == arns.len() {
            break;
        }
    }
    Ok(found)
}

/// A service deployment that was read, with what else is needed.
pub(super) async fn of_deployment<W: Looks + ReadTaskDefinitions>(
    world: &W,
    service: &ServiceState,
    deployment: &ServiceDeployment,
    goal: Goal,
) -> Result<Watched, Error> {
    let arns: Vec<RevisionArn> = deployment
        .target
        .iter()
        .chain(deployment.sources.first())
        .map(|counts| counts.revision.clone())
        .collect();
    let revisions = if_allowed(world.revisions(&arns).await)?;
    let unknown = || {
        Error::new(
            Cause::Refused,
            format!(
                "ECS does not say what the service deployment brings: `{}`",
                deployment.arn
            ),
        )
        .hint("try it again: ECS may not know it in full so far")
    };
    let start = Start::of_known(deployment, service, &revisions, Vec::new()).ok_or_else(unknown)?;
    let facts = definition::facts_of(world, &start.task_definition).await?;
    let start = Start {
        digests: facts
            .as_ref()
            .map(DefinitionFacts::digests)
            .unwrap_or_default(),
        ..start
    };
    let rollout = Rollout::attached(start, deployment.arn.clone(), goal);
    let rollout = Following::Ecs(Box::new(rollout));
    Ok(watched(world, service, facts, rollout))
}

/// A deployment of CodeDeploy, by its id.
pub(super) async fn by_id<W: Looks + ReadTaskDefinitions>(
    world: &W,
    id: &CodeDeployId,
    goal: Goal,
) -> Result<Watched, Error> {
    let (deployment, group) = codedeployment::read(world, id).await?;
    let (cluster, name) = codedeployment::service_of(&group)?;
    let found = world
        .services(&cluster, std::slice::from_ref(&name))
        .await?;
    let service = found.first().ok_or_else(|| {
        Error::new(
            Cause::Refused,
            format!("the service of the deployment is no longer there: `{name}`"),
        )
    })?;
    let target = codedeployment::target(&cluster, &name);
    let start = ShiftStart::of_known(&deployment, &group, service, target);
    let facts = definition::facts_of(world, &start.task_definition).await?;
    let shift = Following::CodeDeploy(Box::new(Shift::new(start, goal)));
    Ok(watched(world, service, facts, shift))
}

/// The entry of a service, where there is no service deployment to read.
pub(super) async fn of_entry<W: Looks + ReadTaskDefinitions>(
    world: &W,
    service: &ServiceState,
    entry: &Deployment,
    goal: Goal,
) -> Result<Watched, Error> {
    let facts = definition::facts_of(world, &entry.task_definition).await?;
    let digests = facts
        .as_ref()
        .map(DefinitionFacts::digests)
        .unwrap_or_default();
    let start = Start::of_entry(entry, service, digests);
    let rollout = Following::Ecs(Box::new(Rollout::unlinked(start, goal)));
    Ok(watched(world, service, facts, rollout))
}

fn watched<W: Looks>(
    world: &W,
    service: &ServiceState,
    definition: Option<DefinitionFacts>,
    rollout: Following,
) -> Watched {
    let before = rollout.previous_task_definition();
    Watched {
        plan: DeploymentPlan::of_another(service, before, definition.as_ref()),
        definition,
        rollout,
        began: world.elapsed(),
        took: Duration::ZERO,
        stopped: false,
        doomed: false,
        tasks_unreadable: false,
    }
}

/// Revisions are read if that is allowed; without them less is known.
fn if_allowed(
    read: Result<Vec<ServiceRevision>, PortError>,
) -> Result<Vec<ServiceRevision>, PortError> {
    match read {
        Err(PortError::Refused(_)) => Ok(Vec::new()),
        read => read,
    }
}
