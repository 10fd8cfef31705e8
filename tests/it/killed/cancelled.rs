//! Runs that hold much still and are cancelled: everything is given back within the time a cancelled job has.
use std::fmt::Write as _;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Bench, scaling};
use crate::support::run::{Outcome, ended, signal};

const MANY: usize = 40;

/// SIGTERM comes 7.5 seconds after SIGINT, and here it must be over before.
const TIME: Duration = Duration::from_millis(7500);

/// So many services that scale, and so many groups; every answer takes a twentieth of a second.
fn crowd() -> Bench {
    let bench = quick_crowd();
    slow_down(&bench, &json!({}), 0.05);
    bench
}

/// Lets the calls that are meant wait for their answers. Of several faults the first that is asked for has its way.
fn slow_down(bench: &Bench, calls: &Value, seconds: f64) {
    let mut fault = json!({"chance": 1.0, "kind": "slow", "seconds": seconds});
    for (name, value) in calls.as_object().unwrap() {
        fault[name] = value.clone();
    }
    bench
        .simulator
        .control("POST", "/_sim/fault", &fault.to_string());
}

fn quick_crowd() -> Bench {
    let services = (0..MANY).map(|nth| {
        json!({"cluster": "demo", "serviceName": format!("s{nth}"), "taskDefinition": "web", "desiredCount": 1})
    });
    let targets = (0..MANY).map(|nth| {
        json!({
            "ServiceNamespace": "ecs", "ResourceId": format!("service/demo/s{nth}"),
            "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 10,
            "SuspendedState": {"DynamicScalingInSuspended": nth % 3 == 0},
        })
    });
    let groups = (0..MANY).map(|nth| json!({"AutoScalingGroupName": format!("g{nth}")}));
    let seed = json!({
        "clusters": ["demo"],
        "taskDefinitions": [{"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}]}],
        "services": services.collect::<Value>(),
        "scalableTargets": targets.collect::<Value>(),
        "autoScalingGroups": groups.collect::<Value>(),
    });
    Bench::new("--speed 10", &seed.to_string())
}

/// How many leases stand that say what was switched.
fn held(bench: &Bench) -> usize {
    let now = scaling(&bench.simulator);
    let all = [now.targets, now.groups];
    let things = all.iter().filter_map(Value::as_object).flatten();
    let leases = things.filter_map(|(_, thing)| super::lease(thing));
    leases.filter(|lease| !lease.contains("set=-")).count()
}

fn wait_until_held(bench: &Bench, child: &mut Child, many: usize) {
    while held(bench) < many {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Sends SIGINT, as a runner does first, and sees that all is given back in time.
fn cancel(bench: &Bench, child: Child) -> Outcome {
    signal(&child, "INT");
    let began = Instant::now();
    let outcome = ended(child).expect(130);
    let took = began.elapsed();
    assert!(took < TIME, "{took:?}");
    assert_eq!(
        scaling(&bench.simulator),
        bench.before,
        "{}",
        outcome.stderr
    );
    outcome
}

/// The options of a deployment of all services.
fn all_of_them(on_cancel: &str) -> String {
    let mut options = format!(
        "--cluster demo --force-new-deployment true --suspend-scaling always --on-cancel {on_cancel}"
    );
    for nth in 0..MANY {
        write!(options, " --service s{nth}").unwrap();
    }
    options
}

fn deployment(bench: &Bench) -> Child {
    bench
        .stage("deploy-service", &all_of_them("leave"), "17")
        .spawn()
}

fn pipeline(bench: &Bench, on_cancel: &str) -> Child {
    let (family, image) = ("web", "ghcr.io/acme/web:v2");
    let taskdef = json!({
        "family": family, "containerDefinitions": [{"name": "web", "image": image, "memory": 128}],
    });
    let taskdef = bench.folder.write("taskdef.json", &taskdef.to_string());
    let options = format!(
        "{} --task-definition {} --images web={image}",
        all_of_them(on_cancel),
        taskdef.display()
    );
    bench.stage("run-pipeline", &options, "17").spawn()
}

/// Lets a quarter of the services be updated, and cancels it. None of their service deployments is known so far, and to look
/// for one takes as long as is said. Gives what was said, and the services that were updated.
fn cancel_while_updating(bench: &Bench, child: Child, seconds: f64) -> (Outcome, Vec<String>) {
    while bench.simulator.count("UpdateService") == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    let listing = json!({"operation": "ListServiceDeployments"});
    slow_down(bench, &listing, seconds);
    slow_down(bench, &json!({}), 0.05);
    while bench.simulator.count("UpdateService") < MANY / 4 {
        thread::sleep(Duration::from_millis(20));
    }
    let outcome = cancel(bench, child);
    let journal = bench.simulator.journal();
    let updates = journal
        .iter()
        .filter(|call| call["operation"] == "UpdateService");
    let name = |call: &Value| call["input"]["service"].as_str().unwrap().to_owned();
    (outcome, updates.map(name).collect())
}

#[test]
fn however_slowly_deployments_are_found_each_is_named_and_scaling_does_not_wait_for_them() {
    for starts in [deployment, |bench: &Bench| pipeline(bench, "leave")] {
        let bench = quick_crowd();
        let child = starts(&bench);
        let (outcome, updated) = cancel_while_updating(&bench, child, 1.5);
        for service in updated {
            let left = format!("service `{service}`");
            assert!(outcome.stderr.contains(&left), "{left}: {}", outcome.stderr);
        }
        outcome.says("goes on");
    }
}

#[test]
fn a_cancelled_pipeline_has_several_deployments_rolled_back_while_scaling_is_given_back() {
    let bench = quick_crowd();
    let child = pipeline(&bench, "rollback");
    let (outcome, updated) = cancel_while_updating(&bench, child, 0.1);
    let stopped = bench.simulator.count("StopServiceDeployment");
    let said = outcome.stderr.matches("is being rolled back: ").count();
    assert_eq!(stopped, said, "{}", outcome.stderr);
    // ECS lists none of them at once, so they are looked for again. The answer of the last update may still have been under way.
    assert!(stopped + 1 >= updated.len(), "{}", outcome.stderr);
}

#[test]
fn a_cancelled_deployment_of_forty_services_gives_all_their_scaling_back_in_time() {
    let bench = crowd();
    let mut child = deployment(&bench);
    wait_until_held(&bench, &mut child, MANY);
    cancel(&bench, child);
}

#[test]
fn a_deployment_that_is_cancelled_while_it_holds_forty_services_still_gives_back_what_it_has() {
    let bench = crowd();
    let mut child = deployment(&bench);
    wait_until_held(&bench, &mut child, MANY / 4);
    cancel(&bench, child);
    assert!(
        !bench
            .simulator
            .operations()
            .contains(&"UpdateService".to_owned())
    );
}

#[test]
fn many_groups_are_held_still_and_given_back_together_in_the_order_of_their_names() {
    let bench = crowd();
    let mut groups = String::new();
    for nth in 0..MANY {
        write!(groups, " --auto-scaling-group g{nth}").unwrap();
    }
    let mut child = bench.stage("suspend-scaling", &groups, "17").spawn();
    wait_until_held(&bench, &mut child, MANY / 2);
    cancel(&bench, child);

    let told = |stage: &str, word: &str| {
        let outcome = bench.stage(stage, &groups, "17").run().expect(0);
        let lines = outcome.stderr.lines().filter(|line| line.contains(word));
        let name = |line: &str| {
            let word = line.split("group ").nth(1).unwrap();
            word.split([' ', ':']).next().unwrap().to_owned()
        };
        lines.map(name).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = (0..MANY).map(|nth| format!("g{nth}")).collect();
    names.sort();
    assert_eq!(told("suspend-scaling", "suspended: "), names);
    assert_eq!(held(&bench), MANY);
    assert_eq!(told("resume-scaling", "resumed: "), names);
    bench.is_as_before("groups");
}

#[test]
fn a_sweep_gives_back_what_a_killed_run_left_of_forty_services_within_seconds() {
    let bench = crowd();
    let mut child = deployment(&bench);
    wait_until_held(&bench, &mut child, MANY);
    child.kill().unwrap();
    child.wait().unwrap();
    bench.end_leases();
    let began = Instant::now();
    let sweep = bench.stage("resume-scaling", "--stale true --force true", "99");
    sweep.run().expect(0);
    assert!(began.elapsed() < TIME, "{:?}", began.elapsed());
    bench.is_as_before("a sweep over forty services");
}
