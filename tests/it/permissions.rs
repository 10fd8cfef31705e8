//! What a stage may ask of AWS is said in three places: on its page, in the table of all stages, and as a policy. They agree.
use std::collections::{BTreeMap, BTreeSet};

use wharfie::{Realm, stages};

use crate::support::files::{names, text};
use crate::support::policy;

/// Actions that take no narrower resource than `*`, or none that helps.
const EVERYWHERE: &[&str] = &[
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScheduledActions",
    "cloudwatch:DescribeAlarms",
    "codedeploy:BatchGetDeploymentTargets",
    "codedeploy:ContinueDeployment",
    "codedeploy:StopDeployment",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeTargetHealth",
];

/// The stages that ask AWS on their own account.
fn asking() -> Vec<&'static str> {
    stages()
        .iter()
        .filter(|stage| stage.realm == Realm::Aws && stage.name != "run-pipeline")
        .map(|stage| stage.name)
        .collect()
}

/// The actions in a cell: a name without a service belongs to the service before it.
fn actions(cell: &str) -> BTreeSet<String> {
    let mut service = "";
    let mut found = BTreeSet::new();
    for word in cell.split('`').skip(1).step_by(2) {
        let (named, name) = word.split_once(':').unwrap_or((service, word));
        let is_name = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.contains(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric());
        let is_service =
            !named.is_empty() && named.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if is_name && is_service {
            service = named;
            found.insert(format!("{service}:{name}"));
        }
    }
    found
}

/// What the page of a stage lists below `Permissions`.
fn of_page(stage: &str) -> BTreeSet<String> {
    let page = text(&format!("docs/stages/{stage}.md"));
    let section = page
        .split("\n## Permissions\n")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap_or_else(|| panic!("{stage}.md says nothing of permissions"));
    section
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.split(" | ").next())
        .flat_map(actions)
        .collect()
}

/// What the table of all stages lists for each.
fn of_table() -> BTreeMap<String, BTreeSet<String>> {
    let page = text("docs/iam.md");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut now: Vec<String> = Vec::new();
    let mut borrowed = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let named: Vec<String> = cells[1]
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .filter(|name| asking().contains(&name.as_str()))
            .collect();
        if !cells[1].is_empty() {
            now = named;
        }
        for stage in &now {
            found
                .entry(stage.clone())
                .or_default()
                .extend(actions(cells[2]));
            if cells[2].contains("those of `register-taskdef`") {
                borrowed.push(stage.clone());
            }
        }
    }
    let register = found["register-taskdef"].clone();
    for stage in borrowed {
        found.entry(stage).or_default().extend(register.clone());
    }
    found
}

#[test]
fn the_policy_of_a_stage_allows_what_its_page_lists_and_no_more() {
    let table = of_table();
    let mut wrong = Vec::new();
    for stage in asking() {
        let page = of_page(stage);
        assert!(!page.is_empty(), "{stage}.md lists no action");
        let policy = policy::allowed(stage);
        for (place, listed) in [
            (format!("docs/policies/{stage}.json"), &policy),
            ("docs/iam.md".to_owned(), table.get(stage).unwrap_or(&page)),
        ] {
            let missing: Vec<_> = page.difference(listed).collect();
            let more: Vec<_> = listed.difference(&page).collect();
            if !missing.is_empty() || !more.is_empty() {
                wrong.push(format!(
                    "{stage}: {place} lacks {missing:?} of its page, and has {more:?} besides"
                ));
            }
        }
        if !table.contains_key(stage) {
            wrong.push(format!("{stage} is not in docs/iam.md"));
        }
        if !text("docs/security.md").contains(&format!("(policies/{stage}.json)")) {
            wrong.push(format!(
                "{stage}: docs/security.md has no link to its policy"
            ));
        }
    }
    for name in names("docs/policies") {
        if !asking().contains(&name.trim_end_matches(".json")) {
            wrong.push(format!("docs/policies/{name} is of no stage"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_policy_is_wider_than_it_must_be() {
    let mut wrong = Vec::new();
    for stage in asking() {
        for statement in policy::statements(stage) {
            let everywhere = statement["Resource"] == "*";
            for action in policy::actions(&statement) {
                if action.contains('*') {
                    wrong.push(format!("{stage}: {action}"));
                }
                if everywhere && !EVERYWHERE.contains(&action.as_str()) {
                    wrong.push(format!("{stage}: {action} on everything"));
                }
                let passed = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
                if action == "iam:PassRole" && passed != "ecs-tasks.amazonaws.com" {
                    wrong.push(format!("{stage}: passes a role to anything"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
