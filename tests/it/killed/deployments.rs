//! A deployment that holds scaling still, killed after any of its calls: by ECS itself, and by CodeDeploy.
use std::sync::Mutex;

use super::{Bench, Call, SEED, for_each};

/// What the run before left may still be deploying.
const PATIENT: &str = "--cluster demo --force-new-deployment true --if-running wait";

/// Kills a deployment of a service after each call from the first that is about scaling to the last, once for every repair.
fn killed_after_any_call(service: &str, options: &str, bench: impl Fn() -> Bench + Sync) {
    let deploy = format!("{PATIENT} --service {service} {options}");
    let repair = format!("--cluster demo --service {service}");
    let clean = bench();
    clean.stage("deploy-service", &deploy, "17").run().expect(0);
    clean.is_as_before("a clean run");
    let operations = clean.simulator.operations();
    let is_first = |made: &String| made == "DescribeScalableTargets";
    let first = operations.iter().position(is_first).unwrap();
    let calls = Call::all(&operations).split_off(first);
    let missed = Mutex::new(Vec::new());
    for_each(&calls, bench, |bench, call| {
        let kill = || {
            let killed = bench.kill(bench.stage("deploy-service", &deploy, "17"), call);
            if !killed {
                bench.is_as_before("a deployment that nobody killed");
                missed.lock().unwrap().push(call.clone());
            }
            killed
        };
        if !kill() {
            return false;
        }
        bench.stage("resume-scaling", &repair, "17").run().expect(0);
        bench.is_as_before("resume-scaling, in a step after it");

        if !kill() {
            return false;
        }
        // It does not touch a service that is still being deployed.
        bench
            .simulator
            .control("POST", "/_sim/advance", r#"{"seconds":7200}"#);
        bench.end_leases();
        let sweep = bench.stage("resume-scaling", "--stale true", "99");
        sweep.run().expect(0);
        bench.is_as_before("resume-scaling --stale, from anywhere");

        if !kill() {
            return false;
        }
        bench.end_leases();
        bench.stage("deploy-service", &deploy, "18").run().expect(0);
        bench.is_as_before("the next deployment");
        true
    });
    // How often the deployment itself is looked at depends on the time; every call about scaling is always made.
    let missed = missed.into_inner().unwrap();
    let scaling = ["Scal", "Tag", "DescribeScheduled"];
    let is_scaling = |call: &&Call| scaling.iter().any(|word| call.operation.contains(word));
    assert_eq!(missed.iter().filter(is_scaling).count(), 0, "{missed:?}");
    assert!(missed.len() * 3 < calls.len(), "{missed:?} of {calls:?}");
}

#[test]
fn a_deployment_killed_after_any_call_is_repaired_by_resume_by_a_sweep_and_by_the_next_one() {
    // Fast enough that a deployment is over when it is looked at for the second time.
    let bench = || Bench::new("--speed 600", SEED);
    killed_after_any_call("web", "--suspend-scaling always", bench);
}

#[test]
fn a_deployment_by_codedeploy_killed_after_any_call_is_repaired_in_the_same_ways() {
    let bench = || Bench::built_in("--speed 1200");
    killed_after_any_call("web-codedeploy", "", bench);
}
