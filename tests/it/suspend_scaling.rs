//! `wharfie-suspend-scaling` as it is shipped, against the simulator.
use serde_json::{Value, json};

use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

/// What is suspended of the service `web`, by the simulator's own account.
fn flags(simulator: &Simulator) -> Value {
    simulator.state()["application-autoscaling"]["service/demo/web"]["suspended"].clone()
}

fn tags(simulator: &Simulator) -> Value {
    simulator.state()["application-autoscaling"]["service/demo/web"]["tags"].clone()
}

fn suspended(scale_in: bool, scale_out: bool, scheduled: bool) -> Value {
    json!({
        "DynamicScalingInSuspended": scale_in,
        "DynamicScalingOutSuspended": scale_out,
        "ScheduledScalingSuspended": scheduled,
    })
}

#[test]
fn a_service_is_held_still_and_its_lease_stands_on_the_target() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder)
        .args("--cluster demo --service web")
        .env("GITHUB_RUN_ID", "17")
        .in_workflow();
    simulator.serve(run).run().expect(0);
    assert_eq!(flags(&simulator), suspended(true, true, true));
    let lease = tags(&simulator)["wharfie:suspended"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        lease.starts_with("v1 had=- set=in+out+sched by=github/17 from="),
        "{lease}"
    );
    let outputs = github_outputs(&folder.read("github-output"));
    assert_eq!(outputs[1], ("lease".to_owned(), lease.clone()));
    let accounts: Value = serde_json::from_str(&outputs[0].1).unwrap();
    assert_eq!(
        accounts,
        json!([{
            "subject": "service/demo/web",
            "before": [],
            "changed": ["scale-in", "scale-out", "scheduled"],
            "suspended": ["scale-in", "scale-out", "scheduled"],
            "lease": lease,
        }])
    );
    assert_eq!(
        simulator.operations(),
        [
            "DescribeScalableTargets",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "DescribeServices",
            "TagResource",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
            "RegisterScalableTarget",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
        ]
    );
}

#[test]
fn all_three_flags_and_no_capacity_are_sent() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder)
        .args("--cluster demo --service web --directions scale-out");
    simulator.serve(run).run().expect(0);
    let journal = simulator.journal();
    let sent = journal
        .iter()
        .find(|call| call["operation"] == "RegisterScalableTarget")
        .unwrap();
    assert_eq!(
        sent["input"]["SuspendedState"],
        suspended(false, true, false)
    );
    for capacity in ["MinCapacity", "MaxCapacity"] {
        assert_eq!(sent["input"].get(capacity), None, "{capacity}");
    }
}

#[test]
fn groups_are_held_still_by_process() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder)
        .args("--auto-scaling-group demo-asg --processes AZRebalance,Terminate");
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("while `Terminate` is suspended");
    assert_eq!(
        simulator.state()["autoscaling"]["demo-asg"]["suspended"],
        json!(["AZRebalance", "Terminate"])
    );
}

#[test]
fn a_lost_answer_is_survived_and_a_refusal_gives_everything_back() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.fault("RegisterScalableTarget", 1, "drop-after");
    let run = || {
        stage("suspend-scaling", &folder)
            .args("--cluster demo --service web --auto-scaling-group demo-asg")
    };
    simulator.serve(run()).run().expect(0);
    assert_eq!(flags(&simulator), suspended(true, true, true));
    let back = stage("resume-scaling", &folder)
        .args("--cluster demo --service web --auto-scaling-group demo-asg");
    simulator.serve(back).run().expect(0);

    simulator.fault("SuspendProcesses", 1, "error");
    let failed = simulator.serve(run().args("--max-attempts 1")).run();
    assert_ne!(failed.code, 0);
    assert_eq!(flags(&simulator), suspended(false, false, false));
    assert_eq!(tags(&simulator).get("wharfie:suspended"), None);
    assert_eq!(
        simulator.state()["autoscaling"]["demo-asg"]["suspended"],
        json!([])
    );
}

#[test]
fn a_dry_run_changes_nothing_and_can_tell_by_its_exit() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder)
        .args("--cluster demo --service web --dry-run true --exit-code true");
    simulator
        .serve(run)
        .run()
        .expect(11)
        .says("suspend: `scale-in`, `scale-out`, `scheduled`");
    assert_eq!(flags(&simulator), suspended(false, false, false));
    assert_eq!(tags(&simulator).get("wharfie:suspended"), None);
}

#[test]
fn a_service_that_does_not_exist_is_refused() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder).args("--cluster demo --service nope");
    simulator
        .serve(run)
        .run()
        .expect(4)
        .says("there is no active service of this name: `service/demo/nope`");
    let run = stage("suspend-scaling", &folder).args("--cluster nope --service web");
    simulator
        .serve(run)
        .run()
        .expect(4)
        .says("ClusterNotFoundException");
}

#[test]
fn a_killed_run_leaves_what_a_repair_needs() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    // Only scheduled scaling is held: that is the state before.
    let before = stage("suspend-scaling", &folder)
        .args("--cluster demo --service web --directions scheduled");
    simulator.serve(before).run().expect(0);
    let mut lease = tags(&simulator);
    let lease = lease
        .as_object_mut()
        .unwrap()
        .remove("wharfie:suspended")
        .unwrap();
    assert!(lease.as_str().unwrap().contains("set=sched"), "{lease}");

    let run = stage("suspend-scaling", &folder)
        .args("--cluster demo --service web --steal true")
        .env("GITHUB_RUN_ID", "17");
    let mut child = simulator.serve(run).spawn();
    while flags(&simulator) != suspended(true, true, true) {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(flags(&simulator), suspended(true, true, true));

    let repair = stage("resume-scaling", &folder).args("--cluster demo --service web");
    simulator
        .serve(repair)
        .run()
        .expect(0)
        .says("held by: `github/17`");
    assert_eq!(flags(&simulator), suspended(false, false, false));
    assert_eq!(tags(&simulator).get("wharfie:suspended"), None);
}

#[test]
fn nothing_named_is_a_usage_error_before_any_call() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let run = stage("suspend-scaling", &folder).env("WHARFIE_SERVICE", "");
    simulator.serve(run).run().expect(2).says("--service");
    assert!(simulator.operations().is_empty());
}
