//! Where the tasks of a service are put, from the SDK's types. Translates; decides nothing.

use aws_sdk_ecs::types as sdk;

use crate::domain::appspec::Network;
use crate::domain::placement::{Launch, Placement, ProviderStrategy};

/// That of a service. Under CodeDeploy its task sets have it; the one that serves production comes first.
pub(super) fn of_service(service: &sdk::Service) -> Placement {
    let sets = service.task_sets();
    let set = sets
        .iter()
        .find(|set| set.status() == Some("PRIMARY"))
        .or_else(|| sets.first());
    let own = service.network_configuration();
    let providers = match service.capacity_provider_strategy() {
        [] => set.map_or(&[][..], sdk::TaskSet::capacity_provider_strategy),
        own => own,
    };
    let launch = service
        .launch_type()
        .or_else(|| set.and_then(sdk::TaskSet::launch_type));
    let version = service
        .platform_version()
        .or_else(|| set.and_then(sdk::TaskSet::platform_version));
    Placement {
        launch: match (providers, launch) {
            ([], None) => Launch::OfCluster,
            ([], Some(launch)) => Launch::Type(launch.as_str().to_owned()),
            (providers, _) => {
                Launch::Providers(ProviderStrategy::of(providers.iter().map(|one| {
                    (
                        one.capacity_provider(),
                        i64::from(one.weight()),
                        i64::from(one.base()),
                    )
                })))
            }
        },
        platform_version: version.map(str::to_owned),
        network: own
            .or_else(|| sets.iter().find_map(sdk::TaskSet::network_configuration))
            .and_then(sdk::NetworkConfiguration::awsvpc_configuration)
            .map(network),
    }
}

fn network(network: &sdk::AwsVpcConfiguration) -> Network {
    Network {
        subnets: network.subnets().to_vec(),
        security_groups: network.security_groups().to_vec(),
        assign_public_ip: network
            .assign_public_ip()
            .and_then(|word| word.as_str().parse().ok()),
    }
}
