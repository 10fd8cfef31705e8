//! Every verdict, for services that roll and for services that move traffic, with a new task definition and with the same one:
//! once as AWS is on a good day, once with 30 % of all calls throttled and 10 % of the connections closed, half of them before a
//! call took effect and half after it.
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::deployments;
use crate::support::deploying::new_version;
use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

/// What is deployed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// A new version of `web`.
    New,
    /// What `web` has already, by force.
    Same,
    /// What `web-native`, which moves its traffic, has already, by force.
    Native,
    /// What `web` has already, without force.
    Nothing,
    /// What a service has already whose first deployment failed.
    NeverDone,
}

/// A way to end: what is deployed, the story, more options, the verdict and the exit code.
type Ending = (What, &'static str, &'static str, &'static str, i32);

const ENDINGS: &[Ending] = &[
    (What::New, "steady", "", "deployed", 0),
    (What::Same, "steady", "", "deployed", 0),
    (What::Native, "steady", "", "deployed", 0),
    (What::Native, "steady", "--wait-until clean", "deployed", 0),
    (What::Nothing, "steady", "", "unchanged", 0),
    (What::New, "crash-loop", "", "rolled-back", 6),
    (What::Same, "crash-loop", "", "rolled-back", 6),
    (What::Native, "hook-failure", "", "rolled-back", 6),
    (What::New, "bad-image", "", "rolled-back", 6),
    (What::New, "health-check", "", "rolled-back", 6),
    (What::New, "no-capacity", "", "rolled-back", 6),
    (What::New, "alarm", "", "rolled-back", 6),
    (What::Native, "alarm", "", "rolled-back", 6),
    (
        What::New,
        "hang",
        "--fail-fast 1 --timeout 4s --on-timeout rollback",
        "rolled-back",
        6,
    ),
    (What::New, "no-rollback", "", "failed", 6),
    (What::Same, "no-rollback", "", "failed", 6),
    (What::NeverDone, "", "", "rollback-failed", 6),
    (What::Same, "hang", "", "rolled-back", 6),
    (What::New, "hang", "--timeout 4s", "timed-out", 7),
    (What::Native, "hang", "--timeout 4s", "timed-out", 7),
    (What::New, "superseded", "", "superseded", 9),
    (What::Same, "superseded", "", "superseded", 9),
    (What::Native, "superseded", "", "superseded", 9),
    (What::Native, "approval", "", "paused", 10),
];

/// How fast the simulator is: a rollout takes two or three real seconds, so that each stage of it can be seen.
const SPEED: &str = "--speed 60";

fn service(what: What) -> &'static str {
    match what {
        What::New | What::Same | What::Nothing => "web",
        What::Native => "web-native",
        What::NeverDone => "fresh",
    }
}

/// A service whose first deployment fails, because its image is nowhere: there is nothing to go back to.
fn make_fresh(simulator: &Simulator) {
    simulator.ecs(
        "RegisterTaskDefinition",
        &json!({
            "family": "fresh", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            "containerDefinitions": [{"name": "web", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:never-pushed"}],
        }),
    );
    simulator.ecs(
        "CreateService",
        &json!({
            "cluster": "demo", "serviceName": "fresh", "taskDefinition": "fresh", "desiredCount": 2, "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}},
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
        }),
    );
    simulator.control("POST", "/_sim/advance", r#"{"seconds":1800}"#);
}

/// Somebody stops the deployment of a service as soon as there is one.
fn stop_by_hand(simulator: &Simulator, service: &str) {
    let began = Instant::now();
    loop {
        let input = json!({"cluster": "demo", "service": service, "status": ["IN_PROGRESS"]});
        let list = simulator.ecs("ListServiceDeployments", &input);
        if let Some(arn) = list["serviceDeployments"][0]["serviceDeploymentArn"].as_str() {
            simulator.ecs(
                "StopServiceDeployment",
                &json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}),
            );
            return;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{list}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn check(ending: &Ending, faulty: bool) {
    let (what, story, options, verdict, code) = *ending;
    let about = format!("{what:?} {story} {options}");
    let (simulator, folder) = (Simulator::start(SPEED), Folder::new());
    let name = service(what);
    if what == What::NeverDone {
        make_fresh(&simulator);
    } else {
        simulator.story(name, story);
    }
    if faulty {
        for fault in [
            json!({"kind": "throttle", "chance": 0.3, "seed": 1}),
            json!({"kind": "drop-before", "chance": 0.05, "seed": 2}),
            json!({"kind": "drop-after", "chance": 0.05, "seed": 3}),
        ] {
            simulator.control("POST", "/_sim/fault", &fault.to_string());
        }
    }
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service")
        .arg(name)
        .args(options);
    let run = match what {
        What::New => {
            folder.write("web.json", &new_version("web"));
            run.args("--task-definition web.json")
        }
        What::Nothing => run.args("--task-definition-arn web:1"),
        What::Same | What::Native | What::NeverDone => run.arg("--force-new-deployment"),
    };
    let child = simulator.serve(run.in_workflow()).spawn();
    // With this story nothing else would ever end it.
    if what == What::Same && story == "hang" {
        stop_by_hand(&simulator, name);
    }
    let outcome = crate::support::run::ended(child);
    assert_eq!(outcome.code, code, "{about}:\n{}", outcome.stderr);
    let outputs = github_outputs(&folder.read("github-output"));
    let told = outputs.iter().find(|(name, _)| name == "verdict");
    let told = told.map(|(_, verdict)| verdict.as_str());
    assert_eq!(told, Some(verdict), "{about}:\n{}", outcome.stderr);
    let started = usize::from(what != What::Nothing);
    assert_eq!(
        deployments(&simulator, name),
        started,
        "{about}:\n{}",
        outcome.stderr
    );
    let findings: Vec<Value> = simulator
        .journal()
        .into_iter()
        .filter(|call| {
            call["findings"]
                .as_array()
                .is_some_and(|list| !list.is_empty())
        })
        .collect();
    assert!(findings.is_empty(), "{about}: {findings:?}");
}

/// All of them at once: they wait most of the time.
fn check_all(faulty: bool) {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let checks: Vec<_> = ENDINGS
            .iter()
            .map(|ending| scope.spawn(move || check(ending, faulty)))
            .collect();
        let failed = checks.into_iter().filter_map(|check| check.join().err());
        failed
            .map(|cause| {
                cause
                    .downcast_ref::<String>()
                    .cloned()
                    .unwrap_or_else(|| "a check failed".to_owned())
            })
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_way_to_end_has_its_verdict_and_its_exit_code() {
    check_all(false);
}

#[test]
fn every_way_to_end_has_them_too_when_calls_are_throttled_and_connections_dropped() {
    check_all(true);
}
