//! Every way a deployment can end, in every strategy of ECS, with a new task definition and with the same one deployed anew: once
//! on a good day, with a runner whose clock is five minutes fast or slow, with 30 % of all calls throttled, and with 10 % of all
//! connections dropped, half of them before a call took effect and half after it. The verdict and the exit code stay the same.
//!
//! A day is one simulator with a service for each cell of the table.
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::run::{Folder, ended, github_outputs, stage};
use crate::support::simulator::Simulator;

/// How the tasks, and the traffic, of a service move.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strategy {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

use Strategy::{BlueGreen, Canary, Linear, Rolling};

const ALL: &[Strategy] = &[Rolling, BlueGreen, Linear, Canary];
const ROLLS: &[Strategy] = &[Rolling];
const MOVES_TRAFFIC: &[Strategy] = &[BlueGreen, Linear, Canary];

/// What is deployed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// A definition that is registered first.
    New,
    /// What the service has already, by force.
    Same,
    /// What the service has already, without force.
    Nothing,
}

use What::{New, Nothing, Same};

/// What somebody else does meanwhile, or did before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Somebody {
    Nobody,
    /// Stops the deployment, so that it is rolled back.
    Stops,
    /// Deletes the service.
    Deletes,
    /// Made the service with an image that is nowhere: no deployment of it was ever complete.
    NeverFinished,
    /// Turned off the rollback of the alarms.
    LeavesFailures,
}

use Somebody::{Deletes, LeavesFailures, NeverFinished, Nobody, Stops};

/// A way to end: the strategies it is for, what befalls the deployment, who else acts, more options, the verdict, the exit code.
type Ending = (
    &'static [Strategy],
    &'static str,
    Somebody,
    &'static str,
    &'static str,
    i32,
);

/// Fails before a task of the new version has to start.
const REFUSED: &str = "refused at once";
/// Waits for an answer before a task of the new version starts.
const PAUSED: &str = "paused at once";
const SHORT: &str = "--timeout 4s";
const SHORT_AND_BACK: &str = "--timeout 4s --on-timeout rollback";

const ENDINGS: &[Ending] = &[
    (ALL, "steady", Nobody, "", "deployed", 0),
    (ALL, "steady", Nobody, "--wait-until clean", "deployed", 0),
    (ALL, "spot-interruption", Nobody, "", "deployed", 0),
    (ROLLS, "crash-loop", Nobody, "", "rolled-back", 6),
    (MOVES_TRAFFIC, "crash-loop", Nobody, SHORT, "timed-out", 7),
    (ROLLS, "no-rollback", Nobody, "", "failed", 6),
    (ALL, "alarm", Nobody, "", "rolled-back", 6),
    (ALL, "alarm", LeavesFailures, "", "failed", 6),
    (MOVES_TRAFFIC, "hook-failure", Nobody, "", "rolled-back", 6),
    (ALL, REFUSED, Nobody, "", "rolled-back", 6),
    (MOVES_TRAFFIC, "approval", Nobody, "", "paused", 10),
    (ROLLS, PAUSED, Nobody, "", "paused", 10),
    (ALL, "superseded", Nobody, "", "superseded", 9),
    (ALL, "hang", Nobody, SHORT, "timed-out", 7),
    (ALL, "hang", Nobody, SHORT_AND_BACK, "rolled-back", 6),
    (ALL, "hang", Stops, "", "rolled-back", 6),
    (ALL, "hang", Deletes, "", "stopped", 6),
    (ROLLS, "crash-loop", NeverFinished, "", "rollback-failed", 6),
    (ALL, REFUSED, NeverFinished, "", "rollback-failed", 6),
];

/// How fast the simulator is. Nothing that is asked here hangs on it: what does not end by itself never does.
const SPEED: &str = "--speed 90 --seed world.json";
/// How many cells are run at the same time: they wait most of the time.
const AT_ONCE: usize = 40;
const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// A deployment and how it has to end.
struct Cell {
    service: String,
    strategy: Strategy,
    what: What,
    ending: &'static Ending,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let unchanged: &'static Ending = &(ALL, "steady", Nobody, "", "unchanged", 0);
    let endings = ENDINGS.iter().map(|ending| (ending, &[New, Same][..]));
    for (ending, whats) in endings.chain([(unchanged, &[Nothing][..])]) {
        for strategy in ending.0 {
            for what in whats {
                cells.push(Cell {
                    service: format!("cell-{}", cells.len()),
                    strategy: *strategy,
                    what: *what,
                    ending,
                });
            }
        }
    }
    cells
}

