//! Deployment groups: which service is deployed to, behind which load balancer, and by which rules.

use serde_json::{Value, json};

use super::configuration::{self, DEFAULT};
use super::{application, pages, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;
use crate::sim::{alarms, ecs, ecs::Incidents};

/// The most groups a batch may name.
const BATCH: usize = 100;
/// The most alarms a group may have (API shape `AlarmConfiguration`).
const ALARMS: usize = 10;
/// The longest wait before blue is terminated, in minutes (CodeDeploy quota).
const LONGEST: i64 = 2_880;

/// The members of `CreateDeploymentGroup` that a group for ECS keeps.
const KEPT: [&str; 8] = [
    "deploymentConfigName",
    "serviceRoleArn",
    "triggerConfigurations",
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "deploymentStyle",
    "blueGreenDeploymentConfiguration",
    "loadBalancerInfo",
];

/// The members that are for instances.
const FOR_INSTANCES: [&str; 8] = [
    "ec2TagFilters",
    "onPremisesInstanceTagFilters",
    "autoScalingGroups",
    "ec2TagSet",
    "onPremisesTagSet",
    "outdatedInstancesStrategy",
    "ec2DeploymentOptions",
    "terminationHookEnabled",
];

/// One deployment group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    id: String,
    /// The members it was made of, as they were sent.
    pub(super) settings: Members,
    /// The cluster and the service it deploys to.
    pub(super) target: (String, String),
}

impl Group {
    /// The name of the configuration its deployments go by.
    pub(super) fn configuration(&self) -> &str {
        members::text(&self.settings, "deploymentConfigName").unwrap_or(DEFAULT)
    }

    fn setting(&self, name: &str) -> Value {
        self.settings.get(name).cloned().unwrap_or(Value::Null)
    }
}

/// `CreateDeploymentGroup`.
pub(super) fn create(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (application, found) = application::find(cloud, input)?;
    let (application, platform) = (application.to_owned(), found.platform.clone());
    let name = members::text(input, "deploymentGroupName").unwrap_or_default();
    let key = (application, name.to_owned());
    if cloud.codedeploy.groups.contains_key(&key) {
        return Err(refuse::with(
            "DeploymentGroupAlreadyExistsException",
            format!("Deployment Group with name: {name} already exists."),
        ));
    }
    if platform != "ECS" {
        return Err(refuse::unsupported(&format!(
            "a deployment group for the compute platform {platform}"
        )));
    }
    let id = cloud.ids.uuid();
    let group = made(cloud, &key, input, Err(id))?;
    let answer = json!({ "deploymentGroupId": group.id });
    cloud.codedeploy.groups.insert(key, group);
    Ok(answer)
}

/// `UpdateDeploymentGroup`: what is sent replaces what was there.
pub(super) fn update(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (application, _) = application::find(cloud, input)?;
    let name = members::text(input, "currentDeploymentGroupName").unwrap_or_default();
    let key = (application.to_owned(), name.to_owned());
    let old = cloud.codedeploy.groups.get(&key);
    let old = old.ok_or_else(|| refuse::no_group(name))?;
    if members::given(input, "newDeploymentGroupName") {
        return Err(refuse::unsupported("a new name of a deployment group"));
    }
    let group = made(cloud, &key, input, Ok(old))?;
    cloud.codedeploy.groups.insert(key, group);
    Ok(json!({ "hooksNotCleanedUp": [] }))
}

/// A group as a request changes an old one, or makes one of this id.
fn made(
    cloud: &Cloud,
    key: &(String, String),
    input: &Members,
    old: Result<&Group, String>,
) -> Result<Group, Refusal> {
    if let Some(member) = FOR_INSTANCES
        .iter()
        .find(|member| members::given(input, member))
    {
        return Err(refuse::unsupported(&format!(
            "{member} in a deployment group for ECS"
        )));
    }
    let mut settings = match &old {
        Ok(old) => old.settings.clone(),
        Err(_) => Members::new(),
    };
    for name in KEPT {
        if members::given(input, name) {
            settings.insert(
                name.to_owned(),
                input.get(name).cloned().unwrap_or_default(),
            );
        }
    }
    let configuration = members::text(&settings, "deploymentConfigName").unwrap_or(DEFAULT);
    configuration::for_ecs(cloud, configuration)?;
    check_style(&settings)?;
    check_blue_green(&settings)?;
    check_load_balancer(&settings)?;
    check_guards(&settings)?;
    let target = match (&old, members::given(input, "ecsServices")) {
        (Ok(old), false) => old.target.clone(),
        _ => service(cloud, key, input)?,
    };
    let id = old.map_or_else(|id| id, |old| old.id.clone());
    Ok(Group {
        id,
        settings,
        target,
    })
}

