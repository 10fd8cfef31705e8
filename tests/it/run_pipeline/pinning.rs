//! What a pipeline resolves is what runs: images by their digests.
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{COMMIT, REPOSITORY};
use crate::support::files::path;
use crate::support::run::{Folder, Run, ended, stage};
use crate::support::simulator::Simulator;

fn pipeline(simulator: &Simulator, folder: &Folder, line: &str) -> Run {
    let run = stage("run-pipeline", folder)
        .args("--container-name web --cluster demo --service web --task-definition")
        .arg(path("examples/web-service/taskdef.json"))
        .args(line);
    simulator.serve(run)
}

/// The container that was registered.
fn registered(simulator: &Simulator) -> Value {
    let journal = simulator.journal();
    let call = journal
        .iter()
        .find(|call| call["operation"] == "RegisterTaskDefinition");
    call.unwrap_or_else(|| panic!("nothing was registered"))["input"]["containerDefinitions"][0]
        .clone()
}

#[test]
fn a_tag_that_moves_while_the_pipeline_runs_changes_nothing_of_what_runs() {
    let folder = Folder::new();
    let simulator = Simulator::start("--speed 20");
    let line = format!("--repository {REPOSITORY} --tag latest");
    let child = pipeline(&simulator, &folder, &line).spawn();
    let waited = Instant::now();
    while !simulator
        .operations()
        .iter()
        .any(|operation| operation == "BatchGetImage")
    {
        assert!(waited.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(10));
    }
    let form = json!({"repositoryName": "web", "imageTags": ["latest"]}).to_string();
    let pushed: Value =
        serde_json::from_str(&simulator.control("POST", "/_sim/push", &form)).unwrap();
    ended(child).expect(0);
    let container = registered(&simulator);
    let image = container["image"].as_str().unwrap().to_owned();
    let (_, digest) = image.split_once('@').unwrap();
    assert_ne!(pushed["imageDigest"], digest);
    assert_eq!(container["dockerLabels"]["wharfie.image-tag"], "latest");
    let state = simulator.state();
    let tasks = state["ecs"]["clusters"][0]["tasks"].as_array().unwrap();
    let new: Vec<&Value> = tasks
        .iter()
        .filter(|task| task["taskDefinition"].as_str().unwrap().ends_with("web:2"))
        .collect();
    assert!(!new.is_empty());
    for task in new {
        assert_eq!(task["imageDigests"]["web"], digest);
    }
}

#[test]
fn an_image_that_is_not_there_ends_the_pipeline_before_anything_is_changed() {
    let folder = Folder::new();
    let simulator = Simulator::start("");
    pipeline(
        &simulator,
        &folder,
        &format!("--repository {REPOSITORY} --tag 8b2d4e6"),
    )
    .run()
    .expect(4)
    .says(&format!("near it are: `{COMMIT}`"));
    assert_eq!(simulator.operations(), ["DescribeImages", "ListImages"]);
    pipeline(
        &simulator,
        &folder,
        &format!("--repository {REPOSITORY} --tag {COMMIT} --platform linux/arm64"),
    )
    .run()
    .expect(4)
    .says("is not built for `linux/arm64`, only for: `linux/amd64`");
    pipeline(
        &simulator,
        &folder,
        &format!("--repository {REPOSITORY} --tag {COMMIT} --max-severity informational"),
    )
    .run()
    .expect(4)
    .says("found worse than `informational`: 2 LOW");
}

#[test]
fn without_pinning_the_tag_stays_and_nothing_is_asked_of_the_registry() {
    let folder = Folder::new();
    let simulator = Simulator::start("--speed 200");
    let image = format!("{REPOSITORY}:{COMMIT}");
    let line = format!("--pin false --image {image}");
    pipeline(&simulator, &folder, &line).run().expect(0);
    assert_eq!(registered(&simulator)["image"], image.as_str());
    assert!(
        !simulator
            .operations()
            .iter()
            .any(|operation| operation.contains("Image"))
    );
    pipeline(&simulator, &folder, &format!("{line} --max-severity high"))
        .run()
        .expect(2)
        .says("`pin` is off: `max-severity`");
}

#[test]
fn an_image_of_another_registry_stays_as_it_is_unless_it_has_to_be_checked() {
    let folder = Folder::new();
    let simulator = Simulator::start("--speed 200");
    pipeline(&simulator, &folder, "--image ghcr.io/acme/web:v1")
        .run()
        .expect(0)
        .says("not in a private registry of Amazon ECR, so it is put in as it is");
    assert_eq!(registered(&simulator)["image"], "ghcr.io/acme/web:v1");
    pipeline(
        &simulator,
        &folder,
        "--image ghcr.io/acme/web:v1 --platform linux/amd64",
    )
    .run()
    .expect(2)
    .says("not a repository in a private registry of Amazon ECR");
}
