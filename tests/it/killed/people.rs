//! The same, with a person who changes something in between: their change stands, and is reported.
use std::io::Read as _;

use serde_json::{Value, json};

use super::{BOTH, Bench, SEED, by_hand, calls_of_steps, for_each, kill_steps, scaling};
use crate::support::simulator::Simulator;

const FLAGS: [&str; 3] = [
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
];
const PROCESSES: [&str; 3] = ["AlarmNotification", "AZRebalance", "ScheduledActions"];

fn call(simulator: &Simulator, headers: &str, body: &str) {
    let mut answer = String::new();
    by_hand(simulator, headers, body)
        .read_to_string(&mut answer)
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Sets the flags of the service.
fn set_flags(simulator: &Simulator, flags: &Value) {
    let input = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
        "ScalableDimension": "ecs:service:DesiredCount", "SuspendedState": flags,
    });
    call(
        simulator,
        "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AnyScaleFrontendService.RegisterScalableTarget",
        &input.to_string(),
    );
}

/// Suspends or resumes a process of the group.
fn set_process(simulator: &Simulator, action: &str, process: &str) {
    call(
        simulator,
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        &format!(
            "Action={action}&Version=2011-01-01&AutoScalingGroupName=blue&ScalingProcesses.member.1={process}"
        ),
    );
}

/// Turns a flag of the service and a process of the group over, and says what both are now: suspended or not.
fn turn_over(simulator: &Simulator, which: usize) -> (bool, bool) {
    let now = scaling(simulator);
    let mut flags = now.targets["service/demo/web"]["suspended"].clone();
    let flag = flags[FLAGS[which]] == json!(false);
    flags[FLAGS[which]] = json!(flag);
    set_flags(simulator, &flags);
    let process = !suspended_of(&now.groups).contains(&PROCESSES[which].to_owned());
    let action = if process {
        "SuspendProcesses"
    } else {
        "ResumeProcesses"
    };
    set_process(simulator, action, PROCESSES[which]);
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
    let calls = calls_of_steps(&bench());
    for_each(1..=calls.0 + calls.1, bench, |bench, nth| {
        // Each flag and each process has its turn after every third call.
        let which = nth % FLAGS.len();
        kill_steps(bench, calls, nth);
        let simulator = &bench.simulator;
        let leased = scaling(simulator);
        let (flag, process) = turn_over(simulator, which);
        let repair = bench.stage("resume-scaling", BOTH, "17").run().expect(0);

        let after = scaling(simulator);
        let web = &after.targets["service/demo/web"];
        let mut expected = bench.before.targets["service/demo/web"]["suspended"].clone();
        expected[FLAGS[which]] = json!(flag);
        assert_eq!(web["suspended"], expected, "call {nth}, {}", FLAGS[which]);
        let expected = if process {
            vec![PROCESSES[which]]
        } else {
            vec![]
        };
        assert_eq!(suspended_of(&after.groups), expected, "call {nth}");

        for (subject, before, after) in [
            ("service/demo/web", &leased.targets["service/demo/web"], web),
            ("group blue", &leased.groups["blue"], &after.groups["blue"]),
        ] {
            assert_eq!(after["tags"], json!({}), "call {nth}");
            if before["tags"] != json!({}) {
                let mut said = repair.stderr.lines();
                assert!(
                    said.any(
                        |line| line.contains(subject) && line.contains("by somebody else since")
                    ),
                    "call {nth}, {subject}: {}",
                    repair.stderr
                );
            }
        }
        set_flags(
            simulator,
            &bench.before.targets["service/demo/web"]["suspended"],
        );
        set_process(simulator, "ResumeProcesses", PROCESSES[which]);
        bench.is_as_before("put back by the person");
    });
}
