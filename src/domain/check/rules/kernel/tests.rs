//! Limits, swap, sysctls, capabilities and host access, tripped and just kept.
use super::super::trial::{CLEAN, changed, keeps, trips, with, with_in_container};
use crate::domain::check::Severity;

fn limited(limits: &str) -> String {
    with_in_container(&format!("\"ulimits\": [{limits}]"))
}

fn limit(name: &str, soft: i32, hard: i32) -> String {
    format!("{{\"name\": \"{name}\", \"softLimit\": {soft}, \"hardLimit\": {hard}}}")
}

fn linux(parameters: &str) -> String {
    with_in_container(&format!("\"linuxParameters\": {{{parameters}}}"))
}

fn sysctl(name: &str) -> String {
    format!("\"systemControls\": [{{\"namespace\": \"{name}\", \"value\": \"1\"}}]")
}

fn on_windows(text: &str) -> String {
    text.replace("\"LINUX\"", "\"WINDOWS_SERVER_2022_CORE\"")
}

#[test]
fn a_ulimit_is_known_set_once_and_soft_within_hard() {
    let finding = trips("TD099", &limited(&limit("nofiles", 1, 1)));
    assert_eq!(finding.hint(), "did you mean `nofile`?");
    assert_eq!(finding.severity(), Severity::Error);
    let twice = [limit("nofile", 1, 1), limit("nofile", 2, 2)].join(",");
    trips("TD099", &limited(&twice));
    for (soft, hard) in [(2, 1), (-1, 1)] {
        let finding = trips("TD099", &limited(&limit("nofile", soft, hard)));
        assert_eq!(finding.severity(), Severity::Warning);
    }
    for (soft, hard) in [(1, 1), (5, -1), (-1, -1)] {
        keeps("TD099", &limited(&limit("nofile", soft, hard)));
    }
    let both = [limit("nofile", 1, 1), limit("nproc", 1, 1)].join(",");
    keeps("TD099", &limited(&both));
}

#[test]
fn swappiness_has_a_range_and_needs_max_swap() {
    for value in [-1, 101] {
        let text = linux(&format!("\"maxSwap\": 1, \"swappiness\": {value}"));
        assert_eq!(trips("TD100", &text).severity(), Severity::Error);
    }
    for value in [0, 100] {
        keeps(
            "TD100",
            &linux(&format!("\"maxSwap\": 0, \"swappiness\": {value}")),
        );
    }
    let alone = trips("TD100", &linux("\"swappiness\": 10"));
    assert_eq!(alone.severity(), Severity::Warning);
}

#[test]
fn a_sysctl_belongs_to_the_container() {
    for name in ["vm.max_map_count", "kernel.shm", "network.x", "fs.file-max"] {
        trips("TD101", &with_in_container(&sysctl(name)));
    }
    for name in ["net.core.somaxconn", "fs.mqueue.msg_max", "kernel.sem"] {
        keeps("TD101", &with_in_container(&sysctl(name)));
    }
}

#[test]
fn a_sysctl_of_a_namespace_shared_with_the_host_is_refused() {
    let network = with_in_container(&sysctl("net.core.somaxconn"));
    trips("TD102", &network.replace("awsvpc", "host"));
    keeps("TD102", &network);
    let ipc = with_in_container(&sysctl("kernel.sem"));
    let shared = |mode: &str| {
        ipc.replace(
            "\"family\"",
            &format!("\"ipcMode\": \"{mode}\", \"family\""),
        )
    };
    trips("TD102", &shared("host"));
    keeps("TD102", &shared("task"));
    keeps("TD102", &ipc.replace("awsvpc", "host"));
}

#[test]
fn two_containers_with_network_sysctls_disagree() {
    let second = |name: &str| {
        with_in_container(&sysctl("net.core.somaxconn")).replace(
            "\"containerDefinitions\": [",
            &format!(
                "\"containerDefinitions\": [{{\"name\": \"b\", \"image\": \"r.example.com/b:1\", {}}},",
                sysctl(name)
            ),
        )
    };
    let finding = trips("TD103", &second("net.ipv4.ip_forward"));
    assert!(
        finding.message().ends_with("`web`"),
        "{}",
        finding.message()
    );
    keeps("TD103", &second("kernel.sem"));
    keeps(
        "TD103",
        &second("net.ipv4.ip_forward").replace("awsvpc", "bridge"),
    );
}

#[test]
fn a_capability_is_written_as_ecs_knows_it() {
    let with_capability =
        |list: &str, name: &str| linux(&format!("\"capabilities\": {{\"{list}\": [\"{name}\"]}}"));
    let finding = trips("TD104", &with_capability("add", "CAP_SYS_PTRACE"));
    assert_eq!(finding.hint(), "write it without `CAP_`: `SYS_PTRACE`");
    let finding = trips("TD104", &with_capability("drop", "NET_ADMN"));
    assert_eq!(finding.hint(), "did you mean `NET_ADMIN`?");
    keeps("TD104", &with_capability("add", "SYS_PTRACE"));
    keeps("TD104", &with_capability("drop", "ALL"));
}

#[test]
fn the_powers_of_the_host_are_a_warning() {
    trips("TD105", &with_in_container("\"privileged\": true"));
    keeps("TD105", &with_in_container("\"privileged\": false"));
    for key in ["pidMode", "ipcMode"] {
        trips("TD105", &with(&format!("\"{key}\": \"host\"")));
        keeps("TD105", &with(&format!("\"{key}\": \"task\"")));
    }
}

#[test]
fn windows_lacks_what_only_linux_has() {
    for member in [
        "\"linuxParameters\": {\"initProcessEnabled\": true}",
        "\"user\": \"app\"",
        "\"readonlyRootFilesystem\": true",
        "\"links\": [\"db\"]",
    ] {
        trips("TD106", &on_windows(&with_in_container(member)));
        keeps("TD106", &with_in_container(member));
    }
    trips("TD106", &on_windows(&with("\"pidMode\": \"task\"")));
    for member in ["\"readonlyRootFilesystem\": false", "\"dnsServers\": []"] {
        keeps("TD106", &on_windows(&with_in_container(member)));
    }
    keeps("TD106", &on_windows(CLEAN));
    keeps("TD106", &changed("\"LINUX\"", "\"linux\""));
}
