//! What a check found, with what the user ignores; the count of it, and the report as JSON for programs.
use serde_json::{Value, json};

use crate::domain::check::{Finding, Ignored, More, Severity, Tally};

/// A finding, and whether the user ignores its rule.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// The wish to ignore it, if there is one.
    pub ignored: Option<Ignored>,
}

impl Judged {
    /// A finding in the light of what is ignored.
    #[must_use]
    pub fn new(finding: Finding, ignored: &[Ignored]) -> Self {
        let wish = ignored
            .iter()
            .find(|wish| wish.rule.id == finding.rule().id);
        Self {
            ignored: wish.cloned(),
            finding,
        }
    }
}

/// How much there is to be said against the files, less what is ignored.
#[must_use]
pub fn tally(judged: &[Judged], more: &[More], ignored: &[Ignored]) -> Tally {
    let mut tally = Tally::default();
    for one in judged.iter().filter(|one| one.ignored.is_none()) {
        tally.add(one.finding.severity());
    }
    for more in more {
        if !ignored.iter().any(|wish| wish.rule.id == more.rule.id) {
            tally.errors += more.tally.errors;
            tally.warnings += more.tally.warnings;
            tally.notes += more.tally.notes;
        }
    }
    tally
}

/// The report: `docs/stages/check-pipeline.md` describes it. Members are only ever added.
#[must_use]
pub fn report(files: &[(&str, String)], judged: &[Judged], more: &[More], tally: Tally) -> String {
    let files: Vec<Value> = files
        .iter()
        .map(|(kind, file)| json!({"kind": kind, "file": file}))
        .collect();
    let findings: Vec<Value> = judged.iter().map(finding).collect();
    let more: Vec<Value> = more
        .iter()
        .map(|more| json!({"rule": more.rule.id, "count": more.tally.sum()}))
        .collect();
    let report = json!({
        "version": 1,
        "files": files,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "notes": tally.notes,
        "findings": findings,
        "more": more,
    });
    format!("{report:#}\n")
}

fn finding(judged: &Judged) -> Value {
    let Judged { finding, ignored } = judged;
    json!({
        "rule": finding.rule().id,
        "severity": finding.severity().word(),
        "message": finding.message(),
        "hint": finding.hint(),
        "file": finding.file(),
        "path": finding.path().to_string(),
        "line": finding.position().map(|position| position.line),
        "column": finding.position().map(|position| position.column),
        "ignored": ignored.is_some(),
        "reason": ignored.as_ref().and_then(|wish| wish.reason.as_deref()),
    })
}

/// `2 errors, 1 warning`: what there is, in words; `nothing wrong` if there is nothing.
#[must_use]
pub fn told(tally: Tally) -> String {
    let parts: Vec<String> = [
        (tally.errors, Severity::Error),
        (tally.warnings, Severity::Warning),
        (tally.notes, Severity::Note),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, severity)| format!("{count} {severity}{}", if count == 1 { "" } else { "s" }))
    .collect();
    if parts.is_empty() {
        "nothing wrong".to_owned()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_reads_well() {
        let tally = |errors, warnings, notes| {
            told(Tally {
                errors,
                warnings,
                notes,
            })
        };
        assert_eq!(tally(0, 0, 0), "nothing wrong");
        assert_eq!(tally(1, 0, 2), "1 error, 2 notes");
        assert_eq!(tally(2, 1, 0), "2 errors, 1 warning");
    }
}
