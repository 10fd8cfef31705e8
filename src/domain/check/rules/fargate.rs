//! What Fargate does not offer.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called, is_set};
use crate::domain::secrecy::shown;

#[cfg(test)]
mod tests;

pub(super) static GROUP: Group = Group {
    title: "What Fargate does not offer",
    rules: &[
        &TD070, &TD071, &TD072, &TD073, &TD074, &TD075, &TD076, &TD077, &TD078,
    ],
    check,
};

static TD070: Rule = Rule {
    id: "TD070",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no container for Fargate sets what only an instance offers",
    why: "`disableNetworking`, `dnsSearchDomains`, `dnsServers`, `dockerSecurityOptions`, `extraHosts`, `links` and \
          `privileged` need an instance of one's own.",
    fix: "remove the member, or run the task on EC2 or Managed Instances",
    source: "API shape `ContainerDefinition`; Amazon ECS documentation, differences of task definitions for Fargate",
    answer: "ECS refuses the request with `ClientException`, naming the member.",
};

static TD071: Rule = Rule {
    id: "TD071",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no container for Fargate sets devices, shared memory or swap",
    why: "`devices`, `sharedMemorySize`, `maxSwap` and `swappiness` need an instance of one's own.",
    fix: "remove the member, or run the task on EC2 or Managed Instances",
    source: "API shape `LinuxParameters`",
    answer: "ECS refuses the request with `ClientException`, naming the member.",
};

static TD072: Rule = Rule {
    id: "TD072",
    severity: Severity::Note,
    basis: Basis::Documented,
    title: "`tmpfs` on Fargate is told differently by two sources",
    why: "The newest API model names no exclusion for Fargate, an older guide still lists one.",
    fix: "try it on a test service first",
    source: "API shape `LinuxParameters`; Amazon ECS documentation, differences of task definitions for Fargate",
    answer: "Not known: ECS accepts it by the API model, and refuses it by the guide.",
};

