//! One recorded sequence of events in every rendering. A new event is reviewed here.
use std::time::Duration;

use serde_json::json;
use wharfie::domain::check::{Excerpt, Severity};
use wharfie::domain::place::Place;
use wharfie::report::{
    Blame, Event, Github, Human, Json, Judgement, LogTail, LogWriter, Remark, Report, Style, Tone,
};

use crate::support::files::{compare, settle, text};

fn happened(
    kind: &'static str,
    text: &str,
    fields: &serde_json::Value,
    tone: Tone,
    seconds: u64,
) -> Event {
    Event::Happened {
        subject: "demo/web".to_owned(),
        kind,
        text: text.to_owned(),
        fields: fields.as_object().cloned().unwrap(),
        tone,
        elapsed: Duration::from_secs(seconds),
    }
}

/// Every kind of event at least once, with text that would do harm if it were not made harmless.
#[expect(clippy::too_many_lines, reason = "one event of each kind")]
fn recorded() -> Vec<Event> {
    let nasty = "::error::x\u{1b}[31m ##[add-path]/evil <img src=x> `a` | *b*";
    let fields = json!({"task-definition": "web:8", "running": 1})
        .as_object()
        .cloned()
        .unwrap();
    vec![
        Event::Began {
            stage: "deploy-service",
            about: "roll out `web:8` to `demo/web`".to_owned(),
        },
        Event::Found {
            name: "image",
            value: "123456789012.dkr.ecr.us-east-1.amazonaws.com/web@sha256:0f1e".to_owned(),
        },
        Event::Wrote {
            what: "task-definition",
            path: "out/taskdef.json".to_owned(),
        },
        Event::Noted(
            Remark::new("key `revision` is set by ECS and was removed").at(Place::at(
                "taskdef.json",
                3,
                5,
            )),
        ),
        Event::Warned(
            Remark::new(nasty)
                .hint("set an image tag per commit")
                .at(Place::at("a,b:c.json", 7, 9)),
        ),
        Event::Planned {
            subject: "demo/web".to_owned(),
            lines: vec![
                "task definition: `web:7` -> `web:8`".to_owned(),
                "guards: circuit breaker with rollback".to_owned(),
            ],
        },
        Event::Compared {
            subject: "web".to_owned(),
            lines: vec![
                "~ containerDefinitions[web].image: `web:1` -> `web:2`".to_owned(),
                "+ cpu: `512`".to_owned(),
            ],
        },
        happened("linked", "following `arn`", &json!({}), Tone::Plain, 2),
        happened(
            "stage",
            "stage SCALE_UP",
            &json!({"lifecycleStage": "SCALE_UP"}),
            Tone::Plain,
            2,
        ),
        Event::Happened {
            subject: "demo/web".to_owned(),
            kind: "task-started",
            text: "1 task of `web:8` is running".to_owned(),
            fields,
            tone: Tone::Plain,
            elapsed: Duration::from_secs(12),
        },
        Event::Waiting {
            subject: "demo/web".to_owned(),
            text: "1 of 2 tasks".to_owned(),
            progress: Some((1, 2)),
            elapsed: Duration::from_secs(20),
        },
        Event::Waiting {
            subject: "demo/web".to_owned(),
            text: "1 of 2 tasks".to_owned(),
            progress: Some((1, 2)),
            elapsed: Duration::from_secs(55),
        },
        Event::Happened {
            subject: "demo/web".to_owned(),
            kind: "task-stopped",
            text: nasty.to_owned(),
            fields: serde_json::Map::new(),
            tone: Tone::Bad,
            elapsed: Duration::from_secs(65),
        },
        happened(
            "stage",
            nasty,
            &json!({"lifecycleStage": nasty}),
            Tone::Plain,
            66,
        ),
        happened("rolling-back", "rolling back", &json!({}), Tone::Bad, 70),
        Event::Judged(Judgement {
            rule: "TD017",
            severity: Severity::Error,
            text: "`cpu` is a number; a string is wanted".to_owned(),
            hint: "write it in quotes".to_owned(),
            place: Place::at("taskdef.json", 12, 10),
            path: "cpu".to_owned(),
            excerpt: Some(Excerpt {
                text: "  \"cpu\": 256, ::error::x ##[add-path]y".to_owned(),
                from: 9,
                width: 3,
            }),
        }),
        Event::Judged(Judgement {
            rule: "TD003",
            severity: Severity::Note,
            text: nasty.to_owned(),
            hint: nasty.to_owned(),
            place: Place::file("a,b:c.json"),
            path: "x".to_owned(),
            excerpt: None,
        }),
        Event::Blamed(Blame {
            subject: "demo/web".to_owned(),
            kind: "essential-container-exited".to_owned(),
            cause: "container `web` exited with 1".to_owned(),
            advice: Some("read the log lines below".to_owned()),
            count: 3,
            details: vec!["stopped reason: Essential container in task exited".to_owned()],
            log: Some(LogTail {
                writer: LogWriter::Container {
                    name: "web".to_owned(),
                    stream: "web/web/0123".to_owned(),
                },
                lines: vec![
                    "listening on 80".to_owned(),
                    nasty.to_owned(),
                    "::set-output name=a::b".to_owned(),
                ],
            }),
        }),
        happened(
            "verdict",
            "rolled back to `web:7`",
            &json!({"verdict": "rolled-back", "durationSeconds": 123}),
            Tone::Bad,
            125,
        ),
        Event::Ended {
            stage: "deploy-service",
            outcome: "rolled back to `web:7`".to_owned(),
            tone: Tone::Bad,
            took: Duration::from_secs(125),
        },
        Event::Tabled {
            title: "Stages",
            columns: vec!["stage", "result", "time"],
            rows: vec![vec![
                "deploy-service".to_owned(),
                "rolled back".to_owned(),
                "2 min 05 s".to_owned(),
            ]],
        },
        Event::Failed {
            text: "the deployment of `demo/web` was rolled back to `web:7`".to_owned(),
            hint: Some("mend the cause above and deploy again".to_owned()),
            place: None,
            exit: 6,
        },
        Event::Finished {
            exit: 6,
            outputs: vec![("verdict".to_owned(), "rolled-back".to_owned())],
        },
    ]
}

