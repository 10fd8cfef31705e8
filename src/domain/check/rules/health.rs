//! Health checks and restarts of containers, and how long a container may take to end.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, called, is_essential};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Health and end of containers",
    rules: &[&TD094, &TD095, &TD096, &TD097, &TD098, &TD111],
    check,
};

static TD094: Rule = Rule {
    id: "TD094",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the command of a health check begins with `CMD` or `CMD-SHELL`",
    why: "The first word says how the rest is run: `CMD` runs a program with its arguments, `CMD-SHELL` gives one line to the shell of the image.",
    fix: "write `[\"CMD-SHELL\", \"…\"]` or `[\"CMD\", \"program\", \"argument\"]`",
    source: "API shape `HealthCheck`, member `command`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD095: Rule = Rule {
    id: "TD095",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "the times of a health check are in their ranges",
    why: "`interval` is 5 to 300 seconds, `timeout` 2 to 60, `retries` 1 to 10, `startPeriod` 0 to 300.",
    fix: "use a value inside the range the message names",
    source: "API shape `HealthCheck`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD096: Rule = Rule {
    id: "TD096",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "a health check uses what is in the image",
    why: "The command runs inside the container. Small images have no `curl` or `wget`: the check then always fails and the task is replaced for ever. Reported as a note, for whether the tool is there cannot be seen in this file.",
    fix: "make sure that the tool is in the image, or let the program check itself",
    source: "practice",
    answer: "ECS takes it; without the tool the task is stopped with `Task failed container health checks`.",
};

static TD097: Rule = Rule {
    id: "TD097",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "a health check has a shorter timeout than interval",
    why: "A check that may take as long as the time between two checks overlaps with the next one, and slows down how soon a failure is seen. The interval is 30 seconds and the timeout 5 if they are left out.",
    fix: "make `timeout` shorter than `interval`",
    source: "practice",
    answer: "ECS takes it.",
};

static TD098: Rule = Rule {
    id: "TD098",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a restart policy is complete and in its ranges",
    why: "`enabled` has no default. At most 50 exit codes can be ignored, and `restartAttemptPeriod` is 60 to 1800 seconds.",
    fix: "set `enabled`, and keep the other members in their ranges",
    source: "API shape `ContainerRestartPolicy`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD111: Rule = Rule {
    id: "TD111",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "a container behind a load balancer says how long it may take to end",
    why: "Without `stopTimeout` a container has 30 seconds between SIGTERM and SIGKILL. A target group lets requests end for 300 seconds unless told otherwise, so long requests can be cut off. Reported as a note, for the target group cannot be seen in this file.",
    fix: "set `stopTimeout` to at least what a request may take; 120 is the most on Fargate",
    source: "API shape `ContainerDefinition`, member `stopTimeout`",
    answer: "ECS takes it, and kills the container 30 seconds after SIGTERM.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        if let Some(health) = container.get("healthCheck") {
            command(container, &health, findings);
            times(&health, findings);
        }
        if let Some(policy) = container.get("restartPolicy") {
            restarts(container, &policy, findings);
        }
        let serves = is_essential(container) && !container.items_of("portMappings").is_empty();
        if serves && container.get("stopTimeout").is_none() {
            let message = format!(
                "container {} serves a port and has 30 seconds to end: no `stopTimeout`",
                called(container)
            );
            findings
                .at_key(&TD111, container, message)
                .weigh(Severity::Note);
        }
    }
}

