//! Faults that are asked for: the n-th call of an operation is throttled, refused, lost, late, or answered from an
//! older state of the world. Not random: a test that fails fails again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::{self, Members};
use crate::sim::model::{Known, Models, Protocol};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;

/// How long a slow answer takes in real seconds and a stale read lasts in virtual ones, if the fault does not say.
const SECONDS: f64 = 5.0;
/// The longest either can be asked for.
const MOST_SECONDS: f64 = 3600.0;

/// The faults that are waiting, and the old views that are shown.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    views: Vec<View>,
}

#[derive(Debug)]
struct Fault {
    service: Option<Service>,
    operation: String,
    /// Which call is the first to meet it, counted from when it was asked for.
    nth: u64,
    /// How many calls meet it.
    times: u64,
    met: u64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Throttle,
    Error {
        code: Option<String>,
        status: Option<u16>,
        message: Option<String>,
    },
    DropBefore,
    DropAfter,
    Slow(Duration),
    Stale {
        seconds: f64,
        snapshot: Option<Box<Cloud>>,
    },
}

/// An older state of the world that some reads are answered from.
#[derive(Debug)]
struct View {
    service: Service,
    /// The one operation that sees it; every read of the service without one.
    operation: Option<String>,
    until: Moment,
    snapshot: Box<Cloud>,
}

/// What a fault does to a call.
#[derive(Debug)]
pub(crate) enum Effect {
    /// It is refused and not carried out.
    Refuse(Refusal),
    /// The connection closes before anything is done.
    DropBefore,
    /// It is carried out and the connection closes without an answer.
    DropAfter,
    /// It is carried out and answered so much later, in real time.
    Slow(Duration),
    /// It is answered from this older state.
    Stale(Box<Cloud>),
}

impl Faults {
    /// Asks for a fault, in the form `POST /_sim/fault` has.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub(crate) fn ask(
        &mut self,
        models: &Models,
        cloud: &Cloud,
        form: &Members,
    ) -> Result<(), String> {
        let known = [
            "service",
            "operation",
            "nth",
            "times",
            "kind",
            "seconds",
            "code",
            "status",
            "message",
        ];
        if let Some(name) = form.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!(
                "a fault has no such member: `{name}`; it has: {}",
                known.join(", ")
            ));
        }
        let service = match members::checked_text(form, "service")? {
            Some(name) => Some(service_named(name)?),
            None => None,
        };
        let operation = members::checked_text(form, "operation")?
            .ok_or("a fault needs an operation")?
            .to_owned();
        let there = models
            .iter()
            .filter(|model| service.is_none_or(|service| model.service == service));
        if !there
            .into_iter()
            .any(|model| matches!(model.operation(&operation), Known::Modelled(_)))
        {
            return Err(format!(
                "no service of the simulator has this operation: `{operation}`"
            ));
        }
        let count = |name: &str| match form.get(name) {
            None | Some(Value::Null) => Ok(1),
            Some(number) => number
                .as_u64()
                .filter(|number| *number > 0)
                .ok_or(format!("`{name}` is a whole number from 1")),
        };
        let (nth, times, kind) = (
            count("nth")?,
            count("times")?,
            kind(form, &operation, cloud)?,
        );
        self.waiting.push(Fault {
            service,
            operation,
            nth,
            times,
            met: 0,
            kind,
        });
        Ok(())
    }

    /// Counts a call and says what is to become of it.
    pub(crate) fn meet(
        &mut self,
        models: &Models,
        cloud: &Cloud,
        service: Service,
        operation: &str,
    ) -> Option<Effect> {
        let kind = self.count(service, operation);
        self.views.retain(|view| view.until > cloud.now);
        match kind {
            Some(Kind::Throttle) => Some(Effect::Refuse(throttled(models, service))),
            Some(Kind::Error {
                code,
                status,
                message,
            }) => Some(Effect::Refuse(asked_for(
                models, service, code, status, message,
            ))),
            Some(Kind::DropBefore) => Some(Effect::DropBefore),
            Some(Kind::DropAfter) => Some(Effect::DropAfter),
            Some(Kind::Slow(time)) => Some(Effect::Slow(time)),
            Some(Kind::Stale { seconds, snapshot }) => {
                let only = snapshot.is_some().then(|| operation.to_owned());
                let snapshot = snapshot.unwrap_or_else(|| Box::new(cloud.clone()));
                self.views.push(View {
                    service,
                    operation: only,
                    until: cloud.now.plus(seconds),
                    snapshot,
                });
                self.view(service, operation)
            }
            None => self.view(service, operation),
        }
    }

    /// For `GET /_sim/state`: the faults that have not met all their calls.
    pub(crate) fn state(&self) -> Value {
        let entry = |fault: &Fault| {
            json!({
                "service": fault.service.map(Service::name),
                "operation": fault.operation,
                "nth": fault.nth,
                "times": fault.times,
                "met": fault.met,
                "kind": fault.kind.name(),
            })
        };
        self.waiting.iter().map(entry).collect()
    }

    /// Every waiting fault counts the call; the first that it is meant for has its way.
    fn count(&mut self, service: Service, operation: &str) -> Option<Kind> {
        let mut kind = None;
        for fault in &mut self.waiting {
            if fault.operation == operation && fault.service.is_none_or(|wanted| wanted == service)
            {
                fault.met += 1;
                if fault.met >= fault.nth && kind.is_none() {
                    kind = Some(fault.kind.clone());
                }
            }
        }
        self.waiting
            .retain(|fault| fault.met < fault.nth.saturating_add(fault.times - 1));
        kind
    }

    fn view(&self, service: Service, operation: &str) -> Option<Effect> {
        let sees = |view: &&View| {
            view.service == service
                && view
                    .operation
                    .as_deref()
                    .map_or_else(|| is_read(operation), |only| only == operation)
        };
        self.views
            .iter()
            .find(sees)
            .map(|view| Effect::Stale(view.snapshot.clone()))
    }
}

