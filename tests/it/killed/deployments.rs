//! A deployment that holds scaling still, killed after any of its calls: by ECS itself, and by CodeDeploy.
use std::collections::BTreeMap;
use std::sync::Mutex;

use super::{Bench, End, SEED, for_each};

/// What the run before left may still be deploying.
const PATIENT: &str = "--cluster demo --force-new-deployment true --if-running wait";

/// By what it is repaired that a run was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Repair {
    Resume,
    Sweep,
    NextDeployment,
}

impl Repair {
    const ALL: [Self; 3] = [Self::Resume, Self::Sweep, Self::NextDeployment];

    fn make(self, bench: &Bench, service: &str, deploy: &str) {
        let run = match self {
            Self::Resume => {
                let service = format!("--cluster demo --service {service}");
                bench.stage("resume-scaling", &service, "17")
            }
            Self::Sweep => {
                // It does not touch a service that is still being deployed.
                let hours = r#"{"seconds":7200}"#;
                bench.simulator.control("POST", "/_sim/advance", hours);
                bench.end_leases();
                bench.stage("resume-scaling", "--stale true", "99")
            }
            Self::NextDeployment => {
                bench.end_leases();
                bench.stage("deploy-service", deploy, "18")
            }
        };
        run.run().expect(0);
    }
}

/// Kills a deployment of a service after its first call, its second, and so on until one ends by itself, for every repair.
fn killed_after_any_call(service: &str, options: &str, bench: impl Fn() -> Bench + Sync) {
    let deploy = format!("{PATIENT} --service {service} {options}");
    let whole: Mutex<BTreeMap<Repair, (usize, Vec<String>)>> = Mutex::default();
    let every = (1..).flat_map(|nth| Repair::ALL.map(|repair| (repair, nth)));
    let cases = every
        .take_while(|_| whole.lock().unwrap().len() < Repair::ALL.len())
        .filter(|(repair, _)| !whole.lock().unwrap().contains_key(repair));
    for_each(cases, bench, |bench, (repair, nth)| {
        match bench.kill(bench.stage("deploy-service", &deploy, "17"), *nth) {
            End::Killed => {
                repair.make(bench, service, &deploy);
                bench.is_as_before(&format!("{repair:?}"));
                true
            }
            End::Whole(calls) => {
                bench.is_as_before("a deployment that nobody killed");
                let mut whole = whole.lock().unwrap();
                let shortest = whole.entry(*repair).or_insert((*nth, calls.clone()));
                if *nth < shortest.0 {
                    *shortest = (*nth, calls);
                }
                false
            }
        }
    });
    for (repair, (_, calls)) in whole.into_inner().unwrap() {
        // How often a deployment is looked at depends on the time; what is done about scaling does not.
        let made = |operation: &str| calls.iter().filter(|made| *made == operation).count();
        assert_eq!(made("RegisterScalableTarget"), 2, "{repair:?}: {calls:?}");
        assert_eq!(made("UntagResource"), 1, "{repair:?}: {calls:?}");
    }
}

#[test]
fn a_deployment_killed_after_any_call_is_repaired_by_resume_by_a_sweep_and_by_the_next_one() {
    // Fast enough that a deployment is over when it is looked at.
    let bench = || Bench::new("--speed 3600", SEED);
    killed_after_any_call("web", "--suspend-scaling always", bench);
}

#[test]
fn a_deployment_by_codedeploy_killed_after_any_call_is_repaired_in_the_same_ways() {
    let bench = || Bench::built_in("--speed 7200");
    killed_after_any_call("web-codedeploy", "", bench);
}
