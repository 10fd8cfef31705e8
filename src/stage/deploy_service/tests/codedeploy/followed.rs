//! How a deployment is followed to its end.

use super::*;
use crate::domain::target_health::TargetState;

fn failing() -> Vec<Moment> {
    let mut story = good();
    story.truncate(2);
    let mut target = samples::target(6, &EventStatus::Failed, 10.0);
    target.events[6].diagnosis = Some(Trouble {
        code: "UnknownError".to_owned(),
        message: "the service did not get steady".to_owned(),
    });
    story.push(Moment {
        after: 120,
        status: CodeDeployStatus::Failed,
        trouble: Some(Trouble {
            code: "ECS_UPDATE_ERROR".to_owned(),
            message: "the service changed".to_owned(),
        }),
        target: Some(target),
    });
    story
}

#[test]
fn a_deployment_is_followed_to_its_end_with_scaling_held_still_around_it() {
    let world = World::under_codedeploy(good());
    world.scalable("web");
    let (ended, events) = run(&world, &SHIFT);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert_eq!(outputs.get("codedeploy-deployment-id"), Some("d-1"));
    assert_eq!(outputs.get("deployment-id"), None);
    assert!(
        outputs
            .get("task-definition-arn")
            .unwrap()
            .ends_with("web:2")
    );
    assert!(
        outputs
            .get("previous-task-definition-arn")
            .unwrap()
            .ends_with("web:1")
    );
    let seconds: u64 = outputs.get("duration-seconds").unwrap().parse().unwrap();
    assert!((670..690).contains(&seconds), "{seconds}");
    let told = kinds(&events);
    for kind in [
        "lifecycle-event",
        "traffic-weights",
        "task-set",
        "termination-wait",
    ] {
        assert!(told.contains(&kind), "{kind} in {told:?}");
    }
    let made = world.made();
    let place = |call: &str| made.iter().position(|one| one.starts_with(call)).unwrap();
    assert!(place("RegisterScalableTarget on") < place("CreateDeployment"));
    assert_eq!(
        made.last().map(String::as_str),
        Some("RegisterScalableTarget off")
    );
    assert_eq!(world.count("UpdateService"), 0);
    assert_eq!(world.count("ListServiceDeployments"), 0);
}

#[test]
fn a_failure_is_followed_to_the_end_of_the_deployment_that_goes_back() {
    let world = World::under_codedeploy(failing());
    *world.codedeploy.back.borrow_mut() = back();
    world.scalable("web");
    let (ended, events) = run(&world, &SHIFT);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert!(
        error
            .text
            .contains("lifecycle event AllowTraffic failed: UnknownError"),
        "{}",
        error.text
    );
    assert!(kinds(&events).contains(&"rollback-deployment"));
    let made = world.made();
    let last = |call: &str| made.iter().rposition(|one| one == call).unwrap();
    // Not before the deployment that goes back is at its end.
    assert!(last("BatchGetDeploymentTargets demo:web") < last("RegisterScalableTarget off"));
}

#[test]
fn a_rollback_that_never_comes_is_not_waited_for_for_ever() {
    let world = World::under_codedeploy(failing());
    let error = run(&world, &SHIFT).0.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("failed"));
}

#[test]
fn traffic_is_enough_if_that_is_asked_for() {
    let world = World::under_codedeploy(good());
    let outputs = run(&world, &shifting(&["--wait-until=traffic"])).0.unwrap();
    let seconds: u64 = outputs.get("duration-seconds").unwrap().parse().unwrap();
    // The check after the traffic passes at 370 s, the end is at 670 s.
    assert!((370..380).contains(&seconds), "{seconds}");
}

