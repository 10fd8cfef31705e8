//! FireLens: the container that routes the logs of the others.
use super::Group;
use super::shape::choice;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::TASK_DEFINITION;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called, is_essential};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "FireLens",
    rules: &[&TD139, &TD140, &TD141, &TD142],
    check,
};

static TD139: Rule = Rule {
    id: "TD139",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "who logs through FireLens has a log router beside it",
    why: "The driver `awsfirelens` hands the output to a container of the same task that has a `firelensConfiguration`.",
    fix: "add a container with a `firelensConfiguration`, or use another driver",
    source: "API shape `FirelensConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD140: Rule = Rule {
    id: "TD140",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the log router is `fluentd` or `fluentbit`",
    why: "ECS writes the configuration of the router, and can do so for these two.",
    fix: "use `fluentbit` or `fluentd`",
    source: "API shape `FirelensConfigurationType`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD141: Rule = Rule {
    id: "TD141",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "on Fargate the configuration of the log router is a file of its image",
    why: "On Fargate `config-file-type` can only be `file`. The image `aws-for-fluent-bit` with an `init` tag can fetch one from S3 by itself.",
    fix: "put the file into the image and set `config-file-type` to `file`",
    source: "API shape `FirelensConfiguration`, member `options`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD142: Rule = Rule {
    id: "TD142",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "the log router is essential and has a log configuration of its own",
    why: "When the router dies and is not essential, the task runs on without logs. What the router says of itself does not go through FireLens, so it needs a driver of its own.",
    fix: "make the router essential, and give it `awslogs`",
    source: "Amazon ECS Developer Guide, send Amazon ECS logs through FireLens",
    answer: "ECS takes it.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    let has_router = definition
        .containers()
        .iter()
        .any(|container| container.get("firelensConfiguration").is_some());
    for container in definition.containers() {
        if !has_router
            && let Some(logging) = container.get("logConfiguration")
            && let Some(driver) = logging.get("logDriver")
            && driver.text() == Some("awsfirelens")
        {
            let message = format!(
                "no container routes the logs, for container: {}",
                called(container)
            );
            findings.at(&TD139, &driver, message);
        }
        if let Some(router) = container.get("firelensConfiguration") {
            routes(definition, container, &router, findings);
        }
    }
}

fn routes(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    router: &Spot<'_>,
    findings: &mut Findings,
) {
    let known = TASK_DEFINITION.values("FirelensConfigurationType");
    if let Some(kind) = router.get("type")
        && let Some(text) = kind.settled()
        && !known.contains(&text)
    {
        let message = format!("there is no such log router: {}", shown(text));
        findings
            .at(&TD140, &kind, message)
            .advise(choice(text, known));
    }
    if definition.is_fargate()
        && let Some(options) = router.get("options")
        && let Some(kind) = options.get("config-file-type")
        && kind.text() == Some("s3")
    {
        let message = format!(
            "the configuration of a log router is in S3, which Fargate has not: {}",
            called(container)
        );
        findings.at(&TD141, &kind, message);
    }
    if !is_essential(container) {
        let message = format!("the log router is not essential: {}", called(container));
        findings.at_key(&TD142, router, message);
    }
    if container.get("logConfiguration").is_none() {
        let message = format!(
            "the log router has no log configuration of its own: {}",
            called(container)
        );
        findings.at_key(&TD142, router, message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, keeps, trips, with_in_container};

    fn router(members: &str) -> String {
        with_in_container(&format!("\"firelensConfiguration\": {{{members}}}"))
    }

    #[test]
    fn logs_are_routed_by_a_container_of_the_task() {
        let routed = |text: &str| text.replace("\"awslogs\"", "\"awsfirelens\"");
        trips("TD139", &routed(CLEAN));
        keeps("TD139", &routed(&router("\"type\": \"fluentbit\"")));
        keeps("TD139", CLEAN);
    }

    #[test]
    fn a_router_is_one_of_two() {
        let finding = trips("TD140", &router("\"type\": \"fluent-bit\""));
        assert_eq!(finding.hint(), "did you mean `fluentbit`?");
        keeps("TD018", &router("\"type\": \"fluent-bit\""));
        keeps("TD140", &router("\"type\": \"fluentd\""));
    }

    #[test]
    fn the_configuration_is_not_in_s3_on_fargate() {
        let in_s3 = router("\"type\": \"fluentbit\", \"options\": {\"config-file-type\": \"s3\"}");
        trips("TD141", &in_s3);
        keeps("TD141", &in_s3.replace("FARGATE", "EC2"));
        keeps("TD141", &in_s3.replace("\"s3\"", "\"file\""));
    }

    #[test]
    fn a_router_is_essential_and_logs_itself() {
        let good = router("\"type\": \"fluentbit\"");
        keeps("TD142", &good);
        trips(
            "TD142",
            &good.replace("\"essential\": true", "\"essential\": false"),
        );
        trips(
            "TD142",
            &good.replace("\"logConfiguration\"", "\"dockerLabels\""),
        );
        keeps(
            "TD142",
            &changed("\"essential\": true", "\"essential\": false"),
        );
    }
}
