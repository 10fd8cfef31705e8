//! What is made and how: the appspec, the lost answer, what is in the way, what is refused.

use super::*;
use crate::domain::document::{Document, Node};
use crate::domain::service::samples::definition;
use crate::ports::fake_codedeploy::Fate;

fn appspec_of(world: &World) -> Document {
    let made = world.codedeploy.made.borrow();
    let new = made[0].new.as_ref().unwrap();
    Document::parse(&new.appspec, "sent").unwrap()
}

#[test]
fn what_is_sent_names_the_revision_the_container_and_the_port_of_the_service() {
    let world = World::under_codedeploy(good());
    run(&world, &SHIFT).0.unwrap();
    let appspec = appspec_of(&world);
    let properties = appspec.get("Resources").unwrap().items()[0]
        .get("TargetService")
        .and_then(|service| service.get("Properties"))
        .unwrap();
    let text = |key| properties.get(key).and_then(Node::as_str);
    assert_eq!(text("TaskDefinition"), Some(definition(2).as_str()));
    assert_eq!(text("PlatformVersion"), Some("1.4.0"));
    let balancer = properties.get("LoadBalancerInfo").unwrap();
    assert_eq!(
        balancer.get("ContainerPort").and_then(Node::as_i64),
        Some(80)
    );
}

