//! `wharfie-check-pipeline`, the shipped binary: breaks one thing in a fixture as people do, and looks where it points.
use serde_json::Value;

use crate::support::files::{names, text};
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

/// A case of `broken.txt`: a field by its name.
struct Case<'a>(&'a str);

impl<'a> Case<'a> {
    fn find(&self, name: &str) -> Option<&'a str> {
        let mut lines = self.0.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn get(&self, name: &str) -> &'a str {
        self.find(name)
            .unwrap_or_else(|| panic!("no `{name}` in: {}", self.0))
    }

    /// What is not as it should be, if anything.
    fn wrong(&self) -> Option<String> {
        let (definition, place) = broken(
            self.get("in"),
            self.get("old"),
            self.get("new"),
            self.get("at"),
        );
        let outcome = check(&definition, "");
        let says = self.find("says").unwrap_or_default();
        let hint = self.find("hint").unwrap_or_default();
        let mut lines = outcome.stderr.lines();
        let found = lines.any(|line| {
            line.starts_with(self.get("found")) && line.contains(&place) && line.contains(says)
        });
        // The line of the file, the caret, the hint.
        let hinted = lines
            .nth(2)
            .and_then(|line| line.strip_prefix("  hint: "))
            .is_some_and(|line| line.contains(hint));
        let exit = self.get("exit") == outcome.code.to_string();
        (!found || !hinted || !exit).then(|| {
            format!(
                "{}at {place} exit {}\n{}",
                self.0, outcome.code, outcome.stderr
            )
        })
    }
}

#[test]
fn one_broken_thing_is_found_at_its_line_with_what_to_do() {
    let cases = text("tests/fixtures/check-pipeline/broken.txt");
    let cases: Vec<Case<'_>> = cases
        .split("\n\n")
        .filter(|block| !block.starts_with('#'))
        .map(Case)
        .collect();
    assert!(cases.len() > 20);
    let wrong: Vec<String> = cases.iter().filter_map(Case::wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn the_definitions_people_have_pass_without_an_error() {
    let mut wrong = Vec::new();
    for name in names("tests/fixtures/taskdefs") {
        if !matches!(name.rsplit_once('.'), Some((_, "json" | "yaml"))) {
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
                let written = text(&folder.path().join(file).to_string_lossy());
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
    let report: Value = serde_json::from_str(&text(&report.1)).unwrap();
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

/// The files of the example in a folder, with changes: file, old, new.
fn example(changes: &[(&str, &str, &str)]) -> Folder {
    let folder = Folder::new();
    let definitions = "[{\"name\": \"web\", \"imageUri\": \"123456789012.dkr.ecr.us-east-1.amazonaws.com/web:4f2a\"}]\n".to_owned();
    for (name, whole) in [
        ("taskdef.json", text("examples/web-service/taskdef.json")),
        ("appspec.yaml", text("examples/web-service/appspec.yaml")),
        ("imagedefinitions.json", definitions),
    ] {
        let mut whole = whole;
        for (_, old, new) in changes.iter().filter(|(file, _, _)| *file == name) {
            assert!(whole.contains(old), "{name} lacks {old}");
            whole = whole.replacen(old, new, 1);
        }
        folder.write(name, &whole);
    }
    folder
}

fn check_example(folder: &Folder) -> Outcome {
    stage("check-pipeline", folder)
        .args("--task-definition taskdef.json --appspec appspec.yaml --imagedefinitions imagedefinitions.json")
        .args("--placeholders TASK_DEFINITION --color never")
        .run()
}

#[test]
fn the_example_passes_with_the_files_codepipeline_gets() {
    check_example(&example(&[])).expect(0).hides("error[");
}

#[test]
fn files_that_do_not_fit_together_are_found_at_the_line_that_names_the_other() {
    check_example(&example(&[(
        "appspec.yaml",
        "ContainerName: web",
        "ContainerName: wbe",
    )]))
    .expect(3)
    .says("error[CR001]: appspec.yaml:")
    .says("`wbe`")
    .says("did you mean `web`?");
    check_example(&example(&[(
        "appspec.yaml",
        "ContainerPort: 80",
        "ContainerPort: 8080",
    )]))
    .expect(3)
    .says("error[CR003]: appspec.yaml:")
    .says("8080");
    check_example(&example(&[("imagedefinitions.json", "\"web\"", "\"app\"")]))
        .expect(3)
        .says("error[CR004]: imagedefinitions.json:1:11:")
        .says("`app`");
}

#[test]
fn everything_that_is_wrong_is_found_in_one_run() {
    let folder = example(&[
        ("taskdef.json", "\"awsvpc\"", "\"bridge\""),
        ("taskdef.json", "\"cpu\": \"", "\"cpu\": \"1"),
        ("appspec.yaml", "ContainerName: web", "ContainerName: wbe"),
        ("imagedefinitions.json", "}]", "},]}"),
    ]);
    let outcome = check_example(&folder).expect(3);
    for rule in ["TD050", "TD021", "CR001", "FL001"] {
        assert!(
            outcome.stderr.contains(&format!("error[{rule}]")),
            "{rule}:\n{}",
            outcome.stderr
        );
    }
}
