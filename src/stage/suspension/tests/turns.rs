//! Two runs on one service whose calls fall between each other in every way, with up to three changes from one to the other:
//! the state before is never lost.
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::*;

/// Which run goes on, for how many turns; then the first that is not done, to its end.
type Schedule = [(usize, usize); 3];

/// As many turns as a run has, and one more.
const TURNS: usize = 21;

/// The turn in which a run claims the lease: it looks at flags and tags, and at the desired count, before.
const CLAIM: usize = 4;

type Work<'world> = Pin<Box<dyn Future<Output = ()> + 'world>>;

/// Holds the service still and gives it back; a run that cannot have it ends.
async fn hold_and_give_back(world: &FakeScaling, by: &str, contest: Contest) {
    let hold = Hold {
        contest,
        ..hold(by)
    };
    let mut report = Recorder::default();
    let claim = match suspend_service(world, &web(), &hold, false, &mut report).await {
        Ok(Some(Suspended { claim, .. })) => claim,
        Ok(None) => panic!("it is there"),
        Err(error) => {
            assert_eq!(error.cause, Cause::Superseded, "{error}");
            return;
        }
    };
    let Some(claim) = claim else {
        return;
    };
    // What is deployed meanwhile takes its time.
    world.sleep(Duration::from_secs(1)).await;
    let request = ResumeRequest {
        claim,
        force: false,
    };
    let back = resume_service(world, &web(), &request, false, &mut report).await;
    back.unwrap();
}

/// Lets one go on for so many turns. False: it is over.
fn go_on(work: &mut Option<Work<'_>>, turns: usize) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..turns {
        match work.as_mut().map(|work| work.as_mut().poll(&mut context)) {
            Some(Poll::Pending) => {}
            Some(Poll::Ready(())) | None => {
                *work = None;
                return false;
            }
        }
    }
    work.is_some()
}

fn schedules() -> impl Iterator<Item = Schedule> {
    (0..TURNS).flat_map(|first| {
        (0..TURNS).flat_map(move |second| {
            (0..TURNS - first).map(move |third| [(0, first), (1, second), (0, third)])
        })
    })
}

fn world() -> FakeScaling {
    let world = FakeScaling::with_service(&web(), state(4));
    world.clock.by_turns.set(true);
    world
}

#[track_caller]
fn is_as_before(world: &FakeScaling, schedule: Schedule) {
    let made = world.operations();
    assert_eq!(world.state(&web()), state(4), "{schedule:?}: {made:#?}");
    assert_eq!(world.lease(&web()), None, "{schedule:?}: {made:#?}");
}

#[test]
fn two_runs_whose_calls_fall_between_each_other_in_any_way_leave_the_state_before() {
    let patient = Contest::Wait {
        patience: Duration::from_mins(10),
        hopeful: true,
    };
    for (contest, changes) in [(AT_ONCE, 3), (patient, 2)] {
        let few = |[.., (_, third)]: &Schedule| changes == 3 || *third == 0;
        for schedule in schedules().filter(few) {
            let world = world();
            let mut runs = ["a", "b"].map(|by| -> Option<Work<'_>> {
                let work = hold_and_give_back(&world, by, contest);
                Some(Box::pin(work))
            });
            for (run, turns) in schedule {
                go_on(&mut runs[run], turns);
            }
            for run in &mut runs {
                assert!(!go_on(run, 10_000), "it ends");
            }
            drop(runs);
            is_as_before(&world, schedule);
        }
    }
}

#[test]
fn a_run_that_is_killed_beside_another_leaves_what_a_repair_needs() {
    // But for one whose claim takes longer to arrive than the claim of the other takes to show, and that is killed before it
    // sees what it wrote over. What was before is then known to the other alone.
    let is_late = |[(_, first), ..]: &Schedule| (1..=CLAIM).contains(first);
    for schedule in schedules().filter(|schedule| !is_late(schedule)) {
        let world = world();
        let mut runs = ["a", "b"].map(|by| -> Option<Work<'_>> {
            let work = hold_and_give_back(&world, by, AT_ONCE);
            Some(Box::pin(work))
        });
        for (run, turns) in schedule {
            go_on(&mut runs[run], turns);
        }
        // The first is killed here; the second goes on.
        runs[0] = None;
        assert!(!go_on(&mut runs[1], 10_000), "it ends");
        drop(runs);
        world.clock.by_turns.set(false);
        resume_web(&world, Claim::Anyone).unwrap();
        is_as_before(&world, schedule);
    }
}
