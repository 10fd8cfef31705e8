//! What exists when the simulator starts: the default world, and the seed files that replace it.
//!
//! A seed is a JSON object. Where AWS has a request for a thing, the seed's entry is that request, so there is no second
//! format to learn: `taskDefinitions` are inputs of `RegisterTaskDefinition`, `services` of `CreateService` (they are
//! steady from the beginning), `applications`, `deploymentConfigs` and `deploymentGroups` of CodeDeploy's, `scalableTargets`
//! of `RegisterScalableTarget`. `clusters` and `logGroups` are names.
//! `repositories`, `alarms` and `autoScalingGroups` are described in `docs/simulator.md`, as are `stories` and `rules`.

mod entry;
mod groups;
mod images;
mod worlds;

use serde_json::Value;

use crate::sim::cloud::{Cloud, Rules};
use crate::sim::ecs::ForeignOwner;
use crate::sim::members::Members;
use crate::sim::model::check::{self, Side};
use crate::sim::model::{Known, Models};
use crate::sim::scaling::OmittedFlags;
use crate::sim::service::Service;
use crate::sim::throttle::Throttling;
use crate::sim::{alarms, codedeploy, door, ecs, logs};
use entry::Entry;
pub(crate) use images::push;
pub(crate) use worlds::{default_world, one_service};

/// Virtual seconds for which the things of a seed have been there when the simulator starts.
pub(crate) const PAST: f64 = 3.0 * 86_400.0;

/// The members of a seed, in the order in which their things are made.
const MEMBERS: [&str; 14] = [
    "rules",
    "clusters",
    "logGroups",
    "alarms",
    "repositories",
    "taskDefinitions",
    "services",
    "applications",
    "deploymentConfigs",
    "deploymentGroups",
    "scalableTargets",
    "autoScalingGroups",
    "stories",
    "taskStories",
];

/// What is made by one request an entry, once the services are there.
const REQUESTS: [(&str, Service, &str); 4] = [
    ("applications", Service::CodeDeploy, "CreateApplication"),
    (
        "deploymentConfigs",
        Service::CodeDeploy,
        "CreateDeploymentConfig",
    ),
    (
        "deploymentGroups",
        Service::CodeDeploy,
        "CreateDeploymentGroup",
    ),
    (
        "scalableTargets",
        Service::Scaling,
        "RegisterScalableTarget",
    ),
];

/// Makes everything a seed names, at the cloud's present moment.
///
/// # Errors
/// The seed is not what it should be: a text that begins with the place, such as `seed: services[0]`.
pub(crate) fn grow(models: &Models, cloud: &mut Cloud, seed: &Value) -> Result<(), String> {
    let seed = Entry::root(seed)?;
    seed.only(&MEMBERS)?;
    if let Some(entry) = seed.object("rules")? {
        cloud.rules = rules(&entry, &cloud.rules)?;
    }
    for name in seed.texts("clusters")? {
        ecs::seed_cluster(cloud, &name);
    }
    for name in seed.texts("logGroups")? {
        logs::create_group(cloud, &name);
    }
    for entry in seed.objects("alarms")? {
        add_alarm(cloud, &entry)?;
    }
    for entry in seed.objects("repositories")? {
        images::add_repository(cloud, &entry)?;
    }
    for entry in seed.objects("taskDefinitions")? {
        call(
            models,
            cloud,
            Service::Ecs,
            "RegisterTaskDefinition",
            &entry,
        )?;
    }
    for entry in seed.objects("services")? {
        add_service(models, cloud, &entry)?;
    }
    for (name, service, operation) in REQUESTS {
        for entry in seed.objects(name)? {
            call(models, cloud, service, operation, &entry)?;
        }
    }
    for entry in seed.objects("autoScalingGroups")? {
        groups::add_group(cloud, &entry)?;
    }
    if let Some(stories) = seed.object("stories")? {
        for (service, story) in stories.members {
            ecs::set_story(cloud, Some(service), story)
                .map_err(|error| stories.error(service, &error))?;
            codedeploy::prepare(cloud, Some(service));
        }
    }
    if let Some(stories) = seed.object("taskStories")? {
        for (family, story) in stories.members {
            ecs::set_task_story(cloud, family, story)
                .map_err(|error| stories.error(family, &error))?;
        }
    }
    Ok(())
}

