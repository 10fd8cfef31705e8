//! Whether a file can be read at all.
use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::subject::Subject;

pub(super) static GROUP: Group = Group {
    title: "Files",
    rules: &[&FL001],
    check,
};

static FL001: Rule = Rule {
    id: "FL001",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a file is JSON, JSON with comments or YAML, and gives no key twice",
    why: "Of a key that is given twice, readers take the first or the last; a file that is cut off or mistyped cannot be \
          read at all. Files are read within limits of size and depth, and never executed.",
    fix: "correct the file at this place",
    source: "RFC 8259 (JSON) and YAML 1.2; this tool refuses duplicate keys",
    answer: "The AWS CLI refuses the file with `Invalid JSON`, or takes the last of two equal keys; CodePipeline fails with \
             an error about the file, or does the same.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for error in subject.unreadable {
        let finding = findings.in_file(&FL001, error.source(), error.position(), error.message());
        if let Some(hint) = error.hint() {
            finding.advise(hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::check::subject::{Facts, Sources, Subject};
    use crate::domain::check::{Finding, check};
    use crate::domain::document::Document;

    fn findings(text: &str) -> Vec<Finding> {
        let error = Document::parse(text, "taskdef.json").err();
        let sources = Sources {
            unreadable: error.as_slice(),
            ..Sources::default()
        };
        check(&Subject::new(sources, Facts::default())).findings
    }

    #[test]
    fn what_is_wrong_with_a_text_is_a_finding_at_its_place() {
        let found = findings("{\"a\": 1,\n \"a\": 2}");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rule().id, "FL001");
        assert_eq!(found[0].place().to_string(), "taskdef.json:2:2");
        assert!(found[0].message().contains("`a`"), "{}", found[0].message());
        assert!(findings("{\"a\": 1}").is_empty());
    }
}
