//! Single calls: what they answer, and what they refuse.

use super::*;

#[test]
fn what_does_not_exist_is_told_apart_by_code() {
    let mut world = World::new();
    let cases = [
        (
            "DescribeServices",
            json!({"cluster": "nowhere", "services": ["web"]}),
            "ClusterNotFoundException",
        ),
        (
            "UpdateService",
            json!({"cluster": "demo", "service": "nothing"}),
            "ServiceNotFoundException",
        ),
        (
            "ListServiceDeployments",
            json!({"cluster": "demo", "service": "nothing"}),
            "ServiceNotFoundException",
        ),
        (
            "ListTasks",
            json!({"cluster": "demo", "serviceName": "nothing"}),
            "ServiceNotFoundException",
        ),
        (
            "UpdateService",
            json!({"cluster": "demo", "service": "web", "taskDefinition": "web:99"}),
            "ClientException",
        ),
        (
            "DescribeTaskDefinition",
            json!({"taskDefinition": "nothing"}),
            "ClientException",
        ),
        (
            "StopTask",
            json!({"cluster": "demo", "task": "nothing"}),
            "InvalidParameterException",
        ),
        (
            "StopServiceDeployment",
            json!({"serviceDeploymentArn": "arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/none"}),
            "ServiceDeploymentNotFoundException",
        ),
        (
            "TagResource",
            json!({"resourceArn": "arn:aws:ecs:us-east-1:123456789012:service/demo/nothing", "tags": []}),
            "ResourceNotFoundException",
        ),
    ];
    for (operation, input, code) in cases {
        assert_eq!(
            world.refused(operation, &input).0,
            code,
            "{operation} {input}"
        );
    }
    let answer = world.call(
        "DescribeServices",
        &json!({"cluster": "demo", "services": ["web", "nothing"]}),
    );
    assert_eq!(
        answer["failures"],
        json!([{"arn": "arn:aws:ecs:us-east-1:123456789012:service/demo/nothing", "reason": "MISSING"}])
    );
    assert_eq!(answer["services"].as_array().unwrap().len(), 1);
}

#[test]
fn an_inactive_definition_cannot_be_deployed() {
    let mut world = World::new();
    let arn = world.register("web");
    world.call("DeregisterTaskDefinition", &json!({"taskDefinition": arn}));
    let (code, message) = world.refused(
        "UpdateService",
        &json!({"cluster": "demo", "service": "web", "taskDefinition": arn}),
    );
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("ClientException", "TaskDefinition is inactive")
    );
}

#[test]
fn a_codedeploy_service_refuses_a_task_definition_and_takes_a_desired_count() {
    let mut world = World::new();
    let arn = world.register("web-codedeploy");
    let deploy = json!({"cluster": "demo", "service": "web-codedeploy", "taskDefinition": arn});
    let (code, message) = world.refused("UpdateService", &deploy);
    assert_eq!(code, "InvalidParameterException");
    assert!(
        message.starts_with(
            "Unable to update task definition on services with a CODE_DEPLOY deployment controller"
        ),
        "{message}"
    );
    let force = json!({"cluster": "demo", "service": "web-codedeploy", "forceNewDeployment": true});
    assert_eq!(
        world.refused("UpdateService", &force).0,
        "InvalidParameterException"
    );
    let count = json!({"cluster": "demo", "service": "web-codedeploy", "desiredCount": 3});
    assert_eq!(
        world.call("UpdateService", &count)["service"]["desiredCount"],
        3
    );
    world.wait(200.0);
    let service = world.service("web-codedeploy");
    assert_eq!(service["deployments"], json!([]));
    assert_eq!(service["taskSets"][0]["status"], "PRIMARY");
    assert_eq!(service["taskSets"][0]["runningCount"], 3);
}

#[test]
fn started_by_is_only_a_filter_alone() {
    let mut world = World::new();
    let both = json!({"cluster": "demo", "startedBy": "me", "serviceName": "web"});
    assert_eq!(
        world.refused("ListTasks", &both).0,
        "InvalidParameterException"
    );
}

