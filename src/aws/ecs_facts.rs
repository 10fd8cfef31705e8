//! From the SDK's types to the domain's facts, member by member. A member that is missing becomes the empty or zero value the
//! API documents for it; a text that is not known stays as it is.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_sdk_ecs::types as sdk;
use aws_smithy_types::DateTime;

use super::placement;
use crate::domain::service::{
    AlarmGuard, CircuitBreaker, CodeDeployId, ContainerState, Controller, Counts, Deployment,
    DeploymentId, DeploymentRole, GuardStatus, HealthStatus, Hook, HookAction, HookStatus,
    LifecycleStage, LoadBalancer, Management, RevisionArn, RevisionCounts, RevisionImage,
    RollbackFact, RolloutState, Scheduling, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentBrief, ServiceDeploymentStatus, ServiceEvent, ServiceRevision, ServiceState,
    ServiceStatus, StopCode, Strategy, TaskSet, TaskSetStatus, TaskState,
};

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn count(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn time(value: Option<&DateTime>) -> Option<SystemTime> {
    value.and_then(|time| SystemTime::try_from(*time).ok())
}

pub(super) fn service(service: &sdk::Service) -> ServiceState {
    let configuration = service.deployment_configuration();
    ServiceState {
        arn: text(service.service_arn()),
        name: text(service.service_name()),
        cluster: text(service.cluster_arn()),
        status: ServiceStatus::from(service.status().unwrap_or_default()),
        controller: service
            .deployment_controller()
            .map_or(Controller::Ecs, |controller| {
                Controller::from(controller.r#type().as_str())
            }),
        strategy: configuration
            .and_then(sdk::DeploymentConfiguration::strategy)
            .map_or(Strategy::Rolling, |strategy| {
                Strategy::from(strategy.as_str())
            }),
        scheduling: service
            .scheduling_strategy()
            .map_or(Scheduling::Replica, |scheduling| {
                Scheduling::from(scheduling.as_str())
            }),
        management: service
            .resource_management_type()
            .map_or(Management::Customer, |management| {
                Management::from(management.as_str())
            }),
        task_definition: text(service.task_definition()),
        counts: Counts {
            desired: count(service.desired_count()),
            pending: count(service.pending_count()),
            running: count(service.running_count()),
        },
        min_healthy_percent: configuration
            .and_then(sdk::DeploymentConfiguration::minimum_healthy_percent)
            .map(count),
        max_percent: configuration
            .and_then(sdk::DeploymentConfiguration::maximum_percent)
            .map(count),
        circuit_breaker: configuration
            .and_then(sdk::DeploymentConfiguration::deployment_circuit_breaker)
            .map(|breaker| CircuitBreaker {
                enabled: breaker.enable(),
                rollback: breaker.rollback(),
            }),
        alarms: configuration
            .and_then(sdk::DeploymentConfiguration::alarms)
            .map(|alarms| AlarmGuard {
                names: alarms.alarm_names().to_vec(),
                enabled: alarms.enable(),
                rollback: alarms.rollback(),
                states: None,
            }),
        hooks: configuration.map_or(0, |configuration| configuration.lifecycle_hooks().len()),
        deployments: service.deployments().iter().map(entry).collect(),
        task_sets: service.task_sets().iter().map(task_set).collect(),
        events: service.events().iter().map(event).collect(),
        load_balancers: service
            .load_balancers()
            .iter()
            .filter_map(load_balancer)
            .collect(),
        placement: placement::of_service(service),
        current_deployment: service
            .current_service_deployment()
            .map(ServiceDeploymentArn::new),
        bake_time: configuration
            .and_then(sdk::DeploymentConfiguration::bake_time_in_minutes)
            .map(|minutes| Duration::from_mins(u64::from(count(minutes)))),
        current_revisions: service
            .current_service_revisions()
            .iter()
            .filter_map(sdk::ServiceCurrentRevisionSummary::arn)
            .map(RevisionArn::new)
            .collect(),
    }
}

fn entry(deployment: &sdk::Deployment) -> Deployment {
    Deployment {
        id: DeploymentId::new(text(deployment.id())),
        role: DeploymentRole::from(deployment.status().unwrap_or_default()),
        task_definition: text(deployment.task_definition()),
        rollout: deployment
            .rollout_state()
            .map(|state| RolloutState::from(state.as_str())),
        reason: text(deployment.rollout_state_reason()),
        counts: Counts {
            desired: count(deployment.desired_count()),
            pending: count(deployment.pending_count()),
            running: count(deployment.running_count()),
        },
        failed_tasks: count(deployment.failed_tasks()),
        created_at: time(deployment.created_at()),
    }
}

fn event(event: &sdk::ServiceEvent) -> ServiceEvent {
    ServiceEvent {
        id: text(event.id()),
        at: time(event.created_at()),
        message: text(event.message()),
    }
}

/// A load balancer without a container and port has nothing that a task definition could lack.
fn load_balancer(balancer: &sdk::LoadBalancer) -> Option<LoadBalancer> {
    Some(LoadBalancer {
        container: balancer.container_name()?.to_owned(),
        port: u16::try_from(balancer.container_port()?).ok()?,
        target: text(
            balancer
                .target_group_arn()
                .or_else(|| balancer.load_balancer_name()),
        ),
    })
}

pub(super) fn brief(brief: &sdk::ServiceDeploymentBrief) -> ServiceDeploymentBrief {
    ServiceDeploymentBrief {
        arn: ServiceDeploymentArn::new(text(brief.service_deployment_arn())),
        target: brief.target_service_revision_arn().map(RevisionArn::new),
        status: status(brief.status()),
        created_at: time(brief.created_at()),
    }
}

fn task_set(set: &sdk::TaskSet) -> TaskSet {
    TaskSet {
        id: text(set.id()),
        made_by: set.external_id().map(CodeDeployId::new),
        status: TaskSetStatus::from(set.status().unwrap_or_default()),
        task_definition: text(set.task_definition()),
        counts: Counts {
            desired: count(set.computed_desired_count()),
            pending: count(set.pending_count()),
            running: count(set.running_count()),
        },
        is_steady: set.stability_status() == Some(&sdk::StabilityStatus::SteadyState),
        platform_version: set.platform_version().map(str::to_owned),
        load_balancers: set
            .load_balancers()
            .iter()
            .filter_map(load_balancer)
            .collect(),
        created_at: time(set.created_at()),
    }
}

fn status(status: Option<&sdk::ServiceDeploymentStatus>) -> ServiceDeploymentStatus {
    ServiceDeploymentStatus::from(status.map_or("", |status| status.as_str()))
}

fn guard(status: Option<&sdk::ServiceDeploymentRollbackMonitorsStatus>) -> Option<GuardStatus> {
    status.map(|status| GuardStatus::from(status.as_str()))
}

pub(super) fn deployment(deployment: &sdk::ServiceDeployment) -> ServiceDeployment {
    let breaker = deployment.deployment_circuit_breaker();
    let alarms = deployment.alarms();
    ServiceDeployment {
        arn: ServiceDeploymentArn::new(text(deployment.service_deployment_arn())),
        status: status(deployment.status()),
        reason: text(deployment.status_reason()),
        stage: deployment
            .lifecycle_stage()
            .and_then(|stage| LifecycleStage::new(stage.as_str())),
        sources: deployment
            .source_service_revisions()
            .iter()
            .map(revision_counts)
            .collect(),
        target: deployment.target_service_revision().map(revision_counts),
        rollback: deployment.rollback().map(|rollback| RollbackFact {
            reason: text(rollback.reason()),
            revision: rollback.service_revision_arn().map(RevisionArn::new),
        }),
        breaker: guard(breaker.and_then(sdk::ServiceDeploymentCircuitBreaker::status)),
        breaker_failures: count(breaker.map_or(0, |breaker| breaker.failure_count)),
        breaker_threshold: count(breaker.map_or(0, |breaker| breaker.threshold)),
        alarms: guard(alarms.and_then(sdk::ServiceDeploymentAlarms::status)),
        alarms_triggered: alarms
            .map(|alarms| alarms.triggered_alarm_names().to_vec())
            .unwrap_or_default(),
        hooks: deployment
            .lifecycle_hook_details()
            .iter()
            .map(hook)
            .collect(),
        created_at: time(deployment.created_at()),
        finished_at: time(deployment.finished_at().or(deployment.stopped_at())),
    }
}

fn revision_counts(revision: &sdk::ServiceRevisionSummary) -> RevisionCounts {
    RevisionCounts {
        revision: RevisionArn::new(text(revision.arn())),
        requested: count(revision.requested_task_count()),
        pending: count(revision.pending_task_count()),
        running: count(revision.running_task_count()),
        production_weight: revision.requested_production_traffic_weight(),
        test_weight: revision.requested_test_traffic_weight(),
    }
}

fn hook(hook: &sdk::DeploymentLifecycleHookDetail) -> Hook {
    Hook {
        id: text(hook.hook_id()),
        status: HookStatus::from(hook.status().map_or("", |status| status.as_str())),
        target: hook.target_arn().map(str::to_owned),
        expires_at: time(hook.expires_at()),
        at_expiry: hook
            .timeout_action()
            .map(|action| HookAction::from(action.as_str())),
    }
}

pub(super) fn revision(revision: &sdk::ServiceRevision) -> ServiceRevision {
    ServiceRevision {
        arn: RevisionArn::new(text(revision.service_revision_arn())),
        task_definition: text(revision.task_definition()),
        images: revision
            .container_images()
            .iter()
            .map(|image| RevisionImage {
                container: text(image.container_name()),
                image: text(image.image()),
                digest: image.image_digest().map(str::to_owned),
            })
            .collect(),
        target_groups: target_groups(revision),
    }
}

/// What ECS resolved goes before what was asked for: with two groups it names the one that the revision's tasks are in.
fn target_groups(revision: &sdk::ServiceRevision) -> Vec<String> {
    let resolved = revision
        .resolved_configuration()
        .map(sdk::ResolvedConfiguration::load_balancers)
        .unwrap_or_default();
    let mut groups: Vec<String> = resolved
        .iter()
        .filter_map(|balancer| balancer.target_group_arn())
        .map(str::to_owned)
        .collect();
    if groups.is_empty() {
        let asked = revision.load_balancers().iter();
        groups.extend(asked.filter_map(|balancer| balancer.target_group_arn().map(str::to_owned)));
    }
    groups
}

pub(super) fn task(task: &sdk::Task) -> TaskState {
    TaskState {
        arn: text(task.task_arn()),
        started_by: task.started_by().map(str::to_owned),
        task_definition: text(task.task_definition_arn()),
        last_status: text(task.last_status()),
        stop_code: task.stop_code().map(|code| StopCode::from(code.as_str())),
        stopped_reason: task.stopped_reason().map(str::to_owned),
        health: health(task.health_status()),
        containers: task.containers().iter().map(container).collect(),
        addresses: addresses(task),
        created_at: time(task.created_at()),
        started_at: time(task.started_at()),
        stopped_at: time(task.stopped_at()),
    }
}

fn addresses(task: &sdk::Task) -> Vec<String> {
    let interfaces = task
        .containers()
        .iter()
        .flat_map(sdk::Container::network_interfaces);
    let addresses: BTreeSet<&str> = interfaces
        .flat_map(|interface| [interface.private_ipv4_address(), interface.ipv6_address()])
        .flatten()
        .collect();
    addresses.into_iter().map(str::to_owned).collect()
}

fn health(health: Option<&sdk::HealthStatus>) -> HealthStatus {
    HealthStatus::from(health.map_or("UNKNOWN", |health| health.as_str()))
}

fn container(container: &sdk::Container) -> ContainerState {
    ContainerState {
        name: text(container.name()),
        exit_code: container.exit_code(),
        reason: container.reason().map(str::to_owned),
        health: health(container.health_status()),
        image: container.image().map(str::to_owned),
        image_digest: container.image_digest().map(str::to_owned),
        last_status: text(container.last_status()),
    }
}
