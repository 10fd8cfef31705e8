//! Deployments that are left: after a signal, or when the time is over.

use super::{SERVICE, deploy, flags, made, told};
use crate::support::deploying;
use crate::support::run::{Folder, cancelled, stage};
use crate::support::simulator::Simulator;

#[test]
fn a_signal_leaves_the_deployment_or_has_it_stopped_and_gives_scaling_back() {
    for (on_cancel, name, code, said) in [
        ("leave", "INT", 130, "goes on: `d-"),
        ("rollback", "TERM", 143, "is being rolled back: `d-"),
        (
            "stop",
            "TERM",
            143,
            "is being stopped, and nothing is put back: `d-",
        ),
    ] {
        let (simulator, folder) = (Simulator::start("--speed 1"), Folder::new());
        let run = deploy(&folder).arg("--on-cancel").arg(on_cancel);
        let child = simulator.serve(run).spawn();
        simulator.wait_for("GetDeployment");
        let outcome = cancelled(child, name, code);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("--attach d-"), "{}", outcome.stderr);
        assert_eq!(flags(&simulator), [false; 3], "{}", outcome.stderr);
        let stops = simulator.count("StopDeployment");
        assert_eq!(stops, usize::from(on_cancel != "leave"));
        let free = outcome.stderr.contains("scaling is free again");
        assert_eq!(free, on_cancel == "leave", "{}", outcome.stderr);
        simulator.control("POST", "/_sim/advance", r#"{"seconds":60}"#);
        let made = made(&simulator);
        let back = usize::from(on_cancel == "rollback");
        assert_eq!(made.len(), 1 + back, "{on_cancel}: {made:?}");
    }
}

#[test]
fn a_pipeline_says_too_that_scaling_is_free_again_while_it_goes_on() {
    for (suspend_scaling, is_said) in [("auto", true), ("never", false)] {
        let folder = Folder::new();
        folder.write("new.json", &deploying::new_version(SERVICE));
        let run = stage("run-pipeline", &folder)
            .args("--local --speed 60 --cluster demo --service web-codedeploy --timeout 1m")
            .args("--task-definition new.json --suspend-scaling")
            .arg(suspend_scaling);
        let outcome = run.run().expect(7);
        let free = outcome.stderr.contains("scaling is free again");
        assert_eq!(free, is_said, "{}", outcome.stderr);
    }
}

#[test]
fn a_time_limit_can_end_it_where_it_is_and_the_next_deployment_goes_on_from_there() {
    let (simulator, folder, outcome) = told("steady", "60", "--timeout 4s --on-timeout stop", 6);
    assert_eq!(folder.output("verdict"), "stopped", "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("nothing is put back"),
        "{}",
        outcome.stderr
    );
    assert_eq!(flags(&simulator), [false; 3]);
    let made = made(&simulator);
    assert_eq!(made.len(), 1, "no rollback: {made:?}");
    assert_eq!(made[0]["status"], "Stopped");
    let again = stage("deploy-service", &folder)
        .args("--cluster demo --service web-codedeploy --task-definition-arn web-codedeploy:1")
        .args(
            "--force-new-deployment --codedeploy-deployment-config CodeDeployDefault.ECSAllAtOnce",
        )
        .args("--wait-until traffic");
    simulator
        .serve(again)
        .run()
        .expect(0)
        .says("verdict=deployed");
}
