//! How long it is waited: for the traffic, or for the end of the old tasks as well.

use super::{SERVICE, made, told};
use crate::support::run::{Folder, stage};
use crate::support::simulator::Simulator;

/// How many tasks run for the service, old ones and new ones.
fn running(simulator: &Simulator) -> usize {
    let input = serde_json::json!({"cluster": "demo", "serviceName": SERVICE});
    let answer = simulator.ecs("ListTasks", &input);
    answer["taskArns"].as_array().unwrap().len()
}

#[test]
fn traffic_is_enough_if_that_is_asked_for_and_the_old_tasks_are_still_there() {
    let (simulator, folder, outcome) = told("steady", "30", "--wait-until traffic", 0);
    assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the old tasks stay for 5m"));
    assert_eq!(made(&simulator)[0]["status"], "InProgress");
    assert_eq!(running(&simulator), 4, "{}", outcome.stderr);
}

#[test]
fn the_end_of_the_old_tasks_is_waited_for_unless_something_else_is_asked_for() {
    for more in ["", "--wait-until completed"] {
        let (simulator, folder, outcome) = told("steady", "300", more, 0);
        assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
        assert_eq!(made(&simulator)[0]["status"], "Succeeded");
        assert_eq!(running(&simulator), 2, "{more}: {}", outcome.stderr);
    }
}

#[test]
fn what_only_waited_for_the_traffic_can_be_followed_through_the_wait_for_the_old_tasks() {
    // The five minutes for which the old tasks stay are half a minute.
    let at_once =
        "--wait-until traffic --codedeploy-deployment-config CodeDeployDefault.ECSAllAtOnce";
    let (simulator, folder, _) = told("steady", "10", at_once, 0);
    let id = folder.output("codedeploy-deployment-id");
    let attach = |more: &str, code: i32| follow(&simulator, &folder, &id, more, code);
    // The traffic is there already.
    attach("--wait-until traffic", 0);
    assert_eq!(made(&simulator)[0]["status"], "InProgress");
    // The old tasks stay longer than it is waited.
    attach("--wait-until completed --timeout 1s", 7);
    assert_eq!(folder.output("verdict"), "timed-out");
    simulator.control("POST", "/_sim/advance", r#"{"seconds":300}"#);
    attach("--wait-until completed", 0);
    assert_eq!(folder.output("verdict"), "deployed");
    assert_eq!(made(&simulator)[0]["status"], "Succeeded");
}

fn follow(simulator: &Simulator, folder: &Folder, id: &str, more: &str, code: i32) {
    let run = stage("deploy-service", folder)
        .arg("--attach")
        .arg(id)
        .args(more)
        .in_workflow();
    simulator.serve(run).run().expect(code);
}
