//! What trips each rule about the definition as a whole, and what just does not.
use super::super::trial::{CLEAN, changed, findings, ids, keeps, trips, with, with_in_container};
use super::*;
use crate::domain::check::rule::Severity;
use crate::domain::document::Position;

/// As many objects as asked for, for a list.
fn repeated(count: usize, object: impl Fn(usize) -> String) -> String {
    (0..count).map(object).collect::<Vec<_>>().join(", ")
}

/// A definition with so many containers, the first essential.
fn with_containers(count: usize) -> String {
    let more = repeated(count - 1, |index| format!("{{\"name\": \"c{index}\"}}"));
    CLEAN.replace("    }\n  ]\n}", &format!("    }}, {more}\n  ]\n}}"))
}

#[test]
fn what_is_no_object_or_lacks_its_two_members_is_no_task_definition() {
    assert_eq!(ids(&findings("[]")), ["TD001"]);
    let finding = trips("TD001", "{\"containerDefinitions\": [{\"name\": \"a\"}]}");
    assert_eq!(
        finding.message(),
        "the task definition lacks a member it must have: `family`"
    );
    trips("TD001", "{\"family\": \"web\"}");
    trips("TD001", &changed("\"family\": \"web\"", "\"family\": null"));
    keeps(
        "TD001",
        "{\"family\": \"web\", \"containerDefinitions\": []}",
    );
}

#[test]
fn a_family_of_255_letters_is_one_and_a_longer_or_odd_one_is_none() {
    let family = |name: &str| changed("\"family\": \"web\"", &format!("\"family\": \"{name}\""));
    keeps("TD004", &family(&"a".repeat(255)));
    trips("TD004", &family(&"a".repeat(256)));
    keeps("TD004", &family("Web_1-x"));
    keeps("TD004", &family("<FAMILY>"));
    for name in ["", "web.api", "web api", "wéb", "web:1"] {
        trips("TD004", &family(name));
    }
}

#[test]
fn ten_containers_are_the_most() {
    keeps("TD005", &with_containers(10));
    let finding = trips("TD005", &with_containers(11));
    assert_eq!(
        finding.message(),
        "11 containers; a task definition has at most: 10"
    );
}

#[test]
fn one_container_must_be_essential_and_saying_nothing_counts() {
    let not_essential = changed("\"essential\": true", "\"essential\": false");
    trips("TD006", &not_essential);
    trips(
        "TD006",
        "{\"family\": \"web\", \"containerDefinitions\": []}",
    );
    keeps(
        "TD006",
        &not_essential.replace("    }\n  ]\n}", "    }, {\"name\": \"b\"}\n  ]\n}"),
    );
}

#[test]
fn a_container_needs_a_name_ecs_takes() {
    let name = |name: &str| changed("\"name\": \"web\"", &format!("\"name\": \"{name}\""));
    keeps("TD007", &name(&"a".repeat(255)));
    trips("TD007", &name(&"a".repeat(256)));
    trips("TD007", &name("web app"));
    let finding = trips("TD007", &changed("\"name\": \"web\",", ""));
    assert_eq!(finding.hint(), "add `name`");
}

#[test]
fn two_containers_of_one_name_are_an_error_at_the_second() {
    let twice = |name: &str| {
        CLEAN.replace(
            "    }\n  ]\n}",
            &format!("    }}, {{\"name\": \"{name}\"}}\n  ]\n}}"),
        )
    };
    let finding = trips("TD008", &twice("web"));
    assert_eq!(finding.severity(), Severity::Error);
    assert_eq!(finding.path().to_string(), "containerDefinitions[1].name");
    keeps("TD008", &twice("Web"));
}

#[test]
fn a_request_up_to_64_kib_is_taken_and_one_near_it_is_mentioned() {
    let plain = |text: &str| {
        findings(text);
        crate::domain::document::Document::parse(text, "t")
            .unwrap()
            .to_json_compact()
            .len()
    };
    let filled = |bytes: usize| {
        let empty = with("\"padding\": \"\"");
        with(&format!(
            "\"padding\": \"{}\"",
            "x".repeat(bytes - plain(&empty))
        ))
    };
    assert_eq!(plain(&filled(BYTES)), BYTES);
    keeps("TD009", &filled(BYTES));
    trips("TD010", &filled(BYTES));
    let finding = trips("TD009", &filled(BYTES + 1));
    assert_eq!(
        finding.severity(),
        Severity::Warning,
        "the figure is not confirmed"
    );
    assert_eq!(
        finding.message(),
        "the request has 65537 bytes, the limit is: 65536"
    );
    keeps("TD010", &filled(49152));
    trips("TD010", &filled(49153));
    keeps(
        "TD010",
        &filled(49152).replace("\"family\"", "\"revision\": 1234567, \"family\""),
    );
}

