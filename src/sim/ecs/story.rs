//! What happens to the deployments of a service: stories, as data.
//!
//! A story says what the tasks of the next deployments go through, not when the scheduler does what: that follows from
//! the rules of ECS. The built-in ones are the files in `stories/`; a caller may send a document of the same form.

mod built_in;
mod fate;
mod incidents;

use serde_json::{Value, json};

use super::hooks::Says;
use super::pace;
use built_in::BUILT_IN;
pub(super) use fate::Fate;
pub(crate) use incidents::{Incidents, Load, Loss};

use crate::sim::members::{self, Members};

/// One story.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Story {
    /// What it is called.
    pub(super) name: String,
    /// What happens, in a line.
    pub(super) summary: String,
    /// What becomes of each task.
    pub(super) fate: Fate,
    /// What the serving container writes before its end, one line each.
    pub(super) log: Vec<String>,
    /// How many times longer a task's start takes than usual.
    pub(super) slowness: f64,
    /// How the circuit breaker of the service is set when the story is chosen; left alone if there is none.
    pub(super) breaker: Option<BreakerSetting>,
    /// What befalls the deployment from outside its tasks.
    pub(super) incidents: Incidents,
    /// The lifecycle hooks the service is given when the story is chosen; left alone if there are none.
    pub(super) hooks: Option<HookSetting>,
}

/// `lifecycleHooks` as a story sets them, and what functions say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HookSetting {
    /// The stages at which somebody has to answer.
    pub(super) pause_at: Vec<String>,
    /// The stages at which a function is called.
    pub(super) function_at: Vec<String>,
    says: Says,
    after: f64,
}

/// `deploymentCircuitBreaker` as a story sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BreakerSetting {
    pub(super) enable: bool,
    pub(super) rollback: bool,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            name: "steady".to_owned(),
            summary: "every task starts, gets healthy and stays so".to_owned(),
            fate: Fate::Run,
            log: Vec::new(),
            slowness: 1.0,
            breaker: None,
            incidents: Incidents::default(),
            hooks: None,
        }
    }
}

impl HookSetting {
    fn read(hooks: &Members) -> Result<Self, String> {
        known(
            hooks,
            "`hooks`",
            &["pauseAt", "functionAt", "says", "after"],
        )?;
        let stages = |name| {
            let stages = members::texts(hooks, name).into_iter();
            stages.map(str::to_owned).collect::<Vec<_>>()
        };
        Ok(Self {
            pause_at: stages("pauseAt"),
            function_at: stages("functionAt"),
            says: match members::text(hooks, "says") {
                None | Some("SUCCEEDED") => Says::Yes,
                Some("FAILED") => Says::No,
                Some("IN_PROGRESS") => Says::NotYet,
                Some("") => Says::Nonsense,
                Some(other) => {
                    return Err(format!(
                        "`says` is `SUCCEEDED`, `FAILED`, `IN_PROGRESS` or empty, not `{other}`"
                    ));
                }
            },
            after: seconds(hooks, "after")?.unwrap_or(pace::FUNCTION),
        })
    }

    /// `lifecycleHooks`, at those stages that the service goes through.
    pub(super) fn configured(
        &self,
        account: &str,
        goes_through: impl Fn(&str) -> bool,
    ) -> Vec<Value> {
        let those = |stages: &[String]| -> Vec<String> {
            let those = stages.iter().filter(|stage| goes_through(stage));
            those.cloned().collect()
        };
        let (pause_at, function_at) = (those(&self.pause_at), those(&self.function_at));
        let mut hooks = Vec::new();
        if !pause_at.is_empty() {
            hooks.push(json!({"targetType": "PAUSE", "lifecycleStages": pause_at}));
        }
        if !function_at.is_empty() {
            hooks.push(json!({
                "targetType": "AWS_LAMBDA",
                "hookTargetArn": format!("arn:aws:lambda:us-east-1:{account}:function:check-release"),
                "roleArn": format!("arn:aws:iam::{account}:role/ecsLifecycleHooks"),
                "lifecycleStages": function_at,
            }));
        }
        hooks
    }
}

