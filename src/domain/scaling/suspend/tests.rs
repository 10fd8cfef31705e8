//! What is decided when something is to be held still.

use super::super::switch::Direction::{self, ScaleIn, ScaleOut, Scheduled};
use super::*;

const NOW: UnixTime = UnixTime(1_000_000);

fn owner(name: &str) -> Owner {
    name.parse().unwrap()
}

fn request(switches: &[Direction], by: &str) -> SuspendRequest<Direction> {
    SuspendRequest {
        switches: switches.iter().copied().collect(),
        owner: Some(owner(by)),
        lease_seconds: 7200,
        nonce: "070707070707".parse().unwrap(),
        steal: false,
    }
}

fn stealing(switches: &[Direction], by: &str) -> SuspendRequest<Direction> {
    SuspendRequest {
        steal: true,
        ..request(switches, by)
    }
}

fn seen(suspended: &[Direction], lease: Option<&str>) -> Observation<Direction> {
    Observation::new(suspended.iter().copied().collect(), lease).unwrap()
}

fn written(plan: &SuspendPlan<Direction>) -> String {
    match &plan.lease {
        LeaseStep::Write(lease) => lease.to_string(),
        other => panic!("no lease is written: {other:?}"),
    }
}

fn after_execution(
    seen: &Observation<Direction>,
    plan: &SuspendPlan<Direction>,
) -> Observation<Direction> {
    let lease = match &plan.lease {
        LeaseStep::Keep => seen.lease.clone(),
        LeaseStep::Write(lease) => Some(lease.clone()),
        LeaseStep::Remove => None,
    };
    Observation {
        suspended: plan.suspended.clone(),
        lease,
    }
}

#[test]
fn what_is_active_is_suspended_after_its_state_was_written_down() {
    let plan = plan_suspend(&seen(&[], None), &request(&Direction::ALL, "a"), NOW).unwrap();
    assert_eq!(
        written(&plan),
        "v1 had=- set=in+out+sched by=a from=1000000 exp=1007200 id=070707070707"
    );
    assert_eq!(plan.suspend, Direction::ALL.into());
    assert_eq!(plan.before, BTreeSet::new());
    assert_eq!(plan.notices, []);
}

#[test]
fn what_was_suspended_before_stays_and_is_said() {
    let plan = plan_suspend(
        &seen(&[Scheduled], None),
        &request(&Direction::ALL, "a"),
        NOW,
    )
    .unwrap();
    assert_eq!(
        written(&plan),
        "v1 had=sched set=in+out by=a from=1000000 exp=1007200 id=070707070707"
    );
    assert_eq!(plan.suspend, [ScaleIn, ScaleOut].into());
    assert_eq!(
        plan.notices,
        [SuspendNotice::StaysSuspended([Scheduled].into())]
    );
}

#[test]
fn what_is_not_asked_for_is_not_suspended() {
    let plan = plan_suspend(&seen(&[], None), &request(&[ScaleIn], "a"), NOW).unwrap();
    assert_eq!(plan.suspended, [ScaleIn].into());
}

#[test]
fn nothing_is_written_when_all_was_suspended_by_somebody_else() {
    let plan = plan_suspend(
        &seen(&Direction::ALL, None),
        &request(&Direction::ALL, "a"),
        NOW,
    )
    .unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.before, Direction::ALL.into());
    assert_eq!(plan.ours, BTreeSet::new());
}

#[test]
fn the_same_request_again_finds_nothing_to_do() {
    let first = plan_suspend(
        &seen(&[Scheduled], None),
        &request(&Direction::ALL, "a"),
        NOW,
    )
    .unwrap();
    let now = after_execution(&seen(&[Scheduled], None), &first);
    let again = plan_suspend(&now, &request(&Direction::ALL, "a"), NOW.plus(60)).unwrap();
    assert!(again.is_empty(), "{again:?}");
    assert_eq!(again.before, first.before);
    assert_eq!(again.ours, first.ours);
}

#[test]
fn a_lease_more_than_half_over_is_renewed_with_the_same_state() {
    let lease = "v1 had=sched set=in by=a from=900000 exp=1003599 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleIn, Scheduled], Some(lease)),
        &request(&[ScaleIn], "a"),
        NOW,
    )
    .unwrap();
    assert_eq!(
        written(&plan),
        "v1 had=sched set=in by=a from=900000 exp=1007200 id=070707070707"
    );
    assert_eq!(plan.suspend, BTreeSet::new());
}

