//! Deployments over virtual time, called as the endpoint calls CodeDeploy: through the front door, which also checks that
//! every answer fits the API model.

mod calls;
mod checked_late;
mod endings;
mod hooks;
mod shifting;

use serde_json::{Value, json};

use crate::sim::cloud::{Cloud, Rules};
use crate::sim::refusal::Refusal;
use crate::sim::rehearsal;
use crate::sim::service::Service;
use crate::sim::{codedeploy, ecs, seed};

const APPLICATION: &str = "AppECS-demo-web-codedeploy";
const GROUP: &str = "DgpECS-demo-web-codedeploy";
const SERVICE: &str = "web-codedeploy";
const TARGET: &str = "demo:web-codedeploy";

/// The default world, and a caller.
struct World {
    cloud: Cloud,
}

impl World {
    fn new() -> Self {
        Self::with_group(|_| {})
    }

    /// The default world with the deployment group changed.
    fn with_group(change: impl Fn(&mut Value)) -> Self {
        let mut world = seed::default_world();
        change(&mut world["deploymentGroups"][0]);
        let cloud = rehearsal::grown(Rules::default(), &world);
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
        match self.try_call(Service::CodeDeploy, operation, input) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{operation}: {}: {}", refusal.code, refusal.message),
        }
    }

    fn refused(&mut self, operation: &str, input: &Value) -> (String, String) {
        let refusal = self
            .try_call(Service::CodeDeploy, operation, input)
            .unwrap_err();
        (refusal.code, refusal.message)
    }

    fn story(&mut self, story: &Value) {
        ecs::set_story(&mut self.cloud, Some(SERVICE), story).unwrap();
        codedeploy::prepare(&mut self.cloud, Some(SERVICE));
    }

    /// Lets seconds pass.
    fn wait(&mut self, seconds: f64) {
        rehearsal::pass(&mut self.cloud, seconds);
    }

    /// A request for a deployment of a task definition.
    fn order(definition: &str) -> Value {
        let spec = json!({"version": 0.0, "Resources": [{"TargetService": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "TaskDefinition": definition,
                "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80},
            },
        }}]});
        json!({
            "applicationName": APPLICATION,
            "deploymentGroupName": GROUP,
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": spec.to_string()}},
        })
    }

    /// Registers another revision and begins to deploy it.
    fn deploy(&mut self, change: impl Fn(&mut Value)) -> String {
        let definition = self.register();
        let mut order = Self::order(&definition);
        change(&mut order);
        self.call("CreateDeployment", &order)["deploymentId"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn register(&mut self) -> String {
        let seed = seed::default_world();
        let document = seed["taskDefinitions"][2].clone();
        let answer = self.try_call(Service::Ecs, "RegisterTaskDefinition", &document);
        let arn = &answer.unwrap()["taskDefinition"]["taskDefinitionArn"];
        arn.as_str().unwrap().to_owned()
    }

    fn info(&mut self, id: &str) -> Value {
        self.call("GetDeployment", &json!({"deploymentId": id}))["deploymentInfo"].clone()
    }

    fn status(&mut self, id: &str) -> String {
        self.info(id)["status"].as_str().unwrap().to_owned()
    }

    fn target(&mut self, id: &str) -> Value {
        let input = json!({"deploymentId": id, "targetIds": [TARGET]});
        self.call("BatchGetDeploymentTargets", &input)["deploymentTargets"][0]["ecsTarget"].clone()
    }

    fn service(&mut self) -> Value {
        let input = json!({"cluster": "demo", "services": [SERVICE]});
        self.try_call(Service::Ecs, "DescribeServices", &input)
            .unwrap()["services"][0]
            .clone()
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
            "it did not come about within {limit} s: {}\n{}",
            codedeploy::state(&self.cloud),
            ecs::state(&self.cloud)
        );
    }

    fn wait_for(&mut self, id: &str, status: &str, limit: u32) -> u32 {
        self.wait_until(limit, |world| world.status(id) == status)
    }
}

/// The names of lifecycle events with their status.
fn events(target: &Value) -> Vec<(String, String)> {
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    target["lifecycleEvents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (text(event, "lifecycleEventName"), text(event, "status")))
        .collect()
}

/// Label, status and weight of the task sets.
fn weights(target: &Value) -> Vec<(String, String, f64)> {
    let text = |set: &Value, name: &str| set[name].as_str().unwrap().to_owned();
    target["taskSetsInfo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| {
            (
                text(set, "taskSetLabel"),
                text(set, "status"),
                set["trafficWeight"].as_f64().unwrap(),
            )
        })
        .collect()
}

#[test]
fn a_deployment_brings_green_moves_the_traffic_and_terminates_blue() {
    let mut world = World::new();
    let before = world.service();
    let id = world.deploy(|_| {});
    assert!(id.starts_with("d-") && id.len() == 11, "{id}");
    assert_eq!(world.status(&id), "Created");
    world.wait_for(&id, "InProgress", 10);
    world.wait_until(200, |world| {
        let target = world.target(&id);
        target["taskSetsInfo"][1]["trafficWeight"].as_f64() == Some(10.0)
    });
    let service = world.service();
    assert_eq!(service["taskSets"].as_array().unwrap().len(), 2);
    assert_eq!(service["runningCount"], 4);
    assert_eq!(service["taskSets"][1]["externalId"], json!(id));
    assert_eq!(service["taskDefinition"], before["taskDefinition"]);
    world.wait_until(320, |world| {
        let target = world.target(&id);
        target["taskSetsInfo"][1]["status"].as_str() == Some("PRIMARY")
    });
    let service = world.service();
    assert_ne!(service["taskDefinition"], before["taskDefinition"]);
    let info = world.info(&id);
    assert_eq!(info["status"], "InProgress");
    world.wait_for(&id, "Succeeded", 400);
    let target = world.target(&id);
    assert!(
        events(&target)
            .iter()
            .all(|(_, status)| status == "Succeeded")
    );
    assert_eq!(
        weights(&target),
        [
            ("Blue".to_owned(), "DRAINING".to_owned(), 0.0),
            ("Green".to_owned(), "PRIMARY".to_owned(), 100.0)
        ]
    );
    let service = world.service();
    assert_eq!(service["taskSets"].as_array().unwrap().len(), 1);
    assert_eq!(service["runningCount"], 2);
}
