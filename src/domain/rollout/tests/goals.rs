//! What is waited for, for how long, and what is asked to stop.

use super::*;

#[test]
fn a_deployment_that_goes_on_for_too_long_is_timed_out_and_not_failed() {
    let mut rollout = linked(goal());
    let pending = moment(rolling(), ours(ServiceDeploymentStatus::Pending));
    assert_eq!(verdict(&mut rollout, &pending, 1799), Verdict::InProgress);
    assert_eq!(
        verdict(&mut rollout, &pending, 1800),
        Verdict::TimedOut {
            after: seconds(1800)
        }
    );
}

#[test]
fn an_end_that_is_seen_at_the_last_moment_beats_the_time_limit() {
    let mut rollout = linked(goal());
    let end = moment(done(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &end, 1800).name(), "deployed");
}

#[test]
fn a_crash_loop_without_guards_goes_on_until_the_time_limit() {
    let mut rollout = linked(goal());
    let mut service = rolling();
    service.deployments[0].failed_tasks = 40;
    let loops = moment(service, ours(ServiceDeploymentStatus::InProgress));
    assert_eq!(verdict(&mut rollout, &loops, 600), Verdict::InProgress);
    assert_eq!(verdict(&mut rollout, &loops, 1800).name(), "timed-out");
}

#[test]
fn too_many_failed_tasks_ask_for_a_stop_once() {
    let mut rollout = linked(Goal {
        fail_fast: Some(3),
        ..goal()
    });
    let mut service = rolling();
    service.deployments[0].failed_tasks = 2;
    let two = moment(service.clone(), ours(ServiceDeploymentStatus::InProgress));
    verdict(&mut rollout, &two, 10);
    assert_eq!(rollout.watch.stop_wanted, None);
    service.deployments[0].failed_tasks = 3;
    let three = moment(service, ours(ServiceDeploymentStatus::InProgress));
    assert_eq!(verdict(&mut rollout, &three, 12), Verdict::InProgress);
    let cause = StopCause::FailFast {
        failed: 3,
        limit: 3,
    };
    assert_eq!(rollout.watch.stop_wanted, Some(cause));
    rollout.watch.stopping(cause, seconds(600));
    verdict(&mut rollout, &three, 14);
    assert_eq!(rollout.watch.stop_wanted, None);
    let back = ours(ServiceDeploymentStatus::RollbackSuccessful);
    let Verdict::RolledBack { reason, .. } = verdict(&mut rollout, &moment(steady(), back), 30)
    else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(reason, "stopped here: 3 tasks failed, the limit is 3");
}

#[test]
fn a_time_limit_with_rollback_watches_on_until_it_went_back() {
    let mut rollout = linked(goal());
    let running = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    assert_eq!(verdict(&mut rollout, &running, 1800).name(), "timed-out");
    let cause = StopCause::TimedOut {
        after: seconds(1800),
        goes_back: true,
    };
    rollout.watch.stopping(cause, seconds(300));
    assert_eq!(verdict(&mut rollout, &running, 1900), Verdict::InProgress);
    let back = moment(steady(), ours(ServiceDeploymentStatus::RollbackSuccessful));
    let Verdict::RolledBack { reason, .. } = verdict(&mut rollout, &back, 1950) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(reason, "stopped here: not done after 30m");
}

#[test]
fn clean_waits_for_the_old_tasks_to_go() {
    let mut rollout = linked(Goal {
        wait_until: WaitUntil::Clean,
        ..goal()
    });
    let mut service = rolling();
    service.deployments[0] = deployment(OURS, 2);
    let both = moment(service, ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &both, 60), Verdict::InProgress);
    let alone = moment(done(), ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &alone, 70).name(), "deployed");
}

#[test]
fn traffic_is_enough_when_asked_for_and_stages_may_be_missed() {
    let mut rollout = linked(Goal {
        wait_until: WaitUntil::Traffic,
        ..goal()
    });
    let mut shifting = ours(ServiceDeploymentStatus::InProgress);
    shifting.stage = crate::domain::service::LifecycleStage::new("PRODUCTION_TRAFFIC_SHIFT");
    assert_eq!(
        verdict(&mut rollout, &moment(rolling(), shifting.clone()), 60),
        Verdict::InProgress
    );
    shifting.stage = crate::domain::service::LifecycleStage::new("CLEAN_UP");
    assert_eq!(
        verdict(&mut rollout, &moment(rolling(), shifting), 70).name(),
        "deployed"
    );
}

#[test]
fn a_stop_that_was_asked_for_here_is_neither_superseded_nor_paused() {
    let mut rollout = linked(goal());
    let running = moment(rolling(), ours(ServiceDeploymentStatus::InProgress));
    verdict(&mut rollout, &running, 1800);
    rollout.watch.stopping(
        StopCause::TimedOut {
            after: seconds(1800),
            goes_back: true,
        },
        seconds(300),
    );
    let mut waits = ours(ServiceDeploymentStatus::InProgress);
    waits.hooks = vec![crate::domain::service::samples::pause("hook-1")];
    assert_eq!(
        verdict(&mut rollout, &moment(rolling(), waits), 1810),
        Verdict::InProgress
    );
    let stopped = ours(ServiceDeploymentStatus::Stopped);
    let theirs = service_deployment("d300", 300, ServiceDeploymentStatus::InProgress);
    let mut seen = moment(rolling(), stopped);
    seen.listed = Read::Got(vec![brief(&theirs)]);
    let Verdict::Stopped { reason } = verdict(&mut rollout, &seen, 1820) else {
        panic!("{:?}", rollout.watch.verdict);
    };
    assert_eq!(reason, "stopped here: not done after 30m");
}

#[test]
fn clean_waits_for_new_tasks_that_start_and_not_for_what_ecs_keeps_of_a_deployment_that_is_over() {
    let mut rollout = linked(Goal {
        wait_until: WaitUntil::Clean,
        ..goal()
    });
    let mut starting = done();
    starting.deployments[0].counts.pending = 1;
    let seen = moment(starting, ours(ServiceDeploymentStatus::Successful));
    assert_eq!(verdict(&mut rollout, &seen, 61), Verdict::InProgress);
    let mut early = ours(ServiceDeploymentStatus::Successful);
    early.sources[0].running = 1;
    let seen = moment(done(), early);
    assert_eq!(verdict(&mut rollout, &seen, 62).name(), "deployed");
}
