//! `wharfie-render-taskdef` as it is shipped: files in, files and outputs out.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and one of these needs a checkout"
)]
use serde_json::{Map, Value, json};

use crate::support::files::{names, path, text};
use crate::support::run::{Folder, Outcome, github_outputs, stage};

const TASKDEF: &str = r#"{
  "family": "web", "memory": "512", "future": {"exact": 1.50, "large": 9007199254740993},
  "containerDefinitions": [
    {"name": "web", "image": "web:1", "command": [],
     "environment": [{"name": "STAGE", "value": "<STAGE>"}, {"name": "EMPTY", "value": ""}]},
    {"name": "log", "image": "log:1", "secrets": [{"name": "TOKEN", "valueFrom": "arn:old"}]}
  ]
}"#;

fn render(line: &str) -> Outcome {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    stage("render-taskdef", &folder)
        .args("--task-definition taskdef.json")
        .args(line)
        .run()
}

fn document(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn two_containers_get_two_images_in_one_step_and_the_rest_stays_as_written() {
    let outcome = render("--images web=ghcr.io/a/web:2 --images log=ghcr.io/a/log:3").expect(0);
    let expected = TASKDEF
        .replace("web:1", "ghcr.io/a/web:2")
        .replace("log:1", "ghcr.io/a/log:3");
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(document(&outcome).to_string(), expected.to_string());
    assert!(
        outcome.stdout.starts_with("{\n  \"family\": \"web\",\n"),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.ends_with("\n}\n"), "{}", outcome.stdout);
}

#[test]
fn every_fixture_comes_out_as_it_went_in() {
    let folder = Folder::new();
    let mut seen = 0;
    for name in names("tests/fixtures/taskdefs") {
        let Some((_, "json" | "yaml")) = name.rsplit_once('.') else {
            continue;
        };
        let file = path(&format!("tests/fixtures/taskdefs/{name}"));
        let outcome = stage("render-taskdef", &folder)
            .arg("--task-definition")
            .arg(&file)
            .run()
            .expect(0);
        let again = stage("render-taskdef", &folder)
            .args("--task-definition -")
            .stdin(&outcome.stdout)
            .run()
            .expect(0);
        assert_eq!(
            again.stdout, outcome.stdout,
            "{name}: a second time changes nothing"
        );
        let text = text(&format!("tests/fixtures/taskdefs/{name}"));
        if let Ok(written) = serde_json::from_str::<Value>(text.trim_start_matches('\u{FEFF}')) {
            let expected = registered(written);
            assert_eq!(
                document(&outcome).to_string(),
                expected.to_string(),
                "{name}"
            );
        }
        seen += 1;
    }
    assert!(seen >= 25, "{seen} fixtures");
}

/// What of a file is to be registered: out of the answer it may stand in, without what only ECS sets.
fn registered(written: Value) -> Value {
    let Value::Object(mut object) = written else {
        panic!("not an object");
    };
    if let Some(Value::Object(mut definition)) = object.shift_remove("taskDefinition") {
        let tags: Vec<Value> = object
            .shift_remove("tags")
            .and_then(|tags| tags.as_array().cloned())
            .unwrap_or_default()
            .into_iter()
            .filter(|tag| !tag["key"].as_str().unwrap().starts_with("aws:"))
            .collect();
        if !tags.is_empty() {
            definition.insert("tags".to_owned(), tags.into());
        }
        object = definition;
    }
    for key in wharfie::domain::taskdef::OUTPUT_ONLY {
        object.shift_remove(key);
    }
    Value::Object(object)
}

#[test]
fn numbers_are_written_as_they_were_read() {
    let folder = Folder::new();
    let file = path("tests/fixtures/taskdefs/numbers.json");
    let outcome = stage("render-taskdef", &folder)
        .arg("--task-definition")
        .arg(&file)
        .run()
        .expect(0);
    let literals = |text: &str| -> Vec<String> {
        let mut outside = String::new();
        let mut quoted = false;
        for character in text.replace("\\\"", "").chars() {
            quoted ^= character == '"';
            outside.push(if quoted { ' ' } else { character });
        }
        outside
            .split(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
            .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    };
    let written = literals(&text("tests/fixtures/taskdefs/numbers.json"));
    assert!(written.len() > 10, "{written:?}");
    assert_eq!(literals(&outcome.stdout), written);
}

#[test]
fn everything_an_action_passes_arrives_through_the_environment() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let outcome = stage("render-taskdef", &folder)
        .in_workflow()
        .env("WHARFIE_STEP", "render-taskdef")
        .env("WHARFIE_TASK_DEFINITION", "taskdef.json")
        .env("WHARFIE_CONTAINER_NAME", "web, log\n")
        .env("WHARFIE_REPOSITORY", "ghcr.io/a/web")
        .env("WHARFIE_PLACEHOLDERS", "STAGE=production\n")
        .env(
            "WHARFIE_ENVIRONMENT_VARIABLES",
            "URL=https://a.example/?b=c\nKEY<<END\n  one\ntwo\nEND\n",
        )
        .env("WHARFIE_DOCKER_LABELS", "{\"team\": \"a=b\"}")
        .env("WHARFIE_LOG_CONFIGURATION_LOG_DRIVER", "awslogs")
        .env(
            "WHARFIE_LOG_CONFIGURATION_OPTIONS",
            "awslogs-group=/ecs/web\n",
        )
        .env("WHARFIE_COMMAND", "sh -c 'echo \"a  b\"'")
        .env(
            "WHARFIE_TASK_ROLE_ARN",
            "arn:aws-cn:iam::123456789012:role/path/task",
        )
        .env("WHARFIE_EXECUTION_ROLE_ARN", "ecsTaskExecutionRole")
        .env("WHARFIE_CPU", "1 vCPU")
        .env("WHARFIE_SECRETS", "")
        .env("GITHUB_EVENT_NAME", "push")
        .env("GITHUB_SHA", sha)
        .run()
        .expect(0);
    assert_eq!(outcome.stdout, "");
    let outputs: Map<String, Value> = github_outputs(&folder.read("github-output"))
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    let image = format!("ghcr.io/a/web:{sha}");
    assert_eq!(outputs["image"], image.as_str());
    assert_eq!(
        outputs["images"],
        json!({"web": image, "log": image}).to_string()
    );
    assert_eq!(outputs["commit"], sha);
    let written = outputs["task-definition"].as_str().unwrap();
    assert!(written.contains("runner-temp"), "{written}");
    let rendered: Value = serde_json::from_str(&folder.read(written)).unwrap();
    let future: Value =
        serde_json::from_str(r#"{"exact": 1.50, "large": 9007199254740993}"#).unwrap();
    let environment = json!([
        {"name": "URL", "value": "https://a.example/?b=c"},
        {"name": "KEY", "value": "  one\ntwo"}
    ]);
    assert_eq!(
        rendered,
        json!({
            "family": "web", "memory": "512", "future": future,
            "containerDefinitions": [
                {
                    "name": "web", "image": image, "command": ["sh", "-c", "echo \"a  b\""],
                    "environment": [
                        {"name": "STAGE", "value": "production"}, {"name": "EMPTY", "value": ""},
                        environment[0], environment[1]
                    ],
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
                    "dockerLabels": {"team": "a=b"}
                },
                {
                    "name": "log", "image": image, "secrets": [{"name": "TOKEN", "valueFrom": "arn:old"}],
                    "environment": environment,
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
                    "dockerLabels": {"team": "a=b"}, "command": ["sh", "-c", "echo \"a  b\""]
                }
            ],
            "taskRoleArn": "arn:aws-cn:iam::123456789012:role/path/task",
            "executionRoleArn": "ecsTaskExecutionRole", "cpu": "1 vCPU"
        })
    );
    outcome.says(&format!("the tag is the commit (GITHUB_SHA): `{sha}`"));
}

#[test]
fn the_head_of_a_pull_request_names_the_image_and_the_merge_made_for_it_never_does() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let (head, merge) = ("a".repeat(40), "b".repeat(40));
    folder.write(
        "event.json",
        &json!({"pull_request": {"head": {"sha": head}}}).to_string(),
    );
    let run = |event: &str| {
        stage("render-taskdef", &folder)
            .args("--task-definition taskdef.json --container-name web --repository ghcr.io/a/web")
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", event)
            .env("GITHUB_SHA", &merge)
            .run()
    };
    let outcome = run("event.json").expect(0);
    assert!(
        outcome.stdout.contains(&format!("ghcr.io/a/web:{head}")),
        "{}",
        outcome.stdout
    );
    run("")
        .expect(2)
        .says("GITHUB_SHA is not the commit to deliver")
        .hides(&merge);
}

#[test]
fn git_names_the_commit_where_no_ci_does_and_a_dirty_tree_is_refused() {
    let folder = Folder::new();
    folder.write("taskdef.json", TASKDEF);
    let run = |more: &str| {
        stage("render-taskdef", &folder)
            .args("--task-definition taskdef.json --container-name web --repository ghcr.io/a/web")
            .args(more)
            .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
            .run()
    };
    run("").expect(2).says("no commit is known");
    let git = |line: &str| {
        let status = std::process::Command::new("git")
            .args([
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.com",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(line.split(' '))
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(status.status.success(), "git {line}: {status:?}");
        String::from_utf8(status.stdout).unwrap()
    };
    git("init -q");
    git("add taskdef.json");
    git("commit -q -m first");
    let sha = git("rev-parse HEAD");
    let sha = sha.trim();
    let outcome = run("")
        .expect(0)
        .says(&format!("the tag is the commit (git HEAD): `{sha}`"));
    assert!(
        outcome.stdout.contains(&format!("ghcr.io/a/web:{sha}")),
        "{}",
        outcome.stdout
    );
    folder.write("taskdef.json", &TASKDEF.replace("512", "1024"));
    run("")
        .expect(2)
        .says("the working tree differs from its commit");
    run("--allow-dirty").expect(0);
}

#[test]
fn a_whole_answer_is_unwrapped_with_one_notice() {
    let folder = Folder::new();
    let outcome = stage("render-taskdef", &folder)
        .arg("--task-definition")
        .arg(path("tests/fixtures/taskdefs/described.json"))
        .run()
        .expect(0);
    let notices = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("only ECS sets"))
        .count();
    assert_eq!(notices, 1, "{}", outcome.stderr);
    assert!(
        !outcome.stdout.contains("registeredBy"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_file_that_looks_like_a_program_is_not_executed() {
    let folder = Folder::new();
    folder.write(
        "taskdef.js",
        "require('fs').writeFileSync('marker', ''); module.exports = {containerDefinitions: []}",
    );
    stage("render-taskdef", &folder)
        .args("--task-definition taskdef.js")
        .run()
        .expect(3);
    assert_eq!(folder.names(), ["taskdef.js"]);
    folder.write("taskdef.js", TASKDEF);
    stage("render-taskdef", &folder)
        .args("--task-definition taskdef.js --images web=web:2")
        .run()
        .expect(0);
}

/// File, arguments, exit code, and what is said.
const REFUSED: &[(&str, &str, i32, &str)] = &[
    (
        TASKDEF,
        "--images api=a:1",
        3,
        "taskdef.json:3:27: no such container, the task definition has `web`, `log`: `api`",
    ),
    (
        TASKDEF,
        "--container-name web,api --image a:1",
        3,
        "has `web`, `log`: `api`",
    ),
    (
        TASKDEF,
        "--container-name log --environment-variables TOKEN=hunter2",
        3,
        "taskdef.json:6:60: container `log`: both an environment variable and a secret: `TOKEN`",
    ),
    (
        TASKDEF,
        "--container-name web --image a:1 --images web=a:2",
        2,
        "a container is given two images: `web`",
    ),
    (TASKDEF, "--image a:1", 2, "it is not said which container"),
    (
        TASKDEF,
        "--container-name web",
        2,
        "`container-name` is given, but no image and no setting for it",
    ),
    (
        TASKDEF,
        "--image a:1 --repository a --container-name web",
        2,
        "name the same thing in two ways",
    ),
    (
        TASKDEF,
        "--tag v1",
        2,
        "`tag` is given without the `repository`",
    ),
    (
        TASKDEF,
        "--images web",
        2,
        "must be of the form `CONTAINER=IMAGE`",
    ),
    (TASKDEF, "--images web=Bad:1", 2, "lower-case"),
    (
        TASKDEF,
        "--container-name web --environment-variables hunter2",
        2,
        "invalid value for `environment-variables`: line 1: no `=`",
    ),
    (
        TASKDEF,
        "--container-name web --secrets =hunter2",
        2,
        "invalid value for `secrets`: line 1: the name is empty",
    ),
    (
        TASKDEF,
        "--container-name web --command 'hunter2",
        2,
        "invalid value for `command`: a quote that is never closed",
    ),
    (
        TASKDEF,
        "--placeholders <STAGE>=hunter2",
        2,
        "named without its brackets",
    ),
    (
        TASKDEF,
        "--task-role-arn arn:aws:s3:::bucket",
        2,
        "neither the ARN of a role",
    ),
    (TASKDEF, "--cpu 3x", 2, "must be CPU units"),
    (
        "{\"a\": 1,\n \"a\": 2}",
        "--images web=a:1",
        3,
        "taskdef.json:2:2: duplicate key, first at line 1 column 2: `a`",
    ),
    (
        "family: web\n",
        "--images web=a:1",
        3,
        "taskdef.json:1:1: a task definition needs the member: `containerDefinitions`",
    ),
    (
        "{\"containerDefinitions\": {}}",
        "--images web=a:1",
        3,
        "`containerDefinitions` must be an array, this is an object",
    ),
    (
        "\"text\"",
        "--images web=a:1",
        3,
        "a task definition is an object, this is a string",
    ),
    ("", "--images web=a:1", 3, "taskdef.json: the file is empty"),
];

#[test]
fn what_cannot_be_done_is_refused_with_the_place_and_nothing_is_written() {
    let folder = Folder::new();
    for (text, arguments, code, message) in REFUSED {
        folder.write("taskdef.json", text);
        stage("render-taskdef", &folder)
            .args("--task-definition taskdef.json --output out.json")
            .args(arguments)
            .run()
            .expect(*code)
            .says(message)
            .hides("hunter2");
        assert_eq!(folder.names(), ["taskdef.json"], "{arguments}");
    }
    stage("render-taskdef", &folder)
        .args("--task-definition gone.json")
        .run()
        .expect(3)
        .says("gone.json: no such file or folder");
}

#[test]
fn a_placeholder_that_is_nowhere_is_a_warning() {
    render("--placeholders STAGE=x --placeholders NOBODY=y")
        .expect(0)
        .says("a placeholder that is nowhere in the file: `<NOBODY>`")
        .hides("`<STAGE>`");
}
