//! What becomes of a deployment when its time is over or a signal comes.

use super::*;

#[test]
fn the_usual_time_limit_grows_by_what_the_configuration_waits() {
    let mut story = good();
    story.pop();
    let world = World::under_codedeploy(story.clone());
    let error = run(&world, &SHIFT).0.unwrap_err();
    assert_eq!(error.cause, Cause::InProgress);
    // Half an hour, and five minutes for the old tasks.
    assert!(error.text.contains("35m"), "{}", error.text);
    let world = World::under_codedeploy(story);
    let error = run(&world, &shifting(&["--timeout=10m"])).0.unwrap_err();
    assert!(error.text.contains("`10m`"), "{}", error.text);
    assert_eq!(world.count("StopDeployment"), 0);
}

#[test]
fn a_time_limit_can_stop_it_and_then_going_back_is_followed_too() {
    let mut story = good();
    story.truncate(2);
    let world = World::under_codedeploy(story);
    *world.codedeploy.back.borrow_mut() = back();
    let error = run(
        &world,
        &shifting(&["--timeout=2m", "--on-timeout=rollback"]),
    )
    .0
    .unwrap_err();
    assert_eq!(error.outputs.get("verdict"), Some("rolled-back"));
    assert_eq!(world.count("StopDeployment"), 1);
}

#[test]
fn a_signal_leaves_it_or_stops_it_and_gives_scaling_back_first() {
    for (how, stops) in [
        ("--on-cancel=leave", None),
        ("--on-cancel=rollback", Some("StopDeployment d-1 back")),
        ("--on-cancel=stop", Some("StopDeployment d-1 stay")),
    ] {
        let world = World::under_codedeploy(good());
        world.scalable("web");
        let at = Duration::from_secs(100);
        world.clock.signal_at.set(Some((at, Signal::Interrupt)));
        let arguments: Vec<&str> = SHIFT.iter().copied().chain([how]).collect();
        let error = run(&world, &arguments).0.unwrap_err();
        assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
        assert!(error.text.contains("`d-1`"), "{}", error.text);
        assert!(error.hint.unwrap().contains("--attach d-1"));
        let made = world.made();
        let stop = made.iter().find(|call| call.starts_with("StopDeployment"));
        assert_eq!(stop.map(String::as_str), stops, "{how}");
        assert!(made.iter().any(|call| call == "RegisterScalableTarget off"));
    }
}

#[test]
fn a_time_limit_can_end_it_with_nothing_put_back_although_the_group_would_go_back() {
    let mut story = good();
    story.truncate(2);
    let world = World::under_codedeploy(story);
    *world.codedeploy.back.borrow_mut() = back();
    let (ended, _) = run(&world, &shifting(&["--timeout=2m", "--on-timeout=stop"]));
    let error = ended.unwrap_err();
    assert_eq!(error.cause, Cause::DeploymentFailed);
    assert_eq!(error.outputs.get("verdict"), Some("stopped"));
    assert!(error.text.contains("nothing is put back"), "{}", error.text);
    let hint = error.hint.unwrap();
    assert!(hint.contains("deploy the revision before"), "{hint}");
    assert!(world.made().contains(&"StopDeployment d-1 stay".to_owned()));
    let seconds: u64 = error
        .outputs
        .get("duration-seconds")
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (120..140).contains(&seconds),
        "no rollback is waited for: {seconds}"
    );
}

#[test]
fn to_stop_without_going_back_is_refused_where_ecs_deploys_before_anything_changes() {
    for option in ["--on-cancel=stop", "--on-timeout=stop"] {
        let world = World::with([super::super::good()]);
        world.scalable("web");
        world.file("taskdef.json", TASK_DEFINITION);
        let arguments = [
            "--cluster=demo",
            "--service=web",
            "--task-definition=taskdef.json",
            "--suspend-scaling=always",
            option,
        ];
        let error = run(&world, &arguments).0.unwrap_err();
        assert_eq!(error.cause, Cause::Refused);
        assert!(
            error.text.contains("ECS deploys service `web`"),
            "{}",
            error.text
        );
        assert!(error.hint.unwrap().contains("`rollback`, or `leave`"));
        for changing in [
            "RegisterTaskDefinition",
            "UpdateService",
            "RegisterScalableTarget",
        ] {
            assert_eq!(world.count(changing), 0, "{changing}");
        }
    }
}

#[test]
fn whoever_leaves_it_running_says_that_scaling_is_free_again() {
    let told = |more: &[&'static str], signal: Option<u64>, scales: bool| {
        let mut story = good();
        story.pop();
        let world = World::under_codedeploy(story);
        if scales {
            world.scalable("web");
        }
        let at = signal.map(|at| (Duration::from_secs(at), Signal::Terminate));
        world.clock.signal_at.set(at);
        texts(&run(&world, &shifting(more)).1)
    };
    let free = "scaling is free again while CodeDeploy goes on";
    for (more, signal) in [
        (&["--on-cancel=leave"][..], Some(100)),
        (&["--timeout=2m"][..], None),
    ] {
        let text = told(more, signal, true);
        assert!(text.contains(free), "{more:?}: {text}");
        assert!(
            text.contains("`wharfie-deploy-service --attach d-1`"),
            "{text}"
        );
        assert!(
            text.contains("`wharfie-suspend-scaling --cluster demo --service web`"),
            "{text}"
        );
    }
    for (more, signal, scales) in [
        (&["--on-cancel=leave"][..], Some(100), false),
        (&["--on-cancel=stop"][..], Some(100), true),
        (&["--suspend-scaling=never"][..], Some(100), true),
    ] {
        let text = told(more, signal, scales);
        assert!(!text.contains(free), "{more:?}: {text}");
    }
}
