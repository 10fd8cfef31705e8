//! What is said of deployments that nobody watched, with which calls, and by which exit code.

use super::*;
use crate::domain::service::samples::{
    crashed, definition, deployment, pause, revision, service_deployment, steady,
};
use crate::domain::service::{
    DeploymentRole, RolloutState, ServiceDeploymentStatus as Status, ServiceRevision, ServiceState,
};
use crate::domain::target_health::TargetHealth;
use crate::ports::fake_services::FakeServices;
use crate::report::{Event, Recorder};
use crate::stage::suspension::tests::{now, parse};

const DEFINITION: &str = r#"{"family": "web", "containerDefinitions": [{"name": "web", "image": "r/web",
    "logConfiguration": {"logDriver": "awslogs", "options": {
        "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "w"}}}]}"#;
const OURS: u64 = 200;

/// A service whose last deployment is number 200 and stands so.
fn world(status: Status, service: ServiceState) -> FakeServices {
    let world = FakeServices::default();
    let earlier = service_deployment("d100", 100, Status::Successful);
    let last = service_deployment("d200", OURS, status);
    world.deployments.borrow_mut().extend([last, earlier]);
    world.services.borrow_mut().push(service);
    for (number, of) in [(100, 1), (OURS, 2)] {
        world.revisions.borrow_mut().push(ServiceRevision {
            arn: revision(number),
            task_definition: definition(of),
            images: Vec::new(),
            target_groups: Vec::new(),
        });
    }
    world
        .definitions
        .borrow_mut()
        .insert(definition(2), DEFINITION);
    world
}

fn deployed() -> ServiceState {
    let mut service = steady();
    service.deployments = vec![deployment(OURS, 2)];
    service
}

fn run(world: &FakeServices, arguments: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    let stage: DiagnoseService = parse(arguments);
    let mut recorder = Recorder::default();
    let ended = now(stage.run(world, &mut recorder));
    (ended, recorder.0)
}

const WEB: [&str; 2] = ["--cluster=demo", "--service=web"];

fn told(events: &[Event]) -> String {
    format!("{events:#?}")
}

#[test]
fn a_deployment_that_runs_well_is_healthy() {
    let world = world(Status::Successful, deployed());
    let (ended, events) = run(&world, &WEB);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert_eq!(outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert!(
        outputs
            .get("service-deployment-arn")
            .unwrap()
            .ends_with("/d200")
    );
    assert!(
        outputs
            .get("previous-task-definition-arn")
            .unwrap()
            .ends_with("web:1")
    );
    assert_eq!(outputs.get("duration-seconds"), None);
    assert!(told(&events).contains("deployed: `web:2`"));
    let changing = [
        "UpdateService",
        "StopServiceDeployment",
        "RegisterTaskDefinition",
    ];
    assert!(changing.iter().all(|operation| world.count(operation) == 0));
}

#[test]
fn a_deployment_that_was_rolled_back_has_its_causes_and_the_last_lines() {
    let world = world(Status::RollbackSuccessful, steady());
    world
        .tasks
        .borrow_mut()
        .extend([crashed("aa", OURS, 3), crashed("bb", OURS, 3)]);
    world
        .logs
        .borrow_mut()
        .insert("w/web/bb".to_owned(), vec!["no such table".to_owned()]);
    let (ended, events) = run(&world, &WEB);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(
        error
            .text
            .contains("; cause: container `web` exited with code 3"),
        "{}",
        error.text
    );
    let blame = events
        .iter()
        .find_map(|event| match event {
            Event::Blamed(blame) => Some(blame),
            _ => None,
        })
        .unwrap();
    assert_eq!(
        (blame.count, blame.log.as_ref().unwrap().lines.len()),
        (2, 1)
    );
    let path = error.outputs.get("report").unwrap();
    let report = &world.files.0.borrow()[std::path::Path::new(path)];
    assert!(report.contains("\"unknown\": []"), "{report}");
}

#[test]
fn tasks_that_ecs_forgot_are_said_to_be_gone() {
    let world = world(Status::RollbackSuccessful, steady());
    let (ended, events) = run(&world, &WEB);
    ended.unwrap_err();
    assert!(told(&events).contains("not known any more: what its tasks said"));
}

#[test]
fn a_deployment_that_goes_on_is_neither_healthy_nor_failed() {
    let mut service = deployed();
    service.deployments[0].rollout = Some(RolloutState::InProgress);
    let going = world(Status::InProgress, service.clone());
    let (ended, _) = run(&going, &WEB);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    assert_eq!(error.outputs.get("verdict"), Some("in-progress"));
    assert!(
        error
            .hint
            .unwrap()
            .contains("wharfie-deploy-service --attach")
    );

    let paused = world(Status::InProgress, service);
    paused.deployments.borrow_mut()[0].hooks = vec![pause("h1")];
    let error = run(&paused, &WEB).0.unwrap_err();
    assert_eq!(error.cause, Cause::Paused);
    assert!(error.hint.unwrap().contains("wharfie-continue-deployment"));
}

#[test]
fn a_deployment_that_is_done_but_lost_tasks_since_is_not_healthy() {
    let mut service = deployed();
    service.counts.running = 1;
    let world = world(Status::Successful, service);
    world.tasks.borrow_mut().push(crashed("aa", OURS, 9));
    let error = run(&world, &WEB).0.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert!(
        error
            .text
            .contains("tasks are missing now: 1; cause: container `web` exited with code 9"),
        "{}",
        error.text
    );
}

#[test]
fn tasks_that_failed_while_all_is_well_are_a_warning() {
    let world = world(Status::Successful, deployed());
    world.tasks.borrow_mut().push(crashed("aa", OURS, 9));
    let (ended, events) = run(&world, &WEB);
    ended.unwrap();
    assert!(events.iter().any(
        |event| matches!(event, Event::Warned(remark) if remark.text.contains("exited with code 9"))
    ));
}

#[test]
fn a_deployment_that_is_named_is_looked_at_although_a_newer_one_runs() {
    let world = world(Status::Successful, deployed());
    let arn = "--deployment=arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d100";
    let error = run(&world, &[arn]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/100"));
    let unknown = "--deployment=arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/d7";
    let error = run(&world, &[unknown]).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.contains("no such service deployment"),
        "{}",
        error.text
    );
}

#[test]
fn where_service_deployments_can_not_be_listed_the_entry_is_judged() {
    let mut service = steady();
    let mut failed = deployment(OURS, 2);
    failed.rollout = Some(RolloutState::Failed);
    failed.reason = "tasks failed to start.".to_owned();
    let mut old = deployment(100, 1);
    old.role = DeploymentRole::Active;
    service.deployments = vec![failed, old];
    service.circuit_breaker = None;
    let world = world(Status::Stopped, service);
    world.refused.borrow_mut().insert("ListServiceDeployments");
    let (ended, events) = run(&world, &WEB);
    let error = ended.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("failed"));
    assert!(told(&events).contains("only the entry of the service"));
}

#[test]
fn a_service_that_is_not_there_or_not_of_ecs_is_refused() {
    let empty = FakeServices::default();
    let error = run(&empty, &WEB).0.unwrap_err();
    assert_eq!(error.text, "no such service in cluster `demo`: `web`");
    let mut other = steady();
    other.controller = crate::domain::service::Controller::External;
    let error = run(&world(Status::Successful, other), &WEB).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.text.contains("EXTERNAL"), "{}", error.text);
}

/// A service under CodeDeploy that went back from its last deployment: no task set of that is left.
fn gone_back() -> FakeServices {
    use crate::domain::codedeploy::{CodeDeployStatus, CodeDeployment, Creator, Trouble, samples};
    use crate::domain::service::CodeDeployId;
    use crate::domain::service::samples::at;
    let world = FakeServices::default();
    let earlier = CodeDeployment {
        id: CodeDeployId::new("d-BEFORE"),
        created_at: Some(at(100)),
        ..samples::deployment(CodeDeployStatus::Succeeded)
    };
    let failed = CodeDeployment {
        trouble: Some(Trouble {
            code: "HOOK_EXECUTION_FAILURE".to_owned(),
            message: "a function failed".to_owned(),
        }),
        rolled_back_by: Some(samples::back()),
        task_definition: Some(definition(2)),
        ..samples::deployment(CodeDeployStatus::Failed)
    };
    let back = CodeDeployment {
        id: samples::back(),
        created_at: Some(at(300)),
        creator: Some(Creator::Rollback),
        ..samples::deployment(CodeDeployStatus::Succeeded)
    };
    let all = [back, failed, earlier].map(|one| (one, None));
    world.shifts.borrow_mut().extend(all);
    *world.group.borrow_mut() = Some(samples::group());
    world.services.borrow_mut().push(samples::service());
    world
}

#[test]
fn a_deployment_of_codedeploy_that_was_rolled_back_is_found_although_its_tasks_are_gone() {
    let world = gone_back();
    let error = run(&world, &WEB).0.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    let output = |name| error.outputs.get(name);
    assert_eq!(output("verdict"), Some("rolled-back"));
    assert_eq!(output("codedeploy-deployment-id"), Some("d-OURS"));
    let revision = definition(2);
    assert_eq!(output("task-definition-arn"), Some(revision.as_str()));
    assert!(
        error.text.contains("a hook's function said no"),
        "{}",
        error.text
    );
}

#[test]
fn without_the_list_of_codedeploy_the_tasks_that_run_say_which_deployment_it_was() {
    use crate::domain::target_health::TargetState::{Healthy, Initial, Unhealthy};
    for (state, code, verdict) in [
        (Healthy, None, "deployed"),
        (Initial, Some(Cause::InProgress), "in-progress"),
        (Unhealthy, Some(Cause::DeploymentFailed), "failed"),
    ] {
        let world = gone_back();
        world.refused.borrow_mut().insert("ListDeployments");
        let group = world.services.borrow()[0].task_sets[0].load_balancers[0]
            .target
            .clone();
        let target = TargetHealth {
            group: group.clone(),
            target: "10.0.0.1".to_owned(),
            port: Some(80),
            state,
            reason: None,
            description: None,
        };
        let targets = &world.neighbours.targets;
        targets.borrow_mut().insert(group, vec![target]);
        let ended = run(&world, &WEB).0;
        let found = ended.as_ref().err().map(|error| error.cause);
        assert_eq!(found, code, "{verdict}");
        let outputs = ended.unwrap_or_else(|error| error.outputs);
        assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-BEFORE"));
        assert_eq!(outputs.get("verdict"), Some(verdict));
    }
}
