//! Deployments that something else made, or that an earlier run left: followed by their ids.

use super::{SERVICE, deploy, flags, made};
use crate::support::run::{Folder, Outcome, Run, ended, stage};
use crate::support::simulator::Simulator;

/// A deployment that nobody waits for, and its id.
fn left(speed: u32, story: &str) -> (Simulator, Folder, String) {
    let simulator = Simulator::start(&format!("--speed {speed}"));
    let folder = Folder::new();
    simulator.story(SERVICE, story);
    let run = deploy(&folder).args("--wait false").in_workflow();
    simulator.serve(run).run().expect(0);
    let id = folder.output("codedeploy-deployment-id");
    assert!(id.starts_with("d-"), "{id}");
    (simulator, folder, id)
}

fn attached(folder: &Folder, ids: &[&str]) -> Run {
    let run = stage("deploy-service", folder).in_workflow();
    ids.iter().fold(run, |run, id| run.arg("--attach").arg(id))
}

fn pass(simulator: &Simulator, seconds: u32) {
    let form = format!(r#"{{"seconds":{seconds}}}"#);
    simulator.control("POST", "/_sim/advance", &form);
}

/// Nothing was started and nothing is left behind.
#[track_caller]
fn is_only_followed(simulator: &Simulator, outcome: &Outcome) {
    assert_eq!(simulator.count("CreateDeployment"), 1, "{}", outcome.stderr);
    assert_eq!(simulator.count("StopDeployment"), 0, "{}", outcome.stderr);
    assert_eq!(flags(simulator), [false; 3], "{}", outcome.stderr);
}

#[test]
fn one_that_runs_is_followed_to_its_end_with_scaling_held_still() {
    let (simulator, folder, id) = left(200, "steady");
    let outcome = simulator
        .serve(attached(&folder, &[&id]))
        .run()
        .expect(0)
        .says("which brings `web-codedeploy:2`")
        .says("suspended: `scale-in`, `scale-out`, `scheduled`")
        .says("100 % to the new tasks (green)");
    assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
    assert_eq!(folder.output("codedeploy-deployment-id"), id);
    assert!(
        folder
            .output("previous-task-definition-arn")
            .ends_with("/web-codedeploy:1")
    );
    is_only_followed(&simulator, &outcome);
    assert_eq!(made(&simulator)[0]["status"], "Succeeded");
}

#[test]
fn one_that_waits_for_its_traffic_is_paused_or_waited_for_until_somebody_lets_it_through() {
    let (simulator, folder, id) = left(200, "approval");
    pass(&simulator, 600);
    let outcome = simulator
        .serve(attached(&folder, &[&id]))
        .run()
        .expect(10)
        .says("wharfie-continue-deployment --deployment d-");
    assert_eq!(folder.output("verdict"), "paused", "{}", outcome.stderr);
    is_only_followed(&simulator, &outcome);

    let patient = attached(&folder, &[&id]).args("--on-pause wait --wait-until traffic");
    let looks = simulator.count("GetDeployment");
    let child = simulator.serve(patient).spawn();
    while simulator.count("GetDeployment") < looks + 3 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let answer = stage("continue-deployment", &folder)
        .args("--action continue --deployment")
        .arg(&id);
    simulator.serve(answer).run().expect(0);
    let outcome = ended(child).expect(0);
    assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
    is_only_followed(&simulator, &outcome);
}

#[test]
fn one_that_is_over_has_the_end_it_had_and_its_reason() {
    for (story, code, verdict, said) in [
        ("steady", 0, "deployed", "deployed: `web-codedeploy:2`"),
        ("crash-loop", 6, "rolled-back", "Install failed"),
        ("alarm", 6, "rolled-back", "ALARM_ACTIVE"),
        ("no-rollback", 6, "failed", "failed"),
        ("stopped", 6, "stopped", "somebody stopped the deployment"),
    ] {
        let (simulator, folder, id) = left(1, story);
        pass(&simulator, 6000);
        let outcome = simulator
            .serve(attached(&folder, &[&id]))
            .run()
            .expect(code)
            .says(said);
        assert_eq!(
            folder.output("verdict"),
            verdict,
            "{story}: {}",
            outcome.stderr
        );
        assert_eq!(folder.output("codedeploy-deployment-id"), id, "{story}");
        is_only_followed(&simulator, &outcome);
    }
}

#[test]
fn deployments_of_both_kinds_are_followed_together_and_the_worst_decides() {
    let (simulator, folder, id) = left(30, "steady");
    simulator.story("web", "crash-loop");
    let other = stage("deploy-service", &folder)
        .args("--cluster demo --service web --force-new-deployment --wait false")
        .in_workflow();
    simulator.serve(other).run().expect(0);
    let arn = folder.output("service-deployment-arn");
    let outcome = simulator
        .serve(attached(&folder, &[&id, &arn]).args("--wait-until traffic"))
        .run()
        .expect(6)
        .says("container `web` exited with code 1")
        .says("deployed: `web-codedeploy:2`");
    assert_eq!(
        folder.output("verdict"),
        "rolled-back",
        "{}",
        outcome.stderr
    );
    let ours = format!("{SERVICE}={id}");
    assert_eq!(folder.output("codedeploy-deployment-id"), ours);
    assert_eq!(
        folder.output("service-deployment-arn"),
        format!("web={arn}")
    );
    is_only_followed(&simulator, &outcome);
}

#[test]
fn one_that_is_not_there_or_is_not_the_only_one_of_its_service_is_refused() {
    let (simulator, folder, id) = left(200, "steady");
    let unknown = attached(&folder, &["d-NOTTHERE9"]);
    simulator
        .serve(unknown)
        .run()
        .expect(4)
        .says("no such deployment of CodeDeploy: `d-NOTTHERE9`");
    pass(&simulator, 3600);
    let again = stage("deploy-service", &folder)
        .args("--cluster demo --service web-codedeploy --force-new-deployment --wait false")
        .in_workflow();
    simulator.serve(again).run().expect(0);
    let second = folder.output("codedeploy-deployment-id");
    let before = simulator.count("RegisterScalableTarget");
    simulator
        .serve(attached(&folder, &[&id, &second]))
        .run()
        .expect(2)
        .says("two deployments of one service are given: `web-codedeploy`");
    assert_eq!(simulator.count("RegisterScalableTarget"), before);
}
