//! `wharfie-deploy-service` as it is shipped, against the simulator: one verdict for each way a deployment can end.

use serde_json::Value;

mod attaching;
mod levels;
mod lost;
mod many;
mod matrix;
mod neighbours;
mod reports;
mod scenarios;
mod volumes;

use crate::support::deploying::{self, new_version};
use crate::support::run::{Folder, Run, cancelled, stage};
use crate::support::simulator::Simulator;

fn deploy(folder: &Folder) -> Run {
    deploying::deploy(folder, "web")
}

fn running(simulator: &Simulator) -> String {
    simulator.state()["ecs"].to_string()
}

#[test]
fn deploying_what_runs_already_is_unchanged_and_starts_nothing() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.serve(deploy(&folder)).run().expect(0);
    let before = simulator.operations().len();
    simulator
        .serve(deploy(&folder))
        .run()
        .expect(0)
        .says("verdict=unchanged");
    let after: Vec<String> = simulator.operations().split_off(before);
    assert!(
        !after
            .iter()
            .any(|operation| operation.starts_with("Update") || operation.starts_with("Register")),
        "{after:?}"
    );
    assert!(running(&simulator).contains("task-definition/web:2"));
}

#[test]
fn a_service_that_does_not_exist_is_refused_before_anything_is_registered() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    folder.write("web.json", &new_version("web"));
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service wbe --task-definition web.json");
    simulator.serve(run).run().expect(4).says("wbe");
    assert_eq!(
        simulator
            .operations()
            .iter()
            .filter(|operation| operation.starts_with("Register"))
            .count(),
        0
    );
}

#[test]
fn a_port_the_load_balancer_needs_is_missed_before_anything_changes() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    folder.write(
        "web.json",
        &new_version("web").replace("\"containerPort\": 80", "\"containerPort\": 8080"),
    );
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web --task-definition web.json");
    simulator.serve(run).run().expect(3).says("80");
    assert!(
        !simulator
            .operations()
            .iter()
            .any(|operation| operation.starts_with("Register"))
    );
}

#[test]
fn an_existing_revision_is_deployed_by_its_arn_and_force_replaces_all_tasks() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web --force-new-deployment --task-definition-arn")
        .arg(arn);
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("verdict=deployed");
}

#[test]
fn a_rollback_to_the_same_revision_is_told_by_identity() {
    // Before and after run the same task definition: only the deployment's id tells that it was rolled back.
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "crash-loop");
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web --force-new-deployment");
    simulator
        .serve(run)
        .run()
        .expect(6)
        .says("verdict=rolled-back");
}

#[test]
fn throttling_and_stale_answers_are_survived() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.fault("DescribeServices", 2, "throttle");
    simulator.fault("DescribeServiceDeployments", 1, "error");
    simulator.fault("UpdateService", 1, "stale");
    simulator
        .serve(deploy(&folder))
        .run()
        .expect(0)
        .says("verdict=deployed");
}

#[test]
fn a_signal_leaves_the_deployment_and_says_so_or_rolls_it_back_if_asked() {
    for (on_cancel, name, code, said) in [
        ("leave", "INT", 130, "goes on"),
        ("rollback", "TERM", 143, "is being rolled back"),
    ] {
        let (simulator, folder) = (Simulator::start("--speed 1"), Folder::new());
        let child = simulator
            .serve(deploy(&folder))
            .args("--suspend-scaling always --on-cancel")
            .arg(on_cancel)
            .spawn();
        simulator.wait_for("DescribeServiceDeployments");
        let outcome = cancelled(child, name, code);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let state = simulator.state();
        let flags = &state["application-autoscaling"]["service/demo/web"]["suspended"];
        for name in [
            "DynamicScalingInSuspended",
            "DynamicScalingOutSuspended",
            "ScheduledScalingSuspended",
        ] {
            assert_eq!(
                flags[name],
                Value::Bool(false),
                "{name}: {}",
                outcome.stderr
            );
        }
        let stopped = simulator
            .operations()
            .iter()
            .any(|operation| operation == "StopServiceDeployment");
        assert_eq!(stopped, on_cancel == "rollback");
    }
}

#[test]
fn two_services_are_deployed_at_once_and_the_worst_decides() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web-native", "steady");
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web,web-native --force-new-deployment");
    let outcome = simulator.serve(run).run().expect(0);
    assert!(
        outcome.stderr.contains("web deployed") && outcome.stderr.contains("web-native deployed"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn log_lines_of_a_container_are_text_and_never_a_command() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "crash-loop");
    let outcome = simulator
        .serve(deploy(&folder).in_workflow())
        .run()
        .expect(6);
    for line in outcome
        .stderr
        .lines()
        .filter(|line| line.trim_start().starts_with("::"))
    {
        let ours = ["::error ", "::warning ", "::group::", "::endgroup::"]
            .iter()
            .any(|start| line.starts_with(start));
        assert!(ours, "{line}");
    }
    assert!(
        folder.read("github-summary").contains("DATABASE_URL"),
        "the log tail is in the summary"
    );
}