fn check_style(settings: &Members) -> Result<(), Refusal> {
    let style = members::object(settings, "deploymentStyle");
    let is =
        |name: &str, value: &str| style.and_then(|style| members::text(style, name)) == Some(value);
    if is("deploymentType", "BLUE_GREEN") && is("deploymentOption", "WITH_TRAFFIC_CONTROL") {
        return Ok(());
    }
    Err(refuse::with(
        "InvalidDeploymentStyleException",
        "For ECS deployment group, deploymentStyle must be BLUE_GREEN and WITH_TRAFFIC_CONTROL",
    ))
}

fn check_blue_green(settings: &Members) -> Result<(), Refusal> {
    let wrong = |text: &str| refuse::with("InvalidBlueGreenDeploymentConfigurationException", text);
    let blue_green =
        members::object(settings, "blueGreenDeploymentConfiguration").ok_or_else(|| {
            wrong("For ECS deployment group, blueGreenDeploymentConfiguration is required")
        })?;
    let ready = members::object(blue_green, "deploymentReadyOption")
        .ok_or_else(|| wrong("For ECS deployment group, deploymentReadyOption is required"))?;
    let wait = members::number(ready, "waitTimeInMinutes").unwrap_or(0);
    let stops = members::text(ready, "actionOnTimeout") == Some("STOP_DEPLOYMENT");
    if stops && wait < 1 {
        return Err(wrong("STOP_DEPLOYMENT needs waitTimeInMinutes"));
    }
    let end = members::object(blue_green, "terminateBlueInstancesOnDeploymentSuccess").ok_or_else(
        || wrong("For ECS deployment group, terminateBlueInstancesOnDeploymentSuccess is required"),
    )?;
    if members::text(end, "action") == Some("KEEP_ALIVE") {
        return Err(wrong(
            "For ECS deployment group, the action must be TERMINATE",
        ));
    }
    let end = members::number(end, "terminationWaitTimeInMinutes").unwrap_or(0);
    if !(0..=LONGEST).contains(&wait) || !(0..=LONGEST).contains(&end) {
        return Err(wrong("a wait time is between 0 and 2880 minutes"));
    }
    Ok(())
}

fn check_load_balancer(settings: &Members) -> Result<(), Refusal> {
    let wrong = |text: &str| refuse::with("InvalidLoadBalancerInfoException", text);
    let info = members::object(settings, "loadBalancerInfo")
        .ok_or_else(|| wrong("For ECS deployment group, loadBalancerInfo is required"))?;
    let [Value::Object(pair)] = members::list(info, "targetGroupPairInfoList") else {
        return Err(refuse::with(
            "InvalidTargetGroupPairException",
            "For ECS deployment group, targetGroupPairInfoList needs exactly one entry",
        ));
    };
    let names: Vec<&str> = members::list(pair, "targetGroups")
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|group| members::text(group, "name"))
        .collect();
    if names.len() != 2 || names.first() == names.last() {
        return Err(refuse::with(
            "InvalidTargetGroupPairException",
            "a pair needs two different target groups",
        ));
    }
    let listeners = |name: &str| {
        members::object(pair, name).map(|route| members::list(route, "listenerArns").len())
    };
    if listeners("prodTrafficRoute") != Some(1)
        || listeners("testTrafficRoute").is_some_and(|count| count != 1)
    {
        return Err(wrong("a traffic route needs exactly one listener"));
    }
    Ok(())
}

fn check_guards(settings: &Members) -> Result<(), Refusal> {
    if let Some(alarms) = members::object(settings, "alarmConfiguration") {
        check_alarms(alarms)?;
    }
    if let Some(rollback) = members::object(settings, "autoRollbackConfiguration") {
        check_rollback(rollback)?;
    }
    Ok(())
}

