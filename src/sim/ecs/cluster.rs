//! Clusters: they exist, and count what is in them.

use serde_json::{Value, json};

use super::service::ServiceStatus;
use super::tags::Tags;
use super::{Ecs, arn, pages, refuse};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// One cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Cluster {
    /// Its tags.
    pub(super) tags: Tags,
}

/// `ListClusters`.
///
/// # Errors
/// `InvalidParameterException` for a bad page size or token.
pub(super) fn list(ecs: &Ecs, input: &Members) -> Result<Value, Refusal> {
    let arns = ecs
        .clusters
        .keys()
        .map(|name| arn::cluster(name).into())
        .collect();
    pages::list(input, 100, 100, "clusterArns", arns)
}

/// `DescribeClusters`: `default` if none is named.
///
/// # Errors
/// `InvalidParameterException` for more than 100.
pub(super) fn describe(ecs: &Ecs, input: &Members) -> Result<Value, Refusal> {
    let mut names = members::texts(input, "clusters");
    if names.is_empty() {
        names.push("default");
    }
    if names.len() > 100 {
        return Err(refuse::invalid("Clusters can have at most 100 entries."));
    }
    let tags = members::texts(input, "include").contains(&"TAGS");
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        let name = arn::short(name);
        match ecs.clusters.get(name) {
            Some(cluster) => clusters.push(described(ecs, name, cluster, tags)),
            None => failures.push(json!({"arn": arn::cluster(name), "reason": "MISSING"})),
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn described(ecs: &Ecs, name: &str, cluster: &Cluster, tags: bool) -> Value {
    let tasks = || ecs.tasks.values().filter(|task| task.cluster == name);
    let services = ecs
        .services
        .values()
        .filter(|service| service.cluster == name && service.status == ServiceStatus::Active)
        .count();
    json!({
        "clusterArn": arn::cluster(name),
        "clusterName": name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": tasks().filter(|task| task.is_running()).count(),
        "pendingTasksCount": tasks().filter(|task| task.is_pending()).count(),
        "activeServicesCount": services,
        "statistics": [],
        "tags": if tags { cluster.tags.answer() } else { json!([]) },
        "settings": [],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    })
}