#[test]
fn a_role_is_assumed_before_the_first_call() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    let run = deploy(&folder).args("--dry-run --role-arn arn:aws:iam::123456789012:role/deploy");
    simulator.serve(run).run().expect(0);
    assert_eq!(
        simulator.operations().first().map(String::as_str),
        Some("AssumeRole")
    );
}

#[test]
fn an_endpoint_nobody_answers_at_is_told_from_a_refusal() {
    let folder = Folder::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    deploy(&folder)
        .args("--region us-east-1 --max-attempts 1 --endpoint-url")
        .arg(format!("http://{address}"))
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .run()
        .expect(5);
}

#[test]
fn the_update_sends_only_what_was_asked_to_change() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator
        .serve(deploy(&folder).args("--wait false"))
        .run()
        .expect(0);
    let journal = simulator.journal();
    let update = journal
        .iter()
        .find(|call| call["operation"] == "UpdateService")
        .unwrap();
    let mut members: Vec<&String> = update["input"].as_object().unwrap().keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["cluster", "service", "taskDefinition"]);
}

#[test]
fn a_dry_run_sends_no_changing_call_and_tells_changes_by_its_code() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator
        .serve(deploy(&folder).args("--suspend-scaling always --dry-run --exit-code"))
        .run()
        .expect(11)
        .says("the revision to be registered");
    for operation in [
        "RegisterTaskDefinition",
        "RegisterScalableTarget",
        "TagResource",
        "UpdateService",
    ] {
        assert_eq!(simulator.count(operation), 0, "{operation}");
    }
}

#[test]
fn a_deployment_that_runs_is_refused_also_if_it_was_made_this_moment_and_may_be_stopped() {
    let (simulator, folder) = (Simulator::start("--speed 5 --story hang"), Folder::new());
    let force = "--cluster demo --service web --force-new-deployment";
    let start = stage("deploy-service", &folder)
        .args(force)
        .args("--wait false");
    simulator.serve(start).run().expect(0);
    let second = stage("deploy-service", &folder).args(force);
    simulator
        .serve(second)
        .run()
        .expect(4)
        .says("is being deployed already")
        .says("--if-running wait");
    simulator.story("web", "steady");
    simulator.control("POST", "/_sim/advance", r#"{"seconds":60}"#);
    let third = stage("deploy-service", &folder)
        .args(force)
        .args("--if-running stop --wait false");
    simulator
        .serve(third)
        .run()
        .expect(0)
        .says("stop and roll back");
    assert_eq!(simulator.count("StopServiceDeployment"), 1);
    assert_eq!(simulator.count("UpdateService"), 2);
}

#[test]
fn a_service_that_moves_traffic_is_followed_through_its_stages() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-native --force-new-deployment --wait-until traffic");
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("deploy (BLUE_GREEN)")
        .says("stage ")
        .says("% production");
}

/// Tasks that end again and again, and no guard of ECS: nothing but the limit ends the deployment, however late it is looked at.
const UNGUARDED: &str = r#"{"name": "unguarded", "tasks": {"fate": "exit", "after": 5, "code": 1}, "circuitBreaker": {"enable": false, "rollback": false}}"#;

#[test]
fn too_many_failed_tasks_stop_and_roll_back() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let form = format!(r#"{{"service": "web", "story": {UNGUARDED}}}"#);
    simulator.control("POST", "/_sim/story", &form);
    simulator
        .serve(deploy(&folder).args("--fail-fast 2"))
        .run()
        .expect(6)
        .says("tasks failed, the limit is 2")
        .says("verdict=rolled-back");
    assert_eq!(simulator.count("StopServiceDeployment"), 1);
}

#[test]
fn every_event_is_a_line_of_json_and_the_last_one_is_the_end() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    let outcome = simulator
        .serve(deploy(&folder).args("--format json"))
        .run()
        .expect(0);
    let events: Vec<Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdict = events
        .iter()
        .find(|event| event["kind"] == "verdict")
        .unwrap();
    assert_eq!(verdict["subject"], "web");
    assert_eq!(verdict["fields"]["verdict"], "deployed");
    let last = events.last().unwrap();
    assert_eq!(last["event"], "finished");
    assert_eq!(last["outputs"]["verdict"], "deployed");
    let report = std::fs::read_to_string(last["outputs"]["report"].as_str().unwrap()).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["services"][0]["images"][0]["container"], "web");
}
