//! The table of `docs/scenarios.md`, row by row: what it promises is what the shipped binary answers.
use crate::support::deploying::new_version;
use crate::support::files::text;
use crate::support::run::{Folder, github_outputs, stage};
use crate::support::simulator::Simulator;

/// How fast the simulator is: slow enough for each state to be seen.
const SPEED: &str = "--speed 60";
/// How many rows are run at the same time.
const AT_ONCE: usize = 6;

/// What the page promises.
#[derive(Clone, Debug)]
struct Row {
    service: String,
    story: String,
    verdict: String,
    exit: i32,
    said: String,
}

fn rows() -> Vec<Row> {
    let page = text("docs/scenarios.md");
    let table = page
        .split_once("<!-- scenarios -->\n")
        .and_then(|(_, rest)| rest.split_once("<!-- /scenarios -->"))
        .unwrap()
        .0;
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, service, story, verdict, exit, said] = cells.as_slice() else {
            panic!("not a row: {line}");
        };
        let bare = |cell: &str| cell.trim_matches('`').to_owned();
        Row {
            service: bare(service),
            story: bare(story),
            verdict: bare(verdict),
            exit: exit.parse().unwrap(),
            said: (*said).to_owned(),
        }
    };
    table.lines().skip(2).map(row).collect()
}

/// What is wrong with an answer; nothing if it is the one that is promised.
fn wrong(row: &Row) -> Option<String> {
    let (simulator, folder) = (Simulator::start(SPEED), Folder::new());
    simulator.story(&row.service, &row.story);
    folder.write(
        "taskdef.json",
        &new_version("web").replace(
            "\"family\": \"web\"",
            &format!("\"family\": \"{}\"", row.service),
        ),
    );
    // What never ends is waited for so long only.
    let timeout = if row.verdict == "timed-out" {
        "4s"
    } else {
        "2m"
    };
    let run = stage("deploy-service", &folder)
        .args("--cluster demo --task-definition taskdef.json --service")
        .arg(&row.service)
        .arg("--timeout")
        .arg(timeout);
    let outcome = simulator.serve(run.in_workflow()).run();
    let outputs = github_outputs(&folder.read("github-output"));
    let verdict = ("verdict".to_owned(), row.verdict.clone());
    let is_right = outcome.code == row.exit
        && outputs.contains(&verdict)
        && outcome.stderr.contains(&row.said);
    (!is_right).then(|| {
        let (code, said) = (outcome.code, &outcome.stderr);
        format!("{row:?}\nended with {code}: {outputs:?}\n{said}")
    })
}

#[test]
fn every_row_of_the_page_is_what_is_answered() {
    let rows = rows();
    assert!(rows.len() >= 15, "{rows:?}");
    let mut failures = Vec::new();
    for rows in rows.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let runs: Vec<_> = rows.iter().map(|row| scope.spawn(|| wrong(row))).collect();
            failures.extend(runs.into_iter().filter_map(|run| run.join().unwrap()));
        });
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
