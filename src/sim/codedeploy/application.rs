//! Applications: names that hold deployment groups of one compute platform.

use serde_json::{Value, json};

use super::{pages, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The most applications a batch may name.
const BATCH: usize = 100;

/// One application.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) id: String,
    pub(super) created: Moment,
    /// `ECS`, `Lambda` or `Server`.
    pub(super) platform: String,
}

impl Application {
    fn described(&self, name: &str) -> Value {
        json!({
            "applicationId": self.id,
            "applicationName": name,
            "createTime": self.created.epoch_seconds(),
            "linkedToGitHub": false,
            "computePlatform": self.platform,
        })
    }
}

/// `CreateApplication`.
pub(super) fn create(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let name = members::text(input, "applicationName").unwrap_or_default();
    if cloud.codedeploy.applications.contains_key(name) {
        return Err(refuse::with(
            "ApplicationAlreadyExistsException",
            format!("Application {name} already exists."),
        ));
    }
    let application = Application {
        id: cloud.ids.uuid(),
        created: cloud.now,
        platform: members::text(input, "computePlatform")
            .unwrap_or("Server")
            .to_owned(),
    };
    let answer = json!({ "applicationId": application.id });
    cloud
        .codedeploy
        .applications
        .insert(name.to_owned(), application);
    Ok(answer)
}

/// The application a request names.
///
/// # Errors
/// `ApplicationDoesNotExistException`.
pub(super) fn find<'a>(
    cloud: &'a Cloud,
    input: &'a Members,
) -> Result<(&'a str, &'a Application), Refusal> {
    let name = members::text(input, "applicationName").unwrap_or_default();
    let found = cloud.codedeploy.applications.get(name);
    found
        .map(|application| (name, application))
        .ok_or_else(|| refuse::no_application(name))
}

/// `GetApplication`.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (name, application) = find(cloud, input)?;
    Ok(json!({ "application": application.described(name) }))
}

/// `BatchGetApplications`: those that are not there are left out.
pub(super) fn batch_get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let names = members::texts(input, "applicationNames");
    pages::at_most(&names, BATCH, "BatchLimitExceededException")?;
    let found = names.into_iter().filter_map(|name| {
        let application = cloud.codedeploy.applications.get(name)?;
        Some(application.described(name))
    });
    Ok(json!({ "applicationsInfo": found.collect::<Value>() }))
}

/// `ListApplications`.
pub(super) fn list(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let names = cloud.codedeploy.applications.keys();
    pages::page(
        input,
        "applications",
        names.map(|name| name.as_str().into()).collect(),
    )
}
