//! Files that match, and files that just do not.
use super::super::trial::{CLEAN, Files};
use crate::domain::check::Severity;

const APPSPEC: &str = "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
";
const DEFINITIONS: &str = r#"[{"name": "web", "imageUri": "r.example.com/web:1"}]"#;
const DETAIL: &str = r#"{"ImageURI": "r.example.com/web:1"}"#;
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn with_appspec<'a>(definition: &'a str, appspec: &'a str) -> Files<'a> {
    Files {
        task_definition: Some(definition),
        appspec: Some(appspec),
        ..Files::default()
    }
}

fn with_detail<'a>(definition: &'a str, detail: &'a str) -> Files<'a> {
    Files {
        task_definition: Some(definition),
        image_detail: Some(detail),
        placeholders: &["IMAGE1_NAME"],
        ..Files::default()
    }
}

#[test]
fn files_that_match_break_no_rule() {
    let template = CLEAN.replace(IMAGE, "<IMAGE1_NAME>");
    let files = Files {
        task_definition: Some(&template),
        appspec: Some(APPSPEC),
        image_definitions: Some(DEFINITIONS),
        image_detail: Some(DETAIL),
        placeholders: &["IMAGE1_NAME"],
    };
    files.is_clean();
}

#[test]
fn a_container_that_is_not_there_is_named_in_the_appspec() {
    let appspec = APPSPEC.replace("ContainerName: web", "ContainerName: wbe");
    let finding = with_appspec(CLEAN, &appspec).trips("CR001");
    assert_eq!(finding.file(), "appspec.yaml");
    assert_eq!(finding.position().map(|place| place.line), Some(8));
    assert_eq!(finding.hint(), "did you mean `web`?");
    with_appspec(CLEAN, APPSPEC).keeps("CR001");
    let open = APPSPEC.replace("ContainerName: web", "ContainerName: <NAME>");
    with_appspec(CLEAN, &open).keeps("CR001");
    let lower = appspec
        .to_lowercase()
        .replace("aws::ecs::service", "AWS::ECS::Service");
    with_appspec(CLEAN, &lower).trips("CR001");
}

#[test]
fn a_container_behind_the_load_balancer_is_essential() {
    let second = CLEAN
        .replace("\"essential\": true", "\"essential\": false")
        .replace(
            "\"containerDefinitions\": [",
            "\"containerDefinitions\": [{\"name\": \"b\", \"image\": \"r.example.com/b:1\"},",
        );
    let finding = with_appspec(&second, APPSPEC).trips("CR002");
    assert_eq!(finding.severity(), Severity::Warning);
    with_appspec(CLEAN, APPSPEC).keeps("CR002");
}

#[test]
fn a_port_that_is_not_mapped_comes_with_those_that_are() {
    let appspec = APPSPEC.replace("8080", "80");
    let finding = with_appspec(CLEAN, &appspec).trips("CR003");
    assert_eq!(finding.message(), "container `web` maps no port: 80");
    assert_eq!(finding.hint(), "the container maps: `8080`");
    with_appspec(CLEAN, APPSPEC).keeps("CR003");
    let range = CLEAN.replace(
        "\"containerPort\": 8080",
        "\"containerPortRange\": \"79-80\"",
    );
    with_appspec(&range, &appspec).keeps("CR003");
    with_appspec(&range, &APPSPEC.replace("8080", "81")).trips("CR003");
}

#[test]
fn an_image_is_for_a_container_that_exists() {
    fn files(definitions: &str) -> Files<'_> {
        Files {
            task_definition: Some(CLEAN),
            image_definitions: Some(definitions),
            ..Files::default()
        }
    }
    let finding = files(&DEFINITIONS.replace("\"web\"", "\"webb\"")).trips("CR004");
    assert_eq!(finding.file(), "imagedefinitions.json");
    assert_eq!(finding.hint(), "did you mean `web`?");
    files(DEFINITIONS).keeps("CR004");
}

