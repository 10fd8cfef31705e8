//! Answers that get lost, and scaling that can not be given back.

use super::{deploy, made};
use crate::support::run::Folder;
use crate::support::simulator::Simulator;

#[test]
fn a_lost_answer_is_recognised_and_no_deployment_is_made_twice() {
    for (kind, sent) in [("drop-after", 1), ("drop-before", 2), ("throttle", 2)] {
        let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
        simulator.fault("CreateDeployment", 1, kind);
        let run = deploy(&folder).in_workflow();
        let outcome = simulator.serve(run).run().expect(0);
        assert_eq!(
            simulator.count("CreateDeployment"),
            sent,
            "{kind}: {}",
            outcome.stderr
        );
        let made = made(&simulator);
        assert_eq!(made.len(), 1, "{kind}: {made:?}");
        assert_eq!(made[0]["id"], folder.output("codedeploy-deployment-id"));
    }
}

#[test]
fn faults_on_the_way_are_survived() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    for (operation, nth, kind) in [
        ("GetDeploymentGroup", 1, "throttle"),
        ("GetDeployment", 2, "error"),
        ("GetDeployment", 4, "drop-after"),
        ("BatchGetDeploymentTargets", 2, "throttle"),
        ("DescribeServices", 3, "error"),
    ] {
        simulator.fault(operation, nth, kind);
    }
    let outcome = simulator.serve(deploy(&folder)).run().expect(0);
    outcome.says("verdict=deployed");
}

#[test]
fn scaling_that_can_not_be_given_back_is_exit_8_with_the_command_that_repairs_it() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    // The first suspends; all attempts of the second, which gives back, get no answer.
    for nth in 2..=9 {
        simulator.fault("RegisterScalableTarget", nth, "error");
    }
    let run = deploy(&folder).args("--max-attempts 1").in_workflow();
    let outcome = simulator.serve(run).run().expect(8);
    assert_eq!(folder.output("verdict"), "deployed");
    assert!(
        outcome.stderr.contains("wharfie-resume-scaling"),
        "{}",
        outcome.stderr
    );
}
