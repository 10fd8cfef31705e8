//! Answers that get lost after a call took effect: nothing is done twice, and nothing is taken for undone.
use super::deploy;
use crate::support::deploying::new_version;
use crate::support::run::{Folder, stage};
use crate::support::simulator::Simulator;

#[test]
fn a_lost_answer_of_the_update_is_recognised_and_no_deployment_is_made_twice() {
    let force = "--cluster demo --service web --force-new-deployment";
    for (kind, sent) in [("drop-after", 1), ("drop-before", 2)] {
        for forced in [false, true] {
            if kind == "drop-before" && forced {
                // Looked for a quarter of a minute before it is sent again: a unit test has the patience.
                continue;
            }
            let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
            simulator.fault("UpdateService", 1, kind);
            let run = if forced {
                stage("deploy-service", &folder).args(force)
            } else {
                deploy(&folder)
            };
            let outcome = simulator.serve(run).run().expect(0);
            let outcome = outcome.says("verdict=deployed").says("took effect");
            assert_eq!(simulator.count("UpdateService"), sent, "{}", outcome.stderr);
            let journal = simulator.journal();
            let made = Simulator::took_effect(&journal, "UpdateService", "service", "web");
            assert_eq!(made, 1, "{}", outcome.stderr);
        }
    }
}

#[test]
fn a_stop_whose_answer_was_lost_is_a_stop() {
    let (simulator, folder) = (Simulator::start("--speed 60 --story hang"), Folder::new());
    let force = "--cluster demo --service web --force-new-deployment --wait false";
    let first = stage("deploy-service", &folder).args(force);
    simulator.serve(first).run().expect(0);
    simulator.fault("StopServiceDeployment", 1, "drop-after");
    let second = stage("deploy-service", &folder)
        .args(force)
        .args("--if-running stop");
    simulator
        .serve(second)
        .run()
        .expect(0)
        .says("stop and roll back");
    assert_eq!(
        simulator.count("StopServiceDeployment"),
        2,
        "the SDK asks again, and is refused"
    );
    assert_eq!(simulator.count("UpdateService"), 2);
}

#[test]
fn a_deployment_that_is_over_before_it_is_looked_for_is_recognised_too() {
    let hooks = r#"{"functionAt": ["PRE_SCALE_UP"], "says": "FAILED", "after": 5}"#;
    let story = format!(r#"{{"name": "refused", "tasks": {{"fate": "run"}}, "hooks": {hooks}}}"#);
    for more in ["--task-definition new.json", "--force-new-deployment"] {
        let (simulator, folder) = (Simulator::start("--speed 90"), Folder::new());
        let form = format!(r#"{{"service": "web-native", "story": {story}}}"#);
        simulator.control("POST", "/_sim/story", &form);
        simulator.fault("UpdateService", 1, "drop-after");
        folder.write("new.json", &new_version("web-native"));
        let run = stage("deploy-service", &folder)
            .args("--cluster demo --service web-native")
            .args(more);
        let outcome = simulator.serve(run).run().expect(6);
        let outcome = outcome
            .says("verdict=rolled-back")
            .says("it is not sent again");
        assert_eq!(simulator.count("UpdateService"), 1, "{}", outcome.stderr);
    }
}
