//! The simulated account with everything around it: its clock, its front door, the faults that were asked for, the
//! journal. One call in, one reply out; sockets and encodings are the endpoint's.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::sim::clock::Clock;
use crate::sim::cloud::{Cloud, Rules};
use crate::sim::faults::{Effect, Faults};
use crate::sim::ids::Ids;
use crate::sim::journal::{Entry, Journal};
use crate::sim::members::{self, Members};
use crate::sim::model::Models;
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;
use crate::sim::throttle::{Buckets, Throttling};
use crate::sim::{Settings, alarms, codedeploy, door, ecr, ecs, elb, groups, logs, scaling, seed};

/// The furthest the clock can be put forward at once.
const MOST_SECONDS: f64 = 31_536_000.0;

/// The world behind one endpoint. It cannot be written for debugging, as calls and replies cannot: they carry what may
/// be secret.
pub(crate) struct World {
    /// The API models, which the encodings need as well.
    pub(crate) models: Models,
    cloud: Cloud,
    clock: Clock,
    faults: Faults,
    buckets: Buckets,
    journal: Journal,
    requests: Ids,
    findings: UnboundedSender<String>,
}

/// A request as it was understood.
pub(crate) struct Call {
    /// The operation as it was named.
    pub(crate) operation: String,
    /// The service and the members; or why the request is none.
    pub(crate) request: Result<(Service, Members), Refusal>,
}

/// What becomes of a request.
pub(crate) struct Reply {
    /// The answer or the refusal; nothing if the connection is to close without one.
    pub(crate) answer: Option<Result<Value, Refusal>>,
    /// How long to wait before it is sent.
    pub(crate) delay: Duration,
    /// The id it carries.
    pub(crate) request_id: String,
}

impl World {
    /// A world as the settings have it. Findings about the simulator itself go to `findings`.
    ///
    /// # Errors
    /// The seed or the story is not right (`InvalidInput`), or the journal's file cannot be made.
    pub(crate) fn begin(
        settings: &Settings,
        findings: UnboundedSender<String>,
    ) -> io::Result<Self> {
        let wrong = |error: String| io::Error::new(io::ErrorKind::InvalidInput, error);
        if !(settings.speed.is_finite() && settings.speed >= 0.0) {
            return Err(wrong("the speed must be a number from 0".to_owned()));
        }
        let models =
            Models::load().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let clock = Clock::start(settings.speed);
        let rules = Rules {
            strict: settings.strict,
            images_on_demand: settings.images_on_demand,
            ..Rules::default()
        };
        let mut cloud = Cloud::empty(rules, clock.began().plus(-seed::PAST));
        seed::grow(
            &models,
            &mut cloud,
            settings.seed.as_ref().unwrap_or(&seed::default_world()),
        )
        .map_err(wrong)?;
        if let Some((cluster, service)) = &settings.clusters_on_demand
            && ecs::desired_count(&cloud, cluster, service).is_none()
        {
            seed::grow(&models, &mut cloud, &seed::one_service(cluster, service)).map_err(wrong)?;
        }
        let clock = clock.ahead(cloud.rules.clock_ahead);
        cloud.advance(clock.began());
        cloud.began = clock.began();
        if let Some(story) = &settings.story {
            let story = story_of(story).map_err(wrong)?;
            ecs::set_story(&mut cloud, None, &story).map_err(wrong)?;
            codedeploy::prepare(&mut cloud, None);
        }
        let journal = Journal::open(settings.journal.as_deref())?;
        let requests = Ids::of("request");
        Ok(Self {
            models,
            cloud,
            clock,
            faults: Faults::default(),
            buckets: Buckets::full(),
            journal,
            requests,
            findings,
        })
    }

    /// Lets the time pass that has passed, and answers one call.
    pub(crate) fn answer(&mut self, call: Call) -> Reply {
        self.cloud.advance(self.clock.now());
        let time = self.cloud.now;
        let request_id = self.requests.uuid();
        let nothing = Members::new();
        let Call { operation, request } = call;
        let (service, input, effect, outcome) = match &request {
            Err(refusal) => (None, &nothing, None, refused(refusal.clone())),
            Ok((service, input)) => {
                let effect = self
                    .faults
                    .meet(&self.models, &self.cloud, *service, &operation)
                    .or_else(|| self.throttled(*service, &operation));
                let outcome = self.carry_out(*service, &operation, input, effect.as_ref());
                (Some(service.name()), input, effect, outcome)
            }
        };
        let dropped = matches!(effect, Some(Effect::DropBefore | Effect::DropAfter));
        let (status, error) = match &outcome.answer {
            Ok(_) => (200, None),
            Err(refusal) => (refusal.status, Some(refusal.code.clone())),
        };
        let written = self.journal.write(&Entry {
            time,
            service,
            operation: &operation,
            input,
            status: (!dropped).then_some(status),
            error: error.as_deref().filter(|_| !dropped),
            fault: effect.as_ref().map(Effect::name),
            findings: &outcome.findings,
            request_id: &request_id,
        });
        for finding in outcome.findings {
            self.tell(finding);
        }
        if let Err(error) = written {
            self.tell(format!("the journal cannot be written: {error}"));
        }
        let delay = match effect {
            Some(Effect::Slow(delay)) => delay,
            _ => Duration::ZERO,
        };
        Reply {
            answer: (!dropped).then_some(outcome.answer),
            delay,
            request_id,
        }
    }

