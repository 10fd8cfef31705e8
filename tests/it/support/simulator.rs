//! A simulator per test: the shipped binary on a free port, and its control interface.
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::run::Run;

/// A running `wharfie-simulate-ecs`; it ends with the test.
pub(crate) struct Simulator {
    child: Child,
    environment: Vec<(String, String)>,
}

impl Simulator {
    /// The built-in world, with more options.
    pub(crate) fn start(options: &str) -> Self {
        let binary = std::env::var("CARGO_BIN_EXE_wharfie-simulate-ecs").unwrap();
        let child = Command::new(binary)
            .env_clear()
            .args(options.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut simulator = Self {
            child,
            environment: Vec::new(),
        };
        let lines = simulator.child.stdout.take().unwrap();
        for line in BufReader::new(lines).lines() {
            let line = line.unwrap();
            if line == "ready" {
                return simulator;
            }
            let (name, value) = line
                .split_once('=')
                .unwrap_or_else(|| panic!("not NAME=value: {line}"));
            simulator
                .environment
                .push((name.to_owned(), value.to_owned()));
        }
        panic!("it never was ready: {:?}", simulator.environment);
    }

    /// What it printed before it was ready.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Points a stage at it, or at the judge that stands before every simulator (`tests/checks/model_check.py`).
    pub(crate) fn serve(&self, run: Run) -> Run {
        let run = self
            .environment
            .iter()
            .fold(run, |run, (name, value)| run.env(name, value));
        let (Ok(judge), Some((_, port))) = (
            std::env::var("WHARFIE_TEST_PROXY"),
            self.address().rsplit_once(':'),
        ) else {
            return run;
        };
        run.env("AWS_ENDPOINT_URL", format!("{judge}/to/{port}"))
    }

    fn address(&self) -> &str {
        let url = self
            .environment
            .iter()
            .find(|(name, _)| name == "AWS_ENDPOINT_URL")
            .map(|(_, value)| value.as_str());
        url.and_then(|url| url.strip_prefix("http://"))
            .expect("AWS_ENDPOINT_URL=http://…")
    }

    /// Asks the control interface.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> String {
        let (head, answer) = self.ask(method, path, "", body);
        assert!(
            head.starts_with("HTTP/1.1 200"),
            "{method} {path}: {head}: {answer}"
        );
        answer
    }

    /// Calls an operation of ECS, as somebody else would; again until it is answered, whatever faults there are. What conflicts
    /// after an answer was lost was done by the call whose answer it was.
    pub(crate) fn ecs(&self, operation: &str, input: &Value) -> Value {
        self.call("AmazonEC2ContainerServiceV20141113", operation, input)
    }

    /// The same for an operation of CodeDeploy.
    pub(crate) fn codedeploy(&self, operation: &str, input: &Value) -> Value {
        self.call("CodeDeploy_20141006", operation, input)
    }

    fn call(&self, service: &str, operation: &str, input: &Value) -> Value {
        let headers = format!(
            "X-Amz-Target: {service}.{operation}\r\n\
             Content-Type: application/x-amz-json-1.1\r\nAuthorization: somebody else\r\n"
        );
        let mut lost = false;
        for _ in 0..50 {
            let (head, answer) = self.ask("POST", "/", &headers, &input.to_string());
            let done = lost && answer.contains("ConflictException");
            if done || head.starts_with("HTTP/1.1 200") {
                return serde_json::from_str(&answer).unwrap();
            }
            let passes = head.is_empty() || answer.contains("Throttling");
            assert!(passes, "{operation}: {head}: {answer}");
            lost |= head.is_empty();
        }
        panic!("{operation} is never answered");
    }

    /// One request, with more headers; the head and the body of the answer, both empty if the connection was closed.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        (head.to_owned(), body.to_owned())
    }

    /// Everything that exists in it.
    pub(crate) fn state(&self) -> Value {
        serde_json::from_str(&self.control("GET", "/_sim/state", "")).unwrap()
    }

    /// The calls it received, oldest first.
    pub(crate) fn journal(&self) -> Vec<Value> {
        self.control("GET", "/_sim/journal", "")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The names of the operations it received, oldest first.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.journal()
            .iter()
            .filter_map(|entry| entry["operation"].as_str().map(str::to_owned))
            .collect()
    }

    /// What a role needs for the calls it received since the first so many: `ecs:DescribeServices`.
    pub(crate) fn actions_after(&self, calls: usize) -> BTreeSet<String> {
        let journal = self.journal().split_off(calls);
        let actions = journal.iter().map(|call| {
            let service = match call["service"].as_str().unwrap() {
                "elbv2" => "elasticloadbalancing",
                other => other,
            };
            format!("{service}:{}", call["operation"].as_str().unwrap())
        });
        actions.collect()
    }

    /// Waits until an operation was called.
    pub(crate) fn wait_for(&self, operation: &str) {
        let waited = Instant::now();
        while self.count(operation) == 0 {
            let operations = self.operations();
            assert!(waited.elapsed() < Duration::from_mins(1), "{operations:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// How often an operation was called.
    pub(crate) fn count(&self, operation: &str) -> usize {
        let operations = self.operations();
        operations.iter().filter(|one| *one == operation).count()
    }

    /// How often a call about something took effect, whatever was answered: it did unless it was refused or dropped before.
    pub(crate) fn took_effect(
        journal: &[Value],
        operation: &str,
        member: &str,
        name: &str,
    ) -> usize {
        let calls = journal.iter().filter(|call| {
            call["operation"] == operation
                && call["input"][member] == name
                && call["error"].is_null()
                && call["fault"] != "drop-before"
        });
        calls.count()
    }

    /// The three flags of the scalable target of a service of the cluster `demo`: in, out, scheduled.
    pub(crate) fn scaling_flags(&self, service: &str) -> [bool; 3] {
        let state = self.state();
        let target = &state["application-autoscaling"][format!("service/demo/{service}")];
        [
            "DynamicScalingInSuspended",
            "DynamicScalingOutSuspended",
            "ScheduledScalingSuspended",
        ]
        .map(|name| target["suspended"][name].as_bool().unwrap())
    }

    /// Lets the next deployments of a service follow a story.
    pub(crate) fn story(&self, service: &str, story: &str) {
        self.control(
            "POST",
            "/_sim/story",
            &format!(r#"{{"service":"{service}","story":"{story}"}}"#),
        );
    }

    /// Makes the n-th call of an operation go wrong.
    pub(crate) fn fault(&self, operation: &str, nth: u32, kind: &str) {
        self.control(
            "POST",
            "/_sim/fault",
            &format!(r#"{{"operation":"{operation}","nth":{nth},"kind":"{kind}"}}"#),
        );
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
