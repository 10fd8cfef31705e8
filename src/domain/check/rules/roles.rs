//! Roles, and features that need one or more than one thinks.
use super::Group;
use crate::domain::arn::Arn;
use crate::domain::check::finding::Findings;
use crate::domain::check::image_text::ImageText;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called};

pub(super) static GROUP: Group = Group {
    title: "Roles and features",
    rules: &[&TD170, &TD171, &TD172, &TD173, &TD174],
    check,
};

static TD170: Rule = Rule {
    id: "TD170",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "on Fargate whoever pulls from Amazon ECR or logs to CloudWatch has an execution role",
    why: "On Fargate there is no instance whose role could be used: image and logs are handled with the execution role.",
    fix: "set `executionRoleArn`",
    source: "Amazon ECS Developer Guide, Amazon ECS task execution IAM role",
    answer: "ECS refuses the request with `ClientException`: Fargate requires the task definition to have an execution role.",
};

static TD171: Rule = Rule {
    id: "TD171",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "execution role and task role are two roles",
    why: "The execution role reads every secret of the task and pulls its images; the task role is what the program itself may do. One role for both gives the program what only ECS needs.",
    fix: "make a role for each",
    source: "Amazon ECS Developer Guide, best practices for IAM roles in Amazon ECS",
    answer: "ECS takes it.",
};

static TD172: Rule = Rule {
    id: "TD172",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "both roles are of one account",
    why: "A role can only be passed to a task in its own account, so one of the two cannot work.",
    fix: "use roles of the account the service runs in",
    source: "practice",
    answer: "ECS refuses the request with `ClientException` or `AccessDeniedException`, for cross-account roles cannot be passed.",
};

static TD173: Rule = Rule {
    id: "TD173",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "fault injection is off outside of experiments",
    why: "With `enableFaultInjection` the containers themselves may ask for faults of their task's network.",
    fix: "leave it out unless an experiment is planned",
    source: "API shape `RegisterTaskDefinitionRequest`, member `enableFaultInjection`",
    answer: "ECS takes it, and accepts fault injection requests from the containers of the task.",
};

static TD174: Rule = Rule {
    id: "TD174",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "a container that is ready for ECS Exec can be entered",
    why: "ECS Exec runs an agent in the container, which needs a task role and a root file system it can write to. Whether the service has Exec switched on cannot be seen here: reported as a note, for containers with `initProcessEnabled`, which the guide of Exec asks for.",
    fix: "set `taskRoleArn`, and leave `readonlyRootFilesystem` out, if Exec is to be used",
    source: "Amazon ECS Developer Guide, monitor Amazon ECS containers with ECS Exec",
    answer: "ECS takes it; `ExecuteCommand` then fails.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let spot = definition.spot();
    let execution = spot.get("executionRoleArn");
    let task = spot.get("taskRoleArn");
    if definition.is_fargate() && execution.is_none() {
        needed(definition, findings);
    }
    if let (Some(execution), Some(task)) = (&execution, &task)
        && let (Some(first), Some(second)) = (execution.settled(), task.settled())
    {
        if first == second && !first.is_empty() {
            findings.at(
                &TD171,
                task,
                "one role is both task role and execution role",
            );
        }
        if let (Some(first), Some(second)) = (account(first), account(second))
            && first != second
        {
            let message = format!(
                "the task role is of another account than the execution role, `{first}` and: `{second}`"
            );
            findings.at(&TD172, task, message);
        }
    }
    if spot.bool_of("enableFaultInjection") == Some(true)
        && let Some(switch) = spot.get("enableFaultInjection")
    {
        findings.at_key(
            &TD173,
            &switch,
            "containers may ask for faults of their task",
        );
    }
    for container in definition.containers() {
        exec(container, task.is_some(), findings);
    }
}

