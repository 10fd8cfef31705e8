//! EC2 Auto Scaling groups: the ports of groups, translated.
use std::collections::BTreeSet;

use aws_sdk_autoscaling::operation::describe_auto_scaling_groups::builders::DescribeAutoScalingGroupsFluentBuilder;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup as AwsGroup, Filter, ScheduledUpdateGroupAction as AwsAction, Tag,
};
use aws_smithy_types::DateTime;

use super::refusal::port_error;
use super::{Aws, pages};
use crate::domain::scaling::{
    AutoScalingGroup, GroupName, LEASE_TAG, ScalingProcess, Schedule, ScheduledAction, UnixTime,
};
use crate::ports::PortError;
use crate::ports::scaling::{ReadGroups, WriteGroups};

impl ReadGroups for Aws {
    async fn group(&self, name: &GroupName) -> Result<Option<AutoScalingGroup>, PortError> {
        let asked = self.groups.describe_auto_scaling_groups();
        let answers = all(asked.auto_scaling_group_names(name.as_str())).await?;
        Ok(answers.into_iter().find(|group| group.name == *name))
    }

    async fn leased_groups(&self) -> Result<Vec<AutoScalingGroup>, PortError> {
        let tagged = Filter::builder().name("tag-key").values(LEASE_TAG).build();
        all(self.groups.describe_auto_scaling_groups().filters(tagged)).await
    }

    async fn group_actions(&self, name: &GroupName) -> Result<Vec<ScheduledAction>, PortError> {
        let asked = self
            .groups
            .describe_scheduled_actions()
            .auto_scaling_group_name(name.as_str())
            .into_paginator()
            .items();
        let answers = pages::all("DescribeScheduledActions", asked.send()).await?;
        Ok(answers.iter().map(scheduled_action).collect())
    }
}

/// The groups that are asked for, of all pages.
async fn all(
    asked: DescribeAutoScalingGroupsFluentBuilder,
) -> Result<Vec<AutoScalingGroup>, PortError> {
    let asked = asked.into_paginator().items();
    let answers = pages::all("DescribeAutoScalingGroups", asked.send()).await?;
    Ok(answers.iter().map(group).collect())
}

impl WriteGroups for Aws {
    async fn suspend_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError> {
        // The SDK leaves an empty list out, and an omitted list means all processes.
        if processes.is_empty() {
            return Ok(());
        }
        self.groups
            .suspend_processes()
            .auto_scaling_group_name(name.as_str())
            .set_scaling_processes(Some(texts(processes)))
            .send()
            .await
            .map_err(|error| port_error("SuspendProcesses", &error))?;
        Ok(())
    }

    async fn resume_processes(
        &self,
        name: &GroupName,
        processes: &BTreeSet<ScalingProcess>,
    ) -> Result<(), PortError> {
        // The SDK leaves an empty list out, and an omitted list means all processes.
        if processes.is_empty() {
            return Ok(());
        }
        self.groups
            .resume_processes()
            .auto_scaling_group_name(name.as_str())
            .set_scaling_processes(Some(texts(processes)))
            .send()
            .await
            .map_err(|error| port_error("ResumeProcesses", &error))?;
        Ok(())
    }

    async fn write_group_lease(&self, name: &GroupName, text: &str) -> Result<(), PortError> {
        let lease = tag(name).value(text).propagate_at_launch(false).build();
        self.groups
            .create_or_update_tags()
            .tags(lease)
            .send()
            .await
            .map_err(|error| port_error("CreateOrUpdateTags", &error))?;
        Ok(())
    }

    async fn remove_group_lease(&self, name: &GroupName) -> Result<(), PortError> {
        self.groups
            .delete_tags()
            .tags(tag(name).build())
            .send()
            .await
            .map_err(|error| port_error("DeleteTags", &error))?;
        Ok(())
    }
}

fn tag(name: &GroupName) -> aws_sdk_autoscaling::types::builders::TagBuilder {
    Tag::builder()
        .resource_id(name.as_str())
        .resource_type("auto-scaling-group")
        .key(LEASE_TAG)
}

fn texts(processes: &BTreeSet<ScalingProcess>) -> Vec<String> {
    processes.iter().map(ToString::to_string).collect()
}

fn group(answer: &AwsGroup) -> AutoScalingGroup {
    let suspended = answer
        .suspended_processes()
        .iter()
        .filter_map(|process| process.process_name())
        .map(ScalingProcess::answered)
        .collect();
    let lease = answer
        .tags()
        .iter()
        .find(|tag| tag.key() == Some(LEASE_TAG));
    AutoScalingGroup {
        name: GroupName::answered(answer.auto_scaling_group_name().unwrap_or_default()),
        suspended,
        lease_text: lease.and_then(|tag| tag.value()).map(str::to_owned),
    }
}

fn scheduled_action(answer: &AwsAction) -> ScheduledAction {
    let time = |time: Option<&DateTime>| {
        let seconds = u64::try_from(time?.secs()).ok()?;
        Some(UnixTime(seconds))
    };
    let recurrence = answer.recurrence().map(str::to_owned);
    ScheduledAction {
        name: answer
            .scheduled_action_name()
            .unwrap_or_default()
            .to_owned(),
        schedule: recurrence.map_or(Schedule::Once, Schedule::Recurrence),
        time_zone: answer.time_zone().map(str::to_owned),
        created: None,
        start: time(answer.start_time()),
        end: time(answer.end_time()),
        min_capacity: answer.min_size().map(i64::from),
        max_capacity: answer.max_size().map(i64::from),
        desired_capacity: answer.desired_capacity().map(i64::from),
    }
}
