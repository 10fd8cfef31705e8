//! The state machine over virtual time, called as the endpoint calls it: through the front door, which also checks that
//! every answer fits the API model.

mod calls;
mod disorder;
mod failures;
mod hooks;
mod losses;
mod one_off;
mod rolling;
mod stories;
mod traffic;

use serde_json::{Value, json};

use crate::sim::cloud::{Cloud, Rules};
use crate::sim::refusal::Refusal;
use crate::sim::rehearsal;
use crate::sim::service::Service;
use crate::sim::{ecs, seed};

const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
const DEPLOYED: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";
const NEXT: &str = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7";

/// The default world, and a caller.
struct World {
    cloud: Cloud,
}

impl World {
    fn new() -> Self {
        Self::grown(&seed::default_world())
    }

    /// The default world with the service `web` changed.
    fn with_web(change: impl Fn(&mut Value)) -> Self {
        let mut world = seed::default_world();
        change(&mut world["services"][0]);
        Self::grown(&world)
    }

    fn grown(world: &Value) -> Self {
        let cloud = rehearsal::grown(Rules::default(), world);
        Self { cloud }
    }

    fn try_call(
        &mut self,
        service: Service,
        operation: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        rehearsal::call(&mut self.cloud, service, operation, input)
    }

    fn call(&mut self, operation: &str, input: &Value) -> Value {
        match self.try_call(Service::Ecs, operation, input) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{operation}: {}: {}", refusal.code, refusal.message),
        }
    }

    fn refused(&mut self, operation: &str, input: &Value) -> (String, String) {
        let refusal = self.try_call(Service::Ecs, operation, input).unwrap_err();
        (refusal.code, refusal.message)
    }

    /// Lets seconds pass.
    fn wait(&mut self, seconds: f64) {
        rehearsal::pass(&mut self.cloud, seconds);
    }

    /// Lets time pass until something holds, looking every second; fails after so many seconds.
    fn wait_until(&mut self, limit: u32, holds: impl Fn(&mut Self) -> bool) -> u32 {
        for second in 0..limit {
            if holds(self) {
                return second;
            }
            self.wait(1.0);
        }
        panic!(
            "it did not come about within {limit} s: {}",
            ecs::state(&self.cloud)
        );
    }

    fn story(&mut self, story: &str) {
        ecs::set_story(&mut self.cloud, Some("web"), &json!(story)).unwrap();
    }

    fn service(&mut self, name: &str) -> Value {
        self.call(
            "DescribeServices",
            &json!({"cluster": "demo", "services": [name]}),
        )["services"][0]
            .clone()
    }

    /// Registers a revision of `web` that runs the next commit, and answers its ARN.
    fn register(&mut self, family: &str) -> String {
        let mut document = self.call("DescribeTaskDefinition", &json!({"taskDefinition": family}))
            ["taskDefinition"]
            .clone();
        for name in [
            "taskDefinitionArn",
            "revision",
            "status",
            "requiresAttributes",
            "compatibilities",
            "registeredAt",
            "registeredBy",
        ] {
            document.as_object_mut().unwrap().shift_remove(name);
        }
        document["containerDefinitions"][0]["image"] = json!(format!("{REPOSITORY}:{NEXT}"));
        let answer = self.call("RegisterTaskDefinition", &document);
        answer["taskDefinition"]["taskDefinitionArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Registers and deploys; answers the number of the new deployment.
    fn deploy(&mut self, service: &str) -> String {
        let arn = self.register(service);
        let answer = self.call(
            "UpdateService",
            &json!({"cluster": "demo", "service": service, "taskDefinition": arn}),
        );
        let id = answer["service"]["deployments"][0]["id"].as_str().unwrap();
        id.strip_prefix("ecs-svc/").unwrap().to_owned()
    }

    /// The newest service deployment, described.
    fn rollout(&mut self, service: &str) -> Value {
        self.rollouts(service).into_iter().next().unwrap()
    }

    /// Every service deployment, newest first.
    fn rollouts(&mut self, service: &str) -> Vec<Value> {
        let listed = self.call(
            "ListServiceDeployments",
            &json!({"cluster": "demo", "service": service}),
        );
        let arns: Vec<Value> = listed["serviceDeployments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|brief| brief["serviceDeploymentArn"].clone())
            .collect();
        let answer = self.call(
            "DescribeServiceDeployments",
            &json!({"serviceDeploymentArns": arns}),
        );
        answer["serviceDeployments"].as_array().unwrap().clone()
    }

    fn status(&mut self, service: &str) -> String {
        self.rollout(service)["status"].as_str().unwrap().to_owned()
    }

    fn is_over(&mut self, service: &str) -> bool {
        let status = self.status(service);
        !matches!(
            status.as_str(),
            "PENDING" | "IN_PROGRESS" | "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS"
        )
    }

    /// The tasks of a service with a desired status.
    fn tasks(&mut self, service: &str, desired: &str) -> Vec<Value> {
        let input = json!({"cluster": "demo", "serviceName": service, "desiredStatus": desired});
        let arns = self.call("ListTasks", &input)["taskArns"].clone();
        if arns.as_array().unwrap().is_empty() {
            return Vec::new();
        }
        let answer = self.call("DescribeTasks", &json!({"cluster": "demo", "tasks": arns}));
        answer["tasks"].as_array().unwrap().clone()
    }

    fn events(&mut self, service: &str) -> Vec<String> {
        self.service(service)["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What botocore's waiter `ServicesStable` looks at.
    fn is_stable(&mut self, service: &str) -> bool {
        let service = self.service(service);
        service["deployments"].as_array().unwrap().len() == 1
            && service["runningCount"] == service["desiredCount"]
    }
}
