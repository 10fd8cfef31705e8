//! What is no change, and what is one.

use super::*;
use crate::domain::document::Document;
use crate::domain::taskdef::TaskDefinition;

fn normal(text: &str) -> Normal {
    Normal::of(Document::parse(text, "t").unwrap().root())
}

fn same(left: &str, right: &str) -> bool {
    normal(left).fingerprint() == normal(right).fingerprint()
}

/// A container definition around some members.
fn container(members: &str) -> String {
    format!(r#"{{"family":"web","containerDefinitions":[{{"name":"web","image":"i"{members}}}]}}"#)
}

fn task(members: &str) -> String {
    format!(r#"{{"family":"web","containerDefinitions":[]{members}}}"#)
}

#[test]
fn what_ecs_fills_in_for_a_container_is_no_change() {
    let answered = r#","cpu":0,"essential":true,"environment":[],"environmentFiles":[],"mountPoints":[],"volumesFrom":[],
        "portMappings":[],"secrets":[],"dnsServers":[],"extraHosts":[],"dockerLabels":{},"ulimits":[],"systemControls":[],
        "links":[],"command":[],"entryPoint":[],"resourceRequirements":[],"interactive":false,"privileged":false,
        "linuxParameters":{"capabilities":{"add":[],"drop":[]},"devices":[],"initProcessEnabled":false},
        "versionConsistency":"enabled""#;
    assert!(same(&container(""), &container(answered)));
}

#[test]
fn what_ecs_fills_in_for_a_task_is_no_change() {
    let answered = r#","volumes":[],"placementConstraints":[],"networkMode":"bridge","enableFaultInjection":false,
        "runtimePlatform":{"cpuArchitecture":"X86_64","operatingSystemFamily":"LINUX"},"tags":[],
        "taskDefinitionArn":"arn:aws:ecs:us-east-1:123456789012:task-definition/web:7","revision":7,"status":"ACTIVE",
        "requiresAttributes":[{"name":"x"}],"compatibilities":["EC2"],"registeredAt":1.5,"registeredBy":"r""#;
    assert!(same(&task(""), &task(answered)));
}

#[test]
fn a_size_with_a_unit_is_the_same_as_the_number_ecs_makes_of_it() {
    for (cpu, units) in [
        ("1 vCPU", "1024"),
        (".5 vCPU", "512"),
        ("0.25vcpu", "256"),
        ("16 VCPU", "16384"),
    ] {
        let (written, answered) = (format!(r#","cpu":"{cpu}""#), format!(r#","cpu":"{units}""#));
        assert!(same(&task(&written), &task(&answered)), "{cpu}");
    }
    for (memory, mib) in [("2 GB", "2048"), ("0.5GB", "512"), ("30gb", "30720")] {
        let (written, answered) = (
            format!(r#","memory":"{memory}""#),
            format!(r#","memory":"{mib}""#),
        );
        assert!(same(&task(&written), &task(&answered)), "{memory}");
    }
    assert!(same(&task(r#","cpu":256"#), &task(r#","cpu":"256""#)));
    assert!(!same(&task(r#","cpu":"1 vCPU""#), &task(r#","cpu":"1""#)));
}

#[test]
fn a_text_that_is_no_size_is_left_as_it_is() {
    for text in [
        "vCPU",
        ". vCPU",
        "1.0000001 vCPU",
        "x vCPU",
        "99999999999999999999 vCPU",
        "1 GB",
    ] {
        let node = Node::string(text);
        assert_eq!(whole_size(&node, "vcpu"), None, "{text}");
    }
}

#[test]
fn a_host_port_that_says_nothing_is_no_change() {
    let with = |mode: &str, mapping: &str| {
        format!(
            r#"{{"networkMode":"{mode}","containerDefinitions":[{{"name":"a","portMappings":[{{"containerPort":80{mapping}}}]}}]}}"#
        )
    };
    assert!(same(
        &with("awsvpc", ""),
        &with("awsvpc", r#","hostPort":80,"protocol":"tcp""#)
    ));
    assert!(same(&with("host", ""), &with("host", r#","hostPort":80"#)));
    assert!(same(
        &with("bridge", ""),
        &with("bridge", r#","hostPort":0"#)
    ));
    assert!(!same(
        &with("bridge", ""),
        &with("bridge", r#","hostPort":80"#)
    ));
    assert!(!same(
        &with("bridge", ""),
        &with("bridge", r#","protocol":"udp""#)
    ));
}

#[test]
fn the_order_of_what_has_no_order_is_no_change() {
    let one = container(
        r#","environment":[{"name":"A","value":"1"},{"value":"2","name":"B"}],"secrets":[{"name":"C","valueFrom":"c"},
        {"name":"D","valueFrom":"d"}],"portMappings":[{"containerPort":80},{"containerPort":443}]"#,
    );
    let other = container(
        r#","portMappings":[{"containerPort":443},{"containerPort":80}],"secrets":[{"valueFrom":"d","name":"D"},
        {"name":"C","valueFrom":"c"}],"environment":[{"name":"B","value":"2"},{"name":"A","value":"1"}]"#,
    );
    assert!(same(&one, &other));
    let tags = |a: &str, b: &str| {
        task(&format!(
            r#","tags":[{{"key":"{a}","value":"v"}},{{"key":"{b}","value":"v"}}]"#
        ))
    };
    assert!(same(&tags("a", "b"), &tags("b", "a")));
}

#[test]
fn the_order_of_a_command_is_a_change() {
    assert!(!same(
        &container(r#","command":["a","b"]"#),
        &container(r#","command":["b","a"]"#)
    ));
}

#[test]
fn an_empty_string_is_not_an_absent_one() {
    let empty = container(r#","environment":[{"name":"A","value":""}]"#);
    let absent = container(r#","environment":[]"#);
    assert!(!same(&empty, &absent));
}

#[test]
fn a_null_member_is_an_absent_one() {
    assert!(same(
        &container(r#","user":null,"newMember":null"#),
        &container("")
    ));
}

#[test]
fn a_value_other_than_the_default_is_a_change() {
    for members in [
        r#","essential":false"#,
        r#","cpu":1"#,
        r#","privileged":true"#,
        r#","image2":"x""#,
    ] {
        assert!(!same(&container(members), &container("")), "{members}");
    }
}

#[test]
fn unknown_members_are_compared_as_they_are() {
    let with = |value: &str| container(&format!(r#","future":{value}"#));
    assert!(same(&with(r#"{"a":1,"b":[]}"#), &with(r#"{"b":[],"a":1}"#)));
    for (left, right) in [
        ("[]", "null"),
        ("[1,2]", "[2,1]"),
        ("9007199254740993", "9007199254740992"),
        (r#"{"a":null}"#, "{}"),
    ] {
        assert!(!same(&with(left), &with(right)), "{left} {right}");
    }
}

#[test]
fn tags_that_aws_made_do_not_count() {
    let tags = task(
        r#","tags":[{"key":"aws:cloudformation:stack-name","value":"s"},{"key":"team","value":"t"}]"#,
    );
    assert!(same(
        &tags,
        &task(r#","tags":[{"key":"team","value":"t"}]"#)
    ));
    assert!(normal(&tags).has_tags());
    assert!(same(
        &task(r#","tags":[{"key":"AWS:x","value":"s"}]"#),
        &task("")
    ));
    assert_eq!(normal(&tags).without_tags(), normal(&task("")));
}

#[test]
fn a_bind_volume_without_a_path_is_a_volume_without_a_host() {
    assert!(same(
        &task(r#","volumes":[{"name":"data"}]"#),
        &task(r#","volumes":[{"name":"data","host":{}}]"#)
    ));
}

#[test]
fn a_document_of_another_shape_has_a_normal_form_too() {
    for text in [
        "[]",
        "null",
        r#"{"containerDefinitions":{}}"#,
        r#"{"containerDefinitions":[1,null]}"#,
        r#"{"tags":1}"#,
    ] {
        let first = normal(text);
        assert_eq!(first, Normal::of(first.root()), "{text}");
    }
}

/// What ECS makes of a document on the way out, written down apart from the rules that are tested.
fn as_answered(definition: &Node) -> Node {
    let mut root = definition.clone();
    let empty = || Node::array([]);
    let network_mode = root
        .get("networkMode")
        .and_then(Node::as_str)
        .map(str::to_owned);
    let Some(object) = root.as_object_mut() else {
        return root;
    };
    for key in ["volumes", "placementConstraints"] {
        if object.get(key).is_none() {
            object.set(key, empty());
        }
    }
    object.set("revision", Node::integer(3));
    object.set("status", Node::string("ACTIVE"));
    let containers = object
        .get_mut("containerDefinitions")
        .and_then(Node::as_array_mut);
    for container in containers
        .into_iter()
        .flatten()
        .filter_map(Node::as_object_mut)
    {
        for key in [
            "environment",
            "mountPoints",
            "volumesFrom",
            "portMappings",
            "systemControls",
        ] {
            if container.get(key).is_none() {
                container.set(key, empty());
            }
        }
        if container.get("cpu").is_none() {
            container.set("cpu", Node::integer(0));
        }
        if container.get("essential").is_none() {
            container.set("essential", Node::bool(true));
        }
        let mappings = container
            .get_mut("portMappings")
            .and_then(Node::as_array_mut);
        for mapping in mappings
            .into_iter()
            .flatten()
            .filter_map(Node::as_object_mut)
        {
            if mapping.get("protocol").is_none() {
                mapping.set("protocol", Node::string("tcp"));
            }
            let port = mapping.get("containerPort").cloned();
            if let (None, Some(port), Some("awsvpc")) =
                (mapping.get("hostPort"), port, network_mode.as_deref())
            {
                mapping.set("hostPort", port);
            }
        }
        if let Some(Kind::Array(environment)) = container.get_mut("environment").map(Node::kind_mut)
        {
            environment.reverse();
        }
    }
    root
}

/// Files in `tests/fixtures/taskdefs`, by name.
macro_rules! fixtures {
    ($($name:literal,)+) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/taskdefs/", $name)))),+]
    };
}

#[test]
fn every_kind_of_definition_is_the_same_after_ecs_answered_it() {
    let fixtures = fixtures![
        "anchors.yaml",
        "app-mesh.json",
        "bom.json",
        "codepipeline.json",
        "comments.json",
        "crlf.json",
        "described-query.json",
        "described.json",
        "ec2-bridge-dynamic-ports.json",
        "ec2-gpu.json",
        "ec2-host-network.json",
        "external.json",
        "fargate-arm64.json",
        "fargate-batch.json",
        "fargate-efs.json",
        "fargate-firelens.json",
        "fargate-secrets.json",
        "fargate-web-sidecars.json",
        "fargate-windows.json",
        "fargate-worker.json",
        "future.json",
        "large.json",
        "minified.json",
        "newest-fargate.json",
        "newest-managed-instances.json",
        "non-ascii.json",
        "numbers.json",
        "plain.yaml",
        "tabs.json",
    ];
    for (name, text) in fixtures {
        let document = Document::parse(text, name).unwrap();
        let definition = TaskDefinition::from_document(document).unwrap();
        let root = definition.document().root();
        let answered = as_answered(root);
        assert_eq!(Normal::of(root), Normal::of(&answered), "{name}");
        assert_eq!(
            Normal::of(root),
            Normal::of(Normal::of(root).root()),
            "{name}"
        );
    }
}
