//! The files of a pipeline against each other: names, ports and placeholders that must match.
mod rows;

use std::collections::HashSet;

use rows::{CR001, CR002, CR003, CR004, CR005, CR006, CR007, CR008, CR009, CR010, CR011, CR012};

use super::Group;
use super::appspec::{REVISION_MARK, member, properties};
use super::dependencies::existing;
use super::placeholders::is_bare_mark;
use crate::domain::check::finding::Findings;
use crate::domain::check::placeholder::marks;
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{LaunchType, Subject, TaskDefinition, called, is_essential};
use crate::domain::document::Node;
use crate::domain::revision::TaskDefinitionArn;
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Files together",
    rules: &[
        &CR001, &CR002, &CR003, &CR004, &CR005, &CR006, &CR007, &CR008, &CR009, &CR010, &CR011,
        &CR012,
    ],
    check,
};

/// The most images CodePipeline's action with CodeDeploy fills in.
const MOST_IMAGES: usize = 4;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if let Some(definition) = &subject.task_definition {
        if let Some(properties) = subject.appspec.as_ref().and_then(properties) {
            traffic(definition, &properties, findings);
            revision(definition, &properties, findings);
            network(definition, &properties, findings);
        }
        if let Some(list) = &subject.image_definitions {
            names(definition, list, findings);
        }
        if let Some(detail) = &subject.image_detail {
            placeholders(definition, detail, findings);
        }
    }
    if let (Some(appspec), Some(detail)) = (&subject.appspec, &subject.image_detail) {
        filled_in(appspec, detail, findings);
    }
    if let (Some(list), Some(detail)) = (&subject.image_definitions, &subject.image_detail) {
        same_image(list, detail, findings);
    }
    unused_names(subject, findings);
}

fn traffic(definition: &TaskDefinition<'_>, properties: &Spot<'_>, findings: &mut Findings) {
    let Some(info) = member(properties, "LoadBalancerInfo") else {
        return;
    };
    let Some(name) = member(&info, "ContainerName") else {
        return;
    };
    let Some(text) = name.settled() else {
        return;
    };
    let Some(container) = definition.container(text) else {
        let message = format!(
            "the appspec sends traffic to a container the task definition has not: {}",
            shown(text)
        );
        let advice = existing(definition, text);
        findings.at(&CR001, &name, message).advise(advice);
        return;
    };
    if !is_essential(container) {
        let message = format!(
            "the appspec sends traffic to a container that is not essential: {}",
            shown(text)
        );
        findings.at(&CR002, &name, message);
    }
    if let Some(port) = member(&info, "ContainerPort")
        && let Some(number) = port.node().as_i64()
        && !maps(container, number)
    {
        let ports = mapped(container);
        let advice = if ports.is_empty() {
            format!("add a port mapping with `\"containerPort\": {number}` to the container")
        } else {
            format!("the container maps: {}", ports.join(", "))
        };
        let message = format!("container {} maps no port: {number}", called(container));
        findings.at(&CR003, &port, message).advise(advice);
    }
}

fn maps(container: &Spot<'_>, port: i64) -> bool {
    container.items_of("portMappings").iter().any(|mapping| {
        let in_range = || {
            let range = mapping.text_of("containerPortRange")?;
            let (first, last) = range.split_once('-')?;
            let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
            Some((first..=last).contains(&port))
        };
        mapping.integer_of("containerPort") == Some(port) || in_range().unwrap_or(false)
    })
}

fn mapped(container: &Spot<'_>) -> Vec<String> {
    container
        .items_of("portMappings")
        .iter()
        .filter_map(|mapping| mapping.integer_of("containerPort"))
        .take(10)
        .map(|port| format!("`{port}`"))
        .collect()
}

fn revision(definition: &TaskDefinition<'_>, properties: &Spot<'_>, findings: &mut Findings) {
    if let Some(named) = member(properties, "TaskDefinition")
        && let Some(text) = named.settled()
        && let Ok(arn) = text.parse::<TaskDefinitionArn>()
        && let Some(family) = definition
            .spot()
            .get("family")
            .and_then(|family| family.settled())
        && arn.family().as_str() != family
    {
        let message = format!(
            "the appspec deploys another family than {}: {}",
            shown(family),
            shown(arn.family().as_str())
        );
        findings.at(&CR009, &named, message);
    }
}

fn network(definition: &TaskDefinition<'_>, properties: &Spot<'_>, findings: &mut Findings) {
    if let Some(network) = member(properties, "NetworkConfiguration")
        && definition
            .network_mode()
            .is_some_and(|mode| mode != "awsvpc")
    {
        let message = "the appspec gives subnets, which only network mode `awsvpc` has";
        findings.at_key(&CR010, &network, message);
    }
    let says = !definition
        .spot()
        .items_of("requiresCompatibilities")
        .is_empty();
    if says && !definition.runs_on(LaunchType::Fargate) {
        let strategy = member(properties, "CapacityProviderStrategy");
        for item in strategy.iter().flat_map(Spot::items) {
            if let Some(provider) = member(&item, "CapacityProvider")
                && matches!(provider.text(), Some("FARGATE" | "FARGATE_SPOT"))
            {
                let message = format!(
                    "the appspec runs on Fargate, for which the task definition is not made: {}",
                    shown(provider.text().unwrap_or_default())
                );
                findings.at(&CR012, &provider, message);
            }
        }
    }
}

