//! The command lines a person goes on with: to answer what waits, to follow what goes on, to ask what happened.
//! Ids and names come from AWS, so every word is quoted as a shell needs it.

use std::borrow::Cow;

use super::approval::Approval;
use crate::domain::service::{CodeDeployId, tail};

/// Answers everything that waits here. It names the hooks, so that it answers these and no later ones.
#[must_use]
pub fn answer(approvals: &[Approval]) -> Option<String> {
    let first = approvals.first()?;
    let mut words = vec![
        "wharfie-continue-deployment",
        "--deployment",
        first.deployment.as_str(),
    ];
    for approval in approvals {
        if approval.deployment == first.deployment {
            words.extend(["--hook", approval.hook.as_str()]);
        }
    }
    words.extend(["--action", "continue"]);
    Some(line(&words))
}

/// Lets the traffic of a deployment of CodeDeploy move.
#[must_use]
pub fn answer_codedeploy(deployment: &CodeDeployId) -> String {
    line(&[
        "wharfie-continue-deployment",
        "--deployment",
        deployment.as_str(),
        "--action",
        "continue",
    ])
}

/// Follows deployments that go on.
#[must_use]
pub fn attach<'a>(deployments: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut words = vec!["wharfie-deploy-service"];
    for deployment in deployments {
        words.extend(["--attach", deployment]);
    }
    (words.len() > 1).then(|| line(&words))
}

/// Asks how tasks stand.
#[must_use]
pub fn describe_tasks<'a>(cluster: &'a str, tasks: impl IntoIterator<Item = &'a str>) -> String {
    let mut words = vec![
        "aws",
        "ecs",
        "describe-tasks",
        "--cluster",
        cluster,
        "--tasks",
    ];
    words.extend(tasks);
    line(&words)
}

/// Lists the tasks somebody started.
#[must_use]
pub fn list_tasks(cluster: &str, started_by: Option<&str>) -> String {
    let mut words = vec!["aws", "ecs", "list-tasks", "--cluster", cluster];
    if let Some(who) = started_by {
        words.extend(["--started-by", who]);
    }
    line(&words)
}

/// Asks how the last deployment of a service stands.
#[must_use]
pub fn diagnose(cluster: &str, service: &str) -> String {
    line(&[
        "wharfie-diagnose-service",
        "--cluster",
        tail(cluster),
        "--service",
        service,
    ])
}

/// Holds the scaling of a service still.
#[must_use]
pub fn suspend_scaling(cluster: &str, service: &str) -> String {
    line(&[
        "wharfie-suspend-scaling",
        "--cluster",
        tail(cluster),
        "--service",
        service,
    ])
}

fn line(words: &[&str]) -> String {
    // Only a NUL can not be quoted, and none comes from AWS.
    let quoted = words
        .iter()
        .map(|word| shlex::try_quote(word).unwrap_or(Cow::Borrowed("''")));
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::service::ServiceDeploymentStatus;
    use crate::domain::service::samples::{pause, service_deployment};

    #[test]
    fn the_answer_names_every_hook_that_waits() {
        let mut deployment = service_deployment("d200", 200, ServiceDeploymentStatus::InProgress);
        deployment.hooks = vec![pause("one"), pause("two")];
        let line = answer(&Approval::all_of(&deployment)).unwrap();
        assert_eq!(
            line,
            format!(
                "wharfie-continue-deployment --deployment {} --hook one --hook two --action continue",
                deployment.arn
            )
        );
        assert_eq!(answer(&[]), None);
    }

    #[test]
    fn a_text_from_outside_stays_one_word() {
        let line = diagnose(
            "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
            "$(id) `x`",
        );
        let words = shlex::split(&line).unwrap();
        assert_eq!(words[2..], ["demo", "--service", "$(id) `x`"]);
    }

    #[test]
    fn several_deployments_are_attached_to_at_once() {
        assert_eq!(
            attach(["a", "b"]).as_deref(),
            Some("wharfie-deploy-service --attach a --attach b")
        );
        assert_eq!(attach([]), None);
    }
}
