//! What holds for any input: files near the right ones, lists of any text, events of any shape.
//! Hostile files given to the shipped binaries are in `tests/it/hostile.rs`; laws of reading and writing in `document`.
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::appspec::{AppSpec, AppSpecParts, CapacityProvider, HookBinding, from_service};
use super::assignment::Assignments;
use super::check::{Facts, LaunchType, Pages, Sources, Subject, check};
use super::commit;
use super::document::{Document, Kind, Node};
use super::image::{ImageBinding, ImageRef};
use super::imagedefs::ImageDefinitions;
use super::secrecy::{masked, shown};
use super::taskdef::TaskDefinition;

/// What no message may hold.
const CANARY: &str = "canary-7f3a";

const DEFINITION: &str = r#"{
  "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution", "taskRoleArn": "arn:aws:iam::123456789012:role/web",
  "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
  "tags": [{"key": "team", "value": "web"}], "placementConstraints": [{"type": "memberOf", "expression": "x"}],
  "proxyConfiguration": {"type": "APPMESH", "containerName": "web", "properties": [{"name": "A", "value": "b"}]},
  "volumes": [
    {"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/x", "transitEncryption": "ENABLED",
     "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"}}},
    {"name": "b", "dockerVolumeConfiguration": {"scope": "task", "autoprovision": true}},
    {"name": "c", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}}, {"name": "d", "host": {"sourcePath": "/"}}
  ],
  "containerDefinitions": [
    {"name": "web", "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", "essential": true, "cpu": 128, "memory": 64,
     "memoryReservation": 32, "portMappings": [{"name": "http", "containerPort": 80, "hostPort": 80, "protocol": "tcp",
     "appProtocol": "http"}, {"containerPortRange": "100-200"}],
     "environment": [{"name": "A", "value": "canary-7f3a"}, {"name": "DB_PASSWORD", "value": "canary-7f3a"}],
     "secrets": [{"name": "B", "valueFrom": "canary-7f3a"}], "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/a.env"}],
     "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "canary-7f3a", "mode": "canary-7f3a"},
     "secretOptions": [{"name": "C", "valueFrom": "canary-7f3a"}]},
     "healthCheck": {"command": ["CMD-SHELL", "curl x"], "interval": 5, "timeout": 5}, "ulimits": [{"name": "nofile",
     "softLimit": 2, "hardLimit": 1}], "restartPolicy": {"enabled": true, "restartAttemptPeriod": 60, "ignoredExitCodes": [1]},
     "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}, "swappiness": 1, "initProcessEnabled": true},
     "systemControls": [{"namespace": "net.x", "value": "1"}], "mountPoints": [{"sourceVolume": "a", "containerPath": "/a"}],
     "resourceRequirements": [{"type": "GPU", "value": "1", "sharingStrategy": {"nvidiaMps": {"memory": 1}}}],
     "credentialSpecs": ["credentialspec:x"], "user": "0", "links": ["x"], "stopTimeout": 5},
    {"name": "side", "image": "nginx", "essential": false, "dependsOn": [{"containerName": "web", "condition": "SUCCESS"}],
     "volumesFrom": [{"sourceContainer": "web"}], "firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3"}},
     "versionConsistency": "disabled", "privileged": true}
  ]
}"#;

const APPSPEC: &str = r#"{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
  "TaskDefinition": "<TASK_DEFINITION>", "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}, "PlatformVersion": "LATEST",
  "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "ENABLED"}},
  "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE", "Base": 1, "Weight": 1}]}}}],
  "Hooks": [{"BeforeInstall": "a"}, {"AfterInstall": "b"}]}"#;

const IMAGES: &str =
    r#"[{"name": "web", "imageUri": "r.example.com/web:1"}, {"name": "side", "imageUri": "x"}]"#;

const DETAIL: &str =
    r#"{"ImageURI": "r.example.com/web@sha256:ab", "ImageDigest": "sha256:cd", "ImageTags": []}"#;

const SERVICE: &str = r#"{"services": [{"serviceName": "web", "platformVersion": "1.4.0", "loadBalancers": [{"containerName": "web",
  "containerPort": 80}], "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"],
  "assignPublicIp": "DISABLED"}}, "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]}]}"#;

const EVENT: &str = r#"{"pull_request": {"head": {"sha": "0123456789abcdef0123456789abcdef01234567"}},
  "workflow_run": {"head_sha": "0123456789abcdef0123456789abcdef01234567"}}"#;

