//! What an appspec is made of, what is kept of one that exists, and what CodeDeploy would refuse.
use super::*;

fn document(text: &str) -> Document {
    Document::parse(text, "a.yaml").unwrap()
}

fn base(text: &str) -> Result<AppSpec, DocumentError> {
    AppSpec::from_document(&document(text))
}

fn definition(text: &str) -> TaskDefinition {
    TaskDefinition::from_document(Document::parse(text, "t.json").unwrap()).unwrap()
}

fn parts() -> AppSpecParts {
    AppSpecParts {
        container_name: Some("web".parse().unwrap()),
        container_port: Some("80".parse().unwrap()),
        ..AppSpecParts::default()
    }
}

fn made(parts: &AppSpecParts) -> AppSpec {
    let mut appspec = AppSpec::new();
    appspec.apply(parts).unwrap();
    appspec
}

const BASE: &str = "\
version: 0
resources:
  - targetService:
      type: AWS::ECS::Service
      properties:
        taskDefinition: \"arn:aws:ecs:us-east-1:123456789012:task-definition/web:1\"
        loadBalancerInfo: {containerPort: 8080, containerName: api}
        future: 1.50
        capacityProviderStrategy:
          - {capacityProvider: FARGATE, weight: 1}
hooks:
  - afterAllowTraffic: check
  - beforeinstall: prepare
";

#[test]
fn an_appspec_is_made_from_parts() {
    let appspec = made(&AppSpecParts {
        task_definition: Some(
            "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7"
                .parse()
                .unwrap(),
        ),
        platform_version: Some("LATEST".to_owned()),
        network: Network {
            subnets: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
            security_groups: vec!["sg-1".to_owned()],
            assign_public_ip: Some(AssignPublicIp::Disabled),
        },
        capacity_providers: vec![
            "FARGATE=1,2".parse().unwrap(),
            "FARGATE_SPOT=3".parse().unwrap(),
        ],
        hooks: vec![
            "AfterAllowTraffic=arn:aws:lambda:us-east-1:123456789012:function:check"
                .parse()
                .unwrap(),
            "BeforeInstall=prepare".parse().unwrap(),
        ],
        ..parts()
    });
    appspec.check().unwrap();
    assert_eq!(
        appspec.document().to_yaml(),
        "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/web:7
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
        PlatformVersion: LATEST
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets:
              - subnet-1
              - subnet-2
            SecurityGroups:
              - sg-1
            AssignPublicIp: DISABLED
        CapacityProviderStrategy:
          - Base: 2
            CapacityProvider: FARGATE
            Weight: 1
          - CapacityProvider: FARGATE_SPOT
            Weight: 3
Hooks:
  - BeforeInstall: prepare
  - AfterAllowTraffic: arn:aws:lambda:us-east-1:123456789012:function:check
"
    );
}

