//! Marks of a template that nobody filled in.
//! What a mark is, is told by `placeholder`; the other rules pass over values that hold one.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::placeholder::{Mark, marks};
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::Subject;
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Placeholders",
    rules: &[&TD086],
    check,
};

static TD086: Rule = Rule {
    id: "TD086",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no placeholder is left",
    why: "A mark such as `<IMAGE1_NAME>` or `${TAG}` means nothing to ECS. In an image or an ARN it cannot work; in any other text it may be meant, so there it is only noted. Shell variables in commands are left alone.",
    fix: "fill it in, or name it in `placeholders` if a later step does",
    source: "CodePipeline User Guide, Amazon ECS and CodeDeploy blue-green action",
    answer: "ECS refuses an image or an ARN with such a mark with `ClientException`, or the task cannot start; any other text is used as it stands.",
};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An image reference.
    Image,
    /// An ARN.
    Arn,
    /// A command: `${…}` is for the shell.
    Command,
    /// The list of environment variables.
    Environment,
    /// The value of one, which is not shown.
    Hidden,
    /// Anything else.
    Text,
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if let Some(definition) = &subject.task_definition {
        leftovers(&TD086, definition.spot(), subject, &[], findings);
        if definition.is_described()
            && let Some(tags) = definition.tags()
        {
            leftovers(&TD086, tags, subject, &[], findings);
        }
    }
}

/// Reports the marks in every text of a file, but for those the user allows and those `expected` here.
pub(super) fn leftovers(
    rule: &'static Rule,
    root: &Spot<'_>,
    subject: &Subject<'_>,
    expected: &[&str],
    findings: &mut Findings,
) {
    let mut walk = Walk {
        rule,
        subject,
        expected,
        findings,
    };
    walk.visit(root, Place::Text);
}

/// Whether an image is a mark of CodePipeline that lost its brackets.
pub(super) fn is_bare_mark(image: &str) -> bool {
    image
        .strip_prefix("IMAGE")
        .and_then(|rest| rest.strip_suffix("_NAME"))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One walk through a file.
struct Walk<'w, 'a> {
    rule: &'static Rule,
    subject: &'w Subject<'a>,
    expected: &'w [&'w str],
    findings: &'w mut Findings,
}

impl Walk<'_, '_> {
    fn visit(&mut self, spot: &Spot<'_>, place: Place) {
        if let Some(text) = spot.text() {
            self.judge(spot, text, place);
        }
        for item in spot.items() {
            self.visit(&item, place);
        }
        for member in spot.members() {
            let place = place_of(member.key().unwrap_or_default(), place);
            self.visit(&member, place);
        }
    }

    fn judge(&mut self, spot: &Spot<'_>, text: &str, place: Place) {
        let place = match place {
            Place::Text | Place::Environment if text.starts_with("arn:") => Place::Arn,
            other => other,
        };
        let mut reported: Vec<&str> = Vec::new();
        for mark in marks(text) {
            let is_shell = place == Place::Command && mark.text.starts_with('$');
            let is_known = self.expected.contains(&mark.name) || self.subject.may_leave(mark.name);
            if is_shell || is_known || reported.contains(&mark.text) {
                continue;
            }
            // A file made of marks says the same thing over and over.
            if reported.len() == MOST_PER_TEXT {
                break;
            }
            reported.push(mark.text);
            self.report(spot, mark, place);
        }
        if place == Place::Image && is_bare_mark(text) && !self.subject.may_leave(text) {
            let message = format!(
                "a placeholder of CodePipeline without its brackets: {}",
                shown(text)
            );
            self.findings
                .at(self.rule, spot, message)
                .advise(format!("write `<{text}>` for CodePipeline to fill in"));
        }
    }

    fn report(&mut self, spot: &Spot<'_>, mark: Mark<'_>, place: Place) {
        let (thing, severity) = match place {
            Place::Image => ("the image", Severity::Error),
            Place::Arn => ("the ARN", Severity::Error),
            Place::Command => ("the command", Severity::Note),
            Place::Hidden => {
                let message = "a placeholder is left in the value of an environment variable";
                self.findings
                    .at(self.rule, spot, message)
                    .weigh(Severity::Note);
                return;
            }
            Place::Environment | Place::Text => ("a text", Severity::Note),
        };
        let message = format!("a placeholder is left in {thing}: {}", shown(mark.text));
        self.findings.at(self.rule, spot, message).weigh(severity);
    }
}