#[test]
fn a_launch_type_must_be_one_ecs_knows() {
    let finding = trips(
        "TD011",
        &changed("[\"FARGATE\"]", "[\"FARGATE\", \"Fargate\"]"),
    );
    assert_eq!(finding.hint(), "did you mean `FARGATE`?");
    keeps(
        "TD011",
        &changed("[\"FARGATE\"]", "[\"MANAGED_INSTANCES\"]"),
    );
    keeps("TD018", &changed("[\"FARGATE\"]", "[\"Fargate\"]"));
}

#[test]
fn tags_keep_their_limits() {
    let many = |count| {
        with(&format!(
            "\"tags\": [{}]",
            repeated(count, |i| format!("{{\"key\": \"k{i}\", \"value\": \"\"}}"))
        ))
    };
    keeps("TD012", &many(50));
    trips("TD012", &many(51));
    let one = |key: &str, value: &str| {
        with(&format!(
            "\"tags\": [{{\"key\": \"team\"}}, {{\"key\": \"{key}\", \"value\": \"{value}\"}}]"
        ))
    };
    keeps("TD012", &one(&"é".repeat(128), &"é".repeat(256)));
    trips("TD012", &one(&"é".repeat(129), ""));
    trips("TD012", &one("k", &"é".repeat(257)));
    trips("TD012", &one("", ""));
    trips("TD012", &one("team", ""));
    trips("TD012", &one("AWS:x", ""));
    keeps("TD012", &one("awsome", ""));
    trips("TD012", &with("\"tags\": [{\"value\": \"x\"}]"));
    let described = format!(
        "{{\"taskDefinition\": {CLEAN}, \"tags\": [{{\"key\": \"aws:x\", \"value\": \"\"}}]}}"
    );
    keeps("TD012", &described);
    trips("TD012", &described.replace("aws:x", ""));
}

#[test]
fn ten_constraints_are_the_most_and_all_are_member_of() {
    let list = |count, kind: &str| {
        with(&format!(
            "\"placementConstraints\": [{}]",
            repeated(count, |_| format!("{{\"type\": \"{kind}\"}}"))
        ))
    };
    keeps("TD013", &list(10, "memberOf"));
    trips("TD013", &list(11, "memberOf"));
    let finding = trips("TD013", &list(1, "distinctInstance"));
    assert_eq!(
        finding.message(),
        "a task definition takes only constraints of type `memberOf`, not: `distinctInstance`"
    );
    keeps("TD018", &list(1, "distinctInstance"));
    trips(
        "TD013",
        &with("\"placementConstraints\": [{\"expression\": \"x\"}]"),
    );
}

#[test]
fn elastic_inference_is_reported_wherever_it_is_asked_for() {
    trips(
        "TD014",
        &with("\"inferenceAccelerators\": [{\"deviceName\": \"a\", \"deviceType\": \"b\"}]"),
    );
    keeps("TD014", &with("\"inferenceAccelerators\": []"));
    trips(
        "TD014",
        &with_in_container(
            "\"resourceRequirements\": [{\"type\": \"InferenceAccelerator\", \"value\": \"a\"}]",
        ),
    );
    keeps(
        "TD014",
        &with_in_container("\"resourceRequirements\": [{\"type\": \"GPU\", \"value\": \"1\"}]"),
    );
}

#[test]
fn a_proxy_is_reported_and_must_name_a_container() {
    let proxy = |kind: &str, name: &str| {
        with(&format!(
            "\"proxyConfiguration\": {{\"type\": \"{kind}\", \"containerName\": \"{name}\"}}"
        ))
    };
    trips("TD015", &proxy("APPMESH", "web"));
    keeps("TD015", CLEAN);
    keeps("TD016", &proxy("APPMESH", "web"));
    trips("TD016", &proxy("ENVOY", "web"));
    keeps("TD018", &proxy("ENVOY", "web"));
    let finding = trips("TD016", &proxy("APPMESH", "envoy"));
    assert_eq!(
        finding.message(),
        "the proxy names a container that is not there: `envoy`"
    );
    assert_eq!(
        finding.position(),
        Some(Position {
            line: 2,
            column: 79
        })
    );
}
