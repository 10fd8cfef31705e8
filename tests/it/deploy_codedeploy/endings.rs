//! How a deployment ends: every story with its verdict, its exit code and its reason.

use super::{flags, told};

/// What a story ends with: how fast it is told, what is asked for besides, verdict, exit code, and what a person has to read.
type Ending = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i32,
    &'static [&'static str],
);

const ENDINGS: &[Ending] = &[
    (
        "steady",
        "300",
        "",
        "deployed",
        0,
        &[
            "Install done",
            "100 % to the new tasks (green)",
            "AfterAllowTraffic done",
            "deployed: `web-codedeploy:2`",
        ],
    ),
    (
        "crash-loop",
        "1200",
        "",
        "rolled-back",
        6,
        &[
            "Install failed",
            "CodeDeploy goes back, with deployment",
            "container `web` exited with code 1",
            "last lines of container `web`",
            "rolled back to `web-codedeploy:1`",
        ],
    ),
    (
        "no-rollback",
        "1200",
        "",
        "failed",
        6,
        &[
            "automatic rollback of the deployment group is off",
            "container `web` exited with code 1",
        ],
    ),
    (
        "superseded",
        "120",
        "",
        "superseded",
        9,
        &["superseded by another deployment: `d-"],
    ),
    ("alarm", "300", "", "rolled-back", 6, &["ALARM_ACTIVE"]),
    (
        "approval",
        "300",
        "",
        "paused",
        10,
        &["wharfie-continue-deployment --deployment d-"],
    ),
    (
        "approved",
        "120",
        "--on-pause wait",
        "deployed",
        0,
        &["waiting for somebody to let the traffic move"],
    ),
    (
        "stopped",
        "300",
        "",
        "stopped",
        6,
        &[
            "MANUAL_STOP",
            "somebody stopped the deployment",
            "StopDeployment in CloudTrail",
        ],
    ),
    (
        "hook-failure",
        "300",
        "--codedeploy-appspec hooked.yaml",
        "rolled-back",
        6,
        &[
            "lifecycle event AfterAllowTestTraffic failed",
            "HOOK_EXECUTION_FAILURE",
            "a hook's function said no",
            "ScriptFailed: The function for the lifecycle event AfterAllowTestTraffic reported the status Failed",
            "last lines of the hook of `AfterAllowTestTraffic` (check-web):",
            "ERROR the new task set answers with 500",
        ],
    ),
    (
        "load",
        "300",
        "--suspend-scaling never",
        "rolled-back",
        6,
        &["AUTOSCALING_VALIDATION_ERROR"],
    ),
    (
        "load",
        "300",
        "",
        "deployed",
        0,
        &["suspended: `scale-in`, `scale-out`, `scheduled`"],
    ),
];

#[test]
fn every_story_has_its_verdict_its_exit_code_and_its_reason_and_scaling_is_as_before() {
    std::thread::scope(|together| {
        for ending in ENDINGS {
            together.spawn(|| holds(ending));
        }
    });
}

fn holds((story, speed, more, verdict, code, said): &Ending) {
    let (simulator, folder, outcome) = told(story, speed, more, *code);
    for text in *said {
        assert!(
            outcome.stderr.contains(text),
            "{story}: {text}\n{}",
            outcome.stderr
        );
    }
    assert_eq!(
        folder.output("verdict"),
        *verdict,
        "{story}: {}",
        outcome.stderr
    );
    assert!(
        folder.output("codedeploy-deployment-id").starts_with("d-"),
        "{story}"
    );
    assert_eq!(flags(&simulator), [false; 3], "{story}");
    assert_eq!(simulator.count("CreateDeployment"), 1, "{story}");
    assert_eq!(simulator.count("UpdateService"), 0, "{story}");
}

#[test]
fn failing_tasks_can_stop_it_long_before_codedeploy_gives_up() {
    let (_simulator, folder, outcome) = told("crash-loop", "60", "--fail-fast 2", 6);
    assert_eq!(
        folder.output("verdict"),
        "rolled-back",
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("the limit is 2"),
        "{}",
        outcome.stderr
    );
}
