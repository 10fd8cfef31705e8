//! `wharfie-resume-scaling` as it is shipped, against the simulator.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and one of these waits for the end of a lease"
)]
use serde_json::{Value, json};

use crate::support::run::{Folder, Run, github_outputs, stage};
use crate::support::simulator::Simulator;

const WEB: &str = "--cluster demo --service web";

/// A service whose scale-out, and a group one of whose processes, somebody suspended.
const SEED: &str = r#"{
  "rules": {"omittedFlags": "RULE"},
  "clusters": ["demo"],
  "taskDefinitions": [{"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}]}],
  "services": [{"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2}],
  "scalableTargets": [{
    "ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount",
    "MinCapacity": 1, "MaxCapacity": 10, "SuspendedState": {"DynamicScalingOutSuspended": true}
  }],
  "autoScalingGroups": [{"AutoScalingGroupName": "blue", "SuspendedProcesses": ["AZRebalance"]}]
}"#;

fn flags(simulator: &Simulator, service: &str) -> Vec<bool> {
    let state = simulator.state();
    let flags = &state["application-autoscaling"][format!("service/demo/{service}")]["suspended"];
    [
        "DynamicScalingInSuspended",
        "DynamicScalingOutSuspended",
        "ScheduledScalingSuspended",
    ]
    .map(|name| flags[name].as_bool().unwrap())
    .to_vec()
}

fn lease(simulator: &Simulator, service: &str) -> Option<String> {
    let state = simulator.state();
    let tags = &state["application-autoscaling"][format!("service/demo/{service}")]["tags"];
    tags["wharfie:suspended"].as_str().map(str::to_owned)
}

fn suspend(folder: &Folder, arguments: &str, run: &str) -> Run {
    stage("suspend-scaling", folder)
        .args(arguments)
        .env("GITHUB_RUN_ID", run)
}

fn resume(folder: &Folder, arguments: &str, run: &str) -> Run {
    stage("resume-scaling", folder)
        .args(arguments)
        .env("GITHUB_RUN_ID", run)
}

#[test]
fn scaling_is_given_back_and_the_tag_is_removed_last() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(suspend(&folder, WEB, "17")).run().expect(0);
    let before = simulator.operations().len();
    let run = resume(&folder, WEB, "17").in_workflow();
    simulator.serve(run).run().expect(0);
    assert_eq!(flags(&simulator, "web"), [false, false, false]);
    assert_eq!(lease(&simulator, "web"), None);
    assert_eq!(
        simulator.operations()[before..],
        [
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
            "RegisterScalableTarget",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "UntagResource",
            "DescribeScheduledActions",
        ]
    );
    let outputs = github_outputs(&folder.read("github-output"));
    let accounts: Value = serde_json::from_str(&outputs[0].1).unwrap();
    assert_eq!(
        accounts[0]["changed"],
        json!(["scale-in", "scale-out", "scheduled"])
    );
    assert_eq!(accounts[0]["suspended"], json!([]));
    // Any number of times.
    simulator.serve(resume(&folder, WEB, "17")).run().expect(0);
}

#[test]
fn what_was_suspended_before_stays_suspended_whatever_aws_makes_of_omitted_flags() {
    for rule in ["kept", "cleared"] {
        let folder = Folder::new();
        let seed = folder.write("seed.json", &SEED.replace("RULE", rule));
        let options = format!("--speed 10 --seed {}", seed.display());
        let simulator = Simulator::start(&options);
        let both = format!("{WEB} --auto-scaling-group blue");
        let processes = format!("{both} --processes AZRebalance,HealthCheck");
        simulator
            .serve(suspend(&folder, &processes, "17"))
            .run()
            .expect(0);
        assert_eq!(flags(&simulator, "web"), [true, true, true], "{rule}");
        simulator
            .serve(resume(&folder, &both, "17"))
            .run()
            .expect(0);
        assert_eq!(flags(&simulator, "web"), [false, true, false], "{rule}");
        assert_eq!(
            simulator.state()["autoscaling"]["blue"]["suspended"],
            json!(["AZRebalance"])
        );
    }
}

#[test]
fn another_run_s_lease_is_refused_and_force_opens_it() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(suspend(&folder, WEB, "17")).run().expect(0);
    simulator
        .serve(resume(&folder, WEB, "18"))
        .run()
        .expect(4)
        .says("held by: `github/17`")
        .says("--force");
    assert_eq!(flags(&simulator, "web"), [true, true, true]);
    let forced = resume(&folder, WEB, "18").env("WHARFIE_FORCE", "yes");
    simulator.serve(forced).run().expect(0);
    assert_eq!(flags(&simulator, "web"), [false, false, false]);
}

#[test]
fn a_scheduled_repair_finds_expired_leases_of_services_and_groups() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let short = format!("{WEB} --auto-scaling-group demo-asg --lease-seconds 6");
    simulator
        .serve(suspend(&folder, &short, "17"))
        .run()
        .expect(0);
    let live = "--cluster demo --service web-native";
    simulator
        .serve(suspend(&folder, live, "18"))
        .run()
        .expect(0);

    std::thread::sleep(std::time::Duration::from_secs(6));
    let late = resume(&folder, "--stale true", "19");
    simulator
        .serve(late)
        .run()
        .expect(0)
        .says("held by: `github/17`");
    assert_eq!(flags(&simulator, "web"), [false, false, false]);
    assert_eq!(
        flags(&simulator, "web-native"),
        [true, true, true],
        "its lease is live"
    );
    assert_eq!(
        simulator.state()["autoscaling"]["demo-asg"]["suspended"],
        json!([])
    );
}

#[test]
fn an_interrupted_connection_leaves_the_lease_for_the_next_try() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(suspend(&folder, WEB, "17")).run().expect(0);
    simulator.fault("RegisterScalableTarget", 1, "drop-before");
    let once = resume(&folder, WEB, "17").args("--max-attempts 1");
    simulator.serve(once).run().expect(5);
    assert!(lease(&simulator, "web").is_some());
    simulator.serve(resume(&folder, WEB, "17")).run().expect(0);
    assert_eq!(flags(&simulator, "web"), [false, false, false]);
    assert_eq!(lease(&simulator, "web"), None);
}

#[test]
fn an_answer_from_before_the_switch_leaves_nothing_suspended() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(suspend(&folder, WEB, "17")).run().expect(0);
    simulator.fault("DescribeScalableTargets", 1, "stale");
    simulator.serve(resume(&folder, WEB, "17")).run().expect(0);
    assert_eq!(flags(&simulator, "web"), [false, false, false]);
    assert_eq!(lease(&simulator, "web"), None);
}
