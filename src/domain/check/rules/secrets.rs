//! References to secrets: their form, their Region, and the role that fetches them.
use super::Group;
use crate::domain::arn::Arn;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Secrets",
    rules: &[&TD122, &TD123, &TD124, &TD125, &TD128],
    check,
};

static TD122: Rule = Rule {
    id: "TD122",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a definition with secrets has an execution role",
    why: "Secrets are fetched before the container starts, with the execution role; the task role is not used for it.",
    fix: "set `executionRoleArn` to a role that may read the secrets",
    source: "Amazon ECS Developer Guide, Amazon ECS task execution IAM role",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD123: Rule = Rule {
    id: "TD123",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a secret is named by an ARN or a parameter's name that can be read",
    why: "`valueFrom` is the name or ARN of a parameter, or the ARN of a secret. To a secret may be added a JSON key, a version stage and a version id: all three colons stand there, also where a field is empty, as in `:password::`.",
    fix: "write `arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`, or `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`, perhaps with `:KEY:STAGE:VERSION`",
    source: "API shape `Secret`; Amazon ECS Developer Guide, pass Secrets Manager secrets through environment variables",
    answer: "ECS takes most of it; the task stops with `ResourceInitializationError: unable to pull secrets or registry auth`.",
};

static TD124: Rule = Rule {
    id: "TD124",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "a secret is in the Region the service runs in",
    why: "A parameter named without its ARN is looked for in the task's own Region, which is noted. An ARN of another Region needs a way there and a copy of the permission.",
    fix: "write the full ARN, of the Region the service runs in",
    source: "API shape `Secret`, member `valueFrom`",
    answer: "ECS takes it; where the parameter is missing the task stops with `ResourceInitializationError … invalid parameters`.",
};

static TD125: Rule = Rule {
    id: "TD125",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "the ARN of a secret has its random ending",
    why: "Secrets Manager ends every ARN with a hyphen and six characters. An ARN without them is a partial one, and may match another secret whose name begins alike.",
    fix: "copy the whole ARN, as `describe-secret` gives it",
    source: "practice",
    answer: "ECS takes it; the task may stop with `ResourceInitializationError`, or get another secret.",
};

static TD128: Rule = Rule {
    id: "TD128",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "credentials of a registry are named by an ARN",
    why: "A bare name is looked for in the Region the task runs in, and the console cannot edit such a definition.",
    fix: "write the full ARN of the secret",
    source: "API shape `RepositoryCredentials`",
    answer: "ECS takes it, and looks for the secret in the task's Region.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        let options = container.get("logConfiguration");
        let lists = [
            container.get("secrets"),
            options.and_then(|options| options.get("secretOptions")),
        ];
        for list in lists.into_iter().flatten() {
            role(definition, container, &list, findings);
            for secret in list.items() {
                if let Some(from) = secret.get("valueFrom")
                    && let Some(text) = from.settled()
                {
                    let name = secret.text_of("name").unwrap_or_default();
                    reference(subject, name, &from, text, findings);
                }
            }
        }
        registry(container, findings);
    }
}

fn role(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    list: &Spot<'_>,
    findings: &mut Findings,
) {
    let is_empty = list.node().items().is_empty();
    if !is_empty && definition.spot().get("executionRoleArn").is_none() {
        let message = format!(
            "container {} has secrets and the definition lacks: `executionRoleArn`",
            called(container)
        );
        findings.at_key(&TD122, list, message);
    }
}

fn reference(
    subject: &Subject<'_>,
    name: &str,
    from: &Spot<'_>,
    text: &str,
    findings: &mut Findings,
) {
    // What is no ARN may be the secret itself, put here by mistake: only the name is shown.
    let named = shown(if text.starts_with("arn:") { text } else { name });
    let reference = match Reference::of(text) {
        Ok(reference) => reference,
        Err(reason) => {
            findings.at(&TD123, from, format!("{reason}: {named}"));
            return;
        }
    };
    let wanted = subject.facts.region.as_deref();
    match &reference {
        Reference::Name => {
            let message = format!(
                "a parameter without its ARN is looked for in the task's own Region: {named}"
            );
            findings.at(&TD124, from, message).weigh(Severity::Note);
        }
        Reference::Parameter(arn) | Reference::Secret { arn, .. } => {
            if let Some(wanted) = wanted
                && arn.region() != wanted
            {
                let message = format!(
                    "a secret of another Region than `{wanted}`: `{}`",
                    arn.region()
                );
                findings.at(&TD124, from, message);
            }
        }
    }
    if let Reference::Secret { name, .. } = &reference
        && !has_random_ending(name)
    {
        let message = format!(
            "the ARN of a secret without its random ending: {}",
            shown(name)
        );
        findings.at(&TD125, from, message);
    }
}

