//! What shows late, and what others do at the same moment.
use super::*;

#[test]
fn a_tag_that_shows_late_is_waited_for() {
    let world = FakeScaling::with_service(&web(), state(0));
    world.tags_lag.set(4);
    suspend_web(&world, "a").unwrap();
    assert_eq!(world.state(&web()), state(7));
}

#[test]
fn a_run_that_knows_its_lease_does_not_believe_an_answer_without_it() {
    let world = FakeScaling::with_service(&web(), state(0));
    let done = suspend_web(&world, "a").unwrap().unwrap();
    world.tags_lag.set(2);
    resume_web(&world, done.claim.unwrap()).unwrap();
    assert_eq!(world.state(&web()), state(0));
}

#[test]
fn an_answer_from_before_the_switch_does_not_leave_scaling_suspended() {
    let world = FakeScaling::with_service(&web(), state(0));
    suspend_web(&world, "a").unwrap();
    world.flags_lag.set(Some((1, state(0))));
    resume_web(&world, Claim::Run(owner("a"))).unwrap();
    assert_eq!(world.state(&web()), state(0));
    assert_eq!(world.lease(&web()), None);
}

#[test]
fn a_flag_somebody_sets_while_the_lease_is_written_is_not_taken_for_ours() {
    for meanwhile in 0..8 {
        let world = FakeScaling::with_service(&web(), state(0));
        world.flags_set_meanwhile.set(Some(state(meanwhile)));
        let done = suspend_web(&world, "a").unwrap().unwrap();
        assert_eq!(world.state(&web()), state(7));
        assert_eq!(
            done.claim.is_some(),
            world.lease(&web()).is_some(),
            "{meanwhile}"
        );
        resume_web(&world, Claim::Run(owner("a"))).unwrap();
        assert_eq!(world.state(&web()), state(meanwhile), "{meanwhile}");
        assert_eq!(world.lease(&web()), None, "{meanwhile}");
    }
}

#[test]
fn a_switch_that_shows_late_is_waited_for() {
    let world = FakeScaling::with_service(&web(), state(0));
    world.switch_lag.set(3);
    suspend_web(&world, "a").unwrap();
    assert_eq!(
        world.flags_lag.get(),
        None,
        "it was looked until the flags showed"
    );
    resume_web(&world, Claim::Run(owner("a"))).unwrap();
    assert_eq!(world.flags_lag.get(), None);
    assert_eq!(world.lease(&web()), None);
}

#[test]
fn a_switch_that_never_shows_is_an_error_and_the_lease_stands() {
    let world = FakeScaling::with_service(&web(), state(0));
    suspend_web(&world, "a").unwrap();
    world.switch_lag.set(100);
    let error = resume_web(&world, Claim::Run(owner("a"))).unwrap_err();
    assert_eq!(error.cause, Cause::NotCleanedUp);
    assert!(world.lease(&web()).is_some());
}

#[test]
fn a_lease_another_run_wrote_while_we_resumed_is_not_removed() {
    let world = FakeScaling::with_service(&web(), state(0));
    suspend_web(&world, "a").unwrap();
    let theirs = "v1 had=- set=in by=other from=1 exp=9999999999 id=000000000001";
    world.overwritten_at_switch.replace(Some(theirs.to_owned()));
    resume_web(&world, Claim::Run(owner("a"))).unwrap();
    assert_eq!(world.lease(&web()).as_deref(), Some(theirs));
}

#[test]
fn a_run_whose_lease_was_overwritten_steps_back() {
    let world = FakeScaling::with_service(&web(), state(0));
    let theirs = "v1 had=- set=in by=other from=1 exp=9999999999 id=000000000001";
    world.overwritten_by.replace(Some(theirs.to_owned()));
    let error = suspend_web(&world, "a").unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert!(error.text.ends_with(": `other`"), "{}", error.text);
    assert_eq!(world.state(&web()), state(0));
    assert_eq!(
        world.lease(&web()).as_deref(),
        Some(theirs),
        "the other's lease stays"
    );
}

