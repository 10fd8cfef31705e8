//! What every stage promises, tried on every shipped binary.
use clap::ArgAction;
use serde_json::Value;
use wharfie::stages;

use crate::support::run::{Folder, github_outputs, stage};

/// The stages whose binaries this build has.
fn built() -> Vec<&'static str> {
    let built: Vec<&str> = stages()
        .iter()
        .map(|stage| stage.name)
        // cargo names the binaries of other features too, built or not.
        .filter(|name| {
            std::env::var(format!("CARGO_BIN_EXE_wharfie-{name}"))
                .is_ok_and(|path| std::path::Path::new(&path).exists())
        })
        .collect();
    assert!(built.contains(&"render-taskdef"), "{built:?}");
    built
}

#[cfg(all(unix, feature = "aws", feature = "sim"))]
#[test]
fn the_executable_of_all_stages_is_each_of_them_by_its_name() {
    let folder = Folder::new();
    let whole = std::path::PathBuf::from(std::env::var("CARGO_BIN_EXE_wharfie").unwrap());
    let call = |program: &std::path::Path| {
        let output = std::process::Command::new(program)
            .arg("--version")
            .env_clear()
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, named) = call(&whole);
    assert_eq!(code, Some(2), "{named}");
    for stage_info in stages() {
        let name = format!("wharfie-{}", stage_info.name);
        assert!(named.contains(&name), "{named}");
        let link = folder.path().join(&name);
        std::os::unix::fs::symlink(&whole, &link).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(call(&link), (Some(0), format!("{name} {version}\n")));
    }
}

