//! What trips each rule about CPU and memory, and what just does not.
use super::super::trial::{CLEAN, changed, keeps, trips, with_in_container};

const WINDOWS: (&str, &str) = ("\"LINUX\"", "\"WINDOWS_SERVER_2022_CORE\"");

/// The clean definition with sizes, on Fargate.
fn sized(cpu: &str, memory: &str) -> String {
    changed("\"cpu\": \"256\"", &format!("\"cpu\": \"{cpu}\""))
        .replace("\"memory\": \"512\"", &format!("\"memory\": \"{memory}\""))
}

/// The same on EC2.
fn on_ec2(cpu: &str, memory: &str) -> String {
    sized(cpu, memory).replace("FARGATE", "EC2")
}

#[test]
fn fargate_wants_both_sizes() {
    let finding = trips("TD020", &changed("\"cpu\": \"256\",", ""));
    assert_eq!(
        finding.message(),
        "Fargate needs the size of the task, which lacks: `cpu`"
    );
    trips("TD020", &changed("\"memory\": \"512\",", ""));
    keeps(
        "TD020",
        &changed("\"cpu\": \"256\",", "").replace("FARGATE", "EC2"),
    );
    keeps("TD020", CLEAN);
}

#[test]
fn every_row_of_the_table_of_fargate_ends_where_it_ends() {
    let rows: [(&str, &[&str], &[&str]); 8] = [
        (
            "256",
            &["512", "1024", "2048", "1 GB"],
            &["256", "1536", "3072"],
        ),
        ("512", &["1024", "2048", "4096"], &["512", "1025", "5120"]),
        ("1024", &["2048", "8192"], &["1024", "2560", "9216"]),
        ("2048", &["4096", "16384"], &["3072", "17408"]),
        ("4096", &["8192", "30720", "30 GB"], &["7168", "31744"]),
        (
            "8192",
            &["16384", "20480", "61440"],
            &["15360", "17408", "65536"],
        ),
        (
            "16384",
            &["32768", "40960", "122880"],
            &["24576", "36864", "131072"],
        ),
        (
            "32 vCPU",
            &["61440", "122880", "249856"],
            &["65536", "245760"],
        ),
    ];
    for (cpu, fit, misfit) in rows {
        for memory in fit {
            keeps("TD021", &sized(cpu, memory));
        }
        for memory in misfit {
            trips("TD021", &sized(cpu, memory));
        }
    }
    keeps("TD021", &on_ec2("256", "4096"));
    keeps("TD021", &sized("<CPU>", "4096"));
}

#[test]
fn a_wrong_pair_comes_with_what_would_fit() {
    let finding = trips("TD021", &sized("256", "4096"));
    assert_eq!(
        finding.message(),
        "Fargate has no task with `256` CPU units and memory of: `4096`"
    );
    assert_eq!(
        finding.hint(),
        "with `256` CPU units, memory is `512`, `1024`, `2048`; `4096` MiB go with `512` CPU units"
    );
    assert_eq!(finding.path().to_string(), "memory");
    let finding = trips("TD021", &sized("300", "512"));
    assert_eq!(finding.path().to_string(), "cpu");
}

#[test]
fn windows_on_fargate_has_one_to_four_vcpu() {
    let windows = |cpu, memory| sized(cpu, memory).replace(WINDOWS.0, WINDOWS.1);
    trips("TD022", &windows("512", "1024"));
    keeps("TD022", &windows("1024", "2048"));
    keeps("TD022", &windows("4096", "8192"));
    trips("TD022", &windows("8192", "16384"));
    keeps("TD022", &sized("512", "1024"));
}

#[test]
fn outside_fargate_a_task_has_an_eighth_to_192_vcpu() {
    for (cpu, fits) in [
        ("127", false),
        ("128", true),
        ("196608", true),
        ("192 vCPU", true),
        ("196609", false),
    ] {
        if fits {
            keeps("TD023", &on_ec2(cpu, "512"));
        } else {
            trips("TD023", &on_ec2(cpu, "512"));
        }
    }
    keeps("TD023", &sized("127", "512"));
}

#[test]
fn containers_reserve_no_more_cpu_than_there_is() {
    keeps("TD024", &with_in_container("\"cpu\": 256"));
    let finding = trips("TD024", &with_in_container("\"cpu\": 257"));
    assert_eq!(
        finding.message(),
        "containers reserve 257 CPU units, the task has: `256`"
    );
    let windows = with_in_container("\"cpu\": 257").replace(WINDOWS.0, WINDOWS.1);
    keeps("TD024", &windows.replace("FARGATE", "EC2"));
}

#[test]
fn containers_reserve_no_more_memory_than_there_is() {
    let two = |first: &str, second: &str| {
        with_in_container(first).replace(
            "    }\n  ]\n}",
            &format!("    }}, {{\"name\": \"b\", {second}}}\n  ]\n}}"),
        )
    };
    keeps("TD025", &two("\"memory\": 256", "\"memory\": 256"));
    trips("TD025", &two("\"memory\": 256", "\"memory\": 257"));
    keeps(
        "TD025",
        &two(
            "\"memory\": 512, \"memoryReservation\": 256",
            "\"memoryReservation\": 256",
        ),
    );
    trips(
        "TD025",
        &two(
            "\"memory\": 512, \"memoryReservation\": 257",
            "\"memoryReservation\": 256",
        ),
    );
}

#[test]
fn a_container_may_use_as_much_as_the_task_has_and_no_more() {
    keeps("TD026", &with_in_container("\"memory\": 512"));
    trips(
        "TD026",
        &with_in_container("\"memory\": 513, \"memoryReservation\": 10"),
    );
}

#[test]
fn the_hard_limit_is_above_the_soft_one() {
    keeps(
        "TD027",
        &with_in_container("\"memory\": 257, \"memoryReservation\": 256"),
    );
    trips(
        "TD027",
        &with_in_container("\"memory\": 256, \"memoryReservation\": 256"),
    );
}

#[test]
fn without_memory_of_the_task_each_container_needs_some() {
    let without = |members: &str| {
        with_in_container(members)
            .replace("\"memory\": \"512\",", "")
            .replace("FARGATE", "EC2")
    };
    trips("TD028", &without("\"interactive\": false"));
    keeps("TD028", &without("\"memoryReservation\": 10"));
    keeps("TD028", &without("\"memory\": 10"));
    keeps("TD028", &on_ec2("256", "512"));
}

#[test]
fn six_mebibytes_are_the_least() {
    trips("TD029", &with_in_container("\"memory\": 5"));
    keeps("TD029", &with_in_container("\"memory\": 6"));
    trips("TD029", &with_in_container("\"memoryReservation\": 5"));
}

#[test]
fn windows_containers_need_their_own_sizes() {
    let windows = |text: &str| text.replace(WINDOWS.0, WINDOWS.1);
    trips("TD030", &windows(CLEAN));
    keeps("TD030", &windows(&with_in_container("\"memory\": 512")));
    keeps(
        "TD030",
        &windows(&changed("\"cpu\": \"256\",", "").replace("\"memory\": \"512\",", "")),
    );
    keeps("TD030", CLEAN);
}

#[test]
fn a_size_must_be_one_ecs_can_read() {
    let finding = trips("TD031", &sized("256", "512MB"));
    assert_eq!(
        finding.message(),
        "`memory` of the task is no size: `512MB`"
    );
    trips("TD031", &sized("0.5", "512"));
    keeps("TD031", &sized(".5 vCPU", "1GB"));
    keeps("TD031", &sized("<CPU>", "${MEMORY}"));
}
