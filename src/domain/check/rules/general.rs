//! The definition as a whole: family, containers, size, compatibilities, tags, constraints, proxy.
use super::Group;
use super::shape::choice;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::{OUTPUT_ONLY, TASK_DEFINITION};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called, is_essential};
use crate::domain::secrecy::shown;

mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rows::{
    TD001, TD004, TD005, TD006, TD007, TD008, TD009, TD010, TD011, TD012, TD013, TD014, TD015,
    TD016,
};

pub(super) static GROUP: Group = Group {
    title: "The definition as a whole",
    rules: &[
        &TD001, &TD004, &TD005, &TD006, &TD007, &TD008, &TD009, &TD010, &TD011, &TD012, &TD013,
        &TD014, &TD015, &TD016,
    ],
    check,
};

/// The most containers of a definition.
const CONTAINERS: usize = 10;
/// The longest request, in bytes.
const BYTES: usize = 64 * 1024;
/// The most tags.
const TAGS: usize = 50;
/// The most placement constraints.
const CONSTRAINTS: usize = 10;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let spot = definition.spot();
    if spot.node().as_object().is_none() {
        let message = format!(
            "a task definition is an object; this is {}",
            spot.node().kind().noun()
        );
        findings.at(&TD001, spot, message);
        return;
    }
    for key in ["family", "containerDefinitions"] {
        if spot.get(key).is_none() {
            findings.at(
                &TD001,
                spot,
                format!("the task definition lacks a member it must have: `{key}`"),
            );
        }
    }
    if let Some(family) = spot.get("family")
        && family.settled().is_some_and(|text| !is_name(text))
    {
        let text = family.text().unwrap_or_default();
        findings.at(
            &TD004,
            &family,
            format!("not a name of a family: {}", shown(text)),
        );
    }
    containers(definition, findings);
    size(definition, findings);
    compatibilities(spot, findings);
    tags(definition, findings);
    constraints(spot, findings);
    accelerators(definition, findings);
    proxy(definition, findings);
}

fn containers(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(list) = definition
        .spot()
        .get("containerDefinitions")
        .filter(|list| list.node().as_array().is_some())
    else {
        return;
    };
    let count = list.items().count();
    if count > CONTAINERS {
        let message = format!("{count} containers; a task definition has at most: {CONTAINERS}");
        findings.at_key(&TD005, &list, message);
    }
    if count == 0 {
        findings
            .at_key(&TD006, &list, "the task definition has no container")
            .advise("add a container");
    } else if !definition.containers().iter().any(is_essential) {
        findings.at_key(&TD006, &list, "no container is essential");
    }
    for container in definition.containers() {
        let Some(name) = container.get("name") else {
            findings
                .at(
                    &TD007,
                    container,
                    format!("a container without a name: `{}`", container.path()),
                )
                .advise("add `name`");
            continue;
        };
        let Some(text) = name.settled() else { continue };
        if !is_name(text) {
            findings.at(
                &TD007,
                &name,
                format!("not a name of a container: {}", shown(text)),
            );
        }
        let first = definition.container(text);
        if first.is_some_and(|first| !std::ptr::eq(first.node(), container.node())) {
            findings.at(
                &TD008,
                &name,
                format!("an earlier container has the same name: {}", shown(text)),
            );
        }
    }
}

fn size(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let output_only = TASK_DEFINITION.values(OUTPUT_ONLY);
    let sent = definition
        .spot()
        .members()
        .filter(|member| !output_only.contains(&member.key().unwrap_or_default()));
    let tags = definition.tags().filter(|_| definition.is_described());
    let members = sent.chain(tags.cloned());
    // Two braces, and for each member its key in quotes, a colon and a comma.
    let bytes: usize = 1 + members
        .map(|member| {
            member.key().unwrap_or_default().len() + 4 + member.node().to_json_compact().len()
        })
        .sum::<usize>();
    if bytes > BYTES {
        findings.at(
            &TD009,
            definition.spot(),
            format!("the request has {bytes} bytes, the limit is: {BYTES}"),
        );
    } else if bytes > BYTES / 4 * 3 {
        findings.at(
            &TD010,
            definition.spot(),
            format!("the request has {bytes} bytes, close to the limit of: {BYTES}"),
        );
    }
}

