//! A run that is killed after any of its calls, and everything that can repair it: afterwards scaling is exactly as it was
//! before the first run, and no lease is left.
//!
//! A run is made once for each of its calls, by their number and whatever they are: the simulator carries the n-th call out and
//! holds its answer back, and the process gets SIGKILL. It begins with the first call and ends when a run ends by itself before
//! its n-th, so none is left out.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::run::{Folder, Run, stage};
use crate::support::simulator::Simulator;

mod cancelled;
mod deployments;
mod people;
mod pipelines;
mod unreturned;

const BOTH: &str = "--cluster demo --service web --auto-scaling-group blue";

const TAG: &str = "wharfie:suspended";

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
        Self::with(folder, &format!("{options} --seed {}", seed.display()))
    }

    /// The built-in world.
    fn built_in(options: &str) -> Self {
        Self::with(Folder::new(), options)
    }

    fn with(folder: Folder, options: &str) -> Self {
        let simulator = Simulator::start(options);
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

    /// Runs a stage and kills it right after its n-th call.
    fn kill(&self, run: Run, nth: usize) -> End {
        let calls = || self.simulator.operations();
        let before = calls().len();
        let fault = json!({"nth": nth, "kind": "slow", "seconds": 600});
        self.simulator
            .control("POST", "/_sim/fault", &fault.to_string());
        let mut child = run.spawn();
        while calls().len() < before + nth {
            if let Some(status) = child.try_wait().unwrap() {
                let made = calls().split_off(before);
                // The call may have come after it was counted and before the end was seen.
                assert!(made.len() < nth, "it ended although its call is held");
                assert!(status.success(), "{status} after {made:?}");
                return End::Whole(made);
            }
            thread::sleep(Duration::from_millis(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        End::Killed
    }

    /// Lets every lease that stands be over, without waiting for it.
    fn end_leases(&self) {
        self.rewrite_leases(&|member| {
            let is_end = member.starts_with("exp=");
            is_end.then(|| "exp=1".to_owned())
        });
    }

    /// Writes other members into every lease that stands.
    fn rewrite_leases(&self, member: &dyn Fn(&str) -> Option<String>) {
        let rewritten = |lease: &str| {
            let members = lease.split(' ');
            let members = members.map(|old| member(old).unwrap_or_else(|| old.to_owned()));
            members.collect::<Vec<_>>().join(" ")
        };
        let Scaling { targets, groups } = scaling(&self.simulator);
        let all = json!({"ServiceNamespace": "ecs"});
        let all = self.scaling_call("DescribeScalableTargets", &all);
        for target in all["ScalableTargets"].as_array().unwrap() {
            let id = target["ResourceId"].as_str().unwrap();
            if let Some(lease) = lease(&targets[id]) {
                let tag = json!({
                    "ResourceARN": target["ScalableTargetARN"], "Tags": {TAG: rewritten(&lease)},
                });
                self.scaling_call("TagResource", &tag);
            }
        }
        if let Some(lease) = lease(&groups["blue"]) {
            let value = rewritten(&lease).replace(' ', "%20").replace('+', "%2B");
            self.group_call(&format!(
                "Action=CreateOrUpdateTags&Tags.member.1.ResourceId=blue&Tags.member.1.Key={TAG}\
                 &Tags.member.1.ResourceType=auto-scaling-group&Tags.member.1.Value={value}\
                 &Tags.member.1.PropagateAtLaunch=false"
            ));
        }
    }

    /// A call of Application Auto Scaling by somebody who uses no stage of ours.
    fn scaling_call(&self, operation: &str, input: &Value) -> Value {
        let headers = format!(
            "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AnyScaleFrontendService.{operation}"
        );
        serde_json::from_str(&self.call(&headers, &input.to_string())).unwrap()
    }

    /// A call of EC2 Auto Scaling by somebody who uses no stage of ours.
    fn group_call(&self, form: &str) {
        let headers = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
        self.call(headers, &format!("{form}&Version=2011-01-01"));
    }

    fn call(&self, headers: &str, body: &str) -> String {
        let mut environment = self.simulator.environment().iter();
        let (_, url) = environment
            .find(|(name, _)| name == "AWS_ENDPOINT_URL")
            .unwrap();
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: simulator\r\nAuthorization: AWS4-HMAC-SHA256 by-hand\r\nConnection: close\r\n\
             {headers}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        body.to_owned()
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

fn lease(of: &Value) -> Option<String> {
    of["tags"][TAG].as_str().map(str::to_owned)
}

fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// How a run ended that was to be killed.
enum End {
    Killed,
    /// By itself, after these calls. The bench is of no more use: its simulator still waits for the call it was to be killed
    /// after.
    Whole(Vec<String>),
}

/// Does something for every case, on several benches at once. A bench for which it gives false is not used again.
fn for_each<T: Clone + std::fmt::Debug>(
    cases: impl Iterator<Item = T> + Send,
    bench: impl Fn() -> Bench + Sync,
    act: impl Fn(&Bench, &T) -> bool + Sync,
) {
    // Most of the time they wait for tags to show.
    const BENCHES: usize = 12;
    let (cases, failed) = (Mutex::new(cases), Mutex::new(Vec::new()));
    let work = || {
        let mut mine = None;
        loop {
            let Some(case) = cases.lock().unwrap().next() else {
                return;
            };
            let bench = mine.get_or_insert_with(&bench);
            let act = std::panic::AssertUnwindSafe(|| act(bench, &case));
            match std::panic::catch_unwind(act) {
                Ok(true) => {}
                Ok(false) => mine = None,
                Err(_) => {
                    failed.lock().unwrap().push(format!("{case:?}"));
                    mine = None;
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..BENCHES {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "killed after: {failed:#?}");
}

/// A call of `suspend-scaling`, or of `resume-scaling` after it: its number in the run, and what it is.
#[derive(Clone, Debug)]
struct Step {
    stage: &'static str,
    nth: usize,
    #[expect(dead_code, reason = "shown when the case fails")]
    operation: String,
}

/// Every call of both stages, which make the same calls every time.
fn steps(bench: &Bench) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut before = 0;
    for stage in ["suspend-scaling", "resume-scaling"] {
        bench.stage(stage, BOTH, "17").run().expect(0);
        let made = bench.simulator.operations().split_off(before);
        before += made.len();
        let numbered = made.into_iter().zip(1..);
        steps.extend(numbered.map(|(operation, nth)| Step {
            stage,
            nth,
            operation,
        }));
    }
    bench.is_as_before("a clean run");
    steps
}

/// Suspends and resumes, up to a call.
fn kill_at(bench: &Bench, step: &Step) {
    let first = bench.stage("suspend-scaling", BOTH, "17");
    let end = if step.stage == "suspend-scaling" {
        bench.kill(first, step.nth)
    } else {
        first.run().expect(0);
        bench.kill(bench.stage("resume-scaling", BOTH, "17"), step.nth)
    };
    assert!(
        matches!(end, End::Killed),
        "there was no such call: {step:?}"
    );
}

#[test]
fn steps_killed_after_any_call_are_repaired_by_resume_by_a_sweep_and_by_the_next_run() {
    let bench = || Bench::new("--speed 10", SEED);
    let steps = steps(&bench());
    assert_eq!(steps.len(), 34, "{steps:#?}");
    for_each(steps.into_iter(), bench, |bench, step| {
        kill_at(bench, step);
        bench.stage("resume-scaling", BOTH, "17").run().expect(0);
        bench.is_as_before("resume-scaling, in a step after it");

        kill_at(bench, step);
        bench.end_leases();
        let sweep = bench.stage("resume-scaling", "--stale true", "99");
        sweep.run().expect(0);
        bench.is_as_before("resume-scaling --stale, from anywhere");

        kill_at(bench, step);
        bench.end_leases();
        bench.stage("suspend-scaling", BOTH, "18").run().expect(0);
        bench.stage("resume-scaling", BOTH, "18").run().expect(0);
        bench.is_as_before("the next run");
        true
    });
}
