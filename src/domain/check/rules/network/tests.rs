//! What trips each rule about the network, and what just does not.
use super::super::trial::{CLEAN, changed, keeps, trips, with_in_container};
use crate::domain::check::rule::Severity;

/// The clean definition on EC2 in a network mode.
fn mode(mode: &str) -> String {
    changed("awsvpc", mode).replace("FARGATE", "EC2")
}

/// The same with other port mappings.
fn ports(network: &str, mappings: &str) -> String {
    mode(network).replace("{\"containerPort\": 8080, \"protocol\": \"tcp\"}", mappings)
}

/// The same with a second container.
fn beside(text: &str, container: &str) -> String {
    text.replace("    }\n  ]\n}", &format!("    }}, {container}\n  ]\n}}"))
}

/// A member added to the container of a definition on EC2 in a mode.
fn member(network: &str, member: &str) -> String {
    with_in_container(member)
        .replace("awsvpc", network)
        .replace("FARGATE", "EC2")
}

#[test]
fn fargate_needs_awsvpc() {
    keeps("TD050", CLEAN);
    trips("TD050", &changed("awsvpc", "bridge"));
    trips("TD050", &changed("\"networkMode\": \"awsvpc\",", ""));
    keeps("TD050", &mode("bridge"));
    keeps("TD050", &changed("awsvpc", "<MODE>"));
}

#[test]
fn mode_none_has_no_ports() {
    trips("TD051", &mode("none"));
    keeps("TD051", &ports("none", ""));
    keeps("TD051", &mode("host"));
}

#[test]
fn without_translation_both_ports_are_the_same() {
    for network in ["awsvpc", "host"] {
        trips(
            "TD052",
            &ports(network, "{\"containerPort\": 80, \"hostPort\": 8080}"),
        );
        keeps(
            "TD052",
            &ports(network, "{\"containerPort\": 80, \"hostPort\": 80}"),
        );
        keeps("TD052", &ports(network, "{\"containerPort\": 80}"));
    }
    keeps(
        "TD052",
        &ports("bridge", "{\"containerPort\": 80, \"hostPort\": 8080}"),
    );
}

#[test]
fn a_port_is_mapped_once_and_for_a_second_protocol_with_a_warning() {
    let twice = |a: &str, b: &str| {
        ports(
            "awsvpc",
            &format!("{{\"containerPort\": 53{a}}}, {{\"containerPort\": 53{b}}}"),
        )
    };
    assert_eq!(
        trips("TD053", &twice("", ", \"protocol\": \"tcp\"")).severity(),
        Severity::Error
    );
    assert_eq!(
        trips("TD053", &twice("", ", \"protocol\": \"udp\"")).severity(),
        Severity::Warning
    );
    keeps(
        "TD053",
        &ports("awsvpc", "{\"containerPort\": 53}, {\"containerPort\": 54}"),
    );
}

#[test]
fn containers_that_share_a_network_share_its_ports() {
    let other = |port: u32, protocol: &str| {
        format!(
            "{{\"name\": \"b\", \"portMappings\": [{{\"containerPort\": {port}, \"protocol\": \"{protocol}\"}}]}}"
        )
    };
    let finding = trips("TD054", &beside(CLEAN, &other(8080, "tcp")));
    assert_eq!(
        finding.severity(),
        Severity::Warning,
        "only practice says so"
    );
    assert_eq!(
        finding.message(),
        "container `web` of the same task listens on the same port: `8080`"
    );
    trips("TD054", &beside(&mode("host"), &other(8080, "tcp")));
    keeps("TD054", &beside(&mode("bridge"), &other(8080, "tcp")));
    keeps("TD054", &beside(CLEAN, &other(8081, "tcp")));
    keeps("TD054", &beside(CLEAN, &other(8080, "udp")));
}

#[test]
fn ports_are_1_to_65535_and_0_only_for_the_host_of_a_bridge() {
    for (port, fits) in [
        (0, false),
        (1, true),
        (65535, true),
        (65536, false),
        (-1, false),
    ] {
        let text = ports("awsvpc", &format!("{{\"containerPort\": {port}}}"));
        if fits {
            keeps("TD055", &text);
        } else {
            trips("TD055", &text);
        }
    }
    keeps(
        "TD055",
        &ports("bridge", "{\"containerPort\": 80, \"hostPort\": 0}"),
    );
    trips(
        "TD055",
        &ports("awsvpc", "{\"containerPort\": 80, \"hostPort\": 0}"),
    );
    trips(
        "TD055",
        &ports("bridge", "{\"containerPort\": 80, \"hostPort\": 65536}"),
    );
    assert_eq!(
        trips("TD055", &ports("awsvpc", "{}")).hint(),
        "add `containerPort`"
    );
    keeps(
        "TD055",
        &ports("awsvpc", "{\"containerPortRange\": \"80-81\"}"),
    );
}

#[test]
fn a_protocol_in_capitals_is_taken_as_another() {
    let protocol = |text: &str| {
        ports(
            "awsvpc",
            &format!("{{\"containerPort\": 80, \"protocol\": \"{text}\"}}"),
        )
    };
    let finding = trips("TD056", &protocol("UDP"));
    assert_eq!(
        (finding.severity(), finding.hint()),
        (Severity::Warning, "did you mean `udp`?")
    );
    keeps("TD056", &protocol("udp"));
    keeps("TD018", &protocol("UDP"));
}

#[test]
fn names_of_ports_keep_to_their_letters() {
    let name = |name: &str| {
        ports(
            "awsvpc",
            &format!("{{\"containerPort\": 80, \"name\": \"{name}\"}}"),
        )
    };
    keeps("TD057", &name(&"a".repeat(64)));
    trips("TD057", &name(&"a".repeat(65)));
    keeps("TD057", &name("0_http-1"));
    for wrong in ["", "-http", "Http", "http.1"] {
        trips("TD057", &name(wrong));
    }
}

