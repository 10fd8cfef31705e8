//! `CreateService`.

use serde_json::{Value, json};

use super::configuration::{check as check_configuration, merged};
use super::{Controller, Service, ServiceStatus, described};
use crate::sim::cloud::Cloud;
use crate::sim::ecs::definition::{Definition, container_name};
use crate::sim::ecs::tags::Tags;
use crate::sim::ecs::{Ecs, begin, desired, refuse, volumes};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Members of `CreateService` that describe the service and are kept as they are sent.
const KEPT: [&str; 18] = [
    "availabilityZoneRebalancing",
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "placementConstraints",
    "placementStrategy",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "gatewayConnectors",
    "monitoring",
];

/// `CreateService`.
///
/// # Errors
/// `ClusterNotFoundException`; `ClientException` for a definition that is not there or inactive;
/// `InvalidParameterException` for what does not fit together; `UnsupportedFeatureException` for what the simulator
/// does not carry out.
pub(in crate::sim::ecs) fn create(
    ecs: &mut Ecs,
    input: &Members,
    around: &mut Cloud,
) -> Result<Value, Refusal> {
    let cluster = ecs.cluster(input)?;
    let name = members::text(input, "serviceName").unwrap_or_default();
    check_name(name)?;
    if ecs
        .service(&cluster, name)
        .is_some_and(|service| service.status != ServiceStatus::Inactive)
    {
        return Err(refuse::invalid("Creation of service was not idempotent."));
    }
    let controller = controller(input)?;
    let definition =
        ecs.active_definition(members::text(input, "taskDefinition").unwrap_or_default())?;
    check_settings(input, &definition)?;
    let configuration = merged(None, members::object(input, "deploymentConfiguration"));
    check_configuration(&configuration, members::list(input, "loadBalancers"))?;

    let mut service = Service::new(&cluster, name, controller, around.now);
    service.tags = Tags::read(input)?;
    service.desired = desired(input)?.ok_or_else(|| {
        refuse::invalid(
            "desiredCount is required when schedulingStrategy is REPLICA or not specified.",
        )
    })?;
    for member in KEPT {
        if members::given(input, member) {
            service.settings.insert(
                member.to_owned(),
                input.get(member).cloned().unwrap_or_default(),
            );
        }
    }
    service
        .settings
        .insert("taskDefinition".to_owned(), definition.arn().into());
    service
        .settings
        .insert("deploymentConfiguration".to_owned(), configuration.into());
    defaults(&mut service.settings);
    service.prepare(&ecs.story);
    begin::begin(&mut service, &definition, &ecs.tasks, &ecs.story, around);
    let answer = described(&service, &ecs.tasks, around, true);
    ecs.services.insert((cluster, name.to_owned()), service);
    Ok(json!({ "service": answer }))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let legal = (1..=255).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if legal {
        Ok(())
    } else {
        Err(refuse::invalid(
            "The service name may hold up to 255 letters, numbers, underscores, and hyphens.",
        ))
    }
}

fn controller(input: &Members) -> Result<Controller, Refusal> {
    let kind = members::object(input, "deploymentController")
        .and_then(|controller| members::text(controller, "type"));
    match kind {
        None | Some("ECS") => Ok(Controller::Ecs),
        Some("CODE_DEPLOY") => Ok(Controller::CodeDeploy),
        Some(other) => Err(refuse::unsupported(&format!(
            "deploymentController.type {other}"
        ))),
    }
}

/// What ECS fills in.
fn defaults(settings: &mut Members) {
    let mut default = |name: &str, value: Value| {
        if !settings.contains_key(name) {
            settings.insert(name.to_owned(), value);
        }
    };
    for list in [
        "loadBalancers",
        "serviceRegistries",
        "placementConstraints",
        "placementStrategy",
    ] {
        default(list, json!([]));
    }
    for flag in ["enableECSManagedTags", "enableExecuteCommand"] {
        default(flag, json!(false));
    }
    default("propagateTags", json!("NONE"));
    if !settings.contains_key("capacityProviderStrategy") && !settings.contains_key("launchType") {
        settings.insert("launchType".to_owned(), json!("EC2"));
    }
    let placement = crate::sim::ecs::task::Placement::read(settings);
    if placement.launch_type == "FARGATE" && !settings.contains_key("platformVersion") {
        settings.insert("platformVersion".to_owned(), json!("LATEST"));
    }
}

fn check_settings(input: &Members, definition: &Definition) -> Result<(), Refusal> {
    if members::text(input, "schedulingStrategy") == Some("DAEMON") {
        return Err(refuse::unsupported("schedulingStrategy DAEMON"));
    }
    if members::given(input, "launchType") && members::given(input, "capacityProviderStrategy") {
        return Err(refuse::invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ));
    }
    if definition.awsvpc() && !members::given(input, "networkConfiguration") {
        return Err(refuse::invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ));
    }
    volumes::check(members::list(input, "volumeConfigurations"), definition)?;
    check_load_balancers(members::list(input, "loadBalancers"), definition)
}

/// Every container and port behind a load balancer has to be in the definition (texts seen).
pub(in crate::sim::ecs) fn check_load_balancers(
    balancers: &[Value],
    definition: &Definition,
) -> Result<(), Refusal> {
    for balancer in balancers.iter().filter_map(Value::as_object) {
        let name = members::text(balancer, "containerName").unwrap_or_default();
        let Some(container) = definition
            .containers()
            .find(|container| container_name(container) == name)
        else {
            return Err(refuse::invalid(format!(
                "The container {name} does not exist in the task definition."
            )));
        };
        let port = members::number(balancer, "containerPort");
        let mapped = members::list(container, "portMappings")
            .iter()
            .filter_map(Value::as_object)
            .any(|mapping| members::number(mapping, "containerPort") == port);
        if !mapped {
            return Err(refuse::invalid(format!(
                "The container {name} did not have a container port {} defined.",
                port.unwrap_or_default()
            )));
        }
    }
    Ok(())
}
