//! `wharfie-simulate-ecs` as it is shipped: what it prints, what it takes, how it ends.
use serde_json::Value;

use crate::support::run::{Folder, ended, signal, stage};
use crate::support::simulator::Simulator;

#[test]
fn it_prints_the_environment_and_then_ready() {
    let simulator = Simulator::start("");
    let names: Vec<&str> = simulator
        .environment()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let endpoint = &simulator.environment()[0].1;
    assert!(
        endpoint.starts_with("http://127.0.0.1:"),
        "loopback only: {endpoint}"
    );
}

#[test]
fn the_world_without_a_seed_is_the_one_that_is_promised() {
    let simulator = Simulator::start("");
    let state = simulator.state();
    let text = state.to_string();
    for name in ["web", "web-native", "web-codedeploy"] {
        assert!(
            text.contains(&format!("\"service/demo/{name}\"")),
            "{name}: {text}"
        );
    }
    assert!(text.contains("demo-asg"), "{text}");
    assert_eq!(
        simulator.journal(),
        Vec::<Value>::new(),
        "looking at it is no call"
    );
}

#[test]
fn a_signal_ends_it_with_its_own_exit_code() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let folder = Folder::new();
        let mut child = stage("simulate-ecs", &folder).spawn();
        let mut ready = String::new();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
        while ready.trim() != "ready" {
            ready.clear();
            assert!(
                std::io::BufRead::read_line(&mut lines, &mut ready).unwrap() > 0,
                "it never was ready"
            );
        }
        signal(&child, name);
        ended(child).expect(code);
    }
}

#[test]
fn what_cannot_be_served_is_said_before_anything_is() {
    let folder = Folder::new();
    folder.write("seed.json", "{\"services\": [{\"serviceName\": 1}]}");
    stage("simulate-ecs", &folder)
        .args("--seed seed.json")
        .run()
        .expect(3)
        .says("seed.json");
    stage("simulate-ecs", &folder)
        .args("--seed missing.json")
        .run()
        .expect(3)
        .says("missing.json");
    stage("simulate-ecs", &folder)
        .args("--story no-such-story")
        .run()
        .expect(2)
        .says("no-such-story");
    stage("simulate-ecs", &folder)
        .args("--speed fast")
        .run()
        .expect(2)
        .says("fast");
    stage("simulate-ecs", &folder)
        .args("--port 3x")
        .run()
        .expect(2)
        .says("3x");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    stage("simulate-ecs", &folder)
        .arg("--port")
        .arg(port)
        .run()
        .expect(5)
        .says("--port");
}
