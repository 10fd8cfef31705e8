//! The appspec of a deployment: taken from a file or made from the service, with the revision put in; and how a deployment
//! whose id got lost is recognised by it.

use super::facts::{CodeDeployment, Creator};
use super::group::LastDeployment;
use super::order::NewDeployment;
use crate::domain::appspec::{AppSpec, AppSpecParts, TaskDefinitionTarget};
use crate::domain::document::{Document, DocumentError};
use crate::domain::service::{LoadBalancer, ServiceState};

/// Where the appspec comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppSpecSource {
    /// A file: all of it is kept but what it deploys.
    File(Box<AppSpec>),
    /// The service: the container and the port that take its traffic, and its platform version.
    Service,
}

impl AppSpecSource {
    /// Where it comes from, in words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(appspec) => format!("from `{}`", appspec.document().source()),
            Self::Service => "made from the service".to_owned(),
        }
    }

    /// The appspec that deploys this revision, or a placeholder as long as there is none.
    ///
    /// # Errors
    /// If it lacks what CodeDeploy needs.
    pub fn appspec(
        &self,
        service: &ServiceState,
        revision: Option<&str>,
    ) -> Result<AppSpec, DocumentError> {
        let (mut appspec, mut parts) = match self {
            Self::File(appspec) => (appspec.as_ref().clone(), AppSpecParts::default()),
            Self::Service => (AppSpec::new(), of_service(service)),
        };
        let target = revision.and_then(|arn| arn.parse().ok());
        parts.task_definition =
            Some(target.map_or(TaskDefinitionTarget::Placeholder, TaskDefinitionTarget::Arn));
        appspec.apply(&parts)?;
        appspec.check()?;
        Ok(appspec)
    }
}

/// The ARN of the task definition that an appspec deploys, if it says one.
#[must_use]
pub fn deployed_by(appspec: &str) -> Option<String> {
    let document = Document::parse(appspec, "appspec").ok()?;
    let appspec = AppSpec::from_document(&document).ok()?;
    appspec.task_definition().map(str::to_owned)
}

/// The load balancers that a service under CodeDeploy has: its own, or those of its primary task set.
fn balancers(service: &ServiceState) -> &[LoadBalancer] {
    match service.load_balancers.as_slice() {
        [] => service
            .primary_task_set()
            .map_or(&[], |set| &set.load_balancers),
        own => own,
    }
}

/// What is taken over from a service. Network and capacity stay as they are if they are not named; the platform version would
/// become the newest.
fn of_service(service: &ServiceState) -> AppSpecParts {
    let balancer = balancers(service).first();
    AppSpecParts {
        container_name: balancer.and_then(|balancer| balancer.container.parse().ok()),
        container_port: balancer.and_then(|balancer| balancer.port.try_into().ok()),
        platform_version: service
            .primary_task_set()
            .and_then(|set| set.platform_version.clone())
            .filter(|version| !version.is_empty()),
        ..AppSpecParts::default()
    }
}

/// Whether a deployment is the one that was to be made: somebody made it after `last`, with the same appspec. Where CodeDeploy
/// does not show the appspec, what was written about it has to do.
#[must_use]
pub fn is_ours(new: &NewDeployment, found: &CodeDeployment, last: Option<&LastDeployment>) -> bool {
    if found.creator.as_ref() == Some(&Creator::Rollback)
        || last.is_some_and(|last| last.id == found.id)
    {
        return false;
    }
    let older = matches!(
        (found.created_at, last.and_then(|last| last.created_at)),
        (Some(at), Some(last)) if at < last
    );
    let same = match &found.appspec_sha256 {
        Some(sha256) => sha256.eq_ignore_ascii_case(&new.sha256()),
        None => found.description == new.description,
    };
    !older && same
}

#[cfg(test)]
mod tests {
    use super::super::CodeDeployStatus;
    use super::super::samples::{deployment, group_ref, ours};
    use super::*;
    use crate::domain::service::samples::at;

    fn new() -> NewDeployment {
        NewDeployment {
            at: group_ref(),
            config: None,
            description: Some("release 7".to_owned()),
            appspec: "{}".to_owned(),
        }
    }

    #[test]
    fn an_appspec_says_what_it_deploys_and_what_is_none_says_nothing() {
        let appspec = "version: 0.0\nresources:\n- s:\n    type: AWS::ECS::Service\n    properties:\n      taskDefinition: web:2\n";
        assert_eq!(deployed_by(appspec).as_deref(), Some("web:2"));
        assert_eq!(deployed_by("{}"), None);
        assert_eq!(deployed_by("{"), None);
    }

    #[test]
    fn a_deployment_is_recognised_by_its_appspec_and_by_being_newer() {
        let mut found = deployment(CodeDeployStatus::Created);
        found.appspec_sha256 = Some(new().sha256().to_uppercase());
        let last = |seconds| LastDeployment {
            id: crate::domain::service::CodeDeployId::new("d-BEFORE"),
            created_at: Some(at(seconds)),
        };
        assert!(is_ours(&new(), &found, None));
        assert!(is_ours(&new(), &found, Some(&last(100))));
        assert!(!is_ours(&new(), &found, Some(&last(200))));
        let itself = LastDeployment {
            id: ours(),
            created_at: None,
        };
        assert!(!is_ours(&new(), &found, Some(&itself)));
        found.appspec_sha256 = Some("00".to_owned());
        assert!(!is_ours(&new(), &found, None));
    }

    #[test]
    fn where_the_appspec_is_not_shown_the_description_has_to_do() {
        let mut found = deployment(CodeDeployStatus::Created);
        assert!(!is_ours(&new(), &found, None));
        found.description = Some("release 7".to_owned());
        assert!(is_ours(&new(), &found, None));
        found.creator = Some(Creator::Rollback);
        assert!(!is_ours(&new(), &found, None));
    }
}
