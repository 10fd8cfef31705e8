//! Every call the simulator received, for assertions and for reading. Secrets never get in. Not a log of what the
//! simulator does by itself.
#![expect(
    clippy::disallowed_methods,
    reason = "the simulator is not a stage: it has no world to ask, and the journal's file is the one it writes"
)]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::sim::members::Members;
use crate::sim::moment::Moment;
use crate::sim::redact::redact;

/// How many calls are kept in memory; a file has all of them.
const KEPT: usize = 20_000;

/// The calls, newest last.
#[derive(Debug)]
pub(crate) struct Journal {
    lines: VecDeque<String>,
    file: Option<File>,
    calls: u64,
    findings: u64,
}

/// One call, as it is written down.
pub(crate) struct Entry<'a> {
    /// Virtual time when it came in.
    pub(crate) time: Moment,
    /// The service's name; nothing if the request did not name one.
    pub(crate) service: Option<&'a str>,
    /// The operation as it was named.
    pub(crate) operation: &'a str,
    /// The members as they came.
    pub(crate) input: &'a Members,
    /// HTTP status of the answer; nothing if there was none.
    pub(crate) status: Option<u16>,
    /// The error's code, if it was refused.
    pub(crate) error: Option<&'a str>,
    /// The kind of fault that met it.
    pub(crate) fault: Option<&'a str>,
    /// What in the simulator's own answer does not fit the API model.
    pub(crate) findings: &'a [String],
    /// The id its answer carries.
    pub(crate) request_id: &'a str,
}

impl Journal {
    /// An empty journal, which is also written to a file of its own if one is named.
    ///
    /// # Errors
    /// The file cannot be made.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(File::create).transpose()?;
        Ok(Self {
            lines: VecDeque::new(),
            file,
            calls: 0,
            findings: 0,
        })
    }

    /// Writes a call down.
    ///
    /// # Errors
    /// The file cannot be written; the call is kept in memory all the same.
    pub(crate) fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        self.calls += 1;
        self.findings += u64::try_from(entry.findings.len()).unwrap_or_default();
        let mut line = json!({
            "n": self.calls,
            "time": entry.time.text(),
            "service": entry.service,
            "operation": entry.operation,
            "input": redact(entry.input),
            "status": entry.status,
            "requestId": entry.request_id,
        });
        if let Some(error) = entry.error {
            line["error"] = json!(error);
        }
        if let Some(fault) = entry.fault {
            line["fault"] = json!(fault);
        }
        if !entry.findings.is_empty() {
            line["findings"] = json!(entry.findings);
        }
        let line = format!("{line}\n");
        let written = self
            .file
            .as_mut()
            .map_or(Ok(()), |file| file.write_all(line.as_bytes()));
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
        written
    }

    /// Every call that is kept, one JSON object a line.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(String::as_str).collect()
    }

    /// For `GET /_sim/state`: how many calls there were, and how many findings.
    pub(crate) fn state(&self) -> Value {
        json!({ "calls": self.calls, "findings": self.findings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(input: &Members) -> Entry<'_> {
        Entry {
            time: Moment::from_millis(0),
            service: Some("ecs"),
            operation: "RegisterTaskDefinition",
            input,
            status: Some(200),
            error: None,
            fault: None,
            findings: &[],
            request_id: "id",
        }
    }

    #[test]
    fn calls_are_counted_and_written_without_secrets() {
        let mut journal = Journal::open(None).unwrap();
        let input = json!({"environment": [{"name": "A", "value": "s3cret"}]});
        journal.write(&entry(input.as_object().unwrap())).unwrap();
        journal
            .write(&Entry {
                status: None,
                fault: Some("drop-after"),
                ..entry(&Members::new())
            })
            .unwrap();
        let text = journal.text();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(!text.contains("s3cret"));
        assert_eq!((&lines[0]["n"], &lines[1]["n"]), (&json!(1), &json!(2)));
        assert_eq!(
            (&lines[1]["status"], &lines[1]["fault"]),
            (&Value::Null, &json!("drop-after"))
        );
        assert_eq!(lines[0].get("error"), None);
    }

    #[test]
    fn memory_keeps_the_newest_calls() {
        let mut journal = Journal::open(None).unwrap();
        for _ in 0..=KEPT {
            journal.write(&entry(&Members::new())).unwrap();
        }
        assert!(journal.text().starts_with("{\"n\":2,"));
    }
}
