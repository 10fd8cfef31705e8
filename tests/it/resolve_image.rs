//! `wharfie-resolve-image` as it is shipped, against the simulator.
use serde_json::{Value, json};

use crate::support::files::path;
use crate::support::run::{Folder, Outcome, Run, github_outputs, stage};
use crate::support::simulator::Simulator;

const ACCOUNT: &str = "123456789012";
const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
/// The commit the built-in world runs.
const DEPLOYED: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";

/// One image for each way to end.
const SEED: &str = r#"{"repositories": [
    {"repositoryName": "web", "images": [
        {"imageTags": ["old"], "imageStatus": "ARCHIVED"},
        {"imageTags": ["waking"], "imageStatus": "ACTIVATING"},
        {"imageTags": ["arm"], "platform": "linux/arm64"},
        {"imageTags": ["helm"], "imageManifest": "{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\"}}"},
        {"imageTags": ["bad"], "scan": {"findingSeverityCounts": {"CRITICAL": 2, "HIGH": 1, "LOW": 5}}},
        {"imageTags": ["unrated"], "scan": {"findingSeverityCounts": {"UNDEFINED": 3}}},
        {"imageTags": ["unscanned"]},
        {"imageTags": ["pending"], "scan": {"status": "PENDING"}},
        {"imageTags": ["strange"], "scan": {"status": "UNSUPPORTED_IMAGE", "description": "no packages"}},
        {"imageTags": ["multi"], "platforms": [
            {"platform": "linux/amd64", "scan": {"findingSeverityCounts": {"LOW": 1}}},
            {"platform": "linux/arm64", "scan": {"findingSeverityCounts": {"HIGH": 1}}},
            {"platform": "unknown/unknown"}]},
        {"imageTags": ["late"], "pushedAfter": 60, "scan": {"findingSeverityCounts": {}, "takes": 30}}
    ]},
    {"registryId": "210987654321", "repositoryName": "shared", "images": [{"imageTags": ["v1"]}]}
]}"#;

fn resolve(folder: &Folder) -> Run {
    stage("resolve-image", folder)
        .arg("--repository")
        .arg(REPOSITORY)
}

fn run(simulator: &Simulator, folder: &Folder, line: &str) -> Outcome {
    simulator.serve(resolve(folder)).args(line).run()
}

/// A simulator with [`SEED`], and its folder.
fn seeded(options: &str) -> (Simulator, Folder) {
    let folder = Folder::new();
    let seed = folder.write("seed.json", SEED);
    let simulator = Simulator::start(&format!("{options} --seed {}", seed.display()));
    (simulator, folder)
}