#[test]
fn what_is_written_is_read_back_the_same_as_yaml_and_as_json() {
    let appspec = made(&parts());
    assert!(
        appspec
            .document()
            .to_json_compact()
            .starts_with(r#"{"version":0.0,"#)
    );
    for text in [
        appspec.document().to_yaml(),
        appspec.document().to_json_pretty(),
    ] {
        assert_eq!(base(&text).unwrap(), appspec);
    }
}

#[test]
fn an_appspec_that_exists_keeps_all_that_is_not_given_and_gets_the_right_case() {
    let mut appspec = base(BASE).unwrap();
    appspec
        .apply(&AppSpecParts {
            container_port: Some("81".parse().unwrap()),
            ..AppSpecParts::default()
        })
        .unwrap();
    appspec.check().unwrap();
    assert_eq!(
        appspec.document().to_json_compact(),
        r#"{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"arn:aws:ecs:us-east-1:123456789012:task-definition/web:1","LoadBalancerInfo":{"ContainerPort":81,"ContainerName":"api"},"future":1.50,"CapacityProviderStrategy":[{"CapacityProvider":"FARGATE","Weight":1}]}}}],"Hooks":[{"AfterAllowTraffic":"check"},{"BeforeInstall":"prepare"}]}"#
    );
}

#[test]
fn a_hook_given_replaces_its_own_and_the_list_comes_in_order_of_the_lifecycle() {
    let mut appspec = base(BASE).unwrap();
    appspec
        .apply(&AppSpecParts {
            hooks: vec![
                "AfterAllowTraffic=other".parse().unwrap(),
                "AfterInstall=new".parse().unwrap(),
            ],
            ..AppSpecParts::default()
        })
        .unwrap();
    assert_eq!(
        appspec.document().get("Hooks").unwrap().to_json_compact(),
        r#"[{"BeforeInstall":"prepare"},{"AfterInstall":"new"},{"AfterAllowTraffic":"other"}]"#
    );
    let twice = AppSpecParts {
        hooks: vec![
            "AfterInstall=a".parse().unwrap(),
            "afterinstall=b".parse().unwrap(),
        ],
        ..AppSpecParts::default()
    };
    assert_eq!(
        twice.check().unwrap_err().reason(),
        "a hook is given twice: `AfterInstall`"
    );
}

#[test]
fn hooks_written_as_one_map_become_a_list() {
    let text = BASE.split("hooks:").next().unwrap().to_owned()
        + "Hooks: {AfterInstall: a, BeforeInstall: b}\n";
    let appspec = base(&text).unwrap();
    assert_eq!(
        appspec.document().get("Hooks").unwrap().to_json_compact(),
        r#"[{"AfterInstall":"a"},{"BeforeInstall":"b"}]"#
    );
}

#[test]
fn what_is_no_appspec_for_ecs_is_refused_with_its_place() {
    for (text, expected) in [
        (
            "[]",
            "a.yaml:1:1: the appspec must be an object, this is an array",
        ),
        (
            "version: 0.0\n",
            "a.yaml:1:1: an appspec needs the member: `Resources`",
        ),
        (
            "version: 0.2\nresources: []\n",
            "a.yaml:1:10: the version of an appspec can only be: `0.0`",
        ),
        (
            "resources: []\n",
            "a.yaml:1:12: an appspec for ECS has exactly one resource: `0`",
        ),
        (
            "resources: {}\n",
            "a.yaml:1:12: `Resources` must be an array, this is an object",
        ),
        (
            "resources: [{a: {}, b: {}}]\n",
            "a.yaml:1:13: a resource must be an object with one member, its name, this is an object",
        ),
        (
            "resources:\n- svc: {Type: \"AWS::Lambda::Function\"}\n",
            "a.yaml:2:15: the type of the resource must be: `AWS::ECS::Service`",
        ),
        (
            "resources:\n- svc: {properties: {Properties: 1, taskDefinition: a, TaskDefinition: b}}\n",
            "a.yaml:2:56: the same key again in another case: `TaskDefinition`",
        ),
        (
            "resources:\n- svc: {properties: {loadBalancerInfo: x}}\n",
            "a.yaml:2:40: `LoadBalancerInfo` must be an object, this is a string",
        ),
        (
            "resources:\n- svc: {}\nhooks:\n- AfterInstal: a\n",
            "a.yaml:4:3: not an event of a deployment to ECS, those are BeforeInstall, AfterInstall, \
             AfterAllowTestTraffic, BeforeAllowTraffic, AfterAllowTraffic: `AfterInstal`",
        ),
        (
            "resources:\n- svc: {}\nhooks:\n- AfterInstall: a\n- afterInstall: b\n",
            "a.yaml:5:3: a hook that stands twice: `AfterInstall`",
        ),
        (
            "resources:\n- svc: {}\nhooks: x\n",
            "a.yaml:3:8: `Hooks` must be a list of maps, this is a string",
        ),
    ] {
        assert_eq!(base(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn what_codedeploy_needs_and_is_missing_is_named_with_the_option_that_gives_it() {
    let error = AppSpec::new().check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the appspec: the appspec needs: `LoadBalancerInfo.ContainerName`"
    );
    assert!(error.hint().unwrap().contains("`container-name`"));
    let without_port = made(&AppSpecParts {
        container_port: None,
        ..parts()
    });
    assert!(
        without_port
            .check()
            .unwrap_err()
            .message()
            .contains("ContainerPort")
    );
    let mut without_target = base("resources: [{TargetService: {}}]\n").unwrap();
    assert!(
        without_target
            .check()
            .unwrap_err()
            .message()
            .contains("TaskDefinition")
    );
    without_target.fill_target();
    without_target.apply(&parts()).unwrap();
    without_target.check().unwrap();
    assert!(
        without_target
            .document()
            .to_yaml()
            .contains("TaskDefinition: <TASK_DEFINITION>\n")
    );
}

#[test]
fn a_network_is_said_whole_or_not_at_all() {
    let network = |subnets: usize, groups: usize, assign_public_ip| {
        let list = |count: usize| (0..count).map(|number| format!("x-{number}")).collect();
        made(&AppSpecParts {
            network: Network {
                subnets: list(subnets),
                security_groups: list(groups),
                assign_public_ip,
            },
            ..parts()
        })
        .check()
        .map_err(|error| error.message().to_owned())
    };
    let enabled = Some(AssignPublicIp::Enabled);
    assert_eq!(network(1, 1, enabled), Ok(()));
    assert_eq!(network(16, 5, enabled), Ok(()));
    let start =
        "subnets, security groups and the public address go together or not at all, missing: ";
    assert_eq!(
        network(1, 0, enabled),
        Err(format!("{start}`security-groups`"))
    );
    assert_eq!(
        network(0, 1, None),
        Err(format!("{start}`subnets`, `assign-public-ip`"))
    );
    assert_eq!(
        network(17, 1, enabled),
        Err("`Subnets` holds at most 16 of them: `17`".to_owned())
    );
    assert_eq!(
        network(1, 6, enabled),
        Err("`SecurityGroups` holds at most 5 of them: `6`".to_owned())
    );
}

#[test]
fn a_strategy_has_one_base_at_most_and_a_weight() {
    let strategy = |providers: &[&str]| {
        made(&AppSpecParts {
            capacity_providers: providers.iter().map(|text| text.parse().unwrap()).collect(),
            ..parts()
        })
        .check()
        .is_ok()
    };
    assert!(strategy(&["A=1,1", "B=1"]));
    assert!(strategy(&["A=0,1", "B=1,0"]));
    assert!(!strategy(&["A=1,1", "B=1,1"]));
    assert!(!strategy(&["A=0", "B=0"]));
    for text in [
        "A",
        "=1",
        "A=",
        "A=1001",
        "A=-1",
        "A=+1",
        "A=1,",
        "A=1,100001",
        "A=1,2,3",
        "A B=1",
        "A=x",
    ] {
        assert!(text.parse::<CapacityProvider>().is_err(), "{text}");
    }
}

#[test]
fn a_hook_is_an_event_and_a_function() {
    for text in [
        "AfterInstall",
        "AfterInstall=",
        "AfterInstall=a b",
        "Install=a",
        "=a",
    ] {
        assert!(text.parse::<HookBinding>().is_err(), "{text}");
    }
}

const SERVICE: &str = r#"{"services": [{"serviceName": "web", "loadBalancers": [
      {"targetGroupArn": "a", "containerName": "web", "containerPort": 80},
      {"targetGroupArn": "b", "containerName": "web", "containerPort": 80}],
    "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
    "taskSets": [{"status": "ACTIVE", "platformVersion": "1.3.0"}, {"status": "PRIMARY", "platformVersion": "1.4.0",
      "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"],
      "assignPublicIp": "ENABLED"}}}]}], "failures": []}"#;

