//! `CreateDeployment`, and what a deployment is when it begins.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::appspec::AppSpec;
use super::configuration::{self, Routing};
use super::deployment::{Ahead, Creator, Deployment, Event, Status, Step, has_test_listener};
use super::{group, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::ecs;
use crate::sim::ids::hex_of;
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// The longest description (CodeDeploy quota).
const DESCRIPTION: usize = 256;
/// The rules a deployment takes from its group.
const FROM_GROUP: [&str; 5] = [
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "deploymentStyle",
    "blueGreenDeploymentConfiguration",
    "loadBalancerInfo",
];
/// The rules a request can have of its own.
const OWN: [&str; 2] = ["autoRollbackConfiguration", "overrideAlarmConfiguration"];
/// The members that are for instances. Two of them may be sent with what they mean without being sent.
const FOR_INSTANCES: [&str; 4] = [
    "targetInstances",
    "updateOutdatedInstancesOnly",
    "deploymentMode",
    "ec2DeploymentOptions",
];
/// The lifecycle events without a test listener.
const EVENTS: [&str; 6] = [
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
];
/// The lifecycle events with one.
const EVENTS_WITH_TEST: [&str; 8] = [
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "AllowTestTraffic",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
];

/// What a deployment is made of.
pub(super) struct Order {
    pub(super) group: (String, String),
    pub(super) service: (String, String),
    pub(super) configuration: (String, Routing),
    pub(super) revision: Members,
    pub(super) spec: AppSpec,
    pub(super) rules: Members,
    pub(super) creator: Creator,
    pub(super) description: Option<String>,
}

/// `CreateDeployment`.
///
/// # Errors
/// What is missing or wrong, by its code; `DeploymentLimitExceededException` while another one of the group is active.
pub(super) fn create(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let (key, group) = group::find(cloud, input)?;
    let group = group.clone();
    if let Some(member) = FOR_INSTANCES
        .iter()
        .find(|member| input.get(**member).is_some_and(|value| !is_idle(value)))
    {
        return Err(refuse::unsupported(&format!(
            "{member} in a deployment to ECS"
        )));
    }
    let description = members::text(input, "description").map(str::to_owned);
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > DESCRIPTION)
    {
        return Err(refuse::with(
            "DescriptionTooLongException",
            format!("a description can have {DESCRIPTION} characters"),
        ));
    }
    let name = members::text(input, "deploymentConfigName").unwrap_or(group.configuration());
    let routing = configuration::for_ecs(cloud, name)?;
    let configuration = (name.to_owned(), routing);
    if let Some(alarms) = members::object(input, "overrideAlarmConfiguration") {
        group::check_alarms(alarms)?;
    }
    if let Some(rollback) = members::object(input, "autoRollbackConfiguration") {
        group::check_rollback(rollback)?;
    }
    let (revision, spec) = revision(input)?;
    let (cluster, service) = &group.target;
    if ecs::task_sets(cloud, cluster, service).is_none() {
        return Err(refuse::with(
            "InvalidECSServiceException",
            format!(
                "The ECS service {service} in the cluster {cluster} is not active or its deployment controller is not CODE_DEPLOY"
            ),
        ));
    }
    if let Some(active) = active(cloud, &key) {
        return Err(refuse::with(
            "DeploymentLimitExceededException",
            format!(
                "The Deployment Group '{}' already has an active Deployment '{active}'",
                key.1
            ),
        ));
    }
    let mut rules = Members::new();
    for (from, names) in [(&group.settings, &FROM_GROUP[..]), (input, &OWN[..])] {
        for name in names {
            if members::given(from, name) {
                rules.insert(
                    (*name).to_owned(),
                    from.get(*name).cloned().unwrap_or_default(),
                );
            }
        }
    }
    let order = Order {
        group: key,
        service: group.target.clone(),
        configuration,
        revision,
        spec,
        rules,
        creator: Creator::User,
        description,
    };
    let deployment = begun(cloud, order);
    let answer = json!({ "deploymentId": deployment.id });
    cloud.codedeploy.deployments.push(deployment);
    Ok(answer)
}

/// Null, false and empty ask for nothing.
fn is_idle(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
        || value.as_object().is_some_and(Members::is_empty)
}

/// The deployment of a group that is not over.
fn active<'a>(cloud: &'a Cloud, group: &(String, String)) -> Option<&'a str> {
    cloud
        .codedeploy
        .deployments
        .iter()
        .find(|deployment| deployment.group == *group && !deployment.status.is_over())
        .map(|deployment| deployment.id.as_str())
}

/// The revision of a request, and what it says.
fn revision(input: &Members) -> Result<(Members, AppSpec), Refusal> {
    let revision = members::object(input, "revision")
        .ok_or_else(|| refuse::with("RevisionRequiredException", "The revision is missing"))?;
    match members::text(revision, "revisionType") {
        Some("AppSpecContent") => {}
        Some("S3") => return Err(refuse::unsupported("a revision in S3")),
        _ => {
            return Err(refuse::revision(
                "For ECS deployment, the revision type must be AppSpecContent or S3",
            ));
        }
    }
    let content = members::object(revision, "appSpecContent")
        .ok_or_else(|| refuse::revision("appSpecContent is missing"))?;
    let text = members::text(content, "content")
        .ok_or_else(|| refuse::revision("the content of the appspec is missing"))?;
    if let Some(hash) = members::text(content, "sha256")
        && hash != hex_of(&Sha256::digest(text))
    {
        return Err(refuse::revision(
            "the sha256 of the appspec is not the hash of its content",
        ));
    }
    let spec = AppSpec::parse(text)
        .map_err(|error| refuse::revision(format!("the appspec is not valid: {error}")))?;
    Ok((revision.clone(), spec))
}

/// A deployment that has just been asked for.
pub(super) fn begun(cloud: &mut Cloud, order: Order) -> Deployment {
    let now = cloud.now;
    let previous = cloud
        .codedeploy
        .deployments
        .iter()
        .rev()
        .find(|deployment| deployment.group == order.group && deployment.succeeded())
        .map(|deployment| deployment.revision.clone());
    let names = if has_test_listener(&order.rules) {
        &EVENTS_WITH_TEST[..]
    } else {
        &EVENTS[..]
    };
    let incidents = ecs::incidents(cloud, &order.service.0, &order.service.1);
    let mut ahead = Ahead::default();
    if order.creator == Creator::User {
        ahead.intruder = incidents.intruder_after.map(|after| now.plus(after));
        ahead.alarm = incidents.alarm_after.map(|after| now.plus(after));
        ahead.stop = incidents.stopped_after.map(|after| (now.plus(after), None));
    }
    Deployment {
        id: format!("d-{}", cloud.ids.capitals(9)),
        group: order.group,
        service: order.service,
        configuration: order.configuration,
        revision: order.revision,
        previous,
        spec: order.spec,
        description: order.description,
        creator: order.creator,
        rules: order.rules,
        status: Status::Created,
        error: None,
        created: now,
        started: None,
        completed: None,
        updated: now,
        rollback: Members::new(),
        events: names.iter().map(|name| Event::pending(name)).collect(),
        step: Step::Created,
        due: Some(now),
        blue: None,
        green: None,
        weight: 0.0,
        unsteady_since: None,
        desired: None,
        waits_to_terminate: false,
        ahead,
    }
}
