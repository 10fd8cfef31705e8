//! Services and wishes, and what comes of them.

mod guards;

use super::*;
use crate::domain::document::Document;
use crate::domain::service::samples::{brief, definition, deployment, service_deployment, steady};
use crate::domain::service::{RolloutState, ServiceDeploymentStatus};

fn facts(text: &str) -> DefinitionFacts {
    DefinitionFacts::of(Document::parse(text, "taskdef.json").unwrap().root())
}

fn web() -> DefinitionFacts {
    facts(
        r#"{"family": "web", "networkMode": "awsvpc", "containerDefinitions": [{
            "name": "web", "image": "r/web@sha256:aa", "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options":
                {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "w"}}
        }, {"name": "side", "image": "r/side:1"}]}"#,
    )
}

fn to_revision(revision: u32) -> Request {
    Request {
        target: Some(Target::Revision(definition(revision))),
        definition: Some(web()),
        force: false,
        desired_count: None,
        ecs_managed_tags: None,
        propagate_tags: None,
        volume: None,
        if_running: IfRunning::Fail,
    }
}

fn idle() -> Running {
    Running::Listed(vec![brief(&service_deployment(
        "d100",
        100,
        ServiceDeploymentStatus::Successful,
    ))])
}

fn busy() -> Running {
    Running::Listed(vec![brief(&service_deployment(
        "d150",
        150,
        ServiceDeploymentStatus::Pending,
    ))])
}

fn update_of(plan: &DeploymentPlan) -> &ServiceUpdate {
    match &plan.action {
        Action::Change(update) | Action::Deploy(update) => update,
        Action::Nothing | Action::Shift(_) => panic!("the service is not updated"),
    }
}

#[test]
fn a_new_revision_is_deployed_and_nothing_else_is_sent() {
    let plan = plan(&to_revision(2), &steady(), &idle()).unwrap();
    assert_eq!(
        plan.action,
        Action::Deploy(ServiceUpdate {
            cluster: steady().cluster,
            service: "web".to_owned(),
            task_definition: Some(definition(2)),
            ..ServiceUpdate::default()
        })
    );
    assert_eq!(plan.notices, []);
    assert_eq!(
        plan.to_string(),
        "web:\n  deploy (ROLLING): `web:1` -> `web:2`\n"
    );
}

#[test]
fn the_revision_that_is_there_is_nothing_to_deploy() {
    let plan = plan(&to_revision(1), &steady(), &idle()).unwrap();
    assert_eq!(plan.action, Action::Nothing);
    assert!(!plan.changes());
    assert_eq!(plan.lines(), ["nothing: the service already has `web:1`"]);
}

#[test]
fn the_revision_that_is_there_is_deployed_again_when_forced() {
    let mut request = to_revision(1);
    request.force = true;
    let plan = plan(&request, &steady(), &idle()).unwrap();
    assert!(matches!(plan.action, Action::Deploy(_)));
    assert!(update_of(&plan).force);
}

#[test]
fn a_failed_last_deployment_is_said_when_nothing_starts() {
    let mut service = steady();
    service.deployments[0].rollout = Some(RolloutState::Failed);
    let plan = plan(&to_revision(1), &service, &idle()).unwrap();
    assert_eq!(plan.notices, [Notice::LastFailed]);
}

#[test]
fn another_count_changes_the_service_without_a_deployment() {
    let mut request = to_revision(1);
    request.desired_count = Some(5);
    let changed = plan(&request, &steady(), &idle()).unwrap();
    assert!(matches!(changed.action, Action::Change(_)));
    assert_eq!(update_of(&changed).desired_count, Some(5));
    assert_eq!(update_of(&changed).task_definition, None);
    request.desired_count = Some(2);
    let same = plan(&request, &steady(), &idle()).unwrap();
    assert_eq!(same.action, Action::Nothing, "two is what there is");
}

#[test]
fn a_document_to_register_is_planned_before_it_has_an_arn() {
    let mut request = to_revision(2);
    request.target = Some(Target::ToRegister);
    let plan = plan(&request, &steady(), &idle()).unwrap();
    assert!(plan.registers && plan.changes());
    assert_eq!(
        plan.lines(),
        ["deploy (ROLLING): `web:1` -> the revision to be registered"]
    );
}

#[test]
fn a_service_that_is_being_deleted_is_refused() {
    let mut service = steady();
    service.status = ServiceStatus::Draining;
    let refusal = plan(&to_revision(2), &service, &idle()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "service `web` takes no deployments, it is `DRAINING`"
    );
}

