//! Volumes and mounts, tripped and just kept.
use super::super::trial::{CLEAN, findings, keeps, trips, with, with_in_container};
use crate::domain::check::Severity;

const EFS: &str = "\"efsVolumeConfiguration\": {\"fileSystemId\": \"fs-1\"}";

/// The clean definition with these volumes, and mounts of its container.
fn with_volumes(volumes: &str, mounts: &str) -> String {
    with_in_container(&format!("\"mountPoints\": [{mounts}]")).replace(
        "\"family\"",
        &format!("\"volumes\": [{volumes}], \"family\""),
    )
}

fn volume(name: &str, members: &str) -> String {
    format!("{{\"name\": \"{name}\"{members}}}")
}

fn mount(name: &str, path: &str) -> String {
    format!("{{\"sourceVolume\": \"{name}\", \"containerPath\": \"{path}\"}}")
}

/// One mounted volume with these members.
fn mounted(members: &str) -> String {
    with_volumes(
        &volume("data", &format!(", {members}")),
        &mount("data", "/data"),
    )
}

fn efs(members: &str) -> String {
    mounted(&EFS.replace("\"fs-1\"", &format!("\"fs-1\", {members}")))
}

fn without_task_role(text: &str) -> String {
    let role = "\"taskRoleArn\": \"arn:aws:iam::123456789012:role/web\",";
    assert!(text.contains(role));
    text.replace(role, "")
}

#[test]
fn a_volume_has_a_name_of_its_own() {
    for name in ["", "da ta", "da/ta", &"a".repeat(256)] {
        trips(
            "TD150",
            &with_volumes(&volume(name, ""), &mount(name, "/d")),
        );
    }
    trips("TD150", &with("\"volumes\": [{}]"));
    let two = [volume("a", ""), volume("a", "")].join(",");
    trips("TD150", &with_volumes(&two, &mount("a", "/a")));
    for name in ["da_ta-1", "<NAME>", &"a".repeat(255)] {
        keeps(
            "TD150",
            &with_volumes(&volume(name, ""), &mount(name, "/d")),
        );
    }
}

#[test]
fn a_volume_is_of_one_kind() {
    let finding = trips("TD151", &mounted(&format!("\"host\": {{}}, {EFS}")));
    assert_eq!(
        finding.message(),
        "volume `data` is of two kinds, `host` and: `efsVolumeConfiguration`"
    );
    keeps("TD151", &mounted(EFS));
    keeps(
        "TD151",
        &mounted(&format!(
            "\"configuredAtLaunch\": false, {EFS}, \"host\": null"
        )),
    );
}

#[test]
fn one_volume_is_configured_at_launch() {
    let launched = |count: usize| {
        let volumes: Vec<String> = (0..count)
            .map(|n| volume(&format!("v{n}"), ", \"configuredAtLaunch\": true"))
            .collect();
        let mounts: Vec<String> = (0..count)
            .map(|n| mount(&format!("v{n}"), &format!("/v{n}")))
            .collect();
        with_volumes(&volumes.join(","), &mounts.join(","))
    };
    trips("TD152", &launched(2));
    keeps("TD152", &launched(1));
}

#[test]
fn what_is_mounted_exists() {
    let finding = trips(
        "TD153",
        &with_volumes(&volume("data", ""), &mount("dta", "/data")),
    );
    assert_eq!(finding.hint(), "did you mean `data`?");
    keeps("TD153", &mounted("\"host\": {}"));
    keeps("TD153", &with_volumes("", &mount("<DATA>", "/data")));
    let from = |name: &str| {
        with_in_container(&format!(
            "\"volumesFrom\": [{{\"sourceContainer\": \"{name}\"}}]"
        ))
        .replace(
            "\"containerDefinitions\": [",
            "\"containerDefinitions\": [{\"name\": \"b\", \"image\": \"r.example.com/b:1\"},",
        )
    };
    trips("TD153", &from("c"));
    trips("TD153", &from("web"));
    keeps("TD153", &from("b"));
}

#[test]
fn a_volume_is_mounted_at_a_path_of_its_own() {
    let finding = trips("TD154", &with_volumes(&volume("data", ""), ""));
    assert_eq!(finding.severity(), Severity::Warning);
    let both = [mount("data", "/data"), mount("data", "/data")].join(",");
    trips("TD154", &with_volumes(&volume("data", ""), &both));
    keeps("TD154", &both_paths());
    keeps("TD154", CLEAN);
}