#[test]
fn a_killed_run_s_suspension_is_inherited_not_taken_for_the_state_before() {
    let lease = "v1 had=sched set=in+out by=dead from=900000 exp=1005000 id=000000000001";
    let all = Direction::ALL;
    let plan = plan_suspend(&seen(&all, Some(lease)), &stealing(&all, "b"), NOW).unwrap();
    let mark = owner("dead").mark();
    assert_eq!(
        written(&plan),
        format!(
            "v1 had=sched set=in+out by=b from=900000 exp=1007200 id=070707070707 after={mark}"
        )
    );
    assert_eq!(plan.suspend, BTreeSet::new());
    assert_eq!(
        plan.notices,
        [
            SuspendNotice::StaysSuspended([Scheduled].into()),
            SuspendNotice::TakenOver {
                owner: Some(owner("dead")),
                remaining: 5000
            },
            SuspendNotice::Inherited([ScaleIn, ScaleOut].into()),
        ]
    );
}

#[test]
fn a_run_killed_between_lease_and_suspension_leaves_a_lease_that_is_filled_in() {
    let lease = "v1 had=- set=in+out by=dead from=900000 exp=1005000 id=000000000001";
    let plan = plan_suspend(&seen(&[], Some(lease)), &stealing(&[ScaleIn], "b"), NOW).unwrap();
    let mark = owner("dead").mark();
    // Scale-out was never suspended: there is nothing of it to give back.
    assert_eq!(
        written(&plan),
        format!("v1 had=- set=in by=b from=1000000 exp=1007200 id=070707070707 after={mark}")
    );
    assert_eq!(plan.suspend, [ScaleIn].into());
}

#[test]
fn an_inherited_switch_is_given_back_even_if_it_was_not_asked_for() {
    let lease = "v1 had=- set=out by=dead from=900000 exp=1 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleOut], Some(lease)),
        &request(&[ScaleIn], "b"),
        NOW,
    )
    .unwrap();
    assert_eq!(plan.ours, [ScaleIn, ScaleOut].into());
    assert_eq!(plan.suspend, [ScaleIn].into());
    assert!(plan.notices.contains(&SuspendNotice::TakenOver {
        owner: Some(owner("dead")),
        remaining: 0
    }));
}

#[test]
fn what_was_recorded_as_suspended_but_was_resumed_since_becomes_ours() {
    let lease = "v1 had=in set=out by=a from=900000 exp=1007200 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleOut], Some(lease)),
        &request(&[ScaleIn], "a"),
        NOW,
    )
    .unwrap();
    assert_eq!(
        written(&plan),
        "v1 had=- set=in+out by=a from=900000 exp=1007200 id=070707070707"
    );
}

#[test]
fn what_somebody_suspended_since_does_not_become_the_state_before() {
    let lease = "v1 had=- set=in by=a from=900000 exp=1007200 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleIn, ScaleOut], Some(lease)),
        &request(&[ScaleIn, Scheduled], "a"),
        NOW,
    );
    assert_eq!(
        written(&plan.unwrap()),
        "v1 had=- set=in+sched by=a from=900000 exp=1007200 id=070707070707"
    );
}

#[test]
fn a_lease_of_which_nothing_is_left_is_removed() {
    let lease = "v1 had=- set=in by=dead from=900000 exp=1 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleOut], Some(lease)),
        &request(&[ScaleOut], "b"),
        NOW,
    )
    .unwrap();
    assert_eq!(plan.lease, LeaseStep::Remove);
    assert!(!plan.is_empty());
    assert_eq!(plan.suspend, BTreeSet::new());
}

#[test]
fn predecessors_are_marked_newest_first_and_once() {
    let (a, b) = (owner("a").mark(), owner("b").mark());
    let lease = format!("v1 had=- set=in by=b from=900000 exp=1005000 id=000000000001 after={a}");
    let plan = plan_suspend(
        &seen(&[ScaleIn], Some(&lease)),
        &stealing(&[ScaleIn], "c"),
        NOW,
    )
    .unwrap();
    assert!(written(&plan).ends_with(&format!(
        "by=c from=900000 exp=1007200 id=070707070707 after={b}+{a}"
    )));
    // The first run again: it is not its own predecessor.
    let plan = plan_suspend(
        &seen(&[ScaleIn], Some(&lease)),
        &stealing(&[ScaleIn], "a"),
        NOW,
    )
    .unwrap();
    assert!(written(&plan).ends_with(&format!(
        "by=a from=900000 exp=1007200 id=070707070707 after={b}"
    )));
}

