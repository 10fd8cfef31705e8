//! Looking at the way a service is deployed: its deployment group, the configuration, what runs in it, and the appspec.

use std::path::Path;

use super::super::licence::Prepares;
use super::super::order::{CodeDeployWish, Order};
use crate::domain::appspec::AppSpec;
use crate::domain::codedeploy::{
    AppSpecSource, DeploymentGroup, GroupRef, GroupSeen, ShiftWish, default_application,
    default_group,
};
use crate::domain::document::Document;
use crate::domain::rollout::Read;
use crate::domain::service::ServiceState;
use crate::error::Error;
use crate::ports::PortError;
use crate::stage::documents;

/// Where an appspec is looked for if none is named.
const USUAL: [&str; 3] = ["appspec.yaml", "appspec.yml", "appspec.json"];

/// The way a service is deployed, and what was asked for it.
#[derive(Debug, Clone)]
pub(in super::super) struct Shifting {
    pub(in super::super) seen: GroupSeen,
    pub(in super::super) wish: ShiftWish,
}

/// Reads all that a plan needs, and changes nothing.
pub(in super::super) async fn look<W: Prepares>(
    world: &W,
    order: &Order,
    service: &ServiceState,
) -> Result<Shifting, Error> {
    let wish = &order.codedeploy;
    // A file first: what is wrong with it needs no answer of AWS.
    let appspec = appspec(world, wish)?;
    let named = |name: &Option<String>, usual: fn(&str, &str) -> String| {
        name.clone()
            .unwrap_or_else(|| usual(&service.cluster, &service.name))
    };
    let at = GroupRef {
        application: named(&wish.application, default_application),
        group: named(&wish.group, default_group),
    };
    let group = group(world, &at, service).await?;
    let config = config(
        world,
        &GroupSeen::config_name(&group, wish.config.as_deref()),
    )
    .await?;
    Ok(Shifting {
        seen: GroupSeen {
            running: world.running_codedeployments(&at).await?,
            group,
            config,
        },
        wish: ShiftWish {
            config: wish.config.clone(),
            description: wish.description.clone(),
            appspec,
        },
    })
}

async fn group<W: Prepares>(
    world: &W,
    at: &GroupRef,
    service: &ServiceState,
) -> Result<DeploymentGroup, Error> {
    world.deployment_group(at).await.map_err(|error| {
        let missing = match error.code() {
            Some("ApplicationDoesNotExistException") => {
                format!("no such application of CodeDeploy: `{}`", at.application)
            }
            Some("DeploymentGroupDoesNotExistException") => format!(
                "application `{}` has no such deployment group: `{}`",
                at.application, at.group
            ),
            _ => return error.into(),
        };
        let mut refused = Error::from(error).doing(format_args!(
            "find how service `{}` is deployed",
            service.name
        ));
        refused.text = format!("service `{}`: {missing}", service.name);
        refused.hint(
            "name those that deploy it with `--codedeploy-application` and `--codedeploy-deployment-group`",
        )
    })
}

/// The configuration; that it can not be read does not stop a deployment.
async fn config<W: Prepares>(
    world: &W,
    name: &str,
) -> Result<Read<crate::domain::codedeploy::DeploymentConfig>, Error> {
    match world.deployment_config(name).await {
        Ok(Some(config)) => Ok(Read::Got(config)),
        Ok(None) => Ok(Read::Missing),
        Err(PortError::Refused(refused)) => Ok(Read::Unavailable(refused.code)),
        Err(error @ PortError::Unreachable { .. }) => Err(error.into()),
    }
}

/// The file that is named, or one of the usual name if there is one, or the service itself.
fn appspec<W: Prepares>(world: &W, wish: &CodeDeployWish) -> Result<AppSpecSource, Error> {
    let file = |document: &Document| -> Result<AppSpecSource, Error> {
        Ok(AppSpecSource::File(Box::new(AppSpec::from_document(
            document,
        )?)))
    };
    if let Some(named) = &wish.appspec {
        return file(&documents::read(world, named.path())?);
    }
    for usual in USUAL {
        match world.read(Path::new(usual)) {
            Ok(text) => return file(&Document::parse(&text, usual)?),
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(AppSpecSource::Service)
}