fn both_paths() -> String {
    let mounts = [mount("data", "/a"), mount("data", "/b")].join(",");
    with_volumes(&volume("data", ""), &mounts)
}

#[test]
fn an_access_point_of_efs_has_its_own_root() {
    let point = |root: &str| {
        efs(&format!(
            "{root}\"transitEncryption\": \"ENABLED\", \"authorizationConfig\": {{\"accessPointId\": \"fsap-1\"}}"
        ))
    };
    trips("TD155", &point("\"rootDirectory\": \"/data\", "));
    keeps("TD155", &point("\"rootDirectory\": \"/\", "));
    keeps("TD155", &point(""));
    keeps("TD155", &efs("\"rootDirectory\": \"/data\""));
}

#[test]
fn efs_with_authorization_is_encrypted_in_transit() {
    for authorization in ["\"accessPointId\": \"fsap-1\"", "\"iam\": \"ENABLED\""] {
        let with_encryption = |encryption: &str| {
            efs(&format!(
                "{encryption}\"authorizationConfig\": {{{authorization}}}"
            ))
        };
        trips("TD156", &with_encryption(""));
        trips(
            "TD156",
            &with_encryption("\"transitEncryption\": \"DISABLED\", "),
        );
        keeps(
            "TD156",
            &with_encryption("\"transitEncryption\": \"ENABLED\", "),
        );
    }
    keeps(
        "TD156",
        &efs("\"authorizationConfig\": {\"iam\": \"DISABLED\"}"),
    );
}

#[test]
fn efs_with_iam_is_mounted_with_the_task_role() {
    let by_role =
        efs("\"transitEncryption\": \"ENABLED\", \"authorizationConfig\": {\"iam\": \"ENABLED\"}");
    trips("TD157", &without_task_role(&by_role));
    keeps("TD157", &by_role);
    keeps(
        "TD157",
        &without_task_role(&by_role.replace("\"iam\": \"ENABLED\"", "\"iam\": \"DISABLED\"")),
    );
}

#[test]
fn s3_files_have_a_task_role_and_one_root() {
    let s3 = |members: &str| {
        mounted(&format!(
            "\"s3filesVolumeConfiguration\": {{\"fileSystemArn\": \"arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1\"{members}}}"
        ))
    };
    trips("TD158", &without_task_role(&s3("")));
    keeps("TD158", &s3(""));
    let point = ", \"accessPointArn\": \"arn:aws:s3files:eu-west-1:123456789012:access-point/a\"";
    trips("TD158", &s3(&format!("{point}, \"rootDirectory\": \"/a\"")));
    keeps("TD158", &s3(&format!("{point}, \"rootDirectory\": \"/\"")));
    keeps("TD158", &s3(", \"rootDirectory\": \"/a\""));
}

#[test]
fn an_fsx_volume_is_complete() {
    let fsx = |members: &str| {
        mounted(&format!(
            "\"fsxWindowsFileServerVolumeConfiguration\": {{{members}}}"
        ))
    };
    let whole = "\"fileSystemId\": \"fs-1\", \"rootDirectory\": \"a\", \"authorizationConfig\": {\"credentialsParameter\": \"arn:aws:ssm:eu-west-1:123456789012:parameter/a\", \"domain\": \"example.com\"}";
    let missing = findings(&fsx(""))
        .iter()
        .filter(|finding| finding.rule().id == "TD159")
        .count();
    assert_eq!(missing, 3);
    trips("TD159", &fsx(&whole.replace("rootDirectory", "root")));
    keeps("TD159", &fsx(whole));
    keeps("TD019", &fsx(&whole.replace("rootDirectory", "root")));
}

#[test]
fn autoprovision_is_for_shared_volumes() {
    let docker = |members: &str| mounted(&format!("\"dockerVolumeConfiguration\": {{{members}}}"));
    trips(
        "TD160",
        &docker("\"scope\": \"task\", \"autoprovision\": true"),
    );
    trips("TD160", &docker("\"autoprovision\": true"));
    keeps(
        "TD160",
        &docker("\"scope\": \"shared\", \"autoprovision\": true"),
    );
    keeps(
        "TD160",
        &docker("\"scope\": \"task\", \"autoprovision\": false"),
    );
}
