//! How a deployment ends: well, by a failure, by a stop; and the rollback deployment that follows.
//!
//! A rollback is a deployment of its own. While the original task set is there it only leads the traffic back to it; after
//! that it deploys the previous revision anew.

use serde_json::json;

use super::appspec::AppSpec;
use super::create::{self, Order};
use super::deployment::{Ahead, Creator, Deployment, Diagnostics, EventStatus, Status, Step};
use super::progress::{see, views};
use crate::sim::cloud::Cloud;
use crate::sim::ids::hex_of;
use crate::sim::members::{self, Members};
use crate::sim::{alarms, ecs};
use sha2::{Digest as _, Sha256};

/// An end, and what is to be said of it.
pub(super) struct End {
    status: Status,
    /// `errorInformation`: code and message.
    error: Option<(&'static str, String)>,
    /// What is known of the hook under way.
    diagnostics: Option<Diagnostics>,
    /// The event of `autoRollbackConfiguration` it is.
    event: &'static str,
    /// Whether the caller asked for a rollback, or for none.
    rollback: Option<bool>,
}

impl End {
    pub(super) fn succeeded() -> Self {
        Self {
            status: Status::Succeeded,
            error: None,
            diagnostics: None,
            event: "",
            rollback: Some(false),
        }
    }

    fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: Status::Failed,
            error: Some((code, message.into())),
            diagnostics: None,
            event: "DEPLOYMENT_FAILURE",
            rollback: None,
        }
    }

    pub(super) fn no_service(deployment: &Deployment) -> Self {
        let (cluster, service) = &deployment.service;
        Self::failed(
            "INVALID_ECS_SERVICE",
            format!(
                "The ECS service {service} in the cluster {cluster} is not active or its deployment controller is not CODE_DEPLOY"
            ),
        )
    }

    /// The text is known of both listeners.
    pub(super) fn not_behind_listener(deployment: &Deployment) -> Self {
        let listener = super::deployment::pair(&deployment.rules)
            .and_then(|pair| members::object(pair, "prodTrafficRoute"))
            .map(|route| members::texts(route, "listenerArns").join(""))
            .unwrap_or_default();
        Self::failed(
            "ELASTIC_LOAD_BALANCING_INVALID",
            format!(
                "The ELB could not be updated due to the following error: Primary taskset target group must be behind listener {listener}"
            ),
        )
    }

    /// The text around ECS's own is known.
    pub(super) fn refused_by_ecs(error: &str) -> Self {
        Self::failed(
            "ECS_UPDATE_ERROR",
            format!(
                "The ECS service cannot be updated due to an unexpected error: {error} Check your ECS service status."
            ),
        )
    }

    pub(super) fn never_healthy() -> Self {
        Self::failed(
            "TIMEOUT",
            "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.",
        )
    }

    pub(super) fn unsteady(scaled: bool) -> Self {
        if scaled {
            Self::failed(
                "AUTOSCALING_VALIDATION_ERROR",
                "The number of tasks of the service was changed while traffic was being shifted, and the service did not reach a steady state within 5 minutes.",
            )
        } else {
            Self::failed(
                "TIMEOUT",
                "The service did not stay in a steady state while traffic was being shifted. This time out period is 5 minutes.",
            )
        }
    }

    pub(super) fn hook_failed(event: &str, function: &str) -> Self {
        let mut end = Self::failed(
            "HOOK_EXECUTION_FAILURE",
            "The deployment failed because one or more of the lifecycle event validation functions failed.",
        );
        end.diagnostics = Some(Diagnostics {
            code: "ScriptFailed",
            script: function.to_owned(),
            message: format!(
                "The function for the lifecycle event {event} reported the status Failed."
            ),
            log_tail: format!(
                "INFO {function} checks the new task set\nERROR the new task set answers with 500\n"
            ),
        });
        end
    }

    pub(super) fn hook_silent(event: &str, function: &str) -> Self {
        let mut end = Self::failed(
            "TIMEOUT",
            "The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.",
        );
        end.diagnostics = Some(Diagnostics {
            code: "ScriptTimedOut",
            script: function.to_owned(),
            message: format!(
                "The function for the lifecycle event {event} reported no status within one hour."
            ),
            log_tail: String::new(),
        });
        end
    }

    pub(super) fn not_approved() -> Self {
        let mut end = Self::failed(
            "TIMEOUT",
            "The deployment timed out while waiting for a notification to continue.",
        );
        end.status = Status::Stopped;
        end
    }

    /// The text is known; how several alarms are put is not.
    fn alarmed(alarms: &[String]) -> Self {
        let names = alarms.join(", ");
        let mut end = Self::failed(
            "ALARM_ACTIVE",
            format!(
                "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <{names}>"
            ),
        );
        end.status = Status::Stopped;
        end.event = "DEPLOYMENT_STOP_ON_ALARM";
        end
    }

    fn stopped(rollback: Option<bool>) -> Self {
        let mut end = Self::failed("MANUAL_STOP", "The deployment was stopped by a user.");
        end.status = Status::Stopped;
        end.event = "DEPLOYMENT_STOP_ON_REQUEST";
        end.rollback = rollback;
        end
    }
}