/// What a `valueFrom` names.
#[derive(Debug, PartialEq, Eq)]
enum Reference {
    /// A parameter of the task's own Region.
    Name,
    /// A parameter by its ARN.
    Parameter(Arn),
    /// A secret by its ARN, with its name as the ARN has it.
    Secret { arn: Arn, name: String },
}

impl Reference {
    /// Reads a `valueFrom`; what is wrong with it is said in words that end before the value.
    fn of(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("a secret is named by nothing");
        }
        if !text.starts_with("arn:") {
            let is_name = text.len() <= 1011
                && text.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/')
                });
            return if is_name {
                Ok(Self::Name)
            } else {
                Err("neither an ARN nor the name of a parameter")
            };
        }
        let arn: Arn = text.parse().map_err(|_| "not a whole ARN")?;
        if arn.region().is_empty() || arn.account().len() != 12 {
            return Err("an ARN without its Region or account");
        }
        match arn.service() {
            "ssm" => match arn.resource().strip_prefix("parameter/") {
                Some(name) if !name.is_empty() && !name.contains(':') => Ok(Self::Parameter(arn)),
                Some(_) | None => {
                    Err("not the ARN of a parameter: `parameter/NAME` must follow the account")
                }
            },
            "secretsmanager" => {
                let Some(rest) = arn.resource().strip_prefix("secret:") else {
                    return Err("not the ARN of a secret: `secret:NAME` must follow the account");
                };
                let fields: Vec<&str> = rest.split(':').collect();
                match fields.as_slice() {
                    [name] | [name, _, _, _] if !name.is_empty() => Ok(Self::Secret {
                        name: (*name).to_owned(),
                        arn,
                    }),
                    _ => Err(
                        "behind the name of a secret stands nothing, or `:KEY:STAGE:VERSION` with all three colons",
                    ),
                }
            }
            _ => Err("an ARN of neither Secrets Manager nor Parameter Store"),
        }
    }
}

