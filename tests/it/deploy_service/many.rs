//! Many services in one run, and endpoints that do not offer all of ECS.
use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::support::deploying::new_version;
use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

/// A world of so many services, in which the request rates of ECS are kept.
fn world(services: usize) -> String {
    let definition: Value = serde_json::from_str(&new_version("web")).unwrap();
    let services: Vec<Value> = (0..services)
        .map(|number| {
            json!({
                "cluster": "demo", "serviceName": format!("s{number}"), "taskDefinition": "web:1", "desiredCount": 1,
                "launchType": "FARGATE",
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}},
                "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
            })
        })
        .collect();
    json!({
        "rules": {"throttling": "real"},
        "clusters": ["demo"],
        "logGroups": ["/ecs/web"],
        "repositories": [{
            "repositoryName": "web",
            "images": [{"imageTags": ["8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"]}],
        }],
        "taskDefinitions": [definition, definition],
        "services": services,
    })
    .to_string()
}

#[test]
fn a_hundred_services_are_deployed_without_a_call_being_throttled() {
    let folder = Folder::new();
    let seed = folder.write("seed.json", &world(100));
    let simulator = Simulator::start(&format!("--speed 10 --seed {}", seed.display()));
    let names: Vec<String> = (0..100).map(|number| format!("s{number}")).collect();
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --task-definition-arn web:2 --service")
        .arg(names.join(","));
    let outcome = simulator.serve(run).run().expect(0);
    assert_eq!(
        outcome.stderr.matches("deployed: `web:2`").count(),
        100,
        "{}",
        outcome.stderr
    );
    let throttled: Vec<Value> = simulator
        .journal()
        .into_iter()
        .filter(|call| call["error"] == "ThrottlingException")
        .collect();
    assert!(throttled.is_empty(), "{throttled:?}");
    assert_eq!(simulator.count("UpdateService"), 100);
}

#[test]
fn all_or_nothing_takes_the_others_back_when_one_fails() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    simulator.story("web", "crash-loop");
    folder.write("web.json", &new_version("web"));
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service web-native,web --task-definition web.json --all-or-nothing")
        .in_workflow();
    let outcome = simulator.serve(run).run().expect(6);
    assert!(
        outcome.stderr.contains("another service of the run failed"),
        "{}",
        outcome.stderr
    );
    let outputs = github_outputs(&folder.read("github-output"));
    assert!(outputs.contains(&("verdict".to_owned(), "rolled-back".to_owned())));
    let services = simulator.ecs(
        "DescribeServices",
        &json!({"cluster": "demo", "services": ["web", "web-native"]}),
    );
    for service in services["services"].as_array().unwrap() {
        let name = service["serviceName"].as_str().unwrap();
        let runs = service["deployments"][0]["taskDefinition"]
            .as_str()
            .unwrap();
        assert!(runs.ends_with(&format!("/{name}:1")), "{name} runs {runs}");
    }
}

#[test]
fn without_the_service_deployment_api_the_entries_of_the_service_tell_the_end() {
    for (story, verdict, code) in [
        ("steady", "deployed", 0),
        ("crash-loop", "rolled-back", 6),
        ("no-rollback", "failed", 6),
    ] {
        for refusal in ["AccessDeniedException", "UnknownOperationException"] {
            let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
            simulator.story("web", story);
            for operation in [
                "ListServiceDeployments",
                "DescribeServiceDeployments",
                "DescribeServiceRevisions",
            ] {
                let fault = json!({"operation": operation, "kind": "error", "code": refusal, "chance": 1.0});
                simulator.control("POST", "/_sim/fault", &fault.to_string());
            }
            folder.write("web.json", &new_version("web"));
            let run = stage("deploy-service", &folder)
                .args("--cluster demo --service web --task-definition web.json");
            let outcome = simulator.serve(run).run().expect(code);
            assert!(
                outcome.stderr.contains(&format!("verdict={verdict}"))
                    && outcome
                        .stderr
                        .contains("following the entries of the service"),
                "{story} {refusal}:\n{}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn a_page_instead_of_an_answer_is_told_by_its_status() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 8192]);
            let page = "<html><body>There is no such page</body></html>";
            let length = page.len();
            let _ = write!(
                stream,
                "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{page}"
            );
        }
    });
    let folder = Folder::new();
    stage("deploy-service", &folder)
        .args(
            "--cluster demo --service web --force-new-deployment --region us-east-1 --endpoint-url",
        )
        .arg(format!("http://{address}"))
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .run()
        .expect(5)
        .says("HTTP status 404")
        .hides("There is no such page");
}
