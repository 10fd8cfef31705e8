//! Files that are derived from the code, compared with the code: actions, tables, exit codes.
use std::fmt::Write as _;

use clap::{Arg, ArgAction};
use wharfie::exit::Exit;
use wharfie::{Realm, StageInfo, stages};

use crate::support::files::{compare, settle, text, with_section};

mod actions;

#[test]
fn stage_pages_hold_the_tables_of_inputs_and_outputs() {
    let mut differences = Vec::new();
    for stage in stages() {
        let page = format!("docs/stages/{}.md", stage.name);
        for (marker, body) in [
            ("inputs", inputs_table(&stage)),
            ("outputs", outputs_table(&stage)),
        ] {
            match with_section(&page, marker, &body) {
                Ok(expected) => differences.extend(compare(&page, &expected)),
                Err(error) => differences.push(error),
            }
        }
    }
    settle(&differences);
}

#[test]
fn the_readme_holds_the_tables_of_stages_and_exit_codes() {
    let mut differences = Vec::new();
    for (marker, body) in [
        ("stages", stages_table()),
        ("exit-codes", exit_table(false)),
    ] {
        match with_section("README.md", marker, &body) {
            Ok(expected) => differences.extend(compare("README.md", &expected)),
            Err(error) => differences.push(error),
        }
    }
    match with_section("docs/exit-codes.md", "exit-codes", &exit_table(true)) {
        Ok(expected) => differences.extend(compare("docs/exit-codes.md", &expected)),
        Err(error) => differences.push(error),
    }
    settle(&differences);
}

#[test]
fn every_option_has_its_environment_twin() {
    for stage in stages() {
        for option in options(&stage) {
            let long = option.get_long().unwrap();
            let twin = option
                .get_env()
                .map(|name| name.to_string_lossy().into_owned());
            assert_eq!(
                twin,
                Some(wharfie::shell::environment_twin(long)),
                "{} --{long}",
                stage.name
            );
            assert_ne!(twin.as_deref(), Some(actions::MARK), "--{long}");
        }
    }
}

#[test]
fn help_lines_follow_the_wording_rules() {
    for stage in stages() {
        for line in std::iter::once(stage.about.to_owned())
            .chain(options(&stage).iter().map(help))
            .chain(stage.outputs.iter().map(|output| output.about.to_owned()))
        {
            assert!(
                !line.is_empty(),
                "{}: an option without a help line",
                stage.name
            );
            assert!(
                !line.ends_with('.'),
                "{}: ends with a full stop: {line}",
                stage.name
            );
            assert!(
                !line.contains("${{"),
                "{}: an expression in a description breaks the action: {line}",
                stage.name
            );
        }
    }
}

#[test]
fn no_two_stages_explain_one_option_differently_by_accident() {
    // The options of the world and of the output are the same everywhere; those of a stage may differ in meaning, but then
    // also in words. This holds the shared ones together.
    let shared = [
        "region",
        "profile",
        "role-arn",
        "endpoint-url",
        "max-attempts",
        "format",
        "output-env",
        "color",
        "dry-run",
    ];
    for name in shared {
        let mut texts: Vec<String> = stages()
            .iter()
            // A file stage has no world of AWS: its Region is a fact about the files.
            .filter(|stage| name != "region" || stage.realm == Realm::Aws)
            .flat_map(|stage| {
                options(stage)
                    .into_iter()
                    .filter(|option| option.get_long() == Some(name))
                    .map(|option| help(&option))
            })
            .collect();
        texts.sort();
        texts.dedup();
        assert!(texts.len() <= 1, "--{name}: {texts:?}");
    }
}

/// The options that are inputs: all but help, version and completions.
fn options(stage: &StageInfo) -> Vec<Arg> {
    stage
        .command
        .get_arguments()
        .filter(|option| option.get_long().is_some_and(|long| long != "completions"))
        .filter(|option| {
            !matches!(
                option.get_action(),
                ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
            )
        })
        .cloned()
        .collect()
}

