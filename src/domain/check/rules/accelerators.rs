//! Accelerators and domain credentials: what a container takes of its instance beyond CPU and memory.
//! That Fargate has none is another group's.
use super::Group;
use super::health::within;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{LaunchType, Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Accelerators and domain credentials",
    rules: &[&TD107, &TD108, &TD109, &TD110],
    check,
};

static TD107: Rule = Rule {
    id: "TD107",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "GPUs are taken whole or shared, in one way by all containers",
    why: "A GPU requirement has either a `value` (a number of GPUs, or `ALL`) or a `sharingStrategy`. The containers of a task must all do it in the same way, and ECS Anywhere cannot share.",
    fix: "give each GPU requirement a `value` or a `sharingStrategy`, the same kind everywhere",
    source: "API shape `ResourceRequirement`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD108: Rule = Rule {
    id: "TD108",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "Neuron devices are taken all, by one container",
    why: "A requirement of type `NeuronDevice` always takes all devices of the instance, so only one container of a task can have it.",
    fix: "set `value` to `ALL` in one container only",
    source: "API shape `ResourceRequirement`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD109: Rule = Rule {
    id: "TD109",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a shared GPU gives at least 1 MiB and 1 to 100 percent",
    why: "`memory` is GPU memory in MiB, `maxComputePercent` a share of the GPU's compute capacity.",
    fix: "use a value inside the range the message names",
    source: "API shape `NvidiaMpsAllocation`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD110: Rule = Rule {
    id: "TD110",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a container has one credential spec, of a known kind",
    why: "A credential spec is an ARN behind `credentialspec:` (the instance has joined the domain) or `credentialspecdomainless:` (it has not).",
    fix: "write one entry: `credentialspec:ARN` or `credentialspecdomainless:ARN`",
    source: "API shape `ContainerDefinition`, member `credentialSpecs`",
    answer: "ECS refuses the request with `ClientException`.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let mut seen = Seen::default();
    for container in definition.containers() {
        let mut has_neuron = false;
        for requirement in container.items_of("resourceRequirements") {
            match requirement.text_of("type") {
                Some("GPU") => gpu(definition, container, &requirement, &mut seen, findings),
                Some("NeuronDevice") => {
                    neuron(container, &requirement, has_neuron, &mut seen, findings);
                    has_neuron = true;
                }
                Some(_) | None => {}
            }
        }
        credential_specs(container, findings);
    }
}

/// What the containers before asked for.
#[derive(Debug, Default)]
struct Seen {
    whole_gpu: bool,
    shared_gpu: bool,
    neuron: bool,
}

fn gpu(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    requirement: &Spot<'_>,
    seen: &mut Seen,
    findings: &mut Findings,
) {
    let value = requirement.get("value");
    let sharing = requirement.get("sharingStrategy");
    match (&value, &sharing) {
        (Some(_), Some(_)) => {
            let message = format!(
                "a GPU of container {} is taken whole and shared: `value` and `sharingStrategy`",
                called(container)
            );
            findings.at(&TD107, requirement, message);
        }
        (None, None) => {
            let message = format!(
                "a GPU requirement of container {} says not how many: no `value`",
                called(container)
            );
            findings.at(&TD107, requirement, message);
        }
        (Some(_), None) | (None, Some(_)) => {
            if (value.is_some() && seen.shared_gpu) || (sharing.is_some() && seen.whole_gpu) {
                let message = format!(
                    "container {} takes a GPU in another way than the containers before it",
                    called(container)
                );
                findings.at(&TD107, requirement, message);
            }
            seen.whole_gpu |= value.is_some();
            seen.shared_gpu |= sharing.is_some();
        }
    }
    if let Some(value) = &value
        && let Some(text) = value.settled()
        && text != "ALL"
        && !text.parse::<u32>().is_ok_and(|count| count > 0)
    {
        let message = format!(
            "neither a number of GPUs from 1 on nor `ALL`: {}",
            shown(text)
        );
        findings.at(&TD107, value, message);
    }
    if let Some(sharing) = &sharing {
        if definition.runs_on(LaunchType::External) {
            let message = format!(
                "container {} shares a GPU, which ECS Anywhere cannot",
                called(container)
            );
            findings.at_key(&TD107, sharing, message);
        }
        if let Some(allocation) = sharing.get("nvidiaMps") {
            within(
                &TD109,
                &allocation,
                "memory",
                1,
                i64::from(i32::MAX),
                findings,
            );
            within(&TD109, &allocation, "maxComputePercent", 1, 100, findings);
        }
    }
}

fn neuron(
    container: &Spot<'_>,
    requirement: &Spot<'_>,
    has_neuron: bool,
    seen: &mut Seen,
    findings: &mut Findings,
) {
    if let Some(value) = requirement.get("value")
        && value.settled().is_some_and(|text| text != "ALL")
    {
        let message = format!(
            "container {} takes a part of the Neuron devices: {}",
            called(container),
            shown(value.text().unwrap_or_default())
        );
        findings.at(&TD108, &value, message);
    }
    if seen.neuron && !has_neuron {
        let message = format!(
            "another container already takes all Neuron devices: {} cannot",
            called(container)
        );
        findings.at(&TD108, requirement, message);
    }
    seen.neuron = true;
}

