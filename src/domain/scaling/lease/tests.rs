//! The lease's text: exact, strict, and the same after a round trip.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;
use crate::domain::scaling::switch::Direction::{ScaleIn, ScaleOut, Scheduled};
use crate::domain::scaling::switch::{Direction, ScalingProcess};

const WHOLE: &str = "v1 had=sched set=in+out by=github/acme/shop/17 from=1763650800 exp=1763658000 id=9f86d081884c after=1b4f0e98";

fn record<S: Switch>(had: BTreeSet<S>, set: BTreeSet<S>) -> Record<S> {
    let may = BTreeSet::new();
    Record { had, set, may }
}

fn until(expires: u64) -> Term {
    Term {
        from: UnixTime(1_763_650_800),
        expires: UnixTime(expires),
    }
}

fn refusal(text: &str) -> LeaseError {
    text.parse::<Lease<Direction>>().unwrap_err()
}

#[test]
fn the_text_of_a_lease_is_exactly_this() {
    let lease: Lease<Direction> = Lease::new(
        record(
            [Direction::Scheduled].into(),
            [Direction::ScaleOut, Direction::ScaleIn].into(),
        ),
        Some("github/acme/shop/17".parse().unwrap()),
        Term {
            from: UnixTime(1_763_650_800),
            expires: UnixTime(1_763_658_000),
        },
        Nonce::of("test"),
        vec!["1b4f0e98".parse().unwrap()],
    )
    .unwrap();
    assert_eq!(lease.to_string(), WHOLE);
    assert_eq!(WHOLE.parse(), Ok(lease));
}

#[test]
fn nothing_and_nobody_are_a_dash() {
    let lease: Lease<Direction> = "v1 had=- set=in by=- from=0 exp=0 id=000000000000"
        .parse()
        .unwrap();
    assert!(lease.had().is_empty());
    assert_eq!(lease.owner(), None);
    assert_eq!(
        lease.to_string(),
        "v1 had=- set=in by=- from=0 exp=0 id=000000000000"
    );
}

#[test]
fn a_newer_version_is_told_from_a_foreign_text() {
    assert_eq!(
        refusal("v2 had=- set=in"),
        LeaseError::Version("v2".to_owned())
    );
    assert_eq!(refusal("suspended by hand"), LeaseError::Foreign);
    assert_eq!(refusal(""), LeaseError::Foreign);
}

#[test]
fn every_member_is_missed_by_its_name() {
    let parts: Vec<&str> = WHOLE.split(' ').collect();
    for (place, name) in [
        (1, "had"),
        (2, "set"),
        (3, "by"),
        (4, "from"),
        (5, "exp"),
        (6, "id"),
    ] {
        let mut fewer = parts.clone();
        fewer.remove(place);
        assert_eq!(refusal(&fewer.join(" ")), LeaseError::Member(name));
    }
}

#[test]
fn a_malformed_member_is_named() {
    let bad = |good: &str, bad: &str| refusal(&WHOLE.replace(good, bad));
    assert_eq!(bad("set=in+out", "set=in+in"), LeaseError::Member("set"));
    assert_eq!(
        bad("set=in+out", "set=in+sideways"),
        LeaseError::Word("sideways".to_owned())
    );
    assert_eq!(
        bad("had=sched", "had=in"),
        LeaseError::Both("scale-in".to_owned())
    );
    assert_eq!(
        bad("exp=1763658000", "exp=+1763658000"),
        LeaseError::Member("exp")
    );
    assert_eq!(
        bad("exp=1763658000", "exp=99999999999999999999"),
        LeaseError::Member("exp")
    );
    assert_eq!(
        bad("9f86d081884c", "9F86D081884C"),
        LeaseError::Member("id")
    );
    assert_eq!(
        bad("by=github/acme/shop/17", "by=github|17"),
        LeaseError::Member("by")
    );
    assert_eq!(bad("1b4f0e98", "1b4f"), LeaseError::Member("after"));
    assert_eq!(bad("1b4f0e98", "1b4f0e98 more=1"), LeaseError::Rest);
}

#[test]
fn a_group_with_every_known_process_fits_with_the_longest_owner() {
    let all: BTreeSet<ScalingProcess> = ScalingProcess::KNOWN
        .iter()
        .map(|name| ScalingProcess::answered(name))
        .collect();
    let mut had = all.clone();
    let set = had.split_off(&ScalingProcess::answered("HealthCheck"));
    let owner: Owner = "o".repeat(Owner::MAX_LENGTH).parse().unwrap();
    let marks = vec![owner.mark(); 5];
    let nonce = Nonce::of("x");
    let term = until(9_999_999_999);
    let lease = Lease::new(record(had, set), Some(owner), term, nonce, marks).unwrap();
    assert!(lease.to_string().len() <= 256);
    // Also while they are switched.
    let Record { had, set, may } = record(lease.had().clone(), lease.set().clone());
    let switching = Record {
        had,
        set: may,
        may: set,
    };
    assert!(lease.recording(switching).is_ok());
    assert!(
        !lease.after().is_empty(),
        "at least the newest mark has room"
    );
}

#[test]
fn names_too_long_for_a_tag_are_refused_with_the_length() {
    let long = ScalingProcess::answered(&"P".repeat(300));
    let nonce = Nonce::of("x");
    let refused = Lease::new(
        record(BTreeSet::new(), [long].into()),
        None,
        until(0),
        nonce,
        Vec::new(),
    );
    assert!(
        matches!(refused, Err(LeaseError::Long(length)) if length > 300),
        "{refused:?}"
    );
}

