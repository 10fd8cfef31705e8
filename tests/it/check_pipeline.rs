//! `wharfie-check-pipeline`, the shipped binary: breaks one thing in a fixture as people do, and looks where it points.
use std::fs;

use serde_json::Value;

use crate::support::files::{names, path, text};
use crate::support::run::{Folder, Outcome, github_outputs, stage};

/// Checks a task definition that stands in `taskdef.json`, with more options.
fn check(definition: &str, options: &str) -> Outcome {
    let folder = Folder::new();
    folder.write("taskdef.json", definition);
    stage("check-pipeline", &folder)
        .args("--task-definition taskdef.json --color never")
        .args(options)
        .run()
}

fn fixture(name: &str) -> String {
    text(&format!("tests/fixtures/taskdefs/{name}"))
}

/// A fixture with its first `from` made `to`, and the place where that stands: `line:column`.
fn broken(name: &str, from: &str, to: &str, at: &str) -> (String, String) {
    let whole = fixture(name);
    let offset = whole
        .find(from)
        .unwrap_or_else(|| panic!("{name} lacks {from}"));
    let text = whole.replacen(from, to, 1);
    let offset = offset
        + to.find(at)
            .unwrap_or_else(|| panic!("`{at}` is not in `{to}`"));
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (text, format!("taskdef.json:{line}:{column}:"))
}

