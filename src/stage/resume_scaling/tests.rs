//! The stage: whose leases it touches, what it looks for, and what it says of the rest.
use super::*;
use crate::domain::scaling::SuspendedState;
use crate::ports::fake_scaling::FakeScaling;
use crate::report::Recorder;
use crate::stage::suspend_scaling::SuspendScaling;
use crate::stage::suspension::tests::{now, parse};

const NONE: SuspendedState = SuspendedState {
    scale_in: false,
    scale_out: false,
    scheduled: false,
};
const ALL: SuspendedState = SuspendedState {
    scale_in: true,
    scale_out: true,
    scheduled: true,
};

fn service(name: &str) -> ServiceResource {
    ServiceResource::new("demo", name)
}

fn world() -> FakeScaling {
    FakeScaling::with_service(&service("web"), NONE)
}

fn suspend(world: &FakeScaling, arguments: &[&str]) {
    let stage: SuspendScaling = parse(arguments);
    now(stage.run(world, &mut Recorder::default())).unwrap();
}

fn run(world: &FakeScaling, arguments: &[&str]) -> Result<Outputs, Error> {
    let stage: ResumeScaling = parse(arguments);
    now(stage.run(world, &mut Recorder::default()))
}

fn later(world: &FakeScaling, seconds: u64) {
    let elapsed = world.clock.elapsed.get() + std::time::Duration::from_secs(seconds);
    world.clock.elapsed.set(elapsed);
}

const WEB: [&str; 4] = ["--cluster", "demo", "--service", "web"];

fn web_by(owner: &'static str) -> Vec<&'static str> {
    let mut arguments = WEB.to_vec();
    arguments.extend(["--owner", owner]);
    arguments
}

#[test]
fn a_person_without_a_run_may_repair_what_a_killed_run_left() {
    let world = world();
    suspend(&world, &web_by("github/17"));
    let outputs = run(&world, &WEB).unwrap();
    assert_eq!(world.state(&service("web")), NONE);
    assert_eq!(outputs.get("lease"), Some(""));
    let suspended: serde_json::Value =
        serde_json::from_str(outputs.get("suspended").unwrap()).unwrap();
    assert_eq!(
        suspended[0]["changed"],
        serde_json::json!(["scale-in", "scale-out", "scheduled"])
    );
    assert_eq!(suspended[0]["suspended"], serde_json::json!([]));
}

#[test]
fn another_run_s_live_lease_is_refused_with_its_owner_and_force_opens_it() {
    let world = world();
    suspend(&world, &web_by("github/17"));
    let error = run(&world, &web_by("github/18")).unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.text.ends_with("held by: `github/17`"),
        "{}",
        error.text
    );
    assert!(error.outputs.get("lease").unwrap().contains("by=github/17"));
    assert_eq!(world.state(&service("web")), ALL);

    let mut forced = web_by("github/18");
    forced.extend(["--force", "true"]);
    run(&world, &forced).unwrap();
    assert_eq!(world.state(&service("web")), NONE);
}

#[test]
fn a_run_whose_lease_was_taken_over_ends_well_and_leaves_it() {
    let world = world();
    suspend(&world, &web_by("github/17"));
    let mut stealing = web_by("github/18");
    stealing.extend(["--steal", "true"]);
    suspend(&world, &stealing);
    run(&world, &web_by("github/17")).unwrap();
    assert_eq!(world.state(&service("web")), ALL);
    run(&world, &web_by("github/18")).unwrap();
    assert_eq!(world.state(&service("web")), NONE);
}

#[test]
fn every_expired_lease_is_found_and_no_live_one_is_touched() {
    let world = world();
    for name in ["old", "settling", "plain"] {
        world.add_service(&service(name), NONE);
    }
    world.add_service(&ServiceResource::new("other", "far"), NONE);
    let group: GroupName = "demo-asg".parse().unwrap();
    world.add_group(&group, &["HealthCheck"]);
    suspend(&world, &["--cluster", "demo", "--service", "old"]);
    suspend(&world, &["--cluster", "demo", "--service", "settling"]);
    suspend(
        &world,
        &[
            "--cluster",
            "other",
            "--service",
            "far",
            "--auto-scaling-group",
            "demo-asg",
        ],
    );
    world
        .services
        .borrow_mut()
        .get_mut(&service("settling"))
        .unwrap()
        .is_deploying = true;
    later(&world, 7300);
    suspend(&world, &WEB);

    run(&world, &["--stale", "true", "--cluster", "demo"]).unwrap();
    assert_eq!(world.state(&service("old")), NONE);
    assert_eq!(
        world.state(&service("settling")),
        ALL,
        "its deployment still runs"
    );
    assert_eq!(world.state(&service("web")), ALL, "its lease is live");
    assert_eq!(
        world.state(&ServiceResource::new("other", "far")),
        ALL,
        "another cluster"
    );

    run(&world, &["--stale", "true", "--force", "true"]).unwrap();
    assert_eq!(world.state(&service("settling")), NONE);
    assert_eq!(world.state(&service("web")), ALL, "its lease is live");
    assert_eq!(world.state(&ServiceResource::new("other", "far")), NONE);
    let groups = world.groups.borrow();
    let left: Vec<String> = groups[&group]
        .suspended
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(left, ["HealthCheck"]);
}

#[test]
fn a_repair_of_a_named_service_leaves_its_live_lease_and_ends_well() {
    let world = world();
    suspend(&world, &web_by("github/17"));
    let mut arguments = WEB.to_vec();
    arguments.extend(["--stale", "true"]);
    let outputs = run(&world, &arguments).unwrap();
    assert!(outputs.get("lease").unwrap().contains("by=github/17"));
    assert_eq!(world.state(&service("web")), ALL);
}

#[test]
fn a_repair_that_finds_nothing_is_done() {
    let world = world();
    let outputs = run(&world, &["--stale", "true"]).unwrap();
    assert_eq!(outputs.get("suspended"), Some("[]"));
}

#[test]
fn one_unreadable_lease_does_not_keep_the_others_from_being_given_back() {
    let world = world();
    world.add_service(&service("odd"), NONE);
    suspend(&world, &WEB);
    later(&world, 7300);
    world
        .tags
        .borrow_mut()
        .insert("arn:service/demo/odd".to_owned(), "v9 x".to_owned());
    let error = run(&world, &["--stale", "true"]).unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.text.contains("service/demo/odd"), "{}", error.text);
    assert_eq!(world.state(&service("web")), NONE);
}

#[test]
fn a_service_that_is_gone_is_nothing_to_resume() {
    let world = FakeScaling::default();
    let outputs = run(&world, &WEB).unwrap();
    assert_eq!(outputs.get("suspended"), Some("[]"));
}

#[test]
fn a_dry_run_can_tell_by_its_exit_whether_something_would_be_given_back() {
    let world = world();
    suspend(&world, &WEB);
    let mut arguments = WEB.to_vec();
    arguments.extend(["--dry-run", "true", "--exit-code", "true"]);
    assert_eq!(
        run(&world, &arguments).unwrap_err().cause,
        Cause::ChangesFound
    );
    assert_eq!(world.state(&service("web")), ALL);
    run(&world, &WEB).unwrap();
    assert!(run(&world, &arguments).is_ok());
}

#[test]
fn nothing_named_is_a_usage_error() {
    let error = run(&world(), &["--cluster", "demo"]).unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
}
