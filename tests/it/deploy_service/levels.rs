//! `--wait-until`: each level ends the wait where it says, in each strategy that moves traffic and in one that does not.
use serde_json::{Value, json};

use crate::support::run::{Folder, stage};
use crate::support::simulator::Simulator;

/// Minutes for which traffic stays where it is after it was moved: so long that a wait for its end would be noticed.
const LONG: i64 = 240;
const SHORT: i64 = 1;

/// How the traffic of `web-native` moves, with a bake time in minutes.
fn strategies(bake: i64) -> [Value; 3] {
    [
        json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": bake}),
        json!({"strategy": "LINEAR", "bakeTimeInMinutes": bake,
            "linearConfiguration": {"stepPercent": 50.0, "stepBakeTimeInMinutes": 1}}),
        json!({"strategy": "CANARY", "bakeTimeInMinutes": bake,
            "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1}}),
    ]
}

/// Deploys a service, and gives its service deployment as it is right after.
fn deployed(simulator: &Simulator, service: &str, level: &str) -> Value {
    let folder = Folder::new();
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --force-new-deployment --service")
        .arg(service)
        .arg("--wait-until")
        .arg(level);
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("verdict=deployed");
    let list = simulator.ecs(
        "ListServiceDeployments",
        &json!({"cluster": "demo", "service": service}),
    );
    let arn = &list["serviceDeployments"][0]["serviceDeploymentArn"];
    let found = simulator.ecs(
        "DescribeServiceDeployments",
        &json!({"serviceDeploymentArns": [arn]}),
    );
    found["serviceDeployments"][0].clone()
}

fn set(simulator: &Simulator, service: &str, configuration: &Value) {
    let input =
        json!({"cluster": "demo", "service": service, "deploymentConfiguration": configuration});
    simulator.ecs("UpdateService", &input);
}

/// How many tasks of a service run that an earlier deployment started.
fn old_tasks(simulator: &Simulator, service: &str, target: &Value) -> usize {
    let input = json!({"cluster": "demo", "serviceName": service, "desiredStatus": "RUNNING"});
    let list = simulator.ecs("ListTasks", &input);
    let input = json!({"cluster": "demo", "tasks": list["taskArns"]});
    let tasks = simulator.ecs("DescribeTasks", &input);
    let target = target["targetServiceRevision"]["arn"].as_str().unwrap();
    let number = target.rsplit_once('/').unwrap().1;
    let old = tasks["tasks"].as_array().unwrap().iter();
    old.filter(|task| task["startedBy"] != format!("ecs-svc/{number}"))
        .count()
}

#[test]
fn with_traffic_the_wait_ends_while_the_moved_traffic_is_watched() {
    for strategy in strategies(LONG) {
        let simulator = Simulator::start("--speed 60");
        set(&simulator, "web-native", &strategy);
        let deployment = deployed(&simulator, "web-native", "traffic");
        let about = deployment.to_string();
        assert_eq!(deployment["status"], "IN_PROGRESS", "{about}");
        assert_eq!(deployment["lifecycleStage"], "BAKE_TIME", "{about}");
        let weight = &deployment["targetServiceRevision"]["requestedProductionTrafficWeight"];
        assert_eq!(weight.as_f64(), Some(100.0), "{about}");
    }
}

#[test]
fn with_completed_and_clean_the_wait_ends_when_it_succeeded_and_the_old_tasks_are_gone() {
    for level in ["completed", "clean"] {
        for strategy in strategies(SHORT) {
            let simulator = Simulator::start("--speed 60");
            set(&simulator, "web-native", &strategy);
            let deployment = deployed(&simulator, "web-native", level);
            let about = format!("{level}: {deployment}");
            assert_eq!(deployment["status"], "SUCCESSFUL", "{about}");
            assert_eq!(
                old_tasks(&simulator, "web-native", &deployment),
                0,
                "{about}"
            );
        }
    }
}

#[test]
fn with_clean_an_early_success_is_not_enough_while_old_tasks_run() {
    let simulator = Simulator::start("--speed 20");
    let early =
        json!({"enable": true, "healthyPercent": 50, "sourceServiceRevisionCleanup": "DEFERRED"});
    set(&simulator, "web", &json!({"earlySuccessCriteria": early}));
    let deployment = deployed(&simulator, "web", "clean");
    assert_eq!(deployment["status"], "SUCCESSFUL", "{deployment}");
    assert_eq!(old_tasks(&simulator, "web", &deployment), 0, "{deployment}");
}
