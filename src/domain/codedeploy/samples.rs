//! Groups, deployments and targets that tests start from.

use std::time::Duration;

use super::*;
use crate::domain::service::samples::{at, definition, id, steady};
use crate::domain::service::{
    CodeDeployId, Controller, Counts, LoadBalancer, ServiceState, TaskSet, TaskSetStatus,
};

/// The number of the task set that the deployment under test makes, and of the one before.
pub(crate) const GREEN: u64 = 200;
pub(crate) const BLUE: u64 = 100;

/// Where the service `web` is deployed.
pub(crate) fn group_ref() -> GroupRef {
    GroupRef {
        application: "AppECS-demo-web".to_owned(),
        group: "DgpECS-demo-web".to_owned(),
    }
}

/// The group of the service `web`, which goes back by itself.
pub(crate) fn group() -> DeploymentGroup {
    DeploymentGroup {
        at: group_ref(),
        platform: "ECS".to_owned(),
        config: Some("CodeDeployDefault.ECSCanary10Percent5Minutes".to_owned()),
        services: vec![("demo".to_owned(), "web".to_owned())],
        ready: ReadyOption::default(),
        termination_wait: Duration::from_mins(5),
        auto_rollback: AutoRollback {
            enabled: true,
            events: vec![
                "DEPLOYMENT_FAILURE".to_owned(),
                "DEPLOYMENT_STOP_ON_ALARM".to_owned(),
            ],
        },
        alarms: Vec::new(),
        last: None,
    }
}

/// The id of our deployment.
pub(crate) fn ours() -> CodeDeployId {
    CodeDeployId::new("d-OURS")
}

/// The id of the deployment that goes back from it.
pub(crate) fn back() -> CodeDeployId {
    CodeDeployId::new("d-BACK")
}

/// A task set of two running tasks.
pub(crate) fn task_set(
    number: u64,
    revision: u32,
    status: TaskSetStatus,
    made_by: &str,
) -> TaskSet {
    TaskSet {
        id: id(number).to_string(),
        made_by: Some(CodeDeployId::new(made_by)),
        status,
        task_definition: definition(revision),
        counts: Counts {
            desired: 2,
            pending: 0,
            running: 2,
        },
        is_steady: true,
        platform_version: Some("1.4.0".to_owned()),
        load_balancers: vec![LoadBalancer {
            container: "web".to_owned(),
            port: 80,
            target: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/one/0f"
                .to_owned(),
        }],
        created_at: Some(at(number)),
    }
}

/// A steady service under CodeDeploy, on revision 1.
pub(crate) fn service() -> ServiceState {
    ServiceState {
        controller: Controller::CodeDeploy,
        deployments: Vec::new(),
        task_sets: vec![task_set(BLUE, 1, TaskSetStatus::Primary, "d-BEFORE")],
        load_balancers: Vec::new(),
        circuit_breaker: None,
        current_revisions: Vec::new(),
        ..steady()
    }
}

/// The service with both task sets; the one that serves comes first.
pub(crate) fn both(green_serves: bool) -> ServiceState {
    let (blue, green) = if green_serves {
        (TaskSetStatus::Active, TaskSetStatus::Primary)
    } else {
        (TaskSetStatus::Primary, TaskSetStatus::Active)
    };
    ServiceState {
        task_sets: vec![
            task_set(BLUE, 1, blue, "d-BEFORE"),
            task_set(GREEN, 2, green, "d-OURS"),
        ],
        ..service()
    }
}

/// Our deployment in this state.
pub(crate) fn deployment(status: CodeDeployStatus) -> CodeDeployment {
    CodeDeployment {
        id: ours(),
        status,
        creator: Some(Creator::User),
        created_at: Some(at(150)),
        completed_at: None,
        at: Some(GroupRef {
            application: "AppECS-demo-web".to_owned(),
            group: "DgpECS-demo-web".to_owned(),
        }),
        config: None,
        description: None,
        trouble: None,
        rolled_back_by: None,
        rollback_message: String::new(),
        appspec_sha256: None,
        task_definition: None,
        auto_rollback: None,
        ready: None,
        messages: Vec::new(),
    }
}

/// A lifecycle event in this state, ten seconds long if it is over.
pub(crate) fn event(name: &str, status: EventStatus) -> LifecycleState {
    let over = matches!(status, EventStatus::Succeeded | EventStatus::Failed);
    let begun = over || status == EventStatus::InProgress;
    LifecycleState {
        name: name.to_owned(),
        status,
        started_at: begun.then(|| at(160)),
        ended_at: over.then(|| at(170)),
        diagnosis: None,
        function: None,
        log_tail: None,
    }
}

/// The names of the lifecycle events, in their order.
pub(crate) const EVENTS: [&str; 8] = [
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
];

/// The target when so many of the events are done, the next one is in this state, and green has this weight.
pub(crate) fn target(done: usize, next: &EventStatus, weight: f64) -> ShiftTarget {
    let set = |number, label, weight| WeightedSet {
        id: id(number).to_string(),
        label: Some(label),
        weight,
        counts: Counts {
            desired: 2,
            pending: 0,
            running: 2,
        },
        target_group: Some("one".to_owned()),
    };
    ShiftTarget {
        events: EVENTS
            .iter()
            .enumerate()
            .map(|(index, name)| match index {
                index if index < done => event(name, EventStatus::Succeeded),
                index if index == done => event(name, next.clone()),
                _ => event(name, EventStatus::Pending),
            })
            .collect(),
        sets: vec![
            set(BLUE, SetLabel::Blue, 100.0 - weight),
            set(GREEN, SetLabel::Green, weight),
        ],
    }
}
