//! The form in which a fault is asked for.

use std::time::Duration;

use serde_json::Value;

use super::{Chance, Fault, Kind, is_read};
use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::model::{Known, Models};
use crate::sim::service::Service;

/// How long a slow answer takes in real seconds and a stale read lasts in virtual ones, if the fault does not say.
const SECONDS: f64 = 5.0;
/// The longest either can be asked for.
const MOST_SECONDS: f64 = 3600.0;

/// What a form may hold.
const KNOWN: [&str; 11] = [
    "service",
    "operation",
    "nth",
    "times",
    "chance",
    "seed",
    "kind",
    "seconds",
    "code",
    "status",
    "message",
];

/// Reads a form.
///
/// # Errors
/// What is wrong with it.
pub(super) fn fault(models: &Models, cloud: &Cloud, form: &Members) -> Result<Fault, String> {
    if let Some(name) = form.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!(
            "a fault has no such member: `{name}`; it has: {}",
            KNOWN.join(", ")
        ));
    }
    let service = match members::checked_text(form, "service")? {
        Some(name) => Some(service_named(name)?),
        None => None,
    };
    let chance = chance(form)?;
    let operation = members::checked_text(form, "operation")?.map(str::to_owned);
    match &operation {
        Some(operation) => known_operation(models, service, operation)?,
        // All calls at once is only meant where chance leaves some of them alone, or the number of one is given.
        None if chance.is_none() && !members::given(form, "nth") => {
            return Err("a fault needs an operation, a chance, or the number of a call".to_owned());
        }
        None => {}
    }
    let nth = count(form, "nth")?.unwrap_or(1);
    // What happens by chance goes on happening.
    let always = if chance.is_some() { u64::MAX } else { 1 };
    let times = count(form, "times")?.unwrap_or(always);
    Ok(Fault {
        service,
        kind: kind(form, operation.as_deref(), cloud)?,
        operation,
        chance,
        nth,
        times,
        met: 0,
    })
}

fn known_operation(
    models: &Models,
    service: Option<Service>,
    operation: &str,
) -> Result<(), String> {
    let there = models
        .iter()
        .filter(|model| service.is_none_or(|service| model.service == service));
    if there
        .into_iter()
        .any(|model| matches!(model.operation(operation), Known::Modelled(_)))
    {
        return Ok(());
    }
    Err(format!(
        "no service of the simulator has this operation: `{operation}`"
    ))
}

fn count(form: &Members, name: &str) -> Result<Option<u64>, String> {
    match form.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => number
            .as_u64()
            .filter(|number| *number > 0)
            .map(Some)
            .ok_or(format!("`{name}` is a whole number from 1")),
    }
}

fn chance(form: &Members) -> Result<Option<Chance>, String> {
    let seed = count(form, "seed")?;
    match form.get("chance") {
        None | Some(Value::Null) if seed.is_some() => {
            Err("only a fault with a `chance` has a `seed`".to_owned())
        }
        None | Some(Value::Null) => Ok(None),
        Some(chance) => chance
            .as_f64()
            .filter(|chance| (0.0..=1.0).contains(chance))
            .map(|chance| Some(Chance::new(chance, seed.unwrap_or(1))))
            .ok_or("`chance` is a number from 0 to 1".to_owned()),
    }
}

/// A stale read remembers the world as it is when the fault is asked for; a stale write as it is before that call.
fn kind(form: &Members, operation: Option<&str>, cloud: &Cloud) -> Result<Kind, String> {
    let seconds = match form.get("seconds") {
        None => SECONDS,
        Some(seconds) => seconds
            .as_f64()
            .filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds))
            .ok_or(format!("`seconds` is a number from 0 to {MOST_SECONDS}"))?,
    };
    let name = members::checked_text(form, "kind")?.ok_or("a fault needs a kind")?;
    let only_errors = ["code", "status", "message"]
        .into_iter()
        .find(|member| members::given(form, member));
    if let Some(member) = only_errors.filter(|_| name != "error") {
        return Err(format!("only a fault of kind `error` has `{member}`"));
    }
    Ok(match name {
        "throttle" => Kind::Throttle,
        "error" => {
            let text =
                |name| Ok::<_, String>(members::checked_text(form, name)?.map(str::to_owned));
            let status = match form.get("status") {
                None | Some(Value::Null) => None,
                Some(status) => Some(
                    status
                        .as_u64()
                        .and_then(|status| u16::try_from(status).ok())
                        .filter(|status| (400..=599).contains(status))
                        .ok_or("`status` is between 400 and 599")?,
                ),
            };
            Kind::Error {
                code: text("code")?,
                status,
                message: text("message")?,
            }
        }
        "drop-before" => Kind::DropBefore,
        "drop-after" => Kind::DropAfter,
        "slow" => Kind::Slow(Duration::from_secs_f64(seconds)),
        "stale" => Kind::Stale {
            seconds,
            snapshot: operation
                .ok_or("a fault of kind `stale` needs an operation")
                .map(|operation| is_read(operation).then(|| Box::new(cloud.clone())))?,
        },
        other => {
            let kinds = "throttle, error, drop-before, drop-after, slow, stale";
            return Err(format!(
                "there is no such kind of fault: `{other}`; there are: {kinds}"
            ));
        }
    })
}

fn service_named(name: &str) -> Result<Service, String> {
    let names = Service::ALL.map(Service::name).join(", ");
    let found = Service::ALL
        .into_iter()
        .find(|service| service.name() == name);
    found.ok_or(format!(
        "there is no such service: `{name}`; there are: {names}"
    ))
}
