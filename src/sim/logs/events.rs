//! Reading one stream, forwards and backwards. At either end a token comes back as it was sent, which is how a reader
//! knows that there is nothing more for now (model text of `GetLogEvents`).

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::logs::{Event, PAGE_BYTES, PAGE_EVENTS, group, invalid, limit, stream};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// `GetLogEvents`. Without a token the newest page is read, with `startFromHead` the oldest.
pub(super) fn get(cloud: &Cloud, input: &Members) -> Result<Value, Refusal> {
    let (_, group) = group(cloud, input)?;
    let stream = stream(
        cloud,
        group,
        members::text(input, "logStreamName").unwrap_or_default(),
    )?;
    let readable: Vec<_> = stream
        .readable(cloud.now)
        .filter(|(_, event)| event.is_within(input))
        .collect();
    let most = limit(input, PAGE_EVENTS);
    let from_head = members::flag(input, "startFromHead").unwrap_or(false);
    let start = match members::text(input, "nextToken") {
        Some(token) => {
            Token::read(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?
        }
        None if from_head => Token::Forward(0),
        None => Token::Backward(stream.events.len()),
    };
    let (page, place) = match start {
        Token::Forward(place) => (
            fill(
                readable.into_iter().filter(|(index, _)| *index >= place),
                most,
            ),
            place,
        ),
        Token::Backward(place) => {
            let mut page = fill(
                readable
                    .into_iter()
                    .rev()
                    .filter(|(index, _)| *index < place),
                most,
            );
            page.reverse();
            (page, place)
        }
    };
    // An empty page stays where it is; without any event yet, forwards means from here on.
    let place = if page.is_empty() && members::text(input, "nextToken").is_none() {
        here(stream, cloud)
    } else {
        place
    };
    let forward = page.last().map_or(place, |(index, _)| index + 1);
    let backward = page.first().map_or(place, |(index, _)| *index);
    let events = page.iter().map(|(_, event)| {
        json!({
            "timestamp": event.at.millis(),
            "message": event.message,
            "ingestionTime": event.readable.millis(),
        })
    });
    Ok(json!({
        "events": events.collect::<Vec<_>>(),
        "nextForwardToken": Token::Forward(forward).text(),
        "nextBackwardToken": Token::Backward(backward).text(),
    }))
}

/// The place after the last event that can be read.
fn here(stream: &super::Stream, cloud: &Cloud) -> usize {
    stream
        .readable(cloud.now)
        .last()
        .map_or(0, |(index, _)| index + 1)
}

/// As many events as one answer holds; at least one, however long.
fn fill<'a>(
    events: impl Iterator<Item = (usize, &'a Event)>,
    most: usize,
) -> Vec<(usize, &'a Event)> {
    let mut bytes = 0;
    let fits = |(_, event): &(usize, &Event)| {
        let first = bytes == 0;
        bytes += event.size();
        first || bytes <= PAGE_BYTES
    };
    events.take(most).take_while(fits).collect()
}

/// A place in a stream and a direction: `f/<place>/s` and `b/<place>/s`, the form CloudWatch gives them.
#[derive(Clone, Copy)]
enum Token {
    Forward(usize),
    Backward(usize),
}

impl Token {
    fn text(self) -> String {
        match self {
            Self::Forward(place) => format!("f/{place:056}/s"),
            Self::Backward(place) => format!("b/{place:056}/s"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (direction, place, end) = (parts.next()?, parts.next()?, parts.next()?);
        let place = place
            .parse()
            .ok()
            .filter(|_| place.len() == 56 && end == "s" && parts.next().is_none())?;
        match direction {
            "f" => Some(Self::Forward(place)),
            "b" => Some(Self::Backward(place)),
            _ => None,
        }
    }
}
