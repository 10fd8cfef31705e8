//! The whole pipeline as it is shipped, rehearsed against the simulator in its own process.

use serde_json::Value;

use crate::support::files::{path, text};
use crate::support::run::{Folder, Run, cancelled, github_outputs, signal, stage};
use crate::support::simulator::Simulator;

mod pinning;

/// The commit whose image waits in the built-in world.
const COMMIT: &str = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7";
const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";

/// The example of the repository, as the README runs it.
fn example(folder: &Folder) -> Run {
    stage("run-pipeline", folder)
        .args("--container-name web --cluster demo --service web --suspend-scaling always")
        .arg("--repository")
        .arg(REPOSITORY)
        .arg("--commit")
        .arg(COMMIT)
        .arg("--task-definition")
        .arg(path("examples/web-service/taskdef.json"))
}

fn events(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

#[test]
fn the_example_is_deployed_and_every_stage_is_shown() {
    let folder = Folder::new();
    let outcome = example(&folder).args("--local --speed 200").run().expect(0);
    let order = [
        "resolve-image",
        "render-taskdef",
        "write-imagedefs",
        "write-appspec",
        "check-pipeline",
        "register-taskdef",
        "suspend-scaling",
        "deploy-service",
        "resume-scaling",
    ];
    let mut rest = outcome.stderr.as_str();
    for name in order {
        let at = rest
            .find(&format!("\n{name}  "))
            .or_else(|| rest.starts_with(name).then_some(0));
        rest = &rest[at
            .unwrap_or_else(|| panic!("{name} is not shown in its place:\n{}", outcome.stderr))..];
    }
    for said in [
        "deployed: `web:2`",
        "suspended: `scale-in`, `scale-out`, `scheduled`",
        "suspended now, as before: nothing",
        "verdict=deployed",
    ] {
        assert!(outcome.stderr.contains(said), "{said}:\n{}", outcome.stderr);
    }
    let rendered: Value = serde_json::from_str(&folder.read("wharfie-out/taskdef.json")).unwrap();
    let container = &rendered["containerDefinitions"][0];
    let image = container["image"].as_str().unwrap();
    assert!(
        image.starts_with(&format!("{REPOSITORY}@sha256:")),
        "{image}"
    );
    assert_eq!(container["dockerLabels"]["wharfie.image-tag"], COMMIT);
    let definitions: Value =
        serde_json::from_str(&folder.read("wharfie-out/imagedefinitions.json")).unwrap();
    assert_eq!(
        definitions,
        serde_json::json!([{"name": "web", "imageUri": image}])
    );
    assert!(
        folder
            .read("wharfie-out/appspec.yaml")
            .contains("ContainerPort: 80")
    );
}

#[test]
fn a_version_that_crashes_ends_with_6_and_says_what_a_person_needs() {
    let folder = Folder::new();
    let outcome = example(&folder)
        .args("--local --speed 200 --story crash-loop")
        .run()
        .expect(6);
    for said in [
        "container `web` exited with code 1",
        "last lines of container `web`",
        "DATABASE_URL",
        "rolled back to `web:1`",
        "suspended now, as before: nothing",
        "verdict=rolled-back",
    ] {
        assert!(outcome.stderr.contains(said), "{said}:\n{}", outcome.stderr);
    }
}

#[test]
fn every_story_ends_with_its_own_verdict() {
    for (story, exit, verdict) in [
        ("steady", 0, "deployed"),
        ("no-rollback", 6, "failed"),
        ("superseded", 9, "superseded"),
        ("bad-image", 6, "rolled-back"),
        ("slow", 7, "timed-out"),
    ] {
        let folder = Folder::new();
        let outcome = example(&folder)
            .args("--local --speed 400 --timeout 15m --format json --story")
            .arg(story)
            .run()
            .expect(exit);
        let last = events(&outcome.stdout).pop().unwrap();
        assert_eq!(
            last["outputs"]["verdict"], verdict,
            "{story}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn a_workflow_gets_groups_outputs_and_a_summary() {
    let folder = Folder::new();
    let outcome = example(&folder)
        .in_workflow()
        .args("--local --speed 200")
        .run()
        .expect(0);
    assert_eq!(outcome.stdout, "");
    assert_eq!(
        outcome.stderr.matches("::group::").count(),
        9,
        "{}",
        outcome.stderr
    );
    assert_eq!(
        outcome.stderr.matches("::endgroup::").count(),
        9,
        "{}",
        outcome.stderr
    );
    let outputs = github_outputs(&folder.read("github-output"));
    let value = |name: &str| {
        outputs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("verdict"), Some("deployed"));
    assert_eq!(value("commit"), Some(COMMIT));
    assert_eq!(value("registered"), Some("true"));
    let summary = folder.read("github-summary");
    assert!(
        summary.starts_with("### ✅ wharfie run-pipeline: deployed")
            && summary.contains("| deploy-service |"),
        "{summary}"
    );
}

#[test]
fn a_dry_run_sends_no_changing_call_and_tells_by_its_exit_code() {
    let folder = Folder::new();
    let simulator = Simulator::start("");
    simulator
        .serve(example(&folder))
        .args("--dry-run --exit-code")
        .run()
        .expect(11);
    let changing: Vec<String> = simulator
        .operations()
        .into_iter()
        .filter(|operation| {
            !["Describe", "List", "Get", "BatchGet"]
                .iter()
                .any(|read| operation.starts_with(read))
        })
        .collect();
    assert_eq!(changing, Vec::<String>::new());
}

#[test]
fn a_service_that_does_not_exist_is_refused_before_anything_is_registered() {
    let folder = Folder::new();
    let simulator = Simulator::start("");
    let outcome = simulator
        .serve(stage("run-pipeline", &folder))
        .args("--images web=ghcr.io/acme/web:2 --cluster demo --service nope --task-definition")
        .arg(path("examples/web-service/taskdef.json"))
        .run()
        .expect(4);
    assert!(outcome.stderr.contains("nope"), "{}", outcome.stderr);
    assert!(
        !simulator
            .operations()
            .iter()
            .any(|operation| operation.starts_with("Register")),
        "{:?}",
        simulator.operations()
    );
}

#[test]
fn what_means_nothing_in_a_rehearsal_is_refused() {
    let folder = Folder::new();
    example(&folder)
        .args("--local --role-arn arn:aws:iam::123456789012:role/x")
        .run()
        .expect(2)
        .says("--local");
    example(&folder)
        .args("--story steady --region us-east-1")
        .run()
        .expect(2)
        .says("--local");
    example(&folder)
        .args("--local --story no-such-story")
        .run()
        .expect(2)
        .says("no-such-story");
}

#[test]
fn a_signal_in_the_middle_gives_scaling_back_and_says_what_goes_on() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let folder = Folder::new();
        let simulator = Simulator::start("--speed 1");
        let child = simulator.serve(example(&folder)).spawn();
        simulator.wait_for("DescribeServiceDeployments");
        assert_eq!(
            simulator.scaling_flags("web"),
            [true, true, true],
            "scaling is held while it is deployed"
        );
        let outcome = cancelled(child, name, code);
        assert!(
            outcome
                .stderr
                .contains("the deployment of service `web` goes on"),
            "{}",
            outcome.stderr
        );
        assert_eq!(
            simulator.scaling_flags("web"),
            [false, false, false],
            "{}",
            outcome.stderr
        );
    }
}

/// The built-in world's service `web`, whose scheduled actions somebody had suspended.
fn world_with_a_flag(folder: &Folder) -> Simulator {
    let seed = r#"{
      "clusters": ["demo"], "logGroups": ["/ecs/web"],
      "repositories": [{"repositoryName": "web", "images": [{"imageTags": ["<COMMIT>"]}]}],
      "taskDefinitions": [{"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "containerDefinitions": [{"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}]}],
      "services": [{"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}}],
      "scalableTargets": [{"ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
        "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 10,
        "SuspendedState": {"ScheduledScalingSuspended": true}}]
    }"#;
    let path = folder.write("seed.json", &seed.replace("<COMMIT>", COMMIT));
    Simulator::start(&format!("--speed 1 --seed {}", path.display()))
}

#[test]
fn after_a_kill_anybody_can_give_back_exactly_what_was() {
    let folder = Folder::new();
    let simulator = world_with_a_flag(&folder);
    assert_eq!(simulator.scaling_flags("web"), [false, false, true]);
    let mut child = simulator.serve(example(&folder)).spawn();
    simulator.wait_for("UpdateService");
    signal(&child, "KILL");
    child.wait().unwrap();
    assert_eq!(
        simulator.scaling_flags("web"),
        [true, true, true],
        "the killed job left it suspended"
    );
    simulator
        .serve(stage("resume-scaling", &folder))
        .args("--cluster demo --service web")
        .run()
        .expect(0);
    assert_eq!(
        simulator.scaling_flags("web"),
        [false, false, true],
        "what was suspended before stays so"
    );
}

#[test]
fn the_readme_runs_what_these_tests_run() {
    let readme = text("README.md");
    let line = readme
        .lines()
        .find(|line| line.contains("wharfie-run-pipeline -- --local"))
        .unwrap();
    for part in [
        "examples/web-service/taskdef.json",
        "--container-name web",
        REPOSITORY,
        "--cluster demo --service web",
        "--suspend-scaling always",
    ] {
        assert!(line.contains(part), "{line}");
    }
}
