//! The appspec, tripped and just kept, in JSON and in YAML.
use super::super::trial::Files;
use crate::domain::check::{Finding, Severity};

const CLEAN: &str = "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
        PlatformVersion: LATEST
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets: [subnet-1, subnet-2]
            SecurityGroups: [sg-1]
            AssignPublicIp: DISABLED
        CapacityProviderStrategy:
          - {CapacityProvider: FARGATE, Weight: 1, Base: 1}
          - {CapacityProvider: FARGATE_SPOT, Weight: 4}
Hooks:
  - BeforeInstall: before-install
  - AfterAllowTraffic: arn:aws:lambda:eu-west-1:123456789012:function:after
";

fn file(text: &str) -> Files<'_> {
    Files {
        appspec: Some(text),
        ..Files::default()
    }
}

fn changed(from: &str, to: &str) -> String {
    assert_eq!(
        CLEAN.matches(from).count(),
        1,
        "`{from}` must stand there once"
    );
    CLEAN.replace(from, to)
}

#[track_caller]
fn trips(id: &str, text: &str) -> Finding {
    file(text).trips(id)
}

#[track_caller]
fn keeps(id: &str, text: &str) {
    file(text).keeps(id);
}

#[test]
fn the_clean_appspec_breaks_no_rule_in_yaml_and_in_json() {
    for text in [
        CLEAN,
        r#"{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3", "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 8080}}}}]}"#,
    ] {
        file(text).is_clean();
    }
}

#[test]
fn the_version_is_zero_point_zero() {
    for version in ["0", "1.0", "\"0\"", "[0.0]", "0.00"] {
        trips("AS001", &changed("0.0", version));
    }
    trips("AS001", &changed("version: 0.0\n", ""));
    keeps("AS001", &changed("0.0", "\"0.0\""));
}

#[test]
fn there_is_one_resource() {
    trips("AS002", "version: 0.0\n");
    trips("AS002", "version: 0.0\nResources: []\n");
    trips("AS002", &changed("Hooks:", "  - TargetService: {}\nHooks:"));
    keeps("AS002", CLEAN);
}

#[test]
fn the_resource_is_a_service_of_ecs() {
    let finding = trips("AS003", &changed("TargetService", "myService"));
    assert!(
        finding.message().ends_with("`myService`"),
        "{}",
        finding.message()
    );
    trips(
        "AS003",
        &changed("AWS::ECS::Service", "AWS::Lambda::Function"),
    );
    trips("AS003", &changed("      Type: AWS::ECS::Service\n", ""));
    keeps("AS003", CLEAN);
}

#[test]
fn the_revision_is_named_whole() {
    trips(
        "AS004",
        &changed("        TaskDefinition: <TASK_DEFINITION>\n", ""),
    );
    keeps("AS004", CLEAN);
    for text in [
        "web",
        "web:3",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/web",
    ] {
        trips("AS005", &changed("<TASK_DEFINITION>", text));
    }
    keeps(
        "AS005",
        &changed(
            "<TASK_DEFINITION>",
            "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3",
        ),
    );
    keeps("AS005", CLEAN);
}

#[test]
fn traffic_goes_to_a_container_and_a_port() {
    trips("AS006", &changed("          ContainerName: web\n", ""));
    trips(
        "AS006",
        &changed("ContainerName: web", "ContainerName: we b"),
    );
    trips("AS006", &changed("LoadBalancerInfo", "LoadBalancer"));
    keeps("AS006", CLEAN);
    for port in ["0", "65536", "\"8080\"", "80.5", "web"] {
        trips("AS007", &changed("8080", port));
    }
    assert_eq!(
        trips("AS007", &changed("8080", "\"8080\"")).hint(),
        "write the number without quotes"
    );
    trips("AS007", &changed("          ContainerPort: 8080\n", ""));
    for port in ["1", "65535", "\"<PORT>\""] {
        keeps("AS007", &changed("8080", port));
    }
}

#[test]
fn the_platform_version_is_latest_or_a_number() {
    for version in ["latest", "\"1.4\"", "v1.4.0"] {
        assert_eq!(
            trips("AS008", &changed("LATEST", version)).severity(),
            Severity::Warning
        );
    }
    keeps("AS008", &changed("LATEST", "1.4.0"));
    keeps("AS008", &changed("        PlatformVersion: LATEST\n", ""));
}

