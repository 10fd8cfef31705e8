//! What a container asks of the kernel and the host: limits, swap, sysctls, capabilities, access; and what Windows lacks.
use std::collections::HashSet;

use super::Group;
use super::health::within;
use super::shape::choice;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::TASK_DEFINITION;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called, is_set};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Kernel and host",
    rules: &[
        &TD099, &TD100, &TD101, &TD102, &TD103, &TD104, &TD105, &TD106,
    ],
    check,
};

static TD099: Rule = Rule {
    id: "TD099",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a ulimit is a known one, is set once, and has a soft limit within its hard one",
    why: "The kernel refuses a soft limit above the hard limit, and of two limits of one name only one can hold. `-1` is without limit.",
    fix: "name each limit once, with a soft limit that is not above the hard one",
    source: "API shapes `Ulimit`, `UlimitName`; practice for soft and hard",
    answer: "ECS refuses an unknown name with `ClientException`; with a soft limit above the hard one the container cannot start.",
};

static TD100: Rule = Rule {
    id: "TD100",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`swappiness` is 0 to 100 and comes with `maxSwap`",
    why: "Without `maxSwap` the value has no effect, which is a warning.",
    fix: "use a value from 0 to 100, and set `maxSwap`",
    source: "API shape `LinuxParameters`, member `swappiness`",
    answer: "ECS refuses a value outside the range with `ClientException`, and ignores one without `maxSwap`.",
};

static TD101: Rule = Rule {
    id: "TD101",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a sysctl is one that belongs to the container",
    why: "Only kernel parameters with a namespace of their own can be set: `net.*`, `fs.mqueue.*`, and those of System V IPC.",
    fix: "set it on the host, or leave it out",
    source: "API shape `SystemControl`, member `value`",
    answer: "ECS refuses the request with `ClientException`, or the container cannot be created.",
};

static TD102: Rule = Rule {
    id: "TD102",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no sysctl of a namespace that is shared with the host",
    why: "In network mode `host` the network namespace is the host's, and with `ipcMode` `host` the IPC namespace is: a task may not change them.",
    fix: "leave the sysctl out, or use another mode",
    source: "API shape `SystemControl`",
    answer: "ECS refuses the request with `ClientException`, or the container cannot be created.",
};

static TD103: Rule = Rule {
    id: "TD103",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "network sysctls are set by one container only",
    why: "In mode `awsvpc` the containers share one network namespace: whichever starts last decides for all.",
    fix: "set network sysctls in one container, the same for all",
    source: "API shape `SystemControl`",
    answer: "ECS takes it; the container that starts last wins.",
};

static TD104: Rule = Rule {
    id: "TD104",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a capability is one of Linux's, written without `CAP_`",
    why: "ECS knows a fixed list of names, in capitals.",
    fix: "use a name of the list: `NET_ADMIN`, `SYS_PTRACE`, …",
    source: "API shape `KernelCapabilities`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD105: Rule = Rule {
    id: "TD105",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no container has the powers of the host",
    why: "A privileged container is root on its host; with `pidMode` or `ipcMode` `host` it sees the processes or the memory of every other task there.",
    fix: "leave it out unless the container manages the host",
    source: "API shapes `ContainerDefinition`, `RegisterTaskDefinitionRequest`",
    answer: "ECS takes it.",
};

static TD106: Rule = Rule {
    id: "TD106",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a Windows container uses nothing that only Linux has",
    why: "The API names for each of these members that Windows containers do not support it.",
    fix: "remove the member",
    source: "API shapes `ContainerDefinition`, `RegisterTaskDefinitionRequest`, member by member",
    answer: "ECS refuses the request with `ClientException`, or the setting has no effect.",
};

/// Sysctls of System V IPC (API shape `SystemControl`).
const IPC: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// The capabilities ECS knows (API shape `KernelCapabilities`).
const CAPABILITIES: [&str; 38] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

/// Members of a container that Windows lacks.
const NOT_ON_WINDOWS: [&str; 11] = [
    "linuxParameters",
    "privileged",
    "user",
    "readonlyRootFilesystem",
    "dnsServers",
    "dnsSearchDomains",
    "extraHosts",
    "disableNetworking",
    "ulimits",
    "systemControls",
    "links",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let mut network_is_set = false;
    for container in definition.containers() {
        ulimits(container, findings);
        if let Some(parameters) = container.get("linuxParameters") {
            swap(&parameters, findings);
            capabilities(&parameters, findings);
        }
        sysctls(definition, container, &mut network_is_set, findings);
        if container.bool_of("privileged") == Some(true)
            && let Some(switch) = container.get("privileged")
        {
            let message = format!("container {} is privileged", called(container));
            findings.at_key(&TD105, &switch, message);
        }
    }
    for (key, seen) in [("pidMode", "processes"), ("ipcMode", "shared memory")] {
        if let Some(mode) = definition.spot().get(key)
            && mode.text() == Some("host")
        {
            let message = format!("the task sees the {seen} of its host: `{key}` is `host`");
            findings.at_key(&TD105, &mode, message);
        }
    }
    if definition.is_windows() {
        windows(definition, findings);
    }
}

