//! The stage: what may be typed, all or nothing, and what a signal does.
use std::time::Duration;

use super::*;
use crate::domain::scaling::SuspendedState;
use crate::ports::Signal;
use crate::ports::fake_scaling::FakeScaling;
use crate::report::Recorder;
use crate::stage::suspension::tests::{now, parse};

fn web() -> ServiceResource {
    ServiceResource::new("demo", "web")
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn world() -> FakeScaling {
    let mut world = FakeScaling::with_service(&web(), SuspendedState::default());
    world.add_group(&group("one"), &[]);
    world.add_group(&group("two"), &["AZRebalance"]);
    world.variables = [("GITHUB_RUN_ID", "17")].into();
    world
}

fn run(world: &FakeScaling, arguments: &[&str]) -> Result<Outputs, Error> {
    let stage: SuspendScaling = parse(arguments);
    now(stage.run(world, &mut Recorder::default()))
}

fn suspended(world: &FakeScaling, name: &str) -> Vec<String> {
    let groups = world.groups.borrow();
    groups[&group(name)]
        .suspended
        .iter()
        .map(ToString::to_string)
        .collect()
}

const SERVICE: [&str; 4] = ["--cluster", "demo", "--service", "web"];
const ALL: [&str; 6] = [
    "--cluster",
    "demo",
    "--service",
    "web",
    "--auto-scaling-group",
    "one\ntwo\n",
];

#[test]
fn the_outputs_say_what_was_before_and_what_was_changed() {
    let world = world();
    let outputs = run(&world, &ALL).unwrap();
    let suspended: serde_json::Value =
        serde_json::from_str(outputs.get("suspended").unwrap()).unwrap();
    assert_eq!(suspended[0]["subject"], "service/demo/web");
    assert_eq!(suspended[0]["before"], serde_json::json!([]));
    assert_eq!(
        suspended[0]["changed"],
        serde_json::json!(["scale-in", "scale-out", "scheduled"])
    );
    assert_eq!(suspended[2]["subject"], "group two");
    assert_eq!(suspended[2]["before"], serde_json::json!(["AZRebalance"]));
    let lease = outputs.get("lease").unwrap();
    assert_eq!(lease.lines().count(), 3);
    assert!(
        lease.starts_with("v1 had=- set=in+out+sched by=github/17 from=1790000000 exp="),
        "{lease}"
    );
}

#[test]
fn directions_and_processes_can_be_chosen() {
    let world = world();
    let mut arguments = ALL.to_vec();
    arguments.extend([
        "--directions",
        "scale-out",
        "--processes",
        "Terminate, Launch",
    ]);
    run(&world, &arguments).unwrap();
    assert_eq!(
        world.state(&web()).to_string(),
        "scale-in active, scale-out suspended, scheduled active"
    );
    assert_eq!(suspended(&world, "one"), ["Launch", "Terminate"]);
}

#[test]
fn an_owner_and_a_time_can_be_given() {
    let world = world();
    let mut arguments = SERVICE.to_vec();
    arguments.extend(["--owner", "release-42", "--lease-seconds", "60"]);
    run(&world, &arguments).unwrap();
    let lease = world.lease(&web()).unwrap();
    assert!(
        lease.contains(" by=release-42 from=1790000000 exp=1790000060 "),
        "{lease}"
    );
}

#[test]
fn a_failure_at_any_call_gives_everything_back() {
    let calls = {
        let world = world();
        run(&world, &ALL).unwrap();
        world.operations().len()
    };
    for fails_at in 1..=calls {
        let world = world();
        world.calls.fail_at.set(Some(fails_at));
        match run(&world, &ALL) {
            Ok(_) => assert_eq!(world.operations()[fails_at - 1], "DescribeServices"),
            Err(error) => {
                assert_eq!(error.cause, Cause::Unreachable);
                assert_eq!(
                    world.state(&web()),
                    SuspendedState::default(),
                    "call {fails_at}"
                );
                assert_eq!(world.lease(&web()), None, "call {fails_at}");
                assert!(suspended(&world, "one").is_empty(), "call {fails_at}");
                assert_eq!(suspended(&world, "two"), ["AZRebalance"], "call {fails_at}");
                let groups = world.groups.borrow();
                assert!(groups.values().all(|group| group.lease_text.is_none()));
            }
        }
    }
}

#[test]
fn a_signal_makes_the_stage_give_back_and_end() {
    let world = world();
    let at = Duration::from_millis(500);
    world.clock.signal_at.set(Some((at, Signal::Terminate)));
    let error = run(&world, &ALL).unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
    assert_eq!(world.state(&web()), SuspendedState::default());
    assert_eq!(world.lease(&web()), None);
    assert!(suspended(&world, "one").is_empty());
}

#[test]
fn a_signal_during_the_last_suspension_is_not_missed() {
    let world = world();
    let at = Duration::from_millis(500);
    world.clock.signal_at.set(Some((at, Signal::Interrupt)));
    let error = run(&world, &SERVICE).unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Interrupt));
    assert_eq!(world.state(&web()), SuspendedState::default());
    assert_eq!(world.lease(&web()), None);
}

