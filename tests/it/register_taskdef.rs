//! `wharfie-register-taskdef` as it is shipped, against the simulator.
use serde_json::Value;

mod lost;

use crate::support::run::{Folder, Run, github_outputs, stage};
use crate::support::simulator::Simulator;

const WEB: &str = r#"{
  "family": "shop",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": ".25 vCPU",
  "memory": "0.5 GB",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "public.ecr.aws/nginx/nginx:1.29",
      "portMappings": [{"containerPort": 80}],
      "environment": [{"name": "MODE", "value": "hunter2"}]
    }
  ]
}
"#;

fn register(folder: &Folder, text: &str) -> Run {
    folder.write("taskdef.json", text);
    let _ = std::fs::remove_file(folder.path().join("github-output"));
    stage("register-taskdef", folder)
        .args("--task-definition taskdef.json")
        .in_workflow()
}

fn output(folder: &Folder, name: &str) -> Option<String> {
    let outputs = github_outputs(&folder.read("github-output"));
    outputs
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn sent(simulator: &Simulator) -> Vec<Value> {
    let calls = simulator.journal();
    let registrations = calls
        .iter()
        .filter(|call| call["operation"] == "RegisterTaskDefinition");
    registrations.map(|call| call["input"].clone()).collect()
}

#[test]
fn a_definition_is_registered_once_and_found_unchanged_after() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(register(&folder, WEB)).run().expect(0);
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:1";
    assert_eq!(output(&folder, "task-definition-arn").as_deref(), Some(arn));
    assert_eq!(output(&folder, "registered").as_deref(), Some("true"));

    simulator
        .serve(register(&folder, WEB))
        .run()
        .expect(0)
        .says("nothing changed, so no revision is made: `shop:1`");
    assert_eq!(output(&folder, "revision").as_deref(), Some("1"));
    assert_eq!(output(&folder, "registered").as_deref(), Some("false"));
    assert_eq!(sent(&simulator).len(), 1);
}

#[test]
fn a_change_is_shown_without_the_values_of_the_environment() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(register(&folder, WEB)).run().expect(0);
    let changed = WEB
        .replace("nginx:1.29", "nginx:1.30")
        .replace("hunter2", "swordfish");
    simulator
        .serve(register(&folder, &changed))
        .run()
        .expect(0)
        .says("`public.ecr.aws/nginx/nginx:1.29` → `public.ecr.aws/nginx/nginx:1.30`")
        .says("environment[MODE]")
        .hides("hunter2")
        .hides("swordfish");
    let diff = output(&folder, "diff").unwrap();
    assert!(
        diff.contains("environment[MODE]") && !diff.contains("hunter2"),
        "{diff}"
    );
    assert_eq!(output(&folder, "revision").as_deref(), Some("2"));
}

#[test]
fn values_are_shown_to_who_asks_but_never_a_password() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let secret = WEB.replace(r#""name": "MODE""#, r#""name": "DB_PASSWORD""#);
    simulator.serve(register(&folder, &secret)).run().expect(0);
    let change = |definition: &str| {
        let run = register(
            &folder,
            &definition.replace("hunter2", "swordfish-swordfish"),
        );
        simulator
            .serve(run.args("--show-values true --dry-run true"))
            .run()
            .expect(0)
    };
    change(&secret).says("DB_PASSWORD").hides("swordfish");
    change(WEB)
        .says("environment[MODE]: `swordfish-swordfish`")
        .says("environment[DB_PASSWORD]: hidden")
        .hides("hunter2");
}

/// The marks of hidden values in a diff.
fn marks(diff: &str) -> Vec<&str> {
    diff.split("*hidden* ")
        .skip(1)
        .map(|rest| &rest[..8])
        .collect()
}

#[test]
fn hidden_values_are_marked_alike_within_a_run_and_otherwise_in_the_next() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(register(&folder, WEB)).run().expect(0);
    let moved = WEB.replace(r#""name": "MODE""#, r#""name": "KIND""#);
    let mut runs = Vec::new();
    for _ in 0..2 {
        let run = register(&folder, &moved).args("--dry-run true");
        simulator.serve(run).run().expect(0).says("hidden ");
        runs.push(output(&folder, "diff").unwrap());
    }
    let [first, second] = [marks(&runs[0]), marks(&runs[1])];
    assert_eq!(first.len(), 2, "{runs:?}");
    assert_eq!(first[0], first[1], "{runs:?}");
    assert_ne!(first, second, "a key is made for each run");
}

#[test]
fn members_nobody_knows_travel_both_ways() {
    let (simulator, folder) = (Simulator::start("--speed 10 --strict false"), Folder::new());
    let future = WEB.replace(
        r#""name": "web","#,
        r#""name": "web", "quantumMode": {"spin": 9007199254740993, "axes": []},"#,
    );
    let outcome = simulator.serve(register(&folder, &future)).run().expect(0);
    outcome.hides("something else");
    assert_eq!(
        sent(&simulator)[0]["containerDefinitions"][0]["quantumMode"]["spin"].to_string(),
        "9007199254740993"
    );
    simulator
        .serve(register(&folder, &future))
        .run()
        .expect(0)
        .says("nothing changed");
    let other = future.replace("9007199254740993", "9007199254740992");
    simulator
        .serve(register(&folder, &other))
        .run()
        .expect(0)
        .says("quantumMode");
    assert_eq!(output(&folder, "revision").as_deref(), Some("2"));
}

