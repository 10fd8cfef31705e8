//! Deployments that fail, are stopped or superseded, and what goes back from them.

use super::*;

#[test]
fn a_failure_waits_for_the_deployment_that_goes_back_and_then_for_its_end() {
    let mut shift = shift();
    let mut ours = failed("HOOK_EXECUTION_FAILURE");
    let broken = {
        let mut target = target(5, &EventStatus::Failed, 0.0);
        target.events[5].diagnosis = Some(Trouble {
            code: "ScriptFailed".to_owned(),
            message: "assertion failed".to_owned(),
        });
        target
    };
    let seen = moment(both(false), vec![ours.clone()], Some(broken.clone()));
    assert_eq!(name(&mut shift, &seen, 100), "in-progress");
    ours.rolled_back_by = Some(back());
    let seen = moment(both(false), vec![ours.clone()], Some(broken.clone()));
    let (events, _) = shift.observe(&seen, seconds(105));
    assert!(
        events
            .iter()
            .any(|event| event.kind() == "rollback-deployment")
    );
    assert_eq!(
        shift.wanted_shift().unwrap().deployments,
        [crate::domain::codedeploy::samples::ours(), back()]
    );
    let mut rollback = deployment(Status::InProgress);
    rollback.id = back();
    let seen = moment(both(false), vec![ours.clone(), rollback.clone()], None);
    assert_eq!(name(&mut shift, &seen, 110), "in-progress");
    rollback.status = Status::Succeeded;
    let seen = moment(service(), vec![ours, rollback], None);
    let Verdict::RolledBack { reason, to } = verdict(&mut shift, &seen, 130) else {
        panic!("{:?}", shift.watch.verdict);
    };
    assert_eq!(to, Some(definition(1)));
    assert_eq!(
        reason,
        "lifecycle event BeforeAllowTraffic failed: ScriptFailed: assertion failed; HOOK_EXECUTION_FAILURE: it went wrong"
    );
}

#[test]
fn a_rollback_that_fails_needs_a_person() {
    let mut shift = shift();
    let mut ours = failed("TIMEOUT");
    ours.rolled_back_by = Some(back());
    let mut rollback = failed("ECS_UPDATE_ERROR");
    rollback.id = back();
    let seen = moment(both(false), vec![ours.clone()], None);
    verdict(&mut shift, &seen, 10);
    let seen = moment(both(false), vec![ours, rollback], None);
    let Verdict::RollbackFailed { reason } = verdict(&mut shift, &seen, 12) else {
        panic!("{:?}", shift.watch.verdict);
    };
    assert!(reason.contains("TIMEOUT") && reason.contains("`d-BACK`: ECS_UPDATE_ERROR"));
}

#[test]
fn a_failure_without_a_way_back_ends_at_once_and_an_announced_one_is_waited_for() {
    let mut off = Shift::new(
        ShiftStart {
            auto_rollback: AutoRollback::default(),
            ..start()
        },
        goal(),
    );
    let seen = moment(both(false), vec![failed("TIMEOUT")], None);
    assert_eq!(name(&mut off, &seen, 10), "failed");
    let mut on = shift();
    assert_eq!(name(&mut on, &seen, 10), "in-progress");
    assert_eq!(lasting(&mut on, &seen, 11).name(), "failed");
}

#[test]
fn an_alarm_that_stops_it_is_a_failure_and_a_person_is_not() {
    let stopped = |code| CodeDeployment {
        status: Status::Stopped,
        ..failed(code)
    };
    let alarm = moment(both(false), vec![stopped("ALARM_ACTIVE")], None);
    assert_eq!(name(&mut shift(), &alarm, 10), "failed");
    let person = moment(both(false), vec![stopped("MANUAL_STOP")], None);
    let mut shift_ = shift();
    assert_eq!(name(&mut shift_, &person, 10), "in-progress");
    assert_eq!(lasting(&mut shift_, &person, 11).name(), "stopped");
}

#[test]
fn one_that_was_stopped_for_a_later_one_is_superseded() {
    let stopped = CodeDeployment {
        status: Status::Stopped,
        ..failed("MANUAL_STOP")
    };
    let mut seen = moment(both(false), vec![stopped], None);
    seen.shift.listed = Read::Got(vec![ours(), CodeDeployId::new("d-LATER")]);
    assert_eq!(name(&mut shift(), &seen, 10), "superseded");
}