#[test]
fn the_image_of_the_detail_has_a_place() {
    let finding = with_detail(CLEAN, DETAIL).trips("CR005");
    assert_eq!(finding.severity(), Severity::Error);
    let part = CLEAN.replace(IMAGE, "r.example.com/<IMAGE1_NAME>");
    with_detail(&part, DETAIL).trips("CR005");
    with_detail(&CLEAN.replace(IMAGE, "<IMAGE1_NAME>"), DETAIL).keeps("CR005");
    with_detail(&CLEAN.replace(IMAGE, "<WEB>"), DETAIL).keeps("CR005");
}

#[test]
fn four_images_are_filled_in() {
    let with = |count: usize| {
        let containers: Vec<String> = (1..=count)
            .map(|n| format!("{{\"name\": \"c{n}\", \"image\": \"<IMAGE{n}_NAME>\"}}"))
            .collect();
        format!(
            "{{\"family\": \"web\", \"containerDefinitions\": [{}]}}",
            containers.join(",")
        )
    };
    let finding = with_detail(&with(5), DETAIL).trips("CR006");
    assert!(
        finding.message().ends_with("`<IMAGE5_NAME>`"),
        "{}",
        finding.message()
    );
    with_detail(&with(4), DETAIL).keeps("CR006");
}

#[test]
fn a_pipeline_fills_in_the_revision() {
    let fixed = APPSPEC.replace(
        "<TASK_DEFINITION>",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3",
    );
    let files = |appspec, detail| Files {
        appspec: Some(appspec),
        image_detail: detail,
        ..Files::default()
    };
    files(&fixed, Some(DETAIL)).trips("CR007");
    files(&fixed, None).keeps("CR007");
    files(APPSPEC, Some(DETAIL)).keeps("CR007");
}

#[test]
fn both_files_of_a_build_name_one_image() {
    fn files(definitions: &str) -> Files<'_> {
        Files {
            image_definitions: Some(definitions),
            image_detail: Some(DETAIL),
            ..Files::default()
        }
    }
    files(&DEFINITIONS.replace(":1", ":2")).trips("CR008");
    files(DEFINITIONS).keeps("CR008");
    files("[]").keeps("CR008");
}

#[test]
fn the_revision_is_of_the_family() {
    let of = |family: &str| {
        let arn = format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/{family}:3");
        APPSPEC.replace("<TASK_DEFINITION>", &arn)
    };
    with_appspec(CLEAN, &of("api")).trips("CR009");
    with_appspec(CLEAN, &of("web")).keeps("CR009");
}

#[test]
fn subnets_go_with_awsvpc() {
    let with_network = format!(
        "{APPSPEC}        NetworkConfiguration:\n          AwsvpcConfiguration: {{Subnets: [subnet-1], SecurityGroups: [sg-1], AssignPublicIp: DISABLED}}\n"
    );
    let bridge = CLEAN.replace("awsvpc", "bridge");
    with_appspec(&bridge, &with_network).trips("CR010");
    with_appspec(&bridge, APPSPEC).keeps("CR010");
    with_appspec(CLEAN, &with_network).keeps("CR010");
}

#[test]
fn a_name_that_may_be_left_is_somewhere() {
    let files = |placeholders| Files {
        task_definition: Some(CLEAN),
        appspec: Some(APPSPEC),
        placeholders,
        ..Files::default()
    };
    let finding = files(&["IMAGE2_NAME"]).trips("CR011");
    assert_eq!(finding.severity(), Severity::Note);
    files(&["TASK_DEFINITION"]).keeps("CR011");
    files(&[]).keeps("CR011");
}

#[test]
fn fargate_providers_go_with_fargate() {
    let with_provider = |name: &str| {
        format!(
            "{APPSPEC}        CapacityProviderStrategy: [{{CapacityProvider: {name}, Weight: 1}}]\n"
        )
    };
    let ec2 = CLEAN.replace("FARGATE", "EC2");
    with_appspec(&ec2, &with_provider("FARGATE_SPOT")).trips("CR012");
    with_appspec(&ec2, &with_provider("mine")).keeps("CR012");
    with_appspec(CLEAN, &with_provider("FARGATE")).keeps("CR012");
}