/// The outputs of a run in a workflow.
fn outputs(simulator: &Simulator, line: &str) -> Vec<(String, String)> {
    let folder = Folder::new();
    let run = resolve(&folder).args(line).in_workflow();
    simulator.serve(run).run().expect(0);
    github_outputs(&folder.read("github-output"))
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
fn a_name_alone_is_a_repository_of_this_account_and_region() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    let named = |name: &str| {
        let run = stage("resolve-image", &folder).args("--tag latest --repository");
        simulator.serve(run.arg(name).in_workflow()).run()
    };
    named("web").expect(0).says(REPOSITORY);
    assert_eq!(
        simulator.operations(),
        ["DescribeRepositories", "DescribeImages", "BatchGetImage"]
    );
    let outputs = github_outputs(&folder.read("github-output"));
    let digest = digest_of(&simulator, "latest");
    assert_eq!(output(&outputs, "image"), format!("{REPOSITORY}@{digest}"));
    named("wbe")
        .expect(4)
        .says("in this account and Region: `wbe`");
    named("ghcr.io/acme/web").expect(2);
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
fn every_kind_of_absence_has_its_own_words_and_code() {
    let (simulator, folder) = seeded("");
    for (line, code, said) in [
        ("--tag lat", 4, "the repository has no image with this tag"),
        (
            "--tag old",
            4,
            "the image is archived, so it can not be pulled",
        ),
        ("--tag waking", 7, "still being restored from the archive"),
        ("--tag helm", 4, "not a container image"),
        (
            "--tag arm --platform linux/amd64",
            4,
            "is not built for `linux/amd64`, only for: `linux/arm64`",
        ),
        (
            "--tag multi --platform windows/amd64",
            4,
            "is not built for `windows/amd64`, only for: `linux/amd64`, `linux/arm64`",
        ),
        (
            "--tag bad --max-severity medium",
            4,
            "found worse than `medium`: 2 CRITICAL, 1 HIGH",
        ),
        (
            "--tag unrated --max-severity high",
            4,
            "findings without a known severity: 3 UNDEFINED",
        ),
        (
            "--tag unscanned --max-severity critical",
            4,
            "there is no scan of",
        ),
        (
            "--tag pending --max-severity critical",
            7,
            "is not over: `PENDING`",
        ),
        (
            "--tag strange --max-severity critical",
            4,
            "has no result: `UNSUPPORTED_IMAGE` (no packages)",
        ),
        (
            "--tag multi --max-severity low",
            4,
            "web:multi` for `linux/arm64` found worse than `low`: 1 HIGH",
        ),
        ("--tag multi --timeout 1m", 2, "only works while waiting"),
    ] {
        run(&simulator, &folder, line).expect(code).says(said);
    }
    let digest = digest_of(&simulator, "multi");
    for line in [
        "--tag multi --platform linux/arm64",
        "--tag multi --max-severity high",
        "--tag multi --max-severity low --platform linux/amd64",
    ] {
        assert_eq!(
            output(&outputs(&simulator, line), "digest"),
            digest,
            "{line}"
        );
    }
    assert_eq!(
        output(
            &outputs(&simulator, "--tag arm --platform linux/arm64"),
            "digest"
        ),
        digest_of(&simulator, "arm")
    );
}

#[test]
fn a_repository_that_is_not_there_and_one_that_may_not_be_read_are_told_apart() {
    let (simulator, folder) = seeded("");
    let at = |repository: &str| {
        simulator
            .serve(stage("resolve-image", &folder))
            .args("--tag v1 --repository")
            .arg(repository)
            .run()
    };
    let shared = "210987654321.dkr.ecr.us-east-1.amazonaws.com/shared";
    at(shared).expect(0);
    assert_eq!(
        simulator.journal()[0]["input"]["registryId"],
        "210987654321"
    );
    at("210987654321.dkr.ecr.us-east-1.amazonaws.com/private")
        .expect(4)
        .says("AccessDeniedException")
        .says("if account `210987654321` is not the role's own, the repository's policy must allow it too");
    at("123456789012.dkr.ecr.us-east-1.amazonaws.com/none")
        .expect(4)
        .says("there is no such repository");
    at("ghcr.io/acme/web")
        .expect(2)
        .says("not a repository in a private registry of Amazon ECR: `ghcr.io/acme/web`");
}

#[test]
fn a_missing_tag_is_refused_with_the_tags_that_are_near() {
    let simulator = Simulator::start("");
    run(&simulator, &Folder::new(), "--tag 3f9a1c0")
        .expect(4)
        .says(&format!("near it are: `{DEPLOYED}`"));
}

#[test]
fn a_push_and_its_scan_are_waited_for_and_one_that_does_not_come_ends_with_7() {
    let (simulator, folder) = seeded("--speed 30");
    let line = "--tag late --wait true --timeout 30m --max-severity low";
    run(&simulator, &folder, line).expect(0);
    let (simulator, folder) = seeded("--speed 1");
    run(&simulator, &folder, "--tag late --wait true --timeout 3s")
        .expect(7)
        .says("no image with this tag was pushed within 3 s");
}

#[test]
fn a_tag_that_moves_after_it_was_resolved_changes_nothing_of_what_runs() {
    let folder = Folder::new();
    let simulator = Simulator::start("--speed 200");
    let resolved = outputs(&simulator, "--tag latest");
    let (image, digest) = (output(&resolved, "image"), output(&resolved, "digest"));
    simulator.control(
        "POST",
        "/_sim/push",
        r#"{"repositoryName": "web", "imageTags": ["latest"]}"#,
    );
    assert_ne!(digest_of(&simulator, "latest"), digest);
    stage("render-taskdef", &folder)
        .args("--container-name web --output rendered.json --image")
        .arg(&image)
        .arg("--task-definition")
        .arg(path("examples/web-service/taskdef.json"))
        .run()
        .expect(0);
    simulator
        .serve(stage("deploy-service", &folder))
        .args("--cluster demo --service web --task-definition rendered.json")
        .run()
        .expect(0);
    let running = running_digests(&simulator);
    assert!(!running.is_empty());
    assert!(
        running.iter().all(|running| *running == digest),
        "{running:?}"
    );
}

/// The digests of the images that the tasks of the new revision run, by the simulator's own account.
fn running_digests(simulator: &Simulator) -> Vec<String> {
    let state = simulator.state();
    let tasks = state["ecs"]["clusters"][0]["tasks"].as_array().unwrap();
    tasks
        .iter()
        .filter(|task| task["lastStatus"] == "RUNNING")
        .filter(|task| task["taskDefinition"].as_str().unwrap().ends_with("web:2"))
        .map(|task| task["imageDigests"]["web"].as_str().unwrap().to_owned())
        .collect()
}
