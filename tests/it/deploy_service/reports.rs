//! What is left to be read of a run: the summary, the JSON report, the JUnit file, and a file judged before anything else.
use serde_json::Value;

use super::deploy;
use crate::support::deploying::new_version;
use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

#[test]
fn a_failure_is_read_in_the_summary_in_the_json_report_and_in_the_junit_file() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "crash-loop");
    let run = deploy(&folder).args("--junit reports.xml").in_workflow();
    simulator.serve(run).run().expect(6);
    let summary = folder.read("github-summary");
    for text in [
        "### ❌ wharfie deploy-service: rolled-back (exit 6)",
        "| web | rolled-back | web\\:1 | web\\:2 |",
        "#### Why it failed",
        "**Advice**: ",
        "```mermaid\ngantt\n",
        "    section web\n",
        "    rolled-back :crit, milestone, 2000-01-01 00:0",
    ] {
        assert!(summary.contains(text), "{text}\n{summary}");
    }
    let outputs = github_outputs(&folder.read("github-output"));
    let path = &outputs.iter().find(|(name, _)| name == "report").unwrap().1;
    let report: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let service = &report["services"][0];
    assert_eq!(report["verdict"], "rolled-back");
    assert_eq!(service["causes"][0]["kind"], "exited");
    let phases = service["timeline"]["phases"].as_array().unwrap();
    assert!(
        phases.iter().all(|phase| phase["toSeconds"].is_u64()) && !phases.is_empty(),
        "{phases:?}"
    );
    let junit = folder.read("reports.xml");
    for text in [
        r#"tests="1" failures="1" errors="0""#,
        r#"<testcase classname="wharfie.deploy-service" name="web" time=""#,
        r#"type="rolled-back">"#,
        "DATABASE_URL",
    ] {
        assert!(junit.contains(text), "{text}\n{junit}");
    }
}

#[test]
fn a_run_that_is_refused_leaves_a_junit_file_too_and_one_that_can_not_be_written_ends_nothing() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    folder.write("web.json", &new_version("web"));
    let missing = "--cluster demo --service wbe --task-definition web.json --junit out.xml";
    let run = stage("deploy-service", &folder).args(missing);
    simulator.serve(run).run().expect(4);
    let junit = folder.read("out.xml");
    assert!(
        junit.contains(r#"type="exit-4""#) && junit.contains(r#"errors="1""#),
        "{junit}"
    );
    simulator
        .serve(deploy(&folder).args("--junit web.json/out.xml"))
        .run()
        .expect(0)
        .says("verdict=deployed")
        .says("the JUnit report could not be written");
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_before_anything_is_asked_of_aws() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    folder.write(
        "web.json",
        &new_version("web").replace("\"memory\": \"512\"", "\"memory\": \"700\""),
    );
    let run = || {
        stage("deploy-service", &folder)
            .args("--cluster demo --service web --task-definition web.json --dry-run")
    };
    simulator
        .serve(run())
        .run()
        .expect(3)
        .says("breaks rules of check-pipeline")
        .says("web.json:2:");
    assert!(simulator.operations().is_empty());
    simulator.serve(run().args("--no-check")).run().expect(0);
}