fn ulimits(container: &Spot<'_>, findings: &mut Findings) {
    let known = TASK_DEFINITION.values("UlimitName");
    let mut seen: HashSet<&str> = HashSet::new();
    for limit in container.items_of("ulimits") {
        if let Some(name) = limit.get("name")
            && let Some(text) = name.settled()
        {
            if !known.contains(&text) {
                let message = format!("there is no such ulimit: {}", shown(text));
                let advice = (!findings.is_full(&TD099)).then(|| choice(text, known));
                let finding = findings.at(&TD099, &name, message);
                if let Some(advice) = advice {
                    finding.advise(advice);
                }
            } else if !seen.insert(text) {
                let message = format!(
                    "container {} sets a ulimit twice: `{text}`",
                    called(container)
                );
                findings.at(&TD099, &name, message);
            }
        }
        let (soft, hard) = (limit.integer_of("softLimit"), limit.integer_of("hardLimit"));
        if let (Some(soft), Some(hard)) = (soft, hard)
            && hard >= 0
            && (soft > hard || soft < 0)
        {
            let message = format!("the soft limit {soft} is above the hard limit: {hard}");
            findings
                .at(&TD099, &limit, message)
                .weigh(Severity::Warning);
        }
    }
}

fn swap(parameters: &Spot<'_>, findings: &mut Findings) {
    within(&TD100, parameters, "swappiness", 0, 100, findings);
    if parameters.get("maxSwap").is_none()
        && let Some(swappiness) = parameters.get("swappiness")
    {
        findings
            .at_key(
                &TD100,
                &swappiness,
                "`swappiness` has no effect without: `maxSwap`",
            )
            .weigh(Severity::Warning);
    }
}

fn capabilities(parameters: &Spot<'_>, findings: &mut Findings) {
    let Some(capabilities) = parameters.get("capabilities") else {
        return;
    };
    for name in ["add", "drop"]
        .into_iter()
        .flat_map(|list| capabilities.items_of(list))
    {
        if let Some(text) = name.settled()
            && !CAPABILITIES.contains(&text)
        {
            let advice = (!findings.is_full(&TD104)).then(|| capability(text));
            let message = format!("there is no such capability: {}", shown(text));
            let finding = findings.at(&TD104, &name, message);
            if let Some(advice) = advice {
                finding.advise(advice);
            }
        }
    }
}

/// What a capability that does not exist was probably meant to be.
fn capability(text: &str) -> String {
    let bare = text.strip_prefix("CAP_").unwrap_or(text);
    if CAPABILITIES.contains(&bare) {
        format!("write it without `CAP_`: `{bare}`")
    } else {
        choice(bare, &CAPABILITIES)
    }
}

fn sysctls(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    network_is_set: &mut bool,
    findings: &mut Findings,
) {
    let mode = definition.network_mode();
    let mut first_here: Option<Spot<'_>> = None;
    for control in container.items_of("systemControls") {
        let Some(namespace) = control.get("namespace") else {
            continue;
        };
        let Some(text) = namespace.settled() else {
            continue;
        };
        let is_network = text.starts_with("net.");
        let is_ipc = IPC.contains(&text) || text.starts_with("fs.mqueue.");
        if !is_network && !is_ipc {
            let message = format!("a sysctl that no container has of its own: {}", shown(text));
            findings.at(&TD101, &namespace, message);
        }
        if is_network && mode == Some("host") {
            let message = format!("a network sysctl in network mode `host`: {}", shown(text));
            findings.at(&TD102, &namespace, message);
        }
        if is_ipc && definition.spot().text_of("ipcMode") == Some("host") {
            let message = format!("an IPC sysctl with `ipcMode` `host`: {}", shown(text));
            findings.at(&TD102, &namespace, message);
        }
        if is_network && first_here.is_none() {
            first_here = Some(namespace);
        }
    }
    if let Some(first) = first_here {
        if *network_is_set && mode == Some("awsvpc") {
            let message = format!(
                "another container sets network sysctls too: {}",
                called(container)
            );
            findings.at(&TD103, &first, message);
        }
        *network_is_set = true;
    }
}

fn windows(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    for key in ["pidMode", "ipcMode"] {
        if let Some(member) = definition.spot().get(key) {
            let message = format!("Windows has no such setting: `{key}`");
            findings.at_key(&TD106, &member, message);
        }
    }
    for container in definition.containers() {
        for key in NOT_ON_WINDOWS {
            if let Some(member) = container.get(key).filter(is_set) {
                let message = format!(
                    "Windows has no such setting, in container {}: `{key}`",
                    called(container)
                );
                findings.at_key(&TD106, &member, message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
