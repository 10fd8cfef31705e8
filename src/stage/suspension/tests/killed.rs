//! What is left after any call could not be made, or was made and not answered.
use super::*;

#[test]
fn a_run_killed_at_any_call_is_repaired_to_exactly_the_state_before() {
    for bits in 0..8 {
        for killed_at in 1..=12 {
            let world = FakeScaling::with_service(&web(), state(bits));
            world.dead_from.set(Some(killed_at));
            // From this call on nothing goes through, not even the giving back.
            let _ = suspend_web(&world, "killed");
            world.dead_from.set(None);
            resume_web(&world, Claim::Anyone).unwrap();
            assert_eq!(
                world.state(&web()),
                state(bits),
                "killed at call {killed_at}"
            );
            assert_eq!(world.lease(&web()), None, "killed at call {killed_at}");
        }
    }
}

#[test]
fn a_run_killed_at_any_call_of_its_resume_is_repaired_to_exactly_the_state_before() {
    for bits in 0..8 {
        for killed_at in 1..=8 {
            let world = FakeScaling::with_service(&web(), state(bits));
            suspend_web(&world, "a").unwrap();
            world.calls.made.borrow_mut().clear();
            world.dead_from.set(Some(killed_at));
            let _ = resume_web(&world, Claim::Run(owner("a")));
            world.dead_from.set(None);
            resume_web(&world, Claim::Anyone).unwrap();
            assert_eq!(
                world.state(&web()),
                state(bits),
                "killed at call {killed_at}"
            );
            assert_eq!(world.lease(&web()), None, "killed at call {killed_at}");
        }
    }
}

#[test]
fn a_killed_run_s_successor_gives_back_the_state_before_the_first() {
    for killed_at in 1..=12 {
        let world = FakeScaling::with_service(&web(), state(4));
        world.dead_from.set(Some(killed_at));
        let _ = suspend_web(&world, "killed");
        world.dead_from.set(None);
        let next = contest_web(&world, "next", Contest::Steal)
            .unwrap()
            .unwrap();
        assert_eq!(
            next.account.before,
            ["scheduled"],
            "killed at call {killed_at}"
        );
        assert_eq!(world.state(&web()), state(7));
        resume_web(&world, next.claim.unwrap()).unwrap();
        assert_eq!(world.state(&web()), state(4), "killed at call {killed_at}");
    }
}

#[test]
fn a_call_that_fails_makes_the_run_give_back_what_it_did() {
    for lost in [false, true] {
        for fails_at in 1..=11 {
            let world = FakeScaling::with_service(&web(), state(1));
            if lost {
                world.answer_lost_at.set(Some(fails_at));
            } else {
                world.calls.fail_at.set(Some(fails_at));
            }
            let result = suspend_web(&world, "a");
            if fails_at == 3 {
                // Only the check of the desired count: a warning.
                assert!(result.is_ok());
                continue;
            }
            assert_eq!(
                result.unwrap_err().cause,
                Cause::Unreachable,
                "call {fails_at}"
            );
            assert_eq!(
                world.state(&web()),
                state(1),
                "call {fails_at}, lost {lost}"
            );
            assert_eq!(world.lease(&web()), None, "call {fails_at}, lost {lost}");
        }
    }
}
