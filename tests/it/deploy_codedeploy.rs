//! `wharfie-deploy-service` for services whose tasks CodeDeploy moves, against the simulator.
mod attaching;
mod beside;
mod checked_late;
mod endings;
mod faults;
mod leaving;
mod refused;
mod waiting;

use serde_json::Value;

use crate::support::deploying;
use crate::support::run::{Folder, Outcome, Run};
use crate::support::simulator::Simulator;

/// An appspec that names a function, and deploys whatever is put in.
const HOOKED: &str = "version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
Hooks:
  - AfterAllowTestTraffic: check-web
";

/// The built-in service that CodeDeploy deploys.
const SERVICE: &str = "web-codedeploy";

fn deploy(folder: &Folder) -> Run {
    deploying::deploy(folder, SERVICE)
}

fn flags(simulator: &Simulator) -> [bool; 3] {
    simulator.scaling_flags(SERVICE)
}

/// A deployment that ends as a story tells it, with this exit code.
fn told(story: &str, speed: &str, more: &str, code: i32) -> (Simulator, Folder, Outcome) {
    let simulator = Simulator::start(&format!("--speed {speed}"));
    let folder = Folder::new();
    folder.write("hooked.yaml", HOOKED);
    simulator.story("web-codedeploy", story);
    let run = deploy(&folder).args(more).in_workflow();
    let outcome = simulator.serve(run).run().expect(code);
    (simulator, folder, outcome)
}

/// The deployments that CodeDeploy has, oldest first.
fn made(simulator: &Simulator) -> Vec<Value> {
    let state = simulator.state();
    state["codedeploy"]["deployments"]
        .as_array()
        .unwrap()
        .clone()
}
