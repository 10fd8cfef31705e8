//! The names of things in the simulated account, as ECS writes them and as callers may send them.
//!
//! It does not check that a thing exists. ARN forms: service authorization reference (resource types of Amazon ECS).

use crate::sim::cloud::{ACCOUNT, REGION};

fn ecs(resource: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}")
}

/// `cluster/<cluster>`
pub(super) fn cluster(cluster: &str) -> String {
    ecs(&format!("cluster/{cluster}"))
}

/// `service/<cluster>/<service>`
pub(super) fn service(cluster: &str, service: &str) -> String {
    ecs(&format!("service/{cluster}/{service}"))
}

/// `task/<cluster>/<id>`
pub(super) fn task(cluster: &str, id: &str) -> String {
    ecs(&format!("task/{cluster}/{id}"))
}

/// `container/<cluster>/<task>/<id>`
pub(super) fn container(cluster: &str, task: &str, id: &str) -> String {
    ecs(&format!("container/{cluster}/{task}/{id}"))
}

/// `container-instance/<cluster>/<id>`: the one instance a cluster of the simulator has for tasks outside Fargate.
pub(super) fn container_instance(cluster: &str) -> String {
    ecs(&format!(
        "container-instance/{cluster}/0123456789abcdef0123456789abcdef"
    ))
}

/// `task-definition/<family>:<revision>`
pub(super) fn task_definition(family: &str, revision: u64) -> String {
    ecs(&format!("task-definition/{family}:{revision}"))
}

/// `service-deployment/<cluster>/<service>/<id>`
pub(super) fn service_deployment(cluster: &str, service: &str, id: &str) -> String {
    ecs(&format!("service-deployment/{cluster}/{service}/{id}"))
}

/// `service-revision/<cluster>/<service>/<number>`
pub(super) fn service_revision(cluster: &str, service: &str, number: &str) -> String {
    ecs(&format!("service-revision/{cluster}/{service}/{number}"))
}

/// `task-set/<cluster>/<service>/ecs-svc/<number>`
pub(super) fn task_set(cluster: &str, service: &str, number: &str) -> String {
    ecs(&format!("task-set/{cluster}/{service}/ecs-svc/{number}"))
}

/// Who the simulated caller is, for `registeredBy` and `createdBy`.
pub(super) fn caller() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/simulated-caller")
}

/// The last part of a name or ARN: what follows the last `/`, or everything.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What an ECS ARN names: `…:service/a/b` gives `service` and `["a", "b"]`. Nothing for any other text.
pub(super) fn resource(arn: &str) -> Option<(&str, Vec<&str>)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "ecs", _, _, resource] = parts.as_slice() else {
        return None;
    };
    let (kind, path) = resource.split_once('/')?;
    Some((kind, path.split('/').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_into_kind_and_path() {
        let arn = service_revision("demo", "web", "42");
        assert_eq!(
            resource(&arn),
            Some(("service-revision", vec!["demo", "web", "42"]))
        );
        assert_eq!(resource("web"), None);
        assert_eq!(resource("arn:aws:s3:::bucket/key"), None);
    }

    #[test]
    fn the_short_name_of_an_arn_is_its_last_part() {
        assert_eq!(short(&cluster("demo")), "demo");
        assert_eq!(short("demo"), "demo");
    }
}
