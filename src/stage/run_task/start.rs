//! Starts tasks, and never twice: a request whose answer got lost is sent again with the same client token, by which ECS knows it
//! and answers with what it started before.

use std::time::{Duration, SystemTime};

use super::{Order, RunsTasks};
use crate::domain::one_off::Started;
use crate::domain::rollout::commands;
use crate::error::{Cause, Error};
use crate::ports::{Interruption, PortError, Signal};
use crate::report::{Event, Report};
use crate::stage::race::{Raced, race};

/// How often a request is sent whose answers get lost; each of them is tried as often as any call besides.
const ATTEMPTS: u64 = 4;
/// How long an answer is still waited for when a signal has come: what was started has to be known to be named or stopped.
const BRIEFLY: Duration = Duration::from_secs(4);

/// Sends the request until it is answered.
pub(super) async fn start<W: RunsTasks + Interruption>(
    world: &W,
    order: &Order,
    definition: &str,
    report: &mut dyn Report,
) -> Result<Started, Error> {
    let patience = async {
        let signal = world.interrupted().await;
        world.sleep(BRIEFLY).await;
        signal
    };
    match race(patience, send(world, order, definition, report)).await {
        Raced::Second(started) => started,
        Raced::First(signal) => Err(unanswered(order, signal)),
    }
}

async fn send<W: RunsTasks>(
    world: &W,
    order: &Order,
    definition: &str,
    report: &mut dyn Report,
) -> Result<Started, Error> {
    let since = world.now().duration_since(SystemTime::UNIX_EPOCH);
    let nonce = since.unwrap_or_default().as_nanos().to_string();
    let request = order.request.body(definition, &nonce);
    let mut attempt = 1;
    loop {
        let lost = match world.run_task(&request).await {
            Ok(started) => return Ok(started),
            Err(error @ PortError::Refused(_)) => return Err(error.into()),
            Err(error @ PortError::Unreachable { .. }) => error,
        };
        if attempt == ATTEMPTS {
            let mut error = Error::from(lost);
            error.text = format!("whether a task was started is not known: {}", error.text);
            return Err(error.hint(look(order)));
        }
        report.tell(Event::note(format!(
            "whether a task was started is not known; it is asked again with the same client token, which starts none twice: {lost}"
        )));
        world.sleep(Duration::from_secs(attempt)).await;
        attempt += 1;
    }
}

fn unanswered(order: &Order, signal: Signal) -> Error {
    Error::new(
        Cause::Interrupted(signal),
        "ended by a signal; whether a task was started is not known",
    )
    .hint(look(order))
}

fn look(order: &Order) -> String {
    let who = order.request.started_by.as_ref().map(ToString::to_string);
    format!(
        "look for it with `{}`",
        commands::list_tasks(&order.request.cluster, who.as_deref())
    )
}
