//! Which calls, in which order, and what is left after every one of them could not be made.

use super::*;
use crate::domain::scaling::{
    Claim, Direction, GroupName, Owner, ResumeRequest, ScalingProcess, Schedule, ScheduledAction,
    ServiceResource, SuspendedState,
};
use crate::error::{Cause, Error};
use crate::ports::Signal;
pub(crate) use crate::ports::fake::settled as now;
use crate::ports::fake_scaling::FakeScaling;
use crate::report::{Event, Recorder};

mod killed;
mod races;
mod turns;

/// Arguments as they would be typed, without the shell around them.
pub(crate) fn parse<A: clap::Args>(arguments: &[&str]) -> A {
    let command = A::augment_args(clap::Command::new("stage").no_binary_name(true));
    let matches = command.try_get_matches_from(arguments).unwrap();
    A::from_arg_matches(&matches).unwrap()
}

const AT_ONCE: Contest = Contest::Wait {
    patience: Duration::ZERO,
    hopeful: false,
};

fn web() -> ServiceResource {
    ServiceResource::new("demo", "web")
}

fn owner(name: &str) -> Owner {
    name.parse().unwrap()
}

fn hold(by: &str) -> Hold<Direction> {
    Hold {
        switches: Direction::ALL.into(),
        owner: Some(owner(by)),
        lease_seconds: 7200,
        contest: AT_ONCE,
    }
}

fn state(bits: u8) -> SuspendedState {
    SuspendedState {
        scale_in: bits & 1 != 0,
        scale_out: bits & 2 != 0,
        scheduled: bits & 4 != 0,
    }
}

fn suspend_web(world: &FakeScaling, by: &str) -> Result<Option<Suspended>, Error> {
    contest_web(world, by, AT_ONCE)
}

fn contest_web(
    world: &FakeScaling,
    by: &str,
    contest: Contest,
) -> Result<Option<Suspended>, Error> {
    let mut report = Recorder::default();
    let hold = Hold {
        contest,
        ..hold(by)
    };
    now(suspend_service(world, &web(), &hold, false, &mut report))
}

fn resume_web(world: &FakeScaling, claim: Claim) -> Result<Resumed, Error> {
    let mut report = Recorder::default();
    let request = ResumeRequest {
        claim,
        force: false,
    };
    now(resume_service(world, &web(), &request, false, &mut report))
}

fn texts(report: &Recorder) -> Vec<String> {
    let text = |event: &Event| match event {
        Event::Noted(remark) | Event::Warned(remark) => Some(remark.text.clone()),
        Event::Happened { text, .. } => Some(text.clone()),
        _ => None,
    };
    report.0.iter().filter_map(text).collect()
}

#[test]
fn the_lease_is_written_and_seen_before_anything_is_switched() {
    let world = FakeScaling::with_service(&web(), state(0));
    suspend_web(&world, "a").unwrap();
    assert_eq!(
        world.operations(),
        [
            "DescribeScalableTargets",
            "ListTagsForResource",
            "DescribeServices",
            "TagResource",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
            "RegisterScalableTarget",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
        ]
    );
    assert_eq!(world.state(&web()), state(7));
}

#[test]
fn the_lease_is_removed_only_after_the_switches_are_seen_to_be_back() {
    let world = FakeScaling::with_service(&web(), state(4));
    suspend_web(&world, "a").unwrap();
    world.calls.made.borrow_mut().clear();
    resume_web(&world, Claim::Run(owner("a"))).unwrap();
    assert_eq!(
        world.operations(),
        [
            "DescribeScalableTargets",
            "ListTagsForResource",
            "TagResource",
            "RegisterScalableTarget",
            "DescribeScalableTargets",
            "ListTagsForResource",
            "UntagResource",
        ]
    );
    assert_eq!(world.state(&web()), state(4));
    assert_eq!(world.lease(&web()), None);
}

#[test]
fn a_service_without_a_target_gets_none() {
    let world = FakeScaling::default();
    assert_eq!(suspend_web(&world, "a").unwrap(), None);
    assert_eq!(resume_web(&world, Claim::Anyone).unwrap(), Resumed::Gone);
    assert_eq!(
        world.operations(),
        ["DescribeScalableTargets", "DescribeScalableTargets"]
    );
}

#[test]
fn both_can_be_run_any_number_of_times() {
    let world = FakeScaling::with_service(&web(), state(2));
    suspend_web(&world, "a").unwrap();
    let lease = world.lease(&web());
    let again = suspend_web(&world, "a").unwrap().unwrap();
    assert!(!again.changes);
    assert_eq!(again.account.before, ["scale-out"]);
    assert_eq!(world.lease(&web()), lease);
    resume_web(&world, Claim::Run(owner("a"))).unwrap();
    let again = resume_web(&world, Claim::Run(owner("a"))).unwrap();
    assert!(
        matches!(again, Resumed::Done { changes: false, .. }),
        "{again:?}"
    );
    assert_eq!(world.state(&web()), state(2));
}

#[test]
fn what_cannot_be_given_back_is_said_with_what_to_do() {
    let world = FakeScaling::with_service(&web(), state(0));
    world.dead_from.set(Some(8));
    let mut report = Recorder::default();
    let error = now(suspend_service(
        &world,
        &web(),
        &hold("a"),
        false,
        &mut report,
    ))
    .unwrap_err();
    assert!(error.hint.unwrap().contains("wharfie-resume-scaling"));
    assert!(
        texts(&report)
            .last()
            .unwrap()
            .contains("could not be given back")
    );
    assert!(world.lease(&web()).is_some());
}

