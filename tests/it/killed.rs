//! A run that is killed after any of its calls, and everything that can repair it: afterwards scaling is exactly as it was
//! before the first run, and no lease is left.
//!
//! A clean run is made first, and its calls are counted. Then the run is made once for each of them: the simulator carries
//! the call out and holds its answer back, and the process gets SIGKILL. No call is left out.
use std::io::Write as _;
use std::net::TcpStream;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::run::{Folder, Outcome, Run, ended, stage};
use crate::support::simulator::Simulator;

mod deployments;
mod people;
mod pipelines;

const BOTH: &str = "--cluster demo --service web --auto-scaling-group blue";

/// Something is suspended already, by somebody else: it has to be so afterwards, too.
const SEED: &str = r#"{
  "clusters": ["demo"],
  "taskDefinitions": [{"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128}]}],
  "services": [{"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}],
  "scalableTargets": [{
    "ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount",
    "MinCapacity": 1, "MaxCapacity": 10, "SuspendedState": {"DynamicScalingOutSuspended": true}
  }],
  "autoScalingGroups": [{"AutoScalingGroupName": "blue", "SuspendedProcesses": ["AZRebalance"]}]
}"#;

/// A simulator, and what of its world has to be as before.
struct Bench {
    simulator: Simulator,
    folder: Folder,
    before: Scaling,
}

/// All that is suspended, and every tag.
#[derive(Clone, Debug, PartialEq)]
struct Scaling {
    targets: Value,
    groups: Value,
}

impl Bench {
    fn new(options: &str, seed: &str) -> Self {
        let folder = Folder::new();
        let seed = folder.write("seed.json", seed);
        let simulator = Simulator::start(&format!("{options} --seed {}", seed.display()));
        let before = scaling(&simulator);
        Self {
            simulator,
            folder,
            before,
        }
    }

    /// A stage as a step of a run of the CI system.
    fn stage(&self, name: &str, arguments: &str, run: &str) -> Run {
        let stage = stage(name, &self.folder)
            .args(arguments)
            .env("GITHUB_RUN_ID", run);
        self.simulator.serve(stage)
    }

    fn calls(&self) -> usize {
        self.simulator.journal().len()
    }

    /// Runs a stage and kills it when its n-th call was carried out. None if it ended before: it makes fewer calls.
    fn kill(&self, run: Run, nth: usize) -> Option<Outcome> {
        let before = self.calls();
        let fault = format!(r#"{{"nth":{nth},"kind":"slow","seconds":600}}"#);
        self.simulator.control("POST", "/_sim/fault", &fault);
        let mut child = run.spawn();
        let mut over = false;
        while self.calls() < before + nth {
            if child.try_wait().unwrap().is_some() {
                over = true;
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        if !over {
            child.kill().unwrap();
        }
        let outcome = ended(child);
        if over {
            // The fault is still waiting, and would meet the next run.
            while self.faults() {
                self.call_and_leave();
            }
            return None;
        }
        Some(outcome)
    }

    /// A call of which nobody reads the answer.
    fn call_and_leave(&self) {
        let before = self.calls();
        let body = r#"{"ServiceNamespace":"ecs"}"#;
        let headers = "Content-Type: application/x-amz-json-1.1\r\n\
                       X-Amz-Target: AnyScaleFrontendService.DescribeScalableTargets";
        let _left = by_hand(&self.simulator, headers, body);
        while self.calls() == before {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn faults(&self) -> bool {
        let state = self.simulator.state();
        state["faults"]
            .as_array()
            .is_some_and(|faults| !faults.is_empty())
    }

    /// Until every lease that stands is over.
    fn wait_for_the_end_of_leases(&self) {
        let Scaling { targets, groups } = scaling(&self.simulator);
        let ends = [&targets, &groups].into_iter().flat_map(|all| {
            let all = all.as_object().unwrap().values();
            all.filter_map(|one| end_of_lease(&one["tags"]))
        });
        let Some(end) = ends.max() else { return };
        while unix_time() <= end {
            thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    fn is_as_before(&self, of: &str) {
        assert_eq!(scaling(&self.simulator), self.before, "{of}");
    }
}

fn scaling(simulator: &Simulator) -> Scaling {
    let mut state = simulator.state();
    Scaling {
        targets: state["application-autoscaling"].take(),
        groups: state["autoscaling"].take(),
    }
}

fn end_of_lease(tags: &Value) -> Option<u64> {
    let lease = tags["wharfie:suspended"].as_str()?;
    let end = lease
        .split(' ')
        .find_map(|member| member.strip_prefix("exp="));
    Some(end.unwrap().parse().unwrap())
}

/// Sends a call as somebody who uses no stage of ours.
fn by_hand(simulator: &Simulator, headers: &str, body: &str) -> TcpStream {
    let url = simulator
        .environment()
        .iter()
        .find(|(name, _)| name == "AWS_ENDPOINT_URL");
    let address = url.unwrap().1.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: simulator\r\nAuthorization: AWS4-HMAC-SHA256 by-hand\r\nConnection: close\r\n\
         {headers}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    stream
}

fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// Does something for every number, on several benches at once.
fn for_each(
    numbers: RangeInclusive<usize>,
    bench: impl Fn() -> Bench + Sync,
    act: impl Fn(&Bench, usize) + Sync,
) {
    // Most of the time they wait: for tags to show, and for leases to end.
    const BENCHES: usize = 12;
    let next = AtomicUsize::new(*numbers.start());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..BENCHES {
            scope.spawn(|| {
                let mut mine = None;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > *numbers.end() {
                        return;
                    }
                    let bench = mine.get_or_insert_with(&bench);
                    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        act(bench, number)
                    }));
                    if done.is_err() {
                        failed.lock().unwrap().push(number);
                        mine = None;
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "calls {failed:?} of {numbers:?}");
}

/// How many calls `suspend-scaling` makes, and `resume-scaling` after it.
fn calls_of_steps(bench: &Bench) -> (usize, usize) {
    bench.stage("suspend-scaling", BOTH, "17").run().expect(0);
    let suspend = bench.calls();
    bench.stage("resume-scaling", BOTH, "17").run().expect(0);
    let all = bench.calls();
    bench.is_as_before("a clean run");
    (suspend, all - suspend)
}

/// Suspends and resumes, up to the n-th call of both.
fn kill_steps(bench: &Bench, (suspend, _): (usize, usize), nth: usize) {
    let short = format!("{BOTH} --lease-seconds 4");
    let first = bench.stage("suspend-scaling", &short, "17");
    if nth <= suspend {
        bench
            .kill(first, nth)
            .unwrap_or_else(|| panic!("there was no call {nth}"));
        return;
    }
    first.run().expect(0);
    let second = bench.stage("resume-scaling", BOTH, "17");
    bench
        .kill(second, nth - suspend)
        .unwrap_or_else(|| panic!("there was no call {nth}"));
}

#[test]
fn steps_killed_after_any_call_are_repaired_by_resume_by_a_sweep_and_by_the_next_run() {
    let began = Instant::now();
    let bench = || Bench::new("--speed 10", SEED);
    let calls = calls_of_steps(&bench());
    assert_eq!(calls, (20, 13), "a service and a group");
    for_each(1..=calls.0 + calls.1, bench, |bench, nth| {
        kill_steps(bench, calls, nth);
        bench.stage("resume-scaling", BOTH, "17").run().expect(0);
        bench.is_as_before("resume-scaling, in a step after it");

        kill_steps(bench, calls, nth);
        bench.wait_for_the_end_of_leases();
        bench
            .stage("resume-scaling", "--stale true", "99")
            .run()
            .expect(0);
        bench.is_as_before("resume-scaling --stale, from anywhere");

        kill_steps(bench, calls, nth);
        let patient = format!("{BOTH} --timeout 60s");
        bench
            .stage("suspend-scaling", &patient, "18")
            .run()
            .expect(0);
        bench.stage("resume-scaling", BOTH, "18").run().expect(0);
        bench.is_as_before("the next run");
    });
    eprintln!(
        "killed after each of {} calls, {:.0?}",
        calls.0 + calls.1,
        began.elapsed()
    );
}