/// Whether a name ends with a hyphen and six letters or digits.
fn has_random_ending(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(before, ending)| {
        !before.is_empty()
            && ending.len() == 6
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn registry(container: &Spot<'_>, findings: &mut Findings) {
    if let Some(credentials) = container.get("repositoryCredentials")
        && let Some(parameter) = credentials.get("credentialsParameter")
        && let Some(text) = parameter.settled()
        && !text.starts_with("arn:")
    {
        let message = format!(
            "a secret is named without its ARN, for the registry of container: {}",
            called(container)
        );
        findings.at(&TD128, &parameter, message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{findings_with, keeps, trips, with_in_container};
    use super::*;
    use crate::domain::check::subject::Facts;

    fn from(value: &str) -> String {
        with_in_container(&format!(
            "\"secrets\": [{{\"name\": \"A\", \"valueFrom\": \"{value}\"}}]"
        ))
    }

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/db-a1B2c3";
    const PARAMETER: &str = "arn:aws:ssm:eu-west-1:123456789012:parameter/web/db";

    fn without_role(text: &str) -> String {
        let role = "\"executionRoleArn\": \"arn:aws:iam::123456789012:role/execution\",";
        assert!(text.contains(role));
        text.replace(role, "")
    }

    #[test]
    fn secrets_need_an_execution_role() {
        trips("TD122", &without_role(&from(SECRET)));
        let options = with_in_container("\"x\": 1").replace(
            "\"logDriver\": \"awslogs\",",
            "\"logDriver\": \"awslogs\", \"secretOptions\": [{\"name\": \"a\", \"valueFrom\": \"b\"}],",
        );
        trips("TD122", &without_role(&options));
        keeps("TD122", &from(SECRET));
        keeps(
            "TD122",
            &without_role(&with_in_container("\"secrets\": []")),
        );
    }

    #[test]
    fn every_form_of_a_reference_is_taken() {
        for value in [
            SECRET,
            PARAMETER,
            "/web/db",
            "web-db",
            &format!("{SECRET}:password::"),
            &format!("{SECRET}:password:AWSPREVIOUS:"),
            &format!("{SECRET}::AWSPENDING:"),
            &format!("{SECRET}:::00000000-1111-2222-3333-444444444444"),
            &SECRET.replace("arn:aws:", "arn:aws-us-gov:"),
        ] {
            keeps("TD123", &from(value));
        }
    }

    #[test]
    fn what_is_no_reference_says_what_is_wrong() {
        for (value, reason) in [
            ("", "a secret is named by nothing"),
            ("web db", "neither an ARN nor the name of a parameter"),
            ("arn:aws:ssm", "not a whole ARN"),
            (
                "arn:aws:ssm:::parameter/a",
                "an ARN without its Region or account",
            ),
            (
                "arn:aws:ssm:eu-west-1:123456789012:web/db",
                "not the ARN of a parameter",
            ),
            (
                "arn:aws:secretsmanager:eu-west-1:123456789012:web",
                "not the ARN of a secret",
            ),
            (
                "arn:aws:s3:eu-west-1:123456789012:web",
                "an ARN of neither Secrets Manager nor Parameter Store",
            ),
        ] {
            let finding = trips("TD123", &from(value));
            assert!(
                finding.message().starts_with(reason),
                "{}",
                finding.message()
            );
        }
        for ending in [":password", ":password:", ":password:::"] {
            let finding = trips("TD123", &from(&format!("{SECRET}{ending}")));
            assert!(
                finding.message().contains("all three colons"),
                "{}",
                finding.message()
            );
        }
    }

    #[test]
    fn a_secret_that_was_put_where_its_name_belongs_is_not_shown() {
        for value in ["hunter2", "hunter2 and more"] {
            for finding in findings_with(&from(value), Facts::default()) {
                assert!(
                    !finding.message().contains("hunter2"),
                    "{}",
                    finding.message()
                );
            }
        }
        let finding = trips("TD123", &from("hunter2 and more"));
        assert!(
            finding.message().ends_with(": `A`"),
            "{}",
            finding.message()
        );
    }

    #[test]
    fn the_region_of_a_secret_is_compared_with_the_one_the_user_names() {
        let severity = |value: &str, region: Option<&str>| {
            let facts = Facts {
                region: region.map(str::to_owned),
                ..Facts::default()
            };
            findings_with(&from(value), facts)
                .iter()
                .find(|finding| finding.rule().id == "TD124")
                .map(crate::domain::check::Finding::severity)
        };
        assert_eq!(severity(SECRET, Some("us-east-1")), Some(Severity::Warning));
        assert_eq!(
            severity(PARAMETER, Some("us-east-1")),
            Some(Severity::Warning)
        );
        assert_eq!(severity(SECRET, Some("eu-west-1")), None);
        assert_eq!(severity(PARAMETER, None), None);
        assert_eq!(severity("/web/db", None), Some(Severity::Note));
    }

    #[test]
    fn an_arn_without_its_ending_is_a_partial_one() {
        for name in [
            "web/db",
            "web-12345",
            "web-1234567",
            "web-12_456",
            "-a1B2c3",
        ] {
            let value = SECRET.replace("web/db-a1B2c3", name);
            trips("TD125", &from(&value));
            trips("TD125", &from(&format!("{value}:key::")));
        }
        keeps("TD125", &from(SECRET));
        keeps("TD125", &from(&format!("{SECRET}:key::")));
    }

    #[test]
    fn credentials_of_a_registry_are_named_by_an_arn() {
        let named = |name: &str| {
            with_in_container(&format!(
                "\"repositoryCredentials\": {{\"credentialsParameter\": \"{name}\"}}"
            ))
        };
        trips("TD128", &named("registry/pull"));
        keeps("TD128", &named(SECRET));
    }
}
