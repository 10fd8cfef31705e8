//! Whether a task's images can be pulled.
//!
//! What the registry has is the registry's business; the texts are those of the stopped-task pages.

use super::{Container, Task};
use crate::sim::cloud::Cloud;
use crate::sim::ecr::{self, Pull};
use crate::sim::ecs::story::Fate;

/// The first container whose image cannot be pulled, and the text of `stoppedReason`: because the story says so, or
/// because the registry does not have it.
pub(super) fn pull_error(task: &Task, around: &Cloud) -> Option<(String, String)> {
    if let Fate::PullError { error } = &task.plan.fate {
        let serving = task
            .containers
            .iter()
            .find(|container| container.name == task.plan.serving)?;
        return Some((
            serving.name.clone(),
            error.replace("<image>", &serving.image),
        ));
    }
    task.containers.iter().find_map(|container| {
        let image = &container.image;
        let error = match ecr::pull(around, &pinned(container)) {
            Pull::Found { .. } => return None,
            Pull::NoRepository => format!(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref \
                 {image}: pull access denied, repository does not exist or may require 'docker login'"
            ),
            Pull::NoImage | Pull::Archived => format!(
                "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref \
                 {image}: {image}: not found"
            ),
        };
        Some((container.name.clone(), error))
    })
}

/// What is really pulled: the digest the revision holds the container to, if it resolved one.
fn pinned(container: &Container) -> String {
    match &container.digest {
        Some(digest) if !container.image.contains('@') => {
            let image = &container.image;
            let name_begins = image.rfind('/').map_or(0, |slash| slash + 1);
            let tag = image
                .get(name_begins..)
                .and_then(|name| name.find(':'))
                .map(|colon| name_begins + colon);
            let repository = tag.and_then(|end| image.get(..end)).unwrap_or(image);
            format!("{repository}@{digest}")
        }
        _ => container.image.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ecs::task::ContainerState;

    fn pulled(image: &str, digest: Option<&str>) -> String {
        pinned(&Container {
            name: "web".to_owned(),
            image: image.to_owned(),
            digest: digest.map(str::to_owned),
            arn: String::new(),
            runtime_id: None,
            state: ContainerState::Pending,
            exit_code: None,
            reason: None,
            has_health_check: false,
            limits: (0, None, None),
            ports: Vec::new(),
            log: None,
        })
    }

    #[test]
    fn a_resolved_image_is_pulled_by_its_digest() {
        let digest = Some("sha256:1");
        assert_eq!(
            pulled("host:5000/shop/web:1", digest),
            "host:5000/shop/web@sha256:1"
        );
        assert_eq!(
            pulled("host:5000/shop/web", digest),
            "host:5000/shop/web@sha256:1"
        );
        assert_eq!(pulled("web@sha256:2", digest), "web@sha256:2");
        assert_eq!(pulled("web:1", None), "web:1");
    }
}
