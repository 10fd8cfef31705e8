//! Making groups and streams and writing events by request, as a log router does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::logs::{Group, Stream, invalid, no_group, no_stream};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The most a batch may span, and how far ahead of the clock an event may be, in milliseconds (model text of
/// `PutLogEvents`: 24 hours, 2 hours).
const MOST_SPAN: i64 = 24 * 3_600_000;
const MOST_AHEAD: i64 = 2 * 3_600_000;

pub(super) fn create_log_group(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    if members::text(input, "logGroupClass").is_some_and(|class| class != "STANDARD") {
        return Err(invalid(
            "the simulator has log groups of class STANDARD only",
        ));
    }
    let name = members::text(input, "logGroupName").unwrap_or_default();
    let group = Group {
        since: cloud.now,
        streams: BTreeMap::new(),
    };
    if cloud.logs.groups.contains_key(name) {
        return Err(exists("group"));
    }
    cloud.logs.groups.insert(name.to_owned(), group);
    Ok(Value::Null)
}

pub(super) fn create_log_stream(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    let stream = Stream {
        since: cloud.now,
        events: Vec::new(),
    };
    let group = cloud
        .logs
        .groups
        .get_mut(text("logGroupName"))
        .ok_or_else(no_group)?;
    if group.streams.contains_key(text("logStreamName")) {
        return Err(exists("stream"));
    }
    group
        .streams
        .insert(text("logStreamName").to_owned(), stream);
    Ok(Value::Null)
}

/// The events have to be in the order of their times. One too far ahead is left out, and said so.
pub(super) fn put_log_events(cloud: &mut Cloud, input: &Members) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    let (group, stream) = (text("logGroupName"), text("logStreamName"));
    let there = cloud.logs.groups.get(group).ok_or_else(no_group)?;
    if there
        .streams
        .get(stream)
        .is_none_or(|stream| stream.since > cloud.now)
    {
        return Err(no_stream());
    }
    let events: Vec<(i64, &str)> = members::list(input, "logEvents")
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|event| {
            Some((
                members::number(event, "timestamp")?,
                members::text(event, "message")?,
            ))
        })
        .collect();
    if !events.is_sorted_by_key(|event| event.0) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    if let (Some(first), Some(last)) = (events.first(), events.last())
        && last.0.saturating_sub(first.0) > MOST_SPAN
    {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let ahead = cloud.now.millis() + MOST_AHEAD;
    let accepted = events.partition_point(|event| event.0 <= ahead);
    for (at, message) in events.iter().take(accepted) {
        super::put(cloud, group, stream, Moment::from_millis(*at), message);
    }
    let mut answer = json!({ "nextSequenceToken": format!("{:056}", cloud.logs.written) });
    if accepted < events.len() {
        answer["rejectedLogEventsInfo"] = json!({ "tooNewLogEventStartIndex": accepted });
    }
    Ok(answer)
}

fn exists(what: &str) -> Refusal {
    Refusal::new(
        "ResourceAlreadyExistsException",
        format!("The specified log {what} already exists"),
    )
}