/// Values that are wrong almost everywhere.
fn odd() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::null()),
        any::<bool>().prop_map(Node::bool),
        select(vec![i64::MIN, -1, 0, 1, 65_536, i64::MAX]).prop_map(Node::integer),
        "[0-9]{1,3}(\\.[0-9]{1,2})?(e[0-9])?"
            .prop_filter_map("a number", |text| text.parse().ok().map(Node::number)),
        any::<String>().prop_map(Node::string),
        "[a-zA-Z0-9_./:@<>${}+=# -]{0,16}".prop_map(Node::string),
        select(vec![
            "",
            "web",
            "side",
            "awsvpc",
            "host",
            "bridge",
            "none",
            "EC2",
            "EXTERNAL",
            "MANAGED_INSTANCES",
            "ALL",
            "s3",
            "WINDOWS_SERVER_2022_CORE",
            "<IMAGE1_NAME>",
            "${X}",
            "arn:aws:ssm",
            "0-99999999999999999999",
            "2-1",
            "@",
            ":",
            "/",
            "credentialspec:",
            "\u{0}",
            "\u{202e}",
            "é",
        ])
        .prop_map(Node::string),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Node::array),
            prop::collection::vec(("[a-zA-Z]{0,12}", inner), 0..3).prop_map(Node::object),
        ]
    })
}

/// A right file with a few values replaced, taken out or doubled.
fn near(text: &'static str) -> impl Strategy<Value = Node> {
    let change = (
        any::<Index>(),
        prop::option::weighted(0.7, odd()),
        any::<bool>(),
    );
    prop::collection::vec(change, 0..5).prop_map(move |changes| {
        let mut root = Document::parse(text, "right.json").unwrap().into_root();
        for (index, value, doubles) in changes {
            let mut count = 0;
            root.walk(&mut |_, _| count += 1);
            let mut at = index.index(count);
            change_at(&mut root, &mut at, value.as_ref(), doubles);
        }
        root
    })
}

/// Changes the value with this number, counted as they are walked; gives whether it was reached.
fn change_at(node: &mut Node, at: &mut usize, value: Option<&Node>, doubles: bool) -> bool {
    if *at == 0 {
        match (value, node.kind_mut()) {
            (Some(value), _) => *node = value.clone(),
            (None, Kind::Array(items)) if doubles => items.extend_from_within(..),
            (None, Kind::Array(items)) => items.clear(),
            (None, Kind::Object(object)) => {
                let first = object
                    .members()
                    .first()
                    .map(|member| member.key().to_owned());
                first.and_then(|key| object.remove(&key));
            }
            (None, Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_)) => {
                *node = Node::null();
            }
        }
        return true;
    }
    *at -= 1;
    match node.kind_mut() {
        Kind::Array(items) => items
            .iter_mut()
            .any(|item| change_at(item, at, value, doubles)),
        Kind::Object(object) => object
            .values_mut()
            .any(|item| change_at(item, at, value, doubles)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
    }
}

/// The tree as a file, in JSON or in YAML, with places.
fn file(node: &Node, is_yaml: bool, name: &str) -> (String, Document) {
    let text = if is_yaml {
        node.to_yaml()
    } else {
        node.to_json_pretty()
    };
    let document = Document::parse(&text, name).unwrap();
    (text, document)
}