#[test]
fn a_lease_may_fill_the_tag_to_its_last_character() {
    let lease = |length: usize| {
        let name = ScalingProcess::answered(&"P".repeat(length));
        Lease::new(
            record(BTreeSet::new(), [name].into()),
            None,
            until(0),
            Nonce::of("x"),
            Vec::new(),
        )
    };
    let rest = lease(1).unwrap().to_string().len() - 1;
    assert_eq!(lease(256 - rest).unwrap().to_string().len(), 256);
    assert_eq!(lease(257 - rest), Err(LeaseError::Long(257)));
}

#[test]
fn a_process_name_that_cannot_stand_in_a_tag_is_refused() {
    let odd = ScalingProcess::answered("Warm Pool");
    let nonce = Nonce::of("x");
    let refused = Lease::new(
        record([odd].into(), BTreeSet::new()),
        None,
        until(0),
        nonce,
        Vec::new(),
    );
    assert_eq!(refused, Err(LeaseError::Word("Warm Pool".to_owned())));
}

#[test]
fn a_lease_ends_at_its_second() {
    let lease: Lease<Direction> = "v1 had=- set=in by=- from=0 exp=100 id=000000000000"
        .parse()
        .unwrap();
    assert!(!lease.is_expired(UnixTime(99)));
    assert!(lease.is_expired(UnixTime(100)));
    assert_eq!(lease.remaining(UnixTime(40)), 60);
    assert_eq!(lease.remaining(UnixTime(200)), 0);
}

fn owners() -> impl Strategy<Value = Option<Owner>> {
    proptest::option::of("[A-Za-z0-9+=._:/@-]{1,48}")
        .prop_map(|name| name.and_then(|name| name.parse().ok()))
}

fn leases<S: Switch>(all: Vec<S>) -> impl Strategy<Value = Lease<S>> {
    let places = btree_set(0..all.len(), 0..=all.len());
    (
        (places.clone(), places.clone(), places),
        owners(),
        (0..10_000_000_000_u64, 0..10_000_000_000_u64),
        any::<String>(),
        vec(owners(), 0..4),
    )
        .prop_map(
            move |((had, set, may), owner, (from, expires), write, after)| {
                let pick = |places: &BTreeSet<usize>| {
                    places.iter().map(|place| all[*place].clone()).collect()
                };
                let had: BTreeSet<S> = pick(&had);
                let set = &pick(&set) - &had;
                let may = &(&pick(&may) - &had) - &set;
                let after = after
                    .into_iter()
                    .flatten()
                    .map(|owner| owner.mark())
                    .collect();
                let record = Record { had, set, may };
                let (from, expires) = (UnixTime(from), UnixTime(expires));
                let term = Term { from, expires };
                Lease::new(record, owner, term, Nonce::of(&write), after).unwrap()
            },
        )
}

proptest! {
    #[test]
    fn a_targets_lease_is_read_as_it_was_written(lease in leases(Direction::ALL.to_vec())) {
        let text = lease.to_string();
        prop_assert!(text.len() <= 256);
        prop_assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c)));
        prop_assert_eq!(text.parse::<Lease<Direction>>(), Ok(lease));
    }

    #[test]
    fn a_groups_lease_is_read_as_it_was_written(
        lease in leases(ScalingProcess::KNOWN.map(ScalingProcess::answered).to_vec()),
    ) {
        let text = lease.to_string();
        prop_assert!(text.len() <= 256);
        prop_assert_eq!(text.parse::<Lease<ScalingProcess>>(), Ok(lease));
    }

    #[test]
    fn a_text_that_is_read_is_one_that_could_have_been_written(
        had in "(-|in|out|sched|in[+]out|)", set in "(-|in|out|sched|out[+]sched|in in)", may in "(| may=in| may=-| may=)", by in "[a-z/ ]{0,4}", exp in "[0-9+]{0,4}",
    ) {
        let text = format!("v1 had={had} set={set}{may} by={by} from=7 exp={exp} id=0123456789ab");
        if let Ok(lease) = text.parse::<Lease<Direction>>() {
            prop_assert_eq!(lease.to_string(), text);
        }
    }
}

#[test]
fn what_is_about_to_be_switched_stands_behind_what_was() {
    let text = "v1 had=- set=sched may=in+out by=a from=1 exp=2 id=000000000001";
    let lease: Lease<Direction> = text.parse().unwrap();
    assert_eq!(lease.may().len(), 2);
    assert_eq!(lease.to_string(), text);
    assert_eq!(
        refusal(&text.replace("may=in+out", "may=-")),
        LeaseError::Member("may")
    );
    assert_eq!(
        refusal(&text.replace("may=in+out", "may=sched")),
        LeaseError::Both("scheduled".to_owned())
    );
    let ours = |suspended: &[Direction]| lease.ours(&suspended.iter().copied().collect());
    assert_eq!(ours(&[ScaleIn, ScaleOut, Scheduled]).len(), 3);
    assert_eq!(ours(&[Scheduled]), [Scheduled].into());
    assert_eq!(ours(&[]), BTreeSet::new());
}

#[test]
fn a_renewed_lease_is_the_same_for_longer() {
    let text = "v1 had=- set=in by=a from=1 exp=2 id=000000000001";
    let lease: Lease<Direction> = text.parse().unwrap();
    assert_eq!(
        lease.renewed(UnixTime(10), 5).to_string(),
        text.replace("exp=2", "exp=15")
    );
}
