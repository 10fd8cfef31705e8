//! What is found out before anything changes: what is wrong, what is in the way, what would be done.

use super::deploy;
use crate::support::deploying;
use crate::support::run::{Folder, stage};
use crate::support::simulator::Simulator;

#[test]
fn a_deployment_that_runs_is_refused_or_stopped_and_waited_for() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    let first = deploy(&folder).args("--wait false");
    simulator
        .serve(first)
        .run()
        .expect(0)
        .says("not waited for");
    let again = "--cluster demo --service web-codedeploy --force-new-deployment";
    let refused = stage("deploy-service", &folder).args(again);
    let refused = simulator.serve(refused).run().expect(4);
    assert!(
        refused.stderr.contains("by CodeDeploy already: `d-"),
        "{}",
        refused.stderr
    );
    assert_eq!(simulator.count("CreateDeployment"), 1);
    let stops = stage("deploy-service", &folder)
        .args(again)
        .args("--if-running stop --wait false");
    simulator.serve(stops).run().expect(0);
    assert_eq!(simulator.count("StopDeployment"), 1);
    assert_eq!(simulator.count("CreateDeployment"), 2);
}

#[test]
fn what_is_wrong_with_the_way_is_refused_before_anything_is_registered() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    folder.write(
        "lambda.yaml",
        "version: 0.0\nResources:\n  - f:\n      Type: AWS::Lambda::Function\n",
    );
    for (more, code, said) in [
        (
            "--codedeploy-application nobody",
            4,
            "no such application of CodeDeploy: `nobody`",
        ),
        (
            "--codedeploy-deployment-group nobody",
            4,
            "no such deployment group: `nobody`",
        ),
        (
            "--codedeploy-deployment-config CodeDeployDefault.OneAtATime",
            4,
            "CodeDeployDefault.OneAtATime",
        ),
        ("--codedeploy-appspec nowhere.yaml", 3, "nowhere.yaml"),
        ("--codedeploy-appspec lambda.yaml", 3, "lambda.yaml"),
    ] {
        let outcome = simulator
            .serve(deploy(&folder).args(more))
            .run()
            .expect(code);
        assert!(outcome.stderr.contains(said), "{more}: {}", outcome.stderr);
    }
    for changing in [
        "RegisterTaskDefinition",
        "CreateDeployment",
        "RegisterScalableTarget",
    ] {
        assert_eq!(simulator.count(changing), 0, "{changing}");
    }
}

#[test]
fn to_stop_without_going_back_is_refused_for_what_ecs_deploys() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    let run = deploying::deploy(&folder, "web").args("--on-timeout stop");
    let outcome = simulator.serve(run).run().expect(4);
    assert!(
        outcome.stderr.contains("ECS deploys service `web`"),
        "{}",
        outcome.stderr
    );
    for changing in ["RegisterTaskDefinition", "UpdateService"] {
        assert_eq!(simulator.count(changing), 0, "{changing}");
    }
}

#[test]
fn a_dry_run_says_the_way_and_sends_nothing_that_changes() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    let run = deploy(&folder).args("--dry-run --exit-code");
    let outcome = simulator.serve(run).run().expect(11);
    for text in [
        "deploy (CODE_DEPLOY): `web-codedeploy:1` -> the revision to be registered",
        "application `AppECS-demo-web-codedeploy`, group `DgpECS-demo-web-codedeploy`",
        "10 %, the rest after 5m",
        "appspec made from the service",
    ] {
        assert!(outcome.stderr.contains(text), "{text}: {}", outcome.stderr);
    }
    for changing in [
        "RegisterTaskDefinition",
        "CreateDeployment",
        "RegisterScalableTarget",
        "TagResource",
    ] {
        assert_eq!(simulator.count(changing), 0, "{changing}");
    }
}
