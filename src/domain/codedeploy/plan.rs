//! What a deployment by CodeDeploy will do, decided before anything is done.

use super::group::{DeploymentConfig, DeploymentGroup, Routing};
use super::notice::{ShiftNotice, guards};
use super::order::{NewDeployment, ShiftOrder};
use super::refusal::ShiftRefusal;
use super::revision::AppSpecSource;
use crate::domain::appspec::AppSpec;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::document::DocumentError;
use crate::domain::plan::{
    Action, Beforehand, DeploymentPlan, IfRunning, InFlight, Notice, Refusal, Request,
    ServiceUpdate, Target, refuse_by_kind, refuse_traffic,
};
use crate::domain::rollout::Read;
use crate::domain::service::{CodeDeployId, ServiceState, tail};

/// The configuration that is sent where none is named: CodeDeploy's own default is one for servers.
const AT_ONCE: &str = "CodeDeployDefault.ECSAllAtOnce";
/// What the names of CodeDeploy's own configurations begin with, and those for ECS among them.
const OWN: &str = "CodeDeployDefault.";
const OWN_ECS: &str = "CodeDeployDefault.ECS";
/// The longest description CodeDeploy takes, in characters.
const DESCRIPTION: usize = 256;

/// What was asked for besides what every deployment is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftWish {
    /// The name of a configuration.
    pub config: Option<String>,
    /// What is written about the deployment.
    pub description: Option<String>,
    /// Where the appspec comes from.
    pub appspec: AppSpecSource,
}

/// What was seen of the way a service is deployed.
#[derive(Debug, Clone)]
pub struct GroupSeen {
    /// The deployment group.
    pub group: DeploymentGroup,
    /// The configuration that the deployment will have; missing if there is none of its name.
    pub config: Read<DeploymentConfig>,
    /// The deployments of the group that run.
    pub running: Vec<CodeDeployId>,
}

impl GroupSeen {
    /// The configuration that a deployment of this group will have.
    #[must_use]
    pub fn config_name(group: &DeploymentGroup, wished: Option<&str>) -> String {
        wished
            .or(group.config.as_deref())
            .unwrap_or(AT_ONCE)
            .to_owned()
    }
}

/// Decides what a deployment by CodeDeploy does to a service.
///
/// # Errors
///
/// What is known to fail is refused: see [`Refusal`].
pub fn plan_shift(
    request: &Request,
    wish: &ShiftWish,
    service: &ServiceState,
    seen: &GroupSeen,
) -> Result<DeploymentPlan, Refusal> {
    refuse_by_kind(service)?;
    refuse_group(service, &seen.group)?;
    if let Some(volume) = &request.volume {
        return Err(Refusal::Shift(ShiftRefusal::Volume {
            service: service.name.clone(),
            volume: volume.name.clone(),
        }));
    }
    let moves = match &request.target {
        None => false,
        Some(Target::ToRegister) => true,
        Some(Target::Revision(arn)) => arn != service.current_task_definition(),
    };
    let starts = request.force || moves;
    let update = update(request, service);
    let mut notices = Vec::new();
    let action = if starts {
        let order = order(request, wish, service, seen, update, &mut notices)?;
        Action::Shift(Box::new(order))
    } else {
        update.map_or(Action::Nothing, Action::Change)
    };
    let before = match &action {
        Action::Nothing | Action::Change(_) => Beforehand::Nothing,
        Action::Deploy(_) | Action::Shift(_) => before(request.if_running, service, &seen.running)?,
    };
    let desired = request.desired_count.unwrap_or(service.counts.desired);
    if desired == 0 {
        notices.insert(0, Notice::DesiredZero);
    }
    Ok(DeploymentPlan {
        service: service.name.clone(),
        cluster: service.cluster.clone(),
        current: service.current_task_definition().to_owned(),
        registers: request.target == Some(Target::ToRegister),
        strategy: service.strategy.clone(),
        desired,
        desired_now: service.counts.desired,
        before,
        action,
        notices,
    })
}

fn refuse_group(service: &ServiceState, group: &DeploymentGroup) -> Result<(), Refusal> {
    // An answer without a platform is one from before there was more than one.
    if group.platform != "ECS" {
        return Err(Refusal::Shift(ShiftRefusal::Platform {
            at: group.at.clone(),
            platform: if group.platform.is_empty() {
                "Server".to_owned()
            } else {
                group.platform.clone()
            },
        }));
    }
    if !group.deploys(&service.cluster, &service.name) {
        return Err(Refusal::Shift(ShiftRefusal::other_service(
            &service.name,
            group,
        )));
    }
    Ok(())
}