/// Refuses alarms that cannot be watched.
pub(super) fn check_alarms(alarms: &Members) -> Result<(), Refusal> {
    let count = members::list(alarms, "alarms").len();
    if count > ALARMS {
        return Err(refuse::with(
            "AlarmsLimitExceededException",
            format!("there can be at most {ALARMS} alarms"),
        ));
    }
    if members::flag(alarms, "enabled") == Some(true) && count == 0 {
        return Err(refuse::with(
            "InvalidAlarmConfigException",
            "an enabled alarm configuration needs alarms",
        ));
    }
    Ok(())
}

/// Refuses a way back that nothing leads to.
pub(super) fn check_rollback(rollback: &Members) -> Result<(), Refusal> {
    let on = members::flag(rollback, "enabled") == Some(true);
    if on && members::list(rollback, "events").is_empty() {
        return Err(refuse::with(
            "InvalidAutoRollbackConfigException",
            "an enabled automatic rollback needs events",
        ));
    }
    Ok(())
}

/// The one service a request names, which must be CodeDeploy's and no other group's.
fn service(
    cloud: &Cloud,
    key: &(String, String),
    input: &Members,
) -> Result<(String, String), Refusal> {
    let wrong = |text: String| refuse::with("InvalidECSServiceException", text);
    let [Value::Object(entry)] = members::list(input, "ecsServices") else {
        return Err(wrong(
            "For ECS deployment group, exactly one ECS service is required".to_owned(),
        ));
    };
    let short = |name: &str| {
        let name = members::text(entry, name).unwrap_or_default();
        name.rsplit('/').next().unwrap_or(name).to_owned()
    };
    let target = (short("clusterName"), short("serviceName"));
    if ecs::task_sets(cloud, &target.0, &target.1).is_none() {
        return Err(wrong(format!(
            "The ECS service {} in the cluster {} is not active or its deployment controller is not CODE_DEPLOY",
            target.1, target.0
        )));
    }
    let taken = cloud
        .codedeploy
        .groups
        .iter()
        .any(|(other, group)| other != key && group.target == target);
    if taken {
        return Err(refuse::with(
            "ECSServiceMappingLimitExceededException",
            format!(
                "The ECS service {}:{} is in another deployment group",
                target.0, target.1
            ),
        ));
    }
    Ok(target)
}

/// The group that a request names, with its key.
///
/// # Errors
/// `ApplicationDoesNotExistException`, `DeploymentGroupNameRequiredException`, `DeploymentGroupDoesNotExistException`.
pub(super) fn find<'a>(
    cloud: &'a Cloud,
    input: &Members,
) -> Result<((String, String), &'a Group), Refusal> {
    let (application, _) = application::find(cloud, input)?;
    let name = members::text(input, "deploymentGroupName").ok_or_else(|| {
        refuse::with(
            "DeploymentGroupNameRequiredException",
            "Deployment Group name is missing",
        )
    })?;
    let key = (application.to_owned(), name.to_owned());
    match cloud.codedeploy.groups.get(&key) {
        Some(group) => Ok((key, group)),
        None => Err(refuse::no_group(name)),
    }
}

/// `GetDeploymentGroup`.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (key, group) = find(cloud, input)?;
    Ok(json!({ "deploymentGroupInfo": described(cloud, &key, group) }))
}

/// `BatchGetDeploymentGroups`: those that are not there are left out, and said in `errorMessage`.
pub(super) fn batch_get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (application, _) = application::find(cloud, input)?;
    let names = members::texts(input, "deploymentGroupNames");
    pages::at_most(&names, BATCH, "BatchLimitExceededException")?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        let key = (application.to_owned(), name.to_owned());
        match cloud.codedeploy.groups.get(&key) {
            Some(group) => found.push(described(cloud, &key, group)),
            None => missing.push(name),
        }
    }
    let mut answer = json!({ "deploymentGroupsInfo": found });
    if !missing.is_empty() {
        answer["errorMessage"] = json!(format!(
            "No Deployment Group found for name: {}",
            missing.join(", ")
        ));
    }
    Ok(answer)
}

