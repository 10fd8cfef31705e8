//! All traffic at once, without a test listener: the load balancer checks the new tasks only when they have the traffic, so that
//! CodeDeploy calls a success what nobody has looked at.
use serde_json::{Value, json};

use super::{SERVICE, deploy};
use crate::support::run::{Folder, Outcome};
use crate::support::simulator::Simulator;

const APPLICATION: &str = "AppECS-demo-web-codedeploy";
const GROUP: &str = "DgpECS-demo-web-codedeploy";

/// Deploys through a story with a group that has no test listener and moves all traffic at once.
fn told(story: &str, more: &str, code: i32) -> (Simulator, Folder, Outcome) {
    let (simulator, folder) = (Simulator::start("--speed 120"), Folder::new());
    let input = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP});
    let group = simulator.codedeploy("GetDeploymentGroup", &input);
    let mut balancers = group["deploymentGroupInfo"]["loadBalancerInfo"].clone();
    let pair = &mut balancers["targetGroupPairInfoList"][0];
    pair.as_object_mut().unwrap().remove("testTrafficRoute");
    let input = json!({
        "applicationName": APPLICATION,
        "currentDeploymentGroupName": GROUP,
        "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
        "loadBalancerInfo": balancers,
    });
    simulator.codedeploy("UpdateDeploymentGroup", &input);
    simulator.story(SERVICE, story);
    let run = deploy(&folder).args(more).in_workflow();
    let outcome = simulator.serve(run).run().expect(code);
    (simulator, folder, outcome)
}

/// How the targets of the group are that serves after the first deployment.
fn states(simulator: &Simulator) -> Vec<Value> {
    let state = simulator.state();
    let groups = state["elbv2"].as_object().unwrap();
    let (_, targets) = groups
        .iter()
        .find(|(arn, _)| arn.contains("/web-codedeploy-green/"))
        .unwrap();
    let targets = targets.as_array().unwrap();
    targets.iter().map(|one| one["state"].clone()).collect()
}

#[test]
fn a_success_whose_tasks_are_down_is_a_failure_that_says_why() {
    std::thread::scope(|together| {
        for (story, reason) in [
            ("hang", "none of the new tasks healthy"),
            ("wrong-port", "health check was refused or not understood"),
            ("health-check", "got another status code than it expects"),
        ] {
            together.spawn(move || {
                let (simulator, folder, outcome) = told(story, "", 6);
                let deployment = &simulator.state()["codedeploy"]["deployments"][0];
                assert_eq!(deployment["status"], "Succeeded", "{story}");
                assert_eq!(folder.output("verdict"), "failed", "{story}");
                outcome
                    .says("the load balancer finds none of the new tasks healthy")
                    .says("the load balancer's checks of the new tasks began only then")
                    .says("canary or linear configuration")
                    .says(reason);
            });
        }
    });
}

#[test]
fn tasks_that_get_healthy_late_are_waited_for() {
    std::thread::scope(|together| {
        for more in ["--wait-until traffic", "--wait-until completed"] {
            together.spawn(move || {
                let (simulator, folder, outcome) = told("late", more, 0);
                assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
                assert_eq!(states(&simulator), ["healthy", "healthy"], "{more}");
            });
        }
    });
}
