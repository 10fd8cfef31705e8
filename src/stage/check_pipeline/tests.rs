//! What the stage reads, tells, writes and how it ends.
use std::path::PathBuf;

use super::*;
use crate::exit::Exit;
use crate::ports::fake::FakeFiles;
use crate::report::Recorder;

const BROKEN: &str = "{\"family\": \"my web\",\n\"containerDefinitions\": [\n {\"name\": \"web\", \"image\": \"a:1\", \"memory\": 5}]}";

/// Runs the stage with a task definition in `t.json`.
fn run(stage: CheckPipeline, text: &str) -> (Result<Outputs, Error>, Vec<Event>, FakeFiles) {
    let files = FakeFiles::default();
    files.write(Path::new("t.json"), text).unwrap();
    let mut recorder = Recorder::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let ended = runtime.block_on(stage.run(&files, &mut recorder));
    (ended, recorder.0, files)
}

fn stage() -> CheckPipeline {
    CheckPipeline {
        task_definition: Some(Input(PathBuf::from("t.json"))),
        ..CheckPipeline::default()
    }
}

fn ignoring(text: &str) -> CheckPipeline {
    CheckPipeline {
        ignore: vec![text.parse().unwrap()],
        ..stage()
    }
}

fn judgements(events: &[Event]) -> Vec<&Judgement> {
    let judged = events.iter().filter_map(|event| match event {
        Event::Judged(judgement) => Some(judgement),
        _ => None,
    });
    judged.collect()
}

#[test]
fn an_error_is_told_with_its_line_and_ends_with_the_exit_of_input() {
    let (ended, events, files) = run(stage(), BROKEN);
    let error = ended.unwrap_err();
    assert_eq!(error.cause.exit(), Exit::Input);
    assert_eq!(error.outputs.get("errors"), Some("1"));
    let judged = judgements(&events);
    let family = judged.iter().find(|one| one.rule == "TD004").unwrap();
    assert_eq!(family.place.to_string(), "t.json:1:12");
    let excerpt = family.excerpt.as_ref().unwrap();
    assert_eq!(excerpt.text, "{\"family\": \"my web\",");
    assert_eq!((excerpt.from, excerpt.width), (11, 8));
    let report = files
        .read(Path::new("temporary/check-report.json"))
        .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["errors"], 1);
    assert_eq!(report["files"][0]["kind"], "task-definition");
    assert_eq!(report["findings"].as_array().unwrap().len(), judged.len());
}

#[test]
fn warnings_end_well_unless_they_are_denied() {
    let text = BROKEN.replace("my web", "my-web");
    let (ended, events, _) = run(stage(), &text);
    let outputs = ended.unwrap();
    assert_eq!(outputs.get("errors"), Some("0"));
    let warnings = judgements(&events)
        .iter()
        .filter(|one| one.severity == Severity::Warning)
        .count();
    assert!(warnings > 0);
    assert_eq!(outputs.get("warnings"), Some(warnings.to_string().as_str()));
    let denying = CheckPipeline {
        deny_warnings: Some(Switch(true)),
        ..stage()
    };
    let error = run(denying, &text).0.unwrap_err();
    assert!(
        error.text.ends_with("and warnings are denied"),
        "{}",
        error.text
    );
    assert_eq!(error.cause, Cause::Input);
}

#[test]
fn an_ignored_rule_is_counted_out_told_once_and_kept_in_the_report() {
    let (ended, events, files) = run(ignoring("TD004 an old name"), BROKEN);
    assert_eq!(ended.unwrap().get("errors"), Some("0"));
    assert!(judgements(&events).iter().all(|one| one.rule != "TD004"));
    assert!(events.contains(&Event::note("ignored 1 of `TD004`: an old name")));
    let report = files
        .read(Path::new("temporary/check-report.json"))
        .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["rule"] == "TD004")
        .unwrap();
    assert_eq!(
        (&finding["ignored"], &finding["reason"]),
        (&true.into(), &"an old name".into())
    );
}

#[test]
fn a_rule_that_is_ignored_in_vain_is_named() {
    let (_, events, _) = run(ignoring("TD021"), BROKEN);
    let vain = Remark::new("nothing breaks a rule that is ignored: `TD021`")
        .hint("remove it from `ignore`");
    assert!(events.contains(&Event::Noted(vain)));
}

#[test]
fn a_file_that_cannot_be_read_as_a_document_is_a_finding_and_shows_no_value() {
    let (ended, events, _) = run(stage(), "{\"password\": \"hunter2\"\n\"b\": 1}");
    assert_eq!(ended.unwrap_err().cause, Cause::Input);
    let judged = judgements(&events);
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].rule, "FL001");
    assert!(!format!("{events:?}").contains("hunter2"));
}

#[test]
fn sarif_goes_to_its_file_or_to_standard_output() {
    let to_file = CheckPipeline {
        sarif: Some("out.sarif".parse().unwrap()),
        ..stage()
    };
    let (_, events, files) = run(to_file, BROKEN);
    assert!(
        files
            .read(Path::new("out.sarif"))
            .unwrap()
            .contains("\"2.1.0\"")
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Wrote { what: "sarif", .. }))
    );
    let to_stdout = CheckPipeline {
        sarif: Some("-".parse().unwrap()),
        ..stage()
    };
    let (_, events, _) = run(to_stdout, BROKEN);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Data { what: "sarif", .. }))
    );
}

#[test]
fn without_a_file_or_with_standard_input_twice_there_is_nothing_to_check() {
    let error = run(CheckPipeline::default(), BROKEN).0.unwrap_err();
    assert_eq!(
        (error.cause, error.text.as_str()),
        (Cause::Usage, "no file to check")
    );
    let stdin = || Some(Input(PathBuf::from("-")));
    let twice = CheckPipeline {
        task_definition: stdin(),
        appspec: stdin(),
        ..CheckPipeline::default()
    };
    assert_eq!(run(twice, BROKEN).0.unwrap_err().cause, Cause::Usage);
    let missing = CheckPipeline {
        appspec: Some(Input(PathBuf::from("no.yaml"))),
        ..stage()
    };
    assert_eq!(run(missing, BROKEN).0.unwrap_err().cause, Cause::Input);
}

#[test]
fn a_placeholder_may_be_named_with_its_brackets() {
    for name in [
        "IMAGE1_NAME",
        "<IMAGE1_NAME>",
        "${IMAGE1_NAME}",
        "{{ IMAGE1_NAME }}",
    ] {
        assert_eq!(bare(name), "IMAGE1_NAME");
    }
}

#[test]
fn notes_of_one_rule_are_told_as_one_and_counted_each() {
    let text = BROKEN.replace(
        "\"memory\": 5",
        "\"memory\": 5, \"quiteNew\": 1,\n\"newer\": 2,\n\"new still\": 3",
    );
    let (_, events, files) = run(stage(), &text);
    let judged = judgements(&events);
    let notes: Vec<_> = judged.iter().filter(|one| one.rule == "TD003").collect();
    assert_eq!(notes.len(), 1);
    assert_eq!(
        notes[0].text,
        "unknown key: `quiteNew` (and 2 more, on lines 4, 5)"
    );
    let report = files
        .read(Path::new("temporary/check-report.json"))
        .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let all = report["findings"].as_array().unwrap();
    assert_eq!(all.iter().filter(|one| one["rule"] == "TD003").count(), 3);
}