fn help(option: &Arg) -> String {
    option
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn default(option: &Arg) -> String {
    option
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect::<Vec<_>>()
        .join("\n")
}

fn repeatable(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::Append)
}

/// The words an option takes, if they are few and fixed.
fn words(option: &Arg) -> Option<String> {
    let values: Vec<String> = option
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn described(option: &Arg) -> String {
    let mut text = help(option);
    if let Some(words) = words(option) {
        let _ = write!(text, ": {words}");
    }
    if repeatable(option) {
        text.push_str(" (a list: one item a line)");
    }
    text
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn inputs_table(stage: &StageInfo) -> String {
    let mut text = "| input | default | what it is |\n|---|---|---|\n".to_owned();
    for option in options(stage) {
        let required = if option.is_required_set() {
            " (required)"
        } else {
            ""
        };
        let default = match default(&option).as_str() {
            "" => String::new(),
            value => format!("`{value}`"),
        };
        let _ = writeln!(
            text,
            "| `{}`{required} | {default} | {} |",
            option.get_long().unwrap(),
            cell(&described(&option))
        );
    }
    for extra in actions::extras(stage.name) {
        let _ = writeln!(
            text,
            "| `{}` (of the action alone) |  | {} |",
            extra.name,
            cell(extra.about)
        );
    }
    text
}

fn outputs_table(stage: &StageInfo) -> String {
    if stage.outputs.is_empty() {
        return "None.\n".to_owned();
    }
    let mut text = "| output | what it holds |\n|---|---|\n".to_owned();
    for output in stage.outputs {
        let _ = writeln!(text, "| `{}` | {} |", output.name, cell(output.about));
    }
    text
}

fn stages_table() -> String {
    let mut text = "| stage | what it does | needs |\n|---|---|---|\n".to_owned();
    for stage in stages() {
        let needs = match stage.realm {
            Realm::Files => "files",
            Realm::Aws => "AWS",
            Realm::Simulator => "nothing",
        };
        let _ = writeln!(
            text,
            "| [`{0}`](docs/stages/{0}.md) | {1} | {needs} |",
            stage.name,
            cell(stage.about)
        );
    }
    text
}

fn exit_table(advice: bool) -> String {
    let mut text = if advice {
        "| code | meaning | what to do |\n|---|---|---|\n"
    } else {
        "| code | meaning |\n|---|---|\n"
    }
    .to_owned();
    for exit in Exit::ALL {
        let _ = if advice {
            writeln!(
                text,
                "| {} | {} | {} |",
                exit.code(),
                cell(exit.meaning()),
                cell(exit.advice())
            )
        } else {
            writeln!(text, "| {} | {} |", exit.code(), cell(exit.meaning()))
        };
    }
    text
}

#[test]
fn the_installer_is_told_this_version_and_nothing_but_sums() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(text("actions/setup/version"), format!("{version}\n"));
    for line in text("actions/setup/sums").lines() {
        let sum = line.split("  ").next().unwrap_or_default();
        let sound = line.starts_with('#')
            || sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(sound, "neither a comment nor a sum: {line}");
        assert!(
            !line.contains(".tar.") || line.contains(&format!("-{version}-")),
            "the sum of another version: {line}"
        );
    }
}

#[test]
fn no_option_has_the_environment_of_the_installer() {
    let script = text("actions/setup/install.sh");
    for stage in stages() {
        for option in options(&stage) {
            let twin = wharfie::shell::environment_twin(option.get_long().unwrap());
            let named = script
                .split(|c: char| !c.is_ascii_uppercase() && c != '_')
                .any(|word| word == twin);
            assert!(
                !named,
                "{twin} is an option of {} and the installer's",
                stage.name
            );
        }
    }
}

#[test]
fn generated_files_name_no_version_that_is_not_this_one() {
    let version = env!("CARGO_PKG_VERSION");
    for line in text("README.md")
        .lines()
        .filter(|line| line.contains("wharfie/") && line.contains("@v"))
    {
        assert!(
            line.contains(&format!("@v{version}")),
            "another version than {version}: {line}"
        );
    }
}