/// What is changed in the service itself: CodeDeploy changes neither.
fn update(request: &Request, service: &ServiceState) -> Option<ServiceUpdate> {
    let desired_count = request
        .desired_count
        .filter(|count| *count != service.counts.desired);
    let changes = desired_count.is_some()
        || request.ecs_managed_tags.is_some()
        || request.propagate_tags.is_some();
    changes.then(|| ServiceUpdate {
        cluster: service.cluster.clone(),
        service: service.name.clone(),
        task_definition: None,
        force: false,
        desired_count,
        ecs_managed_tags: request.ecs_managed_tags,
        propagate_tags: request.propagate_tags,
        volume: None,
    })
}

fn order(
    request: &Request,
    wish: &ShiftWish,
    service: &ServiceState,
    seen: &GroupSeen,
    update: Option<ServiceUpdate>,
    notices: &mut Vec<Notice>,
) -> Result<ShiftOrder, Refusal> {
    let revision = match &request.target {
        Some(Target::ToRegister) => None,
        Some(Target::Revision(arn)) => Some(arn.as_str()),
        None => Some(service.current_task_definition()),
    };
    let group = &seen.group;
    let named = wish.config.as_ref().or(group.config.as_ref());
    if named.is_none() {
        notices.push(Notice::Shift(ShiftNotice::NoConfig));
    }
    let config = GroupSeen::config_name(group, wish.config.as_deref());
    let routing = routing(&config, &seen.config)?;
    notices.extend(guards(group, routing).into_iter().map(Notice::Shift));
    let description = wish.description.as_deref().map(|text| {
        let cut: String = text.chars().take(DESCRIPTION).collect();
        if cut != text {
            notices.push(Notice::Shift(ShiftNotice::DescriptionCut));
        }
        cut
    });
    let wrong = |error: &DocumentError| {
        Refusal::Shift(ShiftRefusal::AppSpec {
            service: service.name.clone(),
            from: wish.appspec.name(),
            message: error.message().to_owned(),
        })
    };
    let appspec = wish
        .appspec
        .appspec(service, revision)
        .map_err(|error| wrong(&error))?;
    if let Some(definition) = &request.definition {
        refuse_appspec(service, &appspec, definition)?;
    }
    Ok(ShiftOrder {
        update,
        task_definition: revision.map(str::to_owned),
        deployment: NewDeployment {
            at: group.at.clone(),
            // What the group has is left to the group.
            config: (group.config.as_ref() != Some(&config)).then(|| config.clone()),
            description: description.filter(|text| !text.is_empty()),
            appspec: appspec.document().to_json_compact(),
        },
        target: format!("{}:{}", tail(&service.cluster), service.name),
        config,
        routing,
        appspec_from: wish.appspec.name(),
        ready: group.ready,
        termination_wait: group.termination_wait,
        if_running: request.if_running,
    })
}

/// How traffic moves by a configuration; one that is not for ECS is refused, also if only its name says so.
fn routing(config: &str, read: &Read<DeploymentConfig>) -> Result<Option<Routing>, Refusal> {
    let other = |platform: Option<&str>| {
        Err(Refusal::Shift(ShiftRefusal::ConfigPlatform {
            config: config.to_owned(),
            platform: platform.map(str::to_owned),
        }))
    };
    match read {
        Read::Got(found) if found.platform != "ECS" => match found.platform.as_str() {
            "" => other(Some("Server")),
            platform => other(Some(platform)),
        },
        Read::Got(found) => Ok(found.routing),
        Read::Missing => Err(Refusal::Shift(ShiftRefusal::NoConfig {
            config: config.to_owned(),
        })),
        Read::NotRead | Read::Unavailable(_) if config.starts_with(OWN) => {
            if config.starts_with(OWN_ECS) {
                Ok((config == AT_ONCE).then_some(Routing::AllAtOnce))
            } else {
                other(None)
            }
        }
        Read::NotRead | Read::Unavailable(_) => Ok(None),
    }
}

/// The container and the port that the appspec sends traffic to have to be there.
fn refuse_appspec(
    service: &ServiceState,
    appspec: &AppSpec,
    definition: &DefinitionFacts,
) -> Result<(), Refusal> {
    let port = appspec
        .container_port()
        .and_then(|port| u16::try_from(port).ok());
    match (appspec.container_name(), port) {
        (Some(container), Some(port)) => refuse_traffic(definition, service, container, port),
        _ => Ok(()),
    }
}

fn before(
    if_running: IfRunning,
    service: &ServiceState,
    running: &[CodeDeployId],
) -> Result<Beforehand, Refusal> {
    if running.is_empty() {
        return Ok(Beforehand::Nothing);
    }
    match if_running {
        IfRunning::Fail => Err(Refusal::Shift(ShiftRefusal::Running {
            service: service.name.clone(),
            running: running.to_vec(),
        })),
        IfRunning::Wait => Ok(Beforehand::Wait(InFlight::Shifts(running.to_vec()))),
        IfRunning::Stop => Ok(Beforehand::StopShifts(running.to_vec())),
    }
}

#[cfg(test)]
mod tests;