impl Effect {
    /// The word for it in the journal.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Refuse(_) => "refused",
            Self::DropBefore => "drop-before",
            Self::DropAfter => "drop-after",
            Self::Slow(_) => "slow",
            Self::Stale(_) => "stale",
        }
    }
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Error { .. } => "error",
            Self::DropBefore => "drop-before",
            Self::DropAfter => "drop-after",
            Self::Slow(_) => "slow",
            Self::Stale { .. } => "stale",
        }
    }
}

/// A stale read remembers the world as it is when the fault is asked for; a stale write as it is before that call.
fn kind(form: &Members, operation: &str, cloud: &Cloud) -> Result<Kind, String> {
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
            snapshot: is_read(operation).then(|| Box::new(cloud.clone())),
        },
        other => {
            let kinds = "throttle, error, drop-before, drop-after, slow, stale";
            return Err(format!(
                "there is no such kind of fault: `{other}`; there are: {kinds}"
            ));
        }
    })
}

fn is_read(operation: &str) -> bool {
    ["Describe", "List", "Get", "BatchGet", "Filter"]
        .iter()
        .any(|verb| operation.starts_with(verb))
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

fn throttled(models: &Models, service: Service) -> Refusal {
    match models.of(service).map(|model| &model.protocol) {
        Some(Protocol::Query { .. }) => Refusal::new("Throttling", "Rate exceeded"),
        Some(Protocol::Json { .. } | Protocol::Rpc { .. }) | None => {
            Refusal::new("ThrottlingException", "Rate exceeded")
        }
    }
}

/// Without a code it is the service's own failure, which clients try again.
fn asked_for(
    models: &Models,
    service: Service,
    code: Option<String>,
    status: Option<u16>,
    message: Option<String>,
) -> Refusal {
    let own = match service {
        Service::Ecs | Service::Ecr => "ServerException",
        Service::Scaling => "InternalServiceException",
        Service::Logs => "ServiceUnavailableException",
        Service::CodeDeploy
        | Service::Groups
        | Service::Sts
        | Service::Balancers
        | Service::Alarms => "InternalFailure",
    };
    let modelled = |code: &str| {
        models
            .of(service)
            .and_then(|model| model.error(code))
            .map(|(_, status)| status)
    };
    let (code, usual) = match code {
        Some(code) => {
            let status = modelled(&code).unwrap_or(400);
            (code, status)
        }
        None => (own.to_owned(), 500),
    };
    let status = status.unwrap_or(usual);
    let message = message.unwrap_or_else(|| "asked for through /_sim/fault".to_owned());
    Refusal::new(&code, message).with_status(status)
}

#[cfg(test)]
mod tests;
