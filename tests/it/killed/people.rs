//! The same, with a person who changes something in between: their change stands, and is reported.
use std::process::Child;

use serde_json::{Value, json};

use super::{BOTH, Bench, SEED, for_each, kill_at, lease, scaling, steps};
use crate::support::run::ended;

const FLAGS: [&str; 3] = [
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
];
const PROCESSES: [&str; 3] = ["AlarmNotification", "AZRebalance", "ScheduledActions"];

/// Sets the flags of the service.
fn set_flags(bench: &Bench, flags: &Value) {
    let input = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
        "ScalableDimension": "ecs:service:DesiredCount", "SuspendedState": flags,
    });
    bench.scaling_call("RegisterScalableTarget", &input);
}

/// Suspends or resumes a process of the group.
fn set_process(bench: &Bench, action: &str, process: &str) {
    bench.group_call(&format!(
        "Action={action}&AutoScalingGroupName=blue&ScalingProcesses.member.1={process}"
    ));
}

/// Turns a flag of the service and a process of the group over, and says what both are now: suspended or not.
fn turn_over(bench: &Bench, which: usize) -> (bool, bool) {
    let now = scaling(&bench.simulator);
    let mut flags = now.targets["service/demo/web"]["suspended"].clone();
    let flag = flags[FLAGS[which]] == json!(false);
    flags[FLAGS[which]] = json!(flag);
    set_flags(bench, &flags);
    let process = !suspended_of(&now.groups).contains(&PROCESSES[which].to_owned());
    let action = if process {
        "SuspendProcesses"
    } else {
        "ResumeProcesses"
    };
    set_process(bench, action, PROCESSES[which]);
    (flag, process)
}

