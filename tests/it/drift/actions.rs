//! The actions, derived from the options and outputs of their stages. The one at the root is written by hand, but for the inputs,
//! the outputs and the environment of its pipeline.
use std::fmt::Write as _;

use clap::Arg;
use wharfie::{StageInfo, stages};

use super::{default, described, options};
use crate::support::files::{between, compare, settle};

mod official;

pub(super) use official::extras;

/// The variable by which a binary knows that an action runs it: the name of the stage.
pub(super) const MARK: &str = "WHARFIE_STEP";

#[test]
fn actions_are_what_the_options_say() {
    let mut differences: Vec<String> = stages()
        .iter()
        .filter_map(|stage| {
            compare(
                &format!("actions/{}/action.yml", stage.name),
                &action(stage),
            )
        })
        .collect();
    let pipeline = stages()
        .into_iter()
        .find(|stage| stage.name == "run-pipeline")
        .unwrap();
    for (marker, body) in [
        ("inputs", inputs(&pipeline)),
        ("outputs", outputs(&pipeline)),
        ("environment", environment(&pipeline)),
    ] {
        let (open, close) = (format!("# {marker}\n"), format!("# /{marker}"));
        match between("action.yml", &open, &close, &body) {
            Ok(expected) => differences.extend(compare("action.yml", &expected)),
            Err(error) => differences.push(error),
        }
    }
    settle(&differences);
}

fn action(stage: &StageInfo) -> String {
    let mut text = format!(
        "name: {}\ndescription: {}\n# Derived from the options of the binary; `SNAPSHOTS=overwrite cargo test --test it drift` writes it.\n",
        quoted(&format!("wharfie {}", stage.name)),
        quoted(stage.about)
    );
    let _ = write!(text, "inputs:\n{}", inputs(stage));
    if !stage.outputs.is_empty() {
        let _ = write!(text, "outputs:\n{}", outputs(stage));
    }
    let _ = write!(
        text,
        "runs:\n  using: composite\n  steps:\n{}    - id: run\n      shell: sh\n      env:\n{}",
        official::steps(stage.name),
        environment(stage)
    );
    text.push_str(&script(stage.name));
    text
}

/// A YAML double-quoted scalar: JSON's strings are a part of YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn inputs(stage: &StageInfo) -> String {
    let mut text = String::new();
    for option in options(stage) {
        let _ = write!(
            text,
            "  {}:\n    description: {}\n    required: {}\n    default: {}\n",
            option.get_long().unwrap(),
            quoted(&described(&option)),
            is_required(stage, &option),
            quoted(&default(&option))
        );
    }
    for extra in extras(stage.name) {
        let _ = write!(
            text,
            "  {}:\n    description: {}\n    required: false\n    default: \"\"\n",
            extra.name,
            quoted(extra.about),
        );
    }
    text
}

/// Whether an input is required: the option is, and no other input stands for it.
fn is_required(stage: &StageInfo, option: &Arg) -> bool {
    option.is_required_set() && !official::has_another(stage.name, option.get_long().unwrap())
}

fn outputs(stage: &StageInfo) -> String {
    let mut text = String::new();
    for output in stage.outputs {
        let _ = write!(
            text,
            "  {0}:\n    description: {1}\n    value: ${{{{ steps.run.outputs.{0} }}}}\n",
            output.name,
            quoted(output.about),
        );
    }
    text
}

fn environment(stage: &StageInfo) -> String {
    let mut text = format!("        {MARK}: {}\n", stage.name);
    for option in options(stage) {
        let name = option.get_long().unwrap();
        let _ = writeln!(
            text,
            "        {}: ${{{{ {} }}}}",
            wharfie::shell::environment_twin(name),
            official::value(stage.name, name)
        );
    }
    text
}

/// What a step of an action runs: the binary of a stage, found and checked by the installer that came with the action. The
/// shell is replaced by it, because the runner signals this process alone.
pub(super) fn script(stage: &str) -> String {
    format!(
        "      run: |\n        binary=$(sh \"$GITHUB_ACTION_PATH/../setup/install.sh\" {stage})\n        exec \"$binary\"\n"
    )
}