#[test]
fn a_tag_that_is_no_lease_stops_both_before_any_change() {
    let world = FakeScaling::with_service(&web(), state(0));
    world
        .tags
        .borrow_mut()
        .insert("arn:service/demo/web".to_owned(), "v2 new=1".to_owned());
    for error in [
        suspend_web(&world, "a").unwrap_err(),
        resume_web(&world, Claim::Anyone).unwrap_err(),
    ] {
        assert_eq!(error.cause, Cause::Refused);
        assert!(
            error.text.contains("written by a newer version: `v2`"),
            "{}",
            error.text
        );
    }
    let changing = ["TagResource", "UntagResource", "RegisterScalableTarget"];
    assert!(
        !world
            .operations()
            .iter()
            .any(|made| changing.contains(&made.as_str()))
    );
}

#[test]
fn a_desired_count_outside_the_range_is_warned_of_before_it_is_clamped() {
    let world = FakeScaling::with_service(&web(), state(0));
    world
        .services
        .borrow_mut()
        .get_mut(&web())
        .unwrap()
        .desired_count = 12;
    let mut report = Recorder::default();
    now(suspend_service(
        &world,
        &web(),
        &hold("a"),
        true,
        &mut report,
    ))
    .unwrap();
    assert_eq!(
        texts(&report),
        ["the desired count 12 is outside the target's range 1 to 10; AWS will set it to: `10`"]
    );
}

#[test]
fn a_dry_run_reads_and_plans_and_changes_nothing() {
    let world = FakeScaling::with_service(&web(), state(0));
    let mut report = Recorder::default();
    let done = now(suspend_service(
        &world,
        &web(),
        &hold("a"),
        true,
        &mut report,
    ))
    .unwrap();
    assert!(done.unwrap().changes);
    assert_eq!(world.state(&web()), state(0));
    assert_eq!(world.lease(&web()), None);

    suspend_web(&world, "a").unwrap();
    let request = ResumeRequest {
        claim: Claim::Anyone,
        force: false,
    };
    let resumed = now(resume_service(&world, &web(), &request, true, &mut report)).unwrap();
    assert!(
        matches!(resumed, Resumed::Done { changes: true, .. }),
        "{resumed:?}"
    );
    assert_eq!(world.state(&web()), state(7));
    let planned = report
        .0
        .iter()
        .filter(|event| matches!(event, Event::Planned { .. }));
    assert_eq!(planned.count(), 2);
}

#[test]
fn a_group_s_processes_are_added_and_only_those_are_resumed() {
    let name: GroupName = "demo-asg".parse().unwrap();
    let world = FakeScaling::default();
    world.add_group(&name, &["AZRebalance", "HealthCheck"]);
    let group = GroupScaling {
        world: &world,
        name: name.clone(),
    };
    let hold = Hold {
        switches: ScalingProcess::usual(),
        owner: Some(owner("a")),
        lease_seconds: 7200,
        contest: AT_ONCE,
    };
    let mut report = Recorder::default();
    let done = now(suspend(&world, &group, &hold, false, &mut report))
        .unwrap()
        .unwrap();
    assert_eq!(
        done.account.changed,
        ["AlarmNotification", "ScheduledActions"]
    );
    assert_eq!(
        world.operations(),
        [
            "DescribeAutoScalingGroups",
            "CreateOrUpdateTags",
            "DescribeAutoScalingGroups",
            "CreateOrUpdateTags",
            "SuspendProcesses",
            "DescribeAutoScalingGroups",
            "CreateOrUpdateTags",
        ]
    );
    let request = ResumeRequest {
        claim: done.claim.unwrap(),
        force: false,
    };
    now(resume(&world, &group, &request, false, &mut report)).unwrap();
    let left: Vec<String> = world.groups.borrow()[&name]
        .suspended
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(left, ["AZRebalance", "HealthCheck"]);
    assert_eq!(world.groups.borrow()[&name].lease_text, None);
}

#[test]
fn scheduled_actions_that_did_not_run_meanwhile_are_listed_after_resuming() {
    let world = FakeScaling::with_service(&web(), state(0));
    let done = suspend_web(&world, "a").unwrap().unwrap();
    world.scheduled.borrow_mut().push(ScheduledAction {
        name: "morning".to_owned(),
        // 1790000000 is 2026-09-21T14:13:20Z.
        schedule: Schedule::Expression("cron(14 14 * * ? *)".to_owned()),
        min_capacity: Some(4),
        ..ScheduledAction::default()
    });
    world.clock.elapsed.set(Duration::from_secs(90));
    let mut report = Recorder::default();
    let request = ResumeRequest {
        claim: done.claim.unwrap(),
        force: false,
    };
    now(resume_service(&world, &web(), &request, false, &mut report)).unwrap();
    assert_eq!(
        texts(&report)[0],
        "service/demo/web: a scheduled action was due at 2026-09-21T14:14:00Z while it was suspended and did not run: \
         `morning`, `cron(14 14 * * ? *)`, sets the minimum to 4"
    );
}
