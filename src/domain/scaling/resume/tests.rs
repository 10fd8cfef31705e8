//! What is decided when it is to be given back.

use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::suspend::{LeaseStep, SuspendRequest, plan_suspend};
use super::super::switch::Direction::{self, ScaleIn, ScaleOut, Scheduled};
use super::*;

const NOW: UnixTime = UnixTime(1_000_000);
/// Held by `a` for an hour more: scheduled scaling was suspended before, we added the two others.
const LEASE: &str = "v1 had=sched set=in+out by=a from=990000 exp=1003600 id=000000000001";

fn owner(name: &str) -> Owner {
    name.parse().unwrap()
}

fn run(name: &str) -> ResumeRequest {
    ResumeRequest {
        claim: Claim::Run(owner(name)),
        force: false,
    }
}

fn with(claim: Claim, force: bool) -> ResumeRequest {
    ResumeRequest { claim, force }
}

fn seen(suspended: &[Direction], lease: Option<&str>) -> Observation<Direction> {
    Observation::new(suspended.iter().copied().collect(), lease).unwrap()
}

fn restoration(plan: ResumePlan<Direction>) -> Restoration<Direction> {
    match plan {
        ResumePlan::Restore(restoration) => restoration,
        other => panic!("nothing is restored: {other:?}"),
    }
}

#[test]
fn only_what_we_switched_is_given_back() {
    let given = restoration(plan_resume(
        &seen(&Direction::ALL, Some(LEASE)),
        &run("a"),
        NOW,
    ));
    assert_eq!(given.resume, [ScaleIn, ScaleOut].into());
    assert_eq!(given.suspended, [Scheduled].into());
    assert_eq!(
        given.notices,
        [ResumeNotice::StaysSuspended([Scheduled].into())]
    );
}

#[test]
fn without_a_lease_nothing_is_ours() {
    let plan = plan_resume(&seen(&[ScaleIn], None), &with(Claim::Anyone, true), NOW);
    assert_eq!(
        plan,
        ResumePlan::Nothing {
            suspended: [ScaleIn].into()
        }
    );
    assert_eq!(
        plan.to_string(),
        "nothing to resume: without a lease, suspended by somebody else: `scale-in`"
    );
}

#[test]
fn a_run_killed_before_it_switched_leaves_only_a_lease_to_remove() {
    let given = restoration(plan_resume(
        &seen(&[Scheduled], Some(LEASE)),
        &run("a"),
        NOW,
    ));
    assert!(given.switches_nothing());
    assert_eq!(given.suspended, [Scheduled].into());
    assert!(
        given
            .notices
            .contains(&ResumeNotice::ResumedSince([ScaleIn, ScaleOut].into()))
    );
}

#[test]
fn what_somebody_changed_since_is_said_and_left_alone() {
    let lease = "v1 had=in set=out by=a from=990000 exp=1003600 id=000000000001";
    let given = restoration(plan_resume(
        &seen(&[ScaleOut, Scheduled], Some(lease)),
        &run("a"),
        NOW,
    ));
    assert_eq!(given.resume, [ScaleOut].into());
    assert_eq!(given.suspended, [Scheduled].into());
    assert_eq!(
        given.notices,
        [
            ResumeNotice::SuspendedSince {
                switches: [Scheduled].into(),
                forced: false
            },
            ResumeNotice::ActiveSince {
                switches: [ScaleIn].into(),
                forced: false
            },
        ]
    );
}

#[test]
fn force_gives_back_exactly_what_was_recorded() {
    let lease = "v1 had=in set=out by=a from=990000 exp=1003600 id=000000000001";
    let request = with(Claim::Run(owner("a")), true);
    let given = restoration(plan_resume(
        &seen(&[ScaleOut, Scheduled], Some(lease)),
        &request,
        NOW,
    ));
    assert_eq!(given.resume, [ScaleOut, Scheduled].into());
    assert_eq!(given.suspend, [ScaleIn].into());
    assert_eq!(given.suspended, [ScaleIn].into());
    assert_eq!(
        given.to_string(),
        "resume: `scale-out`, `scheduled`\n\
         suspend again, as it was before: `scale-in`\n\
         remove the tag: `wharfie:suspended`\n\
         suspended then: `scale-in`"
    );
}