static TD073: Rule = Rule {
    id: "TD073",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a container for Fargate adds no capability but `SYS_PTRACE`",
    why: "Fargate lets a container drop capabilities, and add that one.",
    fix: "remove the capability, or run the task on EC2 or Managed Instances",
    source: "API shape `KernelCapabilities`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD074: Rule = Rule {
    id: "TD074",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition for Fargate has no placement constraints",
    why: "On Fargate there are no instances to choose from; tasks are spread over Availability Zones.",
    fix: "remove `placementConstraints`",
    source: "API shape `TaskDefinitionPlacementConstraint`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD075: Rule = Rule {
    id: "TD075",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition for Fargate sets no `ipcMode`, and `pidMode` only to `task`",
    why: "There is no host whose namespaces could be shared.",
    fix: "remove the member; `\"pidMode\": \"task\"` shares processes within the task",
    source: "API shape `RegisterTaskDefinitionRequest`, members `ipcMode` and `pidMode`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD076: Rule = Rule {
    id: "TD076",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no container for Fargate asks for a GPU or a Neuron device",
    why: "Fargate has no accelerators.",
    fix: "run the task on EC2 or Managed Instances, or remove the requirement",
    source: "API shape `ResourceRequirement`; Amazon ECS documentation, differences of task definitions for Fargate",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD077: Rule = Rule {
    id: "TD077",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition for Fargate has no volume that needs an instance",
    why: "Docker volumes, host paths and FSx for Windows File Server are mounted through an instance. That FSx is not \
          offered is general practice: such a finding is a warning.",
    fix: "use an EFS volume, or a volume without a source, which lives as long as the task",
    source: "API shapes `DockerVolumeConfiguration` and `HostVolumeProperties`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD078: Rule = Rule {
    id: "TD078",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`startTimeout` and `stopTimeout` on Fargate are 2 to 120 seconds",
    why: "Fargate waits at most two minutes.",
    fix: "set it to 2 to 120",
    source: "API shape `ContainerDefinition`, members `startTimeout` and `stopTimeout`",
    answer: "ECS refuses the request with `ClientException`.",
};

/// Members of a container that need an instance.
const CONTAINER: [&str; 7] = [
    "disableNetworking",
    "dnsSearchDomains",
    "dnsServers",
    "dockerSecurityOptions",
    "extraHosts",
    "links",
    "privileged",
];
/// Members of `linuxParameters` that need an instance.
const LINUX: [&str; 4] = ["devices", "sharedMemorySize", "maxSwap", "swappiness"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    if !definition.is_fargate() {
        return;
    }
    task(definition, findings);
    for container in definition.containers() {
        settings(container, findings);
        if let Some(linux) = container.get("linuxParameters") {
            linux_parameters(container, &linux, findings);
        }
        accelerators(container, findings);
    }
    for volume in definition.spot().items_of("volumes") {
        volume_kind(&volume, findings);
    }
}

fn task(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let spot = definition.spot();
    if let Some(list) = spot.get("placementConstraints").filter(is_set) {
        findings.at_key(&TD074, &list, "Fargate takes no placement constraints");
    }
    if let Some(mode) = spot.get("ipcMode").filter(is_set) {
        findings.at_key(&TD075, &mode, "Fargate takes no `ipcMode`");
    }
    if let Some(mode) = spot.get("pidMode")
        && let Some(text) = mode.settled()
        && text != "task"
    {
        findings.at(
            &TD075,
            &mode,
            format!(
                "on Fargate the only `pidMode` is `task`, not: {}",
                shown(text)
            ),
        );
    }
}

fn settings(container: &Spot<'_>, findings: &mut Findings) {
    let name = called(container);
    for key in CONTAINER {
        if let Some(member) = container.get(key).filter(is_set) {
            findings.at_key(
                &TD070,
                &member,
                format!("container {name} sets what Fargate does not offer: `{key}`"),
            );
        }
    }
    for key in ["startTimeout", "stopTimeout"] {
        if let Some(member) = container.get(key)
            && let Some(seconds) = member.node().as_i64()
            && !(2..=120).contains(&seconds)
        {
            findings.at(
                &TD078,
                &member,
                format!("`{key}` of container {name} is 2 to 120 on Fargate, not: `{seconds}`"),
            );
        }
    }
}

fn linux_parameters(container: &Spot<'_>, linux: &Spot<'_>, findings: &mut Findings) {
    let name = called(container);
    for key in LINUX {
        if let Some(member) = linux.get(key).filter(is_set) {
            findings.at_key(
                &TD071,
                &member,
                format!("container {name} sets what Fargate does not offer: `{key}`"),
            );
        }
    }
    if let Some(member) = linux.get("tmpfs").filter(is_set) {
        findings.at_key(
            &TD072,
            &member,
            format!(
                "whether Fargate offers `tmpfs` is not certain, and it is used by container: {name}"
            ),
        );
    }
    for capability in linux
        .get("capabilities")
        .map(|list| list.items_of("add"))
        .unwrap_or_default()
    {
        if let Some(text) = capability.settled()
            && text != "SYS_PTRACE"
        {
            findings.at(
                &TD073,
                &capability,
                format!(
                    "container {name} adds a capability Fargate does not give: {}",
                    shown(text)
                ),
            );
        }
    }
}

fn accelerators(container: &Spot<'_>, findings: &mut Findings) {
    for requirement in container.items_of("resourceRequirements") {
        if let Some(kind @ ("GPU" | "NeuronDevice")) = requirement.text_of("type") {
            findings.at(
                &TD076,
                &requirement,
                format!(
                    "container {} asks for what Fargate does not offer: `{kind}`",
                    called(container)
                ),
            );
        }
    }
}

fn volume_kind(volume: &Spot<'_>, findings: &mut Findings) {
    let name = called(volume);
    if let Some(docker) = volume.get("dockerVolumeConfiguration") {
        findings.at_key(
            &TD077,
            &docker,
            format!("a Docker volume is not offered on Fargate: {name}"),
        );
    }
    if let Some(fsx) = volume.get("fsxWindowsFileServerVolumeConfiguration") {
        findings
            .at_key(
                &TD077,
                &fsx,
                format!(
                    "a volume on FSx for Windows File Server is not offered on Fargate: {name}"
                ),
            )
            .weigh(Severity::Warning);
    }
    if let Some(path) = volume
        .get("host")
        .and_then(|host| host.get("sourcePath"))
        .filter(is_set)
    {
        findings.at_key(
            &TD077,
            &path,
            format!("a path of the host is not offered on Fargate: {name}"),
        );
    }
}
