//! Findings as SARIF 2.1.0 (OASIS), for code scanning.
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::verdicts::Judged;
use crate::domain::check::{Rule, Severity};

/// The whole log of one run. Findings that are ignored are in it, as suppressed ones.
#[must_use]
pub fn sarif(judged: &[Judged], version: &str) -> String {
    let mut rules: Vec<&'static Rule> = Vec::new();
    for Judged { finding, .. } in judged {
        if !rules.iter().any(|known| known.id == finding.rule().id) {
            rules.push(finding.rule());
        }
    }
    rules.sort_by_key(|rule| rule.id);
    let results: Vec<Value> = judged.iter().map(|one| result(one, &rules)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "wharfie",
                "semanticVersion": version,
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn descriptor(rule: &Rule) -> Value {
    let text = format!(
        "{} {}\n\nTo do: {}\n\nOtherwise: {}\n\nSource: {}",
        rule.title, rule.why, rule.fix, rule.answer, rule.source
    );
    let markdown = format!(
        "**{}**\n\n{}\n\n- To do: {}\n- Otherwise: {}\n- Source: {}",
        rule.title, rule.why, rule.fix, rule.answer, rule.source
    );
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": level(rule.reported())},
    })
}

fn result(judged: &Judged, rules: &[&'static Rule]) -> Value {
    let finding = &judged.finding;
    let rule = finding.rule();
    let path = finding.path().to_string();
    let mut location = json!({"artifactLocation": {"uri": uri(finding.file())}});
    if let (Some(position), Some(location)) = (finding.position(), location.as_object_mut()) {
        let region = json!({"startLine": position.line, "startColumn": position.column});
        location.insert("region".to_owned(), region);
    }
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), rule.id.into());
    result.insert(
        "ruleIndex".to_owned(),
        rules.iter().position(|known| known.id == rule.id).into(),
    );
    result.insert("level".to_owned(), level(finding.severity()).into());
    let message = format!("{}\n{}", finding.message(), finding.hint());
    result.insert("message".to_owned(), json!({"text": message}));
    result.insert(
        "locations".to_owned(),
        json!([{"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": path}]}]),
    );
    // The place in the document stays when lines above it change, so that a finding is known again.
    let identity = format!("{}\n{}\n{path}", rule.id, finding.file());
    let hash = Sha256::digest(identity)
        .iter()
        .take(16)
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    result.insert(
        "partialFingerprints".to_owned(),
        json!({"wharfie/v1": hash}),
    );
    if let Some(ignored) = &judged.ignored {
        let justification = ignored
            .reason
            .as_deref()
            .unwrap_or("ignored without a reason");
        result.insert(
            "suppressions".to_owned(),
            json!([{"kind": "external", "justification": justification}]),
        );
    }
    Value::Object(result)
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}

/// A path as a URI reference: relative to the checkout unless it is absolute.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.strip_prefix("./").unwrap_or(file).bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri = format!("{uri}%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{Facts, Sources, Subject, check};
    use crate::domain::document::Document;

    fn log(ignored: &str) -> Value {
        let document = Document::parse(
            "{\"family\": \"a b\",\n \"containerDefinitions\": []}",
            "task def.json",
        )
        .unwrap();
        let sources = Sources {
            task_definition: Some(&document),
            ..Sources::default()
        };
        let found = check(&Subject::new(sources, Facts::default()));
        let ignored = [ignored.parse().unwrap()];
        let judged: Vec<Judged> = found
            .findings
            .into_iter()
            .map(|finding| Judged::new(finding, &ignored))
            .collect();
        serde_json::from_str(&sarif(&judged, "1.2.3")).unwrap()
    }

    #[test]
    fn a_result_names_its_rule_its_place_and_its_level() {
        let log = log("TD999".replace("999", "021").as_str());
        let run = &log["runs"][0];
        assert_eq!(log["version"], "2.1.0");
        let result = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .find(|result| result["ruleId"] == "TD004")
            .unwrap();
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "task%20def.json");
        assert_eq!(place["region"], json!({"startLine": 1, "startColumn": 12}));
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "TD004");
        assert_eq!(
            result["partialFingerprints"]["wharfie/v1"]
                .as_str()
                .unwrap()
                .len(),
            32
        );
        assert!(result.get("suppressions").is_none());
    }

    #[test]
    fn an_ignored_finding_is_a_suppressed_one() {
        let log = log("TD004 a name of old");
        let results = log["runs"][0]["results"].as_array().unwrap();
        let result = results
            .iter()
            .find(|result| result["ruleId"] == "TD004")
            .unwrap();
        assert_eq!(
            result["suppressions"],
            json!([{"kind": "external", "justification": "a name of old"}])
        );
    }

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("./a/b c.json"), "a/b%20c.json");
        assert_eq!(uri("/tmp/é"), "file:///tmp/%C3%A9");
    }
}
