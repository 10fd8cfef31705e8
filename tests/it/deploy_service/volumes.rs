//! A managed volume for the tasks of a service: sent when it is asked for, as it was written, and never else.

use serde_json::{Value, json};

use super::{Folder, Simulator, stage};
use crate::support::deploying::new_version;
use crate::support::run::Run;

const VOLUME: &str = r#"{"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 12}"#;

/// A deployment of `web` with a volume that its task definition leaves open.
fn deploy(folder: &Folder, service: &str) -> Run {
    let mut document: Value = serde_json::from_str(&new_version(service)).unwrap();
    document["volumes"] = json!([{"name": "data", "configuredAtLaunch": true}]);
    folder.write("volume.json", &document.to_string());
    stage("deploy-service", folder)
        .args("--cluster demo --task-definition volume.json --no-check true --service")
        .arg(service)
}

fn updates(simulator: &Simulator) -> Vec<Value> {
    let journal = simulator.journal().into_iter();
    journal
        .filter(|entry| entry["operation"] == "UpdateService")
        .collect()
}

#[test]
fn the_volume_reaches_the_service_and_stays_when_nothing_is_said_of_it() {
    let (simulator, folder) = (Simulator::start("--speed 300"), Folder::new());
    let with = deploy(&folder, "web")
        .args("--service-managed-ebs-volume-name data --service-managed-ebs-volume")
        .arg(VOLUME);
    simulator
        .serve(with)
        .run()
        .expect(0)
        .says("verdict=deployed");
    let without = deploy(&folder, "web").args("--force-new-deployment true");
    simulator.serve(without).run().expect(0);
    let sent = updates(&simulator);
    assert_eq!(sent.len(), 2);
    assert!(
        sent[0].to_string().contains("volumeConfigurations"),
        "{}",
        sent[0]
    );
    assert!(
        !sent[1].to_string().contains("volumeConfigurations"),
        "{}",
        sent[1]
    );
    let answer = simulator.ecs(
        "DescribeServices",
        &json!({"cluster": "demo", "services": ["web"]}),
    );
    let volumes = &answer["services"][0]["deployments"][0]["volumeConfigurations"];
    assert_eq!(volumes[0]["managedEBSVolume"]["sizeInGiB"], 12);
}

#[test]
fn a_volume_that_is_not_left_open_and_a_service_under_codedeploy_are_refused() {
    let (simulator, folder) = (Simulator::start(""), Folder::new());
    for (service, name, told) in [
        ("web", "disk", "there is: `data`"),
        ("web-codedeploy", "data", "deployed by CodeDeploy"),
    ] {
        let run = deploy(&folder, service)
            .arg("--service-managed-ebs-volume-name")
            .arg(name)
            .arg("--service-managed-ebs-volume")
            .arg(VOLUME);
        simulator.serve(run).run().expect(4).says(told);
    }
    let changes = simulator.operations();
    let changes = changes.iter().filter(|name| name.starts_with("Register"));
    assert_eq!(changes.count(), 0);
}