#[test]
fn traffic_that_has_to_be_let_through_pauses_the_deployment_or_is_waited_for() {
    let ready = || {
        let mut story = good();
        story.insert(
            1,
            Moment {
                after: 30,
                status: CodeDeployStatus::Ready,
                trouble: None,
                target: Some(samples::target(5, &EventStatus::Pending, 0.0)),
            },
        );
        let world = World::under_codedeploy(story);
        let mut groups = world.codedeploy.groups.borrow_mut();
        let group = groups.values_mut().next().unwrap();
        group.ready.is_manual = true;
        group.ready.wait = Duration::from_hours(1);
        drop(groups);
        world
    };
    let world = ready();
    let (ended, events) = run(&world, &SHIFT);
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::Paused);
    assert_eq!(error.outputs.get("verdict"), Some("paused"));
    let hint = error.hint.unwrap();
    assert!(
        hint.contains("wharfie-continue-deployment --deployment d-1 --action continue"),
        "{hint}"
    );
    assert!(kinds(&events).contains(&"awaiting-reroute"));

    let world = ready();
    let outputs = run(&world, &shifting(&["--on-pause=wait"])).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
}

#[test]
fn services_of_different_controllers_are_followed_each_its_way() {
    let world = World::under_codedeploy(good());
    let mut ecs = super::super::good();
    "api".clone_into(&mut ecs.service.name);
    world
        .stories
        .borrow_mut()
        .insert("api".to_owned(), ecs.named("api"));
    let (ended, events) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,api",
            "--task-definition-arn=web:2",
        ],
    );
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("codedeploy-deployment-id"), Some("web=d-1"));
    assert_eq!(outputs.get("deployment-id"), Some("api=ecs-svc/200"));
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    assert!(kinds(&events).contains(&"lifecycle-event"));
    assert!(kinds(&events).contains(&"linked"));
    assert_eq!(world.count("RegisterScalableTarget"), 0);
}

#[test]
fn a_success_that_the_load_balancer_does_not_share_is_none() {
    let world = World::under_codedeploy(good());
    world.targets(TargetState::Unhealthy);
    let (ended, events) = run(&world, &SHIFT);
    let error = ended.unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("failed"));
    assert!(
        error.text.contains("none of the new tasks healthy"),
        "{}",
        error.text
    );
    assert!(
        kinds(&events).contains(&"targets-failing"),
        "{:?}",
        kinds(&events)
    );
}

#[test]
fn a_load_balancer_that_can_not_be_asked_is_no_reason_to_fail() {
    let world = World::under_codedeploy(good());
    world.refused.borrow_mut().insert("DescribeTargetHealth");
    world.refused.borrow_mut().insert("GetDeploymentConfig");
    let (ended, events) = run(&world, &SHIFT);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert!(texts(&events).contains("elasticloadbalancing:DescribeTargetHealth"));
}

#[test]
fn a_hook_that_failed_is_shown_with_its_function_and_the_last_lines_of_its_log() {
    let hooked = |more: &[&'static str]| {
        let mut story = failing();
        let last = story.last_mut().unwrap();
        last.trouble = Some(Trouble {
            code: "HOOK_EXECUTION_FAILURE".to_owned(),
            message: "a function failed".to_owned(),
        });
        let event = &mut last.target.as_mut().unwrap().events[6];
        event.diagnosis = Some(Trouble {
            code: "ScriptFailed".to_owned(),
            message: "it said no".to_owned(),
        });
        event.function = Some("check-web".to_owned());
        event.log_tail = Some("one\ntwo\n::error::three\n".to_owned());
        let world = World::under_codedeploy(story);
        let (_, events) = run(&world, &shifting(more));
        let blamed = events.into_iter().find_map(|event| match event {
            Event::Blamed(blame) => Some(blame),
            _ => None,
        });
        blamed.unwrap()
    };
    let blame = hooked(&["--log-lines=2"]);
    assert_eq!(blame.kind, "codedeploy-hook-failed");
    for detail in ["ScriptFailed: it said no", "its function: `check-web`"] {
        assert!(
            blame.details.iter().any(|told| told.contains(detail)),
            "{detail}: {:?}",
            blame.details
        );
    }
    let log = blame.log.unwrap();
    assert_eq!(log.lines, ["two", "::error::three"]);
    assert_eq!(log.object()["function"], "check-web");
    assert_eq!(hooked(&["--log-lines=0"]).log, None);
}
