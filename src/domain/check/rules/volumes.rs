//! Volumes: their names and kinds, who mounts them, and what file systems ask for.
mod rows;

use std::collections::HashSet;

use rows::{TD150, TD151, TD152, TD153, TD154, TD155, TD156, TD157, TD158, TD159, TD160};

use super::Group;
use super::dependencies::existing;
use crate::domain::check::finding::Findings;
use crate::domain::check::nearest::nearest;
use crate::domain::check::rule::Rule;
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Volumes",
    rules: &[
        &TD150, &TD151, &TD152, &TD153, &TD154, &TD155, &TD156, &TD157, &TD158, &TD159, &TD160,
    ],
    check,
};

/// The members that say what kind of volume it is, of which there can be one.
const KINDS: [&str; 6] = [
    "host",
    "configuredAtLaunch",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let volumes: Vec<Spot<'_>> = definition
        .spot()
        .items_of("volumes")
        .into_iter()
        .filter(|volume| volume.node().as_object().is_some())
        .collect();
    let names = names(&volumes, findings);
    let mut at_launch = 0_usize;
    for volume in &volumes {
        kind(volume, &mut at_launch, findings);
        if let Some(efs) = volume.get("efsVolumeConfiguration") {
            efs_volume(definition, &efs, findings);
        }
        if let Some(s3) = volume.get("s3filesVolumeConfiguration") {
            s3_volume(definition, &s3, findings);
        }
        if let Some(fsx) = volume.get("fsxWindowsFileServerVolumeConfiguration") {
            fsx_volume(volume, &fsx, findings);
        }
        if let Some(docker) = volume.get("dockerVolumeConfiguration") {
            docker_volume(&docker, findings);
        }
    }
    mounts(definition, &volumes, &names, findings);
}

/// The names there are; reports names that are none, and those that come again.
fn names<'a>(volumes: &[Spot<'a>], findings: &mut Findings) -> HashSet<&'a str> {
    let mut names: HashSet<&str> = HashSet::new();
    for volume in volumes {
        let Some(name) = volume.get("name") else {
            findings.at_key(&TD150, volume, "a volume has no name");
            continue;
        };
        let Some(text) = name.text() else {
            continue;
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(allowed);
        if name.settled().is_some() && !fits {
            findings.at(
                &TD150,
                &name,
                format!("not a name of a volume: {}", shown(text)),
            );
        }
        if !names.insert(text) {
            let message = format!("two volumes have one name: {}", shown(text));
            findings.at(&TD150, &name, message);
        }
    }
    names
}

/// What to call a volume in a message.
fn volume_called(volume: &Spot<'_>) -> String {
    match volume.text_of("name") {
        Some(name) => shown(name),
        None => format!("`{}`", volume.path()),
    }
}

fn kind(volume: &Spot<'_>, at_launch: &mut usize, findings: &mut Findings) {
    let is_asked_for = |member: &Spot<'_>| member.node().as_bool() != Some(false);
    let mut kinds = volume
        .members()
        .filter(|member| !member.node().is_null() && is_asked_for(member))
        .filter(|member| KINDS.contains(&member.key().unwrap_or_default()));
    let first = kinds.next();
    if let (Some(first), Some(second)) = (first, kinds.next()) {
        let message = format!(
            "volume {} is of two kinds, `{}` and: `{}`",
            volume_called(volume),
            first.key().unwrap_or_default(),
            second.key().unwrap_or_default()
        );
        findings.at_key(&TD151, &second, message);
    }
    if volume.bool_of("configuredAtLaunch") == Some(true) {
        *at_launch += 1;
        if *at_launch == 2
            && let Some(member) = volume.get("configuredAtLaunch")
        {
            let message = format!(
                "a second volume is configured at launch: {}",
                volume_called(volume)
            );
            findings.at_key(&TD152, &member, message);
        }
    }
}

fn efs_volume(definition: &TaskDefinition<'_>, efs: &Spot<'_>, findings: &mut Findings) {
    let Some(authorization) = efs.get("authorizationConfig") else {
        return;
    };
    let point = authorization.get("accessPointId");
    let by_role = authorization.text_of("iam") == Some("ENABLED");
    if let Some(point) = &point {
        root_directory(&TD155, efs, findings);
        in_transit(efs, point, "an access point", findings);
    } else if by_role && let Some(iam) = authorization.get("iam") {
        in_transit(efs, &iam, "IAM authorization", findings);
    }
    if by_role
        && definition.spot().get("taskRoleArn").is_none()
        && let Some(iam) = authorization.get("iam")
    {
        findings.at_key(
            &TD157,
            &iam,
            "the file system is mounted with the task role, and the definition lacks: `taskRoleArn`",
        );
    }
}