    /// What becomes of a call whose bucket is empty.
    fn throttled(&mut self, service: Service, operation: &str) -> Option<Effect> {
        let now = match self.cloud.rules.throttling {
            Throttling::Off => return None,
            Throttling::Real => self.clock.real(),
            Throttling::Virtual => self.cloud.now.seconds_since(self.cloud.began),
        };
        self.buckets
            .take(service, operation, now)
            .map(Effect::Refuse)
    }

    fn carry_out(
        &mut self,
        service: Service,
        operation: &str,
        input: &Members,
        effect: Option<&Effect>,
    ) -> door::Outcome {
        match effect {
            Some(Effect::Refuse(refusal)) => refused(refusal.clone()),
            // What it would have answered is nobody's concern.
            Some(Effect::DropBefore) => door::Outcome {
                answer: Ok(Value::Null),
                findings: Vec::new(),
            },
            Some(Effect::Stale(old)) => {
                door::call(&self.models, &mut old.clone(), service, operation, input)
            }
            Some(Effect::DropAfter | Effect::Slow(_)) | None => {
                door::call(&self.models, &mut self.cloud, service, operation, input)
            }
        }
    }

    /// Puts the clock forward and answers what time it is then.
    ///
    /// # Errors
    /// What is wrong with the form, which is `{"seconds": N}`.
    pub(crate) fn advance(&mut self, form: &Members) -> Result<Value, String> {
        only(form, &["seconds"])?;
        let seconds = form
            .get("seconds")
            .and_then(Value::as_f64)
            .filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds));
        self.clock
            .skip(seconds.ok_or(format!("`seconds` is a number from 0 to {MOST_SECONDS}"))?);
        self.cloud.advance(self.clock.now());
        Ok(json!({ "now": self.cloud.now.text() }))
    }

    /// Chooses what happens to the next deployments of a service, to the next tasks that are run of a family, or to all
    /// without one.
    ///
    /// # Errors
    /// What is wrong with the form, which is `{"service": "web", "story": "crash-loop"}`.
    pub(crate) fn choose_story(&mut self, form: &Members) -> Result<Value, String> {
        only(form, &["service", "family", "story"])?;
        self.cloud.advance(self.clock.now());
        let service = members::checked_text(form, "service")?;
        let story = form.get("story").ok_or("a story is missing")?;
        if let Some(family) = members::checked_text(form, "family")? {
            if service.is_some() {
                return Err("a story is of a service or of the tasks of a family".to_owned());
            }
            ecs::set_task_story(&mut self.cloud, family, story)?;
            return Ok(json!({}));
        }
        ecs::set_story(&mut self.cloud, service, story)?;
        codedeploy::prepare(&mut self.cloud, service);
        Ok(json!({}))
    }

    /// Lets an image be pushed, at once or after a while.
    ///
    /// # Errors
    /// What is wrong with the form, which is an image of a seed with a `repositoryName`.
    pub(crate) fn push(&mut self, form: &Members) -> Result<Value, String> {
        self.cloud.advance(self.clock.now());
        let digest = seed::push(&mut self.cloud, form)?;
        self.cloud.advance(self.clock.now());
        Ok(json!({ "imageDigest": digest }))
    }

    /// The `Date` of an answer, if it is not the machine's.
    pub(crate) fn date(&self) -> Option<String> {
        let differs = self.cloud.rules.clock_ahead != 0.0;
        differs.then(|| self.clock.wall().http_date()).flatten()
    }

    /// Says where the endpoint listens, for answers that lead there.
    pub(crate) fn serve_at(&mut self, address: SocketAddr) {
        self.cloud.ecr.address = address.to_string();
    }

    /// What the address of a layer leads to.
    pub(crate) fn layer(&self, digest: &str) -> Option<String> {
        ecr::layer(&self.cloud, digest).map(str::to_owned)
    }

    /// Asks for a fault.
    ///
    /// # Errors
    /// What is wrong with the form; see `Faults::ask`.
    pub(crate) fn ask_for_fault(&mut self, form: &Members) -> Result<Value, String> {
        self.cloud.advance(self.clock.now());
        self.faults.ask(&self.models, &self.cloud, form)?;
        Ok(json!({}))
    }

    /// Everything that exists, in the simulator's own words.
    pub(crate) fn state(&mut self) -> Value {
        self.cloud.advance(self.clock.now());
        let cloud = &self.cloud;
        json!({
            "now": cloud.now.text(),
            "began": cloud.began.text(),
            "speed": self.clock.speed(),
            "journal": self.journal.state(),
            "faults": self.faults.state(),
            "ecs": ecs::state(cloud),
            "codedeploy": codedeploy::state(cloud),
            "application-autoscaling": scaling::state(cloud),
            "autoscaling": groups::state(cloud),
            "ecr": ecr::state(cloud),
            "logs": logs::state(cloud),
            "elbv2": elb::state(cloud),
            "cloudwatch": alarms::state(cloud),
        })
    }

    /// The journal, one call a line.
    pub(crate) fn journal(&self) -> String {
        self.journal.text()
    }

    fn tell(&self, finding: String) {
        // Nobody listens any more once the simulator is being dropped.
        let _ = self.findings.send(finding);
    }
}

fn refused(refusal: Refusal) -> door::Outcome {
    door::Outcome {
        answer: Err(refusal),
        findings: Vec::new(),
    }
}

/// A story's name, or a document in JSON.
fn story_of(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| format!("the story is not JSON: {error}"));
    }
    Ok(Value::from(text))
}

fn only(form: &Members, known: &[&str]) -> Result<(), String> {
    match form.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "there is no such member: `{name}`; known are: {}",
            known.join(", ")
        )),
        None => Ok(()),
    }
}
