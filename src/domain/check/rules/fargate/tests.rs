//! What trips each rule about Fargate, and what just does not.
use super::super::trial::{CLEAN, changed, keeps, trips, trips_on, with, with_in_container};
use super::*;
use crate::domain::check::subject::LaunchType;

/// The same definition for EC2.
fn on_ec2(text: &str) -> String {
    text.replace("FARGATE", "EC2")
}

#[test]
fn members_that_need_an_instance_are_refused_on_fargate() {
    for member in [
        "\"disableNetworking\": true",
        "\"dnsSearchDomains\": [\"x\"]",
        "\"dnsServers\": [\"10.0.0.2\"]",
        "\"dockerSecurityOptions\": [\"no-new-privileges\"]",
        "\"extraHosts\": [{\"hostname\": \"a\", \"ipAddress\": \"10.0.0.1\"}]",
        "\"links\": [\"db\"]",
        "\"privileged\": true",
    ] {
        trips("TD070", &with_in_container(member));
        keeps("TD070", &on_ec2(&with_in_container(member)));
    }
    keeps(
        "TD070",
        &with_in_container("\"privileged\": false, \"links\": [], \"dnsServers\": null"),
    );
    trips_on(
        "TD070",
        LaunchType::Fargate,
        &on_ec2(&with_in_container("\"privileged\": true")),
    );
}

#[test]
fn devices_shared_memory_and_swap_are_refused_on_fargate() {
    let linux = |members: &str| with_in_container(&format!("\"linuxParameters\": {{{members}}}"));
    for member in [
        "\"devices\": [{\"hostPath\": \"/dev/x\"}]",
        "\"sharedMemorySize\": 64",
        "\"maxSwap\": 64",
        "\"swappiness\": 0",
    ] {
        trips("TD071", &linux(member));
        keeps("TD071", &on_ec2(&linux(member)));
    }
    keeps(
        "TD071",
        &linux("\"initProcessEnabled\": true, \"devices\": []"),
    );
}

#[test]
fn tmpfs_on_fargate_is_only_noted() {
    let text = with_in_container(
        "\"linuxParameters\": {\"tmpfs\": [{\"containerPath\": \"/x\", \"size\": 8}]}",
    );
    assert_eq!(trips("TD072", &text).severity(), Severity::Note);
    keeps("TD072", &on_ec2(&text));
}

#[test]
fn the_one_capability_that_fargate_gives_may_be_added() {
    let add = |names: &str| {
        with_in_container(&format!(
            "\"linuxParameters\": {{\"capabilities\": {{\"add\": [{names}], \"drop\": [\"ALL\"]}}}}"
        ))
    };
    keeps("TD073", &add("\"SYS_PTRACE\""));
    let finding = trips("TD073", &add("\"SYS_PTRACE\", \"NET_ADMIN\""));
    assert_eq!(
        finding.path().to_string(),
        "containerDefinitions[0].linuxParameters.capabilities.add[1]"
    );
    keeps("TD073", &on_ec2(&add("\"NET_ADMIN\"")));
}

#[test]
fn placement_constraints_are_refused_on_fargate() {
    let text = with("\"placementConstraints\": [{\"type\": \"memberOf\", \"expression\": \"x\"}]");
    trips("TD074", &text);
    keeps("TD074", &on_ec2(&text));
    keeps("TD074", &with("\"placementConstraints\": []"));
}

#[test]
fn on_fargate_processes_are_shared_within_the_task_at_most() {
    trips("TD075", &with("\"ipcMode\": \"none\""));
    trips("TD075", &with("\"pidMode\": \"host\""));
    keeps("TD075", &with("\"pidMode\": \"task\""));
    keeps(
        "TD075",
        &on_ec2(&with("\"pidMode\": \"host\", \"ipcMode\": \"host\"")),
    );
}

#[test]
fn accelerators_are_refused_on_fargate() {
    let needs = |kind: &str| {
        with_in_container(&format!(
            "\"resourceRequirements\": [{{\"type\": \"{kind}\", \"value\": \"1\"}}]"
        ))
    };
    trips("TD076", &needs("GPU"));
    trips("TD076", &needs("NeuronDevice"));
    keeps("TD076", &on_ec2(&needs("GPU")));
    keeps("TD076", &needs("InferenceAccelerator"));
}

#[test]
fn volumes_that_need_an_instance_are_refused_on_fargate() {
    let volume = |kind: &str| with(&format!("\"volumes\": [{{\"name\": \"v\", {kind}}}]"));
    let docker = volume("\"dockerVolumeConfiguration\": {\"scope\": \"task\"}");
    trips("TD077", &docker);
    keeps("TD077", &on_ec2(&docker));
    trips("TD077", &volume("\"host\": {\"sourcePath\": \"/data\"}"));
    keeps("TD077", &volume("\"host\": {}"));
    keeps(
        "TD077",
        &volume("\"efsVolumeConfiguration\": {\"fileSystemId\": \"fs-1\"}"),
    );
    let fsx = trips(
        "TD077",
        &volume("\"fsxWindowsFileServerVolumeConfiguration\": {}"),
    );
    assert_eq!(fsx.severity(), Severity::Warning, "no document says so");
}

#[test]
fn timeouts_on_fargate_are_2_to_120_seconds() {
    let stop = |seconds: u32| {
        changed(
            "\"stopTimeout\": 60",
            &format!("\"stopTimeout\": {seconds}"),
        )
    };
    trips("TD078", &stop(1));
    keeps("TD078", &stop(2));
    keeps("TD078", &stop(120));
    trips("TD078", &stop(121));
    keeps("TD078", &on_ec2(&stop(121)));
    trips("TD078", &with_in_container("\"startTimeout\": 121"));
    keeps("TD078", CLEAN);
}