#[test]
fn a_service_gives_container_port_network_and_platform_version() {
    let parts = from_service(&document(SERVICE)).unwrap();
    assert_eq!(
        parts,
        AppSpecParts {
            platform_version: Some("1.4.0".to_owned()),
            network: Network {
                subnets: vec!["subnet-1".to_owned()],
                security_groups: vec!["sg-1".to_owned()],
                assign_public_ip: Some(AssignPublicIp::Enabled),
            },
            ..self::parts()
        }
    );
    let alone = r#"{"serviceName": "web", "loadBalancers": [{"containerName": "web", "containerPort": 80}]}"#;
    assert_eq!(from_service(&document(alone)).unwrap(), self::parts());
}

#[test]
fn two_balancers_for_different_ports_leave_the_choice_to_the_user() {
    let text = SERVICE.replacen("80", "81", 1);
    let parts = from_service(&document(&text)).unwrap();
    assert_eq!((parts.container_name, parts.container_port), (None, None));
}

#[test]
fn what_is_not_one_service_is_refused() {
    for (text, expected) in [
        (
            "{}",
            "a.yaml:1:1: neither an answer of `describe-services` nor a service",
        ),
        (
            r#"{"services": []}"#,
            "a.yaml:1:14: the answer must hold exactly one service: `0`",
        ),
        (
            r#"{"serviceName": "a", "loadBalancers": [{"containerPort": 0}]}"#,
            "a.yaml:1:58: `containerPort` must be from 1 to 65535",
        ),
    ] {
        assert_eq!(
            from_service(&document(text)).unwrap_err().to_string(),
            expected
        );
    }
}

