//! Listing groups and streams.

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::logs::{Event, Group, Stream, group, invalid, limit, name_of};
use crate::sim::members::{self, Members};
use crate::sim::paging::{self, InvalidToken};
use crate::sim::refusal::Refusal;

/// `DescribeLogGroups`: by prefix, by a part of the name, or by identifiers.
pub(super) fn describe_groups(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (prefix, part) = (
        members::text(input, "logGroupNamePrefix"),
        members::text(input, "logGroupNamePattern"),
    );
    if prefix.is_some() && part.is_some() {
        return Err(invalid(
            "logGroupNamePrefix and logGroupNamePattern cannot be used together",
        ));
    }
    let class = members::text(input, "logGroupClass").unwrap_or("STANDARD");
    let wanted: Vec<_> = members::texts(input, "logGroupIdentifiers")
        .into_iter()
        .map(name_of)
        .collect();
    let found = cloud.logs.groups.iter().filter(|(name, _)| {
        class == "STANDARD"
            && prefix.is_none_or(|prefix| name.starts_with(prefix))
            && part.is_none_or(|part| name.to_lowercase().contains(&part.to_lowercase()))
            && (wanted.is_empty() || wanted.contains(&name.as_str()))
    });
    paged(
        input,
        "logGroups",
        found
            .map(|(name, group)| describe_group(cloud, name, group))
            .collect(),
    )
}

/// `DescribeLogStreams`: by name, or the one written to last first or last.
pub(super) fn describe_streams(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (group_name, group) = group(cloud, input)?;
    let prefix = members::text(input, "logStreamNamePrefix");
    let by_time = members::text(input, "orderBy") == Some("LastEventTime");
    if by_time && prefix.is_some() {
        return Err(invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let mut found: Vec<_> = group
        .streams
        .iter()
        .filter(|(_, stream)| stream.since <= cloud.now)
        .collect();
    found.retain(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)));
    if by_time {
        found.sort_by_key(|(_, stream)| {
            stream.readable(cloud.now).last().map(|(_, event)| event.at)
        });
    }
    if members::flag(input, "descending").unwrap_or(false) {
        found.reverse();
    }
    paged(
        input,
        "logStreams",
        found
            .iter()
            .map(|(name, stream)| describe_stream(cloud, &group_name, name, stream))
            .collect(),
    )
}

fn describe_group(cloud: &Cloud, name: &str, group: &Group) -> Value {
    let readable = group
        .streams
        .values()
        .flat_map(|stream| stream.readable(cloud.now));
    let arn = cloud.arn("logs", &format!("log-group:{name}"));
    json!({
        "logGroupName": name,
        "creationTime": group.since.millis(),
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": readable.map(|(_, event)| event.size()).sum::<usize>(),
        "logGroupClass": "STANDARD",
    })
}

fn describe_stream(cloud: &Cloud, group: &str, name: &str, stream: &Stream) -> Value {
    let mut described = json!({
        "logStreamName": name,
        "creationTime": stream.since.millis(),
        "arn": cloud.arn("logs", &format!("log-group:{group}:log-stream:{name}")),
        "storedBytes": 0,
    });
    let events: Vec<&Event> = stream.readable(cloud.now).map(|(_, event)| event).collect();
    if let (Some(first), Some(last)) = (events.first(), events.last()) {
        let newest = events
            .iter()
            .map(|event| event.readable)
            .max()
            .unwrap_or(last.readable);
        described["firstEventTimestamp"] = json!(first.at.millis());
        described["lastEventTimestamp"] = json!(last.at.millis());
        described["lastIngestionTime"] = json!(newest.millis());
    }
    described
}

fn paged(input: &Members, name: &str, found: Vec<Value>) -> Result<Value, Refusal> {
    let page = paging::page(found, limit(input, 50), members::text(input, "nextToken"))
        .map_err(|InvalidToken| invalid("The specified nextToken is invalid."))?;
    let mut answer = json!({ name: page.items });
    if let Some(next) = page.next {
        answer["nextToken"] = json!(next);
    }
    Ok(answer)
}
