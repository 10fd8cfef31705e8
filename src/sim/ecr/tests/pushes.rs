//! Pushes that come by themselves, indexes, layers, and repositories of other accounts.

use super::*;

fn grown(text: &str) -> Cloud {
    rehearsal::grown(Rules::default(), &serde_json::from_str(text).unwrap())
}

fn pushed(cloud: &mut Cloud, form: &Value) -> String {
    let digest = seed::push(cloud, form.as_object().unwrap()).unwrap();
    cloud.advance(cloud.now);
    digest
}

fn digest(cloud: &mut Cloud, repository: &str, tag: &str) -> Result<String, Refusal> {
    let input = json!({"repositoryName": repository, "imageIds": [{"imageTag": tag}]});
    let answer = call(cloud, "DescribeImages", &input)?;
    Ok(answer["imageDetails"][0]["imageDigest"]
        .as_str()
        .unwrap()
        .to_owned())
}

#[test]
fn an_image_of_the_seed_can_come_after_the_simulator_has_started() {
    let mut cloud = grown(
        r#"{"repositories": [{"repositoryName": "web", "scanOnPush": true,
            "images": [{"imageTags": ["a"], "pushedAfter": 30}]}]}"#,
    );
    let ready = cloud.now.plus(seed::PAST);
    cloud.advance(ready.plus(29.0));
    assert_eq!(
        digest(&mut cloud, "web", "a").unwrap_err().code,
        "ImageNotFoundException"
    );
    cloud.advance(ready.plus(31.0));
    assert!(digest(&mut cloud, "web", "a").is_ok());
    let input = json!({"repositoryName": "web", "imageIds": [{"imageTag": "a"}]});
    let detail = ok(&mut cloud, "DescribeImages", &input)["imageDetails"][0].clone();
    assert_eq!(detail["imagePushedAt"], ready.plus(30.0).epoch_seconds());
    cloud.advance(ready.plus(60.0));
    let detail = ok(&mut cloud, "DescribeImages", &input)["imageDetails"][0].clone();
    assert_eq!(detail["imageScanStatus"]["status"], "COMPLETE");
}

#[test]
fn a_push_moves_the_tag_to_an_image_nobody_has_seen() {
    let mut cloud = world(Rules::default());
    let before = digest(&mut cloud, "web", "a").unwrap();
    let form = json!({"repositoryName": "web", "imageTags": ["a"]});
    let after = pushed(&mut cloud, &form);
    assert_ne!(before, after);
    assert_eq!(digest(&mut cloud, "web", "a").unwrap(), after);
    assert_ne!(pushed(&mut cloud, &form), after);
    let old = json!({"repositoryName": "web", "imageIds": [{"imageDigest": before}]});
    let detail = ok(&mut cloud, "DescribeImages", &old)["imageDetails"][0].clone();
    assert_eq!(detail["imageTags"], json!(["latest"]));
    let again = json!({"repositoryName": "web", "imageTags": ["b"], "build": "1"});
    assert_eq!(pushed(&mut cloud, &again), pushed(&mut cloud, &again));
}

#[test]
fn an_immutable_tag_is_not_moved_at_once_nor_later() {
    let mut cloud = world(Rules::default());
    let before = digest(&mut cloud, "fixed", "a").unwrap();
    let mut form = json!({"repositoryName": "fixed", "imageTags": ["a"]});
    let error = seed::push(&mut cloud, form.as_object().unwrap()).unwrap_err();
    assert_eq!(error, "push.imageTags: the tag is immutable: `a`");
    form["pushedAfter"] = json!(5);
    pushed(&mut cloud, &form);
    cloud.advance(cloud.now.plus(10.0));
    assert_eq!(digest(&mut cloud, "fixed", "a").unwrap(), before);
    form["imageTags"] = json!(["latest"]);
    let moved = pushed(&mut cloud, &form);
    cloud.advance(cloud.now.plus(10.0));
    assert_eq!(digest(&mut cloud, "fixed", "latest").unwrap(), moved);
}

