//! The service an appspec deploys: its type, the revision, the container behind the load balancer.
use super::rows::{AS003, AS004, AS005, AS006, AS007, AS008};
use super::{is_object, keys, member, network, wrong_type};
use crate::domain::check::finding::Findings;
use crate::domain::check::spot::Spot;
use crate::domain::names::ContainerName;
use crate::domain::revision::TaskDefinitionArn;
use crate::domain::secrecy::shown;

pub(super) fn check(target: &Spot<'_>, findings: &mut Findings) {
    if !is_object(target, "`TargetService`", findings) {
        return;
    }
    keys(target, &["Type", "Properties"], findings);
    match member(target, "Type") {
        None => {
            findings.at_key(&AS003, target, "the service lacks: `Type`");
        }
        Some(kind) => {
            let is_open = kind.text().is_some() && kind.settled().is_none();
            if !is_open && kind.text() != Some("AWS::ECS::Service") {
                let written = shown(kind.text().unwrap_or_default());
                let message =
                    format!("a resource of another type than `AWS::ECS::Service`: {written}");
                findings.at(&AS003, &kind, message);
            }
        }
    }
    let Some(properties) = member(target, "Properties") else {
        findings.at_key(&AS004, target, "the service lacks: `Properties`");
        return;
    };
    if !is_object(&properties, "`Properties`", findings) {
        return;
    }
    keys(
        &properties,
        &[
            "TaskDefinition",
            "LoadBalancerInfo",
            "PlatformVersion",
            "NetworkConfiguration",
            "CapacityProviderStrategy",
        ],
        findings,
    );
    revision(&properties, findings);
    load_balancer(&properties, findings);
    platform_version(&properties, findings);
    if let Some(given) = member(&properties, "NetworkConfiguration") {
        network::check(&given, findings);
    }
    if let Some(strategy) = member(&properties, "CapacityProviderStrategy") {
        network::strategy(&strategy, findings);
    }
}

fn revision(properties: &Spot<'_>, findings: &mut Findings) {
    let Some(definition) = member(properties, "TaskDefinition") else {
        findings.at_key(&AS004, properties, "the service lacks: `TaskDefinition`");
        return;
    };
    if definition.text().is_none() {
        wrong_type(&definition, "`TaskDefinition`", "a string", findings);
    }
    if let Some(text) = definition.settled()
        && text.parse::<TaskDefinitionArn>().is_err()
    {
        let message = format!("not the whole ARN of a revision: {}", shown(text));
        findings.at(&AS005, &definition, message);
    }
}

fn load_balancer(properties: &Spot<'_>, findings: &mut Findings) {
    let Some(info) = member(properties, "LoadBalancerInfo") else {
        findings.at_key(&AS006, properties, "the service lacks: `LoadBalancerInfo`");
        return;
    };
    if !is_object(&info, "`LoadBalancerInfo`", findings) {
        return;
    }
    keys(&info, &["ContainerName", "ContainerPort"], findings);
    match member(&info, "ContainerName") {
        None => {
            findings.at_key(&AS006, &info, "the load balancer lacks: `ContainerName`");
        }
        Some(name) => {
            if name.text().is_none() {
                wrong_type(&name, "`ContainerName`", "a string", findings);
            }
            if let Some(text) = name.settled()
                && text.parse::<ContainerName>().is_err()
            {
                findings.at(
                    &AS006,
                    &name,
                    format!("not a name of a container: {}", shown(text)),
                );
            }
        }
    }
    match member(&info, "ContainerPort") {
        None => {
            findings.at_key(&AS007, &info, "the load balancer lacks: `ContainerPort`");
        }
        Some(port) => container_port(&port, findings),
    }
}

fn container_port(port: &Spot<'_>, findings: &mut Findings) {
    match port.node().as_i64() {
        Some(1..=65535) => {}
        Some(number) => {
            findings.at(
                &AS007,
                port,
                format!("a port is 1 to 65535, and not: {number}"),
            );
        }
        None => {
            // A mark in quotes is reported as one.
            if port.text().is_none() || port.settled().is_some() {
                let is_number_in_quotes =
                    port.text().is_some_and(|text| text.parse::<u16>().is_ok());
                let message = format!(
                    "`ContainerPort` is {}; a number is wanted",
                    port.node().kind().noun()
                );
                let finding = findings.at(&AS007, port, message);
                if is_number_in_quotes {
                    finding.advise("write the number without quotes");
                }
            }
        }
    }
}

fn platform_version(properties: &Spot<'_>, findings: &mut Findings) {
    let Some(version) = member(properties, "PlatformVersion") else {
        return;
    };
    if version.text().is_none() {
        wrong_type(&version, "`PlatformVersion`", "a string", findings);
    }
    let is_number = |text: &str| {
        let parts: Vec<&str> = text.split('.').collect();
        parts.len() == 3
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(text) = version.settled()
        && text != "LATEST"
        && !is_number(text)
    {
        let message = format!(
            "neither `LATEST` nor a platform version such as `1.4.0`: {}",
            shown(text)
        );
        findings.at(&AS008, &version, message);
    }
}
