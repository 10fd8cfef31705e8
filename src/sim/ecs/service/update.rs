//! `UpdateService`: what it changes, and whether that begins a deployment.

use serde_json::{Value, json};

use super::check_load_balancers;
use super::configuration::{check as check_configuration, merged};
use super::{Controller, ForeignOwner, Service, ServiceStatus, described};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::definition::Definition;
use crate::sim::ecs::revision::DEPLOYING;
use crate::sim::ecs::{Ecs, arn, begin, desired, refuse, volumes};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Members that change the service and begin no deployment.
const QUIET: [&str; 8] = [
    "capacityProviderStrategy",
    "availabilityZoneRebalancing",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
];

/// What may be changed with the controller `CODE_DEPLOY` (API operation `UpdateService`).
const WITH_CODE_DEPLOY: [&str; 9] = [
    "cluster",
    "service",
    "desiredCount",
    "deploymentConfiguration",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
    "enableECSManagedTags",
    "propagateTags",
];

/// `UpdateService`.
///
/// # Errors
/// `ClusterNotFoundException`, `ServiceNotFoundException`, `ServiceNotActiveException`; `ClientException` for a
/// definition that is not there or inactive; `InvalidParameterException` for what does not fit or is CodeDeploy's.
pub(in crate::sim::ecs) fn update(
    ecs: &mut Ecs,
    input: &Members,
    around: &mut Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let name = arn::short(members::text(input, "service").unwrap_or_default()).to_owned();
    let service = ecs
        .service(&cluster, &name)
        .ok_or_else(refuse::service_not_found)?;
    if service.status != ServiceStatus::Active {
        return Err(refuse::service_not_active());
    }
    check_controller(service, input)?;
    let count = desired(input)?;
    let force = members::flag(input, "forceNewDeployment").unwrap_or(false);
    let settings = changed(service, input, ecs)?;
    let definition = definition_for(ecs, service, &settings, force)?;
    check_configuration(
        members::object(&settings, "deploymentConfiguration").unwrap_or(&Members::new()),
        members::list(&settings, "loadBalancers"),
    )?;
    if let Some(definition) = &definition {
        volumes::check(members::list(&settings, "volumeConfigurations"), definition)?;
        check_load_balancers(members::list(&settings, "loadBalancers"), definition)?;
    }

    let story = ecs.story.clone();
    let Some(service) = ecs.services.get_mut(&(cluster, name)) else {
        return Err(refuse::service_not_found());
    };
    service.settings = settings;
    if let Some(count) = count {
        service.rescale(count, around.now);
    }
    if let Some(definition) = definition {
        begin::begin(service, &definition, &ecs.tasks, &story, around);
    }
    Ok(json!({"service": described(service, &ecs.tasks, around, false)}))
}

impl Service {
    /// Sets how many tasks it is to have.
    pub(in crate::sim::ecs) fn rescale(&mut self, desired: u32, now: crate::sim::moment::Moment) {
        if desired != self.desired {
            self.desired = desired;
            self.steady = false;
            for entry in &mut self.deployments {
                entry.set.steady_since = None;
            }
            self.wake(now.plus(crate::sim::ecs::pace::SCHEDULE));
        }
    }
}

/// With `CODE_DEPLOY`, tasks are moved by CodeDeploy alone (texts seen).
fn check_controller(service: &Service, input: &Members) -> Result<(), Refusal> {
    let wanted = members::object(input, "deploymentController")
        .and_then(|controller| members::text(controller, "type"));
    if wanted.is_some_and(|kind| kind != service.controller.name()) {
        return Err(refuse::unsupported("a change of deploymentController"));
    }
    match service.owner {
        None => {}
        Some(ForeignOwner::Program) => {
            return Err(refuse::invalid(
                "Unable to update a service with an EXTERNAL deployment controller: use task sets.",
            ));
        }
        Some(ForeignOwner::Express) => {
            return Err(refuse::invalid(
                "Unable to update a service that is managed by Amazon ECS Express Mode.",
            ));
        }
    }
    match service.controller {
        Controller::Ecs => Ok(()),
        Controller::CodeDeploy if members::given(input, "taskDefinition") => Err(refuse::invalid(
            "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy \
             to trigger a new deployment.",
        )),
        Controller::CodeDeploy if members::flag(input, "forceNewDeployment") == Some(true) => {
            Err(refuse::invalid(
                "Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS \
                 CodeDeploy to trigger a new deployment.",
            ))
        }
        Controller::CodeDeploy => {
            let foreign = input.keys().find(|name| {
                members::given(input, name)
                    && !WITH_CODE_DEPLOY.contains(&name.as_str())
                    && !matches!(name.as_str(), "forceNewDeployment" | "deploymentController")
            });
            foreign.map_or(Ok(()), |name| {
                Err(refuse::invalid(format!(
                    "Unable to update {name} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy \
                     to trigger a new deployment."
                )))
            })
        }
    }
}

/// The settings after the update.
fn changed(service: &Service, input: &Members, ecs: &Ecs) -> Result<Members, Refusal> {
    let mut settings = service.settings.clone();
    for name in DEPLOYING.iter().chain(&QUIET) {
        if members::given(input, name) {
            settings.insert(
                (*name).to_owned(),
                input.get(*name).cloned().unwrap_or_default(),
            );
        }
    }
    if let Some(reference) = members::text(input, "taskDefinition") {
        let definition = ecs.active_definition(reference)?;
        settings.insert("taskDefinition".to_owned(), definition.arn().into());
    }
    if members::given(input, "capacityProviderStrategy") {
        settings.shift_remove("launchType");
    }
    let configuration = merged(
        members::object(&settings, "deploymentConfiguration"),
        members::object(input, "deploymentConfiguration"),
    );
    settings.insert("deploymentConfiguration".to_owned(), configuration.into());
    Ok(settings)
}

/// The definition to deploy, if the update begins a deployment: a setting of the revision differs, or it is forced.
fn definition_for(
    ecs: &Ecs,
    service: &Service,
    settings: &Members,
    force: bool,
) -> Result<Option<Definition>, Refusal> {
    let differs = DEPLOYING
        .iter()
        .any(|name| service.settings.get(*name) != settings.get(*name));
    if !differs && !force {
        return Ok(None);
    }
    let reference = members::text(settings, "taskDefinition").unwrap_or_default();
    let definition = ecs
        .definitions
        .find(reference)
        .ok_or_else(|| refuse::client("TaskDefinition not found."))?;
    Ok(Some(definition.clone()))
}