#[test]
fn help_shows_every_option_with_its_environment_twin_and_examples() {
    let folder = Folder::new();
    for stage_info in stages()
        .into_iter()
        .filter(|stage| built().contains(&stage.name))
    {
        let outcome = stage(stage_info.name, &folder)
            .arg("--help")
            .run()
            .expect(0);
        assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
        assert!(
            outcome.stdout.contains(stage_info.about),
            "{}",
            outcome.stdout
        );
        assert!(
            outcome.stdout.contains("Examples:\n  # "),
            "{}",
            outcome.stdout
        );
        for option in stage_info
            .command
            .get_arguments()
            .filter(|option| matches!(option.get_action(), ArgAction::Set | ArgAction::Append))
        {
            let long = option.get_long().unwrap();
            assert!(
                outcome.stdout.contains(&format!("--{long}")),
                "{}: --{long}",
                stage_info.name
            );
            if long != "completions" {
                let twin = format!("[env: {}", wharfie::shell::environment_twin(long));
                assert!(
                    outcome.stdout.contains(&twin),
                    "{}: {twin}\n{}",
                    stage_info.name,
                    outcome.stdout
                );
            }
        }
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let folder = Folder::new();
    for name in built() {
        let outcome = stage(name, &folder).arg("--version").run().expect(0);
        assert_eq!(
            outcome.stdout,
            format!("wharfie-{name} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn completions_need_no_other_argument() {
    let folder = Folder::new();
    for name in built() {
        for shell in ["bash", "zsh", "fish"] {
            let outcome = stage(name, &folder)
                .args(&format!("--completions {shell}"))
                .run()
                .expect(0);
            assert!(
                outcome.stdout.contains(&format!("wharfie-{name}")),
                "{name} {shell}"
            );
        }
    }
}

#[test]
fn an_unknown_option_is_a_usage_error_in_every_format() {
    let folder = Folder::new();
    for name in built() {
        stage(name, &folder)
            .arg("--no-such-option")
            .run()
            .expect(2)
            .says("--no-such-option");

        let outcome = stage(name, &folder)
            .args("--format json --no-such-option")
            .run()
            .expect(2);
        let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(
            last,
            serde_json::json!({"event": "finished", "exit": 2, "outputs": {}}),
            "{name}"
        );

        let outcome = stage(name, &folder)
            .in_workflow()
            .arg("--no-such-option")
            .run()
            .expect(2);
        assert!(
            outcome.stderr.starts_with("::error title=wharfie "),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stdout.is_empty());
    }
}

#[test]
fn a_required_option_is_asked_for_even_when_its_variable_is_there_but_empty() {
    let folder = Folder::new();
    stage("render-taskdef", &folder)
        .env("WHARFIE_TASK_DEFINITION", "")
        .run()
        .expect(2)
        .says("--task-definition");
}

const TASKDEF: &str = r#"{"family":"web","containerDefinitions":[{"name":"web","image":"web:1"}]}"#;

#[test]
fn an_option_beats_its_variable_and_an_empty_variable_is_no_value() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let outcome = stage("render-taskdef", &folder)
        .args("--task-definition taskdef.json --container-name web --image web:flag")
        .env("WHARFIE_IMAGE", "web:variable")
        .env("WHARFIE_FAMILY", "")
        .env("WHARFIE_FORMAT", "")
        .run()
        .expect(0);
    assert!(
        outcome.stdout.contains("web:flag") && outcome.stdout.contains(r#""family": "web""#),
        "{}",
        outcome.stdout
    );

    let outcome = stage("render-taskdef", &folder)
        .env("WHARFIE_TASK_DEFINITION", "taskdef.json")
        .env("WHARFIE_IMAGES", "\n  web=web:variable \n\n")
        .run()
        .expect(0);
    assert!(
        outcome.stdout.contains("web:variable"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_switch_takes_the_six_words_and_refuses_every_other() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    for (word, code) in [
        ("yes", 0),
        ("NO", 0),
        ("1", 0),
        ("on", 2),
        ("treu", 2),
        ("3x", 2),
    ] {
        stage("render-taskdef", &folder)
            .args("--task-definition taskdef.json --images web=web:2")
            .env("WHARFIE_REPLACE_ENVIRONMENT", word)
            .run()
            .expect(code);
    }
}

#[test]
fn a_closed_pipe_is_not_a_panic() {
    let folder = Folder::new();
    let large = format!(
        r#"{{"family":"web","containerDefinitions":[{{"name":"web","image":"web:1","command":["{}"]}}]}}"#,
        "x".repeat(1_000_000)
    );
    folder.write("taskdef.json", &large);
    let mut child = stage("render-taskdef", &folder)
        .args("--task-definition taskdef.json --images web=web:2")
        .spawn();
    drop(child.stdout.take());
    let outcome = crate::support::run::ended(child).expect(0);
    assert!(
        !outcome.stderr.contains("panic") && !outcome.stderr.contains("bug"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn outputs_reach_a_workflow_a_shell_and_a_program() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    stage("render-taskdef", &folder)
        .in_workflow()
        .args("--task-definition taskdef.json --images web=web:2 --output out.json --output-env out.env")
        .run()
        .expect(0);
    let outputs = github_outputs(&folder.read("github-output"));
    assert!(
        outputs.contains(&("image".to_owned(), "web:2".to_owned())),
        "{outputs:?}"
    );
    assert!(
        folder
            .read("out.env")
            .contains("WHARFIE_OUT_IMAGE='web:2'\n"),
        "{}",
        folder.read("out.env")
    );
    assert!(
        folder.read("github-summary").contains("`web:2`"),
        "{}",
        folder.read("github-summary")
    );

    let outcome = stage("render-taskdef", &folder)
        .args("--task-definition taskdef.json --images web=web:2 --format json")
        .run()
        .expect(0);
    let events: Vec<Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        events.iter().any(|event| event["event"] == "data"),
        "the document is an event too: {events:?}"
    );
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["exit"], &last["outputs"]["image"]),
        (&"finished".into(), &0.into(), &"web:2".into())
    );
}

#[test]
fn a_workflow_error_names_the_file_and_the_line() {
    let folder = Folder::new();
    folder.write(
        "taskdef.json",
        "{\n  \"family\": \"web\",\n  \"family\": \"two\"\n}\n",
    );
    let outcome = stage("render-taskdef", &folder)
        .in_workflow()
        .args("--task-definition taskdef.json --images web=web:2")
        .run()
        .expect(3);
    assert!(
        outcome
            .stderr
            .lines()
            .any(|line| line.starts_with("::error file=taskdef.json,line=3,col=3,")),
        "{}",
        outcome.stderr
    );
}
