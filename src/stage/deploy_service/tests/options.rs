//! What may be typed, and what it means.

use super::super::order::{Mode, Order};
use super::*;
use crate::stage::definition::Source;

fn order(arguments: &[&str]) -> Result<Order, Error> {
    Order::of(&parse::<DeployService>(arguments))
}

fn refusal(arguments: &[&str]) -> String {
    let error = order(arguments).unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
    error.text
}

#[test]
fn a_service_needs_something_to_deploy() {
    assert_eq!(refusal(&["--service=web"]), "nothing to deploy is given");
    assert!(order(&["--service=web", "--force-new-deployment=true"]).is_ok());
    assert_eq!(
        refusal(&["--service=web", "--force-new-deployment=false"]),
        "nothing to deploy is given"
    );
}

#[test]
fn the_cluster_is_the_one_named_or_that_of_the_services_arn_or_default() {
    let cluster = |arguments: &[&str]| order(arguments).unwrap().cluster;
    let arn = "--service=arn:aws:ecs:us-east-1:123456789012:service/demo/web";
    assert_eq!(cluster(&["--service=web", "--desired-count=1"]), "default");
    assert_eq!(cluster(&[arn, "--desired-count=1"]), "demo");
    assert_eq!(
        cluster(&[arn, "--cluster=demo", "--desired-count=1"]),
        "demo"
    );
    assert!(refusal(&[arn, "--cluster=prod", "--desired-count=1"]).contains("another cluster"));
}

#[test]
fn services_may_stand_on_lines_and_none_twice() {
    let services = order(&[
        "--service=web\nworker",
        "--service=shop",
        "--desired-count=1",
    ]);
    assert_eq!(services.unwrap().services, ["web", "worker", "shop"]);
    assert_eq!(
        refusal(&["--service=web,web", "--desired-count=1"]),
        "a service is given twice: `web`"
    );
}

#[test]
fn two_sources_are_refused() {
    let text = refusal(&[
        "--service=web",
        "--task-definition=t.json",
        "--task-definition-arn=web:1",
    ]);
    assert!(text.contains("two things"), "{text}");
    let file = order(&["--service=web", "--task-definition=t.json"]).unwrap();
    assert!(matches!(file.source, Source::File { .. }));
}

#[test]
fn the_time_limit_has_two_names_and_one_meaning() {
    let base = ["--service=web", "--desired-count=1"];
    let timeout = |more: &[&'static str]| {
        let arguments: Vec<&str> = base.iter().chain(more).copied().collect();
        order(&arguments).map(|order| order.timeout.as_secs())
    };
    assert_eq!(timeout(&[]), Ok(1800));
    assert_eq!(timeout(&["--timeout=90s"]), Ok(90));
    assert_eq!(timeout(&["--wait-for-minutes=5"]), Ok(300));
    assert!(timeout(&["--wait-for-minutes=5", "--timeout=5m"]).is_err());
    assert!(timeout(&["--wait-for-minutes=99999999"]).is_err());
}

#[test]
fn waiting_has_two_names_and_the_official_one_wins() {
    let base = ["--service=web", "--desired-count=1"];
    let waits = |more: &[&'static str]| {
        let arguments: Vec<&str> = base.iter().chain(more).copied().collect();
        order(&arguments).unwrap().waiting.is_some()
    };
    assert!(waits(&[]));
    assert!(!waits(&["--wait=false"]));
    assert!(!waits(&["--wait-for-service-stability=false"]));
    assert!(waits(&[
        "--wait=false",
        "--wait-for-service-stability=true"
    ]));
}

#[test]
fn what_would_do_nothing_without_waiting_is_refused() {
    for option in [
        "--wait-until=clean",
        "--fail-fast=2",
        "--on-timeout=rollback",
        "--on-pause=wait",
        "--suspend-scaling=always",
    ] {
        let text = refusal(&["--service=web", "--desired-count=1", "--wait=false", option]);
        assert!(
            text.starts_with("only works while waiting"),
            "{option}: {text}"
        );
    }
}

#[test]
fn the_exit_code_of_changes_needs_a_dry_run() {
    let mode = |arguments: &[&str]| order(arguments).unwrap().mode;
    let base = "--service=web";
    assert_eq!(mode(&[base, "--desired-count=1"]), Mode::Deploy);
    assert_eq!(
        mode(&[
            base,
            "--desired-count=1",
            "--dry-run=true",
            "--exit-code=true"
        ]),
        Mode::DryRun {
            tells_changes: true
        }
    );
}

#[test]
fn words_that_do_not_exist_are_refused() {
    assert!("later".parse::<Abandon>().is_err());
    assert!("sometimes".parse::<SuspendScaling>().is_err());
    assert_eq!("rollback".parse(), Ok(Abandon::Rollback));
    assert_eq!("stop".parse(), Ok(Abandon::Stop));
    assert_eq!("always".parse(), Ok(SuspendScaling::Always));
}

#[test]
fn a_deployment_to_follow_names_cluster_and_service_and_goes_with_no_change() {
    let arn = |cluster: &str, service: &str| {
        format!(
            "--attach=arn:aws:ecs:us-east-1:123456789012:service-deployment/{cluster}/{service}/abc"
        )
    };
    let (web, worker) = (arn("demo", "web"), arn("demo", "worker"));
    let two = order(&[&web, &worker]).unwrap();
    assert_eq!((two.cluster.as_str(), two.attach.len()), ("demo", 2));
    assert_eq!(two.services, ["web", "worker"]);
    for option in [
        "--service=web",
        "--task-definition=t.json",
        "--task-definition-arn=web:1",
        "--force-new-deployment=true",
        "--desired-count=1",
        "--if-running=stop",
        "--wait=false",
    ] {
        let text = refusal(&[&web, option]);
        assert!(text.starts_with("`attach` follows"), "{option}: {text}");
    }
    assert!(refusal(&[&web, "--cluster=prod"]).contains("another cluster"));
    assert!(refusal(&[&web, &arn("prod", "web")]).contains("another cluster"));
    assert!(refusal(&[&web, &web]).contains("two deployments of one service"));
}

#[test]
fn without_a_service_nothing_is_deployed() {
    assert_eq!(
        refusal(&["--force-new-deployment=true"]),
        "no service is given"
    );
}