/// The end that has come from outside by now: a stop, an alarm. An alarm that fires already stops it too: the way past it is
/// `overrideAlarmConfiguration`. Nothing guards a rollback.
pub(super) fn from_outside(cloud: &mut Cloud, deployment: &mut Deployment) -> Option<End> {
    let now = cloud.now;
    if deployment.status.is_over() {
        return None;
    }
    if let Some((at, rollback)) = deployment.ahead.stop
        && at <= now
    {
        return Some(End::stopped(rollback));
    }
    if deployment.creator != Creator::User || deployment.started.is_none() {
        return None;
    }
    let names = deployment.alarms();
    if deployment.ahead.alarm.is_some_and(|at| at <= now) {
        deployment.ahead.alarm = None;
        if let Some(name) = names.first() {
            alarms::fire(cloud, name);
        }
    }
    let firing = alarms::firing(cloud, &names);
    (!firing.is_empty()).then(|| End::alarmed(&firing))
}

/// Somebody else stops a deployment, without a rollback, and deploys another revision of the family blue has.
pub(super) fn superseded(cloud: &mut Cloud, deployment: &mut Deployment) -> Deployment {
    end(cloud, deployment, End::stopped(Some(false)));
    let (_, mut spec) = before(deployment);
    if let Some(definition) = ecs::register_again(cloud, &spec.definition) {
        spec.definition = definition;
    }
    let order = Order {
        group: deployment.group.clone(),
        service: deployment.service.clone(),
        configuration: deployment.configuration.clone(),
        revision: revision_of(&spec),
        spec,
        rules: deployment.rules.clone(),
        creator: Creator::User,
        description: None,
    };
    let mut theirs = create::begun(cloud, order);
    // What befell ours does not befall theirs.
    theirs.ahead = Ahead::default();
    theirs
}

/// Ends a deployment, and makes the rollback that follows.
pub(super) fn end(cloud: &mut Cloud, deployment: &mut Deployment, end: End) -> Option<Deployment> {
    let now = cloud.now;
    see(cloud, deployment);
    let rolls_back = deployment.creator == Creator::User
        && end
            .rollback
            .unwrap_or_else(|| deployment.rolls_back_on(end.event));
    for event in &mut deployment.events {
        match event.status {
            EventStatus::InProgress => {
                event.end(EventStatus::Failed, now);
                event.diagnostics.clone_from(&end.diagnostics);
            }
            EventStatus::Pending => event.status = EventStatus::Skipped,
            EventStatus::Succeeded | EventStatus::Failed | EventStatus::Skipped => {}
        }
    }
    deployment.status = end.status;
    deployment.error = end.error;
    deployment.completed = Some(now);
    deployment.updated = now;
    deployment.step = Step::Over;
    deployment.due = None;
    if !rolls_back {
        return None;
    }
    let rollback = rollback(cloud, deployment);
    deployment.rollback = info([
        ("rollbackDeploymentId", rollback.id.as_str()),
        (
            "rollbackMessage",
            "A rollback deployment was started for this deployment.",
        ),
    ]);
    Some(rollback)
}

fn info<const N: usize>(entries: [(&str, &str); N]) -> Members {
    entries
        .into_iter()
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .collect()
}

/// The deployment that leads back.
fn rollback(cloud: &mut Cloud, failed: &Deployment) -> Deployment {
    let views = views(cloud, failed).unwrap_or_default();
    let quick = failed.blue.as_ref().is_none_or(|blue| {
        views
            .iter()
            .any(|view| view.number == blue.number && view.status != "DRAINING")
    });
    let (revision, spec) = before(failed);
    let mut rules = failed.rules.clone();
    // Nobody approves a way back.
    if let Some(blue_green) = rules
        .get_mut("blueGreenDeploymentConfiguration")
        .and_then(serde_json::Value::as_object_mut)
    {
        blue_green.insert(
            "deploymentReadyOption".to_owned(),
            json!({"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0}),
        );
    }
    let order = Order {
        group: failed.group.clone(),
        service: failed.service.clone(),
        configuration: failed.configuration.clone(),
        revision,
        spec,
        rules,
        creator: Creator::Rollback { quick },
        description: Some(format!("Rolling back deployment {}", failed.id)),
    };
    let mut deployment = create::begun(cloud, order);
    deployment.rollback = info([
        ("rollbackTriggeringDeploymentId", failed.id.as_str()),
        (
            "rollbackMessage",
            "This deployment leads back to what was there before.",
        ),
    ]);
    if quick {
        deployment.blue.clone_from(&failed.blue);
        deployment.green.clone_from(&failed.green);
        deployment.weight = failed.weight;
    }
    deployment
}

/// What was there before: the revision of the last successful deployment, or one made of the original task set.
fn before(failed: &Deployment) -> (Members, AppSpec) {
    let known = failed.previous.clone().and_then(|revision| {
        let text = members::object(&revision, "appSpecContent")
            .and_then(|content| members::text(content, "content"))?;
        let spec = AppSpec::parse(text).ok()?;
        Some((revision, spec))
    });
    known.unwrap_or_else(|| {
        let mut spec = failed.spec.clone();
        if let Some(blue) = &failed.blue {
            spec.definition.clone_from(&blue.seen.definition);
            let balancer = blue.seen.balancer.clone().unwrap_or_default();
            if let Some(container) = members::text(&balancer, "containerName") {
                container.clone_into(&mut spec.container);
            }
            if let Some(port) = members::number(&balancer, "containerPort") {
                spec.port = port;
            }
        }
        spec.hooks.clear();
        (revision_of(&spec), spec)
    })
}

/// The revision that says what an appspec says.
fn revision_of(spec: &AppSpec) -> Members {
    let content = spec.content();
    let hash = hex_of(&Sha256::digest(&content));
    let mut revision = Members::new();
    revision.insert("revisionType".to_owned(), "AppSpecContent".into());
    revision.insert(
        "appSpecContent".to_owned(),
        json!({"content": content, "sha256": hash}),
    );
    revision
}