#[test]
fn one_broken_thing_is_found_at_its_line_with_what_to_do() {
    // The fixture, what stood there, what a person made of it, where the finding points, its rule, exit code, message and hint.
    let cases: &[(&str, &str, &str, &str, &str, i32, &str, &str)] = &[
        (
            "fargate-web-sidecars.json",
            "\"portMappings\"",
            "\"portMapings\"",
            "\"portMapings\"",
            "warning[TD003]",
            0,
            "unknown key: `portMapings`",
            "did you mean `portMappings`?",
        ),
        (
            "fargate-web-sidecars.json",
            "\"family\"",
            "\"Family\"",
            "\"Family\"",
            "warning[TD003]",
            3,
            "unknown key: `Family`",
            "did you mean `family`?",
        ),
        (
            "fargate-web-sidecars.json",
            "\"containerPort\": 8443",
            "\"containerPort\": \"8443\"",
            "\"8443\"",
            "error[TD017]",
            3,
            "is a string; a number is wanted",
            "write the number without quotes",
        ),
        (
            "fargate-web-sidecars.json",
            "\"cpu\": \"1024\"",
            "\"cpu\": 1024",
            "1024",
            "error[TD017]",
            3,
            "`cpu` is a number; a string is wanted",
            "write it in quotes",
        ),
        (
            "fargate-web-sidecars.json",
            "\"memory\": \"3072\"",
            "\"memory\": \"1024\"",
            "\"1024\"",
            "error[TD021]",
            3,
            "Fargate has no task with `1024` CPU units and memory of: `1024`",
            "memory is `2048` to `8192`",
        ),
        (
            "fargate-web-sidecars.json",
            "\"networkMode\": \"awsvpc\"",
            "\"networkMode\": \"bridge\"",
            "\"bridge\"",
            "error[TD050]",
            3,
            "Fargate needs network mode `awsvpc`, not: `bridge`",
            "set `networkMode` to `awsvpc`",
        ),
        (
            "fargate-web-sidecars.json",
            "\"containerPort\": 9901",
            "\"containerPort\": 9901, \"hostPort\": 80",
            "80",
            "error[TD052]",
            3,
            "the host port of container `envoy` is that of the container, 9901, not: `80`",
            "make it equal",
        ),
        (
            "fargate-web-sidecars.json",
            "\"containerName\": \"app\"",
            "\"containerName\": \"application\"",
            "\"application\"",
            "error[TD090]",
            3,
            "`application`",
            "",
        ),
        (
            "fargate-efs.json",
            "\"sourceVolume\": \"",
            "\"sourceVolume\": \"x",
            "\"x",
            "error[TD153]",
            3,
            "",
            "",
        ),
        (
            "fargate-arm64.json",
            "\"ARM64\"",
            "\"arm64\"",
            "\"arm64\"",
            "error[TD040]",
            3,
            "`arm64`",
            "did you mean `ARM64`?",
        ),
        (
            "fargate-worker.json",
            "\"stopTimeout\": ",
            "\"stopTimeout\": 1",
            "1",
            "error[TD078]",
            3,
            "is 2 to 120 on Fargate",
            "2 to 120",
        ),
        (
            "fargate-batch.json",
            "\"essential\": true",
            "\"essential\": \"true\"",
            "\"true\"",
            "error[TD017]",
            3,
            "a boolean is wanted",
            "without quotes",
        ),
        (
            "fargate-secrets.json",
            "\"executionRoleArn\"",
            "\"executionRole\"",
            "\"executionRole\"",
            "warning[TD003]",
            3,
            "unknown key: `executionRole`",
            "did you mean `executionRoleArn`?",
        ),
        (
            "ec2-gpu.json",
            "\"type\": \"GPU\"",
            "\"type\": \"gpu\"",
            "\"gpu\"",
            "error[TD018]",
            3,
            "`gpu`",
            "did you mean `GPU`?",
        ),
        (
            "ec2-bridge-dynamic-ports.json",
            "\"networkMode\": \"bridge\"",
            "\"networkMode\": \"Bridge\"",
            "\"Bridge\"",
            "error[TD018]",
            3,
            "`Bridge`",
            "did you mean `bridge`?",
        ),
        (
            "app-mesh.json",
            "\"containerName\": \"envoy\"",
            "\"containerName\": \"proxy\"",
            "\"proxy\"",
            "error[TD016]",
            3,
            "`proxy`",
            "name a container",
        ),
        (
            "external.json",
            "\"fluentd\"",
            "\"fluent\"",
            "\"fluent\"",
            "error[TD130]",
            3,
            "`fluent`",
            "did you mean `fluentd`?",
        ),
        (
            "newest-managed-instances.json",
            "\"MANAGED_INSTANCES\"",
            "\"EC2\"",
            "\"EC2\"",
            "",
            3,
            "",
            "",
        ),
        (
            "comments.json",
            "\"memory\": \"",
            "\"memory\": \"x",
            "\"x",
            "error[TD031]",
            3,
            "`memory` of the task is no size",
            "2 GB",
        ),
        (
            "tabs.json",
            "\"image\"",
            "\"imgae\"",
            "\"imgae\"",
            "warning[TD003]",
            3,
            "unknown key: `imgae`",
            "did you mean `image`?",
        ),
        (
            "crlf.json",
            "\"essential\"",
            "\"esential\"",
            "\"esential\"",
            "warning[TD003]",
            0,
            "unknown key: `esential`",
            "did you mean `essential`?",
        ),
        (
            "minified.json",
            "\"awsvpc\"",
            "\"awsvcp\"",
            "\"awsvcp\"",
            "error[TD018]",
            3,
            "`awsvcp`",
            "did you mean `awsvpc`?",
        ),
        (
            "plain.yaml",
            "containerPort: 8000",
            "containerPort: '8000'",
            "'8000'",
            "error[TD017]",
            3,
            "a number is wanted",
            "without quotes",
        ),
        (
            "plain.yaml",
            "logDriver:",
            "logdriver:",
            "logdriver",
            "warning[TD003]",
            3,
            "unknown key: `logdriver`",
            "did you mean `logDriver`?",
        ),
        (
            "anchors.yaml",
            "cpu: \"1024\"",
            "cpu: 1024",
            "1024",
            "error[TD017]",
            3,
            "`cpu` is a number",
            "in quotes",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, from, to, at, rule, code, message, hint) in cases {
        let (definition, place) = broken(name, from, to, at);
        let outcome = check(&definition, "");
        let mut lines = outcome.stderr.lines();
        let found = lines
            .any(|line| line.starts_with(rule) && line.contains(&place) && line.contains(message));
        let hinted = lines
            .take(3)
            .find(|line| line.trim_start().starts_with("hint: "))
            .is_some_and(|line| line.contains(hint));
        let named = rule.is_empty() || (found && hinted);
        if !named || outcome.code != *code {
            wrong.push(format!(
                "{name}: {to} at {place} {rule}: exit {}\n{}",
                outcome.code, outcome.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn the_definitions_people_have_pass_without_an_error() {
    let mut wrong = Vec::new();
    for name in names("tests/fixtures/taskdefs") {
        if !name.ends_with(".json") && !name.ends_with(".yaml") {
            continue;
        }
        let options = match name.as_str() {
            "codepipeline.json" => "--placeholders IMAGE1_NAME,IMAGE2_NAME,ACCOUNT_ID,STAGE",
            _ => "",
        };
        let outcome = check(&fixture(&name), options);
        if outcome.code != 0 {
            wrong.push(format!("{name}: exit {}\n{}", outcome.code, outcome.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn the_line_is_shown_with_a_caret_below_what_is_wrong() {
    let (definition, _) = broken(
        "fargate-web-sidecars.json",
        "\"awsvpc\"",
        "\"host\"",
        "\"host\"",
    );
    check(&definition, "").expect(3).says(
        "error[TD050]: taskdef.json:5:18: Fargate needs network mode `awsvpc`, not: `host`\n  \
         5 |   \"networkMode\": \"host\",\n    \
         |                  ^^^^^^\n  \
         hint: set `networkMode` to `awsvpc`\n",
    );
}

#[test]
fn no_value_of_the_environment_is_shown_wherever_the_file_is_broken() {
    let whole = fixture("fargate-web-sidecars.json");
    let secret = "correct-horse-battery";
    let whole = whole.replacen(
        "\"value\": \"info\"",
        &format!("\"value\": \"{secret}\""),
        1,
    );
    for (from, to) in [
        ("\"environment\"", "\"enviroment\""),
        (
            "{ \"name\": \"ENVOY_LOG_LEVEL\"",
            "{ \"nmae\": \"ENVOY_LOG_LEVEL\"",
        ),
        ("\"value\": \"correct", "\"vlaue\": \"correct"),
        (
            "\"value\": \"correct-horse-battery\"",
            "\"value\": [\"correct-horse-battery\"]",
        ),
        ("\"correct-horse-battery\"", "\"correct-horse-battery"),
        (
            "\"correct-horse-battery\" },",
            "\"correct-horse-battery\" ]",
        ),
        (
            "{ \"name\": \"ENVOY_LOG_LEVEL\", \"value\": \"correct-horse-battery\" }",
            "{ \"name\": \"A\", \"value\": \"correct-horse-battery\", \"name\": \"A\" }",
        ),
        ("\"ENVOY_CONCURRENCY\"", "\"ENVOY_LOG_LEVEL\""),
    ] {
        assert!(whole.contains(from), "{from}");
        for format in ["human", "github", "json"] {
            let folder = Folder::new();
            folder.write("taskdef.json", &whole.replacen(from, to, 1));
            let outcome = stage("check-pipeline", &folder)
                .args("--task-definition taskdef.json --sarif out.sarif")
                .arg("--format")
                .arg(format)
                .in_workflow()
                .run()
                .hides("correct-horse");
            assert!(
                outcome.stderr.len() + outcome.stdout.len() > 100,
                "{to}: nothing was found"
            );
            for file in ["out.sarif", "github-summary", "github-output"] {
                let written = fs::read_to_string(folder.path().join(file)).unwrap_or_default();
                assert!(!written.contains("correct-horse"), "{to}: in {file}");
            }
        }
    }
}

#[test]
fn annotations_carry_file_line_and_column_in_json_and_yaml_alike() {
    let folder = Folder::new();
    let json = fixture("minified.json").replacen("\"awsvpc\"", "\"host\"", 1);
    let yaml = fixture("plain.yaml").replacen("networkMode: awsvpc", "networkMode: host", 1);
    folder.write("taskdef.json", &json);
    folder.write("taskdef.yaml", &yaml);
    let column = json.find("\"host\"").unwrap() + 1;
    for (file, place) in [
        (
            "taskdef.json",
            format!("file=taskdef.json,line=1,col={column},"),
        ),
        (
            "taskdef.yaml",
            "file=taskdef.yaml,line=4,col=14,".to_owned(),
        ),
    ] {
        stage("check-pipeline", &folder)
            .arg("--task-definition")
            .arg(file)
            .in_workflow()
            .run()
            .expect(3)
            .says(&format!("::error {place}title=wharfie TD050::TD050: Fargate needs network mode `awsvpc`, not: `host`%0Ahint: "));
    }
    assert!(
        folder
            .read("github-summary")
            .contains("- **error** `TD050` `taskdef.yaml:4:14`:")
    );
    let outputs = github_outputs(&folder.read("github-output"));
    let report = outputs.iter().find(|(name, _)| name == "report").unwrap();
    let report: Value = serde_json::from_str(&fs::read_to_string(&report.1).unwrap()).unwrap();
    assert_eq!(report["version"], 1);
    assert!(outputs.contains(&("errors".to_owned(), report["errors"].to_string())));
}

#[test]
fn programs_get_one_object_a_finding_and_the_last_line_is_the_end() {
    let (definition, _) = broken(
        "plain.yaml",
        "networkMode: awsvpc",
        "networkMode: host",
        "host",
    );
    let outcome = check(&definition, "--format json").expect(3);
    let lines: Vec<Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let judged = lines.iter().find(|line| line["rule"] == "TD050").unwrap();
    assert_eq!(judged["event"], "judged");
    assert_eq!(judged["severity"], "error");
    assert_eq!(judged["path"], "networkMode");
    assert_eq!(
        judged["place"],
        serde_json::json!({"file": "taskdef.json", "line": 4, "column": 14})
    );
    assert_eq!(lines.last().unwrap()["exit"], 3);
}

#[test]
fn findings_go_to_a_sarif_file_with_suppressions_for_what_is_ignored() {
    let folder = Folder::new();
    folder.write(
        "task definition.json",
        &fixture("fargate-web-sidecars.json").replacen("\"awsvpc\"", "\"host\"", 1),
    );
    stage("check-pipeline", &folder)
        .arg("--task-definition")
        .arg("task definition.json")
        .args("--sarif findings.sarif --ignore")
        .arg("TD050 = tried on a test service")
        .run();
    let log: Value = serde_json::from_str(&folder.read("findings.sarif")).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results
        .iter()
        .find(|result| result["ruleId"] == "TD050")
        .unwrap();
    assert_eq!(
        result["suppressions"][0]["justification"],
        "tried on a test service"
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "task%20definition.json");
    assert_eq!(place["region"]["startLine"], 5);
}

#[test]
fn warnings_pass_unless_they_are_denied_and_a_rule_can_be_ignored_from_the_environment() {
    let definition = fixture("fargate-web-sidecars.json").replacen("\"tags\"", "\"Tags\"", 1);
    check(&definition, "").expect(0).says("warning[TD003]");
    check(&definition, "--deny-warnings")
        .expect(3)
        .says("and warnings are denied");
    let folder = Folder::new();
    folder.write("taskdef.json", &definition);
    stage("check-pipeline", &folder)
        .env("WHARFIE_TASK_DEFINITION", "taskdef.json")
        .env("WHARFIE_DENY_WARNINGS", "yes")
        .env(
            "WHARFIE_IGNORE",
            "\n TD003 the template is shared with CloudFormation\n\n",
        )
        .run()
        .expect(0)
        .says("ignored 1 of `TD003`: the template is shared with CloudFormation");
}

#[test]
fn what_cannot_be_asked_for_is_a_usage_error() {
    for (options, said) in [
        ("", "no file to check"),
        ("--task-definition a.json --ignore TD999", "no such rule"),
        (
            "--task-definition a.json --launch-type LAMBDA",
            "expected one of: `EC2`",
        ),
        (
            "--task-definition a.json --deny-warnings=maybe",
            "expected one of: `true`",
        ),
        (
            "--task-definition - --appspec -",
            "standard input can be read as one file only",
        ),
    ] {
        let folder = Folder::new();
        stage("check-pipeline", &folder)
            .args(options)
            .run()
            .expect(2)
            .says(said);
    }
    let folder = Folder::new();
    stage("check-pipeline", &folder)
        .args("--task-definition a.json")
        .run()
        .expect(3)
        .says("a.json: no such file or folder");
}

#[test]
fn a_file_can_come_from_standard_input_and_the_launch_type_from_the_user() {
    let folder = Folder::new();
    let definition = fixture("ec2-host-network.json");
    let run = |options: &str| {
        stage("check-pipeline", &folder)
            .args("--task-definition -")
            .args(options)
            .stdin(&definition)
            .run()
    };
    run("").expect(0).hides("TD050");
    run("--launch-type fargate")
        .expect(3)
        .says("error[TD050]: -:");
}

#[test]
fn the_example_passes_with_the_files_codepipeline_gets() {
    let folder = Folder::new();
    for name in ["taskdef.json", "appspec.yaml"] {
        fs::copy(
            path(&format!("examples/web-service/{name}")),
            folder.path().join(name),
        )
        .unwrap();
    }
    stage("check-pipeline", &folder)
        .args("--task-definition taskdef.json --appspec appspec.yaml --placeholders TASK_DEFINITION,IMAGE1_NAME")
        .run()
        .expect(0);
}
