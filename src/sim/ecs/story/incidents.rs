//! What befalls a deployment from outside its tasks: an alarm, a person, a hook that fails, load that makes the service
//! scale. As data; who lets it happen is the scheduler, CodeDeploy or Application Auto Scaling.

use serde_json::Value;

use super::{known, required, seconds};
use crate::sim::ecs::task::{End, StopCode};
use crate::sim::members::{self, Members};

/// The members of a story that [`Incidents`] reads.
pub(super) const MEMBERS: [&str; 8] = [
    "somebodyElseAfter",
    "alarmAfter",
    "stoppedAfter",
    "readyWait",
    "approvedAfter",
    "appspecHooks",
    "load",
    "loss",
];

/// What befalls a deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Incidents {
    /// Seconds from a deployment's start until somebody else deploys.
    pub(crate) intruder_after: Option<f64>,
    /// Seconds from a deployment's start until an alarm fires: of the service, or of its deployment group.
    pub(crate) alarm_after: Option<f64>,
    /// Seconds from a CodeDeploy deployment's start until a person stops it.
    pub(crate) stopped_after: Option<f64>,
    /// Minutes for which the deployment group waits for an approval; it is set so when the story is chosen.
    pub(crate) ready_wait: Option<i64>,
    /// Seconds from `Ready` until a person approves.
    pub(crate) approved_after: Option<f64>,
    /// Whether a failure is rolled back, if the story sets that: by the circuit breaker, or by the deployment group.
    pub(crate) rollback: Option<bool>,
    /// What becomes of the functions an appspec names.
    pub(crate) hooks: Option<HookStory>,
    /// Load that makes the service scale.
    pub(crate) load: Option<Load>,
    /// One task of the deployment that is stopped from outside.
    pub(crate) loss: Option<Loss>,
}

/// How one task of a deployment is stopped from outside: by the platform, or by a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Loss {
    /// Seconds from the deployment's start, or when the first task of it runs if that is later.
    pub(crate) after: f64,
    code: StopCode,
    reason: String,
}

/// What becomes of the functions an appspec names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookStory {
    /// The lifecycle event; the first one with a function if there is none.
    pub(crate) event: Option<String>,
    /// Whether the function says that it failed; else it says nothing at all.
    pub(crate) answers: bool,
}

/// Load that makes a service scale, step by step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Load {
    /// Whether it begins when traffic begins to move; else when the deployment begins.
    pub(crate) at_shift: bool,
    /// Seconds from there to the first step.
    pub(crate) after: f64,
    /// Seconds between two steps.
    pub(crate) every: f64,
    /// How many tasks a step adds; fewer than none takes them away.
    pub(crate) by: i64,
    /// How many steps there are.
    pub(crate) times: i64,
}

impl Incidents {
    pub(super) fn read(document: &Members) -> Result<Self, String> {
        Ok(Self {
            intruder_after: seconds(document, "somebodyElseAfter")?,
            alarm_after: seconds(document, "alarmAfter")?,
            stopped_after: seconds(document, "stoppedAfter")?,
            ready_wait: count(document, "readyWait", 1..=2880)?,
            approved_after: seconds(document, "approvedAfter")?,
            rollback: members::object(document, "circuitBreaker")
                .and_then(|breaker| members::flag(breaker, "rollback")),
            hooks: object(document, "appspecHooks")?
                .map(HookStory::read)
                .transpose()?,
            load: object(document, "load")?.map(Load::read).transpose()?,
            loss: object(document, "loss")?.map(Loss::read).transpose()?,
        })
    }
}

impl Loss {
    fn read(loss: &Members) -> Result<Self, String> {
        known(loss, "`loss`", &["after", "stopCode", "reason"])?;
        let codes = [
            StopCode::UserInitiated,
            StopCode::SpotInterruption,
            StopCode::TerminationNotice,
            StopCode::InfrastructureHealth,
        ];
        let name = required(loss, "stopCode")?;
        let code = codes.into_iter().find(|code| code.name() == name);
        Ok(Self {
            after: seconds(loss, "after")?.unwrap_or(0.0),
            code: code.ok_or_else(|| {
                let names = codes.map(StopCode::name).join("`, `");
                format!("nobody stops a task with the code `{name}`; codes of `loss`: `{names}`")
            })?,
            reason: required(loss, "reason")?,
        })
    }

    /// How the task ends.
    pub(in crate::sim::ecs) fn end(&self) -> End {
        End {
            code: self.code,
            reason: self.reason.clone(),
        }
    }
}

impl HookStory {
    fn read(hooks: &Members) -> Result<Self, String> {
        known(hooks, "`appspecHooks`", &["event", "outcome"])?;
        let answers = match required(hooks, "outcome")?.as_str() {
            "failed" => true,
            "silent" => false,
            other => {
                return Err(format!(
                    "there is no outcome `{other}` of `appspecHooks`; outcomes: `failed`, `silent`"
                ));
            }
        };
        Ok(Self {
            event: members::text(hooks, "event").map(str::to_owned),
            answers,
        })
    }
}

impl Load {
    fn read(load: &Members) -> Result<Self, String> {
        known(load, "`load`", &["begins", "after", "every", "by", "times"])?;
        let at_shift = match required(load, "begins")?.as_str() {
            "start" => false,
            "shift" => true,
            other => {
                return Err(format!(
                    "load cannot begin at `{other}`; it begins at `start` or `shift`"
                ));
            }
        };
        let by = members::number(load, "by").unwrap_or(1);
        if !(-1000..=1000).contains(&by) {
            return Err("`by` has to be a number from -1000 to 1000".to_owned());
        }
        Ok(Self {
            at_shift,
            after: seconds(load, "after")?.unwrap_or(0.0),
            every: seconds(load, "every")?.unwrap_or(60.0).max(1.0),
            by,
            times: count(load, "times", 1..=10_000)?.unwrap_or(1),
        })
    }
}

fn object<'a>(document: &'a Members, name: &str) -> Result<Option<&'a Members>, String> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(format!("`{name}` has to be an object")),
    }
}

fn count(
    document: &Members,
    name: &str,
    range: std::ops::RangeInclusive<i64>,
) -> Result<Option<i64>, String> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_i64()
            .filter(|number| range.contains(number))
            .map(Some)
            .ok_or_else(|| {
                format!(
                    "`{name}` has to be a whole number from {} to {}",
                    range.start(),
                    range.end()
                )
            }),
    }
}