#[test]
fn a_group_that_does_not_exist_is_refused_before_anything_is_changed() {
    let world = world();
    let mut arguments = SERVICE.to_vec();
    arguments.extend(["--auto-scaling-group", "three"]);
    let error = run(&world, &arguments).unwrap_err();
    assert_eq!(
        error.text,
        "there is no Auto Scaling group of this name: `three`"
    );
    assert_eq!(world.operations(), ["DescribeAutoScalingGroups"]);
}

#[test]
fn a_service_without_scaling_is_fine_and_one_that_does_not_exist_is_not() {
    let world = world();
    world.targets.borrow_mut().clear();
    let outputs = run(&world, &SERVICE).unwrap();
    assert_eq!(outputs.get("suspended"), Some("[]"));
    world.services.borrow_mut().clear();
    let error = run(&world, &SERVICE).unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert_eq!(
        error.text,
        "there is no active service of this name: `service/demo/web`"
    );
}

#[test]
fn a_dry_run_can_tell_by_its_exit_whether_something_would_change() {
    let world = world();
    let mut arguments = SERVICE.to_vec();
    arguments.extend(["--dry-run", "true", "--exit-code", "true"]);
    let error = run(&world, &arguments).unwrap_err();
    assert_eq!(error.cause, Cause::ChangesFound);
    assert!(error.outputs.get("suspended").is_some());
    assert_eq!(world.lease(&web()), None);
    run(&world, &SERVICE).unwrap();
    assert!(run(&world, &arguments).is_ok());
}

#[test]
fn nothing_named_is_a_usage_error() {
    let world = world();
    for arguments in [
        &["--cluster", "demo"][..],
        &["--service", "web", "--directions", ","][..],
    ] {
        assert_eq!(
            run(&world, arguments).unwrap_err().cause,
            Cause::Usage,
            "{arguments:?}"
        );
    }
    assert!(world.operations().is_empty());
}

#[test]
fn a_cluster_in_the_service_s_arn_is_taken_and_may_not_contradict() {
    let world = world();
    let arn = "arn:aws:ecs:us-east-1:123456789012:service/demo/web";
    run(&world, &["--service", arn]).unwrap();
    assert!(world.lease(&web()).is_some());
    let error = run(&world, &["--cluster", "other", "--service", arn]).unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
}

#[test]
fn another_run_s_lease_is_refused_before_any_change_and_stolen_by_request() {
    let world = world();
    let mut other = ALL.to_vec();
    other.extend(["--owner", "other"]);
    run(&world, &other).unwrap();
    let lease = world.lease(&web());
    let error = run(&world, &ALL).unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert!(error.text.ends_with(": `other`"), "{}", error.text);
    assert_eq!(
        error.hint.as_deref(),
        Some(
            "let that run end; if it is dead, give back what it suspended with: \
             `wharfie-resume-scaling --cluster demo --service web --force true`"
        )
    );
    assert_eq!(world.lease(&web()), lease);
    let mut stealing = ALL.to_vec();
    stealing.extend(["--steal", "true"]);
    let outputs = run(&world, &stealing).unwrap();
    let suspended = outputs.get("suspended").unwrap();
    assert!(
        suspended.contains(r#""before":["AZRebalance"]"#),
        "{suspended}"
    );
    assert!(world.lease(&web()).unwrap().contains(" by=github/17 "));
}

#[test]
fn a_group_of_another_run_gives_back_the_service_that_was_taken_before_it() {
    let world = world();
    let other = ["--auto-scaling-group", "two", "--owner", "other"];
    run(&world, &other).unwrap();
    let error = run(&world, &ALL).unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert_eq!(world.state(&web()), SuspendedState::default());
    assert_eq!(world.lease(&web()), None);
    assert!(suspended(&world, "one").is_empty());
}

#[test]
fn another_run_s_lease_is_waited_for_if_that_is_asked_for() {
    let world = world();
    let mut other = SERVICE.to_vec();
    other.extend(["--owner", "other", "--lease-seconds", "60"]);
    run(&world, &other).unwrap();
    let mut patient = SERVICE.to_vec();
    patient.extend(["--timeout", "30s"]);
    assert_eq!(run(&world, &patient).unwrap_err().cause, Cause::Superseded);
    patient.extend(["--directions", "scale-in"]);
    // By now half of it is over.
    run(&world, &patient).unwrap();
    let lease = world.lease(&web()).unwrap();
    assert!(
        lease.starts_with("v1 had=- set=in+out+sched by=github/17 "),
        "{lease}"
    );
}

#[test]
fn to_steal_and_to_wait_contradict_each_other() {
    let world = world();
    let mut both = SERVICE.to_vec();
    both.extend(["--timeout", "30s", "--steal", "true"]);
    assert_eq!(run(&world, &both).unwrap_err().cause, Cause::Usage);
}