impl Cell {
    fn definition(&self, tag: &str) -> Value {
        json!({
            "family": self.service, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            "containerDefinitions": [{
                "name": "web", "image": format!("{REGISTRY}/web:{tag}"),
                "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                "healthCheck": {"command": ["CMD", "true"]},
            }],
        })
    }

    /// The request that makes the service.
    fn service(&self) -> Value {
        let mut configuration = json!({"maximumPercent": 200, "minimumHealthyPercent": 100});
        match self.strategy {
            Rolling => {
                configuration["deploymentCircuitBreaker"] =
                    json!({"enable": true, "rollback": true});
            }
            BlueGreen => configuration["strategy"] = "BLUE_GREEN".into(),
            Linear => {
                configuration["strategy"] = "LINEAR".into();
                configuration["linearConfiguration"] =
                    json!({"stepPercent": 50.0, "stepBakeTimeInMinutes": 1});
            }
            Canary => {
                configuration["strategy"] = "CANARY".into();
                configuration["canaryConfiguration"] =
                    json!({"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1});
            }
        }
        if self.strategy != Rolling {
            configuration["bakeTimeInMinutes"] = 1.into();
        }
        if self.ending.2 == LeavesFailures {
            let name = format!("{}-alarm", self.service);
            configuration["alarms"] =
                json!({"alarmNames": [name], "enable": true, "rollback": false});
        }
        let group = |colour: &str| {
            let name = format!("{}-{colour}", self.service);
            format!(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/73e2d6bc24d8a067"
            )
        };
        let mut balancer =
            json!({"targetGroupArn": group("blue"), "containerName": "web", "containerPort": 80});
        if self.strategy != Rolling {
            balancer["advancedConfiguration"] = json!({
                "alternateTargetGroupArn": group("green"),
                "productionListenerRule": format!(
                    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/{}/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee",
                    self.service
                ),
                "roleArn": "arn:aws:iam::123456789012:role/ecsInfrastructureRole",
            });
        }
        json!({
            "cluster": "demo", "serviceName": self.service, "taskDefinition": self.service, "desiredCount": 2,
            "launchType": "FARGATE", "deploymentConfiguration": configuration, "loadBalancers": [balancer],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}},
        })
    }

    fn story(&self) -> Value {
        let hooks = match self.ending.1 {
            REFUSED => json!({"functionAt": ["PRE_SCALE_UP"], "says": "FAILED", "after": 5}),
            PAUSED => json!({"pauseAt": ["PRE_SCALE_UP"]}),
            name => return name.into(),
        };
        json!({"name": "hooked", "tasks": {"fate": "run"}, "hooks": hooks})
    }

    /// What it is, for messages.
    fn about(&self) -> String {
        let (_, story, somebody, options, ..) = self.ending;
        let (strategy, what) = (self.strategy, self.what);
        format!("{strategy:?} {what:?} {story} {somebody:?} {options}")
    }
}

/// The world: a service for each cell, steady but for those that are made later.
fn world(cells: &[Cell], clock_ahead: i32) -> Value {
    let finished: Vec<&Cell> = cells
        .iter()
        .filter(|cell| cell.ending.2 != NeverFinished)
        .collect();
    let stories: BTreeMap<&str, Value> = finished
        .iter()
        .map(|cell| (cell.service.as_str(), cell.story()))
        .collect();
    json!({
        "rules": {"clockAhead": clock_ahead},
        "clusters": ["demo"],
        "repositories": [{"repositoryName": "web", "images": [{"imageTags": ["old"]}, {"imageTags": ["new"]}]}],
        "alarms": finished.iter().map(|cell| json!({"AlarmName": format!("{}-alarm", cell.service)})).collect::<Vec<_>>(),
        "taskDefinitions": finished.iter().map(|cell| cell.definition("old")).collect::<Vec<_>>(),
        "services": finished.iter().map(|cell| cell.service()).collect::<Vec<_>>(),
        "stories": stories,
    })
}