fn suspended_of(groups: &Value) -> Vec<String> {
    let suspended = groups["blue"]["suspended"].as_array().unwrap();
    suspended
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_a_person_changed_after_any_call_stands_and_is_reported() {
    // Nothing is suspended before, so that every change in between is a person's.
    let seed = SEED
        .replace(
            r#", "SuspendedState": {"DynamicScalingOutSuspended": true}"#,
            "",
        )
        .replace(r#"["AZRebalance"]"#, "[]");
    let bench = || Bench::new("--speed 10", &seed);
    // Each flag and each process has its turn after every third call.
    let cases = steps(&bench()).into_iter().enumerate();
    for_each(cases, bench, |bench, (nth, step)| {
        let which = nth % FLAGS.len();
        kill_at(bench, step);
        let simulator = &bench.simulator;
        let leased = scaling(simulator);
        let (flag, process) = turn_over(bench, which);
        let repair = bench.stage("resume-scaling", BOTH, "17").run().expect(0);

        let after = scaling(simulator);
        let web = &after.targets["service/demo/web"];
        let mut expected = bench.before.targets["service/demo/web"]["suspended"].clone();
        expected[FLAGS[which]] = json!(flag);
        assert_eq!(web["suspended"], expected, "{step:?}, {}", FLAGS[which]);
        let expected = if process {
            vec![PROCESSES[which]]
        } else {
            vec![]
        };
        assert_eq!(suspended_of(&after.groups), expected, "{step:?}");

        for (subject, before, after) in [
            ("service/demo/web", &leased.targets["service/demo/web"], web),
            ("group blue", &leased.groups["blue"], &after.groups["blue"]),
        ] {
            assert_eq!(after["tags"], json!({}), "{step:?}");
            if before["tags"] != json!({}) {
                let mut said = repair.stderr.lines();
                assert!(
                    said.any(
                        |line| line.contains(subject) && line.contains("by somebody else since")
                    ),
                    "{step:?}, {subject}: {}",
                    repair.stderr
                );
            }
        }
        set_flags(
            bench,
            &bench.before.targets["service/demo/web"]["suspended"],
        );
        set_process(bench, "ResumeProcesses", PROCESSES[which]);
        bench.is_as_before("put back by the person");
        true
    });
}

/// Starts a deployment, and waits until it has suspended and written that down.
fn deploying(bench: &Bench) -> Child {
    let deploy =
        "--cluster demo --service web --force-new-deployment true --suspend-scaling always";
    let child = bench.stage("deploy-service", deploy, "17").spawn();
    let is_held = || {
        let lease = lease(&scaling(&bench.simulator).targets["service/demo/web"]);
        lease.is_some_and(|lease| !lease.contains("set=-") && !lease.contains("may="))
    };
    while !is_held() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child
}

/// Out is suspended before; a deployment suspends the other two. What a person makes of each flag meanwhile, what is said of
/// it, and what is left.
fn changes() -> [(Value, &'static str, Value); 3] {
    let flags = |scale_in: bool, out: bool, scheduled: bool| json!({FLAGS[0]: scale_in, FLAGS[1]: out, FLAGS[2]: scheduled});
    [
        (
            flags(false, true, true),
            "resumed by somebody else since: `scale-in`",
            flags(false, true, false),
        ),
        (
            flags(true, true, false),
            "resumed by somebody else since: `scheduled`",
            flags(false, true, false),
        ),
        (
            flags(true, false, true),
            "suspended before, resumed by somebody else since, left alone: `scale-out`",
            flags(false, false, false),
        ),
    ]
}

#[track_caller]
fn is_left(bench: &Bench, expected: &Value) {
    let now = scaling(&bench.simulator);
    let web = &now.targets["service/demo/web"];
    assert_eq!(web["suspended"], *expected);
    assert_eq!(web["tags"], json!({}));
}

#[test]
fn what_a_person_changes_during_a_deployment_stands_at_its_end_and_is_reported() {
    for (change, said, left) in changes() {
        let bench = Bench::new("--speed 20", SEED);
        let child = deploying(&bench);
        set_flags(&bench, &change);
        ended(child).expect(0).says("deployed").says(said);
        is_left(&bench, &left);
    }
}

#[test]
fn what_a_person_changed_after_a_deployment_was_killed_stands_through_a_sweep_and_through_the_next()
{
    for (change, said, left) in changes() {
        for sweeps in [true, false] {
            let bench = Bench::new("--speed 20", SEED);
            let mut child = deploying(&bench);
            child.kill().unwrap();
            child.wait().unwrap();
            set_flags(&bench, &change);
            bench
                .simulator
                .control("POST", "/_sim/advance", r#"{"seconds":7200}"#);
            bench.end_leases();
            if sweeps {
                let sweep = bench.stage("resume-scaling", "--stale true", "99");
                sweep.run().expect(0).says(said);
            } else {
                let deploy = "--cluster demo --service web --force-new-deployment true --suspend-scaling always";
                bench.stage("deploy-service", deploy, "18").run().expect(0);
            }
            is_left(&bench, &left);
        }
    }
}

#[test]
fn what_a_person_changes_of_a_group_stands_through_a_sweep_and_is_reported() {
    let bench = Bench::new("--speed 10", SEED);
    let group = "--auto-scaling-group blue";
    bench.stage("suspend-scaling", group, "17").run().expect(0);
    set_process(&bench, "ResumeProcesses", "AlarmNotification");
    set_process(&bench, "ResumeProcesses", "AZRebalance");
    set_process(&bench, "SuspendProcesses", "HealthCheck");
    bench.end_leases();
    let sweep = bench.stage("resume-scaling", "--stale true", "99").run();
    sweep
        .expect(0)
        .says("group blue: resumed by somebody else since: `AlarmNotification`")
        .says("group blue: suspended before, resumed by somebody else since, left alone: `AZRebalance`")
        .says("group blue: suspended by somebody else since, left alone: `HealthCheck`");
    let after = scaling(&bench.simulator);
    assert_eq!(suspended_of(&after.groups), ["HealthCheck"]);
    assert_eq!(after.groups["blue"]["tags"], json!({}));
}