#[test]
fn an_appspec_keeps_all_but_what_it_deploys() {
    let world = World::under_codedeploy(good());
    world.file(
        "appspec.yml",
        "version: 0.0\nresources:\n  - TargetService:\n      type: AWS::ECS::Service\n      properties:\n        \
         taskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/web:7\n        loadBalancerInfo: \
         {containerName: web, containerPort: 80}\nhooks:\n  - BeforeAllowTraffic: check-web\n",
    );
    let (ended, events) = run(&world, &SHIFT);
    ended.unwrap();
    assert!(texts(&events).contains("appspec from `appspec.yml`"));
    let appspec = appspec_of(&world).to_json_compact();
    assert!(appspec.starts_with(r#"{"version":0.0,"#), "{appspec}");
    assert!(appspec.contains(r#""Hooks":[{"BeforeAllowTraffic":"check-web"}]"#));
    assert!(appspec.contains("task-definition/web:2") && !appspec.contains("web:7"));
}

#[test]
fn a_lost_answer_is_recognised_and_nothing_is_made_twice() {
    for fate in [Fate::LostAfter, Fate::LostBefore] {
        for unlisted in [0, 2] {
            let world = World::under_codedeploy(good());
            world.codedeploy.fates.borrow_mut().push(fate);
            world.codedeploy.unlisted.set(unlisted);
            let (ended, _) = run(&world, &SHIFT);
            let outputs = ended.unwrap();
            assert_eq!(
                outputs.get("codedeploy-deployment-id"),
                Some("d-1"),
                "{fate:?}"
            );
            assert_eq!(world.codedeploy.made.borrow().len(), 1, "{fate:?}");
        }
    }
}

#[test]
fn a_list_that_lags_far_behind_a_lost_answer_still_makes_nothing_twice() {
    let world = World::under_codedeploy(good());
    world.codedeploy.fates.borrow_mut().push(Fate::LostAfter);
    world.codedeploy.unlisted.set(6);
    let outputs = run(&world, &SHIFT).0.unwrap();
    assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-1"));
    assert_eq!(world.count("CreateDeployment"), 2);
    assert_eq!(world.codedeploy.made.borrow().len(), 1);
}

#[test]
fn another_deployment_that_comes_in_between_is_refused_and_scaling_given_back() {
    let world = World::under_codedeploy(good());
    world.scalable("web");
    world.codedeploy.fates.borrow_mut().push(Fate::Late);
    let error = run(&world, &SHIFT).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("DeploymentLimitExceeded"),
        "{}",
        error.text
    );
    assert!(error.hint.unwrap().contains("--if-running wait"));
    assert_eq!(
        world.made().last().map(String::as_str),
        Some("RegisterScalableTarget off")
    );
}

#[test]
fn a_deployment_that_runs_is_refused_waited_for_or_stopped() {
    let earlier = || {
        let world = World::under_codedeploy(good());
        run(&world, &shifting(&["--wait=false"])).0.unwrap();
        world.calls.made.borrow_mut().clear();
        world
    };
    let world = earlier();
    let arguments = shifting(&["--force-new-deployment=true"]);
    let error = run(&world, &arguments).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("by CodeDeploy already: `d-1`"),
        "{}",
        error.text
    );
    assert_eq!(world.count("CreateDeployment"), 0);

    let world = earlier();
    let arguments = shifting(&["--force-new-deployment=true", "--if-running=wait"]);
    let outputs = run(&world, &arguments).0.unwrap();
    assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-2"));
    assert_eq!(world.count("StopDeployment"), 0);

    let world = earlier();
    *world.codedeploy.back.borrow_mut() = back();
    let arguments = shifting(&["--if-running=stop"]);
    let outputs = run(&world, &arguments).0.unwrap();
    // The second one went back from the first.
    assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-3"));
    assert!(world.made().contains(&"StopDeployment d-1 back".to_owned()));
}

#[test]
fn what_is_wrong_with_the_way_is_refused_before_anything_is_registered() {
    let refused = |change: &dyn Fn(&World), more: &[&'static str]| {
        let world = World::under_codedeploy(good());
        world.file("taskdef.json", TASK_DEFINITION);
        change(&world);
        let mut arguments = vec![
            "--cluster=demo",
            "--service=web",
            "--task-definition=taskdef.json",
        ];
        arguments.extend(more);
        let error = run(&world, &arguments).0.unwrap_err();
        assert_eq!(world.count("RegisterTaskDefinition"), 0);
        assert_eq!(world.count("CreateDeployment"), 0);
        error
    };
    let change = |change: fn(&mut crate::domain::codedeploy::DeploymentGroup)| {
        move |world: &World| {
            let mut groups = world.codedeploy.groups.borrow_mut();
            change(groups.values_mut().next().unwrap());
        }
    };
    let error = refused(&|_| {}, &["--codedeploy-deployment-group=other"]);
    assert!(
        error.text.contains("no such deployment group: `other`"),
        "{}",
        error.text
    );
    let error = refused(
        &change(|group| group.services[0].1 = "other".to_owned()),
        &[],
    );
    assert!(
        error.text.contains("does not deploy service `web`"),
        "{}",
        error.text
    );
    let error = refused(
        &change(|group| "Lambda".clone_into(&mut group.platform)),
        &[],
    );
    assert!(error.text.contains("not for ECS"), "{}", error.text);
    let error = refused(
        &change(|group| group.config = Some("CodeDeployDefault.OneAtATime".to_owned())),
        &[],
    );
    assert!(error.text.contains("OneAtATime"), "{}", error.text);
    let error = refused(&|_| {}, &["--codedeploy-deployment-config=missing"]);
    assert!(
        error.text.contains("no such deployment configuration"),
        "{}",
        error.text
    );
    let error = refused(&|_| {}, &["--codedeploy-appspec=missing.yaml"]);
    assert_eq!(error.cause, Cause::Input);
    let error = refused(
        &|world| world.file("appspec.yaml", "version: 0.0\nResources: []\n"),
        &[],
    );
    assert_eq!(error.cause, Cause::Input);
    let error = refused(
        &|world| {
            world.file(
                "appspec.json",
                r#"{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
                    "TaskDefinition": "<TASK_DEFINITION>",
                    "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 8080}}}}]}"#,
            );
        },
        &[],
    );
    assert!(error.text.contains("`8080`"), "{}", error.text);
}

#[test]
fn a_group_without_a_configuration_gets_one_for_ecs_and_not_the_default_for_servers() {
    let world = World::under_codedeploy(good());
    world
        .codedeploy
        .groups
        .borrow_mut()
        .values_mut()
        .for_each(|group| group.config = None);
    let long = "--codedeploy-deployment-description=".to_owned() + &"x".repeat(300);
    let mut arguments = shifting(&[]);
    arguments.push(&long);
    let (ended, events) = run(&world, &arguments);
    ended.unwrap();
    let made = world.codedeploy.made.borrow();
    let new = made[0].new.as_ref().unwrap();
    assert_eq!(
        new.config.as_deref(),
        Some("CodeDeployDefault.ECSAllAtOnce")
    );
    assert_eq!(new.description.as_ref().map(String::len), Some(256));
    let told = texts(&events);
    assert!(told.contains("names no configuration") && told.contains("was cut at 256"));
}

#[test]
fn nothing_is_made_for_what_runs_already_and_a_count_alone_is_only_an_update() {
    let world = World::under_codedeploy(good());
    let outputs = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
        ],
    )
    .0
    .unwrap();
    assert_eq!(outputs.get("verdict"), Some("unchanged"));
    let outputs = run(
        &world,
        &["--cluster=demo", "--service=web", "--desired-count=3"],
    )
    .0
    .unwrap();
    assert_eq!(outputs.get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 1);
    assert_eq!(world.count("CreateDeployment"), 0);
}

#[test]
fn a_dry_run_says_the_way_and_sends_nothing() {
    let world = World::under_codedeploy(good());
    let (ended, events) = run(&world, &shifting(&["--dry-run=true", "--exit-code=true"]));
    assert_eq!(ended.unwrap_err().cause, Cause::ChangesFound);
    let told = texts(&events);
    assert!(
        told.contains("deploy (CODE_DEPLOY): `web:1` -> `web:2`"),
        "{told}"
    );
    assert!(told.contains("application `AppECS-demo-web`, group `DgpECS-demo-web`"));
    assert!(told.contains("the old tasks stay for 5m"));
    assert_eq!(world.count("CreateDeployment"), 0);
}
