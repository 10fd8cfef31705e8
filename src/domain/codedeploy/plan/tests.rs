//! What is planned, and what is refused.

use std::time::Duration;

use super::super::samples::{group, service};
use super::super::{AppSpecSource, DeploymentConfig, Routing, ShiftRefusal};
use super::*;
use crate::domain::document::Document;
use crate::domain::service::samples::definition;

fn request() -> Request {
    Request {
        target: Some(Target::Revision(definition(2))),
        definition: None,
        force: false,
        desired_count: None,
        ecs_managed_tags: None,
        propagate_tags: None,
        volume: None,
        if_running: IfRunning::Fail,
    }
}

fn wish() -> ShiftWish {
    ShiftWish {
        config: None,
        description: None,
        appspec: AppSpecSource::Service,
    }
}

fn seen() -> GroupSeen {
    GroupSeen {
        group: group(),
        config: Read::Got(DeploymentConfig {
            platform: "ECS".to_owned(),
            routing: Some(Routing::Canary {
                percent: 10,
                interval: Duration::from_mins(5),
            }),
        }),
        running: Vec::new(),
    }
}

fn order(plan: &DeploymentPlan) -> &ShiftOrder {
    match &plan.action {
        Action::Shift(order) => order,
        Action::Nothing | Action::Change(_) | Action::Deploy(_) => panic!("{:?}", plan.action),
    }
}

#[test]
fn a_new_revision_is_deployed_by_the_group_with_what_the_service_says() {
    let plan = plan_shift(&request(), &wish(), &service(), &seen()).unwrap();
    let order = order(&plan);
    assert_eq!(order.target, "demo:web");
    // What the group has is not sent.
    assert_eq!(order.deployment.config, None);
    assert_eq!(order.deployment.description, None);
    assert_eq!(order.waits(), Duration::from_mins(10));
    assert_eq!(
        order.deployment.appspec,
        format!(
            "{{\"version\":0.0,\"Resources\":[{{\"TargetService\":{{\"Type\":\"AWS::ECS::Service\",\"Properties\":{{\
             \"TaskDefinition\":\"{}\",\"LoadBalancerInfo\":{{\"ContainerName\":\"web\",\"ContainerPort\":80}},\
             \"PlatformVersion\":\"1.4.0\"}}}}}}]}}",
            definition(2)
        )
    );
    assert_eq!(order.deployment.sha256().len(), 64);
    assert!(plan.notices.is_empty(), "{:?}", plan.notices);
    assert_eq!(
        plan.lines(),
        [
            "deploy (CODE_DEPLOY): `web:1` -> `web:2`",
            "application `AppECS-demo-web`, group `DgpECS-demo-web`",
            "traffic by `CodeDeployDefault.ECSCanary10Percent5Minutes`: 10 %, the rest after 5m",
            "appspec made from the service",
            "the old tasks stay for 5m after the traffic moved",
        ]
    );
}

#[test]
fn what_runs_already_is_left_alone_unless_it_is_forced() {
    let mut same = request();
    same.target = Some(Target::Revision(definition(1)));
    let plan = plan_shift(&same, &wish(), &service(), &seen()).unwrap();
    assert_eq!(plan.action, Action::Nothing);
    same.force = true;
    let plan = plan_shift(&same, &wish(), &service(), &seen()).unwrap();
    assert_eq!(order(&plan).task_definition, Some(definition(1)));
    assert!(plan.lines()[0].ends_with("-> the same, all tasks replaced"));
}

#[test]
fn a_count_is_changed_by_ecs_and_the_rest_by_codedeploy() {
    let mut more = request();
    more.desired_count = Some(3);
    let plan = plan_shift(&more, &wish(), &service(), &seen()).unwrap();
    let update = order(&plan).update.clone().unwrap();
    assert_eq!(
        (update.desired_count, update.task_definition, update.force),
        (Some(3), None, false)
    );
    more.target = None;
    let plan = plan_shift(&more, &wish(), &service(), &seen()).unwrap();
    assert!(matches!(plan.action, Action::Change(_)));
}

#[test]
fn a_configuration_for_servers_is_refused_also_if_only_its_name_says_so() {
    let refused = |config: Read<DeploymentConfig>, named: Option<&str>| {
        let mut seen = seen();
        seen.config = config;
        let mut wish = wish();
        wish.config = named.map(str::to_owned);
        plan_shift(&request(), &wish, &service(), &seen)
    };
    let servers = DeploymentConfig {
        platform: String::new(),
        routing: None,
    };
    assert_eq!(
        refused(Read::Got(servers), None).unwrap_err().to_string(),
        "the deployment configuration is for `Server`, not for ECS: `CodeDeployDefault.ECSCanary10Percent5Minutes`"
    );
    let no = || Read::Unavailable("no".to_owned());
    let error = refused(no(), Some("CodeDeployDefault.OneAtATime")).unwrap_err();
    assert!(matches!(
        error,
        Refusal::Shift(ShiftRefusal::ConfigPlatform { .. })
    ));
    let plan = refused(no(), Some("CodeDeployDefault.ECSAllAtOnce")).unwrap();
    assert_eq!(order(&plan).routing, Some(Routing::AllAtOnce));
    let plan = refused(no(), Some("ours")).unwrap();
    assert_eq!(order(&plan).deployment.config.as_deref(), Some("ours"));
}

#[test]
fn an_appspec_that_lacks_something_blames_where_it_comes_from() {
    let mut bare = service();
    bare.task_sets[0].load_balancers.clear();
    let error = plan_shift(&request(), &wish(), &bare, &seen()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "service `web`: the appspec made from the service: the appspec needs: `LoadBalancerInfo.ContainerName`"
    );
    let text = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}\n";
    let file = AppSpec::from_document(&Document::parse(text, "appspec.yaml").unwrap()).unwrap();
    let wish = ShiftWish {
        appspec: AppSpecSource::File(Box::new(file)),
        ..wish()
    };
    let plan = plan_shift(&request(), &wish, &bare, &seen()).unwrap();
    assert_eq!(order(&plan).appspec_from, "from `appspec.yaml`");
}

#[test]
fn guards_that_are_off_are_said() {
    let mut seen = seen();
    seen.group.auto_rollback.enabled = false;
    seen.config = Read::Got(DeploymentConfig {
        platform: "ECS".to_owned(),
        routing: Some(Routing::AllAtOnce),
    });
    let plan = plan_shift(&request(), &wish(), &service(), &seen).unwrap();
    let kinds: Vec<&str> = plan.notices.iter().map(Notice::kind).collect();
    assert_eq!(kinds, ["no-auto-rollback", "checked-late"]);
    assert!(plan.notices.iter().all(Notice::is_guard_off));
}
