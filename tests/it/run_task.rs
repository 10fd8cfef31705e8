//! `wharfie-run-task` as it is shipped: tasks that end well, fail, never start, or take too long.

use serde_json::{Value, json};

use crate::support::run::{Folder, Outcome, ended, github_outputs, signal, stage};
use crate::support::simulator::Simulator;

const MIGRATE: &str = r#"[{"name": "web", "command": ["migrate"], "environment": [{"name": "TOKEN", "value": "hush-hush"}]}]"#;

fn world(story: &str) -> Simulator {
    let simulator = Simulator::start("--speed 60");
    tell(&simulator, story);
    simulator
}

fn tell(simulator: &Simulator, story: &str) {
    let form = json!({"family": "web", "story": story});
    simulator.control("POST", "/_sim/story", &form.to_string());
}

fn run(simulator: &Simulator, folder: &Folder, more: &str) -> Outcome {
    let run = stage("run-task", folder)
        .args("--cluster demo --like-service web --task-definition-arn web:1")
        .arg("--overrides")
        .arg(MIGRATE)
        .args(more)
        .in_workflow();
    simulator.serve(run).run()
}

fn output(folder: &Folder, name: &str) -> Option<String> {
    let outputs = github_outputs(&folder.read("github-output"));
    let found = outputs.into_iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}

fn starts(simulator: &Simulator) -> usize {
    let operations = simulator.operations();
    operations.iter().filter(|name| *name == "RunTask").count()
}

#[test]
fn a_migration_runs_in_the_place_of_the_service_and_ends_well() {
    let (simulator, folder) = (world("steady"), Folder::new());
    run(&simulator, &folder, "").expect(0).hides("hush-hush");
    assert_eq!(output(&folder, "verdict").as_deref(), Some("succeeded"));
    assert_eq!(output(&folder, "exit-code").as_deref(), Some("0"));
    let arns: Vec<String> =
        serde_json::from_str(&output(&folder, "run-task-arn").unwrap()).unwrap();
    let answer = simulator.ecs("DescribeTasks", &json!({"cluster": "demo", "tasks": arns}));
    let task = &answer["tasks"][0];
    assert_eq!(
        task["overrides"]["containerOverrides"][0]["command"],
        json!(["migrate"])
    );
    assert_eq!(task["launchType"], "FARGATE");
    assert_eq!(task["attachments"][0]["details"][0]["name"], "subnetId");
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(output(&folder, "report").unwrap()).unwrap())
            .unwrap();
    assert_eq!(report["tasks"][0]["stopCode"], "EssentialContainerExited");
}

#[test]
fn a_migration_that_fails_is_red_and_says_why_without_commands_of_its_log() {
    let (simulator, folder) = (world("steady"), Folder::new());
    let story = json!({"name": "fails", "tasks": {"fate": "exit", "after": 5, "code": 3},
        "log": ["::error::not mine", "ERROR table is locked"]});
    simulator.control(
        "POST",
        "/_sim/story",
        &json!({"family": "web", "story": story}).to_string(),
    );
    let outcome = run(&simulator, &folder, "").expect(6).hides("hush-hush");
    let told = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(
        told.contains("container `web` exited with code 3"),
        "{told}"
    );
    assert!(told.contains("| ERROR table is locked"), "{told}");
    assert!(
        !told
            .lines()
            .any(|line| line.starts_with("::error::not mine")),
        "{told}"
    );
    assert_eq!(output(&folder, "exit-code").as_deref(), Some("3"));
    assert_eq!(output(&folder, "verdict").as_deref(), Some("failed"));
}

#[test]
fn each_way_not_to_start_has_its_cause() {
    for (story, told) in [
        ("bad-image", "not found"),
        ("no-capacity", "no task was started: RESOURCE:FARGATE"),
        ("oom", "OutOfMemoryError"),
    ] {
        let (simulator, folder) = (world(story), Folder::new());
        let outcome = run(&simulator, &folder, "").expect(6);
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(shown.contains(told), "{story}: {shown}");
        assert!(output(&folder, "run-task-arn").is_some());
    }
}

