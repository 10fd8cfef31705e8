//! A deployment as a person names it: by the ARN of a service deployment, or by its id in CodeDeploy.

use std::fmt;
use std::str::FromStr;

use super::arn::Arn;
use super::malformed::Malformed;
use super::names::{ClusterName, ServiceName};
use super::service::{CodeDeployId, ServiceDeploymentArn};

/// A service deployment: `arn:…:ecs:…:service-deployment/CLUSTER/SERVICE/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDeploymentRef {
    arn: ServiceDeploymentArn,
    cluster: ClusterName,
    service: ServiceName,
}

impl ServiceDeploymentRef {
    /// The whole ARN.
    #[must_use]
    pub fn arn(&self) -> &ServiceDeploymentArn {
        &self.arn
    }

    /// The cluster it names.
    #[must_use]
    pub fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// The service it names.
    #[must_use]
    pub fn service(&self) -> &ServiceName {
        &self.service
    }
}

impl FromStr for ServiceDeploymentRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not_this = || {
            Malformed::new(
                "not the ARN of a service deployment: `arn:…:ecs:…:service-deployment/CLUSTER/SERVICE/ID`",
            )
        };
        let arn = Arn::if_arn(text)?.ok_or_else(not_this)?;
        let path = arn
            .resource_of("ecs", "service-deployment")
            .ok_or_else(not_this)?;
        let parts: Vec<&str> = path.split('/').collect();
        let [cluster, service, id] = parts.as_slice() else {
            return Err(not_this());
        };
        if id.is_empty() {
            return Err(not_this());
        }
        Ok(Self {
            arn: ServiceDeploymentArn::new(text),
            cluster: cluster.parse()?,
            service: service.parse()?,
        })
    }
}

impl fmt::Display for ServiceDeploymentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arn.fmt(f)
    }
}

/// A deployment, whoever carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeploymentRef {
    /// A service deployment of ECS.
    Service(ServiceDeploymentRef),
    /// A deployment of CodeDeploy: `d-…`.
    CodeDeploy(CodeDeployId),
}

impl FromStr for DeploymentRef {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("d-") {
            Some(rest)
                if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                Ok(Self::CodeDeploy(CodeDeployId::new(text)))
            }
            Some(_) => Err(Malformed::new(
                "not the id of a deployment of CodeDeploy: `d-` and letters and digits",
            )),
            None => text.parse().map(Self::Service),
        }
    }
}

impl fmt::Display for DeploymentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(deployment) => deployment.fmt(f),
            Self::CodeDeploy(id) => id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_service_deployment_names_cluster_and_service() {
        let text = "arn:aws-cn:ecs:cn-north-1:123456789012:service-deployment/demo/web/Ab-1_x";
        let deployment: ServiceDeploymentRef = text.parse().unwrap();
        assert_eq!(deployment.cluster().as_str(), "demo");
        assert_eq!(deployment.service().as_str(), "web");
        assert_eq!(deployment.to_string(), text);
    }

    #[test]
    fn what_names_no_service_deployment_is_refused() {
        for text in [
            "",
            "ecs-svc/7311",
            "arn:aws:ecs:us-east-1:123456789012:service/demo/web",
            "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web",
            "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/",
            "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/we b/id",
            "arn:aws:ecs:us-east-1:123456789012:service-revision/demo/web/7311",
        ] {
            let error = text.parse::<ServiceDeploymentRef>();
            assert!(error.is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_of_codedeploy_is_told_from_an_arn() {
        let id: DeploymentRef = "d-A1B2C3111".parse().unwrap();
        assert_eq!(
            id,
            DeploymentRef::CodeDeploy(CodeDeployId::new("d-A1B2C3111"))
        );
        for text in ["d-", "d-a b", "d-a;b", "A1B2C3111"] {
            assert!(text.parse::<DeploymentRef>().is_err(), "{text}");
        }
    }
}
