//! `wharfie-continue-deployment` as it is shipped: the answer to a deployment that `wharfie-deploy-service` left paused.

mod codedeploy;

use crate::support::run::{Folder, Outcome, Run, github_outputs, stage};
use crate::support::simulator::Simulator;

/// A deployment of `web-native` that waits for an approval, as its run left it.
fn paused(folder: &Folder) -> (Simulator, Outcome) {
    let simulator = Simulator::start("--speed 200");
    simulator.story("web-native", "approval");
    let run = stage("deploy-service", folder)
        .args("--cluster demo --service web-native --force-new-deployment");
    let outcome = simulator.serve(run).run().expect(10);
    (simulator, outcome)
}

/// The command line in a text that begins with these words.
fn command(text: &str, start: &str) -> String {
    let at = text
        .find(start)
        .unwrap_or_else(|| panic!("no {start}: {text}"));
    text[at..].split('`').next().unwrap().to_owned()
}

/// A run of a command line as it was printed.
fn printed(line: &str, folder: &Folder) -> Run {
    let words = shlex::split(line).unwrap();
    let name = words[0].trim_start_matches("wharfie-");
    words[1..].iter().fold(stage(name, folder), Run::arg)
}

fn answers(simulator: &Simulator) -> usize {
    let operations = simulator.operations();
    operations
        .iter()
        .filter(|name| *name == "ContinueServiceDeployment")
        .count()
}

fn status(simulator: &Simulator) -> String {
    simulator.state()["ecs"].to_string()
}

#[test]
fn the_printed_command_lets_the_deployment_go_on() {
    let folder = Folder::new();
    let (simulator, outcome) = paused(&folder);
    let line = command(&outcome.stderr, "wharfie-continue-deployment");
    let answered = simulator
        .serve(printed(&line, &folder).in_workflow())
        .run()
        .expect(0)
        .says("answered continue at POST_TEST_TRAFFIC_SHIFT");
    let outputs = github_outputs(&folder.read("github-output"));
    let hooks: Vec<&str> = outputs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        hooks,
        ["service-deployment-arn", "hooks"],
        "{}",
        answered.stderr
    );
    assert_eq!(answers(&simulator), 1);
    // What it says next follows the deployment to its end.
    let follow = command(&answered.stderr, "wharfie-deploy-service --attach");
    let followed = simulator
        .serve(printed(&follow, &folder))
        .run()
        .expect(0)
        .says("verdict=deployed");
    assert!(
        followed.stderr.contains("100 % production"),
        "{}",
        followed.stderr
    );
    // The same command again finds its answer given.
    simulator
        .serve(printed(&line, &folder))
        .run()
        .expect(0)
        .says("it was answered so before");
    assert_eq!(answers(&simulator), 1);
}

#[test]
fn a_no_rolls_the_deployment_back() {
    let folder = Folder::new();
    let (simulator, _) = paused(&folder);
    let run = stage("continue-deployment", &folder)
        .args("--cluster demo --service web-native --action rollback");
    simulator
        .serve(run)
        .run()
        .expect(0)
        .says("answered rollback");
    simulator.control("POST", "/_sim/advance", r#"{"seconds":300}"#);
    assert!(
        status(&simulator).contains("ROLLBACK"),
        "{}",
        status(&simulator)
    );
}

#[test]
fn where_nothing_waits_nothing_is_answered() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    for (arguments, said) in [
        ("--cluster demo --service web", "no deployment runs"),
        (
            "--deployment arn:aws:ecs:us-east-1:123456789012:service-deployment/demo/web/none",
            "no such service deployment",
        ),
        ("--cluster demo --service wbe", "ServiceNotFoundException"),
    ] {
        let run = stage("continue-deployment", &folder)
            .args(arguments)
            .args("--action continue");
        simulator.serve(run).run().expect(4).says(said);
    }
    assert_eq!(answers(&simulator), 0);
}

#[test]
fn an_answer_that_got_lost_on_its_way_back_is_recognised() {
    let folder = Folder::new();
    let (simulator, _) = paused(&folder);
    simulator.fault("ContinueServiceDeployment", 1, "drop-after");
    let run = stage("continue-deployment", &folder)
        .args("--cluster demo --service web-native --action continue");
    simulator.serve(run).run().expect(0).says("got lost");
}

#[test]
fn a_dry_run_shows_what_waits_and_answers_nothing() {
    let folder = Folder::new();
    let (simulator, _) = paused(&folder);
    let run = stage("continue-deployment", &folder)
        .args("--cluster demo --service web-native --action continue --dry-run --exit-code");
    simulator
        .serve(run)
        .run()
        .expect(11)
        .says("waiting for approval at POST_TEST_TRAFFIC_SHIFT");
    assert_eq!(answers(&simulator), 0);
}

#[test]
fn what_is_typed_wrongly_is_refused_before_anything_is_asked() {
    let folder = Folder::new();
    for arguments in [
        "--service web --action maybe",
        "--service web",
        "--action continue",
        "--deployment ecs-svc/1 --action continue",
    ] {
        stage("continue-deployment", &folder)
            .args(arguments)
            .run()
            .expect(2);
    }
}
