//! `wharfie-deploy-service` for services whose tasks CodeDeploy moves, against the simulator.
use std::time::{Duration, Instant};

mod checked_late;

use crate::support::deploying::{self, new_version};
use crate::support::run::{Folder, Outcome, Run, ended, stage};
use crate::support::simulator::Simulator;

/// An appspec that names a function, and deploys whatever is put in.
const HOOKED: &str = "version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
Hooks:
  - AfterAllowTestTraffic: check-web
";

/// The built-in service that CodeDeploy deploys.
const SERVICE: &str = "web-codedeploy";

fn deploy(folder: &Folder) -> Run {
    deploying::deploy(folder, SERVICE)
}

fn flags(simulator: &Simulator) -> [bool; 3] {
    simulator.scaling_flags(SERVICE)
}

/// What a story ends with: how fast it is told, what is asked for besides, verdict, exit code, and what a person has to read.
type Ending = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i32,
    &'static [&'static str],
);

const ENDINGS: &[Ending] = &[
    (
        "steady",
        "300",
        "",
        "deployed",
        0,
        &[
            "Install done",
            "100 % to the new tasks (green)",
            "AfterAllowTraffic done",
            "deployed: `web-codedeploy:2`",
        ],
    ),
    (
        "crash-loop",
        "1200",
        "",
        "rolled-back",
        6,
        &[
            "Install failed",
            "CodeDeploy goes back, with deployment",
            "container `web` exited with code 1",
            "last lines of container `web`",
            "rolled back to `web-codedeploy:1`",
        ],
    ),
    (
        "no-rollback",
        "1200",
        "",
        "failed",
        6,
        &[
            "automatic rollback of the deployment group is off",
            "container `web` exited with code 1",
        ],
    ),
    (
        "superseded",
        "120",
        "",
        "superseded",
        9,
        &["superseded by another deployment: `d-"],
    ),
    ("alarm", "300", "", "rolled-back", 6, &["ALARM_ACTIVE"]),
    (
        "approval",
        "300",
        "",
        "paused",
        10,
        &["wharfie-continue-deployment --deployment d-"],
    ),
    (
        "approved",
        "120",
        "--on-pause wait",
        "deployed",
        0,
        &["waiting for somebody to let the traffic move"],
    ),
    (
        "stopped",
        "300",
        "",
        "stopped",
        6,
        &[
            "MANUAL_STOP",
            "somebody stopped the deployment",
            "StopDeployment in CloudTrail",
        ],
    ),
    (
        "hook-failure",
        "300",
        "--codedeploy-appspec hooked.yaml",
        "rolled-back",
        6,
        &[
            "lifecycle event AfterAllowTestTraffic failed",
            "HOOK_EXECUTION_FAILURE",
            "a hook's function said no",
            "ScriptFailed: The function for the lifecycle event AfterAllowTestTraffic reported the status Failed",
            "last lines of the hook of `AfterAllowTestTraffic` (check-web):",
            "ERROR the new task set answers with 500",
        ],
    ),
    (
        "load",
        "300",
        "--suspend-scaling never",
        "rolled-back",
        6,
        &["AUTOSCALING_VALIDATION_ERROR"],
    ),
    (
        "load",
        "300",
        "",
        "deployed",
        0,
        &["suspended: `scale-in`, `scale-out`, `scheduled`"],
    ),
];

fn told(story: &str, speed: &str, more: &str, code: i32) -> (Simulator, Folder, Outcome) {
    let simulator = Simulator::start(&format!("--speed {speed}"));
    let folder = Folder::new();
    folder.write("hooked.yaml", HOOKED);
    simulator.story("web-codedeploy", story);
    let run = deploy(&folder).args(more).in_workflow();
    let outcome = simulator.serve(run).run().expect(code);
    (simulator, folder, outcome)
}

#[test]
fn every_story_has_its_verdict_its_exit_code_and_its_reason_and_scaling_is_as_before() {
    std::thread::scope(|together| {
        for ending in ENDINGS {
            together.spawn(|| holds(ending));
        }
    });
}

fn holds((story, speed, more, verdict, code, said): &Ending) {
    let (simulator, folder, outcome) = told(story, speed, more, *code);
    for text in *said {
        assert!(
            outcome.stderr.contains(text),
            "{story}: {text}\n{}",
            outcome.stderr
        );
    }
    assert_eq!(
        folder.output("verdict"),
        *verdict,
        "{story}: {}",
        outcome.stderr
    );
    assert!(
        folder.output("codedeploy-deployment-id").starts_with("d-"),
        "{story}"
    );
    assert_eq!(flags(&simulator), [false; 3], "{story}");
    assert_eq!(simulator.count("CreateDeployment"), 1, "{story}");
    assert_eq!(simulator.count("UpdateService"), 0, "{story}");
}

#[test]
fn traffic_is_enough_if_that_is_asked_for_and_the_old_tasks_are_still_there() {
    let (simulator, folder, outcome) = told("steady", "30", "--wait-until traffic", 0);
    assert_eq!(folder.output("verdict"), "deployed", "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the old tasks stay for 5m"));
    let state = simulator.state();
    assert_eq!(
        state["codedeploy"]["deployments"][0]["status"],
        "InProgress"
    );
}

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
        let state = simulator.state();
        let made = state["codedeploy"]["deployments"].as_array().unwrap();
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
fn a_signal_leaves_the_deployment_or_has_it_stopped_and_gives_scaling_back() {
    for (on_cancel, signal, code, said) in [
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
        let waited = Instant::now();
        while simulator.count("GetDeployment") == 0 {
            assert!(
                waited.elapsed() < Duration::from_mins(1),
                "{:?}",
                simulator.operations()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        let asked = Instant::now();
        let killed = std::process::Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(child.id().to_string())
            .status()
            .unwrap();
        assert!(killed.success());
        let outcome = ended(child).expect(code);
        assert!(
            asked.elapsed() < Duration::from_secs(7),
            "{:?}",
            asked.elapsed()
        );
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("--attach d-"), "{}", outcome.stderr);
        assert_eq!(flags(&simulator), [false; 3], "{}", outcome.stderr);
        let stops = simulator.count("StopDeployment");
        assert_eq!(stops, usize::from(on_cancel != "leave"));
        let free = outcome.stderr.contains("scaling is free again");
        assert_eq!(free, on_cancel == "leave", "{}", outcome.stderr);
        simulator.control("POST", "/_sim/advance", r#"{"seconds":60}"#);
        let state = simulator.state();
        let made = state["codedeploy"]["deployments"].as_array().unwrap();
        let back = usize::from(on_cancel == "rollback");
        assert_eq!(made.len(), 1 + back, "{on_cancel}: {made:?}");
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
    let state = simulator.state();
    let made = state["codedeploy"]["deployments"].as_array().unwrap();
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
fn failing_tasks_can_stop_it_long_before_codedeploy_gives_up() {
    let (_simulator, folder, outcome) = told("crash-loop", "60", "--fail-fast 2", 6);
    assert_eq!(
        folder.output("verdict"),
        "rolled-back",
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("the limit is 2"),
        "{}",
        outcome.stderr
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
