//! From the types of CodeDeploy's SDK to the domain's facts, member by member. A text that is not known stays as it is.

use std::time::{Duration, SystemTime};

use aws_sdk_codedeploy::types as sdk;
use aws_smithy_types::DateTime;

use crate::domain::codedeploy::{
    AutoRollback, CodeDeployStatus, CodeDeployment, Creator, DeploymentConfig, DeploymentGroup,
    EventStatus, GroupRef, LastDeployment, LifecycleState, ReadyOption, Routing, SetLabel,
    ShiftTarget, Trouble, WeightedSet, deployed_by,
};
use crate::domain::digest::sha256_hex;
use crate::domain::service::{CodeDeployId, Counts};

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn time(value: Option<&DateTime>) -> Option<SystemTime> {
    value.and_then(|time| SystemTime::try_from(*time).ok())
}

fn minutes(value: i32) -> Duration {
    Duration::from_mins(u64::try_from(value).unwrap_or(0))
}

pub(super) fn group(at: &GroupRef, info: &sdk::DeploymentGroupInfo) -> DeploymentGroup {
    let style = info.blue_green_deployment_configuration();
    DeploymentGroup {
        at: at.clone(),
        platform: info
            .compute_platform()
            .map(|platform| platform.as_str().to_owned())
            .unwrap_or_default(),
        config: info.deployment_config_name().map(str::to_owned),
        services: info
            .ecs_services()
            .iter()
            .map(|one| (text(one.cluster_name()), text(one.service_name())))
            .collect(),
        ready: style
            .and_then(sdk::BlueGreenDeploymentConfiguration::deployment_ready_option)
            .map(ready)
            .unwrap_or_default(),
        termination_wait: style
            .and_then(
                sdk::BlueGreenDeploymentConfiguration::terminate_blue_instances_on_deployment_success,
            )
            .map(|option| minutes(option.termination_wait_time_in_minutes()))
            .unwrap_or_default(),
        auto_rollback: info
            .auto_rollback_configuration()
            .map(auto_rollback)
            .unwrap_or_default(),
        alarms: info
            .alarm_configuration()
            .filter(|alarms| alarms.enabled())
            .map(sdk::AlarmConfiguration::alarms)
            .unwrap_or_default()
            .iter()
            .filter_map(sdk::Alarm::name)
            .map(str::to_owned)
            .collect(),
        last: info.last_attempted_deployment().and_then(|last| {
            Some(LastDeployment {
                id: CodeDeployId::new(last.deployment_id()?),
                created_at: time(last.create_time()),
            })
        }),
    }
}

fn ready(option: &sdk::DeploymentReadyOption) -> ReadyOption {
    ReadyOption {
        is_manual: option.action_on_timeout() == Some(&sdk::DeploymentReadyAction::StopDeployment),
        wait: minutes(option.wait_time_in_minutes()),
    }
}

fn auto_rollback(configuration: &sdk::AutoRollbackConfiguration) -> AutoRollback {
    AutoRollback {
        enabled: configuration.enabled(),
        events: configuration
            .events()
            .iter()
            .map(|event| event.as_str().to_owned())
            .collect(),
    }
}

pub(super) fn config(info: &sdk::DeploymentConfigInfo) -> DeploymentConfig {
    DeploymentConfig {
        platform: info
            .compute_platform()
            .map(|platform| platform.as_str().to_owned())
            .unwrap_or_default(),
        routing: info.traffic_routing_config().and_then(routing),
    }
}

fn routing(config: &sdk::TrafficRoutingConfig) -> Option<Routing> {
    let percent = |value| u32::try_from(value).unwrap_or(0);
    match config.r#type()? {
        sdk::TrafficRoutingType::AllAtOnce => Some(Routing::AllAtOnce),
        sdk::TrafficRoutingType::TimeBasedCanary => {
            config.time_based_canary().map(|canary| Routing::Canary {
                percent: percent(canary.canary_percentage()),
                interval: minutes(canary.canary_interval()),
            })
        }
        sdk::TrafficRoutingType::TimeBasedLinear => {
            config.time_based_linear().map(|linear| Routing::Linear {
                percent: percent(linear.linear_percentage()),
                interval: minutes(linear.linear_interval()),
            })
        }
        _ => None,
    }
}