#[test]
fn names_of_ports_are_used_once_in_the_definition() {
    let named = |name: &str| {
        let text = ports("awsvpc", "{\"containerPort\": 80, \"name\": \"http\"}");
        beside(
            &text,
            &format!(
                "{{\"name\": \"b\", \"portMappings\": [{{\"containerPort\": 81, \"name\": \"{name}\"}}]}}"
            ),
        )
    };
    assert_eq!(
        trips("TD058", &named("http")).severity(),
        Severity::Warning,
        "only practice says so"
    );
    keeps("TD058", &named("admin"));
}

#[test]
fn a_range_is_two_ports_alone_and_apart_from_the_others() {
    let range = |range: &str| {
        ports(
            "awsvpc",
            &format!("{{\"containerPortRange\": \"{range}\"}}"),
        )
    };
    for fits in ["1-2", "8000-8010", "65534-65535"] {
        keeps("TD059", &range(fits));
    }
    for wrong in [
        "0-2",
        "8000",
        "8010-8000",
        "80-80",
        "80-65536",
        "a-b",
        "80-81-82",
        "+80-81",
        "80 - 81",
    ] {
        trips("TD059", &range(wrong));
    }
    trips(
        "TD059",
        &ports(
            "awsvpc",
            "{\"containerPortRange\": \"80-81\", \"containerPort\": 80}",
        ),
    );
    trips(
        "TD059",
        &ports(
            "awsvpc",
            "{\"containerPortRange\": \"80-81\", \"hostPort\": 80}",
        ),
    );
    trips(
        "TD059",
        &ports("host", "{\"containerPortRange\": \"80-81\"}"),
    );
    keeps(
        "TD059",
        &ports("bridge", "{\"containerPortRange\": \"80-81\"}"),
    );
    trips(
        "TD059",
        &ports(
            "awsvpc",
            "{\"containerPortRange\": \"80-85\"}, {\"containerPortRange\": \"85-90\"}",
        ),
    );
    keeps(
        "TD059",
        &ports(
            "awsvpc",
            "{\"containerPortRange\": \"80-84\"}, {\"containerPortRange\": \"85-90\"}",
        ),
    );
}

#[test]
fn a_hundred_ranges_are_the_most() {
    let many = |count: u32| {
        let all: Vec<String> = (0..count)
            .map(|i| {
                format!(
                    "{{\"containerPortRange\": \"{}-{}\"}}",
                    1000 + 2 * i,
                    1001 + 2 * i
                )
            })
            .collect();
        ports("awsvpc", &all.join(", "))
    };
    keeps("TD059", &many(100));
    trips("TD059", &many(101));
}

#[test]
fn an_application_protocol_is_one_of_three_and_its_port_has_a_name() {
    let port = |members: &str| ports("awsvpc", &format!("{{\"containerPort\": 80, {members}}}"));
    trips(
        "TD060",
        &port("\"name\": \"a\", \"appProtocol\": \"https\""),
    );
    keeps(
        "TD060",
        &port("\"name\": \"a\", \"appProtocol\": \"http2\""),
    );
    keeps(
        "TD018",
        &port("\"name\": \"a\", \"appProtocol\": \"https\""),
    );
    trips("TD061", &port("\"appProtocol\": \"http\""));
    keeps("TD061", &port("\"name\": \"a\", \"appProtocol\": \"http\""));
}

#[test]
fn a_fixed_port_of_an_instance_is_noticed() {
    let bridge = |port: u32| {
        ports(
            "bridge",
            &format!("{{\"containerPort\": 80, \"hostPort\": {port}}}"),
        )
    };
    trips("TD062", &bridge(80));
    keeps("TD062", &bridge(0));
    keeps(
        "TD062",
        &ports("host", "{\"containerPort\": 80, \"hostPort\": 80}"),
    );
}

#[test]
fn awsvpc_has_no_names_of_hosts() {
    let hosts = "\"extraHosts\": [{\"hostname\": \"a\", \"ipAddress\": \"10.0.0.1\"}]";
    trips("TD063", &member("awsvpc", "\"hostname\": \"a\""));
    trips("TD063", &member("awsvpc", hosts));
    keeps("TD063", &member("bridge", "\"hostname\": \"a\""));
    keeps("TD063", &member("bridge", hosts));
    keeps("TD063", &with_in_container(hosts));
}

#[test]
fn links_need_a_bridge() {
    trips("TD064", &member("host", "\"links\": [\"b\"]"));
    keeps("TD064", &member("bridge", "\"links\": [\"b\"]"));
    keeps(
        "TD064",
        &member("bridge", "\"links\": [\"b\"]").replace("\"networkMode\": \"bridge\",", ""),
    );
    keeps("TD064", &member("host", "\"links\": []"));
}

#[test]
fn external_instances_have_no_awsvpc() {
    let finding = trips("TD065", &changed("FARGATE", "EXTERNAL"));
    assert_eq!(
        finding.severity(),
        Severity::Warning,
        "only practice says so"
    );
    keeps("TD065", &mode("bridge").replace("EC2", "EXTERNAL"));
    keeps("TD065", &mode("awsvpc"));
}

#[test]
fn on_the_network_of_the_host_nobody_is_root() {
    trips("TD066", &mode("host"));
    for user in ["root", "0", "0:0", "root:web", "00"] {
        trips("TD066", &member("host", &format!("\"user\": \"{user}\"")));
    }
    for user in ["web", "1000", "10", "rooted", "1:0"] {
        keeps("TD066", &member("host", &format!("\"user\": \"{user}\"")));
    }
    keeps("TD066", &mode("bridge"));
}
