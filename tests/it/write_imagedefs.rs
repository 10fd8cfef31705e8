//! `wharfie-write-imagedefs` as it is shipped: files in, files and outputs out.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
use serde_json::{Value, json};

use crate::support::run::{Folder, github_outputs, stage};

const TASKDEF: &str = r#"{"containerDefinitions": [{"name": "web", "image": "web:1"}, {"name": "log", "image": "log:1"}]}"#;

fn written(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&folder.read(name)).unwrap()
}

#[test]
fn one_image_is_written_for_both_kinds_of_pipeline() {
    let folder = Folder::new();
    stage("write-imagedefs", &folder)
        .in_workflow()
        .args("--container-name web --image ghcr.io/a/web:2 --image-detail imageDetail.json")
        .run()
        .expect(0)
        .says("named by tag, not by digest, so the image can change until it is deployed: `web`");
    assert_eq!(
        written(&folder, "imagedefinitions.json"),
        json!([{"name": "web", "imageUri": "ghcr.io/a/web:2"}])
    );
    assert_eq!(
        written(&folder, "imageDetail.json"),
        json!({"ImageURI": "ghcr.io/a/web:2"})
    );
    assert_eq!(
        github_outputs(&folder.read("github-output")),
        [
            (
                "imagedefinitions".to_owned(),
                "imagedefinitions.json".to_owned()
            ),
            ("image-detail".to_owned(), "imageDetail.json".to_owned())
        ]
    );
}

#[test]
fn images_come_from_where_they_are_named() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let entry = |name: &str, image: &str| json!({"name": name, "imageUri": image});
    for (arguments, expected) in [
        (
            "--images web=a:1 --images log=b:2",
            json!([entry("web", "a:1"), entry("log", "b:2")]),
        ),
        (
            "--container-name web,log --image a:1",
            json!([entry("web", "a:1"), entry("log", "a:1")]),
        ),
        (
            "--container-name web --repository a --tag v1",
            json!([entry("web", "a:v1")]),
        ),
        (
            "--task-definition taskdef.json",
            json!([entry("web", "web:1"), entry("log", "log:1")]),
        ),
        (
            "--task-definition taskdef.json --containers log",
            json!([entry("log", "log:1")]),
        ),
        (
            "--task-definition taskdef.json --images log=b:2",
            json!([entry("log", "b:2")]),
        ),
    ] {
        let outcome = stage("write-imagedefs", &folder)
            .args("--output -")
            .args(arguments)
            .run()
            .expect(0);
        let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(found, expected, "{arguments}");
    }
    assert_eq!(folder.names(), ["taskdef.json"]);
}

#[test]
fn the_commit_is_the_default_tag() {
    let folder = Folder::new();
    let sha = "a".repeat(40);
    let outcome = stage("write-imagedefs", &folder)
        .args("--output - --container-name web --repository ghcr.io/a/web")
        .env("CODEBUILD_RESOLVED_SOURCE_VERSION", &sha)
        .run()
        .expect(0)
        .says("the tag is the commit (CODEBUILD_RESOLVED_SOURCE_VERSION)");
    assert!(
        outcome.stdout.contains(&format!("ghcr.io/a/web:{sha}")),
        "{}",
        outcome.stdout
    );
}

#[test]
fn an_image_with_a_digest_needs_no_notice() {
    let folder = Folder::new();
    let image = format!("ghcr.io/a/web@sha256:{}", "0".repeat(64));
    stage("write-imagedefs", &folder)
        .args(&format!("--container-name web --image {image}"))
        .run()
        .expect(0)
        .hides("named by tag");
}

#[test]
fn what_codepipeline_would_refuse_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    for (arguments, code, message) in [
        ("", 2, "no image is named"),
        ("--container-name web", 2, "no image is named"),
        (
            "--container-name web --task-definition taskdef.json",
            2,
            "`container-name` is given, but no image for it",
        ),
        (
            "--image a:1",
            2,
            "it is not said which container the image is for",
        ),
        (
            "--images web=a:1 --images web=a:2",
            2,
            "a container is given two images: `web`",
        ),
        (
            "--images web=a:1 --containers web",
            2,
            "`containers` chooses from the images of a `task-definition`",
        ),
        (
            "--images api=a:1 --task-definition taskdef.json",
            3,
            "the task definition has `web`, `log`: `api`",
        ),
        (
            "--task-definition taskdef.json --containers api",
            3,
            "the task definition has `web`, `log`: `api`",
        ),
        (
            "--task-definition taskdef.json --image-detail imageDetail.json",
            2,
            "`image-detail` names one image, and there are: `2`",
        ),
        (
            "--images web=a:1 --image-detail detail.json",
            2,
            "a file named `imageDetail.json`",
        ),
    ] {
        stage("write-imagedefs", &folder)
            .args(arguments)
            .run()
            .expect(code)
            .says(message);
        assert_eq!(folder.names(), ["taskdef.json"], "{arguments}");
    }
}
