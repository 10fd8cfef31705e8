//! What a seed makes, and how it is refused.

use serde_json::json;

use super::*;
use crate::sim::moment::Moment;
use crate::sim::{ecr, groups};

fn grown(seed: &Value) -> Result<Cloud, String> {
    let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(1_700_000_000_000));
    grow(Models::shared(), &mut cloud, seed).map(|()| cloud)
}

#[test]
fn the_default_world_has_what_is_promised() {
    let cloud = grown(&default_world()).unwrap();
    for service in ["web", "web-native", "web-codedeploy"] {
        assert_eq!(
            ecs::desired_count(&cloud, "demo", service),
            Some(2),
            "{service}"
        );
        assert!(logs::has_group(&cloud, &format!("/ecs/{service}")));
    }
    let targets = crate::sim::scaling::state(&cloud);
    assert_eq!(targets["service/demo/web-codedeploy"]["min"], 1);
    assert_eq!(targets["service/demo/web-codedeploy"]["max"], 10);
    assert_eq!(ecr::state(&cloud)["web"].as_object().unwrap().len(), 2);
    assert!(groups::state(&cloud)["demo-asg"].is_object());
}

#[test]
fn the_default_services_run_an_image_that_exists() {
    let cloud = grown(&default_world()).unwrap();
    let world = default_world();
    let image = world["taskDefinitions"][0]["containerDefinitions"][0]["image"]
        .as_str()
        .unwrap();
    assert!(
        matches!(ecr::pull(&cloud, image), ecr::Pull::Found { .. }),
        "{image}"
    );
}

#[test]
fn any_cluster_and_service_can_be_made() {
    let cloud = grown(&one_service("shop", "cart")).unwrap();
    assert_eq!(ecs::desired_count(&cloud, "shop", "cart"), Some(2));
}

#[test]
fn the_rules_of_a_seed_hold() {
    let seed = json!({"rules": {"omittedFlags": "cleared", "deploymentLag": 7, "logLag": 0.5}});
    let rules = grown(&seed).unwrap().rules;
    assert_eq!(rules.omitted_flags, OmittedFlags::Cleared);
    assert!(
        (rules.deployment_lag - 7.0).abs() < f64::EPSILON
            && (rules.log_lag - 0.5).abs() < f64::EPSILON
    );
}

#[test]
fn an_error_in_a_seed_names_its_place() {
    let wrong = [
        (json!([]), "seed: is not an object"),
        (
            json!({"clusters": "demo"}),
            "seed.clusters: is not a list of strings",
        ),
        (
            json!({"clusters": ["a"], "taskdefs": []}),
            "seed.taskdefs: is not known; known are: rules, clusters, ",
        ),
        (
            json!({"rules": {"logLag": -1}}),
            "seed.rules.logLag: is not a number from 0",
        ),
        (
            json!({"rules": {"omittedFlags": "lost"}}),
            "seed.rules.omittedFlags: is neither `kept` nor `cleared`",
        ),
        (
            json!({"repositories": [{}]}),
            "seed.repositories[0].repositoryName: is missing",
        ),
        (
            json!({"repositories": [{"repositoryName": "a", "images": [{"imageTags": ["x"]}, {}]}]}),
            "seed.repositories[0].images[1]: an image needs imageTags or imageManifest",
        ),
        (
            json!({"autoScalingGroups": [{"AutoScalingGroupName": "a", "Size": 1}]}),
            "seed.autoScalingGroups[0].Size: ",
        ),
        (
            json!({"taskDefinitions": [{"family": "web", "containerDefinition": []}]}),
            "seed.taskDefinitions[0]: ClientException: 1 validation error detected: Value at 'containerDefinitions'",
        ),
        (
            json!({"services": [{"serviceName": 1}]}),
            "seed.services[0]: Value at 'serviceName' must be a string",
        ),
        (
            json!({"stories": {"web": "nobody-knows-it"}}),
            "seed.stories.web: ",
        ),
    ];
    for (seed, expected) in wrong {
        let error = grown(&seed).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn the_seed_of_the_documentation_grows() {
    let page = include_str!("../../../docs/simulator.md");
    let (_, rest) = page.split_once("<!-- seed -->\n```json\n").unwrap();
    let (seed, _) = rest.split_once("```").unwrap();
    let seed: Value = serde_json::from_str(seed).unwrap();
    let members: Vec<&str> = seed
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(members, MEMBERS, "the example shows every member");
    let cloud = grown(&seed).unwrap();
    assert_eq!(ecs::desired_count(&cloud, "shop", "cart"), Some(1));
    assert_eq!(
        crate::sim::scaling::state(&cloud)["service/shop/cart"]["tags"],
        json!({"team": "cart"})
    );
}

#[test]
fn the_documentation_names_every_operation_of_the_neighbours() {
    let page = include_str!("../../../docs/simulator.md");
    let named = |operation: &str| page.contains(&format!("`{operation}`"));
    let models = Models::shared();
    for service in [
        Service::CodeDeploy,
        Service::Scaling,
        Service::Ecr,
        Service::Logs,
        Service::Groups,
        Service::Sts,
    ] {
        for operation in models.of(service).unwrap().operations() {
            let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(0));
            let simulated = match cloud.call(service, operation, &serde_json::Map::new()) {
                Ok(_) => true,
                Err(refusal) => refusal.code != "UnknownOperationException",
            };
            assert_eq!(named(operation), simulated, "{operation}");
        }
    }
}