fn in_transit(efs: &Spot<'_>, because: &Spot<'_>, what: &str, findings: &mut Findings) {
    match efs.get("transitEncryption") {
        None => {
            let message = format!("{what} needs encryption in transit, and it is off by default");
            findings.at_key(&TD156, because, message);
        }
        Some(encryption) => {
            if encryption.settled().is_some_and(|text| text != "ENABLED") {
                let message = format!("{what} needs encryption in transit, and it is not enabled");
                findings.at(&TD156, &encryption, message);
            }
        }
    }
}

/// Beside an access point, which has a root of its own.
fn root_directory(rule: &'static Rule, file_system: &Spot<'_>, findings: &mut Findings) {
    if let Some(root) = file_system.get("rootDirectory")
        && let Some(text) = root.settled()
        && !matches!(text, "" | "/")
    {
        let message = format!(
            "an access point has its own root, so none other can be given: {}",
            shown(text)
        );
        findings.at(rule, &root, message);
    }
}

fn s3_volume(definition: &TaskDefinition<'_>, s3: &Spot<'_>, findings: &mut Findings) {
    if definition.spot().get("taskRoleArn").is_none() {
        findings.at_key(
            &TD158,
            s3,
            "an S3 Files volume is mounted with the task role, and the definition lacks: `taskRoleArn`",
        );
    }
    if s3.get("accessPointArn").is_some() {
        root_directory(&TD158, s3, findings);
    }
}

fn fsx_volume(volume: &Spot<'_>, fsx: &Spot<'_>, findings: &mut Findings) {
    if fsx.node().as_object().is_none() {
        return;
    }
    for key in ["fileSystemId", "rootDirectory", "authorizationConfig"] {
        if fsx.get(key).is_none() {
            let message = format!(
                "the FSx volume {} lacks a member it must have: `{key}`",
                volume_called(volume)
            );
            findings.at_key(&TD159, fsx, message);
        }
    }
}

fn docker_volume(docker: &Spot<'_>, findings: &mut Findings) {
    // The scope is `task` where it is left out.
    let is_shared = docker.text_of("scope") == Some("shared");
    if docker.bool_of("autoprovision") == Some(true)
        && !is_shared
        && let Some(switch) = docker.get("autoprovision")
    {
        findings.at_key(
            &TD160,
            &switch,
            "`autoprovision` has no effect in scope: `task`",
        );
    }
}

fn mounts(
    definition: &TaskDefinition<'_>,
    volumes: &[Spot<'_>],
    names: &HashSet<&str>,
    findings: &mut Findings,
) {
    let mut used: HashSet<&str> = HashSet::new();
    for container in definition.containers() {
        let mut paths: HashSet<&str> = HashSet::new();
        for mount in container.items_of("mountPoints") {
            if let Some(source) = mount.get("sourceVolume")
                && let Some(text) = source.text()
            {
                used.insert(text);
                if source.settled().is_some() && !names.contains(text) {
                    unknown_volume(container, &source, text, names, findings);
                }
            }
            if let Some(path) = mount.get("containerPath")
                && let Some(text) = path.text()
                && !paths.insert(text)
            {
                let message = format!(
                    "container {} mounts two volumes at one path: {}",
                    called(container),
                    shown(text)
                );
                findings.at(&TD154, &path, message);
            }
        }
        for from in container.items_of("volumesFrom") {
            if let Some(source) = from.get("sourceContainer")
                && let Some(text) = source.settled()
                && (definition.container(text).is_none() || container.text_of("name") == Some(text))
            {
                let message = format!(
                    "container {} takes the volumes of no other container: {}",
                    called(container),
                    shown(text)
                );
                let advice = (!findings.is_full(&TD153)).then(|| existing(definition, text));
                let finding = findings.at(&TD153, &source, message);
                if let Some(advice) = advice {
                    finding.advise(advice);
                }
            }
        }
    }
    for volume in volumes {
        if let Some(name) = volume.text_of("name")
            && !used.contains(name)
        {
            let message = format!("no container mounts the volume: {}", shown(name));
            findings.at_key(&TD154, volume, message);
        }
    }
}

fn unknown_volume(
    container: &Spot<'_>,
    source: &Spot<'_>,
    text: &str,
    names: &HashSet<&str>,
    findings: &mut Findings,
) {
    let message = format!(
        "container {} mounts a volume that does not exist: {}",
        called(container),
        shown(text)
    );
    let advice = if findings.is_full(&TD153) || names.len() > 100 {
        None
    } else {
        let mut known: Vec<&str> = names.iter().copied().collect();
        known.sort_unstable();
        nearest(text, known).map(|meant| format!("did you mean {}?", shown(meant)))
    };
    let finding = findings.at(&TD153, source, message);
    if let Some(advice) = advice {
        finding.advise(advice);
    }
}

#[cfg(test)]
mod tests;
