//! What stands around a service: guards that are off, alarms that fire, what a load balancer finds.

use serde_json::{Value, json};

use super::deploy;
use crate::support::run::{Folder, Outcome, github_outputs, stage};
use crate::support::simulator::Simulator;

/// A world with one service `web`, configured like this, and these alarms.
fn seed(configuration: &Value, alarms: &Value, count: u32) -> String {
    let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
    let group =
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/6d0ecf831eec9f09";
    json!({
        "clusters": ["demo"],
        "logGroups": ["/ecs/web"],
        "alarms": alarms,
        "repositories": [{"repositoryName": "web", "images": [
            {"imageTags": ["v1"]},
            {"imageTags": ["8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"]},
        ]}],
        "taskDefinitions": [{
            "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
            "cpu": "256", "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            "containerDefinitions": [{
                "name": "web", "image": format!("{image}:v1"), "essential": true,
                "portMappings": [{"containerPort": 80}],
            }],
        }],
        "services": [{
            "cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": count,
            "launchType": "FARGATE",
            "deploymentConfiguration": configuration,
            "loadBalancers": [{"targetGroupArn": group, "containerName": "web", "containerPort": 80}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}},
        }],
    })
    .to_string()
}

/// A simulator of such a world.
fn world(folder: &Folder, configuration: &Value, alarms: &Value, options: &str) -> Simulator {
    let path = folder.write("seed.json", &seed(configuration, alarms, 2));
    Simulator::start(&format!("--seed {} {options}", path.display()))
}

fn breaker(rollback: bool) -> Value {
    json!({"enable": true, "rollback": rollback})
}

fn alarms(names: &[&str]) -> Value {
    json!({"alarmNames": names, "enable": true, "rollback": true})
}

#[test]
fn guards_that_are_off_are_said_before_anything_is_changed() {
    let fires = json!([{"AlarmName": "errors", "StateValue": "ALARM"}]);
    let calm = json!([{"AlarmName": "errors"}]);
    let both = json!({"deploymentCircuitBreaker": breaker(true), "alarms": alarms(&["errors"])});
    let cases = [
        (json!({}), json!([]), "no guard is on"),
        (
            json!({"deploymentCircuitBreaker": breaker(false)}),
            json!([]),
            "rollback is off",
        ),
        (
            both.clone(),
            fires,
            "a deployment alarm fires already, so ECS lets no alarm end this deployment: `errors`",
        ),
        (
            both,
            json!([]),
            "a deployment alarm does not exist, so it will never fire: `errors`",
        ),
        (
            json!({"alarms": alarms(&["errors"])}),
            calm,
            "the circuit breaker is off",
        ),
        (
            json!({"deploymentCircuitBreaker": breaker(true), "minimumHealthyPercent": 0}),
            json!([]),
            "the lower limit is 0 %",
        ),
    ];
    for (configuration, alarms, said) in cases {
        let folder = Folder::new();
        let simulator = world(&folder, &configuration, &alarms, "");
        let run = deploy(&folder).args("--dry-run");
        simulator.serve(run).run().expect(0).says(said);
        assert_eq!(simulator.count("UpdateService"), 0);
    }
}

#[test]
fn a_strategy_that_moves_traffic_with_nothing_to_look_at_it_is_said() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-native --force-new-deployment --dry-run");
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("no hook and no alarm");
}

#[test]
fn limits_that_leave_no_room_are_refused() {
    let folder = Folder::new();
    let tight = json!({"minimumHealthyPercent": 100, "maximumPercent": 100});
    let simulator = world(&folder, &tight, &json!([]), "");
    simulator
        .serve(deploy(&folder))
        .run()
        .expect(4)
        .says("could never replace a task")
        .says("maximumPercent");
    assert_eq!(simulator.count("RegisterTaskDefinition"), 0);
    assert_eq!(simulator.count("UpdateService"), 0);
}

#[test]
fn an_alarm_that_fires_already_does_not_end_the_deployment_that_mends_it() {
    let folder = Folder::new();
    let configuration =
        json!({"deploymentCircuitBreaker": breaker(true), "alarms": alarms(&["errors"])});
    let fires = json!([{"AlarmName": "errors", "StateValue": "ALARM"}]);
    let simulator = world(&folder, &configuration, &fires, "--speed 300");
    simulator
        .serve(deploy(&folder))
        .run()
        .expect(0)
        .says("fires already")
        .says("verdict=deployed");
}

#[test]
fn an_alarm_that_ends_the_deployment_is_named_with_its_reason() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "alarm");
    let outcome = simulator
        .serve(deploy(&folder))
        .run()
        .expect(6)
        .says("an alarm of the deployment fired")
        .says("alarm `web-errors` is ALARM: Threshold Crossed");
    assert!(!outcome.stderr.contains("not known"), "{}", outcome.stderr);
}

#[test]
fn services_that_somebody_else_moves_are_refused_with_what_to_do() {
    for (member, value, said, hint) in [
        (
            "deploymentController",
            json!({"type": "EXTERNAL"}),
            "EXTERNAL",
            "deploy with that program",
        ),
        (
            "resourceManagementType",
            json!("ECS"),
            "managed by ECS Express Mode",
            "aws ecs update-express-gateway-service",
        ),
    ] {
        let folder = Folder::new();
        let mut world: Value = serde_json::from_str(&seed(&json!({}), &json!([]), 2)).unwrap();
        world["services"][0][member] = value;
        let path = folder.write("seed.json", &world.to_string());
        let simulator = Simulator::start(&format!("--seed {}", path.display()));
        simulator
            .serve(deploy(&folder))
            .run()
            .expect(4)
            .says(said)
            .says(hint);
        for operation in ["RegisterTaskDefinition", "UpdateService"] {
            assert_eq!(simulator.count(operation), 0, "{operation}");
        }
    }
}

