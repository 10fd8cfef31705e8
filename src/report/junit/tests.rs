//! Which cases a run has, and that no text leaves its place.
use serde_json::json;

use super::*;
use crate::domain::place::Place;
use crate::report::timeline::tests::happened;
use crate::report::{LogTail, LogWriter};

fn page(stage: &'static str, events: Vec<Event>) -> String {
    let mut junit = Junit::new(stage);
    for event in events {
        junit.tell(event);
    }
    junit.page()
}

fn blame(subject: &str) -> Event {
    Event::Blamed(Blame {
        subject: subject.to_owned(),
        kind: "exited".to_owned(),
        cause: "container `web` exited with code 1".to_owned(),
        advice: Some("read the log".to_owned()),
        count: 2,
        details: vec!["2 tasks stopped".to_owned()],
        log: Some(LogTail {
            writer: LogWriter::Container {
                name: "web".to_owned(),
                stream: "s".to_owned(),
            },
            lines: vec!["]]><evil a=\"b\">&amp;\u{0}\u{1b}[31m\u{ffff}".to_owned()],
        }),
    })
}

fn failed(exit: u8) -> Event {
    Event::Failed {
        text: "it did not work".to_owned(),
        hint: Some("try again".to_owned()),
        place: None,
        exit,
    }
}

#[test]
fn each_service_is_a_case_with_its_time_and_its_own_causes() {
    let good = json!({"verdict": "deployed", "durationSeconds": 61});
    let bad = json!({"verdict": "rolled-back", "durationSeconds": 90});
    let page = page(
        "deploy-service",
        vec![
            happened("api", VERDICT, 61, &good, Tone::Good),
            blame("web"),
            happened("web", VERDICT, 90, &bad, Tone::Bad),
            failed(6),
        ],
    );
    assert_eq!(
        page,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wharfie deploy-service" tests="2" failures="1" errors="0" time="90.000">
  <testsuite name="wharfie deploy-service" tests="2" failures="1" errors="0" skipped="0" time="90.000">
    <testcase classname="wharfie.deploy-service" name="api" time="61.000">
      <system-out>verdict</system-out>
    </testcase>
    <testcase classname="wharfie.deploy-service" name="web" time="90.000">
      <failure message="verdict" type="rolled-back">verdict
cause: web: container `web` exited with code 1 (2 times)
  2 tasks stopped
  advice: read the log
  last lines of container `web` (s):
    | ]]&gt;&lt;evil a="b"&gt;&amp;amp;
</failure>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn a_deployment_that_is_not_waited_for_is_skipped() {
    let fields = json!({"verdict": "in-progress"});
    let page = page(
        "deploy-service",
        vec![happened("web", VERDICT, 1, &fields, Tone::Plain)],
    );
    assert!(
        page.contains(r#"skipped="1""#) && page.contains("<skipped message="),
        "{page}"
    );
}

#[test]
fn a_run_that_could_not_begin_is_an_error_and_one_that_found_something_a_failure() {
    for (exit, element) in [(4, "error"), (5, "error"), (3, "failure"), (7, "failure")] {
        let page = page("deploy-service", vec![failed(exit)]);
        let case = format!(
            "<testcase classname=\"wharfie\" name=\"deploy-service\">\n      \
             <{element} message=\"it did not work&#10;hint: try again\" type=\"exit-{exit}\">"
        );
        assert!(page.contains(&case), "{page}");
    }
    assert!(page("render-taskdef", Vec::new()).contains(r#"tests="1" failures="0" errors="0""#));
}

#[test]
fn a_deployment_that_went_well_in_a_run_that_did_not_leaves_a_case_for_the_run() {
    let good = json!({"verdict": "deployed"});
    let page = page(
        "deploy-service",
        vec![happened("web", VERDICT, 61, &good, Tone::Good), failed(8)],
    );
    assert!(
        page.contains(r#"tests="2" failures="0" errors="1""#),
        "{page}"
    );
}

#[test]
fn each_stage_of_a_pipeline_is_a_case_and_so_is_each_service_in_it() {
    let ended = |stage, tone| Event::Ended {
        stage,
        outcome: "x".to_owned(),
        tone,
        took: Duration::from_millis(1500),
    };
    let began = Event::Began {
        stage: "deploy-service",
        about: "x".to_owned(),
    };
    let bad = json!({"verdict": "failed"});
    let page = page(
        "run-pipeline",
        vec![
            ended("render-taskdef", Tone::Good),
            ended("write-appspec", Tone::Plain),
            began,
            happened("web", VERDICT, 2, &bad, Tone::Bad),
            ended("deploy-service", Tone::Bad),
            failed(6),
        ],
    );
    for case in [
        r#"classname="wharfie.run-pipeline" name="render-taskdef" time="1.500""#,
        r#"classname="wharfie.deploy-service" name="web""#,
        r#"classname="wharfie.run-pipeline" name="deploy-service" time="1.500""#,
        r#"tests="4" failures="2" errors="0" skipped="1""#,
    ] {
        assert!(page.contains(case), "{case}\n{page}");
    }
}

#[test]
fn a_file_is_a_case_that_fails_for_its_errors_and_notes_its_warnings() {
    let judged = |rule, severity, file: &str| {
        Event::Judged(Judgement {
            rule,
            severity,
            text: "no port".to_owned(),
            hint: "use one".to_owned(),
            place: Place::at(file, 3, 4),
            path: "a".to_owned(),
            excerpt: None,
        })
    };
    let page = page(
        "check-pipeline",
        vec![
            judged("TD001", Severity::Warning, "a\".json"),
            judged("TD002", Severity::Error, "a\".json"),
            judged("TD003", Severity::Error, "a\".json"),
            judged("TD004", Severity::Note, "b.json"),
            failed(3),
        ],
    );
    for part in [
        r#"tests="2" failures="1""#,
        r#"name="a&quot;.json""#,
        r#"message="no port" type="TD002">error: a".json:3:4: TD002: no port (use one)"#,
        "TD003",
        "<system-out>warning: a\".json:3:4: TD001",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn a_task_is_a_case_beside_the_service_of_the_same_name() {
    let page = page(
        "deploy-service",
        vec![
            blame("web"),
            happened(
                "web",
                TASK_VERDICT,
                12,
                &json!({"verdict": "failed", "durationSeconds": 12}),
                Tone::Bad,
            ),
            failed(6),
        ],
    );
    assert!(
        page.contains(
            r#"<testcase classname="wharfie.deploy-service" name="task of web" time="12.000">"#
        ),
        "{page}"
    );
    assert!(page.contains(r#"type="failed""#), "{page}");
    assert!(
        page.contains("cause: web: container `web` exited with code 1"),
        "{page}"
    );
    assert!(
        page.contains(r#"tests="1" failures="1" errors="0""#),
        "{page}"
    );
}
