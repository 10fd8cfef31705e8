//! Port mappings.
use std::collections::{BTreeMap, BTreeSet};

use super::{TD052, TD053, TD054, TD055, TD056, TD057, TD058, TD059, TD060, TD061, TD062};
use crate::domain::check::finding::Findings;
use crate::domain::check::model::TASK_DEFINITION;
use crate::domain::check::rule::Severity;
use crate::domain::check::rules::shape::choice;
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{TaskDefinition, called};
use crate::domain::secrecy::shown;

/// The most ranges of a container.
const RANGES: usize = 100;

/// The ports that earlier mappings took: the container is its number.
#[derive(Default)]
struct Taken<'a> {
    all: BTreeSet<(usize, i64, &'a str)>,
    first_protocol: BTreeMap<(usize, i64), &'a str>,
    first_container: BTreeMap<(i64, &'a str), usize>,
}

pub(super) fn check(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let mode = definition.network_mode();
    let mut taken = Taken::default();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (index, container) in definition.containers().iter().enumerate() {
        let mappings: Vec<Spot<'_>> = container
            .items_of("portMappings")
            .into_iter()
            .filter(|mapping| mapping.node().as_object().is_some())
            .collect();
        for mapping in &mappings {
            numbers(definition, container, mapping, findings);
            protocols(container, mapping, findings);
            if let Some(name) = mapping.get("name") {
                named(&name, &mut names, findings);
            }
            if let Some(at) = mapping.get("containerPort")
                && let Some(port) = at.node().as_i64()
            {
                let protocol = mapping.text_of("protocol").unwrap_or("tcp");
                taken.within(&at, (index, port, protocol), findings);
                if let Some("awsvpc" | "host") = mode {
                    taken.across(definition, &at, (index, port, protocol), findings);
                }
                taken.take(index, port, protocol);
            }
        }
        ranges(container, &mappings, mode, findings);
    }
}

fn numbers(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    mapping: &Spot<'_>,
    findings: &mut Findings,
) {
    let name = called(container);
    let mode = definition.network_mode();
    let (inside, outside) = (mapping.get("containerPort"), mapping.get("hostPort"));
    if inside.is_none() && mapping.get("containerPortRange").is_none() {
        findings
            .at(
                &TD055,
                mapping,
                format!("a port mapping without a port, in container: {name}"),
            )
            .advise("add `containerPort`");
    }
    // Where the mode is not known, 0 may be meant for a bridge.
    let may_be_zero = matches!(mode, Some("bridge") | None);
    for (spot, least) in [(&inside, 1), (&outside, i64::from(!may_be_zero))] {
        if let Some(spot) = spot
            && let Some(port) = spot.node().as_i64()
            && !(least..=65535).contains(&port)
        {
            let key = spot.key().unwrap_or_default();
            findings.at(
                &TD055,
                spot,
                format!("`{key}` of container {name} is {least} to 65535, not: `{port}`"),
            );
        }
    }
    let Some(spot) = outside else { return };
    let Some(port @ 1..) = spot.node().as_i64() else {
        return;
    };
    match mode {
        Some(mode @ ("awsvpc" | "host")) => {
            if let Some(inside) = inside.and_then(|inside| inside.node().as_i64())
                && inside != port
            {
                findings.at(&TD052, &spot, format!("in mode `{mode}` the host port of container {name} is that of the container, {inside}, not: `{port}`"));
            }
        }
        Some("bridge") if !definition.is_fargate() => {
            findings.at(
                &TD062,
                &spot,
                format!("container {name} takes a fixed port of its instance: `{port}`"),
            );
        }
        Some(_) | None => {}
    }
}

fn protocols(container: &Spot<'_>, mapping: &Spot<'_>, findings: &mut Findings) {
    let name = called(container);
    for (key, shape, rule) in [
        ("protocol", "TransportProtocol", &TD056),
        ("appProtocol", "ApplicationProtocol", &TD060),
    ] {
        let known = TASK_DEFINITION.values(shape);
        if let Some(value) = mapping.get(key)
            && let Some(text) = value.settled()
            && !known.contains(&text)
        {
            findings
                .at(
                    rule,
                    &value,
                    format!(
                        "`{key}` of container {name} is none ECS knows: {}",
                        shown(text)
                    ),
                )
                .advise(choice(text, known));
        }
    }
    if let Some(protocol) = mapping.get("appProtocol")
        && mapping.text_of("name").is_none_or(str::is_empty)
    {
        findings.at_key(
            &TD061,
            &protocol,
            format!("a port with an application protocol but without a name, in container: {name}"),
        );
    }
}

fn named<'a>(name: &Spot<'a>, names: &mut BTreeSet<&'a str>, findings: &mut Findings) {
    let Some(text) = name.settled() else { return };
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if text.is_empty() || text.len() > 64 || text.starts_with('-') || !text.bytes().all(allowed) {
        findings.at(
            &TD057,
            name,
            format!("not a name of a port: {}", shown(text)),
        );
    }
    if !names.insert(text) {
        findings.at(
            &TD058,
            name,
            format!("an earlier port has the same name: {}", shown(text)),
        );
    }
}