fn credential_specs(container: &Spot<'_>, findings: &mut Findings) {
    let specs = container.items_of("credentialSpecs");
    if let (Some(second), count @ 2..) = (specs.get(1), specs.len()) {
        let message = format!(
            "container {} has more than one credential spec: {count}",
            called(container)
        );
        findings.at(&TD110, second, message);
    }
    for spec in &specs {
        let known = |text: &str| {
            ["credentialspec:", "credentialspecdomainless:"]
                .iter()
                .any(|start| text.strip_prefix(start).is_some_and(|arn| !arn.is_empty()))
        };
        if let Some(text) = spec.settled()
            && !known(text)
        {
            let message = format!("a credential spec of no known kind: {}", shown(text));
            findings.at(&TD110, spec, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{findings_on, keeps, keeps_on, trips, trips_on, with_in_container};
    use super::*;

    fn requiring(requirements: &str) -> String {
        with_in_container(&format!("\"resourceRequirements\": [{requirements}]"))
    }

    /// The same in a container of its own before.
    fn with_another(requirements: &str, text: &str) -> String {
        text.replace(
            "\"containerDefinitions\": [",
            &format!("\"containerDefinitions\": [{{\"name\": \"b\", \"image\": \"r.example.com/b:1\", \"resourceRequirements\": [{requirements}]}},"),
        )
    }

    const WHOLE: &str = "{\"type\": \"GPU\", \"value\": \"1\"}";
    const SHARED: &str =
        "{\"type\": \"GPU\", \"sharingStrategy\": {\"nvidiaMps\": {\"memory\": 1}}}";
    const NEURON: &str = "{\"type\": \"NeuronDevice\", \"value\": \"ALL\"}";

    #[test]
    fn a_gpu_is_taken_whole_or_shared() {
        trips("TD107", &requiring("{\"type\": \"GPU\"}"));
        trips(
            "TD107",
            &requiring("{\"type\": \"GPU\", \"value\": \"1\", \"sharingStrategy\": {}}"),
        );
        for value in ["0", "-1", "one", "all", ""] {
            trips(
                "TD107",
                &requiring(&WHOLE.replace("\"1\"", &format!("\"{value}\""))),
            );
        }
        for value in ["1", "8", "ALL", "<GPUS>"] {
            keeps(
                "TD107",
                &requiring(&WHOLE.replace("\"1\"", &format!("\"{value}\""))),
            );
        }
        keeps("TD107", &requiring(SHARED));
    }

    #[test]
    fn containers_take_gpus_in_one_way() {
        trips("TD107", &with_another(WHOLE, &requiring(SHARED)));
        trips("TD107", &with_another(SHARED, &requiring(WHOLE)));
        keeps("TD107", &with_another(WHOLE, &requiring(WHOLE)));
    }

    #[test]
    fn ecs_anywhere_shares_no_gpu() {
        trips_on("TD107", LaunchType::External, &requiring(SHARED));
        keeps_on("TD107", LaunchType::External, &requiring(WHOLE));
        keeps_on("TD107", LaunchType::ManagedInstances, &requiring(SHARED));
    }

    #[test]
    fn neuron_devices_go_to_one_container_whole() {
        trips("TD108", &requiring(&NEURON.replace("ALL", "1")));
        trips("TD108", &with_another(NEURON, &requiring(NEURON)));
        keeps("TD108", &requiring(NEURON));
        keeps("TD108", &with_another(WHOLE, &requiring(NEURON)));
    }

    #[test]
    fn a_share_of_a_gpu_is_in_its_range() {
        let share = |members: &str| requiring(&SHARED.replace("\"memory\": 1", members));
        trips("TD109", &share("\"memory\": 0"));
        trips("TD109", &share("\"memory\": 1, \"maxComputePercent\": 0"));
        trips("TD109", &share("\"memory\": 1, \"maxComputePercent\": 101"));
        keeps("TD109", &share("\"memory\": 1, \"maxComputePercent\": 1"));
        keeps("TD109", &share("\"memory\": 1, \"maxComputePercent\": 100"));
    }

    #[test]
    fn a_container_has_one_credential_spec_of_a_known_kind() {
        let specs = |list: &str| with_in_container(&format!("\"credentialSpecs\": [{list}]"));
        let one = "\"credentialspecdomainless:arn:aws:s3:::bucket/spec.json\"";
        trips("TD110", &specs(&format!("{one}, {one}")));
        trips("TD110", &specs("\"arn:aws:s3:::bucket/spec.json\""));
        trips("TD110", &specs("\"credentialspec:\""));
        keeps("TD110", &specs(one));
        keeps("TD110", &specs(&one.replace("domainless", "")));
    }

    #[test]
    fn an_unknown_kind_of_resource_is_not_judged() {
        let text = requiring("{\"type\": \"QUANTUM\", \"value\": \"1\"}");
        let found = findings_on(&text, None);
        assert!(
            found
                .iter()
                .all(|finding| !["TD107", "TD108"].contains(&finding.rule().id)),
            "{found:?}"
        );
    }
}