fn rules(entry: &Entry<'_>, old: &Rules) -> Result<Rules, String> {
    entry.only(&[
        "omittedFlags",
        "deploymentLag",
        "taskLag",
        "logLag",
        "throttling",
        "clockAhead",
    ])?;
    let omitted_flags = match entry.text("omittedFlags")?.as_deref() {
        None => old.omitted_flags,
        Some("kept") => OmittedFlags::Kept,
        Some("cleared") => OmittedFlags::Cleared,
        Some(_) => return Err(entry.error("omittedFlags", "is neither `kept` nor `cleared`")),
    };
    let throttling = match entry.text("throttling")?.as_deref() {
        None => old.throttling,
        Some("off") => Throttling::Off,
        Some("real") => Throttling::Real,
        Some("virtual") => Throttling::Virtual,
        Some(_) => {
            return Err(entry.error("throttling", "is neither `off`, `real` nor `virtual`"));
        }
    };
    Ok(Rules {
        omitted_flags,
        throttling,
        deployment_lag: entry
            .seconds("deploymentLag")?
            .unwrap_or(old.deployment_lag),
        task_lag: entry.seconds("taskLag")?.unwrap_or(old.task_lag),
        log_lag: entry.seconds("logLag")?.unwrap_or(old.log_lag),
        clock_ahead: entry.number("clockAhead")?.unwrap_or(old.clock_ahead),
        ..old.clone()
    })
}

/// An alarm in a state; one with a rule is a composite one.
fn add_alarm(cloud: &mut Cloud, entry: &Entry<'_>) -> Result<(), String> {
    entry.only(&["AlarmName", "StateValue", "StateReason", "AlarmRule"])?;
    let states = ["OK", "ALARM", "INSUFFICIENT_DATA"];
    let state = entry.one_of("StateValue", &states)?;
    let (reason, rule) = (entry.text("StateReason")?, entry.text("AlarmRule")?);
    let name = entry.need("AlarmName")?;
    let state = state.as_deref().unwrap_or("OK");
    alarms::add(cloud, &name, state, reason.as_deref(), rule.as_deref());
    Ok(())
}

/// Sends an entry through the front door as the request it is.
fn call(
    models: &Models,
    cloud: &mut Cloud,
    service: Service,
    operation: &str,
    entry: &Entry<'_>,
) -> Result<(), String> {
    let outcome = door::call(models, cloud, service, operation, entry.members);
    if let Some(finding) = outcome.findings.first() {
        return Err(entry.error("", finding));
    }
    match outcome.answer {
        Ok(_) => Ok(()),
        Err(refusal) => Err(entry.error("", &format!("{}: {}", refusal.code, refusal.message))),
    }
}

/// A service that has been there for a while; checked as a request, but nothing is rolled out. One that somebody else moves is
/// made as the others are, and then left to its owner.
fn add_service(models: &Models, cloud: &mut Cloud, entry: &Entry<'_>) -> Result<(), String> {
    let mut members = entry.members.clone();
    let owner = foreign_owner(entry, &mut members)?;
    if let Some(model) = models.of(Service::Ecs) {
        let input = match model.operation("CreateService") {
            Known::Modelled(operation) => operation.input.as_deref(),
            Known::NameOnly | Known::Unknown => None,
        };
        if let Some(finding) = check::members(model, input, &members, Side::Request).first() {
            return Err(entry.error("", &finding.to_string()));
        }
    }
    let since = cloud.now;
    ecs::seed_service(cloud, &members, since)
        .map_err(|refusal| entry.error("", &format!("{}: {}", refusal.code, refusal.message)))?;
    if let Some(owner) = owner {
        let cluster = entry.text("cluster")?;
        let cluster = cluster.as_deref().unwrap_or("default");
        ecs::seed_owner(cloud, cluster, &entry.need("serviceName")?, owner);
    }
    Ok(())
}

/// Who moves the service, if it is not ECS or CodeDeploy. What says so is taken out of the members: ECS makes such services by
/// other requests, or the simulator would refuse them.
fn foreign_owner(entry: &Entry<'_>, members: &mut Members) -> Result<Option<ForeignOwner>, String> {
    let managed = entry.one_of("resourceManagementType", &["CUSTOMER", "ECS"])?;
    members.shift_remove("resourceManagementType");
    if managed.as_deref() == Some("ECS") {
        return Ok(Some(ForeignOwner::Express));
    }
    let controller = entry.object("deploymentController")?;
    let kind = controller
        .map(|controller| controller.text("type"))
        .transpose()?;
    if kind.flatten().as_deref() == Some("EXTERNAL") {
        members.shift_remove("deploymentController");
        return Ok(Some(ForeignOwner::Program));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