#[test]
fn one_sequence_of_events_reads_well_in_every_rendering() {
    let (mut err, mut out) = (Vec::new(), Vec::new());
    let mut human = Human::new(
        &mut err,
        &mut out,
        Style {
            color: false,
            terminal: false,
        },
    );
    for event in recorded() {
        human.tell(event);
    }
    let human = String::from_utf8(err).unwrap();
    assert!(
        out.is_empty(),
        "nothing but data belongs on standard output"
    );

    let (mut err, mut out) = (Vec::new(), Vec::new());
    let mut github = Github::new("deploy-service", &mut err, &mut out);
    for event in recorded() {
        github.tell(event);
    }
    let summary = github.summary().unwrap().to_owned();
    let log = String::from_utf8(err).unwrap();

    let mut lines = Vec::new();
    let mut json = Json::new(&mut lines);
    for event in recorded() {
        json.tell(event);
    }
    let lines = String::from_utf8(lines).unwrap();

    let differences: Vec<String> = [
        ("human.txt", human),
        ("github.txt", log),
        ("summary.md", summary),
        ("events.jsonl", lines),
    ]
    .into_iter()
    .filter_map(|(name, text)| compare(&format!("tests/fixtures/report/{name}"), &text))
    .collect();
    settle(&differences);
}

#[test]
fn text_from_outside_never_becomes_a_workflow_command() {
    let log = text("tests/fixtures/report/github.txt");
    let commands: Vec<&str> = log
        .lines()
        .filter(|line| line.trim_start().starts_with("::"))
        .collect();
    for command in &commands {
        let known = [
            "::group::",
            "::endgroup::",
            "::warning ",
            "::error ",
            "::notice ",
        ]
        .iter()
        .any(|start| command.starts_with(start));
        assert!(known, "{command}");
    }
    assert_eq!(commands.len(), 7, "{commands:#?}");
    assert!(
        !log.lines()
            .any(|line| line.contains("##[") && !line.starts_with("::")),
        "{log}"
    );
    assert!(!log.contains('\u{1b}'));
}

#[test]
fn data_goes_to_standard_output_and_nothing_else_does() {
    let (mut err, mut out) = (Vec::new(), Vec::new());
    let mut github = Github::new("render-taskdef", &mut err, &mut out);
    github.tell(Event::note("a note"));
    github.tell(Event::Data {
        what: "task-definition",
        text: "{}\n".to_owned(),
    });
    github.tell(Event::Finished {
        exit: 0,
        outputs: Vec::new(),
    });
    assert_eq!(String::from_utf8(out).unwrap(), "{}\n");
}

#[test]
fn a_summary_beyond_the_limit_is_cut_and_says_so() {
    let (mut err, mut out) = (Vec::new(), Vec::new());
    let mut github = Github::new("deploy-service", &mut err, &mut out);
    for number in 0..40_000 {
        github.tell(Event::note(format!(
            "notice number {number} with some more text to fill the page"
        )));
    }
    github.tell(Event::Finished {
        exit: 0,
        outputs: Vec::new(),
    });
    let summary = github.summary().unwrap();
    assert!(summary.len() <= 1024 * 1024, "{}", summary.len());
    assert!(summary.ends_with("the log has all of it)\n"));
}

#[test]
fn at_most_ten_annotations_of_a_kind_leave_the_step() {
    let (mut err, mut out) = (Vec::new(), Vec::new());
    let mut github = Github::new("check-pipeline", &mut err, &mut out);
    for number in 0..25 {
        github.tell(Event::warning(format!("warning {number}")));
    }
    github.tell(Event::Finished {
        exit: 0,
        outputs: Vec::new(),
    });
    let summary = github.summary().unwrap().to_owned();
    let log = String::from_utf8(err).unwrap();
    assert_eq!(
        log.lines()
            .filter(|line| line.starts_with("::warning "))
            .count(),
        10
    );
    assert!(
        summary.contains("warning 24"),
        "the rest stands in the summary"
    );
}
