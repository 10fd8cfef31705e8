//! Variables: their names, and values that should not stand in a file. Values are never shown.
//! References to secrets are judged in `secrets`.
use std::collections::{HashMap, HashSet};

use super::Group;
use super::shape::choice;
use crate::domain::arn::Arn;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, called};
use crate::domain::document::Position;
use crate::domain::secrecy::{looks_secret, shown};

pub(super) static GROUP: Group = Group {
    title: "Environment",
    rules: &[&TD120, &TD121, &TD126, &TD127],
    check,
};

static TD120: Rule = Rule {
    id: "TD120",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "every variable has a name, and one place",
    why: "Of two values of one name only one can reach the container, and which one is not said anywhere.",
    fix: "remove one of the two, or rename it",
    source: "practice",
    answer: "ECS refuses the request with `ClientException`, or one of the values is lost.",
};

static TD121: Rule = Rule {
    id: "TD121",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no name is both a plain variable and a secret",
    why: "A variable cannot have two values. This is what remains when a plain value is moved to a secret and the old entry stays.",
    fix: "remove the name from `environment`, or from `secrets`",
    source: "practice; rendering refuses it too",
    answer: "ECS refuses the request with `ClientException`: the name must be unique and not shared.",
};

static TD126: Rule = Rule {
    id: "TD126",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no credential stands in a plain variable",
    why: "Whoever may call `DescribeTaskDefinition` reads all plain values, of all revisions there ever were. What looks like a credential is told by words of the name, such as `PASSWORD`, and by known forms of tokens.",
    fix: "put the value into Secrets Manager or Parameter Store and name it in `secrets`; a value that has been committed should be replaced",
    source: "API shape `ContainerDefinition`, member `environment`",
    answer: "ECS takes it, and shows it to every reader.",
};

static TD127: Rule = Rule {
    id: "TD127",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "an environment file is an object in S3 with the ending `.env`, one of ten at most",
    why: "ECS reads the files when the task starts; it knows them by the ARN of the object only.",
    fix: "write `{\"type\": \"s3\", \"value\": \"arn:aws:s3:::bucket/path/file.env\"}`",
    source: "API shape `EnvironmentFile`",
    answer: "ECS refuses the request with `ClientException`, or the task cannot fetch the file and stops with `ResourceInitializationError`.",
};

/// The most environment files of a container.
const MOST_FILES: usize = 10;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        let plain = names(container, "environment", findings);
        let secret = names(container, "secrets", findings);
        clashes(container, &plain, &secret, findings);
        credentials(container, findings);
        files(container, findings);
    }
}

/// The names of a list with the place of the first of each; reports those that are missing or come again.
fn names<'a>(
    container: &Spot<'a>,
    list: &str,
    findings: &mut Findings,
) -> HashMap<&'a str, Option<Position>> {
    let mut first: HashMap<&str, Option<Position>> = HashMap::new();
    let mut told: HashSet<&str> = HashSet::new();
    for entry in container.items_of(list) {
        // What is no object, or has a name that is no text, is named by the rule of types.
        let name = match entry.get("name") {
            Some(name) => name,
            None if entry.node().as_object().is_some() && list == "environment" => {
                let message = format!(
                    "an entry of `{list}` of container {} has no name",
                    called(container)
                );
                findings.at(&TD120, &entry, message);
                continue;
            }
            None => continue,
        };
        let Some(text) = name.text() else {
            continue;
        };
        if text.is_empty() {
            let message = format!(
                "an entry of `{list}` of container {} has an empty name",
                called(container)
            );
            findings.at(&TD120, &name, message);
        } else if let Some(position) = first.get(text) {
            if told.insert(text) {
                let earlier = position.map_or(String::new(), |place| format!(", first at {place}"));
                let message = format!(
                    "a name stands twice in `{list}` of container {}{earlier}: {}",
                    called(container),
                    shown(text)
                );
                findings.at(&TD120, &name, message);
            }
        } else {
            first.insert(text, name.position());
        }
    }
    first
}

fn clashes(
    container: &Spot<'_>,
    plain: &HashMap<&str, Option<Position>>,
    secret: &HashMap<&str, Option<Position>>,
    findings: &mut Findings,
) {
    for entry in container.items_of("secrets") {
        if let Some(name) = entry.get("name")
            && let Some(text) = name.text()
            && let Some(position) = plain.get(text)
            && secret.get(text) == Some(&name.position())
        {
            let there = position.map_or(String::new(), |place| format!(" at {place}"));
            let message = format!(
                "a secret of container {} has the name of a plain variable{there}: {}",
                called(container),
                shown(text)
            );
            findings.at(&TD121, &name, message);
        }
    }
}

fn credentials(container: &Spot<'_>, findings: &mut Findings) {
    for entry in container.items_of("environment") {
        if let Some(name) = entry.text_of("name")
            && let Some(value) = entry.get("value")
            && value.text().is_some_and(|text| looks_secret(name, text))
        {
            let message = format!(
                "a plain variable of container {} looks like a credential: {}",
                called(container),
                shown(name)
            );
            findings.at(&TD126, &value, message);
        }
    }
}