#[test]
fn a_live_lease_of_another_run_is_left_alone() {
    let plan = plan_resume(&seen(&Direction::ALL, Some(LEASE)), &run("b"), NOW);
    assert_eq!(
        plan,
        ResumePlan::Held {
            owner: Some(owner("a")),
            remaining: 3600,
            successor: false
        }
    );
    assert_eq!(
        plan.to_string(),
        "left suspended: the lease belongs to another run, it lasts 3600 s more, held by: `a`"
    );
}

#[test]
fn a_run_whose_lease_was_taken_over_leaves_the_restoring_to_its_successor() {
    let lease = format!(
        "v1 had=- set=in by=b from=990000 exp=1003600 id=000000000002 after={}",
        owner("a").mark()
    );
    let plan = plan_resume(&seen(&[ScaleIn], Some(&lease)), &run("a"), NOW);
    assert_eq!(
        plan,
        ResumePlan::Held {
            owner: Some(owner("b")),
            remaining: 3600,
            successor: true
        }
    );
}

#[test]
fn a_writer_knows_its_lease_by_the_nonce_even_within_one_run() {
    let own = Claim::Nonce("000000000001".parse().unwrap());
    restoration(plan_resume(
        &seen(&Direction::ALL, Some(LEASE)),
        &with(own, false),
        NOW,
    ));
    let earlier = Claim::Nonce("0000000000ff".parse().unwrap());
    let plan = plan_resume(
        &seen(&Direction::ALL, Some(LEASE)),
        &with(earlier, false),
        NOW,
    );
    assert!(
        matches!(
            plan,
            ResumePlan::Held {
                successor: true,
                ..
            }
        ),
        "{plan:?}"
    );
}

#[test]
fn an_expired_lease_is_anybody_s() {
    let late = UnixTime(1_003_600);
    let earlier = Claim::Nonce("0000000000ff".parse().unwrap());
    for claim in [Claim::Run(owner("b")), earlier, Claim::Stale, Claim::Anyone] {
        let given = restoration(plan_resume(
            &seen(&Direction::ALL, Some(LEASE)),
            &with(claim, false),
            late,
        ));
        assert_eq!(given.suspended, [Scheduled].into());
        assert!(given.notices.contains(&ResumeNotice::OfAnother {
            owner: Some(owner("a")),
            remaining: 0
        }));
    }
}

#[test]
fn a_scheduled_repair_leaves_live_leases_alone_even_by_force() {
    for force in [false, true] {
        let request = with(Claim::Stale, force);
        let plan = plan_resume(&seen(&Direction::ALL, Some(LEASE)), &request, NOW);
        assert!(
            matches!(
                plan,
                ResumePlan::Held {
                    successor: false,
                    ..
                }
            ),
            "{plan:?}"
        );
    }
}

#[test]
fn a_person_outside_of_any_run_may_repair_a_live_lease() {
    let given = restoration(plan_resume(
        &seen(&Direction::ALL, Some(LEASE)),
        &with(Claim::Anyone, false),
        NOW,
    ));
    assert_eq!(given.resume, [ScaleIn, ScaleOut].into());
    assert_eq!(
        given.notices[0].to_string(),
        "restored from a lease that had 3600 s left, held by: `a`"
    );
}

#[test]
fn force_opens_another_run_s_lease() {
    let request = with(Claim::Run(owner("b")), true);
    let given = restoration(plan_resume(
        &seen(&Direction::ALL, Some(LEASE)),
        &request,
        NOW,
    ));
    assert_eq!(given.suspended, [Scheduled].into());
}

fn flags() -> impl Strategy<Value = BTreeSet<Direction>> {
    btree_set(select(Direction::ALL.to_vec()), 0..=3)
}

/// A run suspends: up to which of its four writes it comes before it is killed.
fn suspend(
    seen: &Observation<Direction>,
    switches: BTreeSet<Direction>,
    by: &str,
    calls: u8,
) -> Observation<Direction> {
    let owner = Some(owner(by));
    let request = SuspendRequest {
        switches,
        owner,
        lease_seconds: 7200,
        nonce: Nonce::of("x"),
        steal: true,
    };
    let plan = plan_suspend(seen, &request, NOW).unwrap();
    let mut now = seen.clone();
    match &plan.lease {
        LeaseStep::Remove if calls > 0 => now.lease = None,
        LeaseStep::Keep | LeaseStep::Remove => {}
        LeaseStep::Write(lease) => {
            now.lease = match calls {
                0 => now.lease,
                1 => Some(plan.claim(lease).unwrap()),
                2 | 3 => Some(plan.switching(lease).unwrap()),
                _ => Some(lease.clone()),
            }
        }
    }
    if calls > 2 {
        now.suspended = plan.suspended;
    }
    now
}