fn command(container: &Spot<'_>, health: &Spot<'_>, findings: &mut Findings) {
    let words: Vec<&str> = health
        .items_of("command")
        .iter()
        .filter_map(Spot::text)
        .collect();
    let Some(command) = health.get("command") else {
        let message = format!(
            "the health check of container {} has no command",
            called(container)
        );
        findings.at_key(&TD094, health, message);
        return;
    };
    match words.split_first() {
        Some((&"CMD-SHELL", rest)) if has_words(rest) => tool(container, &command, rest, findings),
        Some((&"CMD", rest)) if has_words(rest) => {}
        Some((&"CMD" | &"CMD-SHELL", _)) => {
            let message = format!(
                "the health check of container {} has nothing to run",
                called(container)
            );
            findings.at(&TD094, &command, message);
        }
        Some((first, _)) => {
            let message = format!(
                "the health check of container {} begins with neither `CMD` nor `CMD-SHELL`: {}",
                called(container),
                shown(first)
            );
            findings.at(&TD094, &command, message);
        }
        None if command.node().as_array().is_some_and(<[_]>::is_empty) => {
            let message = format!(
                "the health check of container {} has an empty command",
                called(container)
            );
            findings.at(&TD094, &command, message);
        }
        // What is no list of texts is named by the rule of types.
        None => {}
    }
}

/// Whether there is anything to run.
fn has_words(line: &[&str]) -> bool {
    line.iter().any(|word| !word.trim().is_empty())
}

fn tool(container: &Spot<'_>, command: &Spot<'_>, line: &[&str], findings: &mut Findings) {
    let first = line
        .iter()
        .flat_map(|text| text.split_whitespace())
        .next()
        .unwrap_or_default();
    let name = first.rsplit('/').next().unwrap_or_default();
    if matches!(name, "curl" | "wget") {
        let message = format!(
            "the health check of container {} needs a tool that must be in the image: `{name}`",
            called(container)
        );
        findings.at(&TD096, command, message).weigh(Severity::Note);
    }
}

fn times(health: &Spot<'_>, findings: &mut Findings) {
    for (key, least, most) in [
        ("interval", 5, 300),
        ("timeout", 2, 60),
        ("retries", 1, 10),
        ("startPeriod", 0, 300),
    ] {
        within(&TD095, health, key, least, most, findings);
    }
    let interval = health.integer_of("interval").unwrap_or(30);
    let timeout = health.integer_of("timeout").unwrap_or(5);
    if timeout >= interval
        && let Some(written) = health.get("timeout").or_else(|| health.get("interval"))
    {
        let message =
            format!("a check that may take {timeout} seconds is begun every {interval} seconds");
        findings.at_key(&TD097, &written, message);
    }
}

fn restarts(container: &Spot<'_>, policy: &Spot<'_>, findings: &mut Findings) {
    if policy.node().as_object().is_some() && policy.get("enabled").is_none() {
        let message = format!(
            "the restart policy of container {} lacks a member it must have: `enabled`",
            called(container)
        );
        findings.at_key(&TD098, policy, message);
    }
    let ignored = policy.items_of("ignoredExitCodes").len();
    if ignored > 50
        && let Some(codes) = policy.get("ignoredExitCodes")
    {
        let message = format!("{ignored} exit codes are ignored, the limit is: 50");
        findings.at_key(&TD098, &codes, message);
    }
    within(&TD098, policy, "restartAttemptPeriod", 60, 1800, findings);
}