#[test]
fn a_refusal_of_ecs_is_passed_on_with_its_code_if_the_rules_did_not_come_first() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let odd = WEB.replace("0.5 GB", "100 GB");
    simulator
        .serve(register(&folder, &odd))
        .run()
        .expect(3)
        .says("breaks rules of check-pipeline");
    assert!(simulator.operations().is_empty());
    simulator
        .serve(register(&folder, &odd))
        .run()
        .expect(3)
        .says("breaks rules of check-pipeline");
    assert!(simulator.operations().is_empty());
    simulator
        .serve(register(&folder, &odd).args("--no-check true"))
        .run()
        .expect(4)
        .says("RegisterTaskDefinition was refused with ClientException");
}

#[test]
fn throttling_is_survived_and_given_up_on_in_the_end() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.fault("RegisterTaskDefinition", 1, "throttle");
    simulator.serve(register(&folder, WEB)).run().expect(0);
    simulator.fault("RegisterTaskDefinition", 1, "throttle");
    let changed = register(&folder, &WEB.replace("1.29", "1.30")).args("--max-attempts 1");
    simulator
        .serve(changed)
        .run()
        .expect(5)
        .says("ThrottlingException");
}

#[test]
fn a_wrong_file_is_refused_at_its_place_before_any_call() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let left = WEB.replace("public.ecr.aws/nginx/nginx:1.29", "<IMAGE1_NAME>");
    simulator
        .serve(register(&folder, &left))
        .run()
        .expect(3)
        .says("<IMAGE1_NAME>");
    let missing = stage("register-taskdef", &folder).args("--task-definition nowhere.json");
    simulator
        .serve(missing)
        .run()
        .expect(3)
        .says("nowhere.json");
    assert!(simulator.operations().is_empty());
}

#[test]
fn a_dry_run_shows_the_difference_and_registers_nothing() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(register(&folder, WEB)).run().expect(0);
    let planned =
        register(&folder, &WEB.replace("1.29", "1.30")).args("--dry-run true --exit-code true");
    simulator.serve(planned).run().expect(11).says("nginx:1.30");
    assert_eq!(output(&folder, "registered").as_deref(), Some("true"));
    assert_eq!(output(&folder, "task-definition-arn"), None);
    assert_eq!(sent(&simulator).len(), 1);
}

/// What `aws ecs describe-task-definition --include TAGS` answers for a registered definition.
fn described(tags: &str) -> String {
    let definition = WEB.trim_end().trim_end_matches('}').trim_end();
    format!(
        r#"{{"taskDefinition": {definition}, "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:7",
            "revision": 7, "status": "ACTIVE", "registeredBy": "arn:aws:iam::123456789012:user/x", "compatibilities": ["FARGATE"],
            "requiresAttributes": [{{"name": "ecs.capability.task-eni"}}]}}, "tags": {tags}}}"#
    )
}

#[test]
fn the_answer_of_describe_task_definition_brings_its_tags_and_a_changed_tag_is_a_change() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    let before = described(r#"[{"key": "team", "value": "shop"}]"#);
    simulator
        .serve(register(&folder, &before))
        .run()
        .expect(0)
        .says("left out, because ECS sets it itself");
    let first = &sent(&simulator)[0];
    assert_eq!(first["tags"][0]["key"], "team", "{first}");
    assert!(
        first.get("revision").is_none() && first.get("status").is_none(),
        "{first}"
    );

    simulator.serve(register(&folder, &before)).run().expect(0);
    assert_eq!(output(&folder, "registered").as_deref(), Some("false"));

    let after = described(r#"[{"key": "team", "value": "cart"}]"#);
    simulator
        .serve(register(&folder, &after))
        .run()
        .expect(0)
        .says("tags[team]");
    assert_eq!(output(&folder, "revision").as_deref(), Some("2"));
}

#[test]
fn what_the_file_leaves_to_ecs_is_no_change_and_a_revision_is_made_all_the_same_if_forced() {
    let (simulator, folder) = (Simulator::start("--speed 10"), Folder::new());
    simulator.serve(register(&folder, WEB)).run().expect(0);
    // The same with what ECS fills in, sizes written in another way, and the members in another order.
    let same = r#"{
      "containerDefinitions": [{
        "environment": [{"value": "hunter2", "name": "MODE"}],
        "portMappings": [{"hostPort": 80, "protocol": "tcp", "containerPort": 80}],
        "image": "public.ecr.aws/nginx/nginx:1.29", "name": "web", "essential": true, "cpu": 0, "mountPoints": []
      }],
      "memory": "512", "cpu": "256", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "family": "shop", "volumes": []
    }"#;
    simulator
        .serve(register(&folder, same))
        .run()
        .expect(0)
        .says("nothing changed, so no revision is made: `shop:1`");
    simulator
        .serve(register(&folder, same).args("--force true"))
        .run()
        .expect(0)
        .says("a revision is made: asked for");
    assert_eq!(output(&folder, "revision").as_deref(), Some("2"));
    assert_eq!(output(&folder, "registered").as_deref(), Some("true"));
}