#[test]
fn a_run_that_took_our_switches_for_the_state_before_finds_them_switched_back() {
    let world = FakeScaling::with_service(&web(), state(4));
    let theirs = "v1 had=in+out+sched set=- by=other from=1 exp=9999999999 id=000000000001";
    world.overwritten_at_switch.replace(Some(theirs.to_owned()));
    let error = suspend_web(&world, "a").unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert_eq!(world.state(&web()), state(4));
    assert_eq!(world.lease(&web()).as_deref(), Some(theirs));
}

#[test]
fn a_run_that_took_the_lease_over_while_we_switched_keeps_what_it_knows() {
    let world = FakeScaling::with_service(&web(), state(0));
    let theirs = "v1 had=- set=in+out+sched by=other from=1 exp=9999999999 id=000000000001";
    world.overwritten_at_switch.replace(Some(theirs.to_owned()));
    let error = suspend_web(&world, "a").unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert_eq!(world.state(&web()), state(7));
    assert_eq!(world.lease(&web()).as_deref(), Some(theirs));
}

#[test]
fn a_lease_is_waited_for_until_it_is_over_and_the_wait_is_told() {
    let world = FakeScaling::with_service(&web(), state(0));
    let other = Hold {
        lease_seconds: 30,
        ..hold("other")
    };
    let mut report = Recorder::default();
    now(suspend_service(&world, &web(), &other, false, &mut report)).unwrap();
    let patient = |patience, hopeful| Contest::Wait {
        patience: Duration::from_secs(patience),
        hopeful,
    };
    // It lasts longer than that, so waiting is no use.
    let before = world.clock.elapsed.get();
    let error = contest_web(&world, "a", patient(20, false)).unwrap_err();
    assert_eq!(error.cause, Cause::Superseded);
    assert_eq!(world.clock.elapsed.get(), before);
    // Unless it may be given back before it is over.
    contest_web(&world, "a", patient(5, true)).unwrap_err();
    assert_eq!(world.clock.elapsed.get(), before + Duration::from_secs(5));
    let mut report = Recorder::default();
    let hold = Hold {
        contest: patient(60, false),
        ..hold("a")
    };
    let done = now(suspend_service(&world, &web(), &hold, false, &mut report))
        .unwrap()
        .unwrap();
    assert!(done.waited);
    assert!(
        report
            .0
            .iter()
            .any(|event| matches!(event, Event::Waiting { text, .. } if text.ends_with("`other`"))),
        "{report:?}"
    );
    resume_web(&world, done.claim.unwrap()).unwrap();
    assert_eq!(world.state(&web()), state(0));
}

#[test]
fn a_signal_ends_the_wait_and_nothing_was_touched() {
    let world = FakeScaling::with_service(&web(), state(0));
    suspend_web(&world, "other").unwrap();
    let lease = world.lease(&web());
    world
        .clock
        .signal_at
        .set(Some((Duration::from_secs(12), Signal::Terminate)));
    let wait = Contest::Wait {
        patience: Duration::from_mins(10),
        hopeful: true,
    };
    let error = contest_web(&world, "a", wait).unwrap_err();
    assert_eq!(error.cause, Cause::Interrupted(Signal::Terminate));
    assert_eq!(world.lease(&web()), lease);
}

#[test]
fn a_lease_is_renewed_by_who_wrote_it_and_by_nobody_else() {
    let world = FakeScaling::with_service(&web(), state(0));
    let done = suspend_web(&world, "a").unwrap().unwrap();
    let claim = done.claim.unwrap();
    let before = world.lease(&web()).unwrap();
    let again = |claim: &Claim| now(renew_service(&world, &web(), claim, 9000)).unwrap();
    assert!(again(&claim));
    let after = world.lease(&web()).unwrap();
    assert_ne!(after, before);
    assert!(after.starts_with("v1 had=- set=in+out+sched by=a from=1790000000 exp=179000900"));
    assert!(!again(&Claim::Nonce("000000000001".parse().unwrap())));
    resume_web(&world, claim.clone()).unwrap();
    assert!(!again(&claim));
    assert_eq!(world.lease(&web()), None);
}