#[test]
fn an_index_has_its_images_beside_it_each_with_a_scan_of_its_own() {
    let mut cloud = world(Rules::default());
    let index = pushed(
        &mut cloud,
        &json!({"repositoryName": "web", "imageTags": ["multi"], "platforms": [
            {"platform": "linux/amd64", "scan": {"findingSeverityCounts": {"LOW": 1}, "takes": 0}},
            {"platform": "linux/arm64", "scan": {"status": "PENDING", "takes": 0}},
        ]}),
    );
    assert_eq!(digest(&mut cloud, "web", "multi").unwrap(), index);
    let text = manifest(&mut cloud, "web", "multi");
    let written: Value = serde_json::from_str(&text).unwrap();
    let mut scan = |digest: &Value| {
        let input = json!({"repositoryName": "web", "imageId": {"imageDigest": digest}});
        call(&mut cloud, "DescribeImageScanFindings", &input)
    };
    assert_eq!(
        scan(&json!(index)).unwrap_err().code,
        "ScanNotFoundException"
    );
    for (child, status) in written["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .zip(["COMPLETE", "PENDING"])
    {
        let answer = scan(&child["digest"]).unwrap();
        assert_eq!(answer["imageScanStatus"]["status"], status);
    }
}

#[test]
fn the_configuration_of_an_image_can_be_fetched_and_no_other_layer() {
    let mut cloud = world(Rules::default());
    cloud.ecr.address = "127.0.0.1:1".to_owned();
    let written: Value = serde_json::from_str(&manifest(&mut cloud, "web", "a")).unwrap();
    let of = |digest: &Value| json!({"repositoryName": "web", "layerDigest": digest});
    let config = &written["config"]["digest"];
    let answer = ok(&mut cloud, "GetDownloadUrlForLayer", &of(config));
    let config = config.as_str().unwrap();
    assert_eq!(
        answer["downloadUrl"],
        format!("http://127.0.0.1:1/layers/{config}")
    );
    let text = layer(&cloud, config).unwrap();
    assert_eq!(sha256_digest(text.as_bytes()), config);
    assert!(text.contains("amd64"));
    let base = of(&written["layers"][0]["digest"]);
    assert_eq!(
        code(&mut cloud, "GetDownloadUrlForLayer", &base),
        "LayerInaccessibleException"
    );
    let none = of(&json!("sha256:00"));
    assert_eq!(
        code(&mut cloud, "GetDownloadUrlForLayer", &none),
        "LayersNotFoundException"
    );
}

#[test]
fn a_repository_of_another_account_is_read_if_the_seed_has_it_and_not_otherwise() {
    let mut cloud = grown(
        r#"{"repositories": [{"registryId": "210987654321", "repositoryName": "web", "images": [{"imageTags": ["a"]}]}]}"#,
    );
    let input = |registry: &str, name: &str| json!({"registryId": registry, "repositoryName": name, "imageIds": [{"imageTag": "a"}]});
    let theirs = input("210987654321", "web");
    let detail = ok(&mut cloud, "DescribeImages", &theirs)["imageDetails"][0].clone();
    assert_eq!(detail["registryId"], "210987654321");
    for (registry, name) in [("210987654321", "other"), ("111111111111", "web")] {
        let denied = code(&mut cloud, "DescribeImages", &input(registry, name));
        assert_eq!(denied, "AccessDeniedException");
    }
    assert_eq!(
        code(&mut cloud, "DescribeImages", &input(ACCOUNT, "web")),
        "RepositoryNotFoundException"
    );
    let all = ok(&mut cloud, "DescribeRepositories", &json!({}));
    assert_eq!(all["repositories"], json!([]));
    assert!(state(&cloud)["210987654321/web"].is_object());
}

#[test]
fn in_a_rehearsal_an_image_that_was_named_is_found_by_its_digest() {
    let mut cloud = world(Rules {
        images_on_demand: true,
        ..Rules::default()
    });
    for registry in [ACCOUNT, "210987654321"] {
        let tag = json!({"registryId": registry, "repositoryName": "team/new", "imageIds": [{"imageTag": "x"}]});
        let detail = ok(&mut cloud, "DescribeImages", &tag)["imageDetails"][0].clone();
        let digest = detail["imageDigest"].clone();
        let by_digest = json!({"registryId": registry, "repositoryName": "team/new", "imageIds": [{"imageDigest": digest}]});
        let images = ok(&mut cloud, "BatchGetImage", &by_digest);
        assert_eq!(images["images"][0]["imageId"]["imageDigest"], digest);
    }
}

#[test]
fn a_push_that_is_wrong_is_refused_with_the_member() {
    let mut cloud = world(Rules::default());
    for (form, said) in [
        (json!({"imageTags": ["a"]}), "repositoryName"),
        (
            json!({"repositoryName": "none", "imageTags": ["a"]}),
            "no such repository",
        ),
        (
            json!({"repositoryName": "web"}),
            "imageTags or imageManifest",
        ),
        (
            json!({"repositoryName": "web", "imageTags": ["a"], "platform": "linux"}),
            "platform",
        ),
        (
            json!({"repositoryName": "web", "imageTags": ["a"], "tag": "a"}),
            "push.tag",
        ),
        (
            json!({"repositoryName": "web", "registryId": "1", "imageTags": ["a"]}),
            "twelve",
        ),
        (
            json!({"repositoryName": "web", "imageTags": ["a"], "platform": "linux/amd64", "imageManifest": "{}"}),
            "one of",
        ),
    ] {
        let error = seed::push(&mut cloud, form.as_object().unwrap()).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}
