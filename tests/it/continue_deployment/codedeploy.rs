//! The answer to a deployment of CodeDeploy, which waits for its traffic to be let through, or before it ends the old tasks.

use serde_json::Value;

use super::{command, printed};
use crate::support::policy;
use crate::support::run::{Folder, Outcome, Run, stage};
use crate::support::simulator::Simulator;

const SERVICE: &str = "--cluster demo --service web-codedeploy";

/// A deployment that was let alone where a story left it, with more options and this exit code.
fn left(speed: u32, story: &str, more: &str, code: i32) -> (Simulator, Folder, Outcome) {
    let simulator = Simulator::start(&format!("--speed {speed}"));
    let folder = Folder::new();
    simulator.story("web-codedeploy", story);
    let run = stage("deploy-service", &folder)
        .args(SERVICE)
        .args("--force-new-deployment --suspend-scaling never")
        .args(more);
    let outcome = simulator.serve(run).run().expect(code);
    (simulator, folder, outcome)
}

fn answer(folder: &Folder, action: &str) -> Run {
    stage("continue-deployment", folder)
        .args(SERVICE)
        .arg("--action")
        .arg(action)
}

fn deployments(simulator: &Simulator) -> Vec<Value> {
    let state = simulator.state();
    let all = &state["codedeploy"]["deployments"];
    all.as_array().unwrap().clone()
}

/// How often it was answered: let go on, or stopped.
fn answered(simulator: &Simulator) -> [usize; 2] {
    ["ContinueDeployment", "StopDeployment"].map(|operation| simulator.count(operation))
}

#[test]
fn one_that_waits_for_its_traffic_is_let_through_and_followed_by_the_printed_commands() {
    let (simulator, folder) = (Simulator::start("--speed 200"), Folder::new());
    simulator.story("web-codedeploy", "approval");
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-codedeploy --force-new-deployment");
    let left = simulator.serve(run).run().expect(10);
    let answer = command(&left.stderr, "wharfie-continue-deployment");
    let answered = simulator
        .serve(printed(&answer, &folder))
        .run()
        .expect(0)
        .says("answered continue: READY_WAIT");
    let follow = command(&answered.stderr, "wharfie-deploy-service --attach");
    simulator
        .serve(printed(&follow, &folder).args("--wait-until traffic --suspend-scaling never"))
        .run()
        .expect(0)
        .says("verdict=deployed");
    let run = stage("diagnose-service", &folder).args("--cluster demo --service web-codedeploy");
    let outcome = simulator.serve(run).run();
    assert!(
        [0, 7].contains(&outcome.code),
        "it is done, or the old tasks stay a while: {}",
        outcome.stderr
    );
}

#[test]
fn a_no_stops_it_and_the_traffic_goes_back() {
    let (simulator, folder, _) = left(200, "approval", "", 10);
    simulator
        .serve(answer(&folder, "rollback"))
        .run()
        .expect(0)
        .says("answered rollback: READY_WAIT");
    assert_eq!(answered(&simulator), [0, 1]);
    simulator.control("POST", "/_sim/advance", r#"{"seconds":600}"#);
    let made = deployments(&simulator);
    assert_eq!(made.len(), 2, "one that goes back: {made:?}");
    assert_eq!(made[0]["status"], "Stopped");
    assert_eq!(made[1]["status"], "Succeeded");
}

#[test]
fn the_wait_before_the_old_tasks_end_is_cut_short() {
    let (simulator, folder, _) = left(
        10,
        "steady",
        "--wait-until traffic --codedeploy-deployment-config CodeDeployDefault.ECSAllAtOnce",
        0,
    );
    assert_eq!(deployments(&simulator)[0]["status"], "InProgress");
    let answered_now = simulator
        .serve(answer(&folder, "continue"))
        .run()
        .expect(0)
        .says("answered continue: TERMINATION_WAIT");
    assert_eq!(answered(&simulator), [1, 0]);
    // Five minutes are half a minute here: it is over long before.
    let follow = command(&answered_now.stderr, "wharfie-deploy-service --attach");
    simulator
        .serve(printed(&follow, &folder).args("--suspend-scaling never --timeout 20s"))
        .run()
        .expect(0)
        .says("verdict=deployed");
    assert_eq!(deployments(&simulator)[0]["status"], "Succeeded");
}

#[test]
fn where_it_waits_for_nothing_nothing_is_answered() {
    // Before anything was deployed, while tasks start, and when all is over.
    let (simulator, folder) = (Simulator::start("--speed 1"), Folder::new());
    let refused = |said: &str| {
        for action in ["continue", "rollback"] {
            let run = simulator.serve(answer(&folder, action));
            run.run().expect(4).says(said);
        }
    };
    refused("nothing waits for an answer: no deployment of CodeDeploy is known");
    let run = stage("deploy-service", &folder)
        .args(SERVICE)
        .args("--force-new-deployment --wait false");
    simulator.serve(run).run().expect(0);
    simulator.control("POST", "/_sim/advance", r#"{"seconds":10}"#);
    refused("nothing waits for an answer: the deployment is InProgress: `d-");
    simulator.control("POST", "/_sim/advance", r#"{"seconds":3600}"#);
    refused("nothing waits for an answer: the deployment is Succeeded: `d-");
    let unknown =
        stage("continue-deployment", &folder).args("--deployment d-NOTTHERE9 --action continue");
    simulator
        .serve(unknown)
        .run()
        .expect(4)
        .says("no such deployment of CodeDeploy");
    assert_eq!(answered(&simulator), [0, 0]);
}

#[test]
fn an_answer_to_another_wait_than_the_one_that_is_named_is_refused() {
    let (simulator, folder, _) = left(200, "approval", "", 10);
    let other = answer(&folder, "continue").args("--hook TERMINATION_WAIT");
    simulator
        .serve(other)
        .run()
        .expect(4)
        .says("does not wait for that, but for READY_WAIT: `TERMINATION_WAIT`");
    let dry = answer(&folder, "continue").args("--hook READY_WAIT --dry-run --exit-code");
    simulator
        .serve(dry)
        .run()
        .expect(11)
        .says("READY_WAIT <- continue");
    assert_eq!(answered(&simulator), [0, 0]);
}

#[test]
fn an_answer_that_gets_lost_is_recognised_and_the_role_it_is_given_with_is_enough() {
    for (action, operation) in [
        ("continue", "ContinueDeployment"),
        ("rollback", "StopDeployment"),
    ] {
        let (simulator, folder, _) = left(200, "approval", "", 10);
        simulator.fault(operation, 1, "drop-after");
        let before = simulator.operations().len();
        let run = simulator.serve(answer(&folder, action));
        run.run().expect(0).says("answered");
        let asked = simulator.actions_after(before);
        let allowed = policy::allowed("continue-deployment");
        assert!(asked.is_subset(&allowed), "{asked:?}");
    }
}
