//! `wharfie-fetch-taskdef` as it is shipped, against the simulator.
use serde_json::Value;

use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

#[test]
fn what_was_registered_with_tags_is_fetched_with_them_and_can_be_registered_again() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let text = r#"{"family": "shop", "tags": [{"key": "team", "value": "shop"}], "containerDefinitions": [{"name": "web", "image": "public.ecr.aws/nginx/nginx:1.29", "memory": 128}]}"#;
    folder.write("taskdef.json", text);
    let register = stage("register-taskdef", &folder).args("--task-definition taskdef.json");
    simulator.serve(register).run().expect(0);

    let fetch = stage("fetch-taskdef", &folder)
        .args("--task-definition-family shop --task-definition-revision 1 --output fetched.json")
        .in_workflow();
    simulator.serve(fetch).run().expect(0);
    let outputs = github_outputs(&folder.read("github-output"));
    let names: Vec<&str> = outputs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["task-definition-arn", "revision", "task-definition"]
    );
    let fetched: Value = serde_json::from_str(&folder.read("fetched.json")).unwrap();
    assert_eq!(fetched["tags"][0]["value"], "shop");
    assert!(fetched.get("status").is_none() && fetched.get("revision").is_none());

    let again = stage("register-taskdef", &folder).args("--task-definition fetched.json");
    simulator
        .serve(again)
        .run()
        .expect(0)
        .says("nothing changed, so no revision is made: `shop:1`");
}

#[test]
fn a_definition_without_tags_gets_no_empty_list_of_them() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let fetch = stage("fetch-taskdef", &folder).args("--task-definition-arn web");
    let outcome = simulator.serve(fetch).run().expect(0);
    let fetched: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(fetched["family"], "web");
    assert!(fetched.get("tags").is_none(), "{}", outcome.stdout);
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let fetch = stage("fetch-taskdef", &folder).args("--task-definition-arn web:99");
    simulator.serve(fetch).run().expect(4).says("`web:99`");
}