/// The first container that cannot do without an execution role.
fn needed(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    for container in definition.containers() {
        let image = container.get("image").filter(|image| {
            image
                .text()
                .is_some_and(|text| ImageText::of(text).ecr().is_some())
        });
        let driver = container
            .get("logConfiguration")
            .and_then(|logging| logging.get("logDriver"))
            .filter(|driver| driver.text() == Some("awslogs"));
        let found = match (image, driver) {
            (Some(image), _) => Some((image, "pulls from Amazon ECR")),
            (None, Some(driver)) => Some((driver, "logs to CloudWatch")),
            (None, None) => None,
        };
        if let Some((spot, what)) = found {
            let message = format!(
                "container {} {what} on Fargate, and the definition lacks: `executionRoleArn`",
                called(container)
            );
            findings.at(&TD170, &spot, message);
            return;
        }
    }
}

fn account(role: &str) -> Option<String> {
    role.parse::<Arn>()
        .ok()
        .filter(|arn| arn.account().len() == 12)
        .map(|arn| arn.account().to_owned())
}

fn exec(container: &Spot<'_>, has_task_role: bool, findings: &mut Findings) {
    let is_ready = container
        .get("linuxParameters")
        .and_then(|parameters| parameters.bool_of("initProcessEnabled"));
    if is_ready != Some(true) {
        return;
    }
    let read_only = container
        .get("readonlyRootFilesystem")
        .filter(|switch| switch.node().as_bool() == Some(true));
    if let Some(switch) = read_only {
        let message = format!(
            "ECS Exec cannot enter a container with a read-only root: {}",
            called(container)
        );
        findings
            .at_key(&TD174, &switch, message)
            .weigh(Severity::Note);
    } else if !has_task_role {
        let message = format!(
            "ECS Exec cannot enter a container without a task role: {}",
            called(container)
        );
        findings
            .at_key(&TD174, container, message)
            .weigh(Severity::Note);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, keeps, trips, with, with_in_container};
    use super::*;

    const EXECUTION: &str = "\"executionRoleArn\": \"arn:aws:iam::123456789012:role/execution\",";
    const TASK: &str = "\"taskRoleArn\": \"arn:aws:iam::123456789012:role/web\",";

    #[test]
    fn fargate_pulls_and_logs_with_the_execution_role() {
        let without = changed(EXECUTION, "");
        let finding = trips("TD170", &without);
        assert!(finding.message().contains("pulls from Amazon ECR"));
        let elsewhere = without.replace(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "r.example.com",
        );
        let finding = trips("TD170", &elsewhere);
        assert!(finding.message().contains("logs to CloudWatch"));
        keeps("TD170", &elsewhere.replace("\"awslogs\"", "\"splunk\""));
        keeps("TD170", &without.replace("FARGATE", "EC2"));
        keeps("TD170", CLEAN);
    }

    #[test]
    fn the_roles_are_two_and_of_one_account() {
        trips("TD171", &changed("role/web\"", "role/execution\""));
        keeps("TD171", &changed("role/web\"", "role/<ROLE>\""));
        trips(
            "TD172",
            &changed("123456789012:role/web", "210987654321:role/web"),
        );
        keeps(
            "TD172",
            &changed("123456789012:role/web", "<ACCOUNT>:role/web"),
        );
        keeps("TD171", CLEAN);
        keeps("TD172", CLEAN);
    }

    #[test]
    fn fault_injection_is_a_warning() {
        trips("TD173", &with("\"enableFaultInjection\": true"));
        keeps("TD173", &with("\"enableFaultInjection\": false"));
    }

    #[test]
    fn what_keeps_exec_out_is_noted_where_exec_is_prepared() {
        let init = "\"linuxParameters\": {\"initProcessEnabled\": true}";
        let read_only = with_in_container(&format!("{init}, \"readonlyRootFilesystem\": true"));
        assert_eq!(trips("TD174", &read_only).severity(), Severity::Note);
        trips("TD174", &with_in_container(init).replace(TASK, ""));
        keeps("TD174", &with_in_container(init));
        keeps(
            "TD174",
            &with_in_container("\"readonlyRootFilesystem\": true"),
        );
    }
}
