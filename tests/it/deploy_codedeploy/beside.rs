//! With other names, other services, and as a part of a pipeline.

use super::SERVICE;
use crate::support::deploying::new_version;
use crate::support::run::{Folder, stage};
use crate::support::simulator::Simulator;

#[test]
fn an_application_named_by_hand_deploys_a_service_whose_default_names_do_not_fit() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    // The group of another service does not deploy this one.
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-codedeploy --force-new-deployment")
        .args("--codedeploy-application AppECS-demo-web-codedeploy")
        .args("--codedeploy-deployment-group DgpECS-demo-web-codedeploy")
        .args("--codedeploy-deployment-config CodeDeployDefault.ECSAllAtOnce")
        .args("--codedeploy-deployment-description release-7");
    let outcome = simulator.serve(run).run().expect(0);
    assert!(outcome.stderr.contains("all at once"), "{}", outcome.stderr);
    let journal = simulator.journal();
    let sent = journal
        .iter()
        .find(|call| call["operation"] == "CreateDeployment")
        .unwrap();
    assert_eq!(sent["input"]["description"], "release-7");
    assert_eq!(
        sent["input"]["deploymentConfigName"],
        "CodeDeployDefault.ECSAllAtOnce"
    );
}

#[test]
fn services_of_both_controllers_are_deployed_at_once_and_the_worst_decides() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "crash-loop");
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web,web-codedeploy --force-new-deployment")
        .in_workflow();
    let outcome = simulator.serve(run).run().expect(6);
    assert_eq!(folder.output("verdict"), "rolled-back");
    assert!(
        folder
            .output("codedeploy-deployment-id")
            .starts_with("web-codedeploy=d-")
    );
    assert!(folder.output("deployment-id").starts_with("web=ecs-svc/"));
    assert!(
        outcome.stderr.contains("deployed: `web-codedeploy:1`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_pipeline_deploys_it_by_the_appspec_it_wrote_with_scaling_held_still_around_it() {
    let folder = Folder::new();
    folder.write("new.json", &new_version(SERVICE));
    let run = stage("run-pipeline", &folder)
        .args("--hooks BeforeAllowTraffic=check-web")
        .args("--local --speed 300 --cluster demo --service web-codedeploy --task-definition new.json")
        .in_workflow();
    let outcome = run.run().expect(0);
    assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
    assert!(folder.output("codedeploy-deployment-id").starts_with("d-"));
    for text in [
        "suspend-scaling",
        "resume-scaling",
        "appspec from `wharfie-out/appspec.yaml`",
    ] {
        assert!(outcome.stderr.contains(text), "{text}: {}", outcome.stderr);
    }
}