#[test]
fn services_that_ecs_does_not_move_are_refused_with_what_to_use() {
    for (controller, word) in [
        (Controller::External, "task sets"),
        (
            Controller::Other("NEW".to_owned()),
            "controllers ECS and CODE_DEPLOY",
        ),
    ] {
        let mut service = steady();
        service.controller = controller;
        let refusal = plan(&to_revision(2), &service, &idle()).unwrap_err();
        assert!(refusal.hint().contains(word), "{}", refusal.hint());
    }
}

#[test]
fn a_service_of_express_mode_is_refused() {
    let mut service = steady();
    service.management = Management::Ecs;
    assert_eq!(
        plan(&to_revision(2), &service, &idle()),
        Err(Refusal::Express {
            service: "web".to_owned()
        })
    );
}

#[test]
fn a_running_deployment_is_refused_waited_for_or_stopped_as_asked() {
    let mut request = to_revision(2);
    let refusal = plan(&request, &steady(), &busy()).unwrap_err();
    assert!(matches!(refusal, Refusal::Running { .. }), "{refusal}");
    request.if_running = IfRunning::Wait;
    let waits = plan(&request, &steady(), &busy()).unwrap();
    assert!(matches!(waits.before, Beforehand::Wait(_)));
    assert!(waits.lines()[0].starts_with("wait for the end of"));
    request.if_running = IfRunning::Stop;
    let stops = plan(&request, &steady(), &busy()).unwrap();
    assert!(matches!(stops.before, Beforehand::Stop(_)));
}

#[test]
fn a_running_deployment_does_not_matter_when_there_is_nothing_to_do() {
    let plan = plan(&to_revision(1), &steady(), &busy()).unwrap();
    assert_eq!(plan.before, Beforehand::Nothing);
}

#[test]
fn a_deployment_that_is_not_listed_so_far_runs_all_the_same() {
    let mut service = steady();
    service.deployments[0].rollout = Some(RolloutState::InProgress);
    let refusal = plan(&to_revision(2), &service, &Running::Listed(Vec::new())).unwrap_err();
    assert!(refusal.to_string().contains("`ecs-svc/100`"), "{refusal}");
}

#[test]
fn an_early_success_that_still_moves_tasks_is_over() {
    let mut service = steady();
    service.deployments[0].rollout = Some(RolloutState::InProgress);
    assert!(plan(&to_revision(2), &service, &idle()).is_ok());
}

#[test]
fn without_a_list_the_entry_of_the_service_says_whether_one_runs() {
    let mut service = steady();
    assert!(plan(&to_revision(2), &service, &Running::Unknown).is_ok());
    service.deployments[0].rollout = Some(RolloutState::InProgress);
    assert!(plan(&to_revision(2), &service, &Running::Unknown).is_err());
    let mut request = to_revision(2);
    request.if_running = IfRunning::Stop;
    assert!(matches!(
        plan(&request, &service, &Running::Unknown),
        Err(Refusal::CannotStop { .. })
    ));
}

#[test]
fn limits_that_leave_no_room_are_refused() {
    for (desired, minimum, maximum, moves) in [
        (2, 100, 100, false),
        (3, 100, 125, false),
        (3, 67, 125, false),
        (3, 66, 125, true),
        (4, 100, 125, true),
        (1, 50, 100, false),
        (1, 0, 100, true),
        (0, 100, 100, true),
    ] {
        let mut service = steady();
        service.counts.desired = desired;
        service.min_healthy_percent = Some(minimum);
        service.max_percent = Some(maximum);
        let planned = plan(&to_revision(2), &service, &idle());
        assert_eq!(planned.is_ok(), moves, "{desired} {minimum} {maximum}");
    }
    let mut service = steady();
    service.counts.desired = 2;
    service.max_percent = Some(100);
    let refusal = plan(&to_revision(2), &service, &idle()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "service `web` could never replace a task: `minimumHealthyPercent` 100 keeps 2 of 2 tasks running, and \
         `maximumPercent` 100 allows no more"
    );
    let hint = refusal.hint();
    assert!(
        hint.contains("to 150 or more") && hint.contains("to 50 or less"),
        "{hint}"
    );
}