/// Reports a whole number outside of its range; what is no number is named by the rule of types.
pub(super) fn within(
    rule: &'static Rule,
    object: &Spot<'_>,
    key: &str,
    least: i64,
    most: i64,
    findings: &mut Findings,
) {
    if let Some(member) = object.get(key)
        && let Some(number) = member.node().as_i64()
        && !(least..=most).contains(&number)
    {
        let message = format!("`{key}` is outside of {least} to {most}: {number}");
        findings.at(rule, &member, message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, keeps, trips, with_in_container};
    use super::*;

    fn checked(command: &str, more: &str) -> String {
        with_in_container(&format!(
            "\"healthCheck\": {{\"command\": {command}{more}}}"
        ))
    }

    #[test]
    fn a_command_begins_with_how_it_is_run() {
        for command in [
            "[]",
            "[\"curl\", \"localhost\"]",
            "[\"cmd\", \"x\"]",
            "[\"CMD\"]",
            "[\"CMD-SHELL\", \" \"]",
        ] {
            trips("TD094", &checked(command, ""));
        }
        trips(
            "TD094",
            &with_in_container("\"healthCheck\": {\"interval\": 5}"),
        );
        keeps("TD094", &checked("[\"CMD\", \"/check\"]", ""));
        keeps("TD094", &checked("[\"CMD-SHELL\", \"exit 0\"]", ""));
    }

    #[test]
    fn each_time_has_its_range() {
        for (key, below, least, most, above) in [
            ("interval", 4, 6, 300, 301),
            ("timeout", 1, 2, 29, 61),
            ("retries", 0, 1, 10, 11),
            ("startPeriod", -1, 0, 300, 301),
        ] {
            let at = |value: i32| checked("[\"CMD\", \"x\"]", &format!(", \"{key}\": {value}"));
            trips("TD095", &at(below));
            trips("TD095", &at(above));
            keeps("TD095", &at(least));
            keeps("TD095", &at(most));
        }
    }

    #[test]
    fn a_tool_that_the_image_may_lack_is_noted() {
        for command in [
            "[\"CMD-SHELL\", \"curl -f http://localhost/ || exit 1\"]",
            "[\"CMD-SHELL\", \"/usr/bin/wget -q localhost\"]",
        ] {
            assert_eq!(
                trips("TD096", &checked(command, "")).severity(),
                Severity::Note
            );
        }
        keeps("TD096", &checked("[\"CMD-SHELL\", \"python curl.py\"]", ""));
        keeps("TD096", &checked("[\"CMD\", \"/curl-check\"]", ""));
    }

    #[test]
    fn a_timeout_as_long_as_the_interval_is_a_warning() {
        trips(
            "TD097",
            &checked("[\"CMD\", \"x\"]", ", \"interval\": 10, \"timeout\": 10"),
        );
        trips("TD097", &checked("[\"CMD\", \"x\"]", ", \"timeout\": 30"));
        trips("TD097", &checked("[\"CMD\", \"x\"]", ", \"interval\": 5"));
        keeps(
            "TD097",
            &checked("[\"CMD\", \"x\"]", ", \"interval\": 10, \"timeout\": 9"),
        );
        keeps("TD097", &checked("[\"CMD\", \"x\"]", ""));
    }

    #[test]
    fn a_restart_policy_says_whether_it_is_on_and_keeps_its_ranges() {
        let policy =
            |members: &str| with_in_container(&format!("\"restartPolicy\": {{{members}}}"));
        let codes = |count: usize| {
            policy(&format!(
                "\"enabled\": true, \"ignoredExitCodes\": [{}]",
                vec!["0"; count].join(",")
            ))
        };
        trips("TD098", &policy(""));
        trips("TD098", &policy("\"restartAttemptPeriod\": 60"));
        trips(
            "TD098",
            &policy("\"enabled\": true, \"restartAttemptPeriod\": 59"),
        );
        trips(
            "TD098",
            &policy("\"enabled\": true, \"restartAttemptPeriod\": 1801"),
        );
        trips("TD098", &codes(51));
        keeps("TD098", &codes(50));
        keeps(
            "TD098",
            &policy("\"enabled\": false, \"restartAttemptPeriod\": 1800"),
        );
        keeps(
            "TD098",
            &policy("\"enabled\": true, \"restartAttemptPeriod\": 60"),
        );
    }

    #[test]
    fn a_container_that_serves_a_port_should_say_how_long_it_takes_to_end() {
        let without = changed("\"stopTimeout\": 60,", "");
        assert_eq!(trips("TD111", &without).severity(), Severity::Note);
        keeps("TD111", CLEAN);
        keeps(
            "TD111",
            &without.replace("{\"containerPort\": 8080, \"protocol\": \"tcp\"}", ""),
        );
    }
}
