//! Where it runs: operating system, architecture, storage of the task, trusted execution.
use super::Group;
use super::shape::choice;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::TASK_DEFINITION;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{LaunchType, Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

#[cfg(test)]
mod tests;

pub(super) static GROUP: Group = Group {
    title: "Platform",
    rules: &[
        &TD040, &TD041, &TD042, &TD043, &TD044, &TD045, &TD046, &TD047,
    ],
    check,
};

static TD040: Rule = Rule {
    id: "TD040",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "operating system and architecture are ones ECS knows",
    why: "ECS places a task only where the platform of its definition is offered.",
    fix: "use one of the values the message names",
    source: "API shapes `OSFamily` and `CPUArchitecture`",
    answer: "ECS refuses the request with `InvalidParameterException` or `ClientException`.",
};

static TD041: Rule = Rule {
    id: "TD041",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "Windows runs on `X86_64`",
    why: "ARM64 is offered for Linux alone.",
    fix: "set `cpuArchitecture` to `X86_64`",
    source: "API shape `RuntimePlatform`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD042: Rule = Rule {
    id: "TD042",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no image is named for another architecture than the task runs on",
    why: "A task whose image has no variant for its platform fails when the image is pulled or its program started. Offline \
          only the name can be judged: `…-arm64`, `arm64v8/…`, `…-amd64`.",
    fix: "use the image of the task's architecture, or set `cpuArchitecture` to the image's",
    source: "Amazon ECS documentation, CannotPullContainer task errors",
    answer: "ECS registers the definition; tasks stop with `CannotPullContainerError` (`image manifest does not contain \
             descriptor matching platform`) or with `exec format error`.",
};

static TD043: Rule = Rule {
    id: "TD043",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "a definition for Fargate whose image is for ARM64 says so",
    why: "Without `runtimePlatform` Fargate runs the task on Linux and X86_64. Offline only the name of the image can be \
          judged: `…-arm64`, `arm64v8/…`.",
    fix: "add `\"runtimePlatform\": {\"cpuArchitecture\": \"ARM64\", \"operatingSystemFamily\": \"LINUX\"}`",
    source: "general practice",
    answer: "ECS registers the definition; tasks stop with `CannotPullContainerError` or `exec format error`.",
};

static TD044: Rule = Rule {
    id: "TD044",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "ephemeral storage is 21 to 200 GiB",
    why: "20 GiB come with every task; the setting is for more.",
    fix: "set `sizeInGiB` to 21 to 200, or remove `ephemeralStorage`",
    source: "API shape `EphemeralStorage`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD045: Rule = Rule {
    id: "TD045",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "ephemeral storage is asked for on Fargate",
    why: "Only Fargate, from platform version 1.4.0 on, gives a task storage of its own.",
    fix: "remove `ephemeralStorage`, or add `FARGATE` to `requiresCompatibilities`",
    source: "API shape `RegisterTaskDefinitionRequest`, member `ephemeralStorage`",
    answer: "Elsewhere than on Fargate the setting has no use.",
};

static TD046: Rule = Rule {
    id: "TD046",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "trusted execution is asked for on Managed Instances",
    why: "No other launch type offers isolation modes.",
    fix: "add `MANAGED_INSTANCES` to `requiresCompatibilities`, or remove `trustedExecutionConfiguration`",
    source: "API shape `TrustedExecutionConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD047: Rule = Rule {
    id: "TD047",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a confidential sandbox has an attestation policy",
    why: "The policy says which state of the sandbox is trusted.",
    fix: "add `attestationPolicy`, or choose another `isolationMode`",
    source: "API shape `TrustedExecutionConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    platform(definition, findings);
    images(definition, findings);
    storage(definition, findings);
    trusted(definition, findings);
}

fn platform(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(platform) = definition.spot().get("runtimePlatform") else {
        return;
    };
    for (key, shape) in [
        ("operatingSystemFamily", "OSFamily"),
        ("cpuArchitecture", "CPUArchitecture"),
    ] {
        let known = TASK_DEFINITION.values(shape);
        if let Some(value) = platform.get(key)
            && let Some(text) = value.settled()
            && !known.contains(&text)
        {
            findings
                .at(
                    &TD040,
                    &value,
                    format!("`{key}` has a value ECS does not know: {}", shown(text)),
                )
                .advise(choice(text, known));
        }
    }
    if let Some(architecture) = platform.get("cpuArchitecture")
        && definition.is_windows()
        && architecture.text() == Some("ARM64")
    {
        findings.at(
            &TD041,
            &architecture,
            "Windows does not run on this architecture: `ARM64`",
        );
    }
}

/// Judges images by their names: no registry is asked.
fn images(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let chosen = definition
        .spot()
        .get("runtimePlatform")
        .and_then(|platform| platform.get("cpuArchitecture"));
    for container in definition.containers() {
        let Some(image) = container.get("image") else {
            continue;
        };
        let Some(named) = image.text().and_then(architecture) else {
            continue;
        };
        match &chosen {
            Some(chosen) => {
                if let Some(text) = chosen.settled()
                    && text != named
                {
                    let message = format!(
                        "the image of container {} is named for `{named}`, the task runs on: {}",
                        called(container),
                        shown(text)
                    );
                    findings.at(&TD042, &image, message);
                }
            }
            None if definition.is_fargate() && named == "ARM64" => {
                let message = format!(
                    "the image of container {} is named for `ARM64`, and without `runtimePlatform` Fargate runs: `X86_64`",
                    called(container)
                );
                findings.at(&TD043, &image, message);
            }
            None => {}
        }
    }
}

/// The architecture an image is named for, as the API calls it: by a word of its tag, or by the account that publishes it.
fn architecture(image: &str) -> Option<&'static str> {
    let (before_digest, _) = image.split_once('@').unwrap_or((image, ""));
    let (folder, last) = before_digest
        .rsplit_once('/')
        .unwrap_or(("", before_digest));
    let tag = last.split_once(':').map_or("", |(_, tag)| tag);
    let words = tag.split(['-', '_', '.']).chain(folder.split('/'));
    words.into_iter().find_map(|word| match word {
        "arm64" | "arm64v8" | "aarch64" => Some("ARM64"),
        "amd64" | "x86" => Some("X86_64"),
        _ => None,
    })
}

fn storage(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(storage) = definition.spot().get("ephemeralStorage") else {
        return;
    };
    if let Some(size) = storage.get("sizeInGiB")
        && let Some(gibibytes) = size.node().as_i64()
        && !(21..=200).contains(&gibibytes)
    {
        findings.at(
            &TD044,
            &size,
            format!("ephemeral storage is 21 to 200 GiB, not: `{gibibytes}`"),
        );
    }
    if !definition.is_fargate() {
        findings.at_key(
            &TD045,
            &storage,
            "ephemeral storage is used on Fargate only, and this definition is not for it",
        );
    }
}

fn trusted(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let Some(trusted) = definition.spot().get("trustedExecutionConfiguration") else {
        return;
    };
    if !definition.runs_on(LaunchType::ManagedInstances) {
        findings.at_key(&TD046, &trusted, "trusted execution is offered on Managed Instances only, and this definition is not for them");
    }
    let needs_policy = |mode: &Spot<'_>| mode.text() == Some("CONFIDENTIAL_SANDBOX");
    if let Some(mode) = trusted.get("isolationMode").filter(needs_policy)
        && trusted
            .text_of("attestationPolicy")
            .is_none_or(str::is_empty)
    {
        findings.at(
            &TD047,
            &mode,
            "this isolation mode needs an `attestationPolicy`: `CONFIDENTIAL_SANDBOX`",
        );
    }
}