proptest! {
    #[test]
    fn any_files_are_judged_and_no_value_of_the_environment_is_shown(
        (definition, appspec, images, detail) in (near(DEFINITION), near(APPSPEC), near(IMAGES), near(DETAIL)),
        is_yaml in any::<bool>(),
        launch_type in prop::option::of(select(LaunchType::ALL.to_vec())),
        placeholders in prop::collection::vec("[A-Z_]{0,8}", 0..3),
    ) {
        let (text, definition) = file(&definition, is_yaml, "taskdef");
        let (_, appspec) = file(&appspec, !is_yaml, "appspec");
        let (_, images) = file(&images, is_yaml, "images");
        let (_, detail) = file(&detail, is_yaml, "imageDetail.json");
        let sources = Sources {
            task_definition: Some(&definition),
            appspec: Some(&appspec),
            image_definitions: Some(&images),
            image_detail: Some(&detail),
            ..Sources::default()
        };
        let facts = Facts { launch_type, region: Some("eu-west-1".to_owned()), placeholders };
        let found = check(&Subject::new(sources, facts));
        let pages = Pages::of(&text, &definition);
        for finding in &found.findings {
            for said in [finding.message(), finding.hint()] {
                prop_assert!(!said.contains(CANARY), "{}: {said}", finding.rule().id);
                prop_assert!(!said.contains('\n') && !said.is_empty(), "{}: {said:?}", finding.rule().id);
                prop_assert!(said.len() < 2_000, "{}: {said}", finding.rule().id);
            }
            if finding.file() == "taskdef" && let Some(place) = finding.position() {
                let excerpt = pages.excerpt(place);
                prop_assert!(excerpt.is_some(), "{place}");
                prop_assert!(excerpt.is_none_or(|excerpt| !excerpt.text.contains(CANARY)), "{place}");
            }
        }
    }

    #[test]
    fn a_task_definition_near_a_right_one_is_read_or_refused(node in near(DEFINITION)) {
        if let Ok(definition) = TaskDefinition::from_document(Document::new("t", node)) {
            let mut ports = 0;
            for container in definition.containers() {
                ports += container.ports().count();
                let debugged = format!("{container:?}");
                prop_assert!(!debugged.contains(CANARY));
            }
            prop_assert!(ports < 1_000);
            if let Err(error) = ImageDefinitions::from_task_definition(&definition, &[]) {
                prop_assert!(!error.to_string().contains(CANARY));
            }
        }
    }

    #[test]
    fn an_appspec_near_a_right_one_is_read_or_refused(node in near(APPSPEC), definition in near(DEFINITION)) {
        if let Ok(mut appspec) = AppSpec::from_document(&Document::new("a", node)) {
            let _ = appspec.check();
            let _ = appspec.apply(&AppSpecParts::default());
            if let Ok(definition) = TaskDefinition::from_document(Document::new("t", definition)) {
                let _ = appspec.check_against(&definition);
                appspec.fill_from(&definition);
            }
            let written = appspec.document().to_yaml();
            prop_assert!(Document::parse(&written, "a").is_ok(), "{written}");
        }
    }

    #[test]
    fn a_described_service_near_a_right_one_is_read_or_refused(node in near(SERVICE)) {
        let _ = from_service(&Document::new("s", node));
    }

    #[test]
    fn a_list_of_any_text_is_read_or_refused_without_showing_its_values(
        before in "[ -~\n\t=<{\"\\\\é]{0,40}",
        after in any::<String>(),
    ) {
        let text = format!("{before}\nA={CANARY}\n{after}");
        match text.parse::<Assignments>() {
            Ok(list) => {
                let debugged = format!("{list:?}");
                prop_assert!(!debugged.contains(CANARY));
            }
            Err(error) => prop_assert!(!error.to_string().contains(CANARY), "{error}"),
        }
        for line in text.lines() {
            let _ = line.parse::<ImageBinding>();
            let _ = line.parse::<HookBinding>();
            let _ = line.parse::<CapacityProvider>();
            if let Ok(image) = line.parse::<ImageRef>() {
                prop_assert_eq!(image.to_string().parse::<ImageRef>().ok(), Some(image));
            }
        }
    }

    #[test]
    fn an_event_of_any_shape_gives_a_whole_commit_or_none(
        event in near(EVENT),
        name in select(vec!["pull_request", "workflow_run", "push", ""]),
        sha in prop_oneof![Just("0123456789abcdef0123456789abcdef01234567".to_owned()), any::<String>()],
    ) {
        let event = Document::new("event.json", event);
        let variable = |asked: &str| match asked {
            "GITHUB_EVENT_NAME" => Some(name.to_owned()),
            "GITHUB_SHA" => Some(sha.clone()).filter(|sha| !sha.is_empty()),
            _ => None,
        };
        let facts = commit::Facts { explicit: None, event: Some(&event), variable: &variable };
        if let Ok(Some(commit)) = commit::from_surroundings(facts) {
            let sha = commit.sha.as_str();
            prop_assert!(matches!(sha.len(), 40 | 64) && sha.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn what_is_masked_stays_as_it_is_when_it_is_masked_again(text in "[ -~\n]{0,60}(://|password=|-----BEGIN |eyJ|AKIA)?[ -~\n]{0,60}") {
        let once = masked(&text).into_owned();
        prop_assert_eq!(masked(&once).into_owned(), once);
    }

    #[test]
    fn a_value_is_shown_on_one_line_of_bounded_length(text in any::<String>()) {
        let shown = shown(&text);
        prop_assert!(shown.starts_with('`') && shown.ends_with('`'));
        prop_assert!(shown.chars().count() <= 2 + 121 * 10);
        prop_assert!(!shown.chars().any(char::is_control));
    }
}
