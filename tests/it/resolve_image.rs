//! `wharfie-resolve-image` as it is shipped, against the simulator.
use serde_json::{Value, json};

use crate::support::run::{Folder, Outcome, Run, github_outputs, stage};
use crate::support::simulator::Simulator;

const ACCOUNT: &str = "123456789012";
const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
/// The commit the built-in world runs.
const DEPLOYED: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";

fn resolve(folder: &Folder) -> Run {
    stage("resolve-image", folder)
        .arg("--repository")
        .arg(REPOSITORY)
}

fn run(simulator: &Simulator, folder: &Folder, line: &str) -> Outcome {
    simulator.serve(resolve(folder)).args(line).run()
}

fn output(outputs: &[(String, String)], name: &str) -> String {
    let found = outputs.iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no {name}")).1.clone()
}

/// The digest a tag is on, by the simulator's own account.
fn digest_of(simulator: &Simulator, tag: &str) -> String {
    let images = simulator.state()["ecr"]["web"].clone();
    let found = images
        .as_object()
        .unwrap()
        .iter()
        .find(|(_, tags)| tags.as_array().unwrap().contains(&json!(tag)));
    found.unwrap_or_else(|| panic!("no {tag}")).0.clone()
}

#[test]
fn the_image_of_a_commit_is_given_by_its_digest() {
    let simulator = Simulator::start("");
    let folder = Folder::new();
    let run = resolve(&folder).env("GITHUB_SHA", DEPLOYED).in_workflow();
    simulator.serve(run).run().expect(0).says("GITHUB_SHA");
    let outputs = github_outputs(&folder.read("github-output"));
    let digest = digest_of(&simulator, DEPLOYED);
    assert_eq!(output(&outputs, "image"), format!("{REPOSITORY}@{digest}"));
    assert_eq!(
        output(&outputs, "image-with-tag"),
        format!("{REPOSITORY}:{DEPLOYED}")
    );
    assert_eq!(output(&outputs, "digest"), digest);
    let pushed: jiff::Timestamp = output(&outputs, "pushed-at").parse().unwrap();
    assert!(pushed < jiff::Timestamp::now());
}

#[test]
fn the_registry_is_named_by_its_account_and_the_digest_is_named_after_the_first_call() {
    let simulator = Simulator::start("");
    run(&simulator, &Folder::new(), "--tag latest").expect(0);
    let journal = simulator.journal();
    assert_eq!(simulator.operations(), ["DescribeImages", "BatchGetImage"]);
    let inputs: Vec<&Value> = journal.iter().map(|call| &call["input"]).collect();
    for input in &inputs {
        assert_eq!(input["registryId"], ACCOUNT);
    }
    assert_eq!(inputs[0]["filter"], json!({"imageStatus": "ANY"}));
    assert_eq!(
        inputs[1]["imageIds"],
        json!([{"imageDigest": digest_of(&simulator, "latest")}])
    );
}

#[test]
fn what_is_not_there_is_told_apart() {
    let simulator = Simulator::start("");
    run(&simulator, &Folder::new(), "--tag 3f9a1c0")
        .expect(4)
        .says(&format!("near it are: `{DEPLOYED}`"));
    simulator
        .serve(stage("resolve-image", &Folder::new()))
        .args("--repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/none --tag a")
        .run()
        .expect(4)
        .says("there is no such repository");
    simulator
        .serve(stage("resolve-image", &Folder::new()))
        .args("--repository ghcr.io/acme/web --tag a")
        .run()
        .expect(2)
        .says("not a repository in a private registry of Amazon ECR: `ghcr.io/acme/web`");
}
