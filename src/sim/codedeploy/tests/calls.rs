//! The calls: what they answer and what they refuse.

use serde_json::json;

use super::*;

#[test]
fn the_default_application_and_group_are_what_aws_ecs_deploy_looks_for() {
    let mut world = World::new();
    let application = world.call("GetApplication", &json!({"applicationName": APPLICATION}));
    assert_eq!(application["application"]["computePlatform"], "ECS");
    let group = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP});
    let group = &world.call("GetDeploymentGroup", &group)["deploymentGroupInfo"];
    assert_eq!(group["computePlatform"], "ECS");
    assert_eq!(
        group["ecsServices"],
        json!([{"serviceName": SERVICE, "clusterName": "demo"}])
    );
    let wait = &group["blueGreenDeploymentConfiguration"]["deploymentReadyOption"];
    assert_eq!(wait["waitTimeInMinutes"], 0);
    assert_eq!(
        world.call("ListApplications", &json!({}))["applications"],
        json!([APPLICATION])
    );
    let groups = world.call(
        "ListDeploymentGroups",
        &json!({"applicationName": APPLICATION}),
    );
    assert_eq!(groups["deploymentGroups"], json!([GROUP]));
}

#[test]
fn what_does_not_exist_is_refused_by_its_own_code() {
    let mut world = World::new();
    let definition = world.register();
    for (operation, input, code) in [
        (
            "GetApplication",
            json!({"applicationName": "nothing"}),
            "ApplicationDoesNotExistException",
        ),
        (
            "GetDeploymentGroup",
            json!({"applicationName": APPLICATION, "deploymentGroupName": "nothing"}),
            "DeploymentGroupDoesNotExistException",
        ),
        (
            "GetDeploymentConfig",
            json!({"deploymentConfigName": "CodeDeployDefault.Nothing"}),
            "DeploymentConfigDoesNotExistException",
        ),
        (
            "GetDeployment",
            json!({"deploymentId": "d-ABCDEFGHI"}),
            "DeploymentDoesNotExistException",
        ),
        (
            "GetDeployment",
            json!({"deploymentId": "ecs-svc/1"}),
            "InvalidDeploymentIdException",
        ),
        (
            "ListDeployments",
            json!({"deploymentGroupName": GROUP}),
            "ApplicationNameRequiredException",
        ),
        (
            "ListDeployments",
            json!({"applicationName": APPLICATION}),
            "DeploymentGroupNameRequiredException",
        ),
        (
            "ListDeployments",
            json!({"createTimeRange": {"start": 2, "end": 1}}),
            "InvalidTimeRangeException",
        ),
    ] {
        assert_eq!(world.refused(operation, &input).0, code, "{input}");
    }
    for (change, code) in [
        (
            json!({"deploymentConfigName": "CodeDeployDefault.OneAtATime"}),
            "InvalidDeploymentConfigNameException",
        ),
        (
            json!({"description": "x".repeat(257)}),
            "DescriptionTooLongException",
        ),
        (json!({"revision": null}), "RevisionRequiredException"),
        (
            json!({"deploymentGroupName": null}),
            "DeploymentGroupNameRequiredException",
        ),
        (
            json!({"autoRollbackConfiguration": {"enabled": true}}),
            "InvalidAutoRollbackConfigException",
        ),
    ] {
        let mut order = World::order(&definition);
        for (name, value) in change.as_object().unwrap() {
            order[name] = value.clone();
        }
        assert_eq!(
            world.refused("CreateDeployment", &order).0,
            code,
            "{change}"
        );
    }
}

