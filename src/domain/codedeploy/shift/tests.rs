//! Every order of answers that CodeDeploy may give.

use super::super::samples::*;
use super::super::{
    AutoRollback, CodeDeployStatus as Status, EventStatus, ShiftEvent, ShiftSeen, Trouble,
};
use super::*;
use std::collections::BTreeMap;

use crate::domain::rollout::{OnPause, Receipt, StopCause, Successor, WaitUntil};
use crate::domain::service::samples::{at, crashed, definition, task};
use crate::domain::service::{ServiceState, TaskState};
use crate::domain::target_health::{TargetHealth, TargetState};

mod confirmed;
mod endings;

fn goal() -> Goal {
    Goal {
        wait_until: WaitUntil::Completed,
        timeout: Duration::from_mins(30),
        fail_fast: None,
        on_pause: OnPause::Exit,
    }
}

fn start() -> ShiftStart {
    ShiftStart {
        deployment: Some(ours()),
        task_definition: definition(2),
        termination_wait: Duration::from_mins(5),
        auto_rollback: AutoRollback {
            enabled: true,
            events: vec!["DEPLOYMENT_FAILURE".to_owned()],
        },
        ..ShiftStart::before(&service(), group_ref(), "demo:web".to_owned())
    }
}

fn shift() -> Shift {
    let mut shift = Shift::new(start(), goal());
    // The load balancer has its own tests.
    shift.watch.targets_unavailable();
    shift
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn moment(
    service: ServiceState,
    deployments: Vec<CodeDeployment>,
    target: Option<ShiftTarget>,
) -> Observation {
    let target = target.map_or(Read::Missing, Read::Got);
    Observation {
        service: Read::Got(service),
        shift: ShiftSeen {
            deployments: Read::Got(deployments),
            targets: BTreeMap::from([(ours(), target)]),
            listed: Read::Got(vec![ours()]),
        },
        ..Observation::default()
    }
}

fn shifting(done: usize, weight: f64) -> Observation {
    moment(
        both(weight > 99.0),
        vec![deployment(Status::InProgress)],
        Some(target(done, &EventStatus::InProgress, weight)),
    )
}

fn failed(code: &str) -> CodeDeployment {
    CodeDeployment {
        trouble: Some(Trouble {
            code: code.to_owned(),
            message: "it went wrong.".to_owned(),
        }),
        ..deployment(Status::Failed)
    }
}

fn verdict(shift: &mut Shift, seen: &Observation, at: u64) -> Verdict {
    shift.observe(seen, seconds(at)).1
}

fn name(shift: &mut Shift, seen: &Observation, at: u64) -> &'static str {
    verdict(shift, seen, at).name()
}

/// The same answer for two minutes, once a second.
fn lasting(shift: &mut Shift, seen: &Observation, from: u64) -> Verdict {
    for now in from..from + 120 {
        let verdict = verdict(shift, seen, now);
        if verdict.is_final() {
            return verdict;
        }
    }
    shift.watch.verdict.clone()
}

#[test]
fn a_deployment_is_live_when_it_succeeded_and_its_task_set_serves() {
    let mut shift = shift();
    for (done, weight, now) in [(0, 0.0, 1), (6, 10.0, 60), (7, 100.0, 360), (8, 100.0, 370)] {
        let seen = shifting(done, weight);
        assert_eq!(
            verdict(&mut shift, &seen, now),
            Verdict::InProgress,
            "{now}"
        );
    }
    let end = moment(both(true), vec![deployment(Status::Succeeded)], None);
    let Verdict::Deployed(Receipt {
        task_definition, ..
    }) = verdict(&mut shift, &end, 670)
    else {
        panic!("{:?}", shift.watch.verdict);
    };
    assert_eq!(task_definition, definition(2));
}

