//! A deployment that holds scaling still, killed after any of its calls.
use super::{Bench, SEED, for_each};

/// Short, so that the next deployment need not wait long for the end of a lease.
const DEPLOY: &str = "--cluster demo --service web --force-new-deployment true --suspend-scaling always \
                      --scaling-lease 6s --if-running wait";
const REPAIR: &str = "--cluster demo --service web";

/// Fast enough that a deployment is over when it is looked at for the second time.
fn bench() -> Bench {
    Bench::new("--speed 600", SEED)
}

/// Deploys and is killed after the n-th call; whether it made so many.
fn kill_deployment(bench: &Bench, nth: usize) -> bool {
    let run = bench.stage("deploy-service", DEPLOY, "17");
    let killed = bench.kill(run, nth).is_some();
    if !killed {
        bench.is_as_before("a deployment that nobody killed");
    }
    killed
}

#[test]
fn a_deployment_killed_after_any_call_is_repaired_by_resume_by_a_sweep_and_by_the_next_one() {
    let clean = bench();
    clean.stage("deploy-service", DEPLOY, "17").run().expect(0);
    clean.is_as_before("a clean run");
    let operations = clean.simulator.operations();
    let first = operations
        .iter()
        .position(|made| made == "DescribeScalableTargets")
        .unwrap()
        + 1;
    // One look at the deployment more or less is a matter of time.
    let last = operations.len() + 2;
    let reached = std::sync::Mutex::new(Vec::new());
    for_each(first..=last, bench, |bench, nth| {
        let killed = kill_deployment(bench, nth);
        bench.stage("resume-scaling", REPAIR, "17").run().expect(0);
        bench.is_as_before("resume-scaling, in a step after it");

        kill_deployment(bench, nth);
        bench.wait_for_the_end_of_leases();
        bench
            .stage("resume-scaling", "--stale true", "99")
            .run()
            .expect(0);
        bench.is_as_before("resume-scaling --stale, from anywhere");

        kill_deployment(bench, nth);
        bench.stage("deploy-service", DEPLOY, "18").run().expect(0);
        bench.is_as_before("the next deployment");
        if killed {
            reached.lock().unwrap().push(nth);
        }
    });
    let reached = reached.into_inner().unwrap().len();
    assert!(
        reached >= operations.len() - 2,
        "{reached} of {operations:?}"
    );
}
