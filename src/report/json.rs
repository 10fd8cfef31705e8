//! Events for programs: one JSON object per line on standard output, the last one `finished`. See `docs/events.md`.
use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Event, LogTail, Remark, Report, Tone, text};
use crate::domain::place::Place;

/// How long a wait may be silent.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Writes events as JSON lines.
#[derive(Debug)]
pub struct Json<Out> {
    out: Out,
    said: Option<(String, Duration)>,
}

impl<Out: Write> Json<Out> {
    /// A rendering that writes to `out`.
    pub fn new(out: Out) -> Self {
        Self { out, said: None }
    }

    fn line(&mut self, value: &Value) {
        // A workflow's runner takes `##[…]` anywhere in a line for a command; here it can only stand in a string.
        let line = value.to_string().replace("##[", "#\\u0023[");
        // A reader that went away does not stop a deployment.
        let _: io::Result<()> = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
    }
}

impl<Out: Write> Report for Json<Out> {
    fn tell(&mut self, event: Event) {
        if let Event::Waiting { text, elapsed, .. } = &event {
            let quiet = self
                .said
                .as_ref()
                .is_some_and(|(said, at)| said == text && elapsed.saturating_sub(*at) < HEARTBEAT);
            if quiet {
                return;
            }
            self.said = Some((text.clone(), *elapsed));
        }
        self.line(&object(event));
    }
}

/// The object of an event.
fn object(event: Event) -> Value {
    match event {
        Event::Began { stage, about } => json!({"event": "began", "stage": stage, "about": about}),
        Event::Ended {
            stage,
            outcome,
            tone,
            took,
        } => {
            json!({"event": "ended", "stage": stage, "outcome": outcome, "ok": tone != Tone::Bad, "milliseconds": millis(took)})
        }
        Event::Noted(remark) => remarked("noted", &remark),
        Event::Warned(remark) => remarked("warned", &remark),
        Event::Found { name, value } => json!({"event": "found", "name": name, "value": value}),
        Event::Wrote { what, path } => json!({"event": "wrote", "what": what, "path": path}),
        Event::Data { what, text } => json!({"event": "data", "what": what, "text": text}),
        Event::Planned { subject, lines } => {
            json!({"event": "planned", "subject": subject, "lines": lines})
        }
        Event::Compared { subject, lines } => {
            json!({"event": "compared", "subject": subject, "lines": lines})
        }
        Event::Happened {
            subject,
            kind,
            text,
            fields,
            tone,
            elapsed,
        } => {
            let mut object = Map::new();
            object.insert("event".into(), "happened".into());
            object.insert("subject".into(), subject.into());
            object.insert("kind".into(), kind.into());
            object.insert("text".into(), text::one_line(&text).into());
            object.insert("ok".into(), (tone != Tone::Bad).into());
            object.insert("seconds".into(), elapsed.as_secs().into());
            object.insert("fields".into(), Value::Object(fields));
            Value::Object(object)
        }
        Event::Waiting {
            subject,
            text,
            progress,
            elapsed,
        } => {
            json!({"event": "waiting", "subject": subject, "text": text, "progress": progress.map(|(done, of)| json!({"done": done, "of": of})), "seconds": elapsed.as_secs()})
        }
        Event::Judged(judgement) => judgement.object(),
        Event::Blamed(blame) => json!({
            "event": "blamed", "subject": blame.subject, "kind": blame.kind, "cause": blame.cause, "advice": blame.advice,
            "count": blame.count, "details": blame.details,
            "log": blame.log.as_ref().map(LogTail::object),
        }),
        Event::Tabled {
            title,
            columns,
            rows,
        } => json!({"event": "tabled", "title": title, "columns": columns, "rows": rows}),
        Event::Failed {
            text,
            hint,
            place,
            exit,
        } => {
            json!({"event": "failed", "text": text, "hint": hint, "place": place.as_ref().map(placed), "exit": exit})
        }
        Event::Finished { exit, outputs } => {
            let outputs: Map<String, Value> = outputs
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect();
            json!({"event": "finished", "exit": exit, "outputs": outputs})
        }
    }
}

fn remarked(event: &str, remark: &Remark) -> Value {
    json!({"event": event, "text": remark.text, "hint": remark.hint, "place": remark.place.as_ref().map(placed)})
}

pub(super) fn placed(place: &Place) -> Value {
    json!({"file": place.file, "line": place.line, "column": place.column})
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
