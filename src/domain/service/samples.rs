//! Services, tasks and deployments that tests start from.

use std::time::{Duration, SystemTime};

use super::*;
use crate::domain::appspec::{AssignPublicIp, Network};
use crate::domain::placement::Launch;

/// The service every test is about.
pub(crate) const NAME: &str = "web";

/// The ARN of a revision of the task definition `web`.
pub(crate) fn definition(revision: u32) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/web:{revision}")
}

/// A time, in seconds after an arbitrary beginning.
pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)
}

/// The id of a deployment.
pub(crate) fn id(number: u64) -> DeploymentId {
    DeploymentId::new(format!("ecs-svc/{number}"))
}

/// The revision that the deployment of this number brings.
pub(crate) fn revision(number: u64) -> RevisionArn {
    RevisionArn::new(format!(
        "arn:aws:ecs:us-east-1:123456789012:service-revision/demo/web/{number}"
    ))
}

/// The ARN of a service deployment.
pub(crate) fn service_deployment_arn(id: &str) -> ServiceDeploymentArn {
    ServiceDeploymentArn::new(format!(
        "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/{id}"
    ))
}

/// A deployment that is done, with two tasks.
pub(crate) fn deployment(number: u64, definition_revision: u32) -> Deployment {
    Deployment {
        id: id(number),
        role: DeploymentRole::Primary,
        task_definition: definition(definition_revision),
        rollout: Some(RolloutState::Completed),
        reason: String::new(),
        counts: Counts {
            desired: 2,
            pending: 0,
            running: 2,
        },
        failed_tasks: 0,
        created_at: Some(at(number)),
    }
}

/// A steady service of two tasks, its only deployment number 100 of revision 1, guarded by a circuit breaker with rollback.
pub(crate) fn steady() -> ServiceState {
    ServiceState {
        arn: "arn:aws:ecs:us-east-1:123456789012:service/demo/web".to_owned(),
        name: NAME.to_owned(),
        cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/demo".to_owned(),
        status: ServiceStatus::Active,
        controller: Controller::Ecs,
        strategy: Strategy::Rolling,
        scheduling: Scheduling::Replica,
        management: Management::Customer,
        task_definition: definition(1),
        counts: Counts {
            desired: 2,
            pending: 0,
            running: 2,
        },
        min_healthy_percent: Some(100),
        max_percent: Some(200),
        circuit_breaker: Some(CircuitBreaker {
            enabled: true,
            rollback: true,
        }),
        alarms: None,
        hooks: 0,
        deployments: vec![deployment(100, 1)],
        task_sets: Vec::new(),
        events: Vec::new(),
        load_balancers: vec![LoadBalancer {
            container: "web".to_owned(),
            port: 80,
            target: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0f"
                .to_owned(),
        }],
        placement: Placement {
            launch: Launch::Type("FARGATE".to_owned()),
            platform_version: Some("LATEST".to_owned()),
            network: Some(Network {
                subnets: vec!["subnet-0a1b2c3d4e5f60718".to_owned()],
                security_groups: vec!["sg-0c3d4e5f607182930".to_owned()],
                assign_public_ip: Some(AssignPublicIp::Disabled),
            }),
        },
        current_deployment: None,
        bake_time: None,
        current_revisions: vec![revision(100)],
    }
}

/// A service deployment that brings the revision of this number in place of revision 100.
pub(crate) fn service_deployment(
    id: &str,
    number: u64,
    status: ServiceDeploymentStatus,
) -> ServiceDeployment {
    let counts = |number, running| RevisionCounts {
        revision: revision(number),
        requested: 2,
        pending: 0,
        running,
        production_weight: None,
        test_weight: None,
    };
    ServiceDeployment {
        arn: service_deployment_arn(id),
        status,
        reason: String::new(),
        stage: None,
        sources: vec![counts(100, 0)],
        target: Some(counts(number, 2)),
        rollback: None,
        breaker: Some(GuardStatus::Monitoring),
        breaker_failures: 0,
        breaker_threshold: 3,
        alarms: None,
        alarms_triggered: Vec::new(),
        hooks: Vec::new(),
        created_at: Some(at(number)),
        finished_at: None,
    }
}

/// A hook that waits for an answer.
pub(crate) fn pause(id: &str) -> Hook {
    Hook {
        id: id.to_owned(),
        status: HookStatus::AwaitingAction,
        target: None,
        expires_at: None,
        at_expiry: None,
    }
}

/// The line that a list holds for a service deployment.
pub(crate) fn brief(deployment: &ServiceDeployment) -> ServiceDeploymentBrief {
    ServiceDeploymentBrief {
        arn: deployment.arn.clone(),
        target: deployment
            .target
            .as_ref()
            .map(|target| target.revision.clone()),
        status: deployment.status.clone(),
        created_at: deployment.created_at,
    }
}

/// A container of this name that runs.
pub(crate) fn container(name: &str) -> ContainerState {
    ContainerState {
        name: name.to_owned(),
        exit_code: None,
        reason: None,
        health: HealthStatus::Unknown,
        image: None,
        image_digest: None,
        last_status: "RUNNING".to_owned(),
    }
}

/// A task that runs, started by the deployment of this number.
pub(crate) fn task(name: &str, number: u64) -> TaskState {
    TaskState {
        arn: format!("arn:aws:ecs:us-east-1:123456789012:task/demo/{name}"),
        started_by: Some(id(number).as_str().to_owned()),
        task_definition: definition(2),
        last_status: "RUNNING".to_owned(),
        stop_code: None,
        stopped_reason: None,
        health: HealthStatus::Unknown,
        containers: vec![container("web"), container("router")],
        addresses: Vec::new(),
        created_at: Some(at(number)),
        started_at: Some(at(number)),
        stopped_at: None,
    }
}

/// A task whose container `web` ended with a code, and took the other one with it.
pub(crate) fn crashed(name: &str, number: u64, exit_code: i32) -> TaskState {
    let mut task = task(name, number);
    "STOPPED".clone_into(&mut task.last_status);
    task.stop_code = Some(StopCode::EssentialContainerExited);
    task.stopped_reason = Some("Essential container in task exited".to_owned());
    task.containers[0].exit_code = Some(exit_code);
    task.containers[1].exit_code = Some(143);
    task
}
