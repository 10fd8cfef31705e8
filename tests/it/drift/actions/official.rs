//! What two actions take besides the options of their binaries, so that a workflow written for the official action of that task
//! goes on when its `uses:` is changed. `docs/migrating.md` says what each means here.
use std::fmt::Write as _;

use super::{MARK, script};

/// An input that is none of the binary's options.
pub(crate) struct Extra {
    /// Its name, as the official action has it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
}

const RENDER: &[Extra] = &[
    Extra {
        name: "task-definition-arn",
        about: "Without `task-definition`: revision in ECS that is fetched and taken instead of a file",
    },
    Extra {
        name: "task-definition-family",
        about: "Without `task-definition`: family in ECS whose newest revision is fetched and taken, or `family:revision`",
    },
    Extra {
        name: "task-definition-revision",
        about: "Revision of `task-definition-family`, instead of the newest",
    },
];

const DEPLOY: &[Extra] = &[
    Extra {
        name: "max-retries",
        about: "The same as `max-attempts`, by the name the official action has for it",
    },
    Extra {
        name: "wait-max-delay-seconds",
        about: "Not needed: the longest pause between two looks is 5 seconds; taken for workflows of the official action",
    },
    Extra {
        name: "keep-null-value-keys",
        about: "Not needed: nothing is taken out of a task definition; taken for workflows of the official action",
    },
];

/// The inputs of a stage's action that are none of its binary's options.
pub(crate) fn extras(stage: &str) -> &'static [Extra] {
    match stage {
        "render-taskdef" => RENDER,
        "deploy-service" => DEPLOY,
        _ => &[],
    }
}

/// Whether another input stands for an option that the binary requires.
pub(crate) fn has_another(stage: &str, option: &str) -> bool {
    (stage, option) == ("render-taskdef", "task-definition")
}

/// The expression that gives an option its value.
pub(crate) fn value(stage: &str, option: &str) -> String {
    match (stage, option) {
        ("render-taskdef", "task-definition") => {
            "inputs.task-definition || steps.fetch.outputs.task-definition".to_owned()
        }
        ("deploy-service", "max-attempts") => {
            "inputs.max-retries || inputs.max-attempts".to_owned()
        }
        _ => format!("inputs.{option}"),
    }
}

/// The steps before the one that runs the binary.
pub(crate) fn steps(stage: &str) -> String {
    match stage {
        "render-taskdef" => fetch(),
        "deploy-service" => note(),
        _ => String::new(),
    }
}

/// Any of these inputs is set.
fn any(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("inputs.{name} != ''"))
        .collect::<Vec<_>>()
        .join(" || ")
}

/// Without a file, a revision that is registered is taken, as the official action does it.
fn fetch() -> String {
    let names: Vec<&str> = RENDER.iter().map(|extra| extra.name).collect();
    let wanted = any(&names);
    let passed_over =
        "task-definition is taken; the revision in ECS that is named too is not looked at";
    let both = tell(
        &format!("inputs.task-definition != '' && ({wanted})"),
        "warning title=render-taskdef",
        passed_over,
    );
    let mut text = format!(
        "    - id: fetch\n      if: inputs.task-definition == '' && ({wanted})\n      shell: sh\n      env:\n        {MARK}: fetch-taskdef\n"
    );
    for name in [
        "task-definition-arn",
        "task-definition-family",
        "task-definition-revision",
        "format",
        "color",
    ] {
        let twin = wharfie::shell::environment_twin(name);
        let _ = writeln!(text, "        {twin}: ${{{{ inputs.{name} }}}}");
    }
    format!("{both}{text}{}", script("fetch-taskdef"))
}

/// What needs no doing here is said.
fn note() -> String {
    tell(
        &any(&["keep-null-value-keys", "wait-max-delay-seconds"]),
        "notice title=deploy-service",
        "keep-null-value-keys and wait-max-delay-seconds are not needed: nothing is taken out of a task definition, and a pause between two looks is 5 seconds at most",
    )
}

/// A step that says something in a case.
fn tell(case: &str, command: &str, words: &str) -> String {
    format!(
        "    - if: {case}\n      shell: sh\n      run: |\n        echo '::{command}::{words}'\n"
    )
}