#[test]
fn one_that_never_ends_is_left_or_stopped_when_its_time_is_over() {
    for (more, status) in [("leave", "RUNNING"), ("stop", "STOPPED")] {
        let (simulator, folder) = (world("hang"), Folder::new());
        run(
            &simulator,
            &folder,
            &format!("--timeout 3s --on-timeout {more}"),
        )
        .expect(7);
        simulator.control("POST", "/_sim/advance", r#"{"seconds": 60}"#);
        let arns: Vec<String> =
            serde_json::from_str(&output(&folder, "run-task-arn").unwrap()).unwrap();
        let answer = simulator.ecs("DescribeTasks", &json!({"cluster": "demo", "tasks": arns}));
        assert_eq!(answer["tasks"][0]["lastStatus"], status);
    }
}

#[test]
fn a_lost_answer_throttling_and_late_reads_start_no_second_task_and_lose_none() {
    let folder = Folder::new();
    let seed = folder.write("seed.json", &late_world().to_string());
    let simulator = Simulator::start(&format!("--speed 60 --seed {}", seed.display()));
    for fault in [
        json!({"operation": "RunTask", "nth": 1, "kind": "drop-after"}),
        json!({"operation": "RunTask", "nth": 2, "kind": "throttle"}),
        json!({"operation": "DescribeTasks", "nth": 2, "kind": "error"}),
    ] {
        simulator.control("POST", "/_sim/fault", &fault.to_string());
    }
    let run = stage("run-task", &folder)
        .args("--cluster shop --task-definition-arn job:1 --launch-type EC2")
        .in_workflow();
    simulator.serve(run).run().expect(0);
    assert!(starts(&simulator) >= 3);
    let listed = simulator.ecs(
        "ListTasks",
        &json!({"cluster": "shop", "desiredStatus": "STOPPED"}),
    );
    assert_eq!(listed["taskArns"].as_array().unwrap().len(), 1);
}

/// A cluster with one task definition, whose tasks show ten seconds late.
fn late_world() -> Value {
    json!({
        "clusters": ["shop"],
        "repositories": [{"repositoryName": "job", "images": [{"imageTags": ["v1"]}]}],
        "taskDefinitions": [{"family": "job", "containerDefinitions": [
            {"name": "job", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/job:v1", "memory": 128}]}],
        "rules": {"taskLag": 10},
    })
}

#[test]
fn a_cancelled_job_says_what_goes_on_or_stops_it() {
    for (more, told) in [("leave", "goes on"), ("stop", "is being stopped")] {
        let (simulator, folder) = (world("hang"), Folder::new());
        let run = stage("run-task", &folder)
            .args("--cluster demo --like-service web --task-definition-arn web:1 --on-cancel")
            .arg(more)
            .in_workflow();
        let child = simulator.serve(run).spawn();
        simulator.wait_for("DescribeTasks");
        signal(&child, "TERM");
        let outcome = ended(child).expect(143);
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(shown.contains(told), "{shown}");
        assert!(
            output(&folder, "run-task-arn")
                .unwrap()
                .contains(":task/demo/")
        );
        let stops = simulator.operations();
        let stops = stops.iter().filter(|name| *name == "StopTask").count();
        assert_eq!(stops, usize::from(more == "stop"));
    }
}

#[test]
fn a_file_is_registered_with_what_it_needs_and_a_wrong_override_leaves_nothing_behind() {
    let (simulator, folder) = (world("steady"), Folder::new());
    let described = simulator.ecs("DescribeTaskDefinition", &json!({"taskDefinition": "web"}));
    let mut document = described["taskDefinition"].clone();
    document["volumes"] = json!([{"name": "data", "configuredAtLaunch": true}]);
    folder.write("taskdef.json", &document.to_string());
    let base = || {
        stage("run-task", &folder)
            .args(
                "--cluster demo --like-service web --task-definition taskdef.json --no-check true",
            )
            .in_workflow()
    };
    let wrong = base().arg("--overrides").arg(r#"[{"name": "job"}]"#);
    simulator
        .serve(wrong)
        .run()
        .expect(2)
        .says("there is: `web`");
    simulator
        .serve(base())
        .run()
        .expect(2)
        .says("nothing configures: `data`");
    assert!(
        !simulator
            .operations()
            .contains(&"RegisterTaskDefinition".to_owned())
    );
    let right = base()
        .args("--managed-ebs-volume-name data --managed-ebs-volume")
        .arg(r#"{"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 10}"#);
    simulator.serve(right).run().expect(0);
    assert!(
        output(&folder, "task-definition-arn")
            .unwrap()
            .ends_with("web:2")
    );
}