fn compatibilities(spot: &Spot<'_>, findings: &mut Findings) {
    let known = TASK_DEFINITION.values("Compatibility");
    for item in spot.items_of("requiresCompatibilities") {
        if let Some(text) = item.settled()
            && !known.contains(&text)
        {
            findings
                .at(
                    &TD011,
                    &item,
                    format!("ECS knows no launch type of this name: {}", shown(text)),
                )
                .advise(choice(text, known));
        }
    }
}

fn tags(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(list) = definition.tags() else {
        return;
    };
    let count = list.items().count();
    if count > TAGS {
        findings.at_key(
            &TD012,
            list,
            format!("{count} tags; a task definition has at most: {TAGS}"),
        );
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for tag in list.items().filter(|tag| tag.node().as_object().is_some()) {
        let Some(key) = tag.get("key") else {
            findings
                .at(
                    &TD012,
                    &tag,
                    format!("a tag without a key: `{}`", tag.path()),
                )
                .advise("add `key`");
            continue;
        };
        let Some(text) = key.text() else { continue };
        let length = text.chars().count();
        if !(1..=128).contains(&length) {
            findings.at(
                &TD012,
                &key,
                format!("a tag key has 1 to 128 characters; this one has: {length}"),
            );
        }
        // Registering drops the tags that AWS set, when it is given a whole answer of ECS.
        if text.to_ascii_lowercase().starts_with("aws:") && !definition.is_described() {
            findings.at(
                &TD012,
                &key,
                format!(
                    "tag keys that begin with `aws:` are kept for AWS: {}",
                    shown(text)
                ),
            );
        }
        if !seen.insert(text) {
            findings.at(
                &TD012,
                &key,
                format!("an earlier tag has the same key: {}", shown(text)),
            );
        }
        if let Some(value) = tag.get("value") {
            let length = value.text().map_or(0, |text| text.chars().count());
            if length > 256 {
                findings.at(
                    &TD012,
                    &value,
                    format!(
                        "the value of tag {} has at most 256 characters; this one has: {length}",
                        shown(text)
                    ),
                );
            }
        }
    }
}

fn constraints(spot: &Spot<'_>, findings: &mut Findings) {
    let Some(list) = spot.get("placementConstraints") else {
        return;
    };
    let count = list.items().count();
    if count > CONSTRAINTS {
        findings
            .at_key(
                &TD013,
                &list,
                format!(
                    "{count} placement constraints; a task definition has at most: {CONSTRAINTS}"
                ),
            )
            .advise("join expressions with `and`");
    }
    for constraint in list
        .items()
        .filter(|item| item.node().as_object().is_some())
    {
        match constraint.get("type") {
            None => {
                findings
                    .at(&TD013, &constraint, "a placement constraint without a type")
                    .advise("add `\"type\": \"memberOf\"`");
            }
            Some(kind) => {
                if let Some(text) = kind.settled()
                    && text != "memberOf"
                {
                    findings.at(
                        &TD013,
                        &kind,
                        format!(
                            "a task definition takes only constraints of type `memberOf`, not: {}",
                            shown(text)
                        ),
                    );
                }
            }
        }
    }
}

fn accelerators(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    if let Some(list) = definition.spot().get("inferenceAccelerators")
        && list.items().next().is_some()
    {
        findings.at_key(&TD014, &list, "Elastic Inference is no longer offered");
    }
    for container in definition.containers() {
        for requirement in container.items_of("resourceRequirements") {
            if requirement.text_of("type") == Some("InferenceAccelerator") {
                let message = format!(
                    "container {} asks for an accelerator of Elastic Inference, which is no longer offered",
                    called(container)
                );
                findings.at(&TD014, &requirement, message);
            }
        }
    }
}

fn proxy(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(proxy) = definition.spot().get("proxyConfiguration") else {
        return;
    };
    findings.at_key(
        &TD015,
        &proxy,
        "the proxy of App Mesh, which has reached its end of support",
    );
    if let Some(kind) = proxy.get("type")
        && let Some(text) = kind.settled()
        && text != "APPMESH"
    {
        findings
            .at(
                &TD016,
                &kind,
                format!("the only type of proxy is `APPMESH`, not: {}", shown(text)),
            )
            .advise("write `APPMESH`");
    }
    if let Some(name) = proxy.get("containerName")
        && let Some(text) = name.settled()
        && definition.container(text).is_none()
    {
        findings.at(
            &TD016,
            &name,
            format!(
                "the proxy names a container that is not there: {}",
                shown(text)
            ),
        );
    }
}

/// Whether a text is a name as families, containers and volumes have them: 1 to 255 letters, digits, `_` and `-`.
pub(super) fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
