//! Deployments that something else started, or that an earlier run left: followed by the command that was printed.

use std::time::{Duration, Instant};

use super::deploy;
use crate::support::run::{Folder, Run, ended, github_outputs, stage};
use crate::support::simulator::Simulator;

/// The command line in a text that follows a deployment.
fn follow_command(text: &str) -> Vec<String> {
    let at = text.find("wharfie-deploy-service --attach").unwrap();
    let line = text[at..].split('`').next().unwrap();
    shlex::split(line).unwrap().split_off(1)
}

#[test]
fn what_a_run_left_is_followed_by_the_command_it_printed() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    let left = simulator
        .serve(deploy(&folder).args("--timeout 1s"))
        .run()
        .expect(7);
    let run = follow_command(&left.stderr)
        .into_iter()
        .fold(stage("deploy-service", &folder), Run::arg);
    let outcome = simulator
        .serve(run)
        .run()
        .expect(0)
        .says("verdict=deployed")
        .says("which brings `web:2`");
    assert!(
        outcome.stderr.contains("task-definition/web:2")
            && outcome.stderr.contains("task-definition/web:1"),
        "both revisions are known: {}",
        outcome.stderr
    );
    assert_eq!(simulator.count("UpdateService"), 1);
}

#[test]
fn a_deployment_that_is_over_is_followed_to_the_end_it_had() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "crash-loop");
    let failed = simulator
        .serve(deploy(&folder).in_workflow())
        .run()
        .expect(6);
    let outputs = github_outputs(&folder.read("github-output"));
    let arn = outputs
        .iter()
        .find(|(name, _)| name == "service-deployment-arn");
    let again = stage("deploy-service", &folder)
        .arg("--attach")
        .arg(&arn.unwrap().1);
    let outcome = simulator
        .serve(again)
        .run()
        .expect(6)
        .says("verdict=rolled-back")
        .says("container `web` exited with code 1");
    let error = |text: &str| {
        let line = text.lines().find(|line| line.contains("cause: container"));
        line.map(|line| line.contains("exited with code 1"))
    };
    assert_eq!(error(&failed.stderr), error(&outcome.stderr));
}

#[test]
fn one_that_is_not_waited_for_can_be_followed_later() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = deploy(&folder).args("--wait false").in_workflow();
    simulator.serve(run).run().expect(0);
    let outputs = github_outputs(&folder.read("github-output"));
    let known = |wanted: &str| outputs.iter().any(|(name, _)| name == wanted);
    assert!(
        known("service-deployment-arn") && !known("verdict"),
        "{outputs:?}"
    );
}

#[test]
fn a_pause_is_waited_for_until_somebody_answers() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    simulator.story("web-native", "approval");
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-native --force-new-deployment --on-pause wait");
    let child = simulator.serve(run).spawn();
    let answer = |more: &str, code: i32| {
        let run = stage("continue-deployment", &folder)
            .args("--cluster demo --service web-native --action continue")
            .args(more);
        simulator.serve(run).run().code == code
    };
    let waited = Instant::now();
    while !answer("--dry-run --exit-code", 11) {
        assert!(waited.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(200));
    }
    // Long enough to be looked at: the longest pause between two looks is five seconds.
    std::thread::sleep(Duration::from_secs(7));
    assert!(answer("", 0));
    let outcome = ended(child).expect(0).says("verdict=deployed");
    let told = outcome
        .stderr
        .matches("wharfie-continue-deployment")
        .count();
    assert_eq!(told, 1, "{}", outcome.stderr);
}
