//! The worlds that need no file: the default one, and one service of any name.

use serde_json::{Value, json};

use crate::sim::cloud::{ACCOUNT, REGION};

/// The commit the default services run.
const DEPLOYED: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";
/// The commit that waits to be deployed.
const NEXT: &str = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7";

/// The world without a seed: cluster `demo` with a rolling, a blue/green and a CodeDeploy service, two tasks each, a
/// group of instances, and a repository with the images of two commits.
pub(crate) fn default_world() -> Value {
    let mut native = service("demo", "web-native", "ECS");
    native["deploymentConfiguration"] = json!({
        "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5, "maximumPercent": 200, "minimumHealthyPercent": 100,
    });
    let alternate = target_group("web-native-green");
    native["loadBalancers"][0]["advancedConfiguration"] = json!({
        "alternateTargetGroupArn": alternate,
        "productionListenerRule": arn("elasticloadbalancing", "listener-rule/app/web-native/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"),
        "roleArn": role("ecsInfrastructureRole"),
    });
    let mut code_deploy = service("demo", "web-codedeploy", "CODE_DEPLOY");
    code_deploy["deploymentConfiguration"] =
        json!({ "maximumPercent": 200, "minimumHealthyPercent": 100 });
    let names = ["web", "web-native", "web-codedeploy"];
    json!({
        "clusters": ["demo"],
        "logGroups": names.map(log_group),
        "repositories": [{
            "repositoryName": "web",
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "exclusionFilters": ["latest"],
            "images": [
                { "imageTags": [DEPLOYED, "latest"], "scan": { "findingSeverityCounts": { "LOW": 3 } } },
                { "imageTags": [NEXT], "scan": { "findingSeverityCounts": { "LOW": 2 } } },
            ],
        }],
        "taskDefinitions": names.map(task_definition),
        "services": [service("demo", "web", "ECS"), native, code_deploy],
        "applications": [{ "applicationName": "AppECS-demo-web-codedeploy", "computePlatform": "ECS" }],
        "deploymentGroups": [deployment_group("demo", "web-codedeploy")],
        "scalableTargets": names.map(|name| scalable_target("demo", name)),
        "autoScalingGroups": [{ "AutoScalingGroupName": "demo-asg", "MinSize": 1, "MaxSize": 4, "DesiredCapacity": 2 }],
    })
}

/// A cluster with one rolling service, made as the default world's `web` is.
pub(crate) fn one_service(cluster: &str, name: &str) -> Value {
    json!({
        "clusters": [cluster],
        "logGroups": [log_group(name)],
        "taskDefinitions": [task_definition(name)],
        "services": [service(cluster, name, "ECS")],
        "scalableTargets": [scalable_target(cluster, name)],
    })
}

fn task_definition(family: &str) -> Value {
    json!({
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": role("ecsTaskExecutionRole"),
        "containerDefinitions": [{
            "name": "web",
            "image": format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:{DEPLOYED}"),
            "essential": true,
            "portMappings": [{ "containerPort": 80, "protocol": "tcp" }],
            "environment": [{ "name": "PORT", "value": "80" }],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": log_group(family),
                    "awslogs-region": REGION,
                    "awslogs-stream-prefix": "ecs",
                },
            },
        }],
    })
}

fn service(cluster: &str, name: &str, controller: &str) -> Value {
    json!({
        "cluster": cluster,
        "serviceName": name,
        "taskDefinition": name,
        "desiredCount": 2,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "deploymentController": { "type": controller },
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "loadBalancers": [{ "targetGroupArn": target_group(name), "containerName": "web", "containerPort": 80 }],
        "healthCheckGracePeriodSeconds": 0,
        "networkConfiguration": { "awsvpcConfiguration": {
            "subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"],
            "securityGroups": ["sg-0c3d4e5f607182930"],
            "assignPublicIp": "DISABLED",
        } },
    })
}

fn scalable_target(cluster: &str, name: &str) -> Value {
    json!({
        "ServiceNamespace": "ecs",
        "ResourceId": format!("service/{cluster}/{name}"),
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 10,
    })
}

/// The deployment group of a service by the names `aws ecs deploy` looks for: a canary, five minutes until blue is
/// terminated, the way back on failures and alarms.
fn deployment_group(cluster: &str, service: &str) -> Value {
    let listener = |id: &str| {
        arn(
            "elasticloadbalancing",
            &format!("listener/app/{service}/50dc6c495c0c9188/{id}"),
        )
    };
    json!({
        "applicationName": format!("AppECS-{cluster}-{service}"),
        "deploymentGroupName": format!("DgpECS-{cluster}-{service}"),
        "deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes",
        "serviceRoleArn": role("ecsCodeDeployRole"),
        "ecsServices": [{ "clusterName": cluster, "serviceName": service }],
        "deploymentStyle": { "deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL" },
        "autoRollbackConfiguration": {
            "enabled": true, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
        },
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": { "action": "TERMINATE", "terminationWaitTimeInMinutes": 5 },
            "deploymentReadyOption": { "actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0 },
        },
        "loadBalancerInfo": { "targetGroupPairInfoList": [{
            "targetGroups": [{ "name": service }, { "name": format!("{service}-green") }],
            "prodTrafficRoute": { "listenerArns": [listener("f2f7dc8efc522ab2")] },
            "testTrafficRoute": { "listenerArns": [listener("a1b2c3d4e5f60718")] },
        }] },
    })
}

fn log_group(service: &str) -> String {
    format!("/ecs/{service}")
}

fn target_group(name: &str) -> String {
    arn(
        "elasticloadbalancing",
        &format!("targetgroup/{name}/6d0ecf831eec9f09"),
    )
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}