#[test]
fn an_appspec_that_cannot_be_carried_out_is_refused_at_once() {
    let mut world = World::new();
    for content in [
        "",
        "[]",
        "version: 0.0",
        r#"{"version":1,"Resources":[]}"#,
        r#"{"version":0.0,"Resources":[{"S":{"Type":"AWS::Lambda::Function","Properties":{}}}]}"#,
    ] {
        let mut order = World::order("web");
        order["revision"]["appSpecContent"]["content"] = json!(content);
        let (code, text) = world.refused("CreateDeployment", &order);
        assert_eq!(code, "InvalidRevisionException", "{content}: {text}");
    }
    let mut order = World::order("web");
    order["revision"]["appSpecContent"]["sha256"] = json!("0".repeat(64));
    let (code, text) = world.refused("CreateDeployment", &order);
    assert!(
        code == "InvalidRevisionException" && text.contains("sha256"),
        "{text}"
    );
}

#[test]
fn a_definition_or_a_container_ecs_refuses_fails_the_deployment_in_install() {
    for (definition, container) in [("<TASK_DEFINITION>", "web"), ("web-codedeploy", "other")] {
        let mut world = World::new();
        let mut order = World::order(definition);
        let content = &mut order["revision"]["appSpecContent"]["content"];
        let text = content.as_str().unwrap();
        *content = json!(text.replace(
            "\"ContainerName\":\"web\"",
            &format!("\"ContainerName\":\"{container}\"")
        ));
        let id = world.call("CreateDeployment", &order)["deploymentId"].clone();
        let id = id.as_str().unwrap();
        world.wait_for(id, "Failed", 30);
        let info = world.info(id);
        assert_eq!(
            info["errorInformation"]["code"], "ECS_UPDATE_ERROR",
            "{info}"
        );
        assert_eq!(world.target(id)["lifecycleEvents"][1]["status"], "Failed");
    }
}

#[test]
fn deployments_are_listed_newest_first_and_by_time_and_status() {
    let mut world = World::new();
    let began = world.cloud.now.epoch_seconds();
    let first = world.deploy(|_| {});
    world.wait_for(&first, "Succeeded", 900);
    let between = world.cloud.now.epoch_seconds();
    world.wait(1.0);
    let second = world.deploy(|_| {});
    let mut listed = |input: Value| world.call("ListDeployments", &input)["deployments"].clone();
    assert_eq!(listed(json!({})), json!([second, first]));
    let group = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP});
    assert_eq!(listed(group), json!([second, first]));
    assert_eq!(
        listed(json!({"includeOnlyStatuses": ["Succeeded"]})),
        json!([first])
    );
    assert_eq!(
        listed(json!({"createTimeRange": {"start": between}})),
        json!([second])
    );
    assert_eq!(
        listed(json!({"createTimeRange": {"start": began, "end": between}})),
        json!([first])
    );
}

#[test]
fn a_target_is_known_once_the_deployment_has_begun() {
    let mut world = World::new();
    let id = world.deploy(|_| {});
    let list = json!({"deploymentId": id});
    let (code, _) = world.refused("ListDeploymentTargets", &list);
    assert_eq!(code, "DeploymentNotStartedException");
    world.wait(5.0);
    assert_eq!(
        world.call("ListDeploymentTargets", &list)["targetIds"],
        json!([TARGET])
    );
    let filtered = json!({"deploymentId": id, "targetFilters": {"TargetStatus": ["Failed"]}});
    assert_eq!(
        world.call("ListDeploymentTargets", &filtered)["targetIds"],
        json!([])
    );
    let other = json!({"deploymentId": id, "targetId": "demo:web"});
    let (code, _) = world.refused("GetDeploymentTarget", &other);
    assert_eq!(code, "DeploymentTargetDoesNotExistException");
    let own = json!({"deploymentId": id, "targetId": TARGET});
    let target = &world.call("GetDeploymentTarget", &own)["deploymentTarget"];
    assert_eq!(target["deploymentTargetType"], "ECSTarget");
}

