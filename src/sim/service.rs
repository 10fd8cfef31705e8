//! The services the simulator has. Not their operations: those are in the model and in the services' modules.

/// One AWS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    /// Amazon ECS.
    Ecs,
    /// AWS CodeDeploy: blue/green deployments of ECS services.
    CodeDeploy,
    /// Application Auto Scaling: scalable targets.
    Scaling,
    /// Amazon ECR.
    Ecr,
    /// Amazon CloudWatch Logs.
    Logs,
    /// Amazon EC2 Auto Scaling: groups of instances.
    Groups,
    /// AWS Security Token Service.
    Sts,
    /// Elastic Load Balancing: target groups and the health of their targets.
    Balancers,
    /// Amazon CloudWatch: alarms.
    Alarms,
}

impl Service {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Ecs,
        Self::CodeDeploy,
        Self::Scaling,
        Self::Ecr,
        Self::Logs,
        Self::Groups,
        Self::Sts,
        Self::Balancers,
        Self::Alarms,
    ];

    /// The name botocore and the AWS command line give it, which the journal uses too.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::CodeDeploy => "codedeploy",
            Self::Scaling => "application-autoscaling",
            Self::Ecr => "ecr",
            Self::Logs => "logs",
            Self::Groups => "autoscaling",
            Self::Sts => "sts",
            Self::Balancers => "elbv2",
            Self::Alarms => "cloudwatch",
        }
    }
}
