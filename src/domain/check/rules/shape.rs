//! The shape of a task definition: keys, types and values the API model knows, found by one walk over the document.
//! What the values mean together is judged by the other groups.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::model::{Model, OUTPUT_ONLY, REQUEST, Shape, TASK_DEFINITION};
use crate::domain::check::nearest::nearest;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition};
use crate::domain::document::Kind;
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Keys, types and values",
    rules: &[&TD002, &TD003, &TD017, &TD018, &TD019],
    check,
};

static TD002: Rule = Rule {
    id: "TD002",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "no key that only ECS sets",
    why: "A file copied from an answer of ECS holds keys that ECS sets itself. They are no part of a request.",
    fix: "remove the key; rendering and registering remove it too, with a notice",
    source: "API shape `TaskDefinition`, less the members of `RegisterTaskDefinitionRequest`",
    answer: "A client that checks its input, as the AWS CLI does, refuses the file with `Unknown parameter in input`.",
};

static TD003: Rule = Rule {
    id: "TD003",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "every key is one the API knows at its place",
    why: "A misspelt key is not an error to a server that skips what it does not know: the setting is silently not made. A \
          key that resembles no known one may be newer than this version, and is only noted.",
    fix: "check the spelling, or update this tool if the key is new",
    source: "API model of Amazon ECS, 2014-11-13",
    answer: "A client that checks its input, as the AWS CLI does, refuses the file with `Unknown parameter in input`; sent \
             as it is, the setting has no effect.",
};

static TD017: Rule = Rule {
    id: "TD017",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every value is of the type the API wants",
    why: "The API wants `cpu` of a task as a string but `cpu` of a container as a number, a port as a number but an \
          environment value as a string.",
    fix: "write the value in the type the message names",
    source: "API model of Amazon ECS, 2014-11-13",
    answer: "ECS refuses the request with `SerializationException`; the AWS CLI refuses it before with `Invalid type for \
             parameter`.",
};

static TD018: Rule = Rule {
    id: "TD018",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every value of a fixed set is one of the set",
    why: "Some members take one of a few words, in exactly their letter case.",
    fix: "use one of the values the message names, or update this tool if the value is new",
    source: "API model of Amazon ECS, 2014-11-13",
    answer: "ECS refuses the request with `ClientException` or `InvalidParameterException`, naming the member.",
};

static TD019: Rule = Rule {
    id: "TD019",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "no required member is missing",
    why: "The API model marks members an object cannot be without.",
    fix: "add the member",
    source: "API model of Amazon ECS, 2014-11-13",
    answer: "ECS refuses the request with `ClientException` or `InvalidParameterException`; the AWS CLI refuses it before \
             with `Missing required parameter`.",
};

/// Enumerations whose values other rules judge.
const JUDGED_ELSEWHERE: &[&str] = &[
    "ApplicationProtocol",
    "CPUArchitecture",
    "Compatibility",
    "EnvironmentFileType",
    "FirelensConfigurationType",
    "LogDriver",
    "OSFamily",
    "ProxyConfigurationType",
    "TaskDefinitionPlacementConstraintType",
    "UlimitName",
    "TransportProtocol",
];
/// Required members whose absence other rules report: the shape and the key.
const MISSED_ELSEWHERE: &[(&str, &str)] = &[
    (REQUEST, "family"),
    (REQUEST, "containerDefinitions"),
    ("HealthCheck", "command"),
    ("ContainerRestartPolicy", "enabled"),
    ("FSxWindowsFileServerVolumeConfiguration", "fileSystemId"),
    ("FSxWindowsFileServerVolumeConfiguration", "rootDirectory"),
    (
        "FSxWindowsFileServerVolumeConfiguration",
        "authorizationConfig",
    ),
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // What is no object is reported as a whole, by another rule.
    if let Some(definition) = &subject.task_definition
        && definition.spot().node().as_object().is_some()
    {
        let mut walk = Walk {
            model: &TASK_DEFINITION,
            definition,
            findings,
        };
        walk.visit(definition.spot(), REQUEST);
        if definition.is_described()
            && let Some(tags) = definition.tags()
        {
            walk.visit(tags, "Tags");
        }
    }
}

/// One walk down the document beside the model.
struct Walk<'w, 'a> {
    model: &'w Model,
    definition: &'w TaskDefinition<'a>,
    findings: &'w mut Findings,
}

impl Walk<'_, '_> {
    fn visit(&mut self, spot: &Spot<'_>, shape: &str) {
        if spot.node().is_null() {
            return;
        }
        match self.model.shape(shape) {
            Some(Shape::Structure(_)) => self.structure(spot, shape),
            Some(Shape::List(of)) => match spot.node().kind() {
                Kind::Array(_) => spot.items().for_each(|item| self.visit(&item, of)),
                _ => self.wrong_type(spot, "an array"),
            },
            Some(Shape::Map(of)) => match spot.node().kind() {
                Kind::Object(_) => spot.members().for_each(|member| self.visit(&member, of)),
                _ => self.wrong_type(spot, "an object"),
            },
            Some(Shape::Enumeration(_)) => self.enumeration(spot, shape),
            None => self.plain(spot, shape),
        }
    }