#[test]
fn the_network_is_whole_and_of_known_values() {
    let finding = trips(
        "AS009",
        &changed("            AssignPublicIp: DISABLED\n", ""),
    );
    assert!(
        finding.message().ends_with("`AssignPublicIp`"),
        "{}",
        finding.message()
    );
    trips("AS009", &changed("AwsvpcConfiguration", "Awsvpc"));
    keeps("AS009", CLEAN);
    trips("AS010", &changed("DISABLED", "disabled"));
    trips("AS010", &changed("[subnet-1, subnet-2]", "[]"));
    let subnets = |count: usize| format!("[{}]", vec!["subnet-1"; count].join(", "));
    trips("AS010", &changed("[subnet-1, subnet-2]", &subnets(17)));
    keeps("AS010", &changed("[subnet-1, subnet-2]", &subnets(16)));
    let groups = |count: usize| format!("[{}]", vec!["sg-1"; count].join(", "));
    trips("AS010", &changed("[sg-1]", &groups(6)));
    keeps("AS010", &changed("[sg-1]", &groups(5)));
    assert_eq!(
        trips("AS010", &changed("[sg-1]", "[web]")).severity(),
        Severity::Warning
    );
    keeps("AS010", &changed("[sg-1]", "[\"<GROUP>\"]"));
}

#[test]
fn one_capacity_provider_has_a_base() {
    trips("AS011", &changed("Weight: 4", "Weight: 4, Base: 1"));
    keeps("AS011", &changed("Weight: 4", "Weight: 4, Base: 0"));
    trips("AS011", &changed("Weight: 4", "Weight: 1001"));
    keeps("AS011", &changed("Weight: 4", "Weight: 1000"));
    trips("AS011", &changed("Base: 1", "Base: 100001"));
    keeps("AS011", &changed("Base: 1", "Base: 100000"));
    trips("AS011", &changed("CapacityProvider: FARGATE_SPOT, ", ""));
    let more = |count: usize| {
        let item = "          - {CapacityProvider: X, Weight: 1}\n";
        changed("Hooks:\n", &format!("{}Hooks:\n", item.repeat(count)))
    };
    trips("AS011", &more(19));
    keeps("AS011", &more(18));
}

#[test]
fn a_hook_is_at_a_known_event_once_and_a_function() {
    let finding = trips("AS012", &changed("BeforeInstall", "BeforInstall"));
    assert_eq!(finding.hint(), "did you mean `BeforeInstall`?");
    trips("AS012", &changed("BeforeInstall", "ApplicationStart"));
    keeps("AS012", CLEAN);
    trips("AS013", &changed("AfterAllowTraffic", "BeforeInstall"));
    trips(
        "AS013",
        &changed("  - AfterAllowTraffic", "    AfterAllowTraffic"),
    );
    keeps("AS013", CLEAN);
    for function in ["\"\"", "scripts/start.sh", "[a]", "7"] {
        trips("AS014", &changed("before-install", function));
    }
    keeps("AS014", &changed("before-install", "\"<FUNCTION>\""));
}

#[test]
fn a_key_in_another_case_is_read_and_a_misspelt_one_named() {
    let finding = trips("AS015", &changed("Resources", "resources"));
    assert_eq!(finding.hint(), "write `Resources`");
    keeps("AS002", &changed("Resources", "resources"));
    let finding = trips("AS015", &changed("PlatformVersion", "PlatfromVersion"));
    assert_eq!(finding.hint(), "did you mean `PlatformVersion`?");
    assert_eq!(finding.severity(), Severity::Warning);
    let finding = trips("AS015", &changed("Hooks:", "os: linux\nHooks:"));
    assert_eq!(finding.severity(), Severity::Note);
    keeps("AS015", CLEAN);
}

#[test]
fn no_other_placeholder_is_left() {
    let finding = trips("AS016", &changed("<TASK_DEFINITION>", "<TASK_DEF>"));
    assert_eq!(finding.severity(), Severity::Error);
    let finding = trips(
        "AS016",
        &changed("ContainerName: web", "ContainerName: <NAME>"),
    );
    assert_eq!(finding.severity(), Severity::Note);
    keeps("AS016", CLEAN);
}

#[test]
fn a_value_of_the_wrong_type_is_found() {
    for text in [
        "[]",
        "just a text",
        &changed("  - TargetService", "    TargetService"),
        &changed("[subnet-1, subnet-2]", "subnet-1"),
        &changed("Weight: 4", "Weight: \"4\""),
        &changed("LATEST", "1.4"),
    ] {
        trips("AS017", text);
    }
    let hooks = CLEAN
        .replace("  - BeforeInstall", "  BeforeInstall")
        .replace("  - AfterAllowTraffic", "  AfterAllowTraffic");
    trips("AS017", &hooks);
    keeps("AS017", CLEAN);
}
