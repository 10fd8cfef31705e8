//! Searching a group. Terms are understood, the patterns for JSON and for columns are not, and are refused.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::logs::{Event, PAGE_BYTES, PAGE_EVENTS, group, invalid, limit, stream};
use crate::sim::members::{self, Members};
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;

/// `FilterLogEvents`: the events of some or all streams, oldest first.
pub(super) fn filter(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (_, group) = group(cloud, input)?;
    let names = members::texts(input, "logStreamNames");
    let prefix = members::text(input, "logStreamNamePrefix");
    if !names.is_empty() && prefix.is_some() {
        return Err(invalid(
            "logStreamNames and logStreamNamePrefix cannot be used together",
        ));
    }
    for name in &names {
        stream(cloud, group, name)?;
    }
    let pattern = Pattern::read(members::text(input, "filterPattern").unwrap_or_default())?;
    let streams = group.streams.iter().filter(|(name, _)| {
        (names.is_empty() || names.contains(&name.as_str()))
            && prefix.is_none_or(|prefix| name.starts_with(prefix))
    });
    let mut found: Vec<(&String, &Event)> = streams
        .flat_map(|(name, stream)| {
            stream
                .readable(cloud.now)
                .map(move |(_, event)| (name, event))
        })
        .collect();
    found.retain(|(_, event)| event.is_within(input) && pattern.fits(&event.message));
    found.sort_by_key(|(_, event)| (event.at, event.number));
    let size = fitting(&found, limit(input, PAGE_EVENTS));
    let page = paging::page(found, size, members::text(input, "nextToken"))
        .map_err(|InvalidToken| invalid("The specified nextToken is invalid."))?;
    let events = page.items.iter().map(|(name, event)| {
        json!({
            "logStreamName": name,
            "timestamp": event.at.millis(),
            "message": event.message,
            "ingestionTime": event.readable.millis(),
            "eventId": format!("{:056}", event.number),
        })
    });
    let mut answer = json!({ "events": events.collect::<Vec<_>>(), "searchedLogStreams": [] });
    if let Some(next) = page.next {
        answer["nextToken"] = json!(next);
    }
    Ok(answer)
}

/// How many events of any place in the list fit into one answer, at most `most`.
fn fitting(found: &[(&String, &Event)], most: usize) -> usize {
    let largest = found
        .iter()
        .map(|(_, event)| event.size())
        .max()
        .unwrap_or(1);
    most.min(PAGE_BYTES / largest).max(1)
}

/// Terms that have to be there, that must not be, and of which one has to be.
struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    fn read(text: &str) -> Result<Self, Refusal> {
        let mut pattern = Self {
            all: Vec::new(),
            any: Vec::new(),
            none: Vec::new(),
        };
        let mut rest = text.trim();
        if rest.starts_with(['{', '[', '%']) {
            return Err(invalid(
                "the simulator knows filter patterns of terms only, not of JSON, columns or expressions",
            ));
        }
        while !rest.is_empty() {
            let (list, tail) = match rest.strip_prefix('?') {
                Some(tail) => (&mut pattern.any, tail),
                None => match rest.strip_prefix('-') {
                    Some(tail) => (&mut pattern.none, tail),
                    None => (&mut pattern.all, rest),
                },
            };
            let (term, tail) = match tail.strip_prefix('"') {
                Some(quoted) => quoted
                    .split_once('"')
                    .ok_or_else(|| invalid("Invalid filter pattern: a quote is not closed"))?,
                None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
            };
            list.push(term.to_owned());
            rest = tail.trim_start();
        }
        Ok(pattern)
    }

    fn fits(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        self.all.iter().all(has)
            && !self.none.iter().any(has)
            && (self.any.is_empty() || self.any.iter().any(has))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_required_excluded_or_alternatives() {
        let fits = |pattern: &str, message: &str| Pattern::read(pattern).unwrap().fits(message);
        assert!(fits("", "anything"));
        assert!(fits("ERROR \"not found\"", "ERROR: page not found"));
        assert!(!fits("ERROR -health", "ERROR in health check"));
        assert!(fits("?WARN ?ERROR", "a WARN line"));
        assert!(!fits("?WARN ?ERROR", "an INFO line"));
    }

    #[test]
    fn a_pattern_that_is_not_understood_is_refused_and_not_ignored() {
        assert!(Pattern::read("{ $.level = \"error\" }").is_err());
        assert!(Pattern::read("\"open").is_err());
    }
}
