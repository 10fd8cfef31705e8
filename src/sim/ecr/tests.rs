//! What the registry shows, what it refuses, and which image a name means.

use serde_json::json;

mod pushes;

use super::*;
use crate::sim::cloud::Rules;
use crate::sim::ids::sha256_digest;
use crate::sim::rehearsal;
use crate::sim::seed;
use crate::sim::service::Service;

const MUTABLE: &str = r#"{"repositories": [{"repositoryName": "web", "scanOnPush": true, "images": [
    {"imageTags": ["a", "latest"], "scan": {"findingSeverityCounts": {"HIGH": 2}}},
    {"imageTags": ["old"], "imageStatus": "ARCHIVED"},
    {"imageManifest": "{\"schemaVersion\":2}"}
]}, {"repositoryName": "fixed", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "exclusionFilters": ["latest"],
    "images": [{"imageTags": ["a", "latest"]}, {"imageTags": ["b"]}]}]}"#;

fn world(rules: Rules) -> Cloud {
    rehearsal::grown(rules, &serde_json::from_str(MUTABLE).unwrap())
}

fn call(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, Refusal> {
    rehearsal::call(cloud, Service::Ecr, operation, input)
}

fn ok(cloud: &mut Cloud, operation: &str, input: &Value) -> Value {
    call(cloud, operation, input).unwrap()
}

fn code(cloud: &mut Cloud, operation: &str, input: &Value) -> String {
    call(cloud, operation, input).unwrap_err().code
}

fn manifest(cloud: &mut Cloud, repository: &str, tag: &str) -> String {
    let input = json!({"repositoryName": repository, "imageIds": [{"imageTag": tag}]});
    ok(cloud, "BatchGetImage", &input)["images"][0]["imageManifest"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn an_images_digest_is_the_hash_of_the_manifests_bytes() {
    let mut cloud = world(Rules::default());
    let bytes = manifest(&mut cloud, "web", "a");
    let input = json!({"repositoryName": "web", "imageIds": [{"imageTag": "a"}]});
    let detail = &ok(&mut cloud, "DescribeImages", &input)["imageDetails"][0];
    assert_eq!(detail["imageDigest"], sha256_digest(bytes.as_bytes()));
    assert_eq!(detail["imageTags"], json!(["a", "latest"]));
    let written: Value = serde_json::from_str(&bytes).unwrap();
    let config = written["config"]["size"].as_i64().unwrap();
    assert_eq!(detail["imageSizeInBytes"], config + 29_127_451 + 8_412_096);
}

#[test]
fn a_tag_moves_to_the_manifest_it_is_put_on() {
    let mut cloud = world(Rules::default());
    let text = manifest(&mut cloud, "web", "a");
    let put = ok(
        &mut cloud,
        "PutImage",
        &json!({"repositoryName": "web", "imageManifest": text, "imageTag": "prod"}),
    );
    assert_eq!(put["image"]["imageId"]["imageTag"], "prod");
    let input = json!({"repositoryName": "web", "imageIds": [{"imageTag": "prod"}]});
    assert_eq!(
        ok(&mut cloud, "DescribeImages", &input)["imageDetails"][0]["imageTags"],
        json!(["a", "latest", "prod"])
    );
}

#[test]
fn the_same_manifest_and_tag_again_already_exist() {
    let mut cloud = world(Rules::default());
    let text = manifest(&mut cloud, "fixed", "a");
    let put = json!({"repositoryName": "fixed", "imageManifest": text, "imageTag": "a"});
    assert_eq!(
        code(&mut cloud, "PutImage", &put),
        "ImageAlreadyExistsException"
    );
    let put = json!({"repositoryName": "fixed", "imageManifest": text});
    assert_eq!(
        code(&mut cloud, "PutImage", &put),
        "ImageAlreadyExistsException"
    );
}

#[test]
fn an_immutable_tag_stays_and_an_excluded_one_moves() {
    let mut cloud = world(Rules::default());
    let text = manifest(&mut cloud, "fixed", "b");
    let put =
        |tag: &str| json!({"repositoryName": "fixed", "imageManifest": text, "imageTag": tag});
    assert_eq!(
        code(&mut cloud, "PutImage", &put("a")),
        "ImageTagAlreadyExistsException"
    );
    ok(&mut cloud, "PutImage", &put("latest"));
    assert_eq!(manifest(&mut cloud, "fixed", "latest"), text);
}

#[test]
fn a_manifest_whose_parts_are_missing_is_refused() {
    let mut cloud = world(Rules::default());
    let put = |manifest: &str| json!({"repositoryName": "web", "imageManifest": manifest, "imageTag": "x"});
    let layers = put(r#"{"schemaVersion":2,"config":{"digest":"sha256:00"},"layers":[]}"#);
    assert_eq!(
        code(&mut cloud, "PutImage", &layers),
        "LayersNotFoundException"
    );
    let index = put(r#"{"schemaVersion":2,"manifests":[{"digest":"sha256:00"}]}"#);
    assert_eq!(
        code(&mut cloud, "PutImage", &index),
        "ReferencedImagesNotFoundException"
    );
    assert_eq!(
        code(&mut cloud, "PutImage", &put("nothing")),
        "InvalidParameterException"
    );
    let other = json!({"repositoryName": "web", "imageManifest": "{}", "imageDigest": "sha256:00"});
    assert_eq!(
        code(&mut cloud, "PutImage", &other),
        "ImageDigestDoesNotMatchException"
    );
}

#[test]
fn what_is_not_there_is_told_apart() {
    let mut cloud = world(Rules::default());
    let of = |repository: &str, id: Value| json!({"repositoryName": repository, "imageIds": [id]});
    assert_eq!(
        code(
            &mut cloud,
            "DescribeImages",
            &of("none", json!({"imageTag": "a"}))
        ),
        "RepositoryNotFoundException"
    );
    assert_eq!(
        code(
            &mut cloud,
            "DescribeImages",
            &of("web", json!({"imageTag": "b"}))
        ),
        "ImageNotFoundException"
    );
    assert_eq!(
        code(&mut cloud, "DescribeImages", &of("web", json!({}))),
        "InvalidParameterException"
    );
    let failures = &ok(
        &mut cloud,
        "BatchGetImage",
        &of("web", json!({"imageTag": "b"})),
    )["failures"];
    assert_eq!(failures[0]["failureCode"], "ImageNotFound");
}

#[test]
fn an_archived_image_is_seen_only_by_those_who_ask_for_it() {
    let mut cloud = world(Rules::default());
    let tag = json!({"repositoryName": "web", "imageIds": [{"imageTag": "old"}]});
    assert_eq!(
        code(&mut cloud, "DescribeImages", &tag),
        "ImageNotFoundException"
    );
    let any = json!({"repositoryName": "web", "imageIds": [{"imageTag": "old"}], "filter": {"imageStatus": "ANY"}});
    assert_eq!(
        ok(&mut cloud, "DescribeImages", &any)["imageDetails"][0]["imageStatus"],
        "ARCHIVED"
    );
    assert_eq!(
        ok(&mut cloud, "BatchGetImage", &tag)["failures"][0]["failureCode"],
        "ImageInaccessible"
    );
    let scan = json!({"repositoryName": "web", "imageId": {"imageTag": "old"}});
    assert_eq!(
        ok(&mut cloud, "DescribeImageScanFindings", &scan)["imageScanStatus"]["status"],
        "IMAGE_ARCHIVED"
    );
    assert_eq!(
        pull(
            &cloud,
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:old"
        ),
        Pull::Archived
    );
}

#[test]
fn images_are_listed_by_tag_and_in_pages() {
    let mut cloud = world(Rules::default());
    let list = |filter: Value| json!({"repositoryName": "web", "filter": filter});
    let count = |answer: &Value| answer["imageIds"].as_array().unwrap().len();
    assert_eq!(count(&ok(&mut cloud, "ListImages", &list(json!({})))), 3);
    assert_eq!(
        count(&ok(
            &mut cloud,
            "ListImages",
            &list(json!({"tagStatus": "UNTAGGED"}))
        )),
        1
    );
    assert_eq!(
        count(&ok(
            &mut cloud,
            "ListImages",
            &list(json!({"imageStatus": "ANY"}))
        )),
        4
    );
    let first = ok(
        &mut cloud,
        "ListImages",
        &json!({"repositoryName": "web", "maxResults": 2}),
    );
    let rest = ok(
        &mut cloud,
        "ListImages",
        &json!({"repositoryName": "web", "nextToken": first["nextToken"]}),
    );
    assert_eq!((count(&first), count(&rest)), (2, 1));
    assert_eq!(
        ok(&mut cloud, "DescribeRepositories", &json!({}))["repositories"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_scan_is_not_there_then_runs_then_is_complete() {
    let mut cloud = world(Rules::default());
    let scan = json!({"repositoryName": "web", "imageId": {"imageTag": "a"}});
    assert_eq!(
        code(&mut cloud, "DescribeImageScanFindings", &scan),
        "ScanNotFoundException"
    );
    cloud.advance(cloud.now.plus(3.0));
    assert_eq!(
        ok(&mut cloud, "DescribeImageScanFindings", &scan)["imageScanStatus"]["status"],
        "IN_PROGRESS"
    );
    cloud.advance(cloud.now.plus(60.0));
    let answer = ok(&mut cloud, "DescribeImageScanFindings", &scan);
    assert_eq!(answer["imageScanStatus"]["status"], "COMPLETE");
    assert_eq!(
        answer["imageScanFindings"]["findingSeverityCounts"],
        json!({"HIGH": 2})
    );
    assert_eq!(
        answer["imageScanFindings"]["findings"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_pull_finds_images_of_the_registry_and_believes_in_others() {
    let cloud = world(Rules::default());
    let at = |path: &str| {
        pull(
            &cloud,
            &format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/{path}"),
        )
    };
    let Pull::Found { digest } = at("web") else {
        panic!("latest is there")
    };
    assert_eq!(
        at("web:a"),
        Pull::Found {
            digest: digest.clone()
        }
    );
    assert_eq!(at(&format!("web:ignored@{digest}")), Pull::Found { digest });
    assert_eq!(at("web:none"), Pull::NoImage);
    assert_eq!(at("web@sha256:00"), Pull::NoImage);
    assert_eq!(at("none:a"), Pull::NoRepository);
    assert_eq!(pull(&cloud, "nginx:1"), pull(&cloud, "nginx:1"));
    assert_ne!(pull(&cloud, "nginx:1"), pull(&cloud, "nginx:2"));
}

#[test]
fn images_on_demand_are_the_same_for_everybody_who_names_them() {
    let mut cloud = world(Rules {
        images_on_demand: true,
        ..Rules::default()
    });
    let input = json!({"repositoryName": "team/new", "imageIds": [{"imageTag": "x"}]});
    let described =
        ok(&mut cloud, "DescribeImages", &input)["imageDetails"][0]["imageDigest"].clone();
    let Pull::Found { digest } = pull(
        &cloud,
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/new:x",
    ) else {
        panic!("not found")
    };
    assert_eq!(described, digest);
    let pinned = format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/new@{digest}");
    assert_eq!(pull(&cloud, &pinned), Pull::Found { digest });
}

#[test]
fn a_token_is_valid_for_twelve_hours() {
    let mut cloud = world(Rules::default());
    let answer = ok(&mut cloud, "GetAuthorizationToken", &json!({}));
    let data = &answer["authorizationData"][0];
    assert_eq!(data["expiresAt"].as_f64(), Some(1_700_000_000.0 + 43_200.0));
    assert!(
        data["authorizationToken"]
            .as_str()
            .unwrap()
            .starts_with("QVdTO")
    );
    assert_eq!(
        code(
            &mut cloud,
            "DescribeRepositories",
            &json!({"registryId": "1"})
        ),
        "AccessDeniedException"
    );
}