#[test]
fn each_thing_is_told_once_and_waiting_events_are_not() {
    let mut shift = shift();
    let mut told = Vec::new();
    for (done, weight, now) in [
        (1, 0.0, 1),
        (1, 0.0, 2),
        (6, 10.0, 60),
        (1, 0.0, 61),
        (8, 100.0, 370),
    ] {
        let (events, _) = shift.observe(&shifting(done, weight), seconds(now));
        told.extend(events.iter().filter_map(|event| match event {
            RolloutEvent::Shift(event) => Some(event.to_string()),
            _ => None,
        }));
    }
    let count = |text: &str| told.iter().filter(|told| told.as_str() == text).count();
    assert_eq!(count("deployment `d-OURS` is InProgress"), 1, "{told:#?}");
    assert_eq!(count("Install began"), 1);
    assert_eq!(count("Install done after 10s"), 1);
    assert_eq!(count("AllowTraffic began"), 1);
    assert_eq!(
        count("traffic: 10 % to the new tasks (green), 90 % to the old ones (blue)"),
        1
    );
    assert_eq!(
        count("the new task set is there: `ecs-svc/200`, target group `one`"),
        1
    );
    assert_eq!(count("all traffic moved; the old tasks stay for 5m"), 1);
    assert!(!told.iter().any(|text| text.contains("waits")));
}

#[test]
fn an_older_answer_does_not_shift_traffic_back_in_the_telling() {
    // CodeDeploy states the weights; what it states last is told, also when it goes back.
    let mut shift = shift();
    shift.observe(&shifting(6, 10.0), seconds(60));
    let (events, _) = shift.observe(&shifting(6, 0.0), seconds(90));
    assert!(events.iter().any(|event| matches!(
        event,
        RolloutEvent::Shift(ShiftEvent::Weights { green, .. }) if *green < 1.0
    )));
}

#[test]
fn traffic_counts_once_the_check_behind_it_passed() {
    let goal = Goal {
        wait_until: WaitUntil::Traffic,
        ..goal()
    };
    let mut shift = Shift::new(start(), goal);
    shift.watch.targets_unavailable();
    assert_eq!(name(&mut shift, &shifting(7, 100.0), 360), "in-progress");
    assert_eq!(name(&mut shift, &shifting(8, 100.0), 370), "deployed");
}

#[test]
fn a_skipped_check_is_passed_and_a_failed_one_is_not() {
    let mut skipped = target(7, &EventStatus::Skipped, 100.0);
    assert!(skipped.is_shifted());
    skipped.events[7].status = EventStatus::Failed;
    assert!(!skipped.is_shifted());
    skipped.events.truncate(7);
    assert!(skipped.is_shifted());
    assert!(!ShiftTarget::default().is_shifted());
}

#[test]
fn clean_waits_for_the_old_tasks_to_go() {
    let goal = Goal {
        wait_until: WaitUntil::Clean,
        ..goal()
    };
    let mut shift = Shift::new(start(), goal);
    shift.watch.targets_unavailable();
    let end = moment(both(true), vec![deployment(Status::Succeeded)], None);
    assert_eq!(name(&mut shift, &end, 670), "in-progress");
    let mut alone = both(true);
    alone.task_sets.remove(0);
    let end = moment(alone, vec![deployment(Status::Succeeded)], None);
    assert_eq!(name(&mut shift, &end, 680), "deployed");
}

#[test]
fn ready_pauses_only_before_the_traffic_and_only_if_nobody_stopped_it() {
    let manual = ShiftStart {
        ready_wait: Some(Duration::from_hours(1)),
        ..start()
    };
    let ready = |done, weight| {
        moment(
            both(weight > 99.0),
            vec![deployment(Status::Ready)],
            Some(target(done, &EventStatus::Pending, weight)),
        )
    };
    let mut shift_ = Shift::new(manual.clone(), goal());
    assert_eq!(
        verdict(&mut shift_, &ready(5, 0.0), 60),
        Verdict::Unrouted {
            deployment: ours(),
            wait: Duration::from_hours(1)
        }
    );
    let mut waits = Shift::new(
        manual.clone(),
        Goal {
            on_pause: OnPause::Wait,
            ..goal()
        },
    );
    assert_eq!(name(&mut waits, &ready(5, 0.0), 60), "in-progress");
    assert!(waits.standing().contains("waiting for somebody"));
    let mut stopped = Shift::new(manual.clone(), goal());
    stopped.watch.stopping(
        StopCause::TimedOut {
            after: seconds(60),
            goes_back: true,
        },
        seconds(900),
    );
    assert_eq!(name(&mut stopped, &ready(5, 0.0), 60), "in-progress");
    let mut shifted = Shift::new(manual, goal());
    assert_eq!(name(&mut shifted, &ready(8, 100.0), 60), "in-progress");
    // It goes on by itself.
    assert_eq!(name(&mut shift(), &ready(5, 0.0), 60), "in-progress");
}