/// What a repair by anyone leaves.
fn repaired(state: &Observation<Direction>, force: bool) -> BTreeSet<Direction> {
    match plan_resume(state, &with(Claim::Anyone, force), NOW) {
        ResumePlan::Nothing { suspended } => suspended,
        ResumePlan::Restore(restoration) => restoration.suspended,
        held @ ResumePlan::Held { .. } => panic!("{held:?}"),
    }
}

#[test]
fn what_a_person_changes_stands_wherever_the_run_was_killed() {
    for calls in 0..=4 {
        for flag in Direction::ALL {
            let start = Observation {
                suspended: BTreeSet::new(),
                lease: None,
            };
            let mut state = suspend(&start, Direction::ALL.into(), "a", calls);
            let set_by_hand = !state.suspended.contains(&flag);
            if set_by_hand {
                state.suspended.insert(flag);
            } else {
                state.suspended.remove(&flag);
            }
            let left = repaired(&state, false);
            let expected = if set_by_hand {
                [flag].into()
            } else {
                BTreeSet::new()
            };
            assert_eq!(left, expected, "{flag} after {calls} writes");
            // And it is said, if there is a lease to say it by.
            if let ResumePlan::Restore(restoration) =
                plan_resume(&state, &with(Claim::Anyone, false), NOW)
            {
                let expected = if set_by_hand {
                    ResumeNotice::SuspendedSince {
                        switches: [flag].into(),
                        forced: false,
                    }
                } else {
                    ResumeNotice::ResumedSince([flag].into())
                };
                let said = restoration.notices.contains(&expected);
                assert!(said, "{flag} after {calls} writes: {restoration:?}");
            }
        }
    }
}

#[test]
fn what_a_person_changes_stands_wherever_the_giving_back_was_killed() {
    let held = suspend(
        &Observation {
            suspended: BTreeSet::new(),
            lease: None,
        },
        Direction::ALL.into(),
        "a",
        4,
    );
    let plan = restoration(plan_resume(&held, &run("a"), NOW));
    let marked = Some(plan.switching().unwrap());
    for (suspended, flag, expected) in [
        // Marked, not switched back: somebody resumes one.
        (vec![ScaleOut, Scheduled], ScaleIn, vec![]),
        // Switched back, the tag still there: somebody suspends one.
        (vec![ScaleIn], ScaleIn, vec![ScaleIn]),
    ] {
        let state = Observation {
            suspended: suspended.into_iter().collect(),
            lease: marked.clone(),
        };
        let expected: BTreeSet<Direction> = expected.into_iter().collect();
        assert_eq!(repaired(&state, false), expected, "{flag}");
    }
}

#[test]
fn in_the_middle_of_a_switch_half_is_taken_for_ours() {
    let lease = "v1 had=- set=- may=in+out by=a from=990000 exp=1003600 id=000000000001";
    let given = restoration(plan_resume(&seen(&[ScaleIn], Some(lease)), &run("a"), NOW));
    assert_eq!(given.resume, [ScaleIn].into());
    assert_eq!(given.ensure, [ScaleOut].into());
    assert_eq!(
        given.notices,
        [ResumeNotice::ResumedSince([ScaleOut].into())]
    );
}

proptest! {
    #[test]
    fn whatever_runs_suspend_and_wherever_they_are_killed_a_resume_gives_back_the_first_state(
        before in flags(),
        runs in proptest::collection::vec((flags(), 0_u8..=4, select(vec!["a", "b", "c"])), 0..5),
        force in any::<bool>(),
    ) {
        let mut state = Observation { suspended: before.clone(), lease: None };
        for (switches, calls, by) in runs {
            state = suspend(&state, switches, by, calls);
        }
        let restored = repaired(&state, force);
        prop_assert_eq!(restored, before);
    }
}