#[test]
fn configurations_are_made_within_the_limits_and_deleted_when_nobody_needs_them() {
    let mut world = World::new();
    let order = |kind: &str, percent: i64, minutes: i64| {
        let (object, percentage, interval) = if kind == "TimeBasedCanary" {
            ("timeBasedCanary", "canaryPercentage", "canaryInterval")
        } else {
            ("timeBasedLinear", "linearPercentage", "linearInterval")
        };
        json!({
            "deploymentConfigName": "own",
            "computePlatform": "ECS",
            "trafficRoutingConfig": {"type": kind, object: {percentage: percent, interval: minutes}},
        })
    };
    for wrong in [
        order("TimeBasedCanary", 0, 5),
        order("TimeBasedCanary", 100, 5),
        order("TimeBasedCanary", 10, 2_881),
        order("TimeBasedLinear", 10, 321),
    ] {
        let (code, _) = world.refused("CreateDeploymentConfig", &wrong);
        assert_eq!(
            code, "InvalidTrafficRoutingConfigurationException",
            "{wrong}"
        );
    }
    let right = order("TimeBasedLinear", 10, 320);
    world.call("CreateDeploymentConfig", &right);
    let (code, _) = world.refused("CreateDeploymentConfig", &right);
    assert_eq!(code, "DeploymentConfigAlreadyExistsException");
    let name = json!({"deploymentConfigName": "own"});
    let info = &world.call("GetDeploymentConfig", &name)["deploymentConfigInfo"];
    assert_eq!(info["trafficRoutingConfig"], right["trafficRoutingConfig"]);
    let group = json!({
        "applicationName": APPLICATION,
        "currentDeploymentGroupName": GROUP,
        "deploymentConfigName": "own",
    });
    world.call("UpdateDeploymentGroup", &group);
    let (code, _) = world.refused("DeleteDeploymentConfig", &name);
    assert_eq!(code, "DeploymentConfigInUseException");
    let mut back = group.clone();
    back["deploymentConfigName"] = json!("CodeDeployDefault.ECSAllAtOnce");
    world.call("UpdateDeploymentGroup", &back);
    world.call("DeleteDeploymentConfig", &name);
    assert_eq!(
        world.refused("GetDeploymentConfig", &name).0,
        "DeploymentConfigDoesNotExistException"
    );
}

#[test]
fn a_group_that_could_not_deploy_to_its_service_is_refused() {
    let mut world = World::new();
    let seed = seed::default_world();
    let mut group = seed["deploymentGroups"][0].clone();
    group["deploymentGroupName"] = json!("second");
    assert_eq!(
        world.refused("CreateDeploymentGroup", &group).0,
        "ECSServiceMappingLimitExceededException"
    );
    for (member, value, code) in [
        (
            "ecsServices",
            json!([{"clusterName": "demo", "serviceName": "web"}]),
            "InvalidECSServiceException",
        ),
        (
            "deploymentStyle",
            json!({"deploymentType": "IN_PLACE"}),
            "InvalidDeploymentStyleException",
        ),
        (
            "blueGreenDeploymentConfiguration",
            json!({"deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT"}}),
            "InvalidBlueGreenDeploymentConfigurationException",
        ),
        (
            "loadBalancerInfo",
            json!({"targetGroupPairInfoList": [{"targetGroups": [{"name": "one"}]}]}),
            "InvalidTargetGroupPairException",
        ),
        (
            "alarmConfiguration",
            json!({"enabled": true, "alarms": []}),
            "InvalidAlarmConfigException",
        ),
    ] {
        let mut wrong = group.clone();
        wrong[member] = value;
        assert_eq!(world.refused("CreateDeploymentGroup", &wrong).0, code);
    }
}

#[test]
fn somebody_else_who_deploys_stops_ours_first() {
    let mut world = World::new();
    world.story(&json!("superseded"));
    let id = world.deploy(|_| {});
    world.wait_for(&id, "Stopped", 120);
    let listed = world.call("ListDeployments", &json!({}));
    let theirs = listed["deployments"][0].as_str().unwrap().to_owned();
    assert_ne!(theirs, id);
    world.wait_for(&theirs, "Succeeded", 1_200);
    let service = world.service();
    assert_eq!(service["taskSets"].as_array().unwrap().len(), 1);
    assert_eq!(service["taskSets"][0]["externalId"], json!(theirs));
}