/// `ListDeploymentGroups`.
pub(super) fn list(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (application, _) = application::find(cloud, input)?;
    let names = cloud
        .codedeploy
        .groups
        .keys()
        .filter(|(of, _)| of == application)
        .map(|(_, name)| json!(name))
        .collect();
    let mut page = pages::page(input, "deploymentGroups", names)?;
    page["applicationName"] = json!(application);
    Ok(page)
}

fn described(cloud: &Cloud, key: &(String, String), group: &Group) -> Value {
    let mut info = json!({
        "applicationName": key.0,
        "deploymentGroupId": group.id,
        "deploymentGroupName": key.1,
        "deploymentConfigName": group.configuration(),
        "ec2TagFilters": [],
        "onPremisesInstanceTagFilters": [],
        "autoScalingGroups": [],
        "triggerConfigurations": group
            .settings
            .get("triggerConfigurations")
            .cloned()
            .unwrap_or_else(|| json!([])),
        "outdatedInstancesStrategy": "UPDATE",
        "computePlatform": "ECS",
        "ecsServices": [{"serviceName": group.target.1, "clusterName": group.target.0}],
        "terminationHookEnabled": false,
    });
    for name in [
        "serviceRoleArn",
        "alarmConfiguration",
        "autoRollbackConfiguration",
        "deploymentStyle",
        "blueGreenDeploymentConfiguration",
        "loadBalancerInfo",
    ] {
        let value = group.setting(name);
        if !value.is_null() {
            info[name] = value;
        }
    }
    let own = || {
        cloud
            .codedeploy
            .deployments
            .iter()
            .rev()
            .filter(|deployment| deployment.group == *key)
    };
    if let Some(last) = own().next() {
        info["targetRevision"] = last.revision.clone().into();
        info["lastAttemptedDeployment"] = last.brief();
    }
    if let Some(last) = own().find(|deployment| deployment.succeeded()) {
        info["lastSuccessfulDeployment"] = last.brief();
    }
    info
}

/// Sets what a story needs of the groups of a service (of every one without a name), now, where a caller can see it before a
/// deployment: an alarm to fire, a wait for an approval.
pub(crate) fn prepare(cloud: &mut Cloud, service: Option<&str>) {
    let mut groups = std::mem::take(&mut cloud.codedeploy.groups);
    let mut alarms = Vec::new();
    for group in groups.values_mut() {
        let (cluster, name) = &group.target;
        if service.is_none_or(|service| service == name) {
            let incidents = ecs::incidents(cloud, cluster, name);
            group.prepare(&incidents);
            alarms.extend(group.alarm().filter(|_| incidents.alarm_after.is_some()));
        }
    }
    cloud.codedeploy.groups = groups;
    for name in alarms {
        alarms::know(cloud, &name);
    }
}

impl Group {
    /// The first of its alarms, which is the one a story lets fire.
    fn alarm(&self) -> Option<String> {
        let rule = members::object(&self.settings, "alarmConfiguration")?;
        let first = members::list(rule, "alarms").first()?.as_object()?;
        members::text(first, "name").map(str::to_owned)
    }

    fn prepare(&mut self, incidents: &Incidents) {
        let alarmed = members::object(&self.settings, "alarmConfiguration")
            .is_some_and(|alarms| members::flag(alarms, "enabled") == Some(true));
        if incidents.alarm_after.is_some() && !alarmed {
            let alarm = format!("{}-errors", self.target.1);
            self.settings.insert(
                "alarmConfiguration".to_owned(),
                json!({"enabled": true, "ignorePollAlarmFailure": false, "alarms": [{"name": alarm}]}),
            );
        }
        if let Some(rollback) = incidents.rollback {
            let mut rule = members::object(&self.settings, "autoRollbackConfiguration")
                .cloned()
                .unwrap_or_default();
            rule.insert("enabled".to_owned(), rollback.into());
            if members::list(&rule, "events").is_empty() {
                rule.insert("events".to_owned(), json!(["DEPLOYMENT_FAILURE"]));
            }
            self.settings
                .insert("autoRollbackConfiguration".to_owned(), rule.into());
        }
        if let Some(minutes) = incidents.ready_wait
            && let Some(blue_green) = self
                .settings
                .get_mut("blueGreenDeploymentConfiguration")
                .and_then(Value::as_object_mut)
        {
            blue_green.insert(
                "deploymentReadyOption".to_owned(),
                json!({"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": minutes}),
            );
        }
    }
}
