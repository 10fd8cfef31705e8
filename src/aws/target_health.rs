//! The health of targets, through `aws-sdk-elasticloadbalancingv2`. Translates; decides nothing.

use aws_sdk_elasticloadbalancingv2::types as sdk;

use super::Aws;
use super::refusal::port_error;
use crate::domain::target_health::{TargetHealth, TargetReason, TargetState};
use crate::ports::PortError;
use crate::ports::target_health::ReadTargetHealth;

impl ReadTargetHealth for Aws {
    async fn target_health(&self, group: &str) -> Result<Vec<TargetHealth>, PortError> {
        let answer = self
            .balancers
            .describe_target_health()
            .target_group_arn(group)
            .send()
            .await
            .map_err(|error| port_error("DescribeTargetHealth", &error))?;
        let targets = answer.target_health_descriptions();
        Ok(targets.iter().map(|target| health(group, target)).collect())
    }
}

fn health(group: &str, description: &sdk::TargetHealthDescription) -> TargetHealth {
    let target = description.target();
    let health = description.target_health();
    // The port that is checked is the target's own unless the group says otherwise.
    let checked = description
        .health_check_port()
        .and_then(|port| port.parse().ok());
    TargetHealth {
        group: group.to_owned(),
        target: target
            .and_then(sdk::TargetDescription::id)
            .unwrap_or_default()
            .to_owned(),
        port: target
            .and_then(sdk::TargetDescription::port)
            .and_then(|port| u16::try_from(port).ok())
            .or(checked),
        state: TargetState::from(
            health
                .and_then(sdk::TargetHealth::state)
                .map_or("", |state| state.as_str()),
        ),
        reason: health
            .and_then(sdk::TargetHealth::reason)
            .map(|reason| TargetReason::from(reason.as_str())),
        description: health
            .and_then(sdk::TargetHealth::description)
            .map(str::to_owned),
    }
}
