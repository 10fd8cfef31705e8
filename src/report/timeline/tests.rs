//! What is kept of what happened.
use super::*;

pub(in crate::report) fn happened(
    subject: &str,
    kind: &'static str,
    seconds: u64,
    fields: &Value,
    tone: Tone,
) -> Event {
    Event::Happened {
        subject: subject.to_owned(),
        kind,
        text: kind.to_owned(),
        fields: fields.as_object().cloned().unwrap_or_default(),
        tone,
        elapsed: Duration::from_secs(seconds),
    }
}

pub(in crate::report) fn of(events: &[Event]) -> Timeline {
    let mut timeline = Timeline::default();
    for event in events {
        timeline.take(event);
    }
    timeline
}

fn phases(timeline: &Timeline) -> Vec<(String, u64, Option<u64>, bool)> {
    let course = timeline.of("web").unwrap();
    let phases = course.phases.iter().map(|phase| {
        let to = phase.to.map(|to| to.as_secs());
        (
            phase.what.clone(),
            phase.from.as_secs(),
            to,
            phase.tone == Tone::Bad,
        )
    });
    phases.collect()
}

#[test]
fn a_rolling_deployment_that_goes_back_has_two_phases_and_what_failed_in_between() {
    let plain = Tone::Plain;
    let timeline = of(&[
        happened("web", "progress", 2, &json!({}), plain),
        happened(
            "web",
            "tasks-started",
            30,
            &json!({"tasks": ["a", "b"]}),
            plain,
        ),
        happened("web", "tasks-failed", 35, &json!({"count": 2}), Tone::Bad),
        happened("web", "rolling-back", 60, &json!({}), Tone::Bad),
        happened(
            "web",
            "guard",
            60,
            &json!({"guard": "circuit breaker"}),
            Tone::Bad,
        ),
        happened(
            "web",
            VERDICT,
            90,
            &json!({"verdict": "rolled-back"}),
            Tone::Bad,
        ),
    ]);
    assert_eq!(
        phases(&timeline),
        [
            ("rolling out".to_owned(), 2, Some(60), false),
            ("rolling back".to_owned(), 60, Some(90), true),
        ]
    );
    let course = timeline.of("web").unwrap();
    let moments: Vec<&str> = course
        .moments
        .iter()
        .map(|moment| moment.what.as_str())
        .collect();
    assert_eq!(
        moments,
        [
            "2 tasks began to run",
            "2 tasks failed",
            "circuit breaker triggered"
        ]
    );
    assert_eq!(course.end.as_ref().unwrap().verdict, "rolled-back");
}

#[test]
fn stages_follow_each_other_and_those_on_the_way_back_are_part_of_going_back() {
    let stage = |name: &str, at| {
        happened(
            "web",
            "stage",
            at,
            &json!({"lifecycleStage": name}),
            Tone::Plain,
        )
    };
    let timeline = of(&[
        happened("web", "linked", 1, &json!({}), Tone::Plain),
        stage("SCALE_UP", 1),
        stage("BAKE_TIME", 40),
        happened("web", "rolling-back", 50, &json!({}), Tone::Bad),
        stage("CLEAN_UP", 55),
    ]);
    assert_eq!(
        phases(&timeline),
        [
            ("SCALE_UP".to_owned(), 1, Some(40), false),
            ("BAKE_TIME".to_owned(), 40, Some(50), false),
            ("rolling back".to_owned(), 50, Some(55), true),
            ("CLEAN_UP".to_owned(), 55, None, true),
        ]
    );
}

#[test]
fn lifecycle_events_of_codedeploy_are_phases_each_once_and_those_that_were_left_out_are_none() {
    let event = |name: &str, status: &str, at| {
        let fields = json!({"lifecycleEventName": name, "status": status});
        happened("web", "lifecycle-event", at, &fields, Tone::Plain)
    };
    let timeline = of(&[
        happened("web", "codedeploy-status", 1, &json!({}), Tone::Plain),
        event("BeforeInstall", "Skipped", 1),
        event("Install", "InProgress", 1),
        event("Install", "Succeeded", 60),
        event("AllowTraffic", "InProgress", 60),
        happened(
            "web",
            "traffic-weights",
            61,
            &json!({"green": 10.0, "blue": 90.0}),
            Tone::Plain,
        ),
        event("AllowTraffic", "Failed", 90),
        happened("web", "rollback-deployment", 91, &json!({}), Tone::Bad),
        event("Install", "Succeeded", 95),
    ]);
    assert_eq!(
        phases(&timeline),
        [
            ("Install".to_owned(), 1, Some(60), false),
            ("AllowTraffic".to_owned(), 60, Some(90), true),
            ("rolling back".to_owned(), 91, Some(95), true),
            ("Install".to_owned(), 95, Some(95), true),
        ]
    );
    let moments = &timeline.of("web").unwrap().moments;
    assert_eq!(moments[0].what, "traffic 10 % new, 90 % old");
}

#[test]
fn a_service_that_fails_without_end_keeps_a_bounded_timeline() {
    let failed = |at| happened("web", "tasks-failed", at, &json!({"count": 1}), Tone::Bad);
    let events: Vec<Event> = std::iter::once(happened("web", "linked", 0, &json!({}), Tone::Plain))
        .chain((1..1000).map(failed))
        .collect();
    let timeline = of(&events);
    let course = timeline.of("web").unwrap();
    assert_eq!(
        (course.moments.len(), course.more),
        (MOMENTS, 999 - MOMENTS)
    );
    assert_eq!(course.object()["moreMoments"], 999 - MOMENTS);
}

#[test]
fn what_is_not_known_and_what_no_rollout_belongs_to_is_left_out() {
    let timeline = of(&[
        happened("web", "of-the-future", 1, &json!({}), Tone::Plain),
        Event::note("a note"),
    ]);
    assert_eq!(timeline.courses().count(), 0);
}