#[test]
fn a_service_s_tasks_are_listed_by_what_ecs_wants_of_them() {
    let mut world = World::new();
    let stopped = world.tasks("web", "RUNNING")[0]["taskArn"].clone();
    world.call("StopTask", &json!({"cluster": "demo", "task": stopped}));
    world.wait(4.0);
    let wanted = world.tasks("web", "RUNNING");
    assert!(wanted.iter().all(|task| task["taskArn"] != stopped));
    assert_eq!(world.tasks("web", "STOPPED")[0]["taskArn"], stopped);
    assert_eq!(
        world.call(
            "ListTasks",
            &json!({"cluster": "demo", "desiredStatus": "PENDING"})
        )["taskArns"],
        json!([])
    );
    let other = json!({"cluster": "demo", "family": "web-native"});
    assert_eq!(
        world.call("ListTasks", &other)["taskArns"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_one_off_task_runs_and_ends_with_exit_code_0_and_a_token_runs_it_once() {
    let mut world = World::new();
    let run = json!({
        "cluster": "demo", "taskDefinition": "web", "launchType": "FARGATE", "clientToken": "t-1",
        "startedBy": "run-7", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        "overrides": {"containerOverrides": [{"name": "web", "command": ["migrate"]}]},
    });
    let first = world.call("RunTask", &run);
    assert_eq!(first["failures"], json!([]));
    let arn = first["tasks"][0]["taskArn"].clone();
    assert_eq!(world.call("RunTask", &run)["tasks"][0]["taskArn"], arn);
    let mut other = run.clone();
    other["count"] = json!(2);
    assert_eq!(world.refused("RunTask", &other).0, "ConflictException");
    world.wait(180.0);
    let task = world.call("DescribeTasks", &json!({"cluster": "demo", "tasks": [arn]}))["tasks"][0]
        .clone();
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["containers"][0]["exitCode"], 0);
    assert_eq!(task["startedBy"], "run-7");
    assert_eq!(task["group"], "family:web");
    assert_eq!(
        task["overrides"]["containerOverrides"][0]["command"],
        json!(["migrate"])
    );
}

#[test]
fn an_override_for_an_unknown_container_is_refused() {
    let mut world = World::new();
    let run = json!({
        "cluster": "demo", "taskDefinition": "web", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
        "overrides": {"containerOverrides": [{"name": "job"}]},
    });
    assert!(world.refused("RunTask", &run).1.contains("job"));
}

#[test]
fn a_service_is_deleted_through_draining_and_can_then_be_made_again() {
    let mut world = World::new();
    let delete = json!({"cluster": "demo", "service": "web"});
    assert_eq!(
        world.refused("DeleteService", &delete).0,
        "InvalidParameterException"
    );
    let forced = json!({"cluster": "demo", "service": "web", "force": true});
    assert_eq!(
        world.call("DeleteService", &forced)["service"]["status"],
        "DRAINING"
    );
    assert_eq!(
        world.refused("UpdateService", &delete).0,
        "ServiceNotActiveException"
    );
    assert_eq!(ecs::desired_count(&world.cloud, "demo", "web"), None);
    world.wait(120.0);
    assert_eq!(world.service("web")["status"], "INACTIVE");
    let again = seed::default_world()["services"][0].clone();
    assert_eq!(
        world.call("CreateService", &again)["service"]["status"],
        "ACTIVE"
    );
    assert_eq!(
        world.refused("CreateService", &again).0,
        "InvalidParameterException"
    );
}

#[test]
fn a_load_balancer_needs_a_container_and_a_port_of_the_definition() {
    let mut world = World::new();
    let mut input = seed::default_world()["services"][0].clone();
    input["serviceName"] = json!("fresh");
    input["loadBalancers"][0]["containerName"] = json!("app");
    assert_eq!(
        world.refused("CreateService", &input).1,
        "The container app does not exist in the task definition."
    );
    input["loadBalancers"][0]["containerName"] = json!("web");
    input["loadBalancers"][0]["containerPort"] = json!(8080);
    assert_eq!(
        world.refused("CreateService", &input).1,
        "The container web did not have a container port 8080 defined."
    );
}

#[test]
fn what_is_not_carried_out_is_refused() {
    let mut world = World::new();
    let mut input = seed::default_world()["services"][0].clone();
    input["serviceName"] = json!("fresh");
    input["schedulingStrategy"] = json!("DAEMON");
    assert_eq!(
        world.refused("CreateService", &input).0,
        "UnsupportedFeatureException"
    );
    input["schedulingStrategy"] = json!("REPLICA");
    input["deploymentController"] = json!({"type": "EXTERNAL"});
    assert_eq!(
        world.refused("CreateService", &input).0,
        "UnsupportedFeatureException"
    );
}

#[test]
fn tags_of_a_service_are_set_listed_and_passed_on_to_its_tasks() {
    let mut world = World::with_web(|web| {
        web["tags"] = json!([{"key": "team", "value": "shop"}]);
        web["propagateTags"] = json!("SERVICE");
        web["enableECSManagedTags"] = json!(true);
    });
    let arn = world.service("web")["serviceArn"].clone();
    world.call(
        "TagResource",
        &json!({"resourceArn": arn, "tags": [{"key": "env", "value": "test"}]}),
    );
    world.call(
        "UntagResource",
        &json!({"resourceArn": arn, "tagKeys": ["none"]}),
    );
    assert_eq!(
        world.call("ListTagsForResource", &json!({"resourceArn": arn}))["tags"],
        json!([{"key": "team", "value": "shop"}, {"key": "env", "value": "test"}])
    );
    let task = world.tasks("web", "RUNNING")[0]["taskArn"].clone();
    let describe = json!({"cluster": "demo", "tasks": [task], "include": ["TAGS"]});
    let tags = world.call("DescribeTasks", &describe)["tasks"][0]["tags"].clone();
    assert_eq!(tags[0], json!({"key": "team", "value": "shop"}));
    assert!(
        tags.as_array()
            .unwrap()
            .contains(&json!({"key": "aws:ecs:serviceName", "value": "web"}))
    );
}

#[test]
fn clusters_and_services_are_listed_and_counted() {
    let mut world = World::new();
    let clusters = world.call(
        "DescribeClusters",
        &json!({"clusters": ["demo", "nowhere"]}),
    );
    assert_eq!(clusters["clusters"][0]["activeServicesCount"], 3);
    assert_eq!(clusters["clusters"][0]["runningTasksCount"], 6);
    assert_eq!(clusters["failures"][0]["reason"], "MISSING");
    assert_eq!(
        world.call("ListClusters", &json!({}))["clusterArns"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let services = world.call("ListServices", &json!({"cluster": "demo", "maxResults": 2}));
    assert_eq!(services["serviceArns"].as_array().unwrap().len(), 2);
    assert!(services["nextToken"].is_string());
}

#[test]
fn service_deployments_are_filtered_by_status_and_time() {
    let mut world = World::new();
    let start = world.cloud.now;
    world.deploy("web");
    world.wait(5.0);
    let list = |world: &mut World, filter: Value| {
        let mut input = json!({"cluster": "demo", "service": "web"});
        input
            .as_object_mut()
            .unwrap()
            .extend(filter.as_object().unwrap().clone());
        world.call("ListServiceDeployments", &input)["serviceDeployments"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(list(&mut world, json!({})), 2);
    assert_eq!(list(&mut world, json!({"status": ["IN_PROGRESS"]})), 1);
    let after = start.plus(-60.0).epoch_seconds();
    assert_eq!(list(&mut world, json!({"createdAt": {"after": after}})), 1);
    assert_eq!(list(&mut world, json!({"createdAt": {"before": after}})), 1);
}

#[test]
fn a_story_for_an_unknown_service_is_refused_with_the_services_there_are() {
    let mut world = World::new();
    let refusal = ecs::set_story(&mut world.cloud, Some("shop"), &json!("steady")).unwrap_err();
    assert!(
        refusal.contains("`shop`") && refusal.contains("`web`"),
        "{refusal}"
    );
    assert!(
        ecs::set_story(&mut world.cloud, None, &json!("sunshine"))
            .unwrap_err()
            .contains("`crash-loop`")
    );
}

#[test]
fn the_deployed_image_of_the_seed_is_the_one_its_tasks_run() {
    let mut world = World::new();
    let image = world.tasks("web", "RUNNING")[0]["containers"][0]["image"].clone();
    assert_eq!(image, json!(format!("{REPOSITORY}:{DEPLOYED}")));
}

#[test]
fn what_containers_are_given_is_shown_neither_by_debug_nor_by_the_state() {
    let mut world = World::new();
    let mut document = seed::default_world()["taskDefinitions"][0].clone();
    document["containerDefinitions"][0]["environment"] =
        json!([{"name": "TOKEN", "value": "hush-hush"}]);
    world.call("RegisterTaskDefinition", &document);
    world.call("RunTask", &json!({
        "cluster": "demo", "taskDefinition": "web", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
        "overrides": {"containerOverrides": [{"name": "web", "environment": [{"name": "TOKEN", "value": "hush-hush"}]}]},
    }));
    assert!(!format!("{:?}", world.cloud.ecs).contains("hush-hush"));
    assert!(!ecs::state(&world.cloud).to_string().contains("hush-hush"));
}

#[test]
fn a_service_cannot_have_more_tasks_than_the_quota() {
    let mut world = World::new();
    let update = json!({"cluster": "demo", "service": "web", "desiredCount": 2_147_483_647});
    assert_eq!(
        world.refused("UpdateService", &update).0,
        "InvalidParameterException"
    );
    ecs::set_desired_count(&mut world.cloud, "demo", "web", i64::MAX);
    assert_eq!(ecs::desired_count(&world.cloud, "demo", "web"), Some(5_000));
}