    fn plain(&mut self, spot: &Spot<'_>, shape: &str) {
        match (shape, spot.node().kind()) {
            ("string", Kind::String(_)) | ("boolean", Kind::Bool(_)) => {}
            ("integer", Kind::Number(number)) if number.as_i64().is_some() => {}
            ("integer", Kind::Number(_)) => {
                let message = format!("{} is no whole number that fits", named(spot));
                self.findings
                    .at(&TD017, spot, message)
                    .advise("write a whole number, without a point or an exponent");
            }
            ("string", _) => self.wrong_type(spot, "a string"),
            ("boolean", _) => self.wrong_type(spot, "a boolean"),
            ("integer", _) => self.wrong_type(spot, "a number"),
            _ => {}
        }
    }

    fn wrong_type(&mut self, spot: &Spot<'_>, wanted: &str) {
        let kind = spot.node().kind();
        let hint = match (kind, wanted) {
            (Kind::String(text), "a number") if text.parse::<i64>().is_ok() => {
                "write the number without quotes".to_owned()
            }
            (Kind::String(text), "a boolean") if text == "true" || text == "false" => {
                "write `true` or `false` without quotes".to_owned()
            }
            (Kind::Number(_) | Kind::Bool(_), "a string") => "write it in quotes".to_owned(),
            (_, "an array") => "put it in square brackets: a list of one is a list too".to_owned(),
            (_, wanted) => format!("write {wanted}"),
        };
        let message = format!("{} is {}; {wanted} is wanted", named(spot), kind.noun());
        self.findings.at(&TD017, spot, message).advise(hint);
    }

    fn enumeration(&mut self, spot: &Spot<'_>, shape: &str) {
        let Some(text) = spot.text() else {
            self.wrong_type(spot, "a string");
            return;
        };
        let values = self.model.values(shape);
        if JUDGED_ELSEWHERE.contains(&shape) || values.contains(&text) || spot.settled().is_none() {
            return;
        }
        let message = format!(
            "{} has a value ECS does not know: {}",
            named(spot),
            shown(text)
        );
        self.findings
            .at(&TD018, spot, message)
            .advise(choice(text, values));
    }

    fn structure(&mut self, spot: &Spot<'_>, shape: &str) {
        let (Kind::Object(_), Some(Shape::Structure(fields))) =
            (spot.node().kind(), self.model.shape(shape))
        else {
            self.wrong_type(spot, "an object");
            return;
        };
        for member in spot.members() {
            let key = member.key().unwrap_or_default();
            match fields.iter().find(|field| field.key == key) {
                Some(field) => self.visit(&member, field.shape),
                None if shape == REQUEST && self.model.values(OUTPUT_ONLY).contains(&key) => {
                    self.output_only(&member, key);
                }
                None => {
                    let known = fields.iter().map(|field| field.key);
                    self.unknown_key(&member, key, known);
                }
            }
        }
        for field in fields.iter().filter(|field| field.required) {
            if spot.get(field.key).is_none() && !MISSED_ELSEWHERE.contains(&(shape, field.key)) {
                let message = format!(
                    "{} lacks a member it must have: `{}`",
                    named(spot),
                    field.key
                );
                self.findings.at_key(&TD019, spot, message);
            }
        }
    }

    fn output_only(&mut self, member: &Spot<'_>, key: &str) {
        let message = format!("only ECS sets this key; it is removed before registering: `{key}`");
        let finding = self.findings.at_key(&TD002, member, message);
        // Whoever gives the whole answer of ECS knows what is in it.
        if self.definition.is_described() {
            finding.weigh(Severity::Note);
        }
    }

    fn unknown_key<'k>(
        &mut self,
        member: &Spot<'_>,
        key: &str,
        known: impl Iterator<Item = &'k str>,
    ) {
        let message = format!("unknown key: {}", shown(key));
        if self.findings.is_full(&TD003) {
            self.findings.at_key(&TD003, member, message);
            return;
        }
        let finding = self.findings.at_key(&TD003, member, message);
        if let Some(meant) = nearest(key, known) {
            let why = if key.eq_ignore_ascii_case(meant)
                && key.starts_with(|c: char| c.is_ascii_uppercase())
            {
                " (capitals first is the form of CloudFormation)"
            } else {
                ""
            };
            finding.advise(format!("did you mean `{meant}`?{why}"));
        } else if let Some(place) = self.model.structures_with(key).next() {
            finding.advise(format!("ECS knows it {}", place_of(place)));
        } else {
            finding.weigh(Severity::Note);
        }
    }
}

