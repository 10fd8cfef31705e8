//! Where the output of containers goes. Values of log options are never shown: they may be tokens.
use super::Group;
use super::shape::choice;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::TASK_DEFINITION;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{LaunchType, Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Logging",
    rules: &[
        &TD130, &TD131, &TD132, &TD133, &TD134, &TD135, &TD136, &TD137, &TD138, &TD143, &TD144,
    ],
    check,
};

static TD130: Rule = Rule {
    id: "TD130",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the log driver is one ECS knows",
    why: "ECS supports a part of what Docker does.",
    fix: "use one of: `awslogs`, `awsfirelens`, `splunk`, `json-file`, `syslog`, `journald`, `gelf`, `fluentd`",
    source: "API shape `LogDriver`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD131: Rule = Rule {
    id: "TD131",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "on Fargate the log driver is `awslogs`, `splunk` or `awsfirelens`",
    why: "On Fargate there is no host to which another driver could write.",
    fix: "use `awslogs`, `splunk` or `awsfirelens`",
    source: "API shape `LogConfiguration`, member `logDriver`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD132: Rule = Rule {
    id: "TD132",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "on Managed Instances the log driver is `awslogs`, `splunk`, `awsfirelens` or `json-file`",
    why: "The instances are not yours to configure, so only these drivers are there.",
    fix: "use `awslogs`, `splunk`, `awsfirelens` or `json-file`",
    source: "API shape `LogConfiguration`, member `logDriver`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD133: Rule = Rule {
    id: "TD133",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`awslogs` says which log group, and in which Region",
    why: "`awslogs-group` and `awslogs-region` have no default.",
    fix: "set both options",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS refuses the request with `ClientException`, or the task stops with `unable to get awslogs driver arguments: awslogs-region is required`.",
};

static TD134: Rule = Rule {
    id: "TD134",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "on Fargate `awslogs` has a stream prefix",
    why: "The stream is called `prefix/container/task` and is found by it. Without a prefix nothing can tell which stream belongs to which task.",
    fix: "set `awslogs-stream-prefix`, for example to the name of the service",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD135: Rule = Rule {
    id: "TD135",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "lines are joined by a date format or by a pattern, not by both",
    why: "`awslogs-datetime-format` and `awslogs-multiline-pattern` are two ways to say where an entry begins.",
    fix: "keep one of the two options",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS refuses the request with `ClientException`, or the container cannot start.",
};

static TD136: Rule = Rule {
    id: "TD136",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the delivery mode is `blocking` or `non-blocking`, and only the second has a buffer",
    why: "With `blocking` a `max-buffer-size` has no effect, which is a warning.",
    fix: "use `blocking`, or `non-blocking` with `max-buffer-size`",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS refuses another mode with `ClientException`, or the container cannot start.",
};

static TD137: Rule = Rule {
    id: "TD137",
    severity: Severity::Note,
    basis: Basis::Documented,
    title: "the delivery mode is written down",
    why: "On 2025-06-25 the default became `non-blocking`: when the output cannot be sent as fast as it comes, lines are dropped rather than the program stopped. An account setting can change the default.",
    fix: "set `mode` to `non-blocking` (lines may be lost) or `blocking` (the program may stall)",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS takes it, and uses the default of the account.",
};

static TD138: Rule = Rule {
    id: "TD138",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`splunk` has a URL and a token",
    why: "Both `splunk-url` and `splunk-token` are required; the token belongs into `secretOptions`.",
    fix: "set `splunk-url` in `options` and `splunk-token` in `secretOptions`",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS refuses the request with `ClientException`, or the container cannot start.",
};

static TD143: Rule = Rule {
    id: "TD143",
    severity: Severity::Note,
    basis: Basis::Documented,
    title: "the role may create the log group it is told to create",
    why: "`awslogs-create-group` needs the permission `logs:CreateLogGroup`, which the managed policy of the execution role does not have.",
    fix: "allow `logs:CreateLogGroup` to the execution role, or create the group beforehand",
    source: "API shape `LogConfiguration`, member `options`",
    answer: "ECS takes it; without the permission the task stops with `ResourceInitializationError: failed to validate logger args`.",
};

static TD144: Rule = Rule {
    id: "TD144",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "every container has a log configuration",
    why: "Without one the output stays on the host, or on Fargate nowhere: there is nothing to show when the task dies.",
    fix: "add a `logConfiguration`",
    source: "practice",
    answer: "ECS takes it.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        if let Some(logging) = container.get("logConfiguration") {
            configured(definition, container, &logging, findings);
        } else if container.get("firelensConfiguration").is_none() {
            // That a log router has none is told by another rule.
            let message = format!(
                "the output of a container goes nowhere: {}",
                called(container)
            );
            findings.at_key(&TD144, container, message);
        }
    }
}