#[test]
fn limits_do_not_matter_to_other_strategies_and_to_daemons() {
    let mut service = steady();
    service.max_percent = Some(100);
    assert!(plan(&to_revision(2), &service, &idle()).is_err());
    service.strategy = Strategy::BlueGreen;
    assert!(plan(&to_revision(2), &service, &idle()).is_ok());
    service.strategy = Strategy::Rolling;
    service.scheduling = Scheduling::Daemon;
    assert!(plan(&to_revision(2), &service, &idle()).is_ok());
}

#[test]
fn the_count_that_is_asked_for_decides_about_the_room() {
    let mut service = steady();
    service.max_percent = Some(125);
    let mut request = to_revision(2);
    assert!(plan(&request, &service, &idle()).is_err());
    request.desired_count = Some(4);
    assert!(plan(&request, &service, &idle()).is_ok());
}

#[test]
fn a_load_balancer_needs_its_container_and_its_port() {
    let mut request = to_revision(2);
    request.definition = Some(facts(
        r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "app"}]}"#,
    ));
    let refusal = plan(&request, &steady(), &idle()).unwrap_err();
    assert!(refusal.to_string().contains("`web`"));
    assert_eq!(refusal.hint(), "containers of the task definition: `app`");
    request.definition = Some(facts(
        r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "web", "portMappings": [{"containerPort": 8080}]}]}"#,
    ));
    let refusal = plan(&request, &steady(), &idle()).unwrap_err();
    assert!(matches!(refusal, Refusal::NoPort { port: 80, .. }));
}

#[test]
fn what_is_not_deployed_need_not_fit() {
    let mut request = to_revision(1);
    request.definition = Some(facts(r#"{"containerDefinitions": [{"name": "app"}]}"#));
    request.desired_count = Some(3);
    assert!(plan(&request, &steady(), &idle()).is_ok());
}

#[test]
fn a_range_of_ports_holds_the_port() {
    let mut request = to_revision(2);
    request.definition = Some(facts(
        r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "web", "portMappings": [{"containerPortRange": "79-81"}]}]}"#,
    ));
    assert!(plan(&request, &steady(), &idle()).is_ok());
}

#[test]
fn the_network_mode_has_to_fit_the_service() {
    let mut service = steady();
    service.placement.network = None;
    assert!(matches!(
        plan(&to_revision(2), &service, &idle()),
        Err(Refusal::Network { .. })
    ));
    let mut bridge = web();
    bridge.network_mode = Some("bridge".to_owned());
    let mut request = to_revision(2);
    request.definition = Some(bridge);
    assert!(plan(&request, &service, &idle()).is_ok());
    assert!(plan(&request, &steady(), &idle()).is_err());
}

#[test]
fn digests_and_logs_are_read_from_the_definition() {
    let web = web();
    assert_eq!(web.digests(), [("web".to_owned(), "sha256:aa".to_owned())]);
    let log = web.container("web").unwrap().log.as_ref().unwrap();
    assert_eq!(log.stream("web", "0f"), Some("w/web/0f".to_owned()));
    assert_eq!(web.container("side").unwrap().log, None);
}

#[test]
fn words_of_the_command_line_are_read_strictly() {
    assert_eq!("wait".parse(), Ok(IfRunning::Wait));
    assert!("queue".parse::<IfRunning>().is_err());
    assert_eq!("service".parse(), Ok(PropagateTags::Service));
    assert!("tasks".parse::<PropagateTags>().is_err());
}

#[test]
fn a_volume_is_sent_if_the_definition_leaves_it_open_and_begins_a_deployment() {
    let volume = ManagedVolume {
        name: "data".to_owned(),
        settings: r#"{"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 8}"#
            .parse()
            .unwrap(),
    };
    let mut request = to_revision(1);
    request.volume = Some(volume.clone());
    let refused = plan(&request, &steady(), &idle()).unwrap_err();
    assert!(matches!(refused, Refusal::Volume(_)), "{refused}");
    if let Some(definition) = &mut request.definition {
        definition.open_volumes.push("data".to_owned());
    }
    let planned = plan(&request, &steady(), &idle()).unwrap();
    assert_eq!(update_of(&planned).volume, Some(volume));
    assert!(
        planned
            .to_string()
            .contains("a new volume of each task: `data`")
    );
    request.volume = None;
    let unchanged = plan(&request, &steady(), &idle()).unwrap();
    assert_eq!(
        unchanged.action,
        Action::Nothing,
        "without a word nothing is sent"
    );
}
