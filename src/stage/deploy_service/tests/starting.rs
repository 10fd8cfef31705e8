//! What is read, planned, registered and sent before a deployment is followed.

use super::*;

const FILE: [&str; 3] = [
    "--cluster=demo",
    "--service=web",
    "--task-definition=taskdef.json",
];

#[test]
fn everything_is_read_before_anything_is_changed() {
    let world = World::with([good()]);
    run(&world, &DEPLOY).0.unwrap();
    let made = world.made();
    assert_eq!(
        made[..6],
        [
            "DescribeTaskDefinition web:2",
            "DescribeServices web",
            "ListServiceDeployments web running",
            "DescribeServices web",
            "UpdateService web web:2",
            "DescribeServices web",
        ]
    );
}

#[test]
fn a_file_is_registered_after_the_plan_and_the_revision_is_deployed() {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let outputs = run(&world, &FILE).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("deployed"));
    let made = world.made();
    let at = |call: &str| made.iter().position(|made| made.starts_with(call)).unwrap();
    assert!(at("DescribeServices") < at("RegisterTaskDefinition"));
    assert!(at("RegisterTaskDefinition") < at("UpdateService web web:2"));
    assert_eq!(world.registered.borrow().len(), 1);
}

#[test]
fn a_file_like_the_newest_revision_is_not_registered_and_not_deployed() {
    let world = World::with([good()]);
    world.file("taskdef.json", TASK_DEFINITION);
    let outputs = run(&world, &FILE).0.unwrap();
    assert_eq!(outputs.get("verdict"), Some("unchanged"));
    assert_eq!(world.registered.borrow().len(), 0);
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn a_file_that_does_not_fit_the_service_leaves_no_revision_behind() {
    let world = World::with([good()]);
    world.file(
        "taskdef.json",
        &TASK_DEFINITION.replace("\"containerPort\": 80", "\"containerPort\": 81"),
    );
    let error = run(&world, &FILE).0.unwrap_err();
    assert_eq!(error.cause, Cause::Input);
    assert_eq!(error.place.unwrap().file, "taskdef.json");
    assert_eq!(world.registered.borrow().len(), 0);
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_before_anything_is_asked_of_aws_unless_the_rules_are_left_out()
 {
    let world = World::with([good()]);
    let odd = TASK_DEFINITION
        .replace("r/web", "r/web:2")
        .replace("\"memory\": 128, ", "");
    world.file("taskdef.json", &odd);
    for dry_run in ["--dry-run=false", "--dry-run=true"] {
        let arguments: Vec<&str> = FILE.iter().chain(&[dry_run]).copied().collect();
        let (ended, events) = run(&world, &arguments);
        let error = ended.unwrap_err();
        assert_eq!(error.cause, Cause::Input);
        assert!(error.hint.unwrap().ends_with("or give `--no-check`"));
        let judged = |event: &Event| matches!(event, Event::Judged(one) if one.rule == "TD028");
        assert!(events.iter().any(judged), "{events:?}");
        assert_eq!(world.made(), Vec::<String>::new());
    }
    let arguments: Vec<&str> = FILE.iter().chain(&["--no-check=true"]).copied().collect();
    let (ended, events) = run(&world, &arguments);
    assert_eq!(ended.unwrap().get("verdict"), Some("deployed"));
    assert!(!events.iter().any(|event| matches!(event, Event::Judged(_))));
}

#[test]
fn a_dry_run_of_a_file_shows_the_difference_and_registers_nothing() {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    let arguments: Vec<&str> = FILE.iter().chain(&["--dry-run=true"]).copied().collect();
    let (ended, events) = run(&world, &arguments);
    assert_eq!(ended.unwrap(), Outputs::new());
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Compared { .. }))
    );
    assert!(texts(&events).contains("the revision to be registered"));
    assert_eq!(world.registered.borrow().len(), 0);
}