#[test]
fn the_outage_of_the_documentation_is_rehearsed_from_a_file() {
    let folder = Folder::new();
    let page = include_str!("../../../docs/simulator.md");
    let (_, after) = page.split_once("<!-- outage -->\n```json\n").unwrap();
    let (story, _) = after.split_once("```").unwrap();
    let path = folder.write("outage.json", story);
    let simulator = Simulator::start(&format!("--speed 300 --story {}", path.display()));
    simulator
        .serve(deploy(&folder))
        .run()
        .expect(6)
        .says("container `web` exited with code 3")
        .says("the database does not answer");
}

/// The causes in the report of the one service.
fn causes(folder: &Folder, outcome: &Outcome) -> Vec<Value> {
    let outputs = github_outputs(&folder.read("github-output"));
    let path = outputs.iter().find(|(name, _)| name == "report");
    let path = &path.unwrap_or_else(|| panic!("{}", outcome.stderr)).1;
    let text = std::fs::read_to_string(path).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    report["services"][0]["causes"].as_array().unwrap().clone()
}

#[test]
fn what_the_load_balancer_finds_is_the_cause_of_tasks_that_failed_its_checks() {
    for (reason, kind, advice) in [
        (
            "Health checks failed with these codes: [503]",
            "target-wrong-status",
            "correct the path",
        ),
        (
            "Request timed out",
            "target-timeout",
            "security group reach the container's port",
        ),
        (
            "Health checks failed",
            "target-refused",
            "listen on 0.0.0.0",
        ),
    ] {
        let (simulator, folder) = (Simulator::start("--speed 100"), Folder::new());
        let story = json!({"service": "web", "story": {
            "name": "fails", "tasks": {"fate": "unhealthy", "after": 120, "reason": reason},
        }});
        simulator.control("POST", "/_sim/story", &story.to_string());
        let outcome = simulator
            .serve(deploy(&folder).in_workflow())
            .run()
            .expect(6)
            .says(reason)
            .says(advice);
        let causes = causes(&folder, &outcome);
        assert_eq!(causes.len(), 1, "{causes:#?}");
        assert_eq!(causes[0]["kind"], kind);
        assert!(simulator.count("DescribeTargetHealth") > 0);
    }
}

/// Stories, and what each has to be recognised as: at least one for each group of failures.
const KINDS: [(&str, &str); 12] = [
    ("bad-image", "image-not-found"),
    ("no-route", "registry-login-unreachable"),
    ("secret-denied", "secret-not-allowed"),
    ("volume", "volume-not-mounted"),
    ("bad-command", "command-not-started"),
    ("wrong-processor", "wrong-processor"),
    ("crash-loop", "exited"),
    ("oom", "out-of-memory"),
    ("wrong-port", "target-refused"),
    ("slow-answer", "target-timeout"),
    ("no-capacity", "no-fargate-capacity"),
    ("quota", "fargate-quota"),
];

#[test]
fn every_story_of_a_failure_is_recognised_as_what_it_is() {
    for (story, kind) in KINDS {
        let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
        simulator.story("web", story);
        let outcome = simulator
            .serve(deploy(&folder).in_workflow())
            .run()
            .expect(6);
        let causes = causes(&folder, &outcome);
        let kinds: Vec<&str> = causes
            .iter()
            .filter_map(|cause| cause["kind"].as_str())
            .collect();
        assert_eq!(kinds, [kind], "{story}: {causes:#?}");
    }
}

#[test]
fn a_group_that_no_listener_uses_is_found_although_no_task_ever_fails() {
    let (simulator, folder) = (Simulator::start("--speed 100"), Folder::new());
    simulator.story("web", "no-listener");
    let outcome = simulator
        .serve(deploy(&folder).args("--timeout 6s").in_workflow())
        .run()
        .expect(7)
        .says("Target.NotInUse")
        .says("name the target group in a listener's rule");
    assert_eq!(causes(&folder, &outcome)[0]["kind"], "target-not-in-use");
}

#[test]
fn what_may_not_be_read_is_said_once_and_the_deployment_goes_on() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "alarm");
    for operation in ["DescribeAlarms", "DescribeTargetHealth"] {
        let fault = json!({
            "operation": operation, "kind": "error", "code": "AccessDenied", "status": 403, "times": 1000,
        });
        simulator.control("POST", "/_sim/fault", &fault.to_string());
    }
    let outcome = simulator.serve(deploy(&folder)).run().expect(6);
    for said in [
        "whether a deployment alarm fires already is not known: DescribeAlarms was refused with AccessDenied",
        "what the load balancer says of its targets is not known: DescribeTargetHealth was refused with AccessDenied",
    ] {
        assert_eq!(
            outcome.stderr.matches(said).count(),
            1,
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn an_endpoint_that_does_not_have_them_costs_a_note_and_not_the_deployment() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    simulator.story("web", "alarm");
    for operation in ["DescribeAlarms", "DescribeTargetHealth"] {
        let fault = json!({
            "operation": operation, "kind": "error", "code": "NotFound", "status": 404, "times": 1000,
        });
        simulator.control("POST", "/_sim/fault", &fault.to_string());
    }
    simulator
        .serve(deploy(&folder).args("--max-attempts 1"))
        .run()
        .expect(6)
        .says("fires already is not known");
}
