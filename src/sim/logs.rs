//! Amazon CloudWatch Logs: groups, streams and their events, as containers write them and a deployment reads them.
//!
//! An event can be read some seconds after it was written (`Rules::log_lag`), and its stream is there from the first
//! event that can be read, as with the awslogs driver. Facts are from the model text of API 2014-03-28 (`GetLogEvents`,
//! `FilterLogEvents`, `DescribeLogStreams`).

mod events;
mod filter;
mod listing;
mod writing;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// What CloudWatch Logs has: groups by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {
    groups: BTreeMap<String, Group>,
    written: u64,
}

#[derive(Clone, Debug)]
struct Group {
    since: Moment,
    streams: BTreeMap<String, Stream>,
}

#[derive(Clone, Debug)]
struct Stream {
    /// When it was or will be there.
    since: Moment,
    /// In the order of their times; those of one time in the order they were written.
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
struct Event {
    at: Moment,
    /// When it can be read.
    readable: Moment,
    message: String,
    /// Counts all events ever written, so that each has an id.
    number: u64,
}

/// Whether a log group is there.
pub(crate) fn has_group(cloud: &Cloud, group: &str) -> bool {
    cloud.logs.groups.contains_key(group)
}

/// Makes a log group; nothing happens if it is there already.
pub(crate) fn create_group(cloud: &mut Cloud, group: &str) {
    let since = cloud.now;
    cloud
        .logs
        .groups
        .entry(group.to_owned())
        .or_insert_with(|| Group {
            since,
            streams: BTreeMap::new(),
        });
}

/// Writes one line at a moment, which may lie ahead: it can be read `Rules::log_lag` seconds after. The stream is made
/// with its first line. Answers whether the group exists; without it the line is lost, as it is for the log driver. An
/// empty line is dropped, as the driver does.
pub(crate) fn put(cloud: &mut Cloud, group: &str, stream: &str, at: Moment, line: &str) -> bool {
    let lag = cloud.rules.log_lag;
    let number = cloud.logs.written;
    let Some(group) = cloud.logs.groups.get_mut(group) else {
        return false;
    };
    if line.is_empty() {
        return true;
    }
    let readable = at.plus(lag);
    let stream = group
        .streams
        .entry(stream.to_owned())
        .or_insert_with(|| Stream {
            since: readable,
            events: Vec::new(),
        });
    let place = stream.events.partition_point(|event| event.at <= at);
    stream.events.insert(
        place,
        Event {
            at,
            readable,
            message: line.to_owned(),
            number,
        },
    );
    cloud.logs.written = number + 1;
    true
}

/// Answers one operation.
///
/// # Errors
/// The refusal of CloudWatch Logs.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "DescribeLogGroups" => listing::describe_groups(cloud, input),
        "DescribeLogStreams" => listing::describe_streams(cloud, input),
        "GetLogEvents" => events::get(cloud, input),
        "FilterLogEvents" => filter::filter(cloud, input),
        "CreateLogGroup" => writing::create_log_group(cloud, input),
        "CreateLogStream" => writing::create_log_stream(cloud, input),
        "PutLogEvents" => writing::put_log_events(cloud, input),
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// For `GET /_sim/state`: how many events each stream has that can be read now.
pub(crate) fn state(cloud: &Cloud) -> Value {
    let streams = |group: &Group| -> Members {
        let there = group
            .streams
            .iter()
            .filter(|(_, stream)| stream.since <= cloud.now);
        there
            .map(|(name, stream)| (name.clone(), json!(stream.readable(cloud.now).count())))
            .collect()
    };
    let entry = |(name, group): (&String, &Group)| (name.clone(), Value::Object(streams(group)));
    Value::Object(cloud.logs.groups.iter().map(entry).collect())
}

impl Stream {
    /// The events that can be read, each with its place in the stream.
    fn readable(&self, now: Moment) -> impl DoubleEndedIterator<Item = (usize, &Event)> {
        self.events
            .iter()
            .enumerate()
            .filter(move |(_, event)| event.readable <= now)
    }
}

impl Event {
    /// Whether it is in the time a request asks for: `startTime` is part of it, `endTime` is not; both in milliseconds.
    fn is_within(&self, input: &Members) -> bool {
        let at = self.at.millis();
        members::number(input, "startTime").is_none_or(|start| at >= start)
            && members::number(input, "endTime").is_none_or(|end| at < end)
    }

    /// The bytes a page counts for it: the message and 26 more, as for `PutLogEvents`.
    fn size(&self) -> usize {
        self.message.len() + 26
    }
}

/// The most bytes of events in one answer (model text of `GetLogEvents`: up to 1 MB).
const PAGE_BYTES: usize = 1_048_576;

/// The most events in one answer, also without `limit`.
const PAGE_EVENTS: usize = 10_000;

fn limit(input: &Members, most: usize) -> usize {
    members::number(input, "limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(most)
        .clamp(1, most)
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}

/// The group a request names, by its name or by its ARN (`logGroupIdentifier`), never both.
fn group<'a>(cloud: &'a Cloud, input: &Members) -> Result<(String, &'a Group), Refusal> {
    let name = match (
        members::text(input, "logGroupName"),
        members::text(input, "logGroupIdentifier"),
    ) {
        (Some(name), None) => name,
        (None, Some(identifier)) => name_of(identifier),
        _ => {
            return Err(invalid(
                "exactly one of logGroupName and logGroupIdentifier must be given",
            ));
        }
    };
    match cloud.logs.groups.get(name) {
        Some(group) => Ok((name.to_owned(), group)),
        None => Err(no_group()),
    }
}

/// The name in the ARN of a group (`…:log-group:<name>`), or the text itself.
fn name_of(identifier: &str) -> &str {
    identifier
        .split_once(":log-group:")
        .map_or(identifier, |(_, name)| name.trim_end_matches(":*"))
}

fn stream<'a>(cloud: &Cloud, group: &'a Group, name: &str) -> Result<&'a Stream, Refusal> {
    group
        .streams
        .get(name)
        .filter(|stream| stream.since <= cloud.now)
        .ok_or_else(no_stream)
}

fn no_group() -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
}

fn no_stream() -> Refusal {
    Refusal::new(
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
}

#[cfg(test)]
mod tests;
