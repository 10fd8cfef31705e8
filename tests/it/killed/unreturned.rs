//! Scaling that cannot be given back, in every way in which that can be: the exit code says so, and the command that is named
//! repairs it.
use serde_json::{Value, json};

use super::{Bench, SEED, scaling};
use crate::support::files::path;
use crate::support::run::{Run, ended, github_outputs};

const WEB: &str = "--cluster demo --service web";
const REPAIR: &str = "wharfie-resume-scaling --cluster demo --service web";
/// The commit whose image waits in the built-in world.
const COMMIT: &str = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7";
const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";

/// What goes wrong with the giving back, and with which exit code `resume-scaling` says so. A run tries twice.
fn ways() -> [(&'static str, Value, i32); 4] {
    let way = |operation: &str, nth: u32, more: &Value| {
        let mut fault = json!({"operation": operation, "nth": nth});
        for (name, value) in more.as_object().unwrap() {
            fault[name] = value.clone();
        }
        fault
    };
    let denied = json!({"kind": "error", "code": "AccessDeniedException"});
    [
        // The first registration suspends.
        (
            "throttled",
            way(
                "RegisterScalableTarget",
                2,
                &json!({"kind": "throttle", "times": 2}),
            ),
            5,
        ),
        ("refused", way("RegisterScalableTarget", 2, &denied), 4),
        (
            "changed by others all the time",
            way(
                "RegisterScalableTarget",
                2,
                &json!({"kind": "error", "code": "ConcurrentUpdateException", "times": 2}),
            ),
            5,
        ),
        ("keeping its tag", way("UntagResource", 1, &denied), 4),
    ]
}

fn ask(bench: &Bench, fault: &Value) {
    bench
        .simulator
        .control("POST", "/_sim/fault", &fault.to_string());
}

/// The command that was named gives back what is left.
fn repair(bench: &Bench, of: &str) {
    assert_ne!(scaling(&bench.simulator), bench.before, "{of}");
    let arguments = REPAIR.strip_prefix("wharfie-resume-scaling ").unwrap();
    bench
        .stage("resume-scaling", arguments, "17")
        .run()
        .expect(0);
    bench.is_as_before(of);
}

fn deployment(bench: &Bench) -> Run {
    let deploy = format!(
        "{WEB} --force-new-deployment true --if-running wait --suspend-scaling always --max-attempts 2"
    );
    bench.stage("deploy-service", &deploy, "17")
}

#[test]
fn a_deployment_that_stands_is_exit_8_with_the_command_that_repairs_its_scaling() {
    for (of, fault, _) in ways() {
        let bench = Bench::new("--speed 600", SEED);
        ask(&bench, &fault);
        let outcome = deployment(&bench).in_workflow().run().expect(8);
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(shown.contains(REPAIR), "{of}: {shown}");
        let outputs = github_outputs(&bench.folder.read("github-output"));
        let verdict = ("verdict".to_owned(), "deployed".to_owned());
        assert!(outputs.contains(&verdict), "{of}: {outputs:?}");
        repair(&bench, of);
    }
}

#[test]
fn a_failed_deployment_keeps_its_own_exit_code_and_names_the_command_too() {
    let bench = Bench::built_in("--speed 600");
    bench.simulator.story("web", "crash-loop");
    let (of, fault, _) = &ways()[1];
    ask(&bench, fault);
    deployment(&bench).run().expect(6).says(REPAIR);
    repair(&bench, of);
}

#[test]
fn a_step_that_gives_back_ends_with_the_cause_and_can_be_run_again() {
    for (of, mut fault, code) in ways() {
        let bench = Bench::new("--speed 10", SEED);
        bench.stage("suspend-scaling", WEB, "17").run().expect(0);
        fault["nth"] = json!(1);
        ask(&bench, &fault);
        let resume = format!("{WEB} --max-attempts 2");
        let resumed = bench.stage("resume-scaling", &resume, "17").run();
        resumed.expect(code).says(REPAIR);
        repair(&bench, of);
    }
}

#[test]
fn a_pipeline_whose_deployment_stands_is_exit_8_too() {
    for (of, fault, _) in ways() {
        let bench = Bench::built_in("--speed 600");
        ask(&bench, &fault);
        let taskdef = path("examples/web-service/taskdef.json");
        let options = format!(
            "{WEB} --container-name web --suspend-scaling always --max-attempts 2 --repository {REPOSITORY} \
             --commit {COMMIT} --task-definition {}",
            taskdef.display()
        );
        let run = bench.stage("run-pipeline", &options, "17").run().expect(8);
        assert!(run.stderr.contains(REPAIR), "{of}: {}", run.stderr);
        assert!(
            run.stderr.contains("verdict=deployed"),
            "{of}: {}",
            run.stderr
        );
        repair(&bench, of);
    }
}

#[test]
fn a_target_that_is_gone_needs_nothing_given_back() {
    let bench = Bench::new("--speed 20", SEED);
    let child = deployment(&bench).spawn();
    while !bench
        .simulator
        .operations()
        .contains(&"UpdateService".to_owned())
    {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let gone = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/demo/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    });
    bench.scaling_call("DeregisterScalableTarget", &gone);
    ended(child)
        .expect(0)
        .says("nothing to resume, it does not exist or does not scale: `service/demo/web`");
    bench
        .stage("resume-scaling", WEB, "17")
        .run()
        .expect(0)
        .says("nothing to resume");
}

#[test]
fn a_change_by_somebody_else_at_the_same_moment_is_waited_out() {
    let bench = Bench::new("--speed 10", SEED);
    let once = json!({
        "operation": "RegisterScalableTarget", "kind": "error", "code": "ConcurrentUpdateException",
    });
    for stage in ["suspend-scaling", "resume-scaling"] {
        ask(&bench, &once);
        bench.stage(stage, WEB, "17").run().expect(0);
    }
    bench.is_as_before("two changes at the same moment");
}
