//! `wharfie-write-appspec` as it is shipped: files in, files and outputs out.
use sha2::{Digest, Sha256};

use crate::support::run::{Folder, github_outputs, stage};

const TASKDEF: &str = r#"{"containerDefinitions": [{"name": "log"},
  {"name": "web", "portMappings": [{"containerPort": 8080}]}]}"#;

#[test]
fn the_default_is_what_codepipeline_reads() {
    let folder = Folder::new();
    stage("write-appspec", &folder)
        .in_workflow()
        .args("--container-name web --container-port 80 --hooks AfterAllowTraffic=b --hooks BeforeInstall=a")
        .run()
        .expect(0);
    let text = folder.read("appspec.yaml");
    assert_eq!(
        text,
        "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
Hooks:
  - BeforeInstall: a
  - AfterAllowTraffic: b
"
    );
    let digest = Sha256::digest(text.as_bytes());
    let digest: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        github_outputs(&folder.read("github-output")),
        [
            ("sha256".to_owned(), digest.concat()),
            ("appspec".to_owned(), "appspec.yaml".to_owned())
        ]
    );
}

#[test]
fn a_name_that_ends_in_json_gives_json() {
    let folder = Folder::new();
    stage("write-appspec", &folder)
        .args("--container-name web --container-port 80 --output appspec.json")
        .run()
        .expect(0);
    let text = folder.read("appspec.json");
    assert!(
        text.starts_with("{\n  \"version\": 0.0,\n  \"Resources\": ["),
        "{text}"
    );
}

#[test]
fn a_base_keeps_what_is_not_given_and_can_be_written_over() {
    let folder = Folder::new();
    folder.write(
        "appspec.yaml",
        "version: 0.0\nresources:\n  - targetService:\n      properties:\n        loadBalancerInfo: {containerName: api, containerPort: 1}\n        future: 1.50\nhooks:\n  - beforeInstall: a\n",
    );
    stage("write-appspec", &folder)
        .args("--base appspec.yaml --container-port 2")
        .run()
        .expect(0);
    assert_eq!(
        folder.read("appspec.yaml"),
        "\
version: 0.0
Resources:
  - TargetService:
      Properties:
        LoadBalancerInfo:
          ContainerName: api
          ContainerPort: 2
        future: 1.50
        TaskDefinition: <TASK_DEFINITION>
      Type: AWS::ECS::Service
Hooks:
  - BeforeInstall: a
"
    );
}

#[test]
fn service_task_definition_and_environment_fill_in_the_rest() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let outcome = stage("write-appspec", &folder)
        .env("WHARFIE_TASK_DEFINITION", "taskdef.json")
        .env("WHARFIE_OUTPUT", "-")
        .env("WHARFIE_SUBNETS", "subnet-0a, subnet-0b\n")
        .env("WHARFIE_SECURITY_GROUPS", "sg-0a\n")
        .env("WHARFIE_ASSIGN_PUBLIC_IP", "disabled")
        .env(
            "WHARFIE_CAPACITY_PROVIDER_STRATEGY",
            "FARGATE=1,2\nFARGATE_SPOT=3\n",
        )
        .env(
            "WHARFIE_TASK_DEFINITION_ARN",
            "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7",
        )
        .run()
        .expect(0);
    assert_eq!(
        outcome.stdout,
        "\
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/web:7
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets:
              - subnet-0a
              - subnet-0b
            SecurityGroups:
              - sg-0a
            AssignPublicIp: DISABLED
        CapacityProviderStrategy:
          - Base: 2
            CapacityProvider: FARGATE
            Weight: 1
          - CapacityProvider: FARGATE_SPOT
            Weight: 3
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
"
    );
    let service = r#"{"services": [{"serviceName": "web", "platformVersion": "1.4.0",
        "loadBalancers": [{"containerName": "api", "containerPort": 9000}]}]}"#;
    let outcome = stage("write-appspec", &folder)
        .args("--service-json - --output - --container-port 9001")
        .stdin(service)
        .run()
        .expect(0);
    assert!(
        outcome.stdout.contains(
            "ContainerName: api\n          ContainerPort: 9001\n        PlatformVersion: \"1.4.0\""
        ),
        "{}",
        outcome.stdout
    );
}

#[test]
fn what_codedeploy_would_refuse_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    folder.write("old.yaml", "version: 0.2\nResources: []\n");
    let web = "--container-name web --container-port 8080";
    for (arguments, code, message) in [
        (
            String::new(),
            2,
            "the appspec needs: `LoadBalancerInfo.ContainerName`",
        ),
        (
            "--container-name web".to_owned(),
            2,
            "the appspec needs: `LoadBalancerInfo.ContainerPort`",
        ),
        (
            "--task-definition taskdef.json --container-name api --container-port 1".to_owned(),
            3,
            "the task definition has `log`, `web`: `api`",
        ),
        (
            "--task-definition taskdef.json --container-name web --container-port 1".to_owned(),
            3,
            "taskdef.json:2:3: container `web` does not map this port, it maps `8080`: `1`",
        ),
        (
            format!("{web} --subnets subnet-1"),
            2,
            "missing: `security-groups`, `assign-public-ip`",
        ),
        (
            format!("{web} --subnets sg-1"),
            2,
            "must be an id: `subnet-`",
        ),
        (
            format!("{web} --capacity-provider-strategy A=1,1 --capacity-provider-strategy B=1,1"),
            2,
            "can have a base",
        ),
        (
            format!("{web} --hooks AfterInstall=a --hooks AfterInstall=b"),
            2,
            "a hook is given twice: `AfterInstall`",
        ),
        (
            format!("{web} --hooks Install=a"),
            2,
            "not an event of a deployment to ECS",
        ),
        (
            "--container-name web --container-port 0".to_owned(),
            2,
            "--container-port",
        ),
        (
            "--container-name web --container-port 80x".to_owned(),
            2,
            "--container-port",
        ),
        (
            format!("{web} --task-definition-arn web:7"),
            2,
            "not an ARN",
        ),
        (
            "--base old.yaml".to_owned(),
            3,
            "old.yaml:1:10: the version of an appspec can only be: `0.0`",
        ),
        (
            "--base - --service-json -".to_owned(),
            2,
            "standard input is named for more than one file",
        ),
    ] {
        stage("write-appspec", &folder)
            .args(&arguments)
            .run()
            .expect(code)
            .says(message);
        assert_eq!(folder.names(), ["old.yaml", "taskdef.json"], "{arguments}");
    }
}