fn configured(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    logging: &Spot<'_>,
    findings: &mut Findings,
) {
    let Some(driver) = logging.get("logDriver") else {
        return;
    };
    let Some(name) = driver.settled() else {
        return;
    };
    let known = TASK_DEFINITION.values("LogDriver");
    if !known.contains(&name) {
        let message = format!("there is no such log driver: {}", shown(name));
        findings
            .at(&TD130, &driver, message)
            .advise(choice(name, known));
        return;
    }
    let anywhere = matches!(name, "awslogs" | "splunk" | "awsfirelens");
    if definition.is_fargate() && !anywhere {
        let message = format!("a log driver that Fargate has not: `{name}`");
        findings.at(&TD131, &driver, message);
    }
    if definition.runs_on(LaunchType::ManagedInstances) && !anywhere && name != "json-file" {
        let message = format!("a log driver that Managed Instances have not: `{name}`");
        findings.at(&TD132, &driver, message);
    }
    match name {
        "awslogs" => awslogs(definition, container, logging, findings),
        "splunk" => splunk(container, logging, findings),
        _ => {}
    }
    // What FireLens is given goes to the router, which has options of its own.
    if name != "awsfirelens" {
        mode(container, logging, findings);
    }
}

/// An option of the driver, given plainly.
fn option<'a>(logging: &Spot<'a>, name: &str) -> Option<Spot<'a>> {
    logging.get("options")?.get(name)
}

/// Whether an option is given, plainly and not empty, or as a secret.
fn is_given(logging: &Spot<'_>, name: &str) -> bool {
    let plain = option(logging, name).is_some_and(|value| value.text() != Some(""));
    plain
        || logging
            .items_of("secretOptions")
            .iter()
            .any(|secret| secret.text_of("name") == Some(name))
}

fn awslogs(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    logging: &Spot<'_>,
    findings: &mut Findings,
) {
    let lacks = |name: &str| {
        format!(
            "the log configuration of container {} lacks an option: `{name}`",
            called(container)
        )
    };
    for name in ["awslogs-group", "awslogs-region"] {
        if !is_given(logging, name) {
            findings.at_key(&TD133, logging, lacks(name));
        }
    }
    if definition.is_fargate() && !is_given(logging, "awslogs-stream-prefix") {
        findings.at_key(&TD134, logging, lacks("awslogs-stream-prefix"));
    }
    if option(logging, "awslogs-datetime-format").is_some()
        && let Some(pattern) = option(logging, "awslogs-multiline-pattern")
    {
        let message = format!(
            "container {} has both `awslogs-datetime-format` and: `awslogs-multiline-pattern`",
            called(container)
        );
        findings.at_key(&TD135, &pattern, message);
    }
    if let Some(create) = option(logging, "awslogs-create-group")
        && create.text() == Some("true")
    {
        let message = format!(
            "the execution role needs `logs:CreateLogGroup`, for container: {}",
            called(container)
        );
        findings.at_key(&TD143, &create, message);
    }
}

fn splunk(container: &Spot<'_>, logging: &Spot<'_>, findings: &mut Findings) {
    for name in ["splunk-url", "splunk-token"] {
        if !is_given(logging, name) {
            let message = format!(
                "the log configuration of container {} lacks an option: `{name}`",
                called(container)
            );
            findings.at_key(&TD138, logging, message);
        }
    }
}

fn mode(container: &Spot<'_>, logging: &Spot<'_>, findings: &mut Findings) {
    let Some(mode) = option(logging, "mode") else {
        let message = format!(
            "the default of the delivery mode holds, lines may be dropped, for container: {}",
            called(container)
        );
        findings.at_key(&TD137, logging, message);
        return;
    };
    let buffer = option(logging, "max-buffer-size");
    match (mode.settled(), buffer) {
        (Some("blocking"), Some(buffer)) => {
            let message = format!(
                "`max-buffer-size` has no effect in mode `blocking`, for container: {}",
                called(container)
            );
            findings
                .at_key(&TD136, &buffer, message)
                .weigh(Severity::Warning);
        }
        (Some("blocking" | "non-blocking") | None, _) => {}
        (Some(_), _) => {
            let message = format!(
                "the delivery mode is neither `blocking` nor `non-blocking`, for container: {}",
                called(container)
            );
            findings.at(&TD136, &mode, message);
        }
    }
}

#[cfg(test)]
mod tests;
