//! Every way a deployment can end, in every strategy of ECS, with a new task definition and with the same one deployed anew, on
//! every day: a good one, with a runner whose clock is five minutes fast or slow, with 30 % of all calls throttled, and with 10 %
//! of all connections dropped, half of them before a call took effect and half after it. The verdict and the exit code stay the
//! same.
//!
//! A day is one simulator with a service for each cell of the table. As a rule each cell has one of the days; with
//! `WHARFIE_TEST_MATRIX=<number>` each has all of them, and the faults are those of that number.
mod cell;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::cell::Somebody::{Deletes, LeavesFailures, NeverFinished, Nobody, Stops};
use self::cell::Strategy::{BlueGreen, Canary, Linear, Rolling};
use self::cell::What::{New, Nothing, Same};
use self::cell::{Cell, cells};
use crate::support::run::{Folder, ended, github_outputs, stage};
use crate::support::simulator::Simulator;

/// How fast the simulator is. Nothing that is asked here hangs on it: what does not end by itself never does.
const SPEED: &str = "--speed 90 --seed world.json";
/// How many deployments run at the same time: they wait most of the time.
const AT_ONCE: usize = 48;
/// Has the number of the faults if each cell is to have all days.
const WHOLE: &str = "WHARFIE_TEST_MATRIX";

/// What is wrong with the world, and who deploys in it.
struct Day {
    name: &'static str,
    clock_ahead: i32,
    faults: Vec<Value>,
    cells: Vec<Cell>,
}

/// All days; those on which deployments take longest first.
fn days() -> Vec<Day> {
    let whole = std::env::var(WHOLE).ok();
    let seed: u64 = whole.as_ref().map_or(1, |text| text.parse().unwrap());
    let fault =
        |kind: &str, chance: f64, seed: u64| json!({"kind": kind, "chance": chance, "seed": seed});
    let dropped = vec![
        fault("drop-before", 0.05, 2 * seed),
        fault("drop-after", 0.05, 2 * seed + 1),
    ];
    let throttled = vec![fault("throttle", 0.3, seed)];
    let days = [
        ("a tenth of the connections is dropped", 0, dropped),
        ("30 % of the calls are throttled", 0, throttled),
        (
            "the clock of the runner is five minutes fast",
            -300,
            Vec::new(),
        ),
        (
            "the clock of the runner is five minutes slow",
            300,
            Vec::new(),
        ),
        ("a good day", 0, Vec::new()),
    ];
    let count = days.len();
    let is_of = |number: usize, cell: usize| whole.is_some() || cell % count == number;
    let day = |(number, (name, clock_ahead, faults))| Day {
        name,
        clock_ahead,
        faults,
        cells: cells()
            .into_iter()
            .enumerate()
            .filter(|(cell, _)| is_of(number, *cell))
            .map(|(_, cell)| cell)
            .collect(),
    };
    days.into_iter().enumerate().map(day).collect()
}

/// A day that goes on.
struct Held {
    day: Day,
    simulator: Simulator,
}

impl Held {
    fn begin(day: Day) -> Self {
        let folder = Folder::new();
        let world = world(&day.cells, day.clock_ahead).to_string();
        let seed = folder.write("world.json", &world);
        let simulator = Simulator::start(&SPEED.replace("world.json", &seed.to_string_lossy()));
        make_unfinished(&simulator, &day.cells);
        for fault in &day.faults {
            simulator.control("POST", "/_sim/fault", &fault.to_string());
        }
        Self { day, simulator }
    }
}

/// The world: a service for each cell, steady but for those that are made later.
fn world(cells: &[Cell], clock_ahead: i32) -> Value {
    let finished: Vec<&Cell> = cells
        .iter()
        .filter(|cell| cell.ending.somebody != NeverFinished)
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
    let unfinished = || {
        cells
            .iter()
            .filter(|cell| cell.ending.somebody == NeverFinished)
    };
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
    let ending = cell.ending;
    let (somebody, verdict, code) = (ending.somebody, ending.verdict, ending.code);
    let folder = Folder::new();
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --service")
        .arg(&cell.service)
        .args(ending.options);
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

/// What took effect more than once or never, what the simulator found wrong with its own answers, and a fault nobody met.
fn uncounted(held: &Held) -> Vec<String> {
    let journal = held.simulator.journal();
    let mut failures = Vec::new();
    for cell in &held.day.cells {
        for (operation, member, wanted) in [
            ("UpdateService", "service", cell.what != Nothing),
            ("RegisterTaskDefinition", "family", cell.what == New),
        ] {
            let seen = Simulator::took_effect(&journal, operation, member, &cell.service);
            let made_before =
                operation == "RegisterTaskDefinition" && cell.ending.somebody == NeverFinished;
            let wanted = usize::from(wanted) + usize::from(made_before);
            if seen != wanted {
                let about = cell.about();
                failures.push(format!("{about}: {seen} times {operation}, not {wanted}"));
            }
        }
    }
    let is_sound = |call: &&Value| call["findings"].as_array().is_none_or(Vec::is_empty);
    let unsound = journal.iter().filter(|call| !is_sound(call));
    failures.extend(unsound.map(Value::to_string));
    let met = |fault: &Value| match fault["kind"].as_str() {
        Some("throttle") => "refused".into(),
        kind => Value::from(kind),
    };
    let is_met = |fault: &&Value| journal.iter().any(|call| call["fault"] == met(fault));
    let unmet = held.day.faults.iter().filter(|fault| !is_met(fault));
    failures.extend(unmet.map(Value::to_string));
    failures
}

#[test]
fn every_way_to_end_has_its_verdict_and_its_exit_code_every_day() {
    let held: Vec<Held> = days().into_iter().map(Held::begin).collect();
    let runs: Vec<(&Held, &Cell)> = held
        .iter()
        .flat_map(|held| held.day.cells.iter().map(move |cell| (held, cell)))
        .collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((held, cell)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(failure) = wrong(&held.simulator, cell) {
                        let failure = format!("{}: {failure}", held.day.name);
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    for held in &held {
        let name = held.day.name;
        let uncounted = uncounted(held).into_iter();
        failures.extend(uncounted.map(|one| format!("{name}: {one}")));
    }
    assert!(
        failures.is_empty(),
        "{} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn every_strategy_has_every_day_and_every_way_to_end() {
    let days = days();
    for strategy in [Rolling, BlueGreen, Linear, Canary] {
        let of_it = |cell: &&Cell| cell.strategy == strategy;
        for day in &days {
            let met = day.cells.iter().filter(of_it).count();
            assert!(met > 1, "{}: {strategy:?}", day.name);
        }
    }
    let met: usize = days.iter().map(|day| day.cells.len()).sum();
    assert!(met >= cells().len(), "{met}");
}
