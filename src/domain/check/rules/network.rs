//! Network modes, and what containers may set in each. Ports are judged in `ports`.
mod ports;
mod rows;
#[cfg(test)]
mod tests;

use rows::{
    TD050, TD051, TD052, TD053, TD054, TD055, TD056, TD057, TD058, TD059, TD060, TD061, TD062,
    TD063, TD064, TD065, TD066,
};

use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{LaunchType, Subject, TaskDefinition, called, is_set};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Network",
    rules: &[
        &TD050, &TD051, &TD052, &TD053, &TD054, &TD055, &TD056, &TD057, &TD058, &TD059, &TD060,
        &TD061, &TD062, &TD063, &TD064, &TD065, &TD066,
    ],
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    if definition.spot().node().as_object().is_none() {
        return;
    }
    mode(definition, findings);
    containers(definition, findings);
    ports::check(definition, findings);
}

fn mode(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let mode = definition.spot().get("networkMode");
    let text = mode.as_ref().and_then(Spot::settled);
    if definition.is_fargate() {
        match (&mode, text) {
            (None, _) => {
                findings.at(
                    &TD050,
                    definition.spot(),
                    "Fargate needs network mode `awsvpc`, and the definition has no `networkMode`",
                );
            }
            (Some(mode), Some(text)) if text != "awsvpc" => {
                findings
                    .at(
                        &TD050,
                        mode,
                        format!("Fargate needs network mode `awsvpc`, not: {}", shown(text)),
                    )
                    .advise("set `networkMode` to `awsvpc`");
            }
            (Some(_), _) => {}
        }
    }
    if let (Some(mode), Some("awsvpc")) = (&mode, text)
        && definition.runs_on(LaunchType::External)
    {
        findings.at(
            &TD065,
            mode,
            "external instances have no network mode: `awsvpc`",
        );
    }
}

/// What a container sets that its network mode does not have.
fn containers(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(mode) = definition.network_mode() else {
        return;
    };
    for container in definition.containers() {
        let name = called(container);
        let set = |key: &str| container.get(key).filter(is_set);
        if mode == "awsvpc" {
            // On Fargate another rule refuses `extraHosts`, whatever the mode.
            let extra_hosts = set("extraHosts").filter(|_| !definition.is_fargate());
            for member in [set("hostname"), extra_hosts].into_iter().flatten() {
                let key = member.key().unwrap_or_default();
                findings.at_key(
                    &TD063,
                    &member,
                    format!("container {name} sets what mode `awsvpc` does not have: `{key}`"),
                );
            }
        }
        // On Fargate another rule refuses `links`, whatever the mode.
        if let Some(links) = set("links").filter(|_| mode != "bridge" && !definition.is_fargate()) {
            findings.at_key(
                &TD064,
                &links,
                format!(
                    "container {name} links to others, which only mode `bridge` has, not: {}",
                    shown(mode)
                ),
            );
        }
        if mode == "host" && !definition.is_windows() {
            match set("user") {
                None => {
                    findings.at(&TD066, container, format!("without `user` a container may run as root, on the network of the host: {name}"));
                }
                Some(user) if user.settled().is_some_and(is_root) => {
                    findings.at(
                        &TD066,
                        &user,
                        format!("a container runs as root on the network of the host: {name}"),
                    );
                }
                Some(_) => {}
            }
        }
        if mode == "none"
            && let Some(mappings) = set("portMappings")
        {
            findings.at_key(
                &TD051,
                &mappings,
                format!("a container maps ports, and mode `none` has no network: {name}"),
            );
        }
    }
}

/// Whether a `user`, with or without a group, is root.
fn is_root(user: &str) -> bool {
    let name = user.split_once(':').map_or(user, |(name, _)| name);
    name == "root" || (!name.is_empty() && name.bytes().all(|byte| byte == b'0'))
}