impl Story {
    /// The names of the built-in stories.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A story by its name, or as a document of the form of the built-in ones.
    ///
    /// # Errors
    /// What is wrong with it, with the names there are or the member at fault.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => {
                let (_, text) = BUILT_IN
                    .iter()
                    .find(|(known, _)| known == name)
                    .ok_or_else(|| {
                        let names: Vec<&str> = Self::names().collect();
                        format!(
                            "there is no story `{name}`; stories: `{}`",
                            names.join("`, `")
                        )
                    })?;
                let document: Value = serde_json::from_str(text)
                    .map_err(|error| format!("the built-in story `{name}` is damaged: {error}"))?;
                Self::read_document(&document)
            }
            document => Self::read_document(document),
        }
    }

    fn read_document(document: &Value) -> Result<Self, String> {
        let Some(document) = document.as_object() else {
            return Err("a story is a name or an object".to_owned());
        };
        let own = [
            "name",
            "summary",
            "tasks",
            "log",
            "slowness",
            "circuitBreaker",
            "hooks",
        ];
        known(
            document,
            "the story",
            &[&own[..], &incidents::MEMBERS].concat(),
        )?;
        let tasks = members::object(document, "tasks")
            .ok_or("a story needs the object `tasks`, which says what becomes of each task")?;
        Ok(Self {
            name: required(document, "name")?,
            summary: members::text(document, "summary")
                .unwrap_or_default()
                .to_owned(),
            fate: Fate::read(tasks)?,
            log: members::texts(document, "log")
                .into_iter()
                .map(str::to_owned)
                .collect(),
            slowness: seconds(document, "slowness")?.unwrap_or(1.0),
            breaker: members::object(document, "circuitBreaker")
                .map(|breaker| {
                    known(breaker, "`circuitBreaker`", &["enable", "rollback"])?;
                    Ok::<_, String>(BreakerSetting {
                        enable: members::flag(breaker, "enable").unwrap_or(false),
                        rollback: members::flag(breaker, "rollback").unwrap_or(false),
                    })
                })
                .transpose()?,
            incidents: Incidents::read(document)?,
            hooks: members::object(document, "hooks")
                .map(HookSetting::read)
                .transpose()?,
        })
    }

    /// What the functions of lifecycle hooks say, and after how many seconds.
    pub(super) fn function(&self) -> (Says, f64) {
        self.hooks
            .as_ref()
            .map_or((Says::Yes, pace::FUNCTION), |hooks| {
                (hooks.says, hooks.after)
            })
    }
}

/// A member that is not understood would be ignored silently; it is refused instead.
fn known(document: &Members, what: &str, names: &[&str]) -> Result<(), String> {
    match document.keys().find(|key| !names.contains(&key.as_str())) {
        Some(key) => Err(format!("{what} has an unknown member: `{key}`")),
        None => Ok(()),
    }
}

fn required(document: &Members, name: &str) -> Result<String, String> {
    members::text(document, name)
        .map(str::to_owned)
        .ok_or_else(|| format!("a story needs the text `{name}`"))
}

fn seconds(document: &Members, name: &str) -> Result<Option<f64>, String> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_f64()
            .filter(|number| number.is_finite() && (0.0..=1e7).contains(number))
            .map(Some)
            .ok_or_else(|| format!("`{name}` has to be a number from 0 to 10000000")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_story_can_be_read_and_carries_its_own_name() {
        for name in Story::names() {
            let story = Story::read(&json!(name)).unwrap();
            assert_eq!(story.name, name);
            assert!(!story.summary.is_empty());
        }
    }

    #[test]
    fn the_default_story_is_the_steady_one() {
        assert_eq!(Story::read(&json!("steady")), Ok(Story::default()));
    }

    #[test]
    fn an_unknown_story_is_refused_with_the_names_that_exist() {
        let refusal = Story::read(&json!("sunshine")).unwrap_err();
        assert!(
            refusal.contains("`sunshine`") && refusal.contains("`crash-loop`"),
            "{refusal}"
        );
    }

    #[test]
    fn a_document_of_ones_own_is_a_story_and_a_wrong_member_is_named() {
        let story = Story::read(&json!({
            "name": "mine",
            "tasks": {"fate": "exit", "after": 90, "code": 3, "reason": "because"},
            "slowness": 2,
        }));
        assert_eq!(
            story.unwrap().fate,
            Fate::Exit {
                after: 90.0,
                code: 3,
                reason: Some("because".to_owned())
            }
        );
        let wrong = json!({"name": "mine", "tasks": {"fate": "run"}, "speed": 2});
        assert!(Story::read(&wrong).unwrap_err().contains("`speed`"));
        let wrong = json!({"name": "mine", "tasks": {"fate": "exit"}});
        assert!(Story::read(&wrong).unwrap_err().contains("`after`"));
    }

    #[test]
    fn the_documentation_lists_every_story_and_its_example_is_one() {
        let page = include_str!("../../../docs/simulator.md");
        for name in Story::names() {
            assert!(page.contains(&format!("| `{name}` |")), "{name}");
        }
        let (_, after) = page.split_once("### A story of one's own").unwrap();
        let (_, example) = after.split_once("```json\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let example: Value = serde_json::from_str(example).unwrap();
        assert_eq!(Story::read(&example).unwrap().name, "dies-late");
    }
}