fn names(definition: &TaskDefinition<'_>, list: &Spot<'_>, findings: &mut Findings) {
    for entry in list.items() {
        if let Some(name) = entry.get("name")
            && let Some(text) = name.settled()
            && !text.is_empty()
            && definition.container(text).is_none()
        {
            let message = format!(
                "an image for a container the task definition has not: {}",
                shown(text)
            );
            let advice = (!findings.is_full(&CR004)).then(|| existing(definition, text));
            let finding = findings.at(&CR004, &name, message);
            if let Some(advice) = advice {
                finding.advise(advice);
            }
        }
    }
}

/// The marks that stand for a whole image, each once.
fn image_marks<'a>(definition: &TaskDefinition<'a>) -> Vec<(&'a str, Spot<'a>)> {
    let mut found: Vec<(&str, Spot<'_>)> = Vec::new();
    for container in definition.containers() {
        if let Some(image) = container.get("image")
            && let Some(text) = image.text()
            && let Some(mark) = marks(text).next()
            && mark.text == text
            && text.starts_with('<')
            && !found.iter().any(|(name, _)| *name == mark.name)
        {
            found.push((mark.name, image));
        }
    }
    found
}

fn placeholders(definition: &TaskDefinition<'_>, detail: &Spot<'_>, findings: &mut Findings) {
    let found = image_marks(definition);
    let has_bare = definition
        .containers()
        .iter()
        .any(|container| container.text_of("image").is_some_and(is_bare_mark));
    if found.is_empty() && !has_bare {
        let message = "no container of the task definition has a placeholder for the image of: `imageDetail.json`";
        let place = detail.get("ImageURI").unwrap_or_else(|| detail.clone());
        findings.at_key(&CR005, &place, message);
    }
    if let Some((name, image)) = found.get(MOST_IMAGES) {
        let message = format!(
            "{} images have a placeholder, of which {MOST_IMAGES} can be filled in, not: `<{name}>`",
            found.len()
        );
        findings.at(&CR006, image, message);
    }
}

fn filled_in(appspec: &Spot<'_>, detail: &Spot<'_>, findings: &mut Findings) {
    if let Some(properties) = properties(appspec)
        && let Some(named) = member(&properties, "TaskDefinition")
        && named.settled().is_some_and(|text| !text.is_empty())
    {
        let message = format!(
            "the appspec names a revision of its own, so the image of {} is not deployed; a pipeline fills in: `<{REVISION_MARK}>`",
            shown(detail.file())
        );
        findings.at(&CR007, &named, message);
    }
}

fn same_image(list: &Spot<'_>, detail: &Spot<'_>, findings: &mut Findings) {
    let Some(uri) = detail.get("ImageURI") else {
        return;
    };
    let Some(image) = uri.settled() else {
        return;
    };
    let mut images = list
        .items()
        .filter_map(|entry| entry.text_of("imageUri"))
        .peekable();
    if images.peek().is_some() && !images.any(|other| other == image) {
        let message = format!(
            "the two files name different images, only one of them has: {}",
            shown(image)
        );
        findings.at(&CR008, &uri, message);
    }
}

/// Names that may be left, and are nowhere.
fn unused_names(subject: &Subject<'_>, findings: &mut Findings) {
    let roots: Vec<&Spot<'_>> = subject
        .task_definition
        .iter()
        .map(TaskDefinition::spot)
        .chain(subject.appspec.iter())
        .chain(subject.image_definitions.iter())
        .chain(subject.image_detail.iter())
        .collect();
    let Some(first) = roots.first() else {
        return;
    };
    if subject.facts.placeholders.is_empty() {
        return;
    }
    let mut written: HashSet<&str> = HashSet::new();
    for root in &roots {
        texts(root.node(), &mut |text| {
            written.extend(marks(text).map(|mark| mark.name));
            if is_bare_mark(text) {
                written.insert(text);
            }
        });
    }
    for name in &subject.facts.placeholders {
        if !written.contains(name.as_str()) {
            let message = format!(
                "a placeholder that may be left is in no file: {}",
                shown(name)
            );
            findings.at(&CR011, first, message);
        }
    }
}

/// Every text of a tree.
fn texts<'a>(node: &'a Node, take: &mut impl FnMut(&'a str)) {
    if let Some(text) = node.as_str() {
        take(text);
    }
    for item in node.items() {
        texts(item, take);
    }
    for member in node.members() {
        texts(member.value(), take);
    }
}

#[cfg(test)]
mod tests;
