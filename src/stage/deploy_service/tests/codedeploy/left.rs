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
    for (how, stops) in [("--on-cancel=leave", 0), ("--on-cancel=rollback", 1)] {
        let world = World::under_codedeploy(good());
        world.scalable("web");
        let at = Duration::from_secs(100);
        world.clock.signal_at.set(Some((at, Signal::Interrupt)));
        let arguments: Vec<&str> = SHIFT.iter().copied().chain([how]).collect();
        let error = run(&world, &arguments).0.unwrap_err();
        assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
        assert!(error.text.contains("`d-1`"), "{}", error.text);
        assert!(error.hint.unwrap().contains("--attach d-1"));
        assert_eq!(world.count("StopDeployment"), stops, "{how}");
        let made = world.made();
        assert!(made.iter().any(|call| call == "RegisterScalableTarget off"));
    }
}