pub(super) fn deployment(info: &sdk::DeploymentInfo) -> CodeDeployment {
    let rollback = info.rollback_info();
    let appspec = info
        .revision()
        .and_then(sdk::RevisionLocation::app_spec_content);
    CodeDeployment {
        id: CodeDeployId::new(text(info.deployment_id())),
        status: CodeDeployStatus::from(info.status().map_or("", |status| status.as_str())),
        creator: info
            .creator()
            .map(|creator| Creator::from(creator.as_str())),
        created_at: time(info.create_time()),
        completed_at: time(info.complete_time()),
        at: info
            .application_name()
            .zip(info.deployment_group_name())
            .map(|(application, group)| GroupRef {
                application: application.to_owned(),
                group: group.to_owned(),
            }),
        config: info.deployment_config_name().map(str::to_owned),
        description: info.description().map(str::to_owned),
        trouble: info.error_information().map(|error| Trouble {
            code: error
                .code()
                .map(|code| code.as_str().to_owned())
                .unwrap_or_default(),
            message: text(error.message()),
        }),
        rolled_back_by: rollback
            .and_then(sdk::RollbackInfo::rollback_deployment_id)
            .filter(|id| !id.is_empty())
            .map(CodeDeployId::new),
        rollback_message: text(rollback.and_then(sdk::RollbackInfo::rollback_message)),
        appspec_sha256: appspec.and_then(|appspec| {
            let stated = appspec.sha256().map(str::to_owned);
            stated.or_else(|| {
                appspec
                    .content()
                    .map(|content| sha256_hex(content.as_bytes()))
            })
        }),
        task_definition: appspec
            .and_then(sdk::AppSpecContent::content)
            .and_then(deployed_by),
        auto_rollback: info.auto_rollback_configuration().map(auto_rollback),
        ready: info
            .blue_green_deployment_configuration()
            .and_then(sdk::BlueGreenDeploymentConfiguration::deployment_ready_option)
            .map(ready),
        messages: info.deployment_status_messages().to_vec(),
    }
}

pub(super) fn target(target: &sdk::EcsTarget) -> ShiftTarget {
    ShiftTarget {
        events: target.lifecycle_events().iter().map(event).collect(),
        sets: target.task_sets_info().iter().map(set).collect(),
    }
}

fn event(event: &sdk::LifecycleEvent) -> LifecycleState {
    let diagnostics = event.diagnostics();
    LifecycleState {
        name: text(event.lifecycle_event_name()),
        status: EventStatus::from(event.status().map_or("", |status| status.as_str())),
        started_at: time(event.start_time()),
        ended_at: time(event.end_time()),
        diagnosis: diagnostics.map(|diagnostics| Trouble {
            code: diagnostics
                .error_code()
                .map(|code| code.as_str().to_owned())
                .unwrap_or_default(),
            message: text(diagnostics.message()),
        }),
        function: diagnostics
            .and_then(sdk::Diagnostics::script_name)
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        log_tail: diagnostics
            .and_then(sdk::Diagnostics::log_tail)
            .filter(|tail| !tail.is_empty())
            .map(str::to_owned),
    }
}

fn set(set: &sdk::EcsTaskSet) -> WeightedSet {
    let count = |value: i64| u32::try_from(value).unwrap_or(0);
    WeightedSet {
        id: text(set.identifer()),
        label: set
            .task_set_label()
            .map(|label| SetLabel::from(label.as_str())),
        weight: set.traffic_weight(),
        counts: Counts {
            desired: count(set.desired_count()),
            pending: count(set.pending_count()),
            running: count(set.running_count()),
        },
        target_group: set
            .target_group()
            .and_then(sdk::TargetGroupInfo::name)
            .map(str::to_owned),
    }
}