const DEFINITION: &str = r#"{"containerDefinitions": [{"name": "log"}, {"name": "web", "portMappings": [{"containerPort": 80}]},
    {"name": "admin", "essential": false, "portMappings": [{"containerPort": 81}, {"containerPort": 82}]}]}"#;

#[test]
fn a_task_definition_fills_in_what_it_leaves_no_choice_for() {
    let filled = |parts: &AppSpecParts, text: &str| {
        let mut appspec = made(parts);
        appspec.fill_from(&definition(text));
        (
            appspec.container_name().map(str::to_owned),
            appspec.container_port(),
        )
    };
    let nothing = AppSpecParts::default();
    let one = r#"{"containerDefinitions": [{"name": "log"}, {"name": "web", "portMappings": [{"containerPort": 80}]}]}"#;
    assert_eq!(filled(&nothing, one), (Some("web".to_owned()), Some(80)));
    assert_eq!(filled(&nothing, DEFINITION), (None, None));
    let named = |name: &str| AppSpecParts {
        container_name: Some(name.parse().unwrap()),
        ..AppSpecParts::default()
    };
    assert_eq!(
        filled(&named("web"), DEFINITION),
        (Some("web".to_owned()), Some(80))
    );
    assert_eq!(
        filled(&named("admin"), DEFINITION),
        (Some("admin".to_owned()), None)
    );
    let port = AppSpecParts {
        container_port: Some("82".parse().unwrap()),
        ..AppSpecParts::default()
    };
    assert_eq!(
        filled(&port, DEFINITION),
        (Some("admin".to_owned()), Some(82))
    );
}

#[test]
fn container_and_port_must_be_in_the_task_definition() {
    let against = |name: &str, port: &str| {
        made(&AppSpecParts {
            container_name: Some(name.parse().unwrap()),
            container_port: Some(port.parse().unwrap()),
            ..AppSpecParts::default()
        })
        .check_against(&definition(DEFINITION))
        .map_err(|error| error.to_string())
    };
    assert_eq!(against("web", "80"), Ok(None));
    assert!(
        against("admin", "81")
            .unwrap()
            .unwrap()
            .contains("not essential")
    );
    assert_eq!(
        against("web", "81"),
        Err("t.json:1:44: container `web` does not map this port, it maps `80`: `81`".to_owned())
    );
    assert!(against("log", "80").unwrap_err().contains("it maps none"));
    assert!(
        against("api", "80")
            .unwrap_err()
            .contains("`log`, `web`, `admin`")
    );
}
