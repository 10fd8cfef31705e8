//! Two pipelines on one service, and what is listed of scheduled actions.
use super::{BOTH, Bench, SEED, scaling, unix_time};
use crate::support::run::ended;

const WEB: &str = "--cluster demo --service web";

#[test]
fn the_second_pipeline_is_refused_or_waits_and_the_state_before_is_never_lost() {
    let bench = Bench::new("--speed 10", SEED);
    bench.stage("suspend-scaling", BOTH, "17").run().expect(0);
    let held = scaling(&bench.simulator);
    bench
        .stage("suspend-scaling", BOTH, "18")
        .run()
        .expect(9)
        .says("another run holds its scaling still")
        .says("`github/17`")
        .says("`wharfie-resume-scaling --cluster demo --service web --force true`");
    assert_eq!(
        scaling(&bench.simulator),
        held,
        "the refused run touched nothing"
    );
    // One that waits gets it when the first gives it back.
    let patient = format!("{BOTH} --timeout 2m");
    let calls = || bench.simulator.journal().len();
    let before = calls();
    let waiting = bench.stage("suspend-scaling", &patient, "18").spawn();
    // It checks that all there is exists, and then looks at the lease.
    while calls() < before + 4 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    bench.stage("resume-scaling", BOTH, "17").run().expect(0);
    ended(waiting)
        .expect(0)
        .says("another run holds its scaling still");
    // A third takes it over by request, and the second leaves the giving back to it.
    let stealing = format!("{BOTH} --steal true");
    bench
        .stage("suspend-scaling", &stealing, "19")
        .run()
        .expect(0);
    bench
        .stage("resume-scaling", BOTH, "18")
        .run()
        .expect(0)
        .says("a later run took the lease over");
    bench.stage("resume-scaling", BOTH, "19").run().expect(0);
    bench.is_as_before("three pipelines");
}

#[test]
fn pipelines_that_start_at_the_same_moment_do_not_lose_the_state_before() {
    let bench = Bench::new("--speed 10", SEED);
    let runs = ["1", "2", "3", "4"];
    let started = runs.map(|run| (run, bench.stage("suspend-scaling", BOTH, run).spawn()));
    let mut held = 0;
    for (run, child) in started {
        let outcome = ended(child);
        match outcome.code {
            0 => {
                held += 1;
                bench.stage("resume-scaling", BOTH, run).run().expect(0);
            }
            9 => {}
            other => panic!("run {run} ended with {other}: {}", outcome.stderr),
        }
    }
    assert!(held <= 1, "{held} runs held it at once");
    bench.is_as_before("four pipelines at once");
}

#[test]
fn deployments_of_two_pipelines_follow_each_other() {
    let bench = Bench::new("--speed 120", SEED);
    let deploy = format!(
        "{WEB} --force-new-deployment true --suspend-scaling always --if-running wait --scaling-lease 8s"
    );
    let runs = ["1", "2"];
    let started = runs.map(|run| bench.stage("deploy-service", &deploy, run).spawn());
    for child in started {
        ended(child).expect(0).says("deployed");
    }
    bench.is_as_before("two deployments");
}

#[test]
fn a_definition_from_standard_input_is_deployed_after_another_run_was_waited_for() {
    let bench = Bench::new("--speed 120", SEED);
    bench.stage("suspend-scaling", BOTH, "17").run().expect(0);
    let deploy = format!("{WEB} --task-definition - --suspend-scaling always --if-running wait");
    let definition = r#"{"family": "web", "containerDefinitions": [{"name": "web", "image": "web:2", "memory": 128}]}"#;
    let simulator = &bench.simulator;
    let leases = || simulator.count("ListTagsForResource");
    let before = leases();
    let waiting = bench.stage("deploy-service", &deploy, "18");
    let waiting = waiting.stdin(definition).spawn();
    while leases() == before {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    bench.stage("resume-scaling", BOTH, "17").run().expect(0);
    ended(waiting)
        .expect(0)
        .says("another run holds its scaling still")
        .says("deployed: `web:2`");
    assert_eq!(simulator.count("RegisterTaskDefinition"), 1);
    bench.is_as_before("a definition from standard input");
}

#[test]
fn a_lease_is_renewed_while_a_deployment_is_followed() {
    let bench = Bench::new("--speed 20", SEED);
    let deploy =
        format!("{WEB} --force-new-deployment true --suspend-scaling always --scaling-lease 4s");
    let run = bench.stage("deploy-service", &deploy, "17").spawn();
    // Longer than the lease lasts, but for renewals.
    while scaling(&bench.simulator) == bench.before {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_secs(6));
    let sweep = bench
        .stage("resume-scaling", "--stale true", "99")
        .run()
        .expect(0);
    ended(run).expect(0);
    assert!(!sweep.stderr.contains("resumed:"), "{}", sweep.stderr);
    bench.is_as_before("a long deployment");
}

#[test]
fn a_scheduled_action_that_was_due_meanwhile_is_listed_when_scaling_is_given_back() {
    // At its own speed, so that both clocks say the same.
    let bench = Bench::new("--speed 1", SEED);
    let due = unix_time() + 12;
    let action = serde_json::json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount",
        "ScheduledActionName": "morning", "Schedule": "rate(1 minute)", "StartTime": due,
        "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 20},
    });
    bench.scaling_call("PutScheduledAction", &action);
    bench.stage("suspend-scaling", WEB, "17").run().expect(0);
    while unix_time() <= due {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    bench
        .stage("resume-scaling", WEB, "17")
        .run()
        .expect(0)
        .says("while it was suspended and did not run: `morning`, `rate(1 minute)`, sets the range to 3 to 20");
    bench.is_as_before("nor was it made up for");
}

#[test]
fn scheduled_actions_of_a_group_that_were_due_meanwhile_are_listed_too() {
    // At its own speed, so that both clocks say the same.
    let bench = Bench::new("--speed 1", SEED);
    let action = |name: &str, recurrence: &str| {
        bench.group_call(&format!(
            "Action=PutScheduledUpdateGroupAction&AutoScalingGroupName=blue&ScheduledActionName={name}\
             &Recurrence={recurrence}&DesiredCapacity=1"
        ));
    };
    action("often", "*/5%20*%20*%20*%20*");
    let far = (unix_time() / 3600 + 12) % 24;
    action("later", &format!("0%20{far}%20*%20*%20*"));
    let group = "--auto-scaling-group blue";
    bench.stage("suspend-scaling", group, "17").run().expect(0);
    // As if that had been an hour ago.
    let hour_ago = unix_time() - 3600;
    bench.rewrite_leases(&|member| {
        let is_begin = member.starts_with("from=");
        is_begin.then(|| format!("from={hour_ago}"))
    });
    let resumed = bench.stage("resume-scaling", group, "17").run();
    let resumed = resumed
        .expect(0)
        .says("group blue: a scheduled action was due at ")
        .says("did not run: `often`, `*/5 * * * *`, sets the desired capacity to 1");
    assert!(!resumed.stderr.contains("later"), "{}", resumed.stderr);
    bench.is_as_before("nor was it made up for");

    // Without the process nothing was lost.
    let others = format!("{group} --processes AlarmNotification");
    bench
        .stage("suspend-scaling", &others, "18")
        .run()
        .expect(0);
    let resumed = bench.stage("resume-scaling", group, "18").run().expect(0);
    assert!(!resumed.stderr.contains("often"), "{}", resumed.stderr);
}
