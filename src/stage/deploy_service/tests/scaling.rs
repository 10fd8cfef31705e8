//! Scaling held still around a deployment, and given back at every end.

use super::*;

#[test]
fn scaling_is_held_still_and_given_back_as_it_was() {
    let world = World::with([good()]);
    let resource = world.scalable("web");
    run(&world, &with(&["--suspend-scaling=always"])).0.unwrap();
    let made = world.made();
    let at = |call: &str| made.iter().position(|made| made.starts_with(call)).unwrap();
    assert!(at("RegisterScalableTarget on") < at("UpdateService"));
    assert!(at("UpdateService") < at("RegisterScalableTarget off"));
    assert_eq!(world.scaling.state(&resource), SuspendedState::default());
    assert_eq!(world.scaling.lease(&resource), None);
}

#[test]
fn scaling_that_can_not_be_given_back_is_no_full_success() {
    let world = World::with([good()]);
    world.scalable("web");
    let made = {
        run(&world, &with(&["--suspend-scaling=always"])).0.unwrap();
        world.made()
    };
    let back = made
        .iter()
        .position(|call| call == "RegisterScalableTarget off")
        .unwrap();
    let world = World::with([good()]);
    world.scalable("web");
    world.calls.fail_at.set(Some(back + 1));
    let error = run(&world, &with(&["--suspend-scaling=always"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::NotCleanedUp);
    assert_eq!(error.outputs.get("verdict"), Some("deployed"));
    assert!(error.hint.unwrap().contains("wharfie-resume-scaling"));
}

#[test]
fn scaling_is_left_alone_when_nothing_is_deployed() {
    let world = World::with([Story::steady("web")]);
    world.scalable("web");
    run(
        &world,
        &[
            "--cluster=demo",
            "--service=web",
            "--task-definition-arn=web:1",
            "--suspend-scaling=always",
        ],
    )
    .0
    .unwrap();
    assert_eq!(world.count("RegisterScalableTarget"), 0);
}

#[test]
fn a_signal_gives_scaling_back_and_says_what_goes_on() {
    let world = World::with([Story::steady("web").then(0, Status::InProgress)]);
    let resource = world.scalable("web");
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(20), Signal::Terminate)));
    let error = run(&world, &with(&["--suspend-scaling=always"]))
        .0
        .unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
    assert!(
        error
            .text
            .contains("the deployment of service `web` goes on"),
        "{}",
        error.text
    );
    assert_eq!(error.outputs.get("deployment-id"), Some("ecs-svc/200"));
    assert_eq!(world.scaling.state(&resource), SuspendedState::default());
    assert_eq!(world.scaling.lease(&resource), None);
    assert_eq!(world.count("StopServiceDeployment"), 0);
}
