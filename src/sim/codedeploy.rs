//! AWS CodeDeploy for services of Amazon ECS: applications, deployment groups, configurations, and blue/green deployments as
//! a state machine over the virtual clock.
//!
//! It sees ECS through the calls CodeDeploy makes itself: it makes task sets, makes one of them the PRIMARY one and takes the
//! other away. Deployments to instances and to Lambda functions are refused. The parts:
//!
//! - `application`, `group`, `configuration`: what a deployment goes by, and the operations on it
//! - `appspec`, `create`, `deployment`: what a deployment is
//! - `progress` with `shift`, `ending`, `hook`: what becomes of it
//! - `answer`, `operations`, `target`, `request`: how it is answered, continued and stopped
//!
//! Facts are from the model text of CodeDeploy (API 2014-10-06) and its user guide's pages on ECS deployments; what is assumed
//! is said in `docs/simulator.md`.

mod answer;
mod application;
mod appspec;
mod configuration;
mod create;
mod deployment;
mod ending;
mod group;
mod hook;
mod operations;
mod pages;
mod progress;
mod refuse;
mod request;
mod shift;
mod state;
mod target;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use application::Application;
use configuration::Configuration;
use deployment::Deployment;
use group::Group;

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

pub(crate) use group::prepare;
pub(crate) use progress::{look_at_alarms, next_due, run_due};
pub(crate) use state::state;

/// What CodeDeploy has.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeDeploy {
    applications: BTreeMap<String, Application>,
    /// By application and name.
    groups: BTreeMap<(String, String), Group>,
    /// Those that were made; the predefined ones are always there.
    configurations: BTreeMap<String, Configuration>,
    /// Oldest first.
    deployments: Vec<Deployment>,
}

/// Answers one operation.
///
/// # Errors
/// CodeDeploy's refusal; `UnknownOperationException` for an operation that is not simulated.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "CreateApplication" => application::create(cloud, input),
        "GetApplication" => application::get(cloud, input),
        "BatchGetApplications" => application::batch_get(cloud, input),
        "ListApplications" => application::list(cloud, input),
        "CreateDeploymentGroup" => group::create(cloud, input),
        "UpdateDeploymentGroup" => group::update(cloud, input),
        "GetDeploymentGroup" => group::get(cloud, input),
        "BatchGetDeploymentGroups" => group::batch_get(cloud, input),
        "ListDeploymentGroups" => group::list(cloud, input),
        "CreateDeploymentConfig" => configuration::create(cloud, input),
        "DeleteDeploymentConfig" => configuration::delete(cloud, input),
        "GetDeploymentConfig" => configuration::get(cloud, input),
        "ListDeploymentConfigs" => configuration::list(cloud, input),
        "CreateDeployment" => create::create(cloud, input),
        "GetDeployment" => operations::get(cloud, input),
        "BatchGetDeployments" => operations::batch_get(cloud, input),
        "ListDeployments" => operations::list(cloud, input),
        "ContinueDeployment" => request::go_on(cloud, input),
        "StopDeployment" => request::stop(cloud, input),
        "ListDeploymentTargets" => target::list(cloud, input),
        "GetDeploymentTarget" => target::get(cloud, input),
        "BatchGetDeploymentTargets" => target::batch_get(cloud, input),
        "PutLifecycleEventHookExecutionStatus" => hook::answer(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// The earliest of several moments.
fn earliest(moments: impl IntoIterator<Item = Option<Moment>>) -> Option<Moment> {
    moments.into_iter().flatten().min()
}
