//! `wharfie-diagnose-service` as it is shipped: what it says of deployments that nobody watched.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::policy;
use crate::support::run::{Folder, Outcome, github_outputs, stage};
use crate::support::simulator::Simulator;

/// A deployment of a service that follows a story and is let alone for so long.
fn left_alone(service: &str, story: &str, seconds: u32) -> (Simulator, Folder) {
    let (simulator, folder) = (Simulator::start("--speed 1"), Folder::new());
    simulator.story(service, story);
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --force-new-deployment --wait false --service")
        .arg(service);
    simulator.serve(run).run().expect(0);
    simulator.control(
        "POST",
        "/_sim/advance",
        &format!("{{\"seconds\":{seconds}}}"),
    );
    (simulator, folder)
}

fn diagnose(simulator: &Simulator, folder: &Folder, service: &str) -> Outcome {
    let run = stage("diagnose-service", folder)
        .args("--cluster demo --service")
        .arg(service)
        .in_workflow();
    simulator.serve(run).run()
}

fn verdict(folder: &Folder) -> String {
    let outputs = github_outputs(&folder.read("github-output"));
    let found = outputs.into_iter().find(|(name, _)| name == "verdict");
    found.map(|(_, value)| value).unwrap_or_default()
}

/// What a story ends with, a while after its start: service, story, seconds, exit code, verdict, and what a person has to read.
type Told = (
    &'static str,
    &'static str,
    u32,
    i32,
    &'static str,
    &'static [&'static str],
);

/// See `Told`.
const STORIES: &[Told] = &[
    ("web", "steady", 600, 0, "deployed", &["deployed: `web:1`"]),
    (
        "web",
        "crash-loop",
        900,
        6,
        "rolled-back",
        &[
            "container `web` exited with code 1",
            "last lines of container `web`",
            "DATABASE_URL",
        ],
    ),
    (
        "web",
        "no-rollback",
        900,
        6,
        "failed",
        &["exited with code 1"],
    ),
    (
        "web",
        "bad-image",
        900,
        6,
        "rolled-back",
        &["CannotPullContainerError"],
    ),
    ("web", "alarm", 900, 6, "rolled-back", &["alarm"]),
    ("web", "superseded", 900, 0, "deployed", &["deployed: "]),
    (
        "web",
        "hang",
        300,
        7,
        "in-progress",
        &["in progress", "--attach"],
    ),
    (
        "web-native",
        "steady",
        1800,
        0,
        "deployed",
        &["deployed: `web-native:1`"],
    ),
    (
        "web-native",
        "approval",
        300,
        10,
        "paused",
        &[
            "wharfie-continue-deployment --deployment",
            "POST_TEST_TRAFFIC_SHIFT",
        ],
    ),
    (
        "web-native",
        "hook-failure",
        1800,
        6,
        "rolled-back",
        &["returned FAILED status", "a hook said no"],
    ),
    (
        "web-codedeploy",
        "steady",
        1800,
        0,
        "deployed",
        &["deployed: `web-codedeploy:1`"],
    ),
    (
        "web-codedeploy",
        "steady",
        200,
        7,
        "in-progress",
        &["% of the traffic", "wharfie-deploy-service --attach d-"],
    ),
    (
        "web-codedeploy",
        "approval",
        300,
        10,
        "paused",
        &["wharfie-continue-deployment --deployment d-"],
    ),
    // The last deployment of the group is the one that went back: the one that failed is meant.
    (
        "web-codedeploy",
        "crash-loop",
        4500,
        6,
        "rolled-back",
        &[
            "Install failed",
            "rolled back to `web-codedeploy:1`",
            "container `web` exited with code 1",
        ],
    ),
    (
        "web-codedeploy",
        "alarm",
        1200,
        6,
        "rolled-back",
        &[
            "an alarm of the deployment group fired",
            "CodeDeploy goes back, with deployment `d-",
        ],
    ),
    (
        "web-codedeploy",
        "stopped",
        1200,
        6,
        "stopped",
        &["somebody stopped the deployment"],
    ),
];

#[test]
fn every_story_that_nobody_watched_has_its_verdict_its_exit_code_and_its_reason() {
    let allowed = policy::allowed("diagnose-service");
    let mut asked = BTreeSet::new();
    for (service, story, seconds, code, expected, said) in STORIES {
        let (simulator, folder) = left_alone(service, story, *seconds);
        let before = simulator.operations().len();
        let outcome = diagnose(&simulator, &folder, service).expect(*code);
        for text in *said {
            assert!(
                outcome.stderr.contains(text),
                "{story}: {text}\n{}",
                outcome.stderr
            );
        }
        assert_eq!(verdict(&folder), *expected, "{story}\n{}", outcome.stderr);
        let now = simulator.actions_after(before);
        assert!(now.is_subset(&allowed), "{story}: {now:?}");
        asked.extend(now);
    }
    assert_eq!(asked, allowed, "nothing is allowed that is never asked");
}

#[test]
fn what_ecs_forgot_is_said() {
    let (simulator, folder) = left_alone("web", "crash-loop", 2 * 3600);
    let outcome = diagnose(&simulator, &folder, "web")
        .expect(6)
        .says("not known any more: what its tasks said");
    assert!(
        outcome.stderr.contains("circuit breaker"),
        "{}",
        outcome.stderr
    );
    let outputs = github_outputs(&folder.read("github-output"));
    let (_, path) = outputs.iter().find(|(name, _)| name == "report").unwrap();
    let report: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let unknown = report["services"][0]["unknown"].as_array().unwrap();
    assert_eq!(unknown.len(), 1, "{report}");
}

#[test]
fn a_deployment_is_named_by_its_arn_also_when_a_newer_one_took_its_place() {
    let (simulator, folder) = left_alone("web", "superseded", 900);
    let rollouts = simulator.journal();
    let named = rollouts.len();
    assert!(named > 0);
    let run = stage("diagnose-service", &folder)
        .args("--deployment arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/none");
    simulator
        .serve(run)
        .run()
        .expect(4)
        .says("no such service deployment");
}

#[test]
fn a_service_nobody_deployed_lately_is_told_by_its_entry() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    let outcome = diagnose(&simulator, &folder, "web").expect(0);
    assert!(
        outcome.stderr.contains("deployed: `web:1`"),
        "{}",
        outcome.stderr
    );
    let run = stage("diagnose-service", &folder).args("--cluster demo --service wbe");
    simulator.serve(run).run().expect(4).says("`wbe`");
    stage("diagnose-service", &folder).run().expect(2);
}
