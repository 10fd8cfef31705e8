//! What the tests of deployments share: a new version of a built-in service, and the run that deploys it.

use super::run::{Folder, Run, stage};

/// A new version of a built-in service of this name; its image is the second commit of the built-in repository.
pub(crate) fn new_version(service: &str) -> String {
    r#"{
  "family": "SERVICE", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
  "containerDefinitions": [{
    "name": "web", "essential": true, "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7",
    "logConfiguration": {"logDriver": "awslogs", "options": {
      "awslogs-group": "/ecs/SERVICE", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}}
  }]
}"#
    .replace("SERVICE", service)
}

/// Deploys a new version of a built-in service.
pub(crate) fn deploy(folder: &Folder, service: &str) -> Run {
    folder.write("new.json", &new_version(service));
    stage("deploy-service", folder)
        .args("--cluster demo --task-definition new.json --service")
        .arg(service)
}