#[test]
fn the_dry_run_says_what_is_written_down_and_what_is_switched() {
    let plan = plan_suspend(&seen(&[], None), &request(&[ScaleIn, ScaleOut], "a"), NOW).unwrap();
    assert_eq!(
        plan.to_string(),
        "write into the tag `wharfie:suspended`: suspended before nothing, to be resumed `scale-in`, `scale-out`\n\
         suspend: `scale-in`, `scale-out`\n\
         suspended then: `scale-in`, `scale-out`"
    );
    let plan = plan_suspend(&seen(&[ScaleIn], None), &request(&[ScaleIn], "a"), NOW).unwrap();
    assert_eq!(plan.to_string(), "nothing to change, suspended: `scale-in`");
}

#[test]
fn notices_read_well() {
    let over = SuspendNotice::<Direction>::TakenOver {
        owner: Some(owner("run/1")),
        remaining: 0,
    };
    assert_eq!(
        over.to_string(),
        "took over a lease that was over, held by: `run/1`"
    );
    let live = SuspendNotice::<Direction>::TakenOver {
        owner: None,
        remaining: 30,
    };
    assert_eq!(
        live.to_string(),
        "took over a lease that had 30 s left; its run will not resume scaling, this one will, held by a run without a name"
    );
}

#[test]
fn a_live_lease_of_another_run_is_refused_and_an_expired_one_is_not() {
    let lease = "v1 had=- set=in by=other from=900000 exp=1000001 id=000000000001";
    let now = seen(&[ScaleIn], Some(lease));
    assert_eq!(
        plan_suspend(&now, &request(&[ScaleIn], "b"), NOW),
        Err(SuspendRefusal::Held {
            owner: Some(owner("other")),
            remaining: 1
        })
    );
    assert!(plan_suspend(&now, &request(&[ScaleIn], "b"), NOW.plus(1)).is_ok());
    assert!(plan_suspend(&now, &request(&[ScaleIn], "other"), NOW).is_ok());
    // Nobody's lease is not everybody's.
    let lease = "v1 had=- set=in by=- from=900000 exp=1000001 id=000000000001";
    let refused = plan_suspend(
        &seen(&[ScaleIn], Some(lease)),
        &request(&[ScaleIn], "b"),
        NOW,
    );
    assert_eq!(
        refused.unwrap_err().to_string(),
        "another run holds its scaling still, for 1 s more unless it renews that: a run without a name"
    );
}

#[test]
fn a_lease_is_claimed_first_and_says_what_is_about_to_be_switched() {
    let lease = "v1 had=- set=in by=a from=900000 exp=1 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleIn, ScaleOut], Some(lease)),
        &request(&Direction::ALL, "a"),
        NOW,
    )
    .unwrap();
    let LeaseStep::Write(last) = &plan.lease else {
        panic!("{plan:?}")
    };
    let rest = "by=a from=900000 exp=1007200 id=070707070707";
    let claim = plan.claim(last).unwrap().to_string();
    assert_eq!(claim, format!("v1 had=- set=in {rest}"));
    let switching = plan.switching(last).unwrap().to_string();
    assert_eq!(switching, format!("v1 had=- set=in may=sched {rest}"));
    assert_eq!(last.to_string(), format!("v1 had=- set=in+sched {rest}"));
}

#[test]
fn a_claim_of_a_run_that_died_does_not_say_what_the_state_before_is() {
    let lease = "v1 had=sched set=- by=dead from=900000 exp=1 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleOut], Some(lease)),
        &request(&Direction::ALL, "b"),
        NOW,
    )
    .unwrap();
    assert_eq!(plan.before, [ScaleOut].into());
    assert_eq!(plan.ours, [ScaleIn, Scheduled].into());
}

#[test]
fn a_lease_that_was_taken_for_longer_is_not_cut_short() {
    let lease = "v1 had=- set=in by=a from=900000 exp=1009999 id=000000000001";
    let plan = plan_suspend(
        &seen(&[ScaleIn], Some(lease)),
        &request(&[ScaleIn, ScaleOut], "a"),
        NOW,
    )
    .unwrap();
    assert!(written(&plan).contains(" exp=1009999 "));
}
