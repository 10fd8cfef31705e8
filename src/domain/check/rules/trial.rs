//! For the tests of rules: a small definition that breaks none, and what a change of it is found to break.
mod files;

use crate::domain::check::subject::{Facts, LaunchType, Sources, Subject};
use crate::domain::check::{Finding, check};
use crate::domain::document::Document;

pub(in crate::domain::check) use files::Files;

/// A Fargate service that breaks no rule at all, not even by a note.
pub(in crate::domain::check) const CLEAN: &str = r#"{
  "family": "web",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "taskRoleArn": "arn:aws:iam::123456789012:role/web",
  "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
  "containerDefinitions": [
    {
      "name": "web",
      "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
      "essential": true,
      "stopTimeout": 60,
      "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
      "environment": [{"name": "MODE", "value": "production"}],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web", "mode": "non-blocking"}
      }
    }
  ]
}"#;

/// The findings in a task definition.
pub(in crate::domain::check) fn findings(text: &str) -> Vec<Finding> {
    findings_on(text, None)
}

/// The findings in a task definition that the user says runs there.
pub(in crate::domain::check) fn findings_on(
    text: &str,
    launch_type: Option<LaunchType>,
) -> Vec<Finding> {
    let facts = Facts {
        launch_type,
        ..Facts::default()
    };
    findings_with(text, facts)
}

/// The findings in a task definition about which the user says this.
pub(in crate::domain::check) fn findings_with(text: &str, facts: Facts) -> Vec<Finding> {
    let document = Document::parse(text, "taskdef.json").unwrap();
    let sources = Sources {
        task_definition: Some(&document),
        ..Sources::default()
    };
    check(&Subject::new(sources, facts)).findings
}

/// [`CLEAN`] with one text in it replaced, which must be there.
pub(in crate::domain::check) fn changed(from: &str, to: &str) -> String {
    assert_eq!(
        CLEAN.matches(from).count(),
        1,
        "`{from}` must stand there once"
    );
    CLEAN.replace(from, to)
}

/// [`CLEAN`] with members added to the definition: `"pidMode": "task"`.
pub(in crate::domain::check) fn with(members: &str) -> String {
    changed(
        "\"family\": \"web\",",
        &format!("\"family\": \"web\", {members},"),
    )
}

/// [`CLEAN`] with members added to its container.
pub(in crate::domain::check) fn with_in_container(members: &str) -> String {
    changed(
        "\"essential\": true,",
        &format!("\"essential\": true, {members},"),
    )
}

/// The ids that were found, each once.
pub(in crate::domain::check) fn ids(findings: &[Finding]) -> Vec<&'static str> {
    let mut ids: Vec<&str> = findings.iter().map(|finding| finding.rule().id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Fails unless the definition breaks this rule; gives its first finding.
#[track_caller]
pub(in crate::domain::check) fn trips(id: &str, text: &str) -> Finding {
    pick(id, findings(text))
}

/// Fails unless the definition, run there, breaks this rule; gives its first finding.
#[track_caller]
pub(in crate::domain::check) fn trips_on(id: &str, launch_type: LaunchType, text: &str) -> Finding {
    pick(id, findings_on(text, Some(launch_type)))
}

#[track_caller]
fn pick(id: &str, found: Vec<Finding>) -> Finding {
    let all = ids(&found);
    found
        .into_iter()
        .find(|finding| finding.rule().id == id)
        .unwrap_or_else(|| panic!("{id} is not among {all:?}"))
}

/// Fails if the definition breaks this rule.
#[track_caller]
pub(in crate::domain::check) fn keeps(id: &str, text: &str) {
    keeps_all(id, &findings(text));
}

/// Fails if the definition, run there, breaks this rule.
#[track_caller]
pub(in crate::domain::check) fn keeps_on(id: &str, launch_type: LaunchType, text: &str) {
    keeps_all(id, &findings_on(text, Some(launch_type)));
}

#[track_caller]
fn keeps_all(id: &str, found: &[Finding]) {
    if let Some(finding) = found.iter().find(|finding| finding.rule().id == id) {
        panic!("{id} at {}: {}", finding.path(), finding.message());
    }
}

#[test]
fn the_clean_definition_breaks_no_rule() {
    let found: Vec<String> = findings(CLEAN)
        .iter()
        .map(|finding| format!("{} {}", finding.rule().id, finding.message()))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