/// The services whose first deployment failed: its image is nowhere, and what never ends by itself is stopped.
fn make_unfinished(simulator: &Simulator, cells: &[Cell]) {
    let unfinished = || cells.iter().filter(|cell| cell.ending.2 == NeverFinished);
    for cell in unfinished() {
        simulator.ecs("RegisterTaskDefinition", &cell.definition("never-pushed"));
        simulator.ecs("CreateService", &cell.service());
    }
    simulator.control("POST", "/_sim/advance", r#"{"seconds":1800}"#);
    for cell in unfinished() {
        if cell.strategy != Rolling {
            stop(simulator, &cell.service);
        }
    }
    simulator.control("POST", "/_sim/advance", r#"{"seconds":600}"#);
    for cell in unfinished() {
        let form = json!({"service": cell.service, "story": cell.story()});
        simulator.control("POST", "/_sim/story", &form.to_string());
    }
}

/// Stops the deployment of a service as soon as there is one.
fn stop(simulator: &Simulator, service: &str) {
    let arn = running(simulator, service);
    let input = json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"});
    simulator.ecs("StopServiceDeployment", &input);
}

/// The deployment of a service that runs, as soon as there is one.
fn running(simulator: &Simulator, service: &str) -> String {
    let began = Instant::now();
    loop {
        let input = json!({"cluster": "demo", "service": service, "status": ["IN_PROGRESS"]});
        let list = simulator.ecs("ListServiceDeployments", &input);
        if let Some(arn) = list["serviceDeployments"][0]["serviceDeploymentArn"].as_str() {
            return arn.to_owned();
        }
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "{service}: {list}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Deploys; what is wrong with how it ended, if anything is.
fn wrong(simulator: &Simulator, cell: &Cell) -> Option<String> {
    let (_, _, somebody, options, verdict, code) = *cell.ending;
    let folder = Folder::new();
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service")
        .arg(&cell.service)
        .args(options);
    let run = match cell.what {
        New => {
            folder.write("new.json", &cell.definition("new").to_string());
            run.args("--task-definition new.json")
        }
        Same => run.arg("--force-new-deployment"),
        Nothing => run.arg("--task-definition-arn").arg(&cell.service),
    };
    let child = simulator.serve(run.in_workflow()).spawn();
    match somebody {
        Stops => stop(simulator, &cell.service),
        Deletes => {
            running(simulator, &cell.service);
            let input = json!({"cluster": "demo", "service": cell.service, "force": true});
            simulator.ecs("DeleteService", &input);
        }
        Nobody | NeverFinished | LeavesFailures => {}
    }
    let outcome = ended(child);
    let outputs = github_outputs(&folder.read("github-output"));
    let is_told = outputs.contains(&("verdict".to_owned(), verdict.to_owned()));
    let is_warned = somebody != NeverFinished
        || cell.strategy != Rolling
        || outcome.stderr.contains("nothing to go back to");
    (outcome.code != code || !is_told || !is_warned).then(|| {
        let (about, said) = (cell.about(), &outcome.stderr);
        format!(
            "{about}: {verdict} {code}\nended with {}: {outputs:?}\n{said}",
            outcome.code
        )
    })
}

/// Lets a day be as it is, deploys every cell, and holds that each ended as promised, with one deployment and one revision.
fn every_cell(clock_ahead: i32, faults: &[Value]) {
    let cells = cells();
    let folder = Folder::new();
    let seed = folder.write("world.json", &world(&cells, clock_ahead).to_string());
    let seed = SPEED.replace("world.json", &seed.to_string_lossy());
    let simulator = Simulator::start(&seed);
    make_unfinished(&simulator, &cells);
    for fault in faults {
        simulator.control("POST", "/_sim/fault", &fault.to_string());
    }
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failure = wrong(&simulator, cell);
                    failures.lock().unwrap().extend(failure);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    let journal = simulator.journal();
    for cell in &cells {
        for (operation, member, wanted) in [
            ("UpdateService", "service", cell.what != Nothing),
            ("RegisterTaskDefinition", "family", cell.what == New),
        ] {
            let seen = Simulator::took_effect(&journal, operation, member, &cell.service);
            let made_before =
                operation == "RegisterTaskDefinition" && cell.ending.2 == NeverFinished;
            let wanted = usize::from(wanted) + usize::from(made_before);
            if seen != wanted {
                failures.push(format!(
                    "{}: {seen} times {operation}, not {wanted}",
                    cell.about()
                ));
            }
        }
    }
    let findings = journal.iter().filter(|call| {
        call["findings"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    });
    failures.extend(findings.map(Value::to_string));
    assert!(
        failures.is_empty(),
        "{} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn every_way_to_end_has_its_verdict_and_its_exit_code() {
    every_cell(0, &[]);
}

#[test]
fn they_stay_when_the_clock_of_the_runner_is_five_minutes_slow() {
    every_cell(300, &[]);
}

#[test]
fn they_stay_when_the_clock_of_the_runner_is_five_minutes_fast() {
    every_cell(-300, &[]);
}

#[test]
fn they_stay_when_a_third_of_the_calls_is_throttled() {
    every_cell(0, &[json!({"kind": "throttle", "chance": 0.3, "seed": 1})]);
}

#[test]
fn they_stay_when_a_tenth_of_the_connections_is_dropped() {
    every_cell(
        0,
        &[
            json!({"kind": "drop-before", "chance": 0.05, "seed": 2}),
            json!({"kind": "drop-after", "chance": 0.05, "seed": 3}),
        ],
    );
}
