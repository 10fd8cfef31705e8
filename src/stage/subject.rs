//! Which deployment is meant, where a stage is about one that exists: the one of a service, or one that is named.

use crate::domain::deployment_ref::{DeploymentRef, ServiceDeploymentRef};
use crate::domain::names::{ClusterName, ClusterRef, ServiceRef};
use crate::domain::service::CodeDeployId;
use crate::error::Error;

/// Arguments that name a deployment.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Deployment")]
pub struct SubjectArgs {
    /// Cluster of the service: name or ARN; default: that of the service's ARN, else `default`
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<ClusterRef>,

    /// Service whose deployment is meant: name or ARN
    #[arg(long, value_name = "NAME")]
    pub service: Option<ServiceRef>,

    /// Deployment that is meant, instead of a service: ARN of a service deployment, or id of a deployment of CodeDeploy
    #[arg(long, value_name = "ARN")]
    pub deployment: Option<DeploymentRef>,
}

/// What is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// The deployment that a service has.
    Service {
        /// The name or ARN of the cluster.
        cluster: String,
        /// The name of the service.
        service: String,
    },
    /// A service deployment.
    Deployment(ServiceDeploymentRef),
    /// A deployment of CodeDeploy.
    CodeDeploy(CodeDeployId),
}

impl Subject {
    /// Raises the arguments.
    pub(super) fn of(args: &SubjectArgs) -> Result<Self, Error> {
        match (&args.service, &args.deployment) {
            (Some(_), Some(_)) => Err(Error::usage("`service` and `deployment` name two things")
                .hint("give one of them: a deployment names its service")),
            (None, None) => Err(Error::usage("neither a service nor a deployment is given")
                .hint("name one with `--service` or `--deployment`")),
            (Some(service), None) => {
                let named = args.cluster.as_ref();
                if let (Some(named), Some(own)) = (named, service.cluster())
                    && named.name() != own
                {
                    return Err(elsewhere(service.name().as_str(), named, own.as_str()));
                }
                let cluster = named
                    .map(ClusterRef::as_str)
                    .or_else(|| service.cluster().map(ClusterName::as_str))
                    .unwrap_or("default");
                Ok(Self::Service {
                    cluster: cluster.to_owned(),
                    service: service.name().as_str().to_owned(),
                })
            }
            (None, Some(DeploymentRef::CodeDeploy(id))) => Ok(Self::CodeDeploy(id.clone())),
            (None, Some(DeploymentRef::Service(deployment))) => {
                if let Some(named) = &args.cluster
                    && named.name() != deployment.cluster()
                {
                    let service = deployment.service().as_str();
                    return Err(elsewhere(service, named, deployment.cluster().as_str()));
                }
                Ok(Self::Deployment(deployment.clone()))
            }
        }
    }

    /// The name of the service, or the id of a deployment of CodeDeploy.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Service { service, .. } => service,
            Self::Deployment(deployment) => deployment.service().as_str(),
            Self::CodeDeploy(id) => id.as_str(),
        }
    }

    /// What is spoken of: a service, or a deployment of CodeDeploy.
    pub(super) fn spoken(&self) -> String {
        match self {
            Self::Service { service, .. } => format!("service `{service}`"),
            Self::Deployment(deployment) => format!("service `{}`", deployment.service()),
            Self::CodeDeploy(id) => format!("deployment `{id}`"),
        }
    }
}

fn elsewhere(service: &str, named: &ClusterRef, own: &str) -> Error {
    Error::usage(format!(
        "service `{service}` is in another cluster than `{}`: `{own}`",
        named.name()
    ))
    .hint("leave `cluster` out: the ARN names it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::suspension::tests::parse;

    const ARN: &str =
        "--deployment=arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/abc";

    fn subject(arguments: &[&str]) -> Result<(String, String), String> {
        Subject::of(&parse::<SubjectArgs>(arguments))
            .map(|subject| match subject {
                Subject::Service { cluster, service } => (cluster, service),
                Subject::Deployment(one) => (one.cluster().to_string(), one.service().to_string()),
                Subject::CodeDeploy(id) => (String::new(), id.to_string()),
            })
            .map_err(|error| error.text)
    }

    #[test]
    fn a_deployment_is_named_by_its_service_or_by_itself() {
        let demo_web = Ok(("demo".to_owned(), "web".to_owned()));
        assert_eq!(subject(&["--cluster=demo", "--service=web"]), demo_web);
        assert_eq!(subject(&[ARN]), demo_web);
        assert_eq!(subject(&["--cluster=demo", ARN]), demo_web);
        assert_eq!(
            subject(&["--deployment=d-A1B2C3111"]),
            Ok((String::new(), "d-A1B2C3111".to_owned()))
        );
        assert_eq!(
            subject(&["--service=arn:aws:ecs:us-east-1:123456789012:service/demo/web"]),
            demo_web
        );
        assert_eq!(
            subject(&["--service=web"]),
            Ok(("default".to_owned(), "web".to_owned()))
        );
    }

    #[test]
    fn what_names_nothing_or_two_things_is_refused() {
        assert!(subject(&[]).unwrap_err().contains("neither"));
        assert!(
            subject(&["--service=web", ARN])
                .unwrap_err()
                .contains("two things")
        );
        assert!(
            subject(&["--cluster=prod", ARN])
                .unwrap_err()
                .contains("another cluster")
        );
        let service = "--service=arn:aws:ecs:us-east-1:123456789012:service/demo/web";
        assert!(
            subject(&["--cluster=prod", service])
                .unwrap_err()
                .contains("another cluster")
        );
    }
}