impl<'a> Taken<'a> {
    fn take(&mut self, container: usize, port: i64, protocol: &'a str) {
        self.all.insert((container, port, protocol));
        self.first_protocol
            .entry((container, port))
            .or_insert(protocol);
        self.first_container
            .entry((port, protocol))
            .or_insert(container);
    }

    /// Whether the container itself has the port already.
    fn within(&self, at: &Spot<'_>, new: (usize, i64, &str), findings: &mut Findings) {
        let (container, port, _) = new;
        if self.all.contains(&new) {
            findings.at(
                &TD053,
                at,
                format!("an earlier mapping of the container has the same port: `{port}`"),
            );
        } else if let Some(other) = self.first_protocol.get(&(container, port)) {
            findings
                .at(
                    &TD053,
                    at,
                    format!(
                        "an earlier mapping of the container has the same port for {}: `{port}`",
                        shown(other)
                    ),
                )
                .weigh(Severity::Warning);
        }
    }

    /// Whether another container on the same network has it.
    fn across(
        &self,
        definition: &TaskDefinition<'_>,
        at: &Spot<'_>,
        new: (usize, i64, &str),
        findings: &mut Findings,
    ) {
        let (container, port, protocol) = new;
        if let Some(other) = self.first_container.get(&(port, protocol))
            && *other != container
        {
            let name = definition
                .containers()
                .get(*other)
                .map(called)
                .unwrap_or_default();
            findings.at(
                &TD054,
                at,
                format!("container {name} of the same task listens on the same port: `{port}`"),
            );
        }
    }
}

/// The ranges of one container.
fn ranges(
    container: &Spot<'_>,
    mappings: &[Spot<'_>],
    mode: Option<&str>,
    findings: &mut Findings,
) {
    let name = called(container);
    let mut earlier: Vec<(u16, u16)> = Vec::new();
    let mut count = 0;
    for mapping in mappings {
        let Some(range) = mapping.get("containerPortRange") else {
            continue;
        };
        count += 1;
        if mapping.get("containerPort").is_some() || mapping.get("hostPort").is_some() {
            findings.at(
                &TD059,
                &range,
                format!("a range of ports beside a port, in container: {name}"),
            );
        }
        if let Some(mode @ ("host" | "none")) = mode {
            findings
                .at(&TD059, &range, format!("container {name} maps a range of ports, which this network mode does not have: `{mode}`"))
                .advise("use mode `bridge` or `awsvpc`, or map the ports one by one");
        }
        let Some(text) = range.settled() else {
            continue;
        };
        let Some((from, to)) = bounds(text) else {
            findings.at(
                &TD059,
                &range,
                format!("not a range of ports from 1 to 65535: {}", shown(text)),
            );
            continue;
        };
        if let Some((from, to)) = earlier
            .iter()
            .find(|(low, high)| from <= *high && *low <= to)
        {
            findings
                .at(
                    &TD059,
                    &range,
                    format!("the range overlaps an earlier one of the container: `{from}-{to}`"),
                )
                .advise("let the ranges be apart");
        }
        // More are too many anyway, and are not compared with each other.
        if earlier.len() < RANGES {
            earlier.push((from, to));
        }
    }
    if count > RANGES
        && let Some(list) = container.get("portMappings")
    {
        findings
            .at_key(
                &TD059,
                &list,
                format!("container {name} has {count} ranges of ports; the most are: {RANGES}"),
            )
            .advise("join ranges that are next to each other");
    }
}

/// `8000-8010` as its two ports, the first below the second.
fn bounds(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let port = |text: &str| -> Option<u16> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then(|| text.parse().ok())
            .flatten()
            .filter(|port| *port > 0)
    };
    let (from, to) = (port(from)?, port(to)?);
    (from < to).then_some((from, to))
}