#[test]
fn a_status_that_codedeploy_adds_later_means_that_it_runs() {
    let later = Status::from("Reticulating");
    let seen = moment(both(false), vec![deployment(later)], None);
    assert_eq!(name(&mut shift(), &seen, 10), "in-progress");
}

#[test]
fn too_many_failed_tasks_ask_for_a_stop_and_the_old_ones_do_not_count() {
    let goal = Goal {
        fail_fast: Some(2),
        ..goal()
    };
    let mut shift = Shift::new(start(), goal);
    let with = |tasks: Vec<TaskState>| Observation {
        tasks: Read::Got(tasks),
        ..shifting(1, 0.0)
    };
    shift.observe(
        &with(vec![
            crashed("a", BLUE, 1),
            crashed("b", BLUE, 1),
            crashed("c", GREEN, 1),
        ]),
        seconds(5),
    );
    assert_eq!(shift.watch.stop_wanted, None);
    let mut unknown = crashed("d", 7, 1);
    // CodeDeploy may put its own id there.
    unknown.started_by = Some("d-OURS".to_owned());
    shift.observe(&with(vec![unknown]), seconds(10));
    assert_eq!(
        shift.watch.stop_wanted,
        Some(StopCause::FailFast {
            failed: 2,
            limit: 2
        })
    );
    assert_eq!(shift.diagnosis().findings.len(), 1);
}

#[test]
fn before_the_task_set_shows_tasks_are_ours_by_what_they_run_and_when_they_were_made() {
    let mut shift = shift();
    let mut early = moment(service(), vec![deployment(Status::InProgress)], None);
    let mut older = task("old", 120);
    older.task_definition = definition(2);
    early.tasks = Read::Got(vec![older, task("new", GREEN)]);
    let (events, _) = shift.observe(&early, seconds(5));
    let started = events.iter().find_map(|event| match event {
        RolloutEvent::TasksStarted { tasks } => Some(tasks.clone()),
        _ => None,
    });
    assert_eq!(started, Some(vec!["new".to_owned()]));
}

#[test]
fn a_deployment_that_is_not_known_right_away_is_waited_for_but_not_for_ever() {
    let seen = moment(service(), Vec::new(), None);
    let mut shift = shift();
    assert_eq!(name(&mut shift, &seen, 1), "in-progress");
    assert_eq!(shift.pause(), seconds(1));
    let Verdict::Failed { reason } = lasting(&mut shift, &seen, 2) else {
        panic!("{:?}", shift.watch.verdict);
    };
    assert!(reason.contains("d-OURS"), "{reason}");
}

#[test]
fn the_time_limit_holds_and_a_stop_gives_more_time() {
    let mut shift = shift();
    assert_eq!(name(&mut shift, &shifting(6, 10.0), 1800), "timed-out");
    shift.watch.stopping(
        StopCause::TimedOut {
            after: seconds(1800),
            goes_back: true,
        },
        seconds(900),
    );
    let stopped = CodeDeployment {
        status: Status::Stopped,
        ..failed("MANUAL_STOP")
    };
    let seen = moment(both(false), vec![stopped.clone()], None);
    assert_eq!(name(&mut shift, &seen, 1810), "in-progress");
    let Verdict::Stopped { reason } = lasting(&mut shift, &seen, 1811) else {
        panic!("{:?}", shift.watch.verdict);
    };
    assert!(
        reason.starts_with("stopped here: not done after 30m"),
        "{reason}"
    );
}

#[test]
fn without_a_deployment_only_the_count_is_waited_for() {
    let none = ShiftStart::before(&service(), group_ref(), "demo:web".to_owned());
    let mut shift = Shift::new(none, goal());
    let mut few = service();
    few.counts.running = 1;
    let seen = |service| Observation {
        service: Read::Got(service),
        ..Observation::default()
    };
    assert_eq!(shift.wanted_shift(), None);
    assert_eq!(name(&mut shift, &seen(few), 1), "in-progress");
    assert_eq!(name(&mut shift, &seen(service()), 2), "unchanged");
}