fn files(container: &Spot<'_>, findings: &mut Findings) {
    let files = container.items_of("environmentFiles");
    if let (Some(first_beyond), count) = (files.get(MOST_FILES), files.len()) {
        let message = format!(
            "container {} has {count} environment files, the limit is: {MOST_FILES}",
            called(container)
        );
        findings.at(&TD127, first_beyond, message);
    }
    for file in files {
        if let Some(kind) = file.get("type")
            && let Some(text) = kind.settled()
            && text != "s3"
        {
            let message = format!("an environment file is of an unknown kind: {}", shown(text));
            findings
                .at(&TD127, &kind, message)
                .advise(choice(text, &["s3"]));
        }
        if let Some(value) = file.get("value")
            && let Some(text) = value.settled()
            && !is_environment_file(text)
        {
            let message = format!(
                "not the ARN of an object in S3 with the ending `.env`: {}",
                shown(text)
            );
            findings.at(&TD127, &value, message);
        }
    }
}

fn is_environment_file(text: &str) -> bool {
    let object = text
        .parse::<Arn>()
        .ok()
        .filter(|arn| arn.service() == "s3")
        .and_then(|arn| {
            arn.resource()
                .split_once('/')
                .map(|(bucket, key)| (bucket.to_owned(), key.to_owned()))
        });
    object.is_some_and(|(bucket, key)| !bucket.is_empty() && key.strip_suffix(".env").is_some())
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, findings, keeps, trips, with_in_container};
    use super::*;

    fn plain(entries: &str) -> String {
        changed("{\"name\": \"MODE\", \"value\": \"production\"}", entries)
    }

    fn secret(names: &[&str]) -> String {
        let entries: Vec<String> = names
            .iter()
            .map(|name| {
                format!("{{\"name\": \"{name}\", \"valueFrom\": \"arn:aws:ssm:eu-west-1:123456789012:parameter/x\"}}")
            })
            .collect();
        with_in_container(&format!("\"secrets\": [{}]", entries.join(",")))
    }

    #[test]
    fn a_name_that_stands_twice_is_told_once_with_both_places() {
        let entry = "{\"name\": \"A\", \"value\": \"hidden\"}";
        let text = plain(&[entry; 3].join(","));
        let found: Vec<_> = findings(&text)
            .into_iter()
            .filter(|finding| finding.rule().id == "TD120")
            .collect();
        assert_eq!(found.len(), 1);
        let message = found[0].message();
        assert!(
            message.starts_with(
                "a name stands twice in `environment` of container `web`, first at line "
            ),
            "{message}"
        );
        assert!(message.ends_with(": `A`"), "{message}");
        trips("TD120", &secret(&["A", "A"]));
        keeps("TD120", &secret(&["A", "a"]));
        keeps("TD120", &plain(&entry.replace("\"A\"", "\"B\"")));
    }

    #[test]
    fn a_variable_without_a_name_is_found() {
        trips("TD120", &plain("{\"value\": \"x\"}"));
        trips("TD120", &plain("{\"name\": \"\", \"value\": \"x\"}"));
        keeps("TD120", &plain(""));
    }

    #[test]
    fn a_name_in_both_lists_is_an_error() {
        let finding = trips("TD121", &secret(&["MODE"]));
        assert_eq!(finding.severity(), Severity::Error);
        assert!(
            finding.message().ends_with(": `MODE`"),
            "{}",
            finding.message()
        );
        keeps("TD121", &secret(&["MODES"]));
    }

    #[test]
    fn a_credential_in_a_plain_variable_is_named_and_not_shown() {
        let text = plain("{\"name\": \"DB_PASSWORD\", \"value\": \"correct horse\"}");
        let finding = trips("TD126", &text);
        assert!(
            finding.message().ends_with(": `DB_PASSWORD`"),
            "{}",
            finding.message()
        );
        for finding in findings(&text) {
            assert!(!finding.message().contains("horse") && !finding.hint().contains("horse"));
        }
        keeps(
            "TD126",
            &plain("{\"name\": \"DB_PASSWORD_FILE\", \"value\": \"x\"}"),
        );
        keeps(
            "TD126",
            &plain("{\"name\": \"DB_PASSWORD\", \"value\": \"\"}"),
        );
        keeps("TD126", CLEAN);
    }

    #[test]
    fn an_environment_file_is_an_object_in_s3() {
        let files = |entries: &[&str]| {
            with_in_container(&format!("\"environmentFiles\": [{}]", entries.join(",")))
        };
        let good = "{\"type\": \"s3\", \"value\": \"arn:aws-cn:s3:::bucket/a/b.env\"}";
        trips("TD127", &files(&[good; 11]));
        keeps("TD127", &files(&[good; 10]));
        trips("TD127", &files(&[&good.replace("\"s3\"", "\"S3\"")]));
        for value in [
            "s3://bucket/b.env",
            "arn:aws:s3:::bucket/b.txt",
            "arn:aws:s3:::b.env",
            "arn:aws:ssm:::x/b.env",
        ] {
            trips(
                "TD127",
                &files(&[&format!("{{\"type\": \"s3\", \"value\": \"{value}\"}}")]),
            );
        }
    }
}
