//! What of a task definition does not fit the service.

use super::Refusal;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::service::ServiceState;

/// What ECS would refuse, or never route traffic to.
pub(super) fn refuse_by_definition(
    definition: &DefinitionFacts,
    service: &ServiceState,
) -> Result<(), Refusal> {
    for balancer in &service.load_balancers {
        if !balancer.container.is_empty() {
            refuse_traffic(definition, service, &balancer.container, balancer.port)?;
        }
    }
    let wants_network = definition.network_mode.as_deref() == Some("awsvpc");
    if wants_network != service.placement.network.is_some() {
        return Err(Refusal::Network {
            service: service.name.clone(),
            mode: definition.network_mode.clone(),
        });
    }
    Ok(())
}

/// The container that gets traffic has to be there, and to map the port.
pub(in crate::domain) fn refuse_traffic(
    definition: &DefinitionFacts,
    service: &ServiceState,
    name: &str,
    port: u16,
) -> Result<(), Refusal> {
    let Some(container) = definition.container(name) else {
        return Err(Refusal::NoContainer {
            service: service.name.clone(),
            container: name.to_owned(),
            exist: definition
                .containers
                .iter()
                .map(|container| container.name.clone())
                .collect(),
        });
    };
    let takes = container
        .ports
        .iter()
        .any(|range| (range.first..=range.last).contains(&port));
    if takes {
        return Ok(());
    }
    Err(Refusal::NoPort {
        service: service.name.clone(),
        container: name.to_owned(),
        port,
    })
}