#[test]
fn what_the_service_has_already_is_unchanged_and_nothing_is_sent() {
    let world = World::with([Story::steady("web")]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
        ],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn another_count_is_waited_for_without_a_deployment() {
    let world = World::with([Story::steady("web")]);
    let (ended, _) = run(
        &world,
        &["--cluster=demo", "--service=web", "--desired-count=4"],
    );
    assert_eq!(ended.unwrap().get("verdict"), Some("unchanged"));
    assert_eq!(world.count("UpdateService"), 1);
    assert_eq!(world.stories.borrow()["web"].service.counts.desired, 4);
}

#[test]
fn an_update_that_starts_nothing_although_it_must_is_no_success() {
    let world = World::with([Story::steady("web")]);
    for arguments in [
        &DEPLOY[..],
        &[
            "--cluster=demo",
            "--service=web",
            "--force-new-deployment=true",
        ],
    ] {
        let error = run(&world, arguments).0.unwrap_err();
        assert!(
            error.text.contains("no deployment of it shows"),
            "{}",
            error.text
        );
    }
}

#[test]
fn a_dry_run_changes_nothing_and_tells_changes_by_its_code() {
    let world = World::with([good()]);
    world.scalable("web");
    let (ended, events) = run(
        &world,
        &with(&[
            "--dry-run=true",
            "--exit-code=true",
            "--suspend-scaling=always",
        ]),
    );
    assert_eq!(ended.unwrap_err().cause, Cause::ChangesFound);
    assert!(texts(&events).contains("deploy (ROLLING): `web:1` -> `web:2`"));
    for operation in [
        "UpdateService",
        "StopServiceDeployment",
        "RegisterTaskDefinition",
        "RegisterScalableTarget",
    ] {
        assert_eq!(world.count(operation), 0, "{operation}");
    }
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
            "--dry-run=true",
            "--exit-code=true",
        ],
    );
    assert_eq!(ended.unwrap(), Outputs::new());
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let world = World::with([good()]);
    let (ended, _) = run(
        &world,
        &[
            "--cluster=demo",
            "--service=web,shop",
            "--task-definition-arn=web:2",
        ],
    );
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert_eq!(error.text, "no such service in cluster `demo`: `shop`");
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let world = World::with([good()]);
    let (ended, _) = run(&world, &["--service=web", "--task-definition-arn=web:99"]);
    assert_eq!(ended.unwrap_err().text, "no such task definition: `web:99`");
}

#[test]
fn a_revision_that_was_deregistered_is_refused() {
    let world = World::with([good()]);
    world.inactive.set(true);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(error.text.starts_with("the task definition is not active"));
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn only_the_service_deployment_is_looked_for_when_it_is_not_waited_for() {
    let world = World::with([good()]);
    let (ended, _) = run(&world, &with(&["--wait=false"]));
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("verdict"), None);
    assert_eq!(outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert!(
        outputs
            .get("service-deployment-arn")
            .unwrap()
            .ends_with("d-web")
    );
    let made = world.made();
    let after = made
        .iter()
        .skip_while(|call| !call.starts_with("UpdateService"));
    assert_eq!(
        after.skip(1).collect::<Vec<_>>(),
        ["ListServiceDeployments web running"]
    );

    // It may not be listed for a while, or never.
    let world = World::with([good()]);
    world.listed_from.set(1000);
    let outputs = run(&world, &with(&["--wait=false"])).0.unwrap();
    assert_eq!(outputs.get("service-deployment-arn"), None);
    assert_eq!(world.clock.elapsed.get(), Duration::from_secs(3));
}

#[test]
fn an_earlier_deployment_is_refused_waited_for_or_stopped() {
    let busy = || {
        let mut story = good();
        story.earlier = Some((service_deployment("d-old", 150, Status::InProgress), 20));
        story
    };
    let world = World::with([busy()]);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.hint.unwrap().contains("--if-running wait"));
    assert_eq!(world.count("UpdateService"), 0);

    let world = World::with([busy()]);
    run(&world, &with(&["--if-running=wait"])).0.unwrap();
    assert!(world.stories.borrow()["web"].updated.unwrap() >= Duration::from_secs(20));
    assert_eq!(world.count("StopServiceDeployment"), 0);

    let world = World::with([busy()]);
    let arguments = with(&["--if-running=stop", "--wait=false"]);
    run(&world, &arguments).0.unwrap();
    let made = world.made();
    let stopped = made
        .iter()
        .position(|call| call == "StopServiceDeployment d-old");
    let updated = made
        .iter()
        .position(|call| call.starts_with("UpdateService"));
    assert!(stopped.unwrap() < updated.unwrap());
}

#[test]
fn an_earlier_deployment_that_does_not_end_in_time_stops_ours_from_starting() {
    let mut story = good();
    story.earlier = Some((service_deployment("d-old", 150, Status::InProgress), 5000));
    let world = World::with([story]);
    let error = run(&world, &with(&["--if-running=wait"])).0.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    assert_eq!(world.count("UpdateService"), 0);
}

#[test]
fn a_deployment_made_a_moment_ago_is_looked_for_until_it_is_listed() {
    let mut story = good();
    story.service.deployments[0].rollout = Some(crate::domain::service::RolloutState::InProgress);
    story.service.deployments[0].id = crate::domain::service::samples::id(150);
    let earlier = service_deployment("d-old", 150, Status::InProgress);
    story.earlier = Some((earlier, 20));
    let world = World::with([story]);
    world.listed_from.set(3);
    let error = run(&world, &DEPLOY).0.unwrap_err();
    assert!(error.text.contains("d-old"), "{}", error.text);
    assert_eq!(world.count("UpdateService"), 0);
}
