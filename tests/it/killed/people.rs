//! The same, with a person who changes something in between: their change stands, and is reported.
use serde_json::{Value, json};

use super::{BOTH, Bench, SEED, for_each, kill_at, scaling, steps};

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
