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
    Extra {
        name: "run-task",
        about: "Refused unless `false`: one-off tasks are not started here",
    },
    Extra {
        name: "run-task-container-overrides",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-security-groups",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-subnets",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-assign-public-IP",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-capacity-provider-strategy",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-launch-type",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-started-by",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-tags",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-managed-ebs-volume-name",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "run-task-managed-ebs-volume",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "wait-for-task-stopped",
        about: "Means nothing without `run-task`",
    },
    Extra {
        name: "service-managed-ebs-volume-name",
        about: "Refused: the volumes of a service are left as they are",
    },
    Extra {
        name: "service-managed-ebs-volume",
        about: "Refused: the volumes of a service are left as they are",
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
        "deploy-service" => refuse(),
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
        None,
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

/// What the official action does and this one does not is refused before anything changes. What needs no doing is said.
fn refuse() -> String {
    let others: Vec<&str> = DEPLOY
        .iter()
        .map(|extra| extra.name)
        .filter(|name| name.starts_with("run-task-") || *name == "wait-for-task-stopped")
        .collect();
    let runs = "inputs.run-task != '' && inputs.run-task != 'false'";
    [
        tell(
            runs,
            "error title=deploy-service",
            "run-task: this action starts no one-off task. Keep the step of amazon-ecs-deploy-task-definition for it, or run aws ecs run-task, and leave the input out here",
            Some(2),
        ),
        tell(
            &any(&["service-managed-ebs-volume", "service-managed-ebs-volume-name"]),
            "error title=deploy-service",
            "service-managed-ebs-volume: the volumes of a service are left as they are. Set them where the service is defined, and leave the input out here",
            Some(2),
        ),
        tell(
            &format!("(inputs.run-task == '' || inputs.run-task == 'false') && ({})", any(&others)),
            "notice title=deploy-service",
            "what is set for run-task means nothing without it",
            None,
        ),
        tell(
            &any(&["keep-null-value-keys", "wait-max-delay-seconds"]),
            "notice title=deploy-service",
            "keep-null-value-keys and wait-max-delay-seconds are not needed: nothing is taken out of a task definition, and a pause between two looks is 5 seconds at most",
            None,
        ),
    ]
    .concat()
}

/// A step that says something in a case, and may end the action with it.
fn tell(case: &str, command: &str, words: &str, code: Option<u8>) -> String {
    let end = code.map_or_else(String::new, |code| format!("        exit {code}\n"));
    format!(
        "    - if: {case}\n      shell: sh\n      run: |\n        echo '::{command}::{words}'\n{end}"
    )
}