/// A value by its path, for the start of a message.
fn named(spot: &Spot<'_>) -> String {
    format!("`{}`", spot.path())
}

/// What to write instead: the nearest value, or all of them.
pub(super) fn choice(text: &str, values: &[&str]) -> String {
    match nearest(text, values.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("use one of: `{}`", values.join("`, `")),
    }
}

/// Where the members of a shape stand, for people.
fn place_of(shape: &str) -> String {
    match shape {
        REQUEST => "at the top of the definition, not here".to_owned(),
        "ContainerDefinition" => "in a container, not here".to_owned(),
        other => format!("in another place, the API shape `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, findings, keeps, trips, with, with_in_container};
    use super::*;
    use crate::domain::document::Position;

    #[test]
    fn a_key_that_only_ecs_sets_is_named_at_its_place() {
        let finding = trips("TD002", &with("\"revision\": 7"));
        assert_eq!(finding.severity(), Severity::Warning);
        assert_eq!(
            finding.position(),
            Some(Position {
                line: 2,
                column: 20
            })
        );
        let described = format!("{{\"taskDefinition\": {}}}", with("\"revision\": 7"));
        assert_eq!(trips("TD002", &described).severity(), Severity::Note);
        keeps("TD002", &with_in_container("\"revision\": 7"));
    }

    #[test]
    fn an_unknown_key_comes_with_the_nearest_known_one() {
        for (key, hint) in [
            ("esential", "did you mean `essential`?"),
            (
                "PortMappings",
                "did you mean `portMappings`? (capitals first is the form of CloudFormation)",
            ),
            (
                "executionRoleArn",
                "ECS knows it at the top of the definition, not here",
            ),
            (
                "containerPort",
                "ECS knows it in another place, the API shape `PortMapping`",
            ),
        ] {
            let finding = trips("TD003", &with_in_container(&format!("\"{key}\": 1")));
            assert_eq!(finding.hint(), hint);
            assert_eq!(finding.severity(), Severity::Warning);
        }
        let finding = trips("TD003", &with("\"somethingQuiteNew\": {}"));
        assert_eq!(finding.severity(), Severity::Note);
        assert_eq!(finding.path().to_string(), "somethingQuiteNew");
        keeps(
            "TD003",
            &with_in_container("\"dockerLabels\": {\"esential\": \"1\"}"),
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_found_wherever_it_stands() {
        for (from, to, hint) in [
            ("8080", "\"8080\"", "write the number without quotes"),
            (
                "8080",
                "80.5",
                "write a whole number, without a point or an exponent",
            ),
            ("\"256\"", "256", "write it in quotes"),
            (
                "\"essential\": true",
                "\"essential\": \"true\"",
                "write `true` or `false` without quotes",
            ),
            (
                "[\"FARGATE\"]",
                "\"FARGATE\"",
                "put it in square brackets: a list of one is a list too",
            ),
            ("\"production\"", "5", "write it in quotes"),
            ("\"non-blocking\"", "false", "write it in quotes"),
        ] {
            assert_eq!(trips("TD017", &changed(from, to)).hint(), hint, "{to}");
        }
        keeps("TD017", &changed("8080", "null"));
        keeps("TD017", CLEAN);
    }

    #[test]
    fn a_value_outside_its_set_comes_with_the_nearest_one_or_all() {
        let finding = trips("TD018", &changed("awsvpc", "awsvcp"));
        assert_eq!(finding.hint(), "did you mean `awsvpc`?");
        assert_eq!(
            finding.message(),
            "`networkMode` has a value ECS does not know: `awsvcp`"
        );
        let finding = trips("TD018", &with("\"pidMode\": \"container\""));
        assert_eq!(finding.hint(), "use one of: `host`, `task`");
        keeps("TD018", &with("\"pidMode\": \"task\""));
        keeps("TD018", &with("\"pidMode\": \"<PID_MODE>\""));
    }

    #[test]
    fn a_missing_member_is_named_at_the_object_that_lacks_it() {
        let finding = trips(
            "TD019",
            &with_in_container("\"ulimits\": [{\"name\": \"nofile\", \"softLimit\": 1}]"),
        );
        assert_eq!(
            finding.message(),
            "`containerDefinitions[0].ulimits[0]` lacks a member it must have: `hardLimit`"
        );
        let whole = "\"ulimits\": [{\"name\": \"nofile\", \"softLimit\": 1, \"hardLimit\": 1}]";
        keeps("TD019", &with_in_container(whole));
    }

    #[test]
    fn a_wrong_value_of_the_environment_is_not_shown() {
        let text = changed("\"production\"", "{\"hidden\": 1}");
        for finding in findings(&text) {
            assert!(
                !finding.message().contains("hidden"),
                "{}",
                finding.message()
            );
        }
    }
}
