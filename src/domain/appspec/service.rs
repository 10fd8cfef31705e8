//! What an appspec can take over from a service as it is: an answer of `describe-services`.
use std::num::NonZeroU16;

use super::super::document::{Document, DocumentError, Node};
use super::parts::{AppSpecParts, Network};

/// Container, port, network and platform version of the one service in an answer of `describe-services`, or of a service
/// on its own. A service under CodeDeploy keeps network and platform version with its primary task set.
///
/// # Errors
/// If there is not exactly one service, or what it says is not of the kind it should be. Two load balancers for
/// different containers or ports leave container and port out.
pub fn from_service(document: &Document) -> Result<AppSpecParts, DocumentError> {
    let service = the_service(document)?;
    let primary = service
        .get("taskSets")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .find(|set| set.get("status").and_then(Node::as_str) == Some("PRIMARY"));
    let member = |key: &str| {
        service
            .get(key)
            .or_else(|| primary.and_then(|set| set.get(key)))
    };
    let mut parts = AppSpecParts {
        platform_version: member("platformVersion")
            .and_then(Node::as_str)
            .map(str::to_owned),
        ..AppSpecParts::default()
    };
    if let Some(balancer) = the_balancer(service, primary) {
        let refuse = |node: &Node, what: &str| document.error_at(node.position(), what);
        if let Some(name) = balancer.get("containerName") {
            let text = name.as_str().unwrap_or_default();
            parts.container_name = Some(
                text.parse()
                    .map_err(|error| refuse(name, &format!("`containerName`: {error}")))?,
            );
        }
        if let Some(port) = balancer.get("containerPort") {
            let number = port
                .as_i64()
                .and_then(|port| u16::try_from(port).ok())
                .and_then(NonZeroU16::new);
            parts.container_port = Some(
                number.ok_or_else(|| refuse(port, "`containerPort` must be from 1 to 65535"))?,
            );
        }
    }
    if let Some(vpc) =
        member("networkConfiguration").and_then(|network| network.get("awsvpcConfiguration"))
    {
        let texts = |key: &str| -> Vec<String> {
            let items = vpc.get(key).map(Node::items).unwrap_or_default();
            items
                .iter()
                .filter_map(Node::as_str)
                .map(str::to_owned)
                .collect()
        };
        parts.network = Network {
            subnets: texts("subnets"),
            security_groups: texts("securityGroups"),
            assign_public_ip: vpc
                .get("assignPublicIp")
                .and_then(Node::as_str)
                .and_then(|text| text.parse().ok()),
        };
    }
    Ok(parts)
}

fn the_service(document: &Document) -> Result<&Node, DocumentError> {
    let Some(services) = document.get("services") else {
        if document.get("serviceName").is_some() {
            return Ok(document.root());
        }
        return Err(document
            .error_at(
                document.root().position(),
                "neither an answer of `describe-services` nor a service",
            )
            .with_hint("write it with: `aws ecs describe-services --cluster … --services …`"));
    };
    match services.items() {
        [service] => Ok(service),
        several => {
            let message = format!(
                "the answer must hold exactly one service: `{}`",
                several.len()
            );
            Err(document.error_at(services.position(), message))
        }
    }
}

/// The load balancer entry, if all entries name the same container and port.
fn the_balancer<'a>(service: &'a Node, primary: Option<&'a Node>) -> Option<&'a Node> {
    let of = |node: &'a Node| {
        node.get("loadBalancers")
            .map(Node::items)
            .filter(|items| !items.is_empty())
    };
    let entries = of(service).or_else(|| primary.and_then(of))?;
    let (first, others) = entries.split_first()?;
    let same = |other: &Node| {
        ["containerName", "containerPort"]
            .iter()
            .all(|key| other.get(key) == first.get(key))
    };
    others.iter().all(same).then_some(first)
}