/// The most marks that are named in one text.
const MOST_PER_TEXT: usize = 5;

/// What the member `key` is for, in an object that is for `outer`.
fn place_of(key: &str, outer: Place) -> Place {
    match (outer, key) {
        (Place::Environment, "value") => Place::Hidden,
        (_, "environment") => Place::Environment,
        (_, "image" | "imageUri" | "ImageURI") => Place::Image,
        (_, "command" | "entryPoint") => Place::Command,
        (_, "TaskDefinition") => Place::Arn,
        _ if key.ends_with("Arn") || key.ends_with("ARN") => Place::Arn,
        _ => Place::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{
        CLEAN, changed, findings_with, keeps, trips, with, with_in_container,
    };
    use super::*;
    use crate::domain::check::subject::Facts;

    fn with_image(image: &str) -> String {
        let digest = "web@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
        changed(digest, image)
    }

    #[test]
    fn in_an_image_and_in_an_arn_it_is_an_error() {
        for image in ["<IMAGE1_NAME>", "web:${TAG}", "web:{{ tag }}"] {
            let finding = trips("TD086", &with_image(image));
            assert_eq!(finding.severity(), Severity::Error, "{image}");
        }
        let finding = trips(
            "TD086",
            &changed("123456789012:role/web", "<ACCOUNT>:role/web"),
        );
        assert_eq!(finding.severity(), Severity::Error);
        assert_eq!(
            finding.message(),
            "a placeholder is left in the ARN: `<ACCOUNT>`"
        );
        let secret = with_in_container(
            "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/a\"}]",
        );
        assert_eq!(trips("TD086", &secret).severity(), Severity::Error);
        keeps("TD086", CLEAN);
    }

    #[test]
    fn anywhere_else_it_is_a_note_and_environment_values_stay_hidden() {
        let finding = trips("TD086", &changed("/ecs/web", "/ecs/<STAGE>"));
        assert_eq!(finding.severity(), Severity::Note);
        assert_eq!(
            finding.message(),
            "a placeholder is left in a text: `<STAGE>`"
        );
        let finding = trips("TD086", &changed("production", "${stage}"));
        assert_eq!(finding.severity(), Severity::Note);
        assert!(
            !finding.message().contains("stage"),
            "{}",
            finding.message()
        );
    }

    #[test]
    fn what_a_shell_fills_in_is_no_placeholder() {
        keeps(
            "TD086",
            &with_in_container("\"command\": [\"sh\", \"-c\", \"echo ${HOME}\"]"),
        );
        trips(
            "TD086",
            &with_in_container("\"command\": [\"serve\", \"<PORT>\"]"),
        );
    }

    #[test]
    fn a_name_the_user_allows_is_passed_over_and_no_other() {
        let facts = |name: &str| Facts {
            placeholders: vec![name.to_owned()],
            ..Facts::default()
        };
        let found = |name: &str| {
            findings_with(&with_image("<IMAGE1_NAME>"), facts(name))
                .iter()
                .any(|finding| finding.rule().id == "TD086")
        };
        assert!(!found("IMAGE1_NAME"));
        assert!(found("IMAGE2_NAME"));
    }

    #[test]
    fn a_mark_that_lost_its_brackets_is_found_in_an_image_only() {
        let whole = with_image("X").replace(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/X",
            "IMAGE1_NAME",
        );
        let finding = trips("TD086", &whole);
        assert!(
            finding.hint().contains("`<IMAGE1_NAME>`"),
            "{}",
            finding.hint()
        );
        keeps("TD086", &changed("production", "IMAGE1_NAME"));
        keeps("TD086", &whole.replace("IMAGE1_NAME", "IMAGES_NAME"));
    }

    #[test]
    fn one_mark_written_many_times_in_a_text_is_told_once_and_many_marks_a_few_times() {
        let count = |value: &str| {
            findings_with(
                &with(&format!("\"pidMode\": \"{value}\"")),
                Facts::default(),
            )
            .iter()
            .filter(|finding| finding.rule().id == "TD086")
            .count()
        };
        assert_eq!(count("<A><A><A>"), 1);
        assert_eq!(count("<A><B><C><D><E>"), 5);
        assert_eq!(count("<A><B><C><D><E><F>"), 5);
    }
}
