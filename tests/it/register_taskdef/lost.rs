//! Registrations whose answers get lost: every stage that registers makes one revision, and none is missed.
use serde_json::json;

use super::{WEB, output, register};
use crate::support::run::{Folder, Run, stage};
use crate::support::simulator::Simulator;

/// How a connection is lost, whether the call has to be sent again then, and what is said.
const LOSSES: [(&str, usize, &str); 2] = [
    (
        "drop-after",
        1,
        "the revision was made, it is not sent again",
    ),
    ("drop-before", 2, "whether a revision was made is not known"),
];

/// The stages that register the definition, each as it is run, with the family it registers.
fn stages(folder: &Folder) -> Vec<(&'static str, &'static str, Run)> {
    folder.write("web.json", &WEB.replace(r#""shop""#, r#""web""#));
    let (deploy, pipeline) = (
        stage("deploy-service", folder),
        stage("run-pipeline", folder),
    );
    let service = "--cluster demo --service web --wait false --task-definition web.json";
    vec![
        ("register-taskdef", "shop", register(folder, WEB)),
        ("deploy-service", "web", deploy.args(service).in_workflow()),
        ("run-pipeline", "web", pipeline.args(service).in_workflow()),
    ]
}

/// How many revisions of a family there are.
fn revisions(simulator: &Simulator, family: &str) -> usize {
    let list = simulator.ecs("ListTaskDefinitions", &json!({"familyPrefix": family}));
    list["taskDefinitionArns"].as_array().unwrap().len()
}

fn sent(simulator: &Simulator) -> usize {
    super::sent(simulator).len()
}

#[test]
fn a_lost_answer_makes_no_second_revision_in_any_stage_that_registers() {
    for (loss, calls, said) in LOSSES {
        for number in 0..3 {
            let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
            let (name, family, run) = stages(&folder).swap_remove(number);
            let before = revisions(&simulator, family);
            simulator.fault("RegisterTaskDefinition", 1, loss);
            let outcome = simulator.serve(run).run().expect(0).says(said);
            let about = format!("{name} {loss}:\n{}", outcome.stderr);
            assert_eq!(revisions(&simulator, family), before + 1, "{about}");
            assert_eq!(sent(&simulator), calls, "{about}");
            let arn = output(&folder, "task-definition-arn").unwrap();
            assert!(
                arn.ends_with(&format!("{family}:{}", before + 1)),
                "{about}"
            );
        }
    }
}

#[test]
fn a_registration_that_is_throttled_is_sent_again_without_a_word() {
    let (simulator, folder) = (Simulator::start("--speed 60"), Folder::new());
    simulator.fault("RegisterTaskDefinition", 1, "throttle");
    let outcome = simulator.serve(register(&folder, WEB)).run().expect(0);
    outcome.hides("is not known");
    assert_eq!(revisions(&simulator, "shop"), 1);
    assert_eq!(sent(&simulator), 2);
}
