//! Faults that are asked for: the n-th call of an operation, or some of all calls, are throttled, refused, lost, late, or
//! answered from an older state of the world. What happens by chance happens by a seed: a test that fails fails again.

mod chance;
mod form;

use std::time::Duration;

use chance::Chance;
use serde_json::{Value, json};

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::model::{Models, Protocol};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;

/// The faults that are waiting, and the old views that are shown.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    views: Vec<View>,
}

#[derive(Debug)]
struct Fault {
    service: Option<Service>,
    /// The operation; all of them without one.
    operation: Option<String>,
    /// How likely a call that is counted meets it; every one without.
    chance: Option<Chance>,
    /// Which call is the first to meet it, counted from when it was asked for.
    nth: u64,
    /// How many calls meet it.
    times: u64,
    met: u64,
    kind: Kind,
}

impl Fault {
    fn is_meant(&self, service: Service, operation: &str) -> bool {
        self.service.is_none_or(|wanted| wanted == service)
            && self
                .operation
                .as_deref()
                .is_none_or(|wanted| wanted == operation)
    }
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
        self.waiting.push(form::fault(models, cloud, form)?);
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
                "chance": fault.chance.as_ref().map(Chance::of_one),
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
            if fault.is_meant(service, operation) {
                fault.met += 1;
                // Every one draws for every call, so that what one does is nothing to another.
                let drawn = fault.chance.as_mut().is_none_or(Chance::draw);
                if fault.met >= fault.nth && drawn && kind.is_none() {
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

fn is_read(operation: &str) -> bool {
    ["Describe", "List", "Get", "BatchGet", "Filter"]
        .iter()
        .any(|verb| operation.starts_with(verb))
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
